"""Terms of payment towards small and medium suppliers: the caps of the regulation (国令802).

Public bodies pay within 30 days, by contract within 60 at most; large enterprises within 60 days
unless a longer term is customary. The rows of ``rules/sme_terms`` are dated: the day of the
contract decides which regulation holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs.arrays import ints, missing, where
from udfs.registry import function
from udfs.rules import all_rules
from udfs.values import MISSING, OPTIONAL, Day, choice, label

if TYPE_CHECKING:
    from udfs.arrays import Codes, Ints


class TermCheck(NamedTuple):
    """Day of payment that holds, the legal cap where there is one, and what to look at."""

    due: Day
    legal_cap: Annotated[Day, OPTIONAL]
    flag: Annotated[NDArray[np.object_], label("sme_term_flags")]


def _terms(buyer: Codes, contract: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Give default days, cap in days (MISSING for none), and whether a regulation holds."""
    default = np.full(contract.shape, MISSING, dtype=np.int64)
    cap, holds = default.copy(), np.zeros(contract.shape, dtype=bool)
    for row in all_rules("sme_terms"):
        until = row.valid_to if row.valid_to is not None else np.iinfo(np.int64).max
        inside = (buyer == row.cells["buyer"]) & (contract >= (row.valid_from or 0))
        inside &= contract <= until
        holds |= inside
        for target, column in ((default, "default_days"), (cap, "cap_days")):
            if row.cells[column]:
                target[inside] = row.integer(column)
    return default, cap, holds


@function("AR_SME_TERM_CHECK", case="SME_TERM_CHECK", category="plan")
def term_check(
    buyer: Annotated[NDArray[np.object_], choice("buyer_type", "each")],
    start: Day,
    agreed_due: Annotated[Day, OPTIONAL] | None = None,
    contract_date: Annotated[Day, OPTIONAL] | None = None,
) -> TermCheck:
    """Check a term of payment against the regulation that protects small suppliers.

    Parameters
    ----------
    buyer : ndarray of object, shape (n,)
        Codes of the choice ``buyer_type``: ``government``, ``large`` or ``other``.
    start : ndarray of int64
        Serials of delivery, acceptance or confirmed settlement, from which the term runs.
    agreed_due : ndarray of int64, optional
        Serials of the agreed due dates; MISSING where none is agreed.
    contract_date : ndarray of int64, optional
        Serials of the contracts, which decide the regulation; by default the start.

    Returns
    -------
    TermCheck
        ``due``: what is agreed, else ``start`` plus the default days, never after ``legal_cap =
        start + cap days`` (the last day itself is allowed); MISSING where nothing says when.
        ``flag``: ``normal``, ``over_cap``, ``review`` (longer than the default without a cap),
        ``customary`` (agreed where there is neither default nor cap), ``no_default`` or
        ``not_applicable``.

    Examples
    --------
    >>> import numpy as np
    >>> found = term_check(np.array(["government"], object), np.array([45818]), np.array([45908]))
    >>> found.due.tolist(), found.flag.tolist()
    ([45878], ['over_cap'])
    """
    agreed = np.full(start.shape, MISSING) if agreed_due is None else ints(agreed_due)
    contract = (
        start
        if contract_date is None
        else np.where(ints(contract_date) == MISSING, start, contract_date)
    )
    default, cap, holds = _terms(buyer, contract)
    legal = where(missing(cap), start + np.where(missing(cap), 0, cap))
    usual = where(missing(default), start + np.where(missing(default), 0, default))
    due = np.where(missing(agreed), usual, agreed)
    over = ~missing(legal) & (due > legal)
    free = ~missing(agreed) & missing(legal)  # agreed, and no cap over it
    later = free & ~missing(usual) & (agreed > usual)
    flag = np.select(
        [~holds, over, later, free & missing(usual), missing(due)],
        ["not_applicable", "over_cap", "review", "customary", "no_default"],
        default="normal",
    ).astype(object)
    return TermCheck(np.where(over, legal, due), legal, flag)
