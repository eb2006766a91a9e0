"""承诺: which promises were kept, from the customer's receipts, first promised first served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from macros.contacts import on_items
from macros.parties import normals
from udfs.promises import promise_status
from udfs.rules import rule
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.ledger import Ledger
    from macros.tables import Tables
    from udfs.arrays import Bools, Codes, Ints

_FIELDS: Final = {
    "key": np.int64, "number": object, "made": np.int64, "promised": np.int64, "amount": np.int64,
    "signed": np.bool_, "status": object,
}  # fmt: skip


def promises_of(tables: Tables, ledger: Ledger) -> pd.DataFrame:
    """Give the promises made up to the as-of day, in order of the promised day.

    Returns
    -------
    DataFrame
        key (customer), number (document in normal form, "" for the whole debt), made, promised,
        amount (cents), signed, status (code of ``rules/promise_status``).
    """
    table = tables.get("promises")
    if table is None or not len(table):
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _FIELDS.items()})
    rows = pd.DataFrame(
        {
            "key": ledger.directory.keys(table),
            "number": normals(table.get("document")),
            "made": table.get("made_date").to_numpy(dtype=np.int64, na_value=MISSING),
            "promised": table.get("promised_date").to_numpy(dtype=np.int64, na_value=MISSING),
            "amount": table.get("amount").to_numpy(dtype=np.int64, na_value=MISSING),
            "signed": table.get("signed").fillna(value=False).to_numpy(dtype=bool),
        }
    )
    owners = pd.Series(ledger.items["key"].to_numpy(), normals(ledger.items["document"]))
    owners = owners[(owners.index != "") & ~owners.index.duplicated()]
    found = rows["number"].map(owners).fillna(-1).to_numpy(dtype=np.int64)
    rows["key"] = np.where(rows["key"] >= 0, rows["key"], found)
    known = (rows[["made", "promised", "amount"]] != MISSING).all(axis=1)
    rows = rows[known & (rows["made"] <= ledger.as_of) & (rows["key"] >= 0)]
    rows = rows.sort_values(["promised", "made"], kind="stable").reset_index(drop=True)
    return rows.assign(status=_statuses(rows, ledger))


def _statuses(rows: pd.DataFrame, ledger: Ledger) -> Codes:
    terms = rule("dunning", "standard", ledger.as_of)
    grace = terms.integer("promise_grace")
    receipt, promise, amount = _appropriate(rows, ledger, grace)
    paid_on = ledger.receipts["receipt_date"].to_numpy(dtype=np.int64, na_value=MISSING)
    return promise_status(
        rows["amount"],
        rows["made"],
        rows["promised"],
        promise,
        paid_on[receipt],
        amount,
        ledger.as_of,
        terms.number("promise_tolerance"),
        grace,
    )


def _appropriate(rows: pd.DataFrame, ledger: Ledger, grace: int) -> tuple[Ints, Ints, Ints]:
    """Give receipts to promises: each cent keeps one promise, the earliest that it can keep.

    The loop is over promises, which people write one by one; receipts stay arrays.
    """
    receipts = ledger.receipts
    day = receipts["receipt_date"].to_numpy(dtype=np.int64, na_value=MISSING)
    left = receipts["amount"].to_numpy(dtype=np.int64).copy()
    item = receipts["item"].to_numpy(dtype=np.int64)
    numbers = np.append(normals(ledger.items["document"]), "")[item]
    groups = receipts.groupby("key").indices
    by_customer = {key: np.asarray(mine, dtype=np.int64) for key, mine in groups.items()}
    found: list[tuple[Ints, Ints, Ints]] = []
    nothing = np.zeros(0, dtype=np.int64)
    fields = [rows[name].tolist() for name in ("key", "number", "made", "promised", "amount")]
    for position, (key, number, made, promised, amount) in enumerate(zip(*fields, strict=True)):
        mine = by_customer.get(key, nothing)
        mine = mine[(day[mine] >= made) & (day[mine] <= promised + grace) & (left[mine] > 0)]
        mine = mine[numbers[mine] == number] if number else mine
        mine = mine[np.argsort(day[mine], kind="stable")]
        before = np.cumsum(left[mine]) - left[mine]
        taken = np.clip(amount - before, 0, left[mine])
        left[mine] -= taken
        found.append((mine, np.full(len(mine), position, dtype=np.int64), taken))
    if not found:
        return nothing, nothing, nothing
    return (
        np.concatenate([part[0] for part in found]),
        np.concatenate([part[1] for part in found]),
        np.concatenate([part[2] for part in found]),
    )


def pending_on_items(promises: pd.DataFrame, items: pd.DataFrame) -> Bools:
    """Whether a promise not yet due covers each item: one for its document, or for all of hers."""
    pending = on_items(promises[promises["status"] == "pending"], items)
    covered = np.zeros(len(items), dtype=bool)
    covered[pending["item"].to_numpy(dtype=np.int64)] = True
    return covered
