"""Working days in China, with make-up days (调休), as precomputed arrays.

A day is a working day when a notice of the State Council makes it one (a make-up Saturday or
Sunday), or when it falls on Monday to Friday and is not a day off. The notices come from the
package ``chinesecalendar``, read on first use. The known range is the whole years that have
notices; what lies outside has no answer (MISSING): nobody knows next year's holidays.

Days are serials of the 1900 date system; intervals include both ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple, TypeAlias, cast

import numpy as np

from udfs.arrays import Bools, Ints, ints, missing, month_of, where
from udfs.arrays import add_months as _add_months
from udfs.registry import function
from udfs.values import (
    MISSING,
    CellError,
    CellFaultError,
    Count,
    Day,
    DayList,
    Flag,
    choice,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

RollRule: TypeAlias = Annotated[
    Literal["none", "following", "modified_following", "preceding"], choice("roll_rule")
]

_EPOCH: Final = date(1899, 12, 30)

add_months = _add_months


class _Days(NamedTuple):
    """The known range as arrays: `working` per day, `before` counts, `workdays` as serials."""

    first: int
    last: int
    working: Bools
    before: Ints  # before[i]: working days in [first, first + i)
    workdays: Ints


@dataclass(frozen=True, slots=True)
class Calendar:
    """The national calendar with a firm's own days off and working days over it (serials)."""

    off: tuple[int, ...] = ()
    work: tuple[int, ...] = ()

    def with_days(self, off: Iterable[int] = (), work: Iterable[int] = ()) -> Calendar:
        """Give this calendar with more days of the firm; the newest word on a day counts.

        Raises
        ------
        ValueError
            A day is given both as off and as working.
        """
        now_off, now_work = frozenset(off), frozenset(work)
        if both := sorted(now_off & now_work):
            raise ValueError(f"days {both} are given both as off and as working")
        return Calendar(
            tuple(sorted((frozenset(self.off) - now_work) | now_off)),
            tuple(sorted((frozenset(self.work) - now_off) | now_work)),
        )


#: The calendar of the State Council's notices alone.
NATIONAL: Final = Calendar()


@cache
def _national() -> tuple[int, Bools]:
    from chinese_calendar import constants  # noqa: PLC0415 - 20 ms, paid only by who asks for it

    years = [day.year for day in constants.holidays]
    first = (date(min(years), 1, 1) - _EPOCH).days
    last = (date(max(years), 12, 31) - _EPOCH).days
    serials = np.arange(first, last + 1)
    # Serial 0 is Saturday 1899-12-30, so serial 2 begins a week.
    working: Bools = (serials - 2) % 7 < 5
    for days, works in ((constants.holidays, False), (constants.workdays, True)):
        index = np.array([(day - _EPOCH).days - first for day in days])
        working[index[(index >= 0) & (index < working.size)]] = works
    return first, working


@lru_cache(maxsize=64)  # a cell may hand over other days of the firm at every call
def _days(calendar: Calendar) -> _Days:
    first, national = _national()
    working = national.copy()
    for days, works in ((calendar.off, False), (calendar.work, True)):
        index = np.array(days, dtype=np.int64) - first
        working[index[(index >= 0) & (index < working.size)]] = works
    before = np.concatenate(([0], np.cumsum(working, dtype=np.int64)))
    workdays = np.flatnonzero(working) + first
    return _Days(first, first + working.size - 1, working, before, workdays)


def known_days(calendar: Calendar = NATIONAL) -> tuple[int, int]:
    """Give the first and the last day whose status is known, derived from the data.

    Examples
    --------
    >>> known_days()[0]  # 2004-01-01
    37987
    """
    days = _days(calendar)
    return days.first, days.last


def _known(days: _Days, day: Ints) -> Bools:
    inside: Bools = (day >= days.first) & (day <= days.last)
    return inside


def is_workday(day: ArrayLike, calendar: Calendar = NATIONAL) -> Ints:
    """Whether each day is a working day: 1 or 0, MISSING outside the known range.

    Examples
    --------
    >>> is_workday([45928, 45938]).tolist()  # make-up Sunday 2025-09-28; Wednesday in a holiday
    [1, 0]
    """
    days, asked = _days(calendar), ints(day)
    known = _known(days, asked)
    found = days.working[np.where(known, asked - days.first, 0)]
    return where(~known, found)


def workdays(start: ArrayLike, end: ArrayLike, calendar: Calendar = NATIONAL) -> Ints:
    """Count working days from start to end, both included; negative where end is before start.

    Examples
    --------
    >>> int(workdays(45931, 45961))  # 2025-10-01 to 2025-10-31
    18
    """
    days = _days(calendar)
    first, last = np.broadcast_arrays(ints(start), ints(end))
    known = _known(days, first) & _known(days, last)
    low = np.where(known, np.minimum(first, last) - days.first, 0)
    high = np.where(known, np.maximum(first, last) - days.first, 0)
    count = days.before[high + 1] - days.before[low]
    return where(~known, np.where(last < first, -count, count))


