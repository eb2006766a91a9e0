"""An input table that the book does not have yet: the template's sheet, made with a file's rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from macros import schema, template
from macros.tables import Region, Table
from macros.texts import Refusal

if TYPE_CHECKING:
    from macros.changes import AppendRows, SheetContent
    from macros.tables import Tables
    from macros.texts import Lang


def empty_table(name: str, tables: Tables, lang: Lang) -> Table:
    """Give a table without rows, as the template has it, to match a file's rows with.

    Raises
    ------
    Refusal
        ``no_table``: a sheet of that title stands there and was not recognised, so a second one
        beside it would divide her data.
    """
    known = schema.tables()[name]
    if any(tables.book.sheet(title) is not None for title in (known.zh, known.en)):
        raise Refusal("no_table", tables.book.name, table=name)
    fields = [field.id for field in known.fields]
    frame = pd.DataFrame({field: schema.empty_series(name, field, 0) for field in fields})
    places = frame.assign(sheet=pd.Series(dtype=object), row=pd.Series(dtype="int64"))
    columns = {field: number for number, field in enumerate(fields, 1)}
    title = known.zh if lang == "zh" else known.en
    return Table(name, places, (Region(title, 1, 2, 1, columns, {}),))


def filled_sheet(name: str, append: AppendRows, lang: Lang) -> SheetContent:
    """Give the template's sheet of a table with the rows that would have been appended to it.

    It carries no mark of ours: from the first moment it is hers.
    """
    known = schema.tables()[name]
    sheet = template.input_sheet(known, lang)
    block = sheet.blocks[0]
    data = pd.DataFrame(index=append.rows.index)
    for field in known.fields:
        rows = append.rows.get(field.id)
        if rows is None:
            rows = schema.empty_series(name, field.id, len(append.rows))
        if field.kind == "flag":
            yes, no = template.choices(field, lang)
            rows = rows.map({True: yes, False: no}).astype(object)
        data[field.id] = rows.to_numpy() if rows.dtype == object else rows.array
    return replace(sheet, blocks=(replace(block, data=data),))
