"""What is open on each instalment of one document: advances, receipts and credit notes split.

What was received goes first to the instalments to which it is already assigned, then to the others
in the same order: largest assigned amount first, then by due date. Credit notes follow in that
order. An advance that was settled at invoicing is no payment of the first instalment: it is spread
over all of them in proportion. What exceeds the document stands in a row of its own, negative, so
that the rows always add up to the document's balance.

Money is int64 cents.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from udfs.arrays import Ints, check_total, ints
from udfs.balances import Receipts
from udfs.plan import allocate
from udfs.registry import function
from udfs.values import (
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    Day,
    DayList,
    OneCents,
    OneDay,
)


class OpenInstalments(NamedTuple):
    """Due dates and cents of the instalments, and of what was received that assigned to each."""

    due_date: Annotated[Day, OPTIONAL]
    amount: Cents
    assigned: Annotated[Cents, OPTIONAL]


class CreditNotes(NamedTuple):
    """Credit notes of the document: dates and cents, negative."""

    document_date: Day
    amount: Cents


class InstalmentBalances(NamedTuple):
    """Cents by instalment; last a row without a due date where there is an excess."""

    due_date: Annotated[DayList, OPTIONAL]
    amount: CentsList
    advance: CentsList
    received: CentsList
    credited: CentsList
    open_balance: CentsList


@function(
    "AR_INSTALMENT_BALANCES",
    category="aging",
    field="open_balance",
)
def instalment_balances(
    instalments: OpenInstalments,
    receipts: Receipts | None = None,
    credit_notes: CreditNotes | None = None,
    advance: OneCents = 0,
    as_of: OneDay | None = None,
) -> InstalmentBalances:
    """Split what was received and credited over the instalments of one document.

    ``open = amount − advance − received − credited`` in every row.

    Parameters
    ----------
    instalments : OpenInstalments
        n instalments; ``assigned`` is blank (MISSING) where nothing was.
    receipts : Receipts, optional
        All cash of the document, what is assigned included; without it the assigned amounts.
    credit_notes : CreditNotes, optional
        Credit notes, negative as in the ledger.
    advance : int
        Cents of an advance that was allocated when the document was issued.
    as_of : int, optional
        A day: later receipts and credit notes do not exist yet.

    Returns
    -------
    InstalmentBalances
        Arrays of shape (n,) in the order given, or (n + 1,) with the excess.

    Raises
    ------
    CellFaultError
        A credit note above 0, or a negative advance (#NUM!).

    Examples
    --------
    >>> two = OpenInstalments(ints([100, 131]), ints([4000, 4000]), ints([MISSING] * 2))
    >>> instalment_balances(two, advance=4000).open_balance.tolist()
    [2000, 2000]
    >>> instalment_balances(two, Receipts(ints([90]), ints([5000]))).open_balance.tolist()
    [0, 3000]
    """
    amount = ints(instalments.amount)
    assigned = np.where(instalments.assigned == MISSING, 0, instalments.assigned)
    notes = ints([]) if credit_notes is None else credit_notes.amount
    if advance < 0 or (notes > 0).any():
        raise CellFaultError(CellError.NUM)
    paid = _total(assigned) if receipts is None else _up_to(receipts, as_of)
    credit = -(0 if credit_notes is None else _up_to(credit_notes, as_of))
    coverable = np.maximum(amount, 0)
    check_total(np.append(amount, (paid, credit, advance)))
    ahead = min(advance, int(coverable.sum()))
    spread = allocate(ahead, coverable) if ahead else np.zeros_like(amount)
    # As unsigned numbers MISSING sorts behind every date of our century.
    order = np.lexsort((instalments.due_date.view(np.uint64), -assigned))
    room = (coverable - spread)[order]
    own = _fill(paid, np.clip(assigned[order], 0, room))
    more = _fill(paid - int(own.sum()), room - own)
    noted = _fill(credit, room - own - more)
    received, credited = np.empty_like(amount), np.empty_like(amount)
    received[order], credited[order] = own + more, noted
    # What nothing could take: of the advance as of the cash.
    spare = advance - ahead, paid - int(received.sum()), credit - int(credited.sum())
    rows = [instalments.due_date, amount, spread, received, credited]
    if any(spare):
        extra = (MISSING, 0, *spare)
        rows = [np.append(row, last) for row, last in zip(rows, extra, strict=True)]
    due, owed, before, cash, note = rows
    return InstalmentBalances(due, owed, before, cash, note, owed - before - cash - note)


def _up_to(dated: Receipts | CreditNotes, as_of: int | None) -> int:
    """Add up the amounts dated on a day or before it; all of them without one."""
    when, cents = ints(dated[0]), ints(dated[1])
    return _total(cents if as_of is None else cents[when <= as_of])


def _total(amounts: Ints) -> int:
    check_total(amounts)
    return int(amounts.sum())


def _fill(amount: int, room: Ints) -> Ints:
    """Fill rooms one after the other; the amount of a refund fills none."""
    before = np.cumsum(room) - room
    return ints(np.clip(amount - before, 0, room))
