"""Ratios of collection: a rate without a base has no answer, and is never 0 % or 100 %."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs.arrays import codes
from udfs.registry import function
from udfs.values import MISSING, Number, Rate

if TYPE_CHECKING:
    from udfs.arrays import Bools, Codes, Floats


@function("AR_RATIO", case="RATE", category="kpi")
def ratio(part: Number | ArrayLike, base: Number | ArrayLike) -> Rate:
    """Divide a part by the base of the rate.

    Parameters
    ----------
    part, base : array_like of float64
        Same unit, broadcast. Cents may be given as they are (exact up to 2**53).

    Returns
    -------
    ndarray of float64
        ``part / base`` as a fraction, not capped: prepayment gives more than 1. nan where the
        base is 0 or a value is missing, infinite where it is too large for a double; never −0.0.

    Examples
    --------
    >>> ratio([4200, 1050, 0], [5000, 1000, 0]).tolist()
    [0.84, 1.05, nan]
    """
    above, below = np.asarray(part, np.float64), np.asarray(base, np.float64)
    usable = np.where(below == 0, np.nan, below)
    with np.errstate(over="ignore"):
        # Nothing received of a credit balance is 0 %, not −0 %: adding 0.0 takes the sign off.
        result: Floats = above / usable + 0.0
    return result


def told(values: ArrayLike, name: str, without: str, given: ArrayLike = True) -> Codes:  # noqa: FBT002 - an array of flags
    """Name the sentence of each answer, and that which says why a question has none.

    Parameters
    ----------
    values : array_like of float64
        Answers: NaN where there is none, infinite where the arguments contradict.
    name, without : str
        Sentence of an answer, and of a question without one.
    given : array_like of bool
        Whether the arguments were given at all; without them there is nothing to say.

    Examples
    --------
    >>> told([1.0, np.nan, np.inf, np.nan], "ratio", "no_base", [True, True, True, False]).tolist()
    ['ratio', 'no_base', None, None]
    """
    found = np.asarray(values, np.float64)
    place = np.select([np.isfinite(found), np.isnan(found) & np.asarray(given)], [0, 1], MISSING)
    return codes((name, without), place)


def all_given(*amounts: ArrayLike) -> Bools:
    """Say where no amount is missing: no NaN, and no MISSING among whole numbers."""
    absent: Bools = np.zeros(1, dtype=bool)
    for amount in amounts:
        array = np.asarray(amount)
        absent = absent | (np.isnan(array) if array.dtype.kind == "f" else array == MISSING)
    return ~absent


class PaceGap(NamedTuple):
    """Share achieved, share of time elapsed, and the difference: negative is behind."""

    actual: Rate
    expected: Rate
    gap: Rate


@function("AR_PACE_GAP", case="PROGRESS_GAP", category="kpi", field="gap")
def pace_gap(
    plan: Number | ArrayLike,
    actual: Number | ArrayLike,
    elapsed: Number | ArrayLike,
    total: Number | ArrayLike,
) -> PaceGap:
    """Compare what is achieved with the time that has passed (序时进度).

    Parameters
    ----------
    plan, actual : array_like of float64
        Amounts of the period in the same unit.
    elapsed, total : array_like of float64
        Days elapsed and days of the period, working days as a rule.

    Returns
    -------
    PaceGap
        ``actual/plan``, ``elapsed/total`` and ``actual/plan − elapsed/total``; nan where the plan
        or the total is 0.

    Examples
    --------
    >>> [float(x) for x in pace_gap(400, 150, 11, 22)]
    [0.375, 0.5, -0.125]
    """
    done, passed = ratio(actual, plan), ratio(elapsed, total)
    # No plan means no answer at all, not a pace without a plan.
    passed = np.where(np.isnan(done), np.nan, passed)
    return PaceGap(done, passed, done - passed)
