"""Half-up rounding of money, away from zero: the arithmetic stands in :mod:`udfs.money`."""

from __future__ import annotations

from udfs.registry import function
from udfs.values import Cents


@function("AR_ROUND", case="ROUND_MONEY", category="plan")
def round_money(amount: Cents) -> Cents:
    """Give amounts in whole cents, as they arrive from cells: 1.005 → 1.01, −0.125 → −0.13.

    A number counts as the decimal that was typed, so 1.005 is a tie although its binary value lies
    below; ties go away from zero and −0 is 0. Beyond 2**53 cents there is no exact answer (#NUM!).
    """
    return amount
