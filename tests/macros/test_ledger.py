"""The ledger as of a day, on books small enough to add up by hand."""

import numpy as np
import pandas as pd
import pytest

from macros.ledger import Ledger, open_ledger
from macros.texts import Refusal
from tests.ledgers import at, book_of, cents

BILLS = """
document | customer | customer_name | project | document_date | due_date   | amount
INV1     | C1       | 甲公司        | 一期    | 2025-05-01    | 2025-05-31 | 1,000.00
INV2     | C1       | 甲公司        | 二期    | 2025-06-01    | 2025-06-30 | 500.00
INV3     | C2       | 乙公司        | 一期    | 2025-06-10    | 2025-07-10 | 250.00
"""


def opens(ledger: Ledger) -> dict[str, int]:
    return dict(zip(ledger.items["document"], ledger.items["open"], strict=True))


def codes(ledger: Ledger) -> list[str]:
    return [problem.code for problem in ledger.problems]


def ties(ledger: Ledger) -> bool:
    unapplied = int(ledger.unapplied["amount"].sum())
    return int(ledger.items["open"].sum()) - unapplied == ledger.source_total


def test_receipts_count_up_to_the_as_of_day_inclusive():
    book = book_of(
        receivables=BILLS,
        receipts="""
receipt_date | amount | document
2025-06-15   | 400.00 | INV1
2025-06-16   | 100.00 | INV1
""",
    )
    the_day_before = open_ledger(book, at("2025-06-14"))
    assert opens(the_day_before)["INV1"] == cents("1,000.00")
    the_day = open_ledger(book, at("2025-06-15"))
    assert opens(the_day)["INV1"] == cents("600.00")
    assert the_day.receipt_rows.later == 1
    assert ties(the_day)


def test_a_document_exists_from_its_own_date():
    book = book_of(receivables=BILLS)
    assert set(opens(open_ledger(book, at("2025-06-09")))) == {"INV1", "INV2"}
    assert set(opens(open_ledger(book, at("2025-06-10")))) == {"INV1", "INV2", "INV3"}


def test_cash_before_its_document_is_a_credit_and_pays_once_the_document_exists():
    book = book_of(
        receivables=BILLS,
        receipts="""
receipt_date | amount | document | customer
2025-06-05   | 250.00 | INV3     | C2
""",
    )
    early = open_ledger(book, at("2025-06-09"))
    assert list(early.unapplied["amount"]) == [cents("250.00")]
    assert list(early.unapplied["customer_name"]) == ["乙公司"]
    assert [(problem.code, problem.severity) for problem in early.problems] == [
        ("receipt_before_document", "info")
    ]
    assert (early.problems[0].cell, early.problems[0].params) == ("C2", {"amount": "250.00"})
    assert ties(early)
    later = open_ledger(book, at("2025-06-10"))
    assert (opens(later)["INV3"], codes(later)) == (0, [])


def test_document_numbers_match_in_any_width_and_case():
    book = book_of(
        receivables=BILLS,
        receipts="""
receipt_date | amount | document
2025-06-15   | 400.00 | ｉｎｖ１
""",
    )
    assert opens(open_ledger(book, at("2025-06-30")))["INV1"] == cents("600.00")


def test_a_receipt_of_another_customer_is_not_applied_and_is_said():
    book = book_of(
        receivables=BILLS,
        receipts="""
receipt_date | amount | document | customer
2025-06-15   | 400.00 | INV1     | C2
""",
    )
    ledger = open_ledger(book, at("2025-06-30"))
    assert opens(ledger)["INV1"] == cents("1,000.00")
    assert codes(ledger) == ["receipt_other_customer"]
    assert (ledger.problems[0].sheet, ledger.problems[0].cell) == ("回款", "C2")
    assert list(ledger.unapplied["customer"]) == ["C2"]
    assert ties(ledger)


def test_a_receipt_that_gives_the_name_only_is_of_the_same_customer():
    book = book_of(
        receivables=BILLS,
        receipts="""
receipt_date | amount | document | customer_name
2025-06-15   | 400.00 | INV1     | 甲公司
""",
    )
    ledger = open_ledger(book, at("2025-06-30"))
    assert opens(ledger)["INV1"] == cents("600.00")
    assert codes(ledger) == []


def test_an_unknown_number_and_a_blank_one_are_credits():
    book = book_of(
        receivables=BILLS,
        receipts="""
receipt_date | amount | document | customer
2025-06-15   | 10.00  | INV9     | C1
2025-06-15   | 20.00  |          | C1
2025-06-15   | 30.00  |          |
""",
    )
    ledger = open_ledger(book, at("2025-06-30"))
    assert list(ledger.unapplied["customer"]) == ["C1", "C1", ""]
    assert codes(ledger) == ["receipt_document_unknown"]
    assert ledger.source_total == cents("1,690.00")
    assert ties(ledger)


