"""What a report says of its unit."""

import pytest

from macros.action import actions
from tests.ledgers import at, book_of

BILLS = """
document | customer | document_date | due_date   | amount  | currency
1        | C1       | 2025-05-01    | 2025-06-20 | 300,000 | {currency}
"""
TARGETS = "plan | start_date | end_date | amount\n年度 | 2025-01-01 | 2025-12-31 | 500,000"


@pytest.mark.parametrize("action", ["aging", "dunning", "task-breakdown"])
@pytest.mark.parametrize(
    ("currency", "lang", "unit", "title"),
    [
        ("", "zh", "yuan", "单位：元"),
        ("", "zh", "wan", "单位：万元（文字中的金额为元）"),
        ("", "en", "yuan", "in CNY"),
        ("", "en", "wan", "in 10k CNY (amounts in sentences in CNY)"),
        ("USD", "zh", "wan", "单位：万 USD（文字中的金额为USD）"),
    ],
)
def test_the_title_says_in_which_unit_cells_and_sentences_are(action, currency, lang, unit, title):
    book = book_of(receivables=BILLS.format(currency=currency), targets=TARGETS)
    changes = actions()[action].run(book, at("2025-07-01", lang, unit=unit))
    for sheet in changes.sheets:
        assert sheet.title.endswith(f" · {title}"), sheet.name
        kinds = {column.kind for column in sheet.blocks[0].columns if not column.hers}
        assert ("money_wan" in kinds, "money" in kinds) == (unit == "wan", unit == "yuan")
