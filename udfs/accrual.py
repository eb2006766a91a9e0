"""Interest on a principal: principal × rate × days ÷ year, rounded once, exact as typed.

One place for the arithmetic that every kind of interest shares. Nothing is rounded on the way: a
rate counts as the decimal that was typed (see :mod:`udfs.decimals`) and the quotient is rounded
half-up, away from zero, to a cent. A principal or a number of days that is not above zero bears
nothing: a credit note has no negative interest.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from udfs.arrays import Bools, Floats, Ints, ints, missing, where
from udfs.decimals import Whole, half_up, narrowed, scaled, times
from udfs.money import LIMIT
from udfs.values import CONTRADICTION

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

#: Largest power of ten that a float64 holds exactly.
_EXACT_POWER: Final = 10**22


def accrued(
    principal: ArrayLike, rate: ArrayLike, days: ArrayLike, per: ArrayLike | int = 1
) -> Ints:
    """Give principal × rate × days ÷ per in whole cents.

    Parameters
    ----------
    principal : array_like of int64
        Cents.
    rate : array_like of float64
        Rates as fractions, not negative; NaN is missing.
    days : array_like of int64, or of object with Python ints
        Days, or days weighted by a rate in whole numbers.
    per : array_like of int, optional
        What a rate is for: 1 for a daily rate, 365 or 360 for an annual one.

    Returns
    -------
    ndarray of int64
        Cents, broadcast: 0 where the principal or the days are not above 0; MISSING where an
        argument is; CONTRADICTION for a negative rate, a year without days, or beyond 2**53.

    Examples
    --------
    >>> accrued(10_000_000, [0.0005, 0.12], [30, 91], [1, 365]).tolist()
    [150000, 299178]
    >>> accrued([-5, 100], 0.29, 50).tolist()  # 14.50 yuan exactly
    [0, 1450]
    """
    cents, rates, counted, year = np.broadcast_arrays(
        ints(principal), np.asarray(rate, dtype=np.float64), np.asarray(days), np.asarray(per)
    )
    absent = missing(cents, counted, year) | np.isnan(rates)
    wrong = ~absent & (_is(rates < 0) | np.isinf(rates) | _is(year <= 0))
    bears = ~absent & ~wrong & (cents > 0) & _is(counted > 0)
    whole, scale = scaled(np.where(bears, rates, 0.0))
    sized = times(np.where(bears, cents, 0), whole)
    product = times(sized, np.where(bears, counted, 0))
    found = narrowed(half_up(product, times(np.where(bears, year, 1), scale)))
    return where(absent, np.where(wrong, np.int64(CONTRADICTION), found))


def _is(mask: ArrayLike) -> Bools:
    """Bring the comparison of an object array to bool."""
    return np.asarray(mask, dtype=bool)


@lru_cache(maxsize=4096)
def typed(number: float) -> Decimal:
    """Give the decimal that a person typed for a float64.

    Examples
    --------
    >>> typed(0.1) + typed(0.2)
    Decimal('0.3')
    """
    return Decimal(repr(float(number)))


def typed_sum(first: ArrayLike, second: ArrayLike) -> Floats:
    """Add rates as typed: 0.0425 and 0.08 are 0.1225 and not a little more.

    Examples
    --------
    >>> typed_sum([0.1, 0.7], 0.2).tolist()
    [0.3, 0.9]
    """
    return _as_typed(first, second, np.add)


def typed_product(first: ArrayLike, second: ArrayLike) -> Floats:
    """Multiply rates as typed: 1.1 times 1.1 is 1.21.

    Examples
    --------
    >>> typed_product(1.1, [1.1, 3]).tolist()
    [1.21, 3.3]
    """
    return _as_typed(first, second, np.multiply)


def _as_typed(first: ArrayLike, second: ArrayLike, operation: np.ufunc) -> Floats:
    """Add or multiply decimals exactly; NaN and infinity go through plain float64."""
    one, two = np.broadcast_arrays(
        np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    )
    with np.errstate(all="ignore"):  # only NaN, infinity and what is beyond 1e308 stay of this
        plain = operation(one, two)
    finite = np.isfinite(plain)
    (left, below), (right, under) = (scaled(np.where(finite, part, 0.0)) for part in (one, two))
    if operation is np.multiply:
        exact = _quotient(times(left, right), below * under)
    else:
        scale = max(below, under)
        same = times(left, scale // below), times(right, scale // under)
        exact = _quotient(np.add(*(_unbounded(part) for part in same)), scale)
    return np.where(finite, exact, plain)


def _quotient(numerator: Whole, denominator: int) -> Floats:
    """Divide whole numbers, rounded once; Python divides its own integers so as well."""
    whole = _unbounded(np.asarray(numerator))
    if denominator > _EXACT_POWER:
        whole = whole.astype(object)
    return np.asarray(whole / denominator, dtype=np.float64)


def _unbounded(whole: Whole) -> Whole:
    """Give whole numbers that float64 holds exactly as they are, others as Python integers."""
    small = whole.dtype != object and bool((np.abs(whole) <= LIMIT).all())
    return whole if small else whole.astype(object)


def exceeds(value: ArrayLike, factor: ArrayLike, base: ArrayLike) -> Ints:
    """Tell where a value is more than a factor times a base, as typed: strictly.

    Returns
    -------
    ndarray of int64
        1 or 0; MISSING where a value or a base is NaN.

    Examples
    --------
    >>> exceeds([0.0585, 0.0586], 1.3, 0.045).tolist()  # 1.3 × 0.045 is 0.0585 exactly
    [0, 1]
    """
    mark = typed_product(base, factor)
    given, marks = np.broadcast_arrays(np.asarray(value, dtype=np.float64), mark)
    return where(np.isnan(given) | np.isnan(marks), np.where(given > marks, 1, 0))
