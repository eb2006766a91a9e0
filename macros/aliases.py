"""What a heading or a title can mean: the schema's names and aliases, looked up in normal form."""

from __future__ import annotations

from functools import cache
from math import sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from macros import schema
from macros.words import Heading, brackets_matter, group, normal

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How sure a match is. Among aliases the earlier ones are better by a trifle.
_NAME, _ALIAS, _WEAK, _ID, _STEP = 1.0, 0.9, 0.5, 0.7, 0.002
#: What is left of it where brackets or a word such as 不含税 say something else.
_BRACKETS, _LESSER = 0.85, 0.6
#: What a sheet title, a table's name or a title row adds to the score of a table.
EXACT_TITLE: Final = 2.0
PART_TITLE: Final = 1.0
#: Titles shorter than this (in ASCII) are not looked for inside other words: AR is in "March".
_SHORTEST: Final = 4


class Meaning(NamedTuple):
    """One thing a heading can mean: table, field, how sure (0 to 1), and by which rule."""

    table: str
    field: str
    quality: float
    how: str  # "name", "alias" or "part"


@cache
def _index() -> dict[str, tuple[Meaning, ...]]:
    best: dict[tuple[str, str, str], Meaning] = {}
    for table in schema.tables().values():
        for field in table.fields:
            spellings = [(field.zh, _NAME, "name"), (field.en, _NAME, "name")]
            for place, alias in enumerate(field.aliases):
                sure = _WEAK if alias.endswith("?") else _ALIAS
                spellings.append((alias.removesuffix("?"), sure - _STEP * place, "alias"))
            spellings.append((field.id, _ID, "alias"))
            for spelling, quality, how in spellings:
                key = (normal(spelling), table.id, field.id)
                if key not in best or best[key].quality < quality:
                    best[key] = Meaning(table.id, field.id, quality, how)
    index: dict[str, list[Meaning]] = {}
    for (spelling, _, _), meaning in best.items():
        index.setdefault(spelling, []).append(meaning)
    return {spelling: tuple(found) for spelling, found in index.items()}


def knows(heading: Heading) -> bool:
    """Whether a heading means anything at all."""
    return heading.whole in _index() or heading.base in _index()


@cache
def meanings(heading: Heading) -> tuple[Meaning, ...]:
    """Give all that a heading can mean; none for a heading we do not know."""
    if heading.whole in _index():
        return _index()[heading.whole]
    factor = _BRACKETS if brackets_matter(heading.text) else 1.0
    factor *= _LESSER if heading.lesser else 1.0
    how = "name" if factor == 1.0 else "part"
    return tuple(
        found._replace(quality=found.quality * factor, how="part" if how == "part" else found.how)
        for found in _index().get(heading.base, ())
    )


@cache
def telling(heading: Heading, table: str) -> float:
    """Give the weight of a heading for a table: 1 where only this table has it, less if many do."""
    tables = {found.table for found in meanings(heading)}
    return 1.0 / sqrt(len(tables)) if table in tables else 0.0


def is_balance(heading: Heading) -> bool:
    """Whether a heading names what is still open (未收金额, Balance), not the full amount."""
    return heading.base in group("balance") or heading.whole in group("balance")


@cache
def _titles() -> tuple[tuple[str, str], ...]:
    found = [
        (normal(title), table.id)
        for table in schema.tables().values()
        for title in (table.zh, table.en, *table.aliases)
    ]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


@cache
def title_weights(title: str) -> Mapping[str, float]:
    """Give what a title says for each table: 2 where it is the table's name, 1 where it holds it.

    Of several names inside one title the longest wins: 回款计划 are targets, not receipts.
    """
    wanted = normal(title)
    exact = {table: EXACT_TITLE for name, table in _titles() if name == wanted}
    if exact:
        return exact
    inside = [
        (name, table)
        for name, table in _titles()
        if name in wanted and (not name.isascii() or len(name) >= _SHORTEST)
    ]
    return {table: PART_TITLE for name, table in inside if len(name) == len(inside[0][0])}


@cache
def table_titled(title: str) -> str | None:
    """Give the table whose own title, in either language, a sheet's title is; no alias counts.

    Examples
    --------
    >>> table_titled("客户"), table_titled("客户名单")
    ('customers', None)
    """
    for table in schema.tables().values():
        if normal(title) in {normal(table.zh), normal(table.en)}:
            return table.id
    return None


def table_named(text: str) -> str | None:
    """Give the table that a person means: by title in either language, alias or id."""
    wanted = normal(text)
    for name, table in _titles():
        if wanted in {name, normal(table)}:
            return table
    return None


def field_named(table: str, text: str) -> str | None:
    """Give the field of a table that a person means: by heading in either language, alias or id."""
    wanted = normal(text)
    fields = schema.tables()[table].fields
    for field in fields:
        if wanted in {normal(field.zh), normal(field.en), normal(field.id)}:
            return field.id
    found = [m for m in _index().get(wanted, ()) if m.table == table]
    return max(found, key=lambda m: m.quality).field if found else None
