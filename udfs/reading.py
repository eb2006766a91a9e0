"""Texts in cells that stand for a number, a date or yes and no.

Dates: ISO and Chinese forms only (2025-06-30, 2025/6/30, 2025.6.30, 20250630, 2025年6月30日). What
1/2/2013 means is decided by a whole column, which a function does not see.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Final

#: Serial number of 1970-01-01 in the 1900 calendar.
EPOCH: Final = 25569
#: First and last date of a cell: 1900-03-01 (before it Excel counts a day too many) … 9999-12-31.
FIRST_DAY: Final = 61
LAST_DAY: Final = 2958465

_DATE: Final = re.compile(
    r"(?P<y>\d{4})(?:(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})"
    r"|年(?P<m2>\d{1,2})月(?P<d2>\d{1,2})[日号]"
    r"|(?P<m3>\d{2})(?P<d3>\d{2}))"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?Z?)?"
)
_NUMBER: Final = re.compile(
    r"(?P<sign>[-+]?)[¥$€£]?(?P<sign2>[-+]?)"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)(?P<exp>[eE][-+]?\d+)?"
    r"(?P<unit>元|%)?"
)
_YES: Final = frozenset({"true", "yes", "y", "1", "是", "真", "√", "✓"})
_NO: Final = frozenset({"false", "no", "n", "0", "否", "假", "×", "✗"})


@lru_cache(maxsize=4096)
def day_of_text(text: str) -> int | None:
    """Give the serial of a date written in an ISO or a Chinese form; None where it is none.

    Examples
    --------
    >>> day_of_text("2025年6月30日"), day_of_text("2025-02-30"), day_of_text("30/6/2025")
    (45838, None, None)
    """
    found = _DATE.fullmatch(half_width(text).replace(" 年", "年"))
    if not found:
        return None
    part = found.groupdict()
    month = part["m"] or part["m2"] or part["m3"]
    day = part["d"] or part["d2"] or part["d3"]
    try:
        date = dt.date(int(part["y"]), int(month), int(day))
    except ValueError:
        return None
    serial = date.toordinal() - dt.date(1970, 1, 1).toordinal() + EPOCH
    return serial if FIRST_DAY <= serial <= LAST_DAY else None


@lru_cache(maxsize=4096)
def moment_of_text(text: str) -> float | None:
    """Give the serial of a date with its time of day; without a time it is midnight.

    Examples
    --------
    >>> moment_of_text("2025-06-30T12:00"), moment_of_text("2025-06-30"), moment_of_text("noon")
    (45838.5, 45838.0, None)
    """
    day, found = day_of_text(text), _DATE.fullmatch(half_width(text).replace(" 年", "年"))
    if day is None or found is None:
        return None
    hour, minute = int(found["hour"] or 0), int(found["minute"] or 0)
    second = float(found["second"] or 0)
    if hour > 23 or minute > 59 or second >= 60:
        return None
    return day + (hour * 3600 + minute * 60 + second) / 86400


def iso_of_day(serial: int) -> str:
    """Give a serial as ISO text.

    Examples
    --------
    >>> iso_of_day(45838)
    '2025-06-30'
    """
    return (dt.date(1970, 1, 1) + dt.timedelta(days=int(serial) - EPOCH)).isoformat()


def number_of_text(text: str) -> float | None:
    """Give the number that a text writes out: thousands, ¥, 元, % and (500) understood.

    Examples
    --------
    >>> number_of_text("¥1,234.50元"), number_of_text("5%"), number_of_text("(500)")
    (1234.5, 0.05, -500.0)
    >>> number_of_text("12 apples") is None
    True
    """
    plain = half_width(text).replace(" ", "")
    negative = plain.startswith("(") and plain.endswith(")")
    found = _NUMBER.fullmatch(plain[1:-1] if negative else plain)
    if not found or (found["sign"] and found["sign2"]):
        return None
    typed = Decimal(found["digits"].replace(",", "") + (found["exp"] or ""))
    value = float(typed.scaleb(-2) if found["unit"] == "%" else typed)
    return -value if negative != ("-" in found["sign"] + found["sign2"]) else value


def flag_of_text(text: str) -> bool | None:
    """Give yes or no: TRUE, yes, 是, √ and their opposites; None for any other text."""
    word = half_width(text).casefold()
    return True if word in _YES else False if word in _NO else None


def half_width(text: str) -> str:
    """Give a text without outer blanks and with full-width letters and digits made half-width."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()
