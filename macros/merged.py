"""Cells merged over several rows: what is written once is said of all of them, an amount once.

A program keeps the value of a merged range in its first cell only. A customer merged over her five
invoices is the customer of all five; an amount merged over five rows is one amount.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from macros import schema
from macros.grid import BLANK

if TYPE_CHECKING:
    import numpy.typing as npt

    from macros.headers import Candidate


class Span(NamedTuple):
    """A cell of a table merged downwards: its first and last row and its column, from 0."""

    top: int
    bottom: int
    column: int


def spans(one: Candidate) -> list[Span]:
    """Give the merged cells below the header of a table that reach over more than one row."""
    return [
        Span(top - 1, min(bottom - 1, one.last_row), left - 1)
        for top, left, bottom, _ in one.grid.sheet.merged
        if one.row < top - 1 < min(bottom - 1, one.last_row)
        and one.first_column <= left - 1 <= one.last_column
    ]


def rows_of_shared_amount(one: Candidate) -> npt.NDArray[np.int64]:
    """Give the rows below the first one of a merged amount: the amount is not theirs again."""
    found = one.fields.get("amount")
    rows = [
        row
        for span in spans(one)
        if found is not None and span.column == found.column
        for row in range(span.top + 1, span.bottom + 1)
    ]
    return np.array(rows, dtype=np.int64)


def fill_down(one: Candidate) -> tuple[Candidate, list[Span]]:
    """Give the table with merged cells written into every row, and which were; no amounts."""
    money = {
        found.column
        for name, found in one.fields.items()
        if schema.tables()[one.table].field(name).kind == "money"
    }
    used = {found.column for found in one.fields.values()} - money
    filled = [
        span
        for span in spans(one)
        if span.column in used and one.grid.kinds[span.top, span.column] != BLANK
    ]
    if not filled:
        return one, []
    grid, sheet = one.grid, one.grid.sheet
    kinds, codes = grid.kinds.copy(), grid.codes.copy()
    cells, dates = sheet.cells.copy(), sheet.dates.copy()
    for top, bottom, column in filled:
        below = slice(top + 1, bottom + 1)
        kinds[below, column] = kinds[top, column]
        codes[below, column] = codes[top, column]
        cells[below, column] = cells[top, column]
        if top < dates.shape[0] and column < dates.shape[1]:
            dates[below, column] = dates[top, column]
    sheet = replace(sheet, cells=cells, dates=dates)
    return replace(one, grid=replace(grid, sheet=sheet, kinds=kinds, codes=codes)), filled
