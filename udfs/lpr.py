"""The loan prime rate (LPR, 贷款市场报价利率) of one year: last quote on or before a day.

The quotes are the rows of ``rules/lpr.csv``. Before the first quote (2019-08-20) and after the last
day on which the table is known to be complete there is no answer: a missing quote must not be
guessed. A cell may hand over later quotes of its own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from udfs import reasons
from udfs.accrual import typed_product
from udfs.arrays import Bools, Codes, Floats, Ints, codes, ints
from udfs.decimals import Whole, scaled, times
from udfs.registry import function
from udfs.rules import all_rules
from udfs.values import MISSING, CellError, CellFaultError, Day, Number, Reason

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

#: Last date of a cell: quotes that a cell hands over go on until told otherwise.
_OPEN_END: Final = 2958465
#: A cell shown as 3.00% holds 0.03; per cent as a number has never been below this.
_FRACTION_BELOW: Final = 0.2


class Quotes(NamedTuple):
    """Quotes of one's own: from which day, and the rate as 3.35 or 3.35%."""

    quote_date: Day
    lpr: Number


class Curve(NamedTuple):
    """Quotes in order of time: first day of each, per cent, and in whole numbers of 1/scale."""

    days: Ints
    percent: Floats
    whole: Whole
    scale: int
    last: int


@cache
def _of_rules() -> Curve:
    rows = sorted(all_rules("lpr"), key=lambda row: row.valid_from or 0)
    ends = [row.valid_to for row in rows]
    return _curve(
        {row.valid_from or 0: row.number("rate") for row in rows}, max(end or 0 for end in ends)
    )


def _curve(quotes: dict[int, float], last: int) -> Curve:
    days = sorted(quotes)
    percent = np.array([quotes[day] for day in days])
    return Curve(ints(days), percent, *scaled(percent), last)


def curve(quotes: Quotes | None = None) -> Curve:
    """Give the quotes of the rules, with those of a cell over and after them.

    Parameters
    ----------
    quotes : Quotes, optional
        Further quotes. One later than the known end of the rules continues them: then the list
        counts as complete up to its last quote, and that holds from there on.

    Raises
    ------
    CellFaultError
        A quote that is not above zero.

    Examples
    --------
    >>> known = curve()
    >>> known.days[0].item(), known.percent[-1].item(), known.last  # 2019-08-20 to 2026-03-20
    (43697, 3.0, 46101)
    """
    known = _of_rules()
    if quotes is None or not quotes.quote_date.size:
        return known
    if not (quotes.lpr > 0).all():
        raise CellFaultError(CellError.NUM)
    percent = typed_product(quotes.lpr, np.where(quotes.lpr < _FRACTION_BELOW, 100.0, 1.0))
    together = dict(zip(known.days.tolist(), known.percent.tolist(), strict=True))
    together |= dict(zip(quotes.quote_date.tolist(), percent.tolist(), strict=True))
    newest = int(quotes.quote_date.max())
    return _curve(together, _OPEN_END if newest > known.last else known.last)


def place_of(known: Curve, when: ArrayLike) -> tuple[Ints, Bools]:
    """Give the place of the quote of each day, and whether there is one."""
    day = ints(when)
    place = np.searchsorted(known.days, day, side="right") - 1
    found: Bools = (place >= 0) & (day <= known.last)
    return np.maximum(place, 0), found


def weight_until(known: Curve, when: ArrayLike) -> Whole:
    """Sum the quote of every day from the first quote to each day, in 1/scale of a per cent."""
    place, _ = place_of(known, when)
    lengths = np.diff(known.days)
    before = np.concatenate(([0], np.cumsum(times(known.whole[:-1], lengths))))
    return before[place] + times(known.whole[place], ints(when) - known.days[place] + 1)


def told_unknown(known: Curve, when: ArrayLike) -> Codes:
    """Name what is wrong with days without an LPR, None where nothing is: see the rows ``AR_LPR``.

    Examples
    --------
    >>> told_unknown(curve(), [43696, 43697, 46102]).tolist()  # before the first, after the known
    ['before_first', None, 'after_last']
    """
    day = ints(when)
    states = [day == MISSING, day < known.days[0], day > known.last]
    return codes(("before_first", "after_last"), np.select(states, [MISSING, 0, 1], MISSING))


def unknown_parts(known: Curve, when: ArrayLike) -> dict[str, reasons.Part]:
    """Give the parts of the sentences that :func:`told_unknown` names."""
    return {
        "unknown": reasons.date(when),
        "first_quote": reasons.date(known.days[0]),
        "last_quote": reasons.date(known.last),
    }


def lpr(when: ArrayLike, quotes: Quotes | None = None) -> Floats:
    """Give the one-year LPR in per cent on each day: the last quote on or before it.

    Parameters
    ----------
    when : array_like of int64
        Serials.
    quotes : Quotes, optional
        Quotes later than those of ``rules/lpr.csv``, or instead of them.

    Returns
    -------
    ndarray of float64
        Per cent: 3.35 is 3.35 %. NaN before the first quote and after the known end.

    Notes
    -----
    domain.md 4.2; quotes of the National Interbank Funding Center, monthly on the 20th.

    Examples
    --------
    >>> lpr([45585, 45586, 43696]).tolist()  # 2024-10-20, the next day, 2019-08-19
    [3.35, 3.1, nan]
    """
    known = curve(quotes)
    place, found = place_of(known, when)
    return np.where(found, known.percent[place], np.nan)


class LprOfDay(NamedTuple):
    """The one-year LPR of a day in per cent, and since when, or why it is not known."""

    lpr: Number
    reason: Reason


@function("AR_LPR", case="LPR_1Y", category="interest")
def lpr_of_day(when: Day, quotes: Quotes | None = None) -> LprOfDay:
    """Give the one-year LPR on each day with its reason; see :func:`lpr`."""
    known = curve(quotes)
    place, found = place_of(known, when)
    rate = np.where(found, known.percent[place], np.nan)
    reason = reasons.because(
        "AR_LPR",
        np.where(found, "quote", told_unknown(known, when)),
        since=reasons.date(known.days[place]),
        lpr=reasons.percent(rate / 100),
        **unknown_parts(known, when),
    )
    return LprOfDay(rate, reason)
