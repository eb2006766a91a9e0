"""Dunning: the day's work list in order of priority, with the reason of each row in words.

Every open item goes through the same questions: how many days overdue, at which level (7/15/30),
held back by what, how long until the claim is time-barred. Customers follow from their items.
Nothing is sent and nothing is lost: what she writes on the list is kept by customer and document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from macros import layout
from macros.action import action
from macros.changes import Changes, SheetContent
from macros.contacts import contacts_of
from macros.customer_facts import facts_of
from macros.debtors import Known, debtors
from macros.dunning_items import dunning_items
from macros.dunning_terms import Terms, terms_of
from macros.ledger import Ledger, open_ledger
from macros.places import Places
from macros.promise_book import promises_of
from macros.stamp import in_unit, rows_read, title_unit
from macros.texts import Message, text
from macros.worklist import Worklist, worklist
from udfs.rules import all_rules, rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from macros.action import Settings
    from macros.problems import Problem
    from macros.tables import Tables


@action(
    "dunning",
    group="collection",
    icon="dunning",
    reads=("receivables",),
    may_read=("receipts", "customers", "contracts", "contacts", "promises"),
    writes=("dunning",),
    options=(
        "dunning_levels",
        "reminder_days",
        "dunning_interval",
        "dunning_minimum",
        "limitation_roll",
        "unscored_risk",
        "bank_data_until",
        "firm_days_off",
        "firm_workdays",
        "currency",
        "unit",
    ),
)
def dunning(tables: Tables, settings: Settings) -> Changes:
    """Make the work list as of ``settings.as_of``.

    Raises
    ------
    Refusal
        As :func:`macros.ledger.open_ledger`; ``bad_setting_value`` for a setting that is none.
    """
    terms = terms_of(tables, settings)
    ledger = open_ledger(tables, settings)
    contacts, promises = contacts_of(tables, ledger), promises_of(tables, ledger)
    items = dunning_items(ledger, terms, contacts, promises)
    facts = facts_of(tables, settings, ledger)
    rows = debtors(ledger, terms, Known(items, contacts, promises, facts))
    found = worklist(tables, terms, rows, items, promises)
    due_promises = _due(promises, terms)
    difference = found.overdue - ledger_overdue(ledger)
    sheet = _sheet(tables, settings, ledger, terms, found, due_promises)
    undated = _undated(ledger)
    return Changes(
        sheets=(in_unit(sheet, tables, settings),),
        messages=tuple(_messages(tables, found, undated)),
        problems=(*ledger.problems, *_undated_problems(tables, undated)),
        summary=_summary(found, terms, due_promises, undated, difference),
        tie_out=difference,
    )


def ledger_overdue(ledger: Ledger) -> int:
    """Sum what is overdue straight from the ledger, whatever the list makes of it."""
    due = ledger.items["due_date"].to_numpy(dtype=np.int64, na_value=ledger.as_of)
    opened = ledger.items["open"].to_numpy(dtype=np.int64)
    return int(opened[(due < ledger.as_of) & (opened > 0)].sum())


def _due(promises: pd.DataFrame, terms: Terms) -> int:
    """Count the promises whose day has come and whose grace is not over."""
    return int(((promises["status"] == "pending") & (promises["promised"] <= terms.as_of)).sum())


def _sheet(  # noqa: PLR0913, PLR0917 - all that the sheet tells
    tables: Tables,
    settings: Settings,
    ledger: Ledger,
    terms: Terms,
    found: Worklist,
    due_promises: int,
) -> SheetContent:
    lang, as_of = terms.lang, layout.date_text(terms.as_of)
    top = text(
        "dunning.top",
        lang,
        contact=found.contact_today,
        overdue=layout.money_text(found.overdue),
        promises=due_promises,
        within=terms.demand_within,
        near=found.near,
    )
    undated = _undated(ledger)
    if len(undated):
        top += text("dunning.top.undated", lang, amount=_cents(undated))
    tied = layout.tie_out(
        text(
            "dunning.tie",
            lang,
            active=layout.money_text(found.active),
            blocked=layout.money_text(found.blocked),
        ),
        found.overdue,
        text("dunning.tie_source", lang),
        ledger_overdue(ledger),
        lang,
    )
    return SheetContent(
        name=text("dunning.sheet", lang),
        mark="dunning",
        title=text(
            "dunning.title", lang, as_of=as_of, unit=title_unit(tables, settings, ledger.currency)
        ),
        lead=top,
        notes=(tied, _stamp(terms), rows_read(ledger, lang)),
        blocks=(found.block,),
        frozen_columns=2,
        as_of_text=as_of,
    )


def _stamp(terms: Terms) -> str:
    weights = rules("priority", terms.as_of)[0].cells["valid_from"]
    periods = " ".join(row.stamp() for row in all_rules("limitation"))
    return text(
        "dunning.stamp",
        terms.lang,
        levels="/".join(map(str, terms.thresholds)),
        reminders="/".join(map(str, reversed(terms.reminders))),
        interval=terms.interval,
        minimum=layout.money_text(terms.minimum),
        rules=f"{terms.row.stamp()} priority@{weights} {periods}",
    )


def _messages(tables: Tables, found: Worklist, undated: pd.DataFrame) -> Iterator[Message]:
    if not found.overdue and not found.reminders:
        yield Message("dunning.nothing_known" if len(undated) else "dunning.nothing_overdue")
    if len(undated):
        yield Message("dunning.undated", {"amount": _cents(undated)})
    if "promises" not in tables:
        yield Message("dunning.no_promises")
    if "contacts" not in tables:
        yield Message("dunning.no_contacts")
    if found.unpublished:
        yield Message("dunning.calendar_unknown")


def _summary(
    found: Worklist, terms: Terms, due_promises: int, undated: pd.DataFrame, difference: int
) -> tuple[tuple[str, str], ...]:
    figures = {
        "contact": f"{found.contact_today:,}",
        "overdue": layout.money_text(found.overdue),
        "blocked": layout.money_text(found.blocked),
        "promises": f"{due_promises:,}",
        "near": f"{found.near:,}",
        "reminders": f"{found.reminders:,}",
        **({"undated": _cents(undated)} if len(undated) else {}),
        "tie_out": layout.money_text(difference),
    }
    return tuple(
        (text(f"dunning.summary.{name}", terms.lang, within=terms.demand_within), value)
        for name, value in figures.items()
    )


def _undated(ledger: Ledger) -> pd.DataFrame:
    """Give the open items that nobody can call overdue, or not overdue: they have no due date."""
    return ledger.items[(ledger.items["open"] > 0) & ledger.items["due_date"].isna()]


def _cents(items: pd.DataFrame) -> str:
    return layout.money_text(int(items["open"].sum()))


def _undated_problems(tables: Tables, items: pd.DataFrame) -> Iterator[Problem]:
    places = Places(tables.require("receivables"), "due_date")
    for at, cents in zip(items["position"].tolist(), items["open"].tolist(), strict=True):
        yield places.problem("due_date_missing", "warning", at, amount=layout.money_text(cents))
