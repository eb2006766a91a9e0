"""AR_AGING: a ledger as of a day, its credits, and receipts by document number."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.aging import spread_receipts
from udfs.values import CellError

# The table of domain.md, in cells: as of 2025-06-30, INV2 is paid on 2025-07-03.
ITEMS = (
    ("INV1", "2025-03-15", "2025-04-14", 50000.0),
    ("INV2", "2025-04-20", "2025-05-20", 80000.0),
    ("INV3", "2025-05-25", "2025-06-24", 60000.0),
    ("INV4", "2025-06-18", "2025-07-18", 40000.0),
    ("CN1", "2025-06-10", "2025-06-10", -10000.0),
)
RECEIPTS = (("INV1", "2025-05-10", 20000.0), ("INV2", "2025-07-03", 80000.0))
CASH = (("2025-06-20", 15000.0),)
#: mode, edge_day, missing_due, ages_at and later_receipts are not given.
MODES = (None,) * 5


def aged(items, as_of, *options, cash=None, receipts=None):
    names, amounts = registry.call(
        "AR_AGING", items, as_of, *options, *[None] * (3 - len(options)), cash, receipts
    )
    return dict(zip(names, amounts, strict=True))


def test_an_item_without_a_due_date_gets_a_column_and_the_total_still_ties():
    items = (*ITEMS, ("INV5", "2025-06-01", None, 700.0))
    found = aged(items, "2025-06-30", cash=CASH, receipts=RECEIPTS)
    assert found == {
        "未到期": 40000.0, "1-30天": 60000.0, "31-60天": 80000.0, "61-90天": 30000.0,
        "90天以上": 0.0, "无到期日": 700.0, "贷方/未核销": -25000.0, "合计": 185700.0,
    }  # fmt: skip
    assert "无到期日" not in aged(ITEMS, "2025-06-30")


def test_cash_of_no_document_or_of_a_future_one_is_a_credit_and_later_cash_is_not():
    receipts = (
        ("NO SUCH", "2025-06-01", 100.0),
        (None, "2025-06-01", 20.0),
        ("INV4", "2025-06-01", 3.0),  # received before the document of 2025-06-18
        ("INV3", "2025-06-16", 9999.0),
    )
    found = aged(ITEMS[2:4], "2025-06-15", receipts=receipts)
    assert found["贷方/未核销"] == -123.0
    assert (found["未到期"], found["合计"]) == (60000.0, 59877.0)


# One number on three rows: two instalments and a later one; the second row is due first.
INSTALMENTS = (
    ("INV1", "2025-01-05", "2025-06-15", 100.0),
    ("INV1", "2025-01-05", "2025-03-15", 100.0),
    ("INV1", "2025-07-01", "2025-07-31", 100.0),
)


@pytest.mark.parametrize(
    ("receipts", "in_june", "in_march", "credit"),
    [
        ([("2025-02-01", 40.0)], 100.0, 60.0, 0.0),
        ([("2025-02-01", 100.0)], 100.0, 0.0, 0.0),
        ([("2025-02-01", 100.01)], 99.99, 0.0, 0.0),
        ([("2025-05-01", 60.0), ("2025-02-01", 70.0)], 70.0, 0.0, 0.0),
        ([("2025-02-01", 130.0), ("2025-05-01", -50.0)], 100.0, 20.0, 0.0),  # a refund walks back
        ([("2025-02-01", 230.0)], 0.0, 0.0, -30.0),  # the July row does not exist yet
        ([("2025-02-01", 40.0), ("2025-07-01", 60.0)], 100.0, 60.0, 0.0),
    ],
)
def test_receipts_of_a_number_on_several_rows_are_shared_by_due_date(
    receipts, in_june, in_march, credit
):
    found = aged(INSTALMENTS, "2025-06-30", receipts=[("INV1", *paid) for paid in receipts])
    assert (found["1-30天"], found["90天以上"]) == (in_june, in_march)
    assert found["贷方/未核销"] == credit
    assert found["合计"] == round(in_june + in_march + credit, 2)


def test_rows_of_a_number_without_a_due_date_are_paid_last_and_credit_notes_never():
    items = (
        ("A", "2025-01-05", None, 100.0),
        ("A", "2025-01-05", "2025-01-10", -30.0),
        ("A", "2025-01-05", "2025-06-15", 100.0),
    )
    found = aged(items, "2025-06-30", receipts=(("A", "2025-02-01", 130.0),))
    assert (found["1-30天"], found["无到期日"], found["贷方/未核销"]) == (0.0, 70.0, -30.0)
    assert aged((), "2025-06-30", receipts=(("A", "2025-02-01", 1.0),))["合计"] == -1.0


def test_blank_numbers_do_not_match_each_other():
    items = ((None, "2025-01-05", "2025-06-15", 100.0), ("", "2025-01-05", "2025-06-15", 50.0))
    found = aged(items, "2025-06-30", receipts=((None, "2025-02-01", 30.0),))
    assert (found["1-30天"], found["贷方/未核销"]) == (150.0, -30.0)


def test_one_very_long_number_costs_no_memory_in_the_other_rows():
    items = [(f"INV{n}", None, "2025-06-15", 1.0) for n in range(3_000)]
    items.append(("X" * 32_767, None, "2025-06-15", 5.0))
    tracemalloc.start()
    found = aged(items, "2025-06-30", receipts=((items[-1][0], "2025-06-20", 2.0),))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found["1-30天"] == 3_003.0
    assert most < 20 * 2**20


groups_of_items = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=8
)


@given(groups_of_items, st.data())
def test_shared_receipts_equal_a_plain_loop(ledger, data):
    groups = st.sampled_from([group for group, *_ in ledger])
    receipts = data.draw(st.lists(st.tuples(groups, st.integers(1, 60)), max_size=6))
    expected = [0] * len(ledger)
    for group, received in receipts:
        amount = received
        own = [n for n, item in enumerate(ledger) if item[0] == group]
        own.sort(key=lambda n: (ledger[n][1] <= 0, ledger[n][2], n))
        for number in own:
            part = min(amount, ledger[number][1] - expected[number])
            expected[number] += max(part, 0)
            amount -= max(part, 0)
        last = [n for n in own if ledger[n][1] > 0][-1:] or own[:1]
        expected[last[0]] += amount
    item_group, amounts, due = np.array(ledger, dtype=np.int64).T
    group, received = np.array(receipts, dtype=np.int64).reshape(-1, 2).T
    found = spread_receipts(item_group, amounts, due, group, received)
    total = np.zeros(len(ledger), dtype=np.int64)
    np.add.at(total, found.item, found.part)
    assert total.tolist() == expected
    each = np.zeros(len(receipts), dtype=np.int64)
    np.add.at(each, found.receipt, found.part)
    assert each.tolist() == received.tolist()


def test_own_dates_and_fifo_keep_the_same_total():
    totals = {
        mode: aged(ITEMS, "2025-06-30", "due", "30/60/90", mode, cash=CASH, receipts=RECEIPTS)
        for mode in ("separate", "own_date", "fifo")
    }
    assert {found["合计"] for found in totals.values()} == {185000.0}
    assert totals["own_date"]["1-30天"] == 35000.0
    assert totals["fifo"]["61-90天"] == 5000.0


def test_a_refund_beyond_all_debts_stands_against_the_customer_in_the_credit_column():
    found = aged((), "2025-06-30", "due", None, "fifo", cash=(("2025-06-20", -300.0),))
    assert (found["贷方/未核销"], found["合计"]) == (300.0, 300.0)


@pytest.mark.parametrize(
    ("field", "lang", "amount"),
    [
        ("1-30天", None, 60000.0),
        ("1-30 天", None, 60000.0),
        ("31-60 days", "en", 80000.0),
        ("over 90 Days", "en", 0.0),
        ("合计", "zh", 200000.0),
        ("无到期日", None, 0.0),  # has no column here: nothing lacks its date
        ("无单据日期", None, CellError.VALUE),
        ("1-7天", None, CellError.VALUE),
        ("31-60 days", None, CellError.VALUE),
    ],
)
def test_one_band_by_its_name(field, lang, amount):
    blank = ((None, None, None), (None, "", None))
    receipts = (("INV1", "2025-05-10", 20000.0),)
    assert registry.call(
        "AR_AGING", ITEMS, "2025-06-30", None, None, None, blank, receipts, *MODES, field, lang
    ) == (amount)


def test_days_down_a_column_have_one_heading_and_a_column_for_what_any_of_them_has():
    items = (("A", "2025-06-01", "2025-06-15", 100.0), ("B", "2025-07-01", None, 50.0))
    found = registry.call("AR_AGING", items, (("2025-06-30",), ("2025-07-31",), (None,)))
    assert found == (
        ("未到期", "1-30天", "31-60天", "61-90天", "90天以上", "无到期日", "贷方/未核销", "合计"),
        (0.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 100.0),
        (0.0, 0.0, 100.0, 0.0, 0.0, 50.0, 0.0, 150.0),
        (None,) * 8,
    )


@pytest.mark.parametrize(
    ("edges", "names"),
    [
        ("7/15/30", ("未到期", "1-7天", "8-15天", "16-30天", "30天以上")),
        (((7,), (15,), (30,)), ("未到期", "1-7天", "8-15天", "16-30天", "30天以上")),
        ("dunning", ("未到期", "1-7天", "8-15天", "16-30天", "31-60天", "61-90天", "90天以上")),
    ],
)
def test_the_ladder_as_a_text_a_range_or_a_scheme_and_the_whole_table_asked_for(edges, names):
    blank = ((None, None, None),)
    asked = ("AR_AGING", ITEMS, "2025-06-30", None, edges, None, None, blank)
    assert registry.call(*asked)[0] == (*names, "贷方/未核销", "合计")
    assert registry.call(*asked, *MODES, "*") == registry.call(*asked)


def test_english_labels_and_another_scheme():
    names, _ = registry.call(
        "AR_AGING", ITEMS, "2025-06-30", "document", "dunning", None, None, None, *MODES, None, "en"
    )
    assert names == (
        "0-7 days", "8-15 days", "16-30 days", "31-60 days", "61-90 days", "Over 90 days",
        "Credits / unapplied", "Total",
    )  # fmt: skip
