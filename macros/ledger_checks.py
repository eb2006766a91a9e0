"""What matching receipts to receivables found: rows of 数据检查, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from macros import matching
from macros.book import address
from macros.layout import date_text, money_text
from macros.problems import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from macros.tables import Table, Tables

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

#: Why a receipt with a document number pays nothing -> the code of the problem.
_UNPAID = {
    matching.UNKNOWN_NUMBER: "receipt_document_unknown",
    matching.OTHER_CUSTOMER: "receipt_other_customer",
    matching.SEVERAL_CUSTOMERS: "receipt_several_customers",
}


class Findings(NamedTuple):
    """How the rows of a ledger were matched: rows that count, groups, and why not."""

    as_of: int
    exists: Bools
    arrived: Bools
    group: Ints
    receipt_group: Ints
    why: npt.NDArray[np.int8]


def problem_at(  # noqa: PLR0913 - a problem names each of its parts
    code: str,
    severity: Severity,
    table: Table,
    position: int,
    field: str,
    *,
    found: str = "",
    amount: int | None = None,
    source: str = "ledger",
    params: dict[str, object] | None = None,
) -> Problem:
    """Give a problem at the cell of a table's row and field (the row's first cell if no such)."""
    line = table.frame.iloc[position]
    region = next(r for r in table.regions if r.sheet == line["sheet"])
    column = region.columns.get(field, min(region.columns.values(), default=1))
    return Problem(
        code=code,
        severity=severity,
        table=table.name,
        sheet=region.sheet,
        cell=address(int(line["row"]), column),
        found=found,
        params=params or {},
        amount=amount,
        source=source,
    )


def ledger_problems(
    tables: Tables, bills: pd.DataFrame, cash: pd.DataFrame, found: Findings
) -> tuple[Problem, ...]:
    """Give the problems of a ledger: receipts that pay nothing, then what had to be assumed."""
    receivables, receipts = tables.require("receivables"), tables.get("receipts")
    problems = [*_bill_problems(receivables, bills, cash, found)]
    if receipts is not None:
        problems += _unpaid(receipts, cash, found)
        problems += _spread(receivables, bills, found)
    return tuple(problems)


def _unpaid(table: Table, cash: pd.DataFrame, found: Findings) -> Iterator[Problem]:
    documents = table.get("document")
    for why, code in _UNPAID.items():
        for position in np.flatnonzero(found.arrived & (found.why == why)):
            yield problem_at(
                code,
                "warning",
                table,
                int(position),
                "document",
                found=str(documents.iloc[position]),
                params={"amount": money_text(int(cash["amount"].iloc[position]))},
            )


def _spread(table: Table, bills: pd.DataFrame, found: Findings) -> Iterator[Problem]:
    """Say for each number that several receivables carry that receipts went by due date."""
    paid = np.unique(found.receipt_group[found.arrived & (found.receipt_group >= 0)])
    group = np.where(found.exists & np.isin(found.group, paid), found.group, -1)
    distinct, first, times = np.unique(group, return_index=True, return_counts=True)
    for position in first[(distinct >= 0) & (times > 1)]:
        rows = int((group == group[position]).sum())
        yield problem_at(
            "receipts_spread",
            "info",
            table,
            int(position),
            "document",
            found=str(bills["document"].iloc[position]),
            params={"rows": rows},
        )


def _bill_problems(
    table: Table, bills: pd.DataFrame, cash: pd.DataFrame, found: Findings
) -> Iterator[Problem]:
    undated = np.flatnonzero(found.exists & bills["document_date"].isna().to_numpy(bool))
    if len(undated):
        yield problem_at(
            "document_date_missing",
            "warning",
            table,
            int(undated[0]),
            "document_date",
            params={"rows": len(undated)},
        )
    known = np.isin(found.group, found.receipt_group[found.receipt_group >= 0])
    total = bills["received"].fillna(0).to_numpy(dtype=np.int64)
    counted = found.exists & (total != 0) & bills["settled_date"].isna().to_numpy(bool) & ~known
    latest = _latest(bills, cash)
    if counted.any() and latest > found.as_of:
        yield problem_at(
            "received_undated",
            "warning",
            table,
            int(np.flatnonzero(counted)[0]),
            "received",
            amount=None,
            params={
                "rows": int(counted.sum()),
                "amount": money_text(int(total[counted].sum())),
                "latest": date_text(latest),
            },
        )


def _latest(bills: pd.DataFrame, cash: pd.DataFrame) -> int:
    """Give the last day of which the workbook tells something that has happened."""
    columns = (bills["document_date"], bills["settled_date"], cash["date"])
    return max((int(c.max()) for c in columns if c.notna().any()), default=0)
