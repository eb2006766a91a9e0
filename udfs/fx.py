"""Exchange differences of receivables: realised when money comes in, unrealised at a closing rate.

An amount is in the currency of the invoice, rates are units of the own currency for one of it. Both
count as the decimals that were typed; the product is rounded to cents once, half-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs import reasons
from udfs.decimals import half_up, narrowed, scaled, times
from udfs.registry import function
from udfs.values import CONTRADICTION, MISSING, OPTIONAL, Cents, Number, Reason

if TYPE_CHECKING:
    from udfs.arrays import Codes, Floats, Ints


class Difference(NamedTuple):
    """A gain (+) or loss (−) in cents of the own currency."""

    difference: Cents
    reason: Reason


def difference(amount: ArrayLike, before: ArrayLike, after: ArrayLike) -> Ints:
    """Give ``amount·(after − before)`` in cents, exact on the typed decimals.

    Parameters
    ----------
    amount : array_like of float64, shape (n,)
        In the foreign currency, of either sign.
    before, after : array_like of float64
        Rates, above 0.

    Returns
    -------
    ndarray of int64
        Cents, + where a receivable gains; MISSING where an argument is NaN, CONTRADICTION where a
        rate is not above 0, or beyond 2**53.

    Examples
    --------
    >>> difference([0.5, -0.5], 7.25, 7.26).tolist()  # half a cent goes away from zero
    [1, -1]
    """
    money, old, new = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in (amount, before, after))
    )
    absent = np.isnan(money) | np.isnan(old) | np.isnan(new)
    wrong = ~absent & ~((old > 0) & (new > 0) & np.isfinite(money + old + new))
    safe = np.where(absent | wrong, 0.0, np.stack((money, old, new)))
    units, unit = scaled(safe[0])
    rates, scale = scaled(safe[1:])
    cents = times(times(units, 100), rates[1] - rates[0])
    found = np.where(wrong, np.int64(CONTRADICTION), narrowed(half_up(cents, unit * scale)))
    return np.where(absent, np.int64(MISSING), found)


def _because(
    name: str, variants: Codes, found: Ints, money: Floats, old: Floats, new: Floats
) -> Difference:
    known = (found != MISSING) & (found != CONTRADICTION)
    why = reasons.because(
        name,
        np.where(known, variants, np.array(None, dtype=object)),
        amount=reasons.number(money),
        before=reasons.number(old),
        after=reasons.number(new),
        difference=reasons.money(found),
    )
    return Difference(found, why)


@function("AR_FX_SETTLE", case="FX_SETTLE", category="cash_application")
def fx_settle(
    paid: Number | ArrayLike,
    booked_rate: Number | ArrayLike,
    paid_rate: Number | ArrayLike,
    revalued_rate: Annotated[Number, OPTIONAL] | ArrayLike = np.nan,
) -> Difference:
    """Give the realised exchange difference of a payment.

    Parameters
    ----------
    paid : array_like of float64, shape (n,)
        Amount paid, in the foreign currency.
    booked_rate, paid_rate : array_like of float64
        Rate at which the invoice was booked, and of the day of payment.
    revalued_rate : array_like of float64
        Rate of the last revaluation where there was one: the item stands in the books at it, and
        the difference up to it was booked already.

    Returns
    -------
    Difference
        ``paid·(paid_rate − carrying rate)``, the carrying rate being the revalued one, else the
        booked one.

    Examples
    --------
    >>> fx_settle(10000, 7.25, 7.18).difference.tolist()
    -70000
    >>> fx_settle(10000, 7.25, 7.18, 7.20).difference.tolist()  # −500.00 was booked at year end
    -20000
    """
    booked, last = np.broadcast_arrays(
        np.asarray(booked_rate, dtype=np.float64), np.asarray(revalued_rate, dtype=np.float64)
    )
    revalued = ~np.isnan(last)
    carried = np.where(revalued, last, booked)
    money, new = np.asarray(paid, dtype=np.float64), np.asarray(paid_rate, dtype=np.float64)
    variants = np.where(revalued, "revalued", "booked").astype(object)
    return _because("AR_FX_SETTLE", variants, difference(money, carried, new), money, carried, new)


@function("AR_FX_REVALUE", case="FX_REVALUE", category="cash_application")
def fx_revalue(
    open_amount: Number | ArrayLike,
    carrying_rate: Number | ArrayLike,
    closing_rate: Number | ArrayLike,
) -> Difference:
    """Give the unrealised exchange difference of what is open at a closing rate.

    Parameters
    ----------
    open_amount : array_like of float64, shape (n,)
        Amount open, in the foreign currency; a credit note is negative.
    carrying_rate, closing_rate : array_like of float64
        Rate in the books (of the last revaluation, else of the booking), and at the closing date.

    Returns
    -------
    Difference
        ``open_amount·(closing_rate − carrying_rate)``.

    Examples
    --------
    >>> fx_revalue(6000, 7.25, 7.2).difference.tolist()
    -30000
    """
    money, old, new = (
        np.asarray(each, dtype=np.float64) for each in (open_amount, carrying_rate, closing_rate)
    )
    variants = np.full((), "revalued", dtype=object)
    return _because("AR_FX_REVALUE", variants, difference(money, old, new), money, old, new)
