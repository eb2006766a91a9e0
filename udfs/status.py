"""Status colours: green, yellow, orange, red of ``rules/status``; no data has no colour.

A threshold belongs to the better colour. Comparisons are made in decimals: 0.80 − 0.70 is exactly
ten points, although the binary difference is a little more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.arrays import Codes, Floats, codes, ints, where
from udfs.kpi import PaceGap, pace_gap, ratio
from udfs.registry import function
from udfs.rules import rule, rules
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OR_MISSING,
    CellError,
    CellFaultError,
    Flag,
    Number,
    OneCount,
    Reason,
    Steps,
    choice,
    label,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from udfs.reasons import Because, Part


__all__ = ["PaceGap", "gap_status", "pace_gap", "pace_status", "worst_status"]

#: A colour by its code; a cell shows its label.
Colour: TypeAlias = Annotated[NDArray[np.object_], label("status")]
_Colours: TypeAlias = Annotated[NDArray[np.object_], choice("status", "list"), OR_MISSING]

#: Decimals that count: what is less is the noise of binary fractions.
_DECIMALS: Final = 10


def _colours() -> tuple[str, ...]:
    return tuple(row.code for row in sorted(rules("status"), key=lambda row: row.integer("rank")))


def _decimal(values: Floats) -> Floats:
    """Round the binary noise away; what is too large to have any stays or becomes infinite."""
    with np.errstate(over="ignore"):
        rounded: Floats = np.round(values, _DECIMALS)
    return rounded


def _coloured(rank: ArrayLike, absent: ArrayLike) -> Codes:
    return codes(_colours(), np.where(absent, MISSING, ints(rank)))


def _steps(column: str, given: Sequence[float] | None) -> list[float]:
    """Give the thresholds between the colours: those given, else those of the rows."""
    rows = [row.number(column) for row in rules("status") if row.cells[column]]
    # A gap of 0 or less is green: the first of the gaps is not among the steps that are given.
    fixed = rows[:1] if column == "max_gap" else []
    steps = rows if given is None else [*fixed, *(round(float(x), _DECIMALS) for x in given)]
    ordered = sorted(steps) if column == "max_gap" else sorted(steps, reverse=True)
    if len(steps) != len(rows) or steps != ordered:
        raise CellFaultError(CellError.NUM)
    return steps


def gap_status(
    actual: ArrayLike,
    target: ArrayLike,
    higher_better: ArrayLike = True,  # noqa: FBT002 - an array of flags
    steps: Sequence[float] | None = None,
) -> Codes:
    """Colour a figure by how far it misses its target.

    Parameters
    ----------
    actual, target : array_like of float64
        In the same unit: rates as fractions.
    higher_better : array_like of bool
        False for figures such as the overdue rate.
    steps : sequence of 2 floats, optional
        Largest gap of yellow and of orange; by default 0.05 and 0.10 (percentage points).

    Returns
    -------
    ndarray of object
        ``green`` on target or better, ``yellow``, ``orange``, ``red`` beyond; None without data.

    Raises
    ------
    CellFaultError
        The steps are not two, or do not ascend from above zero.

    Examples
    --------
    >>> gap_status([0.95, 0.91, 0.7, 0.84], [0.95, 0.95, 0.8, 0.95]).tolist()
    ['green', 'yellow', 'orange', 'red']
    """
    gap = _gap(actual, target, higher_better)
    limits = np.array(_steps("max_gap", steps))
    return _coloured(np.searchsorted(limits, gap, side="left"), np.isnan(gap))


def _gap(actual: ArrayLike, target: ArrayLike, higher_better: ArrayLike) -> Floats:
    """Give by how much a figure misses its target; 0 and less is on target."""
    is_, should = np.asarray(actual, np.float64), np.asarray(target, np.float64)
    with np.errstate(over="ignore"):
        missed = np.where(higher_better, should - is_, is_ - should)
    return _decimal(missed)


def pace_status(
    actual_cum: ArrayLike, plan_cum: ArrayLike, steps: Sequence[float] | None = None
) -> Codes:
    """Colour the amount achieved so far by its share of the plan so far.

    Parameters
    ----------
    actual_cum, plan_cum : array_like of float64
        Cumulative amounts in the same unit.
    steps : sequence of 3 floats, optional
        Least share of green, yellow and orange; by default 0.9, 0.8 and 0.6.

    Returns
    -------
    ndarray of object
        Codes; None where there is no plan, CONTRADICTION of a negative one.

    Raises
    ------
    CellFaultError
        The steps are not three, or do not descend.

    Examples
    --------
    >>> pace_status([180, 160, 150, 119, 0], [200, 200, 200, 200, 0]).tolist()
    ['green', 'yellow', 'orange', 'red', None]
    """
    pace = _decimal(ratio(actual_cum, plan_cum))
    limits = np.array(_steps("min_pace", steps))
    worse = (pace[..., None] < limits).sum(axis=-1)
    found = _coloured(worse, np.isnan(pace))
    # Minus 200 of minus 100 would pass for twice the plan.
    return np.where(~np.isnan(pace) & (np.asarray(plan_cum) < 0), CONTRADICTION, found)


def worst_status(levels: ArrayLike, rising_months: ArrayLike = 0) -> Codes:
    """Combine colours: the worst that is known, one worse after two rising months.

    Parameters
    ----------
    levels : array_like of object, shape (..., n)
        Codes; None where an indicator has no data.
    rising_months : array_like of int64, shape (...,)
        Months in a row in which the overdue rate rose.

    Returns
    -------
    ndarray of object, shape (...,)
        Codes; None where no indicator has data. Never worse than red.

    Raises
    ------
    ValueError
        A code that ``rules/status`` does not have.

    Examples
    --------
    >>> worst_status([["yellow", "green", "yellow"], [None] * 3], 2).tolist()
    ['orange', None]
    """
    colours = _colours()
    given = np.asarray(levels, dtype=object)
    rank = np.full(given.shape, -1, dtype=np.int64)
    for number, colour in enumerate(colours):
        rank[given == colour] = number
    if unknown := {*given[rank < 0].tolist()} - {None}:
        raise ValueError(f"{sorted(unknown)} are no colours: {', '.join(colours)}")
    worst = rank.max(axis=-1, initial=-1)
    months = ints(rising_months)
    rises = (months != MISSING) & (months >= _rising())
    return _coloured(np.minimum(worst + rises, len(colours) - 1), worst < 0)


def _rising() -> int:
    """Give the rising months from which the combined colour is one worse."""
    return rule("status_limits", "rising_months").integer("value")


class Status(NamedTuple):
    """The colour, and the comparison that made it."""

    status: Colour
    reason: Reason


@function("AR_KPI_STATUS", case="WARN_GAP", category="kpi")
def gap_status_of(
    actual: Number,
    target: Number,
    higher_better: Flag | ArrayLike = True,  # noqa: FBT002 - an array of flags
    steps: Steps | None = None,
) -> Status:
    """Colour a figure by how far it misses its target, with the reason; see :func:`gap_status`."""
    found = gap_status(actual, target, higher_better, steps)
    gap, limits = _gap(actual, target, higher_better), np.array(_steps("max_gap", steps))
    said = {
        "actual": reasons.number(actual),
        "target": reasons.number(target),
        "gap": reasons.number(gap),
    }
    within = np.searchsorted(limits, gap, side="left")
    return Status(found, _because("AR_KPI_STATUS", found, within, limits, said))


@function("AR_PACE_STATUS", case="WARN_SPEED", category="kpi")
def pace_status_of(actual_cum: Number, plan_cum: Number, steps: Steps | None = None) -> Status:
    """Colour the amount achieved so far, with the reason; see :func:`pace_status`."""
    found = pace_status(actual_cum, plan_cum, steps)
    told = found.copy()
    told[found == CONTRADICTION] = None
    pace, limits = _decimal(ratio(actual_cum, plan_cum)), np.array(_steps("min_pace", steps))
    said = {
        "actual": reasons.number(actual_cum),
        "plan": reasons.number(plan_cum),
        "pace": reasons.number(pace),
    }
    within = (pace[..., None] < limits).sum(axis=-1)
    return Status(found, _because("AR_PACE_STATUS", told, within, limits, said))


def _because(
    name: str, found: Codes, within: ArrayLike, limits: Floats, said: Mapping[str, Part]
) -> Because:
    """Say which threshold was kept, or that the last one was not."""
    place = ints(within)
    kept = place < limits.size
    variant = codes(("within", "beyond"), where(found == None, ~kept))  # noqa: E711 - by element
    return reasons.because(
        name,
        variant,
        limit=reasons.number(limits[np.minimum(place, limits.size - 1)]),
        status=reasons.words("status", found),
        **said,
    )


@function("AR_WORST_STATUS", case="WARN_COMBINE", category="kpi")
def worst_status_of(levels: _Colours, rising_months: OneCount = 0) -> Status:
    """Combine the colours of a range, with the reason; see :func:`worst_status`."""
    found, worst = (np.atleast_1d(worst_status(levels, months)) for months in (rising_months, 0))
    rises = rising_months >= _rising()
    variant = codes(("worst", "lifted"), where(found == None, [int(rises)]))  # noqa: E711 - by element
    why = reasons.because(
        "AR_WORST_STATUS",
        variant,
        worst=reasons.words("status", worst),
        months=reasons.number([rising_months]),
        status=reasons.words("status", found),
    )
    return Status(found, why)
