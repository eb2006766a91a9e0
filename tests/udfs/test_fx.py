"""Exchange differences: against the rate in the books, exact on the decimals that were typed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.fx import difference, fx_settle
from udfs.values import CellError


def test_a_loss_is_negative():
    assert registry.call("AR_FX_SETTLE", 10000.0, 7.25, 7.18) == -700
    assert registry.call("AR_FX_SETTLE", 10000.0, 7.18, 7.25) == 700
    assert registry.call("AR_FX_REVALUE", 6000.0, 7.25, 7.2) == -300
    assert registry.call("AR_FX_REVALUE", -6000.0, 7.25, 7.2) == 300  # a credit note


def test_a_revaluation_is_not_counted_twice():
    # booked at 7.25, revalued at 7.20 (−500.00), paid at 7.18: −200.00 is left, −700.00 in all
    assert registry.call("AR_FX_REVALUE", 10000.0, 7.25, 7.2) == -500
    assert registry.call("AR_FX_SETTLE", 10000.0, 7.25, 7.18, 7.2) == -200
    column = registry.call("AR_FX_SETTLE", ((10000.0,), (10000.0,)), 7.25, 7.18, ((None,), (7.2,)))
    assert column == ((-700.0,), (-200.0,))
    assert registry.call("AR_FX_SETTLE", 10000.0, 7.25, 7.18, 7.2, "reason") == (
        "10,000×（收款日汇率7.18－调汇汇率7.2）＝-200.00"
    )


@pytest.mark.parametrize(
    ("amount", "before", "after", "cents"),
    [
        (0.5, 7.25, 7.26, 1),  # 0.005 is half a cent
        (0.5, 7.26, 7.25, -1),
        (0.49, 7.25, 7.26, 0),
        (1.0, 1.0, 1.005, 1),  # 1.005 lies below the tie in binary
        (1.0, 1.0, 1.0049999999, 0),
        (100.0, 0.1, 0.3, 2000),
        (1.005, 1.0, 2.0, 101),  # three decimals, as a dinar has
        (1e9, 7.1234567, 7.1234568, 10000),
    ],
)
def test_both_sides_of_half_a_cent(amount, before, after, cents):
    assert difference(amount, before, after).tolist() == cents


@given(
    st.decimals("-1e9", "1e9", places=3),
    st.decimals("0.0001", "1000", places=4),
    st.decimals("0.0001", "1000", places=4),
)
def test_differences_equal_decimals(amount, before, after):
    exact = (amount * (after - before) * 100).quantize(Decimal(1), ROUND_HALF_UP)
    assert difference(float(amount), float(before), float(after)).tolist() == int(exact)


@given(*[st.integers(1, 10**6)] * 4)
def test_revaluing_and_settling_together_are_settling_alone(amount, booked, closing, paid):
    whole = fx_settle(amount, booked / 100, paid / 100).difference
    revalued = difference(amount, booked / 100, closing / 100)
    rest = fx_settle(amount, booked / 100, paid / 100, closing / 100).difference
    assert revalued + rest == whole


@pytest.mark.parametrize("cells", [(1.0, 0.0, 7.0), (1.0, 7.0, -7.0), (1e300, 7.0, 8.0)])
def test_rates_not_above_zero_and_amounts_beyond_a_cell_contradict(cells):
    assert registry.call("AR_FX_SETTLE", *cells) is CellError.NUM
    assert registry.call("AR_FX_REVALUE", *cells) is CellError.NUM


def test_a_missing_rate_has_no_answer():
    assert registry.call("AR_FX_SETTLE", 1.0, None, 7.0) is CellError.NA
    assert registry.call("AR_FX_REVALUE", 1.0, 7.0, None) is CellError.NA
