"""Open balances as of a day, and the aging of a ledger by band.

The as-of day itself counts: a document or receipt of that day exists; what is dated later does not
exist yet. All bands, the items without a date and the credits together are the ledger, to the cent.

Credits are credit notes, overpaid documents and cash that settles no document. They stand in a
column of their own (``separate``), age by their own date (``own_date``) or consume the oldest open
items first (``fifo``).

Money is int64 cents: documents and receipts positive, credit notes negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import numpy as np

from udfs.arrays import Ints, TotalTooLargeError, check_total, ints, sums
from udfs.balances import (
    Debits,
    Receipts,
    Settled,
    aging_from_balance,
    credits_fifo,
    credits_own_age,
    open_balance,
    open_balance_of,
    spread_balance,
    spread_receipts,
)
from udfs.buckets import (
    FUTURE,
    AgingMode,
    Basis,
    EdgeDay,
    Edges,
    age_days,
    bucket,
    bucket_index,
    bucket_labels,
    cuts_of,
    days_overdue,
    year_bucket,
    year_bucket_index,
    year_bucket_labels,
)
from udfs.positions import (
    OLDEST,
    ItemReceipts,
    Items,
    MissingDue,
    Position,
    position,
    reference_dates,
)
from udfs.registry import function
from udfs.rules import rule
from udfs.values import MISSING, LabelledCents, Lang, OneDay, OneFlag, choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

__all__ = [
    "FUTURE",
    "CreditMode",
    "Debits",
    "ItemReceipts",
    "Items",
    "Receipts",
    "Settled",
    "age_days",
    "aging",
    "aging_from_balance",
    "bucket",
    "bucket_index",
    "bucket_labels",
    "bucket_totals",
    "credits_fifo",
    "credits_own_age",
    "days_overdue",
    "open_balance",
    "open_balance_of",
    "spread_balance",
    "spread_receipts",
    "year_bucket",
    "year_bucket_index",
    "year_bucket_labels",
]

#: Age in days beyond every edge that a ladder can have.
_AGES_AGO: Final = 2**40

CreditMode: TypeAlias = Annotated[Literal["separate", "own_date", "fifo"], choice("credit_mode")]


def bucket_totals(
    open_cents: ArrayLike,
    days: ArrayLike,
    edges: Sequence[int] | None = None,
    basis: Basis = "due",
    key: ArrayLike | None = None,
    keys: int = 1,
    *,
    cuts: Ints | None = None,
) -> Ints:
    """Sum open cents by key and band, exact to the cent.

    Parameters
    ----------
    open_cents, days : array_like of int64, shape (n,)
        Cents and ages; an age of MISSING is an item without its date.
    edges, basis
        As in :func:`bucket_index`. A negative age from the document counts in the first band, so
        that nothing is lost: leave such items out, or give them an open balance of 0.
    key : array_like of int64, shape (n,), optional
        Row 0..keys−1 of each item, such as its customer; one row for all without it.
    keys : int
        Number of rows.
    cuts : array_like of int64, optional
        Last age of every band but the open one, as :func:`cuts_of` gives it for calendar months or
        another edge day; instead of the edges.

    Returns
    -------
    ndarray of int64, shape (keys, bands + 1)
        The bands of :func:`bucket_labels` in order, then the items without a date.

    Raises
    ------
    OverflowError
        The amounts together are beyond int64.

    Examples
    --------
    >>> bucket_totals([100, 200, 400], [0, 31, MISSING]).tolist()
    [[100, 0, 200, 0, 0, 400]]
    """
    cuts = cuts_of(edges, basis) if cuts is None else cuts
    age = ints(days)
    width = cuts.size + 2
    # One pass per edge over bytes is several times as fast as a binary search per element.
    # Items without a date rank below every edge (MISSING is the smallest int64): column 0 for now.
    column: Ints = (age > MISSING).astype(np.uint8 if width < 256 else np.int64)
    for cut in cuts.tolist():
        np.add(column, age > cut, out=column)
    place = column if key is None else ints(key) * width + column
    table = sums(place, open_cents, keys * width).reshape(keys, width)
    return np.roll(table, -1, axis=1)


@function("AR_AGING", case="AGING", category="aging")
def aging(
    items: Items,
    as_of: OneDay,
    basis: Basis = "due",
    edges: Edges | None = None,
    credit_mode: CreditMode = "separate",
    unallocated: Receipts | None = None,
    receipts: ItemReceipts | None = None,
    mode: AgingMode = "day",
    edge_day: EdgeDay = "in_band",
    missing_due: MissingDue = "own_column",
    ages_at: OneDay | None = None,
    later_receipts: OneFlag = False,  # noqa: FBT002 - a cell passes arguments by position
    lang: Lang = "zh",
) -> LabelledCents:
    """Age one ledger: cents per band, items without a date, credits, and the total.

    Parameters
    ----------
    items : Items
        Documents of one customer or of one ledger, in one currency.
    as_of : int
        The day, included.
    basis, edges, edge_day
        As in :func:`bucket_index`.
    credit_mode : {"separate", "own_date", "fifo"}
        Credits in their own column; aged by their own date; or taken from the oldest items.
    unallocated : Receipts, optional
        Cash that settles no document.
    receipts : ItemReceipts, optional
        Cash that settles documents; several of one number share it in order of due date, see
        :func:`udfs.balances.spread_receipts`. Cash for a document that does not exist yet is a
        credit.
    mode : {"day", "calendar_month", "corresponding_day"}
        Whether the edges are days or months, and of which kind; see :func:`udfs.buckets.cuts_of`.
    missing_due : {"own_column", "document_date", "not_due", "oldest"}
        Where a document without a due date stands; see :func:`udfs.positions.reference_dates`.
    ages_at : int, optional
        The day at which ages are counted where it is not the as-of date, such as the earlier of
        the report's date and today. Balances stay those of the as-of date.
    later_receipts : bool
        Whether what arrived after the as-of date follows the total, outside the tie-out.
    lang : {"zh", "en"}
        Language of the labels.

    Returns
    -------
    LabelledCents
        The bands; a column 无到期日 only where an open item lacks its date; 贷方/未核销; 合计,
        which is the ledger's balance; on request 期后回款 and 期后未核销收款.
    """
    now = as_of if ages_at is None else ages_at
    reference = reference_dates(items, basis, missing_due, now)
    at = position(items, as_of, reference, unallocated, receipts)
    cuts = cuts_of(edges, basis, edge_day, mode, now)
    table, left = _by_band(at, now, basis, credit_mode, cuts)
    dateless = "no_due_date" if basis == "due" else "no_document_date"
    tail = [rule("aging_labels", code).label(lang) for code in (dateless, "credit", "total")]
    amounts = [-left, sum(table.tolist()) - left]
    if later_receipts:
        tail += [
            rule("aging_labels", code).label(lang) for code in ("later_applied", "later_unapplied")
        ]
        amounts += [at.later_applied, at.later_unapplied]
    return LabelledCents(
        (*bucket_labels(edges, basis, lang, edge_day, mode), *tail),
        np.append(table, _fitting(amounts)),
        sparse=(tail[0],),
    )


def _by_band(
    at: Position, now: int, basis: Basis, credit_mode: CreditMode, cuts: Ints
) -> tuple[Ints, int]:
    """Sum what is open by band, credits as the mode has it; and the credit left over."""
    age = np.where(at.reference == OLDEST, _AGES_AGO, age_days(now, at.reference))
    if credit_mode == "own_date":
        debts = np.append(at.open_cents, -at.cash)
        own = credits_own_age(now, np.append(at.own_date, at.cash_date), basis)
        normal = np.append(age, own[at.open_cents.size :])
        ages = np.where(debts < 0, own, normal)
        return bucket_totals(debts, ages, basis=basis, cuts=cuts)[0], 0
    credit = np.minimum(at.open_cents, 0)
    check_total(np.append(credit, at.cash))
    left = -int(credit.sum()) + int(at.cash.sum())
    debts = at.open_cents - credit
    if credit_mode == "fifo":
        one = np.zeros(debts.size, dtype=np.int64)
        check_total(debts)
        debts, rest = credits_fifo(debts, at.reference, one, [left])
        left = int(rest[0])
    return bucket_totals(debts, age, basis=basis, cuts=cuts)[0], left


def _fitting(amounts: list[int]) -> Ints:
    """Give amounts as int64; refuse what does not fit rather than wrap it."""
    if any(abs(amount) >= 2**62 for amount in amounts):
        raise TotalTooLargeError
    return ints(amounts)
