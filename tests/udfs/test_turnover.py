"""Turnover of receivables, and the cash that a shorter one frees, to the cent."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.turnover import cash_released, turnover
from udfs.values import CONTRADICTION, MISSING, CellError


@pytest.mark.parametrize(
    ("arguments", "times", "days"),
    [
        ((5000, 600, 1000), 6.25, 58.4),
        ((5000, 600, 1000, 360), 6.25, 57.6),
        ((0, 600, 1000), 0.0, None),
        ((5000, 0, 0), None, None),
        ((5000, -600, 100), None, None),
    ],
)
def test_turnover_and_its_days(arguments, times, days):
    found = turnover(*arguments)
    for value, expected in ((found.turnover, times), (found.days, days)):
        assert np.isnan(value) if expected is None else value == pytest.approx(expected)


def test_cash_released_by_the_target_of_the_seeds():
    asked = ("AR_CASH_RELEASED", 50_000_000.0, 60.0, 45.0)
    assert registry.call(*asked) == 2054794.52
    assert registry.call(*asked, 360.0) == 2083333.33
    assert registry.call(asked[0], asked[1], 45.0, 60.0) == -2054794.52
    assert registry.call(*asked, 0.0) is CellError.NUM
    assert registry.call("AR_CASH_RELEASED", 50_000_000.0, 1e300, 45.0) is CellError.NUM
    found = cash_released([MISSING, 100], [60, np.nan], 45)
    assert found.tolist() == [MISSING, MISSING]
    assert cash_released(100, np.inf, 45).tolist() == CONTRADICTION


def test_a_tie_of_typed_decimals_goes_away_from_zero():
    """1.00 a year, 0.1 + 0.2 days less 0.3 … and 36.5 days of 0.05 yuan: half a cent exactly."""
    assert cash_released(100, 1.825, 0).tolist() == 1  # 100 × 1.825 / 365 = 0.5 cent
    assert cash_released(100, 0, 1.825).tolist() == -1
    assert cash_released(73_000, 61.1, 61.0975).tolist() == 1  # 200 × 0.0025 = 0.5 cent
    assert cash_released(73_000, 61.1, 61.0976).tolist() == 0


def half_up(amount: Fraction) -> int:
    whole = int(abs(amount) + Fraction(1, 2))
    return whole if amount >= 0 else -whole


@given(
    st.integers(-(10**13), 10**13),
    st.decimals(0, 400, places=4),
    st.decimals(0, 400, places=4),
    st.sampled_from([360, 365, 366]),
)
def test_cash_released_equals_fractions(sales, before, after, year):
    exact = Fraction(sales, year) * (Fraction(before) - Fraction(after))
    found = cash_released(sales, float(before), float(after), year)
    assert found.tolist() == half_up(exact)


def test_the_reason_says_why_a_year_has_no_turnover():
    asked = "AR_TURNOVER"
    assert registry.call(asked, 5000.0, 0.0, 0.0, None, "reason") == (
        "平均应收（0＋0）÷2 不大于 0，无法计算"
    )
    assert registry.call(asked, 0.0, 600.0, 1000.0, None, "days") is CellError.NA
    assert registry.call(asked, 0.0, 600.0, 1000.0, None, "reason") == (
        "本期没有赊销额（0），无法计算"
    )
