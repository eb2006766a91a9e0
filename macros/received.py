"""已收金额 beside 回款: the same money written down twice is subtracted once.

A receivable may say itself how much came in, on no particular day. Where 回款 has receipts of the
same customer without a document number, that is most likely the same money: 已收金额 tells which
receivables those receipts pay, up to their amount, in order of due date. Only what goes beyond
them is money that 回款 does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from udfs.arrays import Ints, sums
from udfs.balances import spread_receipts

if TYPE_CHECKING:
    from udfs.arrays import Bools

_NEVER: Final = np.iinfo(np.int64).max


class Overlap(NamedTuple):
    """How 已收金额 and receipts without a number cover each other.

    Attributes
    ----------
    stated, covered : ndarray of int64, by receivable
        Cents of 已收金额 that count, and of them those that receipts of any day stand for.
    receipt, item, part : ndarray of int64, by application
        Position of the receipt, of the receivable, cents.
    """

    stated: Ints
    covered: Ints
    receipt: Ints
    item: Ints
    part: Ints

    @property
    def unknown(self) -> Ints:
        """Cents by receivable that 回款 knows nothing of."""
        return self.stated - self.covered


def overlap_of(items: pd.DataFrame, cash: pd.DataFrame, known: Bools, unnumbered: Bools) -> Overlap:
    """Lay the receipts without a number on what the receivables say was received.

    Parameters
    ----------
    items : DataFrame
        Receivables that exist: key, due_date, received, settled_date.
    cash : DataFrame
        All receipts: key, date, amount.
    known : ndarray of bool, by receivable
        Whether 回款 has a receipt with its number; 已收金额 adds nothing to it then.
    unnumbered : ndarray of bool, by receipt
        Whether it counts, on whatever day, and has no document number.
    """
    total = items["received"].to_numpy(dtype=np.int64, na_value=0)
    stated = np.where(items["settled_date"].isna().to_numpy(dtype=bool) & ~known, total, 0)
    # Nobody (−1) is a customer like any other here; her place must not be negative.
    owing = items["key"].to_numpy(dtype=np.int64) + 1
    paying = np.flatnonzero(unnumbered)
    payer = cash["key"].to_numpy(dtype=np.int64)[paying] + 1
    there = np.isin(payer, owing[stated > 0])
    paying, payer = paying[there], payer[there]
    day = cash["date"].to_numpy(dtype=np.int64, na_value=_NEVER)[paying]
    order = np.lexsort((day, payer))
    paying, payer = paying[order], payer[order]
    count = int(max(owing.max(initial=0), payer.max(initial=0))) + 1
    most = sums(owing, np.maximum(stated, 0), count)
    amount = cash["amount"].to_numpy(dtype=np.int64, na_value=0)[paying]
    applied = _within(payer, amount, most)
    receipt, item, part = spread_receipts(
        owing,
        np.maximum(stated, 0),
        items["due_date"].to_numpy(dtype=np.int64, na_value=_NEVER),
        payer,
        applied,
    )
    told = part != 0
    receipt, item, part = receipt[told], item[told], part[told]
    return Overlap(stated, sums(item, part, len(items)), paying[receipt], item, part)


def unknown_total(items: pd.DataFrame, cash: pd.DataFrame, stated: Ints, unnumbered: Bools) -> int:
    """Sum what 已收金额 says beyond the receipts without a number, by customer, unmatched.

    So the tie-out sees money subtracted twice, whatever laid receipts on receivables.
    """
    said = pd.Series(np.maximum(stated, 0)).groupby(items["key"].to_numpy()).sum()
    came = cash.loc[unnumbered, "amount"].astype(np.int64).groupby(cash["key"]).sum()
    both = came.reindex(said.index, fill_value=0).clip(lower=0)
    return int(stated.sum()) - int(np.minimum(said, both).sum())


def _within(payer: Ints, amount: Ints, most: Ints) -> Ints:
    """Give of each receipt, in order of payer and day, what lies within the payer's limit.

    A refund takes back what it exceeds: the running total decides, held between 0 and the limit.
    """
    if not len(payer):
        return amount
    total = np.cumsum(amount)
    first = np.searchsorted(payer, payer)
    after = total - (total - amount)[first]
    before = after - amount
    limit = most[payer]
    return np.clip(after, 0, limit) - np.clip(before, 0, limit)
