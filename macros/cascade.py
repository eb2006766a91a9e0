"""A target, cut down the calendar: plan → phases or months → weeks, exact to the cent.

Each level is split from its parent's rounded amount by largest remainder, so every level adds up.
Weights are working days, calendar days, equal parts, or the balance due in the stretch. Where the
chosen weights give nothing to go by (no balance due, a week of holidays), the next ones of
:data:`ORDER` decide: working days, then calendar days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from udfs.plan import allocate

if TYPE_CHECKING:
    import numpy.typing as npt

    from macros.periods import Grid

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

Weights: TypeAlias = Literal["workday", "calendar", "equal", "due"]

#: What decides, in this order, where the chosen weights are all zero.
ORDER: Final[tuple[Weights, ...]] = ("workday", "calendar")

#: Weights that she types for phases count to this many parts of one.
_WEIGHT_UNIT: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Goals:
    """Targets of one plan: first and last day, cents, and the row of ``due`` that is theirs.

    ``due`` is the balance due by group and day of the plan, cents, never negative; it is needed
    for the weights ``due`` only.
    """

    start: Ints
    end: Ints
    amount: Ints
    group: Ints
    due: Ints | None = None


def by_span(goals: Goals, grid: Grid, weights: Weights) -> tuple[Ints, Bools]:
    """Split targets over the spans of a plan.

    Parameters
    ----------
    goals : Goals
        Each lies within the plan.
    grid : Grid
        The plan's periods and spans.
    weights : {"workday", "calendar", "equal", "due"}
        Weights she typed for phases stand above them between phases, not within.

    Returns
    -------
    parts : ndarray of int64, shape (goals, spans)
        Cents. Each row adds up to the goal's amount.
    other : ndarray of bool, shape (goals,)
        Whether the chosen weights gave nothing to go by somewhere and others had to decide.
    """
    orders = (weights, *(basis for basis in ORDER if basis != weights))
    spans = [_span_weights(goals, grid, basis) for basis in orders]
    firsts = np.flatnonzero(np.diff(grid.period, prepend=-1))
    periods = [
        _period_weights(each, firsts, basis) for each, basis in zip(spans, orders, strict=True)
    ]
    typed = _typed_weights(goals, grid, firsts)
    chosen, other = _first_usable(periods if typed is None else [typed, *periods])
    of_periods = allocate(goals.amount, chosen)
    parts = np.zeros((len(goals.amount), len(grid.period)), dtype=np.int64)
    for number, first in enumerate(firsts):
        inside = slice(first, firsts[number + 1] if number + 1 < len(firsts) else None)
        within, fell = _first_usable([each[:, inside] for each in spans])
        parts[:, inside] = allocate(of_periods[:, number], within)
        other |= fell & (of_periods[:, number] != 0)
    return parts, other


def _first_usable(options: list[Ints]) -> tuple[Ints, Bools]:
    """Take for each row the first weights that are not all zero; whether it was not the first."""
    chosen = options[0].copy()
    empty = chosen.sum(axis=1) == 0
    fell = empty.copy()
    for option in options[1:]:
        chosen[empty] = option[empty]
        empty = chosen.sum(axis=1) == 0
    # A goal that does not touch this stretch has nothing to give it, by whatever weights.
    chosen[empty] = 1
    return chosen, fell & ~empty


def _overlap(goals: Goals, grid: Grid) -> tuple[Ints, Ints]:
    """Give the days, as indices [first, last), that each goal shares with each span."""
    first = np.maximum(goals.start[:, None], grid.span_start) - grid.start
    last = np.minimum(goals.end[:, None], grid.span_end) - grid.start + 1
    return first, np.maximum(last, first)


def _span_weights(goals: Goals, grid: Grid, weights: Weights) -> Ints:
    first, last = _overlap(goals, grid)
    first, last = np.minimum(first, len(grid.days)), np.minimum(last, len(grid.days))
    if weights == "calendar":
        return np.asarray(last - first)
    if weights == "equal":
        return (last > first).astype(np.int64)
    if weights == "workday":
        until: Ints = np.append(0, np.cumsum(grid.working, dtype=np.int64))
        return np.asarray(until[last] - until[first])
    if goals.due is None:
        return np.zeros_like(first)
    of_day = np.pad(np.cumsum(goals.due, axis=1), ((0, 0), (1, 0)))
    row = goals.group[:, None]
    return of_day[row, last] - of_day[row, first]


def _period_weights(spans: Ints, firsts: Ints, weights: Weights) -> Ints:
    summed: Ints = np.asarray(np.add.reduceat(spans, firsts, axis=1), dtype=np.int64)
    return (summed > 0).astype(np.int64) if weights == "equal" else summed


def _typed_weights(goals: Goals, grid: Grid, firsts: Ints) -> Ints | None:
    """Give the weights typed for phases, for the share of each phase that a goal covers.

    They decide only if every phase has one; a goal over the whole plan gets them as they are.
    """
    if np.isnan(grid.weights).any():
        return None
    days = _period_weights(_span_weights(goals, grid, "calendar"), firsts, "calendar")
    whole = np.add.reduceat(grid.span_end - grid.span_start + 1, firsts)
    typed = np.rint(grid.weights * _WEIGHT_UNIT)
    return np.where(days == whole, typed, np.rint(typed * days / whole)).astype(np.int64)
