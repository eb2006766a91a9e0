"""The collection effectiveness index (CEI): what was collected of what could be.

Ratios take any unit of money, the same in all arguments of a call. Where nothing was collectable
there is no answer (NaN), never 0 % or 100 %.
"""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.arrays import Floats, codes, ints, where
from udfs.kpi import ratio, told
from udfs.registry import function
from udfs.values import MISSING, Count, Number, Rate, Reason, label

#: Sums of a few doubles cannot tell a difference below this share of their size from 0.
_NOISE: Final = 4 * float(np.finfo(np.float64).eps)


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
        told(found, "shares", "nothing_due", ~absent),
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
