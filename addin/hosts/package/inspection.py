"""What stands in a package that this writer would lose: found before anything is written.

The writer is openpyxl. It reads what it knows and drops the rest without a word, so the list is one
of what is known to survive (``workbook_templates/host/parts.csv``): a part, an extension, or an
element that is not on the list counts as lost.
"""

from __future__ import annotations

import re
from collections import Counter
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast
from xml.etree import ElementTree as ET

from openpyxl.chart.chartspace import ChartSpace
from openpyxl.chart.reader import read_chart
from openpyxl.workbook.external_link.external import ExternalLink
from openpyxl.worksheet.table import Table

import workbook_templates
from addin.hosts.package.marks import chart_sum, chart_sums, marks
from addin.hosts.package.opening import Package, local, parse
from addin.hosts.package.standing import sheets_of_parts
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from macros.texts import Lang

_EXTENSION: Final = re.compile(rb"""<(?:\w+:)?ext\s[^>]*?uri=["']([^"']+)["']""")
_VML_OBJECT: Final = re.compile(rb"""ObjectType=["'](\w+)["']""")
_SHEET_DATA: Final = re.compile(rb"<((?:\w+:)?)sheetData(?:\s[^>]*)?>.*</\1sheetData>", re.DOTALL)
_SIMPLE_PROPERTIES: Final = frozenset({"lpwstr", "i4", "r8", "bool", "filetime"})

#: Of the sheets where something stands, so many are named.
_FEW: Final = 3
_SEPARATOR: Final[Mapping[Lang, str]] = {"zh": "、", "en": ", "}

_Rule = dict[str, str]


@cache
def _rules(what: str) -> tuple[_Rule, ...]:
    return tuple(row for row in workbook_templates.rows("host/parts") if row["what"] == what)


@cache
def _by_pattern(what: str) -> Mapping[str, _Rule]:
    return {row["pattern"]: row for row in _rules(what)}


@cache
def _other(code: str) -> _Rule:
    return _by_pattern("other")[code]


def _named(code: str, name: str) -> _Rule:
    """Give a rule with its own name in it, where a part's would not say enough."""
    rule = _other(code)
    return {**rule, **{lang: rule[lang].replace("{name}", name) for lang in ("zh", "en")}}


def refuse_if_lossy(package: Package, lang: Lang) -> None:
    """Refuse a workbook of which something would be lost.

    Raises
    ------
    Refusal
        ``would_lose_parts``, naming them in the person's language.
    """
    lost = _located(package, lang)
    if lost:
        parts = [_with_sheets(name, sheets, lang) for name, sheets in lost.items()]
        raise Refusal("would_lose_parts", package.path.name, parts=_SEPARATOR[lang].join(parts))


def _with_sheets(name: str, sheets: Collection[str], lang: Lang) -> str:
    """Name what would be lost and the sheets where it stands, the first few of them."""
    named = _SEPARATOR[lang].join([*sheets][:_FEW]) + ("…" if len(sheets) > _FEW else "")
    if not named:
        return name
    return f"{name}（{named}）" if lang == "zh" else f"{name} ({named})"


def losses(package: Package, lang: Lang) -> tuple[str, ...]:
    """Name what openpyxl would drop, each once, in a language; empty if nothing."""
    return tuple(_located(package, lang))


def _located(package: Package, lang: Lang) -> dict[str, dict[str, None]]:
    """Give the titles of the sheets by what openpyxl would drop of them, both in their order."""
    lost = [(rule, part) for rule, part in _found(package) if rule["verdict"] == "lost"]
    if not lost:
        return {}
    sheets = sheets_of_parts(package)
    found: dict[str, dict[str, None]] = {}
    for rule, part in lost:
        where = found.setdefault(rule[lang].replace("{name}", part), {})
        where.update(dict.fromkeys(sheets.get(part.lower(), ())))
    return found


def restored_elements() -> frozenset[str]:
    """Give the elements of a sheet that the writer drops and that are put back unchanged."""
    return frozenset(r["pattern"] for r in _rules("sheet") if r["verdict"] == "restored")


