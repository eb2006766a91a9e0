"""The schema as a value: tables and their columns, from ``tables.csv`` and ``columns.csv``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import pandas as pd

import workbook_templates

#: pandas dtype of each kind of field.
DTYPES: Final = {
    "text": "object",
    "any": "object",
    "money": "Int64",
    "date": "Int64",
    "days": "Int64",
    "count": "Int64",
    "rate": "Float64",
    "number": "Float64",
    "flag": "boolean",
}


@dataclass(frozen=True, slots=True)
class FieldSchema:
    """A column that a table can have: id, kind, headings, other spellings of the heading.

    An alias that ends in ``?`` is a weak one: it counts only where nothing better is found.
    """

    table: str
    id: str
    kind: str
    required: bool
    zh: str
    en: str
    aliases: tuple[str, ...]
    hers: bool
    width: float | None
    choices: tuple[str, ...]


class Need(NamedTuple):
    """Fields that together make a table, and those of them whose heading must be a telling one."""

    fields: frozenset[str]
    telling: frozenset[str]


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table that a workbook can have: sheet titles, direction, key field, fields in order.

    ``identity`` are the fields that together tell two rows apart where the key is blank;
    ``lines`` those by which several rows can stand under one key, such as the due dates of an
    invoice paid in instalments. ``needs`` are sets of fields, any one of which makes the headings
    of a row those of this table; ``telling`` are those of a set (in the file with ``!``) whose
    heading must not be one that many tables share, such as 金额. ``titled`` are sets that do so
    only on a sheet whose title is the table's own. Of a ``joined`` table several parts with the
    same headings, on sheets per month or year, are one table.
    """

    id: str
    direction: str
    key: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    fields: tuple[FieldSchema, ...]
    identity: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    titled: tuple[Need, ...] = ()
    joined: bool = False

    @property
    def series(self) -> tuple[str, ...]:
        """Fields that stand once for each period: those of which there is a second one."""
        names = {field.id for field in self.fields}
        return tuple(name for name in names if numbered(name, 2) in names)

    def field(self, field_id: str) -> FieldSchema:
        """Give a field by id; KeyError where there is none."""
        for found in self.fields:
            if found.id == field_id:
                return found
        raise KeyError(f"{self.id}.{field_id}")


def numbered(name: str, number: int) -> str:
    """Give the field of a period, the oldest being 1.

    Examples
    --------
    >>> numbered("debit", 1), numbered("debit", 3)
    ('debit', 'debit_3')
    """
    return name if number == 1 else f"{name}_{number}"


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _needs(cell: str) -> tuple[Need, ...]:
    return tuple(
        Need(
            frozenset(name.removesuffix("!") for name in some.split("+")),
            frozenset(name.removesuffix("!") for name in some.split("+") if name.endswith("!")),
        )
        for some in cell.split(";")
        if some
    )


@cache
def tables() -> dict[str, TableSchema]:
    """Give every table of the schema by id, in file order."""
    fields: dict[str, list[FieldSchema]] = {}
    for row in workbook_templates.rows("columns"):
        fields.setdefault(row["table"], []).append(
            FieldSchema(
                table=row["table"],
                id=row["field"],
                kind=row["kind"],
                required=row["required"] == "yes",
                zh=row["zh"],
                en=row["en"],
                aliases=_split(row["aliases"]),
                hers=row["hers"] == "yes",
                width=float(row["width"]) if row["width"] else None,
                choices=_split(row["choices"]),
            )
        )
    return {
        row["table"]: TableSchema(
            id=row["table"],
            direction=row["direction"],
            key=row["key"],
            zh=row["zh"],
            en=row["en"],
            aliases=_split(row["aliases"]),
            fields=tuple(fields.get(row["table"], ())),
            identity=_split(row["identity"]),
            needs=_needs(row["needs"]),
            titled=_needs(row["titled"]),
            lines=_split(row["lines"]),
            joined=row["joined"] == "yes",
        )
        for row in workbook_templates.rows("tables")
    }


def empty_series(table: str, field_id: str, length: int) -> pd.Series:
    """Give an all-missing column of a field's dtype (text: "")."""
    kind = tables()[table].field(field_id).kind
    if kind in {"text", "any"}:
        return pd.Series([""] * length, dtype="object")
    return pd.Series([pd.NA] * length, dtype=DTYPES[kind])
