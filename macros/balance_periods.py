"""The periods of a balance book: by the names of its sheets, the headings, or a date above."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from macros.named_periods import named
from macros.schema import numbered
from udfs.arrays import add_months

if TYPE_CHECKING:
    from macros.tables import Region, Table

_YEAR = 12


class Span(NamedTuple):
    """First and last day of a period, as serials."""

    end: int
    start: int

    @property
    def months(self) -> int:
        """How many months it is long: 1, 3, 6, 12."""
        return max(1, round((self.end - self.start + 1) / 30.4))

    @property
    def before(self) -> int:
        """First day of the period before it."""
        return _back(self.start, self.months)


def spans_of(table: Table, day: int) -> list[tuple[Span, ...]]:
    """Give the periods of each region of a balance book, oldest first.

    A region without a date of its own is as of ``day``: the book is the latest that there is.
    """
    return [_of_region(table, region, day) for region in table.regions]


def _of_region(table: Table, region: Region, day: int) -> tuple[Span, ...]:
    count = 1
    while numbered("debit", count + 1) in region.columns:
        count += 1
    headings = [region.headings.get(numbered("debit", step), "") for step in range(1, count + 1)]
    told = [named(heading) for heading in headings]
    if all(one.dated for one in told):
        return tuple(Span(one.end, one.start) for one in told)
    start, end = region.period
    if not end:
        start, end = _undated(table, region, day)
    months = _length(headings[-1], start, end)
    if not start or count > 1:
        start = _back(end + 1, months)
    spans = [Span(end, start)]
    while len(spans) < count:
        spans.insert(0, Span(spans[0].start - 1, _back(spans[0].start, months)))
    return tuple(spans)


def _length(heading: str, start: int, end: int) -> int:
    """Give the months of a period: by its days, or by a word of its heading, else a year."""
    if start and start != end:
        return Span(end, start).months
    return 1 if "月" in heading else _YEAR


def _undated(table: Table, region: Region, day: int) -> tuple[int, int]:
    """Give the days of a month whose sheet names no year: the year in which the book ends."""
    months = [named(one.sheet).order for one in table.regions if not one.period[1]]
    mine = named(region.sheet).order
    if len(mine) != 1 or not 1 <= mine[0] <= _YEAR or len(set(months)) < 2:
        return 0, day
    back = (max(months)[0] - mine[0]) % _YEAR
    last = _month_start(day + 1)  # the last month that has ended by the day
    return _back(last, back + 1), _back(last, back) - 1


def _month_start(day: int) -> int:
    moment = np.datetime64("1899-12-30") + np.timedelta64(day, "D")
    first = moment.astype("datetime64[M]").astype("datetime64[D]")
    return int((first - np.datetime64("1899-12-30")).astype(int))


def _back(day: int, months: int) -> int:
    return int(add_months(np.array([day]), np.array([-months]))[0])
