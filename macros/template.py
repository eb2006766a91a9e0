"""The Changes that make a new workbook: hers to fill in, in Chinese or English, or with the sample.

The input sheets carry no mark of ours: from the first moment they belong to the person. Only the
two that explain (说明, 数据字典) are ours, so that nobody takes them for data.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

import workbook_templates
from macros import schema
from macros.action import actions
from macros.changes import Block, Changes, Column, SheetContent
from macros.layout import serial
from macros.texts import has, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from macros.changes import ColumnKind
    from macros.schema import FieldSchema, TableSchema
    from macros.texts import Lang

#: Tables of a new workbook, in the order of their tabs.
TABLES: Final = (
    "receivables",
    "receipts",
    "customers",
    "contracts",
    "targets",
    "phases",
    "settings",
    "contacts",
    "promises",
)

#: Kind of a field of the schema → kind of a column on a sheet.
#: Flags are words here (是, 否), because a blank is neither.
_KINDS: Final[dict[str, ColumnKind]] = {"any": "text", "flag": "text"}

#: Widths in characters by kind; a field of ``columns.csv`` may say its own.
_WIDTHS: Final = {"money": 16.0, "date": 13.0, "text": 14.0, "flag": 10.0, "days": 9.0}
_WIDE: Final = {
    "customer_name": 28.0,
    "note": 24.0,
    "project": 18.0,
    "value": 20.0,
    "result": 24.0,
    "hold_until": 15.0,
    "delivered_date": 14.0,
    "settings.key": 24.0,
    "settings.note": 68.0,
}


def new_workbook(lang: Lang, *, sample: bool) -> Changes:
    """Give the Changes of a new workbook.

    Parameters
    ----------
    lang : {"zh", "en"}
        Language of sheet names, headings, choices and explanations.
    sample : bool
        With the synthetic ledger of ``workbook_templates/sample``, else empty tables.

    Returns
    -------
    Changes
        A sheet that explains, one per input table in the order of :data:`TABLES`, and the data
        dictionary. 参数 has every key of ``rules/settings.csv`` in either case.
    """
    known = schema.tables()
    return Changes(
        sheets=(
            _read_me(lang, sample=sample),
            *(input_sheet(known[name], lang, sample=sample) for name in TABLES),
            _dictionary(lang),
        )
    )


def choices(field: FieldSchema, lang: Lang) -> tuple[str, ...]:
    """Give the words offered for a field: those of ``columns.csv`` (``zh=en``), 是/否 for flags."""
    if field.kind == "flag":
        return text("template.yes", lang), text("template.no", lang)
    pairs = [choice.split("=") for choice in field.choices]
    return tuple(pair[0] if lang == "zh" else pair[-1] for pair in pairs)


def _heading(entry: TableSchema | FieldSchema, lang: Lang) -> str:
    return entry.zh if lang == "zh" else entry.en


def input_sheet(table: TableSchema, lang: Lang, *, sample: bool = False) -> SheetContent:
    """Give the sheet of an input table, empty but for one row to be filled in, or the sample."""
    title = _heading(table, lang)
    money = any(field.kind == "money" for field in table.fields)
    block = Block(
        id=table.id,
        columns=tuple(_input_column(field, lang) for field in table.fields),
        data=_settings_frame(lang, sample=sample)
        if table.id == "settings"
        else _frame(table, lang, _sample_rows(table.id) if sample else ()),
        table=f"tbl_{table.id}",
    )
    return SheetContent(
        name=title,
        mark=None,
        title=text("template.title" if money else "template.title.plain", lang, table=title),
        notes=(text(f"template.table.{table.id}", lang),),
        blocks=(block,),
        frozen_columns=1,
    )


def _input_column(field: FieldSchema, lang: Lang) -> Column:
    return Column(
        id=field.id,
        heading=_heading(field, lang),
        kind=_column_kind(field),
        choices=choices(field, lang),
        width=field.width
        or _WIDE.get(f"{field.table}.{field.id}")
        or _WIDE.get(field.id)
        or _WIDTHS.get(field.kind, 12.0),
    )


def _column_kind(field: FieldSchema) -> ColumnKind:
    return _KINDS.get(field.kind, field.kind)  # type: ignore[arg-type]  # the other kinds share their names


def _sample_rows(table: str) -> Sequence[dict[str, str]]:
    return workbook_templates.rows(f"sample/{table}")


def _frame(table: TableSchema, lang: Lang, lines: Sequence[dict[str, str]]) -> pd.DataFrame:
    """Give the rows of a sample table with the dtypes of the schema."""
    data = {}
    for field in table.fields:
        read = _reader(field, lang)
        # An Excel table has at least one row: an empty one is the first to be filled in.
        cells = [read(line.get(field.id, "")) for line in lines or ({},)]
        dtype = "object" if _column_kind(field) == "text" else schema.DTYPES[field.kind]
        data[field.id] = pd.Series(cells, dtype=dtype)
    return pd.DataFrame(data)


def _cents(cell: str) -> int:
    return int(Decimal(cell).scaleb(2))


def _reader(field: FieldSchema, lang: Lang) -> Callable[[str], object]:
    """Give what turns a cell of a sample CSV into a value of the field's kind."""
    words = dict(zip(choices(field, "zh"), choices(field, lang), strict=True))
    by_kind: dict[str, Callable[[str], object]] = {
        "money": _cents,
        "date": serial,
        "days": int,
        "count": int,
        "rate": float,
        "number": float,
    }

    def word(cell: str) -> object:
        return words.get(cell, cell)

    read = by_kind.get(field.kind, word)
    blank = "" if _column_kind(field) == "text" else pd.NA
    return lambda cell: read(cell) if cell else blank


