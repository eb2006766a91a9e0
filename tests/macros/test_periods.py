"""The calendar of a plan: months, phases, ISO weeks, every day once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.layout import date_text, serial
from macros.periods import Phases, grid, iso_weeks, quarter_of, workdays_of
from udfs.calendar import NATIONAL


def phases(*rows: tuple[str, str, str]) -> Phases:
    return Phases(
        names=np.array([row[0] for row in rows], dtype=object),
        starts=np.array([serial(row[1]) for row in rows]),
        ends=np.array([serial(row[2]) for row in rows]),
        weights=np.full(len(rows), np.nan),
        position=np.arange(len(rows)),
    )


def spans(found) -> list[tuple[str, str, str, str]]:
    return [
        (found.labels[period], week, date_text(start), date_text(end))
        for period, week, start, end in zip(
            found.period.tolist(),
            found.weeks,
            found.span_start.tolist(),
            found.span_end.tolist(),
            strict=True,
        )
    ]


def test_weeks_are_cut_at_the_end_of_a_month():
    found = grid(serial("2025-10-21"), serial("2025-11-10"), NATIONAL, None, "zh")
    assert spans(found) == [
        ("2025年10月", "2025-W43", "2025-10-21", "2025-10-26"),
        ("2025年10月", "2025-W44", "2025-10-27", "2025-10-31"),
        ("2025年11月", "2025-W44", "2025-11-01", "2025-11-02"),
        ("2025年11月", "2025-W45", "2025-11-03", "2025-11-09"),
        ("2025年11月", "2025-W46", "2025-11-10", "2025-11-10"),
    ]


def test_phases_are_clipped_to_the_plan():
    """The sources' sprint: the first phase begins on 10/20, the plan on 10/21."""
    found = grid(
        serial("2025-10-21"),
        serial("2025-12-15"),
        NATIONAL,
        phases(
            ("启动", "2025-10-20", "2025-10-31"),
            ("强推", "2025-11-01", "2025-11-30"),
            ("收官", "2025-12-01", "2025-12-20"),
        ),
        "zh",
    )
    assert found.labels.tolist() == ["启动", "强推", "收官"]
    assert spans(found)[0] == ("启动", "2025-W43", "2025-10-21", "2025-10-26")
    assert spans(found)[-1] == ("收官", "2025-W51", "2025-12-15", "2025-12-15")
    working = np.add.reduceat(found.working, [0, 11, 41])
    assert working.tolist() == [9, 20, 11]  # case N21


def test_days_of_two_phases_go_to_the_first_and_days_of_none_stay():
    found = grid(
        serial("2025-11-01"),
        serial("2025-11-30"),
        NATIONAL,
        phases(
            ("甲", "2025-11-03", "2025-11-10"),
            ("乙", "2025-11-08", "2025-11-16"),
            ("丙", "2025-11-24", "2025-11-30"),
        ),
        "zh",
    )
    edges = {(label, start) for label, _, start, _ in spans(found) if label in {"乙", "未列阶段"}}
    assert found.labels.tolist() == ["未列阶段", "甲", "乙", "未列阶段", "丙"]
    assert ("乙", "2025-11-11") in edges
    assert ("未列阶段", "2025-11-01") in edges
    assert ("未列阶段", "2025-11-17") in edges
    assert len(set(found.keys)) == 5


@pytest.mark.parametrize(
    ("day", "week"),
    [
        ("2025-12-28", "2025-W52"),  # a Sunday
        ("2025-12-29", "2026-W01"),
        ("2026-12-31", "2026-W53"),
        ("2027-01-03", "2026-W53"),
        ("2027-01-04", "2027-W01"),
    ],
)
def test_iso_weeks_at_the_turn_of_the_year(day, week):
    assert iso_weeks(np.array([serial(day)])).tolist() == [week]


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2013-06-30", "2013-04-01", "2013-06-30"),
        ("2013-07-01", "2013-07-01", "2013-09-30"),
        ("2024-01-01", "2024-01-01", "2024-03-31"),
        ("2025-12-31", "2025-10-01", "2025-12-31"),
    ],
)
def test_the_quarter_of_a_day(day, first, last):
    assert quarter_of(serial(day)) == (serial(first), serial(last))


def test_make_up_days_and_a_firms_own_days():
    days = np.array([serial("2025-10-11"), serial("2025-10-13"), serial("2025-10-18")])
    assert workdays_of(days, NATIONAL)[0].tolist() == [True, True, False]
    own = NATIONAL.with_days([serial("2025-10-13")], [serial("2025-10-18")])
    assert workdays_of(days, own)[0].tolist() == [True, False, True]


def test_years_without_a_notice_are_guessed_and_said():
    days = np.arange(serial("2049-05-03"), serial("2049-05-10"))  # Monday to Sunday
    working, guessed = workdays_of(days, NATIONAL)
    assert working.tolist() == [True] * 5 + [False] * 2
    assert guessed.all()
    known = NATIONAL.with_days([serial("2049-05-03")])
    assert workdays_of(days, known)[0].tolist() == [False] + [True] * 4 + [False] * 2


@given(
    start=st.integers(45_000, 46_500),
    length=st.integers(1, 400),
    cuts=st.lists(st.tuples(st.integers(-10, 400), st.integers(0, 90)), max_size=5),
)
def test_every_day_stands_in_exactly_one_span_of_one_period(start, length, cuts):
    end = start + length - 1
    made = Phases(
        names=np.array([f"P{n}" for n in range(len(cuts))], dtype=object),
        starts=np.array([start + first for first, _ in cuts], dtype=np.int64),
        ends=np.array([start + first + more for first, more in cuts], dtype=np.int64),
        weights=np.full(len(cuts), np.nan),
        position=np.arange(len(cuts)),
    )
    found = grid(start, end, NATIONAL, made if cuts else None, "zh")
    assert found.span_start[0] == start
    assert found.span_end[-1] == end
    assert (found.span_start[1:] == found.span_end[:-1] + 1).all()
    assert (found.span_end - found.span_start < 7).all()
    assert ((found.span_start[1:] - 2) % 7 == 0)[np.diff(found.period) == 0].all()
    assert set(found.period.tolist()) == set(range(len(found.keys)))
    assert len(set(found.keys)) == len(found.keys)
