"""Distribution of what arrives of independent items, and its quantiles; a tool of the forecast.

Probabilities are doubles with a proven relative error, as only positive numbers are multiplied and
added. Where that error leaves a comparison with the confidence open, it is decided on Python's
integers if that is affordable; otherwise the smaller amount is given and called "undecided".
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from itertools import accumulate
from math import gcd, prod
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from udfs.arrays import Codes, Floats, Ints
from udfs.values import MISSING

#: Weights of amounts: doubles, or Python integers over one power of ten.
_Weights: TypeAlias = NDArray[Any]

#: Most combinations that are enumerated: twenty different items.
_MOST_DOUBLINGS: Final = 20
#: Most items that are convolved one by one.
_MOST_ITEMS: Final = 4096
#: Most cells of the grid of amounts, and most additions on it for all items together.
_MOST_CELLS: Final = 2**17
_MOST_ADDITIONS: Final = 2**27
#: Most combinations times bits that integers may take to decide a tie.
_MOST_BITS: Final = 2**28
_UNIT: Final = 2.0**-53


class Group(NamedTuple):
    """Equal items: their amount in cents, their probability as typed, how many there are."""

    amount: int
    chance: Fraction
    number: int


class Quantiles(NamedTuple):
    """For each confidence the amount in cents, how it was found, and the step of the grid."""

    amount: Ints
    method: Codes
    step: Ints


class _Tail(NamedTuple):
    """Different totals from the largest down, the weight of at least each, its relative error."""

    totals: Ints
    weight: _Weights
    error: float


class Items(NamedTuple):
    """Uncertain items: cents, probability, how many are equal; and the cents that are certain."""

    amount: Ints
    chance: Floats
    number: Ints
    certain: int

    def groups(self) -> list[Group]:
        """Give the items one group after the other, their probabilities as fractions."""
        rows = zip(self.amount.tolist(), self.chance.tolist(), self.number.tolist(), strict=True)
        return [Group(cents, Fraction(repr(chance)), count) for cents, chance, count in rows]


def items_of(amounts: Ints, chances: Floats) -> Items:
    """Put equal items together; what is certain to arrive is added up apart.

    Examples
    --------
    >>> items_of(np.array([5, 7, 5, 9]), np.array([0.5, 1.0, 0.5, 0.0]))
    Items(amount=array([5]), chance=array([0.5]), number=array([2]), certain=7)
    """
    certain = int(amounts[chances == 1].sum())
    unsure = (chances > 0) & (chances < 1) & (amounts > 0)
    order = np.lexsort((chances[unsure], amounts[unsure]))
    amount, chance = amounts[unsure][order], chances[unsure][order]
    first = np.ones(amount.size, dtype=bool)
    first[1:] = (amount[1:] != amount[:-1]) | (chance[1:] != chance[:-1])
    starts = np.flatnonzero(first)
    return Items(amount[starts], chance[starts], np.diff(np.append(starts, amount.size)), certain)


def quantiles(items: Items, asked: Floats) -> Quantiles:
    """Give for each confidence the largest total that arrives at least with it.

    Parameters
    ----------
    items : Items
        Independent items.
    asked : ndarray of float64, shape (k,)
        Confidences above 0, at most 1.

    Returns
    -------
    Quantiles
        Arrays of shape (k,); amounts never above the exact ones.

    Examples
    --------
    >>> items = items_of(np.array([100, 100, 50]), np.array([0.9, 0.9, 1.0]))
    >>> found = quantiles(items, np.array([0.81, 0.8101, 1.0]))
    >>> found.amount.tolist(), found.method.tolist()
    ([250, 150, 50], ['exact', 'exact', 'exact'])
    """
    found = _uncertain(items, asked)
    if (found.method != "exact").any():
        found = _bounded(items, asked, found)
    # With full confidence only what is certain arrives, however many items there are.
    full = asked == 1
    return Quantiles(
        np.where(full, 0, found.amount) + items.certain,
        np.where(full, "exact", found.method).astype(object),
        np.where(full, np.int64(MISSING), found.step),
    )


def _uncertain(items: Items, asked: Floats) -> Quantiles:
    """Enumerate few items, convolve more, and of very many give 0, to be raised to a bound."""
    # Combinations multiply; their logarithms are added, as the product of thousands has no end.
    if float(np.log2(items.number + 1.0).sum()) <= _MOST_DOUBLINGS:
        groups = items.groups()
        return _read(_enumerated(groups), _Exactly(groups, None), asked)
    if int(items.number.sum()) > _MOST_ITEMS:
        return Quantiles(_filled(0, asked), _named("bound", asked), _filled(MISSING, asked))
    groups = items.groups()
    step, exact = _grid(groups)
    found = _read(_convolved(groups, step), _Exactly(groups, step) if exact else None, asked)
    if exact:
        return found
    return Quantiles(found.amount, _named("stepped", asked), _filled(step, asked))


def _grid(groups: list[Group]) -> tuple[int, bool]:
    """Give the step of amounts, and whether all of them are whole steps."""
    count = sum(group.number for group in groups)
    total = sum(group.amount * group.number for group in groups)
    unit = gcd(*(group.amount for group in groups))
    cells = min(_MOST_CELLS, _MOST_ADDITIONS // count)
    if total // unit <= cells:
        return unit, True
    return -(-total // cells), False


def _pmf(group: Group) -> Floats:
    """Give the probabilities that 0 … m of m equal items pay, largest relative error known.

    By ratios of neighbours away from the most likely number, then scaled to a sum of 1.
    """
    count, odds = group.number, float(group.chance / (1 - group.chance))
    peak = int((count + 1) * group.chance)
    number = np.arange(count + 1, dtype=np.float64)
    up = (count - number[peak:-1]) / (number[peak:-1] + 1) * odds
    down = number[peak:0:-1] / (count - number[peak:0:-1] + 1) / odds
    shape = np.concatenate([np.cumprod(down)[::-1], [1.0], np.cumprod(up)])
    scaled: Floats = shape / shape.sum()
    return scaled


def _enumerated(groups: list[Group]) -> _Tail:
    """Give every total of all combinations; one item more doubles them."""
    totals, weight = _combinations(groups, [_pmf(group) for group in groups])
    # Each probability of a group: four operations for each step from the peak and the sum.
    error = sum(6 * group.number + 16 for group in groups) + totals.size
    return _from_above(totals, weight, error * _UNIT)


def _combinations(groups: list[Group], parts: list[_Weights]) -> tuple[Ints, _Weights]:
    totals = np.zeros(1, dtype=np.int64)
    weight: _Weights = np.ones(1, dtype=parts[0].dtype if parts else np.float64)
    for group, part in zip(groups, parts, strict=True):
        paid = np.arange(group.number + 1, dtype=np.int64) * group.amount
        totals = (totals[:, None] + paid).ravel()
        weight = (weight[:, None] * part).ravel()
    return totals, weight


def _from_above(totals: Ints, weight: _Weights, error: float) -> _Tail:
    """Sort totals from the largest down and add their weights up; equal totals once."""
    order = np.argsort(totals, kind="stable")[::-1]
    ordered = totals[order]
    last = np.append(ordered[1:] != ordered[:-1], [True])
    if weight.dtype == object:
        running = np.array([*accumulate(weight[order].tolist())], dtype=object)
    else:
        running = np.cumsum(weight[order])
    return _Tail(ordered[last], running[last], error)


def _convolved(groups: list[Group], step: int) -> _Tail:
    """Add item after item on a grid of steps; an amount between two steps counts as the lower."""
    weight = _on_grid(groups, step, 1.0, [(1 - g.chance, g.chance) for g in groups], np.float64)
    count = sum(group.number for group in groups)
    totals = np.arange(weight.size, dtype=np.int64) * step
    return _from_above(totals, weight, (3 * count + 16 + weight.size) * _UNIT)


def _on_grid(
    groups: list[Group], step: int, one: object, shares: list[tuple[Any, Any]], dtype: type
) -> _Weights:
    """Convolve the items; `shares` weigh unpaid and paid, as doubles or as integers."""
    size = 1 + sum(group.amount // step * group.number for group in groups)
    weight: _Weights = np.zeros(size, dtype=dtype)
    weight[0] = one
    top = 1
    for group, (unpaid, paid) in zip(groups, shares, strict=True):
        cells = group.amount // step
        low, high = (dtype(part) if dtype is np.float64 else part for part in (unpaid, paid))
        for _ in range(group.number):
            arriving = weight[:top] * high
            weight[:top] *= low
            weight[cells : cells + top] += arriving
            top += cells
    return weight


class _Exactly:
    """Decides on Python's integers what doubles leave open; too dear, it says so by None."""

    def __init__(self, groups: list[Group], step: int | None) -> None:
        self._groups, self._step = groups, step
        self._tail: _Tail | None = None
        self._whole = 1
        bits = sum(g.number * g.chance.denominator.bit_length() for g in groups)
        if step is None:
            size = prod(group.number + 1 for group in groups)
        else:
            size = sum(g.number for g in groups) * sum(g.amount // step * g.number for g in groups)
        self.affordable = size * bits <= _MOST_BITS

    def place(self, confidence: float) -> int:
        """Give the first total, from the largest down, that arrives at least so likely."""
        if self._tail is None:
            self._tail = self._weighed()
        least = Fraction(repr(confidence)) * self._whole
        return bisect_left(self._tail.weight, -(-least.numerator // least.denominator))

    def _weighed(self) -> _Tail:
        groups = self._groups
        self._whole = prod(group.chance.denominator**group.number for group in groups)
        pairs = [(g.chance.denominator - g.chance.numerator, g.chance.numerator) for g in groups]
        if self._step is not None:
            weight = _on_grid(groups, self._step, 1, pairs, object)
            totals = np.arange(weight.size, dtype=np.int64) * self._step
            return _from_above(totals, weight, 0.0)
        parts = [_whole_pmf(group.number, *pair) for group, pair in zip(groups, pairs, strict=True)]
        return _from_above(*_combinations(groups, parts), 0.0)


def _whole_pmf(number: int, unpaid: int, paid: int) -> _Weights:
    """Weigh 0 … m of m equal items: binomial coefficient × paid^j × unpaid^(m − j), integers."""
    weight = unpaid**number
    found = [weight]
    for paying in range(number):
        weight = weight * (number - paying) * paid // ((paying + 1) * unpaid)
        found.append(weight)
    return np.array(found, dtype=object)


def _read(tail: _Tail, decider: _Exactly | None, asked: Floats) -> Quantiles:
    """Find the quantiles in a tail: certain, decided, or the smaller one of those in question."""
    last = tail.totals.size - 1
    sure = np.minimum(np.searchsorted(tail.weight * (1 - tail.error), asked), last)
    perhaps = np.minimum(np.searchsorted(tail.weight * (1 + tail.error), asked), last)
    method = _named("exact", asked)
    for place in np.flatnonzero(perhaps < sure).tolist():
        if decider is not None and decider.affordable:
            sure[place] = decider.place(float(asked[place]))
        else:
            method[place] = "undecided"
    return Quantiles(tail.totals[sure], method, _filled(MISSING, asked))


def _bounded(items: Items, asked: Floats, found: Quantiles) -> Quantiles:
    """Take Hoeffding's bound where it is above an amount that is not exact.

    ``P(total ≤ mean − t) ≤ exp(−2 t² / Σ amount²)``, so the total is at least mean − t with
    confidence q for ``t = √(ln(1 / (1 − q)) · Σ amount² / 2)``.
    """
    amount = items.amount.astype(np.float64)
    mean = float((amount * items.number * items.chance).sum())
    squares = float((amount**2 * items.number).sum())
    # The typed confidence may lie half a unit above its double, and so nearer to 1.
    rest = np.maximum(1 - asked - _UNIT, np.finfo(np.float64).tiny)
    # A part in 10**9 less: more than all roundings here, so that the bound stays one.
    bound = mean * (1 - 1e-9) - np.sqrt(-np.log(rest) * squares / 2) * (1 + 1e-9)
    cents = np.floor(np.maximum(bound, 0.0)).astype(np.int64)
    better = (cents > found.amount) & (found.method != "exact")
    method = np.where(better, "bound", found.method).astype(object)
    return Quantiles(
        np.where(better, cents, found.amount),
        method,
        np.where(better, np.int64(MISSING), found.step),
    )


def _named(method: str, asked: Floats) -> Codes:
    return np.full(asked.shape, method, dtype=object)


def _filled(value: int, asked: Floats) -> Ints:
    return np.full(asked.shape, value, dtype=np.int64)
