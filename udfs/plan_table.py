"""Splitting a target over several levels or in two directions at once, every sum exact.

A cascade splits each level from the rounded amount of its parent, so that months add up to their
quarter and quarters to the year. A table of projects by months keeps both margins: its rows are
split by largest remainders, then single cents move within rows until the columns add up too.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np

from udfs.arrays import ints, sums
from udfs.decimals import scaled, times
from udfs.plan import allocate
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    OPTIONAL,
    CellError,
    CellFaultError,
    CentsList,
    ExactCents,
    Kind,
    Number,
    Text,
    TextList,
)

if TYPE_CHECKING:
    from udfs.arrays import Codes, Ints
    from udfs.decimals import Whole


#: Cells of one table at most: beyond it a column was meant as one cell.
_MOST_ANSWERS: Final = 2**24
_WRAPS: Final = 2**63


class PlanLeaves(NamedTuple):
    """The finest level of a plan: its weight, the group above it, and perhaps the one between.

    ``group`` is the quarter of a month; with three levels ``subgroup`` is the month of a week.
    """

    weight: Number
    group: Text
    subgroup: Annotated[Text, OPTIONAL]


class Cascade(NamedTuple):
    """Amounts of the leaves in their order, and the groups in order of appearance with theirs."""

    parts: CentsList
    groups: TextList
    group_amounts: CentsList


def _numbered(*columns: Codes) -> tuple[Ints, list[tuple[object, ...]]]:
    """Give each row the number of its key, and the keys in order of appearance."""
    seen: defaultdict[tuple[object, ...], int] = defaultdict(count().__next__)
    keys = zip(*(column.tolist() for column in columns), strict=True)
    return np.fromiter(map(seen.__getitem__, keys), np.int64), list(seen)


def _sums(key: Ints, weights: Whole, keys: int) -> Whole:
    """Add weights, not negative, by key; on Python's integers where they could fill int64."""
    if weights.dtype != object and int(weights.max(initial=0)) * weights.size < _WRAPS:
        return sums(key, weights, keys)
    found: Whole = np.zeros(keys, dtype=object)
    np.add.at(found, key, weights.astype(object))
    return found


def allocate_within(parents: Ints, parent_of: Ints, weights: Whole) -> Ints:
    """Split the amount of each parent over its children by largest remainders, all at once.

    Parameters
    ----------
    parents : ndarray of int64, shape (m,)
        Cents, of either sign.
    parent_of : ndarray of int64, shape (n,)
        Place of each child's parent.
    weights : ndarray of whole numbers, shape (n,)
        Not negative. Where all children of a parent have none, they count alike.

    Returns
    -------
    ndarray of int64, shape (n,)
        Cents that add up to each parent; ties go to the earliest child.

    Examples
    --------
    >>> allocate_within(np.array([5, 100]), np.array([0, 0, 1]), np.array([1, 1, 1])).tolist()
    [3, 2, 100]
    """
    heavy = _sums(parent_of, weights, parents.size)
    usable = np.where(heavy[parent_of] == 0, 1, weights)
    divisor = _sums(parent_of, usable, parents.size)[parent_of]
    product = times(np.abs(parents)[parent_of], usable)
    parts = product // divisor
    fraction = product - parts * divisor
    spare = np.abs(parents) - _sums(parent_of, parts, parents.size)
    # Stable twice: by parent, within it by fraction, ties to the earliest.
    order = np.argsort(-fraction, kind="stable")
    order = order[np.argsort(parent_of[order], kind="stable")]
    starts = np.cumsum(np.bincount(parent_of, minlength=parents.size))
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size) - np.concatenate([[0], starts[:-1]])[parent_of[order]]
    whole = (parts + (rank < spare[parent_of])).astype(np.int64)
    return ints(np.where(parents[parent_of] < 0, -whole, whole))


