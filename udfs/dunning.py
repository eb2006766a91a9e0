"""Dunning: who is dunned and how, and who is left alone.

The ladder counts days overdue: level = number of thresholds reached (7/15/30), and each level has
its action. The ladder of letters climbs one step at a time and not before an interval has passed;
phone calls and messages do not raise it. Some debts are never dunned while a reason stands in the
way; the first reason counts.

Codes are those of ``rules/dunning_*``; labels come from the same rows. What a cell calls stands in
:mod:`udfs.dunning_reasons`, with a sentence that says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs.arrays import Codes, Ints, codes, ints, missing, where
from udfs.priority import limitation_factor, priority, unscored_risk
from udfs.promises import promise_status, promise_status_of
from udfs.reading import iso_of_day
from udfs.registry import function
from udfs.rules import check_ladder, ladder, rule, rules
from udfs.values import MISSING, OPTIONAL, Count, Day, Days, Flag, label
from udfs.values import ladder as ladder_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "NextLevel",
    "Reminder",
    "action_code",
    "action_of_level",
    "block_code",
    "block_text",
    "level",
    "limitation_factor",
    "next_level",
    "pre_due_reminder",
    "priority",
    "promise_status",
    "promise_status_of",
    "thresholds_of",
    "unscored_risk",
]

Thresholds: TypeAlias = Annotated[tuple[int, ...], ladder_kind("dunning")]
LeadDays: TypeAlias = Annotated[tuple[int, ...], ladder_kind("reminders")]


def thresholds_of(thresholds: Sequence[int] | None) -> Ints:
    """Give the days at which levels begin: as given, by default the scheme ``standard``."""
    return ints(check_ladder(tuple(thresholds)) if thresholds is not None else ladder("dunning"))


def level(days_overdue: Days | ArrayLike, thresholds: Thresholds | None = None) -> Count:
    """Count the thresholds that days overdue have reached: the dunning level.

    Parameters
    ----------
    days_overdue : array_like of int64
        Days; 0 and less is not overdue.
    thresholds : sequence of int, optional
        Ascending days; by default the scheme ``standard`` (7, 15, 30).

    Returns
    -------
    ndarray of int64
        0..number of thresholds; MISSING where the days are.

    Examples
    --------
    >>> level([0, 6, 7, 14, 15, 29, 30, 400]).tolist()
    [0, 0, 1, 1, 2, 2, 3, 3]
    """
    days = ints(days_overdue)
    return where(days == MISSING, np.searchsorted(thresholds_of(thresholds), days, side="right"))


def action_code(
    days_overdue: Days | ArrayLike, thresholds: Thresholds | None = None
) -> Annotated[NDArray[np.object_], label("dunning_actions")]:
    """Give the action for days overdue, as codes of ``rules/dunning_actions``.

    Levels beyond the last action have the last action.

    Examples
    --------
    >>> action_code([0, 6, 7, 15, 30]).tolist()
    ['none', 'friendly_message', 'phone', 'letter', 'legal']
    """
    days = ints(days_overdue)
    return action_of_level(np.where((days <= 0) & (days != MISSING), -1, level(days, thresholds)))


def action_of_level(levels: ArrayLike) -> Codes:
    """Give the action of each level (−1 is not overdue), as codes of ``rules/dunning_actions``."""
    rows = sorted(rules("dunning_actions"), key=lambda row: row.integer("level"))
    steps = [row.integer("level") for row in rows]
    given = ints(levels)
    index = np.searchsorted(ints(steps), given, side="right") - 1
    return codes(tuple(row.code for row in rows), where(given == MISSING, np.maximum(index, 0)))


class NextLevel(NamedTuple):
    """The level to stand on, whether to send now, and why (``rules/dunning_steps``)."""

    level: Count
    send: Flag
    why: Annotated[NDArray[np.object_], label("dunning_steps")]


def next_level(
    days_overdue: Days | ArrayLike,
    last_level: Count | ArrayLike,
    days_since_last: Annotated[Days, OPTIONAL] | ArrayLike,
    min_interval: Days | ArrayLike = 7,
    thresholds: Thresholds | None = None,
) -> NextLevel:
    """Climb the ladder one step at a time, never within the interval.

    Parameters
    ----------
    days_overdue : array_like of int64
        Days.
    last_level : array_like of int64
        Level of the last letter sent, 0 if none was.
    days_since_last : array_like of int64
        Days since the last contact; MISSING if there was none.
    min_interval : array_like of int64
        Days that must pass between two contacts.
    thresholds : sequence of int, optional
        As in :func:`level`.

    Returns
    -------
    NextLevel
        ``level`` is MISSING and ``why`` None where the days or the last level are.

    Examples
    --------
    >>> step = next_level([45, 45, 45, 20], [0, 1, 1, 2], [MISSING, 10, 3, 10])
    >>> step.level.tolist(), step.send.tolist()
    ([1, 2, 1, 2], [True, True, False, False])
    >>> step.why.tolist()
    ['escalate', 'escalate', 'too_soon', 'same_level']
    """
    reached = level(days_overdue, thresholds)
    reached, last, since, interval = np.broadcast_arrays(
        reached, ints(last_level), ints(days_since_last), ints(min_interval)
    )
    absent = missing(reached, last)
    soon = (since != MISSING) & (since < interval)
    send = ~absent & ~soon & (reached > last)
    # "Too soon" promises a step: only where there is a level to climb to.
    why = np.where(reached > last, np.where(soon, 1, 0), 2)
    names = ("escalate", "too_soon", "same_level")
    stand = np.where(send, np.where(absent, 0, last) + 1, last)
    return NextLevel(where(absent, stand), send, codes(names, where(absent, why)))


def block_code(
    open_cents: ArrayLike,
    minimum: ArrayLike = 10_000,
    disputed: ArrayLike = False,  # noqa: FBT002 - arrays of flags, like all other columns
    hold_until: ArrayLike = MISSING,
    as_of: ArrayLike = MISSING,
    promise_pending: ArrayLike = False,  # noqa: FBT002 - as above
    credits: ArrayLike = 0,  # noqa: A002 - the accountant's word, and the name in the cell
    bank_data_age: ArrayLike = 0,
    max_bank_age: ArrayLike = 1,
    excluded: ArrayLike = False,  # noqa: FBT002 - as above
) -> Codes:
    """Give the first reason why a debt is not dunned now, as codes of ``rules/dunning_blocks``.

    In this order: customer excluded, disputed, on hold (its last day included), nothing left after
    credits, below the minimum after credits, promise pending, bank data too old; else ``none``.

    Parameters
    ----------
    open_cents, minimum, credits : array_like of int64
        Cents; credits positive.
    disputed, promise_pending, excluded : array_like of bool
        Flags.
    hold_until, as_of : array_like of int64
        Serials; ``hold_until`` MISSING holds nothing.
    bank_data_age, max_bank_age : array_like of int64
        Days since the last bank data, and how many are tolerated.

    Returns
    -------
    ndarray of object
        Codes; None where the open amount is MISSING, or the as-of date of a hold.

    Examples
    --------
    >>> block_code([500000, 500000, 5000], disputed=[True, False, False]).tolist()
    ['disputed', 'none', 'below_minimum']
    """
    opened, hold, now = ints(open_cents), ints(hold_until), ints(as_of)
    # A hold that cannot be compared with a day has no answer; it must not read "may be dunned".
    absent = (opened == MISSING) | ((hold != MISSING) & (now == MISSING))
    net = np.where(opened == MISSING, 0, opened) - ints(credits)
    reasons: tuple[tuple[str, ArrayLike], ...] = (
        ("excluded", excluded),
        ("disputed", disputed),
        ("hold", (hold != MISSING) & (now <= hold)),
        ("net_credit", net <= 0),
        ("below_minimum", net < ints(minimum)),
        ("promise_pending", promise_pending),
        ("stale_bank_data", ints(bank_data_age) > ints(max_bank_age)),
    )
    masks = np.broadcast_arrays(*(np.asarray(mask, dtype=bool) for _, mask in reasons))
    hit = np.select(masks, list(range(len(reasons))), default=len(reasons))
    names = (*(name for name, _ in reasons), "none")
    return codes(names, where(np.broadcast_to(absent, hit.shape), hit))


def block_text(found: Codes, hold_until: ArrayLike, lang: str = "zh") -> Codes:
    """Write the reasons of :func:`block_code` in words, with the last day of a hold.

    Examples
    --------
    >>> block_text(codes(("disputed", "hold"), [0, 1]), 45848).tolist()
    ['争议', '暂停至2025-07-10']
    """
    words: Codes = np.array([None] * found.size, dtype=object)
    for code in {*found.tolist()} - {None, "hold"}:
        words[found == code] = rule("dunning_blocks", code).label(lang)
    held = np.flatnonzero(found == "hold")
    until = np.broadcast_to(ints(hold_until), found.shape)
    hold = rule("dunning_blocks", "hold")
    for day in np.unique(until[held]).tolist():
        words[held[until[held] == day]] = hold.label(lang, hold_until=iso_of_day(day))
    return words


class Reminder(NamedTuple):
    """Days until the due date (negative once overdue), and whether to remind today."""

    days_to_due: Days
    remind: Flag


@function("AR_PRE_DUE_REMINDER", case="PRE_DUE_REMINDER", category="dunning", field="remind")
def pre_due_reminder(
    due: Day | ArrayLike, as_of: Day | ArrayLike, lead_days: LeadDays | None = None
) -> Reminder:
    """Tell on which days before the due date to remind.

    Parameters
    ----------
    due, as_of : array_like of int64
        Serials.
    lead_days : sequence of int, optional
        Days before the due date on which to remind, in any order; by default 14, 7 and 1.

    Returns
    -------
    Reminder
        ``days_to_due`` is MISSING where a date is; there is no reminder then.

    Examples
    --------
    >>> days, remind = pre_due_reminder(45839, [45825, 45828, 45838])
    >>> days.tolist(), remind.tolist()
    ([14, 11, 1], [True, False, True])
    """
    leads = ints(ladder("reminders") if lead_days is None else tuple(lead_days))
    absent = missing(due, as_of)
    left = where(absent, np.where(absent, 0, ints(due)) - np.where(absent, 0, ints(as_of)))
    return Reminder(left, np.isin(left, leads) & ~absent)
