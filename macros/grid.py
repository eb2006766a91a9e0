"""A sheet made ready for fast reading: the kind of every cell, and every distinct text once.

Ledgers repeat themselves: 20,000 rows hold a few hundred names and dates. Texts are therefore kept
as codes into a list of distinct texts; whatever has to be found out about a text is found out once.
Rows and columns here count from 0, as arrays do; what a person is told counts from 1.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from udfs.values import CellError

if TYPE_CHECKING:
    from collections.abc import Callable

    from macros.book import Sheet

BLANK, NUMBER, TEXT, FLAG, ERROR = range(5)

_KINDS: Final[defaultdict[type, int]] = defaultdict(
    int, {float: NUMBER, int: NUMBER, str: TEXT, bool: FLAG, CellError: ERROR}
)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Cells of a sheet by kind.

    Parameters
    ----------
    sheet : Sheet
        The sheet as the host found it.
    kinds : ndarray of int8, (rows, columns)
        ``BLANK`` (also a text of blanks only), ``NUMBER``, ``TEXT``, ``FLAG`` or ``ERROR``.
    codes : ndarray of int64, (rows, columns)
        Position in ``texts`` of each text, -1 elsewhere.
    texts : tuple of str
        Distinct texts, as they stand.
    """

    sheet: Sheet
    kinds: npt.NDArray[np.int8]
    codes: npt.NDArray[np.int64]
    texts: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Number of rows from row 1 to the last used one."""
        return int(self.kinds.shape[0])

    @property
    def columns(self) -> int:
        """Number of columns from A to the last used one."""
        return int(self.kinds.shape[1])

    @property
    def only_texts(self) -> bool:
        """Whether the sheet holds no number at all, as one made from a CSV file does."""
        return not bool((self.kinds == NUMBER).any())

    def text(self, row: int, column: int) -> str:
        """Give the text of a cell, "" where it holds none."""
        code = int(self.codes[row, column])
        return self.texts[code] if code >= 0 else ""

    def where_text(self, test: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Say of every cell whether it holds a text that passes a test, asked once for each."""
        passed = np.fromiter((test(text) for text in self.texts), dtype=np.bool_)
        result: npt.NDArray[np.bool_] = np.append(passed, False)[self.codes]
        return result

    def formatted(self, rows: npt.NDArray[np.int64], column: int) -> npt.NDArray[np.bool_]:
        """Say which cells of a column carry a date format."""
        dates = self.sheet.dates
        if column >= dates.shape[1] or not len(rows):
            return np.zeros(len(rows), dtype=np.bool_)
        inside = rows < dates.shape[0]
        found: npt.NDArray[np.bool_] = inside & dates[np.where(inside, rows, 0), column]
        return found


def grid_of(sheet: Sheet) -> Grid:
    """Sort the cells of a sheet by kind, and its texts into distinct ones."""
    cells = sheet.cells
    if cells.ndim != 2 or not cells.size:
        empty = np.zeros((0, 0), dtype=np.int64)
        return Grid(sheet, empty.astype(np.int8), empty, ())
    flat = cells.ravel()
    kinds = np.fromiter(
        map(_KINDS.__getitem__, map(type, flat.tolist())), dtype=np.int8, count=flat.size
    )
    codes = np.full(flat.size, -1, dtype=np.int64)
    texts: tuple[str, ...] = ()
    is_text = kinds == TEXT
    if is_text.any():
        found, distinct = pd.factorize(flat[is_text])
        codes[is_text] = found
        texts = tuple(str(text) for text in distinct)
        hollow = np.fromiter((not text.strip() for text in texts), dtype=np.bool_)
        if hollow.any():
            none = np.append(hollow, False)[codes]
            codes[none], kinds[none] = -1, BLANK
    return Grid(sheet, kinds.reshape(cells.shape), codes.reshape(cells.shape), texts)
