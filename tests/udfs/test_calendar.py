"""Working days in China, with 调休, against an independent calendar and the notices."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import day, days, iso, rows
from udfs import registry
from udfs.calendar import (
    NATIONAL,
    Calendar,
    add_months,
    is_workday,
    known_days,
    roll,
    roll_or_keep,
    workday_add,
    workdays,
)
from udfs.values import MISSING, CellError


def test_each_day_is_as_the_other_calendar_has_it_but_one_of_2005():
    """``holidays`` keeps its own table: PUBLIC days off, and the weekend days worked instead."""
    first, last = (date.fromisoformat(text) for text in iso(known_days()))
    years = range(first.year, last.year + 1)
    other = holidays.China(years=years, categories=("public",))
    every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    theirs = np.array([other.is_working_day(one) for one in every])
    ours = is_workday(np.arange(day(first.isoformat()), day(last.isoformat()) + 1)) == 1
    assert len(every) > 8_000
    # The Saturday was worked for the New Year of 2006; chinesecalendar has no entry for it.
    assert [one.isoformat() for one in np.array(every)[ours != theirs]] == ["2005-12-31"]


def test_known_days_are_whole_years_and_beyond_them_nobody_knows():
    first, last = known_days()
    assert iso([first]) == ["2004-01-01"]
    assert iso([last])[0].endswith("-12-31")
    assert iso([last])[0] >= "2026-12-31"
    outside = [first - 1, last + 1, MISSING]
    assert is_workday(outside).tolist() == [MISSING] * 3
    assert workdays(first, outside).tolist() == [MISSING] * 3
    assert workday_add(outside, 1).tolist() == [MISSING] * 3
    assert roll(outside, "following").tolist() == [MISSING] * 3
    assert roll(outside, "preceding").tolist() == [MISSING] * 3
    assert workday_add(last, 1).tolist() == MISSING
    assert workday_add(first, -1).tolist() == MISSING


@pytest.mark.parametrize(
    ("when", "works", "why"),
    [
        ("2025-09-28", 1, "a Sunday worked before the holiday"),
        ("2025-09-27", 0, "an ordinary Saturday"),
        ("2025-10-01", 0, "National Day"),
        ("2025-10-08", 0, "a Wednesday, the last day of the holiday"),
        ("2025-10-09", 1, "the first day after it"),
        ("2025-10-11", 1, "a Saturday worked after it"),
        ("2018-12-29", 1, "a Saturday worked for the New Year of the next year"),
        ("2020-02-03", 1, "an ordinary Monday that stands in the list of worked days"),
        ("2020-01-31", 0, "the festival was prolonged"),
    ],
)
def test_days_of_the_notices(when, works, why):
    assert is_workday(day(when)).tolist() == works, why


def test_counts_between_two_days_both_included():
    for start, end, count in rows(
        """
        | start      | end        | working days |
        | 2025-10-01 | 2025-10-31 | 18           |
        | 2026-02-09 | 2026-02-28 | 11           |
        | 2025-01-20 | 2025-02-10 | 12           |
        | 2020-01-20 | 2020-02-07 | 9            |
        | 2025-10-01 | 2025-10-08 | 0            |
        | 2025-10-09 | 2025-10-09 | 1            |
        | 2025-10-31 | 2025-10-01 | -18          |
        """
    ):
        assert workdays(day(start), day(end)).tolist() == int(count), (start, end)


def test_the_nth_working_day():
    for start, n, found in rows(
        """
        | start      | n  | working day |
        | 2025-09-30 | 5  | 2025-10-14  |
        | 2025-09-30 | 1  | 2025-10-09  |
        | 2025-10-09 | -1 | 2025-09-30  |
        | 2025-10-01 | -1 | 2025-09-30  |
        | 2025-10-01 | 0  | 2025-10-01  |
        | 2025-10-01 | 1  | 2025-10-09  |
        """
    ):
        assert iso(workday_add(days(start), int(n))) == [found], (start, n)


def test_rolling_to_a_working_day():
    for when, rule, found in rows(
        """
        | when       | rule               | found      |
        | 2025-10-01 | none               | 2025-10-01 |
        | 2025-10-01 | following          | 2025-10-09 |
        | 2025-10-01 | preceding          | 2025-09-30 |
        | 2025-10-01 | modified_following | 2025-10-09 |
        | 2025-10-11 | following          | 2025-10-11 |
        | 2025-01-31 | following          | 2025-02-05 |
        | 2025-01-31 | modified_following | 2025-01-27 |
        | 2024-02-29 | following          | 2024-02-29 |
        """
    ):
        assert iso(roll(days(when), rule)) == [found], (when, rule)


def test_an_unknown_year_leaves_a_date_where_it_is_when_it_only_has_to_roll():
    assert iso(roll_or_keep(days("2100-05-01", "2025-10-01"), "following")) == [
        "2100-05-01",
        "2025-10-09",
    ]
    with pytest.raises(ValueError, match="sideways"):
        roll(days("2025-10-01"), "sideways")


def test_a_firms_own_days_stand_above_the_national_ones():
    firm = NATIONAL.with_days(off=days("2025-10-09"), work=days("2025-10-08"))
    assert is_workday(days("2025-10-08", "2025-10-09"), firm).tolist() == [1, 0]
    assert is_workday(days("2025-10-08", "2025-10-09")).tolist() == [0, 1]
    assert workdays(day("2025-10-01"), day("2025-10-31"), firm).tolist() == 18
    newer = firm.with_days(work=days("2025-10-09"))
    assert is_workday(day("2025-10-09"), newer).tolist() == 1
    assert newer == Calendar((), tuple(days("2025-10-08", "2025-10-09").tolist()))
    with pytest.raises(ValueError, match="both"):
        NATIONAL.with_days(off=[45938], work=[45938])


@given(st.integers(37987, 46387), st.integers(37987, 46387))
def test_a_firm_that_knows_weekends_only_counts_like_numpy(start, end):
    """With every national day undone, what is left is Monday to Friday: numpy's busday."""
    low, high = min(start, end), max(start, end)
    span = np.arange(low, high + 1)
    stamps = (span - 25569).astype("datetime64[D]")
    weekday = np.is_busday(stamps)
    ordinary = NATIONAL.with_days(off=span[~weekday].tolist(), work=span[weekday].tolist())
    expected = int(np.busday_count(stamps[0], stamps[-1] + 1))
    assert int(workdays(low, high, ordinary)) == expected


