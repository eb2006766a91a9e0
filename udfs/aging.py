"""Open balances as of a day, and the aging of a ledger by band.

The as-of day itself counts: a document or receipt of that day exists; what is dated later does not
exist yet. All bands, the items without a date and the credits together are the ledger, to the cent.

Credits are credit notes, overpaid documents and cash that settles no document. They stand in a
column of their own (``separate``), age by their own date (``own_date``) or consume the oldest open
items first (``fifo``).

Money is int64 cents: documents and receipts positive, credit notes negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, TypeAlias

import numpy as np

from udfs.arrays import Ints, ints, sums
from udfs.balances import (
    Debits,
    Receipts,
    Settled,
    Spread,
    aging_from_balance,
    credits_fifo,
    credits_own_age,
    open_balance,
    open_balance_of,
    spread_balance,
    spread_receipts,
)
from udfs.buckets import (
    FUTURE,
    Basis,
    Edges,
    age_days,
    bucket,
    bucket_index,
    bucket_labels,
    cuts_of,
    days_overdue,
    year_bucket,
    year_bucket_index,
    year_bucket_labels,
)
from udfs.registry import function
from udfs.rules import rule
from udfs.values import (
    MISSING,
    OPTIONAL,
    Cents,
    Day,
    LabelledCents,
    Lang,
    OneDay,
    Text,
    choice,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from udfs.arrays import Codes

__all__ = [
    "FUTURE",
    "CreditMode",
    "Debits",
    "ItemReceipts",
    "Items",
    "Receipts",
    "Settled",
    "age_days",
    "aging",
    "aging_from_balance",
    "bucket",
    "bucket_index",
    "bucket_labels",
    "bucket_totals",
    "credits_fifo",
    "credits_own_age",
    "days_overdue",
    "open_balance",
    "open_balance_of",
    "spread_balance",
    "year_bucket",
    "year_bucket_index",
    "year_bucket_labels",
]

CreditMode: TypeAlias = Annotated[Literal["separate", "own_date", "fifo"], choice("credit_mode")]


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
    cuts = cuts_of(edges, basis)
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


class Items(NamedTuple):
    """Documents of one ledger: numbers, dates (blank where unknown) and cents."""

    document: Annotated[Text, OPTIONAL]
    document_date: Annotated[Day, OPTIONAL]
    due_date: Annotated[Day, OPTIONAL]
    amount: Cents


class ItemReceipts(NamedTuple):
    """Cash by document number; a number that no document has makes it unapplied cash."""

    document: Annotated[Text, OPTIONAL]
    receipt_date: Day
    amount: Cents


class _Position(NamedTuple):
    """A ledger as of a day: open cents and dates per item, and unapplied cash with its dates."""

    open_cents: Ints
    reference: Ints
    own_date: Ints
    cash: Ints
    cash_date: Ints


@function("AR_AGING", case="AGING", category="aging")
def aging(
    items: Items,
    as_of: OneDay,
    basis: Basis = "due",
    edges: Edges | None = None,
    credit_mode: CreditMode = "separate",
    unallocated: Receipts | None = None,
    receipts: ItemReceipts | None = None,
    lang: Lang = "zh",
) -> LabelledCents:
    """Age one ledger: cents per band, items without a date, credits, and the total.

    Parameters
    ----------
    items : Items
        Documents of one customer or of one ledger.
    as_of : int
        The day, included.
    basis, edges
        As in :func:`bucket_index`.
    credit_mode : {"separate", "own_date", "fifo"}
        Credits in their own column; aged by their own date; or taken from the oldest items.
    unallocated : Receipts, optional
        Cash that settles no document.
    receipts : ItemReceipts, optional
        Cash that settles documents; several of one number share it in order of due date, see
        :func:`udfs.balances.spread_receipts`. Cash for a document that does not exist yet is a
        credit.
    lang : {"zh", "en"}
        Language of the labels.

    Returns
    -------
    LabelledCents
        The bands; a column 无到期日 only where an open item lacks its date; 贷方/未核销; 合计,
        which is the ledger's balance.
    """
    at = _position(items, as_of, basis, unallocated, receipts)
    debts, credit = at.open_cents, np.minimum(at.open_cents, 0)
    if credit_mode == "own_date":
        debts = np.append(at.open_cents, -at.cash)
        own = credits_own_age(as_of, np.append(at.own_date, at.cash_date), basis)
        normal = np.append(age_days(as_of, at.reference), own[at.open_cents.size :])
        table = bucket_totals(debts, np.where(debts < 0, own, normal), edges, basis)[0]
        left = 0
    else:
        left = -int(credit.sum()) + int(at.cash.sum())
        debts = debts - credit
        if credit_mode == "fifo":
            one = np.zeros(debts.size, dtype=np.int64)
            debts, rest = credits_fifo(debts, at.reference, one, [left])
            left = int(rest[0])
        table = bucket_totals(debts, age_days(as_of, at.reference), edges, basis)[0]
    dateless = "no_due_date" if basis == "due" else "no_document_date"
    tail = [rule("aging_labels", code).label(lang) for code in (dateless, "credit", "total")]
    return LabelledCents(
        (*bucket_labels(edges, basis, lang), *tail),
        np.append(table, [-left, int(table.sum()) - left]),
        sparse=(tail[0],),
    )


def _position(
    items: Items,
    as_of: int,
    basis: Basis,
    unallocated: Receipts | None,
    receipts: ItemReceipts | None,
) -> _Position:
    """Bring documents and cash to what is open on the day; nothing later exists."""
    paid = Spread(ints([]), ints([]), ints([]))
    when, cash, cash_date = ints([]), ints([]), ints([])
    if receipts is not None:
        paid, free = _settled(items, receipts, as_of)
        when = receipts.receipt_date[paid.receipt]
        cash, cash_date = receipts.amount[free], receipts.receipt_date[free]
    if unallocated is not None:
        arrived = unallocated.receipt_date <= as_of
        cash = np.append(cash, unallocated.amount[arrived])
        cash_date = np.append(cash_date, unallocated.receipt_date[arrived])
    return _Position(
        open_balance(items.amount, items.document_date, paid.item, when, paid.part, as_of),
        items.due_date if basis == "due" else items.document_date,
        np.where(items.document_date == MISSING, items.due_date, items.document_date),
        cash,
        cash_date,
    )


def _settled(items: Items, receipts: ItemReceipts, as_of: int) -> tuple[Spread, Ints]:
    """Lay what came in along the documents that exist; positions of the cash that settles none."""
    exists = np.flatnonzero(~(items.document_date > as_of))
    arrived = np.flatnonzero(receipts.receipt_date <= as_of)
    arrived = arrived[np.argsort(receipts.receipt_date[arrived], kind="stable")]
    group, wanted = _groups(items.document[exists], receipts.document[arrived])
    paying, free = arrived[wanted >= 0], arrived[wanted < 0]
    exists, group = exists[group >= 0], group[group >= 0]
    parts = spread_receipts(
        group,
        items.amount[exists],
        items.due_date[exists],
        wanted[wanted >= 0],
        receipts.amount[paying],
    )
    return Spread(paying[parts.receipt], exists[parts.item], parts.part), free


def _groups(documents: Codes, wanted: Codes) -> tuple[Ints, Ints]:
    """Give each document number that is on both sides a group; −1 where it is on one or blank.

    By a dictionary: an array of texts would be as wide in every row as the longest of them.
    """
    known = {text: n for n, text in enumerate(filter(None, dict.fromkeys(wanted.tolist())))}
    group, asked = (
        np.fromiter((known.get(text, -1) for text in side.tolist()), np.int64, side.size)
        for side in (documents, wanted)
    )
    return group, np.where(np.isin(asked, group), asked, -1)
