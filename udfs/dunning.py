"""Dunning: who is dunned, how, in which order, and what became of a promise.

The ladder counts days overdue: level = number of thresholds reached (7/15/30), and each level has
its action. The ladder of letters climbs one step at a time and not before an interval has passed;
phone calls and messages do not raise it. Some debts are never dunned while a reason stands in the
way; the first reason counts.

Codes are those of ``rules/dunning_*``, ``rules/promise_status``; labels come from the same rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from udfs.arrays import Bools, Codes, Floats, Ints, codes, ints, missing, sums, where
from udfs.rules import check_ladder, ladder, rule, rules
from udfs.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

#: Promises are compared in millionths: a share of 0.95 is 950,000.
_MILLION: Final = 1_000_000


def _thresholds(thresholds: Sequence[int] | None) -> Ints:
    return ints(check_ladder(tuple(thresholds)) if thresholds is not None else ladder("dunning"))


def level(days_overdue: ArrayLike, thresholds: Sequence[int] | None = None) -> Ints:
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
    return where(days == MISSING, np.searchsorted(_thresholds(thresholds), days, side="right"))


def action_code(days_overdue: ArrayLike, thresholds: Sequence[int] | None = None) -> Codes:
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

    level: Ints
    send: Bools
    why: Codes


def next_level(
    days_overdue: ArrayLike,
    last_level: ArrayLike,
    days_since_last: ArrayLike,
    min_interval: ArrayLike = 7,
    thresholds: Sequence[int] | None = None,
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
    why = np.where(soon, 1, np.where(reached > last, 0, 2))
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
        Serials; MISSING holds nothing.
    bank_data_age, max_bank_age : array_like of int64
        Days since the last bank data, and how many are tolerated.

    Returns
    -------
    ndarray of object
        Codes; None where the open amount is MISSING.

    Examples
    --------
    >>> block_code([500000, 500000, 5000], disputed=[True, False, False]).tolist()
    ['disputed', 'none', 'below_minimum']
    """
    opened = ints(open_cents)
    absent = opened == MISSING
    net = np.where(absent, 0, opened) - ints(credits)
    hold = ints(hold_until)
    reasons: tuple[tuple[str, ArrayLike], ...] = (
        ("excluded", excluded),
        ("disputed", disputed),
        ("hold", (hold != MISSING) & (ints(as_of) != MISSING) & (ints(as_of) <= hold)),
        ("net_credit", net <= 0),
        ("below_minimum", net < ints(minimum)),
        ("promise_pending", promise_pending),
        ("stale_bank_data", ints(bank_data_age) > ints(max_bank_age)),
    )
    masks = np.broadcast_arrays(*(np.asarray(mask, dtype=bool) for _, mask in reasons))
    hit = np.select(masks, list(range(len(reasons))), default=len(reasons))
    names = (*(name for name, _ in reasons), "none")
    return codes(names, where(np.broadcast_to(absent, hit.shape), hit))


def pre_due_reminder(
    due: ArrayLike, as_of: ArrayLike, lead_days: Sequence[int] | None = None
) -> tuple[Ints, Bools]:
    """Days until the due date, and whether a reminder is sent today.

    Parameters
    ----------
    due, as_of : array_like of int64
        Serials.
    lead_days : sequence of int, optional
        Days before the due date on which to remind, in any order; by default 14, 7 and 1.

    Returns
    -------
    days_to_due : ndarray of int64
        Negative once overdue; MISSING where a date is.
    remind : ndarray of bool

    Examples
    --------
    >>> days, remind = pre_due_reminder(45839, [45825, 45828, 45838])
    >>> days.tolist(), remind.tolist()
    ([14, 11, 1], [True, False, True])
    """
    leads = ints(ladder("reminders") if lead_days is None else tuple(lead_days))
    absent = missing(due, as_of)
    left = where(absent, np.where(absent, 0, ints(due)) - np.where(absent, 0, ints(as_of)))
    return left, np.isin(left, leads) & ~absent


