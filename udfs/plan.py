"""Splitting a target exactly: largest remainder, caps, phases, the rest of the year.

Every split adds up to its total in whole units (cents), by construction: floors first, then the
units left over go one each to the largest fractions, ties to the earliest part. The sign stands
outside: −1.00 over three is −0.34, −0.33, −0.33.

Totals and weights may fill int64: where a product could wrap, the same steps run on Python's own
integers, so the result is exact either way.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs.arrays import Ints, TotalTooLargeError, ints, where
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    ExactCents,
    OneCents,
    OneCount,
    Unit,
    Weights,
)

#: int64, or Python integers in an object array where int64 could wrap.
_Whole: TypeAlias = NDArray[Any]

_WRAPS: Final = 2**63


def _largest(values: _Whole) -> int:
    return max((abs(int(values.max())), abs(int(values.min())))) if values.size else 0


def _exact(amount: _Whole, weight: _Whole) -> tuple[_Whole, _Whole]:
    """Give both as int64 where no step of the split can wrap, else as Python integers."""
    count = weight.shape[-1] if weight.ndim else 1
    most = _largest(weight)
    if max(_largest(amount), count) * most < _WRAPS and weight.dtype != object:
        return amount, weight
    return amount.astype(object), weight.astype(object)


def _split(units: _Whole, weight: _Whole) -> _Whole:
    """Largest remainder of units[..., 1] ≥ 0 over weight[..., n] ≥ 0 with a positive sum."""
    total = weight.sum(axis=-1, keepdims=True)
    product = units * weight
    parts = product // total
    fraction = product - parts * total
    spare = units - parts.sum(axis=-1, keepdims=True)
    # Stable: equal fractions keep their order, so ties go to the earliest part.
    order = np.argsort(-fraction, axis=-1, kind="stable")
    rank = np.empty(order.shape, dtype=np.int64)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(order.shape[-1]), order.shape), -1)
    whole: _Whole = parts + (rank < spare)
    return whole


def _rows(totals: ArrayLike, weights: ArrayLike) -> tuple[Ints, _Whole]:
    """Broadcast totals[...] against weights[..., n]."""
    weight = np.asarray(weights)
    if weight.dtype != object:
        weight = ints(weight)
    total = ints(totals)
    shape = np.broadcast_shapes(total.shape, weight.shape[:-1])
    return np.broadcast_to(total, shape), np.broadcast_to(weight, (*shape, weight.shape[-1]))


@function("AR_ALLOCATE", case="ALLOCATE", category="plan")
def allocate(
    total: ExactCents | ArrayLike, weights: Weights | ArrayLike, unit: Unit = 1
) -> CentsList:
    """Split totals by weights with the largest-remainder method.

    Parameters
    ----------
    total : array_like of int64, shape (...,)
        Cents, of either sign.
    weights : array_like of whole numbers, shape (n,) or (..., n)
        Not negative; weights with decimals go through :func:`udfs.decimals.scaled` first. A part
        of weight 0 gets nothing.
    unit : int
        Cents that stay together: 100 for whole yuan, 1,000,000 for whole 万元.

    Returns
    -------
    ndarray of int64, shape (..., n)
        Cents that add up to the total. CONTRADICTION in a row whose weights are all 0 or one of
        them negative, or whose total is no multiple of the unit; MISSING where the total or a
        weight is.

    Examples
    --------
    >>> allocate(10000, [1, 1, 1]).tolist()
    [3334, 3333, 3333]
    >>> allocate([-10000, 2], [1, 1, 1]).tolist()
    [[-3334, -3333, -3333], [1, 1, 0]]
    """
    # A unit beyond int64 divides nothing but 0, and neither does the largest int64.
    unit = min(unit, _WRAPS - 1)
    whole, weight = _rows(total, weights)
    if not weight.size:
        return np.zeros(weight.shape, dtype=np.int64)
    absent = (whole == MISSING) | (weight == MISSING).any(axis=-1)
    given = np.where(absent, 0, whole)
    usable = np.where(absent[..., None], 1, weight)
    wrong = (given % unit != 0) | (usable < 0).any(axis=-1) | (usable == 0).all(axis=-1)
    usable = np.where(wrong[..., None], 1, usable)
    units, usable = _exact(np.abs(np.where(wrong, 0, given))[..., None] // unit, usable)
    parts = (_split(units, usable) * unit).astype(np.int64)
    signed = np.where(given[..., None] < 0, -parts, parts)
    return where(absent[..., None], np.where(wrong[..., None], CONTRADICTION, signed))


class Capped(NamedTuple):
    """Parts in cents, and what found no room."""

    parts: CentsList
    unallocated: Cents


def allocate_capped(
    totals: ArrayLike, weights: ArrayLike, caps: ArrayLike, unit: int = 1
) -> Capped:
    """Split by weights under caps: what exceeds a cap is shared again by the others.

    Parameters
    ----------
    totals, weights, unit
        As in :func:`allocate`.
    caps : array_like of int64, shape (n,) or (..., n)
        Cents, not negative; MISSING is no cap. For a negative total they cap the size.

    Returns
    -------
    Capped
        ``parts`` of shape (..., n) and ``unallocated`` of shape (...,): together the total.

    Examples
    --------
    >>> allocate_capped(10000, [50, 30, 20], [4000, 10000, 2500])
    Capped(parts=array([4000, 3600, 2400]), unallocated=array(0))
    >>> allocate_capped(10000, [50, 30, 20], [4000, 3000, 2000])
    Capped(parts=array([4000, 3000, 2000]), unallocated=array(1000))
    """
    unit = min(unit, _WRAPS - 1)  # as in allocate
    total, weight = _rows(totals, weights)
    plain = allocate(total, weight, unit)
    bad = (plain == MISSING) | (plain == CONTRADICTION)
    cap = np.broadcast_to(ints(caps), plain.shape)
    bad |= ((cap < 0) & (cap != MISSING)).any(axis=-1, keepdims=True)
    usable = np.where(bad, 1, weight).astype(object)
    room = cap.astype(object)
    room[cap == MISSING] = _WRAPS
    room = np.where(usable == 0, 0, room) // unit
    need = np.where(bad[..., :1], 0, np.abs(np.where(bad[..., 0], 0, total))[..., None] // unit)
    parts = _fill(need.astype(object), usable, np.where(bad, 0, room))
    rest = need - parts.sum(axis=-1, keepdims=True)
    sign = np.where(total < 0, -unit, unit)
    placed = (parts * sign[..., None]).astype(np.int64)
    left = np.asarray(rest[..., 0] * sign, dtype=np.int64)
    code = np.where(plain == MISSING, MISSING, CONTRADICTION)
    return Capped(np.where(bad, code, placed), np.where(bad[..., 0], code[..., 0], left))


def _fill(need: _Whole, weight: _Whole, room: _Whole) -> _Whole:
    """Water-fill: fix whoever is full, share the rest again; each round fixes at least one."""
    full = np.zeros(weight.shape, dtype=bool)
    for _ in range(weight.shape[-1]):
        rest = need - np.where(full, room, 0).sum(axis=-1, keepdims=True)
        active = np.where(full, 0, weight)
        total = active.sum(axis=-1, keepdims=True)
        over = ~full & (rest * active > room * total)
        if not over.any():
            break
        full |= over
    fixed = np.where(full, room, 0)
    rest = need - fixed.sum(axis=-1, keepdims=True)
    active = np.where(full, 0, weight)
    # With every part full there is nothing to split by; what is left stays unallocated.
    none = active.sum(axis=-1, keepdims=True) == 0
    return fixed + _split(np.where(none, 0, rest), np.where(none, 1, active))


class Reforecast(NamedTuple):
    """Cents for each period that remains, what found no room, what is over the plan already."""

    remaining: CentsList
    unallocated: Cents | int
    over_achieved: Cents | int


def reforecast(
    plan: ArrayLike, actual_ytd: int, elapsed: int, caps: ArrayLike | None = None
) -> Reforecast:
    """Spread what is still needed over the remaining periods by their original plan.

    Parameters
    ----------
    plan : array_like of int64, shape (n,)
        Cents per period of the original plan (version 0).
    actual_ytd : int
        Cents achieved in the periods elapsed.
    elapsed : int
        Number of periods elapsed, 0..n.
    caps : array_like of int64, shape (n − elapsed,), optional
        Cents that each remaining period can take at most.

    Returns
    -------
    Reforecast
        ``remaining`` of shape (n − elapsed,). An achieved plan leaves zeros and the surplus in
        ``over_achieved``; what no period can take (full, or none of them planned) stays in
        ``unallocated``.

    Raises
    ------
    ValueError
        ``elapsed`` is not within 0..n.
    TotalTooLargeError
        What is needed is beyond int64.

    Examples
    --------
    >>> reforecast([100, 100, 100], 130, 2)
    Reforecast(remaining=array([170]), unallocated=0, over_achieved=0)
    """
    periods = ints(plan)
    if not 0 <= elapsed <= periods.size:
        raise ValueError(f"{elapsed} periods elapsed of a plan that has {periods.size}")
    # As Python integers: a plan of many large periods must not wrap.
    need = sum(periods.tolist()) - int(actual_ytd)
    if abs(need) >= _WRAPS:
        raise TotalTooLargeError
    weights = periods[elapsed:]
    if need <= 0:
        return Reforecast(np.zeros_like(weights), 0, -need)
    if not (weights > 0).any():
        return Reforecast(np.zeros_like(weights), need, 0)
    if caps is None:
        return Reforecast(allocate(need, weights), 0, 0)
    parts, left = allocate_capped(need, weights, caps)
    return Reforecast(parts, int(left), 0)


@function("AR_ALLOCATE_CAPPED", case="ALLOCATE_CAPPED", category="plan")
def allocate_capped_of(
    total: ExactCents, weights: Weights, caps: Annotated[CentsList, OPTIONAL], unit: Unit = 1
) -> Capped:
    """Split under caps, a blank cap being none; see :func:`allocate_capped`."""
    return allocate_capped(total, weights, _padded(caps, weights.size), unit)


@function("AR_REFORECAST", case="REFORECAST", category="plan")
def reforecast_of(
    plan: CentsList,
    actual_ytd: OneCents,
    elapsed: OneCount,
    caps: Annotated[CentsList, OPTIONAL] | None = None,
) -> Reforecast:
    """Spread what is still needed over the rest; see :func:`reforecast`."""
    if not 0 <= elapsed <= plan.size:
        raise CellFaultError(CellError.NUM)
    room = None if caps is None else _padded(caps, plan.size - elapsed)
    return reforecast(plan, actual_ytd, elapsed, room)


def _padded(caps: Ints, count: int) -> Ints:
    """Read trailing blanks of the caps as "no cap"; more caps than parts are a mistake."""
    if caps.size > count:
        raise CellFaultError(CellError.VALUE)
    return np.append(caps, np.full(count - caps.size, MISSING))
