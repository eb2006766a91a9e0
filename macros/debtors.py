"""Debtors: what each customer owes, how late, what stands in the way, what to do next and when.

The level follows days overdue of what may be dunned. The action follows the level, but letters
climb one step at a time: no lawyer before a demand letter is on record, and a letter of the level
that has gone out already is followed up by a call. A claim that runs out within 90 days gets a
provable demand, whatever blocks or intervals say; of one that has run out only a new agreement can
make something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from macros.contacts import last_contacts
from udfs.arrays import sums
from udfs.calendar import workdays
from udfs.dunning import action_of_level, block_code, next_level
from udfs.priority import priority_parts
from udfs.rules import rules
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.dunning_terms import Terms
    from macros.ledger import Ledger
    from udfs.arrays import Ints

#: Where a customer stands on the list.
ACTIVE, REMIND, BLOCKED, IDLE = range(4)
#: What holds an item back.
_BACK: Final = ("disputed", "held", "promised")
#: More days than any claim has: for claims that are past saving, which urgency cannot help.
_NO_LIMIT: Final = 100_000


class Known(NamedTuple):
    """What is known on the day: open items, contacts that count, promises, facts of customers."""

    items: pd.DataFrame
    contacts: pd.DataFrame
    promises: pd.DataFrame
    facts: pd.DataFrame


def debtors(ledger: Ledger, terms: Terms, known: Known) -> pd.DataFrame:
    """Give one row per customer key (and one for nobody), as the facts have them.

    Returns
    -------
    DataFrame
        The columns of the facts and: open, overdue, payable (overdue and not held back), disputed,
        held, promised (overdue cents held back, by reason), credit, net (payable less credit, at
        least 0), all in cents; days (longest overdue of what is payable, else of all; 0 if none);
        level, action; last (contact), letter (level of the last letter); broken; left (days to the
        earliest end of a claim that can still be saved, MISSING if none), near and expired (cents
        whose period ends soon, has ended); urgent; barred (all that is payable is past its period);
        acted (the level of the action), repeated (its letter is out), one_step (it stays below the
        level, as letters climb step by step); block; due_next, waits, unpublished; score and
        its parts ``part_amount`` …; remind_count, remind_open, remind_due of what a reminder is
        about; section (``ACTIVE``, ``REMIND``, ``BLOCKED`` or ``IDLE``).
    """
    items, contacts, promises, facts = known
    count = len(facts)
    rows = facts.copy()
    key = items["key"].to_numpy(dtype=np.int64)
    cents = items["open"].to_numpy(dtype=np.int64)
    _amounts(rows, items, key, cents)
    _soon(rows, items, key, cents)
    rows["credit"] = _credits(ledger, count)
    rows["net"] = np.maximum(rows["payable"] - rows["credit"], 0)
    _lateness(rows, items, key)
    rows["last"], rows["letter"] = last_contacts(contacts, items, count)
    broken = promises["key"].to_numpy(dtype=np.int64)[(promises["status"] == "broken").to_numpy()]
    rows["broken"] = np.bincount(broken, minlength=count)
    _limitation(rows, items, key, cents, terms)
    rows["block"] = _blocks(rows, terms)
    # The last row is nobody's: there is no one to write to, however urgent the claim.
    nobody = np.arange(count) == count - 1
    rows["block"] = rows["block"].mask(nobody, "no_customer")
    _next_step(rows, terms)
    _scores(rows)
    urgent = rows["urgent"].to_numpy(dtype=bool) & ~nobody
    blocked = (rows["block"] != "none").to_numpy(dtype=bool) & ~urgent
    late = (rows["overdue"] > 0).to_numpy(dtype=bool)
    remind = (rows["remind_count"] > 0).to_numpy(dtype=bool)
    listed = late | remind
    rows["section"] = np.select(
        [listed & blocked, late, remind], [BLOCKED, ACTIVE, REMIND], default=IDLE
    )
    return rows


def _soon(rows: pd.DataFrame, items: pd.DataFrame, key: Ints, cents: Ints) -> None:
    """Add how many items, how much and from when a reminder before the due date is about."""
    soon = items["remind"].to_numpy(dtype=bool)
    due = items["due"].to_numpy(dtype=np.int64)
    first = np.full(len(rows), np.iinfo(np.int64).max)
    np.minimum.at(first, key[soon], due[soon])
    rows["remind_count"] = np.bincount(key[soon], minlength=len(rows))
    rows["remind_open"] = sums(key[soon], cents[soon], len(rows))
    rows["remind_due"] = first


def _amounts(rows: pd.DataFrame, items: pd.DataFrame, key: Ints, cents: Ints) -> None:
    late = items["overdue"].to_numpy(dtype=bool)
    back = {name: items[name].to_numpy(dtype=bool) for name in _BACK}
    free = late & ~back["disputed"] & ~back["held"] & ~back["promised"]
    first = {
        "disputed": late & back["disputed"],
        "held": late & ~back["disputed"] & back["held"],
        "promised": late & ~back["disputed"] & ~back["held"] & back["promised"],
    }
    counted = {"open": np.ones(len(items), dtype=bool), "overdue": late, "payable": free, **first}
    for name, mask in counted.items():
        rows[name] = sums(key[mask], cents[mask], len(rows))
    hold = np.full(len(rows), np.iinfo(np.int64).max)
    held = first["held"]
    np.minimum.at(hold, key[held], items["hold_until"].to_numpy(dtype=np.int64)[held])
    rows["item_hold"] = np.where(hold == np.iinfo(np.int64).max, MISSING, hold)


def _credits(ledger: Ledger, count: int) -> Ints:
    """Give what each customer has paid beyond her items: credit notes, overpaid items, cash."""
    items = ledger.items[(ledger.items["open"] < 0) & (ledger.items["key"] >= 0)]
    cash = ledger.unapplied[ledger.unapplied["key"] >= 0]
    by_item = sums(items["key"], -items["open"].to_numpy(dtype=np.int64), count)
    return by_item + sums(cash["key"], cash["amount"].to_numpy(dtype=np.int64), count)


def _lateness(rows: pd.DataFrame, items: pd.DataFrame, key: Ints) -> None:
    """Longest days overdue of what is payable; of all that is overdue where nothing is."""
    late = items["overdue"].to_numpy(dtype=bool)
    back = items[list(_BACK)].any(axis=1).to_numpy(dtype=bool)
    days, level = (items[name].to_numpy(dtype=np.int64) for name in ("days", "level"))
    for name, values, none in (("days", days, 0), ("level", level, MISSING)):
        longest = np.full(len(rows), none, dtype=np.int64)
        whole = longest.copy()
        np.maximum.at(longest, key[late & ~back], values[late & ~back])
        np.maximum.at(whole, key[late], values[late])
        rows[name] = np.where(longest == none, whole, longest)


def _limitation(
    rows: pd.DataFrame, items: pd.DataFrame, key: Ints, cents: Ints, terms: Terms
) -> None:
    left = items["left"].to_numpy(dtype=np.int64)
    alive = (left != MISSING) & (left >= 0)
    gone = (left != MISSING) & (left < 0)
    nearest = np.full(len(rows), _NO_LIMIT, dtype=np.int64)
    np.minimum.at(nearest, key[alive], left[alive])
    rows["left"] = np.where(nearest == _NO_LIMIT, MISSING, nearest)
    rows["expired"] = sums(key[gone], cents[gone], len(rows))
    late = items["overdue"].to_numpy(dtype=bool)
    free = late & ~items[list(_BACK)].any(axis=1).to_numpy(dtype=bool)
    lost = sums(key[gone & free], cents[gone & free], len(rows))
    last_gone = np.full(len(rows), MISSING, dtype=np.int64)
    np.maximum.at(last_gone, key[gone], left[gone])
    rows["last_expired"] = last_gone
    near = alive & late & (left <= terms.demand_within)
    rows["urgent"] = np.bincount(key[near], minlength=len(rows)) > 0
    rows["barred"] = (lost > 0) & (lost == rows["payable"]) & ~rows["urgent"]
    rows["near"] = sums(key[near], cents[near], len(rows))
    unproved = np.zeros(len(rows), dtype=np.int64)
    np.maximum.at(unproved, key, items["unproved"].to_numpy(dtype=np.int64))
    rows["unproved"] = unproved


def _blocks(rows: pd.DataFrame, terms: Terms) -> pd.Series:
    """Give the first reason not to dun; where something is payable, only reasons of the whole.

    Of who owes nothing overdue it is the reason not to remind her of what falls due.
    """
    payable = (rows["payable"] > 0).to_numpy(dtype=bool)
    late = (rows["overdue"] > 0).to_numpy(dtype=bool)
    asked = np.select([payable, late], [rows["payable"], rows["overdue"]], rows["remind_open"])
    own_hold = rows["hold_until"].to_numpy(dtype=np.int64)
    item_hold = rows["item_hold"].to_numpy(dtype=np.int64)
    active = (own_hold != MISSING) & (own_hold >= terms.as_of)
    rows["hold_until"] = np.where(active, own_hold, np.where(payable, MISSING, item_hold))
    stale, most = bank_age(terms), terms.max_bank_age
    return pd.Series(
        block_code(
            asked,
            terms.minimum,
            ~payable & (rows["disputed"] > 0).to_numpy(),
            rows["hold_until"].to_numpy(dtype=np.int64),
            terms.as_of,
            ~payable & (rows["promised"] > 0).to_numpy(),
            rows["credit"].to_numpy(dtype=np.int64),
            stale,
            most,
            rows["excluded"].to_numpy(dtype=bool),
        ),
        index=rows.index,
    )


def bank_age(terms: Terms) -> int:
    """Count the working days since the bank's data; 0 where nobody told up to when they go."""
    if terms.bank_data_until is None:
        return 0
    behind = terms.as_of - terms.bank_data_until
    counted = int(workdays(terms.bank_data_until + 1, terms.as_of, terms.calendar))
    return max(behind, 0) if counted == MISSING else counted


