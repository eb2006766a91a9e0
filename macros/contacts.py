"""催收记录: who was contacted when and how, and what of it a court would count.

A draft, an ignored or a returned letter does not count. The last contact of any kind starts the
interval; only letters raise the letter counter. Every way of contact has an event of the
limitation period or none (a phone call proves nothing), and needs proof of arrival to count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from macros.parties import normals
from macros.vocabulary import codes_in
from udfs.rules import rules
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.ledger import Ledger
    from macros.tables import Tables
    from udfs.arrays import Codes, Ints

_FIELDS: Final = {
    "key": np.int64, "number": object, "date": np.int64, "level": np.int64, "letter": np.bool_,
    "event": object, "event_date": np.int64, "proved": np.bool_,
}  # fmt: skip


def contacts_of(tables: Tables, ledger: Ledger) -> pd.DataFrame:
    """Give the contacts that count, dated up to the as-of day.

    Returns
    -------
    DataFrame
        key (customer), number (document in normal form, "" for all of hers), date, level (MISSING
        if not given), letter (raises the counter), event (code of limitation_events, "" if none),
        event_date (of delivery, else of the contact), proved.
    """
    table = tables.get("contacts")
    if table is None or not len(table):
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _FIELDS.items()})
    channel = codes_in("contact_channels", table.get("channel"), within=True)
    status = codes_in("contact_statuses", table.get("status"), within=True)
    ways = {row.code: row for row in rules("contact_channels")}
    events = {code: row.cells["event"] for code, row in ways.items()}
    letters = {code for code, row in ways.items() if row.flag("letter")}
    levels = {code: int(row.cells["level"] or MISSING) for code, row in ways.items()}
    void = {row.code for row in rules("contact_statuses") if not row.flag("counts")}
    date = table.get("contact_date").to_numpy(dtype=np.int64, na_value=MISSING)
    delivered = table.get("delivered_date").to_numpy(dtype=np.int64, na_value=MISSING)
    level = table.get("level").to_numpy(dtype=np.int64, na_value=MISSING)
    given = pd.Series(channel).map(levels).fillna(MISSING).to_numpy(dtype=np.int64)
    number = normals(table.get("document"))
    arrived = table.get("delivered").fillna(value=False).to_numpy(dtype=bool)
    rows = pd.DataFrame(
        {
            "key": _keys(ledger, ledger.directory.keys(table), number),
            "number": number,
            "date": date,
            "level": np.where(level == MISSING, given, level),
            "letter": np.isin(channel, list(letters)),
            "event": pd.Series(channel).map(events).fillna("").to_numpy(dtype=object),
            "event_date": np.where(delivered == MISSING, date, delivered),
            "proved": arrived | (delivered != MISSING),
        }
    )
    counts = (date != MISSING) & (date <= ledger.as_of) & ~np.isin(status, list(void))
    known = np.flatnonzero(counts & (rows["key"].to_numpy() >= 0))
    return rows.iloc[known].reset_index(drop=True)


def _keys(ledger: Ledger, keys: Ints, number: Codes) -> Ints:
    """Fill in the customer of a contact that names a document only."""
    owners = pd.Series(ledger.items["key"].to_numpy(), normals(ledger.items["document"]))
    owners = owners[(owners.index != "") & ~owners.index.duplicated()]
    by_number = pd.Series(number).map(owners).fillna(-1).to_numpy(dtype=np.int64)
    return np.where(keys >= 0, keys, by_number)


def on_items(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Lay rows that name a customer and perhaps a document on the items they concern.

    Parameters
    ----------
    rows : DataFrame
        With key and number; a blank number concerns all items of the customer.
    items : DataFrame
        With key and number.

    Returns
    -------
    DataFrame
        The rows, repeated for each item, with ``item``, the position of the item.
    """
    where = items[["key", "number"]].assign(item=np.arange(len(items)))
    named = rows["number"] != ""
    exact = rows[named].merge(where, on=["key", "number"])
    whole = rows[~named].merge(where[["key", "item"]], on="key")
    return pd.concat([exact, whole], ignore_index=True)


def last_contacts(contacts: pd.DataFrame, items: pd.DataFrame, customers: int) -> tuple[Ints, Ints]:
    """Give by customer the day of her last contact and the level of the last letter.

    Letters about documents that are paid by now do not count: ``items`` are the open ones.

    Returns
    -------
    last : ndarray of int64
        Serials, MISSING where nobody was contacted.
    letter : ndarray of int64
        Level of the latest letter, 0 if there was none.
    """
    last = np.full(customers, MISSING, dtype=np.int64)
    np.maximum.at(
        last, contacts["key"].to_numpy(dtype=np.int64), contacts["date"].to_numpy(np.int64)
    )
    letters = on_items(contacts[contacts["letter"]], items)
    letters = letters[letters["level"] != MISSING].sort_values(["date", "level"], kind="stable")
    letter = np.zeros(customers, dtype=np.int64)
    latest = letters.drop_duplicates("key", keep="last")
    letter[latest["key"].to_numpy(dtype=np.int64)] = latest["level"].to_numpy(dtype=np.int64)
    return last, letter