def test_one_number_twice_is_paid_by_due_date_and_the_rest_stays_on_the_last():
    book = book_of(
        receivables="""
document | customer | due_date   | amount
INV1     | C1       | 2025-06-30 | 100.00
INV1     | C1       | 2025-05-31 | 100.00
INV1     | C1       |            | 100.00
""",
        receipts="""
receipt_date | amount | document
2025-06-01   | 70.00  | INV1
2025-06-02   | 60.00  | INV1
2025-06-03   | 190.00 | INV1
2025-06-04   | -50.00 | INV1
""",
    )

    def left(day: str) -> list[int]:
        return list(open_ledger(book, at(day)).items["open"])

    assert left("2025-06-01") == [10000, 3000, 10000]
    assert left("2025-06-02") == [7000, 0, 10000]
    assert left("2025-06-03") == [0, 0, -2000]
    assert left("2025-06-04") == [0, 0, 3000]
    ledger = open_ledger(book, at("2025-06-04"))
    assert "receipts_spread" in codes(ledger)
    assert ties(ledger)


def test_one_number_of_two_customers_asks_who_paid():
    book = book_of(
        receivables="""
document | customer | amount
7        | C1       | 100.00
7        | C2       | 100.00
""",
        receipts="""
receipt_date | amount | document | customer
2025-06-01   | 40.00  | 7        |
2025-06-01   | 60.00  | 7        | C2
""",
    )
    ledger = open_ledger(book, at("2025-06-30"))
    assert list(ledger.items["open"]) == [10000, 4000]
    assert "receipt_several_customers" in codes(ledger)
    assert ties(ledger)


def test_a_name_of_two_customers_is_nobody_in_particular():
    book = book_of(
        receivables="""
document | customer | customer_name | amount
1        | C1       | 同名公司      | 100.00
2        | C2       | 同名公司      | 100.00
""",
        receipts="""
receipt_date | amount | document | customer_name
2025-06-01   | 40.00  | 2        | 同名公司
2025-06-01   | 60.00  |          | 同名公司
""",
    )
    ledger = open_ledger(book, at("2025-06-30"))
    assert list(ledger.items["open"]) == [10000, 6000]
    assert list(ledger.unapplied["customer"]) == ["同名公司"]
    assert ties(ledger)


def test_customer_project_and_owner_come_from_contract_and_customer():
    book = book_of(
        receivables="""
document | contract | customer | project | owner | amount
1        | HT1      |          |         |       | 100.00
2        |          | C2       |         |       | 100.00
""",
        receipts="""
receipt_date | amount | document
2025-06-01   | 40.00  | 1
""",
        contracts="""
contract | customer | project | owner
ＨＴ1    | C1       | 一期    | 张三
""",
        customers="""
customer | customer_name | owner
C1       | 甲公司        | 李四
C2       | 乙公司        | 王五
""",
    )
    ledger = open_ledger(book, at("2025-06-30"))
    assert list(ledger.items["customer_name"]) == ["甲公司", "乙公司"]
    assert list(ledger.items["project"]) == ["一期", ""]
    assert list(ledger.items["owner"]) == ["张三", "王五"]
    receipt = ledger.receipts.iloc[0]
    assert (receipt["customer"], receipt["project"], receipt["owner"]) == ("C1", "一期", "张三")


def test_received_amounts_count_unless_dated_receipts_know_better():
    book = book_of(
        receivables="""
document | document_date | amount | received | settled_date
1        | 2025-05-01    | 100.00 | 30.00    |
2        | 2025-05-01    | 100.00 | 100.00   | 2025-06-10
3        | 2025-05-01    | 100.00 | 80.00    |
""",
        receipts="""
receipt_date | amount | document
2025-06-20   | 80.00  | 3
""",
    )
    before = open_ledger(book, at("2025-06-09"))
    assert list(before.items["open"]) == [7000, 10000, 10000]
    assert codes(before) == ["received_undated"]
    after = open_ledger(book, at("2025-06-20"))
    assert list(after.items["open"]) == [7000, 0, 2000]
    assert codes(after) == []
    assert list(after.receipts["position"]) == [0, -1, -1]
    assert ties(before)
    assert ties(after)


def test_rows_without_a_document_date_exist_and_are_said_once():
    book = book_of(
        receivables="""
document | document_date | amount
1        |               | 100.00
2        |               | 100.00
3        | 2025-05-01    | 100.00
"""
    )
    ledger = open_ledger(book, at("2020-01-01"))
    assert list(ledger.items["document"]) == ["1", "2"]
    assert codes(ledger) == ["document_date_missing"]
    assert ledger.problems[0].params == {"rows": 2}


