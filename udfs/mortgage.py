"""The price of a home in a down payment and a loan that banks grant in round amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from udfs.arrays import ints
from udfs.decimals import narrowed, scaled, times
from udfs.registry import function
from udfs.values import CONTRADICTION, Cents, Rate, Unit

if TYPE_CHECKING:
    from udfs.decimals import Whole


class MortgageSplit(NamedTuple):
    """Loan and down payment in cents, and the down payment as a share of the price."""

    loan: Cents
    down: Cents
    down_pct: Rate


@function("AR_MORTGAGE_SPLIT", case="MORTGAGE_SPLIT", category="plan")
def mortgage_split(price: Cents, min_down: Rate, unit: Unit = 1_000_000) -> MortgageSplit:
    """Split a price: the loan rounded down to whole units, the rest is the down payment.

    Parameters
    ----------
    price : ndarray of int64, shape (n,)
        Cents, not negative.
    min_down : ndarray of float64
        Least share of the down payment, 0..1.
    unit : int
        Cents that a loan is a multiple of: 1,000,000 for whole 万元.

    Returns
    -------
    MortgageSplit
        ``loan = ⌊price × (1 − min_down) ÷ unit⌋ × unit``, exact on the typed share; ``down = price
        − loan``; ``down_pct = down ÷ price``, NaN for a price of 0. CONTRADICTION for a negative
        price or a share outside 0..1.

    Examples
    --------
    >>> import numpy as np
    >>> split = mortgage_split(np.array([105830000]), np.array([0.3]))
    >>> split.loan.tolist(), split.down.tolist()
    ([74000000], [31830000])
    """
    cents, least = np.broadcast_arrays(ints(price), np.asarray(min_down, dtype=np.float64))
    wrong = (cents < 0) | ~((least >= 0) & (least <= 1))
    shares, scale = scaled(np.where(wrong, 0.0, least))
    lendable = times(np.where(wrong, 0, cents), _number(scale) - shares)
    loan = narrowed(times(lendable // _number(scale * unit), unit))
    down = np.where(wrong, 0, cents) - loan
    pct = np.divide(down, cents, out=np.full(cents.shape, np.nan), where=cents > 0)
    return MortgageSplit(
        np.where(wrong, CONTRADICTION, loan),
        np.where(wrong, CONTRADICTION, down),
        np.where(wrong, np.inf, pct),
    )


def _number(whole: int) -> Whole:
    """Give an integer as an array; shares such as one third bring numbers beyond int64."""
    return np.array(whole, dtype=np.int64 if whole < 2**63 else object)
