"""What falls due in a period: the open balance at its start, and what is billed within it.

An item whose due date lies in the period counts with its open balance on the day before the period
begins, or with its full amount if its document is dated within the period. Documents later than the
as-of date do not exist yet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros.ledger import Ledger, open_ledger
from macros.parties import normals
from macros.tables import Table, Tables
from udfs.arrays import sums

if TYPE_CHECKING:
    from macros.action import Settings


def ledger_of(tables: Tables, settings: Settings) -> Ledger:
    """Open the ledger; a book without 应收 has one of receipts only."""
    if "receivables" not in tables:
        empty = Table("receivables", pd.DataFrame({"sheet": [], "row": []}), ())
        tables = replace(tables, found={**tables.found, "receivables": empty})
    return open_ledger(tables, settings)


class Dues:
    """The balances that fall due in periods, from one ledger; each period is computed once."""

    def __init__(self, ledger: Ledger) -> None:
        self._items = ledger.items
        self._receipts = ledger.receipts[ledger.receipts["item"] >= 0]
        self._known: dict[tuple[int, int], pd.DataFrame] = {}

    def within(self, start: int, end: int) -> pd.DataFrame:
        """Give the balance that falls due from ``start`` to ``end``, item by item.

        Returns
        -------
        DataFrame
            ``item`` (row of the ledger's items), ``project``, ``owner`` (texts, "" for none),
            ``day`` (due date) and ``cents``, where they are not 0; a credit note is negative.
        """
        if (start, end) not in self._known:
            self._known[start, end] = self._compute(start, end)
        return self._known[start, end]

    def _compute(self, start: int, end: int) -> pd.DataFrame:
        items, receipts = self._items, self._receipts
        due = items["due_date"].to_numpy(dtype=np.int64, na_value=0)
        issued = items["document_date"].to_numpy(dtype=np.int64, na_value=start - 1)
        # What came in without a date counts as received before, as it does in the ledger.
        day = receipts["receipt_date"].to_numpy(dtype=np.int64, na_value=start - 1)
        item = np.where(day < start, receipts["item"].to_numpy(dtype=np.int64), -1)
        before = sums(item, receipts["amount"].to_numpy(dtype=np.int64), len(items))
        amount = items["amount"].to_numpy(dtype=np.int64)
        cents = np.where(issued < start, amount - before, amount)
        keep = (due >= start) & (due <= end) & (cents != 0)
        parties = {name: items[name].to_numpy(dtype=object)[keep] for name in ("project", "owner")}
        where = np.flatnonzero(keep)
        return pd.DataFrame({"item": where, **parties, "day": due[keep], "cents": cents[keep]})


def by_party(due: pd.DataFrame) -> pd.DataFrame:
    """Sum a balance by project and owner, in order of appearance, spelled as first written."""
    keyed = due.assign(project_key=normals(due["project"]), owner_key=normals(due["owner"]))
    grouped = keyed.groupby(["project_key", "owner_key"], sort=False)
    summed: pd.DataFrame = grouped.agg(
        project=("project", "first"), owner=("owner", "first"), cents=("cents", "sum")
    )
    return summed.reset_index()
