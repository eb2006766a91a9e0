"""Closed vocabularies of cells: choices, languages, ladders and headings, from the CSV files.

Nothing is read at import; each file at the first call that needs it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import workbook_templates
from udfs import rules
from udfs.reading import half_width

LANGUAGES: Final = {"zh": "zh", "中文": "zh", "en": "en", "english": "en", "英文": "en"}
_UNIT: Final = re.compile(r"\([^)]*\)$")
#: What stands before the word of a line: 一、 (一) 1. IV. ☆ 减: 加: 其中: and their English.
_LEADING: Final = re.compile(
    r"^(?:[△▲☆★*#]|[一二三四五六七八九十]+[、.]|\((?:[一二三四五六七八九十]+|\d+|[ivx]+)\)"
    r"|(?:\d+|[ivx]+)[、.)]|(?:减|加|其中|less|add|plus|ofwhich|including):)+"
)


def plain(text: str) -> str:
    """Give the form in which words are compared: half-width, no gaps, no unit, no case.

    Examples
    --------
    >>> plain("金额（万元）"), plain("Due Date")
    ('金额', 'duedate')
    """
    word = "".join(half_width(text).casefold().split()).replace("_", "")
    return _UNIT.sub("", word) if word.endswith(")") else word


def line(text: str) -> str:
    """Give a line of a printed statement as :func:`plain` does, without numbering and signs.

    Examples
    --------
    >>> line("一、营业收入（元）"), line("减：营业成本"), line("（二）其中：存货：")
    ('营业收入', '营业成本', '存货')
    """
    word = plain(half_width(text).rstrip(":： "))
    return _LEADING.sub("", word)


def language(text: str) -> str | None:
    """Give "zh" or "en" of a language's code or name; None for any other text."""
    return LANGUAGES.get(text.strip().casefold())


def code(table: str, text: str, *, lines: bool = False) -> str | None:
    """Give the code of a choice by its code, a label or an alias; None where there is none.

    With `lines` the text is a line of a printed statement, see :func:`line`.

    Examples
    --------
    >>> code("aging_basis", "按到期日"), code("aging_basis", "invoice"), code("aging_basis", "x")
    ('due', 'document', None)
    """
    words = _codes(table)
    found = words.get(plain(text))
    return words.get(line(text)) if lines and found is None else found


def steps(table: str, text: str) -> tuple[int, ...] | None:
    """Give a ladder by the code of a scheme of rules or by its steps; None where it is neither.

    Examples
    --------
    >>> steps("aging", "standard"), steps("aging", "30/60"), steps("aging", "no such")
    ((30, 60, 90), (30, 60), None)
    """
    try:
        return rules.ladder(table, text)
    except (KeyError, ValueError):
        return None


@cache
def choices(table: str) -> tuple[dict[str, str], ...]:
    """Give the rows of a vocabulary: ``code``, ``zh``, ``en`` and perhaps ``aliases``.

    Rows of ``rules/choices.csv``, of a choice of ``rules/settings.csv`` and of
    ``rules/<table>.csv`` count together; the first one of a code names it.
    """
    found = [row for row in workbook_templates.rows("rules/choices") if row["choice"] == table]
    for row in workbook_templates.rows("rules/settings"):
        if row["key"] == table and row["choices"]:
            for entry in row["choices"].split("|"):
                name, zh, en = [*entry.split("="), entry, entry][:3]
                found.append({"code": name, "zh": zh, "en": en})
    if table in workbook_templates.names("rules"):
        found.extend(workbook_templates.rows(f"rules/{table}"))
    return tuple(found)


@cache
def _codes(table: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for row in choices(table):
        aliases = row.get("aliases", "").split("|")
        for word in (row["code"], row["zh"], row["en"], *aliases):
            if word:
                words.setdefault(plain(word), row["code"])
    return words


@cache
def headings(table: str, field: str) -> dict[str, int]:
    """Give the headings, in their compared form, by which a column of a table is known.

    The rows of ``function_columns.csv`` for this column, and the headings of the column of
    ``columns.csv`` that they name as ``source``; without a row, those of every column of
    ``columns.csv`` of the same name.

    Parameters
    ----------
    table : str
        Name of the table's class.
    field : str
        Name of the column.

    Returns
    -------
    dict
        Heading to rank: 0 the column's own name or a title, 1 an alias, 2 an alias that other
        columns could bear as well (written with a question mark).
    """
    own = [
        row
        for row in workbook_templates.rows("function_columns")
        if row["table"] == table and row["field"] == field
    ]
    sources = {row["source"] for row in own}
    schema = [
        row
        for row in workbook_templates.rows("columns")
        if (row["field"] == field if not own else f"{row['table']}.{row['field']}" in sources)
    ]
    ranks: dict[str, int] = {plain(field): 0}
    for row in (*own, *schema):
        for word in (row["zh"], row["en"]):
            ranks[plain(word)] = 0
        for word in row["aliases"].split("|"):
            ranks.setdefault(plain(word.removesuffix("?")), 2 if word.endswith("?") else 1)
    ranks.pop("", None)
    return ranks