def workday_add(day: ArrayLike, n: ArrayLike, calendar: Calendar = NATIONAL) -> Ints:
    """Give the n-th working day after each day (before it, for negative n); 0 gives the day.

    Examples
    --------
    >>> int(workday_add(45930, 5))  # 2025-09-30 + 5 working days = 2025-10-14
    45944
    """
    days = _days(calendar)
    start, steps = np.broadcast_arrays(ints(day), ints(n))
    after = np.searchsorted(days.workdays, start, side="right") + steps - 1
    before = np.searchsorted(days.workdays, start, side="left") + steps
    index = np.where(steps > 0, after, before)
    known = _known(days, start) & ~missing(steps)
    known &= (steps == 0) | ((index >= 0) & (index < days.workdays.size))
    found = days.workdays[np.where(known & (steps != 0), index, 0)]
    return where(~known, np.where(steps == 0, start, found))


def roll(day: ArrayLike, rule: RollRule, calendar: Calendar = NATIONAL) -> Ints:
    """Move each day that is not a working day to one that is.

    Parameters
    ----------
    day : array_like of int64
        Serials.
    rule : {"none", "following", "modified_following", "preceding"}
        To the next working day; to the next unless that lies in another month, then to the one
        before; to the one before.
    calendar : Calendar
        National, or with a firm's own days.

    Returns
    -------
    ndarray of int64
        Serials; MISSING where the day or its working day lies outside the known range.

    Examples
    --------
    >>> int(roll(45688, "modified_following"))  # 2025-01-31 lies in the Spring Festival
    45684
    """
    asked = ints(day)
    if rule == "none":
        return asked.copy()
    days = _days(calendar)
    after = np.searchsorted(days.workdays, asked, side="left")
    later = days.workdays[np.minimum(after, days.workdays.size - 1)]
    before = np.searchsorted(days.workdays, asked, side="right") - 1
    earlier = days.workdays[np.maximum(before, 0)]
    known = _known(days, asked)
    has_later, has_earlier = after < days.workdays.size, before >= 0
    if rule == "following":
        return where(~(known & has_later), later)
    if rule == "preceding":
        return where(~(known & has_earlier), earlier)
    if rule != "modified_following":
        raise ValueError(f"unknown roll rule {rule!r}")
    given = np.where(known, asked, days.first)
    stays = has_later & (month_of(later) == month_of(given))
    return where(~(known & (stays | has_earlier)), np.where(stays, later, earlier))


def roll_or_keep(day: ArrayLike, rule: RollRule, calendar: Calendar = NATIONAL) -> Ints:
    """Roll where the calendar is known; elsewhere keep the day as it is, the safer reading.

    For due dates and deadlines: an unpublished calendar must not make them vanish.
    """
    asked = ints(day)
    rolled = roll(asked, rule, calendar)
    return np.where(rolled == MISSING, asked, rolled)


def firm_calendar(days_off: DayList | None, make_up_days: DayList | None) -> Calendar:
    """Give the national calendar with the days of a firm that a cell hands over.

    Raises
    ------
    CellFaultError
        #NUM! where a day is given both as off and as working.
    """
    off, work = (() if days is None else days.tolist() for days in (days_off, make_up_days))
    try:
        return NATIONAL.with_days(off, work)
    except ValueError:
        raise CellFaultError(CellError.NUM) from None


@function("AR_WORKDAYS", case="WORKDAYS_CN", category="plan")
def workdays_of(
    start: Day,
    end_date: Day,
    days_off: DayList | None = None,
    make_up_days: DayList | None = None,
) -> Count:
    """Count Chinese working days, with days of the firm over them; see :func:`workdays`."""
    return workdays(start, end_date, firm_calendar(days_off, make_up_days))


@function("AR_IS_WORKDAY", case="IS_WORKDAY_CN", category="plan")
def is_workday_of(
    when: Day, days_off: DayList | None = None, make_up_days: DayList | None = None
) -> Flag:
    """Tell Chinese working days, with days of the firm over them; see :func:`is_workday`.

    The array is int64 rather than bool where the calendar does not know a day (MISSING).
    """
    return cast("Flag", is_workday(when, firm_calendar(days_off, make_up_days)))


@function("AR_WORKDAY_ADD", case="WORKDAY_ADD_CN", category="plan")
def workday_add_of(
    when: Day,
    n: Count,
    days_off: DayList | None = None,
    make_up_days: DayList | None = None,
) -> Day:
    """Go n Chinese working days on, with days of the firm; see :func:`workday_add`."""
    return workday_add(when, n, firm_calendar(days_off, make_up_days))


@function("AR_ROLL_DATE", case="ROLL_DATE", category="plan")
def roll_of(
    when: Day,
    rule: RollRule,
    days_off: DayList | None = None,
    make_up_days: DayList | None = None,
) -> Day:
    """Roll days to Chinese working days, with days of the firm; see :func:`roll`."""
    return roll(when, rule, firm_calendar(days_off, make_up_days))
