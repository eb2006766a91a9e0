"""Loan and down payment of a home."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.mortgage import mortgage_split
from udfs.values import CellError


def test_the_loan_is_rounded_down_and_the_rest_is_paid_down():
    found = registry.call("AR_MORTGAGE_SPLIT", 1058300.0, 0.3, None, "*")
    assert found[1][:2] == (740000.0, 318300.0)
    assert found[1][2] == pytest.approx(0.300765, abs=1e-6)


def test_a_whole_loan_is_not_lost_to_binary_rates():
    # 1 − 0.3 is 0.7 exactly; 1,000,000 × 0.7 in binary is 700,000 or a hair less.
    for price, least, loan in ((1_000_000.0, 0.3, 700_000.0), (300_000.0, 0.9, 30_000.0)):
        assert registry.call("AR_MORTGAGE_SPLIT", price, least) == loan


@pytest.mark.parametrize("cells", [(-1.0, 0.3), (100.0, -0.1), (100.0, 1.1)])
def test_what_contradicts(cells):
    assert registry.call("AR_MORTGAGE_SPLIT", *cells) is CellError.NUM


def test_edges():
    assert registry.call("AR_MORTGAGE_SPLIT", 0.0, 0.3, None, "down_pct") is CellError.NA
    assert registry.call("AR_MORTGAGE_SPLIT", 0.0, 0.3) == 0.0
    assert registry.call("AR_MORTGAGE_SPLIT", 99999.0, 0.0, 1e18) == 0.0
    assert registry.call("AR_MORTGAGE_SPLIT", 99999.0, 1.0, None, "down") == 99999.0


def test_a_share_of_many_digits_stays_exact_and_spoils_no_other_row():
    # =1/3 has 16 decimals: 10**16 times the unit is beyond int64.
    third, tiny = 1 / 3, 5e-324
    rows = ((1_000_000.0,), (2_000_000.0,), (1_000_000.0,)), ((third,), (0.3,), (tiny,))
    assert registry.call("AR_MORTGAGE_SPLIT", *rows) == ((660_000.0,), (1_400_000.0,), (990_000.0,))
    assert registry.call("AR_MORTGAGE_SPLIT", 1_000_000.0, third, None, "down") == 340_000.0
    assert registry.call("AR_MORTGAGE_SPLIT", 1_000_000.0, tiny) == 990_000.0


@given(st.integers(0, 2**53), st.integers(0, 10000), st.sampled_from([1, 100, 1_000_000]))
def test_the_loan_equals_fractions(price, parts, unit):
    least = parts / 10000
    found = mortgage_split(np.array([price]), np.array([least]), unit)
    exact = Fraction(price) * (1 - Fraction(parts, 10000)) // unit * unit
    assert (int(found.loan[0]), int(found.down[0])) == (int(exact), price - int(exact))
