"""The sprint of the sources as a workbook, and how tests look at what is made of a plan."""

from __future__ import annotations

import pandas as pd

from macros.task_breakdown import task_breakdown
from tests.ledgers import at, book_of

SPRINT = {
    "targets": """
        target|plan|project|owner|start_date|end_date  |amount
        T1    |冲刺|一期   |王   |2025-10-21|2025-12-15|56,000,000.00
        """,
    "phases": """
        plan|phase|start_date|end_date
        冲刺|启动 |2025-10-20|2025-10-31
        冲刺|强推 |2025-11-01|2025-11-30
        冲刺|收官 |2025-12-01|2025-12-15
        """,
    "receivables": """
        document|project|owner|document_date|due_date  |amount
        A       |一期   |王   |2025-09-01   |2025-11-01|60,000,000.00
        """,
    "receipts": """
        receipt|receipt_date|document|amount
        R0     |2025-10-20  |A       |   900,000.00
        R1     |2025-10-26  |A       | 5,000,000.00
        R2     |2025-10-27  |A       | 2,000,000.00
        R3     |2025-11-05  |A       | 4,000,000.00
        R4     |2025-11-06  |A       | 1,000,000.00
        """,
}


#: Days of a plan, as they stand in the keys of one without a name.
DAYS = r"(\d{4}-\d\d-\d\d–\d{4}-\d\d-\d\d)"


def rows(changes, sheet: int = 0, block: int = 0) -> pd.DataFrame:
    return changes.sheets[sheet].blocks[block].data.set_index("key")


def row(changes, key: str) -> pd.Series:
    """Give a row by its key; of a plan without a name the key may leave out the plan's days."""
    found = rows(changes)
    days = next(iter(found.index.str.extract(DAYS, expand=False).dropna()), "")
    return next(
        found.loc[each] for each in (key, f"{key}{days}", f"{key}|{days}") if each in found.index
    )


def run(as_of: str, lang: str = "zh", tables: dict[str, str] | None = None, **options: str):
    return task_breakdown(book_of(**(tables or SPRINT)), at(as_of, lang, **options))


def notes(changes) -> str:
    return "\n".join(changes.sheets[0].notes)


def parties(changes) -> dict[str, int]:
    found = rows(changes)
    mine = found[(found.index.str.count(r"\|") == 2)]
    return {"|".join(key.split("|")[:2]): amount for key, amount in mine["target"].items()}
