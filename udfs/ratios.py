"""Credit ratios from a statement: solvency, profitability and turnover, the seed's seven.

A ratio whose items are missing, or whose base is 0, has no answer; a base below 0 contradicts
(nobody has negative total assets), or a debt ratio of −60 % would pass for an excellent one.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs.arrays import Floats
from udfs.registry import function
from udfs.values import OR_MISSING, CellError, CellFaultError, Number, OneFlag, Rate, choice


class StatementItems(NamedTuple):
    """Items of a balance sheet and an income statement (``rules/statement_items``).

    A whole printed statement will do: its other lines are not read.
    """

    item: Annotated[NDArray[np.object_], choice("statement_items", "each", lines=True)]
    amount: Annotated[Number, OR_MISSING]


class Ratios(NamedTuple):
    """The seven ratios, as fractions and times a year; nan where one has no answer."""

    debt_ratio: Rate | Floats
    current_ratio: Number | Floats
    quick_ratio: Number | Floats
    net_margin: Rate | Floats
    return_on_assets: Rate | Floats
    inventory_turnover: Number | Floats
    receivables_turnover: Number | Floats


@function("AR_CREDIT_RATIOS", case="RATIOS", category="credit", field="debt_ratio")
def credit_ratios(statement: StatementItems, deduct_prepaid: OneFlag = False) -> Ratios:  # noqa: FBT002 - a cell passes options by place
    """Give the seven ratios that a customer's credit is judged by.

    Parameters
    ----------
    statement : StatementItems
        Items and amounts of one unit, n rows, each item once. An average that is not given is
        that of the opening and the closing balance, where both are. Sales that are not given are
        the total of sales, and liabilities are assets less equity.
    deduct_prepaid : bool
        Whether prepayments, too, are no quick asset. Without their amount there is no quick ratio.

    Returns
    -------
    Ratios
        TL/TA, CA/CL, (CA − inventory [− prepaid])/CL, NI/sales, NI/average TA, cost of sales /
        average inventory, sales / average receivables. nan where an item is missing or the base 0,
        infinite (#NUM!) where the base is negative.

    Raises
    ------
    CellFaultError
        An item stands twice (#NUM!).

    References
    ----------
    Seed S4 names the seven; the formulas are those of domain.md, section 5.

    Examples
    --------
    >>> items = np.array(["ca", "inventory", "cl"], dtype=object)
    >>> found = credit_ratios(StatementItems(items, np.array([600.0, 200.0, 400.0])))
    >>> float(found.current_ratio), float(found.quick_ratio), float(found.debt_ratio)
    (1.5, 1.0, nan)
    """
    items = statement.item.tolist()
    if len({*items}) < len(items):
        raise CellFaultError(CellError.NUM)
    amounts = dict(zip(items, statement.amount.tolist(), strict=True))

    amounts.setdefault("sales", amounts.get("total_sales", np.nan))
    amounts.setdefault("tl", amounts.get("ta", np.nan) - amounts.get("equity", np.nan))

    def of(item: str) -> float:
        return float(amounts.get(item, np.nan))

    quick = of("ca") - of("inventory") - (of("prepaid") if deduct_prepaid else 0.0)
    return Ratios(
        debt_ratio=_over(of("tl"), of("ta")),
        current_ratio=_over(of("ca"), of("cl")),
        quick_ratio=_over(quick, of("cl")),
        net_margin=_over(of("ni"), of("sales")),
        return_on_assets=_over(of("ni"), _average(amounts, "ta")),
        inventory_turnover=_over(of("cogs"), _average(amounts, "inventory")),
        receivables_turnover=_over(of("sales"), _average(amounts, "ar")),
    )


def _average(amounts: dict[str, float], item: str) -> float:
    """Give the average as it was given (perhaps of twelve months), else of opening and closing."""
    given = amounts.get(f"avg_{item}", np.nan)
    if np.isfinite(given):
        return given
    # Halves first: two balances near the largest double must not overflow on the way.
    return amounts.get(f"opening_{item}", np.nan) / 2 + amounts.get(item, np.nan) / 2


def _over(part: float, base: float) -> Floats:
    """Divide: nan without a base or a part, infinite where the base is negative."""
    if not base or np.isnan(part) or np.isnan(base):
        return np.asarray(np.nan)
    with np.errstate(over="ignore"):
        found = np.divide(part, base) + 0.0
    return np.asarray(np.inf if base < 0 else found)
