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
    assert registry.call("AR_KPI_STATUS", 0.84, 0.95, None, None, "en") == "Red"
    assert registry.call("AR_WORST_STATUS", (("黄",), ("green",), (None,), (NA,))) == "黄"
    assert registry.call("AR_WORST_STATUS", ((NA, NA),)) is NA
    assert registry.call("AR_WORST_STATUS", (("蓝",),)) is CellError.VALUE
    assert registry.call("AR_PACE_STATUS", 0.0, 0.0) is NA
