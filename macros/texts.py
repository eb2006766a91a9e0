"""Every sentence that a person reads, from the tables in ``workbook_templates/texts``.

A text is found by its code; its placeholders are filled by name. A code that exists twice, or a
placeholder that is not given, is an error of the program and raises at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Literal, Protocol, TypeAlias, runtime_checkable

import workbook_templates

Lang: TypeAlias = Literal["zh", "en"]


@runtime_checkable
class Spoken(Protocol):
    """Something that is said in the language of the sentence around it."""

    def render(self, lang: Lang) -> str:
        """Give it in a language."""
        ...


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name in workbook_templates.names("texts"):
        for row in workbook_templates.rows(f"texts/{name}"):
            if row["code"] in found:
                raise ValueError(f"text {row['code']} stands twice, the second time in {name}.csv")
            found[row["code"]] = row
    return found


def text(code: str, lang: Lang, **params: object) -> str:
    """Give the text of a code in a language, placeholders filled; what is spoken in that language.

    Examples
    --------
    >>> text("lang.name", "en")
    'English'
    """
    # Asking for the protocol is slow, and nearly every value is plain.
    said = {
        name: value.render(lang)
        if not isinstance(value, (str, int, float)) and isinstance(value, Spoken)
        else value
        for name, value in params.items()
    }
    return _catalogue()[code][lang].format(**said)


def has(code: str) -> bool:
    """Whether a text of this code exists."""
    return code in _catalogue()


def _table_title(table: str, lang: Lang) -> str:
    """Give the title of a table as a person knows it: 应收, not ``receivables``."""
    return next(
        (row[lang] for row in workbook_templates.rows("tables") if row["table"] == table), table
    )


@dataclass(frozen=True, slots=True)
class Message:
    """Something to tell the person: a text code and what fills its placeholders."""

    code: str
    params: dict[str, object] = field(default_factory=dict)

    def render(self, lang: Lang) -> str:
        """Give the sentence in a language."""
        return text(self.code, lang, **self.params)


class Refusal(Exception):  # noqa: N818 - it is the product's word: nothing was changed
    """The run stops before anything is written: what was found, where, and what was expected.

    ``code`` names a text ``refused.<code>``; ``place`` is a file, sheet or cell. ``told`` is what
    the person should know all the same, such as that an earlier run was interrupted.
    """

    def __init__(self, code: str, place: str = "", **params: object) -> None:
        super().__init__(code, place, params)
        self.code = code
        self.place = place
        self.params = params
        self.told: tuple[Message, ...] = ()

    def render(self, lang: Lang) -> str:
        """Give the sentence in a language, the place first."""
        params = dict(self.params)
        if "table" in params:
            params["table"] = _table_title(str(params["table"]), lang)
        sentence = text(f"refused.{self.code}", lang, **params)
        said = f"{self.place}: {sentence}" if self.place else sentence
        return "\n".join([*(message.render(lang) for message in self.told), said])
