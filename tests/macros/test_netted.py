"""Balances beside a list of receipts: the receipts are in the balances already."""

import pytest

from macros.ledger import open_ledger
from macros.reading import read_tables
from tests.ledgers import at
from tests.macros.books import Day, book, sheet

RECEIPTS = sheet(
    "回款",
    [
        ["回款编号", "回款日期", "回款金额", "单据号"],
        ["R1", Day("2025-05-10"), 400, "A1"],
        ["R2", Day("2025-06-10"), 100, "A1"],
        ["R3", Day("2025-06-12"), 70, None],
    ],
)


def bills(heading: str):
    return sheet(
        "应收",
        [
            ["单据号", "客户名称", "单据日期", "到期日", heading],
            ["A1", "甲公司", Day("2025-05-01"), Day("2025-05-31"), 500],
            ["A2", "甲公司", Day("2025-05-02"), Day("2025-06-30"), 250],
        ],
    )


@pytest.mark.parametrize(
    ("day", "first"),
    # 500 is left of A1 after 400 and 100: it was 1,000, then 600 from 05-10, then 500 from 06-10.
    [
        ("2025-05-09", 100_000),
        ("2025-05-10", 60_000),
        ("2025-06-09", 60_000),
        ("2025-06-10", 50_000),
    ],
)
def test_a_balance_is_what_is_left_after_every_receipt(day, first):
    ledger = open_ledger(read_tables(book(bills("应收余额"), RECEIPTS)), at(day))
    assert ledger.items["open"].tolist() == [first, 25_000]
    assert ledger.source_total == first + 25_000


def test_what_was_done_is_a_warning_with_both_sums():
    ledger = open_ledger(read_tables(book(bills("应收余额"), RECEIPTS)), at("2025-06-30"))
    said = next(one for one in ledger.problems if one.code == "balances_and_receipts")
    assert (said.severity, said.cell) == ("warning", "E1")
    assert said.params == {"restored": "500.00", "left_out": "70.00"}


def test_an_amount_billed_loses_its_receipts():
    ledger = open_ledger(read_tables(book(bills("应收金额"), RECEIPTS)), at("2025-06-30"))
    assert ledger.items["open"].tolist() == [0, 25_000]
    assert ledger.source_total == 25_000 - 7_000
    assert "balances_and_receipts" not in {one.code for one in ledger.problems}


def test_a_balance_without_receipts_stays_as_it_is():
    ledger = open_ledger(read_tables(book(bills("应收余额"))), at("2025-06-30"))
    assert ledger.items["open"].tolist() == [50_000, 25_000]
