"""Bringing sheets that were made in the scratch book into her package.

A sheet comes with its parts: drawing and charts, comments and their boxes, tables. Parts that the
sheet had are used again under their names, so that a run after a run leaves nothing behind.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lxml import etree

from addin.hosts.package.container.opening import Relation
from addin.hosts.package.container.parts import parse_xml, relation_type, xml_bytes
from addin.hosts.package.container.spelling import strict
from addin.hosts.package.container.stylesheet import Stylesheet
from addin.hosts.package.container.workbook_part import SHEET_TYPE
from addin.hosts.package.ours.anchors import Drawing
from addin.hosts.package.ours.comments import Comments, sizes_by_place, with_places, with_sizes
from addin.hosts.package.ours.keeping import Keeping, place

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from addin.hosts.package.container.opening import Package
    from addin.hosts.package.container.parts import Parts
    from addin.hosts.package.ours.body import Body
    from addin.hosts.package.ours.standing import Standing

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_COMMENTS: Final = f"{_OFFICE}.spreadsheetml.comments+xml"
_TABLE: Final = f"{_OFFICE}.spreadsheetml.table+xml"
_VML: Final = f"{_OFFICE}.vmlDrawing"
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STYLES: Final = "xl/styles.xml"
#: A part of comment boxes claims numbers by the thousand.
_SHAPE: Final = re.compile(rb"_x0000_s(\d+)")
_CLAIM: Final = re.compile(rb"""(<(?:\w+:)?idmap\b[^>]*?\bdata=["'])([\d,]*)""")
_CLUSTER: Final = 1024


class Grafting:
    """One saved scratch book, of which sheets are brought over.

    Parameters
    ----------
    parts : Parts
        Her package.
    stylesheet : Stylesheet
        Her styles; it grows by what the sheets need.
    saved : Package
        The scratch book as saved.
    looks, dxfs : int
        How many looks the scratch book had from hers.
    """

    def __init__(
        self, parts: Parts, stylesheet: Stylesheet, saved: Package, looks: int, dxfs: int
    ) -> None:
        self._parts = parts
        self._stylesheet = stylesheet
        self._saved = saved
        self._looks, self._dxfs = looks, dxfs
        self._styles = Stylesheet(saved.read(_STYLES))
        self._tables = _table_ids(parts)

    def sheet(self, number: int, body: Body, old: Standing) -> str:
        """Bring over one sheet; give its part.

        Parameters
        ----------
        number : int
            Its number in the scratch book, from 1.
        body : Body
            Its rows.
        old : Standing
            The sheet that it replaces.
        """
        source = f"xl/worksheets/sheet{number}.xml"
        root = parse_xml(self._saved.read(source))
        looks = self._remap(root, body)
        relations: list[Relation] = []
        for relation in self._saved.relations(source):
            if relation.kind == "drawing":
                continue
            kept = relation
            if not relation.external:
                kept = replace(relation, target=self._part(relation, source, old))
            relations.append(kept)
        self._draw(root, source, old, relations)
        if old.kept:
            relations += self._threads(source, old)
            Keeping(self._parts.package, old.kept, root, relations).keep(old.moves)
        content = body.into(xml_bytes(root), looks)
        if self._parts.package.strict:
            content = strict(content)
        part = old.part
        if part is None:
            part = self._parts.add("xl/worksheets/sheet1.xml", content, SHEET_TYPE)
        else:
            self._parts.set(part, content)
        self._parts.set_relations(part, relations)
        return part

    def _remap(self, root: etree._Element, body: Body) -> Mapping[int, int]:
        """Give looks the numbers of her book; tell those that are others there."""
        named = [
            (node, attribute)
            for name, attribute in (("c", "s"), ("row", "s"), ("col", "style"))
            for node in root.iter(f"{_MAIN}{name}")
            if node.get(attribute) is not None
        ]
        used = {int(node.get(attribute, "0")) for node, attribute in named} | body.looks()
        looks = self._stylesheet.imported(self._styles, sorted(used), known=self._looks)
        others = {index: new for index, new in looks.items() if index != new}
        for node, attribute in named if others else ():
            node.set(attribute, str(looks[int(node.get(attribute, "0"))]))
        rules = [node for node in root.iter(f"{_MAIN}cfRule") if node.get("dxfId") is not None]
        wanted = sorted({int(node.get("dxfId", "0")) for node in rules})
        dxfs = self._stylesheet.imported_dxfs(self._styles, wanted, known=self._dxfs)
        for node in rules:
            node.set("dxfId", str(dxfs[int(node.get("dxfId", "0"))]))
        return others

    def _part(self, relation: Relation, source: str, old: Standing) -> str:
        """Bring over a part that a sheet points to; give its name."""
        content = self._saved.read(relation.target)
        if relation.kind == "comments":
            if old.comments is not None:
                content = Comments(content).with_looks_of(old.comments)
            return self._put(old.take("comments"), "xl/comments1.xml", content, _COMMENTS)
        if relation.kind == "vmlDrawing":
            there = old.boxes
            new = self._comments(source)
            if there is not None and old.comments is not None and new is not None:
                boxes = self._parts.read(there)
                content = with_sizes(content, sizes_by_place(old.comments, new, boxes))
            content = _claimed(content, _claims(self._parts, there))
            return self._put(there, "xl/drawings/vmlDrawing1.vml", content, _VML)
        if relation.kind == "table":
            return self._table(content, old)
        raise ValueError(f"a sheet of ours has no {relation.kind}")

    def _comments(self, source: str) -> Comments | None:
        """Give the comments of a saved scratch sheet."""
        part = next(iter(self._saved.related(source, "comments")), None)
        return Comments(self._saved.read(part)) if part is not None else None

    def _threads(self, source: str, old: Standing) -> list[Relation]:
        """Let threaded comments go with the rows of their comments; give their relations."""
        new = self._comments(source)
        kept: list[Relation] = []
        for relation in old.relations if new is not None else ():
            if new is not None and relation.kind == "threadedComment":
                content = with_places(self._parts.read(relation.target), new.threads())
                self._parts.set(relation.target, content)
                kept.append(replace(relation, id=f"thread{len(kept) + 1}"))
        return kept

    def _put(self, there: str | None, wanted: str, content: bytes, kind: str) -> str:
        if self._parts.package.strict:
            content = strict(content)
        if there is None:
            return self._parts.add(wanted, content, kind)
        self._parts.set(there, content)
        self._parts.set_relations(there, ())
        return there

    def _table(self, content: bytes, old: Standing) -> str:
        """Bring over a table; one that stands there keeps its number, which others may name."""
        root = parse_xml(content)
        name = root.get("displayName", "").casefold()
        there, number = old.tables.pop(name, (None, None))
        if number is None:
            number = max([0, *self._tables]) + 1
        self._tables.add(number)
        root.set("id", str(number))
        return self._put(there, "xl/tables/table1.xml", xml_bytes(root), _TABLE)

    def _draw(
        self,
        root: etree._Element,
        source: str,
        old: Standing,
        relations: list[Relation],
    ) -> None:
        """Bring over the drawing; ``relations`` of the sheet get it."""
        drawing = Drawing(self._parts, old.take("drawing"), old.sums)
        drawn = drawing.draw(self._saved, next(iter(self._saved.related(source, "drawing")), None))
        element = root.find(f"{_MAIN}drawing")
        if drawn is None:
            return
        if element is None:
            element = etree.Element(f"{_MAIN}drawing")
            place(root, element)
        element.set(_ID, "drawing")
        kind = relation_type("drawing")
        relations.append(Relation("drawing", "drawing", drawn, external=False, type=kind))


def _table_ids(parts: Parts) -> set[int]:
    """Give the numbers of all tables: each may stand once in a book."""
    return {
        int(parts.tree(part).get("id", "0"))
        for part in parts.package.names
        if parts.has(part) and parts.content_type(part) == _TABLE
    }


def _claims(parts: Parts, but: str | None) -> set[int]:
    """Give the thousands of shape numbers that other parts of comment boxes have claimed."""
    others = [
        part
        for part in (*parts.package.names, *parts.added)
        if part.lower().endswith(".vml") and parts.has(part) and part != but
    ]
    return {
        int(number)
        for part in others
        for match in _CLAIM.finditer(parts.read(part))
        for number in match.group(2).split(b",")
        if number
    }


def _claimed(content: bytes, taken: Collection[int]) -> bytes:
    """Give a part of comment boxes with shape numbers of its own in the book."""
    shapes = [int(number) for number in _SHAPE.findall(content)]
    clusters = max([_CLUSTER, *shapes]) // _CLUSTER
    free: list[int] = []
    number = 1
    while len(free) < clusters:
        if number not in taken:
            free.append(number)
        number += 1

    def renumbered(match: re.Match[bytes]) -> bytes:
        cluster, rest = divmod(int(match.group(1)), _CLUSTER)
        return b"_x0000_s%d" % (free[cluster - 1] * _CLUSTER + rest)

    claim = ",".join(map(str, free)).encode()
    content = _CLAIM.sub(rb"\g<1>" + claim, content, count=1)
    return _SHAPE.sub(renumbered, content)
