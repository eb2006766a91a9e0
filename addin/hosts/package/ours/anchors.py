"""Drawings on a sheet of ours: our charts are drawn anew, everything else stays as it stands.

Her pictures, shapes and charts are kept as XML with the relations and parts that they have, so
nothing about them changes; only what is ours goes out of the drawing and comes in again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lxml import etree

from addin.hosts.package.container.elements import local_name
from addin.hosts.package.container.parts import parse_xml, xml_bytes
from addin.hosts.package.container.spelling import strict
from addin.hosts.package.ours.marks import chart_sum

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from addin.hosts.package.container.opening import Package, Relation
    from addin.hosts.package.container.parts import Parts

DRAWING_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawing+xml"
CHART_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"


class Drawing:
    """The drawing of a sheet of ours, as it is to be.

    Parameters
    ----------
    parts : Parts
        The package.
    part : str, optional
        The drawing that the sheet has now.
    sums : collection of str
        Checksums by which charts of ours are known.
    """

    def __init__(self, parts: Parts, part: str | None, sums: Collection[str]) -> None:
        self._parts = parts
        self._part = part
        self._root: etree._Element | None = None
        self._kept: tuple[Relation, ...] = ()
        self._free: list[str] = []
        if part is not None:
            self._root = parts.tree(part)
            self._part_from_ours(part, sums)

    def _part_from_ours(self, part: str, sums: Collection[str]) -> None:
        """Take our charts out; their parts are free to be used again."""
        if self._root is None:
            return
        relations = {relation.id: relation for relation in self._parts.relations(part)}
        gone = set()
        for anchor in list(self._root):
            identity = chart_of(anchor)
            relation = relations.get(identity) if identity else None
            if relation is None or not self._parts.has(relation.target):
                continue
            if chart_sum(chart_title(self._parts.tree(relation.target))) in sums:
                self._root.remove(anchor)
                gone.add(relation.id)
                self._free.append(relation.target)
        self._kept = tuple(one for one in relations.values() if one.id not in gone)

    @property
    def hers(self) -> int:
        """How many things of hers are in the drawing."""
        return 0 if self._root is None else sum(isinstance(node.tag, str) for node in self._root)

    def draw(
        self, saved: Package, part: str | None, only: Collection[str] | None = None
    ) -> str | None:
        """Bring in the charts of a saved scratch sheet; give the drawing's part, None for none.

        ``only`` are checksums of the charts to be brought, where the sheet is no scratch sheet.
        """
        related = {} if part is None else {one.id: one for one in saved.relations(part)}
        new = [] if part is None else list(parse_xml(saved.read(part)))
        if only is not None:
            new = [anchor for anchor in new if _sum(saved, related, anchor) in only]
        if not new and not self.hers:
            return None
        relations = [*self._kept]
        if self._root is None and part is not None:
            self._root = parse_xml(self._spelled(saved.read(part)))
            for anchor in list(self._root):
                self._root.remove(anchor)
        if self._root is None:
            return None
        ids = {one.id for one in relations}
        for anchor in new:
            relation = related[chart_of(anchor)]
            number = len(ids) + 1
            while f"rId{number}" in ids:
                number += 1
            ids.add(f"rId{number}")
            chart = self._chart(saved.read(relation.target))
            relations.append(replace(relation, id=f"rId{number}", target=chart))
            self._root.append(self._numbered(anchor, f"rId{number}"))
        return self._put(relations)

    def _put(self, relations: list[Relation]) -> str:
        content = xml_bytes(self._root) if self._root is not None else b""
        if self._part is None:
            self._part = self._parts.add("xl/drawings/drawing1.xml", content, DRAWING_TYPE)
        else:
            self._parts.set(self._part, content)
        self._parts.set_relations(self._part, relations)
        return self._part

    def _chart(self, content: bytes) -> str:
        content = self._spelled(content)
        if not self._free:
            return self._parts.add("xl/charts/chart1.xml", content, CHART_TYPE)
        name = self._free.pop(0)
        self._parts.set(name, content)
        self._parts.set_relations(name, ())
        return name

    def _spelled(self, content: bytes) -> bytes:
        return strict(content) if self._parts.package.strict else content

    def _numbered(self, anchor: etree._Element, identity: str) -> etree._Element:
        """Give an anchor of ours with a relation and an object number that are free here."""
        anchor = parse_xml(self._spelled(etree.tostring(anchor)))
        used = [
            int(node.get("id", "0"))
            for node in (self._root.iter() if self._root is not None else ())
            if local_name(node) == "cNvPr" and node.get("id", "0").isdigit()
        ]
        for node in anchor.iter():
            if local_name(node) == "cNvPr":
                node.set("id", str(max([1, *used]) + 1))
            elif local_name(node) == "chart":
                _set_relation(node, identity)
        return anchor


def _sum(saved: Package, related: Mapping[str, Relation], anchor: etree._Element) -> str | None:
    """Give the checksum of an anchor's chart, None where it has none."""
    relation = related.get(chart_of(anchor)) if isinstance(anchor.tag, str) else None
    if relation is None or relation.external or not saved.has(relation.target):
        return None
    return chart_sum(chart_title(parse_xml(saved.read(relation.target))))


def chart_of(anchor: etree._Element) -> str:
    """Give the id of the relation to the chart of an anchor, or ""."""
    for node in anchor.iter():
        if local_name(node) == "chart":
            return next((str(value) for key, value in node.items() if str(key).endswith("}id")), "")
    return ""


def _set_relation(node: etree._Element, identity: str) -> None:
    for key in node.keys():  # noqa: SIM118 - an element is no mapping
        if str(key).endswith("}id"):
            node.set(key, identity)


def chart_title(root: etree._Element) -> str:
    """Give the text of a chart's title."""
    for chart in _elements(root):
        title = next((node for node in _elements(chart) if local_name(node) == "title"), None)
        if title is not None:
            return "".join(node.text or "" for node in title.iter() if local_name(node) == "t")
    return ""


def _elements(node: etree._Element) -> Iterator[etree._Element]:
    return (child for child in node if isinstance(child.tag, str))
