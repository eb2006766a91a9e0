"""What a book does not have but gives: open items of balances, receipts of a statement, a day.

Each of them only where the book itself has nothing of the kind, and always said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from macros.balance_periods import spans_of
from macros.balances import items_at
from macros.book import address
from macros.layout import date_text
from macros.problems import Problem
from macros.statements import receipts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from macros.tables import Region, Table, Tables

#: A day on which every period of every book has ended.
_LAST: Final = 2_958_465
_MOST_YEARS: Final = 10
_YEAR: Final = 12


def worked_out(tables: Tables) -> tuple[Tables, list[Problem]]:
    """Add what can be worked out from the tables of a book."""
    problems: list[Problem] = []
    found = dict(tables.found)
    if "balances" in found:
        problems += _balances(found)
    if "statements" in found:
        problems += _statements(found)
    parameters = dict(tables.parameters)
    offered: dict[str, str] = {}
    problems += _as_of(found, tables, parameters, offered)
    if found.get("receivables") is not None and found["receivables"].source == "balances":
        problems += _ages(found["balances"], parameters)
    unusable = dict(tables.unusable)
    for name, source in (("receivables", "balances"), ("receipts", "statements")):
        if source in unusable and name in found and found[name].source == source:
            unusable[name] = unusable[source]
    changed = replace(
        tables, found=found, parameters=parameters, offered=offered, unusable=unusable
    )
    return changed, problems


def own_tables(tables: Tables) -> Tables:
    """Give the tables that stand in the book themselves: only below those can rows be added."""
    found = {name: table for name, table in tables.found.items() if not table.source}
    return replace(tables, found=found)


def _balances(found: dict[str, Table]) -> list[Problem]:
    book = found["balances"]
    if "receivables" in found:
        return [_said("balances_unused", book)]
    latest = max((region.period[1] for region in book.regions), default=0)
    items = items_at(book, latest or _LAST)
    if items is None:
        return [_said("balances_unused", book)]
    found["receivables"] = items
    return [_said("balances_taken" if len(book) else "no_rows", book, n=len(book))]


def _statements(found: dict[str, Table]) -> list[Problem]:
    book = found["statements"]
    if "receipts" in found:
        return [_said("statement_unused", book, n=len(book))]
    found["receipts"], problems = receipts_of(found)
    return [_said("statement_taken", book, n=len(found["receipts"])), *problems]


def _as_of(
    found: Mapping[str, Table],
    tables: Tables,
    parameters: dict[str, str],
    offered: dict[str, str],
) -> list[Problem]:
    """Offer the day that the figures say they are of as the as-of date, where 参数 has none."""
    if parameters.get("as_of"):
        return []
    name = "balances" if "balances" in found else "receivables"
    table = found.get(name)
    if table is None:
        return []
    regions = [one for one in table.regions if one.period[1]]
    dated = tables.snapshots.get("receivables") or name == "balances"
    regions = regions if dated else [one for one in regions if one.stated]
    if not regions:
        return []
    last = max(regions, key=lambda one: one.period[1])
    day = date_text(last.period[1])
    parameters["as_of"], offered["as_of"] = day, last.stated or last.sheet
    return [Problem("as_of_offered", "info", name, last.sheet, _cell(last), day, {"day": day})]


def _cell(region: Region) -> str:
    """Give the cell that states the day, or the first of the header."""
    place = region.stated.rpartition("!")[2]
    return place or address(region.header_row, min(region.columns.values(), default=1))


def _ages(book: Table, parameters: dict[str, str]) -> list[Problem]:
    """Count ages from the documents where there are no due dates; by years if they are years."""
    latest = max((region.period[1] for region in book.regions), default=0) or _LAST
    spans = {span for of_region in spans_of(book, latest) for span in of_region}
    bands = [name for name in book.frame.columns if str(name).startswith("over_")]
    count = len(spans)
    if bands:
        count = max(int(str(name).removeprefix("over_")) for name in bands)
    said = []
    if not parameters.get("aging_basis"):
        parameters["aging_basis"] = "document"
        said.append("aging_basis")
    if not parameters.get("aging_scheme") and all(span.months == _YEAR for span in spans):
        parameters["aging_scheme"] = f"{min(count, _MOST_YEARS)}年"
        said.append("aging_scheme")
    return [_said("ages_by_period", book, n=count)] if said else []


def _said(code: str, table: Table, **params: object) -> Problem:
    region = table.regions[0]
    cell = address(region.header_row, min(region.columns.values(), default=1))
    return Problem(
        code,
        "warning" if code == "statement_unused" else "info",
        table=table.name,
        sheet=region.sheet,
        cell=cell,
        params=params,
    )
