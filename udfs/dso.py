"""Days sales outstanding in its several forms, and what is measured with it.

Each form is another number, so each has a name of its own and tells its formula beside the answer
(the field ``reason``). Ratios take any unit of money, the same in all arguments of a call; where an
amount comes out, amounts are int64 cents. Days are whole days.

No sales, or net credit notes instead of sales, means that there is no answer (NaN), never 0 days.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.arrays import Codes, Floats, Ints, codes, ints, running_totals, where
from udfs.kpi import ratio
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    MISSING,
    CellError,
    CellFaultError,
    Cents,
    Count,
    Days,
    Number,
    Rate,
    Reason,
    label,
)

if TYPE_CHECKING:
    from udfs.reasons import Because

#: Sums of a few doubles cannot tell a difference below this share of their size from 0.
_NOISE: Final = 4 * float(np.finfo(np.float64).eps)
#: Money and days that a float64 holds exactly; beyond it a cent could not be told.
_EXACT: Final = 2**53


class DaysOutstanding(NamedTuple):
    """Days, and the arithmetic in one line."""

    days: Number
    reason: Reason


def _told(values: ArrayLike, name: str) -> Codes:
    """Name the sentence of each answer; None where there is none to explain."""
    return codes((name,), where(~np.isfinite(np.asarray(values, np.float64)), 0))


def _days_of(amount: ArrayLike, sales: ArrayLike, days: ArrayLike) -> Floats:
    """Give ``amount / sales × days``: nan without sales, infinite without days."""
    span, sold = np.asarray(days), np.asarray(sales, np.float64)
    share = ratio(amount, np.where(sold > 0, sold, np.nan))
    with np.errstate(over="ignore"):
        found: Floats = share * np.where(span <= 0, 1.0, span.astype(np.float64)) + 0.0
    found = np.where(span == MISSING, np.nan, found)
    return np.where(np.isnan(found), np.nan, np.where(span <= 0, np.inf, found))


@function("AR_DSO", case="DSO_SIMPLE", category="kpi")
def dso(
    ar: Number | ArrayLike, sales: Number | ArrayLike, days: Days | ArrayLike
) -> DaysOutstanding:
    """Days sales outstanding, the simple form: ``ar / sales × days``.

    Parameters
    ----------
    ar, sales : array_like of float64
        Receivables at the end and credit sales of the period, both with tax or both without.
    days : array_like of int64
        Days of the period, above 0.

    Returns
    -------
    DaysOutstanding
        ``days`` is nan where nothing was sold and infinite where the period has no days; of a
        credit balance it is negative.

    Examples
    --------
    >>> dso([15000, 15000], [10000, 0], 30).days.tolist()
    [45.0, nan]
    """
    found = _days_of(ar, sales, days)
    return DaysOutstanding(found, _division("AR_DSO", ar, sales, days, found))


def _division(
    name: str, amount: ArrayLike, sales: ArrayLike, days: ArrayLike, found: Floats
) -> Because:
    return reasons.because(
        name,
        _told(found, "division"),
        amount=reasons.number(np.asarray(amount, np.float64)),
        sales=reasons.number(np.asarray(sales, np.float64)),
        days=reasons.number(ints(days)),
        result=reasons.number(found),
    )


@function("AR_BEST_POSSIBLE_DSO", case="DSO_BEST_POSSIBLE", category="kpi")
def best_possible_dso(
    current_ar: Number | ArrayLike, sales: Number | ArrayLike, days: Days | ArrayLike
) -> DaysOutstanding:
    """Best possible DSO: what it would be if everybody paid on time, ``current_ar / sales × days``.

    Parameters
    ----------
    current_ar, sales : array_like of float64
        Receivables not yet due at the end, and credit sales of the period.
    days : array_like of int64
        Days of the period, above 0.

    Returns
    -------
    DaysOutstanding
        As :func:`dso`.

    Examples
    --------
    >>> best_possible_dso(4000, 10000, 30).days.tolist()
    12.0
    """
    found = _days_of(current_ar, sales, days)
    return DaysOutstanding(found, _division("AR_BEST_POSSIBLE_DSO", current_ar, sales, days, found))


@function("AR_AVG_DAYS_DELINQUENT", case="ADD_DAYS", category="kpi")
def average_days_delinquent(
    ar: Number | ArrayLike,
    current_ar: Number | ArrayLike,
    sales: Number | ArrayLike,
    days: Days | ArrayLike,
) -> DaysOutstanding:
    """Average days delinquent: DSO less best possible DSO, ``(ar − current_ar) / sales × days``.

    Parameters
    ----------
    ar, current_ar, sales : array_like of float64
        All receivables and those not yet due at the end, and credit sales of the period.
    days : array_like of int64
        Days of the period, above 0.

    Returns
    -------
    DaysOutstanding
        As :func:`dso`.

    Examples
    --------
    >>> average_days_delinquent(15000, 4000, 10000, 30).days.tolist()
    33.0
    """
    with np.errstate(over="ignore"):
        overdue = np.asarray(ar, np.float64) - np.asarray(current_ar, np.float64)
    found = _days_of(overdue, sales, days)
    why = reasons.because(
        "AR_AVG_DAYS_DELINQUENT",
        _told(found, "difference"),
        ar=reasons.number(np.asarray(ar, np.float64)),
        current=reasons.number(np.asarray(current_ar, np.float64)),
        sales=reasons.number(np.asarray(sales, np.float64)),
        days=reasons.number(ints(days)),
        result=reasons.number(found),
    )
    return DaysOutstanding(found, why)


class SalesPeriods(NamedTuple):
    """Credit sales in cents of whole periods, such as months, and their days."""

    sales: Cents
    days: Days


class CountBack(NamedTuple):
    """Days, cents that the periods given do not explain, and the arithmetic in one line."""

    days: Number
    uncovered: Cents
    reason: Reason


@function("AR_DSO_COUNTBACK", case="DSO_COUNTBACK", category="kpi")
def dso_countback(ar: Cents | ArrayLike, periods_newest_first: SalesPeriods) -> CountBack:
    """Days sales outstanding by counting back: whole periods newest first, then a share of one.

    Parameters
    ----------
    ar : array_like of int64, shape (k,)
        Receivables at the end, in cents.
    periods_newest_first : SalesPeriods
        n periods; each with at least one day. A period of net credit notes adds to what is left.

    Returns
    -------
    CountBack
        ``days`` and ``uncovered`` of shape (k,). ``days`` is the sum of the days of the periods
        whose sales the balance holds in full and of ``rest / sales × days`` of the next; a balance
        that is used up ends the count. A credit balance has 0 days. What exceeds all periods is
        ``uncovered``: its days are not invented.

    Raises
    ------
    CellFaultError
        A period without days (#NUM!), or no period at all (#N/A).

    Examples
    --------
    >>> months = SalesPeriods(ints([10_000, 8_000, 7_000]), ints([30, 30, 30]))
    >>> found = dso_countback(ints([18_000, 32_000]), months)
    >>> found.days.tolist(), found.uncovered.tolist()
    ([60.0, 90.0], [0, 7000])
    """
    sales, length = ints(periods_newest_first.sales), ints(periods_newest_first.days)
    if not sales.size:
        raise CellFaultError(CellError.NA)
    if (length <= 0).any():
        raise CellFaultError(CellError.NUM)
    owed = np.maximum(ints(ar), 0)
    total = running_totals(sales)
    before = np.concatenate(([0], np.cumsum(length, dtype=np.float64)))
    # Net credit notes let the total fall: the first period that reaches the balance ends the count.
    place = np.searchsorted(np.maximum.accumulate(total), owed, side="left")
    ended = place < sales.size
    at = np.minimum(place, sales.size - 1)
    rest = np.where(owed > 0, owed - (total - sales)[at], 0)
    part = rest / np.where(ended & (rest > 0), sales[at], 1) * length[at]
    days = np.where(owed > 0, np.where(ended, before[at] + part, before[-1]), 0.0)
    left = np.where(ended | (owed == 0), 0, owed - total[-1])
    absent = ints(ar) == MISSING
    days, left = np.where(absent, np.nan, days), np.where(absent, MISSING, left)
    variant = where(absent, np.where(left > 0, 0, np.where(owed > 0, 1, 2)))
    why = reasons.because(
        "AR_DSO_COUNTBACK",
        codes(("short", "counted", "credit"), variant),
        ar=reasons.money(ar),
        periods=reasons.number(place),
        whole=reasons.number(before[place]),
        rest=reasons.money(rest),
        sales=reasons.money(sales[at]),
        length=reasons.number(length[at]),
        uncovered=reasons.money(left),
        result=reasons.number(days),
    )
    return CountBack(days, left, why)


class OpenItems(NamedTuple):
    """Open balances in cents with their days overdue; negative days are not due yet."""

    open_balance: Cents
    days_overdue: Days


@function("AR_WEIGHTED_DAYS_LATE", case="ADD_WEIGHTED", category="kpi")
def weighted_days_late(open_items: OpenItems) -> Number:
    """Average days late weighted by what is open: ``Σ o × max(d, 0) / Σ o``.

    Not the same number as :func:`average_days_delinquent`: this one looks at the items of today,
    that one at the sales of a period.

    Parameters
    ----------
    open_items : OpenItems
        n items; one that is not due counts with 0 days. Credits weigh as they stand, negative.

    Returns
    -------
    ndarray of float64, shape (1,)
        Days; nan where nothing is open on balance, or there are no items.

    Examples
    --------
    >>> weighted_days_late(OpenItems(ints([300, 100, 400]), ints([40, 0, -18]))).tolist()
    [15.0]
    """
    amount, late = ints(open_items.open_balance), np.maximum(ints(open_items.days_overdue), 0)
    most = int(np.abs(amount).max(initial=0)) * int(late.max(initial=1)) * amount.size
    if most >= 2**63:
        amount, late = amount.astype(object), late.astype(object)
    total, product = int(amount.sum()), int((amount * late).sum())
    found = float(Fraction(product, total)) if total > 0 else np.nan
    return np.array([found])


class Effectiveness(NamedTuple):
    """Share of what could be collected that was, what the sales stand for, and the arithmetic."""

    cei: Rate
    basis: Annotated[NDArray[np.object_], label("cei_basis")]
    reason: Reason


@function("AR_CEI", case="CEI", category="kpi")
def collection_effectiveness(
    begin_ar: Number | ArrayLike,
    credit_sales: Number | ArrayLike,
    end_total_ar: Number | ArrayLike,
    end_current_ar: Number | ArrayLike,
    n: Count | ArrayLike = 1,
) -> Effectiveness:
    """Measure collection effectiveness (CEI): what was collected of what could be.

    ``(B + S/n − E_total) / (B + S/n − E_current)``.

    Parameters
    ----------
    begin_ar, credit_sales, end_total_ar, end_current_ar : array_like of float64
        Receivables at the beginning, credit sales of the period, receivables at the end, and of
        these what is not yet due.
    n : array_like of int64
        1 takes the sales of the whole period, the number of its months those of an average month.
        The two are different numbers: 0.56 and 0.80 of the same data.

    Returns
    -------
    Effectiveness
        ``cei`` as a fraction; nan where nothing was collectable (the denominator is not above 0),
        infinite where ``n`` is less than 1. ``basis`` is ``whole_period`` or ``monthly``.

    Examples
    --------
    >>> found = collection_effectiveness(6200, 10890, 6340, 3590, [1, 3])
    >>> np.round(found.cei, 6).tolist(), found.basis.tolist()
    ([0.796296, 0.559295], ['whole_period', 'monthly'])
    """
    opening, sales, end, current = (
        np.asarray(amount, np.float64)
        for amount in (begin_ar, credit_sales, end_total_ar, end_current_ar)
    )
    periods = ints(n)
    share = sales / np.where(periods < 1, 1, periods)
    with np.errstate(over="ignore", invalid="ignore"):
        collected, collectable = (
            _without_noise(opening + share - amount, opening, share, amount)
            for amount in (end, current)
        )
        beyond = ~np.isfinite(collected) | ~np.isfinite(collectable)
        found = ratio(
            np.where(beyond, 1.0, collected), np.where(~beyond & (collectable > 0), collectable, 0)
        )
    absent = np.isnan(opening) | np.isnan(sales) | np.isnan(end) | np.isnan(current)
    absent |= periods == MISSING
    found = np.where(absent, np.nan, np.where(beyond | (periods < 1), np.inf, found))
    basis = codes(("whole_period", "monthly"), where(~np.isfinite(found), periods > 1))
    why = reasons.because(
        "AR_CEI",
        _told(found, "shares"),
        begin=reasons.number(opening),
        sales=reasons.number(sales),
        n=reasons.number(periods),
        end_total=reasons.number(end),
        end_current=reasons.number(current),
        result=reasons.percent(found),
        basis=reasons.words("cei_basis", basis),
    )
    return Effectiveness(found, basis, why)


def _without_noise(difference: Floats, *terms: Floats) -> Floats:
    """Take a difference that its terms cannot tell from 0 as 0: 0.1 + 0.2 − 0.3 is nothing."""
    size = sum(np.abs(term) for term in terms)
    nothing = np.isfinite(difference) & (np.abs(difference) <= _NOISE * size)
    return np.where(nothing, 0.0, difference)


class Turnover(NamedTuple):
    """Times a year that receivables turn over, and the days of one turn."""

    turnover: Number
    days: Number
    reason: Reason


@function("AR_TURNOVER", case="TURNOVER", category="kpi")
def turnover(
    sales: Number | ArrayLike,
    ar_begin: Number | ArrayLike,
    ar_end: Number | ArrayLike,
    year_days: Days | ArrayLike = 365,
) -> Turnover:
    """Receivables turnover: ``sales / ((ar_begin + ar_end) / 2)``, and ``year_days / turnover``.

    Parameters
    ----------
    sales, ar_begin, ar_end : array_like of float64
        Credit sales of a year, receivables at its beginning and end.
    year_days : array_like of int64
        365, or 360 as Chinese textbooks have it.

    Returns
    -------
    Turnover
        nan where the average is not above 0; ``days`` also where nothing was sold.

    Examples
    --------
    >>> found = turnover(5000, 600, 1000, [365, 360])
    >>> found.turnover.tolist(), found.days.tolist()
    (6.25, [58.4, 57.6])
    """
    sold = np.asarray(sales, np.float64)
    # Half of each before they meet: the sum of two very large amounts would be no number.
    average = np.asarray(ar_begin, np.float64) / 2 + np.asarray(ar_end, np.float64) / 2
    times = ratio(sold, np.where(average > 0, average, np.nan))
    days = _days_of(average, np.where(np.isnan(times), np.nan, sold), year_days)
    why = reasons.because(
        "AR_TURNOVER",
        _told(days, "average"),
        sales=reasons.number(sold),
        begin=reasons.number(np.asarray(ar_begin, np.float64)),
        end=reasons.number(np.asarray(ar_end, np.float64)),
        turnover=reasons.number(times),
        year_days=reasons.number(ints(year_days)),
        days=reasons.number(days),
    )
    return Turnover(times, days, why)


@function("AR_CASH_RELEASED", case="CASH_RELEASE", category="kpi")
def cash_released(
    annual_sales: Cents | ArrayLike,
    dso_from: Number | ArrayLike,
    dso_to: Number | ArrayLike,
    year_days: Days | ArrayLike = 365,
) -> Cents:
    """Cash that a shorter DSO frees: ``annual_sales / year_days × (dso_from − dso_to)``.

    Parameters
    ----------
    annual_sales : array_like of int64
        Cents of a year.
    dso_from, dso_to : array_like of float64
        Days before and after.
    year_days : array_like of int64
        365 or 360.

    Returns
    -------
    ndarray of int64
        Cents, half-up away from zero; negative where the DSO becomes longer (cash is tied up).
        MISSING where an argument is; CONTRADICTION where the year has no days or the amount is
        beyond what a cell holds to the cent.

    Examples
    --------
    >>> cash_released([5_000_000_000, 0], 60, 45).tolist()
    [205479452, 0]
    """
    sold, before, after, span = np.broadcast_arrays(
        ints(annual_sales), np.asarray(dso_from, np.float64), np.asarray(dso_to, np.float64),
        ints(year_days),
    )  # fmt: skip
    absent = (sold == MISSING) | np.isnan(before) | np.isnan(after) | (span == MISSING)
    wrong = (span <= 0) | ~np.isfinite(before) | ~np.isfinite(after)
    usable = ~absent & ~wrong
    year = np.where(usable, span, 1)
    with np.errstate(over="ignore", invalid="ignore"):
        first, last = np.where(usable, before, 0.0), np.where(usable, after, 0.0)
        per_day = np.where(usable, sold, 0) / year
        rough = per_day * (first - last)
        # What the rounding of the doubles can make of it at most, and a little more.
        doubt = 2 * _NOISE * np.abs(per_day) * (np.abs(first) + np.abs(last))
        near = ~(np.abs(np.abs(rough) % 1.0 - 0.5) > doubt)
    beyond = ~(np.abs(rough) < _EXACT)
    rough = np.where(beyond, 0.0, rough)
    found: Ints = np.copysign(np.floor(np.abs(rough) + 0.5), rough).astype(np.int64)
    # Near a half the doubles cannot decide; there the decimals that were typed do.
    for place in np.flatnonzero(near & usable & ~beyond):
        shorter = _typed(first.flat[place]) - _typed(last.flat[place])
        found.flat[place] = _half_up(int(sold.flat[place]) * shorter / int(span.flat[place]))
    return np.where(absent, MISSING, np.where(wrong | beyond, CONTRADICTION, found))


def _typed(number: float) -> Fraction:
    """Give a number as the decimal that a person typed."""
    return Fraction(Decimal(repr(float(number))))


def _half_up(amount: Fraction) -> int:
    """Round half-up, away from zero."""
    whole = int((2 * abs(amount).numerator + amount.denominator) // (2 * amount.denominator))
    return whole if amount >= 0 else -whole
