"""Statutory interest of late payment: SMEs in China, unpaid judgments, debts in the UK.

Rates, marks and bands are dated rows of ``rules/late_payment*.csv``. Which of the Chinese rates
applies to a claim is decided in :mod:`udfs.late_rates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from udfs import reasons
from udfs.accrual import accrued, typed_product, typed_sum
from udfs.arrays import Codes, Floats, Ints, ints, missing, where
from udfs.decimals import narrowed, times
from udfs.interest import Interest, variants_of
from udfs.plausibility import plausible
from udfs.registry import function
from udfs.rules import Rule, all_rules, rule, rules
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    Cents,
    Day,
    Days,
    OneFlag,
    Rate,
    Reason,
)

if TYPE_CHECKING:
    from udfs.reasons import Part


class DatedRule(NamedTuple):
    """A rule through time: its rows, the place of the row of each day or −1, and its numbers."""

    rows: tuple[Rule, ...]
    place: Ints
    value: Floats

    def named(self, *, dated: bool = True) -> Part:
        """Give the row of each element by its label and first day; – where there is none.

        Without the day where it is not that of the law but that of the cases it is for.
        """

        def part(lang: str) -> Codes:
            labels = [str(reasons.rule(row, dated=dated)(lang)) for row in self.rows]
            return np.array([*labels, "–"], dtype=object)[self.place]

        return part


def dated(table: str, code: str, when: ArrayLike, column: str = "value") -> DatedRule:
    """Find the row of a rule on each day, and a number of it.

    Parameters
    ----------
    table, code : str
        Rule table and code.
    when : array_like of int64
        Serials; MISSING asks for the newest row.
    column : str
        Column of the number.

    Returns
    -------
    DatedRule
        Arrays of the shape of `when`; place −1 and NaN where no row holds.

    Examples
    --------
    >>> dated("late_payment", "sme_daily", [44074, 44075]).value.tolist()  # 2020-08-31 and next day
    [nan, 0.0005]
    """
    rows = tuple(row for row in all_rules(table) if row.code == code)
    day = ints(when)
    place = np.where(day == MISSING, len(rows) - 1, -1)
    for number, row in enumerate(rows):
        begins = (row.valid_from is None) | (day >= (row.valid_from or 0))
        ends = (row.valid_to is None) | (day <= (row.valid_to or 0))
        place = np.where(begins & ends & (day != MISSING), number, place)
    values = np.array([*(row.number(column) for row in rows), np.nan])
    return DatedRule(rows, ints(place), values[place])


class LateRate(NamedTuple):
    """An annual rate as a fraction, and why it is that."""

    rate: Rate
    reason: Reason


@function("AR_SME_LATE_RATE", case="SME_RATE", category="interest")
def sme_late_rate(
    agreed_annual: Annotated[Rate, OPTIONAL] | ArrayLike,
    lpr_at_signing: Annotated[Rate, OPTIONAL] | ArrayLike,
    year_days: Days | ArrayLike = 365,
    when: Annotated[Day, OPTIONAL] | ArrayLike = MISSING,
) -> LateRate:
    """Give the annual rate of late payment to an SME by a large buyer in China.

    Parameters
    ----------
    agreed_annual : array_like of float64
        Agreed rate per year as a fraction; NaN is none agreed, 0 is an agreement.
    lpr_at_signing : array_like of float64
        One-year LPR when the contract was made, as a fraction; not needed where none was agreed.
    year_days : array_like of int64
        Days that make a year of the daily rate: 365 or 360.
    when : array_like of int64, optional
        First day of default, for the row of the regulation; by default the newest.

    Returns
    -------
    LateRate
        max(agreed, LPR at signing), or 0.05 % × year where nothing was agreed. NaN where the LPR
        is needed and missing, or no regulation held that day; infinite for a negative or
        implausible rate.

    Notes
    -----
    国令728 第15条 (2020-09-01), 国令802 第17条 (2025-06-01).

    Examples
    --------
    >>> sme_late_rate([np.nan, 0.02, 0.06], 0.031).rate.tolist()
    [0.1825, 0.031, 0.06]
    """
    agreed, lpr, year, day = np.broadcast_arrays(
        plausible("annual_rate", agreed_annual),
        plausible("annual_rate", lpr_at_signing),
        ints(year_days),
        ints(when),
    )
    daily, least = (dated("late_payment", code, day) for code in ("sme_daily", "sme_floor"))
    too_high = np.isinf(agreed) | np.isinf(lpr)
    floor = typed_product(np.where(too_high, np.nan, lpr), least.value)
    none = np.isnan(agreed)
    variant = np.where(none, "daily", np.where(agreed < floor, "lifted", "agreed")).astype(object)
    rate = np.where(none, typed_product(daily.value, year), np.maximum(agreed, floor))
    wrong = too_high | (agreed < 0) | (lpr < 0) | (none & (year <= 0))
    rate = np.where(wrong, np.inf, rate)
    variant[~np.isfinite(rate)] = None
    variant[np.isnan(rate) & ~none & np.isnan(lpr)] = "no_lpr"
    variant[np.isnan(rate) & np.isnan(np.where(none, daily.value, least.value))] = "no_rule"
    reason = reasons.because(
        "AR_SME_LATE_RATE",
        variant,
        day=reasons.date(day),
        since=reasons.date(min(row.valid_from or 0 for row in daily.rows)),
        agreed=reasons.percent(agreed),
        floor=reasons.percent(floor),
        daily=reasons.percent(daily.value),
        year=reasons.number(year),
        rate=reasons.percent(rate),
        rule=daily.named(),
        least=least.named(),
    )
    return LateRate(rate, reason)


@function("AR_DELAYED_PERFORMANCE_INTEREST", case="JUDGMENT_DOUBLE", category="interest")
def delayed_performance_interest(
    unpaid: Cents | ArrayLike,
    days: Days | ArrayLike,
    when: Annotated[Day, OPTIONAL] | ArrayLike = MISSING,
) -> Interest:
    """Give the additional interest while a judgment is not performed.

    Parameters
    ----------
    unpaid : array_like of int64
        Cents of the money debt of the judgment that are unpaid, without ordinary interest.
    days : array_like of int64
        Days of delay after the time that the judgment gave.
    when : array_like of int64, optional
        Day whose rule applies; by default the newest.

    Returns
    -------
    Interest
        unpaid × 0.0175 % × days, rounded once.

    Notes
    -----
    法释〔2014〕8号 第1条；民事诉讼法（2023）第264条.

    Examples
    --------
    >>> delayed_performance_interest(30_000_000, 100).interest.tolist()
    525000
    """
    rate = dated("late_payment", "judgment_daily", when)
    found = accrued(unpaid, rate.value, days)
    reason = reasons.because(
        "AR_DELAYED_PERFORMANCE_INTEREST",
        variants_of(found, unpaid, days, "plain"),
        principal=reasons.money(unpaid),
        rate=reasons.percent(rate.value),
        days=reasons.number(days),
        interest=reasons.money(found),
        rule=rate.named(),
    )
    return Interest(found, reason)


class UkLatePayment(NamedTuple):
    """Interest, the fixed sum, both together in pence, and why."""

    total: Cents
    interest: Cents
    compensation: Cents
    reason: Reason


@function("AR_UK_LATE_PAYMENT", case="UK_LATE", category="interest")
def uk_late_payment(
    amount: Cents | ArrayLike,
    base_rate: Rate | ArrayLike,
    days: Days | ArrayLike,
    round_daily: OneFlag = False,  # noqa: FBT002 - a cell passes arguments by position
) -> UkLatePayment:
    """Give statutory interest and fixed sum of a late commercial debt in the UK.

    Parameters
    ----------
    amount : array_like of int64
        Pence.
    base_rate : array_like of float64
        Bank Rate as a fraction, in force on 30 June or 31 December before the half-year in which
        the debt became late.
    days : array_like of int64
        Days late.
    round_daily : bool
        Round the interest of a day to a penny first, as some published examples do.

    Returns
    -------
    UkLatePayment
        amount × (base + 8 %) × days ÷ 365, and the fixed sum of the band of the amount; nothing
        where the amount or the days are not above 0.

    Notes
    -----
    Late Payment of Commercial Debts (Interest) Act 1998; domain.md 4.4.

    Examples
    --------
    >>> found = uk_late_payment([500_000, 99_999], 0.0425, [101, 1])
    >>> found.interest.tolist(), found.compensation.tolist(), found.total.tolist()
    ([16949, 34], [7000, 4000], [23949, 4034])
    """
    pence, counted = np.broadcast_arrays(ints(amount), ints(days))
    plus, year = (rule("late_payment", code) for code in ("uk_statutory", "uk_year_days"))
    base = np.asarray(base_rate, dtype=np.float64)
    rate = typed_sum(np.where(base < 0, np.nan, base), plus.number("value"))
    per = year.integer("value")
    found = accrued(pence, rate, counted, per)
    daily = accrued(pence, rate, np.where(counted > 0, 1, counted), per)
    if round_daily:
        known = (daily >= 0) & (found != MISSING)
        product = narrowed(times(np.where(known, daily, 0), np.maximum(counted, 0)))
        found = np.where(known, product, daily)
    found = np.where(base < 0, np.int64(CONTRADICTION), found)
    bands = sorted(rules("late_payment_bands"), key=lambda row: row.number("from_amount"))
    starts = ints([round(row.number("from_amount") * 100) for row in bands])
    sums = ints([round(row.number("compensation") * 100) for row in bands])
    place = np.maximum(np.searchsorted(starts, pence, side="right") - 1, 0)
    fixed = np.where((pence > 0) & (counted > 0), sums[place], 0)
    answered = found >= 0
    fixed = where(missing(pence, counted), fixed)
    total = np.where(answered, np.where(answered, found, 0) + fixed, found)
    reason = reasons.because(
        "AR_UK_LATE_PAYMENT",
        variants_of(total, pence, counted, "rounded" if round_daily else "plain"),
        amount=reasons.money(pence),
        base=reasons.percent(base),
        plus=reasons.percent(plus.number("value")),
        days=reasons.number(counted),
        year=reasons.number(per),
        daily=reasons.money(daily),
        interest=reasons.money(found),
        band=reasons.words("late_payment_bands", np.array([row.code for row in bands])[place]),
        compensation=reasons.money(fixed),
        total=reasons.money(total),
    )
    return UkLatePayment(total, found, fixed, reason)
