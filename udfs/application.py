"""How much of a receipt goes to which open item: by due date, or pro rata; the rest on account.

Money is int64 cents. Every way of application keeps two laws: what is allocated and what stays on
account are together the receipt, and no item takes more than is open of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from udfs import reasons
from udfs.arrays import Codes, Ints, ints
from udfs.money import LIMIT
from udfs.plan import allocate
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    Count,
    Day,
    OneCents,
    Rate,
    ReasonList,
    Text,
    TextList,
    choice,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from udfs.values import Reason

#: Where a running sum could pass int64, it runs on Python's integers.
_WRAPS: Final = 2.0**62
#: Whether credit notes wait, or are used as far as a receipt falls short.
CreditNotes: TypeAlias = Annotated[Literal["keep", "use"], choice("credit_notes")]


class OpenDebts(NamedTuple):
    """Open items of one customer and currency: what is still open of each, in cents.

    A negative balance is a credit note. Security and burden count only for the statutory order.
    """

    document: Text
    due_date: Annotated[Day, OPTIONAL]
    open_balance: Cents
    security: Annotated[Rate, OPTIONAL]
    burden: Annotated[Rate, OPTIONAL]


class Application(NamedTuple):
    """What each item takes, what stays open of it, and what of the receipt stays on account."""

    document: TextList
    allocated: CentsList
    open_balance: CentsList
    on_account: Cents
    reason: ReasonList


class Allocation(NamedTuple):
    """The allocation table: which receipt (its position) pays how much of which document.

    ``receipt`` is MISSING where a credit note pays.
    """

    receipt: Annotated[Count, OPTIONAL]
    document: Text
    amount: Cents


class FifoApplication(NamedTuple):
    """An application with its allocation table."""

    document: TextList
    allocated: CentsList
    open_balance: CentsList
    on_account: Cents
    reason: ReasonList
    lines: Allocation


def running(sizes: Ints) -> Any:  # noqa: ANN401 - int64, or object where int64 could wrap
    """Add up as it goes; on Python's integers where int64 could wrap."""
    wide = float(np.sum(sizes, dtype=np.float64)) >= _WRAPS
    return np.cumsum(sizes.astype(object) if wide else sizes)


def drawn(total: int, sizes: ArrayLike) -> Ints:
    """Give how much each of several sizes takes of a total, first come first served.

    Parameters
    ----------
    total : int
        Cents to give out, not negative; more than all sizes together leaves a rest.
    sizes : array_like of int64, shape (n,)
        Cents that each can take, not negative, in the order in which they are served.

    Returns
    -------
    ndarray of int64, shape (n,)
        ``min(size, max(0, total − sizes before))``.

    Examples
    --------
    >>> drawn(120000, [50000, 80000, 10]).tolist()
    [50000, 70000, 0]
    """
    room = ints(sizes)
    if not room.size:
        return room
    reach = running(room)
    given = min(total, int(reach[-1]))
    taken: Ints = np.clip(given - (reach - room), 0, room).astype(np.int64)
    return taken


def by_due_date(due_date: ArrayLike) -> Ints:
    """Order items by due date, a missing one last, ties by row: positions, first to pay first.

    Examples
    --------
    >>> by_due_date([20, MISSING, 10, 20]).tolist()
    [2, 0, 3, 1]
    """
    due = ints(due_date)
    return np.argsort(np.where(due == MISSING, np.int64(2**62), due), kind="stable")


def in_order(sizes: Ints, order: Ints, total: int) -> Ints:
    """Give out a total in an order; the amounts come back in the order of the rows."""
    taken = np.zeros_like(sizes)
    taken[order] = drawn(total, sizes[order])
    return taken


def apply_in_order(receipt: int, opens: Ints, order: Ints, *, use_credits: bool) -> Ints:
    """Apply a receipt to open items in an order; see :func:`apply_fifo` for credit notes.

    Returns
    -------
    ndarray of int64, shape (n,)
        Cents allocated; negative is what was used of a credit note.
    """
    owed, credit = np.maximum(opens, 0), np.maximum(-opens, 0)
    short = max(sum(owed.tolist()) - receipt, 0) if use_credits else 0
    used = in_order(credit, order, short)
    return in_order(owed, order, receipt + sum(used.tolist())) - used


def cell_money(cents: int) -> Ints:
    """Give an amount as an array; CONTRADICTION where no cell could hold it exactly."""
    return ints(cents if abs(cents) <= LIMIT else CONTRADICTION)


def states(opens: Ints, allocated: Ints) -> Codes:
    """Name what became of each item: full, part, none, credit, credit_used or nothing."""
    kind = np.select(
        [opens == 0, opens < 0, allocated == 0, allocated == opens],
        [0, np.where(allocated < 0, 2, 1), 3, 4],
        5,
    )
    names = np.array(["nothing", "credit", "credit_used", "none", "full", "part"], dtype=object)
    found: Codes = np.asarray(names[kind], dtype=object)
    return found


