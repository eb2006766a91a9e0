"""The words of the function wizard, of headings and of reasons, 中/英, from ``functions/``.

One file per noun; rows are looked up by function and argument. The function ``*`` holds what
several share. An argument that begins with a point is a field of the result; one that begins with
``@`` is no argument: ``@formula``, ``@source``, ``@example`` and ``@result`` stand in the
reference, ``@reason.…`` are the sentences of :mod:`udfs.reasons`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import workbook_templates
from udfs.vocabulary import plain

if TYPE_CHECKING:
    from udfs.declaration import Declaration


@cache
def _texts() -> dict[tuple[str, str], dict[str, str]]:
    return {
        (row["function"], row["argument"]): row
        for noun in workbook_templates.names("functions")
        for row in workbook_templates.rows(f"functions/{noun}")
    }


def text(function: str, argument: str, lang: str) -> str:
    """Give the wizard's text of a function ("" as argument) or of an argument; "" if none.

    Examples
    --------
    >>> text("AR_AGE_DAYS", "as_of", "en")
    'As-of date; the day itself counts'
    """
    row = _texts().get((function, argument))
    if row is None and argument:
        row = _texts().get(("*", argument))
    return row[lang] if row else ""


def field_label(declared: Declaration, field: str, lang: str) -> str:
    """Give the heading of a field of a record; its own name where no text is written."""
    return text(declared.name, f".{field}", lang) or field


def field_named(declared: Declaration, wanted: str) -> str | None:
    """Find a field of a record by its name or its heading in either language."""
    for column in declared.result.columns:
        words = {column.name, *(field_label(declared, column.name, lang) for lang in ("zh", "en"))}
        if plain(wanted) in {plain(word) for word in words}:
            return column.name
    return None
