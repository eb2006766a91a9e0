"""Interest of late payment at a multiple of the one-year LPR, fixed or in segments.

Fixed: the LPR of the first day of default, the day after the due date, for all days. Floating: the
LPR of each day, in segments between its changes. A day without a quote has no answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.accrual import accrued
from udfs.arrays import Bools, Ints, ints, missing, where
from udfs.decimals import times
from udfs.interest import variants_of
from udfs.lpr import Curve, Quotes, curve, place_of, told_unknown, unknown_parts, weight_until
from udfs.registry import function
from udfs.values import MISSING, Cents, Count, Day, Days, Number, Rate, Reason, choice

if TYPE_CHECKING:
    from collections.abc import Iterator

LprMode: TypeAlias = Annotated[Literal["fixed", "floating"], choice("lpr_mode")]


class Segments(NamedTuple):
    """Days of default at one LPR: first and last day, how many, per cent."""

    from_date: Day
    to_date: Day
    days: Count
    lpr: Number


class SegmentsOfEach:
    """The segments of each element, made one after the other when somebody asks for them."""

    def __init__(self, known: Curve, first: Ints, last: Ints, answered: Bools) -> None:
        self._known = known
        self._spans = first.ravel(), last.ravel(), answered.ravel()

    def __iter__(self) -> Iterator[Segments]:
        """Give a table for each element."""
        for first, last, answered in zip(*map(np.ndarray.tolist, self._spans), strict=True):
            yield self._of(first, last) if answered else _NO_SEGMENTS

    def _of(self, first: int, last: int) -> Segments:
        """Cut the days of default at each change of the LPR."""
        changes = self._known.days
        inside = changes[(changes > first) & (changes <= last)]
        begins = ints([first, *inside.tolist()] if first <= last else [])
        ends = np.append(inside - 1, last)[: begins.size]
        place, _ = place_of(self._known, begins)
        return Segments(begins, ends, ends - begins + 1, self._known.percent[place])

    def texts(self) -> list[str]:
        """Write the segments of each element as 3.45%×21+3.35%×91."""
        return [
            "+".join(f"{rate:g}%×{days}" for days, rate in zip(*map(_listed, found), strict=True))
            for found in ((table.days, table.lpr) for table in self)
        ]


def _listed(array: ArrayLike) -> list[float]:
    return cast("list[float]", np.asarray(array).tolist())


_NO_SEGMENTS = Segments(*(np.array([MISSING]),) * 3, np.array([np.nan]))


class FixedSegments(SegmentsOfEach):
    """The one segment of each element where the first day of default decides."""

    def _of(self, first: int, last: int) -> Segments:
        begins = ints([first] if first <= last else [])
        place, _ = place_of(self._known, begins)
        return Segments(begins, begins * 0 + last, last - begins + 1, self._known.percent[place])


class LprInterest(NamedTuple):
    """Interest in cents, the days late, the LPR of the first day, the segments, and why."""

    interest: Cents
    days: Days
    lpr: Number
    segments: Segments
    reason: Reason


@function("AR_INTEREST_LPR", case="INTEREST_LPR", category="interest")
def interest_lpr(
    principal: Cents | ArrayLike,
    due: Day | ArrayLike,
    paid: Day | ArrayLike,
    multiplier: Rate | ArrayLike,
    mode: LprMode = "fixed",
    year_days: Days | ArrayLike = 365,
    quotes: Quotes | None = None,
) -> LprInterest:
    """Give interest at a multiple of the one-year LPR from the day after the due date to payment.

    Parameters
    ----------
    principal : array_like of int64
        Cents.
    due, paid : array_like of int64
        Serials; the first day of default is the day after the due date, the payment date counts.
    multiplier : array_like of float64
        1.5 is the LPR plus 50 %.
    mode : {"fixed", "floating"}
        The LPR of the first day of default for all days, or that of each day.
    year_days : array_like of int64
        365 or 360.
    quotes : Quotes, optional
        As in :func:`udfs.lpr.curve`.

    Returns
    -------
    LprInterest
        principal × multiplier × Σ LPR × days ÷ year, rounded once; MISSING where a day that
        decides has no known LPR; 0 and no segment where nothing is late.

    Notes
    -----
    domain.md 4.2: 买卖合同解释（2020）第18条第4款 for the plus of 30–50 %.

    Examples
    --------
    >>> found = interest_lpr(50_000_000, 45473, 45838, [1.5, 1.3])
    >>> found.interest.tolist(), found.days.tolist()
    ([2587500, 2242500], [365, 365])
    """
    known = curve(quotes)
    cents, begin, end, factor, year = np.broadcast_arrays(
        ints(principal), ints(due), ints(paid), np.asarray(multiplier, np.float64), ints(year_days)
    )
    absent = missing(begin, end)
    first, last = np.where(absent, 0, begin) + 1, np.where(absent, 0, end)
    days = np.maximum(last - first + 1, 0)
    weight, known_days = _weight(known, first, last, days, mode)
    late = ~absent & (days > 0)
    unknown = absent | (late & ~known_days)
    weights = np.where(unknown, MISSING, np.where(late, weight, 0))
    found = accrued(cents, factor, weights, times(year, 100 * known.scale))
    place, has_quote = place_of(known, first)
    rate = np.where(late & has_quote, known.percent[place], np.nan)
    shape = FixedSegments if mode == "fixed" else SegmentsOfEach
    segments = shape(known, first, last, ~unknown)
    # Of the days that decide, the first without a quote is told.
    lacking = np.where(has_quote & (mode == "floating"), last, first)
    variants = variants_of(found, cents, where(absent, days), mode)
    told = late & ~known_days & ~missing(cents)
    variants[told] = told_unknown(known, lacking)[told]
    reason = reasons.because(
        "AR_INTEREST_LPR",
        variants,
        **unknown_parts(known, lacking),
        principal=reasons.money(cents),
        day=reasons.date(where(absent, first)),
        lpr=reasons.percent(rate / 100),
        since=reasons.date(known.days[place]),
        multiplier=reasons.number(factor),
        days=reasons.number(days),
        segments=lambda _: np.array(segments.texts(), dtype=object).reshape(days.shape),
        year=reasons.number(year),
        interest=reasons.money(found),
    )
    return LprInterest(found, where(absent, days), rate, cast("Segments", segments), reason)


def _weight(
    known: Curve, first: Ints, last: Ints, days: Ints, mode: LprMode
) -> tuple[NDArray[np.object_] | Ints, Bools]:
    """Sum the LPR over the days of default, in 1/scale of a per cent, and say where it is known."""
    place, begins = place_of(known, first)
    if mode == "fixed":
        return times(known.whole[place], days), begins
    _, ends = place_of(known, last)
    asked = begins & ends & (days > 0)
    # Only known days are summed: a difference of two sums up to and with the day.
    start, stop = np.where(asked, first, known.days[0]), np.where(asked, last, known.days[0])
    return weight_until(known, stop) - weight_until(known, start - 1), asked
