"""Which open items a receipt is for: by reference, by amount, by combination; one is the answer.

Two that would do are no answer: a person decides. Money is int64 cents.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs import reasons
from udfs.application import (
    Application,
    OpenDebts,
    apply_in_order,
    cell_money,
    refuse_negative,
    states,
)
from udfs.arrays import Codes, Ints, ints
from udfs.references import references
from udfs.registry import function
from udfs.subset import Subsets, find_subsets, limit, searches
from udfs.values import (
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    Count,
    CountList,
    Flag,
    OneCents,
    OneCount,
    OneText,
    Reason,
    Text,
    TextList,
)


def named_first(remark: str, items: OpenDebts) -> Ints:
    """Give the positions of the items that a remark names, in the order of the remark.

    Of several rows of one document the one that is due first comes first.
    """
    due = np.where(ints(items.due_date) == MISSING, np.int64(2**62), ints(items.due_date))
    found = references(remark, items.document)
    return ints([row for rows in found for row in sorted(rows, key=lambda at: (due[at], at))])


def apply_named(receipt: int, items: OpenDebts, named: Ints) -> Ints:
    """Apply a receipt to named items in their order, named credit notes as far as it falls short.

    Returns
    -------
    ndarray of int64, shape (n,)
        Cents allocated to each item.
    """
    opens = ints(items.open_balance)
    allocated = np.zeros_like(opens)
    allocated[named] = apply_in_order(
        receipt, opens[named], np.arange(named.size), use_credits=True
    )
    return allocated


@function("AR_MATCH_REFERENCE", case="APPLY_REF", category="cash_application", field="allocated")
def match_reference(receipt: OneCents, remark: OneText, items: OpenDebts) -> Application:
    """Apply a receipt to the documents that the text of the bank names.

    Parameters
    ----------
    receipt : int
        Cents, not negative.
    remark : str
        Purpose or remark of the payment; :mod:`udfs.references` says how numbers are found.
    items : OpenDebts
        n open items. A credit note that is named is used as far as the receipt falls short.

    Returns
    -------
    Application
        Per item, shape (n,); several documents in the order of the text; what they do not take
        stays on account.

    Raises
    ------
    CellFaultError
        The text names none of them (#N/A); a receipt below 0 (#NUM!).

    Examples
    --------
    >>> items = OpenDebts(*map(np.array, (["INV1", "INV2"], [9, 9], [500, 800], [0, 0], [0, 0])))
    >>> match_reference(800, "付INV2货款", items).allocated.tolist()
    [0, 800]
    """
    refuse_negative(receipt)
    named = named_first(remark, items)
    if not named.size:
        raise CellFaultError(CellError.NA)
    allocated = apply_named(receipt, items, named)
    opens = ints(items.open_balance)
    variants = states(opens, allocated)
    variants[~np.isin(np.arange(opens.size), named)] = "not_named"
    return Application(
        items.document,
        allocated,
        opens - allocated,
        cell_money(receipt - sum(allocated.tolist())),
        reasons.because(
            "AR_MATCH_REFERENCE",
            variants,
            document=reasons.text(items.document),
            allocated=reasons.money(allocated),
            open=reasons.money(opens - allocated),
        ),
    )


class AmountMatch(NamedTuple):
    """The one document of an amount, all that would do (the first of many), and their number."""

    match: Text
    candidates: Annotated[TextList, OPTIONAL]
    number: Count
    reason: Reason


class Candidates(NamedTuple):
    """Per receipt how many items have its amount, and the rows of the first of them.

    ``rows`` has the shape (k, m), −1 where there is no further candidate.
    """

    number: Ints
    rows: Ints


def amount_candidates(receipts: ArrayLike, opens: ArrayLike, tolerance: int = 0) -> Candidates:
    """Find the items whose open amount differs from a receipt by the tolerance at most.

    Parameters
    ----------
    receipts : array_like of int64, shape (k,)
        Cents.
    opens : array_like of int64, shape (n,)
        Cents open; an item with nothing open is no candidate.
    tolerance : int
        Cents, not negative.

    Examples
    --------
    >>> amount_candidates([500, 800], [500, 800, 500])
    Candidates(number=array([2, 1]), rows=array([[ 0,  2],
           [ 1, -1]]))
    """
    paid, balance = ints(receipts), ints(opens)
    order = np.flatnonzero(balance)
    order = order[np.argsort(balance[order], kind="stable")]
    first = np.searchsorted(balance[order], paid - tolerance, side="left")
    number = np.searchsorted(balance[order], paid + tolerance, side="right") - first
    shown = min(int(number.max(initial=0)), limit("candidates"))
    place = np.arange(shown)
    known = place < number[:, None]
    rows = np.where(
        known, order[np.where(known, first[:, None] + place, 0)], order.size + balance.size
    )
    rows = np.sort(rows, axis=1)
    return Candidates(number, np.where(rows < balance.size, rows, -1))


@function("AR_MATCH_AMOUNT", case="MATCH_AMOUNT", category="cash_application")
def match_amount(
    receipt: Cents | ArrayLike, items: OpenDebts, tolerance: OneCents = 0
) -> AmountMatch:
    """Find the one open item that has the amount of a receipt; two candidates are no match.

    Parameters
    ----------
    receipt : array_like of int64, shape (k,)
        Cents; a refund, negative, is matched with credit notes.
    items : OpenDebts
        n open items.
    tolerance : int
        Cents of difference allowed; by default none.

    Returns
    -------
    AmountMatch
        ``|receipt − open| ≤ tolerance`` for exactly one item, else None; candidates in the order
        of the rows, shape (k, m).

    Raises
    ------
    CellFaultError
        A tolerance below 0 (#NUM!).

    Examples
    --------
    >>> items = OpenDebts(*map(np.array, (["INV1", "INV2"], [9, 9], [500, 800], [0, 0], [0, 0])))
    >>> match_amount([800, 700], items).match.tolist()
    ['INV2', None]
    """
    refuse_negative(tolerance)
    paid = np.atleast_1d(ints(receipt))
    found = amount_candidates(paid, items.open_balance, tolerance)
    document: Codes = np.append(np.asarray(items.document, dtype=object), [None])
    listed: Codes = document[found.rows]
    match = np.full(paid.shape, None, dtype=object)
    one = found.number == 1
    match[one] = listed[one, 0] if listed.size else None
    why = reasons.because(
        "AR_MATCH_AMOUNT",
        np.where(one, "one", np.where(found.number == 0, "none", "several")).astype(object),
        receipt=reasons.money(paid),
        document=reasons.text(match),
        number=reasons.number(found.number),
        tolerance=reasons.money(tolerance),
    )
    return AmountMatch(match, listed, found.number, why)


class SubsetMatch(NamedTuple):
    """The positions, from 1, of the one combination; how many there are; whether that is all."""

    positions: CountList
    solutions: Count
    decided: Flag
    reason: Reason


@function("AR_MATCH_SUBSET", case="MATCH_SUBSET", category="cash_application")
def match_subset(
    receipt: Cents | ArrayLike,
    amounts: CentsList,
    tolerance: OneCents = 0,
    max_size: OneCount | None = None,
) -> SubsetMatch:
    """Find the one combination of amounts that makes a receipt; two solutions are no answer.

    Parameters
    ----------
    receipt : array_like of int64, shape (k,)
        Cents.
    amounts : array_like of int64, shape (n,)
        Cents open, credit notes negative.
    tolerance : int
        Cents of difference allowed; by default none.
    max_size : int, optional
        Most items in a combination; by default that of ``rules/matching_limits``.

    Returns
    -------
    SubsetMatch
        ``positions`` of shape (k, m), filled up with MISSING, and only that where there is not
        exactly one solution. ``decided`` is False where the work of the search was used up: then
        there are at least so many solutions, and one that was found is not known to be the only.

    Raises
    ------
    CellFaultError
        A tolerance below 0 or a size below 1 (#NUM!).

    Examples
    --------
    >>> match_subset(18000, np.array([20000, -2000, 7000])).positions.tolist()
    [[1, 2]]
    """
    refuse_negative(tolerance)
    if max_size is not None and max_size < 1:
        raise CellFaultError(CellError.NUM)
    paid = np.atleast_1d(ints(receipt))
    different, turn = np.unique(paid, return_inverse=True)
    searched = searches(different.size, amounts.size)
    found = [
        find_subsets(each, amounts, tolerance, max_size, searched)
        for each in different[:searched].tolist()
    ]
    found += [Subsets(0, decided=False, members=())] * (different.size - searched)
    unique = [each.decided and each.solutions == 1 for each in found]
    width = max((len(each.members) for each in found), default=1) or 1
    positions = np.full((different.size, width), MISSING, dtype=np.int64)
    for row, (each, one) in enumerate(zip(found, unique, strict=True)):
        if one:
            positions[row, : len(each.members)] = ints(each.members) + 1
    if different.size == 1 and not unique[0]:
        positions = positions[:, :1]
    solutions = ints([each.solutions for each in found])[turn]
    decided = np.array([each.decided for each in found], dtype=bool)[turn]
    names = np.array(
        [
            ("one" if one else "several" if each.solutions else "none")
            if each.decided
            else ("at_least" if each.solutions > 1 else "undecided")
            for each, one in zip(found, unique, strict=True)
        ],
        dtype=object,
    )
    written = ["+".join(str(at + 1) for at in each.members) for each in found]
    why = reasons.because(
        "AR_MATCH_SUBSET",
        names[turn],
        receipt=reasons.money(paid),
        positions=reasons.text(np.array(written, dtype=object)[turn]),
        number=reasons.number(solutions),
        tolerance=reasons.money(tolerance),
    )
    return SubsetMatch(positions[turn], solutions, decided, why)
