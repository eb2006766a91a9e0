"""Scorecards: what is missing is never 0 by itself, and one call from figures to a score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, NUM, VALUE, column
from udfs import registry
from udfs.rules import rules

PARTS = ((12.8333, 20.0), (7.3333, 10.0), (NA, 10.0), (16.0, 20.0), (18.0, 25.0), (9.0, 15.0))


def total(parts, coverage=None, missing=None, field=None, lang=None):
    return registry.call("AR_SCORECARD", parts, coverage, missing, field, lang)


def test_three_ways_to_treat_what_is_missing():
    assert total(PARTS) == pytest.approx(70.185111, abs=1e-6)
    assert total(PARTS, None, "zero") == pytest.approx(63.1666)
    assert total(PARTS, None, "按中性分") == pytest.approx(68.1666)  # half of the weight of 10
    assert total(PARTS, None, "guess") is VALUE


def test_the_least_coverage_from_both_sides():
    assert total(((30.0, 60.0), (None, 40.0))) == 50.0
    assert total(((30.0, 59.0), (None, 41.0))) is NA
    assert total(((0.3, 0.6), (None, 0.1), (None, 0.3))) == pytest.approx(50.0)  # 0.6 of 0.9999…
    assert total(((30.0, 59.0), (None, 41.0)), 0.59, "zero") == 30.0
    assert total(((None, 59.0), (None, 41.0)), 0.0, "zero") is NA  # nothing is no score of 0
    assert total(((30.0, 59.0), (None, 41.0)), None, "zero", "coverage") == pytest.approx(0.59)


@pytest.mark.parametrize(
    "parts",
    [((5.0, -1.0), (5.0, 10.0)), ((0.0, 0.0), (None, 0.0)), ((11.0, 10.0),), ((-1.0, 10.0),)],
)
def test_weights_and_points_that_contradict(parts):
    assert total(parts) is NUM


def test_a_scorecard_without_rows_or_with_a_strange_coverage():
    assert total(((None, None),)) is NA
    assert total(PARTS, 1.5) is NUM


def test_the_reason_says_what_was_missing_and_how_it_was_treated():
    assert total(PARTS, None, None, "reason") == (
        "缺第3项，其权重由其余各项分摊（覆盖90%）：63.1666÷90×100＝70.185111"
    )
    assert (
        total(PARTS, None, "zero", "reason")
        == "缺第3项，按零分计（覆盖90%）：63.1666÷100×100＝63.1666"
    )
    assert total(PARTS, None, "neutral", "reason", "en") == (
        "item 3 missing, counted as neutral (coverage 90%): 68.1666 ÷ 100 × 100 = 68.1666"
    )
    assert total(((12.0, 20.0), (8.0, 20.0)), None, None, "reason") == "2项均有得分：20÷40×100＝50"
    named = (("得分", "权重", "指标"), (12.0, 20.0, "盈利"), (None, 80.0, "现金流"))
    assert total(named, None, None, "reason") == "缺现金流，覆盖20%，低于60%，不评分"


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 50), st.booleans()), min_size=1),
    st.sampled_from(["reweight", "zero", "neutral"]),
)
def test_a_score_is_between_zero_and_a_hundred(parts, missing):
    rows = tuple((w * p / 100 if known else None, float(w)) for p, w, known in parts)
    found = total(rows, 0.0, missing)
    if not any(known for *_, known in parts):
        assert found is NA
        return
    assert -1e-9 <= found <= 100 + 1e-9
    assert total(rows, 0.0, "zero") <= found + 1e-9


STATEMENT = (
    ("流动资产", 600.0), ("存货", 200.0), ("流动负债", 400.0), ("负债总额", 624.0),
    ("资产总额", 1200.0), ("营业收入", 1500.0), ("营业成本", 1100.0), ("净利润", 75.0),
    ("平均资产总额", 1875.0), ("平均存货", 275.0), ("平均应收账款", 250.0),
)  # fmt: skip
RATINGS = (
    ("付款表现", 80.0), ("基本情况", 70.0), ("管理水平", 60.0), ("合作历史", 90.0),
    ("外部信息", 100.0),
)  # fmt: skip


def score(indicators, *more):
    return registry.call("AR_CREDIT_SCORE", indicators, *more)


def test_from_a_statement_and_ratings_to_a_score_and_a_grade():
    # 8×0.8 + 6×(0.6+0.2·⅔) + 6×(0.6+0.2·⅓) + 6×0.6 + 5×0.6 + 4×0.4 + 5×0.6, and the ratings
    ratios = 6.4 + 6 * (0.6 + 0.4 / 3) + 6 * (0.6 + 0.2 / 3) + 3.6 + 3.0 + 1.6 + 3.0
    expected = ratios + 24 + 7 + 3 + 9 + 5
    assert score(RATINGS, STATEMENT) == pytest.approx(expected)
    assert score(RATINGS, STATEMENT, None, None, None, "grade") == "良"
    assert score(RATINGS, STATEMENT, None, None, None, "coverage") == 1.0
    assert score(RATINGS, STATEMENT, None, None, None, "grade", "en") == "Good"


def test_the_suggested_weights():
    weights = [row.number("weight") for row in rules("scorecard")]
    assert weights == [8, 6, 6, 6, 5, 4, 5, 30, 10, 5, 10, 5]
    assert sum(weights) == 100
    assert all("示例" in row.source for row in rules("scorecard") if row.cells["excellent"])


def test_without_a_statement_its_weight_is_shared_by_the_rest():
    assert score(RATINGS) == 80.0  # 48 of 60
    assert score(RATINGS[1:]) is NA  # 30 of 100 are too few
    assert score(RATINGS[1:], None, None, 0.3) == pytest.approx(80.0)
    assert score(RATINGS, None, None, None, "zero") == pytest.approx(48.0)
    assert score(((None, None),)) is NA


def test_a_figure_that_is_given_is_taken_before_that_of_the_statement():
    own = (*RATINGS, ("资产负债率", 0.45), ("流动比率", NA))
    points = score(own, STATEMENT, None, None, None, "points")
    assert points[0] == (8.0,)
    assert points[1][0] == pytest.approx(4.4)


def test_lists_of_what_each_indicator_adds():
    heads, *lines = score(RATINGS, None, None, None, None, "*")
    assert heads[:4] == ("总分", "等级", "权重覆盖率", "指标")
    assert len(lines) == 12
    assert lines[7][3:7] == ("付款表现", 80.0, 24.0, 30.0)
    assert lines[0][3:7] == ("资产负债率", NA, NA, 8.0)


def test_the_reason_lists_points_and_what_is_missing():
    reason = score(RATINGS, (("负债总额", 624.0), ("资产总额", 1200.0)), None, None, None, "reason")
    assert reason == (
        "资产负债率 0.52→6.4/8；付款表现 80→24/30；基本情况 70→7/10；管理水平 60→3/5；"
        "合作历史 90→9/10；外部信息 100→5/5；缺流动比率、速动比率、净利润率、资产回报率、"
        "库存周转率、应收账款周转率，其权重由其余各项分摊（覆盖68%）：54.4÷68×100＝80"
    )


def test_what_the_scorecard_does_not_have_or_has_twice():
    assert score((*RATINGS, ("天气", 5.0))) is VALUE
    assert score((*RATINGS, ("付款行为", 5.0))) is NUM
    assert score((("付款表现", 101.0), *RATINGS[1:])) is NUM
    assert score(RATINGS, (("负债总额", 1.0), ("资产总额", -1.0))) is NUM


def test_a_scorecard_of_her_own():
    layout = (
        ("指标", "权重", "优秀", "良好", "平均", "较低", "较差"),
        ("逾期率", 40.0, 0.01, 0.03, 0.05, 0.1, 0.2),  # goes up: less is better
        ("合同额", 20.0, 500.0, 300.0, 200.0, 100.0, 50.0),
        ("走访印象", 40.0, None, None, None, None, None),
    )
    figures = (("逾期率", 0.05), ("走访印象", 75.0), ("合同额", 400.0))
    assert score(figures, None, layout) == pytest.approx(24 + 18 + 30)
    assert score(figures, None, layout, None, None, "indicator") == column(
        "逾期率", "合同额", "走访印象"
    )
    broken = (layout[0], ("逾期率", 40.0, 0.01, None, 0.05, 0.1, 0.2), *layout[2:])
    assert score(figures, None, broken) is NUM
    assert score(figures, None, (*layout, layout[1])) is NUM
    assert score(RATINGS, None, "标准（示例）") == 80.0
