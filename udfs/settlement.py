"""How an item is settled: within a tolerance, with a discount for early payment, and its cost.

Money is int64 cents; rates are decimals as typed, so that no tie or limit is crossed in binary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.arrays import codes, ints, missing, where
from udfs.decimals import half_up, narrowed, scaled, times
from udfs.reading import LAST_DAY
from udfs.registry import function
from udfs.values import CONTRADICTION, MISSING, Cents, Day, Days, Flag, Rate, Reason, label

if TYPE_CHECKING:
    from udfs.arrays import Bools, Ints

#: Codes of ``rules/settlement_status``.
_STATUS: Final = ("settled", "within_tolerance", "part", "unpaid", "overpaid")
#: Sentences of a discount: too late, of a part, of the whole; and with more paid than was owed.
_DISCOUNTS: Final = ("late", "part", "full", "late_over", "part", "full_over")


class Settlement(NamedTuple):
    """How an item stands after a receipt: ``open + receipt over = receipt + write-off`` adds up."""

    status: Annotated[NDArray[np.object_], label("settlement_status")]
    writeoff: Cents
    open_balance: Cents
    on_account: Cents
    reason: Reason


@function("AR_SETTLE_TOLERANCE", case="SETTLE_TOLERANCE", category="cash_application")
def settle_tolerance(
    open_balance: Cents | ArrayLike,
    receipt: Cents | ArrayLike,
    tolerance: Cents | ArrayLike = 0,
    tolerance_rate: Rate | ArrayLike = 0.0,
) -> Settlement:
    """Settle an item with a receipt; a small difference is written off.

    Parameters
    ----------
    open_balance, receipt : array_like of int64, shape (n,)
        Cents, of one sign: a refund settles a credit note as a receipt settles an invoice.
    tolerance : array_like of int64
        Cents of difference allowed; 0 sets no limit on this side.
    tolerance_rate : array_like of float64
        Share of what is open; 0 sets no limit on this side. With neither there is no tolerance.

    Returns
    -------
    Settlement
        ``|receipt − open| ≤ min(tolerance, rate·open)`` clears the item, and ``writeoff`` is
        ``open − receipt``; else the rest stays open, or on account. Always
        ``open_balance before = receipt + writeoff + open_balance − on_account``. MISSING where an
        argument is; CONTRADICTION where the signs differ or a limit is negative.

    Examples
    --------
    >>> found = settle_tolerance([1000000] * 2, [998500, 1050000], 2000)
    >>> found.status.tolist(), found.writeoff.tolist(), found.on_account.tolist()
    (['within_tolerance', 'overpaid'], [1500, 0], [0, 50000])
    """
    due, paid, limit = np.broadcast_arrays(*map(ints, (open_balance, receipt, tolerance)))
    due, paid, limit, rate = np.broadcast_arrays(
        due, paid, limit, np.asarray(tolerance_rate, float)
    )
    absent = missing(due, paid, limit) | np.isnan(rate)
    wrong = (np.sign(due) * np.sign(paid) < 0) | (limit < 0) | (rate < 0) | np.isinf(rate)
    bad = absent | wrong
    due, paid, limit = (np.where(bad, 0, each) for each in (due, paid, limit))
    rate = np.where(bad, 0.0, rate)
    short = due - paid
    within = _within(np.abs(short), np.abs(due), limit, rate)
    excess = np.abs(paid) > np.abs(due)
    state = np.select([short == 0, within, excess, paid == 0], [0, 1, 4, 3], 2)
    writeoff = np.where(state == 1, short, 0)
    rest = np.where((state == 2) | (state == 3), short, 0)
    extra = np.where(state == 4, -short, 0)
    names = np.where(bad, MISSING, state)
    limits = _limits(np.abs(due), limit, rate)
    why = reasons.because(
        "AR_SETTLE_TOLERANCE",
        codes(_STATUS, names),
        open=reasons.money(due),
        receipt=reasons.money(paid),
        short=reasons.money(short),
        over=reasons.money(-short),
        limits=limits,
        beyond=_beyond(limits, (limit > 0) | (rate > 0)),
    )
    off, left, over = (
        where(absent, np.where(wrong, CONTRADICTION, cents)) for cents in (writeoff, rest, extra)
    )
    status = np.where(wrong & ~absent, CONTRADICTION, codes(_STATUS, names)).astype(object)
    return Settlement(status, off, left, over, why)


def _within(short: Ints, due: Ints, limit: Ints, rate: NDArray[np.float64]) -> Bools:
    """Whether a difference keeps both limits, exactly; nothing open has no tolerance."""
    whole, scale = scaled(rate)
    by_rate = np.asarray(times(short, scale) <= times(due, whole), dtype=bool) | (rate == 0)
    by_amount = (short <= limit) | (limit == 0)
    found: Bools = by_rate & by_amount & ((limit > 0) | (rate > 0)) & (due > 0)
    return found


def _limits(due: Ints, limit: Ints, rate: NDArray[np.float64]) -> reasons.Part:
    """Write the tolerance that holds: 20.00, 0.1%×10,000.00＝10.00, or the smaller of both."""
    whole, scale = scaled(rate)
    by_rate = narrowed(times(due, whole) // scale)  # a difference is whole cents
    amount, joint = limit > 0, (limit > 0) & (rate > 0)
    least = np.where(joint & (by_rate != CONTRADICTION), np.minimum(limit, by_rate), limit)
    name = np.where(joint, "least", np.where(amount | (rate == 0), "amount", "share"))
    return reasons.because(
        "AR_SETTLE_TOLERANCE",
        name.astype(object),
        limit=reasons.money(limit),
        rate=reasons.percent(rate),
        due=reasons.money(due),
        by_rate=reasons.money(by_rate),
        least=reasons.money(least),
    )


def _beyond(limits: reasons.Part, tolerant: Bools) -> reasons.Part:
    """Say which tolerance a difference is beyond; nothing where there is none."""
    variant = codes(("beyond",), np.where(tolerant, 0, MISSING))
    told = reasons.because("AR_SETTLE_TOLERANCE", variant, limits=limits)
    return lambda lang: np.where(tolerant, told(lang), "")


class Discount(NamedTuple):
    """What an early payment clears: ``invoice + on account = paid + discount + open``."""

    in_window: Flag
    discount: Cents
    open_balance: Cents
    on_account: Cents
    last_day: Day
    reason: Reason


@function("AR_EARLY_DISCOUNT", case="EARLY_DISCOUNT", category="cash_application", field="discount")
def early_discount(
    invoice: Cents | ArrayLike,
    invoice_date: Day | ArrayLike,
    paid_date: Day | ArrayLike,
    paid: Cents | ArrayLike,
    rate: Rate | ArrayLike,
    discount_days: Days | ArrayLike,
    tax: Cents | ArrayLike = 0,
) -> Discount:
    """Give the discount of a payment that came in time; a part payment takes its part of it.

    Parameters
    ----------
    invoice, paid : array_like of int64, shape (n,)
        Cents, not negative.
    invoice_date, paid_date : array_like of int64
        Serials. The window ends ``discount_days`` after the invoice date, that day included.
    rate : array_like of float64
        Discount as a fraction, 0 ≤ rate < 1.
    discount_days : array_like of int64
        Days, not negative.
    tax : array_like of int64
        Cents of tax in the invoice that the discount does not touch; by default none: the discount
        is on the whole.

    Returns
    -------
    Discount
        With ``d = rate·(invoice − tax)/invoice`` a payment p clears ``p/(1 − d)``: the discount is
        ``p·d/(1 − d)``, at most ``invoice·d``, rounded half-up once. MISSING where an argument is,
        CONTRADICTION where one is out of its range.

    Examples
    --------
    >>> found = early_discount([10000000] * 2, 45809, [45819, 45820], 9800000, 0.02, 10)
    >>> found.discount.tolist(), found.open_balance.tolist()
    ([200000, 0], [0, 200000])
    """
    given = map(ints, (invoice, invoice_date, paid_date, paid, discount_days, tax))
    *whole, share = np.broadcast_arrays(*given, np.asarray(rate, dtype=np.float64))
    total, start, when, money, days, vat = whole
    absent = missing(*whole) | np.isnan(share)
    wrong = np.logical_or.reduce([total < 0, money < 0, days < 0, vat < 0, vat > total])
    wrong |= ~((share >= 0) & (share < 1)) | (days > LAST_DAY - np.maximum(start, 0))
    bad = absent | wrong
    total, start, when, money, days, vat = (np.where(bad, 0, each) for each in whole)
    share = np.where(bad, 0.0, share)
    last = start + days
    early = ~bad & (when <= last)
    discount = np.zeros_like(total)
    discount[early] = _taken(total[early], vat[early], money[early], share[early])
    cleared = money + discount
    rest, extra = np.maximum(total - cleared, 0), np.maximum(cleared - total, 0)
    why = reasons.because(
        "AR_EARLY_DISCOUNT",
        codes(
            _DISCOUNTS, np.where(bad, MISSING, 2 * early - (early & (rest > 0)) + 3 * (extra > 0))
        ),
        last=reasons.date(last),
        paid_date=reasons.date(when),
        paid=reasons.money(money),
        rate=reasons.percent(share),
        discount=reasons.money(discount),
        open=reasons.money(rest),
        over=reasons.money(extra),
    )
    off, left, over, last = (
        where(absent, np.where(wrong, CONTRADICTION, each))
        for each in (discount, rest, extra, last)
    )
    return Discount(early, off, left, over, last, why)


def _taken(total: Ints, vat: Ints, money: Ints, share: NDArray[np.float64]) -> Ints:
    """Give the discount that a payment in time takes; exact, on Python's integers where needed."""
    rate, scale = scaled(share)
    off = times(total - vat, rate)  # the whole discount, times the scale
    full = narrowed(half_up(off, scale))
    # A part p of what is to be paid takes its part of the discount: p·off/(total·scale − off).
    part = money < total - full
    net = np.asarray(times(total[part], scale) - off[part])
    found = full.copy()
    found[part] = narrowed(np.minimum(half_up(times(money[part], off[part]), net), full[part]))
    return found