def _found(package: Package) -> Iterator[tuple[_Rule, str]]:
    """Give every rule that says ``lost``, with the part or element it was found in."""
    if package.strict:
        yield _other("strict"), ""
    own = _own_charts(package)
    for part in package.names:
        if part in own:
            continue
        lower = part.lower()
        if lower == "[content_types].xml" or lower.endswith(".rels"):
            continue
        rule = _part_rule(lower, package.content_type(part))
        check = _CHECKS.get(rule["verdict"])
        if rule["verdict"] == "lost":
            yield rule, part
        elif check is not None:
            yield from _checked(package, part, rule, check)


def _checked(
    package: Package,
    part: str,
    rule: _Rule,
    check: Callable[[Package, str, _Rule], Iterator[_Rule]],
) -> Iterator[tuple[_Rule, str]]:
    try:
        for loss in check(package, part, rule):
            yield loss, part
    except (ET.ParseError, TypeError, ValueError, AttributeError):
        # openpyxl cannot read it, so it would not write it.
        yield _other("unreadable"), part


def _part_rule(name: str, kind: str) -> _Rule:
    for rule in _rules("name"):
        if fnmatchcase(name, rule["pattern"]):
            return rule
    for rule in _rules("type"):
        if fnmatchcase(kind, rule["pattern"]):
            return rule
    return _other("unknown")


def _our_sheets(package: Package) -> dict[int, str]:
    """Give the parts of the sheets that carry our mark, by their position."""
    return {position: package.sheets[position].part for position in marks(package)}


def _own_charts(package: Package) -> frozenset[str]:
    """Give the parts of our own charts, and what belongs to them.

    Another program that saves the book writes our charts its own way. Nothing of hers is lost
    with that: the next run of their action draws them again.
    """
    sums = chart_sums(package)
    own: set[str] = set()
    for position, sheet in _our_sheets(package).items():
        for drawing in package.related(sheet, "drawing"):
            for chart in package.related(drawing, "chart"):
                if chart_sum(_chart_title(package.tree(chart))) in sums.get(position, ()):
                    own |= {chart, *(r.target for r in package.relations(chart))}
    return frozenset(own)


def _chart_title(tree: ET.Element) -> str:
    """Give the text of a chart's title."""
    for chart in tree:
        title = next((node for node in chart if local(node.tag) == "title"), None)
        if title is not None:
            return "".join(node.text or "" for node in title.iter() if local(node.tag) == "t")
    return ""


def _lost(rule: _Rule) -> _Rule:
    return {**rule, "verdict": "lost"}


def _extensions(xml: bytes, *, ours: bool = False) -> Iterator[_Rule]:
    """Judge extensions; the decoration of a sheet of ours is ours to lose."""
    known = _by_pattern("ext")
    for uri in dict.fromkeys(_EXTENSION.findall(xml)):
        rule = known.get(uri.decode().lower())
        if rule is None:
            yield _named("extension", uri.decode())
        elif rule["verdict"] == "lost" or (rule["verdict"] == "decoration" and not ours):
            yield _lost(rule)


def _children(what: str, root: ET.Element) -> Iterator[_Rule]:
    known = _by_pattern(what)
    for name in dict.fromkeys(local(child.tag) for child in root):
        rule = known.get(name)
        if rule is None:
            yield _named("content", name)
        elif rule["verdict"] == "lost":
            yield rule


def _check_workbook(package: Package, part: str, _: _Rule) -> Iterator[_Rule]:
    xml = package.read(part)
    yield from _extensions(xml)
    yield from _children("workbook", parse(xml))


def _check_sheet(package: Package, part: str, _: _Rule) -> Iterator[_Rule]:
    xml = package.sheet_xml(part)
    frame = _SHEET_DATA.sub(rb"<\1sheetData/>", xml, count=1)
    ours = part in _our_sheets(package).values()
    yield from _extensions(frame, ours=ours)
    yield from _children("sheet", parse(frame))
    if b"<rPh" in xml:
        yield _other("rPh")


def _check_strings(package: Package, part: str, _: _Rule) -> Iterator[_Rule]:
    if b"rPh" in package.read(part):
        yield _other("rPh")


def _check_extensions(package: Package, part: str, _: _Rule) -> Iterator[_Rule]:
    yield from _extensions(package.read(part))


