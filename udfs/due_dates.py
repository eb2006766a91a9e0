"""When an invoice falls due: days, months, ends of months, fixed days of payment, working days.

Every rule starts from a base date (document, delivery, acceptance) and never leads before it; then
come the fixed payment days of the customer, on or after; last the roll to a working day. Days are
serials of the 1900 date system.

Two orders of the month end give different days, so both have a name: ``eom_plus`` goes to the end
of the month and adds days (月结30天: 2021-09-13 with 45 days is 2021-11-14), ``plus_eom`` adds days
and goes to the end of the month (2021-10-31).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from udfs.arrays import Codes, Ints, add_months, ints, missing, month_of, where
from udfs.calendar import NATIONAL, Calendar, RollRule, firm_calendar, roll_or_keep, workday_add
from udfs.reading import EPOCH, FIRST_DAY, LAST_DAY
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Count,
    Day,
    DayList,
    Days,
    OneText,
    choice,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_Rule: TypeAlias = Callable[[Ints, Ints, Ints, Calendar], Ints]

#: Steps beyond this lead outside any calendar: 9999-12-31 is less than three million days away.
_MOST: Final = 3_000_000
_MOST_MONTHS: Final = 120_000
#: What stands around and between the numbers of payment days: 每月5、20日, 5th and 20th.
_AROUND: Final = re.compile(r"每月|每个月|日|号|(?<=\d)(?:st|nd|rd|th)\b|\bof each month\b|\bthe\b")
_BETWEEN: Final = re.compile(r"[/,、;:|\s]+|和|及|与|\band\b|&")
_MONTH_END: Final = frozenset({"月末", "月底", "末", "eom", "end", "last"})
_LAST: Final = 31


def _firsts(months: Ints) -> Ints:
    """Give the serial of the first day of months counted from January 1970."""
    firsts: Ints = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + EPOCH
    return firsts


def _day_of_month(months: Ints, day: ArrayLike) -> Ints:
    """Give the day D of months, or the last day where a month has fewer."""
    first = _firsts(months)
    return ints(first + np.minimum(ints(day), _firsts(months + 1) - first) - 1)


def month_end(day: ArrayLike) -> Ints:
    """Give the last day of the month of each serial.

    Examples
    --------
    >>> month_end([45351, 45306]).tolist()  # 2024-02-29 is its own; 2024-01-15
    [45351, 45322]
    """
    return _firsts(month_of(day) + 1) - 1


def _net(base: Ints, n: Ints, day: Ints, calendar: Calendar) -> Ints:
    del day, calendar
    return base + n


def _eom_plus(base: Ints, n: Ints, day: Ints, calendar: Calendar) -> Ints:
    del day, calendar
    return month_end(base) + n


def _plus_eom(base: Ints, n: Ints, day: Ints, calendar: Calendar) -> Ints:
    del day, calendar
    return month_end(base + n)


def _months(base: Ints, n: Ints, day: Ints, calendar: Calendar) -> Ints:
    del day, calendar
    return add_months(base, n)


def _months_eom(base: Ints, n: Ints, day: Ints, calendar: Calendar) -> Ints:
    del day, calendar
    # The end of the later month, not a month after the end: February plus 1 is 31 March.
    return month_end(add_months(base, n))


def _next_month_day(base: Ints, n: Ints, day: Ints, calendar: Calendar) -> Ints:
    del calendar
    return np.where(_of_month(day, 1), _day_of_month(month_of(base) + n, day), CONTRADICTION)


def _days_next_month_day(base: Ints, n: Ints, day: Ints, calendar: Calendar) -> Ints:
    del calendar
    later = base + n
    found = np.where(day == 0, month_end(later), _day_of_month(month_of(later) + 1, day))
    return np.where(_of_month(day, 0), found, CONTRADICTION)


def _workdays(base: Ints, n: Ints, day: Ints, calendar: Calendar) -> Ints:
    del day
    return workday_add(base, n, calendar)


def _of_month(day: Ints, least: int) -> NDArray[np.bool_]:
    fits: NDArray[np.bool_] = (day >= least) & (day <= _LAST)
    return fits


#: Code of ``rules/choices`` (due_rule) to what it does.
_RULES: Final[dict[str, _Rule]] = {
    "net": _net,
    "eom_plus": _eom_plus,
    "plus_eom": _plus_eom,
    "months": _months,
    "months_eom": _months_eom,
    "next_month_day": _next_month_day,
    "days_next_month_day": _days_next_month_day,
    "workdays": _workdays,
}
_BY_MONTHS: Final = frozenset({"months", "months_eom", "next_month_day"})
#: Steps of a rule where none are given: 次月25日 is the next month, which nobody types; else 0.
_UNTOLD: Final = {"next_month_day": 1}
#: Rules that need a day of the month.
BY_DAY: Final = frozenset({"next_month_day", "days_next_month_day"})


def payment_days(text: str) -> tuple[int, ...]:
    """Read fixed payment days of a customer: "5,20", "5/20", "5日、20日", "每月5、20日", "月末".

    Returns
    -------
    tuple of int
        Days of the month 1..31, ascending, each once; 31 stands for the last day.

    Raises
    ------
    ValueError
        Something else is written.

    Examples
    --------
    >>> payment_days("每月5、20日"), payment_days("20th and 5th"), payment_days("15、月末")
    ((5, 20), (5, 20), (15, 31))
    """
    plain = _AROUND.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    parts = [part for part in _BETWEEN.split(plain) if part]
    found = {_LAST if part in _MONTH_END else _day_number(part, text) for part in parts}
    return tuple(sorted(found))


def _day_number(part: str, text: str) -> int:
    if not (part.isascii() and part.isdigit() and len(part) <= 2 and 1 <= int(part) <= _LAST):
        raise ValueError(f"{text!r} holds no days of a month such as 5,20")
    return int(part)


def next_payment_day(day: ArrayLike, days: tuple[int, ...]) -> Ints:
    """Give the first allowed day of payment on or after each day; all days where none are given.

    Parameters
    ----------
    day : array_like of int64
        Serials, all given.
    days : tuple of int
        Days of the month, ascending; in a shorter month the last day stands for a later one.

    Examples
    --------
    >>> next_payment_day([45792, 45793], (15,)).tolist()  # 2025-05-15 itself; the day after it
    [45792, 45823]
    """
    asked = ints(day)
    if not days:
        return asked
    month = month_of(asked)
    found = _day_of_month(month + 1, days[0])
    for allowed in reversed(days):
        here = _day_of_month(month, allowed)
        found = np.where(here >= asked, here, found)
    return found


def due_dates(
    base: ArrayLike,
    rule: str | Codes,
    n: ArrayLike = MISSING,
    day: ArrayLike = MISSING,
    holiday_roll: RollRule = "none",
    allowed: tuple[int, ...] = (),
    calendar: Calendar = NATIONAL,
) -> Ints:
    """Give due dates by named rules.

    Parameters
    ----------
    base : array_like of int64
        Serials of the documents (or deliveries, acceptances); MISSING allowed.
    rule : str or ndarray of object
        Codes of the choice ``due_rule``: ``net`` (base + n days), ``eom_plus`` (month end + n
        days), ``plus_eom`` (end of the month of base + n days), ``months``, ``months_eom`` (end
        of the month n months later), ``next_month_day`` (day D of the month n months later),
        ``days_next_month_day`` (day D of the month after that of base + n days; D = 0 is the end
        of that very month) or ``workdays``.
    n : array_like of int64
        Days, months or working days; MISSING is 1 for ``next_month_day`` and 0 for the others.
    day : array_like of int64
        Day D of the month, 1..31, clipped to the length of the month.
    holiday_roll : {"none", "following", "modified_following", "preceding"}
        Roll to a working day, last. Where no calendar is published the day stays.
    allowed : tuple of int
        Fixed payment days, see :func:`next_payment_day`.
    calendar : Calendar
        National, or with a firm's own days.

    Returns
    -------
    ndarray of int64
        Serials, broadcast. MISSING where the base is, where a rule needs a day that is not given,
        or where working days are not published; CONTRADICTION for a day that no month has or a
        date beyond the calendar of a sheet. Before the roll never earlier than the base.

    Examples
    --------
    >>> due_dates([44452], "plus_eom", 45), due_dates([44452], "eom_plus", 45)  # 2021-09-13
    (array([44500]), array([44514]))
    """
    shape = () if isinstance(rule, str) else rule.shape
    start, step, place, _ = np.broadcast_arrays(ints(base), ints(n), ints(day), np.empty(shape))
    found = np.full(start.shape, MISSING, dtype=np.int64)
    given = ~missing(start)
    for code, named in _places(rule):
        here = given & named
        if code in BY_DAY:
            here = here & (place != MISSING)
        steps = np.where(step[here] == MISSING, _UNTOLD.get(code, 0), step[here])
        found[here] = _by(code, start[here], steps, place[here], calendar)
    settled = (found != MISSING) & (found != CONTRADICTION)
    days = np.maximum(found[settled], start[settled])
    if allowed or holiday_roll != "none":
        days = roll_or_keep(next_payment_day(days, allowed), holiday_roll, calendar)
    found[settled] = np.where(_on_sheet(days), days, CONTRADICTION)
    return found


def _places(rule: str | Codes) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Give each rule that occurs with the places where it does."""
    if isinstance(rule, str):
        yield rule, np.array([True])
        return
    order = {code: number for number, code in enumerate(_RULES)}
    numbers = np.array([order[code] for code in rule.ravel().tolist()], dtype=np.int64)
    for number in np.flatnonzero(np.bincount(numbers, minlength=len(order))).tolist():
        yield tuple(_RULES)[number], (numbers == number).reshape(rule.shape)


