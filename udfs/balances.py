"""Open balances as of a day, and what credits do to them.

The as-of day itself counts: a document or receipt of that day exists; what is dated later does not
exist yet. Money is int64 cents: documents and receipts positive, credit notes negative.
"""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs.arrays import Ints, check_total, ints, running_totals, sums, where
from udfs.buckets import Basis, age_days
from udfs.decimals import share
from udfs.registry import function
from udfs.rules import rule
from udfs.values import (
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    Day,
    LabelledCents,
    Lang,
    Number,
    OneCents,
    Text,
)

#: Beyond every amount of money.
_FAR: Final = np.int64(2**62)


class Receipts(NamedTuple):
    """Cash of a document or of a customer: dates and cents."""

    receipt_date: Day
    amount: Cents


class Debits(NamedTuple):
    """Cents billed per band, newest band first, with the names of the bands."""

    label: Text
    amount: Cents


def open_balance(
    amount: ArrayLike,
    document_date: ArrayLike,
    receipt_item: ArrayLike,
    receipt_date: ArrayLike,
    receipt_amount: ArrayLike,
    as_of: int,
) -> Ints:
    """Open balance of each item as of a day: amount less what was received up to that day.

    Parameters
    ----------
    amount, document_date : array_like of int64, shape (n,)
        Cents (credit notes negative) and serials. A document without a date exists.
    receipt_item : array_like of int64, shape (m,)
        Index of the item each receipt settles; negative where it settles none.
    receipt_date, receipt_amount : array_like of int64, shape (m,)
        Serials and cents. A receipt without a date does not count.
    as_of : int
        The day, included.

    Returns
    -------
    ndarray of int64, shape (n,)
        Cents; negative where overpaid; 0 for a document of later date; MISSING where the amount is.

    Examples
    --------
    >>> open_balance([10000, 500], [100, 140], [0, 0], [120, 131], [3000, 2000], 130).tolist()
    [7000, 0]
    """
    total, dated = ints(amount), ints(document_date)
    when = ints(receipt_date)
    paid = ints(receipt_amount)
    counts = (when != MISSING) & (when <= as_of) & (paid != MISSING)
    received = sums(ints(receipt_item)[counts], paid[counts], total.size)
    absent = total == MISSING
    rest = np.where(absent, 0, total) - received
    return where(absent, np.where(dated > as_of, 0, rest))


def credits_own_age(as_of: int, own_date: ArrayLike, basis: Basis = "due") -> Ints:
    """Age of a credit by its own date: at least 1 day from a due date, as it cannot be "not due".

    Examples
    --------
    >>> credits_own_age(45838, [45838, 45818]).tolist()
    [1, 20]
    """
    age = age_days(as_of, own_date)
    return where(age == MISSING, np.maximum(age, 1) if basis == "due" else age)


class Settled(NamedTuple):
    """What credits leave: open cents per item, and credit left per key (positive cents)."""

    open_cents: Ints
    credit_left: Ints


def credits_fifo(
    open_cents: ArrayLike, due: ArrayLike, key: ArrayLike, credit_by_key: ArrayLike
) -> Settled:
    """Consume the oldest open items of each key with its credit.

    Parameters
    ----------
    open_cents, due, key : array_like of int64, shape (n,)
        Cents, reference dates (items without one come last) and the key 0..k−1 of each item. Items
        that are not positive are left alone: give their credit in ``credit_by_key`` instead.
    credit_by_key : array_like of int64, shape (k,)
        Cents of credit, positive.

    Returns
    -------
    Settled
        ``open_cents`` of shape (n,) and ``credit_left`` of shape (k,). Debt less credit of each
        key is what it was.

    Examples
    --------
    >>> credits_fifo([500, 300], [20, 10], [0, 0], [400])
    Settled(open_cents=array([400,   0]), credit_left=array([0]))
    """
    rest, dated, owner = ints(open_cents), ints(due), ints(key)
    credit = ints(credit_by_key)
    # As unsigned numbers MISSING sorts behind every date of our century.
    order = np.lexsort((dated.view(np.uint64), owner))
    debt = np.maximum(rest, 0)[order]
    group = owner[order]
    before = np.cumsum(debt) - debt
    # Where each key begins: what earlier keys owe is no debt of this one.
    start = np.searchsorted(group, group, side="left")
    used_sorted = np.clip(credit[group] - (before - before[start]), 0, debt)
    used = np.empty_like(rest)
    used[order] = used_sorted
    return Settled(rest - used, credit - sums(owner, used, credit.size))