def _check_table(package: Package, part: str, _: _Rule) -> Iterator[_Rule]:
    xml = package.read(part)
    yield from _extensions(xml)
    if not survives(parse(xml), _again(Table, parse(xml))):
        yield _other("table")


def _check_properties(package: Package, part: str, rule: _Rule) -> Iterator[_Rule]:
    kinds = {local(value.tag) for node in package.tree(part) for value in node}
    linked = any("linkTarget" in node.attrib for node in package.tree(part))
    if linked or not kinds <= _SIMPLE_PROPERTIES:
        yield _lost(rule)


def _check_macro(package: Package, _: str, rule: _Rule) -> Iterator[_Rule]:
    # The writer keeps macros only where the file says that it has them.
    if package.path.suffix.lower() != ".xlsm":
        yield _lost(rule)


def _check_notes(package: Package, part: str, _: _Rule) -> Iterator[_Rule]:
    xml = package.read(part)
    if any(kind != b"Note" for kind in _VML_OBJECT.findall(xml)) or b"imagedata" in xml:
        yield _other("form")


def _check_drawing(package: Package, part: str, _: _Rule) -> Iterator[_Rule]:
    xml = package.read(part)
    yield from _extensions(xml)
    known = _by_pattern("drawing")
    for anchor in parse(xml):
        for child in anchor:
            name = local(child.tag)
            if name == "graphicFrame":
                yield from _frame(child)
            elif name in known:
                yield known[name]


def _frame(frame: ET.Element) -> Iterator[_Rule]:
    """Look for text typed about a chart; SmartArt has parts of its own and is found there."""
    if any(local(n.tag) == "cNvPr" and (n.get("descr") or n.get("title")) for n in frame.iter()):
        yield _other("altText")


def _check_chart(package: Package, part: str, rule: _Rule) -> Iterator[_Rule]:
    tree = package.tree(part)
    space = cast("Any", ChartSpace).from_tree(package.tree(part))
    written = cast("Any", read_chart)(space)._write()  # noqa: SLF001 - the call that the writer itself makes
    if not survives(tree, written):
        yield _lost(rule)


def _check_link(package: Package, part: str, rule: _Rule) -> Iterator[_Rule]:
    if not survives(package.tree(part), _again(ExternalLink, package.tree(part))):
        yield _lost(rule)


_CHECKS: Final[Mapping[str, Callable[[Package, str, _Rule], Iterator[_Rule]]]] = {
    "workbook": _check_workbook,
    "sheet": _check_sheet,
    "strings": _check_strings,
    "extensions": _check_extensions,
    "table": _check_table,
    "properties": _check_properties,
    "macro": _check_macro,
    "notes": _check_notes,
    "drawing": _check_drawing,
    "chart": _check_chart,
    "link": _check_link,
}


def _again(kind: object, tree: ET.Element) -> ET.Element:
    """Give a part as openpyxl would write it after reading it."""
    return cast("ET.Element", cast("Any", kind).from_tree(tree).to_tree())


def survives(before: ET.Element, after: ET.Element) -> bool:
    """Whether everything that ``before`` says is said by ``after`` too.

    Compared are the elements with their path, attributes and text, as a multiset: the writer may
    add defaults, but not lose anything. Namespaced attributes are bookkeeping of the program that
    wrote them (``xr:uid``), and the elements of ``host/harmless.csv`` change nothing to be seen.
    """
    return not Counter(_leaves(before)) - Counter(_leaves(after))


@cache
def _harmless() -> frozenset[str]:
    return frozenset(row["element"] for row in workbook_templates.rows("host/harmless"))


def _leaves(node: ET.Element, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Give (path, attribute, value) of all that a tree says; the attribute "" is the text."""
    name = local(node.tag)
    if name in _harmless():
        return
    here = f"{path}/{name}"
    text = (node.text or "").strip()
    yield here, "", _plain(text)
    for key, value in node.attrib.items():
        if "}" not in key:
            yield here, key, _plain(value)
    for child in node:
        yield from _leaves(child, here)


def _plain(value: str) -> str:
    """Bring ``1``, ``1.0`` and ``true`` to one spelling."""
    value = {"true": "1", "false": "0"}.get(value, value)
    try:
        return repr(float(value))
    except ValueError:
        return value
