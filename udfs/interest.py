"""Simple and compound interest of late payment, at agreed rates.

Interest days leave the due date out and count the payment date. Simple interest is the rule;
compounding needs a contract. A credit note bears nothing, and neither does an early payment.
Every answer says in one line what it was made of.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs import reasons
from udfs.accrual import accrued, typed
from udfs.arrays import Codes, Ints, ints, missing, where
from udfs.daycount import DayCount, year_parts
from udfs.decimals import share
from udfs.money import LIMIT
from udfs.plausibility import plausible
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    Cents,
    Count,
    Day,
    Days,
    Rate,
    Reason,
)

#: Up to so many months a compound amount may lie on a tie: (a/b)^n has b^n below it, 2 ≤ b.
_TIES: Final = 64
_PRECISE: Final = Context(prec=80)


class Interest(NamedTuple):
    """Interest in cents, and what it was made of."""

    interest: Cents
    reason: Reason


class InterestOfDays(NamedTuple):
    """Interest in cents, the days counted, and what it was made of."""

    interest: Cents
    days: Days
    reason: Reason


def variants_of(interest: Ints, principal: ArrayLike, days: ArrayLike, plain: Codes | str) -> Codes:
    """Name the sentence of each reason: none without an answer, else why nothing, else `plain`."""
    cents, counted = np.broadcast_arrays(ints(principal), ints(days))
    named = np.where(cents <= 0, "no_principal", np.where(counted <= 0, "not_late", plain))
    found = named.astype(object)
    found[np.broadcast_to((interest == MISSING) | (interest == CONTRADICTION), found.shape)] = None
    return found


@function("AR_INTEREST_DAILY", case="INTEREST_DAILY", category="interest")
def interest_daily(
    principal: Cents | ArrayLike,
    daily_rate: Rate | ArrayLike,
    days: Days | ArrayLike,
    cap_ratio: Annotated[Rate, OPTIONAL] | ArrayLike = np.nan,
) -> Interest:
    """Give simple interest at a rate per day, capped by the contract.

    Parameters
    ----------
    principal : array_like of int64
        Cents.
    daily_rate : array_like of float64
        Per day as a fraction: 日万分之五 is 0.0005.
    days : array_like of int64
        Days late.
    cap_ratio : array_like of float64, optional
        Most interest as a share of the principal; NaN is no cap.

    Returns
    -------
    Interest
        min(principal × rate × days, principal × cap), rounded once; 0 where the principal or the
        days are not above 0; #NUM! for a negative rate or cap, or an implausible rate
        (``rules/plausibility``).

    Notes
    -----
    domain.md 4.1.

    Examples
    --------
    >>> interest_daily(10_000_000, [0.0005, 0.001], [30, 400], [np.nan, 0.3]).interest.tolist()
    [150000, 3000000]
    """
    daily_rate = plausible("daily_rate", daily_rate)
    whole = accrued(principal, daily_rate, days)
    cap = np.asarray(cap_ratio, dtype=np.float64)
    top = share(np.maximum(ints(principal), 0), np.where(np.isnan(cap), 0.0, cap))
    answered = (whole != MISSING) & (whole != CONTRADICTION)
    # Interest that no cell could hold exactly is above any cap that one can.
    rate = np.asarray(daily_rate, dtype=np.float64)
    huge = (whole == CONTRADICTION) & (rate >= 0) & np.isfinite(rate)
    capped = (huge | (answered & (whole > top))) & ~np.isnan(cap) & (top >= 0)
    found = np.where(capped, top, whole)
    wrong = answered & (cap < 0)
    found = np.where(wrong, np.int64(CONTRADICTION), found)
    reason = reasons.because(
        "AR_INTEREST_DAILY",
        variants_of(found, principal, days, np.where(capped, "capped", "plain").astype(object)),
        principal=reasons.money(principal),
        rate=reasons.percent(daily_rate),
        days=reasons.number(days),
        cap=reasons.percent(cap),
        uncapped=reasons.money(whole),
        interest=reasons.money(found),
    )
    return Interest(found, reason)


@function("AR_INTEREST_ANNUAL", case="INTEREST_ANNUAL", category="interest")
def interest_annual(
    principal: Cents | ArrayLike,
    annual_rate: Rate | ArrayLike,
    start: Day | ArrayLike,
    end_date: Day | ArrayLike,
    basis: DayCount = "act/365",
) -> InterestOfDays:
    """Give simple interest at a rate per year by one of the day counts.

    Parameters
    ----------
    principal : array_like of int64
        Cents.
    annual_rate : array_like of float64
        Per year as a fraction.
    start, end_date : array_like of int64
        Serials: the due date and the payment (or as-of) date.
    basis : {"act/365", "act/360", "30/360", "act/act"}
        As in :func:`udfs.daycount.year_parts`.

    Returns
    -------
    InterestOfDays
        principal × rate × year fraction; the fraction is exact and not rounded before.

    Notes
    -----
    domain.md 4.1.

    Examples
    --------
    >>> interest_annual(10_000_000, 0.12, 45747, 45838, "act/360").interest.tolist()
    303333
    """
    annual_rate = plausible("annual_rate", annual_rate)
    days, parts, of = year_parts(start, end_date, basis)
    found = accrued(principal, annual_rate, parts, of)
    reason = reasons.because(
        "AR_INTEREST_ANNUAL",
        variants_of(found, principal, days, "of_years" if basis == "act/act" else "plain"),
        principal=reasons.money(principal),
        rate=reasons.percent(annual_rate),
        days=reasons.number(days),
        year=reasons.number(of),
        fraction=reasons.number(np.where(missing(parts), np.nan, parts / of)),
        basis=reasons.words("day_count", basis),
        interest=reasons.money(found),
    )
    return InterestOfDays(found, days, reason)


@function("AR_INTEREST_COMPOUND", case="INTEREST_COMPOUND", category="interest")
def interest_compound(
    principal: Cents | ArrayLike, annual_rate: Rate | ArrayLike, months: Count | ArrayLike
) -> Interest:
    """Give interest compounded every month: only where the contract says so.

    Parameters
    ----------
    principal : array_like of int64
        Cents.
    annual_rate : array_like of float64
        Per year as a fraction; a twelfth of it each month.
    months : array_like of int64
        Whole months.

    Returns
    -------
    Interest
        principal × ((1 + rate/12)^months − 1), rounded once; 0 where the principal or the months
        are not above 0; #NUM! for a negative or implausible rate or beyond 2**53 cents.

    Notes
    -----
    domain.md 4.1; courts expect simple interest unless the contract compounds.

    Examples
    --------
    >>> interest_compound(10_000_000, 0.12, 6).interest.tolist()
    615202
    """
    cents, rate, count = np.broadcast_arrays(
        ints(principal), plausible("annual_rate", annual_rate), ints(months)
    )
    absent = missing(cents, count) | np.isnan(rate)
    wrong = ~absent & ((rate < 0) | np.isinf(rate))
    bears = ~absent & ~wrong & (cents > 0) & (count > 0)
    # e^600 is far beyond any cell and far from an overflow, whatever it is multiplied by.
    growth = np.minimum(np.where(bears, count, 0) * np.log1p(np.where(bears, rate, 0.0) / 12), 600)
    size = np.where(bears, cents, 0) * np.expm1(growth)
    wrong |= size > LIMIT
    size = np.where(wrong, 0.0, size)
    found = np.floor(size + 0.5).astype(np.int64)
    # Binary powers err by less than 1e-13 of the amount: what lies so near a tie is done exactly.
    near = np.abs(size - np.floor(size) - 0.5) <= 1e-13 * size + 1e-9
    for place in np.flatnonzero(near & (size > 0)).tolist():
        given = cents.flat[place], rate.flat[place], count.flat[place]
        found.flat[place] = _compounded(int(given[0]), float(given[1]), int(given[2]))
    found = where(absent, np.where(wrong | (found > LIMIT), np.int64(CONTRADICTION), found))
    reason = reasons.because(
        "AR_INTEREST_COMPOUND",
        variants_of(found, cents, count, "plain"),
        principal=reasons.money(cents),
        rate=reasons.percent(rate),
        months=reasons.number(count),
        simple=reasons.money(accrued(cents, rate, count, 12)),
        interest=reasons.money(found),
    )
    return Interest(found, reason)


def _compounded(cents: int, rate: float, months: int) -> int:
    """Compound exactly, or with 80 digits where no tie can be."""
    if months <= _TIES:
        grown = cents * ((1 + Fraction(typed(rate)) / 12) ** months - 1)
        return int(grown + Fraction(1, 2))
    monthly = _PRECISE.add(Decimal(1), _PRECISE.divide(typed(rate), Decimal(12)))
    grown_by = _PRECISE.subtract(_PRECISE.power(monthly, Decimal(months)), Decimal(1))
    return int(_PRECISE.add(_PRECISE.multiply(Decimal(cents), grown_by), Decimal("0.5")))
