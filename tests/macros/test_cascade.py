"""Splitting a target down the calendar: the sources' sprint by hand, then sums of anything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from macros.cascade import Goals, by_span
from macros.layout import serial
from macros.periods import Phases, grid
from udfs.calendar import NATIONAL

NONE = np.full(3, np.nan)


def sprint(weights=NONE):
    names = np.array(["启动", "强推", "收官"], dtype=object)
    starts = np.array([serial(day) for day in ("2025-10-20", "2025-11-01", "2025-12-01")])
    ends = np.array([serial(day) for day in ("2025-10-31", "2025-11-30", "2025-12-15")])
    made = Phases(names, starts, ends, np.array(weights), np.arange(3))
    return grid(serial("2025-10-21"), serial("2025-12-15"), NATIONAL, made, "zh")


def one(amount: int, start="2025-10-21", end="2025-12-15", due=None) -> Goals:
    dates = (np.array([serial(day)]) for day in (start, end))
    return Goals(*dates, np.array([amount]), np.array([0]), due)


def of_periods(parts, cut) -> list[int]:
    return np.bincount(cut.period, weights=parts[0]).astype(int).tolist()


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ("calendar", [1_100_000_000, 3_000_000_000, 1_500_000_000]),  # case N20
        ("workday", [1_260_000_000, 2_800_000_000, 1_540_000_000]),  # case N21
        ("equal", [1_866_666_667, 1_866_666_667, 1_866_666_666]),
    ],
)
def test_the_sprint_by_phases(weights, expected):
    cut = sprint()
    parts, other = by_span(one(5_600_000_000), cut, weights)
    assert of_periods(parts, cut) == expected
    assert not other.any()


def test_the_sprint_by_weeks_of_its_first_phase():
    """9 working days in 4 + 5: 12,600,000.00 is 5,600,000.00 and 7,000,000.00."""
    parts, _ = by_span(one(5_600_000_000), sprint(), "workday")
    assert parts[0, :3].tolist() == [560_000_000, 700_000_000, 0]


def test_weights_typed_for_phases_decide_between_them_not_within():
    cut = sprint([0.5, 0.3, 0.2])
    parts, _ = by_span(one(5_600_000_000), cut, "workday")
    assert of_periods(parts, cut) == [2_800_000_000, 1_680_000_000, 1_120_000_000]
    # 4 and 5 of 9 working days, largest remainder.
    assert parts[0, :2].tolist() == [1_244_444_444, 1_555_555_556]


def test_one_missing_phase_weight_leaves_them_all_aside():
    cut = sprint([0.5, 0.3, np.nan])
    parts, _ = by_span(one(5_600_000_000), cut, "workday")
    assert of_periods(parts, cut) == [1_260_000_000, 2_800_000_000, 1_540_000_000]


def test_by_the_balance_due():
    cut = sprint()
    due = np.zeros((1, len(cut.days)), dtype=np.int64)
    due[0, serial("2025-10-31") - cut.start] = 100
    due[0, serial("2025-11-01") - cut.start] = 300
    parts, other = by_span(one(1_000_000, due=due), cut, "due")
    assert of_periods(parts, cut) == [250_000, 750_000, 0]
    assert parts[0, 1:4].tolist() == [250_000, 750_000, 0]
    assert not other.any()


def test_nothing_due_falls_back_to_working_days_and_says_so():
    cut = sprint()
    due = np.zeros((1, len(cut.days)), dtype=np.int64)
    parts, other = by_span(one(5_600_000_000, due=due), cut, "due")
    assert of_periods(parts, cut) == [1_260_000_000, 2_800_000_000, 1_540_000_000]
    assert other.all()


def test_a_week_of_holidays_falls_back_to_calendar_days():
    """2025-10-01 to 10-07 has no working day; the target is not lost."""
    cut = grid(serial("2025-10-01"), serial("2025-10-07"), NATIONAL, None, "zh")
    parts, other = by_span(one(700, "2025-10-01", "2025-10-07"), cut, "workday")
    assert parts[0].tolist() == [500, 200]  # Wednesday to Sunday; Monday and Tuesday
    assert other.all()


def test_a_target_for_part_of_the_plan_stays_within_its_days():
    cut = sprint()
    parts, _ = by_span(one(1_000, "2025-11-03", "2025-11-07"), cut, "workday")
    assert parts[0].tolist() == [0, 0, 0, 1_000, 0, 0, 0, 0, 0, 0]


amounts = st.integers(-(10**13), 10**13)


@settings(max_examples=150)
@given(
    start=st.integers(45_000, 46_300),
    length=st.integers(1, 200),
    goals=st.lists(
        st.tuples(st.integers(0, 199), st.integers(0, 199), amounts), min_size=1, max_size=6
    ),
    phases=st.lists(st.tuples(st.integers(-9, 199), st.integers(0, 60)), max_size=4),
    weights=st.sampled_from(["workday", "calendar", "equal", "due"]),
    typed=st.booleans(),
    seed=st.integers(0, 9),
)
def test_every_level_adds_up_to_its_parent(start, length, goals, phases, weights, typed, seed):
    """Weeks add up to their target whatever the weights, and no day outside it gets anything."""
    end = start + length - 1
    rows = [sorted((first % length, last % length)) for first, last, _ in goals]
    made = None
    if phases:
        made = Phases(
            names=np.array([str(n) for n in range(len(phases))], dtype=object),
            starts=np.array([start + first for first, _ in phases]),
            ends=np.array([start + first + more for first, more in phases]),
            weights=np.arange(len(phases)) / 3 if typed else np.full(len(phases), np.nan),
            position=np.arange(len(phases)),
        )
    cut = grid(start, end, NATIONAL, made, "zh")
    chance = np.random.default_rng(seed)
    given_ = Goals(
        start=np.array([start + first for first, _ in rows]),
        end=np.array([start + last for _, last in rows]),
        amount=np.array([amount for _, _, amount in goals]),
        group=np.arange(len(goals)),
        due=chance.integers(0, 3, (len(goals), length)) * chance.integers(0, 2, (len(goals), 1)),
    )
    parts, _ = by_span(given_, cut, weights)
    assert parts.sum(axis=1).tolist() == given_.amount.tolist()
    outside = (cut.span_end < given_.start[:, None]) | (cut.span_start > given_.end[:, None])
    assert (parts[outside] == 0).all()