@function("AR_ALLOCATE_CASCADE", category="plan")
def allocate_cascade(
    total: Annotated[int, Kind("cents", "one", exact=True)], leaves: PlanLeaves
) -> Cascade:
    """Split a total level by level, each from the rounded amount of its parent.

    Parameters
    ----------
    total : int
        Cents, of either sign.
    leaves : PlanLeaves
        Weights of the finest level, not negative, with the groups they belong to.

    Returns
    -------
    Cascade
        Leaves add up to their subgroup, subgroups to their group, groups to the total; on each
        level by largest remainders over the summed weights, ties to the earliest.

    Raises
    ------
    CellFaultError
        #NUM! where a weight is negative or none is above 0; #N/A without leaves.

    Examples
    --------
    >>> names = np.array(["Q1", "Q1", "Q1", "Q2", "Q2", "Q2"], dtype=object)
    >>> found = allocate_cascade(10000, PlanLeaves(np.ones(6), names, np.array([None] * 6)))
    >>> found.parts.tolist(), found.group_amounts.tolist()
    ([1667, 1667, 1666, 1667, 1667, 1666], [5000, 5000])
    """
    if not leaves.weight.size:
        raise CellFaultError(CellError.NA)
    if (leaves.weight < 0).any() or not (leaves.weight > 0).any():
        raise CellFaultError(CellError.NUM)
    weights = scaled(leaves.weight)[0]
    group, names = _numbered(leaves.group)
    amounts = allocate(total, _sums(group, weights, len(names)))
    middle, keys = _numbered(leaves.group, leaves.subgroup)
    first = np.unique(middle, return_index=True)[1]
    carried = allocate_within(amounts, group[first], _sums(middle, weights, len(keys)))
    parts = allocate_within(carried, middle, weights)
    return Cascade(parts, np.array([name for (name,) in names], dtype=object), amounts)


@function("AR_ALLOCATE_TABLE", category="plan")
def allocate_table(row_totals: ExactCents, column_totals: CentsList) -> CentsList:
    """Fill a table in proportion to its margins so that rows and columns both add up.

    Parameters
    ----------
    row_totals : ndarray of int64, shape (n,)
        Cents of each row (project).
    column_totals : ndarray of int64, shape (m,)
        Cents of each column (month). Margins have one sign and the same sum.

    Returns
    -------
    ndarray of int64, shape (n, m)
        Cents near ``row × column ÷ total``: rows by largest remainders, then single cents moved
        within rows from columns that have too much to columns that have too little, where they
        fit best. CONTRADICTION where the margins have different sums or signs.

    Raises
    ------
    CellFaultError
        #NUM! for more cells than 2**24.

    Examples
    --------
    >>> allocate_table(np.array([100, 200]), np.array([100, 100, 100])).tolist()
    [[33, 33, 34], [67, 67, 66]]
    """
    rows, columns = ints(row_totals), ints(column_totals)
    if rows.size * columns.size > _MOST_ANSWERS:
        raise CellFaultError(CellError.NUM)
    margins = np.concatenate([rows, columns])
    mixed = (margins > 0).any() and (margins < 0).any()
    if mixed or sum(rows.tolist()) != sum(columns.tolist()):
        return np.full((rows.size, columns.size), CONTRADICTION)
    if not margins.any():
        return np.zeros((rows.size, columns.size), dtype=np.int64)
    table = _repaired(allocate(np.abs(rows), np.abs(columns)), np.abs(rows), np.abs(columns))
    return -table if (margins < 0).any() else table


def _repaired(table: Ints, rows: Ints, columns: Ints) -> Ints:
    """Move single cents within rows until the columns add up; at least one moves in each round."""
    off = table.sum(axis=0) - columns
    # How far each cell is above its share. It only chooses the cell, so a float is enough.
    over = table - np.outer(rows, columns / columns.sum(dtype=np.float64))
    while off.any():
        source, target = int(off.argmax()), int(off.argmin())
        cents = min(int(off[source]), -int(off[target]))
        # A column with too much has a cent to give somewhere; first where most is over the share.
        gain = over[:, source] - over[:, target]
        able = np.flatnonzero(table[:, source] > 0)
        chosen = able[np.argsort(-gain[able], kind="stable")[:cents]]
        for place, cent in ((source, -1), (target, 1)):
            table[chosen, place] += cent
            over[chosen, place] += cent
        off[source] -= chosen.size
        off[target] += chosen.size
    return table
