"""Which rate a late payment in China bears, in the order of the law, and marks of too high a rate.

Agreed rate first; where the buyer is a public body or a large enterprise and the seller an SME the
regulation lifts it to the LPR at signing, and gives 0.05 % a day where nothing was agreed; else the
LPR on the first day of default by the interpretation for the kind of contract. Where nothing of
this is known there is no answer. Rates and marks are dated rows of rules.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.accrual import exceeds, typed_product
from udfs.arrays import Codes, Floats, ints
from udfs.late_payment import LateRate, dated, sme_late_rate
from udfs.lpr import Quotes, curve, lpr, told_unknown, unknown_parts
from udfs.plausibility import plausible
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    Day,
    Days,
    Flag,
    Number,
    Rate,
    Reason,
    choice,
    flag_or,
)

#: TRUE or FALSE, or the kind of buyer.
BuyerFlag: TypeAlias = Annotated[NDArray[np.bool_], flag_or("buyer_type", "government", "large")]
ClaimType: TypeAlias = Annotated[Literal["sale", "construction"], choice("claim_type")]


@function("AR_LATE_RATE", category="interest")
def late_rate(
    due: Day | ArrayLike,
    agreed_annual: Annotated[Rate, OPTIONAL] | ArrayLike = np.nan,
    signed: Annotated[Day, OPTIONAL] | ArrayLike = MISSING,
    sme_protected: BuyerFlag | ArrayLike = False,  # noqa: FBT002 - an array of flags, like the others
    claim: ClaimType = "sale",
    multiplier: Annotated[Rate, OPTIONAL] | ArrayLike = np.nan,
    year_days: Days | ArrayLike = 365,
    quotes: Quotes | None = None,
) -> LateRate:
    """Give the annual rate that a late payment bears, and the article that says so.

    Parameters
    ----------
    due : array_like of int64
        Serials; the first day of default is the day after.
    agreed_annual : array_like of float64, optional
        Agreed rate per year as a fraction; NaN is none agreed.
    signed : array_like of int64, optional
        Day of the contract, for the floor of the SME regulation.
    sme_protected : array_like of bool
        Whether the buyer is a public body or a large enterprise and the seller was an SME when
        the contract was made.
    claim : {"sale", "construction"}
        Which interpretation applies where nothing was agreed.
    multiplier : array_like of float64, optional
        Multiple of the LPR, 1.3 to 1.5 for a sale; by default the lowest that the row allows.
    year_days : array_like of int64
        365 or 360, for the daily rate of the regulation.
    quotes : Quotes, optional
        As in :func:`udfs.lpr.curve`.

    Returns
    -------
    LateRate
        NaN where the rate depends on an LPR that is not known; infinite (#NUM!) for a negative or
        implausible rate or a multiple outside what the row allows.

    Notes
    -----
    domain.md 4.2, items 1 to 4.

    Examples
    --------
    >>> found = late_rate(45838, [0.06, np.nan, np.nan], sme_protected=[False, False, True])
    >>> found.rate.tolist()  # due 2025-06-30: agreed; 3.00 % × 1.3; 0.05 % × 365
    [0.06, 0.039, 0.1825]
    """
    begin, agreed, sign, small, factor, year = np.broadcast_arrays(
        ints(due),
        plausible("annual_rate", agreed_annual),
        ints(signed),
        np.asarray(sme_protected, bool),
        np.asarray(multiplier, np.float64),
        ints(year_days),
    )
    first = np.where(begin == MISSING, MISSING, begin + 1)
    covered = small & (dated("late_payment", "sme_daily", first).place >= 0) & (begin != MISSING)
    regulated = sme_late_rate(agreed, _lpr_of(sign, quotes), year, first)
    low = dated("late_rates", claim, first, "multiple_low")
    high = dated("late_rates", claim, first, "multiple_high")
    multiple = np.where(np.isnan(factor), low.value, factor)
    at_breach = _lpr_of(first, quotes)
    none = np.isnan(agreed)
    rate = np.where(none, typed_product(at_breach, multiple), agreed)
    rate = np.where(covered, regulated.rate, rate)
    outside = none & ~covered & ((multiple < low.value) | (multiple > high.value))
    rate = np.where((agreed < 0) | np.isinf(agreed) | outside, np.inf, rate)
    named = np.where(none, "lpr", "agreed")
    variant = np.where(covered, "sme", named).astype(object)
    # The day whose LPR decides: that of the contract against the floor, else the first of default.
    deciding = np.where(covered, sign, first)
    known = curve(quotes)
    unanswered = np.isnan(rate) & (begin != MISSING)
    unsigned = np.where(covered & (sign == MISSING), "unsigned", told_unknown(known, deciding))
    variant[~np.isfinite(rate)] = None
    variant[unanswered] = unsigned[unanswered]
    reason = reasons.because(
        "AR_LATE_RATE",
        variant,
        **unknown_parts(known, deciding),
        rate=reasons.percent(rate),
        lpr=reasons.percent(at_breach),
        day=reasons.date(first),
        multiplier=reasons.number(multiple),
        rule=low.named(dated=False),
        sme=regulated.reason,
    )
    return LateRate(rate, reason)


def _lpr_of(when: ArrayLike, quotes: Quotes | None) -> Floats:
    """Give the LPR of each day as a fraction, exactly; NaN where it is not known."""
    days = ints(when)
    per_cent = np.where(days == MISSING, np.nan, lpr(days, quotes))
    return typed_product(per_cent, 0.01)


class RateCheck(NamedTuple):
    """How an agreed rate stands to the loss and to the LPR, and why."""

    ratio_to_loss: Number
    over_loss_mark: Flag
    over_lpr_mark: Flag
    reason: Reason


@function("AR_DEFAULT_RATE_CHECK", case="PENALTY_CHECK", category="interest")
def default_rate_check(
    contract_annual: Rate | ArrayLike,
    loss_annual: Rate | ArrayLike,
    lpr_annual: Rate | ArrayLike,
    when: Annotated[Day, OPTIONAL] | ArrayLike = MISSING,
) -> RateCheck:
    """Compare an agreed default rate with 130 % of the loss and with four times the LPR.

    Parameters
    ----------
    contract_annual, loss_annual, lpr_annual : array_like of float64
        Per year as fractions.
    when : array_like of int64, optional
        Day whose rules apply; by default the newest.

    Returns
    -------
    RateCheck
        contract ÷ loss, and whether the marks are exceeded, strictly: 1, 0 or MISSING. Without a
        loss the first two have no answer. Four times the LPR binds private loans, not sales.

    Notes
    -----
    民法典合同编通则解释 第65条；民间借贷规定 第25条.

    Examples
    --------
    >>> found = default_rate_check([0.1825, 0.055], 0.045, 0.03)
    >>> found.over_loss_mark.tolist(), found.over_lpr_mark.tolist()
    ([1, 0], [1, 0])
    """
    rate, loss, base, day = np.broadcast_arrays(
        *(plausible("annual_rate", each) for each in (contract_annual, loss_annual, lpr_annual)),
        ints(when),
    )
    marks = [dated("late_payment", code, day) for code in ("loss_mark", "lpr_mark")]
    wrong = np.logical_or.reduce([(each < 0) | np.isinf(each) for each in (rate, loss, base)])
    rate, loss, base = (np.where(wrong, 0.0, each) for each in (rate, loss, base))
    some = np.where(loss > 0, loss, np.nan)
    over = [
        np.where(wrong, np.int64(CONTRADICTION), exceeds(rate, mark.value, of))
        for mark, of in zip(marks, (some, base), strict=True)
    ]
    with np.errstate(over="ignore"):  # a loss of 1e-300 makes an infinite ratio: #NUM!
        ratio = np.where(wrong, np.inf, rate / some)
    variants: Codes = np.array(["neither", "loss", "lpr", "both"], dtype=object)
    answered = (over[0] >= 0) & (over[1] >= 0)
    variant = variants[np.where(answered, np.maximum(over[0], 0) + 2 * np.maximum(over[1], 0), 0)]
    variant[~answered] = None
    reason = reasons.because(
        "AR_DEFAULT_RATE_CHECK",
        variant,
        rate=reasons.percent(rate),
        loss=reasons.percent(loss),
        ratio=reasons.percent(ratio),
        lpr=reasons.percent(base),
        loss_mark=reasons.percent(marks[0].value),
        lpr_mark=reasons.number(marks[1].value),
        rules=_both(marks[0].named(), marks[1].named()),
    )
    return RateCheck(ratio, cast("Flag", over[0]), cast("Flag", over[1]), reason)


def _both(one: reasons.Part, two: reasons.Part) -> reasons.Part:
    """Write two rules one after the other."""
    return lambda lang: one(lang) + {"zh": "；", "en": "; "}[lang] + two(lang)
