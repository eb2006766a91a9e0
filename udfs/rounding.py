"""Half-up rounding of money, away from zero: the arithmetic stands in :mod:`udfs.money`."""

from __future__ import annotations

from typing import Annotated

import numpy as np

import workbook_templates
from udfs.money import from_minor, to_minor
from udfs.registry import function
from udfs.values import Number, choice


@function("AR_ROUND", case="ROUND_MONEY", category="plan")
def round_money(
    amount: Number, currency_code: Annotated[str, choice("currencies")] = "CNY"
) -> Number:
    """Round amounts to the smallest unit of a currency: 1.005 → 1.01, −0.125 → −0.13.

    A number counts as the decimal that was typed, so 1.005 is a tie although its binary value lies
    below; ties go away from zero and −0 is 0.

    Parameters
    ----------
    amount : ndarray of float64, shape (n,)
        Amounts in major units; NaN is missing.
    currency_code : str, optional
        Code of ``rules/currencies``: CNY has 2 decimals, JPY none, KWD 3.

    Returns
    -------
    ndarray of float64
        Major units; infinite (#NUM!) from 2**46 yuan on, where two cents share a float64.

    Examples
    --------
    >>> round_money(np.array([1.005, -0.125])).tolist()
    [1.01, -0.13]
    >>> round_money(np.array([0.495, 1.5]), "JPY").tolist(), round_money(np.array([1.0005]), "KWD")
    ([0.0, 2.0], array([1.001]))
    """
    digits = next(
        int(row["minor"])
        for row in workbook_templates.rows("rules/currencies")
        if row["code"] == currency_code
    )
    return from_minor(to_minor(np.asarray(amount, dtype=np.float64), digits), digits)
