"""The rows of an aging report: groups and their parts, largest first, with totals and shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from macros.parties import normals
from macros.texts import text
from udfs.aging import bucket_totals
from udfs.arrays import ints, sums

if TYPE_CHECKING:
    from macros.aging_pieces import Terms
    from macros.ledger import Ledger
    from macros.texts import Lang
    from udfs.arrays import Bools, Codes, Ints

#: Amounts that follow the bands, in cents.
AMOUNTS: Final = ("no_date", "credit", "total", "disputed")


#: What stands for the id of a customer or project that is not given: no id begins so.
_NOBODY: Final = "#-"


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows in order, without 合计 and 占比.

    ``frame`` has key, customer_key (−1 where a row is not one customer's), customer, project,
    owner, the bands ``band0…``, no_date, credit, total, disputed, longest, overdue, judged (debts
    with a due date), unjudged (those without: nobody knows whether they are overdue) and
    overdue_share, which is of what is judged. ``part`` tells the rows that lie below a subtotal.
    ``customers`` are the same columns by customer, largest total first.
    """

    frame: pd.DataFrame
    part: Bools
    customers: pd.DataFrame

    @property
    def groups(self) -> pd.DataFrame:
        """The rows that add up to the balance: all but the parts."""
        return self.frame[~self.part]

    @property
    def judged(self) -> int:
        """Cents of debts with a due date: only of these it is known whether they are overdue."""
        return int(self.groups["judged"].sum())

    @property
    def unjudged(self) -> int:
        """Cents of debts without one."""
        return int(self.groups["unjudged"].sum())


def rows_of(pieces: pd.DataFrame, ledger: Ledger, terms: Terms, lang: Lang) -> Rows:
    """Group the pieces by customer and project, or the other way round.

    A group of one part is one row; one of several is a subtotal with its parts below it.
    """
    names = _names(pieces, ledger, lang)
    flat = not names["project_id"].astype(bool).any()
    outer, inner = ("customer", "project")
    if terms.by == "project" and not flat:
        outer, inner = inner, outer
    above = _grouped(pieces, names, terms, [f"{outer}_id"], lang)
    customers = above
    if outer != "customer":
        customers = _grouped(pieces, names, terms, ["customer_id"], lang)
    below = _grouped(pieces, names, terms, [f"{outer}_id", f"{inner}_id"], lang)
    parts = below.groupby(f"{outer}_id")[f"{inner}_id"].transform("size").to_numpy(dtype=np.int64)
    below = below[parts > 1]
    several = above[f"{outer}_id"].isin(below[f"{outer}_id"]).to_numpy(dtype=bool)
    above["key"] = above[f"{outer}_label"]
    below = below.assign(key=below[f"{outer}_label"] + "|" + below[f"{inner}_label"])
    above.loc[several, inner] = ""
    if inner == "customer":
        above.loc[several, "customer_key"] = -1
    frame = pd.concat([above, below.assign(**{outer: ""})], ignore_index=True)
    if flat:
        frame["project"] = ""
    part = np.arange(len(frame)) >= len(above)
    order = _order(frame, above, outer, part)
    return Rows(
        frame.iloc[order].reset_index(drop=True),
        part[order],
        customers.iloc[_largest_first(customers)].reset_index(drop=True),
    )


def share(part: pd.Series, base: pd.Series) -> pd.Series:
    """Give part ÷ base as a fraction; missing where the base is not above zero."""
    return part.astype("Float64") / base.astype("Float64").mask(base <= 0)


def _order(frame: pd.DataFrame, above: pd.DataFrame, outer: str, part: Bools) -> Ints:
    """Sort groups by total, each followed by its parts by total."""
    rank = np.empty(len(above), dtype=np.int64)
    rank[_largest_first(above)] = np.arange(len(above))
    group = pd.Index(above[f"{outer}_id"]).get_indexer(pd.Index(frame[f"{outer}_id"]))
    label = pd.factorize(frame["key"], sort=True)[0]
    return np.lexsort((label, -frame["total"].to_numpy(dtype=np.int64), part, rank[group]))