def _next_step(rows: pd.DataFrame, terms: Terms) -> None:
    """Decide level, action and day."""
    level = rows["level"].to_numpy(dtype=np.int64)
    urgent, barred = (rows[name].to_numpy(dtype=bool) for name in ("urgent", "barred"))
    written = min(row.integer("level") for row in rules("dunning_actions") if row.flag("provable"))
    # Below the first letter the level goes by days alone; calls and messages hold back nothing.
    # The interval moves the day of the next contact, not what it is.
    last = np.maximum(rows["letter"].to_numpy(dtype=np.int64), written - 1)
    step = next_level(rows["days"], last, MISSING, terms.interval, terms.thresholds)
    by_letter = ~urgent & ~barred & (level >= written)
    # A letter of this level is out: the next word is spoken, not written.
    rows["repeated"] = by_letter & ~step.send
    rows["one_step"] = by_letter & step.send & (step.level < level)
    acted = np.select(
        [urgent, rows["repeated"], by_letter],
        [np.maximum(level, written), written - 1, step.level],
        level,
    )
    rows["acted"] = acted
    # Nothing overdue has no level; −1 is "no dunning".
    rows["action"] = action_of_level(np.where(acted == MISSING, -1, acted))
    last = rows["last"].to_numpy(dtype=np.int64)
    again = np.where(last == MISSING, terms.as_of, last + terms.interval)
    base = np.where(urgent, terms.as_of, np.maximum(again, terms.as_of))
    day, unknown = terms.workday(base)
    # A demand that a holiday would push past the end of the period goes out at once.
    end = terms.as_of + rows["left"].to_numpy(dtype=np.int64)
    rows["due_next"] = np.where(urgent & (day > end), terms.as_of, day)
    rows["unpublished"] = unknown
    rows["waits"] = rows["due_next"] > terms.as_of


def _scores(rows: pd.DataFrame) -> None:
    left = rows["left"].to_numpy(dtype=np.int64)
    left = np.where(left == MISSING, _NO_LIMIT, left)
    # A claim about to be lost counts in full, even where it is held back.
    saved = np.where(rows["urgent"], rows["near"], 0)
    owed = np.maximum(rows["net"].to_numpy(dtype=np.int64), saved)
    days = rows["days"].to_numpy(dtype=np.int64)
    risk = rows["risk"].to_numpy(dtype=np.float64)
    broken = rows["broken"].to_numpy(dtype=np.int64)
    parts = priority_parts(owed, days, risk, broken, left)
    for name, points in parts._asdict().items():
        rows[f"part_{name}"] = points
    rows["score"] = np.sum(parts, axis=0)
