"""Fees once per level on the original amount, and interest on the declining balance."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, NUM
from udfs import registry

ARGUMENTS = registry.declaration("AR_DUNNING_CHARGES").arguments
INVOICE = (("INV1", "2025-06-15", 100.0, 1.0),)
PERCENT = "按原金额比例收费"


def charges(items=INVOICE, on="2025-06-30", field="total", lang="en", **more):
    given = {"items": items, "run_date": on, "field": field, "lang": lang, **more}
    return registry.call("AR_DUNNING_CHARGES", *(given.get(name) for name in ARGUMENTS))


def test_rule_26_a_percent_fee_is_on_the_original_100_and_not_on_110():
    first = charges(fees=PERCENT)
    assert first == 110.0
    second = (("INV1", "2025-06-15", 100.0, 2.0),)
    charged = (("INV1", 1.0, 10.0),)
    assert charges(second, fees=PERCENT, charged=charged) == 125.0
    assert charges(second, fees=PERCENT, charged=charged, field="fee") == 15.0


def test_rule_26_interest_of_100_at_10_percent_for_15_days_is_0_41():
    assert charges(annual_rate=0.1, field="interest") == 0.41
    assert charges(annual_rate=0.1, fees="fixed") == 110.41
    assert charges(annual_rate=0.1, fees=((1.0, 10.0),), field="*")[1] == (
        110.41, "INV1", 100.0, 0.0, 10.0, 0.41,
        "Level 1 fee 10.00 + 100.00 × 0% = 10.00; interest: balance-days 1,500 × 10% ÷ 365 = 0.41",
    )  # fmt: skip


def test_rule_26_interest_does_not_vanish_when_the_principal_is_paid():
    paid = (("INV1", "2025-06-30", 100.0),)
    assert charges(payments=paid, annual_rate=0.1, on="2025-07-31", fees="fixed", field="*")[1][
        :6
    ] == (0.41, "INV1", 0.0, 0.0, 0.0, 0.41)


def test_rule_26_a_fee_is_charged_once_per_level():
    charged = (("INV1", 1.0, 10.0),)
    assert charges(fees="fixed", charged=charged, field="fee") == 0.0
    assert charges(fees="fixed", charged=charged) == 110.0
    assert charges(fees="fixed", charged=charged, field="reason").startswith(
        "Level 1 fee was charged before"
    )
    # Nor twice within a run: two instalments of one document have one fee.
    twice = (("INV1", "2025-06-15", 100.0, 1.0), ("INV1", "2025-06-20", 50.0, 1.0))
    assert charges(twice, fees="fixed", field="fee") == ((10.0,), (0.0,))
    assert charges(twice[::-1], fees="fixed", field="fee") == ((0.0,), (10.0,))
    assert charges(twice, charged=charged, field="earlier_fees") == ((10.0,), (0.0,))


def test_interest_declines_with_every_payment():
    # 100 for 5 days, 60 for 10 days, then 60 for what is left: 500 + 600 + … yuan·days.
    paid = (("INV1", "2025-06-20", 40.0), ("INV1", "2025-07-05", 60.0), ("X", "2025-06-16", 9.0))
    assert charges(payments=paid, annual_rate=0.365, field="interest") == 1.1
    assert charges(payments=paid, annual_rate=0.365, field="outstanding") == 60.0
    later = charges(payments=paid, annual_rate=0.365, on="2025-12-31", field="interest")
    assert later == 1.4  # 5 × 100 + 15 × 60
    early = (("INV1", "2025-06-01", 40.0),)
    assert charges(payments=early, annual_rate=0.365, field="interest") == 0.9  # 15 × 60
    over = (("INV1", "2025-06-20", 140.0),)
    assert charges(payments=over, annual_rate=0.365, field="interest") == 0.5
    assert charges(payments=over, annual_rate=0.365, field="outstanding") == -40.0


def test_without_a_due_date_there_is_no_interest_to_name():
    items = (("INV1", None, 100.0, 1.0),)
    assert charges(items, annual_rate=0.1) is NA
    assert charges(items, annual_rate=0.1, field="outstanding") == 100.0


@pytest.mark.parametrize(
    "more",
    [
        {"annual_rate": -0.1},
        {"year_days": 0.0},
        {"fees": ((1.0, -1.0),)},
        {"fees": ((1.0, 1.0), (1.0, 2.0))},
        {"fees": ((1.0, None, 1e300),)},
        {"annual_rate": 1e300},
    ],
)
def test_contradictions_are_refused(more):
    assert charges(**more) is NUM


def test_no_items_no_charges():
    assert charges(None) is None


def test_the_year_of_360_days():
    assert charges((("A", "2025-06-15", 3600.0, None),), annual_rate=0.1, field="interest") == 14.79
    assert charges((("A", "2025-06-15", 3600.0, 0.0),), annual_rate=0.1, year_days=360.0) == 3615.0


DAY = st.integers(45_700, 45_838)
PAID = st.lists(st.tuples(DAY, st.integers(0, 60_00)), max_size=4)


@given(st.integers(0, 10_000), DAY, PAID, st.integers(0, 30))
def test_interest_day_by_day_as_a_fraction(amount, due, paid, percent):
    items = (("A", float(due), amount / 100, None),)
    payments = tuple(("A", float(day), cents / 100) for day, cents in paid) or None
    found = charges(items, 45_838.0, "interest", payments=payments, annual_rate=percent / 100)
    open_days = sum(
        max(0, amount - sum(cents for when, cents in paid if when < day))
        for day in range(due + 1, 45_839)
    )
    exact = Fraction(open_days * percent, 100 * 365)
    assert round(found * 100) == int(exact + Fraction(1, 2))
