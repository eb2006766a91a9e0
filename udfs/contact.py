"""When a debtor may be contacted: the hours of each kind of debtor, and Chinese working days.

The windows are rows of ``rules/contact_windows`` with their first and last minute. A minute lasts
until the next one begins: where 17:30 is included, 17:30:59 still is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike

from udfs import reasons
from udfs.arrays import Bools, Codes, Ints, codes, where
from udfs.calendar import is_workday
from udfs.registry import function
from udfs.rules import rules
from udfs.values import MISSING, Flag, Moment, Reason, choice

if TYPE_CHECKING:
    from udfs.reasons import Part
    from udfs.rules import Rule

ContactMode: TypeAlias = Annotated[
    Literal["b2b", "consumer", "us_collector"], choice("contact_mode")
]

_NAME: Final = "AR_CONTACT_ALLOWED"
_DAY_MINUTES: Final = 24 * 60
_DAY_SECONDS: Final = 24 * 60 * 60


class Contact(NamedTuple):
    """Whether a moment is fit for contact, and why."""

    allowed: Flag
    reason: Reason


@function(_NAME, case="CONTACT_OK", category="dunning", field="allowed")
def contact_allowed(when: Moment | ArrayLike, mode: ContactMode = "b2b") -> Contact:
    """Tell whether a debtor may be contacted at a moment.

    Parameters
    ----------
    when : array_like of float64, shape (n,)
        Serials with the time of day, local time of the debtor; NaN is missing.
    mode : {"b2b", "consumer", "us_collector"}
        Whose windows of ``rules/contact_windows`` apply.

    Returns
    -------
    Contact
        ``allowed`` is 1 or 0 as int64, and MISSING where `when` is, or where only a calendar that
        is not published could tell (a window on working days).

    Examples
    --------
    >>> contact_allowed([45941.416667, 45943.520833]).allowed.tolist()  # Sat 10:00, Mon 12:30
    [1, 0]
    """
    moment = np.asarray(when, dtype=np.float64)
    absent = ~np.isfinite(moment)
    # To the whole second first: a float of 17:30 may lie a trace before it.
    seconds = np.rint(np.where(absent, 0, moment) * _DAY_SECONDS).astype(np.int64)
    day, second = np.divmod(seconds, _DAY_SECONDS)
    minute = second // 60
    rows = [row for row in rules("contact_windows") if row.cells["mode"] == mode]
    inside = [_inside(row, minute) for row in rows]
    open_hour = np.logical_or.reduce(inside)
    works = np.ones(moment.shape, dtype=np.int64)
    if any(row.flag("workdays_only") for row in rows):
        works = is_workday(day)
    # Outside all hours the answer is no on any day, whatever the calendar will say.
    answer = where(absent | (open_hour & (works == MISSING)), open_hour & (works == 1))
    variants = np.select([answer == MISSING, ~open_hour, works == 0], [MISSING, 1, 2], 0)
    window = np.select(inside, range(len(rows)), MISSING)
    reason = reasons.because(
        _NAME,
        codes(("inside", "outside", "day_off"), variants),
        day=reasons.date(day),
        time=_clock(minute),
        window=reasons.words("contact_windows", codes(tuple(row.code for row in rows), window)),
        windows=reasons.rule(rows),
    )
    return Contact(cast("Flag", answer), reason)


def _inside(row: Rule, minute: Ints) -> Bools:
    """Whether each minute of the day lies in a window."""
    first, last = (_minute(row.cells[end]) for end in ("first", "last"))
    after = minute >= first if row.flag("first_included") else minute > first
    before = minute <= last if row.flag("last_included") else minute < last
    return after & before


def _minute(text: str) -> int:
    """Give the minute of the day of a time such as 09:00."""
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def _clock(minute: Ints) -> Part:
    """Write minutes of the day as times."""

    def part(_: str) -> Codes:
        names = [f"{place // 60:02d}:{place % 60:02d}" for place in range(_DAY_MINUTES)]
        return codes(tuple(names), minute)

    return part
