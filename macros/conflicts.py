"""Where a file contradicts the book: both values, the place of the one that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from macros import schema
from macros.book import address
from macros.layout import date_text, money_text
from macros.merge import differences
from macros.problems import Problem
from macros.texts import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from macros.incoming import Incoming
    from macros.merge import Merge
    from macros.tables import Table
    from macros.texts import Lang

#: The id of the action that finds them; 数据检查 shows it as the source of the row.
SOURCE = "import-table"


class Finding(NamedTuple):
    """A problem with a row of the file: its position, the field, and what is to be listed."""

    position: int
    field: str
    problem: Problem


def shown(value: object, kind: str, lang: Lang) -> str:
    """Give a value of a field as a person reads it; a blank is said, not left out."""
    if value is None or value is pd.NA or value == "":
        return text("import.blank", lang)
    if kind == "money":
        return money_text(int(str(value)))
    if kind == "date":
        return date_text(int(str(value)))
    if kind == "flag":
        return text("import.yes" if value else "import.no", lang)
    return str(value)


def conflicts(
    rows: Incoming, table: Table, result: Merge, fields: Sequence[str], lang: Lang
) -> list[Finding]:
    """List each field in which a row of the file contradicts its row in the book."""
    at = np.flatnonzero(result.stands >= 0)
    stands = result.stands[at]
    offered, kept = rows.frame.iloc[at], table.frame.iloc[stands]
    found = []
    for field, where in differences(offered, kept, fields):
        for index in where:
            line = table.frame.iloc[int(stands[index])]
            region = next(r for r in table.regions if r.sheet == line["sheet"])
            place = (str(line["sheet"]), address(int(line["row"]), region.columns.get(field, 1)))
            pair = _Pair(field, offered[field].iloc[index], kept[field].iloc[index], place)
            found.append(_conflict(rows, int(at[index]), pair, lang))
    return found


def repeats(rows: Incoming, result: Merge, fields: Sequence[str], lang: Lang) -> list[Finding]:
    """List the rows that stand twice in the file: the first is taken, the other is not."""
    at = np.flatnonzero(result.repeats >= 0)
    firsts = result.repeats[at]
    found = []
    differing = set()
    for field, where in differences(rows.frame.iloc[at], rows.frame.iloc[firsts], fields):
        for index in where:
            position, first = int(at[index]), int(firsts[index])
            column = rows.frame[field]
            pair = _Pair(field, column.iloc[position], column.iloc[first], rows.place(first, field))
            found.append(_conflict(rows, position, pair, lang))
            differing.add(position)
    key = schema.tables()[rows.table].key
    for position in map(int, at):
        if position not in differing:
            sheet, cell = rows.place(position, key)
            problem = Problem(
                "import_repeated",
                "info",
                rows.table,
                sheet,
                cell,
                str(rows.frame[key].iloc[position]),
                {"first": rows.place(int(result.repeats[position]), key)[1]},
                source=SOURCE,
            )
            found.append(Finding(position, "", problem))
    return found


class _Pair(NamedTuple):
    """What the file offers and what the book keeps for a field, and where the kept one stands."""

    field: str
    offered: object
    kept: object
    place: tuple[str, str]


def _conflict(rows: Incoming, position: int, pair: _Pair, lang: Lang) -> Finding:
    declared = schema.tables()[rows.table].field(pair.field)
    offered, kept = (shown(value, declared.kind, lang) for value in (pair.offered, pair.kept))
    sheet, cell = rows.place(position, pair.field)
    problem = Problem(
        "import_conflict",
        "warning",
        rows.table,
        *pair.place,
        found=kept,
        params={
            "field": declared.zh if lang == "zh" else declared.en,
            "kept": kept,
            "offered": offered,
            "place": f"{sheet}!{cell}",
            "key": _name(rows, position),
        },
        source=SOURCE,
    )
    return Finding(position, pair.field, problem)


def _name(rows: Incoming, position: int) -> str:
    """Name a row by its key, or by its place where it has none."""
    key = schema.tables()[rows.table].key
    named = str(rows.frame[key].iloc[position]) if key in rows.frame else ""
    return named or "!".join(rows.place(position, key))


def paid_otherwise(rows: Incoming, table: Table, result: Merge, lang: Lang) -> list[Finding]:
    """List the implied receipts of documents that have a receipt of another kind already.

    A settled date says that an invoice is paid; a receipt that she, or the file itself, has for
    that invoice says so too. Both would count the money twice, so the implied one stays out.
    """
    if "implied" not in rows.frame or not table.has("document"):
        return []
    implied = rows.frame["implied"].to_numpy(dtype=np.bool_)
    others = table.frame["document"].to_numpy()[~np.isin(np.arange(len(table)), result.stands)]
    own = rows.frame["document"].to_numpy()[~implied]
    known = set(map(str, others)) | set(map(str, own))
    known.discard("")
    doubled = rows.frame["document"].isin(known).to_numpy() & implied & result.new
    found = []
    for position in map(int, np.flatnonzero(doubled)):
        sheet, cell = rows.place(position, "receipt_date")
        amount = int(rows.frame["amount"].iloc[position])
        problem = Problem(
            "import_paid_otherwise",
            "warning",
            "receipts",
            sheet,
            cell,
            shown(rows.frame["receipt_date"].iloc[position], "date", lang),
            {"document": str(rows.frame["document"].iloc[position]), "amount": money_text(amount)},
            amount,
            SOURCE,
        )
        found.append(Finding(position, "document", problem))
    return found
