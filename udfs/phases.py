"""Phases of a plan: their length, their share of the target, and whether they fit the plan.

Days are serials; every period includes both ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, TypeAlias

import numpy as np

from udfs.arrays import Ints, ints, missing, where
from udfs.calendar import NATIONAL, Calendar, workdays
from udfs.plan import allocate
from udfs.registry import function
from udfs.rules import rule
from udfs.values import (
    CONTRADICTION,
    CellError,
    CellFaultError,
    CentsList,
    Count,
    CountList,
    Day,
    ExactCents,
    Lang,
    OneDay,
    TextList,
    choice,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

#: How long a phase counts; a cell may also say 工作日 and so on (``rules/plan_weights``).
PhaseWeights: TypeAlias = Annotated[Literal["calendar", "workday", "equal"], choice("plan_weights")]


class PhaseParts(NamedTuple):
    """Weight of each phase in days (or 1 each), and its part in cents."""

    weights: CountList
    parts: CentsList


def phase_weights(
    starts: ArrayLike,
    ends: ArrayLike,
    by: PhaseWeights = "calendar",
    calendar: Calendar = NATIONAL,
) -> Ints:
    """Days of each phase, both ends included: calendar days, working days, or 1 each.

    Returns
    -------
    ndarray of int64
        MISSING where a date is, or the working days are not known; CONTRADICTION where a phase
        ends before it begins.

    Examples
    --------
    >>> phase_weights([45951, 45962], [45961, 45991]).tolist()
    [11, 30]
    """
    first, last = np.broadcast_arrays(ints(starts), ints(ends))
    absent = missing(first, last)
    reversed_ = ~absent & (last < first)
    safe_first, safe_last = np.where(absent, 0, first), np.where(absent, 0, last)
    if by == "workday":
        days = workdays(first, last, calendar)
    elif by == "calendar":
        days = safe_last - safe_first + 1
    elif by == "equal":
        days = np.ones_like(first)
    else:
        raise ValueError(f"unknown weights {by!r}: calendar, workday or equal")
    return where(absent, np.where(reversed_, CONTRADICTION, days))


def allocate_phases(
    total: ArrayLike,
    starts: ArrayLike,
    ends: ArrayLike,
    by: PhaseWeights = "calendar",
    calendar: Calendar = NATIONAL,
) -> PhaseParts:
    """Split a total over phases by their length.

    Examples
    --------
    >>> allocate_phases(5_600_000_000, [45951, 45962, 45992], [45961, 45991, 46006], "workday")
    PhaseParts(weights=array([ 9, 20, 11]), parts=array([1260000000, 2800000000, 1540000000]))
    """
    weights = phase_weights(starts, ends, by, calendar)
    return PhaseParts(weights, allocate(total, np.where(weights == CONTRADICTION, -1, weights)))


class PhaseFinding(NamedTuple):
    """What is wrong with phases: a code of ``rules/phase_checks`` and what fills its label."""

    code: str
    params: dict[str, int]


class PhaseCheck(NamedTuple):
    """Days of the plan, of each phase and of all phases, and what does not fit."""

    plan_days: int
    phase_days: Ints
    phase_total: int
    findings: tuple[PhaseFinding, ...]


def check_phases(
    plan_start: int, plan_end: int, starts: Sequence[int], ends: Sequence[int]
) -> PhaseCheck:
    """Compare phases with their plan: they should cover it exactly, each day once.

    Parameters
    ----------
    plan_start, plan_end : int
        Serials, both included.
    starts, ends : sequence of int
        Serials of the phases in any order; phases are numbered from 1 as given.

    Returns
    -------
    PhaseCheck
        No findings means that the phases cover the plan without gap or overlap.

    Examples
    --------
    >>> check_phases(45951, 46006, [45950, 45962, 45992], [45961, 45991, 46006]).findings
    (PhaseFinding(code='starts_early', params={'days': 1}),)
    """
    first, last = ints(starts), ints(ends)
    days = last - first + 1
    findings = [
        PhaseFinding("reversed", {"first": number})
        for number, length in enumerate(days.tolist(), 1)
        if length < 1
    ]
    if not first.size:
        findings = [PhaseFinding("no_phases", {})]
    elif not findings:
        findings = _coverage(plan_start, plan_end, first, last)
    return PhaseCheck(plan_end - plan_start + 1, days, int(days.sum()), tuple(findings))


def _coverage(plan_start: int, plan_end: int, first: Ints, last: Ints) -> list[PhaseFinding]:
    """List edges that miss the plan's, then gaps and overlaps in order of time."""
    found: list[PhaseFinding] = []
    early = plan_start - int(first.min())
    if early:
        found.append(
            PhaseFinding("starts_early" if early > 0 else "starts_late", {"days": abs(early)})
        )
    late = int(last.max()) - plan_end
    if late:
        found.append(PhaseFinding("ends_late" if late > 0 else "ends_early", {"days": abs(late)}))
    order = np.lexsort((last, first)).tolist()
    reach = order[0]  # the phase that reaches farthest so far
    for index in order[1:]:
        between = int(first[index]) - int(last[reach]) - 1
        if between:
            shared = min(int(last[reach]), int(last[index])) - int(first[index]) + 1
            pair = {"first": reach + 1, "second": index + 1}
            found.append(
                PhaseFinding("gap", {**pair, "days": between})
                if between > 0
                else PhaseFinding("overlap", {**pair, "days": shared})
            )
        if last[index] > last[reach]:
            reach = index
    return found


class Phases(NamedTuple):
    """Phases in a cell range: first and last day of each."""

    start_date: Day
    end_date: Day


class PhaseReport(NamedTuple):
    """Days of the plan, of each phase and of all phases, and in words what does not fit."""

    plan_days: Count
    phase_days: CountList
    phase_total: Count
    messages: TextList


@function("AR_ALLOCATE_PHASES", case="ALLOCATE_PHASES", category="plan", field="parts")
def allocate_phases_of(
    total: ExactCents, phases: Phases, by: PhaseWeights = "calendar"
) -> PhaseParts:
    """Split a total over phases; see :func:`allocate_phases`."""
    if not phases.start_date.size:
        raise CellFaultError(CellError.NUM)  # a total and nothing to split it over
    return allocate_phases(total, phases.start_date, phases.end_date, by)


@function("AR_CHECK_PHASES", case="CHECK_PHASES", category="plan", field="messages")
def check_phases_of(
    plan_start: OneDay, plan_end: OneDay, phases: Phases, lang: Lang = "zh"
) -> PhaseReport:
    """Compare phases with their plan, in words; see :func:`check_phases`."""
    if plan_end < plan_start:
        raise CellFaultError(CellError.NUM)
    found = check_phases(plan_start, plan_end, phases.start_date.tolist(), phases.end_date.tolist())
    words = [rule("phase_checks", f.code).label(lang, **f.params) for f in found.findings]
    return PhaseReport(
        ints(found.plan_days), found.phase_days, ints(found.phase_total), np.array(words, object)
    )
