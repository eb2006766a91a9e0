"""Level, action, next step and block as a cell asks for them: the answer, and why in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.arrays import Codes, Ints, ints
from udfs.dunning import (
    Thresholds,
    action_code,
    block_code,
    block_text,
    level,
    next_level,
    thresholds_of,
)
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    Cents,
    Count,
    Day,
    Days,
    Flag,
    Lang,
    Reason,
    Text,
    label,
)

if TYPE_CHECKING:
    from udfs.arrays import Bools

_LEVEL: Final = "AR_DUNNING_LEVEL"
_ACTION: Final = "AR_DUNNING_ACTION"
_NEXT: Final = "AR_DUNNING_NEXT"
_BLOCK: Final = "AR_DUNNING_BLOCK"


class LevelOf(NamedTuple):
    """The dunning level, and why."""

    level: Count
    reason: Reason


class ActionOf(NamedTuple):
    """The action, and why."""

    action: Annotated[NDArray[np.object_], label("dunning_actions")]
    reason: Reason


class NextOf(NamedTuple):
    """The level to stand on, whether to send now, why as a rule row, and the arithmetic."""

    level: Count
    send: Flag
    why: Annotated[NDArray[np.object_], label("dunning_steps")]
    reason: Reason


class BlockOf(NamedTuple):
    """Why not to dun, or that dunning is allowed, and the arithmetic."""

    block: Text
    reason: Reason


def _variants(days: Ints, reached: Ints) -> Codes:
    """Name the sentence of a level: not overdue, below the first, or reached."""
    place = np.select([days == MISSING, days <= 0, reached == 0], [3, 0, 1], 2)
    names: Codes = np.array(["not_overdue", "below", "reached", None], dtype=object)
    return np.asarray(names[place], dtype=object)


def _steps(why: Codes, last: Ints, wrong: Bools) -> Codes:
    """Name the sentence of a step; before the first letter no level "has gone out"."""
    names = np.where((why == "same_level") & (last == 0), "not_reached", why).astype(object)
    names[wrong] = None
    return names


def _from(reached: Ints, steps: Ints) -> Ints:
    """Give the threshold that was reached, below the first level the first one."""
    place = np.clip(reached - 1, 0, steps.size - 1)
    return np.where(reached == MISSING, MISSING, steps[place])


@function(_LEVEL, case="DUN_LEVEL", category="dunning", field="level")
def level_of(days_overdue: Days, thresholds: Thresholds | None = None) -> LevelOf:
    """Count the thresholds that days overdue have reached; see :func:`udfs.dunning.level`.

    Examples
    --------
    >>> found = level_of(np.array([15]))
    >>> found.level.tolist(), found.reason("zh").tolist()
    ([2], ['逾期15天≥15天：第2级（各级自7/15/30天起）'])
    """
    steps, reached = thresholds_of(thresholds), level(days_overdue, thresholds)
    reason = reasons.because(
        _LEVEL,
        _variants(days_overdue, reached),
        days=reasons.number(days_overdue),
        level=reasons.number(reached),
        step=reasons.number(_from(reached, steps)),
        steps=reasons.text("/".join(map(str, steps.tolist()))),
    )
    return LevelOf(reached, reason)


@function(_ACTION, case="DUN_METHOD", category="dunning", field="action")
def action_of(days_overdue: Days, thresholds: Thresholds | None = None) -> ActionOf:
    """Give the action for days overdue; see :func:`udfs.dunning.action_code`."""
    steps, reached = thresholds_of(thresholds), level(days_overdue, thresholds)
    action = action_code(days_overdue, thresholds)
    reason = reasons.because(
        _ACTION,
        _variants(days_overdue, reached),
        days=reasons.number(days_overdue),
        level=reasons.number(reached),
        step=reasons.number(_from(reached, steps)),
        action=reasons.words("dunning_actions", action),
    )
    return ActionOf(action, reason)


@function(_NEXT, case="DUN_NEXT", category="dunning", field="level")
def next_level_of(
    days_overdue: Days,
    last_level: Count,
    days_since_last: Annotated[Days, OPTIONAL],
    min_interval: Days | ArrayLike = 7,
    thresholds: Thresholds | None = None,
) -> NextOf:
    """Climb the ladder one step at a time; see :func:`udfs.dunning.next_level`.

    A negative last level contradicts itself (#NUM!): no letter goes out on level 0.
    """
    found = next_level(days_overdue, last_level, days_since_last, min_interval, thresholds)
    wrong = (last_level < 0) & (last_level != MISSING)
    reason = reasons.because(
        _NEXT,
        _steps(found.why, last_level, wrong),
        days=reasons.number(days_overdue),
        reached=reasons.number(level(days_overdue, thresholds)),
        last=reasons.number(last_level),
        level=reasons.number(found.level),
        since=reasons.number(days_since_last),
        interval=reasons.number(ints(min_interval)),
    )
    stand, send = (
        np.where(wrong, np.int64(CONTRADICTION), ints(part)) for part in (found.level, found.send)
    )
    why = np.where(wrong, CONTRADICTION, found.why).astype(object)
    return NextOf(stand, cast("Flag", send), why, reason)


@function(_BLOCK, case="NEVER_DUN", category="dunning", field="block")
def block_of(
    open_balance: Cents,
    minimum: Cents | ArrayLike = 10_000,
    disputed: Flag | ArrayLike = False,  # noqa: FBT002 - an array of flags, like all other columns
    hold_until: Annotated[Day, OPTIONAL] | ArrayLike = MISSING,
    as_of: Annotated[Day, OPTIONAL] | ArrayLike = MISSING,
    promise_pending: Flag | ArrayLike = False,  # noqa: FBT002 - as above
    credits: Cents | ArrayLike = 0,  # noqa: A002 - the accountant's word, and the name in the cell
    bank_data_age: Days | ArrayLike = 0,
    max_bank_age: Days | ArrayLike = 1,
    excluded: Flag | ArrayLike = False,  # noqa: FBT002 - as above
    lang: Lang = "zh",
) -> BlockOf:
    """Say in words why a debt is not dunned now, or that it may be.

    See :func:`udfs.dunning.block_code` for the arguments and the order of the reasons. Negative
    credits contradict the sign of the argument: #NUM!.
    """
    found = block_code(
        open_balance,
        minimum,
        disputed,
        hold_until,
        as_of,
        promise_pending,
        credits,
        bank_data_age,
        max_bank_age,
        excluded,
    )
    # Credits with the sign of the ledger would add to the debt, and dun a customer with a credit.
    wrong = np.broadcast_to(ints(credits) < 0, found.shape)
    found[wrong] = None
    reason = reasons.because(
        _BLOCK,
        found,
        open=reasons.money(open_balance),
        credits=reasons.money(ints(credits)),
        net=reasons.money(np.where(ints(open_balance) == MISSING, 0, open_balance) - ints(credits)),
        minimum=reasons.money(ints(minimum)),
        as_of=reasons.date(ints(as_of)),
        hold=reasons.date(ints(hold_until)),
        age=reasons.number(ints(bank_data_age)),
        most=reasons.number(ints(max_bank_age)),
    )
    return BlockOf(np.where(wrong, CONTRADICTION, block_text(found, hold_until, lang)), reason)
