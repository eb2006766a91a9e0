"""Age of open items, and what stands open in each age band.

Ages are counted from the due date (``due``) or from the document (``document``):

======================  ========  =====  ======  ======  =======
days                    ≤ 0       1–30   31–60   61–90   ≥ 91
======================  ========  =====  ======  ======  =======
``due``                 未到期     1-30   31-60   61-90   90天以上
``document``            0-30      0-30   31-60   61-90   90天以上
======================  ========  =====  ======  ======  =======

so day 30 belongs to the band that ends with 30 and day 91 opens the last one. The as-of day itself
counts: a document or receipt of that day exists; what is dated later does not exist yet. All bands,
the items without a date and the credits together are the ledger, to the cent.

Money is int64 cents: invoices and receipts positive, credit notes negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from udfs.arrays import Ints, add_months, ints, missing, sums, where
from udfs.calendar import NATIONAL, Calendar, RollRule, roll_or_keep
from udfs.rules import Lang, check_ladder, ladder, rule
from udfs.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

Basis: TypeAlias = Literal["due", "document"]
CreditMode: TypeAlias = Literal["separate", "own_date", "fifo"]
GraceMode: TypeAlias = Literal["from_due", "after_grace"]
YearMode: TypeAlias = Literal["anniversary", "365"]

#: Index of an item of the future where ages count from the document.
FUTURE: Final = -1


def age_days(as_of: ArrayLike, reference: ArrayLike) -> Ints:
    """Days from a reference date to the as-of date; negative before it.

    Parameters
    ----------
    as_of, reference : array_like of int64
        Serials, broadcast; MISSING allowed.

    Returns
    -------
    ndarray of int64
        ``as_of − reference``; MISSING where a date is. 0 on the due date is not overdue.

    Examples
    --------
    >>> age_days(45838, [45808, 45838, 45853]).tolist()
    [30, 0, -15]
    """
    absent = missing(as_of, reference)
    return where(absent, np.where(absent, 0, ints(as_of)) - np.where(absent, 0, ints(reference)))


def days_overdue(
    due: ArrayLike,
    paid: ArrayLike,
    grace: ArrayLike = 0,
    grace_mode: GraceMode = "from_due",
    holiday_roll: RollRule = "none",
    calendar: Calendar = NATIONAL,
) -> Ints:
    """Days late on payment (or on the as-of date, for what is still open); never negative.

    Parameters
    ----------
    due, paid : array_like of int64
        Serials, broadcast.
    grace : array_like of int64
        Days within which nothing counts as late.
    grace_mode : {"from_due", "after_grace"}
        Beyond the grace, count from the due date or from the end of the grace.
    holiday_roll : {"none", "following", "modified_following", "preceding"}
        Where a due date that is no working day moves. Outside the known calendar it stays.
    calendar : Calendar
        National, or with a firm's own days.

    Returns
    -------
    ndarray of int64
        0 within the grace; MISSING where a date is.

    Examples
    --------
    >>> days_overdue(45838, [45843, 45844], 5).tolist()
    [0, 6]
    >>> days_overdue(45838, 45844, 5, "after_grace").tolist()
    1
    """
    late = age_days(paid, roll_or_keep(due, holiday_roll, calendar))
    absent = missing(late, grace)
    free = np.where(absent, 0, ints(grace))
    counted = late - free if grace_mode == "after_grace" else late
    return where(absent, np.where(late > np.maximum(free, 0), counted, 0))


def bucket_index(days: ArrayLike, edges: Sequence[int] | None = None, basis: Basis = "due") -> Ints:
    """Give the number of the band of each age.

    Parameters
    ----------
    days : array_like of int64
        Ages as :func:`age_days` gives them.
    edges : sequence of int, optional
        Last day of each band but the open one, ascending from above zero; by default the
        scheme ``standard`` (30, 60, 90).
    basis : {"due", "document"}
        ``due``: 0 is not due, 1 the first band. ``document``: 0 is the first band and −1
        (``FUTURE``) a document dated after the as-of date.

    Returns
    -------
    ndarray of int64
        Positions in :func:`bucket_labels`; MISSING where the age is.

    Examples
    --------
    >>> bucket_index([-5, 0, 1, 30, 31, 90, 91]).tolist()
    [0, 0, 1, 1, 2, 3, 4]
    >>> bucket_index([-2, 0, 30, 31], basis="document").tolist()
    [-1, 0, 0, 1]
    """
    age = ints(days)
    index = np.searchsorted(_cuts(edges, basis), age, side="left")
    if basis == "document":
        index = np.where(age < 0, FUTURE, index)
    return where(age == MISSING, index)


def _cuts(edges: Sequence[int] | None, basis: Basis) -> Ints:
    steps = check_ladder(tuple(edges)) if edges is not None else ladder("aging")
    if basis not in ("due", "document"):
        raise ValueError(f"unknown basis {basis!r}: due or document")
    return ints((0, *steps) if basis == "due" else steps)


def bucket_labels(
    edges: Sequence[int] | None = None, basis: Basis = "due", lang: Lang = "zh"
) -> tuple[str, ...]:
    """Name the bands in order, as :func:`bucket_index` numbers them.

    Examples
    --------
    >>> bucket_labels()
    ('未到期', '1-30天', '31-60天', '61-90天', '90天以上')
    >>> bucket_labels((30,), "document", "en")
    ('0-30 days', 'Over 30 days')
    """
    cuts = _cuts(edges, basis).tolist()
    firsts = [cut + 1 for cut in cuts] if basis == "due" else [0, *(cut + 1 for cut in cuts)]
    lasts = cuts[1:] if basis == "due" else cuts
    band = rule("aging_labels", "band")
    bands = [
        band.label(lang, first=first, last=last) for first, last in zip(firsts, lasts, strict=False)
    ]
    over = rule("aging_labels", "over").label(lang, last=cuts[-1])
    not_due = [rule("aging_labels", "not_due").label(lang)] if basis == "due" else []
    return (*not_due, *bands, over)


def year_bucket_index(
    as_of: ArrayLike, reference: ArrayLike, mode: YearMode = "anniversary", max_years: int = 3
) -> Ints:
    """Give the annual band of each item: 0 within one year, ``max_years`` beyond the last.

    Parameters
    ----------
    as_of, reference : array_like of int64
        Serials, broadcast.
    mode : {"anniversary", "365"}
        A year ends on the corresponding day (2024-02-29 → 2025-02-28), that day included; or
        after 365 days, whatever the calendar says.
    max_years : int
        Years that have a band of their own.

    Returns
    -------
    ndarray of int64
        Positions in :func:`year_bucket_labels`; −1 (``FUTURE``) for a reference after the as-of
        date, MISSING where a date is.

    Examples
    --------
    >>> year_bucket_index(46022, 45657).tolist()  # 2025-12-31, 2024-12-31: 含1年
    0
    >>> year_bucket_index(45352, 44986, "365").tolist()  # 366 days
    1
    """
    absent = missing(as_of, reference)
    now, start = np.broadcast_arrays(ints(as_of), ints(reference))
    now, start = np.where(absent, 0, now), np.where(absent, 0, start)
    index = np.where(start > now, FUTURE, 0)
    for years in range(1, max_years + 1):
        end = add_months(start, 12 * years) if mode == "anniversary" else start + 365 * years
        index = index + (now > end)
    return where(absent, index)


def year_bucket_labels(max_years: int = 3, lang: Lang = "zh") -> tuple[str, ...]:
    """Name the annual bands in order.

    Examples
    --------
    >>> year_bucket_labels()
    ('1年以内', '1-2年', '2-3年', '3年以上')
    """
    band = rule("aging_labels", "year_band")
    return (
        rule("aging_labels", "year_within").label(lang),
        *(band.label(lang, first=year, last=year + 1) for year in range(1, max_years)),
        rule("aging_labels", "year_over").label(lang, last=max_years),
    )


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


def bucket_totals(
    open_cents: ArrayLike,
    days: ArrayLike,
    edges: Sequence[int] | None = None,
    basis: Basis = "due",
    key: ArrayLike | None = None,
    keys: int = 1,
) -> Ints:
    """Sum open cents by key and band, exact to the cent.

    Parameters
    ----------
    open_cents, days : array_like of int64, shape (n,)
        Cents and ages; an age of MISSING is an item without its date.
    edges, basis
        As in :func:`bucket_index`. A negative age from the document counts in the first band, so
        that nothing is lost: leave such items out, or give them an open balance of 0.
    key : array_like of int64, shape (n,), optional
        Row 0..keys−1 of each item, such as its customer; one row for all without it.
    keys : int
        Number of rows.

    Returns
    -------
    ndarray of int64, shape (keys, bands + 1)
        The bands of :func:`bucket_labels` in order, then the items without a date.

    Raises
    ------
    OverflowError
        The amounts together are beyond int64.

    Examples
    --------
    >>> bucket_totals([100, 200, 400], [0, 31, MISSING]).tolist()
    [[100, 0, 200, 0, 0, 400]]
    """
    cuts = _cuts(edges, basis)
    age = ints(days)
    width = cuts.size + 2
    # One pass per edge over bytes is several times as fast as a binary search per element.
    # Items without a date rank below every edge (MISSING is the smallest int64): column 0 for now.
    column: Ints = (age > MISSING).astype(np.uint8 if width < 256 else np.int64)
    for cut in cuts.tolist():
        np.add(column, age > cut, out=column)
    place = column if key is None else ints(key) * width + column
    table = sums(place, open_cents, keys * width).reshape(keys, width)
    return np.roll(table, -1, axis=1)


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


def aging_from_balance(balance: int, debits_newest_first: ArrayLike) -> Ints:
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
    >>> aging_from_balance(1700, [500, 700, 300, 100]).tolist()
    [500, 700, 300, 200, 0]
    """
    debits = np.maximum(ints(debits_newest_first), 0)
    before = np.cumsum(debits) - debits
    debt = max(int(balance), 0)
    parts = np.clip(debt - before, 0, debits)
    if parts.size:
        parts[-1] += debt - int(parts.sum())
    return np.append(parts, min(int(balance), 0))
