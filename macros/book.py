"""What a host reads from a workbook before anything is recognised: sheets of raw cells.

Rows and columns are counted from 1, as a person counts them; ``Sheet.cells[0, 0]`` is A1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Mark:
    """The sign that a sheet is ours: the action that made it and the version of its shape."""

    action: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class ExcelTable:
    """An Excel table (ListObject) on a sheet: its name and its range, header row included."""

    name: str
    first_row: int
    first_column: int
    last_row: int
    last_column: int
    has_totals: bool = False


def _no_cells() -> npt.NDArray[np.bool_]:
    return np.zeros((0, 0), dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One sheet as the host found it.

    ``cells`` is a 2-D object array from A1 to the last used cell, each a :data:`udfs.values.Cell`:
    float, str, bool, ``CellError`` or None. Dates are serials of the 1900 system, whatever the
    book uses; ``dates`` has the shape of ``cells`` and is True where the cell's format is a date.
    ``uncached`` are (row, column) of formulas that no program has calculated: their value is
    unknown, which is not the same as blank.
    """

    name: str
    cells: npt.NDArray[np.object_]
    dates: npt.NDArray[np.bool_] = field(default_factory=_no_cells)
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()  # first row, column, last row, column
    tables: tuple[ExcelTable, ...] = ()
    uncached: frozenset[tuple[int, int]] = frozenset()
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """A workbook as the host found it: its sheets in order, and what the host wants said."""

    name: str
    sheets: tuple[Sheet, ...]
    date_1904: bool = False

    def sheet(self, name: str) -> Sheet | None:
        """Give the sheet of a name (Excel compares them without case), or None."""
        wanted = name.casefold()
        return next((sheet for sheet in self.sheets if sheet.name.casefold() == wanted), None)

    def ours(self, action: str) -> Sheet | None:
        """Give the sheet that carries the mark of an action, or None."""
        return next((s for s in self.sheets if s.mark and s.mark.action == action), None)

    @property
    def by_name(self) -> Mapping[str, Sheet]:
        """Sheets by name."""
        return {sheet.name: sheet for sheet in self.sheets}


def column_letter(column: int) -> str:
    """Give the letters of a column: 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Give the number of a column by its letters: ``column_number("AA")`` is 27."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number


def address(row: int, column: int) -> str:
    """Give a cell's address: ``address(3, 2)`` is ``'B3'``."""
    return f"{column_letter(column)}{row}"
