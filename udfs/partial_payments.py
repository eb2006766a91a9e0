"""Interest of one debt on its declining balance, payment by payment.

Interest runs on the principal that is left, from the day after the due date; unpaid interest bears
none, and it does not vanish when the principal is paid. What a payment meets first is a choice:
interest (the legal default, Civil Code art. 561) or principal.

The sums are whole numbers of 10**-40 cents: every step of a story of ordinary length is exact, and
only what is shown is rounded.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from udfs import reasons
from udfs.accrual import typed
from udfs.arrays import Ints, ints
from udfs.balances import Receipts
from udfs.plausibility import plausible
from udfs.registry import function
from udfs.values import (
    CellError,
    CellFaultError,
    Cents,
    Count,
    Day,
    OneCents,
    OneDay,
    OneNumber,
    Reason,
    choice,
)

PaymentOrder: TypeAlias = Annotated[
    Literal["principal_first", "interest_first"], choice("payment_order")
]

#: Parts of a cent in which sums are kept.
_PARTS: Final = 10**40
#: Largest number of cents that a cell holds exactly.
_LIMIT: Final = 2**53


class PaymentRows(NamedTuple):
    """Payments in order of date: what bore interest until each, and what each paid.

    ``interest`` is that of the days since the payment before; ``to_principal`` the part that
    lowered the principal; ``over`` what nothing was owed for. The rest of a payment met interest.
    """

    payment_date: Day
    days: Count
    interest: Cents
    to_principal: Cents
    principal_left: Cents
    over: Cents


class PartialPayments(NamedTuple):
    """The account of one debt: what is owed, what was met, the rows, and why."""

    interest_unpaid: Cents
    principal_left: Cents
    interest_paid: Cents
    interest_accrued: Cents
    rows: PaymentRows
    reason: Reason


class _Account:
    """One debt as it goes from payment to payment; amounts in parts of a cent."""

    def __init__(self, cents: int, daily_rate: float, *, principal_first: bool) -> None:
        self.principal = cents * _PARTS
        self.unpaid = self.paid = 0
        self._rate, self._per = typed(daily_rate).as_integer_ratio()
        self._principal_first = principal_first

    def run(self, days: int) -> int:
        """Let days pass; give the interest that they bore."""
        bore = self.principal * self._rate * days // self._per
        self.unpaid += bore
        return bore

    def pay(self, amount: int) -> int:
        """Take a payment; give what nothing was owed for."""
        for of_principal in (self._principal_first, not self._principal_first):
            met = min(amount, self.principal if of_principal else self.unpaid)
            amount -= met
            if of_principal:
                self.principal -= met
            else:
                self.unpaid -= met
                self.paid += met
        return amount


def _cents(parts: int) -> int:
    """Round parts of a cent that are not negative half-up to cents."""
    return (2 * parts + _PARTS) // (2 * _PARTS)


@function("AR_INTEREST_WITH_PAYMENTS", case="INTEREST_PARTIAL", category="interest")
def interest_with_payments(
    principal: OneCents,
    due: OneDay,
    payments: Receipts,
    daily_rate: OneNumber,
    order: PaymentOrder = "principal_first",
    as_of: OneDay | None = None,
) -> PartialPayments:
    """Follow one debt through its payments; interest on the principal that is left.

    Parameters
    ----------
    principal : int
        Cents, not negative.
    due : int
        Serial; interest begins the day after.
    payments : Receipts
        Dates and amounts in any order, shape (n,); those after the as-of date are not seen, those
        before the due date stop no interest that had not begun.
    daily_rate : float
        Per day as a fraction, not negative: 0.0005.
    order : {"principal_first", "interest_first"}
        What a payment meets first; the rest meets the other.
    as_of : int, optional
        Serial, the day included; by default the day of the last payment.

    Returns
    -------
    PartialPayments
        Σ principal left × rate × days, each amount rounded once as it is shown.

    Raises
    ------
    CellFaultError
        #NUM! for a negative principal, rate or payment, an implausible rate, or beyond 2**53
        cents; #N/A without payments and as-of date, as nothing says how long interest runs.

    Notes
    -----
    domain.md 4.3; Civil Code art. 561.

    Examples
    --------
    >>> paid = Receipts(ints([45718, 45748]), ints([8_000_000, 12_000_000]))
    >>> found = interest_with_payments(20_000_000, 45688, paid, 0.0005)
    >>> int(found.interest_unpaid), int(found.principal_left), found.rows.interest.tolist()
    (480000, 0, [300000, 180000])
    """
    _check(principal, daily_rate, payments)
    sequence = np.argsort(payments.receipt_date, kind="stable")
    when, amounts = payments.receipt_date[sequence], payments.amount[sequence]
    if as_of is not None:
        amounts, when = amounts[when <= as_of], when[when <= as_of]
    elif not when.size:
        raise CellFaultError(CellError.NA)
    account = _Account(principal, daily_rate, principal_first=order == "principal_first")
    days = np.diff(np.maximum(when, due), prepend=due)
    rows = _followed(account, when, days, amounts)
    end = max(int(when[-1]) if as_of is None else as_of, due)
    account.run(end - due - int(days.sum()))
    return _told(account, principal, (due, end), daily_rate, order, rows)


def _check(principal: int, daily_rate: float, payments: Receipts) -> None:
    negative = principal < 0 or daily_rate < 0 or bool((payments.amount < 0).any())
    if negative or not np.isfinite(plausible("daily_rate", daily_rate)):
        raise CellFaultError(CellError.NUM)


def _followed(account: _Account, when: Ints, days: Ints, amounts: Ints) -> PaymentRows:
    """Let every payment meet what it owes to, one after the other."""
    rows = []
    before = _cents(account.principal)
    for passed, amount in zip(days.tolist(), amounts.tolist(), strict=True):
        bore = account.run(passed)
        over = account.pay(amount * _PARTS)
        left = _cents(account.principal)
        # The principal shown falls by what is shown as paid on it.
        rows.append((_cents(bore), before - left, left, _cents(over)))
        if max(rows[-1]) > _LIMIT:
            raise CellFaultError(CellError.NUM)
        before = left
    columns = ints(rows).reshape(-1, 4).T
    return PaymentRows(when, days, *columns)


def _told(
    account: _Account,
    principal: int,
    span: tuple[int, int],
    daily_rate: float,
    order: str,
    rows: PaymentRows,
) -> PartialPayments:
    """Round what is shown, and say what it was made of."""
    totals = (account.unpaid, account.principal, account.paid, account.unpaid + account.paid)
    unpaid, left, paid, accrued = map(_cents, totals)
    if max(unpaid, accrued) > _LIMIT:
        raise CellFaultError(CellError.NUM)
    reason = reasons.because(
        "AR_INTEREST_WITH_PAYMENTS",
        "account",
        principal=reasons.money(principal),
        start=reasons.date(span[0]),
        end=reasons.date(span[1]),
        rate=reasons.percent(daily_rate),
        order=reasons.words("payment_order", order),
        count=reasons.number(rows.days.size),
        accrued=reasons.money(accrued),
        paid=reasons.money(paid),
        unpaid=reasons.money(unpaid),
        left=reasons.money(left),
    )
    return PartialPayments(ints(unpaid), ints(left), ints(paid), ints(accrued), rows, reason)
