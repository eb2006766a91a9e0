"""The three ways in which a run finds the level of an item: simple, by the ladder, by arrears.

Every function takes what is known of items and gives the place of the level (0 none yet, 1 the
first level of the policy, …), whether to send now, and why (``rules/dunning_decisions``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from udfs.arrays import where
from udfs.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from udfs.arrays import Bools, Codes, Ints
    from udfs.dunning_policies import Levels, Policy

#: The last day that a cell can show (9999-12-31).
_LAST_DAY: Final = 2958465
_EPOCH: Final = 25569


@dataclass(frozen=True, eq=False)
class Facts:
    """What is known of the items of one policy, arrays of shape (n,) but for the days of the run.

    ``eligible`` items are overdue and nothing stands in the way; ``place`` is the level of the last
    letter as a place in the policy's levels; ``soon`` says that contact was within the interval.
    """

    eligible: Bools
    days: Ints
    due: Ints
    customer: Ints
    place: Ints
    reminded: Ints
    counter: Ints
    soon: Bools
    run_date: int
    setup_date: int | None


@dataclass(frozen=True, eq=False)
class Step:
    """The place of the level, whether to send now, and why."""

    place: Ints
    send: Bools
    why: Codes


def end_of_month(day: Ints) -> Ints:
    """Give the last day of the month of each serial.

    Examples
    --------
    >>> end_of_month(np.array([45688, 45689, 45716])).tolist()  # Jan 31, Feb 1, Feb 28 of 2025
    [45688, 45716, 45716]
    """
    month = (day - _EPOCH).astype("datetime64[D]").astype("datetime64[M]")
    following = (month + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64)
    last: Ints = following + (_EPOCH - 1)
    return last


def trigger_days(facts: Facts, levels: Levels, reminded: Ints) -> Iterator[Ints]:
    """Yield for each level the day from which it may be sent to each item; MISSING if never.

    ``net_days``: due + delay. ``end_of_month``: the end of the month of due + delay.
    ``previous_date``: the last reminder + delay.
    """
    for delay, computation in zip(levels.delay.tolist(), levels.computation.tolist(), strict=True):
        base = reminded if computation == "previous_date" else facts.due
        known = base != MISSING
        day = np.minimum(np.where(known, base, 0) + delay, _LAST_DAY)
        yield where(~known, end_of_month(day) if computation == "end_of_month" else day)


def simple(facts: Facts, policy: Policy) -> Step:
    """Write to a customer as soon as one invoice is late enough; the letter lists all overdue ones.

    A contact within the interval holds the whole customer back. The level is the number of the
    letter, at most the last level of the policy.
    """
    trigger = facts.eligible & (facts.days > policy.start_days)
    chosen = np.zeros(int(facts.customer.max(initial=-1)) + 1, dtype=bool)
    chosen[facts.customer[trigger]] = True
    picked = facts.eligible & chosen[facts.customer]
    send = picked & ~facts.soon
    most = policy.levels.number.size
    place = np.minimum(facts.counter + send, most)
    why = np.select(
        [send & trigger, send, picked],
        ["reminder", "listed", "too_soon"],
        "not_selected",
    ).astype(object)
    return Step(np.where(facts.eligible, place, np.minimum(facts.counter, most)), send, why)


def ladder(facts: Facts, policy: Policy) -> Step:
    """Climb one letter per run: the highest level whose day has come, no letter left out.

    Level N needs the letter of the level below on record; a level that is no letter (a call) needs
    none and holds back none.
    """
    levels = policy.levels
    size = levels.number.size
    skipped, reminded = _skipped(facts, levels)
    base = np.minimum(np.maximum(facts.place, skipped), size)
    top = levels.next_letter[base]
    best = base.copy()
    for place, day in enumerate(trigger_days(facts, levels, reminded), start=1):
        come = (day != MISSING) & (day <= facts.run_date)
        best = np.where(come & (base < place) & (place <= top), place, best)
    return _climbed(facts, best, (base, skipped, size), "escalate")


def _skipped(facts: Facts, levels: Levels) -> tuple[Ints, Ints]:
    """Give the highest level whose day lies before dunning began, and the day to count from."""
    skipped = np.zeros_like(facts.place)
    if facts.setup_date is None:
        return skipped, facts.reminded
    days = trigger_days(facts, levels, facts.reminded)
    for place, (day, kind) in enumerate(zip(days, levels.computation.tolist(), strict=True), 1):
        if kind != "previous_date":
            skipped[(day != MISSING) & (day < facts.setup_date)] = place
    # A chain whose first dates are skipped starts to count on the day dunning began.
    begun = (facts.reminded == MISSING) & (skipped > 0)
    return skipped, np.where(begun, facts.setup_date, facts.reminded)


def by_arrears(facts: Facts, policy: Policy) -> Step:
    """Jump to the level that the days in arrears have reached."""
    levels = policy.levels
    size = levels.number.size
    reached = np.searchsorted(levels.delay, facts.days, side="right")
    base, skipped = np.minimum(facts.place, size), np.zeros_like(facts.place)
    if facts.setup_date is not None:
        at_setup = np.where(facts.due == MISSING, 0, facts.setup_date - 1 - facts.due)
        skipped = np.searchsorted(levels.delay, at_setup, side="right").astype(np.int64)
        base = np.maximum(base, skipped)
    return _climbed(facts, np.maximum(reached, base), (base, skipped, size), "arrears")


def _climbed(facts: Facts, best: Ints, climb: tuple[Ints, Ints, int], word: str) -> Step:
    """Send where a level above the last one is reached and no contact was too soon."""
    base, skipped, size = climb
    higher = facts.eligible & (best > base)
    send = higher & ~facts.soon
    last = np.minimum(facts.place, size)
    why = np.select(
        [send, higher, (skipped > last), last >= max(size, 1), last > 0],
        [word, "too_soon", "late_setup", "final", "same_level"],
        "not_reached",
    ).astype(object)
    return Step(np.where(send, best, last), send, why)


def nothing(facts: Facts, policy: Policy) -> Step:
    """Dun nobody: the policy says so."""
    del policy
    size = facts.days.size
    why: Codes = np.full(size, "no_dunning", dtype=object)
    return Step(np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool), why)


#: The modes by their codes in ``rules/choices``.
MODES: Final = {"simple": simple, "ladder": ladder, "by_arrears": by_arrears, "none": nothing}
