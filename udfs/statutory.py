"""The order of the law where neither contract nor debtor says otherwise: Civil Code 560 and 561.

Article 560 ranks the debts of one kind, article 561 the heads of one debt. Money is int64 cents.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs import reasons
from udfs.application import (
    Application,
    OpenDebts,
    cell_money,
    refuse_negative,
    running,
    states,
)
from udfs.arrays import Bools, Codes, Floats, Ints, ints, missing, where
from udfs.plan import allocate
from udfs.references import compared
from udfs.registry import function
from udfs.rules import rule
from udfs.values import (
    CONTRADICTION,
    MISSING,
    CellError,
    CellFaultError,
    Cents,
    Flag,
    OneCents,
    OneDay,
    Reason,
    TextList,
)

_NEVER: Final = 2**62


class Ranks(NamedTuple):
    """Debts in the order of the law: positions, and where each rank of equals begins."""

    order: Ints
    first: Bools


def statutory_ranks(items: OpenDebts, as_of: int, designated: Codes | None = None) -> Ranks:
    """Rank debts by article 560: designated, due, least secured, heaviest burden, earliest due.

    Parameters
    ----------
    items : OpenDebts
        n debts; a blank security or burden is 0. A debt without due date is not due, and last.
    as_of : int
        Serial of the day of payment; what falls due that day is due.
    designated : array of str, optional
        Documents that the debtor named, in the order of naming.

    Returns
    -------
    Ranks
        Debts that are equal in all of it stand together: they share pro rata.

    Raises
    ------
    CellFaultError
        A document that is designated is not among the debts (#N/A).
    """
    due = np.where(ints(items.due_date) == MISSING, _NEVER, ints(items.due_date))
    keys: tuple[Ints | Floats, ...] = (
        due,
        -np.nan_to_num(np.asarray(items.burden, dtype=np.float64)),
        np.nan_to_num(np.asarray(items.security, dtype=np.float64)),
        (due > as_of).astype(np.int64),
        _designation(items.document, designated),
    )
    order = np.lexsort(keys)
    first = np.zeros(order.size, dtype=bool)
    first[:1] = True
    for key in keys:
        first[1:] |= key[order][1:] != key[order][:-1]
    return Ranks(order, first)


def _designation(document: Codes, designated: Codes | None) -> Ints:
    """Give the place of each document among the designated ones; after them all for the others."""
    if designated is None or not len(designated):
        return np.zeros(len(document), dtype=np.int64)
    named: dict[str, int] = {}
    for name in designated:
        named.setdefault(compared(str(name)), len(named))
    place = ints([named.get(compared(str(name)), len(named)) for name in document])
    if np.unique(place[place < len(named)]).size < len(named):
        raise CellFaultError(CellError.NA)
    return place


def by_rank(receipt: int, owed: Ints, ranks: Ranks) -> Ints:
    """Give out a receipt rank by rank; the rank that it does not cover shares it pro rata."""
    taken = np.zeros_like(owed)
    if not owed.size:
        return taken
    starts = np.flatnonzero(ranks.first)
    sizes, group = owed[ranks.order], np.cumsum(ranks.first) - 1
    reach = running(sizes)
    ends = reach[np.append(starts[1:], sizes.size) - 1]
    totals = np.diff(ends, prepend=0)
    left = max(receipt, 0)
    covered = ends <= left
    taken[ranks.order] = np.where(covered[group], sizes, 0)
    if not covered.all():
        partial = int(np.argmin(covered))
        rest = left - int(ends[partial] - totals[partial])
        members = ranks.order[group == partial]
        taken[members] = allocate(rest, owed[members])
    return taken


@function(
    "AR_APPLY_STATUTORY", case="APPLY_LEGAL_560", category="cash_application", field="allocated"
)
def apply_statutory(
    receipt: OneCents, items: OpenDebts, as_of: OneDay, designated: TextList | None = None
) -> Application:
    """Apply a receipt in the order of article 560; what no debt takes stays on account.

    Parameters
    ----------
    receipt : int
        Cents, not negative.
    items, as_of, designated
        As in :func:`statutory_ranks`. Credit notes take no part: set-off is declared, not assumed.

    Returns
    -------
    Application
        Per debt, in the order of the rows, shape (n,).

    Raises
    ------
    CellFaultError
        A receipt below 0 (#NUM!); a designated document that is not among the debts (#N/A).

    Examples
    --------
    >>> items = OpenDebts(*map(np.array, (["A", "B"], [9, 9], [300, 600], [0, 0], [0, 0])))
    >>> apply_statutory(300, items, 10).allocated.tolist()  # equal in all: pro rata
    [100, 200]
    """
    refuse_negative(receipt)
    opens = ints(items.open_balance)
    ranks = statutory_ranks(items, as_of, designated)
    allocated = by_rank(receipt, np.maximum(opens, 0), ranks)
    number = np.empty(opens.size, dtype=np.int64)
    number[ranks.order] = np.cumsum(ranks.first)
    due = ints(items.due_date)
    named = _designation(items.document, designated)
    chosen = named < named.max(initial=0) if designated is not None else named < 0
    if designated is not None and len(designated) and not chosen.any():
        chosen = np.ones(opens.size, dtype=bool)  # every debt was designated, under one name
    state = np.where(
        chosen, "designated", np.where((due <= as_of) & (due != MISSING), "due", "not_due")
    ).astype(object)
    return Application(
        items.document,
        allocated,
        opens - allocated,
        cell_money(receipt - sum(allocated.tolist())),
        reasons.because(
            "AR_APPLY_STATUTORY",
            states(opens, allocated),
            rule=reasons.rule(rule("application_rules", "statutory"), dated=True),
            rank=reasons.number(number),
            state=reasons.words("application_states", state),
            security=reasons.number(np.nan_to_num(items.security)),
            burden=reasons.percent(np.nan_to_num(items.burden)),
            due=reasons.date(due),
            allocated=reasons.money(allocated),
            open=reasons.money(opens - allocated),
        ),
    )


class Heads(NamedTuple):
    """What of a receipt goes to each head of one debt, and what is left of it."""

    cost: Cents
    interest: Cents
    penalty: Cents
    principal: Cents
    rest: Cents
    reason: Reason


@function(
    "AR_APPLY_COST_INTEREST_PRINCIPAL",
    case="APPLY_561",
    category="cash_application",
    field="principal",
)
def apply_heads(
    receipt: Cents | ArrayLike,
    cost: Cents | ArrayLike,
    interest: Cents | ArrayLike,
    principal: Cents | ArrayLike,
    penalty: Cents | ArrayLike = 0,
    penalty_first: Flag | ArrayLike = False,  # noqa: FBT002 - cells pass flags by position
) -> Heads:
    """Apply a receipt to one debt by article 561: costs, then interest, then the principal.

    Parameters
    ----------
    receipt, cost, interest, principal : array_like of int64, shape (n,)
        Cents, not negative.
    penalty : array_like of int64
        Cents of a contractual penalty (违约金). Whether it ranks before the principal as interest
        does is unsettled: by default it comes after the principal.
    penalty_first : array_like of bool
        Let the penalty come before the principal.

    Returns
    -------
    Heads
        Cents, shape (n,); together they are the receipt. MISSING where an argument is,
        CONTRADICTION where one is negative.

    Examples
    --------
    >>> found = apply_heads(5000000, 200000, 500000, 10000000)
    >>> found.principal.tolist(), found.rest.tolist()
    (4300000, 0)
    """
    given = [ints(each) for each in (receipt, cost, interest, principal, penalty)]
    paid, *heads = np.broadcast_arrays(*given)
    early = np.broadcast_to(np.asarray(penalty_first, dtype=bool), paid.shape)
    absent = missing(paid, *heads)
    wrong = np.logical_or.reduce([head < 0 for head in (paid, *heads)])
    left = np.where(absent | wrong, 0, paid)
    costs, interests, principals, penalties = (np.where(absent | wrong, 0, h) for h in heads)
    before, after = np.where(early, penalties, 0), np.where(early, 0, penalties)
    taken = []
    for size in (costs, interests, before, principals, after):
        taken.append(np.minimum(left, size))
        left = left - taken[-1]
    amounts = [taken[0], taken[1], taken[2] + taken[4], taken[3], left]
    shown = [where(absent, np.where(wrong, CONTRADICTION, each)) for each in amounts]
    names = np.where(
        absent | wrong,
        "",
        np.where(penalties == 0, "plain", np.where(early, "penalty_first", "penalty_last")),
    ).astype(object)
    names[names == ""] = None
    why = reasons.because(
        "AR_APPLY_COST_INTEREST_PRINCIPAL",
        names,
        rule=reasons.rule(rule("application_rules", "heads"), dated=True),
        receipt=reasons.money(paid),
        **{
            name: reasons.money(each)
            for name, each in zip(
                ("cost", "interest", "penalty", "principal", "rest"), amounts, strict=True
            )
        },
    )
    return Heads(shown[0], shown[1], shown[2], shown[3], shown[4], why)
