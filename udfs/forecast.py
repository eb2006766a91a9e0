"""Cash forecast, the amount: what arrives with a given confidence, of open items that may not.

Items are independent: item i pays its amount o_i with probability p_i, or nothing. The amount at
confidence q is the largest x with ``P(total ≥ x) ≥ q``; "P90" is the cautious amount here (90 %
confident of at least this). Few items are enumerated, more are convolved on a grid of amounts,
and what no grid holds gets a bound. Whatever is not exact errs on the cautious side and says so.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.arrays import check_total, ints, sums
from udfs.distribution import Quantiles, items_of, quantiles
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    Flag,
    Rate,
    Reason,
    label,
)

if TYPE_CHECKING:
    from udfs.arrays import Bools, Codes, Floats, Ints

#: Digits in which the mean is added; its exact decimals are far fewer.
_DIGITS: Final = 400


class PayingItems(NamedTuple):
    """Open items: cents, and the probability that they are paid in the period."""

    amount: Cents
    probability: Rate


class CashForecast(NamedTuple):
    """Amount at the confidence asked for, mean, and how exact the amount is; all in cents.

    ``step`` is the step to which amounts were rounded down; it does not apply where none were.
    """

    at_least: Cents
    mean: Cents
    exact: Flag
    method: Annotated[NDArray[np.object_], label("forecast_methods")]
    step: Annotated[Cents, OPTIONAL]
    reason: Reason


@function("AR_CASH_AT_CONFIDENCE", case="COLLECT_QUANTILE", category="allowance", field="at_least")
def cash_at_confidence(items: PayingItems, confidence: Rate | ArrayLike) -> CashForecast:
    """Give the amount that at least arrives with a given confidence.

    Parameters
    ----------
    items : PayingItems
        n open items, independent of each other.
    confidence : array_like of float64, shape (k,)
        Fractions above 0, at most 1: 0.9 is "90 % confident of at least this".

    Returns
    -------
    CashForecast
        Arrays of shape (k,). Exact up to about twenty different items, or where their amounts
        have a common step; otherwise never above the exact amount, and ``method`` says why.
        CONTRADICTION for a confidence that is not above 0 and at most 1.

    Raises
    ------
    CellFaultError
        No items (#N/A); a negative amount, a probability beyond 0 to 1, or amounts too large
        (#NUM!).

    References
    ----------
    domain.md section 2. Hoeffding, Probability inequalities for sums of bounded random variables,
    1963, theorem 2: the bound for very many items.

    Examples
    --------
    >>> items = PayingItems(np.array([10_000, 20_000, 30_000]), np.array([0.9, 0.7, 0.5]))
    >>> found = cash_at_confidence(items, [0.5, 0.9])
    >>> found.at_least.tolist(), found.mean.tolist(), found.method.tolist()
    ([30000, 10000], [38000, 38000], ['exact', 'exact'])
    """
    asked = np.atleast_1d(np.asarray(confidence, np.float64))
    amounts, chances = ints(items.amount), np.asarray(items.probability, np.float64)
    if not amounts.size:
        raise CellFaultError(CellError.NA)
    if not ((amounts >= 0).all() and ((chances >= 0) & (chances <= 1)).all()):
        raise CellFaultError(CellError.NUM)
    check_total(amounts)
    wrong = ~((asked > 0) & (asked <= 1))
    found = quantiles(items_of(amounts, chances), np.where(wrong, 1.0, asked))
    mean = np.broadcast_to(ints(_mean(amounts, chances)), asked.shape)
    method = found.method.copy()
    method[wrong] = CONTRADICTION
    at_least, told, exact, step = (
        np.where(wrong, np.int64(CONTRADICTION), part)
        for part in (found.amount, mean, ints(found.method == "exact"), found.step)
    )
    # Yes, no or a contradiction: an int64 that shows as TRUE, FALSE or #NUM!.
    return CashForecast(
        at_least,
        told,
        cast("Flag", exact),
        method,
        step,
        _reason(found, mean, asked, wrong, amounts.size),
    )


def _mean(amounts: Ints, chances: Floats) -> int:
    """Give Σ amount × probability in cents, half-up, exact on the probabilities as typed."""
    different, place = np.unique(chances, return_inverse=True)
    totals = sums(place, amounts, different.size)
    with localcontext() as context:
        context.prec = _DIGITS
        mean = sum(
            (
                total * Decimal(repr(chance))
                for total, chance in zip(totals.tolist(), different.tolist(), strict=True)
            ),
            Decimal(0),
        )
        return int(mean.quantize(Decimal(1), ROUND_HALF_UP))


def _reason(
    found: Quantiles, mean: Ints, asked: Floats, wrong: Bools, count: int
) -> reasons.Because:
    """Say how the amount was found."""
    variants: Codes = np.where(found.method == "stepped", "stepped", "plain").astype(object)
    variants[wrong] = None
    return reasons.because(
        "AR_CASH_AT_CONFIDENCE",
        variants,
        count=reasons.number(count),
        confidence=reasons.percent(asked),
        amount=reasons.money(found.amount),
        mean=reasons.money(mean),
        method=reasons.words("forecast_methods", found.method),
        step=reasons.money(found.step),
    )
