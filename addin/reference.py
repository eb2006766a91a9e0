"""The reference of all functions: a page per category and language, made from the registry.

``python -m addin.reference FOLDER`` writes ``index.md`` and the pages; ``make reference`` writes
them into ``addin/help/functions``. What stands in them comes from the declarations and from
``functions/<noun>.csv``; the examples are evaluated by the tests.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import workbook_templates
from addin.typed_formula import call_of
from macros.texts import text
from udfs import manual, registry, wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from macros.texts import Lang
    from udfs.declaration import Column, Declaration

#: Suffix of the pages in each language; Chinese ones are marked, as the README is.
_SUFFIX: Final[dict[Lang, str]] = {"en": ".md", "zh": ".zh-CN.md"}


def pages() -> dict[str, str]:
    """Give every page by its file name, the two indexes first."""
    found = {f"index{suffix}": _index(lang) for lang, suffix in _SUFFIX.items()}
    for category in workbook_templates.rows("function_categories"):
        for lang, suffix in _SUFFIX.items():
            found[f"{category['code']}{suffix}"] = _page(category, lang)
    return found


def _functions(category: str) -> list[Declaration]:
    return [each for each in registry.functions() if each.category == category]


def _index(lang: Lang) -> str:
    lines = [f"# {text('reference.title', lang)}", "", text("reference.intro", lang), ""]
    for category in workbook_templates.rows("function_categories"):
        page = f"{category['code']}{_SUFFIX[lang]}"
        lines += [f"## [{category[lang]}]({page})", ""]
        lines += [
            f"- [`{each.name}`]({page}#{each.name.lower()}) {wording.text(each.name, '', lang)}"
            for each in _functions(category["code"])
        ]
        lines.append("")
    return "\n".join(lines)


def _page(category: dict[str, str], lang: Lang) -> str:
    heading = text("reference.heading", lang, category=category[lang])
    lines = [f"# {heading}", "", text("reference.made", lang), ""]
    for declared in _functions(category["code"]):
        lines += _section(declared, lang)
    return "\n".join(lines)


def _section(declared: Declaration, lang: Lang) -> Iterator[str]:
    """Write one function: signature, meaning, arguments, results, formula, source, example."""
    yield from (f"## {declared.name}", "", wording.text(declared.name, "", lang), "")
    yield from ("```", f"={declared.signature}", "```", "")
    names = [(f"`{name}`", manual.argument(declared, name, lang)) for name in declared.arguments]
    heads = [text(f"reference.{name}", lang) for name in ("argument", "meaning")]
    yield from _table(heads, names)
    if declared.result.columns:
        fields = [
            (f"`{column.name}`", _headings(declared, column, lang))
            for column in declared.result.columns
        ]
        yield from _table(
            [text("reference.field", lang), text("reference.heading_of", lang)], fields
        )
    for part in ("formula", "source"):
        said = wording.text(declared.name, f"@{part}", lang)
        yield from (text(f"reference.{part}", lang, said=said), "")
    example = wording.text(declared.name, "@example", lang)
    yield from (text("reference.example", lang), "", "```", example)
    # Computed here and typed by hand as @result: a test compares them.
    answer = registry.render(call_of(example).answer())
    yield from (*(" | ".join(row) for row in answer), "```", "")


def _headings(declared: Declaration, column: Column, lang: Lang) -> str:
    """Name a field; of one that is a table itself the columns too."""
    label = wording.field_label(declared, column.name, lang)
    inner = [
        wording.field_label(declared, f"{column.name}.{part.name}", lang) for part in column.columns
    ]
    return text("reference.table", lang, label=label, columns=" · ".join(inner)) if inner else label


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row(heads)
    yield _row(["---"] * len(heads))
    yield from map(_row, rows)
    yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def main(arguments: Sequence[str]) -> int:
    """Write the pages into a folder; pages that are no longer made are removed."""
    if len(arguments) != 1:
        print("python -m addin.reference FOLDER", file=sys.stderr)  # noqa: T201 - a command line
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, content in made.items():
        (folder / name).write_text(content, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
