"""已收金额 beside 回款 without document numbers: the same money is subtracted once."""

import pytest

from macros import ledger as module
from macros.aging import aging
from macros.dunning import dunning
from macros.ledger import Ledger, open_ledger
from macros.texts import text
from tests.ledgers import at, book_of, cents

# 1,500.00 billed; 300.00 of I1 came in, and 回款 has the same 300.00 without a number.
BILLS = """
document | customer | document_date | due_date   | amount   | received
I1       | C1       | 2025-05-01    | 2025-05-31 | 1,000.00 | 300.00
I2       | C1       | 2025-05-01    | 2025-06-15 | 500.00   |
"""
RECEIPT = "receipt_date | amount | customer | document\n2025-06-10 | 300.00 | C1 |"


def opened(day: str, receipts: str, bills: str = BILLS) -> tuple[Ledger, list[int], list[int]]:
    ledger = open_ledger(book_of(receivables=bills, receipts=receipts), at(day))
    total = int(ledger.items["open"].sum()) - int(ledger.unapplied["amount"].sum())
    assert total == ledger.source_total
    return ledger, ledger.items["open"].tolist(), ledger.unapplied["amount"].tolist()


def said(ledger: Ledger) -> list[dict[str, object]]:
    return [dict(problem.params) for problem in ledger.problems if problem.code == "received_twice"]


def test_the_same_money_in_both_tables_is_subtracted_once_and_said():
    ledger, items, free = opened("2025-06-30", RECEIPT)
    assert (ledger.source_total, items, free) == (120_000, [70_000, 50_000], [])
    assert said(ledger) == [{"stated": "300.00", "amount": "300.00", "rest": "0.00"}]
    (problem,) = (p for p in ledger.problems if p.code == "received_twice")
    assert (problem.severity, problem.sheet, problem.cell) == ("warning", "应收", "F2")
    for lang in ("zh", "en"):
        assert "300.00" in text("check.received_twice.advice", lang, **problem.params)
    book = book_of(receivables=BILLS, receipts=RECEIPT)
    for action in (aging, dunning):
        changes = action(book, at("2025-06-30"))
        assert changes.tie_out == 0
        assert "1,200.00" in str(changes.summary)
        assert "received_twice" in [p.code for p in changes.problems]


@pytest.mark.parametrize(
    ("receipt", "left", "free", "stated"),
    [
        ("299.99", [70_000, 50_000], [], {"amount": "299.99", "rest": "0.01"}),
        ("300.01", [70_000, 50_000], [1], {"amount": "300.00", "rest": "0.00"}),
        ("800.00", [70_000, 50_000], [50_000], {"amount": "300.00", "rest": "0.00"}),
    ],
)
def test_what_goes_beyond_either_side_counts_once(receipt, left, free, stated):
    ledger, items, unapplied = opened("2025-06-30", RECEIPT.replace("300.00", receipt))
    assert (items, unapplied) == (left, free)
    assert said(ledger) == [{"stated": "300.00", **stated}]


def test_the_receipts_tell_the_day_of_the_money():
    ledger, items, free = opened("2025-06-09", RECEIPT)
    assert (items, free) == ([100_000, 50_000], [])
    assert [p.code for p in ledger.problems] == ["received_twice"]
    assert opened("2025-06-10", RECEIPT)[1] == [70_000, 50_000]


def test_receipts_of_another_customer_and_with_a_number_are_other_money():
    other = RECEIPT.replace("C1", "C2")
    ledger, items, free = opened("2025-06-30", other)
    assert (items, free, said(ledger)) == ([70_000, 50_000], [30_000], [])
    numbered = RECEIPT + " I2"
    ledger, items, free = opened("2025-06-30", numbered)
    assert (items, free, said(ledger)) == ([70_000, 20_000], [], [])
    on_it = RECEIPT + " I1\n2025-06-10 | 40.00 | C1 |"
    ledger, items, free = opened("2025-06-30", on_it)
    # The numbered receipt is what 已收金额 told of: the other one is a credit.
    assert (items, free, said(ledger)) == ([70_000, 50_000], [4_000], [])


def test_several_receipts_and_a_refund_are_laid_on_the_items_by_due_date():
    bills = """
document | customer | due_date   | amount   | received
I1       | C1       | 2025-06-15 | 1,000.00 | 300.00
I2       | C1       | 2025-05-31 | 500.00   | 200.00
"""
    receipts = """
receipt_date | amount  | customer
2025-06-01   | 150.00  | C1
2025-06-02   | 200.00  | C1
2025-06-03   | -100.00 | C1
"""
    # 250.00 net came in: 200.00 of it pays I2, 50.00 I1; I1 says 250.00 more than 回款 knows.
    ledger, items, free = opened("2025-06-30", receipts, bills)
    assert (items, free) == ([70_000, 30_000], [])
    assert said(ledger) == [{"stated": "500.00", "amount": "250.00", "rest": "250.00"}]
    # The undated 250.00 of I1 are there on every day.
    assert opened("2025-06-01", receipts, bills)[1] == [75_000, 35_000]
    assert opened("2025-06-02", receipts, bills)[1] == [60_000, 30_000]


def test_a_refund_alone_stays_a_claim():
    ledger, items, free = opened("2025-06-30", RECEIPT.replace("300.00", "-50.00"))
    assert (items, free, said(ledger)) == ([70_000, 50_000], [-5_000], [])
    assert ledger.source_total == cents("1,250.00")


def test_the_tie_sees_money_subtracted_twice(monkeypatch):
    """The total of the tables does not rest on how receipts were laid on receivables."""
    right = module.overlap_of

    def careless(*arguments: object) -> object:
        found = right(*arguments)
        none = found.item[:0]
        return found._replace(covered=found.covered * 0, receipt=none, item=none, part=none)

    monkeypatch.setattr(module, "overlap_of", careless)
    book = book_of(receivables=BILLS, receipts=RECEIPT)
    assert aging(book, at("2025-06-30")).tie_out == -30_000


@pytest.mark.parametrize(
    ("document", "warned"), [("", [{"amount": "300.00"}]), ("I2", [])], ids=["loose", "numbered"]
)
def test_a_settled_date_beside_loose_receipts_is_warned_of(document, warned):
    bills = """
document | customer | document_date | due_date   | amount   | settled_date
I1       | C1       | 2025-05-01    | 2025-05-31 | 1,000.00 | 2025-06-10
I2       | C1       | 2025-05-01    | 2025-06-15 | 500.00   |
"""
    ledger, items, _ = opened("2025-06-30", RECEIPT + f" {document}", bills)
    found = [dict(one.params) for one in ledger.problems if one.code == "settled_twice"]
    assert found == warned
    assert items[0] == 0
