"""Books of one customer and one invoice, and her rows on the dunning list."""

from __future__ import annotations

import pandas as pd

from macros.changes import Changes
from macros.dunning import dunning
from tests.ledgers import at

BILL = """
document | customer | customer_name | project | document_date | due_date   | amount
INV1     | C1       | 甲公司        | 一期    | 2025-02-10    | 2025-03-10 | 100,000
"""
CUSTOMER = """
customer | customer_name | contact | phone    | grade
C1       | 甲公司        | 王经理  | 000-0001 | 中
"""


def run(book, day: str, lang: str = "zh", **options: str) -> Changes:
    changes = dunning(book, at(day, lang, **options))
    assert changes.tie_out == 0
    return changes


def rows(book, day: str, **options: str) -> pd.DataFrame:
    return run(book, day, **options).sheets[0].blocks[0].data.set_index("key")


def sections(book, day: str, **options: str) -> list[str]:
    return [key for key in rows(book, day, **options).index if key.startswith("#section")]


def day_of(value: object) -> int | None:
    return None if pd.isna(value) else int(value)


# The story of one invoice. Each step is what the workbook knew on that day.
CALL = "contact_date | customer | level | channel\n2025-03-17 | C1 | 1 | 电话"
PROMISE = """
customer | made_date  | promised_date | amount
C1       | 2025-03-24 | 2025-03-28    | 50,000
"""
LETTERS = """
contact_date | customer | document | level | channel | delivered | delivered_date | status
2025-03-17   | C1       |          | 1     | 电话    |           |                | 跟进中
2025-03-24   | C1       |          | 1     | 电话    |           |                | 跟进中
2025-04-02   | C1       | INV1     | 2     | 催款函  | 是        | 2025-04-04     | 跟进中
"""
PAYMENT = """
receipt_date | amount | document | customer
2025-05-06   | 30,000 | INV1     | C1
"""
