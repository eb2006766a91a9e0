"""A balance taken apart for aging: one row per open item and per credit, whatever its mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from udfs.arrays import sums
from udfs.balances import credits_fifo, credits_own_age
from udfs.buckets import age_days, year_bucket_index
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.ledger import Ledger
    from udfs.arrays import Bools, Ints
    from udfs.buckets import Basis


@dataclass(frozen=True, slots=True)
class Terms:
    """How a report ages: band edges, from which date, what happens to credits, who comes first.

    Where ``years`` is above 0 the bands are that many years, each ending on its corresponding day;
    ``edges`` are then 1, 2 … and ages are counted in years that have begun.
    """

    scheme: str
    edges: tuple[int, ...]
    basis: Basis
    credit: str
    by: str
    years: int = 0


def pieces(ledger: Ledger, terms: Terms) -> pd.DataFrame:
    """Take the balance apart.

    Returns
    -------
    DataFrame
        key, project, owner of whoever owes it; cents; age (days, MISSING without a date); late
        (days overdue, 0 if not); undated (a debt without due date: overdue or not is unknown);
        disputed; credit (it belongs into the credit column). The cents
        add up to the balance of the ledger.
    """
    both = pd.concat([_owed(ledger, terms), _unapplied(ledger, terms)], ignore_index=True)
    if terms.credit == "own_date":
        both = both.assign(credit=False)
    elif terms.credit == "fifo":
        both = _set_off(both, ledger.as_of, len(ledger.directory.labels))
    if terms.years:
        both["age"] = _in_years(ledger.as_of, both["age"].to_numpy(dtype=np.int64), terms)
    return both


def _in_years(as_of: int, age: Ints, terms: Terms) -> Ints:
    """Give ages in years that have begun, the last band's first year for all beyond."""
    reference = np.where(age == MISSING, MISSING, as_of - np.where(age == MISSING, 0, age))
    years = year_bucket_index(as_of, reference, max_years=terms.years) + 1
    early = age < (0 if terms.basis == "document" else 1)
    return np.where(age == MISSING, MISSING, np.where(early, np.minimum(age, 0), years))


def _owed(ledger: Ledger, terms: Terms) -> pd.DataFrame:
    items = ledger.items[ledger.items["open"] != 0]
    due = items["due_date"].to_numpy(dtype=np.int64, na_value=MISSING)
    issued = items["document_date"].to_numpy(dtype=np.int64, na_value=MISSING)
    cents = items["open"].to_numpy(dtype=np.int64)
    age = age_days(ledger.as_of, due if terms.basis == "due" else issued)
    own = credits_own_age(ledger.as_of, issued, terms.basis)
    return pd.DataFrame(
        {
            "key": items["key"].to_numpy(),
            "project": items["project"].to_numpy(),
            "owner": items["owner"].to_numpy(),
            "cents": cents,
            "age": np.where(cents < 0, own, age),
            "late": np.where(cents < 0, 0, np.maximum(age_days(ledger.as_of, due), 0)),
            "undated": (due == MISSING) & (cents > 0),
            "disputed": items["disputed"].to_numpy(dtype=bool) & (cents > 0),
            "credit": cents < 0,
        }
    )


def _unapplied(ledger: Ledger, terms: Terms) -> pd.DataFrame:
    cash = ledger.unapplied[ledger.unapplied["amount"] != 0]
    paid_on = cash["receipt_date"].to_numpy(dtype=np.int64, na_value=MISSING)
    return pd.DataFrame(
        {
            "key": cash["key"].to_numpy(),
            "project": cash["project"].to_numpy(),
            "owner": cash["owner"].to_numpy(),
            "cents": -cash["amount"].to_numpy(dtype=np.int64),
            "age": credits_own_age(ledger.as_of, paid_on, terms.basis),
            "late": np.zeros(len(cash), dtype=np.int64),
            "undated": np.zeros(len(cash), dtype=np.bool_),
            "disputed": np.zeros(len(cash), dtype=np.bool_),
            "credit": np.ones(len(cash), dtype=np.bool_),
        }
    )


def _set_off(both: pd.DataFrame, as_of: int, customers: int) -> pd.DataFrame:
    """Consume each customer's oldest items with her credits; nobody's credit pays nothing."""
    key = both["key"].to_numpy(dtype=np.int64)
    cents = both["cents"].to_numpy(dtype=np.int64)
    is_credit = both["credit"].to_numpy(dtype=bool)
    age = both["age"].to_numpy(dtype=np.int64)
    place = np.where(key >= 0, key, customers)
    net = np.append(sums(place, np.where(is_credit, -cents, 0), customers + 1)[:customers], 0)
    reference = np.where(age == MISSING, MISSING, as_of - age)
    settled = credits_fifo(np.where(is_credit, 0, cents), reference, place, np.maximum(net, 0))
    unused = _unused(cents, is_credit, place, settled.credit_left)
    # Where refunds outweigh what a customer paid in, there is no credit to set against anything.
    netted = is_credit & (net[place] > 0)
    both["cents"] = np.where(netted, -unused, np.where(is_credit, cents, settled.open_cents))
    return both[both["cents"] != 0].reset_index(drop=True)


def _unused(cents: Ints, is_credit: Bools, place: Ints, left: Ints) -> Ints:
    """Say which credits the credit left of each customer stands on: the last ones of the book."""
    credit = np.where(is_credit, np.maximum(-cents, 0), 0)
    return credit - credits_fifo(credit, np.arange(cents.size)[::-1], place, left).open_cents
