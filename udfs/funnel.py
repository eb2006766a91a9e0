"""From a cash target back to visits: how many sales, subscriptions and visitors it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import numpy as np

from udfs.arrays import ints, where
from udfs.decimals import above, narrowed, scaled, times
from udfs.registry import function
from udfs.values import CONTRADICTION, MISSING, OPTIONAL, Cents, Count, Days, Number, Rate, choice

if TYPE_CHECKING:
    from udfs.arrays import Bools, Ints
    from udfs.decimals import Whole


class Funnel(NamedTuple):
    """Whole numbers of sales, subscriptions, visits, and visits a day (none without days)."""

    sales_units: Count
    subscriptions: Count
    visits: Count
    visits_per_day: Annotated[Count, OPTIONAL]


@function("AR_FUNNEL", case="FUNNEL", category="plan")
def funnel(
    cash_target: Cents,
    cash_per_unit: Cents,
    sub_to_sale: Rate,
    visits_per_sub: Number,
    days: Annotated[Days, OPTIONAL] | None = None,
    rounding: Annotated[Literal["each", "final"], choice("funnel_rounding")] = "each",
) -> Funnel:
    """Work a sales funnel backwards, exact on the typed rates.

    Parameters
    ----------
    cash_target, cash_per_unit : ndarray of int64, shape (n,)
        Cents: the target, not negative, and what one sale brings in, above 0.
    sub_to_sale : ndarray of float64
        Share of the subscriptions (认筹) that become sales, above 0 and at most 1.
    visits_per_sub : ndarray of float64
        Visits for one subscription, not negative.
    days : ndarray of int64, optional
        Days of the campaign, above 0; MISSING where not given.
    rounding : {"each", "final"}
        Round up at every stage (people are whole), or only what is shown.

    Returns
    -------
    Funnel
        ``units = ⌈target ÷ per unit⌉``, ``subscriptions = ⌈units ÷ rate⌉``, ``visits =
        ⌈subscriptions × ratio⌉``, per day ``⌈visits ÷ days⌉``; with ``final`` each from the
        unrounded stage before. CONTRADICTION outside the limits above.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.array([1])
    >>> funnel(one * 504000000, one * 24000000, np.array([0.7]), np.array([10.0]))[:3]
    (array([21]), array([30]), array([300]))
    """
    wrong = (cash_target < 0) | (cash_per_unit <= 0) | (visits_per_sub < 0)
    wrong |= ~((sub_to_sale > 0) & (sub_to_sale <= 1))
    rate, rate_scale = scaled(np.where(wrong, 1.0, sub_to_sale))
    ratio, ratio_scale = scaled(np.where(wrong, 0.0, visits_per_sub))
    top: Whole = np.where(wrong, 0, cash_target)
    under: Whole = np.where(wrong, 1, cash_per_unit)
    stages = []
    for factor, divisor in ((1, 1), (rate_scale, rate), (ratio, ratio_scale)):
        top, under = times(top, factor), times(under, divisor)
        stages.append(above(top, under))
        if rounding == "each":
            top, under = stages[-1], np.ones(1, dtype=np.int64)
    units, subscriptions, visits = (np.where(wrong, CONTRADICTION, narrowed(s)) for s in stages)
    return Funnel(units, subscriptions, visits, _a_day(top, under, days, wrong))


def _a_day(top: Whole, under: Whole, days: Ints | None, wrong: Bools) -> Ints:
    """Spread visits over days; without days there is no answer, of days below 1 none either."""
    length = np.full(wrong.shape, MISSING) if days is None else ints(days)
    bad = wrong | ((length < 1) & (length != MISSING))
    spread = narrowed(above(top, times(under, np.where(bad | (length == MISSING), 1, length))))
    return where(length == MISSING, np.where(bad, CONTRADICTION, spread))
