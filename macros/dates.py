"""Dates as people type them, to 1900 serials; what one cell leaves open its column decides.

``1/2/2013`` is 2 January or 1 February. Every text therefore gives up to three readings, one per
order (year-month-day, month-day-year, day-month-year); :func:`decide` chooses the order by the
cells of the column that can be read in one way only.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from udfs.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The orders of a date, and the columns of what :func:`readings` gives.
ORDERS: Final = ("ymd", "mdy", "dmy")

_ZERO = dt.date(1899, 12, 30).toordinal()
_FIRST_YEAR, _LAST_YEAR = 1900, 9999
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = re.compile(r"(?<=[\d日号])(t|\s+|\s*[上下]午\s*|\s*(?=\d\d?时))\d{1,2}\s*[:时].*$")
_WEEKDAY = re.compile(
    r"\(?\s*(?:星期|周|礼拜)[一二三四五六日天]\s*\)?|\b(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)"
    r"(?:day|sday|nesday|rsday|urday)?\b[,.]?"
)
_CHINESE = re.compile(r"^(\d{2,4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?$")
_PARTS = re.compile(r"^(\d{1,4})\s*([-/.\s])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?$")
_NAMED = (
    re.compile(
        r"^(?P<d>\d{1,2})(?:st|nd|rd|th)?[-/.\s]*(?P<m>[a-z]{3,9})[-/.,\s]*(?P<y>\d{4}|\d\d)$"
    ),
    re.compile(
        r"^(?P<m>[a-z]{3,9})[-/.\s]*(?P<d>\d{1,2})(?:st|nd|rd|th)?[-/.,\s]+(?P<y>\d{4}|\d\d)$"
    ),
    re.compile(r"^(?P<y>\d{4})[-/.\s]*(?P<m>[a-z]{3,9})[-/.\s]*(?P<d>\d{1,2})$"),
)
#: A number that is no date by its format is one only from 1954-10-03 to 2173-10-13.
SERIALS: Final = (20_000, 100_000)

Readings = tuple[int, int, int]
_NONE: Readings = (MISSING, MISSING, MISSING)


def _serial(year: int, month: int, day: int) -> int:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return MISSING
    try:
        return dt.date(year, month, day).toordinal() - _ZERO
    except ValueError:  # no such day, 31 April: this order is not how the text can be read
        return MISSING


def _full_year(digits: str) -> int:
    year = int(digits)
    return year + (2000 if year < 70 else 1900) if len(digits) <= 2 else year


def _fixed(serial: int) -> Readings:
    return (serial, serial, serial)


def _numeric(first: str, middle: str, last: str) -> Readings:
    a, b, c = int(first), int(middle), int(last)
    if len(first) == 4:
        return _fixed(_serial(a, b, c)) if len(last) <= 2 else _NONE
    if len(first) == 3 or len(last) in {1, 3}:
        return _NONE
    year = _full_year(last)
    short = _serial(_full_year(first), b, c) if len(first) == len(last) == 2 else MISSING
    return (short, _serial(year, a, b), _serial(year, b, a))


def readings(text: str) -> Readings:
    """Give the serials of a text in each order; all equal where there is but one way to read it.

    Parameters
    ----------
    text : str
        A date in digits, with 年月日 or with an English month, with or without a time of day.

    Returns
    -------
    tuple of int
        Serials as year-month-day, month-day-year, day-month-year; MISSING where it is no date.

    Examples
    --------
    >>> readings("2025年6月30日")[0], readings("1/2/2013")[1:]
    (45838, (41276, 41306))
    """
    half = unicodedata.normalize("NFKC", text).strip().casefold().removeprefix("'")
    half = _WEEKDAY.sub("", _TIME.sub("", half)).strip()
    if found := _CHINESE.match(half):
        return _fixed(_serial(_full_year(found[1]), int(found[2]), int(found[3])))
    if found := _PARTS.match(half):
        return _numeric(found[1], found[3], found[4])
    if half.removesuffix(".0").isdecimal():
        return _fixed(_digits(int(half.removesuffix(".0"))))
    for pattern in _NAMED:
        if (found := pattern.match(half)) and found["m"] in _MONTHS:
            return _fixed(_serial(_full_year(found["y"]), _MONTHS[found["m"]], int(found["d"])))
    return _NONE


def _digits(number: int) -> int:
    """Read a bare number: 20250630 as a date in digits, 45838 as a serial."""
    if SERIALS[0] <= number < SERIALS[1]:
        return number
    if 19000101 <= number <= 99991231:
        return _serial(number // 10000, number // 100 % 100, number % 100)
    return MISSING


def from_numbers(
    values: npt.NDArray[np.float64], formatted: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Give the days of numeric cells, the time of day cut off.

    Parameters
    ----------
    values : ndarray of float64, 1-D
        The numbers as the cells hold them.
    formatted : ndarray of bool, 1-D
        Whether the cell is formatted as a date. A plain number is one only where it is likely:
        a serial from 1954 on, or eight digits such as 20250630.

    Returns
    -------
    ndarray of int64, 1-D
        Serials; MISSING where the number is no date.
    """
    with np.errstate(invalid="ignore"):
        whole = np.where(np.isfinite(values), np.floor(values), 0).astype(np.int64)
    likely = (whole >= SERIALS[0]) & (whole < SERIALS[1])
    shown = formatted & (whole >= 1) & (whole <= 2_958_465)
    result = np.where(likely | shown, whole, MISSING)
    digits = (whole >= 19000101) & (whole <= 99991231) & (values == whole)
    if digits.any():
        distinct, back = np.unique(whole[digits], return_inverse=True)
        result[digits] = np.array([_digits(int(number)) for number in distinct])[back]
    return result


