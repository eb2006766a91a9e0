"""Splitting a target: exact to the cent, the same as fractions by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import cents, day, days, iso
from udfs import registry
from udfs.decimals import scaled
from udfs.phases import allocate_phases, check_phases, phase_weights
from udfs.plan import allocate, allocate_capped, reforecast
from udfs.values import CONTRADICTION, MISSING, CellError


def yuan(parts):
    return [f"{part / 100:,.2f}" for part in parts]


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("100", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("-100", [1, 1, 1], ["-33.34", "-33.33", "-33.33"]),
        ("0.02", [1, 1, 1], ["0.01", "0.01", "0.00"]),
        ("0", [1, 2], ["0.00", "0.00"]),
        ("100", [5, 0, 5], ["50.00", "0.00", "50.00"]),
        ("0.05", [7, 3], ["0.04", "0.01"]),  # 3.5 and 1.5 cents: the tie goes to the earliest
        ("-0.05", [7, 3], ["-0.04", "-0.01"]),
        ("100", [1, 2, 3, 1], ["14.29", "28.57", "42.86", "14.28"]),
    ],
)
def test_largest_remainder(total, weights, parts):
    assert yuan(allocate(cents(total), weights).tolist()) == parts


def test_rule_09_the_sign_stands_outside_the_split():
    # moneyphp floors towards minus infinity: −5 over [7, 3] is [−3, −2]. Ours splits the size.
    floors = [-5 * 7 // 10, -5 * 3 // 10]
    assert [floors[0] + 1, floors[1]] == [-3, -2]
    assert allocate(-5, [7, 3]).tolist() == [-4, -1]
    assert allocate(5, [7, 3]).tolist() == [4, 1]


def test_rule_09_weights_need_no_sum_and_ties_go_to_the_earliest():
    assert allocate(500, [1, 1, 1]).tolist() == [167, 167, 166]  # never 1.66 first
    assert allocate(100, [2, 4, 0, 6]).tolist() == [17, 33, 0, 50]  # no weight, nothing


def test_whole_ten_thousands_stay_together():
    found = allocate(cents("1,230,000"), [3, 3, 1], unit=cents("10,000"))
    assert yuan(found.tolist()) == ["530,000.00", "530,000.00", "170,000.00"]
    broken = allocate(cents("1,235,000"), [3, 3, 1], unit=cents("10,000"))
    assert broken.tolist() == [CONTRADICTION] * 3


def test_weights_without_a_sum_contradict_and_missing_ones_have_no_answer():
    assert allocate(100, [0, 0]).tolist() == [CONTRADICTION] * 2
    assert allocate(100, [3, -1]).tolist() == [CONTRADICTION] * 2
    assert allocate(100, [3, MISSING]).tolist() == [MISSING] * 2
    assert allocate([MISSING, 3], [1, 1]).tolist() == [[MISSING] * 2, [2, 1]]
    assert allocate([5, 6], np.zeros((2, 0))).shape == (2, 0)


def test_many_totals_with_weights_of_their_own():
    found = allocate([100, 100, -3], [[1, 1, 1], [0, 0, 0], [1, 2, 3]])
    assert found.tolist() == [[34, 33, 33], [CONTRADICTION] * 3, [-1, -1, -1]]


totals = st.one_of(st.integers(-(10**6), 10**6), st.integers(-(2**63) + 2, 2**63 - 1))
weights_of_any_size = st.lists(
    st.one_of(st.integers(0, 100), st.integers(0, 2**63 - 1)), min_size=1, max_size=12
).filter(any)


def by_fractions(total: int, weights: list[int]) -> list[int]:
    """Largest remainder on fractions, one part after the other."""
    shares = [Fraction(abs(total) * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in shares]
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - shares[n], n))
    for number in order[: abs(total) - sum(parts)]:
        parts[number] += 1
    return [part if total >= 0 else -part for part in parts]


@given(totals, weights_of_any_size)
def test_splits_equal_fractions_for_any_int64(total, weights):
    found = allocate(total, weights).tolist()
    assert found == by_fractions(total, weights)
    assert sum(found) == total


@given(st.lists(totals, min_size=1, max_size=5), weights_of_any_size)
def test_rows_are_split_as_if_alone(many, weights):
    assert allocate(many, weights).tolist() == [by_fractions(one, weights) for one in many]


def test_weights_with_decimals_are_taken_as_typed():
    tenths = scaled(np.array([0.1, 0.2, 0.3]))[0]
    assert allocate(60, tenths).tolist() == [10, 20, 30]


def test_what_exceeds_a_cap_goes_to_the_others():
    found = allocate_capped(10_000, [50, 30, 20], [4_000, 10_000, 2_500])
    assert (found.parts.tolist(), found.unallocated.tolist()) == ([4_000, 3_600, 2_400], 0)
    full = allocate_capped(10_000, [50, 30, 20], [4_000, 3_000, 2_000])
    assert (full.parts.tolist(), full.unallocated.tolist()) == ([4_000, 3_000, 2_000], 1_000)
    free = allocate_capped(-10_000, [50, 30, 20], [4_000, MISSING, MISSING])
    assert (free.parts.tolist(), free.unallocated.tolist()) == ([-4_000, -3_600, -2_400], 0)
    nobody = allocate_capped(100, [1, 0], [40, 500])
    assert (nobody.parts.tolist(), nobody.unallocated.tolist()) == ([40, 0], 60)


def test_caps_that_contradict():
    assert allocate_capped(100, [0, 0], [1, 1]).unallocated.tolist() == CONTRADICTION
    assert allocate_capped(100, [1, 1], [-1, 5]).parts.tolist() == [CONTRADICTION] * 2
    both = allocate_capped([100, MISSING], [1, 1], [90, 90])
    assert both.parts.tolist() == [[50, 50], [MISSING] * 2]


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**14)), min_size=1, max_size=8),
)
def test_caps_hold_and_nothing_is_lost(total, pairs):
    weights, caps = zip(*pairs, strict=True)
    if not any(weights):
        return
    parts, left = allocate_capped(total, weights, caps)
    assert int(parts.sum()) + int(left) == total
    assert (np.abs(parts) <= np.array(caps)).all()
    # Room left over while something is unallocated would be a mistake, except without weight.
    if int(left):
        assert all(
            abs(p) == c or w == 0 for p, c, w in zip(parts.tolist(), caps, weights, strict=True)
        )


# The sources' plan: 56 days whose first phase begins a day early.
STARTS = days("2025-10-20", "2025-11-01", "2025-12-01")
FITTING = days("2025-10-21", "2025-11-01", "2025-12-01")
ENDS = days("2025-10-31", "2025-11-30", "2025-12-15")
TARGET = cents("56,000,000")


def test_phases_by_calendar_days_working_days_and_equally():
    assert phase_weights(FITTING, ENDS).tolist() == [11, 30, 15]
    assert phase_weights(FITTING, ENDS, "workday").tolist() == [9, 20, 11]
    assert phase_weights(FITTING, ENDS, "equal").tolist() == [1, 1, 1]
    assert allocate_phases(TARGET, FITTING, ENDS).parts.tolist() == [
        cents("11,000,000"), cents("30,000,000"), cents("15,000,000"),
    ]  # fmt: skip
    assert allocate_phases(TARGET, FITTING, ENDS, "workday").parts.tolist() == [
        cents("12,600,000"), cents("28,000,000"), cents("15,400,000"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="moon"):
        phase_weights(FITTING, ENDS, "moon")


def test_phases_that_cannot_be_weighed():
    assert phase_weights([45000, 45000], [44999, MISSING]).tolist() == [CONTRADICTION, MISSING]
    backwards = allocate_phases(100, [45000, 45000], [44999, 45010])
    assert backwards.parts.tolist() == [CONTRADICTION] * 2
    unknown = allocate_phases(100, days("2100-01-01"), days("2100-01-31"), "workday")
    assert unknown.parts.tolist() == [MISSING]


def check(starts, ends, plan=("2025-10-21", "2025-12-15")):
    found = registry.call("AR_CHECK_PHASES", *plan, tuple(zip(starts, ends, strict=True)))
    return [cell for row in found for cell in row] if isinstance(found, tuple) else found


@pytest.mark.parametrize(
    ("starts", "ends", "messages"),
    [
        (iso(FITTING), iso(ENDS), None),
        (iso(STARTS), iso(ENDS), "首阶段早于计划开始1天"),
        (["2025-10-22"], ["2025-12-15"], "首阶段晚于计划开始1天"),
        (["2025-10-21"], ["2025-12-14"], "末阶段早于计划结束1天"),
        (["2025-10-21"], ["2025-12-17"], "末阶段晚于计划结束2天"),
        (["2025-10-21", "2025-11-02"], ["2025-10-31", "2025-12-15"], "阶段1与阶段2间隔1天"),
        (["2025-11-01", "2025-10-21"], ["2025-12-15", "2025-11-02"], "阶段2与阶段1重叠2天"),
        (["2025-10-21", "2025-11-01"], ["2025-12-15", "2025-11-03"], "阶段1与阶段2重叠3天"),
        (["2025-10-21", "2025-11-05"], ["2025-12-15", "2025-11-03"], "阶段2结束早于开始"),
    ],
)
def test_phases_that_do_not_fit_their_plan_are_named(starts, ends, messages):
    found = check(starts, ends)
    assert found == messages if messages is None else found in (messages, [messages])


def test_a_plan_without_phases_is_not_covered():
    assert check([], []) == "没有阶段，计划未被覆盖"
    blank = registry.call("AR_CHECK_PHASES", "2025-10-21", "2025-12-15", None, "messages", "en")
    assert blank == "There are no phases: nothing covers the plan"


def test_days_of_the_sources_plan_and_of_its_phases():
    found = check_phases(day("2025-10-21"), day("2025-12-15"), STARTS, ENDS)
    assert (found.plan_days, found.phase_total) == (56, 57)
    assert found.phase_days.tolist() == [12, 30, 15]
    assert [finding.code for finding in found.findings] == ["starts_early"]


def test_phases_in_cells_that_cannot_be_used():
    phases = (("2025-10-21", "2025-10-31"),)
    assert registry.call("AR_ALLOCATE_PHASES", 100.0, phases, "due") is CellError.VALUE
    early = registry.call("AR_CHECK_PHASES", "2025-12-15", "2025-10-21", phases)
    assert early is CellError.NUM


def test_what_is_still_needed_is_spread_over_the_rest_of_the_year():
    year = [cents("100")] * 12
    assert reforecast(year, cents("340"), 4).remaining.tolist() == [cents("107.50")] * 8
    assert reforecast(year, cents("450"), 4).remaining.tolist() == [cents("93.75")] * 8
    capped = reforecast(year, cents("340"), 4, [cents("105")] * 8)
    assert capped.remaining.tolist() == [cents("105")] * 8
    assert capped.unallocated == cents("20")
    done = reforecast(year, cents("1250"), 11)
    assert (done.remaining.tolist(), done.over_achieved) == ([0], cents("50"))
    exactly = reforecast(year, cents("1200"), 11)
    assert (exactly.remaining.tolist(), exactly.over_achieved) == ([0], 0)


def test_a_plan_beyond_int64_is_refused_in_a_cell():
    year = ((9e13,),) * 3000
    for field in ("remaining", "unallocated", "over_achieved"):
        assert registry.call("AR_REFORECAST", year, 0.0, 0.0, None, field) is CellError.NUM


def test_a_plan_without_periods_left_keeps_the_rest_in_sight():
    assert reforecast([100, 100], 150, 2)[1:] == (50, 0)
    assert reforecast([100, 0], 30, 1)[1:] == (70, 0)
    with pytest.raises(ValueError, match="3 periods"):
        reforecast([100, 100], 150, 3)
    assert registry.call("AR_REFORECAST", ((1.0, 1.0),), 1.0, 3.0) is CellError.NUM


def test_a_blank_cap_is_no_cap_and_too_many_are_a_mistake():
    weights = ((50.0, 30.0, 20.0),)
    capped = registry.call("AR_ALLOCATE_CAPPED", 100.0, weights, ((40.0, None, None),))
    assert capped == ((40.0, 36.0, 24.0),)
    many = registry.call("AR_ALLOCATE_CAPPED", 100.0, weights, ((1.0, 1.0, 1.0, 1.0),))
    assert many is CellError.VALUE


def test_a_column_of_totals_is_split_row_by_row():
    found = registry.call("AR_ALLOCATE", ((100.0,), (0.02,)), ((1.0, 1.0, 1.0),))
    assert found == ((33.34, 33.33, 33.33), (0.01, 0.01, 0.0))
