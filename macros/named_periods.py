"""Periods in names: 应收2022, 2024年1月, Q1 2024 say of which time a sheet or a column is.

A name taken apart is what is left of it without its date (the stem) and the days it covers. Two
sheets whose names differ in nothing but the date belong together.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from macros.words import group, normal, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_QUARTERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_EPOCH: Final = date(1899, 12, 30)

_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d)"
_SHORT = r"(?<!\d)(?P<short>\d\d)年"
_WORD = (
    r"(?P<word>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)
#: From the most to the least exact; the first that is found in a name counts.
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        _YEAR + r"[-./年_](?P<month>1[0-2]|0?[1-9])[-./月_](?P<day>3[01]|[12]\d|0?[1-9])(?!\d)日?",
        _YEAR + r"(?P<month>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])(?!\d)",
        _YEAR + r"(?:年度?|[-_ ])?(?:第)?(?P<quarter>[一二三四1-4])季度?",
        _YEAR + r"[-_ ]?q(?P<quarter>[1-4])(?!\d)",
        r"(?<![a-z])q(?P<quarter>[1-4])[-_ ]?" + _YEAR.replace(r"(?<!\d)", "") + r"(?!\d)",
        _YEAR + r"年?度?(?P<half>[上下])半年",
        _YEAR + r"[-./年_ ]?(?P<month>1[0-2]|0[1-9]|[1-9](?=月|$|[^\d]))(?!\d)月?份?",
        _SHORT + r"(?P<month>1[0-2]|0?[1-9])月份?",
        r"(?<![a-z])" + _WORD + r"[-_ .,']*" + _YEAR.replace(r"(?<!\d)", "") + r"(?!\d)",
        _YEAR + r"[-_ .]*" + _WORD,
        _YEAR + r"(?!\d)(?:年度?|fy)?",
        _SHORT + r"度?",
        r"(?<!\d)(?P<month>1[0-2]|0?[1-9])月份?",
        r"(?<![a-z])" + _WORD,
    )
)
#: A number at the end of a name (应收1), but not the mark of a copied sheet, 应收 (2).
_NUMBER = re.compile(r"(?<!\d)(?P<number>\d{1,4})$")
_COPY = re.compile(r"\(\d+\)$")


class Named(NamedTuple):
    """A name taken apart.

    ``stem`` is the rest in normal form. ``start`` and ``end`` are serials, 0 where the name gives
    no year; ``order`` sorts names of one stem by time, () where they have no date or number.
    """

    stem: str
    start: int = 0
    end: int = 0
    order: tuple[int, ...] = ()

    @property
    def dated(self) -> bool:
        """Whether the days are known."""
        return self.end > 0


def serial_of(day: date) -> int:
    """Give the 1900 serial of a day."""
    return (day - _EPOCH).days


def month_end(year: int, month: int) -> date:
    """Give the last day of a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


@cache
def named(text: str) -> Named:
    """Take a name apart.

    Examples
    --------
    >>> named("应收2022")
    Named(stem='应收', start=44562, end=44926, order=(44562,))
    >>> named("2024年1月").end, named("3月").order, named("应收 (2)")
    (45322, (3,), Named(stem='应收(2)', start=0, end=0, order=()))
    """
    half = plain(text)
    for form in _FORMS:
        found = form.search(half)
        if found is None:
            continue
        days = _days(found.groupdict())
        if days is not None:
            stem = normal(half[: found.start()] + half[found.end() :])
            return Named(stem, *days, order=_order(found.groupdict(), days))
    number = None if _COPY.search(half) else _NUMBER.search(half)
    if number is not None:
        return Named(normal(half[: number.start()]), order=(int(number["number"]),))
    return Named(normal(half))


def is_period(text: str) -> bool:
    """Whether a text is a period and nothing else: 2023年, 3月, Jan 2024.

    Examples
    --------
    >>> is_period("2023年"), is_period("3月"), is_period("2023年应收")
    (True, True, False)
    """
    found = named(text)
    return bool(found.order) and not found.stem and not plain(text).isdecimal()


def _days(found: dict[str, str | None]) -> tuple[int, int] | None:
    """Give first and last day as serials; 0, 0 for a month of no year; None for no real date."""
    short = found.get("short")
    year = int(found.get("year") or (f"20{short}" if short else 0))
    month = _month(found)
    if not year:
        return (0, 0) if month else None
    first, last = 1, 12
    if found.get("quarter"):
        last = 3 * _QUARTERS[found["quarter"] or ""]
        first = last - 2
    elif found.get("half"):
        first, last = (1, 6) if found["half"] == "上" else (7, 12)
    elif month:
        first = last = month
    if found.get("day"):
        try:
            day = serial_of(date(year, month, int(found["day"] or 0)))
        except ValueError:
            return None
        return day, day
    return serial_of(date(year, first, 1)), serial_of(month_end(year, last))


def _month(found: dict[str, str | None]) -> int:
    if found.get("word"):
        return _MONTHS.index((found["word"] or "")[:3]) + 1
    return int(found.get("month") or 0)


def _order(found: dict[str, str | None], days: tuple[int, int]) -> tuple[int, ...]:
    return (days[0],) if days[0] else (_month(found),)


def siblings(names: Iterator[str] | list[str]) -> bool:
    """Whether names differ in nothing but their date or number; Sheet1 and Sheet2 say nothing.

    Examples
    --------
    >>> siblings(["应收2022", "应收2023"]), siblings(["应收", "应收 (2)"])
    (True, False)
    """
    found = [named(name) for name in names]
    stems = {one.stem for one in found}
    nameless = any(one.stem in group("default_sheet") and not one.dated for one in found)
    return len(stems) == 1 and all(one.order for one in found) and not nameless