def promise_status(
    amount: ArrayLike,
    made: ArrayLike,
    promised: ArrayLike,
    payment_promise: ArrayLike,
    payment_date: ArrayLike,
    payment_amount: ArrayLike,
    as_of: int,
    tolerance: float = 0.05,
    grace: int = 3,
) -> Codes:
    """Tell what became of promises, as codes of ``rules/promise_status``.

    A payment counts from the day the promise was made to the promised day plus the grace, both
    included, and not after the as-of date.

    Parameters
    ----------
    amount, made, promised : array_like of int64, shape (n,)
        Cents promised, and serials.
    payment_promise : array_like of int64, shape (m,)
        Index of the promise that each payment could keep; negative for none.
    payment_date, payment_amount : array_like of int64, shape (m,)
        Serials and cents.
    as_of : int
        The day, included.
    tolerance : float
        Share that may be missing (0.05: 95 % keeps a promise).
    grace : int
        Days after the promised day that still count.

    Returns
    -------
    ndarray of object, shape (n,)
        ``kept`` as soon as enough has arrived; ``pending`` until the grace ends; then ``partial``
        or ``broken``. None where the promise lacks its amount or a date.

    Examples
    --------
    >>> promise_status([30000] * 2, [10] * 2, [20] * 2, [0, 1], [23, 24], [30000] * 2, 30).tolist()
    ['kept', 'broken']
    """
    total, start, target = np.broadcast_arrays(ints(amount), ints(made), ints(promised))
    absent = missing(total, start, target)
    end = np.where(absent, 0, target) + grace
    index, when, paid = ints(payment_promise), ints(payment_date), ints(payment_amount)
    owner = np.clip(index, 0, max(total.size - 1, 0))
    counts = (index >= 0) & (when != MISSING) & (paid != MISSING) & (when <= as_of)
    if index.size:
        counts &= (when >= start[owner]) & (when <= end[owner])
    arrived = sums(index[counts], paid[counts], total.size)
    # Enough is amount · share, rounded up to a cent; in two steps, so that int64 cannot wrap.
    share = _MILLION - round(tolerance * _MILLION)
    million, rest = np.divmod(np.where(absent, 0, total), _MILLION)
    enough = million * share - (-(rest * share) // _MILLION)
    state = np.where(arrived >= enough, 0, np.where(as_of <= end, 1, np.where(arrived > 0, 2, 3)))
    return codes(("kept", "pending", "partial", "broken"), where(absent, state))


def priority(
    overdue_cents: ArrayLike,
    days: ArrayLike,
    risk: ArrayLike,
    broken: ArrayLike,
    limitation_left: ArrayLike,
    reference_cents: int | None = None,
    weights: Sequence[float] | None = None,
) -> Floats:
    """Score the urgency of a debt, 0 to 100: more means call sooner.

    Parameters
    ----------
    overdue_cents : array_like of int64
        Cents overdue.
    days : array_like of int64
        Days overdue of the oldest item.
    risk : array_like of float64
        Probability of default, 0 to 1; an unscored customer takes ``unscored_risk`` of
        ``rules/dunning``.
    broken : array_like of int64
        Broken promises.
    limitation_left : array_like of int64
        Days to the end of the limitation period.
    reference_cents : int, optional
        Amount with the full score; by default the reference of ``rules/priority``.
    weights : sequence of 5 floats, optional
        Weight of amount, days, risk, promises and limitation; by default ``rules/priority``.

    Returns
    -------
    ndarray of float64
        Σ wᵢ·min(1, xᵢ/referenceᵢ); 0 where nothing is overdue; nan where an argument is missing.

    Examples
    --------
    >>> priority([18_000_000, 800_000, 0], [45, 1000, 90], [0.6, 0.9, 1], [1, 3, 3],
    ...          [400, 20, 10]).round(6).tolist()
    [40.433333, 63.56, 0.0]
    """
    rows = {row.code: row for row in rules("priority")}
    full = [row.number("reference") for row in rows.values()]
    weight = [row.number("weight") for row in rows.values()] if weights is None else list(weights)
    cents = full[0] * 100 if reference_cents is None else reference_cents
    owed, late, kept, left = (ints(a) for a in (overdue_cents, days, broken, limitation_left))
    chance = np.asarray(risk, dtype=np.float64)
    score = (
        weight[0] * np.clip(owed / cents, 0, 1)
        + weight[1] * np.clip(late / full[1], 0, 1)
        + weight[2] * np.clip(chance / full[2], 0, 1)
        + weight[3] * np.clip(kept / full[3], 0, 1)
        + weight[4] * limitation_factor(left)
    )
    absent = missing(owed, late, kept, left) | np.isnan(chance)
    result: Floats = np.where(absent, np.nan, np.where(owed <= 0, 0.0, score))
    return result


def limitation_factor(days_left: ArrayLike) -> Floats:
    """Give 0 to 1 for how soon a claim is time-barred: the factor of the first row that holds.

    Examples
    --------
    >>> limitation_factor([30, 31, 90, 180, 181]).tolist()
    [1.0, 0.6, 0.6, 0.3, 0.0]
    """
    rows = rules("priority_limitation")
    edges = [row.integer("max_days") for row in rows if row.cells["max_days"]]
    factors = np.array([row.number("factor") for row in rows])
    found: Floats = factors[np.searchsorted(ints(edges), ints(days_left), side="left")]
    return found


def unscored_risk() -> float:
    """Give the probability of default assumed for a customer without a score."""
    return rule("dunning", "standard").number("unscored_risk")
