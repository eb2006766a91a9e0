"""What can be said only about a whole table or a whole book, after its rows are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros import layout, schema
from macros.book import address
from macros.problems import Problem
from macros.words import plain
from udfs.values import MISSING

if TYPE_CHECKING:
    import numpy.typing as npt

    from macros.book import Book
    from macros.problems import Severity
    from macros.tables import Table


def book_problems(book: Book) -> list[Problem]:
    """Say that a book counts its days from 1904."""
    return [Problem("date_1904", "info", found=book.name)] if book.date_1904 else []


def rows_problems(book: Book, table: Table) -> list[Problem]:
    """Check a table as a whole: blank and repeated keys, hidden rows, dates in the wrong order."""
    if not len(table):
        return []
    return [
        *_blank_keys(table),
        *_repeated_keys(table),
        *_customer_missing(table),
        *_no_due_date(table),
        *_hidden_rows(book, table),
        *_dates_reversed(table),
    ]


def _problem(  # noqa: PLR0913, PLR0917 - a problem has so many parts
    table: Table,
    position: int,
    field: str,
    code: str,
    severity: Severity,
    found: str = "",
    **params: object,
) -> Problem:
    row = int(table.frame["row"].to_numpy()[position])
    region = table.region(position)
    column = region.columns.get(field, 1)
    return Problem(code, severity, table.name, region.sheet, address(row, column), found, params)


def _blank_keys(table: Table) -> list[Problem]:
    """Report rows without the number that nothing else can stand for."""
    known = schema.tables()[table.name]
    if known.identity != (known.key,) or not table.has(known.key):
        return []
    blank = np.flatnonzero((table.get(known.key) == "").to_numpy(dtype=np.bool_))
    heading = table.regions[0].headings[known.key]
    return [
        _problem(table, int(position), known.key, "missing_key", "warning", heading=heading)
        for position in blank
    ]


def _normals(series: pd.Series) -> npt.NDArray[np.int64]:
    """Give equal texts equal codes, full width as half width and without case; blank is -1."""
    codes, distinct = pd.factorize(series.to_numpy(dtype=object))
    texts = pd.Index([plain(str(one)) for one in distinct], dtype=object)
    merged, names = pd.factorize(texts)
    merged = np.where(np.asarray(names[merged] == ""), -1, merged) if len(names) else merged
    return np.append(merged, -1)[codes].astype(np.int64)


def _repeated_keys(table: Table) -> list[Problem]:
    """Report keys that stand more than once; both rows are counted.

    Where the rows differ in a field that may differ under one key (two due dates under one invoice)
    they are taken as its lines, which is said too.
    """
    known = schema.tables()[table.name]
    if not known.key or not table.has(known.key):
        return []
    keys = _normals(table.get(known.key))
    frame = pd.DataFrame({"key": keys})
    for name in known.lines:
        values = table.get(name)
        # Texts are of dtype object or, from pandas 3 on, str.
        if pd.api.types.is_numeric_dtype(values):
            frame[name] = values.to_numpy(dtype=np.int64, na_value=MISSING)
        else:
            frame[name] = _normals(values)
    again = frame.duplicated(["key"]).to_numpy() & (keys >= 0)
    same = frame.duplicated().to_numpy() if known.lines else again
    first = np.flatnonzero(frame.groupby("key", sort=False).cumcount().to_numpy() == 0)
    first_of = pd.Series(first, index=keys[first])
    return [
        _problem(
            table,
            int(position),
            known.key,
            "duplicate_key" if same[position] else "lines_of_key",
            "warning" if same[position] else "info",
            str(table.frame[known.key].iloc[position]),
            first=_place_of(table, int(first_of[keys[position]]), int(position), known.key),
        )
        for position in np.flatnonzero(again)
    ]


def _place_of(table: Table, position: int, seen_from: int, field: str) -> str:
    """Give the cell of a row, with its sheet where that is another one."""
    region = table.region(position)
    cell = address(int(table.frame["row"].iloc[position]), region.columns.get(field, 1))
    return cell if region.sheet == table.region(seen_from).sheet else f"{region.sheet}!{cell}"


def _customer_missing(table: Table) -> list[Problem]:
    """Report receivables of nobody, run by run of rows: whom a contract names is not nobody."""
    fields = [name for name in ("customer_name", "customer") if table.has(name)]
    if table.name != "receivables" or not fields:
        return []
    blank = np.ones(len(table), dtype=np.bool_)
    for name in (*fields, "contract"):
        blank &= (table.get(name) == "").to_numpy(dtype=np.bool_)
    rows = np.flatnonzero(blank)
    amounts = table.get("amount")
    return [
        _problem(
            table, int(run[0]), fields[0], "customer_missing", "warning", n=len(run),
            total=layout.money_text(int(amounts.iloc[run].sum())),
        )
        for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
        if len(run)
    ]  # fmt: skip


def _no_due_date(table: Table) -> list[Problem]:
    """Say once that a table has no due dates at all."""
    if table.name != "receivables" or table.has("due_date"):
        return []
    region = table.regions[0]
    cell = address(region.header_row, min(region.columns.values(), default=1))
    headings = "、".join(region.headings.values())
    return [Problem("no_due_date_column", "warning", table.name, region.sheet, cell, headings)]


def _hidden_rows(book: Book, table: Table) -> list[Problem]:
    found: list[Problem] = []
    for name in dict.fromkeys(region.sheet for region in table.regions):
        sheet = book.sheet(name)
        if sheet is None or not sheet.hidden_rows:
            continue
        inside = table.frame["row"].isin(sheet.hidden_rows) & (table.frame["sheet"] == name)
        positions = np.flatnonzero(inside.to_numpy(dtype=np.bool_))
        if not len(positions):
            continue
        total = ""
        if table.has("amount"):
            total = layout.money_text(int(table.get("amount").iloc[positions].sum()))
        first, count = int(positions[0]), len(positions)
        found.append(_problem(table, first, "", "hidden_rows", "info", n=count, total=total))
    return found


def _dates_reversed(table: Table) -> list[Problem]:
    """Report due dates before the document's own date, and periods that end before they start."""
    found: list[Problem] = []
    for early, late in (("document_date", "due_date"), ("start_date", "end_date")):
        if not (table.has(early) and table.has(late)):
            continue
        first = table.get(early).to_numpy(dtype=np.int64, na_value=MISSING)
        second = table.get(late).to_numpy(dtype=np.int64, na_value=MISSING)
        wrong = (first != MISSING) & (second != MISSING) & (second < first)
        found += [
            _problem(
                table, int(position), late, "dates_reversed", "warning",
                layout.date_text(int(second[position])),
                first=layout.date_text(int(first[position])),
                heading=table.regions[0].headings[late],
            )
            for position in np.flatnonzero(wrong)
        ]  # fmt: skip
    return found
