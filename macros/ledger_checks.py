"""What matching receipts to receivables found: rows of 数据检查, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from macros import matching
from macros.layout import date_text, money_text
from macros.places import Places
from udfs.arrays import Bools, Ints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from macros.problems import Problem, Severity
    from macros.received import Overlap
    from macros.tables import Table, Tables

#: Why a receipt with a document number pays nothing -> the code of the problem, how bad it is.
_UNPAID: Final[dict[int, tuple[str, Severity]]] = {
    matching.UNKNOWN_NUMBER: ("receipt_document_unknown", "warning"),
    matching.OTHER_CUSTOMER: ("receipt_other_customer", "warning"),
    matching.SEVERAL_CUSTOMERS: ("receipt_several_customers", "warning"),
    matching.LATER_DOCUMENT: ("receipt_before_document", "info"),
}


class Findings(NamedTuple):
    """How the rows of a ledger were matched: rows that count, groups, and why not."""

    as_of: int
    exists: Bools
    arrived: Bools
    group: Ints
    receipt_group: Ints
    why: Ints


def ledger_problems(
    tables: Tables, bills: pd.DataFrame, cash: pd.DataFrame, found: Findings, overlap: Overlap
) -> tuple[Problem, ...]:
    """Give the problems of a ledger: receipts that pay nothing, then what had to be assumed."""
    receivables, receipts = tables.require("receivables"), tables.get("receipts")
    problems = [*_undated(receivables, bills), *_assumed(receivables, bills, cash, found, overlap)]
    if receipts is not None:
        problems += _twice(receivables, bills, found, overlap)
        problems += _unpaid(receipts, cash, found)
        problems += _spread(receivables, bills, found)
    return tuple(problems)


def _unpaid(table: Table, cash: pd.DataFrame, found: Findings) -> Iterator[Problem]:
    documents = table.get("document").to_numpy(dtype=object)
    amounts = cash["amount"].to_numpy(dtype=np.int64, na_value=0)
    places = Places(table, "document")
    for why, (code, severity) in _UNPAID.items():
        for at in np.flatnonzero(found.arrived & (found.why == why)):
            amount = money_text(int(amounts[at]))
            yield places.problem(code, severity, at, found=str(documents[at]), amount=amount)


def _spread(table: Table, bills: pd.DataFrame, found: Findings) -> Iterator[Problem]:
    """Say for each number that several receivables carry that receipts went by due date."""
    paid = found.receipt_group[found.arrived & (found.receipt_group >= 0)]
    group = np.where(found.exists & np.isin(found.group, paid), found.group, -1)
    distinct, first, times = np.unique(group, return_index=True, return_counts=True)
    places = Places(table, "document")
    documents = bills["document"].to_numpy(dtype=object)
    shared = (distinct >= 0) & (times > 1)
    for at, rows in zip(first[shared], times[shared], strict=True):
        yield places.problem(
            "receipts_spread", "info", at, found=str(documents[at]), rows=int(rows)
        )


def _undated(table: Table, bills: pd.DataFrame) -> Iterator[Problem]:
    undated = bills["document_date"].isna() & bills["amount"].notna()
    rows = np.flatnonzero(undated.to_numpy(dtype=bool))
    if len(rows):
        places = Places(table, "document_date")
        yield places.problem("document_date_missing", "warning", rows[0], rows=len(rows))


def _assumed(
    table: Table, bills: pd.DataFrame, cash: pd.DataFrame, found: Findings, overlap: Overlap
) -> Iterator[Problem]:
    """Say that undated 已收金额 counts on a day that the workbook itself has left behind."""
    rows = np.flatnonzero(overlap.unknown)
    columns = (bills["document_date"], bills["settled_date"], cash["date"])
    latest = max((int(c.max()) for c in columns if c.notna().any()), default=0)
    if len(rows) and latest > found.as_of:
        yield Places(table, "received").problem(
            "received_undated",
            "warning",
            np.flatnonzero(found.exists)[rows[0]],
            rows=len(rows),
            amount=money_text(int(overlap.unknown[rows].sum())),
            latest=date_text(latest),
        )


def _twice(
    table: Table, bills: pd.DataFrame, found: Findings, overlap: Overlap
) -> Iterator[Problem]:
    """Say of each customer whose money stands in both tables how much was taken as the same."""
    rows = np.flatnonzero(found.exists)
    places = Places(table, "received")
    cents = pd.DataFrame(
        {"row": rows, "stated": overlap.stated, "covered": overlap.covered}
    ).groupby(bills["key"].to_numpy()[rows])
    told = cents.sum()[lambda sums: sums["covered"] != 0]
    first = pd.Series(rows, bills["key"].to_numpy()[rows])[overlap.covered != 0]
    first = first[~first.index.duplicated()]
    for key, stated, covered in zip(
        told.index, told["stated"].tolist(), told["covered"].tolist(), strict=True
    ):
        at = int(first[key])
        yield places.problem(
            "received_twice",
            "warning",
            at,
            found=str(bills["customer_name"].iloc[at]),
            stated=money_text(stated),
            amount=money_text(covered),
            rest=money_text(stated - covered),
        )


def settled_twice(
    table: Table, items: pd.DataFrame, own: pd.DataFrame, cash: pd.DataFrame, unnumbered: Bools
) -> Iterator[Problem]:
    """Warn of customers with settled dates and with receipts that name no document.

    The money of such a receipt may be the very money that settled an item: nobody can tell, so
    both are deducted and the smaller sum is named.
    """
    settled = own[own["receipt_date"].notna()]
    keys = items["key"].to_numpy(dtype=np.int64)[settled["item"]]
    dated = settled.groupby(keys)["amount"].sum()
    loose = cash[unnumbered & (cash["key"] >= 0).to_numpy(dtype=bool)]
    free = loose.groupby("key")["amount"].sum()
    places = Places(table, "settled_date")
    for key in dated.index.intersection(free.index):
        at = int(items["position"].to_numpy()[settled["item"].to_numpy()[keys == key][0]])
        amount = money_text(min(int(dated[key]), int(free[key])))
        name = str(items["customer_name"][items["key"] == key].iloc[0])
        yield places.problem("settled_twice", "warning", at, found=name, amount=amount)
