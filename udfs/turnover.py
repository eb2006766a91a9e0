"""How often receivables turn over in a year, and the cash that a shorter turn frees.

Ratios take any unit of money, the same in all arguments of a call; the cash is int64 cents.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs import reasons
from udfs.arrays import Ints, ints
from udfs.dso import days_of
from udfs.kpi import all_given, ratio, told
from udfs.registry import function
from udfs.values import CONTRADICTION, MISSING, Cents, Days, Number, Reason

#: The rounding of a few doubles changes a product by less than this share of its terms.
_NOISE: Final = 8 * float(np.finfo(np.float64).eps)
#: Money and days that a float64 holds exactly; beyond it a cent could not be told.
_EXACT: Final = 2**53


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
    days = days_of(average, np.where(np.isnan(times), np.nan, sold), year_days)
    why = reasons.because(
        "AR_TURNOVER",
        np.where(
            (average > 0) & np.isnan(days) & all_given(sold, year_days),
            "no_sales",
            told(days, "average", "no_average", all_given(sold, average, year_days)),
        ),
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
        doubt = _NOISE * np.abs(per_day) * (np.abs(first) + np.abs(last))
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
