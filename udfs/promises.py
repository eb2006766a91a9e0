"""What became of promises to pay: kept, partly kept, not yet due, broken.

A payment counts for a promise from the day it was made to the promised day plus the grace, both
included; payments after the as-of date do not exist yet. Money is int64 cents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
from numpy.typing import NDArray

from udfs.arrays import Codes, codes, ints, missing, sums, where
from udfs.balances import Receipts
from udfs.registry import function
from udfs.values import (
    MISSING,
    CellError,
    CellFaultError,
    OneCents,
    OneCount,
    OneDay,
    OneNumber,
    label,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

#: Shares are compared in millionths: 0.95 is 950,000.
_MILLION: Final = 1_000_000


def promise_status(
    amount: ArrayLike,
    made: ArrayLike,
    promised: ArrayLike,
    payment_promise: ArrayLike,
    payment_date: ArrayLike,
    payment_amount: ArrayLike,
    as_of: int,
    tolerance: float = 0.05,
    grace: int = 3,
) -> Codes:
    """Tell what became of promises, as codes of ``rules/promise_status``.

    A payment counts from the day the promise was made to the promised day plus the grace, both
    included, and not after the as-of date.

    Parameters
    ----------
    amount, made, promised : array_like of int64, shape (n,)
        Cents promised, and serials.
    payment_promise : array_like of int64, shape (m,)
        Index of the promise that each payment could keep; negative for none.
    payment_date, payment_amount : array_like of int64, shape (m,)
        Serials and cents.
    as_of : int
        The day, included.
    tolerance : float
        Share that may be missing (0.05: 95 % keeps a promise).
    grace : int
        Days after the promised day that still count.

    Returns
    -------
    ndarray of object, shape (n,)
        ``kept`` as soon as enough has arrived; ``pending`` until the grace ends; then ``partial``
        or ``broken``. None where the promise lacks its amount or a date.

    Examples
    --------
    >>> promise_status([30000] * 2, [10] * 2, [20] * 2, [0, 1], [23, 24], [30000] * 2, 30).tolist()
    ['kept', 'broken']
    """
    total, start, target = np.broadcast_arrays(ints(amount), ints(made), ints(promised))
    absent = missing(total, start, target)
    end = np.where(absent, 0, target) + grace
    index, when, paid = ints(payment_promise), ints(payment_date), ints(payment_amount)
    owner = np.clip(index, 0, max(total.size - 1, 0))
    counts = (index >= 0) & (when != MISSING) & (paid != MISSING) & (when <= as_of)
    if index.size:
        counts &= (when >= start[owner]) & (when <= end[owner])
    arrived = sums(index[counts], paid[counts], total.size)
    # Enough is amount · share, rounded up to a cent; in two steps, so that int64 cannot wrap.
    share = _MILLION - round(tolerance * _MILLION)
    million, rest = np.divmod(np.where(absent, 0, total), _MILLION)
    enough = million * share - (-(rest * share) // _MILLION)
    state = np.where(arrived >= enough, 0, np.where(as_of <= end, 1, np.where(arrived > 0, 2, 3)))
    return codes(("kept", "pending", "partial", "broken"), where(absent, state))


@function("AR_PROMISE_STATUS", case="PROMISE_STATUS", category="dunning")
def promise_status_of(
    amount: OneCents,
    made: OneDay,
    promised: OneDay,
    payments: Receipts,
    as_of: OneDay,
    tolerance: OneNumber = 0.05,
    grace: OneCount = 3,
) -> Annotated[NDArray[np.object_], label("promise_status")]:
    """Tell what became of one promise, given payments; see :func:`promise_status`.

    Raises
    ------
    CellFaultError
        NUM where nothing was promised, the promised day lies before the day of the promise, the
        tolerance is no share, or the grace is negative.
    """
    # Nothing promised cannot be kept, and no promise is for a day before it was made.
    if not 0 <= tolerance <= 1 or amount <= 0 or promised < made or grace < 0:
        raise CellFaultError(CellError.NUM)
    owner = np.zeros(payments.amount.size, dtype=np.int64)
    return promise_status(
        [amount],
        [made],
        [promised],
        owner,
        payments.receipt_date,
        payments.amount,
        as_of,
        tolerance,
        grace,
    )