class Spread(NamedTuple):
    """Parts of receipts: position of the receipt, position of the item, cents; shape (k,) each."""

    receipt: Ints
    item: Ints
    part: Ints


def spread_receipts(
    item_group: Ints, amount: Ints, due: Ints, receipt_group: Ints, received: Ints
) -> Spread:
    """Lay the receipts of each document number along the items that carry it.

    Items under one number (instalments, or a number used twice) are paid in order of due date: a
    receipt covers the stretch of running total from before it to after it, and each item takes the
    part of that stretch that lies on its own amount. ::

        amounts   |---- 100 ----|---- 100 ----|
        receipts  |-- 70 --|---- 60 ----|         70 to the first; 30 to the first, 30 to the second

    So a refund walks back along the same line, what is left over stays on the last item as an
    overpayment, and every cent of every receipt lands exactly once.

    Parameters
    ----------
    item_group, amount, due : ndarray of int64, shape (n,)
        Number of the group, amount in cents, due date by item (MISSING or very large: paid last).
    receipt_group, received : ndarray of int64, shape (m,)
        Group (one that an item has) and amount in cents, negative for a refund, of receipts in
        order of date.

    Returns
    -------
    Spread
        The parts of one receipt add up to it. A receipt of 0 has one part.

    Examples
    --------
    >>> spread_receipts(ints([0, 0]), ints([100, 100]), ints([5, 9]), ints([0, 0]), ints([70, 60]))
    Spread(receipt=array([0, 1, 1]), item=array([0, 0, 1]), part=array([70, 30, 30]))
    """
    # Only amounts above zero can be covered; a credit note under the same number comes last. As
    # unsigned numbers MISSING sorts behind every date of our century.
    items = np.lexsort((due.view(np.uint64), amount <= 0, item_group))
    group = item_group[items]
    size = np.maximum(amount[items], 0)
    low, first, last = _running(group, size)
    order = np.argsort(receipt_group, kind="stable")
    before, _, _ = _running(receipt_group[order], received[order])
    after = before + received[order]
    start = np.searchsorted(group, receipt_group[order])
    end = last[start] if start.size else start
    # Positions on one line for all groups: the start of a group plus its own running total.
    line = np.cumsum(size)
    base, ceiling = (line - size - low)[start], low[end] + size[end]
    ends = [
        np.clip(np.searchsorted(line, base + np.clip(at, 0, ceiling)), start, end)
        for at in (before, after)
    ]
    left, right = np.minimum(*ends), np.maximum(*ends)
    count = right - left + 1
    receipt = np.repeat(np.arange(order.size), count)
    item = np.arange(receipt.size) + np.repeat(left - np.cumsum(count) + count, count)
    # What is left over stays on the last item that has an amount to be covered.
    top = np.maximum(np.searchsorted(line, line[last]), first)
    lowest = np.where(item == first[item], -_FAR, low[item])
    highest = np.where(item == top[item], _FAR, low[item] + size[item])
    part = np.clip(after[receipt], lowest, highest) - np.clip(before[receipt], lowest, highest)
    keep = (part != 0) | (received[order][receipt] == 0)
    return Spread(order[receipt[keep]], items[item[keep]], part[keep])


