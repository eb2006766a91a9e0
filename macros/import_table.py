"""``import-table``: rows of a file below the book's table of the same kind, each of them once.

Nothing of hers is changed: a row that stands there with other content stays as it is, and both
values are listed. What the file has and the book has no place for is named, never dropped in
silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from macros import schema
from macros.action import action
from macros.book import address
from macros.changes import AppendRows, Changes
from macros.conflicts import SOURCE, conflicts, paid_otherwise, repeats
from macros.incoming import (
    Incoming,
    file_place,
    incoming,
    left_out_cells,
    settled_receipts,
    together,
)
from macros.layout import money_text
from macros.merge import Merge, merge
from macros.new_table import empty_table, filled_sheet
from macros.problems import source_of
from macros.texts import Message, Refusal, text
from macros.worked_out import own_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from macros.action import Settings
    from macros.book import Book
    from macros.changes import ColumnKind, SheetContent
    from macros.conflicts import Finding
    from macros.problems import Problem
    from macros.tables import Region, Table, Tables
    from macros.texts import Lang

#: Minor units in a unit of the currency.
_CENTS: Final = 100
_TABLES: Final = tuple(
    name for name in schema.tables() if name not in {"settings", "balances", "statements"}
)


@dataclass(frozen=True, slots=True, eq=False)
class _Brought:
    """What came of the rows of one table. ``sure`` are those whose money nothing contradicts."""

    sure: npt.NDArray[np.bool_]
    append: AppendRows | None
    problems: tuple[Problem, ...]
    messages: tuple[Message, ...]
    summary: tuple[str, str]
    tie_out: int
    made: SheetContent | None = None


@action(
    SOURCE,
    group="data",
    icon="ImportTextFile",
    may_read=_TABLES,
    options=("without",),
    needs_as_of=False,
)
def import_table(tables: Tables, settings: Settings) -> Changes:
    """Append the rows of a file's tables to the book's tables of the same kind.

    Where the book has no such table, it gets the template's sheet with these rows.

    Parameters
    ----------
    tables : Tables
        The book's tables.
    settings : Settings
        ``inputs`` are the file's tables; option ``without`` names columns to be left out.

    Returns
    -------
    Changes
        Rows to append, conflicts as problems, a line of counts for each table. ``tie_out`` is
        the money of the file less what was added, stood there or was listed as contradicting.

    Raises
    ------
    Refusal
        ``nothing_to_import``, ``no_table``, ``no_such_column``, ``required_column``,
        ``rows_below``.
    """
    tables = own_tables(tables)
    source = settings.inputs
    if source is None:
        raise Refusal("nothing_to_import", tables.book.name)
    found, said = incoming(source, settings.options.get("without", ""))
    messages = list(said)
    waiting = {rows.table: rows for rows in found}
    done: list[_Brought] = []
    for name in _TABLES:
        rows = waiting.get(name)
        if rows is None:
            continue
        implied = None
        if name == "receivables" and _settles_here(rows, tables):
            done.append(_bring(_unsettled(rows), name, tables, settings.lang))
            implied = settled_receipts(rows, done[-1].sure)
        else:
            done.append(_bring(rows, name, tables, settings.lang))
        if implied is not None:
            waiting["receipts"] = cast("Incoming", together(waiting.get("receipts"), implied))
            messages.append(_settled(implied))
    for part in done:
        messages.extend(part.messages)
    return Changes(
        sheets=tuple(part.made for part in done if part.made is not None),
        appends=tuple(part.append for part in done if part.append is not None),
        messages=tuple(messages),
        problems=tuple(
            replace(each, source=source_of(SOURCE, source.book.name))
            for each in (*_passed_on(source, found), *(p for part in done for p in part.problems))
        ),
        summary=tuple(part.summary for part in done),
        tie_out=sum(part.tie_out for part in done),
    )


def _passed_on(source: Tables, found: Sequence[Incoming]) -> tuple[Problem, ...]:
    """Give what the file's own reading met, with the file named in the place.

    How a column was read that is left out is nobody's concern.
    """
    left_out = left_out_cells(source, found)
    return tuple(
        replace(each, sheet=file_place(source.book.name, each.sheet))
        for each in source.problems
        if (each.sheet, each.cell.rstrip("0123456789")) not in left_out
    )


def _settles_here(rows: Incoming, tables: Tables) -> bool:
    """Whether settled dates become receipts: one fact stands in one place, 回款 if there is one.

    A book without 回款 that has the column itself keeps the date there; so does a table that
    is yet to be made.

    Raises
    ------
    Refusal
        ``no_table``: the book has neither.
    """
    if "settled_date" not in rows.fields or not rows.frame["settled_date"].notna().any():
        return False
    if "receivables" not in tables:
        return "receipts" in tables
    own_column = "settled_date" in tables.require("receivables").regions[-1].columns
    if "receipts" not in tables and own_column:
        return False
    tables.require("receipts")
    return True


def _unsettled(rows: Incoming) -> Incoming:
    return replace(rows, fields=tuple(name for name in rows.fields if name != "settled_date"))


def _settled(implied: Incoming) -> Message:
    amount = money_text(int(implied.frame["amount"].sum()))
    return Message("import.settled", {"count": f"{len(implied.frame):,}", "amount": amount})


def _bring(rows: Incoming, name: str, tables: Tables, lang: Lang) -> _Brought:
    """Match the rows of a file with the book's table and say what is to be done with each."""
    missing = name not in tables
    table = empty_table(name, tables, lang) if missing else tables.require(name)
    region = table.regions[-1]
    fields = tuple(name for name in rows.fields if name in region.columns)
    result = merge(rows.frame, table, fields)
    found = [*conflicts(rows, table, result, fields, lang), *repeats(rows, result, fields, lang)]
    doubled = paid_otherwise(rows, table, result, lang)
    new = result.new
    left = np.zeros_like(new)
    left[[finding.position for finding in doubled]] = True
    new &= ~left
    added = rows.frame.loc[new, list(fields)]
    append = _append(added, region, rows.table) if new.any() else None
    if append is not None:
        _refuse_if_occupied(append, tables.book)
    sure = result.repeats < 0
    sure[[finding.position for finding in found if finding.field == "amount"]] = False
    made = filled_sheet(name, append, lang) if missing and append is not None else None
    return _Brought(
        sure=sure,
        append=None if missing else append,
        made=made,
        problems=tuple(finding.problem for finding in (*found, *doubled)),
        messages=(
            *_which_sheet(table, lang),
            *_no_place(rows, region, lang),
            *((Message("import.made", {"sheet": made.name}),) if made is not None else ()),
        ),
        summary=_summary(rows, new, result, [*found, *doubled], lang),
        tie_out=_tie_out(rows, new, [result.stands >= 0, result.repeats >= 0, left]),
    )