class DiscountCost(NamedTuple):
    """What it costs a year to pay late and forgo a discount: simple, and with compounding."""

    simple: Rate
    effective: Rate


@function("AR_DISCOUNT_COST", case="DISCOUNT_COST", category="cash_application")
def discount_cost(
    rate: Rate | ArrayLike,
    discount_days: Days | ArrayLike,
    net_days: Days | ArrayLike,
    year_days: Days | ArrayLike = 365,
) -> DiscountCost:
    """Give the yearly cost of not taking an early-payment discount.

    Parameters
    ----------
    rate : array_like of float64, shape (n,)
        Discount as a fraction, 0 ≤ rate < 1.
    discount_days, net_days : array_like of int64
        Last day of the discount and of the term, counted from the invoice date.
    year_days : array_like of int64
        Days of a year: 365 or 360.

    Returns
    -------
    DiscountCost
        With ``c = rate/(1 − rate)`` and ``k = year_days/(net_days − discount_days)``: ``c·k`` and
        ``(1 + c)^k − 1``. NaN where an argument is missing; infinity where the term does not end
        after the discount or an argument is out of its range.

    Examples
    --------
    >>> found = discount_cost(0.02, 10, 30)
    >>> round(float(found.simple), 6), round(float(found.effective), 6)
    (0.372449, 0.445853)
    """
    share = np.asarray(rate, dtype=np.float64)
    first, last, year = map(ints, (discount_days, net_days, year_days))
    share, first, last, year = np.broadcast_arrays(share, first, last, year)
    absent = missing(first, last, year) | np.isnan(share)
    sound = (share >= 0) & (share < 1) & (first >= 0) & (last > first) & (year > 0) & ~absent
    safe = np.where(sound, share, 0.0)
    periods = np.where(sound, year, 1) / np.where(sound, last - first, 1)
    charge = safe / (1 - safe)
    with np.errstate(over="ignore"):  # beyond float64 the answer is infinite, and so #NUM!
        effective = np.expm1(periods * np.log1p(charge))
        simple = charge * periods
    nothing = np.where(absent, np.nan, np.inf)
    return DiscountCost(np.where(sound, simple, nothing), np.where(sound, effective, nothing))
