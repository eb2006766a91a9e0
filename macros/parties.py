"""Who is who in a workbook: one key for a customer, however each table names her.

A table may give the customer's id, her name, or both. The key is the id wherever it is known: a
row with a name only takes the id that the 客户 table, or else any other row of the workbook, gives
for that name. A name that stands for two ids belongs to neither: it stays a key of its own. A name
that is itself an id is that customer.

Texts are compared in normal form (full width as half width, no case, single spaces, none beside a
Chinese sign: 杭州 宏远 is 杭州宏远), and shown as they were first written. Keys are positions in
:attr:`Directory.labels`; -1 is nobody known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros.words import plain

if TYPE_CHECKING:
    from macros.tables import Table, Tables
    from udfs.arrays import Bools, Codes, Ints

_NOBODY = pd.DataFrame({name: [] for name in ("id", "name", "id_text", "name_text")}, dtype=object)

#: Tables that can name a customer; where they disagree about a name, the first one is believed.
_NAMING = ("customers", "contracts", "receivables", "receipts", "contacts", "promises")
#: A blank beside a sign that is not ASCII: Chinese is written without any.
_GAP = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


def _plain(text: str) -> str:
    return _GAP.sub("", plain(text))


def normals(series: pd.Series) -> Codes:
    """Give the normal form of every text of a column; each distinct text is normalised once."""
    codes, distinct = pd.factorize(series.to_numpy(dtype=object))
    done = np.array([_plain(str(text)) for text in distinct] + [""], dtype=object)
    return np.asarray(done[codes], dtype=object)


def lookup(known: pd.Index, wanted: Codes) -> Ints:
    """Give the position of each text in an index of distinct texts; -1 if blank or not there."""
    found = np.asarray(known.get_indexer(pd.Index(wanted, dtype=object)), dtype=np.int64)
    return np.where(wanted == "", -1, found)


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """All customers of a workbook: ``labels`` and ``names`` by key, first ids, then lone names."""

    labels: Codes
    names: Codes
    _ids: pd.Index
    _lone: pd.Index
    _id_of_name: Ints
    _ambiguous: Bools

    @classmethod
    def of(cls, tables: Tables) -> Directory:
        """Read the customers of every table that names them."""
        found = [table for name in _NAMING if (table := tables.get(name)) is not None]
        columns = [_columns(table) for table in found]
        seen = pd.concat([pd.DataFrame(c, dtype=object) for c in columns] or [_NOBODY])
        seen["rest"] = np.repeat(
            [table.name != "customers" for table in found], [len(table) for table in found]
        )
        by_id = seen[seen["id"] != ""].drop_duplicates("id")
        lone = seen[seen["name"] != ""].drop_duplicates("name")
        ids, names = pd.Index(by_id["id"], dtype=object), pd.Index(lone["name"], dtype=object)
        first, ambiguous = _ids_of_names(seen, ids, names)
        named = seen[(seen["id"] != "") & (seen["name"] != "")].drop_duplicates("id")
        shown = by_id["id_text"].to_numpy(dtype=object)
        at = lookup(pd.Index(named["id"], dtype=object), by_id["id"].to_numpy(dtype=object))
        known = np.append(named["name_text"].to_numpy(dtype=object), "")[at]
        texts = lone["name_text"].to_numpy(dtype=object)
        return cls(
            labels=np.concatenate([shown, texts]),
            names=np.concatenate([np.where(known == "", shown, known), texts]),
            _ids=ids,
            _lone=names,
            _id_of_name=first,
            _ambiguous=ambiguous,
        )

    def keys(self, table: Table) -> Ints:
        """Give the key of each row's customer, -1 where the row names none."""
        own = lookup(self._ids, normals(table.get("customer")))
        name = lookup(self._lone, normals(table.get("customer_name")))
        by_name = np.append(
            np.where(
                self._id_of_name >= 0,
                self._id_of_name,
                len(self._ids) + np.arange(len(self._lone)),
            ),
            -1,
        )[name]
        return np.where(own >= 0, own, by_name)

    def positions(self, table: Table, keys: Ints) -> Ints:
        """Give the first row of a table that is of each customer; −1 where there is none."""
        known = pd.Series(self.keys(table))
        known = known[(known >= 0) & ~known.duplicated()]
        found = pd.Index(known.to_numpy()).get_indexer(pd.Index(keys))
        return np.asarray(np.append(known.index.to_numpy(dtype=np.int64), -1)[found])

    def sure(self, keys: Ints) -> Bools:
        """Whether each key tells who it is; a name shared by two ids and nobody do not."""
        name = keys - len(self._ids)
        shared = np.append(self._ambiguous, False)[np.where(name >= 0, name, -1)]
        return np.asarray((keys >= 0) & ~shared)

    def label(self, keys: Ints) -> Codes:
        """Give the id, or the name where there is no id, of each key; "" for -1."""
        return np.asarray(np.append(self.labels, "")[keys], dtype=object)

    def name(self, keys: Ints) -> Codes:
        """Give the name, or the id where no table tells the name, of each key; "" for -1."""
        return np.asarray(np.append(self.names, "")[keys], dtype=object)


def _columns(table: Table) -> dict[str, Codes]:
    identifier, name = table.get("customer"), table.get("customer_name")
    return {
        "id": normals(identifier),
        "name": normals(name),
        "id_text": identifier.to_numpy(dtype=object),
        "name_text": name.to_numpy(dtype=object),
    }


def _ids_of_names(seen: pd.DataFrame, ids: pd.Index, names: pd.Index) -> tuple[Ints, Bools]:
    """Give for each name the one id that goes with it, else -1; and whether two ids share it."""
    pairs = seen[(seen["id"] != "") & (seen["name"] != "")].drop_duplicates(["id", "name"])
    in_customers = pairs.loc[~pairs["rest"].astype(bool), "name"]
    pairs = pairs[~pairs["rest"].astype(bool) | ~pairs["name"].isin(in_customers)]
    name = lookup(names, pairs["name"].to_numpy(dtype=object))
    times = np.bincount(name, minlength=len(names))
    first = np.full(len(names), -1, dtype=np.int64)
    first[name] = lookup(ids, pairs["id"].to_numpy(dtype=object))
    # Some tables put the id into the column of names.
    first = np.where(times == 0, lookup(ids, names.to_numpy(dtype=object)), first)
    return np.where(times <= 1, first, -1), times > 1
