"""Bad debts and tax: which overdue items may be deducted as a loss, two flags for an aging list.

国家税务总局公告2011年第25号 art. 23 and 24: more than three years overdue; or more than one year
overdue and small, that is, at most 50,000 yuan or at most 0.01 % of the year's revenue. Either way
the loss must have been booked, and a special report explains it. The numbers are dated rule rows.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike

from udfs import reasons
from udfs.arrays import Codes, add_months, ints, missing, where
from udfs.registry import function
from udfs.rules import all_rules
from udfs.values import MISSING, OPTIONAL, Cents, Day, Flag, Reason

if TYPE_CHECKING:
    from udfs.arrays import Bools, Ints
    from udfs.rules import Rule

_CODES: Final = ("over_three_years", "small_over_one_year")


class Deductibility(NamedTuple):
    """Whether a loss may be deducted, the two flags of the aging list, and why."""

    deductible: Flag
    over_three_years: Flag
    small_over_one_year: Flag
    reason: Reason


@function("AR_BAD_DEBT_DEDUCTIBLE", category="allowance", field="deductible")
def bad_debt_deductible(
    amount: Cents | ArrayLike,
    due: Day | ArrayLike,
    as_of: Day | ArrayLike,
    booked: Flag | ArrayLike = False,  # noqa: FBT002 - a cell passes arguments by position
    revenue: Annotated[Cents, OPTIONAL] | ArrayLike | None = None,
) -> Deductibility:
    """Tell whether an overdue item may be deducted as a bad debt, with a special report.

    Parameters
    ----------
    amount : array_like of int64, shape (n,)
        Open balance of each item in cents.
    due, as_of : array_like of int64, shape (n,)
        Serials. An item is k years overdue once the corresponding day has passed, as in the
        year bands of the aging.
    booked : array_like of bool, optional
        Whether the books treat it as a loss; without that nothing is deductible.
    revenue : array_like of int64, optional
        Revenue of the year in cents, for the share of it that is small; left out: the amount
        alone decides.

    Returns
    -------
    Deductibility
        Yes, no, or missing where an argument is, or before the first rule (2011-01-01). A balance
        that is not above 0 is no loss.

    References
    ----------
    国家税务总局公告2011年第25号 art. 23, 24.

    Examples
    --------
    >>> found = bad_debt_deductible([5_000_000, 5_000_001], 45000, 45400, True)
    >>> found.small_over_one_year.tolist(), found.deductible.tolist()
    ([1, 0], [1, 0])
    """
    cents, start, day, sales = np.broadcast_arrays(
        ints(amount), ints(due), ints(as_of), ints(MISSING if revenue is None else revenue)
    )
    given = np.broadcast_to(np.asarray(booked, dtype=bool), cents.shape)
    absent = missing(cents, start, day)
    flags = [_flag(code, cents, start, day, sales) for code in _CODES]
    absent = absent | (flags[0] == MISSING)
    long, small = ((flag == 1) & ~absent for flag in flags)
    return Deductibility(
        deductible=_shown(absent, (long | small) & given),
        over_three_years=_shown(absent, long),
        small_over_one_year=_shown(absent, small),
        reason=_reason(absent, long, small, given, (cents, start, day)),
    )


def _shown(absent: Bools, answer: Bools) -> Flag:
    """Give yes, no or missing: an int64 that shows as TRUE, FALSE or #N/A."""
    return cast("Flag", where(absent, answer))


def _flag(code: str, cents: Ints, start: Ints, day: Ints, sales: Ints) -> Ints:
    """Apply the row of a code that is valid on each day; MISSING on a day without one."""
    found = np.full(cents.shape, MISSING, dtype=np.int64)
    for row in all_rules("bad_debt_tax"):
        if row.code != code:
            continue
        valid = (day >= (row.valid_from or 0)) & ((row.valid_to is None) | (day <= _end(row)))
        overdue = day > add_months(start, row.integer("months"))
        hit = overdue & (cents > 0) & _small(row, cents, sales)
        found = np.where(valid, hit, found)
    return found


def _end(row: Rule) -> int:
    return row.valid_to if row.valid_to is not None else -MISSING - 1


def _small(row: Rule, cents: Ints, sales: Ints) -> Bools:
    """Tell which amounts are small enough: up to a fixed one or to a share of the revenue."""
    if not row.cells["max_amount"]:
        return np.ones(cents.shape, dtype=bool)
    most = int(Fraction(row.cells["max_amount"]) * 100)
    share = Fraction(row.cells["max_revenue_share"])
    known = np.where(sales == MISSING, 0, np.maximum(sales, 0))
    # Whole parts first, so that no product wraps: amount ≤ floor(revenue × share) says the same.
    whole, rest = np.divmod(known, share.denominator)
    limit = whole * share.numerator + rest * share.numerator // share.denominator
    return np.asarray(cents <= np.maximum(limit, most))


def _reason(
    absent: Bools, long: Bools, small: Bools, booked: Bools, item: tuple[Ints, Ints, Ints]
) -> reasons.Because:
    """Name the rule that holds and what is still to do."""
    cents, start, day = item
    code = np.select([absent, long, small], [0, 1, 2], 3)
    names: Codes = np.array([None, *_CODES, "neither"], dtype=object)[code]
    unbooked: Codes = np.array([None, "unbooked", "unbooked", "neither"], dtype=object)[code]
    rows = {row.code: row for row in all_rules("bad_debt_tax")}
    return reasons.because(
        "AR_BAD_DEBT_DEDUCTIBLE",
        np.where(booked, names, unbooked),
        amount=reasons.money(cents),
        due=reasons.date(start),
        as_of=reasons.date(day),
        long=reasons.rule(rows[_CODES[0]], dated=True),
        small=reasons.rule(rows[_CODES[1]], dated=True),
    )