def _append(rows: pd.DataFrame, region: Region, table: str) -> AppendRows:
    """Give the rows as the book's own columns hold them, below the last detail of its table."""
    kinds: list[ColumnKind] = []
    written = rows.reset_index(drop=True)
    for name in rows.columns:
        kind = schema.tables()[table].field(name).kind
        scale = region.scales.get(name, 1)
        if kind == "money" and scale != 1:
            # The host writes money in units; her column has 10,000 or another unit of its own.
            written[name] = written[name].astype("Float64") / (_CENTS * scale)
            kind = "number"
        kinds.append("text" if kind == "any" else cast("ColumnKind", kind))
    return AppendRows(
        sheet=region.sheet,
        after=max(region.last_detail or region.last_row, region.header_row),
        columns=tuple(region.columns[name] for name in rows.columns),
        kinds=tuple(kinds),
        rows=written,
        excel_table=region.excel_table,
        header=region.header_row,
    )


def _refuse_if_occupied(append: AppendRows, book: Book) -> None:
    """Refuse where totals, notes or signatures stand below the table, with no room between.

    Raises
    ------
    Refusal
        ``rows_below``, with the first cell in the way.
    """
    sheet = book.sheet(append.sheet)
    if sheet is None:
        return
    left, right = min(append.columns), max(append.columns)
    count = len(append.rows)
    there = sheet.cells[append.after : append.after + count, left - 1 : right]
    filled = np.asarray(there != np.array(None, dtype=np.object_))
    taken = [(append.after + 1 + row, left + column) for row, column in np.argwhere(filled)]
    taken += [
        (row, column)
        for row, column in sheet.uncached
        if append.after < row <= append.after + count and left <= column <= right
    ]
    if taken:
        place = f"{sheet.name}!{address(*min(taken))}"
        raise Refusal("rows_below", place, count=f"{count:,}")


def _which_sheet(table: Table, lang: Lang) -> tuple[Message, ...]:
    """Say where the rows go if the book keeps the table on several sheets."""
    if len(table.regions) == 1:
        return ()
    params = {"table": _title(table.name, lang), "sheet": table.regions[-1].sheet}
    return (Message("import.sheet", {**params, "count": len(table.regions)}),)


def _no_place(rows: Incoming, region: Region, lang: Lang) -> tuple[Message, ...]:
    """Name the columns of the file that the book's table has no column for."""
    missing = [name for name in rows.fields if name not in region.columns]
    # The number of an implied receipt was never a column of the file.
    named = [rows.headings[name] for name in missing if name in rows.headings]
    if not named:
        return ()
    params = {"table": _title(rows.table, lang), "columns": ", ".join(named)}
    return (Message("import.no_place", {**params, "sheet": region.sheet}),)


def _title(table: str, lang: Lang) -> str:
    known = schema.tables()[table]
    return known.zh if lang == "zh" else known.en


def _summary(
    rows: Incoming,
    new: npt.NDArray[np.bool_],
    result: Merge,
    found: list[Finding],
    lang: Lang,
) -> tuple[str, str]:
    contradicting = {finding.position for finding in found if finding.field}
    counts = {
        "read": len(rows.frame),
        "new": int(new.sum()),
        "there": int((result.stands >= 0).sum()),
        "repeated": int((result.repeats >= 0).sum()),
        "conflicts": len(contradicting),
    }
    line = text("import.counts", lang, **{name: f"{count:,}" for name, count in counts.items()})
    if "amount" in rows.fields:
        amount = money_text(int(rows.frame.loc[new, "amount"].sum()))
        line += text("import.amount", lang, amount=amount)
    return _title(rows.table, lang), line


def _tie_out(
    rows: Incoming, new: npt.NDArray[np.bool_], others: list[npt.NDArray[np.bool_]]
) -> int:
    """Give the money of the file that is neither added nor accounted for: it must be 0."""
    if "amount" not in rows.fields:
        return 0
    amount = rows.frame["amount"].fillna(0).to_numpy(dtype=np.int64)
    return int(amount.sum()) - int(amount[new].sum()) - sum(int(amount[o].sum()) for o in others)
