"""Ratios: no base, no answer."""

from __future__ import annotations

import numpy as np

from udfs import registry
from udfs.kpi import pace_gap, ratio
from udfs.values import CellError


def test_a_rate_is_not_capped_and_has_no_answer_without_a_base():
    found = ratio([4200, 1050, 45, 0, 5, np.nan], [5000, 1000, 5000, 0, 0, 1])
    assert found[:3].tolist() == [0.84, 1.05, 0.009]
    assert np.isnan(found[3:]).all()


def test_a_rate_of_nothing_has_no_sign():
    found = ratio([0.0, -0.0, 0.0], [-5000.0, 5000.0, 5000.0])
    assert [str(rate) for rate in found.tolist()] == ["0.0", "0.0", "0.0"]
    assert str(registry.call("AR_RATIO", 0.0, -5000.0)) == "0.0"
    assert str(pace_gap(-400, 0, 0, 22).actual) == "0.0"


def test_the_pace_against_the_working_days():
    found = pace_gap([400, 400, 0, 400], [150, 300, 150, 150], [11, 11, 11, 0], [22, 22, 22, 0])
    assert found.gap[:2].tolist() == [-0.125, 0.25]
    assert np.isnan(found.gap[2:]).all()
    assert np.isnan(found.expected[2:]).all()


def test_a_pace_in_a_cell_shows_the_gap_or_the_field_that_is_asked_for():
    asked = ("AR_PACE_GAP", 400.0, 150.0, 11.0, 22.0)
    assert registry.call(*asked) == -0.125
    assert registry.call(*asked, "actual") == 0.375
    assert registry.call(*asked, "expected") == 0.5
    assert registry.call("AR_PACE_GAP", 0.0, 150.0, 11.0, 22.0) is CellError.NA
