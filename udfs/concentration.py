"""How much of the receivables hangs on a few customers.

Only positive balances count: a credit balance is no exposure and must not make shares larger than
they are. Balances may be in any unit of money. Group customers by their ultimate parent first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs.arrays import Floats, ints
from udfs.registry import function
from udfs.values import MISSING, CellError, CellFaultError, Count, Number, NumberList, Rate

#: Points of the index where one customer owes everything: 0.38 is 3,800 points.
_POINTS = 10_000


def _shares(balances: ArrayLike) -> Floats:
    """Give the share of each positive balance; #N/A where there is none."""
    given = np.asarray(balances, dtype=np.float64)
    owed = given[given > 0]
    if not owed.size:
        raise CellFaultError(CellError.NA)
    # Against the largest first: a sum of very large amounts would be no number.
    relative = owed / owed.max()
    found: Floats = relative / relative.sum()
    return found


class Concentration(NamedTuple):
    """The index as a fraction and in points."""

    hhi: Rate
    points: Number


@function("AR_HHI", case="HHI", category="kpi")
def hhi(balances: NumberList) -> Concentration:
    """Herfindahl-Hirschman index of receivables: ``Σ (o / Σ o)²``.

    Parameters
    ----------
    balances : array_like of float64, shape (n,)
        Open balance of each customer; only what is above 0 counts.

    Returns
    -------
    Concentration
        ``hhi`` from near 0 to 1 (one customer owes everything) and ``points``, 10,000 times that.

    Raises
    ------
    CellFaultError
        No balance is above 0 (#N/A).

    Examples
    --------
    >>> round(float(hhi(np.array([500.0, 300.0, 200.0])).hhi[0]), 6)
    0.38
    """
    index = np.array([float(np.square(_shares(balances)).sum())])
    return Concentration(index, index * _POINTS)


@function("AR_TOP_SHARE", case="TOPN_SHARE", category="kpi")
def top_share(balances: NumberList, n: Count | ArrayLike) -> Rate:
    """Share of the n largest balances in all: ``Σ largest n / Σ all``.

    Parameters
    ----------
    balances : array_like of float64, shape (m,)
        Open balance of each customer; only what is above 0 counts.
    n : array_like of int64, shape (k,)
        Number of customers; all of them where there are fewer.

    Returns
    -------
    ndarray of float64, shape (k,)
        Fraction up to 1; infinite where ``n`` is less than 1.

    Raises
    ------
    CellFaultError
        No balance is above 0 (#N/A).

    Examples
    --------
    >>> top_share(np.array([200.0, 500.0, 300.0]), [1, 2, 10]).round(6).tolist()
    [0.5, 0.8, 1.0]
    """
    shares = np.sort(_shares(balances))[::-1]
    # Divided by their own total, so that all of them are 1 and not nearly 1.
    running = np.cumsum(shares)
    running /= running[-1]
    count = ints(n)
    found = running[np.clip(count, 1, running.size) - 1]
    return np.where(count == MISSING, np.nan, np.where(count < 1, np.inf, found))
