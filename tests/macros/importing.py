"""Imports typed by hand: a file, a book, and the book after."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from macros.action import Settings
from macros.book import Book, Sheet
from macros.import_table import import_table
from macros.tables import Table, Tables
from tests.ledgers import book_of

EMPTY_BOOK = {
    "receivables": "document|customer|document_date|due_date|amount|disputed",
    "receipts": "receipt|receipt_date|customer|document|amount|method",
}
INVOICES = """
    document  |customer|document_date|due_date  |amount  |settled_date
    0000611365|0379    |2013-01-02   |2013-02-01|   55.94|2013-01-15
    0007900770|8976    |2013-01-26   |2013-02-25|   61.74|2013-03-03
    0009231909|2820    |2013-07-03   |2013-08-02|   65.88|
"""


def run(book: Tables, source: Tables, lang="zh", **options: str):
    return import_table(book, Settings(as_of=0, lang=lang, options=options, inputs=source))


def file_of(headings: dict[str, str] | None = None, extra: tuple[str, ...] = (), **tables: str):
    """A file with one sheet per table; ``headings`` replace field names, ``extra`` come last."""
    found = book_of(**tables)
    sheets, read = [], {}
    for name, table in found.found.items():
        region = table.regions[0]
        written = {field: (headings or {}).get(field, field) for field in region.columns}
        header = np.array([[*written.values(), *extra]], dtype=object)
        sheets.append(Sheet(region.sheet, header))
        regions = (dataclasses.replace(region, headings=written),)
        read[name] = Table(name, table.frame, regions)
    return Tables(Book("in.csv", tuple(sheets)), read)


def after(book: Tables, changes) -> Tables:
    """The book once a host has applied the appends and read it again."""
    found = dict(book.found)
    for append in changes.appends:
        table = next(t for t in found.values() if t.regions[-1].sheet == append.sheet)
        region = table.regions[-1]
        names = {column: field for field, column in region.columns.items()}
        added = append.rows.set_axis([names[column] for column in append.columns], axis=1)
        rows = range(append.after + 1, append.after + 1 + len(added))
        added = added.assign(sheet=append.sheet, row=rows).reindex(columns=table.frame.columns)
        merged = pd.concat([table.frame.astype(object), added.astype(object)], ignore_index=True)
        for name, kind in table.frame.dtypes.items():
            merged[name] = (
                merged[name].fillna("") if kind == "object" else merged[name].astype(kind)
            )
        last = append.after + len(added)
        found[table.name] = Table(table.name, merged, (dataclasses.replace(region, last_row=last),))
    return Tables(book.book, found)


def values(changes, sheet: str, field: str) -> list[object]:
    append = next(part for part in changes.appends if part.sheet == sheet)
    return append.rows[field].tolist()
