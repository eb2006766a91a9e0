"""In which order to call: a score of 0 to 100 from amount, age, risk, promises and limitation.

Weights and references are rows of ``rules/priority``; how soon a claim is time-barred counts by
``rules/priority_limitation``. A high score means urgent, not likely to pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from udfs import reasons
from udfs.arrays import Codes, Floats, Ints, codes, ints, missing
from udfs.registry import function
from udfs.rules import rule, rules
from udfs.values import (
    CellError,
    CellFaultError,
    Cents,
    Count,
    Days,
    Number,
    OneCents,
    Rate,
    Reason,
    Steps,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

_NAME: Final = "AR_COLLECTION_PRIORITY"


def priority(
    overdue: Cents | ArrayLike,
    days: Days | ArrayLike,
    risk: Rate | ArrayLike,
    broken: Count | ArrayLike,
    limitation_left: Days | ArrayLike,
    reference: OneCents | None = None,
    weights: Steps | None = None,
) -> Number:
    """Score the urgency of a debt, 0 to 100: more means call sooner.

    Parameters
    ----------
    overdue : array_like of int64
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
    reference : int, optional
        Cents with the full score; by default the reference of ``rules/priority``.
    weights : sequence of 5 floats, optional
        Weight of amount, days, risk, promises and limitation; by default ``rules/priority``.

    Returns
    -------
    ndarray of float64
        Σ wᵢ·min(1, xᵢ/referenceᵢ); 0 where nothing is overdue; nan where an argument is missing;
        infinite (#NUM!) where the risk is no probability (60 is not 60 %) or promises are negative.

    Raises
    ------
    CellFaultError
        Other than five weights, a negative weight, or a reference of 0 or less.

    Examples
    --------
    >>> priority([18_000_000, 800_000, 0], [45, 1000, 90], [0.6, 0.9, 1], [1, 3, 3],
    ...          [400, 20, 10]).round(6).tolist()
    [40.433333, 63.56, 0.0]
    """
    parts = priority_parts(overdue, days, risk, broken, limitation_left, reference, weights)
    result: Floats = np.sum(parts, axis=0)
    return result


class Priority(NamedTuple):
    """The score, 0 to 100, and its arithmetic."""

    score: Number
    reason: Reason


@function(_NAME, case="PRIORITY", category="dunning", field="score")
def priority_of(
    overdue: Cents,
    days: Days,
    risk: Rate,
    broken: Count,
    limitation_left: Days,
    reference: OneCents | None = None,
    weights: Steps | None = None,
) -> Priority:
    """Score the urgency of a debt and say how; see :func:`priority`."""
    parts = priority_parts(overdue, days, risk, broken, limitation_left, reference, weights)
    score: Floats = np.sum(parts, axis=0)
    rows = rules("priority")
    full = [row.number("reference") for row in rows]
    weight = [row.number("weight") for row in rows] if weights is None else list(weights)
    names = np.where(ints(overdue) > 0, "score", "nothing_overdue").astype(object)
    names[~np.isfinite(score)] = None
    cents = round(full[0] * 100) if reference is None else reference
    said = {f"w{place}": reasons.number(points) for place, points in enumerate(weight, 1)}
    said |= {f"p{place}": reasons.number(points) for place, points in enumerate(parts, 1)}
    reason = reasons.because(
        _NAME,
        names,
        overdue=reasons.money(overdue),
        reference=reasons.money(cents),
        days=reasons.number(np.maximum(days, 0)),
        full_days=reasons.number(full[1]),
        risk=reasons.number(risk),
        broken=reasons.number(broken),
        full_broken=reasons.number(full[3]),
        factor=reasons.number(limitation_factor(limitation_left)),
        row=reasons.words("priority_limitation", _limitation_row(limitation_left)),
        score=reasons.number(score),
        **said,
    )
    return Priority(score, reason)


class Parts(NamedTuple):
    """What each term adds to the score, in points: nan where an argument is missing."""

    amount: Floats
    days: Floats
    risk: Floats
    broken: Floats
    limitation: Floats


def priority_parts(
    overdue: ArrayLike,
    days: ArrayLike,
    risk: ArrayLike,
    broken: ArrayLike,
    limitation_left: ArrayLike,
    reference: int | None = None,
    weights: Sequence[float] | None = None,
) -> Parts:
    """Give the five terms whose sum is :func:`priority`, which says what the arguments are.

    Raises
    ------
    CellFaultError
        As :func:`priority`.

    Examples
    --------
    >>> [points.round(2).tolist() for points in priority_parts(18_000_000, 45, 0.6, 1, 400)]
    [12.6, 12.5, 12.0, 3.33, 0.0]
    """
    rows = rules("priority")
    full = [row.number("reference") for row in rows]
    weight = [row.number("weight") for row in rows] if weights is None else list(weights)
    if len(weight) != len(rows):
        raise CellFaultError(CellError.VALUE)
    cents = full[0] * 100 if reference is None else reference
    if cents <= 0 or min(weight) < 0:
        raise CellFaultError(CellError.NUM)
    owed, late, kept, left = (ints(a) for a in (overdue, days, broken, limitation_left))
    chance = np.asarray(risk, dtype=np.float64)
    shares: tuple[Floats, ...] = (
        np.clip(owed / cents, 0, 1),
        np.clip(late / full[1], 0, 1),
        np.clip(chance / full[2], 0, 1),
        np.clip(kept / full[3], 0, 1),
        limitation_factor(left),
    )
    absent = missing(owed, late, kept, left) | np.isnan(chance)
    # A percentage typed as 60 would pass for certain default.
    wrong = (chance < 0) | (chance > full[2]) | (kept < 0)
    return Parts(
        *(
            np.where(
                absent, np.nan, np.where(wrong, np.inf, np.where(owed <= 0, 0.0, points * share))
            )
            for points, share in zip(weight, shares, strict=True)
        )
    )


def limitation_factor(days_left: ArrayLike) -> Floats:
    """Give 0 to 1 for how soon a claim is time-barred: the factor of the first row that holds.

    Examples
    --------
    >>> limitation_factor([30, 31, 90, 180, 181]).tolist()
    [1.0, 0.6, 0.6, 0.3, 0.0]
    """
    factors = np.array([row.number("factor") for row in rules("priority_limitation")])
    found: Floats = factors[_limitation_place(days_left)]
    return found


def _limitation_place(days_left: ArrayLike) -> Ints:
    """Find the first row of ``rules/priority_limitation`` that holds so many days."""
    rows = rules("priority_limitation")
    edges = [row.integer("max_days") for row in rows if row.cells["max_days"]]
    return np.searchsorted(ints(edges), ints(days_left), side="left")


def _limitation_row(days_left: ArrayLike) -> Codes:
    return codes(
        tuple(row.code for row in rules("priority_limitation")), _limitation_place(days_left)
    )


def unscored_risk() -> float:
    """Give the probability of default assumed for a customer without a score."""
    return rule("dunning", "standard").number("unscored_risk")
