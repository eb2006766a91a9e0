"""Whether a book is a blank form: nothing was typed into it that could be computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macros import schema
from macros.texts import Message

if TYPE_CHECKING:
    from macros.tables import Table, Tables


def blank_form(tables: Tables) -> Message | None:
    """Say that there is nothing to compute; None where there is.

    A book whose receivables, balances and receipts have no row at all is a blank form; one whose
    rows are all without money has rows that only hold a place. Where rows were refused while
    reading, something was typed, and the problems say so.
    """
    names = [name for name in ("receivables", "receipts", "balances") if name in tables]
    found = [tables.found[name] for name in names]
    states = [one.table for several in tables.snapshots.values() for one in several]
    refused = any(one.severity == "error" or one.amount for one in tables.problems)
    if refused or any(_has_money(table) for table in (*found, *states)):
        return None
    stand = [table for table in found if not table.source]
    return Message("aging.placeholders" if any(map(len, stand)) else "aging.blank_form")


def _has_money(table: Table) -> bool:
    """Whether any amount of a table is not 0."""
    fields = schema.tables()[table.name].fields
    money = [one.id for one in fields if one.kind == "money" and table.has(one.id)]
    return any(bool((table.get(name).fillna(0) != 0).any()) for name in money)
