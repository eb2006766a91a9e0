"""What a reminder adds to a debt: the fee of its level, and interest on the declining balance.

A fee is a fixed amount, a share of the original amount, or both: of 100 with 10 % and then 15 %
become 110 and 125, as the second share is of 100 too. It is charged once per document and level,
however often a run is made. Interest counts every day on what was open that day, so it stays when
the principal is paid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np

from udfs import reasons
from udfs.accrual import accrued
from udfs.arrays import missing, sums, where
from udfs.balances import spread_receipts
from udfs.decimals import share, times
from udfs.dunning_history import blank, numbered
from udfs.money import LIMIT
from udfs.positions import ItemReceipts
from udfs.registry import function
from udfs.schemes import scheme_rows
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    Count,
    Day,
    OneCount,
    OneDay,
    OneNumber,
    Rate,
    ReasonList,
    Text,
    TextList,
    scheme,
)

if TYPE_CHECKING:
    from udfs.arrays import Bools, Ints
    from udfs.decimals import Whole

_NAME: Final = "AR_DUNNING_CHARGES"
#: Below this sum of absolute amounts no running total can leave int64.
_SAFE: Final = 2.0**60


class ChargedItems(NamedTuple):
    """Items that a reminder is about: original amounts, and the level of this reminder."""

    document: Annotated[Text, OPTIONAL]
    due_date: Annotated[Day, OPTIONAL]
    amount: Cents
    level: Annotated[Count, OPTIONAL]


class DunningFees(NamedTuple):
    """The fee of each level: a fixed amount, a share of the original amount, or both."""

    level: Count
    fixed: Annotated[Cents, OPTIONAL]
    percent: Annotated[Rate, OPTIONAL]


class ChargedFees(NamedTuple):
    """Fees charged before, by document and level."""

    document: Text
    level: Count
    fee: Cents


class DunningCharges(NamedTuple):
    """One row per item: what is open, fees of before and now, interest to date, and their sum."""

    document: Annotated[TextList, OPTIONAL]
    outstanding: CentsList
    earlier_fees: CentsList
    fee: CentsList
    interest: CentsList
    total: CentsList
    reason: ReasonList


@function(_NAME, category="dunning", field="total")
def dunning_charges(
    items: ChargedItems,
    payments: ItemReceipts | None,
    run_date: OneDay,
    annual_rate: OneNumber = 0.0,
    fees: Annotated[DunningFees, scheme("dunning_fees")] | None = None,
    charged: ChargedFees | None = None,
    year_days: OneCount = 365,
) -> DunningCharges:
    """Add fee and interest to the items of a reminder.

    Parameters
    ----------
    items : ChargedItems
        n ≥ 0 items; a level of 0 or none has no fee.
    payments : ItemReceipts, optional
        Payments by document in any order; those after the run do not exist yet. They meet the
        principal, the earliest due date first.
    run_date : int
        Serial, the day included.
    annual_rate : float, optional
        Interest per year as a fraction, not negative.
    fees : DunningFees, optional
        By default the scheme ``standard`` of ``rules/dunning_fees``: none.
    charged : ChargedFees, optional
        Fees of earlier reminders.
    year_days : int, optional
        Days of a year, 365 or 360.

    Returns
    -------
    DunningCharges
        Cents of shape (n,). interest = Σ open balance of each day from the day after the due date
        × rate / days of the year, rounded once; MISSING without a due date. fee = fixed + original
        amount × percent. Earlier fees stand at the first item of their document.

    Raises
    ------
    CellFaultError
        NUM for a negative rate or fee, a level of the fees that stands twice, a year without days,
        or amounts beyond 2**60 cents.

    Examples
    --------
    >>> items = ChargedItems(np.array(["A"], object), *np.array([[45823], [10_000], [1]]))
    >>> fees = DunningFees(np.array([1]), np.array([1000]), np.array([np.nan]))
    >>> found = dunning_charges(items, None, 45838, 0.1, fees)
    >>> found.interest.tolist(), found.fee.tolist(), found.total.tolist()
    ([41], [1000], [11041])
    """
    table = _checked(fees or scheme_rows(DunningFees, "dunning_fees"))
    if annual_rate < 0 or year_days <= 0:
        raise CellFaultError(CellError.NUM)
    outstanding, balance_days = _declining(items, payments, run_date)
    interest = accrued(1, annual_rate, balance_days, year_days)
    interest = where(items.due_date == MISSING, interest)
    fixed, percent = _rates(items.level, table)
    part = share(np.maximum(items.amount, 0), percent)
    fee = np.where(part == CONTRADICTION, part, np.where(part == CONTRADICTION, 0, part) + fixed)
    again, earlier = _charged(items, charged)
    due_fee = (outstanding > 0) & ~again & (fee != 0)
    fee = np.where(due_fee, fee, 0)
    total = _total(outstanding, earlier, fee, interest)
    variants = np.select([total == MISSING, due_fee, again], ["", "fee", "again"], "no_fee")
    names = variants.astype(object)
    names[variants == ""] = None
    reason = reasons.because(
        _NAME,
        names,
        level=reasons.number(items.level),
        fixed=reasons.money(fixed),
        amount=reasons.money(items.amount),
        percent=reasons.percent(percent),
        fee=reasons.money(fee),
        days=reasons.number(np.asarray(balance_days / 100, dtype=np.float64)),
        rate=reasons.percent(annual_rate),
        year=reasons.number(year_days),
        interest=reasons.money(interest),
    )
    return DunningCharges(items.document, outstanding, earlier, fee, interest, total, reason)


def _checked(fees: DunningFees) -> DunningFees:
    """Give the fees by level, blanks as nothing.

    Raises
    ------
    CellFaultError
        NUM for a negative fee or a level that stands twice.
    """
    order = np.argsort(fees.level, kind="stable")
    level = fees.level[order]
    fixed = np.where(fees.fixed == MISSING, 0, fees.fixed)[order]
    percent = np.where(np.isnan(fees.percent), 0.0, fees.percent)[order]
    if (np.diff(level) == 0).any() or (fixed < 0).any() or (percent < 0).any():
        raise CellFaultError(CellError.NUM)
    return DunningFees(level, fixed, percent)


def _rates(
    level: Ints, fees: DunningFees
) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Look up the fixed amount and the share of each item's level; 0 where it has none."""
    if not fees.level.size:
        return np.zeros(level.size, dtype=np.int64), np.zeros(level.size)
    place = np.minimum(np.searchsorted(fees.level, level), fees.level.size - 1)
    known = (fees.level[place] == level) & (level > 0)
    return np.where(known, fees.fixed[place], 0), np.where(known, fees.percent[place], 0.0)


