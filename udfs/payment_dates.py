"""When an item will be paid: its due date plus a quantile of the customer's own payment lags.

A lag is paid − due in days, early negative. A customer with too few payments is taken for one of
its class. What the customer promised stands above any history, and a disputed item has no date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.arrays import Codes, ints, missing, where
from udfs.reading import LAST_DAY
from udfs.registry import function
from udfs.rules import rule
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Count,
    Day,
    Days,
    Flag,
    Number,
    Rate,
    Reason,
    Text,
    label,
)

if TYPE_CHECKING:
    from udfs.arrays import Bools, Floats, Ints

#: Confidences are taken in units of one in 10**9, so that positions between lags are exact.
_PARTS: Final = 10**9
#: No payment is a million days late.
_LONGEST: Final = 10**6
_BASES: Final = ("disputed", "promise", "own", "class", "everyone")


class PaymentLags(NamedTuple):
    """Payments made: customer, days after the due date (early negative), class of the customer."""

    customer: Text
    lag: Days
    customer_class: Annotated[Text, OPTIONAL]


class ExpectedPayment(NamedTuple):
    """Expected date, the lag that it rests on, what it rests on, how many payments, and why."""

    expected: Day
    lag: Annotated[Number, OPTIONAL]
    basis: Annotated[NDArray[np.object_], label("payment_date_bases")]
    payments: Count
    reason: Reason


@function(
    "AR_EXPECTED_PAYMENT_DATE",
    category="allowance",
    field="expected",
)
def expected_payment(
    due: Day,
    customer: Text,
    history: PaymentLags,
    confidence: Rate | ArrayLike = 0.5,
    customer_class: Annotated[Text, OPTIONAL] | None = None,
    promised: Annotated[Day, OPTIONAL] | ArrayLike | None = None,
    disputed: Flag | ArrayLike = False,  # noqa: FBT002 - a cell passes arguments by position
) -> ExpectedPayment:
    """Give the date on which each item is expected to be paid.

    ``due + quantile of the lags``, up to a whole day: P50 is the likely date, P90 the late one.

    Parameters
    ----------
    due : ndarray of int64, shape (n,)
        Due dates.
    customer : ndarray of object, shape (n,)
        Whose item it is.
    history : PaymentLags
        m payments of all customers.
    confidence : array_like of float64
        From 0 to 1; by default the median.
    customer_class : ndarray of object, shape (n,), optional
        Class whose lags stand in for those of a customer with too few payments
        (``rules/forecast``); without one, the lags of all customers.
    promised : array_like of int64, optional
        Date that the customer promised: it stands above the history.
    disputed : array_like of bool, optional
        A disputed item has no date (#N/A) until the dispute is over.

    Returns
    -------
    ExpectedPayment
        Arrays of shape (n,). No payment to go by: no date. CONTRADICTION for a confidence beyond
        0 to 1.

    Raises
    ------
    CellFaultError
        A lag beyond a million days (#NUM!).

    References
    ----------
    domain.md section 2, "Cash forecast, date"; the quantile is that of PERCENTILE.INC.

    Examples
    --------
    >>> names = np.array(["A"] * 10, dtype=object)
    >>> lags = np.array([-3, 0, 2, 5, 5, 8, 12, 20, 35, 60])
    >>> history = PaymentLags(names, lags, np.full(10, None))
    >>> found = expected_payment(np.array([45838] * 2), names[:2], history, [0.5, 0.9])
    >>> found.lag.tolist(), found.expected.tolist()  # 2025-06-30 + 7 and + 38 days
    ([6.5, 37.5], [45845, 45876])
    """
    day = ints(due)
    share = np.broadcast_to(np.asarray(confidence, np.float64), day.shape)
    if history.lag.size and int(np.abs(history.lag).max()) > _LONGEST:
        raise CellFaultError(CellError.NUM)
    wrong = ~((share >= 0) & (share <= 1))
    parts = _in_parts(np.where(wrong, 0.0, share))
    own_lag, own = _by_name(history.customer, history.lag, customer, parts)
    class_lag, alike = _class_lags(history, customer_class, parts)
    enough = own >= rule("forecast", "standard").integer("min_payments")
    lag, count = np.where(enough, own_lag, class_lag), np.where(enough, own, alike)
    promise = np.broadcast_to(ints(MISSING if promised is None else promised), day.shape)
    held = np.broadcast_to(np.asarray(disputed, dtype=bool), day.shape)
    classless = _classless(customer_class, day.shape)
    basis = np.select([held, promise != MISSING, enough, ~classless], range(4), 4)
    unknown = (basis >= 2) & (lag == MISSING)
    # Up to a whole day: half a day late is paid a day later.
    late = -(-np.where(lag == MISSING, 0, lag) // _PARTS)
    expected = where(missing(day), np.where(basis == 1, promise, day + late))
    expected = where(held | unknown | (expected > LAST_DAY), expected)
    used = np.where((basis < 2) | (lag == MISSING), np.nan, lag / _PARTS)
    words: Codes = np.array(_BASES, dtype=object)[basis]
    variants = np.where(wrong, None, np.where(unknown, "unknown", words))  # type: ignore[call-overload]  # numpy has no stub for None
    words[wrong] = CONTRADICTION
    return ExpectedPayment(
        np.where(wrong, CONTRADICTION, expected),
        np.where(wrong, np.inf, used),
        words,
        np.where(wrong, CONTRADICTION, count),
        _reason(day, used, variants, count, share, expected),
    )


def _in_parts(share: Floats) -> Ints:
    """Give confidences in parts of 10**9; what has more decimals goes down to the next part.

    =2/3 taken for a little more would lie beyond the fifth of seven lags, and so a day later.
    """
    parts = np.rint(share * _PARTS)
    return np.where(parts / _PARTS == share, parts, np.floor(share * _PARTS)).astype(np.int64)


def _reason(
    day: Ints,
    lag: Floats,
    variants: Codes,
    count: Ints,
    share: Floats,
    expected: Ints,
) -> reasons.Because:
    """Say which lags the date rests on, or what stands above them."""
    return reasons.because(
        "AR_EXPECTED_PAYMENT_DATE",
        variants,
        due=reasons.date(day),
        lag=reasons.number(lag),
        count=reasons.number(count),
        confidence=reasons.percent(share),
        expected=reasons.date(expected),
        rule=reasons.rule(rule("forecast", "standard")),
    )


def _class_lags(history: PaymentLags, classes: Codes | None, parts: Ints) -> tuple[Ints, Ints]:
    """Give the quantiles of each item's class; without a class those of all payments."""
    everyone = np.full(history.lag.size, "", dtype=object)
    all_lag, all_count = _by_name(everyone, history.lag, np.full(parts.size, "", object), parts)
    if classes is None:
        return all_lag, all_count
    wanted = np.broadcast_to(np.asarray(classes, dtype=object), parts.shape)
    lag, count = _by_name(history.customer_class, history.lag, wanted, parts)
    classless = _classless(wanted, parts.shape)
    return np.where(classless, all_lag, lag), np.where(classless, all_count, count)


def _classless(classes: Codes | None, shape: tuple[int, ...]) -> Bools:
    """Tell which items have no class."""
    if classes is None:
        return np.ones(shape, dtype=bool)
    given = np.array([name is not None for name in np.asarray(classes, object).tolist()], bool)
    return np.broadcast_to(~given, shape)


def _by_name(names: Codes, lags: Ints, wanted: Codes, parts: Ints) -> tuple[Ints, Ints]:
    """Give the quantile of the lags of each wanted name, in parts of 10**9 days, and their number.

    Position ``k·(n − 1)`` between the sorted lags, straight between two neighbours.
    """
    number: dict[object, int] = {}
    for name in names.tolist():
        number.setdefault(name, len(number))
    owner = np.fromiter(map(number.__getitem__, names.tolist()), np.int64, names.size)
    order = np.lexsort((lags, owner))
    ordered = np.append(lags[order], 0)
    starts = np.searchsorted(owner[order], np.arange(len(number) + 1))
    asked = np.fromiter((number.get(name, -1) for name in wanted.tolist()), np.int64, wanted.size)
    known = asked >= 0
    first = starts[np.where(known, asked, 0)]
    count = np.where(known, starts[np.minimum(asked + 1, len(number))] - first, 0)
    place, rest = np.divmod(parts * np.maximum(count - 1, 0), _PARTS)
    low = ordered[first + place]
    high = ordered[np.where(rest > 0, first + place + 1, first + place)]
    return where(count == 0, low * _PARTS + rest * (high - low)), count
