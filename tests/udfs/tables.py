"""Tables typed as an accountant would: rows of cells between bars, dates in ISO form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import numpy as np

from udfs.values import MISSING

EPOCH = date(1899, 12, 30)


def day(text: str) -> int:
    """Serial of an ISO date: ``day("2025-06-30")`` is 45838; "" is MISSING."""
    return (date.fromisoformat(text) - EPOCH).days if text else MISSING


def days(*texts: str) -> np.ndarray:
    return np.array([day(text) for text in texts], dtype=np.int64)


def iso(serials: Iterable[int]) -> list[str]:
    """Dates in ISO form; "" for MISSING."""
    numbers = np.atleast_1d(np.asarray(serials)).tolist()
    return [
        "" if n == MISSING else date.fromordinal(EPOCH.toordinal() + n).isoformat() for n in numbers
    ]


def cents(text: str) -> int:
    """Cents of an amount in yuan: ``cents("1,234.50")`` is 123450; "" is MISSING."""
    return int(Decimal(text.replace(",", "")) * 100) if text else MISSING


def rows(table: str) -> list[list[str]]:
    """Rows of a typed table without its heading and rule."""
    lines = [line.strip() for line in table.strip().splitlines()]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line]
    return [row for row in cells[1:] if not set("".join(row)) <= set("-: ")]


def columns(table: str) -> list[list[str]]:
    """Columns of a typed table."""
    return [list(column) for column in zip(*rows(table), strict=True)]
