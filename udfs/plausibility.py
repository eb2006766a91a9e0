"""Rates that are too high to be meant: 5 typed for 5 %, which is five hundred times a year.

The limits are rows of ``rules/plausibility``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from udfs.rules import rule

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from udfs.arrays import Bools, Floats


def implausible(code: str, rates: ArrayLike) -> Bools:
    """Say which rates are too high to be meant.

    Parameters
    ----------
    code : str
        Kind of rate, a code of ``rules/plausibility``: ``annual_rate``, ``daily_rate``, ``vat``.
    rates : array_like of float64
        Fractions; NaN is missing, and so not too high.

    Returns
    -------
    ndarray of bool
        ``rate > max``, or where the row excludes its own limit ``rate >= max``.

    Examples
    --------
    >>> implausible("annual_rate", [0.05, 1.0, 5.0]).tolist(), implausible("vat", 1.0).tolist()
    ([False, False, True], True)
    """
    row = rule("plausibility", code)
    typed, most = np.asarray(rates, dtype=np.float64), row.number("max")
    found: Bools = (typed > most) | (row.flag("excluded") & (typed == most))
    return found


def plausible(code: str, rates: ArrayLike) -> Floats:
    """Give rates as they are, and infinity, which shows as #NUM!, for those too high to be meant.

    Examples
    --------
    >>> plausible("daily_rate", [0.0005, 0.01, 0.05]).tolist()
    [0.0005, 0.01, inf]
    """
    return np.where(implausible(code, rates), np.inf, np.asarray(rates, dtype=np.float64))
