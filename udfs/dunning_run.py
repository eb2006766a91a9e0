"""A dunning run: for every open item the level, whether to send today, how, and why.

The mode decides (:mod:`udfs.dunning_modes`): the simple one by default, a ladder climbed one letter
per run, or levels that jump by days in arrears. Policies stand at the invoice, else the customer,
else the company. Whatever they say, an item whose limitation period ends soon gets a demand that
can be proved: politeness must not lose the claim.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from udfs import reasons
from udfs.arrays import where
from udfs.dunning_blocks import DunningCustomers, Standing, own_of, standing
from udfs.dunning_history import DunningHistory, Record, numbered, record
from udfs.dunning_modes import MODES, Facts, Step
from udfs.dunning_policies import DunningLevels, Levels, Policy, levels_of, policy_named
from udfs.registry import function
from udfs.rules import rule
from udfs.values import (
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CountList,
    Day,
    Days,
    Flag,
    FlagList,
    OneCount,
    OneDay,
    OneNumber,
    ReasonList,
    Text,
    TextList,
    choice,
    label,
    scheme,
)

if TYPE_CHECKING:
    from udfs.arrays import Bools, Codes, Ints

PolicyName: TypeAlias = Annotated[str, choice("dunning_policies")]
ModeName: TypeAlias = Annotated[
    Literal["simple", "ladder", "by_arrears", "none"], choice("dunning_mode")
]

_NAME: Final = "AR_DUNNING_RUN"
#: How a demand goes out where the policy has no letter.
_LETTER: Final = "letter"


class DunningItems(NamedTuple):
    """Open items: amounts in their own currency, policy and hold where the invoice has its own.

    ``limitation_left`` counts the days to the end of the limitation period, negative once it is
    over.
    """

    document: Annotated[Text, OPTIONAL]
    customer: Text
    due_date: Annotated[Day, OPTIONAL]
    open_balance: Cents
    currency: Annotated[Text, OPTIONAL]
    policy: Annotated[NDArray[np.object_], choice("dunning_policies", "each"), OPTIONAL]
    hold_until: Annotated[Day, OPTIONAL]
    disputed: Annotated[Flag, OPTIONAL]
    limitation_left: Annotated[Days, OPTIONAL]


class DunningRun(NamedTuple):
    """One row per item: the level it stands on after this run, and what to do today.

    ``channel`` is that of the letter or call to send, None where nothing is sent;
    ``account_level`` the highest level of the customer's items. ``level`` is MISSING where an item
    has no due date.
    """

    document: Annotated[TextList, OPTIONAL]
    customer: TextList
    level: CountList
    send: FlagList
    why: Annotated[NDArray[np.object_], label("dunning_decisions", "list")]
    channel: Annotated[NDArray[np.object_], label("contact_channels", "list"), OPTIONAL]
    account_level: CountList
    reason: ReasonList


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known before the run decides: items, days overdue, record, standing, the days."""

    items: DunningItems
    days: Ints
    seen: Record
    state: Standing
    run_date: int
    setup_date: int | None

    def facts(self, mine: Bools, policy: Policy) -> Facts:
        """Give the facts of the items of one policy."""
        seen, state = self.seen, self.state
        contacted = seen.contacted[mine]
        since = self.run_date - np.where(contacted == MISSING, 0, contacted)
        # Without an interval there is one run a day all the same: run twice, it writes once.
        soon = (contacted != MISSING) & (since < max(policy.interval, 1))
        reminded = np.where(seen.reminded == MISSING, seen.reached, seen.reminded)
        return Facts(
            eligible=state.free[mine],
            days=self.days[mine],
            due=self.items.due_date[mine],
            customer=state.customer[mine],
            place=np.searchsorted(policy.levels.number, seen.level[mine], side="right"),
            reminded=reminded[mine],
            counter=seen.counter[mine],
            soon=soon,
            run_date=self.run_date,
            setup_date=self.setup_date,
        )


@dataclass(eq=False)
class _Found:
    """What a run has found so far, one element per item."""

    level: Ints
    send: Bools
    why: Codes
    channel: Codes
    delay: Ints
    computation: Codes


