"""The limit that holds today: of customer and group, temporary, insured.

The lower one of the customer's and its group's limit holds, unless the customer's is mandatory. A
temporary limit takes the place of the customer's on its days, both ends included; where several
cover a day the one that began last holds, of those that began together the lowest. An insured
limit lifts what is lower until the cover ends. An empty limit is no limit; 0 is a limit of nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs import reasons, wording
from udfs.arrays import Ints, missing, where
from udfs.dunning_history import numbered
from udfs.limits import FREE, below_zero, cover_in_force, cover_told, marked, unbound
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    Day,
    Flag,
    OneDay,
    Reason,
    Text,
    label,
)

if TYPE_CHECKING:
    from udfs.arrays import Bools, Codes

_NAME: Final = "AR_CREDIT_EFFECTIVE_LIMIT"


class TemporaryLimits(NamedTuple):
    """Limits for some days; without a customer for every one, without a day open on that side."""

    customer: Annotated[Text, OPTIONAL]
    start_date: Annotated[Day, OPTIONAL]
    end_date: Annotated[Day, OPTIONAL]
    limit: Cents


class EffectiveLimit(NamedTuple):
    """The limit that holds (MISSING: none), what sets it, whether it is 0, and why."""

    limit: Annotated[Cents, OPTIONAL]
    binding: Annotated[NDArray[np.object_], label("effective_limits")]
    zero_limit: Flag
    reason: Reason


class _Temporary(NamedTuple):
    """The temporary limit of each customer and its days; MISSING where there is none."""

    limit: Ints
    start: Ints
    end: Ints


@function(_NAME, category="credit", field="limit")
def effective_limit(
    limit: Annotated[Cents, OPTIONAL],
    group_limit: Cents | None = None,
    mandatory: Flag | bool = False,  # noqa: FBT001, FBT002 - a cell passes by place
    as_of: OneDay | None = None,
    temporary: TemporaryLimits | None = None,
    customer: Text | None = None,
    insured: Cents | None = None,
    insured_until: Day | None = None,
) -> EffectiveLimit:
    """Give the credit limit that holds for each customer.

    Parameters
    ----------
    limit : ndarray of int64, shape (n,)
        Customer's own limit in cents; MISSING is no limit, 0 a limit of nothing.
    group_limit : ndarray of int64, optional
        Limit of the customer's group, likewise.
    mandatory : ndarray of bool, optional
        Whether the customer's own limit holds whatever the group's is.
    as_of : int, optional
        Serial; needed for temporary limits and for a cover with an end.
    temporary : TemporaryLimits, optional
        Any number of rows in any order.
    customer : ndarray of object, optional
        Customers, to find their temporary limits.
    insured, insured_until : ndarray of int64, optional
        Insured limit in cents, and the serial of its last day (included).

    Returns
    -------
    EffectiveLimit
        ``max(min(own, group), insured)`` with own the temporary limit if there is one, and without
        the group where the own one is mandatory; shape (n,). MISSING: no limit. CONTRADICTION
        (#NUM!) for a negative limit.

    Raises
    ------
    CellFaultError
        NA where temporary limits or a cover with an end are given without a day, or limits of named
        customers without the customer; NUM for a negative temporary limit or days that end before
        they begin.

    References
    ----------
    rules.md 28 and 30 (Dynamics 365 credit management).

    Examples
    --------
    >>> own, group = np.array([50_000_000, 50_000_000]), np.array([30_000_000, 30_000_000])
    >>> effective_limit(own, group, np.array([False, True])).limit.tolist()
    [30000000, 50000000]
    """
    shape = limit.shape
    group = np.full(shape, MISSING) if group_limit is None else group_limit
    now = _temporary_of(shape, temporary, customer, as_of)
    cover, ended = cover_in_force(shape, insured, insured_until, as_of)
    wrong = below_zero(limit) | below_zero(group) | below_zero(cover)
    own = np.where(now.limit == MISSING, limit, now.limit)
    alone = np.broadcast_to(mandatory, shape) & (own != MISSING)
    held = np.where(alone, np.int64(FREE), unbound(group))
    allowed = np.minimum(unbound(own), held)
    lifted = (cover != MISSING) & (allowed != FREE) & (cover > allowed)
    found = np.where(lifted, cover, allowed)
    masks = [found == FREE, lifted, held < unbound(own), now.limit != MISSING]
    names: Codes = np.array(["none", "insured", "group", "temporary", "customer"], dtype=object)
    setter = names[np.select(masks, range(4), 4)]
    result = where(found == FREE, found)
    result = np.where(wrong, np.int64(CONTRADICTION), result)
    reason = reasons.because(
        _NAME,
        marked(setter, wrong, "wrong"),
        own=_own_told(limit, now),
        group=_group_told(group, alone),
        cover=cover_told(cover, ended, insured, insured_until),
        limit=reasons.money(result),
        ask=reasons.phrase(_NAME, "ask", result == 0),
    )
    return EffectiveLimit(result, marked(setter, wrong), result == 0, reason)


def _temporary_of(
    shape: tuple[int, ...],
    table: TemporaryLimits | None,
    customer: Codes | None,
    as_of: int | None,
) -> _Temporary:
    """Find the temporary limit that holds for each customer.

    Raises
    ------
    CellFaultError
        NA without a day or a customer that is needed; NUM for rows that contradict themselves.
    """
    if table is None or not table.limit.size:
        return _Temporary(*np.full((3, *shape), MISSING))
    named = np.array([text is not None for text in table.customer.tolist()], dtype=bool)
    if as_of is None or (customer is None and named.any()):
        raise CellFaultError(CellError.NA)
    dated = ~missing(table.start_date, table.end_date)
    if (table.limit < 0).any() or (dated & (table.end_date < table.start_date)).any():
        raise CellFaultError(CellError.NUM)
    asked = [None] * shape[0] if customer is None else customer.tolist()
    mine, theirs = numbered(asked, table.customer.tolist())
    # MISSING is the smallest number: a row without a first day has always held.
    holds = table.start_date <= as_of
    holds &= (table.end_date == MISSING) | (as_of <= table.end_date)
    size = int(max(mine.max(initial=-1), theirs.max(initial=-1))) + 1
    every = _latest(table, np.where(named, -1, 0), holds, 1)[np.zeros(shape, dtype=np.int64)]
    own = _latest(table, np.where(named, theirs, -1), holds, size)[mine]
    starts, limits = np.append(table.start_date, MISSING), np.append(table.limit, MISSING)
    later = (starts[own] > starts[every]) | (
        (starts[own] == starts[every]) & (limits[own] < limits[every])
    )
    row = np.where((own >= 0) & ((every < 0) | later), own, every)
    return _Temporary(limits[row], starts[row], np.append(table.end_date, MISSING)[row])


def _latest(table: TemporaryLimits, owner: Ints, holds: Bools, owners: int) -> Ints:
    """Give the row in force of each owner that began last, of equals the lowest; −1 for none."""
    order = np.lexsort((-table.limit, table.start_date, owner))
    order = order[(holds & (owner >= 0))[order]]
    found = np.full(owners, -1, dtype=np.int64)
    found[owner[order]] = order  # of several the last one stays
    return found


def _phrase(key: str, lang: str) -> str:
    return wording.text(_NAME, f"@reason.{key}", lang)


def _own_told(limit: Ints, now: _Temporary) -> reasons.Part:
    """Say the customer's own limit, or the temporary one in its place with its days."""

    def part(lang: str) -> Codes:
        amounts, temporary = reasons.money(limit)(lang), reasons.money(now.limit)(lang)
        starts, ends = reasons.date(now.start)(lang), reasons.date(now.end)(lang)
        told: Codes = np.empty(limit.shape, dtype=object)
        for place in range(limit.size):
            if now.limit[place] != MISSING:
                key = "own_temporary"
            else:
                key = "own_none" if limit[place] == MISSING else "own"
            told[place] = _phrase(key, lang).format(
                amount=temporary[place] if key == "own_temporary" else amounts[place],
                start=starts[place],
                end=ends[place],
            )
        return told

    return part


def _group_told(group: Ints, alone: Bools) -> reasons.Part:
    """Say the group's limit, if it has one, and whether it does not hold."""

    def part(lang: str) -> Codes:
        keys = np.where(alone, "group_not_held", "group_limit")
        phrases: Codes = np.array([_phrase(key, lang) for key in keys.tolist()], dtype=object)
        amounts = reasons.money(group)(lang)
        told: Codes = np.full(group.shape, "", dtype=object)
        for place in np.flatnonzero(group != MISSING).tolist():
            told[place] = phrases[place].format(amount=amounts[place])
        return told

    return part