def refuse_negative(*amounts: int) -> None:
    """Refuse amounts that cannot be below 0: a reversal is booked, not applied (#NUM!)."""
    if min(amounts, default=0) < 0:
        raise CellFaultError(CellError.NUM)


@function("AR_APPLY_FIFO", case="APPLY_FIFO", category="cash_application", field="allocated")
def apply_fifo(
    receipt: CentsList, items: OpenDebts, credit_notes: CreditNotes = "keep"
) -> FifoApplication:
    """Apply receipts to the items that are due first; what no item takes stays on account.

    Parameters
    ----------
    receipt : array_like of int64, shape (m,)
        Cents of one receipt, or of several in the order in which they came; not negative.
    items : OpenDebts
        n open items. One without due date comes last; ties go by row.
    credit_notes : {"keep", "use"}
        Negative items stay open for a decision of their own, or are used, those due first first,
        as far as the receipts fall short of what is open.

    Returns
    -------
    FifoApplication
        ``allocatedᵢ = min(openᵢ, max(0, Σ receipts − Σ open before i))``, shape (n,), negative
        where a credit note was used; ``on_account = Σ receipts − Σ allocated``; ``lines``, the
        receipts against the documents.

    Raises
    ------
    CellFaultError
        A receipt below 0 (#NUM!).

    Examples
    --------
    >>> items = OpenDebts(*map(np.array, (["INV1", "INV2"], [45761, 45797], [50000, 80000], 0, 0)))
    >>> apply_fifo(np.array([120000]), items).allocated.tolist()
    [50000, 70000]
    """
    money = ints(receipt)
    refuse_negative(*money.tolist())
    opens, order = ints(items.open_balance), by_due_date(items.due_date)
    total = sum(money.tolist())
    allocated = apply_in_order(total, opens, order, use_credits=credit_notes == "use")
    rank = np.empty_like(order)
    rank[order] = np.arange(1, order.size + 1)
    return FifoApplication(
        items.document,
        allocated,
        opens - allocated,
        cell_money(total - sum(allocated.tolist())),
        reasons.because(
            "AR_APPLY_FIFO",
            states(opens, allocated),
            rank=reasons.number(rank),
            due=reasons.date(items.due_date),
            allocated=reasons.money(allocated),
            open=reasons.money(opens - allocated),
        ),
        _lines(money, items.document, allocated, order),
    )


def _lines(receipts: Ints, document: Codes, allocated: Ints, order: Ints) -> Allocation:
    """Cut receipts and items where either ends: each piece is a line of the allocation table."""
    takes = np.maximum(allocated, 0)[order]
    gives = np.append(receipts, sum(np.maximum(-allocated, 0).tolist()))
    reach, limit = running(gives), running(takes)
    end = limit[-1] if limit.size else 0
    cuts = np.unique(np.concatenate((reach[reach < end], limit)))
    cuts = cuts[cuts > 0]
    amount = np.diff(cuts, prepend=0)
    source = np.searchsorted(reach, cuts)
    item = order[np.searchsorted(limit, cuts)] if cuts.size else np.zeros(0, dtype=np.int64)
    number = np.where(source < receipts.size, source + 1, np.int64(MISSING))
    return Allocation(number, np.asarray(document, dtype=object)[item], amount.astype(np.int64))


class ProportionalApplication(NamedTuple):
    """The part of each item, what stays open of it, and what stays on account."""

    parts: CentsList
    open_balance: CentsList
    on_account: Cents
    reason: ReasonList


@function("AR_APPLY_PROPORTIONAL", case="APPLY_PROPORTIONAL", category="cash_application")
def apply_proportional(receipt: OneCents, opens: CentsList) -> ProportionalApplication:
    """Apply a receipt pro rata to what is open, exact to the cent by largest remainder.

    Parameters
    ----------
    receipt : int
        Cents, not negative.
    opens : array_like of int64, shape (n,)
        Cents open; a negative one, a credit note, takes no part.

    Returns
    -------
    ProportionalApplication
        ``partᵢ = min(receipt, Σ open)·openᵢ/Σ open``, floors first and the cents left over to the
        largest fractions, ties to the earliest; shape (n,).

    Raises
    ------
    CellFaultError
        A receipt below 0 (#NUM!).

    Examples
    --------
    >>> apply_proportional(1000000, np.array([500000, 1000000, 1500000])).parts.tolist()
    [166667, 333333, 500000]
    """
    refuse_negative(receipt)
    balance = ints(opens)
    owed = np.maximum(balance, 0)
    total = sum(owed.tolist())
    used = min(receipt, total)
    parts = allocate(used, owed) if total else np.zeros_like(owed)
    why: Reason = reasons.because(
        "AR_APPLY_PROPORTIONAL",
        np.where((balance < 0) | (total == 0), "credit", "part").astype(object),
        used=reasons.money(used),
        opened=reasons.money(balance),
        total=reasons.money(cell_money(total)),
        part=reasons.money(parts),
    )
    return ProportionalApplication(parts, balance - parts, cell_money(receipt - used), why)
