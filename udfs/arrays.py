"""Small tools on int64 arrays that every noun needs: conversion, missing elements, month steps.

Days are serials of the 1900 date system (2025-06-30 is 45838); ``MISSING`` marks "no value".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from udfs.values import MISSING, CellError, CellFaultError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
#: Codes of rule rows; None where there is no answer.
Codes: TypeAlias = NDArray[np.object_]

#: Serial of 1970-01-01, where numpy counts from.
_EPOCH: Final = 25569


class TotalTooLargeError(CellFaultError, OverflowError):
    """Amounts that together do not fit int64: refused rather than wrapped, #NUM! in a cell."""

    def __init__(self) -> None:
        super().__init__(CellError.NUM)
        self.args = ("the amounts together are beyond int64",)


def check_total(amounts: Ints) -> None:
    """Refuse amounts of which a partial sum could wrap.

    Raises
    ------
    TotalTooLargeError
        The absolute amounts together do not fit int64.
    """
    if not amounts.size:
        return
    largest = max(int(amounts.max()), -int(amounts.min()))
    within = largest * amounts.size < 2**63
    if not within and float(np.abs(amounts, dtype=np.float64).sum()) >= 2**63:
        raise TotalTooLargeError


def running_totals(amounts: ArrayLike) -> Ints:
    """Give the total up to each element, itself included; TotalTooLargeError beyond int64.

    Examples
    --------
    >>> running_totals([100, -40, 5]).tolist()
    [100, 60, 65]
    """
    cents = ints(amounts)
    check_total(cents)
    return np.cumsum(cents)


def ints(values: ArrayLike) -> Ints:
    """Give values as an int64 array, without a copy where they are one."""
    return np.asarray(values, dtype=np.int64)


def missing(*arrays: ArrayLike) -> Bools:
    """Where any of the int64 arrays is MISSING, broadcast against each other."""
    masks = [np.asarray(array) == MISSING for array in arrays]
    found: Bools = np.logical_or.reduce(np.broadcast_arrays(*masks))
    return found


def where(absent: Bools, values: ArrayLike) -> Ints:
    """Put MISSING where absent, the values elsewhere."""
    return np.where(absent, np.int64(MISSING), ints(values))


def add_months(day: ArrayLike, months: ArrayLike) -> Ints:
    """Corresponding day after so many months, else the last day of that month (EDATE).

    Civil Code art. 202 counts so too. Negative months go back.

    Parameters
    ----------
    day : array_like of int64
        Serials of any shape, MISSING allowed.
    months : array_like of int64
        Whole months; broadcast against ``day``.

    Returns
    -------
    ndarray of int64
        Serials; MISSING where an argument is.

    Examples
    --------
    >>> add_months([45351, 45322], 12).tolist()  # 2024-02-29 and 2024-01-31
    [45716, 45688]
    """
    absent = missing(day, months)
    start, step = np.broadcast_arrays(ints(day), ints(months))
    start, step = np.where(absent, _EPOCH, start), np.where(absent, 0, step)
    date = (start - _EPOCH).astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    offset = (date - month.astype("datetime64[D]")).astype(np.int64)
    target = month + step.astype("timedelta64[M]")
    first = target.astype("datetime64[D]").astype(np.int64)
    length = (target + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - first
    return where(absent, first + np.minimum(offset, length - 1) + _EPOCH)


def month_of(day: ArrayLike) -> Ints:
    """Count the months from January 1970 to the month of each serial; days must be given."""
    date = (ints(day) - _EPOCH).astype("datetime64[D]")
    months: Ints = date.astype("datetime64[M]").astype(np.int64)
    return months


def month_ends(day: ArrayLike, months: ArrayLike) -> Ints:
    """Give the last day of the calendar month so many months before that of each serial.

    Parameters
    ----------
    day : array_like of int64
        Serials; days must be given.
    months : array_like of int64
        1 is the month before; broadcast against ``day``.

    Returns
    -------
    ndarray of int64
        Serials.

    Examples
    --------
    >>> month_ends(45382, [1, 2]).tolist()  # of 2024-03-31: 2024-02-29 and 2024-01-31
    [45351, 45322]
    """
    after = (month_of(day) - ints(months) + 1).astype("datetime64[M]")
    return after.astype("datetime64[D]").astype(np.int64) + _EPOCH - 1


def month_starts(day: ArrayLike, months: ArrayLike) -> Ints:
    """Give the earliest day from which so many months have not run out before each serial.

    The months of a day run to its corresponding day (:func:`add_months`), that day included.

    Parameters
    ----------
    day : array_like of int64
        Serials; days must be given.
    months : array_like of int64
        Whole months; broadcast against ``day``.

    Returns
    -------
    ndarray of int64
        The least serial r with ``add_months(r, months) >= day``.

    Examples
    --------
    >>> month_starts(45762, [1, 2]).tolist()  # of 2025-04-15: 2025-03-15 and 2025-02-15
    [45731, 45703]
    >>> month_starts(45382, 1).tolist()  # the month of 2024-02-29 ends on 03-29, before 03-31
    45352
    """
    back = add_months(day, -ints(months))
    # Where the earlier month has no such day, its last day is too early: the next one fits.
    return back + (add_months(back, months) < ints(day))


def sums(key: ArrayLike, amounts: ArrayLike, keys: int) -> Ints:
    """Sum int64 amounts by key 0..keys−1, exact: no float holds a cent anywhere.

    Elements whose key is negative belong nowhere and are left out.

    Raises
    ------
    TotalTooLargeError
        The absolute amounts together do not fit int64.
    """
    index, cents = np.broadcast_arrays(ints(key), ints(amounts))
    index, cents = index.ravel(), cents.ravel()
    if index.size and index.min() < 0:
        index, cents = index[index >= 0], cents[index >= 0]
    if not index.size:
        return np.zeros(keys, dtype=np.int64)
    largest = max(int(cents.max()), -int(cents.min()))
    if largest * cents.size < 2**53:
        # Every partial sum is an integer below 2**53, which a double holds exactly: the fast road.
        return np.bincount(index, weights=cents, minlength=keys).astype(np.int64)
    check_total(cents)
    result = np.zeros(keys, dtype=np.int64)
    np.add.at(result, index, cents)
    return result


def codes(names: tuple[str, ...], index: ArrayLike) -> Codes:
    """Give the code at each index as an object array; None where the index is MISSING."""
    position = ints(index)
    table: Codes = np.array([*names, None], dtype=object)
    picked: Codes = np.asarray(table[np.where(position == MISSING, len(names), position)], object)
    return picked
