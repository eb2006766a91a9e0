"""Money between cells and minor units, against decimals computed apart."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from udfs.decimals import scaled
from udfs.money import CELL_LIMIT, from_minor, minor_of_text, to_minor
from udfs.values import CONTRADICTION, MISSING


def half_up(value: float, digits: int = 2) -> int:
    """The same rule on the decimal that was typed, with exact numbers."""
    unit = Decimal(1).scaleb(-digits)
    return int(Decimal(repr(value)).quantize(unit, ROUND_HALF_UP).scaleb(digits))


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        (1.005, 101), (2.675, 268), (-0.125, -13), (-0.004, 0), (0.0, 0), (-0.0, 0),
        (0.005, 1), (-0.005, -1), (0.0049999999, 0), (1.00499999999999, 100),
        (0.285, 29), (1.115, 112), (4.35, 435), (1.15, 115), (8.165, 817),
        (70000000.005, 7000000001), (999999999999.995, 100000000000000),
        (10000000.01, 1000000001), (123456789012.345, 12345678901235),
    ],
)  # fmt: skip
def test_ties_of_the_typed_decimal_go_away_from_zero(typed, cents):
    assert to_minor(np.array([typed, -typed])).tolist() == [cents, -cents]


@given(
    st.decimals(-9_000_000_000_000, 9_000_000_000_000, places=3, allow_nan=False).map(float)
    | st.floats(-7e13, 7e13, allow_nan=False)
    | st.integers(-(10**12), 10**12).map(lambda thousandths: thousandths / 1000)
)
@example(45035996273704.955)
@example(2.5e-3)
@example(5e-324)
@example(70368744177663.99)
def test_rounding_is_that_of_the_typed_decimal(value):
    rounded = to_minor(np.array([value]))[0]
    assert rounded == half_up(value)
    # And against fractions: no cent lies nearer.
    distance = abs(Fraction(Decimal(repr(value))) * 100 - int(rounded))
    assert distance <= Fraction(1, 2)


@given(st.lists(st.floats(-1e9, 1e9, allow_nan=False), max_size=40), st.sampled_from([0, 2, 3]))
def test_an_array_rounds_as_its_elements_and_by_the_digits_of_the_currency(values, digits):
    assert to_minor(np.array(values, dtype=np.float64), digits).tolist() == [
        half_up(value, digits) for value in values
    ]


@given(st.integers(-(10**13), 10**13))
def test_cents_survive_the_way_to_a_cell_and_back(cents):
    assert to_minor(from_minor(np.array([cents]))).tolist() == [cents]


def test_what_no_cell_holds_exactly_is_a_contradiction_and_nothing_is_missing():
    most = CELL_LIMIT / 100
    beyond = [most * 1.01, -most * 1.01, np.inf, -np.inf]
    assert to_minor(np.array(beyond)).tolist() == [CONTRADICTION] * 4
    assert to_minor(np.array([np.nan])).tolist() == [MISSING]
    assert to_minor(np.array([70368744177664.0]))[0] == 7036874417766400
    # The next float stands for two cents, .01 and .02: nobody knows which was typed.
    assert float("70368744177664.01") == float("70368744177664.02")
    assert to_minor(np.array([70368744177664.01])).tolist() == [CONTRADICTION]
    assert to_minor(np.array([])).tolist() == []


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        (100.005, CONTRADICTION), (0.001, CONTRADICTION), (100.01, 10001), (-100.01, -10001),
        (0.1 + 0.2, 30), (1e10 + 0.01, 1000000000001), (np.nan, MISSING),
    ],
)  # fmt: skip
def test_an_exact_amount_has_no_fraction_of_a_cent(amount, cents):
    assert to_minor(np.array([amount]), exact=True).tolist() == [cents]


def test_weights_scale_to_whole_numbers_as_they_were_typed():
    assert scaled(np.array([0.3333333333, 0.1]))[0].tolist() == [3333333333, 1000000000]
    assert scaled(np.array([100.0, 20.0, 5.0]))[0].tolist() == [100, 20, 5]
    assert scaled(np.array([]))[0].tolist() == []
    large = scaled(np.array([1e15, 1e-9]))[0]
    assert large.dtype == object
    assert large.tolist() == [10**24, 1]


@pytest.mark.parametrize(
    ("text", "minor"),
    [("0.01", 1), ("10000", 1_000_000), ("1", 100), ("0.001", None), ("x", None), ("NaN", None)],
)
def test_a_unit_is_a_decimal_in_whole_cents(text, minor):
    assert minor_of_text(text) == minor