@given(st.integers(38100, 46200), st.integers(-60, 60))
def test_going_n_working_days_on_passes_n_working_days(start, n):
    end = int(workday_add(start, n))
    if n > 0:
        assert int(workdays(start + 1, end)) == n
    elif n < 0:
        assert int(workdays(end, start - 1)) == -n
    assert n == 0 or is_workday(end).tolist() == 1


def test_months_end_on_the_corresponding_day_or_the_last_of_the_month():
    for start, months, found in rows(
        """
        | start      | months | found      |
        | 2024-01-31 | 1      | 2024-02-29 |
        | 2025-01-31 | 1      | 2025-02-28 |
        | 2024-02-29 | 12     | 2025-02-28 |
        | 2024-02-29 | 48     | 2028-02-29 |
        | 2025-02-28 | 1      | 2025-03-28 |
        | 2025-08-31 | 6      | 2026-02-28 |
        | 2025-03-31 | -1     | 2025-02-28 |
        | 2025-12-15 | 1      | 2026-01-15 |
        |            | 1      |            |
        """
    ):
        assert iso(add_months(days(start), int(months))) == [found], start


def test_cells_may_name_the_firms_days():
    assert registry.call("AR_WORKDAYS", "2025-10-01", "2025-10-31", "2025-10-09") == 17.0
    assert registry.call("AR_IS_WORKDAY", "2025-10-08", None, "2025-10-08") is True
    assert registry.call("AR_WORKDAY_ADD", "2025-09-30", 1.0, "2025-10-09") == day("2025-10-10")
    assert registry.call("AR_IS_WORKDAY", "2100-01-01") is CellError.NA
    assert registry.call("AR_ROLL_DATE", "2100-05-01", "following") is CellError.NA
