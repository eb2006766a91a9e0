"""Points by standards, by odds and by payments: both sides of each edge, and fractions by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, NUM, VALUE, column, row
from udfs import registry
from udfs.rules import rule, rules
from udfs.scores import PastPayments, banded_score, payment_score, pdo_score

NO = False
LIQUIDITY = row(2.0, 1.6, 1.3, 1.0, 0.7)
DEBT = row(45.0, 52.0, 60.0, 70.0, 85.0)


def banded(actual, weight, standards, *more):
    return registry.call("AR_BANDED_SCORE", actual, weight, standards, *more)


@pytest.mark.parametrize(
    ("actual", "points"),
    [
        (9.0, 10), (2.0, 10), (1.6, 8), (1.3, 6), (1.0, 4), (0.7, 2), (0.69999, 0), (0.0, 0),
        (-5.0, 0), (1.8, 9), (1.45, 7), (1.15, 5), (0.85, 3),
    ],
)  # fmt: skip
def test_each_standard_from_both_sides(actual, points):
    assert banded(actual, 10.0, LIQUIDITY) == pytest.approx(points, abs=1e-9)


@pytest.mark.parametrize(
    ("actual", "points"),
    [(45.0, 20), (44.0, 20), (52.0, 16), (60.0, 12), (85.0, 4), (85.01, 0), (48.5, 18)],
)
def test_less_is_better(actual, points):
    assert banded(actual, 20.0, DEBT, NO) == pytest.approx(points, abs=1e-9)


def test_the_noise_of_binary_fractions_does_not_cost_a_standard():
    assert banded(0.1 + 0.6, 10.0, LIQUIDITY) == pytest.approx(2)  # 0.7 less a bit
    assert banded(1.0 - 0.3, 10.0, LIQUIDITY) == pytest.approx(2)


def test_a_column_of_figures_with_weights_of_its_own():
    answer = banded(column(1.5, NA, None, 2.5), column(10.0, 10.0, None, 6.0), LIQUIDITY)
    assert answer[0][0] == pytest.approx(7.333333, abs=1e-6)
    assert answer[1:] == column(NA, None, 6.0)


def test_standards_that_do_not_go_one_way_contradict():
    assert banded(1.5, 10.0, DEBT) is NUM  # they go up, but more is said to be better
    assert banded(50.0, 20.0, LIQUIDITY, NO) is NUM
    assert banded(1.5, 10.0, row(2.0, 1.6, 1.6, 1.0, 0.7)) is NUM
    assert banded(1.5, -10.0, LIQUIDITY) is NUM
    assert banded(1.5, 10.0, row(2.0, 1.6, 1.3, 1.0)) is VALUE
    assert banded(1.5, 0.0, LIQUIDITY) == 0.0


def test_the_reason_shows_the_band_and_the_arithmetic():
    assert banded(1.5, 10.0, LIQUIDITY, None, "reason") == (
        "1.5达到平均（1.3）未达良好（1.6）：10×0.6＋（1.5－1.3）÷（1.6－1.3）×10×0.2＝7.333333"
    )
    assert banded(40.0, 20.0, DEBT, NO, "reason") == "40达到优秀标准45，得满分20"
    assert banded(90.0, 20.0, DEBT, NO, "reason") == "90未达到较差标准85，得0分"
    assert banded(1.5, 10.0, LIQUIDITY, None, "band") == "平均"
    assert banded(1.5, 10.0, LIQUIDITY, None, "band", "en") == "Average"
    assert banded(1.5, 10.0, DEBT, None, "band") is NUM


steps = st.lists(
    st.integers(-(10**6), 10**6), min_size=5, max_size=5, unique=True
).map(lambda found: np.array(sorted(found, reverse=True)) / 1000)  # fmt: skip


@given(steps, st.lists(st.integers(-(2 * 10**6), 2 * 10**6), min_size=2), st.integers(0, 100))
def test_points_rise_with_the_figure_and_stay_within_the_weight(standards, figures, weight):
    actual = np.array(sorted(figures)) / 1000
    full = np.array([float(weight)])
    up = banded_score(actual, full, standards, np.array([True])).score
    down = banded_score(-actual, full, -standards, np.array([False])).score
    assert (np.diff(up) >= -1e-9).all()
    assert (up >= 0).all()
    assert (up <= weight + 1e-9).all()
    assert up.tolist() == down.tolist()  # the other direction is its mirror


@given(steps)
def test_points_are_continuous_at_the_standards_down_to_the_poor_one(standards):
    found = banded_score(standards, np.array([100.0]), standards, np.array([True])).score
    assert found == pytest.approx([100, 80, 60, 40, 20])
    little = np.diff(standards[::-1]).min() * 1e-4
    below = banded_score(standards - little, np.array([100.0]), standards, np.array([True])).score
    assert below[:4] == pytest.approx(found[:4], abs=1e-2)
    assert below[4] == 0  # beyond the poor standard nothing: the method jumps there


@given(steps, st.integers(-(2 * 10**6), 2 * 10**6), st.integers(1, 100))
def test_points_equal_fractions(standards, figure, weight):
    exact = [Fraction(round(one * 1000), 1000) for one in standards.tolist()]
    x, ratios = Fraction(figure, 1000), [Fraction(n, 5) for n in (5, 4, 3, 2, 1)]
    expected = Fraction(0)
    if x >= exact[0]:
        expected = Fraction(weight)
    for place in range(1, 5):
        if exact[place] <= x < exact[place - 1]:
            share = (x - exact[place]) / (exact[place - 1] - exact[place])
            expected = weight * (ratios[place] + share / 5)
    found = banded_score(
        np.array([figure / 1000]), np.array([float(weight)]), standards, np.array([True])
    )
    assert found.score[0] == pytest.approx(float(expected), abs=1e-9)


def test_doubled_odds_add_the_points_to_double():
    odds = 50.0 * 2.0 ** np.arange(-5, 6)
    assert pdo_score(odds).score == pytest.approx(600 + 20 * np.arange(-5, 6))
    assert registry.call("AR_PDO_SCORE", column(50.0, 0.0, -1.0, NA)) == column(600.0, NUM, NUM, NA)
    assert registry.call("AR_PDO_SCORE", 50.0, 600.0, 0.0) is NUM
    assert registry.call("AR_PDO_SCORE", 50.0, 600.0, 50.0, 0.0) is NUM


def test_odds_of_bad_to_good_take_a_negative_factor():
    usual = registry.call("AR_PDO_SCORE", 80.0)
    assert registry.call("AR_PDO_SCORE", 1 / 80, 600.0, 1 / 50, -20.0) == pytest.approx(usual)


@given(st.floats(1e-6, 1e6), st.floats(1, 1000), st.floats(1e-3, 1e3), st.floats(1, 100))
def test_the_score_stands_on_its_scale(odds, base, base_odds, pdo):
    found = pdo_score(np.array([odds]), base, base_odds, pdo)
    assert found.score[0] == pytest.approx(found.offset + found.factor * np.log(odds), abs=1e-6)


def pays(*rows, **more):
    return registry.call("AR_PAYMENT_SCORE", rows, *more.values())


@pytest.mark.parametrize(
    ("days", "points"),
    [
        (-99, 100), (-30, 100), (-25, 95), (-20, 90), (-10, 85), (0, 80), (15, 70), (22, 60),
        (30, 50), (45, 45), (60, 40), (90, 30), (120, 20), (150, 10.5), (180, 1), (999, 1),
    ],
)  # fmt: skip
def test_points_for_days_beyond_terms(days, points):
    assert pays(*[(100.0, float(days))] * 3) == pytest.approx(points)


@pytest.mark.parametrize(
    ("days", "risk"),
    [(-30, "低风险"), (0, "低风险"), (1, "中风险"), (30, "中风险"), (31, "高风险")],
)
def test_the_risk_at_80_and_50(days, risk):
    assert pays(*[(100.0, float(days))] * 3, minimum=None, points=None, field="risk") == risk


def test_too_few_payments_have_no_score_and_say_so():
    two = ((100.0, 0.0), (50.0, 0.0))
    assert pays(*two) is NA
    assert pays(*two, (0.0, 0.0)) is NA  # an amount of 0 is no experience
    assert pays(*two, minimum=2.0) == 80.0
    assert pays(*two, minimum=None, points=None, field="reason") == "只有2笔付款，少于3笔，不评分"
    assert pays((None, None)) is NA


def test_payments_that_contradict():
    assert pays((100.0, 0.0), (-5.0, 0.0), (5.0, 3.0)) is NUM
    twice = ((0.0, 80.0), (0.0, 70.0))
    assert pays(*[(1.0, 0.0)] * 3, minimum=None, points=twice) is NUM


def test_points_of_her_own_as_a_range_or_by_name():
    own = (("天数", "得分"), (30.0, 0.0), (0.0, 100.0))
    three = [(1.0, 15.0)] * 3
    assert pays(*three, minimum=None, points=own) == 50.0
    assert pays(*three, minimum=None, points="标准") == 70.0
    assert pays(*three, minimum=None, points="no such") is VALUE


def test_the_reason_of_a_payment_score():
    rows = ((100000.0, 0.0), (50000.0, 15.0), (30000.0, 30.0), (20000.0, -20.0))
    assert registry.call("AR_PAYMENT_SCORE", rows, 1.0, ((0.0, -1e305),)) is NUM
    assert registry.call("AR_PAYMENT_SCORE", rows, None, None, "reason") == (
        "4笔共200,000元，加权平均超期6.25天；Σ金额×折分＝14,800,000，÷200,000＝74，中风险"
    )


TABLE = [(row_.integer("days"), row_.integer("points")) for row_ in rules("payment_points")]


@given(st.lists(st.tuples(st.integers(1, 10**12), st.integers(-400, 400)), min_size=3, max_size=30))
def test_payment_scores_equal_fractions(payments):
    def points(day):
        if day <= TABLE[0][0]:
            return Fraction(TABLE[0][1])
        for (x0, y0), (x1, y1) in pairwise(TABLE):
            if x0 <= day <= x1:
                return y0 + Fraction((day - x0) * (y1 - y0), x1 - x0)
        return Fraction(TABLE[-1][1])

    expected = sum(a * points(d) for a, d in payments) / sum(a for a, _ in payments)
    found = payment_score(PastPayments(*map(np.array, zip(*payments, strict=True))))
    assert found.score == pytest.approx(float(expected), abs=1e-9)
    assert 1 - 1e-9 <= found.score <= 100 + 1e-9


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(-60, 200)), min_size=3, max_size=9))
def test_who_pays_a_day_later_never_scores_more(payments):
    amount, days = map(np.array, zip(*payments, strict=True))
    today, later = payment_score(PastPayments(amount, days)), days + 1
    assert payment_score(PastPayments(amount, later)).score <= today.score + 1e-9


def test_the_numbers_of_the_sources_are_rows():
    assert [row_.number("coefficient") for row_ in rules("score_bands")] == [
        1,
        0.8,
        0.6,
        0.4,
        0.2,
        0,
    ]
    assert rule("scoring", "min_coverage").number("value") == 0.6
    assert TABLE == [(-30, 100), (-20, 90), (0, 80), (15, 70), (22, 60), (30, 50), (60, 40),
                     (90, 30), (120, 20), (180, 1)]  # fmt: skip
