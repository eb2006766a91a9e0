"""What stands above a table: the unit of its amounts, and the day that it is as of."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from macros import dates
from macros.grid import NUMBER
from macros.named_periods import named
from macros.words import plain, raw_group, scale_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from macros.grid import Grid
    from macros.headers import Candidate

    Reader: TypeAlias = Callable[[str], int | None]

#: How far above a header its title, its unit and its date may stand.
ABOVE: Final = 10
_DATE = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|(?<!\d)(?:19|20)\d{6}(?!\d)"
)


class Stated(NamedTuple):
    """A day that is written above a table: serial, cell (row and column from 0), what is there."""

    day: int
    row: int
    column: int
    found: str


def unit_above(one: Candidate) -> int | None:
    """Give the multiplier of a unit written above the header (单位：万元), None where none is."""
    labels = sorted(raw_group("unit_label"), key=len, reverse=True)
    for row in range(one.top - 1, max(-1, one.top - 1 - ABOVE), -1):
        texts = [plain(one.grid.text(row, column)) for column in range(one.grid.columns)]
        for place, text in enumerate(texts):
            follow = next((later for later in texts[place + 1 :] if later), "")
            for label in labels:
                scale = _scale_after(text, label, follow)
                if scale is not None:
                    return scale
    return None


def _scale_after(text: str, label: str, follow: str) -> int | None:
    """Read the unit that follows a label, in the same cell or, if that ends there, in the next."""
    _, found, rest = text.partition(label)
    if not found:
        return None
    rest = rest.strip(" :()[]【】")
    return scale_of(rest or follow.strip("()[]")) if rest or follow else None


@cache
def _labels(group: str) -> re.Pattern[str]:
    words = sorted(map(re.escape, raw_group(group)), key=len, reverse=True)
    return re.compile("|".join(words))


def day_above(one: Candidate) -> Stated | None:
    """Give the day that a table says it is as of (截止日期：2024-12-31), None where none is."""
    return _stated(one, "as_of_label", _day_in) or _stated(one, "period_label", _end_in)


def _stated(one: Candidate, group: str, read: Reader) -> Stated | None:
    grid = one.grid
    for row in range(one.top - 1, max(-1, one.top - 1 - ABOVE), -1):
        for column in range(grid.columns):
            text = plain(grid.text(row, column))
            found = _labels(group).search(text) if text else None
            if found is None:
                continue
            rest = text[found.end() :]
            day = read(rest)
            if day is not None:
                return Stated(day, row, column, grid.text(row, column))
            if rest.strip(" :()是为") == "" and (beside := _beside(grid, row, column, read)):
                return beside
    return None


def _beside(grid: Grid, row: int, column: int, read: Reader) -> Stated | None:
    """Read the next filled cell to the right of a label."""
    for place in range(column + 1, grid.columns):
        if grid.kinds[row, place] == NUMBER:
            value = float(grid.sheet.cells[row, place])
            dated = place < grid.sheet.dates.shape[1] and bool(grid.sheet.dates[row, place])
            return Stated(int(value), row, place, "") if dated else None
        text = grid.text(row, place)
        if text:
            day = read(plain(text))
            return None if day is None else Stated(day, row, place, text)
    return None


def _day_in(text: str) -> int | None:
    """Give the first date of a text."""
    found = _DATE.search(text)
    return dates.parse(re.sub(r"\s", "", found[0])) if found else None


def _end_in(text: str) -> int | None:
    """Give the last day of the period that a text names."""
    found = named(text)
    return found.end or None
