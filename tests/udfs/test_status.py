"""Status colours: each step from both sides, in decimals; no data has no colour."""

from __future__ import annotations

import numpy as np
import pytest

from tests.udfs.tables import rows
from udfs import registry
from udfs.rules import labels
from udfs.status import gap_status, pace_status, worst_status
from udfs.values import CellError, CellFaultError

NA = CellError.NA


def colours(codes):
    return labels("status", codes).tolist()


@pytest.mark.parametrize(
    ("actual", "target", "higher_better", "colour"),
    [
        (0.96, 0.95, True, "绿"),
        (0.95, 0.95, True, "绿"),
        (0.9499, 0.95, True, "黄"),
        (0.90, 0.95, True, "黄"),
        (0.8999, 0.95, True, "橙"),
        (0.85, 0.95, True, "橙"),
        (0.8499, 0.95, True, "红"),
        (0.70, 0.80, True, "橙"),  # 0.8 − 0.7 is 0.10000000000000009 in binary
        (0.3, 0.35, True, "黄"),  # and 0.35 − 0.3 is 0.04999999999999999
        (0.16, 0.05, False, "红"),
        (0.15, 0.05, False, "橙"),
        (0.05, 0.05, False, "绿"),
        (0.04, 0.05, False, "绿"),
    ],
)
def test_the_gap_to_the_target(actual, target, higher_better, colour):
    assert colours(gap_status([actual], [target], higher_better)) == [colour]


def test_a_gap_without_data_is_never_green():
    assert gap_status([np.nan, 0.95], [0.95, np.nan]).tolist() == [None, None]


def test_gaps_in_days_with_steps_of_their_own():
    found = gap_status([30, 35, 36, 41], 30, higher_better=False, steps=(5, 10))
    assert colours(found) == ["绿", "黄", "橙", "红"]


@pytest.mark.parametrize("steps", [(0.1, 0.05), (0.05,), (-0.05, 0.1), (0.1, 0.2, 0.3)])
def test_steps_that_contradict(steps):
    with pytest.raises(CellFaultError):
        gap_status([0.9], [0.95], steps=steps)


def test_the_pace():
    for actual, plan, colour in rows(
        """
        | actual | plan | colour |
        | 200    | 200  | 绿     |
        | 180    | 200  | 绿     |
        | 179.99 | 200  | 黄     |
        | 160    | 200  | 黄     |
        | 159.99 | 200  | 橙     |
        | 120    | 200  | 橙     |
        | 119.99 | 200  | 红     |
        | 0      | 200  | 红     |
        | 0.27   | 0.3  | 绿     |
        """
    ):
        assert colours(pace_status([float(actual)], [float(plan)])) == [colour], actual
    assert pace_status([0, 5], [0, 0]).tolist() == [None, None]
    with pytest.raises(CellFaultError):
        pace_status([1], [1], (0.6, 0.8, 0.9))


def test_a_negative_plan_has_no_colour():
    found = registry.call("AR_PACE_STATUS", ((-200.0,), (90.0,)), ((-100.0,), (100.0,)), None, "*")
    assert found[1] == (CellError.NUM, CellError.NA)
    assert found[2] == ("绿", "累计实际90÷累计计划100＝0.9，达到0.9：绿")


def test_the_worst_colour_counts_and_two_rising_months_make_it_worse():
    table = [
        (["yellow", "green", "yellow"], 0, "yellow"),
        (["yellow", "green", "yellow"], 1, "yellow"),
        (["yellow", "green", "yellow"], 2, "orange"),
        (["red", "green", "green"], 5, "red"),
        (["green", None, None], 0, "green"),
        ([None, None, None], 2, None),
    ]
    levels, months, worst = zip(*table, strict=True)
    assert worst_status(list(levels), list(months)).tolist() == list(worst)
    with pytest.raises(ValueError, match="blue"):
        worst_status(["blue"])


def test_colours_in_cells():
    assert registry.call("AR_KPI_STATUS", NA, 0.95) is NA
    assert registry.call("AR_KPI_STATUS", 0.84, 0.95, None, None, None, "en") == "Red"
    assert registry.call("AR_WORST_STATUS", (("黄",), ("green",), (None,), (NA,))) == "黄"
    assert registry.call("AR_WORST_STATUS", ((NA, NA),)) is NA
    assert registry.call("AR_WORST_STATUS", (("蓝",),)) is CellError.VALUE
    assert registry.call("AR_PACE_STATUS", 0.0, 0.0) is NA


@pytest.mark.parametrize(
    ("asked", "zh", "en"),
    [
        (
            ("AR_KPI_STATUS", 0.84, 0.95, None, None),
            "实际0.84，目标0.95，差距0.11，超过0.1：红",
            "Actual 0.84, target 0.95, gap 0.11, beyond 0.1: Red",
        ),
        (
            ("AR_KPI_STATUS", 0.91, 0.95, None, None),
            "实际0.91，目标0.95，差距0.04，不超过0.05：黄",
            "Actual 0.91, target 0.95, gap 0.04, within 0.05: Yellow",
        ),
        (
            ("AR_KPI_STATUS", 0.96, 0.95, None, None),
            "实际0.96，目标0.95，差距-0.01，不超过0：绿",
            "Actual 0.96, target 0.95, gap -0.01, within 0: Green",
        ),
        (
            ("AR_PACE_STATUS", 150.0, 200.0, None),
            "累计实际150÷累计计划200＝0.75，达到0.6：橙",
            "Actual 150 ÷ plan 200 = 0.75, reaches 0.6: Orange",
        ),
        (
            ("AR_PACE_STATUS", 100.0, 200.0, None),
            "累计实际100÷累计计划200＝0.5，低于0.6：红",
            "Actual 100 ÷ plan 200 = 0.5, below 0.6: Red",
        ),
        (
            ("AR_WORST_STATUS", (("黄", "绿"),), 1.0),
            "各项最差为黄：黄",
            "The worst is Yellow: Yellow",
        ),
        (
            ("AR_WORST_STATUS", (("黄", "绿"),), 2.0),
            "各项最差为黄，逾期率连升2个月，升一级：橙",
            "The worst is Yellow, the overdue rate rose 2 months, one worse: Orange",
        ),
    ],
)
def test_a_colour_says_which_threshold_made_it(asked, zh, en):
    assert registry.call(*asked, "reason") == zh
    assert registry.call(*asked, "reason", "en") == en


def test_no_colour_has_no_reason():
    assert registry.call("AR_KPI_STATUS", 1e308, -1e308, None, None, "reason", "en") == (
        "Actual 1e+308, target -1e+308, gap –, within 0: Green"
    )
    assert registry.call("AR_PACE_STATUS", 5.0, 0.0, None, "reason") is NA
    assert registry.call("AR_WORST_STATUS", ((NA, NA),), 2.0, "reason") is NA
