"""Workbooks typed as text, as an accountant would write them down, for tests of actions."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from macros import schema
from macros.action import Settings
from macros.book import Book
from macros.layout import serial
from macros.tables import Region, Table, Tables


def cents(amount: str) -> int:
    """Give an amount in cents: ``cents("1,234.50")`` is 123450."""
    return int(Decimal(amount.replace(",", "")) * 100)


def book_of(parameters: dict[str, str] | None = None, **tables: str) -> Tables:
    """Give the tables of a book; each is a header of field ids and rows, parted by ``|``."""
    return Tables(
        Book("book.xlsx", ()),
        {name: _table(name, text) for name, text in tables.items()},
        parameters=parameters or {},
    )


def at(day: str, lang: str = "zh", **options: str) -> Settings:
    """Give the settings of a run as of an ISO date."""
    return Settings(as_of=serial(day), lang=lang, options=options)


def _table(name: str, text: str) -> Table:
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    fields, rows = lines[0], lines[1:]
    title = schema.tables()[name].zh
    frame = pd.DataFrame(index=range(len(rows)))
    for column, field in enumerate(fields):
        cells = [row[column] for row in rows]
        frame[field] = _column(schema.tables()[name].field(field).kind, cells)
    frame["sheet"], frame["row"] = title, range(2, len(rows) + 2)
    columns = {field: column + 1 for column, field in enumerate(fields)}
    return Table(name, frame, (Region(title, 1, 2, len(rows) + 1, columns, {}),))


def _column(kind: str, cells: list[str]) -> pd.Series:
    if kind in {"text", "any"}:
        return pd.Series(cells, dtype=object)
    read = {
        "money": cents,
        "date": serial,
        "flag": lambda cell: cell in {"yes", "是"},
        "rate": float,
        "number": float,
    }.get(kind, int)
    values = [read(cell) if cell else pd.NA for cell in cells]
    return pd.Series(values, dtype=schema.DTYPES[kind])