@function(_NAME, category="dunning", field="level")
def dunning_run(
    items: DunningItems,
    history: DunningHistory | None,
    run_date: OneDay,
    policy: PolicyName = "simple",
    mode: ModeName | None = None,
    levels: Annotated[DunningLevels, scheme("dunning_levels")] | None = None,
    customers: DunningCustomers | None = None,
    interval: OneCount | None = None,
    grace: OneCount | None = None,
    tolerance: OneNumber | None = None,
    setup_date: OneDay | None = None,
) -> DunningRun:
    """Run the dunning of a day over open items.

    Parameters
    ----------
    items : DunningItems
        n ≥ 0 open items.
    history : DunningHistory, optional
        Reminders and contacts on record.
    run_date : int
        Serial of the day of the run; the due date plus one is the first day overdue.
    policy : str
        The company's policy, a code of ``rules/dunning_policies``.
    mode : {"simple", "ladder", "by_arrears", "none"}, optional
        Instead of the mode of the company's policy.
    levels : DunningLevels, optional
        Instead of the levels of the company's policy.
    customers : DunningCustomers, optional
        Policy and hold of customers.
    interval, grace : int, optional
        Days between two contacts with a customer, and days of grace, instead of the policy's.
    tolerance : float, optional
        Open amount below which an item is left alone, in units of its own currency.
    setup_date : int, optional
        Serial of the day on which dunning began: reminder dates before it are skipped.

    Returns
    -------
    DunningRun
        Arrays of shape (n,) in the order of the items.

    Raises
    ------
    CellFaultError
        NUM where the run is older than a reminder on record, or the policy contradicts itself.

    Notes
    -----
    Ladder, one letter per run: level = max{N : day_N ≤ run date, N ≤ next letter}, day_N = due +
    delay, end of month(due + delay) or last reminder + delay. By arrears: level = number of delays
    ≤ days overdue. Simple: the number of the letter. Sources: rules.md 19–27.

    Examples
    --------
    >>> none, day = np.full(2, None, object), np.array([MISSING] * 2)
    >>> items = DunningItems(np.array(["A", "B"], object), np.array(["x", "x"], object),
    ...                      np.array([45788, 45837]), np.array([100, 100]), none, none, day,
    ...                      np.zeros(2, bool), day)  # 50 and 1 day overdue on 2025-06-30
    >>> found = dunning_run(items, None, 45838, "by_arrears")
    >>> found.level.tolist(), found.why.tolist(), found.account_level.tolist()
    ([4, 0], ['arrears', 'not_reached'], [4, 4])
    """
    past = history if history is not None else _no_history()
    if past.reminder_date.size and int(past.reminder_date.max()) > run_date:
        raise CellFaultError(CellError.NUM)
    company = _company(policy_named(policy), mode, levels)
    company = _with_options(company, interval, grace, tolerance)
    dated = items.due_date != MISSING
    days = where(~dated, run_date - np.where(dated, items.due_date, 0))
    anchor = (days > 0) & (items.open_balance > 0)
    named = [] if customers is None else customers.customer.tolist()
    owner, told, own = numbered(items.customer.tolist(), past.customer.tolist(), named)
    seen = record((owner, told), items.document, items.due_date, anchor, past)
    state = standing(items, days, own_of(owner, own, customers), company, run_date)
    known = _Known(items, days, seen, state, run_date, setup_date)
    found = _nothing_yet(days.size)
    for place, chosen in enumerate(state.policies):
        mine = state.policy == place
        _decide(found, mine, known.facts(mine, chosen), chosen)
    _stands_in_the_way(found, state)
    _never_lose(found, known)
    found.level = where(~dated, found.level)
    return DunningRun(
        document=items.document,
        customer=items.customer,
        level=found.level,
        send=found.send,
        why=found.why,
        channel=found.channel,
        account_level=account_level(state.customer, found.level),
        reason=_reason(found, known),
    )


def _no_history() -> DunningHistory:
    """Give a record without reminders."""
    day: Ints = np.zeros(0, dtype=np.int64)
    text: Codes = np.zeros(0, dtype=object)
    return DunningHistory(text, text, day, day, text, text, np.zeros(0, dtype=bool))


def _company(policy: Policy, mode: str | None, levels: DunningLevels | None) -> Policy:
    """Give the company's policy with the mode and levels of the call."""
    chosen = mode or policy.mode
    own = policy.levels
    given = levels or DunningLevels(own.number, own.delay, own.computation, own.channel)
    if chosen != "none" and not given.level.size:
        raise CellFaultError(CellError.NUM)
    checked = levels_of(given, ascending=chosen == "by_arrears")
    return replace(policy, mode=chosen, levels=checked)


def _with_options(
    policy: Policy, interval: int | None, grace: int | None, tolerance: float | None
) -> Policy:
    """Give the company's policy with the days and the tolerance of the call."""
    interval = policy.interval if interval is None else interval
    grace = policy.grace if grace is None else grace
    if min(interval, grace) < 0 or (tolerance is not None and tolerance < 0):
        raise CellFaultError(CellError.NUM)
    policy = replace(policy, interval=interval, grace=grace)
    if tolerance is None:
        return policy
    return replace(policy, tolerance=Fraction(repr(tolerance)), own_tolerance=True)


