"""The action ``map`` and the sheet 映射: which table and column became what, open to correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros import layout, schema
from macros.above import unit_above
from macros.action import action
from macros.book import address, column_letter
from macros.changes import Block, Changes, SheetContent
from macros.check import table_title
from macros.corrections import column_key
from macros.recognition import key_of, place, recognise
from macros.texts import text

if TYPE_CHECKING:
    from macros.action import Settings
    from macros.headers import Assigned, Candidate
    from macros.recognition import Recognition
    from macros.tables import Tables
    from macros.texts import Lang


@action("map", group="data", icon="map", writes=("map",), needs_as_of=False)
def map_book(tables: Tables, settings: Settings) -> Changes:
    """Write 映射: each region and heading of the workbook, and what it was taken for."""
    recognition = recognise(tables.book)
    content = mapping_sheet(tables, recognition, settings.lang)
    return Changes(
        sheets=(content,), summary=((text("map.name", settings.lang), content.notes[0]),)
    )


def mapping_sheet(tables: Tables, recognition: Recognition, lang: Lang) -> SheetContent:
    """Make 映射 from what was recognised.

    A row for each region, with its headings below it. The column 更正 is hers: the host keeps it
    by key, and the next reading obeys it.
    """
    lines: list[dict[str, object]] = []
    targets: list[str | None] = []
    for one in recognition.candidates:
        quoted = one.grid.sheet.name.replace("'", "''")
        lines.append(_table_line(one, tables, recognition, lang))
        targets.append(f"'{quoted}'!{address(one.row + 1, one.first_column + 1)}")
        for found in one.assigned:
            lines.append(_column_line(one, found, lang))
            targets.append(f"'{quoted}'!{address(one.row + 1, found.column + 1)}")
    names = ("key", "table", "sheet", "range", "field", "heading", "column", "how")
    data = pd.DataFrame(
        {name: pd.Series([line[name] for line in lines], dtype=object) for name in names}
    )
    is_table = np.array([line["level"] == 0 for line in lines], dtype=np.bool_)
    block = Block(
        id="map",
        columns=layout.columns("mapping", lang),
        data=data,
        key="key",
        levels=(~is_table).astype(np.int8),
        styles=np.where(is_table, "subtotal", "detail").astype(object),
        links={"range": np.array([*targets, None], dtype=object)[:-1]},
    )
    return SheetContent(
        name=text("map.name", lang),
        mark="map",
        title=text("map.title", lang),
        notes=_notes(recognition, lang),
        blocks=(block,),
        frozen_columns=3,
    )


def _notes(recognition: Recognition, lang: Lang) -> tuple[str, ...]:
    read = [part for parts in recognition.chosen.values() for part in parts]
    first = [parts[0] for parts in recognition.chosen.values()]
    unknown = [found for one in read for found in one.assigned if found.how == "none"]
    names = {table: table_title(table, lang) for table in schema.tables()}
    separator = "、" if lang == "zh" else ", "
    fields = (
        text(
            "map.fields",
            lang,
            table=names[one.table],
            names=separator.join(
                field.zh if lang == "zh" else field.en
                for field in schema.tables()[one.table].fields
                if field.id not in one.fields
            ),
        )
        for one in first
        if any(field.id not in one.fields for field in schema.tables()[one.table].fields)
    )
    return (
        text(
            "map.summary",
            lang,
            tables=len(first),
            fields=sum(len(one.fields) for one in read),
            unknown=len(unknown),
        ),
        text("map.note", lang),
        text("map.tables", lang, names=separator.join(names.values())),
        *(text("map.free", lang, fields=line) for line in fields),
    )


def _table_line(
    one: Candidate, tables: Tables, recognition: Recognition, lang: Lang
) -> dict[str, object]:
    return {
        "level": 0,
        "key": key_of(one),
        "table": table_title(one.table, lang) if one.table else None,
        "sheet": one.grid.sheet.name,
        "range": place(one),
        "field": None,
        "heading": None,
        "column": None,
        "how": _what_became(one, tables, recognition, lang),
    }


def _what_became(one: Candidate, tables: Tables, recognition: Recognition, lang: Lang) -> str:
    """Say whether a region was read, and if not, why."""
    if one in recognition.chosen.get(one.table, ()):
        code = "corrected" if key_of(one) in recognition.corrected else "read"
        return _read(one, code, tables, recognition, lang)
    if key_of(one) in recognition.ignored:
        return text("map.table.ignored", lang)
    if one.rival:
        return text("map.table.ambiguous", lang, rival=table_title(one.rival, lang))
    if not one.table:
        return text("map.table.unknown", lang)
    return text("map.table.second" if one.table in recognition.chosen else "map.table.needs", lang)


def _read(one: Candidate, code: str, tables: Tables, recognition: Recognition, lang: Lang) -> str:
    """Say how many rows of a region were read, and of which table it is one part or state."""
    table, parts = tables.found[one.table], recognition.chosen[one.table]
    states = tables.snapshots.get(one.table, ())
    if states:
        sheet = one.grid.sheet.name
        state = next(each for each in states if each.name == sheet)
        rows, name = f"{len(state.table):,}", states[-1].name
        return text("map.table.state", lang, rows=rows, n=len(states), last=name)
    if len(parts) == 1:
        return text(f"map.table.{code}", lang, rows=f"{len(table):,}")
    mine = int((table.region_numbers() == parts.index(one)).sum())
    return text("map.table.part", lang, rows=f"{mine:,}", place=parts.index(one) + 1, n=len(parts))


def _column_line(one: Candidate, found: Assigned, lang: Lang) -> dict[str, object]:
    field = schema.tables()[one.table].field(found.field) if found.field else None
    name = (field.zh if lang == "zh" else field.en) if field else None
    occurrence = one.occurrence(found.column)
    return {
        "level": 1,
        "key": column_key(one.grid.sheet.name, one.which, found.heading.text, occurrence),
        "table": table_title(one.table, lang) if one.table else None,
        "sheet": one.grid.sheet.name,
        "range": address(one.row + 1, found.column + 1),
        "field": name,
        "heading": " ".join(found.heading.text.split()),
        "column": column_letter(found.column + 1),
        "how": _how(one, found, lang),
    }


def _how(one: Candidate, found: Assigned, lang: Lang) -> str:
    words = text(f"map.how.{found.how}", lang)
    if found.field and schema.tables()[one.table].field(found.field).kind == "money":
        scale = found.heading.scale or unit_above(one) or 1
        if scale != 1:
            words += text("map.how.unit", lang, scale=f"{scale:,}")
    return words
