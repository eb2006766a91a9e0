"""Which receipt pays which receivable: by document number, never across customers.

A receipt belongs to the receivables that carry its document number and, where both sides say who
they are, its customer. Several receivables under one number (instalments, or a number used twice)
share its receipts in order of due date: see :func:`udfs.balances.spread_receipts`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from udfs.arrays import Bools, Codes, Ints

#: Why a receipt stays unapplied; the last is known only on a day, when its document is of later.
APPLIED, NO_NUMBER, UNKNOWN_NUMBER, OTHER_CUSTOMER, SEVERAL_CUSTOMERS, LATER_DOCUMENT = range(6)


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
