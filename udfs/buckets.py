"""Ages of items and the bands they fall into.

Ages are counted from the due date (``due``) or from the document (``document``):

============  ======  =====  ======  ======  =======
days          ≤ 0     1–30   31–60   61–90   ≥ 91
============  ======  =====  ======  ======  =======
``due``       未到期   1-30   31-60   61-90   90天以上
``document``  0-30    0-30   31-60   61-90   90天以上
============  ======  =====  ======  ======  =======

so day 30 belongs to the band that ends with 30 and day 91 opens the last one (``in_band``). With
``next_band`` day 30 opens the second band: 1-29, 30-59, 60-89, 90天及以上. The due date itself is
never overdue; the first overdue day is day 1.

Bands may be calendar months instead of days (``calendar_month``): as of 2024-03-31 the first ends
on 2024-02-29, the second on 2024-01-31. Or they end on corresponding days (``corresponding_day``):
within one month while as-of date ≤ EDATE(reference, 1). A month is never 30 days.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from udfs.arrays import Ints, add_months, ints, missing, month_ends, month_starts, where
from udfs.calendar import RollRule, roll_or_keep
from udfs.registry import function
from udfs.rules import check_ladder, ladder, rule
from udfs.values import (
    MISSING,
    CellError,
    CellFaultError,
    Day,
    Days,
    Lang,
    OneCount,
    Text,
    choice,
)
from udfs.values import ladder as ladder_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

Basis: TypeAlias = Annotated[Literal["due", "document"], choice("aging_basis")]
Edges: TypeAlias = Annotated[tuple[int, ...], ladder_kind("aging")]
GraceMode: TypeAlias = Annotated[Literal["from_due", "after_grace"], choice("grace_mode")]
EdgeDay: TypeAlias = Annotated[Literal["in_band", "next_band"], choice("edge_day")]
AgingMode: TypeAlias = Annotated[
    Literal["day", "calendar_month", "corresponding_day"], choice("aging_mode")
]
YearMode: TypeAlias = Annotated[Literal["anniversary", "365"], choice("year_mode")]

#: Index of an item of the future where ages count from the document.
FUTURE: Final = -1
#: Annual bands that a cell may ask for; a typing mistake must not make a million of them.
_MOST_YEARS: Final = 100
#: The label of an item of the future, by :data:`FUTURE`.
_FUTURE_LABEL: Final = "future"


@function("AR_AGE_DAYS", case="AGE_DAYS", category="aging")
def age_days(as_of: Day | ArrayLike, reference: Day | ArrayLike) -> Days:
    """Days from a reference date to the as-of date; negative before it.

    Parameters
    ----------
    as_of, reference : array_like of int64
        Serials, broadcast; MISSING allowed.

    Returns
    -------
    ndarray of int64
        ``as_of − reference``; MISSING where a date is. 0 on the due date is not overdue.

    Examples
    --------
    >>> age_days(45838, [45808, 45838, 45853]).tolist()
    [30, 0, -15]
    """
    absent = missing(as_of, reference)
    return where(absent, np.where(absent, 0, ints(as_of)) - np.where(absent, 0, ints(reference)))


@function("AR_DAYS_OVERDUE", case="OVERDUE_DAYS", category="aging")
def days_overdue(
    due: Day | ArrayLike,
    paid: Day | ArrayLike,
    grace: Days | ArrayLike = 0,
    grace_mode: GraceMode = "from_due",
    holiday_roll: RollRule = "none",
) -> Days:
    """Days late on payment (or on the as-of date, for what is still open); never negative.

    Parameters
    ----------
    due, paid : array_like of int64
        Serials, broadcast.
    grace : array_like of int64
        Days within which nothing counts as late.
    grace_mode : {"from_due", "after_grace"}
        Beyond the grace, count from the due date or from the end of the grace.
    holiday_roll : {"none", "following", "modified_following", "preceding"}
        Where a due date that is no working day moves, by the national calendar. Outside the
        known calendar it stays. For a firm's own days roll the due date first.

    Returns
    -------
    ndarray of int64
        0 within the grace; MISSING where a date is.

    Examples
    --------
    >>> days_overdue(45838, [45843, 45844], 5).tolist()
    [0, 6]
    >>> days_overdue(45838, 45844, 5, "after_grace").tolist()
    1
    """
    late = age_days(paid, roll_or_keep(due, holiday_roll))
    absent = missing(late, grace)
    free = np.where(absent, 0, np.maximum(ints(grace), 0))
    counted = late - free if grace_mode == "after_grace" else late
    return where(absent, np.where(late > free, counted, 0))


def bucket_index(
    days: ArrayLike,
    edges: Sequence[int] | None = None,
    basis: Basis = "due",
    edge_day: EdgeDay = "in_band",
) -> Ints:
    """Give the number of the band of each age.

    Parameters
    ----------
    days : array_like of int64
        Ages as :func:`age_days` gives them.
    edges : sequence of int, optional
        Last day of each band but the open one, ascending from above zero; by default the
        scheme ``standard`` (30, 60, 90).
    basis : {"due", "document"}
        ``due``: 0 is not due, 1 the first band. ``document``: 0 is the first band and −1
        (``FUTURE``) a document dated after the as-of date.
    edge_day : {"in_band", "next_band"}
        Whether an edge is the last day of its band or the first of the next one.

    Returns
    -------
    ndarray of int64
        Positions in :func:`bucket_labels`; MISSING where the age is.

    Examples
    --------
    >>> bucket_index([-5, 0, 1, 30, 31, 90, 91]).tolist()
    [0, 0, 1, 1, 2, 3, 4]
    >>> bucket_index([-2, 0, 30, 31], basis="document").tolist()
    [-1, 0, 0, 1]
    >>> bucket_index([0, 1, 29, 30, 89, 90], edge_day="next_band").tolist()
    [0, 1, 1, 2, 3, 4]
    """
    age = ints(days)
    index = np.searchsorted(cuts_of(edges, basis, edge_day), age, side="left")
    if basis == "document":
        index = np.where(age < 0, FUTURE, index)
    return where(age == MISSING, index)


@function("AR_BUCKET", case="AGE_BUCKET", category="aging")
def bucket(
    days: Days | ArrayLike,
    basis: Basis = "due",
    edges: Edges | None = None,
    edge_day: EdgeDay = "in_band",
    lang: Lang = "zh",
) -> Text:
    """Name the band of each age; see :func:`bucket_index`.

    Examples
    --------
    >>> bucket([0, 30, 31]).tolist()
    ['未到期', '1-30天', '31-60天']
    >>> bucket([29, 30, 90], edge_day="next_band").tolist()
    ['1-29天', '30-59天', '90天及以上']
    """
    labels = bucket_labels(edges, basis, lang, edge_day)
    return _named(bucket_index(days, edges, basis, edge_day), labels, lang)


def _named(index: Ints, labels: tuple[str, ...], lang: str) -> Text:
    """Give the label at each index, the label of the future for FUTURE, None for MISSING."""
    names = [*labels, rule("aging_labels", _FUTURE_LABEL).label(lang), None]
    place = np.where(index == MISSING, len(names) - 1, np.where(index == FUTURE, -2, index))
    return np.array(names, dtype=object)[place]


def cuts_of(
    edges: Sequence[int] | None,
    basis: Basis,
    edge_day: EdgeDay = "in_band",
    mode: AgingMode = "day",
    as_of: int = MISSING,
) -> Ints:
    """Give the last day of every column but the open one: 0 and the edges, or the edges alone.

    Parameters
    ----------
    edges, basis, edge_day
        As in :func:`bucket_index`.
    mode : {"day", "calendar_month", "corresponding_day"}
        Whether the edges are days, calendar months before that of the as-of date, or months to the
        corresponding day; by default of months the scheme ``standard`` of ``rules/aging_months``.
    as_of : int
        The day from which months are counted back.

    Returns
    -------
    ndarray of int64
        Ages in days, ascending.

    Raises
    ------
    ValueError
        The edges do not ascend from above zero, or there is no such basis.
    CellFaultError
        A band without a day: the first edge is 1 and belongs to the next band (#NUM!).

    Examples
    --------
    >>> cuts_of((1, 2), "due", mode="calendar_month", as_of=45382).tolist()  # 2024-03-31
    [0, 31, 60]
    """
    steps = ints(_edges(edges, mode))
    if basis not in ("due", "document"):
        raise ValueError(f"unknown basis {basis!r}: due or document")
    if mode == "corresponding_day":
        # With the edge in the next band a month is over on its last day, else the day after.
        ends = as_of - month_starts(as_of + (edge_day == "next_band"), steps)
        return np.append(0, ends) if basis == "due" else ends
    ends = steps if mode == "day" else as_of - month_ends(as_of, steps)
    if edge_day == "next_band":
        ends = ends - 1
        if mode == "day" and basis == "due" and ends[0] == 0:
            raise CellFaultError(CellError.NUM)
    return np.append(0, ends) if basis == "due" else ends


def _edges(edges: Sequence[int] | None, mode: AgingMode) -> tuple[int, ...]:
    if edges is not None:
        return check_ladder(tuple(edges))
    return ladder("aging" if mode == "day" else "aging_months")


def bucket_labels(
    edges: Sequence[int] | None = None,
    basis: Basis = "due",
    lang: str = "zh",
    edge_day: EdgeDay = "in_band",
    mode: AgingMode = "day",
) -> tuple[str, ...]:
    """Name the bands in order, as :func:`bucket_index` numbers them.

    Examples
    --------
    >>> bucket_labels()
    ('未到期', '1-30天', '31-60天', '61-90天', '90天以上')
    >>> bucket_labels((30,), "document", "en")
    ('0-30 days', 'Over 30 days')
    >>> bucket_labels((1, 2), "document", mode="calendar_month")
    ('1个月以内', '1-2个月', '2个月以上')
    """
    not_due = [rule("aging_labels", "not_due").label(lang)] if basis == "due" else []
    if mode != "day":
        return (*not_due, *_month_labels(_edges(edges, mode), edge_day, lang))
    cuts = cuts_of(edges, basis, edge_day).tolist()
    firsts = [cut + 1 for cut in cuts] if basis == "due" else [0, *(cut + 1 for cut in cuts)]
    lasts = cuts[1:] if basis == "due" else cuts
    # The open last band has a first day but no last one, so zip leaves it out.
    bands = [
        rule("aging_labels", "band" if first < last else "day").label(lang, first=first, last=last)
        for first, last in zip(firsts, lasts, strict=False)
    ]
    # "Over 90 days" is 91 and more; where day 90 belongs to it, it is named "90 days and over".
    over = rule("aging_labels", "over" if edge_day == "in_band" else "from")
    return (*not_due, *bands, over.label(lang, first=firsts[-1], last=cuts[-1]))


def _month_labels(months: tuple[int, ...], edge_day: EdgeDay, lang: str) -> list[str]:
    """Name the bands of months."""
    names = ("month_within", "month_band", "month_over")
    if edge_day == "next_band":
        names = ("month_under", "month_band_under", "month_from")
    first, between, over = (rule("aging_labels", name) for name in names)
    return [
        first.label(lang, last=months[0]),
        *(between.label(lang, first=low, last=high) for low, high in pairwise(months)),
        over.label(lang, last=months[-1]),
    ]


def year_bucket_index(
    as_of: ArrayLike, reference: ArrayLike, mode: YearMode = "anniversary", max_years: int = 3
) -> Ints:
    """Give the annual band of each item: 0 within one year, ``max_years`` beyond the last.

    Parameters
    ----------
    as_of, reference : array_like of int64
        Serials, broadcast.
    mode : {"anniversary", "365"}
        A year ends on the corresponding day (2024-02-29 → 2025-02-28), that day included; or
        after 365 days, whatever the calendar says.
    max_years : int
        Years that have a band of their own.

    Returns
    -------
    ndarray of int64
        Positions in :func:`year_bucket_labels`; −1 (``FUTURE``) for a reference after the as-of
        date, MISSING where a date is.

    Examples
    --------
    >>> year_bucket_index(46022, 45657).tolist()  # 2025-12-31, 2024-12-31: 含1年
    0
    >>> year_bucket_index(45352, 44986, "365").tolist()  # 366 days
    1
    """
    absent = missing(as_of, reference)
    now, start = np.broadcast_arrays(ints(as_of), ints(reference))
    now, start = np.where(absent, 0, now), np.where(absent, 0, start)
    index = np.where(start > now, FUTURE, 0)
    for years in range(1, max_years + 1):
        end = add_months(start, 12 * years) if mode == "anniversary" else start + 365 * years
        index = index + (now > end)
    return where(absent, index)


@function("AR_YEAR_BUCKET", case="AGE_YEAR_BUCKET", category="aging")
def year_bucket(
    as_of: Day | ArrayLike,
    reference: Day | ArrayLike,
    mode: YearMode = "anniversary",
    max_years: OneCount = 3,
    lang: Lang = "zh",
) -> Text:
    """Name the annual band of each item; see :func:`year_bucket_index`.

    Examples
    --------
    >>> year_bucket([45716, 45717], 45351).tolist()  # 2025-02-28 and 03-01, from 2024-02-29
    ['1年以内', '1-2年']
    """
    if not 1 <= max_years <= _MOST_YEARS:
        raise CellFaultError(CellError.NUM)
    index = year_bucket_index(as_of, reference, mode, max_years)
    return _named(index, year_bucket_labels(max_years, lang), lang)


def year_bucket_labels(max_years: int = 3, lang: str = "zh") -> tuple[str, ...]:
    """Name the annual bands in order.

    Examples
    --------
    >>> year_bucket_labels()
    ('1年以内', '1-2年', '2-3年', '3年以上')
    """
    band = rule("aging_labels", "year_band")
    return (
        rule("aging_labels", "year_within").label(lang),
        *(band.label(lang, first=year, last=year + 1) for year in range(1, max_years)),
        rule("aging_labels", "year_over").label(lang, last=max_years),
    )
