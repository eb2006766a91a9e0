"""What every spreadsheet program computes itself: here for the case replay, not offered in cells.

Both ends of a period count, as NETWORKDAYS has it.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from udfs.arrays import Ints, missing, where
from udfs.calendar import is_workday, known_days
from udfs.decimals import half_up, narrowed, scaled, times
from udfs.money import LIMIT
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    CountList,
    Day,
    Days,
    Number,
    NumberList,
    OneCents,
    Rate,
)

#: Serial 2 of the 1900 system, 1900-01-01 as it should be, was a Monday.
_MONDAY: Final = 2


@function("COUNT_DAYS", case="COUNT_DAYS", category="plan", offered=False)
def count_days(start: Day, end_date: Day) -> Days:
    """Count the calendar days of a period.

    Parameters
    ----------
    start, end_date : ndarray of int64, shape (n,)
        Serials, both included.

    Returns
    -------
    ndarray of int64, shape (n,)
        ``end_date − start + 1``.

    Examples
    --------
    >>> count_days(np.array([45951]), np.array([46006])).tolist()
    [56]
    """
    absent = missing(start, end_date)
    return where(absent, end_date - start + 1)


@function("COUNT_WEEKDAYS", case="COUNT_WEEKDAYS", category="plan", offered=False)
def count_weekdays(start: Day, end_date: Day, weekdays: CountList) -> Days:
    """Count the days of a period that fall on given weekdays; no holiday, no make-up day.

    Parameters
    ----------
    start, end_date : ndarray of int64, shape (n,)
        Serials, both included; a period that ends before it starts has none.
    weekdays : ndarray of int64, shape (m,)
        1 is Monday … 7 is Sunday; each counts once.

    Returns
    -------
    ndarray of int64, shape (n,)

    Examples
    --------
    >>> count_weekdays(np.array([45951]), np.array([46006]), np.arange(1, 7)).tolist()
    [48]
    """
    absent = missing(start, end_date)
    wanted = np.unique(weekdays)[:, None] - 1
    # Whole weeks up to a day hold each weekday once: count up to the end, less before the start.
    counted = _until(end_date, wanted) - _until(start - 1, wanted)
    return where(absent, np.where(end_date < start, 0, counted.sum(axis=0)))


@function("NETWORKDAYS_PLAIN", case="NETWORKDAYS_PLAIN", category="plan", offered=False)
def networkdays_plain(start: Day, end_date: Day) -> Days:
    """Count Mondays to Fridays that are no public holiday: NETWORKDAYS with a holiday list.

    Make-up days that fall on a weekend are what it cannot count.

    Parameters
    ----------
    start, end_date : ndarray of int64, shape (n,)
        Serials, both included.

    Returns
    -------
    ndarray of int64, shape (n,)
        MISSING where the calendar does not know the whole period.

    Examples
    --------
    >>> networkdays_plain(np.array([45931]), np.array([45961])).tolist()  # October 2025
    [17]
    """
    first, last = known_days()
    before = _plain_before()
    low, high = np.minimum(start, end_date), np.maximum(start, end_date)
    known = (low >= first) & (high <= last)
    low, high = np.where(known, low - first, 0), np.where(known, high - first, 0)
    count = before[high + 1] - before[low]
    return where(~known, np.where(end_date < start, -count, count))


@function("OPEN_AFTER", case="OPEN_AFTER", category="cash_application", offered=False)
def open_after(amount: OneCents, movements: CentsList) -> Cents:
    """Give what is open after movements; a bounced receipt is a negative one and reopens the item.

    Parameters
    ----------
    amount : int
        Cents of the item.
    movements : ndarray of int64, shape (m,)
        Cents received; a receipt that came back is negative.

    Returns
    -------
    ndarray of int64, shape ()
        ``amount − Σ movements``; CONTRADICTION where no cell could hold it exactly.

    Examples
    --------
    >>> open_after(50000, np.array([30000, -30000])).tolist()
    50000
    """
    left = amount - sum(movements.tolist())
    return np.asarray(left if abs(left) <= LIMIT else CONTRADICTION, dtype=np.int64)


def _until(day: Ints, weekday: Ints) -> Ints:
    """Count the days up to a day, it included, that fall on a weekday (0 is Monday)."""
    return (day - _MONDAY - weekday) // 7


@cache
def _plain_before() -> Ints:
    """Count the plain working days before each day of the calendar."""
    first, last = known_days()
    day = np.arange(first, last + 1)
    plain = (is_workday(day) == 1) & ((day - _MONDAY) % 7 < 5)
    return np.concatenate(([0], np.cumsum(plain, dtype=np.int64)))


@function("PERCENTILE_INC", case="PERCENTILE_INC", category="allowance", offered=False)
def percentile_inc(values: NumberList, k: Rate) -> Number:
    """Give a quantile as PERCENTILE.INC has it: position ``k·(n − 1)``, straight between two.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        In any order.
    k : ndarray of float64, shape (m,)
        From 0 to 1.

    Returns
    -------
    ndarray of float64, shape (m,)
        Infinite (#NUM!) where k is beyond 0 to 1; nan without values.

    Examples
    --------
    >>> lags = np.array([-3.0, 0, 2, 5, 5, 8, 12, 20, 35, 60])
    >>> percentile_inc(lags, np.array([0.5, 0.9])).round(9).tolist()
    [6.5, 37.5]
    """
    if not values.size:
        return np.full(k.shape, np.nan)
    inside = (k >= 0) & (k <= 1)
    ordered = np.sort(values)
    place = np.where(inside, k, 0.0) * (values.size - 1)
    low = place.astype(np.int64)
    rest = place - low
    high = np.minimum(low + 1, values.size - 1)
    # Both parts are weighed, as the difference of two values near the largest double overflows.
    between = ordered[low] * (1 - rest) + ordered[high] * rest
    return np.where(inside, between, np.inf)


@function("EXPECTED_COLLECTIONS", case="EXPECTED_COLLECTIONS", category="allowance", offered=False)
def expected_collections(buckets: CentsList, rates: NumberList) -> Cents:
    """Give what is expected to be collected: ``Σ bucket × rate``, as SUMPRODUCT has it.

    Parameters
    ----------
    buckets : ndarray of int64, shape (n,)
        Cents per age band.
    rates : ndarray of float64, shape (n,)
        Share of each band that is collected, as a fraction.

    Returns
    -------
    ndarray of int64, shape (1,)
        Cents, rounded once.

    Raises
    ------
    CellFaultError
        Not as many rates as bands (#VALUE!).

    Examples
    --------
    >>> expected_collections(np.array([30_000, 14_000]), np.array([0.98, 0.9])).tolist()
    [42000]
    """
    if buckets.size != rates.size:
        raise CellFaultError(CellError.VALUE)
    whole, scale = scaled(rates)
    total = sum(times(buckets, whole).tolist())
    return narrowed(half_up(np.array([total], dtype=object), scale))
