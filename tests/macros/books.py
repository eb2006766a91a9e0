"""Small workbooks in memory: sheets from rows of cells, dates marked by wrapping them in Day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np

from macros.book import Book, ExcelTable, Mark, Sheet
from macros.layout import serial
from macros.reading import read_tables
from macros.tables import Tables


class Day(float):
    """A cell that holds a date and is formatted as one: ``Day("2025-06-30")``."""

    def __new__(cls, iso: str) -> Self:
        return super().__new__(cls, serial(iso))


def sheet(
    name: str,
    rows: Iterable[Sequence[object]],
    *,
    visible: bool = True,
    hidden_rows: Iterable[int] = (),
    uncached: Iterable[tuple[int, int]] = (),
    tables: Sequence[ExcelTable] = (),
    merged: Sequence[tuple[int, int, int, int]] = (),
    mark: Mark | None = None,
) -> Sheet:
    lines = [list(row) for row in rows]
    width = max((len(row) for row in lines), default=0)
    cells = np.empty((len(lines), width), dtype=object)
    dates = np.zeros((len(lines), width), dtype=np.bool_)
    for i, row in enumerate(lines):
        for j, value in enumerate(row):
            dates[i, j] = isinstance(value, Day)
            plain = float(value) if type(value) in {int, Day} else value
            cells[i, j] = plain
    return Sheet(
        name,
        cells,
        dates,
        visible,
        frozenset(hidden_rows),
        tuple(merged),
        tuple(tables),
        frozenset(uncached),
        mark,
    )


def book(*sheets: Sheet, date_1904: bool = False) -> Book:
    return Book("b.xlsx", sheets, date_1904)


def read(*sheets: Sheet, date_1904: bool = False) -> Tables:
    return read_tables(book(*sheets, date_1904=date_1904))


def read_rows(*rows: Sequence[object], name: str = "应收", **options) -> Tables:
    return read(sheet(name, rows, **options))


def codes(tables: Tables) -> list[str]:
    return [problem.code for problem in tables.problems]


def said(tables: Tables, code: str) -> list[tuple[str, str, str]]:
    """Severity, cell and what was found, of every problem of a code."""
    return [(p.severity, p.cell, p.found) for p in tables.problems if p.code == code]


def values(tables: Tables, table: str, field: str) -> list[object]:
    """A column as a list; what is missing is None."""
    column = tables.found[table].get(field)
    return [None if gone else value for value, gone in zip(column, column.isna(), strict=True)]