def _by(code: str, base: Ints, n: Ints, day: Ints, calendar: Calendar) -> Ints:
    """Follow one rule; what leaves the calendar of a sheet contradicts."""
    most = _MOST_MONTHS if code in _BY_MONTHS else _MOST
    inside = _on_sheet(base) & (np.abs(n) <= most)
    found = _RULES[code](np.where(inside, base, FIRST_DAY), np.where(inside, n, 0), day, calendar)
    early = (found < FIRST_DAY) & (found != MISSING) & (found != CONTRADICTION)
    # A step back ends at the base date at the earliest, however far it leads.
    found = np.where(early, np.where(inside, base, FIRST_DAY), found)
    late = (found > LAST_DAY) | ~inside
    return np.where(late, CONTRADICTION, found)


def _on_sheet(days: Ints) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (days >= FIRST_DAY) & (days <= LAST_DAY)
    return inside


def allowed_days(text: str) -> tuple[int, ...]:
    """Read payment days from a cell; see :func:`payment_days`.

    Raises
    ------
    CellFaultError
        #VALUE! where the text holds no days of a month.
    """
    try:
        return payment_days(text)
    except ValueError:
        raise CellFaultError(CellError.VALUE) from None


@function("AR_DUE_DATE", case="DUE_DATE", category="plan")
def due_date_of(
    base_date: Day,
    rule: Annotated[NDArray[np.object_], choice("due_rule", "each")],
    n: Annotated[Days, OPTIONAL] | int | None = None,
    day: Annotated[Count, OPTIONAL] | int | None = None,
    holiday_roll: RollRule = "none",
    payment_days: OneText = "",
    days_off: DayList | None = None,
    make_up_days: DayList | None = None,
) -> Day:
    """Give due dates by named rules; see :func:`due_dates`."""
    steps, place = (MISSING if given is None else given for given in (n, day))
    calendar = firm_calendar(days_off, make_up_days)
    return where(
        missing(base_date),
        due_dates(
            base_date, rule, steps, place, holiday_roll, allowed_days(payment_days), calendar
        ),
    )
