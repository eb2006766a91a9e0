"""The time of a plan, cut into phases or months and these into ISO weeks; days as arrays.

A week that straddles the end of a month or a phase is cut there, so weeks add up to their period
and periods to the plan. Days are serials of the 1900 date system; every interval includes both
ends. Where no notice of the State Council is known, Monday to Friday are taken as working days;
:attr:`Grid.guessed` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from macros.layout import date_text
from macros.texts import text
from udfs.arrays import add_months, month_of
from udfs.calendar import is_workday
from udfs.values import MISSING

if TYPE_CHECKING:
    import numpy.typing as npt

    from macros.texts import Lang
    from udfs.calendar import Calendar

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]
    Texts = npt.NDArray[np.object_]

#: Serial of 1970-01-01, where numpy counts from.
_EPOCH: Final = 25569


@dataclass(frozen=True, slots=True, eq=False)
class Phases:
    """Phases as she wrote them.

    Names, first and last days, weights (nan where none is given), rows of 阶段.
    """

    names: Texts
    starts: Ints
    ends: Ints
    weights: npt.NDArray[np.float64]
    position: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A plan's days from ``start`` to ``end``, cut into periods and these into spans (weeks).

    ``phased`` tells phases from months; ``period`` is the period of each span; ``weights`` are
    those of the phases, nan where none is given; ``working`` and ``guessed`` have one element per
    day.
    """

    start: int
    end: int
    phased: bool
    keys: Texts
    labels: Texts
    weights: npt.NDArray[np.float64]
    period: Ints
    span_start: Ints
    span_end: Ints
    working: Bools
    guessed: Bools

    @property
    def days(self) -> Ints:
        """Every day of the plan."""
        return np.arange(self.start, self.end + 1)

    @property
    def first_day(self) -> Ints:
        """Give each span's first day as an index into :attr:`days`."""
        return self.span_start - self.start

    @property
    def weeks(self) -> Texts:
        """Give each span's ISO week."""
        return iso_weeks(self.span_start)


def monday_of(day: Ints) -> Ints:
    """Give the Monday of each day's week."""
    # Serial 2 is a Monday.
    return day - (day - 2) % 7


def iso_weeks(day: Ints) -> Texts:
    """Give the ISO week of each day: ``2025-W43``. It belongs to the year of its Thursday.

    Examples
    --------
    >>> iso_weeks(np.array([45951, 46022])).tolist()  # 2025-10-21 and 2025-12-31
    ['2025-W43', '2026-W01']
    """
    thursday = (monday_of(day) + 3 - _EPOCH).astype("datetime64[D]")
    year = thursday.astype("datetime64[Y]")
    week = (thursday - year.astype("datetime64[D]")).astype(np.int64) // 7 + 1
    names = [f"{y}-W{w:02}" for y, w in zip(year.astype(str), week.tolist(), strict=True)]
    return np.array(names, dtype=object)


def first_of_month(month: Ints) -> Ints:
    """Give the first day of months counted from January 1970."""
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + _EPOCH


def quarter_of(day: int) -> tuple[int, int]:
    """Give the first and last day of the quarter that holds a day.

    Examples
    --------
    >>> quarter_of(45838)  # 2025-06-30: 2025-04-01 to 2025-06-30
    (45748, 45838)
    """
    month = month_of(np.array([day]))
    start = first_of_month(month - month % 3)
    return int(start[0]), int(add_months(start, 3)[0]) - 1


def workdays_of(days: Ints, calendar: Calendar) -> tuple[Bools, Bools]:
    """Give which days are working days, and for which of them that is a guess (Mon to Fri)."""
    known = is_workday(days, calendar)
    guessed = known == MISSING
    working = np.where(guessed, (days - 2) % 7 < 5, known == 1)
    # Her own days hold in years without a notice, too.
    working = (working | np.isin(days, calendar.work)) & ~np.isin(days, calendar.off)
    guessed &= ~np.isin(days, calendar.work) & ~np.isin(days, calendar.off)
    return working, guessed


def grid(start: int, end: int, calendar: Calendar, phases: Phases | None, lang: Lang) -> Grid:
    """Cut the days of a plan.

    Parameters
    ----------
    start, end : int
        First and last day of the plan.
    calendar : Calendar
        Working days.
    phases : Phases, optional
        Cut at these; left out, at months. They are clipped to the plan; where two overlap, the
        days belong to the one that begins first; days of no phase are a period of their own.
    lang : {"zh", "en"}
        Of the periods' labels.
    """
    days = np.arange(start, end + 1)
    if phases is None:
        number = month_of(days)
        cut = np.flatnonzero(np.diff(number, prepend=number[0] - 1))
        first = first_of_month(number[cut])
        keys = _months(first)
        labels = _month_labels(first, lang)
        weights = np.full(len(cut), np.nan)
    else:
        number = _phase_of(days, phases)
        cut = np.flatnonzero(np.diff(number, prepend=-2))
        keys, labels = _phase_labels(number[cut], days[cut], phases, lang)
        weights = np.append(phases.weights, np.nan)[number[cut]]
    begins = np.zeros(len(days), dtype=np.bool_)
    begins[cut] = True
    begins |= days == monday_of(days)
    span_start = days[begins]
    working, guessed = workdays_of(days, calendar)
    return Grid(
        start=start,
        end=end,
        phased=phases is not None,
        keys=keys,
        labels=labels,
        weights=weights,
        period=np.searchsorted(days[cut], span_start, side="right") - 1,
        span_start=span_start,
        span_end=np.append(span_start[1:] - 1, end),
        working=working,
        guessed=guessed,
    )


def _phase_of(days: Ints, phases: Phases) -> Ints:
    """Give the phase of each day, -1 where none covers it."""
    number = np.full(len(days), -1, dtype=np.int64)
    for phase in np.lexsort((phases.ends, phases.starts)):
        inside = (days >= phases.starts[phase]) & (days <= phases.ends[phase])
        number[inside & (number < 0)] = phase
    return number


def _months(first: Ints) -> Texts:
    return (
        (first - _EPOCH).astype("datetime64[D]").astype("datetime64[M]").astype(str).astype(object)
    )


def _month_labels(first: Ints, lang: Lang) -> Texts:
    parts = (name.split("-") for name in _months(first))
    labels = [text("task.month", lang, year=year, month=int(month)) for year, month in parts]
    return np.array(labels, dtype=object)


def _phase_labels(number: Ints, first: Ints, phases: Phases, lang: Lang) -> tuple[Texts, Texts]:
    """Name periods by their phase; what lies outside every phase is named after its first day."""
    unlisted = text("task.no_phase", lang)
    names = np.append(phases.names, unlisted)
    seen: set[str] = set()
    keys = []
    for phase, day in zip(number.tolist(), first.tolist(), strict=True):
        name = str(phases.names[phase]) if phase >= 0 else ""
        # Two phases of one name, and gaps, are told apart by their first day.
        keys.append(f"{name}@{date_text(day)}" if name in seen or not name else name)
        seen.add(name)
    return np.array(keys, dtype=object), names[number]
