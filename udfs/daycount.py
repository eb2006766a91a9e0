"""Day counts of interest: actual days over 365 or 360, months of 30 days, actual over actual.

Days of the interval [start, end): the first day counts, the last does not, so that adjoining
intervals add up. That is the same number as "due date excluded, payment date included".
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from udfs.arrays import Bools, Ints, ints, missing, where
from udfs.registry import function
from udfs.values import Count, Day, Number, choice

DayCount: TypeAlias = Annotated[
    Literal["act/365", "act/360", "30/360", "act/act"], choice("day_count")
]

#: Serial of 1970-01-01, where numpy counts from.
_EPOCH: Final = 25569
#: Parts of a year for actual over actual: a day is 1/365 or, in a leap year, 1/366 of it.
_COMMON, _LEAP = 366, 365
_YEAR: Final = 365 * 366


class YearParts(NamedTuple):
    """Days counted, and the year fraction as whole numbers: ``parts`` of ``of``."""

    days: Ints
    parts: Ints
    of: int


class YearFraction(NamedTuple):
    """Days counted and the fraction of a year that they are."""

    days: Count
    year_fraction: Number


def year_parts(start: ArrayLike, end: ArrayLike, basis: DayCount = "act/365") -> YearParts:
    """Count days and give the year fraction exactly, as a quotient of whole numbers.

    Parameters
    ----------
    start, end : array_like of int64
        Serials, broadcast; MISSING allowed.
    basis : {"act/365", "act/360", "30/360", "act/act"}
        30/360 is the US rule (NASD): the 31st counts as the 30th, and so does the last day of
        February at the start, or at both ends. act/act is that of ISDA: days in leap years over
        366, the others over 365.

    Returns
    -------
    YearParts
        0 where the end is not after the start; MISSING where a date is.

    Examples
    --------
    >>> year_parts(45261, 45352, "act/act")  # 2023-12-01 to 2024-03-01: 31/365 + 60/366
    YearParts(days=array(91), parts=array(33246), of=133590)
    """
    first, last = np.broadcast_arrays(ints(start), ints(end))
    absent = missing(first, last)
    begin = np.where(absent, _EPOCH, first)
    # Reversed dates count as equal ones: nothing.
    stop = np.maximum(np.where(absent, _EPOCH, last), begin)
    actual = stop - begin
    if basis == "30/360":
        thirty = where(absent, _thirty_days(begin, stop))
        return YearParts(thirty, thirty, 360)
    days = where(absent, actual)
    if basis == "act/act":
        leap = _leap_days_before(stop) - _leap_days_before(begin)
        parts = _LEAP * leap + _COMMON * (actual - leap)
        return YearParts(days, where(absent, parts), _YEAR)
    return YearParts(days, days, 360 if basis == "act/360" else 365)


@function("AR_DAYCOUNT", case="DAYCOUNT", category="interest")
def daycount(
    start: Day | ArrayLike, end_date: Day | ArrayLike, basis: DayCount = "act/365"
) -> YearFraction:
    """Give days and year fraction of an interval; see :func:`year_parts`.

    Parameters
    ----------
    start, end_date : array_like of int64
        Serials: the due date and the payment date.
    basis
        As in :func:`year_parts`.

    Returns
    -------
    YearFraction
        Whole days, and days ÷ 365, ÷ 360, or Σ days of each year ÷ its length. Both are 0 for
        reversed dates.

    Notes
    -----
    domain.md 4.1. Excel: ``YEARFRAC`` bases 3, 2 and 0; its basis 1 is another actual/actual.

    Examples
    --------
    >>> daycount([45350, 45838], [45352, 45809], "30/360").days.tolist()
    [3, 0]
    """
    found = year_parts(start, end_date, basis)
    absent = missing(found.parts)
    fraction = np.where(absent, np.nan, np.where(absent, 0, found.parts) / found.of)
    return YearFraction(found.days, fraction)


def _thirty_days(begin: Ints, stop: Ints) -> Ints:
    """Count days in months of 30 by the US rule."""
    first_month, first_day, first_end = _place(begin)
    last_month, last_day, last_end = _place(stop)
    end = np.where(first_end & last_end, 30, last_day)
    start = np.where(first_end, 30, first_day)
    end = np.where((end == 31) & (start >= 30), 30, end)
    counted = 30 * (last_month - first_month) + end - np.minimum(start, 30)
    thirty: Ints = np.maximum(counted, 0)
    return thirty


def _place(day: Ints) -> tuple[Ints, Ints, Bools]:
    """Give the month since 1970, the day of it from 1, and whether February ends."""
    date = (day - _EPOCH).astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    next_month = (date + np.timedelta64(1, "D")).astype("datetime64[M]")
    number = month.astype(np.int64)
    day_of_month = (date - month.astype("datetime64[D]")).astype(np.int64) + 1
    return number, day_of_month, (number % 12 == 1) & (next_month != month)


def _leap_days_before(day: Ints) -> Ints:
    """Count the days of leap years before each day since the year 1."""
    date = (day - _EPOCH).astype("datetime64[D]")
    year = date.astype("datetime64[Y]")
    number = year.astype(np.int64) + 1970
    past = number - 1
    full = past // 4 - past // 100 + past // 400
    is_leap = (number % 4 == 0) & ((number % 100 != 0) | (number % 400 == 0))
    of_year = (date - year.astype("datetime64[D]")).astype(np.int64)
    passed: Ints = 366 * full + np.where(is_leap, of_year, 0)
    return passed
