"""Interest on the declining balance: the worked story, its edges, and the same in fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, NUM
from tests.udfs.tables import day
from udfs import registry
from udfs.arrays import ints
from udfs.balances import Receipts
from udfs.partial_payments import interest_with_payments

ASKED = "AR_INTEREST_WITH_PAYMENTS"
TWO = (("2025-03-02", 80000), ("2025-04-01", 120000))


def account(principal, payments, order=None, as_of=None, rate=0.0005, due="2025-01-31"):
    """Unpaid interest, principal left, interest paid."""
    asked = (ASKED, principal, due, payments, rate, order, as_of)
    fields = ("interest_unpaid", "principal_left", "interest_paid")
    return tuple(registry.call(*asked, field) for field in fields)


def test_rule_26_interest_does_not_vanish_when_the_principal_is_paid():
    assert account(200000, TWO) == (4800, 0, 0)
    assert account(200000, TWO, "interest_first") == (0, 4845, 4845)
    # A month later it is still there, and it has borne no interest itself.
    assert account(200000, TWO, as_of="2025-05-01") == (4800, 0, 0)


def test_what_is_left_when_the_principal_is_paid_meets_interest_then_nothing():
    more = (("2025-03-02", 80000), ("2025-04-01", 125000))
    assert account(200000, more) == (0, 0, 4800)
    rows = registry.call(ASKED, 200000, "2025-01-31", more, 0.0005, None, None, "rows")
    assert rows == (
        (day("2025-03-02"), 30, 3000, 80000, 120000, 0),
        (day("2025-04-01"), 30, 1800, 120000, 0, 200),
    )


def test_payments_in_any_order_with_headings_and_on_one_day():
    headed = (("收款日期", "金额"), ("2025-04-01", 120000), ("2025-03-02", 80000))
    assert account(200000, headed) == (4800, 0, 0)
    split = (("2025-03-02", 50000), ("2025-03-02", 30000), ("2025-04-01", 120000))
    assert account(200000, split) == (4800, 0, 0)


def test_before_the_due_date_nothing_runs_and_after_the_as_of_date_nothing_is_seen():
    early = (("2025-01-20", 50000),)
    assert account(200000, early, as_of="2025-03-02") == (2250, 150000, 0)
    assert account(200000, early) == (0, 150000, 0)
    assert account(200000, early, as_of="2025-01-25") == (0, 150000, 0)
    assert account(200000, (("2025-03-10", 50000),), as_of="2025-03-02") == (3000, 200000, 0)
    assert account(200000, None, as_of="2025-03-02") == (3000, 200000, 0)


def test_unpaid_interest_bears_none():
    small = (("2025-01-11", 300),)
    found = account(100000, small, "interest_first", "2025-01-21", due="2025-01-01")
    assert found == (700, 100000, 300)


@pytest.mark.parametrize(
    ("principal", "payments", "rate", "error"),
    [
        (200000, None, 0.0005, NA),  # nothing says how long
        (-1, TWO, 0.0005, NUM),
        (200000, (("2025-03-02", -1),), 0.0005, NUM),
        (200000, TWO, -0.0005, NUM),
        (200000, TWO, 1e300, NUM),
        (None, TWO, 0.0005, NA),
    ],
)
def test_what_has_no_answer(principal, payments, rate, error):
    assert account(principal, payments, rate=rate) == (error,) * 3


def test_the_reason_tells_the_account():
    asked = (ASKED, 200000, "2025-01-31", TWO, 0.0005, "先息后本", None, "reason")
    assert registry.call(*asked) == (
        "200,000.00自2025-01-31至2025-04-01按日利率0.05%计息，先息后本，还款2笔："
        "应计利息4,845.00，已付4,845.00，未付0.00；未还本金4,845.00"
    )


payments = st.lists(st.tuples(st.integers(-20, 200), st.integers(0, 5 * 10**6)), max_size=6)


def half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))


@given(st.integers(0, 10**7), payments, st.integers(0, 2000), st.booleans(), st.integers(0, 200))
def test_is_the_same_account_in_fractions(principal, paid, rate, principal_first, end):
    due = 45_000
    per_day = Fraction(rate, 10**6)
    left, unpaid, met, at = Fraction(principal), Fraction(), Fraction(), 0
    for when, amount in [*sorted((p for p in paid if p[0] <= end), key=lambda p: p[0]), (end, 0)]:
        unpaid += left * per_day * max(max(when, 0) - at, 0)
        at = max(when, at)
        for _ in range(2):
            of_principal = principal_first == (_ == 0)
            part = min(Fraction(amount), left if of_principal else unpaid)
            amount -= part  # noqa: PLW2901 - what is left of the payment
            left, unpaid = (left - part, unpaid) if of_principal else (left, unpaid - part)
            met += 0 if of_principal else part
    table = Receipts(ints([due + when for when, _ in paid]), ints([amount for _, amount in paid]))
    order = "principal_first" if principal_first else "interest_first"
    found = interest_with_payments(principal, due, table, rate / 10**6, order, due + end)
    assert [int(found.interest_unpaid), int(found.principal_left), int(found.interest_paid)] == [
        half_up(unpaid), half_up(left), half_up(met),
    ]  # fmt: skip
    shown = found.rows
    assert shown.principal_left.tolist()[-1:] in ([], [half_up(left)])
    assert principal - shown.to_principal.sum() == half_up(left)


def test_a_long_list_of_payments_is_followed_in_linear_time():
    count = 20_000
    table = Receipts(45_001 + ints(range(count)), ints([100] * count))
    found = interest_with_payments(10**9, 45_000, table, 0.0005, "interest_first", 70_000)
    assert int(found.interest_accrued) == 5 * 10**5 * 25_000
    assert int(found.interest_paid) == 100 * count
