"""Does it tie: the monthly collection status of a contract, and the roll-forward of receivables."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike

from udfs.arrays import ints, missing, where
from udfs.kpi import ratio
from udfs.registry import function
from udfs.values import CONTRADICTION, Cents, Flag, Rate


class CollectionStatus(NamedTuple):
    """One line of the monthly collection table (回款结算表); amounts in cents."""

    outstanding: Cents
    overdue: Cents
    not_due: Cents
    due_collection_rate: Rate
    contract_collection_rate: Rate
    prepaid: Cents
    overpaid: Cents


@function("AR_COLLECTION_STATUS", case="SETTLEMENT_ROW", category="kpi", field="outstanding")
def collection_status(
    contract: Cents | ArrayLike, due_to_date: Cents | ArrayLike, received: Cents | ArrayLike
) -> CollectionStatus:
    """Tell how a contract stands: not yet received, overdue, not due, collection rates, prepaid.

    Parameters
    ----------
    contract, due_to_date, received : array_like of int64, shape (n,)
        Cents of the whole contract, of what fell due up to the as-of date, and received so far.

    Returns
    -------
    CollectionStatus
        ``outstanding = overdue + not due``; ``prepaid`` is what was received before it fell due,
        ``overpaid`` what exceeds the contract (no performance is owed for it: 其他应付款). The
        rate on what fell due counts at most that amount; nan where nothing fell due.
        CONTRADICTION where more fell due than the contract has, or one of the two is negative.

    Examples
    --------
    >>> found = collection_status([1000], [600], [650])
    >>> found.outstanding.tolist(), found.overdue.tolist(), found.prepaid.tolist()
    ([350], [0], [50])
    """
    whole, fallen, cash = np.broadcast_arrays(ints(contract), ints(due_to_date), ints(received))
    absent = missing(whole, fallen, cash)
    whole, fallen, cash = (np.where(absent, 0, part) for part in (whole, fallen, cash))
    wrong = (fallen > whole) | (fallen < 0)

    def amount(cents: ArrayLike) -> Cents:
        return where(absent, np.where(wrong, np.int64(CONTRADICTION), cents))

    def rate(part: ArrayLike, base: ArrayLike) -> Rate:
        return np.where(wrong, np.inf, ratio(part, np.where(absent, 0, base)))

    overdue = np.maximum(fallen - cash, 0)
    not_due = np.maximum(whole - np.maximum(fallen, cash), 0)
    return CollectionStatus(
        outstanding=amount(overdue + not_due),
        overdue=amount(overdue),
        not_due=amount(not_due),
        due_collection_rate=rate(np.minimum(cash, fallen), fallen),
        contract_collection_rate=rate(cash, whole),
        prepaid=amount(np.maximum(np.minimum(cash, whole) - fallen, 0)),
        overpaid=amount(np.maximum(cash - whole, 0)),
    )


class RollForward(NamedTuple):
    """Closing receivables as computed, how much the ledger differs, and whether it ties."""

    computed: Cents
    difference: Cents
    ties: Flag


@function("AR_ROLL_FORWARD", case="ROLL_FORWARD", category="aging", field="difference")
def roll_forward(
    opening: Cents | ArrayLike,
    billed: Cents | ArrayLike,
    received: Cents | ArrayLike,
    credit_notes: Cents | ArrayLike,
    write_off: Cents | ArrayLike,
    fx: Cents | ArrayLike,
    closing: Cents | ArrayLike,
) -> RollForward:
    """Roll receivables forward and compare with the ledger.

    ``opening + billed − received − credit notes − write-off + FX difference = closing``.

    Parameters
    ----------
    opening, billed, received, credit_notes, write_off, fx, closing : array_like of int64
        Cents, shape (n,). What lowers the balance is given without a sign; ``fx`` has its own, a
        gain above 0. ``closing`` is the ledger's balance.

    Returns
    -------
    RollForward
        ``difference = closing − computed``; a difference of one cent does not tie.

    Examples
    --------
    >>> found = roll_forward([1000], [500], [600], [20], [10], [-5], [870])
    >>> found.computed.tolist(), found.difference.tolist(), found.ties.tolist()
    ([865], [5], [0])
    """
    parts = [ints(part) for part in (opening, billed, received, credit_notes, write_off, fx)]
    absent = missing(*parts, closing)
    start, more, cash, credit, gone, rate = (np.where(absent, 0, part) for part in parts)
    computed = start + more - cash - credit - gone + rate
    difference = np.where(absent, 0, ints(closing)) - computed
    # Yes, no or missing: an int64 that shows as TRUE, FALSE or #N/A.
    return RollForward(
        where(absent, computed),
        where(absent, difference),
        cast("Flag", where(absent, difference == 0)),
    )
