"""A sheet of another state of the book brought back whole, with all parts that belong to it.

Both states are of one origin, but a program that saved the book since may have numbered looks,
texts and tables anew. So looks are looked up by what they are, and shared texts stand in their
cells afterwards; all else of the sheet is copied as it stood.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container.sheet_xml import addressed, unprefixed
from addin.hosts.package.container.spelling import strict, transitional
from addin.hosts.package.container.stylesheet import Stylesheet
from addin.hosts.package.container.workbook_part import SHEET_TYPE
from addin.hosts.package.hers.shared_texts import SHARED
from addin.hosts.package.hers.sheet_rows import SheetRows

if TYPE_CHECKING:
    from collections.abc import Collection

    from addin.hosts.package.container.opening import Package, Relation
    from addin.hosts.package.container.parts import Parts

_ITEM: Final = re.compile(rb"<si(?=[\s/>])[^>]*?(?:/>|>(.*?)</si>)", re.DOTALL)
_TAG: Final = re.compile(rb"<(/?)(?=\w)")
_LOOK: Final = re.compile(rb"""(<(?:\w+:)?(?:c|row)\s(?:[^>]*?\s)?s=["'])(\d+)""")
_COLUMN_LOOK: Final = re.compile(rb"""(<(?:\w+:)?col\s(?:[^>]*?\s)?style=["'])(\d+)""")
_RULE_LOOK: Final = re.compile(rb"""(\s\w*[dD]xfId=["'])(\d+)""")
_SELECTED: Final = re.compile(rb"""(<(?:\w+:)?sheetView\s[^>]*?)\s?tabSelected=["'][^"']*["']""")
_TABLE_NUMBER: Final = re.compile(rb"""(<(?:\w+:)?table\s(?:[^>]*?\s)?id=["'])(\d+)""")
_XML: Final = (".xml", ".vml")
#: What a sheet points to and the workbook lists as well: it is there, or the sheet has no use.
_LISTED: Final = frozenset({"pivotCacheDefinition", "slicerCache", "timelineCache", "person"})


class Bringing:
    """Sheets brought from another state of a book.

    Parameters
    ----------
    parts : Parts
        The book; it is changed.
    stylesheet : Stylesheet
        Its styles; they grow by what the sheets need.
    source : Package
        The other state.
    """

    def __init__(self, parts: Parts, stylesheet: Stylesheet, source: Package) -> None:
        self._parts, self._stylesheet, self._source = parts, stylesheet, source
        there = source.related(source.workbook_part, "styles")
        self._styles = Stylesheet(source.read(there[0]) if there else None)
        self._texts: list[bytes] | None = None

    def sheet(self, part: str, into: str | None, *, without: Collection[str] = ()) -> str:
        """Bring a sheet.

        Parameters
        ----------
        part : str
            Its part in the other state.
        into : str, optional
            The part of the sheet whose place it takes; None for a new one.
        without : collection of str
            Kinds of relations that are not brought.

        Returns
        -------
        str
            Its part.
        """
        content = self._spelled(self.content(part))
        if into is None:
            into = self._parts.add("xl/worksheets/sheet1.xml", content, SHEET_TYPE)
        else:
            content = _selected_as(content, self._parts.read(into))
            self._parts.set(into, content)
        used = self._table_numbers(into)
        done: dict[str, str] = {}
        self._parts.set_relations(
            into,
            [
                self._followed(relation, done, used)
                for relation in self._source.relations(part)
                if relation.kind not in without
            ],
        )
        return into

    def content(self, part: str) -> bytes:
        """Give a sheet's XML with texts in its cells and looks numbered as here."""
        rows = SheetRows(addressed(self._source.xml(part)))
        data = rows.xml[len(rows.head) : len(rows.xml) - len(rows.tail)]
        head = _SELECTED.sub(rb"\1", rows.head)
        data, head = self._relooked(_LOOK, data), self._relooked(_COLUMN_LOOK, head)
        data = SHARED.sub(self._inline, data)
        return b"".join((self._redxfed(head), data, self._redxfed(rows.tail)))

    def look(self, index: int) -> int:
        """Give the number here of a look there."""
        return self._stylesheet.imported(self._styles, [index])[index]

    def text(self, number: int, prefix: bytes) -> bytes:
        """Give a shared text as what stands in a cell."""
        texts = self._every_text()
        inner = texts[number] if number < len(texts) else b"<t/>"
        return _TAG.sub(rb"<\1" + prefix, b"<is>%b</is>" % inner)

    def _relooked(self, pattern: re.Pattern[bytes], xml: bytes) -> bytes:
        used = {int(match.group(2)) for match in pattern.finditer(xml)}
        looks = self._stylesheet.imported(self._styles, sorted(used))
        if all(index == new for index, new in looks.items()):
            return xml
        return pattern.sub(lambda m: m.group(1) + str(looks[int(m.group(2))]).encode(), xml)

    def _redxfed(self, xml: bytes) -> bytes:
        used = {int(match.group(2)) for match in _RULE_LOOK.finditer(xml)}
        looks = self._stylesheet.imported_dxfs(self._styles, sorted(used))
        return _RULE_LOOK.sub(lambda m: m.group(1) + str(looks[int(m.group(2))]).encode(), xml)

    def _inline(self, match: re.Match[bytes]) -> bytes:
        before, prefix, after, number = match.groups()
        return b'%bt="inlineStr"%b%b' % (before, after, self.text(int(number), prefix))

    def _every_text(self) -> list[bytes]:
        if self._texts is None:
            source = self._source
            self._texts = [
                match.group(1) or b"<t/>"
                for part in source.related(source.workbook_part, "sharedStrings")
                for match in _ITEM.finditer(unprefixed(source.xml(part)))
            ]
        return self._texts

    def _spelled(self, content: bytes) -> bytes:
        if self._parts.package.strict == self._source.strict:
            return content
        return strict(content) if self._parts.package.strict else transitional(content)

    def _followed(self, relation: Relation, done: dict[str, str], used: set[int]) -> Relation:
        """Bring the part that a relation points to; give the relation with its part here."""
        if relation.external or not self._source.has(relation.target):
            return relation
        target = relation.target
        if target not in done:
            done[target] = self._brought(relation, done, used)
        return replace(relation, target=done[target])

    def _brought(self, relation: Relation, done: dict[str, str], used: set[int]) -> str:
        target = relation.target
        content = self._source.read(target)
        there = self._parts.has(target)
        if there and (relation.kind in _LISTED or self._parts.read(target) == content):
            same = relation.kind in _LISTED or not self._source.relations(target)
            if same and relation.kind != "table":
                return target
        if relation.kind == "table":
            content = self._table(self._redxfed(content), used)
        if target.lower().endswith(_XML):
            content = self._spelled(content)
        name = self._parts.add(target, content, self._source.content_type(target))
        done[target] = name
        self._parts.set_relations(
            name,
            [self._followed(each, done, used) for each in self._source.relations(target)],
        )
        return name

    def _table(self, content: bytes, used: set[int]) -> bytes:
        """Give a table a number that no other one has."""
        number = int(_table_number(content) or 0)
        if number in used:
            number = max(used) + 1
            content = _TABLE_NUMBER.sub(rb"\g<1>%d" % number, content, count=1)
        used.add(number)
        return content

    def _table_numbers(self, but: str) -> set[int]:
        """Give the numbers of the tables of the other sheets."""
        gone = {target.lower() for target in self._parts.related(but, "table")}
        return {
            int(_table_number(self._parts.read(part)) or 0)
            for part in (*self._parts.package.names, *self._parts.added)
            if posixpath.basename(part).lower().startswith("table")
            and self._parts.has(part)
            and part.lower() not in gone
        }


def _table_number(content: bytes) -> bytes | None:
    found = _TABLE_NUMBER.search(content)
    return found.group(2) if found else None


def _selected_as(content: bytes, old: bytes) -> bytes:
    """Let a sheet be the one on top if the one before it in its place was."""
    selected = _SELECTED.search(old)
    if selected is None or b'"0"' in selected.group(0):
        return content
    return re.sub(rb"(<(?:\w+:)?sheetView)(?=[\s/>])", rb'\1 tabSelected="1"', content, count=1)
