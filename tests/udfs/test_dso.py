"""Days sales outstanding in its forms: published figures, exact ends, no sales."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.arrays import ints
from udfs.dso import (
    OpenItems,
    SalesPeriods,
    average_days_delinquent,
    best_possible_dso,
    dso,
    dso_countback,
    weighted_days_late,
)
from udfs.values import MISSING, CellError


def test_rule_32_forms_of_dso_are_different_numbers_with_their_formula_beside_them():
    simple = registry.call("AR_DSO", 15000.0, 10000.0, 30.0, "*")
    assert simple == (("DSO（天）", "依据"), (45.0, "15,000÷10,000×30天＝45天"))
    best = registry.call("AR_BEST_POSSIBLE_DSO", 4000.0, 10000.0, 30.0, "reason", "en")
    assert best == "4,000 ÷ 10,000 × 30 days = 12 days"
    late = registry.call("AR_AVG_DAYS_DELINQUENT", 15000.0, 4000.0, 10000.0, 30.0, "reason")
    assert late == "（15,000－4,000）÷10,000×30天＝33天"
    months = ((9000.0, 30.0), (12000.0, 30.0))
    back = registry.call("AR_DSO_COUNTBACK", 15000.0, months, "*")
    assert back == (
        ("DSO（天）", "未覆盖余额", "依据"),
        (45.0, 0.0, "15,000.00倒推：整期1个共30天，再加6,000.00÷12,000.00×30天，合计45天"),
    )


def test_without_sales_there_are_no_days_and_without_days_a_contradiction():
    assert dso([15000, 15000, 0], [0, -10, 100], 30).days.tolist()[2] == 0.0
    assert np.isnan(dso([15000, 15000], [0, -10], 30).days).all()
    assert registry.call("AR_DSO", 15000.0, 0.0, 30.0) is CellError.NA
    assert registry.call("AR_DSO", 15000.0, 0.0, 30.0, "reason") == "本期没有赊销额（0），无法计算"
    assert registry.call("AR_DSO", 15000.0, -10.0, 30.0, "reason", "en") == (
        "No credit sales in the period (-10): there is no answer"
    )
    assert registry.call("AR_AVG_DAYS_DELINQUENT", 5.0, 1.0, 0.0, 30.0, "reason") == (
        "本期没有赊销额（0），无法计算"
    )
    assert registry.call("AR_DSO", None, 0.0, 30.0, "reason") is CellError.NA
    assert registry.call("AR_DSO", 15000.0, 10000.0, 0.0) is CellError.NUM
    assert registry.call("AR_DSO", 15000.0, 10000.0, None) is CellError.NA
    assert best_possible_dso(4000, 10000, MISSING).days.tolist() != 12.0
    assert registry.call("AR_DSO", 1e308, 1e-300, 30.0) is CellError.NUM
    assert registry.call("AR_DSO", 1e308, 1e-300, 0.0) is CellError.NUM
    assert registry.call("AR_TURNOVER", 5e-324, 1e300, 1e300, 0.0, "days") is CellError.NUM


def test_average_days_delinquent_is_dso_less_the_best_possible():
    found = average_days_delinquent(15000, 4000, 10000, 30).days
    assert found == dso(15000, 10000, 30).days - best_possible_dso(4000, 10000, 30).days == 33.0


@pytest.mark.parametrize(
    ("balance", "days", "uncovered"),
    [
        (-50, 0.0, 0),
        (0, 0.0, 0),
        (1, 0.3, 0),
        (100, 30.0, 0),  # used up exactly: the month without sales behind it does not count
        (101, 61.6, 0),
        (150, 91.0, 0),
        (151, 91.0, 1),
    ],
)
def test_counting_back_month_by_month(balance, days, uncovered):
    months = SalesPeriods(ints([100, 0, 50]), ints([30, 31, 30]))
    found = dso_countback(ints([balance]), months)
    assert found.days.tolist() == pytest.approx([days], abs=1e-12)
    assert found.uncovered.tolist() == [uncovered]


def test_a_month_of_net_credit_notes_adds_to_what_is_left():
    """100 of 130 remain after the first month, 120 after the second, which took 20 back."""
    months = SalesPeriods(ints([30, -20, 240]), ints([30, 31, 30]))
    assert dso_countback(ints([130]), months).days.tolist() == [76.0]


def test_counting_back_without_a_history_or_with_an_impossible_one():
    assert registry.call("AR_DSO_COUNTBACK", 100.0, ((None, None),)) is CellError.NA
    assert registry.call("AR_DSO_COUNTBACK", 100.0, ((100.0, 0.0),)) is CellError.NUM
    assert registry.call("AR_DSO_COUNTBACK", 100.0, ((100.0, -30.0),)) is CellError.NUM
    huge = tuple((9e13, 30.0) for _ in range(2000))
    assert registry.call("AR_DSO_COUNTBACK", 100.0, huge) is CellError.NUM
    missing = dso_countback(ints([MISSING]), SalesPeriods(ints([1]), ints([30])))
    assert missing.uncovered.tolist() == [MISSING]
    assert np.isnan(missing.days).all()


def test_counting_back_reads_headings_and_balances_down_a_column():
    table = (("赊销额", "天数"), (100000.0, 30.0), (80000.0, 30.0), (70000.0, 30.0))
    found = registry.call("AR_DSO_COUNTBACK", ((100000.0,), (212000.0,)), table)
    assert found[0] == (30.0,)
    assert found[1][0] == pytest.approx(73.714286, abs=1e-6)


periods = st.lists(st.tuples(st.integers(-50, 200), st.integers(1, 31)), min_size=1, max_size=8)


@given(st.integers(-100, 900), periods)
def test_counting_back_equals_a_plain_loop(balance, months):
    rest, expected = Fraction(max(balance, 0)), Fraction(0)
    for sales, length in months:
        if not rest:
            break
        if rest > sales:
            rest, expected = rest - sales, expected + length
        else:
            expected += rest / sales * length
            rest = Fraction(0)
    sales, length = zip(*months, strict=True)
    found = dso_countback(ints([balance]), SalesPeriods(ints(sales), ints(length)))
    assert found.days.tolist() == pytest.approx([float(expected)], rel=1e-12)
    assert found.uncovered.tolist() == [rest]


def test_lateness_weighted_by_what_is_open():
    items = ((30000.0, 77.0), (80000.0, 41.0), (60000.0, 6.0), (40000.0, -18.0))
    found = registry.call("AR_WEIGHTED_DAYS_LATE", items)
    assert found == pytest.approx(28.333333, abs=1e-6)
    assert registry.call("AR_WEIGHTED_DAYS_LATE", ((None, None),)) is CellError.NA
    assert registry.call("AR_WEIGHTED_DAYS_LATE", ((5.0, 3.0), (-5.0, 3.0))) is CellError.NA
    many = OpenItems(ints([2**52] * 3), ints([2**40, 0, 0]))
    assert weighted_days_late(many).tolist() == pytest.approx([2**40 / 3])
