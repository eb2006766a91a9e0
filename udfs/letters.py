"""One letter per customer and currency: which documents it lists, at which level, and the totals.

Amounts of two currencies are never added: a customer with both gets two letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np

from udfs.arrays import sums
from udfs.dunning_history import numbered
from udfs.dunning_policies import currency_code
from udfs.money import LIMIT
from udfs.registry import function
from udfs.values import (
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    Count,
    CountList,
    FlagList,
    Text,
    TextList,
)

if TYPE_CHECKING:
    from udfs.arrays import Codes, Ints

#: What one cell holds (Excel's limit); a longer list says that it goes on.
_CELL_TEXT: Final = 32767
_MORE: Final = "; …"
_JOIN: Final = "; "


class LetterItems(NamedTuple):
    """Items to be listed, amounts in their own currency; without a currency that of the ledger."""

    customer: Text
    currency: Annotated[Text, OPTIONAL]
    document: Annotated[Text, OPTIONAL]
    open_balance: Cents
    level: Annotated[Count, OPTIONAL]
    fee: Annotated[Cents, OPTIONAL]
    interest: Annotated[Cents, OPTIONAL]


class Letters(NamedTuple):
    """One row per letter, in the order in which customers first appear.

    ``level`` is the highest of its items, ``total`` the sum of open balances, fees and interest.
    """

    customer: TextList
    currency: TextList
    level: CountList
    items: CountList
    documents: TextList
    open_balance: CentsList
    fee: CentsList
    interest: CentsList
    total: CentsList


@function("AR_DUNNING_LETTERS", category="dunning", field="total")
def dunning_letters(items: LetterItems, send: FlagList | None = None) -> Letters:
    """Put items into letters: one per customer and currency.

    Parameters
    ----------
    items : LetterItems
        n ≥ 0 items.
    send : array_like of bool, shape (n,), optional
        Which items are listed; by default all.

    Returns
    -------
    Letters
        Arrays of shape (letters,): Σ of each amount over the items of a letter, in cents.

    Raises
    ------
    CellFaultError
        VALUE where `send` has another length than the items; NUM for totals beyond 2**53 cents.

    Examples
    --------
    >>> text = np.array(["甲", "甲"], object)
    >>> none = np.full(2, MISSING)
    >>> found = dunning_letters(LetterItems(text, np.array(["CNY", "USD"], object), text,
    ...                                     np.array([100, 200]), np.array([1, 2]), none, none))
    >>> found.currency.tolist(), found.total.tolist()
    (['CNY', 'USD'], [100, 200])
    """
    size = items.open_balance.size
    listed = np.arange(size)
    if send is not None:
        if send.size != size:
            raise CellFaultError(CellError.VALUE)
        listed = np.flatnonzero(np.asarray(send, dtype=bool))
    customers = items.customer[listed].tolist()
    written = {text: currency_code(text) for text in dict.fromkeys(items.currency.tolist())}
    currencies = [written[text] for text in items.currency[listed].tolist()]
    (owner,), (kind,) = numbered(customers), numbered(currencies)
    pair = owner * (len(written) + 1) + kind
    # In order of first appearance, as she lists them.
    _, first, alike = np.unique(pair, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    letter, count = rank[alike.ravel()], first.size
    first = np.sort(first)
    level = np.zeros(count, dtype=np.int64)
    np.maximum.at(level, letter, items.level[listed])
    amounts = [
        _sum(letter, amount[listed], count)
        for amount in (items.open_balance, items.fee, items.interest)
    ]
    total = np.add.reduce(amounts)
    if total.size and int(np.abs(total).max()) > LIMIT:
        raise CellFaultError(CellError.NUM)
    return Letters(
        customer=items.customer[listed][first],
        currency=np.array(currencies, dtype=object)[first],
        level=level,
        items=np.bincount(letter, minlength=count).astype(np.int64),
        documents=_lists(letter, items.document[listed], count),
        open_balance=amounts[0],
        fee=amounts[1],
        interest=amounts[2],
        total=total,
    )


def _sum(letter: Ints, amount: Ints, count: int) -> Ints:
    """Sum an amount by letter; one that is missing adds nothing."""
    known = np.where(amount == MISSING, 0, amount)
    if float(np.abs(known * 1.0).sum()) >= 2.0 * LIMIT:
        raise CellFaultError(CellError.NUM)
    return sums(letter, known, count)


def _lists(letter: Ints, documents: Codes, count: int) -> Codes:
    """Join the document numbers of each letter, in the order of the items."""
    order = np.argsort(letter, kind="stable")
    ends = np.searchsorted(letter[order], np.arange(count), side="right").tolist()
    names = documents[order].tolist()
    found: Codes = np.empty(count, dtype=object)
    for place, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        text = _JOIN.join(name for name in names[start:end] if name is not None)
        if len(text) > _CELL_TEXT:
            text = text[: text.rindex(_JOIN, 0, _CELL_TEXT - len(_MORE))] + _MORE
        found[place] = text
    return found