def _declining(
    items: ChargedItems, payments: ItemReceipts | None, run_date: int
) -> tuple[Ints, Whole]:
    """Give what is open of each item, and the sum of its open cents over the days overdue."""
    amount, due = items.amount, items.due_date
    item, day, part = _parts(items, payments, run_date)
    outstanding = amount - sums(item, part, amount.size)
    # The running total paid of each item, never above its amount: an advance bears no interest.
    order = np.lexsort((day, item))
    owner, size = item[order], part[order]
    after = np.cumsum(size)
    first = np.searchsorted(owner, owner)
    after -= (after - size)[first] if owner.size else 0
    cap = np.maximum(amount, 0)[owner]
    met = np.clip(after, 0, cap) - np.clip(after - size, 0, cap)
    late = np.maximum(run_date - np.where(due == MISSING, run_date, due), 0)
    spared = np.clip(run_date - day[order], 0, late[owner])
    whole = times(np.maximum(amount, 0), late)
    less = times(met, spared)
    small = {whole.dtype, less.dtype} == {np.dtype(np.int64)}
    if not small or float(np.abs(less * 1.0).sum()) >= _SAFE:
        saved = np.zeros(amount.size, dtype=object)
        np.add.at(saved, owner, less.astype(object))
        return outstanding, whole.astype(object) - saved
    return outstanding, whole - sums(owner, less, amount.size)


def _parts(
    items: ChargedItems, payments: ItemReceipts | None, run_date: int
) -> tuple[Ints, Ints, Ints]:
    """Give the parts of payments: position of the item, day, cents."""
    none = np.zeros(0, dtype=np.int64)
    paid = none if payments is None else payments.amount
    if float(np.abs(items.amount * 1.0).sum() + np.abs(paid * 1.0).sum()) >= _SAFE:
        raise CellFaultError(CellError.NUM)
    if payments is None or not items.amount.size:
        return none, none, none
    group, named = _groups(items, payments)
    seen = (payments.receipt_date <= run_date) & np.isin(named, group)
    order = np.flatnonzero(seen)[np.argsort(payments.receipt_date[seen], kind="stable")]
    spread = spread_receipts(group, items.amount, items.due_date, named[order], paid[order])
    return spread.item, payments.receipt_date[order][spread.receipt], spread.part


def _groups(items: ChargedItems, table: ItemReceipts | ChargedFees) -> tuple[Ints, Ints]:
    """Give documents one number in items and a table; an item without one has its own group."""
    group, named = numbered(items.document.tolist(), table.document.tolist())
    own = group.size + named.size + 1 + np.arange(group.size)
    return np.where(blank(items.document), own, group), np.where(blank(table.document), -1, named)


def _charged(items: ChargedItems, charged: ChargedFees | None) -> tuple[Bools, Ints]:
    """Tell which items had their level's fee before or stand twice, and give earlier fees."""
    empty = ChargedFees(np.zeros(0, object), *np.zeros((2, 0), dtype=np.int64))
    table = charged if charged is not None else empty
    group, named = _groups(items, table)
    levels = np.unique(np.concatenate((items.level, table.level)))
    width = levels.size + 1
    pair = group * width + np.searchsorted(levels, items.level)
    before = named * width + np.searchsorted(levels, table.level)
    due = np.where(items.due_date == MISSING, LIMIT, items.due_date)
    _, first = np.unique(group, return_index=True)
    order = np.lexsort((due, pair))
    repeated = np.zeros(pair.size, dtype=bool)
    repeated[order[1:]] = np.diff(pair[order]) == 0
    lead = np.zeros(group.size, dtype=bool)
    lead[first] = True
    if float(np.abs(table.fee * 1.0).sum()) >= _SAFE:
        raise CellFaultError(CellError.NUM)
    keys = int(max(group.max(initial=0), named.max(initial=0))) + 1
    earlier = np.where(lead, sums(named, table.fee, keys)[group], 0)
    return np.isin(pair, before) | repeated, earlier


def _total(*amounts: Ints) -> Ints:
    """Add amounts; MISSING where one is, CONTRADICTION beyond what a cell holds."""
    absent = missing(*amounts)
    wrong = np.logical_or.reduce([amount == CONTRADICTION for amount in amounts])
    known = [np.where(absent | wrong, 0, amount) for amount in amounts]
    total: Ints = np.add.reduce(known)
    wrong |= np.abs(total) > LIMIT
    return where(absent & ~wrong, np.where(wrong, np.int64(CONTRADICTION), total))
