"""Allowance by rates: unrounded rates, totals that add up, nothing below 0."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import cents
from udfs import registry
from udfs.allowance import (
    Scenarios,
    allowance_by_band,
    allowance_comparison,
    allowance_matrix,
    allowance_rollforward,
    flow_loss_rates,
    forward_factor,
    total_of,
)
from udfs.values import CONTRADICTION, MISSING, CellError, CellFaultError

#: A published example: balances per band, what a cohort still owed on entering each band.
BALANCES = np.array([cents(text) for text in ("300,000", "140,000", "60,000", "23,000", "5,000")])
REMAINING = np.array([100_000.0, 50_000.0, 23_000.0, 8_000.0, 2_000.0])


def test_rule_31_rates_of_a_cohort_stay_unrounded():
    exact = allowance_matrix(BALANCES, flow_loss_rates(REMAINING))
    assert int(exact.total) == cents("27,567.39")  # published: 27,567
    assert exact.by_bucket.tolist() == [
        cents(text) for text in ("6,000", "5,600", "5,217.39", "5,750", "5,000")
    ]
    printed = allowance_matrix(BALANCES, np.array([0.02, 0.04, 0.087, 0.25, 1]))
    assert int(printed.total) == cents("27,570")  # with the printed 8.7 %


def test_the_illustrative_rates_have_a_name():
    balances = ((15e6, 7.5e6, 4e6, 2.5e6, 1e6),)
    for name in ("standard", "IFRS 9 示例12（示例）", "IFRS 9 Example 12 (illustrative)"):
        assert registry.call("AR_ALLOWANCE_MATRIX", balances, name) == 580_000.0
    assert registry.call("AR_ALLOWANCE_MATRIX", balances, "other") is CellError.VALUE
    assert registry.call("AR_ALLOWANCE_MATRIX", ((1.0, 2.0),), "standard") is CellError.VALUE
    texts = (("0.3%", "1.6%", "3.6%", "6.6%", "10.6%"),)
    assert registry.call("AR_ALLOWANCE_MATRIX", balances, texts) == 580_000.0


def test_a_credit_balance_bears_nothing_and_is_to_be_reclassified():
    found = allowance_matrix(np.array([100_000, -20_000, 50_000]), np.array([0.05, 0.2, 0.5]))
    assert found.by_bucket.tolist() == [5_000, 0, 25_000]
    assert found.contract_liabilities.tolist() == [0, 20_000, 0]
    assert int(found.total) == 30_000


def test_a_tie_goes_up_and_a_rate_is_what_was_typed():
    # 14.5 cents: 0.29 lies below twenty-nine hundredths in binary.
    assert allowance_by_band([50, 49, 51], [0.29] * 3).tolist() == [15, 14, 15]


def test_missing_is_never_nothing_and_a_rate_above_one_contradicts():
    found = allowance_by_band([MISSING, 100, 100, 100, 0], [0.1, np.nan, 1.01, -0.01, np.nan])
    assert found.tolist() == [MISSING, MISSING, CONTRADICTION, CONTRADICTION, 0]
    assert total_of([5, MISSING]).tolist() == MISSING
    assert total_of([5, MISSING, CONTRADICTION]).tolist() == CONTRADICTION
    assert registry.call("AR_ALLOWANCE_MATRIX", ((100.0, 200.0),), ((0.05, 5.0),)) is CellError.NUM
    assert registry.call("AR_ALLOWANCE_MATRIX", ((100.0, 200.0),), ((0.05,),)) is CellError.VALUE
    assert registry.call("AR_ALLOWANCE_MATRIX", ((100.0, 200.0),), None) is CellError.NA
    assert registry.call("AR_ALLOWANCE_MATRIX", ((100.0, None, 1.0),), ((0.1,) * 3,)) is (
        CellError.NA
    )
    assert registry.call("AR_ALLOWANCE_MATRIX", None, None) == 0.0


balances = st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=8)
shares = st.lists(st.integers(0, 10_000), min_size=8, max_size=8)


@given(balances, shares, shares)
def test_higher_rates_never_lower_the_allowance(amounts, first, second):
    low = np.minimum(first, second)[: len(amounts)] / 10_000
    high = np.maximum(first, second)[: len(amounts)] / 10_000
    less, more = (allowance_matrix(np.array(amounts), rates) for rates in (low, high))
    assert (less.by_bucket <= more.by_bucket).all()
    assert int(less.total) <= int(more.total)
    assert (more.by_bucket <= np.maximum(amounts, 0)).all()


@given(balances, shares)
def test_a_band_equals_fractions(amounts, typed):
    rates = [number / 10_000 for number in typed[: len(amounts)]]
    exact = [
        int(Fraction(max(amount, 0)) * Fraction(repr(rate)) + Fraction(1, 2))
        for amount, rate in zip(amounts, rates, strict=True)
    ]
    found = allowance_matrix(np.array(amounts), np.array(rates))
    assert found.by_bucket.tolist() == exact
    assert int(found.total) == sum(exact)


def test_the_old_table_stands_beside_the_new_one():
    found = allowance_comparison(
        np.array([10_000_000, 2_000_000, -500]),
        np.array([0.067, 0.329, 0.72]),
        np.array([0.05, 0.4, 0.5]),
    )
    assert (int(found.total), int(found.own_total)) == (1_328_000, 1_300_000)
    assert int(found.difference) == 28_000
    assert found.difference_by_bucket.tolist() == [170_000, -142_000, 0]
    cell = registry.call("AR_ALLOWANCE_COMPARISON", ((100.0, 50.0),), ((0.1, 0.2),), ((0.1, 2.0),))
    assert cell is CellError.NUM


def test_loss_rates_of_a_cohort():
    assert np.abs(flow_loss_rates(REMAINING) - [0.02, 0.04, 2 / 23, 0.25, 1]).max() < 1e-12
    # Less entered the second band than was left at the end; nothing entered the third.
    found = flow_loss_rates(np.array([10.0, 1.0, 0.0, 2.0]))
    assert np.isinf(found[1:3]).all()
    assert np.isnan(flow_loss_rates(np.array([5.0, 0.0, 0.0]))[1:]).all()


def test_scenarios_weigh_up_to_exactly_one():
    def of(*rows):
        return float(
            forward_factor(Scenarios(*(np.array(side) for side in zip(*rows, strict=True))))
        )

    assert of((0.6, 1.0), (0.3, 1.3), (0.1, 0.8)) == 1.07
    assert of(*[(0.1, 1.0)] * 10) == 1.0  # ten tenths are 0.9999999999999999 in binary
    for rows in (
        [(0.6, 1.0), (0.3, 1.3)],
        [(0.6, 1.0), (0.4000000001, 1.3)],
        [(1.2, 1.0), (-0.2, 1.0)],
        [(1.0, -1.0)],
    ):
        with pytest.raises(CellFaultError) as fault:
            of(*rows)
        assert fault.value.error is CellError.NUM
    assert registry.call("AR_FORWARD_FACTOR", None) is CellError.NA
    headed = (("情景权重", "前瞻性系数"), ("60%", 1.0), ("40%", 1.3))
    assert registry.call("AR_FORWARD_FACTOR", headed) == 1.12


def test_the_movement_of_the_allowance():
    assert allowance_rollforward([10_000], [4_000], [1_000], [2_500], [500]).tolist() == [11_000]
    odd = allowance_rollforward([100] * 3, [0, -1, MISSING], [0] * 3, [200, 0, 0], [0] * 3)
    # More written off than there was shows as what it is; a movement has no sign.
    assert odd.tolist() == [-100, CONTRADICTION, MISSING]
