"""What cannot be kept, found before anything is written.

Her own sheets are copied, and a sheet of ours is made again with what is hers carried over. So the
question is asked only of the sheets of ours that are to be made again: a part, an element or an
extension there that is not on the list (``workbook_templates/host/parts.csv``) counts as lost.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Final

import workbook_templates
from addin.hosts.package.container.opening import Package, local, parse
from addin.hosts.package.container.sheet_xml import without_rows
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from xml.etree import ElementTree as ET

    from macros.texts import Lang

_VML_OBJECT: Final = re.compile(rb"""ObjectType=["'](\w+)["']""")
#: A cell whose value is a picture or a data type names it by ``vm``.
_RICH_VALUE: Final = re.compile(rb"""<(?:\w+:)?c\s[^>]*\bvm=["']""")
_SEPARATOR: Final[Mapping[Lang, str]] = {"zh": "、", "en": ", "}

_Rule = dict[str, str]


@cache
def _rules(what: str) -> Mapping[str, _Rule]:
    found = workbook_templates.rows("host/parts")
    return {row["pattern"]: row for row in found if row["what"] == what}


def _named(code: str, name: str) -> _Rule:
    """Give a rule with a name in it, where the rule alone would not say enough."""
    rule = _rules("other")[code]
    return {**rule, **{lang: rule[lang].replace("{name}", name) for lang in ("zh", "en")}}


def copied_elements() -> frozenset[str]:
    """Give the elements of a sheet that are copied as they stand when it is made again."""
    return frozenset(name for name, rule in _rules("sheet").items() if rule["verdict"] == "copied")


def copied_extensions() -> frozenset[str]:
    """Give the extensions of a sheet, in lower case, that are copied as they stand."""
    return frozenset(name for name, rule in _rules("ext").items() if rule["verdict"] == "copied")


def refuse_if_lossy(package: Package, positions: Iterable[int], lang: Lang) -> None:
    """Refuse a workbook of which something would be lost.

    Parameters
    ----------
    package : Package
        The workbook.
    positions : iterable of int
        Sheets that are to be made again.
    lang : {"zh", "en"}
        Language in which they are named.

    Raises
    ------
    Refusal
        ``would_lose_parts``, naming what it is and where it stands.
    """
    lost: dict[str, None] = {rule[lang]: None for rule in _of_book(package)}
    for position in positions:
        entry = package.sheets[position]
        for rule in _of_sheet(package, entry.part):
            lost[with_sheet(rule[lang], entry.name, lang)] = None
    if lost:
        raise Refusal("would_lose_parts", package.path.name, parts=_SEPARATOR[lang].join(lost))


def refuse_table(package: str, sheet: str, table: str, lang: Lang) -> Refusal:
    """Give the refusal for a table of hers that stands apart on a sheet of ours."""
    name = _named("table", table)[lang]
    return Refusal("would_lose_parts", package, parts=with_sheet(name, sheet, lang))


def with_sheet(name: str, sheet: str, lang: Lang) -> str:
    """Name what would be lost and the sheet where it stands."""
    return f"{name}（{sheet}）" if lang == "zh" else f"{name} ({sheet})"


def _of_book(package: Package) -> Iterator[_Rule]:
    """Give what any change to the file breaks."""
    for part in package.names:
        for pattern, rule in _rules("name").items():
            if fnmatchcase(part.lower(), pattern):
                yield rule
        rule_of_type = _rules("type").get(package.content_type(part))
        if rule_of_type is not None:
            yield rule_of_type


def _of_sheet(package: Package, part: str) -> Iterator[_Rule]:
    """Give what cannot be carried when a sheet is made again."""
    xml = package.read(part)
    frame = without_rows(xml)
    root = parse(frame)
    notes = {
        value
        for child in root
        if local(child.tag) == "legacyDrawing"
        for key, value in child.attrib.items()
        if local(key) == "id"
    }
    for relation in package.relations(part):
        rule = _rules("relation").get(relation.kind) or _named("part", relation.kind)
        if rule["verdict"] == "lost":
            yield rule
        elif rule["verdict"] == "notes" and relation.id in notes and package.has(relation.target):
            yield from _notes(package.read(relation.target))
    for name in dict.fromkeys(local(child.tag) for child in root):
        rule = _rules("sheet").get(name) or _named("content", name)
        if rule["verdict"] == "lost":
            yield rule
    for uri in _extensions(root):
        rule = _rules("ext").get(uri.lower()) or _named("extension", uri)
        if rule["verdict"] == "lost":
            yield rule
    if _RICH_VALUE.search(xml):
        yield _rules("other")["value"]


def _extensions(root: ET.Element) -> Iterator[str]:
    """Give the sheet's own extensions; those inside a rule belong to the rule."""
    for child in root:
        if local(child.tag) == "extLst":
            yield from (extension.get("uri", "") for extension in child)


def _notes(xml: bytes) -> Iterator[_Rule]:
    """Judge the boxes of comments: among them form controls have theirs."""
    if any(kind != b"Note" for kind in _VML_OBJECT.findall(xml)):
        yield _rules("other")["form"]