def _largest_first(rows: pd.DataFrame) -> Ints:
    label = pd.factorize(rows["customer_label"] + "|" + rows["project_label"], sort=True)[0]
    return np.lexsort((label, -rows["total"].to_numpy(dtype=np.int64)))


def _names(pieces: pd.DataFrame, ledger: Ledger, lang: Lang) -> pd.DataFrame:
    """Give each piece its customer and project: id to group by, label for keys, text to read."""
    key = pieces["key"].to_numpy(dtype=np.int64)
    directory = ledger.directory
    label, name = directory.label(key), directory.name(key)
    # Two customers of one name are told apart by their ids.
    ids_of_name = pd.Series(key).groupby(name).transform("nunique").to_numpy()
    shown = np.where(ids_of_name > 1, name + " (" + label + ")", name)
    project = pieces["project"].to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "customer_key": key,
            "customer_id": key,
            "customer_label": np.where(key < 0, _NOBODY, label),
            "customer": np.where(key < 0, text("aging.no_customer", lang), shown),
            "project_id": normals(pieces["project"]),
            "project_label": np.where(project == "", _NOBODY, project),
            "project": np.where(project == "", text("aging.no_project", lang), project),
        }
    )


def _grouped(
    pieces: pd.DataFrame, names: pd.DataFrame, terms: Terms, by: list[str], lang: Lang
) -> pd.DataFrame:
    """Sum the pieces by group; names are those of a group's first piece."""
    place = ints(names.groupby(by, sort=False).ngroup().to_numpy())
    count = int(place.max(initial=-1)) + 1
    first = np.full(count, len(pieces), dtype=np.int64)
    np.minimum.at(first, place, np.arange(len(pieces)))
    cents = pieces["cents"].to_numpy(dtype=np.int64)
    credit = pieces["credit"].to_numpy(dtype=bool)
    late = np.where(cents > 0, pieces["late"].to_numpy(dtype=np.int64), 0)
    age = pieces["age"].to_numpy(dtype=np.int64)
    aged = bucket_totals(np.where(credit, 0, cents), age, terms.edges, terms.basis, place, count)
    longest = np.zeros(count, dtype=np.int64)
    np.maximum.at(longest, place, late)
    disputed = pieces["disputed"].to_numpy(dtype=bool)
    rows = names.iloc[first].reset_index(drop=True)
    for band in range(aged.shape[1] - 1):
        rows[f"band{band}"] = aged[:, band]
    rows["no_date"] = aged[:, -1]
    rows["credit"] = sums(place, np.where(credit, cents, 0), count)
    rows["total"] = sums(place, cents, count)
    rows["disputed"] = sums(place, np.where(disputed, cents, 0), count)
    rows["overdue"] = sums(place, np.where(late > 0, cents, 0), count)
    debt = np.where(credit, 0, np.maximum(cents, 0))
    undated = pieces["undated"].to_numpy(dtype=bool)
    rows["judged"] = sums(place, np.where(undated, 0, debt), count)
    rows["unjudged"] = sums(place, np.where(undated, debt, 0), count)
    rows["longest"] = pd.array(longest, dtype="Int64")
    rows.loc[longest == 0, "longest"] = pd.NA
    rows["overdue_share"] = share(rows["overdue"], rows["judged"])
    rows["owner"] = _owners(place, pieces["owner"].to_numpy(dtype=object), count, lang)
    return rows


def _owners(place: Ints, owner: Codes, count: int, lang: Lang) -> Codes:
    """Name the owner of each group; the first and how many more where there are several."""
    pairs = pd.DataFrame({"place": place, "owner": owner})
    pairs = pairs[pairs["owner"] != ""].drop_duplicates()
    first = pairs.drop_duplicates("place")
    found = np.full(count, "", dtype=object)
    found[first["place"].to_numpy()] = first["owner"].to_numpy()
    times = np.bincount(pairs["place"].to_numpy(dtype=np.int64), minlength=count)
    for at in np.flatnonzero(times > 1).tolist():
        found[at] = text("aging.owners", lang, first=found[at], count=times[at])
    return found
