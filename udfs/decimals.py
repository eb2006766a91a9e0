"""Exact arithmetic on what was typed: amounts in cents times rates, shares, whole numbers above.

A float64 cell stands for the decimal that a person typed (see :mod:`udfs.money`): 0.7 is seven
tenths, so 21 / 0.7 is 30 and not a little more. Rates become whole numbers over one power of ten;
products run on int64 where nothing can wrap, else on Python's own integers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from udfs.arrays import Ints, ints, missing
from udfs.money import LIMIT
from udfs.values import CONTRADICTION, MISSING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

#: int64, or Python integers in an object array where int64 could wrap.
Whole: TypeAlias = NDArray[Any]

_WRAPS: Final = 2**63
#: Up to fifteen digits a decimal and its float64 stand for each other one to one.
_ONE_TO_ONE: Final = 1e15
#: Decimals tried on whole arrays; a rate with more goes one by one.
_PLACES: Final = 10
#: So many numbers are tried before all: one of them mostly has as many decimals as any.
_SAMPLE: Final = 64


def scaled(values: ArrayLike) -> tuple[Whole, int]:
    """Give typed decimals as whole numbers over one power of ten, exactly.

    Parameters
    ----------
    values : array_like of float64
        Finite numbers.

    Returns
    -------
    whole : ndarray of int64, or of object
        Numerators, of the shape of the values.
    scale : int
        The power of ten below them.

    Examples
    --------
    >>> scaled([0.7, 0.25])
    (array([70, 25]), 100)
    """
    typed = np.asarray(values, dtype=np.float64)
    first = typed.ravel()[:_SAMPLE]
    for places in range(_PLACES):
        if _stepped(first, places) is not None:
            whole = _stepped(typed, places)
            if whole is not None:
                return whole, 10**places
    digits, powers = [], []
    for text in map(repr, typed.ravel().tolist()):  # the decimal as it was typed: -12.5, 1.5e-07
        mantissa, _, exponent = text.partition("e")
        before, _, after = mantissa.partition(".")
        after = "" if after == "0" else after
        digits.append(int(before + after))
        powers.append(int(exponent or 0) - len(after))
    depth = max(0, -min(powers))
    scales = {power: 10 ** (power + depth) for power in set(powers)}
    numbers = [digit * scales[power] for digit, power in zip(digits, powers, strict=True)]
    fits = max(map(abs, numbers)) < _WRAPS
    found: Whole = np.array(numbers, dtype=np.int64 if fits else object)
    return found.reshape(typed.shape), 10**depth


def _stepped(typed: NDArray[np.float64], places: int) -> Whole | None:
    """Give numbers of at most so many decimals as whole numbers; None where one has more."""
    with np.errstate(over="ignore"):  # what overflows is read digit by digit
        whole = np.rint(typed * 10**places)
    if (np.abs(whole) < _ONE_TO_ONE).all() and (whole / 10**places == typed).all():
        return np.asarray(whole.astype(np.int64))
    return None


def times(first: Whole | int, second: Whole | int) -> Whole:
    """Multiply whole numbers; on Python's integers where int64 could wrap."""
    left, right = _whole(first), _whole(second)
    if _fixed(left, right) and _size(left) * _size(right) < _WRAPS:
        return np.asarray(left * right)
    return np.asarray(left.astype(object) * right.astype(object), dtype=object)


def _whole(values: Whole | int) -> Whole:
    array = np.asarray(values)
    if array.dtype == object or abs(_size(array)) < _WRAPS:
        return array
    return array.astype(object)


def _fixed(*arrays: Whole) -> bool:
    return all(array.dtype != object for array in arrays)


def _size(array: Whole) -> int:
    return max(int(array.max()), -int(array.min())) if array.size else 0


def above(numerator: Whole, denominator: Whole | int) -> Whole:
    """Give the least whole number not below a quotient; the denominator is positive."""
    return np.asarray(-(-numerator // denominator))


def half_up(numerator: Whole, denominator: Whole | int) -> Whole:
    """Round a quotient half-up, away from zero, to a whole number; the denominator is positive."""
    below = _whole(denominator)
    doubled, under = times(np.abs(numerator), 2), times(below, 2)
    if not _fixed(doubled, under) or _size(doubled) + _size(below) >= _WRAPS:
        doubled, below, under = (array.astype(object) for array in (doubled, below, under))
    size = (doubled + below) // under
    return np.asarray(np.where(np.asarray(numerator < 0, dtype=bool), -size, size))


def narrowed(values: Whole) -> Ints:
    """Give whole numbers as int64; CONTRADICTION where no cell could hold one exactly (2**53)."""
    fits = np.asarray(np.abs(values) <= LIMIT, dtype=bool)
    return np.where(fits, np.where(fits, values, 0).astype(np.int64), np.int64(CONTRADICTION))


def share(amount: ArrayLike, rate: ArrayLike) -> Ints:
    """Give amount times rate in whole cents, half-up away from zero, exact on the typed rate.

    Parameters
    ----------
    amount : array_like of int64
        Cents, of either sign; MISSING allowed.
    rate : array_like of float64
        Rates as fractions; NaN is missing.

    Returns
    -------
    ndarray of int64
        Cents, broadcast; MISSING where an argument is, CONTRADICTION beyond 2**53 or where the
        rate is infinite.

    Examples
    --------
    >>> share([50, 1050], 0.29).tolist()  # 14.5 and 304.5 cents are ties; 0.29 lies below in binary
    [15, 305]
    """
    cents, rates = np.broadcast_arrays(ints(amount), np.asarray(rate, dtype=np.float64))
    absent, finite = missing(cents) | np.isnan(rates), np.isfinite(rates)
    whole, scale = scaled(np.where(finite, rates, 0.0))
    found = narrowed(half_up(times(np.where(absent, 0, cents), whole), scale))
    found = np.where(finite, found, np.int64(CONTRADICTION))
    return np.where(absent, np.int64(MISSING), found)


def plus(first: Whole, second: Whole) -> Whole:
    """Add whole numbers; on Python's integers where int64 could wrap.

    Examples
    --------
    >>> plus(np.array([2**62]), np.array([2**62])).tolist()
    [9223372036854775808]
    """
    if object not in {first.dtype, second.dtype}:
        most = sum(int(np.abs(part).max(initial=0)) for part in (first, second))
        if most < 2**63:
            return np.asarray(first + second)
    return np.asarray(first.astype(object) + second.astype(object), dtype=object)
