"""The open items of a workbook as of a day: what was billed, what has come in, what is left.

What is dated later than the as-of date does not exist: neither a document nor a receipt. So a past
date shows what was known then, with receipts of later days put back. ``open = amount − received``,
in cents; a credit note is negative, an overpaid item too.

A receipt without a document number, or with one that cannot be found, is a credit of its customer
(``item`` −1). The total of items and such credits equals ``source_total``, which is summed from
the tables without any matching: a report that does not reach it has lost something.

A receivables table may say itself what came in. 结清日期 is a receipt of the open rest on that
day. 已收金额 has no day: it counts where 回款 knows nothing of the item and no 结清日期 dates it,
and never on top of receipts of the customer that name no document: see :mod:`macros.received`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from macros import matching
from macros.currencies import choose_currency
from macros.ledger_checks import Findings, ledger_problems, settled_twice
from macros.ledger_rows import bills_of, cash_of, fill_receipts
from macros.netted import restore_amounts
from macros.parties import Directory
from macros.received import overlap_of, unknown_total
from udfs.arrays import sums
from udfs.balances import spread_receipts

if TYPE_CHECKING:
    from macros.action import Settings
    from macros.problems import Problem
    from macros.received import Overlap
    from macros.tables import Tables
    from udfs.arrays import Bools, Ints

_NEVER: Final = np.iinfo(np.int64).max
_OWN: Final = -1
ITEM_FIELDS: Final = (
    "position", "key", "customer", "customer_name", "contract", "project", "owner", "document",
    "document_date", "due_date", "amount", "received", "open", "disputed", "hold_until",
)  # fmt: skip
RECEIPT_FIELDS: Final = (
    "position", "receipt_date", "amount", "item", "key", "customer", "customer_name", "project",
    "owner",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a table: read, counted, later than the as-of date, of another currency, unusable.

    ``later_cents`` is the sum of those that are later.
    """

    read: int
    counted: int
    later: int
    other_currency: int
    unusable: int
    later_cents: int


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Receivables and receipts that exist on ``as_of``, matched.

    Attributes
    ----------
    items : DataFrame
        One row per receivable: position (row number in the receivables frame), key (the
        customer's key in ``directory``, −1 if nobody is named), customer (id, else name),
        customer_name, contract, project, owner, document, document_date, due_date, hold_until
        (Int64, NA where there is none), amount, received, open (int64 cents), disputed (bool).
    receipts : DataFrame
        One row per receipt, or per part of one that covers several items: position (in the
        receipts frame; −1 for what the receivables table itself says was received), receipt_date
        (Int64; NA where undated), amount (int64), item (row of ``items`` or −1), key, customer,
        customer_name, project, owner.
    source_total : int
        Cents: receivables less receipts, summed from the tables without matching.
    """

    as_of: int
    items: pd.DataFrame
    receipts: pd.DataFrame
    source_total: int
    currency: str
    problems: tuple[Problem, ...]
    directory: Directory
    bill_rows: Counts
    receipt_rows: Counts

    @property
    def unapplied(self) -> pd.DataFrame:
        """Receipts that pay no item: credits of their customers."""
        return self.receipts[self.receipts["item"] < 0]


def open_ledger(tables: Tables, settings: Settings) -> Ledger:
    """Give the ledger as of ``settings.as_of``.

    Raises
    ------
    Refusal
        ``no_table``: there are no receivables. ``mixed_currencies``: amounts of more than one
        currency would be summed and the setting ``currency`` names none of them.
    """
    as_of, directory = settings.as_of, Directory.of(tables)
    bills, cash = bills_of(tables, directory), cash_of(tables, directory)
    billed, usable = _present(bills, "amount"), _present(cash, "amount", "date")
    bills["counts"] = billed & ~_after(bills["document_date"], as_of)
    cash["counts"] = usable & ~_after(cash["date"], as_of)
    chosen = choose_currency(tables, settings, bills, cash)
    group, paying, why = _matched(bills, cash, directory)
    netted = restore_amounts(tables, bills, cash, group, paying, usable & chosen.receipts)
    usable = usable & ~netted.left_out
    exists, arrived = chosen.bills & bills["counts"], chosen.receipts & cash["counts"]
    any_day = usable & chosen.receipts

    items = bills[exists].reset_index(names="position")
    known = np.isin(group[exists], paying[any_day])
    unnumbered = np.asarray(any_day & (why == matching.NO_NUMBER), dtype=bool)
    overlap = overlap_of(items, cash, known, unnumbered)
    later = group[chosen.bills & billed & ~bills["counts"]]
    early = (paying >= 0) & ~np.isin(paying, group[exists]) & np.isin(paying, later)
    why[early] = matching.LATER_DOCUMENT
    found = Findings(as_of, exists, arrived, group, paying, why)
    dated = _applied(items, cash, found, overlap)
    own = _own_receipts(items, dated, as_of, overlap.unknown)
    parts = pd.concat([dated, own], ignore_index=True)
    receipts = fill_receipts(parts, cash, items, tables, directory)
    items["received"] = _sums(receipts, len(items))
    items["open"] = items["amount"].astype(np.int64) - items["received"]
    settled = own.loc[own["receipt_date"].notna(), "amount"]
    source = (bills.loc[exists, "amount"], cash.loc[arrived, "amount"], settled)
    undated = unknown_total(items, cash, overlap.stated, unnumbered)
    return Ledger(
        as_of=as_of,
        items=_typed(items[list(ITEM_FIELDS)]),
        receipts=_typed(receipts[list(RECEIPT_FIELDS)]),
        source_total=int(source[0].sum()) - sum(int(out.sum()) for out in source[1:]) - undated,
        currency=chosen.code,
        problems=(
            *netted.problems,
            *ledger_problems(tables, bills, cash, found, overlap),
            *settled_twice(tables.require("receivables"), items, own, cash, unnumbered & arrived),
        ),
        directory=directory,
        bill_rows=_counts(bills, chosen.bills, exists, ~billed),
        receipt_rows=_counts(cash, chosen.receipts, arrived, ~usable),
    )


def _matched(
    bills: pd.DataFrame, cash: pd.DataFrame, directory: Directory
) -> tuple[Ints, Ints, Ints]:
    """Give the group of each receivable and of each receipt, and why a receipt has none."""
    keys = cash["key"].to_numpy(dtype=np.int64)
    return matching.groups(
        matching.Claim(bills["number"].to_numpy(), bills["key"].to_numpy(dtype=np.int64)),
        matching.Claim(cash["number"].to_numpy(), keys),
        directory.sure(keys),
    )


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows with plain int64 cents and object texts."""
    texts = rows.columns.intersection(
        ["customer", "customer_name", "contract", "project", "owner", "document"]
    )
    return rows.astype({**dict.fromkeys(texts, object), "amount": np.int64})


def _present(rows: pd.DataFrame, *names: str) -> Bools:
    """Whether a row has all the values without which it cannot be counted."""
    return np.asarray(rows[list(names)].notna().all(axis=1).to_numpy(dtype=bool))


def _after(dates: pd.Series, as_of: int) -> Bools:
    """Whether each date is later than the day; a missing one is not."""
    return np.asarray(dates.fillna(as_of).to_numpy(dtype=np.int64) > as_of)


def _counts(rows: pd.DataFrame, inside: Bools, counted: Bools, unusable: Bools) -> Counts:
    later = inside & ~counted & ~unusable
    return Counts(
        read=len(inside),
        counted=int(counted.sum()),
        later=int(later.sum()),
        other_currency=int((~inside & ~unusable).sum()),
        unusable=int(unusable.sum()),
        later_cents=int(rows.loc[later, "amount"].sum()),
    )


def _applied(
    items: pd.DataFrame, cash: pd.DataFrame, found: Findings, overlap: Overlap
) -> pd.DataFrame:
    """Give the parts of the receipts that exist, applied to items or to nothing (−1)."""
    group = found.group[found.exists]
    date = cash["date"].to_numpy(dtype=np.int64, na_value=_NEVER)
    amount = cash["amount"].to_numpy(dtype=np.int64, na_value=0)
    payable = np.isin(found.receipt_group, group) & found.arrived
    paying = np.flatnonzero(payable)
    paying = paying[np.argsort(date[paying], kind="stable")]
    receipt, item, part = spread_receipts(
        group,
        items["amount"].to_numpy(dtype=np.int64),
        items["due_date"].to_numpy(dtype=np.int64, na_value=_NEVER),
        found.receipt_group[paying],
        amount[paying],
    )
    told = found.arrived[overlap.receipt]
    left = amount - sums(overlap.receipt[told], overlap.part[told], len(cash))
    free = np.flatnonzero(found.arrived & ~payable & ((left != 0) | (amount == 0)))
    position = np.concatenate([paying[receipt], overlap.receipt[told], free])
    order = np.argsort(position, kind="stable")
    return pd.DataFrame(
        {
            "position": position,
            "receipt_date": pd.array(date[position], dtype="Int64"),
            "amount": np.concatenate([part, overlap.part[told], left[free]]),
            "item": np.concatenate([item, overlap.item[told], np.full(len(free), -1)]),
        }
    ).iloc[order]


def _own_receipts(
    items: pd.DataFrame, dated: pd.DataFrame, as_of: int, total: Ints
) -> pd.DataFrame:
    """Give what the receivables table alone says was received; ``total`` are its undated cents."""
    settled = items["settled_date"].to_numpy(dtype=np.int64, na_value=_NEVER)
    rest = items["amount"].to_numpy(dtype=np.int64) - _sums(dated, len(items))
    undated = total != 0
    closed = (settled <= as_of) & (rest != 0)
    item = np.flatnonzero(undated | closed)
    date = pd.array(np.where(closed, settled, 0)[item], dtype="Int64")
    date[undated[item]] = pd.NA
    return pd.DataFrame(
        {
            "position": np.full(len(item), _OWN, dtype=np.int64),
            "receipt_date": date,
            "amount": np.where(closed, rest, total)[item],
            "item": item,
        }
    )


def _sums(receipts: pd.DataFrame, items: int) -> Ints:
    """Give the cents received on each item."""
    return sums(receipts["item"].to_numpy(), receipts["amount"].to_numpy(dtype=np.int64), items)
