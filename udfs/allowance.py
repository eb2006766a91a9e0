"""Allowance for expected credit losses: the provision matrix and what it is built from.

``ECL = Σ max(balance of a band, 0) × rate of the band``. A rate is the decimal that was typed and
is never rounded on the way; each band is rounded to a cent once and the total is the sum of what
is shown, so the table adds up. A band with a credit balance bears no allowance: it belongs to
contract liabilities (合同负债) and never lowers the allowance of the others.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs.arrays import check_total, ints, missing, where
from udfs.decimals import share
from udfs.kpi import ratio
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    Number,
    NumberList,
    Rate,
    scheme,
)

if TYPE_CHECKING:
    from udfs.arrays import Floats, Ints

#: Digits that hold any sum of typed shares exactly: a double has at most 1,074 decimals.
_DIGITS: Final = 1_100


class Allowance(NamedTuple):
    """Allowance per band and in all, and the credit balances to reclassify, in cents."""

    by_bucket: CentsList
    total: Cents
    contract_liabilities: CentsList


def allowance_by_band(balances: ArrayLike, rates: ArrayLike) -> Ints:
    """Give the allowance of each band in cents, half-up.

    Parameters
    ----------
    balances : array_like of int64, shape (n,)
        Cents; MISSING allowed.
    rates : array_like of float64, shape (n,)
        Loss rates as fractions; NaN is missing.

    Returns
    -------
    ndarray of int64, shape (n,)
        0 for a balance that is not above 0, whatever its rate; MISSING where a value is missing,
        CONTRADICTION for a rate below 0 or above 1 (five per cent typed as 5).

    Examples
    --------
    >>> allowance_by_band([10000, -20000, 50], [0.05, 0.2, 0.29]).tolist()
    [500, 0, 15]
    """
    cents, shares = ints(balances), np.asarray(rates, np.float64)
    sound = (shares >= 0) & (shares <= 1)
    owed = share(np.where(cents == MISSING, 0, np.maximum(cents, 0)), np.where(sound, shares, 0.0))
    absent = missing(cents) | ((cents > 0) & np.isnan(shares))
    wrong = ~sound & ~np.isnan(shares)
    return where(absent, np.where(wrong, np.int64(CONTRADICTION), owed))


def total_of(parts: ArrayLike) -> Ints:
    """Add cents up; CONTRADICTION where one is, else MISSING where one is.

    Examples
    --------
    >>> total_of([100, 250]).tolist(), total_of([]).tolist()
    (350, 0)
    """
    cents = ints(parts)
    for mark in (CONTRADICTION, MISSING):
        if (cents == mark).any():
            return ints(mark)
    check_total(cents)
    return ints(cents.sum())


@function("AR_ALLOWANCE_MATRIX", case="PROVISION_MATRIX", category="allowance", field="total")
def allowance_matrix(
    balances: Annotated[CentsList, OPTIONAL],
    rates: Annotated[NumberList, OPTIONAL, scheme("allowance_rates")],
) -> Allowance:
    """Provision matrix: ``Σ max(balance, 0) × rate``.

    Parameters
    ----------
    balances : ndarray of int64, shape (n,)
        Balance of each age band in cents.
    rates : ndarray of float64, shape (n,)
        Loss rate of each band as a fraction, unrounded; in a cell also the name of a scheme of
        ``rules/allowance_rates``.

    Returns
    -------
    Allowance
        No bands, no allowance: nothing per band and a total of 0.

    Raises
    ------
    CellFaultError
        Not as many rates as bands (#VALUE!), or no rates at all (#N/A).

    References
    ----------
    IFRS 9 5.5.15 and B5.5.35 (simplified approach, provision matrix).

    Examples
    --------
    >>> found = allowance_matrix(np.array([100_000, -20_000, 50_000]), np.array([0.05, 0.2, 0.5]))
    >>> found.by_bucket.tolist(), int(found.total), found.contract_liabilities.tolist()
    ([5000, 0, 25000], 30000, [0, 20000, 0])
    """
    cents = ints(balances)
    parts = _by_band(cents, rates)
    absent = missing(cents)
    credit = where(absent, -np.minimum(np.where(absent, 0, cents), 0))
    return Allowance(parts, total_of(parts), credit)


def _by_band(cents: Ints, rates: Floats) -> Ints:
    if not cents.size:
        return cents
    if not rates.size:
        raise CellFaultError(CellError.NA)
    if rates.size != cents.size:
        raise CellFaultError(CellError.VALUE)
    return allowance_by_band(cents, rates)


class Comparison(NamedTuple):
    """Allowance by computed rates beside that by the user's own percentages, in cents."""

    difference: Cents
    total: Cents
    own_total: Cents
    by_bucket: CentsList
    own_by_bucket: CentsList
    difference_by_bucket: CentsList


@function("AR_ALLOWANCE_COMPARISON", category="allowance", field="difference")
def allowance_comparison(
    balances: CentsList,
    rates: Annotated[NumberList, scheme("allowance_rates")],
    own_rates: Annotated[NumberList, scheme("allowance_rates")],
) -> Comparison:
    """Compare the allowance by computed loss rates with that by an older percentage table.

    Parameters
    ----------
    balances : ndarray of int64, shape (n,)
        Balance of each age band in cents.
    rates, own_rates : ndarray of float64, shape (n,)
        Computed rates, and the percentages used so far.

    Returns
    -------
    Comparison
        Differences are computed less own: above 0 the old table provided too little.

    Raises
    ------
    CellFaultError
        Not as many rates as bands (#VALUE!).

    Examples
    --------
    >>> found = allowance_comparison(np.array([100_000]), np.array([0.067]), np.array([0.05]))
    >>> int(found.total), int(found.own_total), int(found.difference)
    (6700, 5000, 1700)
    """
    cents = ints(balances)
    computed, own = _by_band(cents, rates), _by_band(cents, own_rates)
    total, own_total = total_of(computed), total_of(own)
    return Comparison(
        difference=_less(total, own_total),
        total=total,
        own_total=own_total,
        by_bucket=computed,
        own_by_bucket=own,
        difference_by_bucket=_less(computed, own),
    )


def _less(amount: Ints, other: Ints) -> Ints:
    wrong = (amount == CONTRADICTION) | (other == CONTRADICTION)
    absent = missing(amount, other)
    plain = np.where(absent | wrong, 0, amount) - np.where(absent | wrong, 0, other)
    return np.where(wrong, np.int64(CONTRADICTION), where(absent, plain))


@function("AR_FLOW_LOSS_RATES", case="FLOW_LOSS_RATES", category="allowance")
def flow_loss_rates(remaining: NumberList) -> NumberList:
    """Loss rates of a cohort: ``finally unpaid / still unpaid on entering the band``.

    Parameters
    ----------
    remaining : ndarray of float64, shape (n,)
        What was still unpaid on entering each band, youngest first; the last one stayed unpaid.

    Returns
    -------
    ndarray of float64, shape (n,)
        Fractions, unrounded: with 8.7 % instead of 8.695652… % the allowance of the published
        example is 27,570 and not 27,567. nan for a band that nothing entered, infinite (#NUM!)
        where less entered a band than was left at the end, or a value is negative.

    Examples
    --------
    >>> flow_loss_rates(np.array([100000.0, 50000, 8000, 2000])).tolist()
    [0.02, 0.04, 0.25, 1.0]
    """
    entered = np.asarray(remaining, np.float64)
    left = entered[-1:]
    rates = ratio(left, entered)
    return np.where((entered < left) | (entered < 0), np.inf, rates)


class Scenarios(NamedTuple):
    """Scenarios of the economy: probability, and the factor on the loss rates."""

    probability: Rate
    factor: Number


@function("AR_FORWARD_FACTOR", case="FORWARD_FACTOR", category="allowance")
def forward_factor(scenarios: Scenarios) -> Number:
    """Forward-looking factor: ``Σ probability × factor``.

    Parameters
    ----------
    scenarios : Scenarios
        n scenarios; the probabilities, as typed, add up to exactly 1.

    Returns
    -------
    ndarray of float64, shape ()

    Raises
    ------
    CellFaultError
        No scenario (#N/A); probabilities that do not add up to 1, or a negative number (#NUM!).

    References
    ----------
    IFRS 9 5.5.17: an unbiased and probability-weighted amount.

    Examples
    --------
    >>> float(forward_factor(Scenarios(np.array([0.6, 0.3, 0.1]), np.array([1.0, 1.3, 0.8]))))
    1.07
    """
    weights, factors = scenarios.probability, scenarios.factor
    if not weights.size:
        raise CellFaultError(CellError.NA)
    # The sum of doubles tells at once what is far from 1; only what is near is added as typed.
    if (weights < 0).any() or (factors < 0).any() or (weights > 1).any():
        raise CellFaultError(CellError.NUM)
    if not 0.999 < float(weights.sum()) < 1.001:
        raise CellFaultError(CellError.NUM)
    with localcontext() as context:
        context.prec = _DIGITS
        typed = [Decimal(repr(weight)) for weight in weights.tolist()]
        if sum(typed) != 1:
            raise CellFaultError(CellError.NUM)
        context.prec = 60  # enough for a double, however large one factor is beside another
        pairs = zip(typed, factors.tolist(), strict=True)
        return np.asarray(float(sum(weight * Decimal(repr(factor)) for weight, factor in pairs)))


@function("AR_ALLOWANCE_ROLLFORWARD", case="PROVISION_ROLL", category="allowance")
def allowance_rollforward(
    opening: Cents | ArrayLike,
    charge: Cents | ArrayLike,
    reversal: Cents | ArrayLike,
    write_off: Cents | ArrayLike,
    recovery: Cents | ArrayLike,
) -> Cents:
    """Roll the allowance forward: ``opening + charge − reversal − write-off + recovery``.

    Parameters
    ----------
    opening, charge, reversal, write_off, recovery : array_like of int64, shape (n,)
        Cents; the movements without a sign. ``recovery`` is cash from what had been written off.

    Returns
    -------
    ndarray of int64, shape (n,)
        Cents; CONTRADICTION where a movement is negative: a reversal typed as −10 would add 10.

    Examples
    --------
    >>> allowance_rollforward([10000], [4000], [1000], [2500], [500]).tolist()
    [11000]
    """
    parts = [ints(part) for part in (opening, charge, reversal, write_off, recovery)]
    absent = missing(*parts)
    start, more, less, gone, back = (np.where(absent, 0, part) for part in parts)
    wrong = (more < 0) | (less < 0) | (gone < 0) | (back < 0)
    closing = start + more - less - gone + back
    return where(absent, np.where(wrong, np.int64(CONTRADICTION), closing))