class Votes(NamedTuple):
    """What the cells of a column say about its order, as counts of cells."""

    ymd: int
    mdy: int
    dmy: int
    open: int  # cells that two orders read differently


def together(several: Iterable[Votes]) -> Votes:
    """Add the votes of several columns."""
    return Votes._make(np.array([*several, Votes(0, 0, 0, 0)]).sum(axis=0).tolist())


def votes(table: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> Votes:
    """Count the cells that can be read in one order only.

    Parameters
    ----------
    table : ndarray of int64, (n, 3)
        Readings of n distinct texts.
    counts : ndarray of int64, (n,)
        How many cells hold each.
    """
    if not len(table):
        return Votes(0, 0, 0, 0)
    valid = table != MISSING
    only = valid & (valid.sum(axis=1) == 1)[:, None]
    by_order = (only * counts[:, None]).sum(axis=0)
    ymd, mdy, dmy = (int(count) for count in by_order)
    return Votes(ymd, mdy, dmy, int(counts[is_open(table)].sum()))


def is_open(table: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Say which rows of readings can be read as two different days."""
    valid = table != MISSING
    highest = np.where(valid, table, MISSING).max(axis=1, initial=MISSING)
    lowest = np.where(valid, table, 2**62).min(axis=1, initial=2**62)
    return np.asarray(valid.any(axis=1) & (highest != lowest))


class Decision(NamedTuple):
    """How the open cells of a column are read: the orders by preference, and what says so.

    ``by`` is "" where nothing was open, else "setting", "column", "sibling" or "assumed".
    """

    orders: tuple[int, ...]
    by: str
    contradictory: bool

    @property
    def name(self) -> str:
        """Name of the preferred order: "ymd", "mdy" or "dmy"."""
        return ORDERS[self.orders[0]]


def decide(own: Votes, siblings: Votes, wanted: str = "") -> Decision:
    """Choose the order of a column's open cells.

    A wanted order (setting ``date_order``) wins; then the majority of the column's own cells that
    can be read in one way only; then that of the other date columns; else month first, as a guess.
    ``contradictory`` says that the column's own cells name more than one order.
    """
    contradictory = sum(count > 0 for count in own[:3]) > 1
    first, by = ORDERS.index("mdy"), "assumed"
    for source, counted in (("sibling", siblings), ("column", own)):
        best = max(counted[:3])
        if best and counted[:3].count(best) == 1:
            first, by = counted[:3].index(best), source
    if wanted in ORDERS:
        first, by = ORDERS.index(wanted), "setting"
    rest = sorted(set(range(3)) - {first}, key=lambda order: (-own[order], order))
    return Decision((first, *rest), by if own.open else "", contradictory)


def pick(table: npt.NDArray[np.int64], orders: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Read each row in the first of the orders that it allows."""
    chosen = np.full(len(table), MISSING, dtype=np.int64)
    for order in reversed(orders):
        chosen = np.where(table[:, order] != MISSING, table[:, order], chosen)
    return chosen


def parse(text: str) -> int | None:
    """Read one date that stands alone, such as a setting; None if it is none or is open."""
    found = {serial for serial in readings(text) if serial != MISSING}
    return found.pop() if len(found) == 1 else None
