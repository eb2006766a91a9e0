"""What a customer owes and will owe, every amount in exactly one component, each with its limit.

An invoice takes the place of the part of the order, or of the delivery, that it bills: an order of
1,000 of which 1,500 are billed adds nothing to the invoice. Components are the rows of
``rules/exposure_components``.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs import reasons, wording
from udfs.arrays import Ints, sums, where
from udfs.decimals import narrowed
from udfs.dunning_history import numbered
from udfs.registry import function
from udfs.values import (
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    Day,
    FlagList,
    OneCount,
    OneDay,
    ReasonList,
    Text,
    TextList,
    choice,
    label,
)

if TYPE_CHECKING:
    from udfs.arrays import Bools, Codes

_NAME: Final = "AR_CREDIT_EXPOSURE"
#: Below this sum of absolute amounts nothing can leave int64.
_SAFE: Final = 2.0**60
#: Components in the order of the answer: their total first.
_COMPONENTS: Final = (
    "total",
    "not_due",
    "overdue",
    "no_due_date",
    "credits",
    "bills",
    "delivered",
    "ordered",
    "deposits",
)
_PLACE: Final = {code: place for place, code in enumerate(_COMPONENTS)}


class ExposureDocuments(NamedTuple):
    """Documents of one or several customers, in any order.

    ``amount`` is that of the whole document; ``open_balance`` what is open of an invoice, bill or
    deposit (blank: all of it). Invoices and deliveries name the order that they belong to.
    """

    kind: Annotated[NDArray[np.object_], choice("exposure_documents", "each")]
    order: Annotated[Text, OPTIONAL]
    due_date: Annotated[Day, OPTIONAL]
    amount: Cents
    open_balance: Annotated[Cents, OPTIONAL]
    customer: Annotated[Text, OPTIONAL]


class ComponentLimits(NamedTuple):
    """Limit of a component; without a customer for every one. A blank limit is none."""

    component: Annotated[NDArray[np.object_], choice("exposure_components", "each")]
    limit: Annotated[Cents, OPTIONAL]
    customer: Annotated[Text, OPTIONAL]


class Exposure(NamedTuple):
    """One row per customer and component, the total first: used, limit, what is over, and why."""

    used: CentsList
    customer: Annotated[TextList, OPTIONAL]
    component: Annotated[NDArray[np.object_], label("exposure_components", "list")]
    limit: Annotated[CentsList, OPTIONAL]
    over: Annotated[CentsList, OPTIONAL]
    exceeded: FlagList
    zero_limit: FlagList
    reason: ReasonList


class _Sums(NamedTuple):
    """Components of shape (customers, 9), and ordered and delivered before what replaces them."""

    used: Ints
    ordered: Ints
    delivered: Ints


@function(_NAME, category="credit", field="used")
def credit_exposure(
    documents: ExposureDocuments,
    as_of: OneDay,
    limits: ComponentLimits | None = None,
    margin: OneCount = 0,
) -> Exposure:
    """Give the credit exposure of each customer by component, with what is over its limit.

    Parameters
    ----------
    documents : ExposureDocuments
        n ≥ 0 orders, deliveries, invoices (credit notes negative), bills received and deposits. Of
        an order all invoices belong here, paid ones with an open balance of 0.
    as_of : int
        Serial, the day included.
    limits : ComponentLimits, optional
        A limit per component; one with a customer holds before one without.
    margin : int, optional
        Days after the due date that do not yet count as overdue.

    Returns
    -------
    Exposure
        A row for the total of each customer and for each of its components that is not 0, has a
        limit, or was replaced. Of an invoice or bill what is open is overdue where
        ``due < as_of − margin``, else not due, or without due date, or a bill, or a credit if
        negative. Per order ``delivered = max(0, deliveries − billed)`` and ``ordered =
        max(0, orders − max(deliveries, billed))``. Deposits are negative. Exceeded is strictly
        more than the limit; an empty limit is none, and 0 asks whether it is meant.

    Raises
    ------
    CellFaultError
        NUM for a negative margin or limit, a component with two limits for one customer, or
        amounts beyond 2**60 cents.

    References
    ----------
    rules.md 28 and 29 (Odoo, ERPNext, OCA account_financial_risk).

    Examples
    --------
    >>> rows = ExposureDocuments(
    ...     np.array(["order", "invoice"], object), np.array(["S1", "S1"], object),
    ...     np.array([MISSING, 45900]), np.array([100_000, 150_000]),
    ...     np.array([MISSING, MISSING]), np.array([None, None]))
    >>> found = credit_exposure(rows, 45838)
    >>> found.used.tolist(), found.component.tolist()  # 1,500 and not 2,500
    ([150000, 150000, 0], ['total', 'not_due', 'ordered'])
    """
    if margin < 0:
        raise CellFaultError(CellError.NUM)
    open_balance = np.where(
        documents.open_balance == MISSING, documents.amount, documents.open_balance
    )
    size = np.abs(documents.amount * 1.0).sum() + np.abs(open_balance * 1.0).sum()
    if float(size) >= _SAFE:
        raise CellFaultError(CellError.NUM)
    (owner,) = numbered(documents.customer.tolist())
    # Numbers go up in order of appearance, so a new customer is where the highest one goes up.
    new = np.diff(np.maximum.accumulate(owner), prepend=-1) > 0
    names: list[str | None] = documents.customer[new].tolist() or [None]
    found = _components(documents, open_balance, owner, len(names), as_of - margin)
    limits_of = _limits(limits, names)
    row, part = np.nonzero(_shown(found, limits_of))
    used, limit = found.used[row, part], limits_of[row, part]
    none = limit == MISSING
    component = np.array(_COMPONENTS, dtype=object)[part]
    reason = reasons.because(
        _NAME,
        component,
        used=reasons.money(used),
        parts=_parts_told(found.used, row, part),
        ordered=reasons.money(found.ordered[row]),
        delivered=reasons.money(found.delivered[row]),
        billed=reasons.money(found.delivered[row] - used),
        replaced=reasons.money(found.ordered[row] - used),
        day=reasons.date(np.int64(max(as_of - margin, 0))),
        limit=_limit_told(limit, used),
    )
    return Exposure(
        narrowed(used),
        np.array(names, dtype=object)[row],
        component,
        limit,
        where(none, narrowed(np.maximum(used - np.where(none, used, limit), 0))),
        ~none & (used > limit),
        limit == 0,
        reason,
    )


def _shown(found: _Sums, limits: Ints) -> Bools:
    """Tell which rows say something: the totals, what is used, replaced or limited."""
    shown: Bools = (found.used != 0) | (limits != MISSING)
    shown[:, _PLACE["total"]] = True
    shown[:, _PLACE["ordered"]] |= found.ordered > 0
    shown[:, _PLACE["delivered"]] |= found.delivered > 0
    return shown


def _components(
    documents: ExposureDocuments, open_balance: Ints, owner: Ints, customers: int, first: int
) -> _Sums:
    """Sum every amount into its component; what was due before `first` is overdue."""
    place = np.array([_HOMES[kind] for kind in documents.kind.tolist()], dtype=np.int64)
    due, bill = documents.due_date, place == _PLACE["bills"]
    invoice = place == _PLACE["not_due"]
    place = np.where(invoice & (due == MISSING), _PLACE["no_due_date"], place)
    late = (invoice | bill) & (due != MISSING) & (due < first)
    place = np.where(late, _PLACE["overdue"], place)
    place = np.where(invoice & (open_balance < 0), _PLACE["credits"], place)
    deposit = place == _PLACE["deposits"]
    placed = (place != _PLACE["ordered"]) & (place != _PLACE["delivered"])
    width = len(_COMPONENTS)
    key = np.where(placed, owner * width + place, -1)
    used = sums(key, np.where(deposit, -open_balance, open_balance), customers * width)
    used = used.reshape(customers, width)
    group, owner_of = _orders(documents.order, owner)
    orders = owner_of.size
    ordered, delivered, billed = (
        sums(np.where(mask, group, -1), documents.amount, orders)
        for mask in (place == _PLACE["ordered"], place == _PLACE["delivered"], invoice)
    )
    ordered, delivered, billed = (np.maximum(part, 0) for part in (ordered, delivered, billed))
    rest = np.maximum(delivered - billed, 0)
    used[:, _PLACE["delivered"]] = sums(owner_of, rest, customers)
    rest = np.maximum(ordered - np.maximum(delivered, billed), 0)
    used[:, _PLACE["ordered"]] = sums(owner_of, rest, customers)
    used[:, _PLACE["total"]] = used.sum(axis=1)
    return _Sums(used, sums(owner_of, ordered, customers), sums(owner_of, delivered, customers))


#: The component that a kind of document begins in.
_HOMES: Final = {
    "order": _PLACE["ordered"],
    "delivery": _PLACE["delivered"],
    "invoice": _PLACE["not_due"],
    "bill": _PLACE["bills"],
    "deposit": _PLACE["deposits"],
}


def _orders(order: Codes, owner: Ints) -> tuple[Ints, Ints]:
    """Give each document the number of its order, one without apart, and each order its owner."""
    (number,) = numbered(order.tolist())
    nameless = np.array([text is None for text in order.tolist()], dtype=bool)
    apart = number.size + np.arange(number.size)
    pair = owner * (2 * number.size) + np.where(nameless, apart, number)
    _, first, group = np.unique(pair, return_index=True, return_inverse=True)
    return group.reshape(-1), owner[first]


def _limits(table: ComponentLimits | None, names: list[str | None]) -> Ints:
    """Give the limit of each customer and component; MISSING for none.

    Raises
    ------
    CellFaultError
        NUM for a negative limit or two for one component and customer.
    """
    found = np.full((len(names), len(_COMPONENTS)), MISSING)
    if table is None or not table.limit.size:
        return found
    if ((table.limit < 0) & (table.limit != MISSING)).any():
        raise CellFaultError(CellError.NUM)
    known, theirs = numbered(names, table.customer.tolist())
    part = np.array([_PLACE[code] for code in table.component.tolist()], dtype=np.int64)
    every = np.array([text is None for text in table.customer.tolist()], dtype=bool)
    pairs = np.where(every, -1, theirs) * len(_COMPONENTS) + part
    if np.unique(pairs).size != pairs.size:
        raise CellFaultError(CellError.NUM)
    found[:, part[every]] = table.limit[every]
    own = ~every & (theirs < known.size)
    found[theirs[own], part[own]] = table.limit[own]
    return found


def _phrase(key: str, lang: str) -> str:
    return wording.text(_NAME, f"@reason.{key}", lang)


def _limit_told(limit: Ints, used: Ints) -> reasons.Part:
    """Say the limit, if there is one, and what is over it; ask where it is 0."""
    exceeded: Bools = used > limit

    def part(lang: str) -> Codes:
        limits, over = reasons.money(limit)(lang), reasons.money(used - np.maximum(limit, 0))(lang)
        told: Codes = np.full(limit.shape, _phrase("unlimited", lang), dtype=object)
        for place in np.flatnonzero(limit != MISSING).tolist():
            key = "exceeded" if exceeded[place] else "within"
            told[place] = _phrase(key, lang).format(amount=limits[place], over=over[place])
            if not limit[place]:
                told[place] += _phrase("ask", lang)
        return told

    return part


def _parts_told(used: Ints, row: Ints, part: Ints) -> reasons.Part:
    """Write the components that are not 0 as a sum, for the rows of totals."""

    def written(lang: str) -> Codes:
        words = reasons.words("exposure_components", np.array(_COMPONENTS, dtype=object))(lang)
        told: Codes = np.full(row.shape, "", dtype=object)
        plus, zero = _phrase("plus", lang), [_phrase("nothing", lang)]
        totals = np.flatnonzero(part == _PLACE["total"])
        for place in totals.tolist():
            amounts = used[row[place]]
            money = reasons.money(amounts)(lang)
            some = np.flatnonzero(amounts[1:]) + 1
            terms = [f"{words[at]} {money[at]}" for at in some.tolist()]
            told[place] = reduce(
                lambda left, right: plus.format(left=left, right=right), terms or zero
            )
        return told

    return written
