"""Open items as dunning sees them: how late, at which level, held back by what, how long a claim.

An item that is disputed, on hold or promised is held back; the rest of the customer's debt stays
payable. The limitation period follows letters with proof of arrival, part payments and signed
promises. A call proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros.contacts import on_items
from macros.parties import normals
from macros.promise_book import pending_on_items
from udfs.buckets import age_days
from udfs.calendar import roll
from udfs.deadlines import limitation
from udfs.dunning import level
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.dunning_terms import Terms
    from macros.ledger import Ledger
    from udfs.arrays import Bools, Ints

_EVENT_FIELDS = ["item", "date", "code", "proved"]


def dunning_items(
    ledger: Ledger, terms: Terms, contacts: pd.DataFrame, promises: pd.DataFrame
) -> pd.DataFrame:
    """Give the items with something to pay.

    Returns
    -------
    DataFrame
        position (row of 应收), item (row of the ledger), key (customer; the count of customers for
        nobody), number, document, project, due (MISSING if none), amount, open (cents), days
        (overdue, MISSING without a due date), overdue (bool), level (MISSING if not overdue),
        disputed, held, hold_until, promised (bool), remind (bool), expiry, left (days to the end
        of the limitation period, MISSING without a due date), unproved (letters that prove
        nothing).
    """
    found = ledger.items[ledger.items["open"] > 0]
    due = found["due_date"].to_numpy(dtype=np.int64, na_value=MISSING)
    key = found["key"].to_numpy(dtype=np.int64)
    hold = found["hold_until"].to_numpy(dtype=np.int64, na_value=MISSING)
    days = age_days(terms.as_of, due)
    rows = pd.DataFrame(
        {
            "position": found["position"].to_numpy(),
            "item": found.index.to_numpy(dtype=np.int64),
            "key": np.where(key < 0, len(ledger.directory.labels), key),
            "number": normals(found["document"]),
            "document": found["document"].to_numpy(dtype=object),
            "project": found["project"].to_numpy(dtype=object),
            "due": due,
            "amount": found["amount"].to_numpy(dtype=np.int64),
            "open": found["open"].to_numpy(dtype=np.int64),
            "days": days,
            "overdue": days > 0,
            "level": np.where(days > 0, level(days, terms.thresholds), MISSING),
            "disputed": found["disputed"].to_numpy(dtype=bool),
            "held": (hold != MISSING) & (hold >= terms.as_of),
            "hold_until": hold,
            "remind": _remind(due, terms),
        }
    )
    rows["promised"] = pending_on_items(promises, rows)
    # Who is not dunned for an item is not reminded of it either.
    rows["remind"] &= ~(rows["disputed"] | rows["held"] | rows["promised"])
    return _with_limitation(rows, ledger, terms, contacts, promises)


def _remind(due: Ints, terms: Terms) -> Bools:
    """Whether a reminder before the due date falls on the as-of day.

    One that falls on a day off is given on the working day before, or nobody would give it.
    """
    known = due != MISSING
    found = np.zeros(due.shape, dtype=bool)
    for lead in terms.reminders:
        day = np.where(known, due, terms.as_of) - lead
        found |= (day == terms.as_of) | (roll(day, "preceding", terms.calendar) == terms.as_of)
    return np.asarray(found & known & (due > terms.as_of))


def _with_limitation(
    rows: pd.DataFrame,
    ledger: Ledger,
    terms: Terms,
    contacts: pd.DataFrame,
    promises: pd.DataFrame,
) -> pd.DataFrame:
    letters = on_items(contacts[contacts["event"] != ""], rows).rename(columns={"event": "code"})
    letters["date"] = letters["event_date"]
    plans = on_items(promises[promises["signed"]], rows).rename(columns={"made": "date"})
    plans = plans.assign(code="repayment_plan", proved=True)
    place = pd.Series(np.arange(len(rows)), rows["item"].to_numpy())
    paid = ledger.receipts[(ledger.receipts["item"] >= 0) & (ledger.receipts["amount"] > 0)]
    paid = paid[paid["receipt_date"].notna() & paid["item"].isin(rows["item"])]
    payments = pd.DataFrame(
        {
            "item": paid["item"].map(place).to_numpy(dtype=np.int64),
            "date": paid["receipt_date"].to_numpy(dtype=np.int64),
            "code": "payment",
            "proved": True,
        }
    )
    parts = [part[_EVENT_FIELDS] for part in (letters, plans, payments) if len(part)]
    events = pd.concat(parts, ignore_index=True) if parts else payments
    item = events["item"].to_numpy(dtype=np.int64)
    found = limitation(
        rows["due"],
        item,
        events["date"].to_numpy(dtype=np.int64),
        events["code"].to_numpy(dtype=object),
        events["proved"].to_numpy(dtype=bool),
        terms.as_of,
        holiday_roll=terms.limitation_roll,
    )
    unproved = np.bincount(item[found.ignored == "no evidence"], minlength=len(rows))
    return rows.assign(expiry=found.expiry, left=found.days_left, unproved=unproved)
