"""Discount of a payment term on the price with or without tax.

10 % of 1000 with 150 tax is 115 where the discount is on what is paid (1035 is left), and 100
where it is on the price alone (1050 is left). Both are in use, so the basis is always named.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import numpy as np

from udfs.decimals import share
from udfs.registry import function
from udfs.values import CONTRADICTION, Cents, Rate, choice


class Discounted(NamedTuple):
    """What is left to pay, and the discount, in cents."""

    payable: Cents
    discount: Cents


@function("AR_DISCOUNTED_TOTAL", category="cash_application")
def discounted_total(
    net: Cents,
    tax: Cents,
    rate: Rate,
    basis: Annotated[
        Literal["tax_included", "tax_excluded"], choice("discount_basis")
    ] = "tax_included",
) -> Discounted:
    """Take a discount off an invoice.

    Parameters
    ----------
    net, tax : ndarray of int64, shape (n,)
        Price without tax, and the tax, in cents; negative for credit notes.
    rate : ndarray of float64
        Discount as a fraction, 0..1.
    basis : {"tax_included", "tax_excluded"}
        Discount on price and tax, or on the price alone.

    Returns
    -------
    Discounted
        ``discount = (net [+ tax]) × rate`` half-up, ``payable = net + tax − discount``.
        CONTRADICTION for a rate outside 0..1.

    Examples
    --------
    >>> import numpy as np
    >>> invoice = np.array([100000]), np.array([15000]), np.array([0.1])
    >>> discounted_total(*invoice).payable, discounted_total(*invoice, "tax_excluded").payable
    (array([103500]), array([105000]))
    """
    wrong = ~((rate >= 0) & (rate <= 1))
    base = net + tax if basis == "tax_included" else net
    discount = share(base, np.where(wrong, 0.0, rate))
    wrong = wrong | (discount == CONTRADICTION)
    payable = net + tax - np.where(wrong, 0, discount)
    return Discounted(
        np.where(wrong, CONTRADICTION, payable), np.where(wrong, CONTRADICTION, discount)
    )
