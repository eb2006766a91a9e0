"""Receivables and receipts as rows of a ledger: who, which project, whose job, filled in by links.

What a row says itself stands. What it leaves blank comes from its document, then from its
contract, then from its customer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros.currencies import currency_codes
from macros.parties import lookup, normals

if TYPE_CHECKING:
    import numpy.typing as npt

    from macros.parties import Directory
    from macros.tables import Table, Tables
    from udfs.arrays import Ints


def bills_of(tables: Tables, directory: Directory) -> pd.DataFrame:
    """Give one row per row of 应收, in its order, blanks filled from contract and customer.

    Raises
    ------
    Refusal
        ``no_table``: there are no receivables.
    """
    table = tables.require("receivables")
    rows = _common(table, directory)
    for name in ("document", "document_date", "due_date", "received", "settled_date", "hold_until"):
        rows[name] = table.get(name).array
    rows["disputed"] = table.get("disputed").fillna(value=False).to_numpy(dtype=bool)
    return _by_customer(_by_contract(rows, tables, directory), tables, directory)


def cash_of(tables: Tables, directory: Directory) -> pd.DataFrame:
    """Give one row per row of 回款, in its order (none where there is no such table).

    Raises
    ------
    Refusal
        ``unusable_column``: there are receipts, but none can be counted.
    """
    tables.refuse_unusable("receipts")
    table = tables.get("receipts")
    if table is None:
        names = ("number", "contract", "project", "owner", "currency", "amount", "date")
        empty = pd.DataFrame({name: pd.Series(dtype=object) for name in names})
        kinds = {"amount": "Int64", "date": "Int64"}
        return empty.astype(kinds).assign(key=pd.Series(dtype=np.int64))
    rows = _common(table, directory)
    rows["date"] = table.get("receipt_date").array
    return _by_contract(rows, tables, directory)


def fill_receipts(
    parts: pd.DataFrame,
    cash: pd.DataFrame,
    items: pd.DataFrame,
    tables: Tables,
    directory: Directory,
) -> pd.DataFrame:
    """Give each part of a receipt its customer, project and owner: its own, else its item's."""
    own = parts["position"].to_numpy()
    item = parts["item"].to_numpy()
    key = _at(cash["key"], own, -1)
    parts["key"] = np.where(item >= 0, _at(items["key"], item, -1), key)
    parts["key"] = np.where(parts["key"] >= 0, parts["key"], key)
    for name in ("project", "owner"):
        mine = _at(cash[name], own, "")
        parts[name] = np.where(mine == "", _at(items[name], item, ""), mine)
    return _by_customer(parts, tables, directory)


def _common(table: Table, directory: Directory) -> pd.DataFrame:
    rows = pd.DataFrame({"key": directory.keys(table)})
    for name in ("contract", "project", "owner"):
        rows[name] = table.get(name).to_numpy(dtype=object)
    rows["number"] = normals(table.get("document"))
    rows["currency"] = currency_codes(table.get("currency"))
    rows["amount"] = table.get("amount").array
    return rows


def _by_contract(rows: pd.DataFrame, tables: Tables, directory: Directory) -> pd.DataFrame:
    contracts = tables.get("contracts")
    if contracts is None or not len(contracts) or not len(rows):
        return rows
    numbers = pd.Series(normals(contracts.get("contract")))
    first = ~numbers.duplicated().to_numpy(dtype=bool)
    at = lookup(pd.Index(numbers[first], dtype=object), normals(rows["contract"]))
    for name in ("project", "owner"):
        known = contracts.get(name).to_numpy(dtype=object)[first]
        rows[name] = np.where(rows[name] == "", np.append(known, "")[at], rows[name])
    keys = np.append(directory.keys(contracts)[first], -1)[at]
    rows["key"] = np.where(rows["key"] >= 0, rows["key"], keys)
    return rows


def _by_customer(rows: pd.DataFrame, tables: Tables, directory: Directory) -> pd.DataFrame:
    keys = rows["key"].to_numpy(dtype=np.int64)
    rows["customer"], rows["customer_name"] = directory.label(keys), directory.name(keys)
    customers = tables.get("customers")
    if customers is None or not len(customers):
        return rows
    owner = customers.get("owner").to_numpy(dtype=object)
    found = np.append(owner, "")[directory.positions(customers, keys)]
    rows["owner"] = np.where(rows["owner"] == "", found, rows["owner"])
    return rows


def _at(column: pd.Series, positions: Ints, missing: object) -> npt.NDArray[np.generic]:
    """Give the values at positions, ``missing`` at −1."""
    values = np.append(column.to_numpy(), np.array([missing], dtype=column.to_numpy().dtype))
    return np.asarray(values[positions])
