"""Sum rows inside a table: told from details, left out, and checked against the details.

A sum row ties if it is the sum of all details above it since *some* earlier sum row, or since the
top: so 小计 per project, 小计 per customer and a 合计 at the end all find their own stretch. A sum
row on top of its details is compared with those below it.

    row   amount          prefix sum   starts
    1     100             100          0
    2     200             300
    3     300 小计         300          300 (details after it start here)
    4      50             350
    5     350 合计         350          ties with the start 0
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from macros.words import group, raw_group, total_kind
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.headers import Candidate


class Total(NamedTuple):
    """A sum row and one of its amounts: what stands there, and the nearest sum of details."""

    row: int
    column: int
    stated: int
    computed: int

    @property
    def difference(self) -> int:
        """Stated less computed, in cents: 0 where it ties."""
        return self.stated - self.computed


@cache
def _hint() -> re.Pattern[str]:
    """Match any text that may be a sum label: a quick test before the thorough one.

    One sign of a Chinese label that is rare elsewhere (计), or an English label's first word.
    """
    words = [*group("total"), *raw_group("total_prefix")]
    signs = {word.rstrip(":")[-1] for word in words if not word.isascii()}
    stems = {word.split()[0].rstrip(":s") for word in words if word.isascii()}
    return re.compile("|".join([f"[{''.join(sorted(signs))}]", *sorted(stems)]), re.IGNORECASE)


def _label(text: str) -> bool:
    return bool(_hint().search(text)) and bool(total_kind(text))


def mask_of_totals(
    one: Candidate, rows: npt.NDArray[np.int64], guards: list[int]
) -> npt.NDArray[np.bool_]:
    """Say which rows are sum rows.

    Parameters
    ----------
    one : Candidate
        The table.
    rows : ndarray of int64, 1-D
        Its rows that are not blank.
    guards : list of int
        Columns of keys and dates. A row with one of them filled is a detail, whatever a customer
        is called, unless the label stands in that very cell.

    Returns
    -------
    ndarray of bool, 1-D
        By row.
    """
    labels = one.grid.where_text(_label)[rows][:, one.first_column : one.last_column + 1]
    found: npt.NDArray[np.bool_] = np.asarray(labels.any(axis=1), dtype=np.bool_)
    for column in guards:
        filled = one.grid.kinds[rows, column] != 0
        found = found & (~filled | labels[:, column - one.first_column])
    if one.excel is not None and one.excel.has_totals and len(rows):
        found[rows == one.excel.last_row - 1] = True
    return found


def mask_of_tied(
    rows: npt.NDArray[np.int64],
    asked: npt.NDArray[np.bool_],
    totals: npt.NDArray[np.bool_],
    details: npt.NDArray[np.bool_],
    amounts: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Say which rows that carry no label of a sum are one: 制表人 beside a SUM of what is above.

    Parameters
    ----------
    rows : ndarray of int64, 1-D
        Rows in rising order.
    asked, totals, details : ndarray of bool, 1-D
        By row: what may be a sum, what is one for certain, and what is added up.
    amounts : ndarray of int64, 1-D
        By row, in cents. A row with 0 or without an amount is no sum, nor one without details
        above it.

    Returns
    -------
    ndarray of bool, 1-D
        By row: those asked about that tie.
    """
    found = np.zeros(len(rows), dtype=np.bool_)
    above = np.cumsum(details) > 0
    asked = asked & above & (amounts != MISSING) & (amounts != 0)
    sums = asked | totals
    stated = np.where(sums, amounts, MISSING)[sums]
    checked = check_totals(rows[details], amounts[details], rows[sums], stated, 0)
    tied = [total.row for total in checked if total.difference == 0]
    found[np.isin(rows, tied)] = True
    return found & asked


def check_totals(
    detail_rows: npt.NDArray[np.int64],
    details: npt.NDArray[np.int64],
    total_rows: npt.NDArray[np.int64],
    stated: npt.NDArray[np.int64],
    column: int,
) -> list[Total]:
    """Compare sum rows with the details they can be the sum of.

    Parameters
    ----------
    detail_rows, details : ndarray of int64, 1-D
        Rows in rising order and amounts in cents (MISSING adds nothing).
    total_rows, stated : ndarray of int64, 1-D
        The same for sum rows; a sum row without an amount is not checked.
    column : int
        Column of the amounts, for the place.

    Returns
    -------
    list of Total
        One for each sum row with an amount, with the nearest sum.

    Examples
    --------
    >>> import numpy as np
    >>> check_totals(np.array([1, 2]), np.array([10, 20]), np.array([3]), np.array([30]), 0)
    [Total(row=3, column=0, stated=30, computed=30)]
    """
    running = np.concatenate([[0], np.cumsum(np.where(details == MISSING, 0, details))])
    before = running[np.searchsorted(detail_rows, total_rows)]
    found = []
    for place in np.flatnonzero(stated != MISSING):
        starts = np.unique(np.concatenate([[0], before[:place]]))
        sums = before[place] - starts
        if before[place] == 0 and not (detail_rows < total_rows[place]).any():
            later = before[place + 1 :]
            sums = np.unique(np.concatenate([later, running[-1:]]))
        nearest = sums[np.argmin(np.abs(sums - stated[place]))]
        found.append(Total(int(total_rows[place]), column, int(stated[place]), int(nearest)))
    return found
