"""A ledger as of a day: what is open on each document, and the cash that settles none.

The as-of day itself counts: a document or receipt of that day exists; what is dated later does not
exist yet. Receipts that arrived later are therefore still open on that day, whatever the ledger
says today.

Money is int64 cents: documents and receipts positive, credit notes negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from udfs.arrays import Bools, Ints, check_total, ints
from udfs.balances import Spread, open_balance, spread_receipts
from udfs.values import MISSING, OPTIONAL, Cents, Day, Text, choice

if TYPE_CHECKING:
    from udfs.arrays import Codes
    from udfs.balances import Receipts
    from udfs.buckets import Basis

MissingDue: TypeAlias = Annotated[
    Literal["own_column", "document_date", "not_due", "oldest"], choice("missing_due")
]

#: Reference date of what counts as older than everything; no cell holds this serial as a date.
OLDEST: Final = 0


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


class Position(NamedTuple):
    """A ledger as of a day.

    Open cents, reference date and own date per item; unapplied cash with its dates; and the totals
    of what arrived later: for documents that exist on the day, and the rest.
    """

    open_cents: Ints
    reference: Ints
    own_date: Ints
    cash: Ints
    cash_date: Ints
    later_applied: int
    later_unapplied: int


class _Settled(NamedTuple):
    """Parts of receipts by item, receipts that settle none, and receipts of a later day."""

    parts: Spread
    free: Ints
    later_applied: Ints
    later_unapplied: Ints


def position(
    items: Items,
    as_of: int,
    reference: Ints,
    unallocated: Receipts | None,
    receipts: ItemReceipts | None,
) -> Position:
    """Bring documents and cash to what is open on the day; nothing later exists.

    Parameters
    ----------
    items : Items
        n documents.
    as_of : int
        The day, included.
    reference : ndarray of int64, shape (n,)
        The dates from which ages count; see :func:`reference_dates`.
    unallocated, receipts
        Cash that settles no document, and cash by document number.

    Returns
    -------
    Position
        Arrays of shape (n,) and, for cash, (m,).

    Raises
    ------
    TotalTooLargeError
        The amounts together are beyond int64.
    """
    paid = Spread(ints([]), ints([]), ints([]))
    when, cash, cash_date = ints([]), ints([]), ints([])
    applied = unapplied = 0
    if receipts is not None:
        check_total(items.amount)
        check_total(receipts.amount)
        found = _settled(items, receipts, as_of)
        paid, free = found.parts, found.free
        when = receipts.receipt_date[paid.receipt]
        cash, cash_date = receipts.amount[free], receipts.receipt_date[free]
        applied = _total(receipts.amount[found.later_applied])
        unapplied = _total(receipts.amount[found.later_unapplied])
    if unallocated is not None:
        arrived = unallocated.receipt_date <= as_of
        cash = np.append(cash, unallocated.amount[arrived])
        cash_date = np.append(cash_date, unallocated.receipt_date[arrived])
        unapplied += _total(unallocated.amount[~arrived])
    return Position(
        open_balance(items.amount, items.document_date, paid.item, when, paid.part, as_of),
        reference,
        np.where(items.document_date == MISSING, items.due_date, items.document_date),
        cash,
        cash_date,
        applied,
        unapplied,
    )


def reference_dates(items: Items, basis: Basis, missing_due: MissingDue, not_due_on: int) -> Ints:
    """Give the date from which each document ages.

    Parameters
    ----------
    items : Items
        n documents.
    basis : {"due", "document"}
        By due date, or by document date.
    missing_due : {"own_column", "document_date", "not_due", "oldest"}
        What a document without a due date ages from: nothing, so that it stands in a column of its
        own; its document date; the day on which ages are counted, so that it is not due; or a day
        before all others.
    not_due_on : int
        The day on which ages are counted.

    Returns
    -------
    ndarray of int64, shape (n,)
        Serials; MISSING for a column of its own, :data:`OLDEST` for the oldest band.
    """
    if basis == "document":
        return items.document_date
    stand_in: dict[str, Ints | int] = {
        "own_column": MISSING,
        "document_date": items.document_date,
        "not_due": not_due_on,
        "oldest": OLDEST,
    }
    return np.where(items.due_date == MISSING, stand_in[missing_due], items.due_date)


def _total(amounts: Ints) -> int:
    """Add up exactly, whatever the size."""
    return sum(amounts.tolist())


def _settled(items: Items, receipts: ItemReceipts, as_of: int) -> _Settled:
    """Lay what came in along the documents that exist; positions of the cash that settles none."""
    exists = np.flatnonzero(~(items.document_date > as_of))
    order = np.argsort(receipts.receipt_date, kind="stable")
    group, wanted = _groups(items.document[exists], receipts.document[order])
    arrived: Bools = receipts.receipt_date[order] <= as_of
    known: Bools = wanted >= 0
    exists, group = exists[group >= 0], group[group >= 0]
    paying = order[arrived & known]
    parts = spread_receipts(
        group,
        items.amount[exists],
        items.due_date[exists],
        wanted[arrived & known],
        receipts.amount[paying],
    )
    return _Settled(
        Spread(paying[parts.receipt], exists[parts.item], parts.part),
        order[arrived & ~known],
        order[~arrived & known],
        order[~arrived & ~known],
    )


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
