"""Days sales outstanding in its several forms, and what is measured with it.

Each form is another number, so each has a name of its own and tells its formula beside the answer
(the field ``reason``). Ratios take any unit of money, the same in all arguments of a call; where an
amount comes out, amounts are int64 cents. Days are whole days.

No sales, or net credit notes instead of sales, means that there is no answer (NaN), never 0 days.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs import reasons
from udfs.arrays import Floats, codes, ints, running_totals, where
from udfs.kpi import all_given, ratio, told
from udfs.registry import function
from udfs.values import (
    MISSING,
    CellError,
    CellFaultError,
    Cents,
    Days,
    Number,
    Reason,
)

if TYPE_CHECKING:
    from udfs.reasons import Because


class DaysOutstanding(NamedTuple):
    """Days, and the arithmetic in one line."""

    days: Number
    reason: Reason


def days_of(amount: ArrayLike, sales: ArrayLike, days: ArrayLike) -> Floats:
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
    found = days_of(ar, sales, days)
    return DaysOutstanding(found, _division("AR_DSO", ar, sales, days, found))


def _division(
    name: str, amount: ArrayLike, sales: ArrayLike, days: ArrayLike, found: Floats
) -> Because:
    return reasons.because(
        name,
        told(found, "division", "no_sales", all_given(amount, sales, days)),
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
    found = days_of(current_ar, sales, days)
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
    found = days_of(overdue, sales, days)
    why = reasons.because(
        "AR_AVG_DAYS_DELINQUENT",
        told(found, "difference", "no_sales", all_given(ar, current_ar, sales, days)),
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
