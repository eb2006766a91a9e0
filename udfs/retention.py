"""Retention money (质保金): how much may be held back, and when it is to be released.

The clock starts at acceptance; where the owner delays it, so many days after the completion
report, whichever is earlier. The ceiling and the periods are dated rows of ``rules/retention``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np

from udfs.arrays import Bools, Ints, add_months, ints, where
from udfs.decimals import share
from udfs.reading import LAST_DAY
from udfs.registry import function
from udfs.rules import all_rules
from udfs.values import CONTRADICTION, MISSING, OPTIONAL, Cents, Count, Day, Flag, Rate

if TYPE_CHECKING:
    from udfs.arrays import Floats

#: Months beyond this lead outside any calendar of a sheet.
_MOST: Final = 120_000


class Retention(NamedTuple):
    """Amount held back in cents, day of release, and what the rules do not allow.

    ``over_cap``: the rate is above the ceiling; ``over_period``: the defects period is longer than
    the usual one; ``bond_conflict``: retention on top of a performance bond.
    """

    amount: Cents
    release: Day
    over_cap: Flag
    over_period: Flag
    bond_conflict: Flag


def _of_day(code: str, day: Ints) -> Floats:
    """Give the figure of a rule row on each day; NaN before the first row or without a day."""
    found = np.full(day.shape, np.nan)
    for row in all_rules("retention"):
        if row.code == code:
            inside = (day >= (row.valid_from or 0)) & (day != MISSING)
            inside &= day <= (LAST_DAY if row.valid_to is None else row.valid_to)
            found[inside] = row.number("figure")
    return found


def _start(acceptance: Ints, report: Ints) -> Ints:
    """Give the day the period starts: acceptance, or so many days after the report if earlier."""
    delay = _of_day("owner_delay_days", report)
    known = ~np.isnan(delay)  # a report is given, of a day for which there is a rule
    after = np.where(known, report, LAST_DAY + 1) + np.where(known, delay, 0).astype(np.int64)
    first = np.minimum(np.where(acceptance == MISSING, LAST_DAY + 1, acceptance), after)
    return where(first > LAST_DAY, first)


def _given(values: Ints | None, shape: tuple[int, ...]) -> Ints:
    return np.full(shape, MISSING) if values is None else np.broadcast_to(ints(values), shape)


def _flag(known: Bools, value: Bools) -> Flag:
    """Give yes or no where it can be told, else missing."""
    told: Flag = where(~known, value)  # type: ignore[assignment]  # int64 where some are not told
    return told


@function("AR_RETENTION", case="RETENTION", category="plan")
def retention(
    settlement: Cents,
    rate: Rate,
    acceptance: Annotated[Day, OPTIONAL],
    months: Count | None = None,
    cap: Rate | None = None,
    owner_delay_report: Annotated[Day, OPTIONAL] | None = None,
    performance_bond: Flag | bool = False,  # noqa: FBT001, FBT002 - a cell passes by place
) -> Retention:
    """Give retention money and its day of release.

    Parameters
    ----------
    settlement : ndarray of int64, shape (n,)
        Settled price in cents.
    rate : ndarray of float64
        Rate as a fraction, not negative.
    acceptance : ndarray of int64
        Serials of acceptance; MISSING where there is none yet.
    months : ndarray of int64, optional
        Defects period; by default the row ``months``.
    cap : ndarray of float64, optional
        Highest rate; by default the row ``cap`` of the day that the period starts.
    owner_delay_report : ndarray of int64, optional
        Serials of the completion reports that an owner left without acceptance.
    performance_bond : ndarray of bool, optional
        Whether a performance bond is held as well.

    Returns
    -------
    Retention
        ``amount = settlement × rate`` half-up; ``release = start + months`` (corresponding day).
        ``release`` is MISSING where the period has not started, ``over_cap`` where no row holds.

    Examples
    --------
    >>> import numpy as np
    >>> retention(np.array([987654321]), np.array([0.05]), np.array([45838]), np.array([24]))[:3]
    (array([49382716]), array([46568]), array([1]))
    """
    shape = settlement.shape
    start = _start(ints(acceptance), _given(owner_delay_report, shape))
    term = _given(months, shape)
    usual = _of_day("months", start)
    term = np.where((term == MISSING) & ~np.isnan(usual), np.nan_to_num(usual), term)
    term = ints(np.where(term == MISSING, MISSING, term).astype(np.int64))
    rates = np.asarray(rate, dtype=np.float64)
    highest = np.full(shape, np.nan) if cap is None else np.broadcast_to(cap, shape)
    highest = np.where(np.isnan(highest), _of_day("cap", start), highest)
    amount = np.where(rates < 0, np.int64(CONTRADICTION), share(settlement, rates))
    longer = ~np.isnan(usual) & (term != MISSING) & (term > np.nan_to_num(usual))
    return Retention(
        amount,
        _release(start, term),
        _flag(~np.isnan(highest), rates > np.nan_to_num(highest)),
        _flag(~np.isnan(usual), longer),
        np.broadcast_to(performance_bond, shape) & (rates > 0),
    )


def _release(start: Ints, months: Ints) -> Ints:
    """Give the corresponding day; a period below 0 or beyond the calendar contradicts."""
    wrong = ((months < 0) | (months > _MOST)) & (months != MISSING)
    day = add_months(start, np.where(wrong, 0, months))
    wrong |= (day > LAST_DAY) & (day != MISSING)
    return np.where(wrong & (start != MISSING), np.int64(CONTRADICTION), day)
