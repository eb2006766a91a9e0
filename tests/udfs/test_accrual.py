"""Interest arithmetic against Fraction: exact as typed, rounded once, additive and monotone."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs.accrual import accrued, exceeds, typed, typed_product, typed_sum
from udfs.values import CONTRADICTION, MISSING

cents = st.integers(0, 10**13)
rates = st.floats(0, 2).filter(lambda rate: rate == 0 or rate > 1e-9)
typed_rates = st.integers(0, 10**6).map(lambda parts: parts / 10**6)
days = st.integers(0, 4000)
years = st.sampled_from([1, 360, 365])


def half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))


@given(cents, st.one_of(rates, typed_rates), days, years)
def test_is_what_fractions_give(principal, rate, count, year):
    expected = half_up(principal * Fraction(repr(rate)) * count / year)
    found = accrued(principal, rate, count, year).item()
    assert found == (expected if expected <= 2**53 else CONTRADICTION)


@given(st.lists(st.tuples(cents, typed_rates, days, years), min_size=1, max_size=20))
def test_many_at_once_are_as_each_alone(claims):
    together = accrued(*map(np.array, zip(*claims, strict=True)))
    assert together.tolist() == [accrued(*claim).item() for claim in claims]


@given(cents, typed_rates, days, days, st.sampled_from([360, 365]))
def test_grows_with_the_days_and_adds_up_over_adjoining_intervals(principal, rate, one, two, year):
    first, second, both = accrued(principal, rate, [one, two, one + two], year).tolist()
    if CONTRADICTION not in {first, second, both}:
        assert both >= max(first, second)
        assert abs(both - first - second) <= 1, "three roundings of half a cent at most"


@given(st.integers(0, 10**9), typed_rates, days, st.integers(1, 1000))
def test_is_linear_in_the_principal(principal, rate, count, times):
    one, many = accrued([principal, principal * times], rate, count, 365).tolist()
    assert abs(many - one * times) <= (times + 1) / 2


def test_ties_of_typed_rates_go_up():
    # 50 cents × 0.29 = 14.5 cents; in binary 0.29 lies below 0.29.
    assert accrued(50, 0.29, 1).tolist() == 15
    assert accrued([100, 300], [0.005, 0.015], 1).tolist() == [1, 5]
    assert accrued(36500, 0.00005, [99, 100, 101], 365).tolist() == [0, 1, 1]


def test_what_bears_nothing_what_is_unknown_and_what_is_wrong():
    found = accrued(
        [-5, 0, 100, 100, MISSING, 100, 100, 100, 100, 2**53],
        [0.1, 0.1, 0.1, 0.1, 0.1, np.nan, -0.1, np.inf, 0.1, 1.0],
        [10, 10, 0, -3, 10, 10, 10, 10, 10, 2],
        [1, 1, 1, 1, 1, 1, 1, 1, 0, 1],
    )
    assert found.tolist() == [0, 0, 0, 0, MISSING, MISSING, *[CONTRADICTION] * 4]


@pytest.mark.parametrize("rate", [1e-300, 5e-324, 1e300, 1.7e308])
def test_rates_beyond_reason_neither_warn_nor_wrap(rate):
    found = accrued([2**53, 1], rate, [2**53, 1], 365).tolist()
    assert found == ([0, 0] if rate < 1 else [CONTRADICTION] * 2)


@given(typed_rates, typed_rates)
def test_sums_and_products_are_those_of_the_decimals(one, two):
    assert typed_sum(one, two).item() == float(typed(one) + typed(two))
    assert typed_product(one, two).item() == float(typed(one) * typed(two))


def test_a_mark_is_exceeded_strictly_and_as_typed():
    # 0.1 + 0.2 in binary would be above 0.3, and 1.3 × 0.045 below 0.0585.
    assert typed_sum(0.1, 0.2).item() == 0.3
    assert exceeds([0.0585, 0.05850001, 0.0584], 1.3, 0.045).tolist() == [0, 1, 0]
    assert exceeds([0.12, 0.1200001], 4, 0.03).tolist() == [0, 1]
    assert exceeds([np.nan, 1.0], 1.3, [1.0, np.nan]).tolist() == [MISSING] * 2
    assert exceeds(1e308, 1e308, 1e308).tolist() == 0
