"""Money between what a cell holds (float64) and what is computed with (int64 minor units).

A float is taken as the decimal that a person typed, that is, the shortest one that reads back as
the same float: ``Decimal(repr(x))``. So 1.005 is a tie and becomes 1.01, as the sheet's ROUND has
it, although its binary value lies below. Ties go away from zero.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from udfs.values import CONTRADICTION, MISSING

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Largest number of minor units that is computed with: a float64 holds it as a whole number.
LIMIT: Final = 2**53
#: Largest number of minor units that a cell shows: from 2**46 yuan on, neighbouring cents share a
#: float64, so that an amount read from a cell would not be the one that was meant.
CELL_LIMIT: Final = 100 * 2**46
#: Up to so many digits a decimal and its float64 stand for each other one to one.
_EXACT_DIGITS: Final = 15


def to_minor(
    values: NDArray[np.float64], digits: int = 2, *, exact: bool = False
) -> NDArray[np.int64]:
    """Round amounts half-up, away from zero, to minor units of a currency.

    Parameters
    ----------
    values : ndarray of float64
        Amounts in major units; NaN is missing.
    digits : int, optional
        Decimals of the currency: CNY 2, JPY 0, KWD 3.
    exact : bool, optional
        Whether an amount between two minor units is a contradiction instead of being rounded.
        The noise that binary sums leave (0.1 + 0.2) is no such fraction.

    Returns
    -------
    ndarray of int64
        Minor units; MISSING for NaN; CONTRADICTION beyond :data:`CELL_LIMIT` or not exact.

    Examples
    --------
    >>> to_minor(np.array([1.005, 2.675, -0.125, -0.004])).tolist()
    [101, 268, -13, 0]
    >>> to_minor(np.array([100.005]), exact=True).tolist() == [CONTRADICTION]
    True
    """
    scale = 10**digits
    known = np.isfinite(values)
    size = np.where(known, np.abs(values), 0.0)
    inside = known & (size <= CELL_LIMIT / scale)
    size = np.where(inside, size, 0.0)
    minor = np.rint(size * scale)
    # The product is rounded, so it may have crossed a tie. The tie itself, (2n ± 1) / 2 scale, is
    # one correctly rounded division of whole numbers: the very float that the typed tie is.
    minor += size >= (2.0 * minor + 1.0) / (2 * scale)
    minor -= size < (2.0 * minor - 1.0) / (2 * scale)
    # Sixteen and more digits: several decimals share a float, so only the shortest one decides.
    for place in np.flatnonzero(size * scale * 10 >= 10.0**_EXACT_DIGITS):
        typed = Decimal(repr(float(size.flat[place]))) * scale
        minor.flat[place] = float(typed.quantize(Decimal(1), ROUND_HALF_UP))
    fits = inside & (minor <= CELL_LIMIT)
    if exact:
        fits &= np.abs(size - minor / scale) <= 4 * np.spacing(size)
    signed: NDArray[np.int64] = np.copysign(minor, values, where=known, out=minor).astype(np.int64)
    signed = np.where(fits | np.isnan(values), signed, CONTRADICTION)
    return np.where(np.isnan(values), MISSING, signed)


def from_minor(minor: NDArray[np.int64], digits: int = 2) -> NDArray[np.float64]:
    """Give minor units as the nearest float64 in major units; MISSING gives NaN.

    Examples
    --------
    >>> from_minor(np.array([101, MISSING])).tolist()
    [1.01, nan]
    """
    major = minor / np.float64(10**digits)
    return np.where(minor == MISSING, np.nan, np.where(minor == CONTRADICTION, np.inf, major))


def minor_of_text(text: str, digits: int = 2) -> int | None:
    """Give a decimal typed as text in whole minor units; None where it is no such decimal.

    Examples
    --------
    >>> minor_of_text("0.01"), minor_of_text("10000"), minor_of_text("0.001")
    (1, 1000000, None)
    """
    try:
        minor = Decimal(text.strip()).scaleb(digits)
    except ArithmeticError:
        return None
    if not minor.is_finite() or minor != minor.to_integral_value():
        return None
    return int(minor)