def _running(group: Ints, amount: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the total before each row within its (sorted) group, and the group's first and last."""
    if not len(group):
        return amount, group, group
    first = np.searchsorted(group, group)
    last = np.searchsorted(group, group, side="right") - 1
    total = np.cumsum(amount) - amount
    return total - total[first], first, last


def spread_balance(balance: int, debits_newest_first: ArrayLike) -> Ints:
    """Spread a closing balance over age bands backwards: first sold is first collected.

    Parameters
    ----------
    balance : int
        Cents; negative is an advance of the customer.
    debits_newest_first : array_like of int64, shape (n,)
        Cents billed per band, newest first.

    Returns
    -------
    ndarray of int64, shape (n + 1,)
        Cents per band, then the advance (0 or negative). What exceeds all debits stands in the
        oldest band.

    Examples
    --------
    >>> spread_balance(1700, [500, 700, 300, 100]).tolist()
    [500, 700, 300, 200, 0]
    """
    debits = np.maximum(ints(debits_newest_first), 0)
    before = np.cumsum(debits) - debits
    debt = max(int(balance), 0)
    parts = np.clip(debt - before, 0, debits)
    if parts.size:
        parts[-1] += debt - int(parts.sum())
    return np.append(parts, min(int(balance), 0))


class OpenBalance(NamedTuple):
    """What is open in the document's currency, and in that of the books at the booked rate."""

    open_balance: Cents
    book_balance: Annotated[Cents, OPTIONAL]


@function("AR_OPEN_BALANCE", case="OPEN_AS_OF", category="aging", field="open_balance")
def open_balance_of(
    amount: Cents,
    document_date: Day,
    receipts: Receipts,
    as_of: Day,
    booked_rate: Annotated[Number, OPTIONAL] | ArrayLike = np.nan,
) -> OpenBalance:
    """Open balance of a document as of each day, in both currencies; see :func:`open_balance`.

    A day in the past restores the residual in both: what was received later is open again in the
    document's currency, and in the books at the rate at which the document was booked.

    Parameters
    ----------
    amount, document_date, as_of : ndarray of int64, shape (k,)
        Cents of the document's currency, and serials.
    receipts : Receipts
        Cash of this document in the document's currency.
    booked_rate : array_like of float64, shape (k,)
        Units of the books' currency for one of the document's; nan where there is only one.

    Returns
    -------
    OpenBalance
        Two amounts in two currencies: they are never added. ``book_balance`` is MISSING without a
        rate and CONTRADICTION where the rate is not above 0.

    Examples
    --------
    >>> cash = Receipts(ints([45787, 45843]), ints([3_000_000, 2_000_000]))
    >>> day = ints([45838, 45777])
    >>> found = open_balance_of(ints([10_000_000] * 2), ints([45748] * 2), cash, day, 7.1)
    >>> found.open_balance.tolist(), found.book_balance.tolist()
    ([7000000, 10000000], [49700000, 71000000])
    """
    order = np.argsort(receipts.receipt_date, kind="stable")
    received = np.concatenate(([0], running_totals(receipts.amount[order])))
    count = np.searchsorted(receipts.receipt_date[order], as_of, side="right")
    rest = np.where(document_date > as_of, 0, amount - received[count])
    return OpenBalance(rest, book_balance(rest, booked_rate))


def book_balance(open_cents: ArrayLike, booked_rate: ArrayLike) -> Ints:
    """Give open balances in the books' currency, at the rate of each document.

    Parameters
    ----------
    open_cents : array_like of int64, shape (n,)
        Cents of the document's currency.
    booked_rate : array_like of float64, shape (n,)
        Units of the books' currency for one of the document's.

    Returns
    -------
    ndarray of int64, shape (n,)
        Cents, half-up away from zero; MISSING where an argument is, CONTRADICTION where the rate is
        not above 0.

    Examples
    --------
    >>> book_balance([100_000, 0], [7.1234, 6.8]).tolist()
    [712340, 0]
    """
    rate = np.asarray(booked_rate, dtype=np.float64)
    return share(open_cents, np.where(rate <= 0, np.inf, rate))


@function("AR_AGING_FROM_BALANCE", case="AGING_FIFO_BALANCE", category="aging")
def aging_from_balance(
    balance: OneCents, debits_newest_first: Debits, lang: Lang = "zh"
) -> LabelledCents:
    """Spread a closing balance over the bands of the debits; see :func:`spread_balance`.

    Raises
    ------
    CellFaultError
        #N/A where something is owed and there is no band for it: it must not vanish.
    """
    if balance > 0 and not debits_newest_first.amount.size:
        raise CellFaultError(CellError.NA)
    check_total(np.append(debits_newest_first.amount, balance))
    advance = rule("aging_labels", "advance").label(lang)
    labels = (*map(str, debits_newest_first.label), advance)
    return LabelledCents(labels, spread_balance(balance, debits_newest_first.amount))
