"""Aging: bands, open balances as of a day, credits, and that everything ties to the cent."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import cents, columns, day, days, rows
from udfs import registry
from udfs.aging import (
    age_days,
    bucket,
    bucket_index,
    bucket_labels,
    bucket_totals,
    credits_fifo,
    credits_own_age,
    days_overdue,
    open_balance,
    spread_balance,
    year_bucket,
    year_bucket_labels,
)
from udfs.values import MISSING, CellError


def test_age_counts_days_and_keeps_its_sign():
    as_of, reference, age = columns(
        """
        | as of      | reference  | days |
        | 2025-07-31 | 2025-06-30 | 31   |
        | 2025-06-30 | 2025-06-30 | 0    |
        | 2025-06-15 | 2025-06-30 | -15  |
        | 2024-03-01 | 2024-02-28 | 2    |
        """
    )
    assert age_days(days(*as_of), days(*reference)).tolist() == [int(n) for n in age]


def test_an_item_without_its_date_has_no_age():
    assert age_days(day("2025-06-30"), [MISSING, day("2025-06-29")]).tolist() == [MISSING, 1]
    assert age_days(MISSING, day("2025-06-30")).tolist() == MISSING


@pytest.mark.parametrize(
    ("age", "by_due_date", "by_document"),
    [
        (-1, "未到期", "未来单据"),
        (0, "未到期", "0-30天"),
        (1, "1-30天", "0-30天"),
        (30, "1-30天", "0-30天"),
        (31, "31-60天", "31-60天"),
        (60, "31-60天", "31-60天"),
        (61, "61-90天", "61-90天"),
        (90, "61-90天", "61-90天"),
        (91, "90天以上", "90天以上"),
        (40_000, "90天以上", "90天以上"),
    ],
)
def test_each_edge_of_the_standard_bands_from_both_sides(age, by_due_date, by_document):
    assert bucket([age]).tolist() == [by_due_date]
    assert bucket([age], "document").tolist() == [by_document]


def test_any_ladder_makes_bands_and_their_names():
    assert bucket_labels((7, 15, 30)) == ("未到期", "1-7天", "8-15天", "16-30天", "30天以上")
    assert bucket_labels((1, 30)) == ("未到期", "1天", "2-30天", "30天以上")
    assert bucket_labels((30,), "document", "en") == ("0-30 days", "Over 30 days")
    assert bucket_labels((30, 60), "due", "en") == (
        "Not due", "1-30 days", "31-60 days", "Over 60 days",
    )  # fmt: skip
    assert bucket_index([7, 8, 15, 16], (7, 15)).tolist() == [1, 2, 2, 3]


@pytest.mark.parametrize("edges", [(30, 30), (60, 30), (0, 30), (-5, 30)])
def test_a_ladder_that_does_not_ascend_from_above_zero_is_refused(edges):
    with pytest.raises(ValueError, match="ascend"):
        bucket_index([1], edges)


def test_an_age_that_is_missing_has_no_band():
    assert bucket_index([MISSING, 5]).tolist() == [MISSING, 1]
    assert bucket([MISSING]).tolist() == [None]


def test_annual_bands_end_on_the_anniversary_that_day_included():
    for as_of, reference, anniversary, by_365 in rows(
        """
        | as of      | reference  | anniversary | 365 days |
        | 2025-12-31 | 2024-12-31 | 1年以内      | 1年以内   |
        | 2026-01-01 | 2024-12-31 | 1-2年       | 1-2年    |
        | 2024-03-01 | 2023-03-01 | 1年以内      | 1-2年    |
        | 2025-02-28 | 2024-02-29 | 1年以内      | 1年以内   |
        | 2025-03-01 | 2024-02-29 | 1-2年       | 1-2年    |
        | 2025-12-31 | 2022-12-31 | 2-3年       | 3年以上   |
        | 2026-01-01 | 2022-12-31 | 3年以上      | 3年以上   |
        | 2024-12-30 | 2024-12-31 | 未来单据     | 未来单据   |
        """
    ):
        dates = days(as_of), days(reference)
        assert year_bucket(*dates).tolist() == [anniversary], as_of
        assert year_bucket(*dates, "365").tolist() == [by_365], as_of
    assert year_bucket_labels(5) == ("1年以内", "1-2年", "2-3年", "3-4年", "4-5年", "5年以上")


def test_days_overdue_within_and_beyond_the_grace():
    for due, paid, grace, from_due, after_grace in rows(
        """
        | due        | paid       | grace | from due | after grace |
        | 2025-06-30 | 2025-06-29 | 0     | 0        | 0           |
        | 2025-06-30 | 2025-06-30 | 0     | 0        | 0           |
        | 2025-06-30 | 2025-07-01 | 0     | 1        | 1           |
        | 2025-06-30 | 2025-07-05 | 5     | 0        | 0           |
        | 2025-06-30 | 2025-07-06 | 5     | 6        | 1           |
        """
    ):
        asked = days(due), days(paid), int(grace)
        assert days_overdue(*asked).tolist() == [int(from_due)]
        assert days_overdue(*asked, "after_grace").tolist() == [int(after_grace)]


def test_a_due_date_rolls_past_the_spring_festival_but_never_into_an_unknown_year():
    due, paid = day("2025-02-01"), days("2025-02-05", "2025-02-06")
    assert days_overdue(due, paid).tolist() == [4, 5]
    assert days_overdue(due, paid, 0, "from_due", "following").tolist() == [0, 1]
    # 2100-05-01 is a Saturday in a year without a calendar: it stays.
    late = days_overdue(day("2100-05-01"), day("2100-05-03"), 0, "from_due", "following")
    assert late.tolist() == 2


LEDGER = """
| item | document   | amount  | receipts                                  |
| 0    | 2025-04-01 | 100,000 | 2025-05-10 30,000; 2025-07-05 20,000      |
| 1    | 2025-04-01 | 10,000  | 2025-04-20 10,500                         |
| 2    | 2025-07-01 | 10,000  |                                           |
| 3    |            | 500     |                                           |
"""


@pytest.mark.parametrize(
    ("as_of", "balances"),
    [
        ("2025-04-19", ["100,000", "10,000", "0", "500"]),
        ("2025-04-30", ["100,000", "-500", "0", "500"]),
        ("2025-06-30", ["70,000", "-500", "0", "500"]),
        ("2025-07-04", ["70,000", "-500", "10,000", "500"]),
        ("2025-07-05", ["50,000", "-500", "10,000", "500"]),
    ],
)
def test_what_is_dated_later_than_the_day_does_not_exist_yet(as_of, balances):
    item, when, paid = [], [], []
    for number, _, _, receipts in rows(LEDGER):
        for receipt in filter(None, map(str.strip, receipts.split(";"))):
            date, amount = receipt.split()
            item.append(int(number))
            when.append(day(date))
            paid.append(cents(amount))
    documents = [(day(document), cents(amount)) for _, document, amount, _ in rows(LEDGER)]
    dated, amounts = zip(*documents, strict=True)
    found = open_balance(amounts, dated, item, when, paid, day(as_of))
    assert found.tolist() == [cents(balance) for balance in balances]


def test_unapplied_cash_and_cash_without_a_date_settle_nothing():
    found = open_balance([100], [10], [-1, 0, 0], [10, MISSING, 10], [40, 30, 20], 10)
    assert found.tolist() == [80]
    assert open_balance([MISSING], [10], [], [], [], 10).tolist() == [MISSING]


def test_totals_keep_items_without_a_date_in_a_column_of_their_own():
    amount = [100, 200, 400, 800, 1600, 3200]
    age = [0, 1, 31, 61, 91, MISSING]
    assert bucket_totals(amount, age).tolist() == [[100, 200, 400, 800, 1600, 3200]]
    assert bucket_totals(amount, age, basis="document").tolist() == [[300, 400, 800, 1600, 3200]]


def test_totals_by_key():
    found = bucket_totals([1, 2, 4, 8], [5, 5, 40, MISSING], (30,), key=[2, 0, 2, 2], keys=3)
    assert found.tolist() == [[0, 2, 0, 0], [0, 0, 0, 0], [0, 1, 4, 8]]
    assert bucket_totals([], [], (30,), keys=2, key=[]).tolist() == [[0] * 4] * 2


def test_totals_are_exact_where_a_double_would_lose_a_cent():
    large = 2**53
    assert float(large) + 1.0 == float(large)
    assert bucket_totals([large, 1, 1], [5, 5, 5])[0, 1] == large + 2
    assert bucket_totals([large - 1, 1 - large, 1], [5, 5, 5])[0, 1] == 1


def test_amounts_beyond_int64_are_refused_rather_than_wrapped():
    with pytest.raises(OverflowError, match="int64"):
        bucket_totals([2**62, 2**62], [5, 5])


items = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(-(10**12), 10**12),
        st.one_of(st.just(MISSING), st.integers(-400, 800)),
    ),
    max_size=40,
)
ladders = st.lists(st.integers(1, 400), min_size=1, max_size=5, unique=True).map(sorted)


@given(items, ladders, st.sampled_from(["due", "document"]))
def test_totals_equal_a_plain_loop_over_dictionaries(ledger, edges, basis):
    labels = [*bucket_labels(tuple(edges), basis), "none"]
    expected = {(key, label): 0 for key in range(4) for label in labels}
    bands = [(low + 1, high) for low, high in itertools.pairwise(edges)]
    for key, amount, age in ledger:
        if age == MISSING:
            label = "none"
        elif basis == "due" and age <= 0:
            label = "未到期"
        elif age > edges[-1]:
            label = f"{edges[-1]}天以上"
        elif age <= edges[0]:
            label = labels[1 if basis == "due" else 0]
        else:
            low, high = next(band for band in bands if band[0] <= age <= band[1])
            label = f"{low}-{high}天" if low < high else f"{low}天"
        expected[key, label] += amount
    keys, amounts, ages = zip(*ledger, strict=True) if ledger else ((), (), ())
    found = bucket_totals(amounts, ages, tuple(edges), basis, key=keys, keys=4)
    assert found.tolist() == [[expected[key, label] for label in labels] for key in range(4)]
    assert int(found.sum()) == sum(amounts)


def test_a_credit_is_at_least_one_day_old_by_due_date():
    as_of = day("2025-06-30")
    own = days("2025-06-30", "2025-06-29", "2025-06-10", "")
    assert credits_own_age(as_of, own).tolist() == [1, 1, 20, MISSING]
    assert credits_own_age(as_of, own, "document").tolist() == [0, 1, 20, MISSING]


def test_credit_consumes_the_oldest_items_of_its_own_customer():
    """Customer 0 has 350 of credit, customer 1 has 1,000; nobody pays for another."""
    customer, due, opened, rest = columns(
        """
        | customer | due        | open | rest |
        | 0        | 2025-05-31 | 200  | 50   |
        | 1        | 2025-01-31 | 100  | 0    |
        | 0        | 2025-04-30 | 200  | 0    |
        | 0        |            | 70   | 70   |
        | 1        |            | 300  | 0    |
        | 0        | 2025-01-01 | -40  | -40  |
        """
    )
    found = credits_fifo(
        [cents(amount) for amount in opened],
        days(*due),
        [int(number) for number in customer],
        [cents("350"), cents("1,000")],
    )
    assert found.open_cents.tolist() == [cents(amount) for amount in rest]
    assert found.credit_left.tolist() == [0, cents("600")]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 50)), max_size=12),
    st.lists(st.integers(0, 120), min_size=3, max_size=3),
)
def test_fifo_equals_a_plain_loop(ledger, credit):
    left, expected = list(credit), [amount for *_, amount in ledger]
    for number in sorted(range(len(ledger)), key=lambda n: (ledger[n][1], n)):
        key = ledger[number][0]
        used = min(left[key], expected[number])
        expected[number] -= used
        left[key] -= used
    key, due, amount = zip(*ledger, strict=True) if ledger else ((), (), ())
    found = credits_fifo(amount, due, key, credit)
    assert (found.open_cents.tolist(), found.credit_left.tolist()) == (expected, left)


def test_a_balance_lies_on_the_newest_sales():
    for balance, parts in (
        (0, [0, 0, 0, 0, 0]),
        (500, [500, 0, 0, 0, 0]),
        (501, [500, 1, 0, 0, 0]),
        (900, [500, 400, 0, 0, 0]),
        (1600, [500, 700, 300, 100, 0]),
        (1700, [500, 700, 300, 200, 0]),
        (-50, [0, 0, 0, 0, -50]),
    ):
        assert spread_balance(balance, [500, 700, 300, 100]).tolist() == parts


def test_open_balance_of_a_document_down_a_column_of_days():
    found = registry.call(
        "AR_OPEN_BALANCE",
        100000.0,
        "2025-04-01",
        (("2025-05-10", 30000.0), ("2025-07-05", 20000.0)),
        (("2025-03-31",), ("2025-05-09",), ("2025-05-10",), ("2025-07-05",)),
    )
    assert found == ((0.0,), (100000.0,), (70000.0,), (50000.0,))


def test_no_annual_bands_is_a_contradiction():
    asked = registry.call("AR_YEAR_BUCKET", "2025-06-30", "2025-06-01", None, 0.0)
    assert asked is CellError.NUM
