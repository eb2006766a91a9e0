"""Products and quotients on decimals as typed, the same as fractions by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs.decimals import above, half_up, narrowed, scaled, share, times
from udfs.values import CONTRADICTION, MISSING

wholes = st.integers(-(2**80), 2**80)
typed = st.floats(allow_nan=False, allow_infinity=False)


def rounded(exact: Fraction) -> int:
    """Half-up, away from zero."""
    size = int(abs(exact) + Fraction(1, 2))
    return -size if exact < 0 else size


@pytest.mark.parametrize(
    ("values", "whole", "scale"),
    [
        ([0.7, 0.25], [70, 25], 100),
        ([1.0, 20.0], [1, 20], 1),
        ([0.1 + 0.2], [30000000000000004], 10**17),  # noise is what the cell holds, not a third
        ([1e300], [10**300], 1),
        ([1e-12, -2.5], [1, -2500000000000], 10**12),
        ([], [], 1),
    ],
)
def test_typed_decimals_are_whole_numbers_over_a_power_of_ten(values, whole, scale):
    found, under = scaled(np.array(values, dtype=np.float64))
    assert ([int(number) for number in found.tolist()], under) == (whole, scale)


@given(st.lists(typed, max_size=5))
def test_scaled_numbers_stand_for_the_shortest_decimal(values):
    found, scale = scaled(np.array(values, dtype=np.float64))
    for number, value in zip(found.tolist(), values, strict=True):
        assert Fraction(number, scale) == Fraction(repr(value))


@given(wholes, st.integers(1, 2**70))
def test_quotients_equal_fractions(numerator, denominator):
    top = np.array([numerator], dtype=np.int64 if abs(numerator) < 2**63 else object)
    assert half_up(top, denominator).tolist() == [rounded(Fraction(numerator, denominator))]
    exact = Fraction(numerator, denominator)
    assert above(top.astype(object), denominator).tolist() == [-int((-exact) // 1)]


@given(wholes, wholes)
def test_products_never_wrap(first, second):
    assert int(times(first, second)) == first * second


@given(st.integers(-(2**53), 2**53), st.floats(-10, 10, allow_nan=False))
def test_a_share_equals_fractions(cents, rate):
    exact = rounded(cents * Fraction(repr(rate)))
    expected = exact if abs(exact) <= 2**53 else CONTRADICTION
    assert share(cents, rate).tolist() == expected


def test_ties_are_those_of_the_typed_rate():
    assert share([50, 1050, -50], 0.29).tolist() == [15, 305, -15]  # binary 0.29 lies below
    assert share([100], 0.335).tolist() == [34]


def test_what_has_no_answer_stays_so():
    assert share([MISSING, 5, 5], [0.1, np.nan, np.inf]).tolist() == [
        MISSING, MISSING, CONTRADICTION,
    ]  # fmt: skip
    assert narrowed(np.array([2**53, 2**53 + 1, -(2**90)], dtype=object)).tolist() == [
        2**53, CONTRADICTION, CONTRADICTION,
    ]  # fmt: skip
