"""Rounding as a sheet rounds: half up, away from zero, on the decimal that was typed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.values import CellError


@pytest.mark.parametrize(
    ("typed", "rounded"),
    [
        (1.005, 1.01),
        (1.0049, 1.00),
        (2.675, 2.68),
        (-0.125, -0.13),
        (-0.1249, -0.12),
        (0.005, 0.01),
        (0.0049, 0.0),
        (1234567.125, 1234567.13),
    ],
)
def test_ties_go_away_from_zero(typed, rounded):
    assert registry.call("AR_ROUND", typed) == rounded


def test_there_is_no_negative_zero():
    assert str(registry.call("AR_ROUND", -0.004)) == "0.0"


def test_where_two_cents_share_a_float_there_is_no_exact_answer():
    assert registry.call("AR_ROUND", 70_368_744_177_663.99) == 70_368_744_177_663.99
    assert registry.call("AR_ROUND", 70_368_744_177_664.02) is CellError.NUM


@pytest.mark.parametrize(
    ("typed", "currency", "rounded"),
    [
        (0.5, "JPY", 1.0),
        (0.495, "JPY", 0.0),  # by way of hundredths it would be 1
        (-1234.5, "日元", -1235.0),
        (1.0005, "KWD", 1.001),
        (1.00049, "KWD", 1.0),
        (1.005, "人民币", 1.01),
        (1.005, "美元", 1.01),
    ],
)
def test_decimals_are_those_of_the_currency(typed, currency, rounded):
    assert registry.call("AR_ROUND", typed, currency) == rounded


def test_a_currency_that_nobody_knows():
    assert registry.call("AR_ROUND", 1.0, "XXX") is CellError.VALUE


@given(st.decimals(-(10**9), 10**9, places=4))
def test_rounding_equals_decimal_arithmetic(typed):
    expected = typed.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert registry.call("AR_ROUND", float(typed)) == float(expected)
