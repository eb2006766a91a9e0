"""The statement of account (对账单): every movement with the balance after it.

Money is int64 cents: invoices positive, receipts and credit notes negative.
"""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

import numpy as np

from udfs.money import LIMIT
from udfs.registry import function
from udfs.values import (
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    OneCents,
    Text,
    TextList,
)

#: Below this sum of absolute amounts no running total can leave int64.
_SAFE: Final = 2.0**62


class StatementLines(NamedTuple):
    """Movements in their order: what it is, and its amount with its sign."""

    label: Annotated[Text, OPTIONAL]
    amount: Cents


class StatementRows(NamedTuple):
    """Movements with the balance after each."""

    label: Annotated[TextList, OPTIONAL]
    amount: CentsList
    balance: CentsList


class Statement(NamedTuple):
    """The rows of a statement and its closing balance."""

    rows: StatementRows
    closing: Cents


@function("AR_STATEMENT", case="STATEMENT", category="dunning", field="rows")
def statement(opening: OneCents, lines: StatementLines) -> Statement:
    """Write a statement of account: balanceᵢ = opening + amount₁ + … + amountᵢ.

    Parameters
    ----------
    opening : int
        Cents owed at the beginning; negative where the customer has a credit.
    lines : StatementLines
        Movements in the order in which they are shown, n ≥ 0.

    Returns
    -------
    Statement
        ``rows`` of shape (n,), and ``closing`` in cents: the opening where there are no rows.

    Raises
    ------
    CellFaultError
        NUM where a balance is beyond what a cell holds exactly (2⁵³ cents).

    Examples
    --------
    >>> lines = StatementLines(np.array(["发票", "回款"], object), np.array([80_000, -60_000]))
    >>> shown = statement(50_000, lines)
    >>> shown.rows.balance.tolist(), shown.closing.tolist()
    ([130000, 70000], [70000])
    """
    amounts = lines.amount
    if float(np.abs(amounts.astype(np.float64)).sum()) + abs(opening) >= _SAFE:
        raise CellFaultError(CellError.NUM)
    balances = opening + np.cumsum(amounts, dtype=np.int64)
    if balances.size and int(np.abs(balances).max()) > LIMIT:
        raise CellFaultError(CellError.NUM)
    closing = balances[-1:] if balances.size else np.array([opening], dtype=np.int64)
    return Statement(StatementRows(lines.label, amounts, balances), closing)