def _nothing_yet(size: int) -> _Found:
    return _Found(
        level=np.zeros(size, dtype=np.int64),
        send=np.zeros(size, dtype=bool),
        why=np.full(size, None, dtype=object),
        channel=np.full(size, None, dtype=object),
        delay=np.full(size, MISSING, dtype=np.int64),
        computation=np.full(size, None, dtype=object),
    )


def _decide(found: _Found, mine: Bools, facts: Facts, policy: Policy) -> None:
    """Let the mode of a policy decide on its items."""
    step = MODES[policy.mode](facts, policy)
    _stand(found, mine, step, policy.levels)


def _stand(found: _Found, mine: Bools, step: Step, levels: Levels) -> None:
    """Write a step down: level and channel by the place in the levels."""
    none: Codes = np.array([None], dtype=object)
    found.level[mine] = np.concatenate(([0], levels.number))[step.place]
    found.send[mine] = step.send
    found.why[mine] = step.why
    channel = np.concatenate((none, levels.channel))[step.place]
    channel[~step.send] = None
    found.channel[mine] = channel
    found.delay[mine] = np.concatenate(([MISSING], levels.delay))[step.place]
    found.computation[mine] = np.concatenate((none, levels.computation))[step.place]


def _stands_in_the_way(found: _Found, state: Standing) -> None:
    """Send nothing where something stands in the way, and say what."""
    blocked = ~state.free
    found.why[blocked] = state.block[blocked]


def _never_lose(found: _Found, known: _Known) -> None:
    """Demand provably where the limitation period ends soon, whatever the rules say.

    Only a letter that has gone out on this very day is not written twice.
    """
    left, state = known.items.limitation_left, known.state
    within = rule("dunning", "standard").integer("demand_within")
    urgent = (left != MISSING) & (left >= 0) & (left <= within) & (known.days > 0)
    urgent &= (known.items.open_balance > 0) & (known.seen.reminded != known.run_date)
    for place, policy in enumerate(state.policies):
        mine = urgent & (state.policy == place)
        levels = policy.levels
        at = np.searchsorted(levels.number, found.level[mine], side="right")
        written = np.flatnonzero(levels.letter) + 1
        if written.size:
            after = np.searchsorted(written, np.maximum(at, 1), side="left")
            at = written[np.minimum(after, written.size - 1)]
        why: Codes = np.full(at.size, "limitation", dtype=object)
        _stand(found, mine, Step(at, np.ones(at.size, dtype=bool), why), levels)
        if not written.size:
            found.channel[mine] = _LETTER


def account_level(customer: Ints, level: Ints) -> Ints:
    """Give each item the highest level of its customer's items; 0 where none has one.

    Examples
    --------
    >>> account_level(np.array([0, 1, 0]), np.array([1, 2, 3])).tolist()
    [3, 2, 3]
    """
    highest = np.zeros(int(customer.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(highest, customer, level)
    return highest[customer]


def _reason(found: _Found, known: _Known) -> reasons.Because:
    """Say in one line what decided: the policy, the days and the arithmetic."""
    state, seen = known.state, known.seen
    variants = found.why.copy()
    climbed = variants == "escalate"
    variants[climbed] = "escalate_" + found.computation[climbed]
    policy = np.array([one.code for one in state.policies], dtype=object)[state.policy]
    interval, start, grace, minimum = (
        np.array(column, dtype=np.int64)[state.policy]
        for column in zip(
            *((p.interval, p.start_days, p.grace, p.minimum_days) for p in state.policies),
            strict=True,
        )
    )
    reached = np.where(seen.reminded == MISSING, seen.reached, seen.reminded)
    return reasons.because(
        _NAME,
        variants,
        policy=reasons.words("dunning_policies", policy),
        days=reasons.number(known.days),
        level=reasons.number(found.level),
        delay=reasons.number(found.delay),
        due=reasons.date(known.items.due_date),
        last=reasons.date(reached),
        contacted=reasons.date(seen.contacted),
        run=reasons.date(np.full(known.days.size, known.run_date)),
        interval=reasons.number(np.maximum(interval, 1)),
        start=reasons.number(start),
        grace=reasons.number(grace),
        minimum=reasons.number(minimum),
        longest=reasons.number(state.longest),
        open=reasons.money(known.items.open_balance),
        tolerance=reasons.money(state.tolerance),
        hold=reasons.date(state.hold_until),
        left=reasons.number(known.items.limitation_left),
        channel=reasons.words("contact_channels", found.channel),
    )
