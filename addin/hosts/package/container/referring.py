"""What refers to a sheet: formulas, names, charts, pivots, rules and links, before it goes.

The XML is searched for the title as a reference spells it: quoted or not, in any case, with or
without references of XML in it. What is only text (a cell's value, a heading) does not count; a
title inside a text of a formula does, as ``INDIRECT`` has it there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, unescape

from addin.hosts.package.container import xml_text
from addin.hosts.package.ours.marks import marks
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from addin.hosts.package.container.opening import Package, Relation
    from addin.hosts.package.container.parts import Parts
    from macros.texts import Lang

#: Parts that name no sheet of this book, or whose words are another book's.
_SILENT: Final = frozenset(
    {"sharedStrings", "styles", "theme", "image", "comments", "threadedComment", "person"}
    | {"externalLink", "pivotCacheRecords", "vbaProject", "printerSettings", "calcChain"}
)
#: Elements whose text is a value and no formula.
_TEXTS: Final = frozenset({"t", "v"})
_SPECIAL: Final = re.compile("[&<>'\"]")
_NUMBER: Final = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));")
_CELL: Final = re.compile(r"""<c\s[^>]*?(?<![\w:])r=["']([A-Z]+\d+)["']""")
_REF: Final = re.compile(r"""(?<![\w:])ref=["']\$?([A-Z]+\d+)""")
_QUOTES: Final = {"'": "&apos;", '"': "&quot;"}
_NAMED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", **_QUOTES}
#: Several of these are told; of more than that only the number.
_TOLD: Final = 3
_SEPARATOR: Final = {"zh": "、", "en": ", "}


def refuse_if_referred(package: Package, position: int, title: str, lang: Lang) -> None:
    """Refuse to let a sheet go to which something of the book still refers.

    Parameters
    ----------
    package : Package
        The book.
    position : int
        Where the sheet stands.
    title : str
        The sheet that takes over what it shows.
    lang : {"zh", "en"}
        Language of what is told.

    Raises
    ------
    Refusal
        ``still_referred_to``, with the first places.
    """
    found = references(package, position)
    if found:
        raise Refusal(
            "still_referred_to",
            package.sheets[position].name,
            title=title,
            places=listed(found, lang),
            count=f"{len(found):,}",
        )


def listed(found: Collection[str], lang: Lang) -> str:
    """Give the first places, in words."""
    return _SEPARATOR[lang].join([*found][:_TOLD])


def references(package: Package, position: int, *, tables: Collection[str] = ()) -> tuple[str, ...]:
    """Give the places outside a sheet that refer to it, or to Excel tables of these names.

    A place is a cell (``我的!A2``), a sheet where a chart or a rule of it does, a defined name, or
    a part. What stands on the sheet itself does not count, nor do the names scoped to it.
    """
    entry = package.sheets[position]
    pattern = re.compile(
        "|".join([_any_spelling(entry.name), *map(_table_pattern, tables)]), re.IGNORECASE
    )
    sought = pattern, [_word(each) for each in (entry.name, *tables)]
    marked = marks(package)
    found: dict[str, None] = {}
    known = _reached(package.relations, package.has, entry.part)
    for at, other in enumerate(package.sheets):
        if at == position or not other.part:
            continue
        mine = _reached(package.relations, package.has, other.part)
        for part in mine:
            found |= dict.fromkeys(_places(package, part, other.name, sought, ours=at in marked))
        known |= mine
    for name in package.defined_names:
        if name.sheet != position and pattern.search(escape(name.text)):
            scope = "" if name.sheet is None else f"{package.sheets[name.sheet].name}!"
            found[f"{scope}{name.name}"] = None
    for part in _reached(package.relations, package.has, package.workbook_part):
        if part not in known and part != package.workbook_part.lower():
            found |= dict.fromkeys(_places(package, part, part, sought))
    return tuple(found)


def retitled(reference: str, old: str, new: str) -> str:
    """Give a formula or the text of a name for a sheet that is called otherwise now.

    Examples
    --------
    >>> retitled("SUM(账龄!$A$1,'账龄'!B2,账龄表!C3)", "账龄", "账龄 (回款)")
    "SUM('账龄 (回款)'!$A$1,'账龄 (回款)'!B2,账龄表!C3)"
    """
    if old == new:
        return reference
    return unescape(_renamed(escape(reference), old, new), {name: c for c, name in _QUOTES.items()})


def retitle(parts: Parts, part: str, old: str, new: str) -> None:
    """Let what stands on a sheet, its charts and rules too, name the sheet by its new title."""
    others = {entry.part.lower() for entry in parts.package.sheets} - {part.lower()}
    for each in _reached(parts.relations, parts.has, part) - others:
        if not each.endswith(".xml"):
            continue
        xml = _literal(xml_text.canonical(parts.read(each)).decode())
        renamed = re.sub(_attribute(old), escape(new, _QUOTES), _renamed(xml, old, new))
        if renamed != xml:
            parts.set(each, renamed.encode())


def _renamed(xml: str, old: str, new: str) -> str:
    quoted = escape(new.replace("'", "''"))
    pattern = re.compile(_spellings(old), re.IGNORECASE)
    pieces, end = [], 0
    for match in _matches(xml, pattern, [_word(old)]):
        first, last, bare_first, bare_last = match.groups("")
        pieces += [xml[end : match.start()], f"'{first}{bare_first}{quoted}{last}{bare_last}'!"]
        end = match.end()
    return "".join([*pieces, xml[end:]])


def _reached(
    relations: Callable[[str], tuple[Relation, ...]], has: Callable[[str], bool], part: str
) -> set[str]:
    """Give a part and those that it points to, directly or not, in lower case; no other sheet."""
    waiting, found = [part], {part.lower()}
    while waiting:
        for relation in relations(waiting.pop()):
            target = relation.target.lower()
            if relation.external or relation.kind in _SILENT or target in found:
                continue
            if relation.kind not in {"worksheet", "chartsheet", "dialogsheet"} and has(target):
                found.add(target)
                waiting.append(target)
    return found


def _places(
    package: Package,
    part: str,
    place: str,
    sought: tuple[re.Pattern[str], Collection[str]],
    *,
    ours: bool = False,
) -> Iterator[str]:
    """Give the places in a part that name a sheet; ``place`` where there is no cell.

    Links on a sheet of ours are made anew with it and do not count.
    """
    pattern, words = sought
    for relation in package.relations(part):
        link = relation.target if relation.external else ""
        if link.startswith("#") and pattern.search(escape(link[1:])):
            yield place
    xml = _xml(package, part)
    for match in _matches(xml, pattern, words):
        at = match.start()
        if not (ours and xml.startswith("<hyperlink ", xml.rfind("<", 0, at))):
            cell = _cell(xml, at)
            yield f"{place}!{cell}" if cell else place


def _xml(package: Package, part: str) -> str:
    for entry in package.sheets:
        if entry.part.lower() == part and entry.kind == "worksheet":
            return _literal(package.sheet_xml(entry.part).decode())
    if part.endswith(".vml"):  # Excel's own is often no XML
        return _literal(package.read(part).decode("utf-8", "replace"))
    return _literal(package.xml(part).decode()) if part.endswith(".xml") else ""


def _refers(xml: str, at: int) -> bool:
    """Whether a place in XML is no mere text: an attribute, or an element that is a formula."""
    start = xml.rfind("<", 0, at)
    if start < 0 or xml.find(">", start, at) < 0:
        return True
    tag = re.match(r"<(?:\w+:)?(\w+)", xml[start : start + 80])
    return tag is None or tag.group(1) not in _TEXTS


def _cell(xml: str, at: int) -> str:
    """Give the address of the cell or link in which something stands, or ""."""
    start = xml.rfind("<c ", 0, at)
    if start > xml.rfind("</c>", 0, at):
        found = _CELL.match(xml, start)
    else:
        tag = xml.rfind("<", 0, at)
        link = xml[tag : xml.find(">", at)]
        found = _REF.search(link) if link.startswith("<hyperlink ") else None
    return found.group(1) if found else ""


def _spelled(text: str) -> str:
    """Give a pattern of a text as XML may spell it, once :func:`_literal` has gone over it."""
    return "".join(f"(?:{re.escape(c)}|{_NAMED[c]})" if c in _NAMED else re.escape(c) for c in text)


def _literal(xml: str) -> str:
    """Give XML without references by number to what can be seen."""

    def character(match: re.Match[str]) -> str:
        hexadecimal, decimal = match.groups()
        number = int(hexadecimal, 16) if hexadecimal else int(decimal)
        return escape(chr(number), _QUOTES) if 0x20 < number < 0x110000 else match.group(0)

    return _NUMBER.sub(character, xml) if "&#" in xml else xml


def _matches(xml: str, pattern: re.Pattern[str], words: Collection[str]) -> Iterator[re.Match[str]]:
    """Find a pattern where one of the words that it cannot be without stands, and is no text.

    A pattern of several spellings takes seconds for a large sheet; a word takes a tenth of one.
    """
    rough = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    done = -1
    for word in rough.finditer(xml):
        if word.start() < done:
            continue
        start = max(xml.rfind("<", 0, word.start()), xml.rfind(">", 0, word.start())) + 1
        done = min(at if at >= 0 else len(xml) for at in (xml.find(c, start) for c in "<>"))
        for match in pattern.finditer(xml, start, done):
            if _refers(xml, match.start()):
                yield match


def _word(title: str) -> str:
    """Give the longest piece of a title that has one spelling."""
    return max(_SPECIAL.split(title), key=len)


def _spellings(title: str) -> str:
    """Give a pattern of references to a sheet, alone or as an end of a range of sheets."""
    quote, bare = _spelled("'"), r"[^\W\d][\w.]*"
    quoted = _spelled(title.replace("'", "''"))
    other = r"[^'!:\[\]<>&]+"
    return (
        rf"{quote}({other}:)?{quoted}(:{other})?{quote}!"
        rf"|(?<![\w.'\]])({bare}:)?{_spelled(title)}(:{bare})?!"
    )


def _any_spelling(title: str) -> str:
    """Give the same with the attribute in which a pivot or a consolidation names its sheet."""
    return f"{_spellings(title)}|{_attribute(title)}"


def _attribute(title: str) -> str:
    return rf"""(?<=\bsheet=["']){_spelled(title)}(?=["'])"""


def _table_pattern(name: str) -> str:
    return rf"(?<![\w.]){_spelled(name)}(?![\w.(!])"
