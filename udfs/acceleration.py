"""Acceleration of an instalment sale (分期付款): when the whole price may be claimed.

Civil Code art. 634: the overdue part reaches a fifth of the price, and the buyer does not pay
within a reasonable time after a demand. A sale is one of instalments from three payments on. What
counts are rows of ``rules/acceleration.csv``.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.accrual import typed
from udfs.arrays import codes, ints, missing, where
from udfs.decimals import times
from udfs.registry import function
from udfs.rules import rule
from udfs.values import CONTRADICTION, OPTIONAL, Cents, Count, Flag, Rate, Reason, label

_FINDINGS = ("eligible", "too_few", "below_share", "no_demand")


class Acceleration(NamedTuple):
    """Whether the whole price may be claimed, what decides it, the overdue share, and why."""

    eligible: Flag
    finding: Annotated[NDArray[np.object_], label("acceleration_findings")]
    ratio: Rate
    reason: Reason


@function("AR_INSTALMENT_ACCELERATION", case="ACCELERATION_634", category="interest")
def instalment_acceleration(
    total_price: Cents | ArrayLike,
    instalments: Count | ArrayLike,
    overdue_unpaid: Cents | ArrayLike,
    demanded: Annotated[Flag, OPTIONAL] | ArrayLike,
) -> Acceleration:
    """Tell whether the whole price of an instalment sale may be claimed.

    Parameters
    ----------
    total_price, overdue_unpaid : array_like of int64
        Cents: the price, and what is due and unpaid of it.
    instalments : array_like of int64
        Number of payments agreed.
    demanded : array_like of bool
        Whether payment was demanded and a reasonable time has passed.

    Returns
    -------
    Acceleration
        ``eligible`` is a code of int64: 1, 0 or MISSING. overdue ÷ price ≥ 1/5 is compared in
        cents. #N/A where the price is 0; #NUM! where an amount is negative or more is overdue
        than the price.

    Notes
    -----
    民法典 第634条；买卖合同解释（2020）第27条.

    Examples
    --------
    >>> found = instalment_acceleration(100_000_000, 4, [20_000_000, 19_999_999], True)
    >>> found.eligible.tolist(), found.finding.tolist()
    ([1, 0], ['eligible', 'below_share'])
    """
    price, count, owed, asked = np.broadcast_arrays(
        ints(total_price), ints(instalments), ints(overdue_unpaid), np.asarray(demanded, bool)
    )
    least, part = rule("acceleration", "instalments"), rule("acceleration", "share")
    numerator, denominator = typed(part.number("value")).as_integer_ratio()
    absent = missing(price, count, owed) | (price == 0)
    wrong = ~absent & ((price < 0) | (owed < 0) | (owed > price))
    reached = np.asarray(times(owed, denominator) >= times(price, numerator), dtype=bool)
    finding = np.select([count < least.integer("value"), ~reached, ~asked], [1, 2, 3], 0)
    usable = ~absent & ~wrong
    named = codes(_FINDINGS, where(~usable, finding))
    shown = np.where(wrong, CONTRADICTION, named).astype(object)
    eligible = where(absent, np.where(wrong, np.int64(CONTRADICTION), finding == 0))
    ratio = np.where(usable, owed / np.where(price == 0, 1, price), np.where(wrong, np.inf, np.nan))
    reason = reasons.because(
        "AR_INSTALMENT_ACCELERATION",
        named,
        owed=reasons.money(owed),
        price=reasons.money(price),
        ratio=reasons.percent(ratio),
        count=reasons.number(count),
        least=reasons.number(least.integer("value")),
        share=reasons.percent(part.number("value")),
        rule=reasons.rule([part], dated=True),
    )
    return Acceleration(cast("Flag", eligible), shown, ratio, reason)
