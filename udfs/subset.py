"""Which of several amounts make a sum, and whether only these do: exact, and bounded in work.

Two ways, each complete where its work fits the budget of ``rules/matching_limits``. Meeting in the
middle lists the sums of each half of the amounts, size by size, and looks the halves up in each
other. Counting goes over all sums in their largest common unit, one amount after the other. Where
neither is complete, what was found still is a solution, but nobody knows of how many.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from udfs.arrays import Ints, ints
from udfs.rules import rule

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

#: Numbers of solutions are added up to here; beyond, there are "at least" so many.
_MANY: Final = 2**40
#: So many amounts of 2**53 cents still add up in int64. Where more could make a sum, the answer is
#: "not decided".
_WIDEST: Final = 400
#: Work that a search takes at least, in sums.
_LEAST: Final = 10_000


class Subsets(NamedTuple):
    """How many subsets make the sum, whether that is all of them, and the only one's members.

    ``members`` are positions from 0 of the one solution that was found; empty where none or
    several were.
    """

    solutions: int
    decided: bool
    members: tuple[int, ...]


class _Task(NamedTuple):
    """Amounts in ascending order, the sums wanted, and how many amounts may make one."""

    amounts: Ints
    low: int
    high: int
    size: int

    @property
    def credits(self) -> int:
        """The lowest sum that there is: no part of a solution adds up to more than high − this."""
        return int(np.minimum(self.amounts[: self.size], 0).sum())


class _Half(NamedTuple):
    """Subsets of one half by size: sums, and how each grew out of a smaller one."""

    sums: Ints
    parent: Ints
    item: Ints
    ends: list[int]  # subsets of at most k amounts stand before ends[k]
    complete: bool


def limit(code: str) -> int:
    """Give a limit of ``rules/matching_limits``."""
    return int(rule("matching_limits", code).number("value"))


def searches(different: int, amounts: int) -> int:
    """Tell for how many of several different totals the work suffices; the rest is not decided."""
    return min(different, max(limit("subset_work") // max(amounts, _LEAST), 1))


def find_subsets(
    total: int,
    amounts: ArrayLike,
    tolerance: int = 0,
    max_size: int | None = None,
    sharing: int = 1,
) -> Subsets:
    """Find the subsets of amounts whose sum differs from a total by the tolerance at most.

    Parameters
    ----------
    total : int
        Cents.
    amounts : array_like of int64, shape (n,)
        Cents of either sign; zeros are left out, they would belong to every solution.
    tolerance : int
        Cents of difference allowed on either side.
    max_size : int, optional
        Most amounts in a subset; by default the limit of ``rules/matching_limits``.
    sharing : int
        How many searches share the work of ``rules/matching_limits``.

    Returns
    -------
    Subsets
        Equal amounts in different places make different subsets.

    Examples
    --------
    >>> find_subsets(18000, [20000, -2000, 7000])
    Subsets(solutions=1, decided=True, members=(0, 1))
    >>> find_subsets(30000, [10000, 20000, 30000])
    Subsets(solutions=2, decided=True, members=())
    """
    given = ints(amounts)
    size = limit("subset_size")
    task, places = _task(total, given, tolerance, size if max_size is None else max_size)
    if task is None:
        return Subsets(0, decided=True, members=())
    found = _solve(task, min(limit("subset_sums"), limit("subset_work") // sharing))
    if task.size == _WIDEST:
        found = found._replace(decided=False)
    return found._replace(members=tuple(sorted(places[list(found.members)].tolist())))


def _task(total: int, given: Ints, tolerance: int, size: int) -> tuple[_Task | None, Ints]:
    """Leave out what can be in no solution; None where nothing can."""
    kept = np.flatnonzero(given)
    kept = kept[np.argsort(given[kept], kind="stable")]
    negative = [amount for amount in given[kept].tolist() if amount < 0][: max(size, 0)]
    bound = total + tolerance - sum(negative)
    if bound < 0 or size < 1:
        return None, kept
    # The negative amounts that could stand in one solution are the most negative ones.
    kept = kept[: int(np.searchsorted(given[kept], min(bound, 2**62), side="right"))]
    sizes = np.sort(np.abs(given[kept]))
    size = min(size, kept.size)
    if not kept.size or (not negative and sum(given[kept][-size:].tolist()) < total - tolerance):
        return None, kept
    size = min(size, _WIDEST)
    if not negative:
        size = min(size, int(np.searchsorted(np.cumsum(sizes[:size]), bound, side="right")))
    return (_Task(given[kept], total - tolerance, total + tolerance, size) if size else None), kept


def _solve(task: _Task, budget: int) -> Subsets:
    """Choose the way: the halves where they are surely few enough, else counting, else halves."""
    half = (task.amounts.size + 1) // 2
    sums = sum(math.comb(half, size) for size in range(min(task.size, half) + 1))
    cells = limit("subset_cells") * budget // limit("subset_sums")
    if sums > budget and _cells(task) <= cells:
        return _count(task)
    return _meet(task, budget)


def _unit(task: _Task) -> int:
    return int(np.gcd.reduce(task.amounts))


def _cells(task: _Task) -> int:
    """Tell how many cells counting would fill."""
    width = (max(task.high, 0) - task.credits) // _unit(task) + 1
    return task.amounts.size * (task.size + 1) * width


def _count(task: _Task) -> Subsets:
    """Count the subsets of every size and sum; negative amounts come first, so sums only rise."""
    unit = _unit(task)
    amounts, floor = task.amounts // unit, task.credits // unit
    width = max(task.high, 0) // unit - floor + 1
    counts = np.zeros((task.size + 1, width), dtype=np.int64)
    last = np.full(counts.shape, -1, dtype=np.int32)  # the amount that first made a sum
    counts[0, -floor] = 1
    for place, amount in enumerate(amounts.tolist()):
        shift = abs(amount)
        old, new = (slice(None, -shift), slice(shift, None))[:: 1 if amount > 0 else -1]
        if shift >= width:
            continue
        added = counts[:-1, old].copy()
        fresh = (counts[1:, new] == 0) & (added > 0)
        last[1:, new][fresh] = place
        np.minimum(counts[1:, new] + added, _MANY, out=counts[1:, new])
    start = max(-(-task.low // unit) - floor, 0)
    wanted = counts[1:, start : max(task.high // unit - floor + 1, start)]
    solutions = min(int(wanted.sum(dtype=np.float64)), _MANY)
    if solutions != 1:
        return Subsets(solutions, decided=solutions < _MANY, members=())
    size, at = (int(place[0]) for place in np.nonzero(wanted))
    size, at = size + 1, at + start
    members = []
    while size:
        members.append(int(last[size, at]))
        at -= int(amounts[members[-1]])
        size -= 1
    return Subsets(1, decided=True, members=tuple(members))


def _meet(task: _Task, budget: int) -> Subsets:
    """List both halves size by size, and look the sums of one up among those of the other."""
    bound = task.high - task.credits
    turns = np.arange(task.amounts.size)
    places = (turns[0::2], turns[1::2])
    left, right = (_half(task.amounts[place], bound, task.size, budget) for place in places)
    solutions, pairs = 0, []
    for size in range(len(left.ends)):
        begin, end = (left.ends[size - 1] if size else 0), left.ends[size]
        rest = right.ends[min(task.size - size, len(right.ends) - 1)]
        order = np.argsort(right.sums[:rest], kind="stable")
        others = right.sums[:rest][order]
        mine = np.sort(left.sums[begin:end])
        first = np.searchsorted(others, task.low - mine, side="left")
        after = np.searchsorted(others, task.high - mine, side="right")
        number = int((after - first).sum())
        if number == 1 or (size == 0 and number == 2):  # 2: the empty one may be among them
            hit = int(np.flatnonzero(after > first)[0])
            own = begin + int(np.flatnonzero(left.sums[begin:end] == mine[hit])[0])
            pairs += [(own, int(other)) for other in order[first[hit] : after[hit]]]
        solutions += number
    solutions -= task.low <= 0 <= task.high  # no amount at all is no solution
    pairs = [pair for pair in pairs if pair != (0, 0)]
    known = (
        min(len(half.ends) - 1 for half in (left, right) if not half.complete)
        if not (left.complete and right.complete)
        else task.size
    )
    if solutions != 1:
        return Subsets(min(solutions, _MANY), known >= task.size and solutions < _MANY, ())
    own, other = pairs[0]
    members = (*_members(left, own, places[0]), *_members(right, other, places[1]))
    return Subsets(1, known >= task.size, members)


def _half(amounts: Ints, bound: int, size: int, budget: int) -> _Half:
    """List the subsets of a half: each grows by amounts after its last, as far as sums may go."""
    sums, parent, item = [np.zeros(1, np.int64)], [np.full(1, -1)], [np.full(1, -1)]
    ends = [1]
    complete = True
    for _ in range(min(size, amounts.size)):
        # Ascending amounts: those that keep a sum within the bound stand before one place.
        until = np.searchsorted(amounts, bound - sums[-1], side="right")
        more = np.maximum(until - item[-1] - 1, 0)
        count = int(more.sum())
        if not count:
            break
        if ends[-1] + count > budget:
            complete = False
            break
        source = np.repeat(np.arange(more.size), more)
        within = np.arange(count) - np.repeat(np.cumsum(more) - more, more)
        chosen = item[-1][source] + 1 + within
        begin = ends[-1] - sums[-1].size
        sums.append(sums[-1][source] + amounts[chosen])
        parent.append(source + begin)
        item.append(chosen)
        ends.append(ends[-1] + count)
    return _Half(np.concatenate(sums), np.concatenate(parent), np.concatenate(item), ends, complete)


def _members(half: _Half, subset: int, places: Ints) -> list[int]:
    """Follow a subset back to the empty one; its members as positions of the task."""
    found = []
    while half.parent[subset] >= 0:
        found.append(int(places[half.item[subset]]))
        subset = int(half.parent[subset])
    return found
