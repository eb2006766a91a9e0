"""Receivables that are typed as balances: what 回款 lists has already been taken off them.

A book whose amount column is 欠款 or 应收余额 and which lists receipts beside it would lose the
receipts twice. The amount billed is the balance and what was received on it, on any day; then
every as-of date comes out right, and today's total is hers::

    billed = balance + receipts of its number        open(D) = billed − receipts dated ≤ D

A receipt that names none of the items is left out: it is in some balance already, nobody knows in
which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from macros.layout import money_text
from macros.problems import Problem

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from macros.tables import Tables
    from udfs.arrays import Ints

    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Netted:
    """Which receipts are in the balances already and cannot be placed; what is to be said."""

    left_out: Bools
    problems: tuple[Problem, ...] = ()


def restore_amounts(  # noqa: PLR0913, PLR0917 - both sides, their match, and what counts
    tables: Tables,
    bills: pd.DataFrame,
    cash: pd.DataFrame,
    group: Ints,
    paying: Ints,
    usable: Bools,
) -> Netted:
    """Turn balances into amounts billed, in place; leave out the receipts that name no item.

    Parameters
    ----------
    bills, cash : DataFrame
        Rows of 应收 and 回款; the column amount of ``bills`` (Int64 cents) and the column counts
        of ``cash`` are changed where the receivables are balances and there are receipts.
    group, paying : ndarray of int64, 1-D
        Group of each receivable, and the group that each receipt pays or −1.
    usable : ndarray of bool, by receipt
        Whether the receipt has a date and an amount and is of the chosen currency.

    Returns
    -------
    Netted
        ``left_out`` by receipt.
    """
    regions = tables.require("receivables").regions
    region = next((one for one in regions if one.balances), None)
    if region is None or not usable.any():
        return Netted(np.zeros(len(cash), dtype=np.bool_))
    amounts = cash["amount"].to_numpy(dtype=np.int64, na_value=0)
    placed = usable & (paying >= 0)
    received = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(received, paying[placed], amounts[placed])
    billed = np.flatnonzero(bills["amount"].notna().to_numpy(dtype=bool))
    _, first = np.unique(group[billed], return_index=True)
    rows = billed[first]
    full = bills["amount"].to_numpy(dtype=np.int64, na_value=0, copy=True)
    full[rows] += received[group[rows]]
    bills["amount"] = bills["amount"].mask(bills["amount"].notna(), full)
    left_out = usable & (paying < 0)
    cash["counts"] &= ~left_out
    problem = Problem(
        "balances_and_receipts",
        "warning",
        table="receivables",
        sheet=region.sheet,
        cell=region.cell("amount"),
        found=region.headings.get("amount", ""),
        params={
            "restored": money_text(int(amounts[placed].sum())),
            "left_out": money_text(int(amounts[left_out].sum())),
        },
    )
    return Netted(left_out, (problem,))
