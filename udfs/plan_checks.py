"""A collection plan against its contract: total, numbers, reminders, what may still be changed.

The plan of a contract may not exceed it; equal is in order. A row is locked as soon as a receipt
is linked to it. Planned date, legal due date and promised date are three columns, never one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np

from udfs.arrays import ints
from udfs.decimals import narrowed
from udfs.reading import FIRST_DAY, LAST_DAY
from udfs.registry import function
from udfs.rules import rule, rules
from udfs.values import (
    CONTRADICTION,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    Count,
    CountList,
    Day,
    DayList,
    Flag,
    FlagList,
    Lang,
    OneCents,
    OneCount,
    TextList,
)

if TYPE_CHECKING:
    from udfs.arrays import Bools, Ints


class PlanRows(NamedTuple):
    """Rows of a plan: period number, amount, planned date, legal due date, promised date."""

    number: Count
    amount: Cents
    planned_date: Day
    legal_due: Annotated[Day, OPTIONAL]
    promised_date: Annotated[Day, OPTIONAL]


class PlanReceipts(NamedTuple):
    """Receipts linked to rows of the plan: period number and amount."""

    number: Count
    amount: Cents


class PlanReport(NamedTuple):
    """The plan as a whole, then its rows in their order; ``messages`` in words.

    Lists have one element for each row: three dates side by side, the reminder, what was received
    and is still open, and whether the row is locked.
    """

    ok: Flag
    planned: Cents
    not_planned: Cents
    next_number: Count
    number: CountList
    planned_date: DayList
    legal_due: Annotated[DayList, OPTIONAL]
    promised_date: Annotated[DayList, OPTIONAL]
    reminder_date: DayList
    received: CentsList
    outstanding: CentsList
    locked: FlagList
    messages: Annotated[TextList, OPTIONAL]


def _total(cents: Ints) -> int:
    """Add on Python's integers: a million large amounts are beyond int64."""
    return sum(cents.tolist())


def _received(plan: PlanRows, receipts: PlanReceipts | None) -> tuple[Ints, Bools, int]:
    """Give what each row received, which rows are linked, and how many receipts fit no row."""
    received = np.zeros(plan.number.size, dtype=object)
    locked = np.zeros(plan.number.size, dtype=bool)
    if receipts is None or not receipts.number.size or not plan.number.size:
        return narrowed(received), locked, 0 if receipts is None else receipts.number.size
    order = np.argsort(plan.number, kind="stable")
    place = np.searchsorted(plan.number[order], receipts.number)
    row = order[np.minimum(place, order.size - 1)]
    fits = plan.number[row] == receipts.number
    np.add.at(received, row[fits], receipts.amount[fits].astype(object))
    locked[row[fits]] = True
    return narrowed(received), locked, int((~fits).sum())


def _messages(
    plan: PlanRows, contract: int, planned: int, received: Ints, strange: int, lang: str
) -> TextList:
    """Say what does not fit, the whole plan first."""
    numbers, counts = np.unique(plan.number, return_counts=True)
    found: list[tuple[str, dict[str, object]]] = []
    if planned > contract:
        over = planned - contract
        found.append(("over_contract", {"amount": f"{over // 100:,}.{over % 100:02d}"}))
    found += [("repeated", {"number": number}) for number in numbers[counts > 1].tolist()]
    not_positive = plan.number[plan.amount <= 0]
    found += [("not_positive", {"number": number}) for number in not_positive.tolist()]
    over_received = plan.number[(received > plan.amount) & (plan.amount > 0)]
    found += [("over_received", {"number": number}) for number in over_received.tolist()]
    if strange:
        found.append(("unknown_row", {"count": strange}))
    rows = {row.code: row for row in rules("plan_findings")}
    words = [rows[code].label(lang, **params) for code, params in found]
    return np.array(words, dtype=object)


@function("AR_PLAN_CHECK", category="plan")
def plan_check(
    contract: OneCents,
    plan: PlanRows,
    receipts: PlanReceipts | None = None,
    lead_days: OneCount | None = None,
    lang: Lang = "zh",
) -> PlanReport:
    """Check a collection plan against its contract.

    Parameters
    ----------
    contract : int
        Amount of the contract in cents, not negative.
    plan : PlanRows
        Rows of the plan; none is a plan that has not begun.
    receipts : PlanReceipts, optional
        Receipts linked to rows by their number; a row may have several.
    lead_days : int, optional
        Days that a reminder comes before the planned date; by default the row ``lead_days`` of
        ``rules/plan_reminders``.
    lang : str, optional
        Language of the messages.

    Returns
    -------
    PlanReport
        ``ok`` where there is no message: the plan is not above the contract (equal is in order),
        numbers stand once, amounts are above 0, no row received more than planned. ``not_planned =
        contract − planned``, ``next_number = max + 1``, ``reminder_date = planned − lead days``,
        ``locked`` once a receipt is linked.

    Raises
    ------
    CellFaultError
        #NUM! for a negative contract or negative lead days.

    Examples
    --------
    >>> none = np.array([-(2**63)] * 2)  # no legal due date, no promise
    >>> number, amount, planned = np.array([[1, 2], [600, 400], [45900, 45930]])
    >>> rows = PlanRows(number, amount, planned, none, none)
    >>> found = plan_check(1000, rows, lead_days=7)
    >>> found.ok.tolist(), found.next_number.tolist(), found.reminder_date.tolist()
    (True, 3, [45893, 45923])
    """
    lead = rule("plan_reminders", "lead_days").integer("days") if lead_days is None else lead_days
    if contract < 0 or lead < 0:
        raise CellFaultError(CellError.NUM)
    planned = _total(plan.amount)
    received, locked, strange = _received(plan, receipts)
    messages = _messages(plan, contract, planned, received, strange, lang)
    reminder = plan.planned_date - min(lead, LAST_DAY)
    outstanding = np.where(received == CONTRADICTION, CONTRADICTION, plan.amount - received)
    return PlanReport(
        np.array(messages.size == 0),
        narrowed(np.array(planned, dtype=object)),
        narrowed(np.array(contract - planned, dtype=object)),
        ints(max(plan.number.tolist(), default=0) + 1),
        plan.number,
        plan.planned_date,
        plan.legal_due,
        plan.promised_date,
        np.where(reminder < FIRST_DAY, CONTRADICTION, reminder),
        received,
        outstanding,
        locked,
        messages,
    )
