"""Half-up rounding of decimals away from zero, as a sheet's ROUND does and an accountant expects.

``round`` of Python, of numpy and of VBA go to the even neighbour, and ``floor(x·100 + 0.5)`` turns
1.005 into 1.00, because the nearest double of 1.005 is a little less. Here a double counts as the
shortest decimal that denotes it: 1.005 is a tie and goes up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from udfs.arrays import Floats


def half_up(values: ArrayLike, digits: int = 2) -> Floats:
    """Round to so many decimals, ties away from zero, never −0.

    Parameters
    ----------
    values : array_like of float64
        Any shape; nan stays nan, infinities stay.
    digits : int
        Decimals to keep, 0 or more.

    Returns
    -------
    ndarray of float64
        Sign(x) · floor(|x| + ½ unit), in decimals.

    Notes
    -----
    With f = floor(|x|·10^d), the tie between f and f + 1 is (f + ½)/10^d. The division of two
    exact doubles gives the double nearest to that decimal, so |x| at or above it means "at least
    the tie as typed". This is exact as long as |x|·10^d stays below 2**52.

    Examples
    --------
    >>> half_up([1.005, -0.125, 2.675, -0.004]).tolist()
    [1.01, -0.13, 2.68, 0.0]
    """
    given = np.asarray(values, dtype=np.float64)
    scale = 10.0**digits
    size = np.abs(given)
    with np.errstate(invalid="ignore", over="ignore"):
        below = np.floor(size * scale)
        rounded = np.where((below + 0.5) / scale <= size, below + 1, below) / scale
    # Where a double has no half left there is nothing to round; adding 0.0 turns −0 into 0.
    kept = np.where(np.isfinite(rounded) & (below < 2.0**52), rounded, size)
    result: Floats = np.copysign(kept, given)
    return np.where(result == 0, 0.0, result)


def half_up_units(values: ArrayLike, digits: int = 2) -> Floats:
    """Round to whole minor units (cents), as float64 whole numbers: 1.005 gives 101.

    Examples
    --------
    >>> half_up_units([1.005, -0.125]).tolist()
    [101.0, -13.0]
    """
    result: Floats = np.rint(half_up(values, digits) * 10.0**digits)
    return np.where(result == 0, 0.0, result)
