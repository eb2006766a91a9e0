"""Rules of aging that a toy gets wrong: back-dating, missing dates, credits, later receipts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.arrays import ints
from udfs.balances import Receipts, book_balance, open_balance_of
from udfs.values import CONTRADICTION, MISSING, CellError

#: Arguments of AR_AGING in a cell, in order.
NAMES = registry.declaration("AR_AGING").arguments


def aged(items, as_of, **options):
    """Amounts by label; options by the name of their argument."""
    found = registry.call("AR_AGING", items, as_of, *(options.get(name) for name in NAMES[2:]))
    return found if isinstance(found, CellError) else dict(zip(*found, strict=True))


def bands(items, as_of, **options):
    """Only the labels that have an amount."""
    found = aged(items, as_of, **options)
    return {label: amount for label, amount in found.items() if amount}


def test_rule_11_what_is_not_due_has_its_column_and_due_today_is_in_it():
    items = (
        ("A", "2025-06-01", "2025-06-29", 1.0),
        ("B", "2025-06-01", "2025-06-30", 2.0),
        ("C", "2025-06-01", "2025-07-01", 4.0),
    )
    assert bands(items, "2025-06-30") == {"未到期": 6.0, "1-30天": 1.0, "合计": 7.0}


def test_rule_12_later_receipts_are_open_again_on_the_day():
    items = (("A", "2025-04-01", "2025-05-01", 1000.0),)
    cash = (("A", "2025-05-10", 300.0), ("A", "2025-07-05", 700.0))
    assert bands(items, "2025-05-09", receipts=cash) == {"1-30天": 1000.0, "合计": 1000.0}
    assert bands(items, "2025-05-10", receipts=cash) == {"1-30天": 700.0, "合计": 700.0}
    assert bands(items, "2025-07-04", receipts=cash) == {"61-90天": 700.0, "合计": 700.0}
    assert bands(items, "2025-07-05", receipts=cash) == {}


def test_rule_12_foreign_residuals_are_restored_in_both_currencies():
    """1,000.00 US dollars booked at 7.1234; 600.00 arrive on 2025-05-10."""
    document = (1000.0, "2025-04-01", (("2025-05-10", 600.0),))
    for as_of, dollars, yuan in (
        ("2025-03-31", 0.0, 0.0),
        ("2025-05-09", 1000.0, 7123.40),
        ("2025-05-10", 400.0, 2849.36),
    ):
        asked = ("AR_OPEN_BALANCE", *document, as_of, 7.1234)
        assert registry.call(*asked) == dollars
        assert registry.call(*asked, "book_balance") == yuan
    # Without a rate there is one currency, and no second amount.
    assert registry.call("AR_OPEN_BALANCE", *document, "2025-05-10", None, "book_balance") is None
    asked = ("AR_OPEN_BALANCE", *document, "2025-05-10", -7.1, "book_balance")
    assert registry.call(*asked) is CellError.NUM


def test_balances_in_the_books_are_exact_on_the_typed_rate():
    assert book_balance([50, -50], 0.29).tolist() == [15, -15]  # 14.5 cents: away from zero
    assert book_balance([MISSING, 100, 100], [7, 0, float("nan")]).tolist() == [
        MISSING, CONTRADICTION, MISSING,
    ]  # fmt: skip
    cash = Receipts(ints([]), ints([]))
    found = open_balance_of(ints([2**53]), ints([100]), cash, ints([100]), 1e6)
    assert found.book_balance.tolist() == [CONTRADICTION]


def test_rule_13_ages_may_be_counted_at_another_day_than_the_balances():
    items = (
        ("A", "2025-05-01", "2025-05-31", 100.0),
        ("B", "2025-06-20", "2025-06-25", 7.0),
    )
    cash = (("A", "2025-06-28", 40.0),)
    report = {"receipts": cash}
    assert bands(items, "2025-06-30", **report) == {"1-30天": 67.0, "合计": 67.0}
    # The report is dated 2025-07-31 and today is 2025-06-20: ages stop at today.
    early = bands(items, "2025-07-31", ages_at="2025-06-20", **report)
    assert early == {"未到期": 7.0, "1-30天": 60.0, "合计": 67.0}
    late = bands(items, "2025-07-31", **report)
    assert late == {"31-60天": 7.0, "61-90天": 60.0, "合计": 67.0}


@pytest.mark.parametrize(
    ("missing_due", "found"),
    [
        (None, {"1-30天": 1.0, "无到期日": 6.0, "合计": 7.0}),
        ("document_date", {"1-30天": 1.0, "31-60天": 2.0, "无到期日": 4.0, "合计": 7.0}),
        ("not_due", {"未到期": 6.0, "1-30天": 1.0, "合计": 7.0}),
        ("oldest", {"1-30天": 1.0, "90天以上": 6.0, "合计": 7.0}),
    ],
)
def test_rule_14_documents_without_a_due_date(missing_due, found):
    items = (
        ("A", "2025-05-01", "2025-06-15", 1.0),
        ("B", "2025-05-01", None, 2.0),
        ("C", None, None, 4.0),
    )
    assert bands(items, "2025-06-30", missing_due=missing_due) == found
    by_document = bands(items, "2025-06-30", basis="document", missing_due=missing_due)
    assert by_document == {"31-60天": 3.0, "无单据日期": 4.0, "合计": 7.0}


def test_rule_14_the_oldest_is_older_than_any_edge():
    items = (("A", None, None, 1.0), ("B", None, "1950-01-01", 2.0))
    found = bands(items, "2025-06-30", missing_due="oldest", edges="30/99999")
    assert found == {"31-99999天": 2.0, "99999天以上": 1.0, "合计": 3.0}
    paid = bands(items, "2025-06-30", missing_due="oldest", credit_mode="fifo",
                 unallocated=(("2025-06-01", 1.0),), edges="30/99999")  # fmt: skip
    assert paid == {"31-99999天": 2.0, "合计": 2.0}


def test_rule_15_a_credit_note_keeps_its_row_and_a_partial_receipt_has_none():
    """4.00 less 3.00 is 1.00 in 0-30 days; the receipt lies in the band of its invoice."""
    items = (
        ("INV1", "2025-06-10", None, 4.0),
        ("CN1", "2025-06-20", None, -3.0),
        ("INV2", "2025-04-01", None, 100.0),
    )
    found = bands(
        items, "2025-06-30", basis="document", credit_mode="own_date",
        receipts=(("INV2", "2025-06-25", 30.0),),
    )  # fmt: skip
    assert found == {"0-30天": 1.0, "61-90天": 70.0, "合计": 71.0}
    apart = bands(items[:2], "2025-06-30", basis="document")
    assert apart == {"0-30天": 4.0, "贷方/未核销": -3.0, "合计": 1.0}


def test_rule_16_a_cent_stays_listed():
    items = (("A", "2025-05-01", "2025-05-31", 100.0),)
    found = bands(items, "2025-06-30", receipts=(("A", "2025-06-01", 99.99),))
    assert found == {"1-30天": 0.01, "合计": 0.01}


def test_rule_18_calendar_months_are_not_thirty_days():
    """As of 2024-03-31 the limits are 03-31, 02-29, 01-31 and 12-31."""
    items = (
        ("A", "2023-01-01", "2024-03-31", 1.0),
        ("B", "2023-01-01", "2024-03-01", 2.0),
        ("C", "2023-01-01", "2024-02-29", 4.0),
        ("D", "2023-01-01", "2024-02-28", 8.0),
        ("E", "2023-01-01", "2024-01-31", 16.0),
        ("F", "2023-01-01", "2024-01-30", 32.0),
        ("G", "2023-01-01", "2023-12-31", 64.0),
        ("H", "2023-01-01", "2023-12-30", 128.0),
    )
    months = {"mode": "calendar_month"}
    assert bands(items, "2024-03-31", **months) == {
        "未到期": 1.0, "1个月以内": 6.0, "1-2个月": 24.0, "2-3个月": 96.0, "3个月以上": 128.0,
        "合计": 255.0,
    }  # fmt: skip
    assert bands(items, "2024-03-31", edge_day="next_band", **months) == {
        "未到期": 1.0, "不足1个月": 2.0, "1个月至不足2个月": 12.0, "2个月至不足3个月": 48.0,
        "3个月及以上": 192.0, "合计": 255.0,
    }  # fmt: skip
    days = bands(items, "2024-03-31")
    assert days == {
        "未到期": 1.0, "1-30天": 2.0, "31-60天": 28.0, "61-90天": 32.0, "90天以上": 192.0,
        "合计": 255.0,
    }  # fmt: skip
    assert aged(items, "2024-03-31", edges="1/12", **months)["1-12个月"] == 248.0


def test_months_by_the_corresponding_day_are_not_calendar_months():
    """As of 2025-07-10 a due date of 06-15 is 25 days old: within a month, not in its second."""
    items = (
        ("A", "2025-01-01", "2025-06-15", 1.0),
        ("B", "2025-01-01", "2025-06-10", 2.0),
        ("C", "2025-01-01", "2025-06-09", 4.0),
        ("D", "2025-01-01", "2025-05-10", 8.0),
        ("E", "2025-01-01", "2025-04-09", 16.0),
    )
    assert bands(items, "2025-07-10", mode="按对应日") == {
        "1个月以内": 3.0, "1-2个月": 12.0, "3个月以上": 16.0, "合计": 31.0,
    }  # fmt: skip
    assert bands(items, "2025-07-10", mode="Corresponding day", edge_day="next_band") == {
        "不足1个月": 1.0, "1个月至不足2个月": 6.0, "2个月至不足3个月": 8.0, "3个月及以上": 16.0,
        "合计": 31.0,
    }  # fmt: skip
    assert bands(items, "2025-07-10", mode="按自然月") == {
        "1-2个月": 7.0, "2-3个月": 8.0, "3个月以上": 16.0, "合计": 31.0,
    }  # fmt: skip


def test_receipts_of_a_later_day_follow_the_total_and_change_nothing_before_it():
    items = (
        ("A", "2025-05-01", "2025-05-31", 100.0),
        ("B", "2025-07-01", "2025-07-31", 50.0),
    )
    cash = (("A", "2025-07-05", 60.0), ("B", "2025-07-06", 50.0), ("X", "2025-07-07", 5.0))
    later = (("2025-06-30", 1.0), ("2025-07-08", 2.0))
    asked = {"receipts": cash, "unallocated": later}
    plain = aged(items, "2025-06-30", **asked)
    shown = aged(items, "2025-06-30", later_receipts=True, **asked)
    assert [*shown.items()][: len(plain)] == [*plain.items()]
    # B does not exist yet on the day, X never: their cash settles nothing of this balance.
    assert [*shown.items()][len(plain) :] == [("期后回款", 60.0), ("期后未核销收款", 57.0)]
    assert plain["合计"] == 99.0
    english = aged(items, "2025-06-30", later_receipts=True, lang="en", **asked)
    assert english["Received later"] == 60.0


def test_amounts_beyond_what_adds_up_are_a_contradiction():
    items = tuple((f"A{n}", "2025-05-01", "2025-05-31", 9e13) for n in range(2000))
    assert aged(items, "2025-06-30") is CellError.NUM
    cash = tuple((f"A{n}", "2025-05-01", 9e13) for n in range(2000))
    assert aged(items[:1], "2025-06-30", receipts=cash) is CellError.NUM


ledger = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C"]),
        st.one_of(st.none(), st.integers(45700, 45850)),
        st.one_of(st.none(), st.integers(45700, 45900)),
        st.integers(-500, 5000).map(float),
    ),
    max_size=6,
)
modes = st.fixed_dictionaries(
    {
        "basis": st.sampled_from(["due", "document"]),
        "credit_mode": st.sampled_from(["separate", "own_date", "fifo"]),
        "mode": st.sampled_from(["day", "calendar_month", "corresponding_day"]),
        "edge_day": st.sampled_from(["in_band", "next_band"]),
        "missing_due": st.sampled_from(["own_column", "document_date", "not_due", "oldest"]),
        "ages_at": st.one_of(st.none(), st.integers(45700, 45900).map(float)),
        "later_receipts": st.booleans(),
        "edges": st.sampled_from([None, "2/5", "30/60/90"]),
    }
)
cash_of_documents = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "X"]),
        st.integers(45700, 45900).map(float),
        st.integers(-50, 3000).map(float),
    ),
    max_size=5,
)


@given(ledger, cash_of_documents, modes)
def test_whatever_the_mode_the_columns_add_up_to_the_ledger(items, cash, options):
    as_of = 45800.0
    given_items = tuple(
        (name, *(None if when is None else float(when) for when in dates), amount)
        for name, *dates, amount in items
    )
    found = aged(given_items or None, as_of, receipts=tuple(cash) or None, **options)
    exists = sum(a for _, document, _, a in items if document is None or document <= as_of)
    balance = exists - sum(amount for _, when, amount in cash if when <= as_of)
    assert found["合计"] == balance
    behind = {"合计", "期后回款", "期后未核销收款"}
    assert sum(amount for label, amount in found.items() if label not in behind) == balance
    if options["later_receipts"]:
        later = sum(amount for _, when, amount in cash if when > as_of)
        assert found["期后回款"] + found["期后未核销收款"] == later


def test_a_document_of_the_day_takes_the_receipt_of_the_day():
    item = (("A", "2025-06-30", "2025-06-30", 100.0),)
    cash = (("A", "2025-06-30", 40.0),)
    found = registry.call("AR_AGING", item, "2025-06-30", *[None] * 4, cash)
    assert found[1] == (60.0, 0.0, 0.0, 0.0, 0.0, 0.0, 60.0)
    # The day before neither exists.
    found = registry.call("AR_AGING", item, "2025-06-29", *[None] * 4, cash)
    assert found[1] == (0.0,) * 7