def test_two_currencies_are_not_summed_unless_one_is_chosen():
    book = book_of(
        receivables="""
document | amount | currency
1        | 100.00 | 人民币
2        | 100.00 | US$
3        | 100.00 |
""",
        receipts="""
receipt_date | amount | document
2025-06-01   | 10.00  | 1
2025-06-01   | 20.00  | 2
""",
    )
    with pytest.raises(Refusal) as refusal:
        open_ledger(book, at("2025-06-30"))
    assert refusal.value.code == "mixed_currencies"
    assert refusal.value.params == {"found": "CNY, USD"}
    dollars = open_ledger(book, at("2025-06-30", currency="美元"))
    assert dollars.currency == "USD"
    assert list(dollars.items["open"]) == [8000]
    yuan = open_ledger(book, at("2025-06-30", currency="CNY"))
    assert list(yuan.items["open"]) == [9000, 10000]
    assert yuan.bill_rows.other_currency == 1
    assert ties(dollars)
    assert ties(yuan)
    with pytest.raises(Refusal) as refusal:
        open_ledger(book, at("2025-06-30", currency="EUR"))
    assert refusal.value.code == "no_such_currency"


@pytest.mark.parametrize("currency", ["KWD", "科威特第纳尔"])
def test_a_currency_of_three_decimals_is_refused_and_not_rounded(currency):
    book = book_of(receivables=f"document | amount | currency\nA | 1.00 | {currency}")
    with pytest.raises(Refusal) as refusal:
        open_ledger(book, at("2025-06-30"))
    assert refusal.value.code == "too_many_decimals"
    assert refusal.value.render("zh").startswith("KWD: 这种货币有 3 位小数")


@pytest.mark.parametrize("currency", ["CNY", "JPY", "韩元", "XYZ"])
def test_a_currency_of_two_decimals_or_fewer_is_computed(currency):
    book = book_of(receivables=f"document | amount | currency\nA | 5.00 | {currency}")
    assert open_ledger(book, at("2025-06-30")).source_total == 500


def test_a_book_all_in_one_foreign_currency_is_not_mixed():
    book = book_of(
        receivables="""
document | amount | currency
1        | 100.00 | USD
""",
        receipts="""
receipt_date | amount | document
2025-06-01   | 10.00  | 1
2025-06-01   | 20.00  |
""",
    )
    ledger = open_ledger(book, at("2025-06-30"))
    assert (ledger.currency, ledger.source_total) == ("USD", cents("70.00"))


def test_rows_without_an_amount_are_counted_as_unusable():
    book = book_of(
        receivables="""
document | amount
1        | 100.00
2        |
""",
        receipts="""
receipt_date | amount | document
             | 10.00  | 1
2025-06-01   |        | 1
""",
    )
    ledger = open_ledger(book, at("2025-06-30"))
    assert (ledger.bill_rows.unusable, ledger.receipt_rows.unusable) == (1, 2)
    assert ledger.source_total == cents("100.00")


def test_an_empty_ledger_is_zero():
    ledger = open_ledger(book_of(receivables="document | amount"), at("2025-06-30"))
    assert ledger.source_total == 0
    assert len(ledger.items) == 0
    assert len(ledger.receipts) == 0


def test_no_receivables_are_refused():
    with pytest.raises(Refusal) as refusal:
        open_ledger(book_of(), at("2025-06-30"))
    assert refusal.value.code == "no_table"


def test_every_cent_of_random_receipts_lands_once():
    chance = np.random.default_rng(7)
    size = 400
    numbers = chance.integers(0, 60, size).astype(str)
    bills = pd.DataFrame(
        {
            "document": numbers,
            "customer": "C" + pd.Series(chance.integers(0, 3, size).astype(str)),
            "amount": pd.array(chance.integers(-500, 9000, size), dtype="Int64"),
        }
    )
    cash = pd.DataFrame(
        {
            "document": chance.integers(0, 70, size).astype(str),
            "customer": "C" + pd.Series(chance.integers(0, 3, size).astype(str)),
            "amount": pd.array(chance.integers(-2000, 9000, size), dtype="Int64"),
            "receipt_date": pd.array(chance.integers(45000, 45400, size), dtype="Int64"),
        }
    )
    book = book_of(receivables="document | amount", receipts="receipt_date | amount")
    for name, frame in (("receivables", bills), ("receipts", cash)):
        table = book.found[name]
        object.__setattr__(
            table, "frame", frame.assign(sheet=table.regions[0].sheet, row=range(2, size + 2))
        )
    for day in ("2023-03-15", "2023-08-01", "2024-06-01"):
        ledger = open_ledger(book, at(day))
        assert ties(ledger)
        arrived = cash[cash["receipt_date"] <= ledger.as_of]
        by_receipt = ledger.receipts.groupby("position")["amount"].sum()
        assert by_receipt.to_dict() == arrived["amount"].to_dict()
        # Nobody's receipt pays another customer's item.
        applied = ledger.receipts[ledger.receipts["item"] >= 0]
        payer = cash["customer"].to_numpy()[applied["position"]]
        owing = ledger.items["customer"].to_numpy()[applied["item"]]
        assert (payer == owing).all()