def _settings_frame(lang: Lang, *, sample: bool) -> pd.DataFrame:
    """Every setting with its default, explained; the sample's own values go before defaults."""
    own = {line["key"]: line["value"] for line in _sample_rows("settings")} if sample else {}
    rows = [
        (line[lang], own.get(line["key"], line["default"]), line[f"note_{lang}"])
        for line in workbook_templates.rows("rules/settings")
    ]
    return pd.DataFrame(rows, columns=["key", "value", "note"], dtype="object")


def _read_me(lang: Lang, *, sample: bool) -> SheetContent:
    known = schema.tables()
    fill = [
        (
            str(number),
            _heading(known[name], lang),
            text(f"template.table.{name}", lang),
            "、".join(_heading(field, lang) for field in known[name].fields if field.required),
        )
        for number, name in enumerate(TABLES, 1)
    ]
    run = [
        (str(number), text(f"action.{name}.label", lang), text(f"action.{name}.tip", lang), command)
        for number, (name, command) in enumerate(_commands(), 1)
    ]
    return SheetContent(
        name=text("template.readme", lang),
        mark="readme",
        title=text("template.readme.title", lang),
        notes=(
            text(f"template.readme.note.{'sample' if sample else 'empty'}", lang),
            text("template.readme.note.columns", lang),
        ),
        blocks=(
            _text_block("fill", ("step", "sheet", "fill", "required"), fill, lang, "heading.fill"),
            _text_block("run", ("step", "action", "does", "command"), run, lang, "heading.run"),
        ),
    )


#: Commands of the actions that are no ``huikuan run ACTION BOOK``.
_COMMANDS: Final = {
    "map": "huikuan map BOOK",
    "check": "huikuan check BOOK",
    "import-table": "huikuan import-table FILE BOOK",
}


def _commands() -> Iterable[tuple[str, str]]:
    """Give the actions that have a text, with the command that runs each on a closed file."""
    for name in actions():
        if has(f"action.{name}.label"):
            yield name, _COMMANDS.get(name, f"huikuan run {name} BOOK")


def _dictionary(lang: Lang) -> SheetContent:
    rows = []
    other: Lang = "en" if lang == "zh" else "zh"
    for name in TABLES:
        table = schema.tables()[name]
        rows += [
            (
                _heading(table, lang),
                _heading(field, lang),
                text(f"template.kind.{field.kind}", lang),
                text("template.yes", lang) if field.required else "",
                " | ".join(choices(field, lang)),
                " | ".join((_heading(field, other), *(name.rstrip("?") for name in field.aliases))),
            )
            for field in table.fields
        ]
    names = ("table", "column", "kind", "must", "choices", "aliases")
    return SheetContent(
        name=text("template.dictionary", lang),
        mark="dictionary",
        title=text("template.dictionary.title", lang),
        notes=(text("template.dictionary.note", lang),),
        blocks=(_text_block("dictionary", names, rows, lang),),
    )


_TEXT_WIDTHS: Final = {
    "step": 5.0,
    "fill": 62.0,
    "does": 62.0,
    "required": 40.0,
    "kind": 12.0,
    "must": 8.0,
    "choices": 40.0,
    "aliases": 100.0,
}
_TEXT_WIDTHS_DEFAULT: Final = 18.0
_LONG: Final = frozenset({"fill", "does", "required", "choices", "aliases"})


def _text_block(
    block: str, names: Sequence[str], rows: Sequence[Sequence[str]], lang: Lang, heading: str = ""
) -> Block:
    """Give a block of texts under the headings ``template.column.<name>``."""
    return Block(
        id=block,
        columns=tuple(
            Column(
                id=name,
                heading=text(f"template.column.{name}", lang),
                kind="wrap" if name in _LONG else "text",
                width=_TEXT_WIDTHS.get(name, _TEXT_WIDTHS_DEFAULT),
            )
            for name in names
        ),
        data=pd.DataFrame(list(rows), columns=list(names), dtype="object"),
        styles=np.full(len(rows), "detail", dtype=object),
        heading=text(f"template.{heading}", lang) if heading else "",
    )
