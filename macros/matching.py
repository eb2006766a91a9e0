"""Which receipt pays which receivable: by document number, never across customers.

A receipt belongs to the receivables that carry its document number and, where both sides say who
they are, its customer. Several receivables under one number (instalments, or a number used twice)
are paid in order of due date: a receipt covers the stretch of running total from before it to
after it, and each receivable takes the part of that stretch that lies on its own amount.

    amounts   |---- 100 ----|---- 100 ----|
    receipts  |-- 70 --|---- 60 ----|           70 to the first; 30 to the first, 30 to the second

So a refund walks back along the same line, what is left over stays on the last receivable as an
overpayment, and every cent of every receipt lands exactly once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from udfs.arrays import Bools, Codes, Ints

#: Why a receipt with a document number stays unapplied.
APPLIED, NO_NUMBER, UNKNOWN_NUMBER, OTHER_CUSTOMER, SEVERAL_CUSTOMERS, LATER_DOCUMENT = range(6)

_FAR = np.int64(2**62)


class Claim(NamedTuple):
    """One side of the matching, row by row: document number in normal form, customer key."""

    document: Codes
    customer: Ints


def groups(items: Claim, receipts: Claim, sure: Bools) -> tuple[Ints, Ints, Ints]:
    """Give the group of each receivable and each receipt, and why a receipt has none.

    Parameters
    ----------
    items, receipts : Claim
        Both sides; a customer of -1 is not known.
    sure : ndarray of bool, by receipt
        Whether the receipt's customer is certain. If not, only the number decides.

    Returns
    -------
    item_group : ndarray of int64, 1-D
        Receivables of one number and one customer share a group.
    receipt_group : ndarray of int64, 1-D
        The group that a receipt pays, or -1.
    why : ndarray of int64, 1-D
        0 where it pays one, else the reason code of this module.
    """
    number, numbers = pd.factorize(items.document)
    width = np.int64(max(items.customer.max(initial=-1), receipts.customer.max(initial=-1)) + 2)
    item_group, pairs = pd.factorize(number * width + items.customer + 1)
    wanted = np.where(
        receipts.document == "",
        -1,
        pd.Index(numbers, dtype=object).get_indexer(pd.Index(receipts.document, dtype=object)),
    )
    index = pd.Index(pairs)
    exact = index.get_indexer(wanted * width + receipts.customer + 1)
    nobody = index.get_indexer(wanted * width)
    sizes = np.bincount(np.asarray(pairs) // width, minlength=len(numbers) + 1)
    only = np.full(len(numbers) + 1, -1, dtype=np.int64)
    only[np.asarray(pairs) // width] = np.arange(len(pairs))
    group = np.where(sure & (exact >= 0), exact, -1)
    group = np.where((group < 0) & sure, nobody, group)
    group = np.where(~sure & (sizes[wanted] == 1), only[wanted], group)
    group = np.where(wanted < 0, -1, group).astype(np.int64)
    why = np.select(
        [group >= 0, receipts.document == "", wanted < 0, sure],
        [APPLIED, NO_NUMBER, UNKNOWN_NUMBER, OTHER_CUSTOMER],
        SEVERAL_CUSTOMERS,
    )
    return item_group.astype(np.int64), group, why.astype(np.int64)


def spread(
    item_group: Ints, amount: Ints, due: Ints, receipt_group: Ints, received: Ints
) -> tuple[Ints, Ints, Ints]:
    """Lay the receipts of each group along its receivables.

    Parameters
    ----------
    item_group, amount, due : ndarray of int64, by receivable
        Group, amount in cents, due date (a missing one is the largest number: paid last).
    receipt_group, received : ndarray of int64, by receipt, in order of date
        Group (never -1) and amount in cents, negative for a refund.

    Returns
    -------
    receipt, item, part : ndarray of int64, 1-D
        Positions and cents; the parts of one receipt add up to it. A receipt of 0 has one part.

    Examples
    --------
    >>> import numpy as np
    >>> spread(
    ...     np.array([0, 0]), np.array([100, 100]), np.array([5, 9]),
    ...     np.array([0, 0]), np.array([70, 60]),
    ... )
    (array([0, 1, 1]), array([0, 0, 1]), array([70, 30, 30]))
    """
    # Only amounts above zero can be covered; a credit note under the same number comes last.
    items = np.lexsort((due, amount <= 0, item_group))
    group = item_group[items]
    size = np.maximum(amount[items], 0)
    low, first, last = _running(group, size)
    order = np.argsort(receipt_group, kind="stable")
    before, _, _ = _running(receipt_group[order], received[order])
    after = before + received[order]
    start = np.searchsorted(group, receipt_group[order])
    end = last[start] if len(start) else start
    # Positions on one line for all groups: the start of a group plus its own running total.
    base = np.cumsum(size) - size - low
    line = np.cumsum(size)
    stretch = [
        np.clip(
            np.searchsorted(line, base[start] + np.clip(at, 0, low[end] + size[end])), start, end
        )
        for at in (before, after)
    ]
    # What is left over stays on the last receivable that has an amount to be covered.
    top = np.maximum(np.searchsorted(line, line[last]), first)
    left, right = np.minimum(*stretch), np.maximum(*stretch)
    count = right - left + 1
    receipt = np.repeat(np.arange(len(order)), count)
    item = (
        np.repeat(left, count)
        + np.arange(len(receipt))
        - np.repeat(np.cumsum(count) - count, count)
    )
    floor = np.where(item == first[item], -_FAR, low[item])
    ceiling = np.where(item == top[item], _FAR, low[item] + size[item])
    part = np.clip(after[receipt], floor, ceiling) - np.clip(before[receipt], floor, ceiling)
    keep = (part != 0) | (received[order][receipt] == 0)
    return order[receipt[keep]], items[item[keep]], part[keep]


def _running(group: Ints, amount: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the total before each row within its (sorted) group, and the group's first and last."""
    if not len(group):
        return amount, group, group
    first = np.searchsorted(group, group)
    last = np.searchsorted(group, group, side="right") - 1
    total = np.cumsum(amount) - amount
    return total - total[first], first, last
