"""Receipts from a bank statement: what came in counts, what went out does not.

A statement has two columns (借方发生额 is money out, 贷方发生额 money in: the bank's words for the
account of its customer), or one amount with a column that says which way, or one amount with a
sign. Money that went out is left out and its sum is said; where it went to a customer of the book
it is money paid back to her (a refund, a transfer that was returned): a negative receipt, each one
said with its place. A statement is read as 回款 only where the book has no 回款: the same money is
never counted twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros.layout import money_text
from macros.parties import normals
from macros.places import Places
from macros.tables import Region, Table
from macros.words import plain, raw_group
from udfs.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from macros.problems import Problem
    from udfs.arrays import Bools, Ints

_CARRIED = ("receipt", "receipt_date", "customer_name", "currency", "note")


def receipts_of(tables: Mapping[str, Table]) -> tuple[Table, tuple[Problem, ...]]:
    """Give the receipts of a bank statement, as a table of ``source`` "statements"."""
    book = tables["statements"]
    cents = movements(book)
    known = cents != MISSING
    out = known & (cents < 0)
    back = out & _customers_of(book, tables)
    kept = known & ((cents > 0) | back)
    rows = np.flatnonzero(kept)
    data: dict[str, object] = {
        name: book.frame[name].array[rows] for name in _CARRIED if book.has(name)
    }
    data["amount"] = pd.array(cents[rows], dtype="Int64")
    data["sheet"] = book.frame["sheet"].to_numpy(dtype=object)[rows]
    data["row"] = book.frame["row"].to_numpy()[rows]
    data["region"] = book.region_numbers()[rows]
    regions = tuple(map(_as_receipts, book.regions))
    table = Table("receipts", pd.DataFrame(data), regions, source="statements")
    return table, tuple(_problems(book, cents, out & ~back, back))


def movements(book: Table) -> Ints:
    """Give each row's cents with their sign: in is positive; MISSING where there is no amount.

    Where a column says which way and all that went in carries a minus, the minus says nothing.
    """
    if book.has("paid_in") or book.has("paid_out"):
        came, went = (_cents(book, name) for name in ("paid_in", "paid_out"))
        if (went[went != MISSING] <= 0).all():  # a column of money out that carries its minus
            went = np.where(went == MISSING, MISSING, -went)
        blank = (came == MISSING) & (went == MISSING)
        both = np.where(came == MISSING, 0, came) - np.where(went == MISSING, 0, went)
        return np.where(blank, MISSING, both)
    cents = _cents(book, "amount")
    if not book.has("side"):
        return cents
    side = _sides(book)
    told = cents != MISSING
    came = told & (side > 0)
    turned = bool(came.any()) and bool((cents[came] <= 0).all())
    cents = np.where(came & turned, -cents, cents)
    went = told & (side < 0)
    cents = np.where(went & (cents > 0), -cents, cents)
    return np.where(told & (side == 0), MISSING, cents)


def _sides(book: Table) -> Ints:
    """Give 1 for in, −1 for out, 0 where the cell says neither (不计收支)."""
    codes, distinct = pd.factorize(book.get("side").to_numpy(dtype=object))
    words = raw_group("side")
    signs = {"credit": 1, "debit": -1}
    found = [signs.get(words.get(plain(str(one)), ""), 0) for one in distinct]
    return np.array([*found, 0], dtype=np.int64)[codes]


def _customers_of(book: Table, tables: Mapping[str, Table]) -> Bools:
    """Say which rows name a customer of 应收 or 客户."""
    known: set[str] = set()
    for name in ("receivables", "customers"):
        if name in tables:
            known.update(normals(tables[name].get("customer_name")))
    names = normals(book.get("customer_name"))
    among = np.array(sorted(known - {""}), dtype=object)
    return np.asarray(np.isin(names.astype(object), among), dtype=np.bool_)


def _problems(book: Table, cents: Ints, out: Bools, back: Bools) -> Iterator[Problem]:
    field = "paid_out" if book.has("paid_out") else "amount"
    places = Places(book, field)
    rows = np.flatnonzero(out)
    if len(rows):
        total = money_text(-int(cents[rows].sum()))
        yield places.problem("money_out", "info", rows[0], found=total, n=len(rows))
    names = book.get("customer_name").to_numpy(dtype=object)
    for row in np.flatnonzero(back).tolist():
        amount = money_text(-int(cents[row]))
        yield places.problem("paid_back", "warning", row, found=amount, name=str(names[row]))
    unsaid = np.flatnonzero(cents == MISSING)
    if len(unsaid):
        yield places.problem("neither_in_nor_out", "info", unsaid[0], n=len(unsaid))


def _as_receipts(region: Region) -> Region:
    at = next(name for name in ("paid_in", "amount", "paid_out") if name in region.columns)
    kept = [name for name in _CARRIED if name in region.columns]
    return replace(
        region,
        columns={**{name: region.columns[name] for name in kept}, "amount": region.columns[at]},
        headings={**{name: region.headings[name] for name in kept}, "amount": region.headings[at]},
    )


def _cents(book: Table, name: str) -> Ints:
    return np.asarray(book.get(name).to_numpy(dtype=np.int64, na_value=MISSING))
