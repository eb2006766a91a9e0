"""Bonus, commission and deduction: tiers without a jump, thresholds exact, rounded once."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import cents
from udfs import registry
from udfs.incentive import (
    AgeCoefficients,
    CollectedItems,
    aged_commission,
    bonus,
    bonus_deduction,
)
from udfs.values import CONTRADICTION, MISSING, CellError, CellFaultError


def test_the_tiers_are_marginal():
    collected = [cents(text) for text in ("999,999.99", "1,000,000", "1,000,000.01", "1,200,000")]
    found = bonus([cents("1,000,000")] * 4, collected, 0.01, 0.015)
    # 9,999.9999, 10,000, 10,000.00015 and 10,000 + 3,000
    assert found.bonus.tolist() == [1_000_000, 1_000_000, 1_000_000, 1_300_000]
    assert found.over_tier.tolist() == [0, 0, 1, 20_000_000]


def test_exactly_the_floor_is_paid_and_a_cent_less_is_not():
    found = bonus([100_000_000] * 3, [70_000_000, 69_999_999, 65_000_000], 0.01, 0.015, 0.7)
    assert found.bonus.tolist() == [700_000, 0, 0]
    assert bonus([30], [9], 1.0, 1.0, 0.3).bonus.tolist() == [9]  # 0.3 × 30 is 9.000000000000002


def test_a_bonus_without_a_target_has_no_answer_and_a_negative_one_contradicts():
    assert bonus([0, -1, MISSING], [5, 5, 5], 0.01, 0.01).bonus.tolist() == [
        MISSING, CONTRADICTION, MISSING,
    ]  # fmt: skip
    assert bonus([100, 100], [50, -50], [-0.01, 0.01], 0.01).bonus.tolist() == [CONTRADICTION, 0]
    assert registry.call("AR_BONUS", 0.0, 5.0, 0.01, 0.02) is CellError.NA


def test_the_reason_of_a_bonus_is_its_arithmetic():
    asked = ("AR_BONUS", 1_000_000.0, 1_200_000.0, 0.01, 0.015, 0.7)
    assert registry.call(*asked, "reason") == "1,000,000.00×1%＋200,000.00×1.5%＝13,000.00"
    low = ("AR_BONUS", 1_000_000.0, 650_000.0, 0.01, 0.015, 0.7)
    assert registry.call(*low, "依据") == "实收650,000.00未达到目标1,000,000.00的70%，不计奖"
    assert registry.call(*low, "reason", "en") == (
        "Collected 650,000.00 is below 70% of the target 1,000,000.00: no bonus"
    )
    for nothing in (0.0, -5.0):  # 0 does reach 0 % of the target
        none = ("AR_BONUS", 1_000_000.0, nothing, 0.01, 0.015, None)
        assert registry.call(*none, "reason") == f"实收{nothing:.2f}，没有可计奖的回款"
    within = ("AR_BONUS", 1_000_000.0, 700_000.0, 0.01, 0.015, None)
    assert registry.call(*within, "reason") == "700,000.00×1%＝7,000.00"


def half_up(amount: Fraction) -> int:
    """Round half away from zero; the denominators here are powers of ten."""
    number = Decimal(amount.numerator) / Decimal(amount.denominator)
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))


rates = st.integers(0, 2000).map(lambda number: number / 10_000)
amounts = st.integers(1, 10**11)


@given(amounts, amounts, rates, rates, rates)
def test_a_bonus_equals_fractions(target, collected, base, over, floor):
    found = int(bonus([target], [collected], base, over, floor).bonus[0])
    exact = [Fraction(repr(rate)) for rate in (base, over, floor)]
    tiers = exact[0] * min(target, collected) + exact[1] * max(collected - target, 0)
    assert found == (half_up(tiers) if collected >= exact[2] * target else 0)


@given(amounts, amounts, amounts, rates)
def test_who_collects_more_gets_no_less(target, collected, more, rate):
    found = bonus([target] * 2, [collected, collected + more], rate, rate * 1.5, 0.5)
    assert found.bonus[0] <= found.bonus[1]


def items(*rows):
    amount, days = zip(*rows, strict=True)
    return CollectedItems(np.array([cents(text) for text in amount]), np.array(days))


def test_a_commission_shrinks_with_age():
    found = aged_commission(
        items(("100,000", 10), ("50,000", 45), ("20,000", 75), ("10,000", 200)), 0.02
    )
    assert (int(found.commission), found.coefficients.tolist()) == (304_000, [1, 0.8, 0.5, 0.2])
    days = (-5, 0, 30, 31, 60, 61, 90, 91, 40_000)
    edges = aged_commission(items(*(("1", day) for day in days)), 0.02).coefficients
    assert edges.tolist() == [1, 1, 1, 0.8, 0.8, 0.5, 0.5, 0.2, 0.2]


def test_bands_may_stand_in_any_order_and_an_item_beyond_the_last_has_no_answer():
    bands = AgeCoefficients(np.array([60, 30]), np.array([0.8, 1.0]))
    found = aged_commission(items(("100", 31), ("100", 60)), 0.1, bands)
    assert int(found.commission) == 1_600
    with pytest.raises(CellFaultError) as fault:
        aged_commission(items(("100", 61)), 0.1, bands)
    assert fault.value.error is CellError.NA


def test_commissions_that_contradict():
    table = ((100.0, 10.0),)
    assert registry.call("AR_AGED_COMMISSION", table, -0.1) is CellError.NUM
    twice = ((30.0, 1.0), (30.0, 0.5))
    assert registry.call("AR_AGED_COMMISSION", table, 0.1, twice) is CellError.NUM
    two_open = ((None, 1.0), (None, 0.5))
    assert registry.call("AR_AGED_COMMISSION", table, 0.1, two_open) is CellError.NUM
    assert registry.call("AR_AGED_COMMISSION", table, 0.1, ((30.0, -1.0),)) is CellError.NUM
    assert registry.call("AR_AGED_COMMISSION", None, 0.1) == 0.0
    assert registry.call("AR_AGED_COMMISSION", table, 0.1, "标准（示例）") == 10.0
    assert registry.call("AR_AGED_COMMISSION", table, 0.1, "nothing") is CellError.VALUE


def test_a_commission_is_rounded_once():
    # 0.5 cents each: rounded one by one the three would make 3 cents.
    found = aged_commission(items(("0.05", 1), ("0.05", 1), ("0.05", 1)), 0.1)
    assert int(found.commission) == 2


def test_a_deduction_has_a_cap_and_begins_at_the_first_cent():
    found = bonus_deduction(
        [100_000_000] * 4, [70_000_000, 80_000_000, 99_999_800, 120_000_000], 0.005, 100_000
    )
    assert found.tolist() == [100_000, 100_000, 1, 0]
    assert bonus_deduction(
        [0, -1, 5, 5], [1, 1, 1, 1], [0.1, 0.1, -0.1, 0.1], [1, 1, 1, -1]
    ).tolist() == [MISSING, CONTRADICTION, CONTRADICTION, CONTRADICTION]
    assert bonus_deduction([10**13], [0], 1e300, 500).tolist() == [500]
