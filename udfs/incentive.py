"""What the collector earns: bonus in marginal tiers, commission by age of the money, deduction.

Tiers are marginal: the higher rate applies to what exceeds the target only, so the bonus has no
jump at the border. Rates are the decimals that were typed; amounts are rounded once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs import reasons
from udfs.arrays import Codes, check_total, ints, missing, sums, where
from udfs.decimals import half_up, narrowed, plus, scaled, share, times
from udfs.registry import function
from udfs.schemes import scheme_rows
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    Days,
    NumberList,
    OneNumber,
    Rate,
    Reason,
    scheme,
)

if TYPE_CHECKING:
    from udfs.arrays import Bools, Floats, Ints


class Bonus(NamedTuple):
    """Bonus in cents, the amounts in the two tiers, and why."""

    bonus: Cents
    base_tier: Cents
    over_tier: Cents
    reason: Reason


@function("AR_BONUS", case="BONUS", category="kpi", field="bonus")
def bonus(
    target: Cents | ArrayLike,
    collected: Cents | ArrayLike,
    base_rate: Rate | ArrayLike,
    over_rate: Rate | ArrayLike,
    floor: Rate | ArrayLike = 0.0,
) -> Bonus:
    """Bonus on money collected, in marginal tiers.

    ``min(collected, target) × base rate + max(collected − target, 0) × over rate``; nothing below
    ``floor × target``, while exactly the floor is paid.

    Parameters
    ----------
    target, collected : array_like of int64, shape (n,)
        Cents. No target (0) has no answer.
    base_rate, over_rate : array_like of float64, shape (n,)
        Rates up to the target and beyond it, as fractions.
    floor : array_like of float64
        Share of the target below which nothing is paid; by default none.

    Returns
    -------
    Bonus
        Money given back (a negative amount) earns nothing. CONTRADICTION where the target, a rate
        or the floor is negative.

    Examples
    --------
    >>> bonus([100_000_000], [120_000_000], 0.01, 0.015).bonus.tolist()
    [1300000]
    """
    aim, cash, base, over, least = np.broadcast_arrays(
        ints(target),
        ints(collected),
        *(np.asarray(rate, np.float64) for rate in (base_rate, over_rate, floor)),
    )
    absent = missing(aim, cash) | np.isnan([base, over, least]).any(axis=0) | (aim == 0)
    wrong = ~absent & ((aim < 0) | _no_rate(base) | _no_rate(over) | _no_rate(least))
    sound = ~absent & ~wrong
    aim, cash = np.where(sound, aim, 1), np.where(sound, cash, 0)
    base, over, least = (np.where(sound, rate, 0.0) for rate in (base, over, least))
    paid = sound & _reaches(cash, least, aim) & (cash > 0)
    below = np.where(paid, np.minimum(cash, aim), 0)
    above = np.where(paid, np.maximum(cash - aim, 0), 0)
    (lower, upper), scale = scaled(np.stack([base, over]))
    earned = narrowed(half_up(plus(times(below, lower), times(above, upper)), scale))
    found, lower_tier, upper_tier = (
        where(absent, np.where(wrong, np.int64(CONTRADICTION), part))
        for part in (earned, below, above)
    )
    why = reasons.because(
        "AR_BONUS",
        _variants(sound, paid, cash, above),
        base=reasons.money(below),
        base_rate=reasons.percent(base),
        over=reasons.money(above),
        over_rate=reasons.percent(over),
        bonus=reasons.money(found),
        collected=reasons.money(cash),
        target=reasons.money(aim),
        floor=reasons.percent(least),
    )
    return Bonus(found, lower_tier, upper_tier, why)


def _no_rate(rate: Floats) -> Bools:
    """Tell what contradicts a rate: below 0, or infinite."""
    return np.asarray((rate < 0) | np.isinf(rate))


def _variants(sound: Bools, paid: Bools, cash: Ints, above: Ints) -> Codes:
    """Name the sentence of each bonus: nothing collected, below the floor, within, beyond."""
    names: Codes = np.array([None, "nothing", "floor", "base", "over"], dtype=object)
    picked: Codes = names[np.select([~sound, cash <= 0, ~paid, above == 0], range(4), 4)]
    return picked


def _reaches(amount: Ints, rate: Floats, base: Ints) -> Bools:
    """Tell where amount ≥ rate × base, exact on the typed rate."""
    whole, scale = scaled(rate)
    return np.asarray(times(amount, scale) >= times(base, whole), dtype=bool)


class CollectedItems(NamedTuple):
    """Money collected: cents, and the days that it was outstanding or late."""

    amount: Cents
    days: Days


class AgeCoefficients(NamedTuple):
    """Coefficient of each age band: its last day (blank: open), and the factor."""

    to_days: Annotated[Days, OPTIONAL]
    coefficient: Rate


class AgedCommission(NamedTuple):
    """Commission in cents, and the coefficient that each item got."""

    commission: Cents
    coefficients: NumberList


@function("AR_AGED_COMMISSION", case="AGED_COMMISSION", category="kpi", field="commission")
def aged_commission(
    items: CollectedItems,
    rate: OneNumber,
    coefs: Annotated[AgeCoefficients, scheme("aged_commission")] | None = None,
) -> AgedCommission:
    """Commission on collected money that shrinks with its age: ``Σ amount × rate × coefficient``.

    Parameters
    ----------
    items : CollectedItems
        n receipts; days at which each was collected.
    rate : float
        Commission rate as a fraction.
    coefs : AgeCoefficients, optional
        Bands in any order, each with its last day; by default the standard of
        ``rules/aged_commission``. In a cell also the name of a scheme.

    Returns
    -------
    AgedCommission
        Rounded once. Nothing collected earns 0.

    Raises
    ------
    CellFaultError
        #NUM!: a negative rate or coefficient, or a band given twice. #N/A: an item older than the
        last band.

    Examples
    --------
    >>> items = CollectedItems(np.array([10_000_000, 5_000_000]), np.array([30, 31]))
    >>> found = aged_commission(items, 0.02)
    >>> int(found.commission), found.coefficients.tolist()
    (280000, [1.0, 0.8])
    """
    bands = coefs or scheme_rows(AgeCoefficients, "aged_commission")
    # An open end is later than any number of days.
    ends = np.where(bands.to_days == MISSING, np.int64(2**62), bands.to_days)
    if rate < 0 or (bands.coefficient < 0).any() or np.unique(ends).size < ends.size:
        raise CellFaultError(CellError.NUM)
    order = np.argsort(ends, kind="stable")
    ends, factors = ends[order], bands.coefficient[order]
    band = np.searchsorted(ends, items.days, side="left")
    if (band == ends.size).any():
        raise CellFaultError(CellError.NA)
    check_total(items.amount)
    totals = sums(band, items.amount, ends.size)
    whole, scale = scaled(factors)
    (one,), per = scaled([rate])
    earned = sum((total * int(one) for total in times(totals, whole).tolist()), 0)
    found = narrowed(half_up(np.array([earned], dtype=object), scale * per))
    return AgedCommission(found[0], factors[band])


@function("AR_BONUS_DEDUCTION", case="PENALTY", category="kpi")
def bonus_deduction(
    target: Cents | ArrayLike,
    collected: Cents | ArrayLike,
    rate: Rate | ArrayLike,
    cap: Cents | ArrayLike,
) -> Cents:
    """Bonus reduction for a missed target: ``min(max(target − collected, 0) × rate, cap)``.

    Parameters
    ----------
    target, collected : array_like of int64, shape (n,)
        Cents. No target (0) has no answer.
    rate : array_like of float64, shape (n,)
        Fraction of the shortfall.
    cap : array_like of int64, shape (n,)
        Most that is taken off, in cents.

    Returns
    -------
    ndarray of int64, shape (n,)
        Cents, not below 0: an amount by which a bonus is reduced, not one taken from wages.
        CONTRADICTION where the target, the rate or the cap is negative.

    Examples
    --------
    >>> bonus_deduction([100_000_000] * 2, [70_000_000, 90_000_000], 0.005, 100_000).tolist()
    [100000, 50000]
    """
    aim, cash, most, shares = np.broadcast_arrays(
        ints(target), ints(collected), ints(cap), np.asarray(rate, np.float64)
    )
    absent = missing(aim, cash, most) | np.isnan(shares) | (aim == 0)
    wrong = ~absent & ((aim < 0) | (shares < 0) | (most < 0))
    sound = ~absent & ~wrong
    short = np.where(sound, np.maximum(np.where(sound, aim, 0) - np.where(sound, cash, 0), 0), 0)
    taken = share(short, np.where(sound, shares, 0.0))
    # Beyond what a cell holds the cap is less all the same.
    capped = np.where(taken == CONTRADICTION, most, np.minimum(taken, most))
    return where(absent, np.where(wrong, np.int64(CONTRADICTION), capped))
