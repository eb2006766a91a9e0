"""What the manual says of a function: its help as lines, the words an argument accepts, search.

The command line, the reference and the function wizard read from here; the words themselves stand
in ``functions/<noun>.csv`` and, as people call things, in ``function_words.csv``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import workbook_templates
from udfs import vocabulary, wording
from udfs.rules import rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from udfs.declaration import Declaration, Parameter

#: Before the words that an argument accepts, and between them.
_WORDS: Final = {"zh": ("可填：", "、"), "en": ("one of: ", ", ")}
#: Before the parts that a reader looks for.
_PARTS: Final = {
    "zh": {"formula": "公式：", "source": "依据：", "example": "示例："},
    "en": {"formula": "Formula: ", "source": "Source: ", "example": "Example: "},
}


def accepted(parameter: Parameter, lang: str) -> tuple[str, ...]:
    """Name the words that an argument accepts: choices with their codes, schemes by their names.

    Examples
    --------
    >>> from udfs.registry import declaration
    >>> accepted(declaration("AR_BUCKET").parameters[1], "en")
    ('Due date (due)', 'Document date (document)')
    """
    if parameter.scheme:
        return tuple(
            row.label(lang) for row in rules("schemes") if row.cells["table"] == parameter.scheme
        )
    kind = parameter.kind
    if kind is None or kind.name not in {"choice", "ladder"}:
        return ()
    if kind.name == "ladder":
        return tuple(row.label(lang) for row in rules(kind.table))
    rows = {row["code"]: row for row in reversed(vocabulary.choices(kind.table))}
    codes = kind.codes or tuple(reversed(rows))
    form = "{0}（{1}）" if lang == "zh" else "{0} ({1})"
    return tuple(form.format(rows[code][lang], code) for code in codes)


def argument(declared: Declaration, name: str, lang: str) -> str:
    """Say what an argument is, and which words it accepts where the text itself leaves some out."""
    said = wording.text(declared.name, name, lang)
    known = {parameter.name: parameter for parameter in declared.parameters}
    words = accepted(known[name], lang) if name in known else ()
    parts = [re.split("[（(）)]", word) for word in words]
    # All by their labels, or all by their codes: then the text names them itself.
    if any(all(part[at : at + 1] and part[at].strip() in said for part in parts) for at in (0, 1)):
        return said
    before, between = _WORDS[lang]
    joined = between.join(words)
    return f"{said}。{before}{joined}" if lang == "zh" else f"{said}; {before}{joined}"


def help_of(declared: Declaration, lang: str) -> str:
    """Write the help of a function: signature, meaning, arguments, results, formula, example."""
    lines = [f"={declared.signature}", wording.text(declared.name, "", lang)]
    lines += [f"  {name}: {argument(declared, name, lang)}" for name in declared.arguments]
    lines += [
        f"  → {column.name}: {wording.field_label(declared, column.name, lang)}"
        for column in declared.result.columns
    ]
    parts = _PARTS[lang]
    lines += [
        f"{parts[part]}{wording.text(declared.name, f'@{part}', lang)}"
        for part in ("formula", "source")
    ]
    example, answer = (
        wording.text(declared.name, f"@{part}", lang) for part in ("example", "result")
    )
    lines += [f"{parts['example']}{example}", f"  {answer}"]
    return "\n".join(lines)


def found(wanted: str, declared: Iterable[Declaration]) -> list[Declaration]:
    """Find functions by what people call things.

    The first that finds any: the name of a category; a name, a first line or a word of
    ``function_words.csv``; anything that the help says.

    Examples
    --------
    >>> from udfs.registry import functions
    >>> [each.name for each in found("滞纳金", functions())][0]
    'AR_DEFAULT_RATE_CHECK'
    """
    word, every = vocabulary.plain(wanted), list(declared)
    for row in workbook_templates.rows("function_categories"):
        if word in {vocabulary.plain(row[key]) for key in ("code", "zh", "en")}:
            return [each for each in every if each.category == row["code"]]
    called = {
        name
        for row in workbook_templates.rows("function_words")
        if any(word in vocabulary.plain(one) for one in row["words"].split("|"))
        for name in row["functions"].split("|")
    }
    near = [each for each in every if each.name in called or word in _first_lines(each)]
    return near or [each for each in every if word in vocabulary.plain(_everything(each))]


def _first_lines(declared: Declaration) -> str:
    lines = (wording.text(declared.name, "", lang) for lang in ("zh", "en"))
    return vocabulary.plain(" ".join((declared.name, *lines)))


def _everything(declared: Declaration) -> str:
    return " ".join(help_of(declared, lang) for lang in ("zh", "en"))
