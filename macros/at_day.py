"""The tables of a book as of a day: of several states of one table the one that counts then.

Sheets per month that each list what was open at its end are states of one table: the latest that
is not after the as-of date is taken, and none is added to another. A balance book gives its open
items as of the day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from macros.balance_checks import balance_problems
from macros.balances import items_at
from macros.layout import date_text
from macros.problems import Problem
from macros.tables import Tables
from macros.texts import Message, Refusal

if TYPE_CHECKING:
    from macros.tables import Snapshot


class AtDay(NamedTuple):
    """Tables as of a day, and what is to be said about it."""

    tables: Tables
    problems: tuple[Problem, ...]
    messages: tuple[Message, ...]


def at_day(tables: Tables, day: int) -> AtDay:
    """Give the tables as they count on a day.

    Raises
    ------
    Refusal
        ``no_state_before``: the book has states of later days only.
    """
    found = dict(tables.found)
    problems: list[Problem] = []
    for name, several in tables.snapshots.items():
        one = _latest(several, day, tables.book.name)
        found[name] = one.table
        problems.append(_taken(one, several))
    book, items = tables.get("balances"), tables.get("receivables")
    if book is not None and items is not None and items.source == "balances":
        at = items_at(book, day)
        if at is None:
            raise Refusal("no_state_before", tables.book.name, day=date_text(day))
        found["receivables"] = at
        problems += balance_problems(book, day)
    return AtDay(replace(tables, found=found), tuple(problems), _offered(tables, day))


def _latest(several: tuple[Snapshot, ...], day: int, name: str) -> Snapshot:
    """Give the last state that is not after a day; one of an unknown day comes after none."""
    past = [one for one in several if one.day <= day]
    if not past:
        raise Refusal("no_state_before", name, day=date_text(day))
    return past[-1]


def _taken(one: Snapshot, several: tuple[Snapshot, ...]) -> Problem:
    region = one.table.regions[0]
    return Problem(
        "state_taken",
        "info",
        table=one.table.name,
        sheet=region.sheet,
        cell=region.cell("amount"),
        found=one.name,
        params={"n": len(several) - 1, "names": "、".join(each.name for each in several)},
    )


def with_day_given(tables: Tables) -> Tables:
    """Give the tables without the as-of date that they offer, and without what is said of it."""
    problems = tuple(one for one in tables.problems if one.code != "as_of_offered")
    return replace(tables, problems=problems, offered={})


def _offered(tables: Tables, day: int) -> tuple[Message, ...]:
    """Say where the as-of date comes from, if nobody typed it."""
    place = tables.offered.get("as_of")
    if place is None or tables.parameters.get("as_of") != date_text(day):
        return ()
    return (Message("as_of_offered", {"day": date_text(day), "place": place}),)
