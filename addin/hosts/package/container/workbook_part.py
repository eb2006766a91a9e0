"""The workbook part: its sheets, the names scoped to them, and how it is to be calculated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from addin.hosts.package.container.parts import relation_type, xml_bytes
from addin.hosts.package.container.referring import retitled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from addin.hosts.package.container.parts import Parts

SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_RELATED: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_RELATED: Final = "http://purl.oclc.org/ooxml/officeDocument/relationships"
#: Children of the part in the order that the format prescribes, as far as it matters here.
_BEFORE_NAMES: Final = frozenset({"sheets", "functionGroups", "externalReferences"})
_BEFORE_CALCULATION: Final = _BEFORE_NAMES | {"definedNames"}
#: Names scoped to a sheet that are made with it.
OURS: Final = frozenset(
    {
        "_huikuan",
        "_huikuan_charts",
        "_xlnm.Print_Titles",
        "_xlnm.Print_Area",
        "_xlnm._FilterDatabase",
    }
)


class WorkbookPart:
    """The main part of a package, changed only where it must be.

    Positions are those of the sheets in the part, from 0, chart sheets too.

    Parameters
    ----------
    parts : Parts
        The package.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._part = parts.package.workbook_part
        self._root = parts.tree(self._part)
        self._namespace = etree.QName(self._root).namespace or ""
        self._before = etree.tostring(self._root)

    def save(self) -> None:
        """Put the part back, if anything in it is another now."""
        if etree.tostring(self._root) != self._before:
            self._parts.set(self._part, xml_bytes(self._root))

    def add_sheet(self, title: str, part: str) -> int:
        """List a new sheet at the end; give its position."""
        identity = self._parts.relate(self._part, relation_type("worksheet"), part)
        sheets = self._sheets()
        used = [int(node.get("sheetId", "0")) for node in sheets]
        node = etree.SubElement(self._child("sheets"), self._tag("sheet"))
        node.set("name", title)
        node.set("sheetId", str(max([0, *used]) + 1))
        related = _STRICT_RELATED if self._parts.package.strict else _RELATED
        node.set(f"{{{related}}}id", identity)
        return len(sheets)

    def remove_sheet(self, position: int) -> None:
        """Take a sheet out: its names go, those of later sheets follow it, its part is dropped."""
        node = self._sheets()[position]
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
        identity = next((value for key, value in node.items() if str(key).endswith("}id")), "")
        kept = [r for r in self._parts.relations(self._part) if r.id != identity]
        self._parts.set_relations(self._part, kept)
        for name in [*self._names()]:
            scope = _scope(name)
            if scope == position:
                self._drop(name)
            elif scope is not None and scope > position:
                name.set("localSheetId", str(scope - 1))
        for view in self._root.iter(self._tag("workbookView")):
            for attribute in ("activeTab", "firstSheet"):
                at = int(view.get(attribute, "0"))
                if at > position or at >= len(self._sheets()):
                    view.set(attribute, str(max(at - 1, 0)))

    def move_into(self, position: int, place: int) -> None:
        """Let the sheet at one position stand in the place, and under the title, of another.

        What stood at ``place`` is taken out.
        """
        sheets = self._sheets()
        moved, gone = sheets[position], sheets[place]
        before, after = moved.get("name", ""), gone.get("name", "")
        for name in self._names():
            scope = _scope(name)
            if scope == position:
                name.set("localSheetId", str(place))
                name.text = retitled(name.text or "", before, after)
            elif scope == place:
                name.set("localSheetId", str(position))
        listed = self._child("sheets")
        for node in (moved, gone):
            listed.remove(node)
        first, second = sorted((position, place))
        new = {place: moved, position: gone}
        listed.insert(first, new[first])
        listed.insert(second, new[second])
        moved.set("name", after)
        self.remove_sheet(position)

    def set_names(self, position: int, names: Mapping[str, tuple[str, bool]]) -> None:
        """Give a sheet names of ours, text and hiddenness by name, in place of those it had.

        Only the names given by :data:`OURS` are taken out; hers stay.
        """
        wanted = dict(names)
        for node in [*self._names()]:
            if _scope(node) != position or node.get("name", "") not in OURS:
                continue
            new = wanted.pop(node.get("name", ""), None)
            if new is None:
                self._drop(node)
            elif (node.text or "") != new[0]:
                node.text = new[0]
        for name, (text, hidden) in wanted.items():
            node = etree.SubElement(
                self._made("definedNames", _BEFORE_NAMES), self._tag("definedName")
            )
            node.set("name", name)
            node.set("localSheetId", str(position))
            if hidden:
                node.set("hidden", "1")
            node.text = text

    def request_calculation(self) -> None:
        """Ask the next program that opens the book to calculate it whole."""
        self._made("calcPr", _BEFORE_CALCULATION).set("fullCalcOnLoad", "1")

    def _tag(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}"

    def _child(self, name: str) -> etree._Element:
        found = self._root.find(self._tag(name))
        if found is None:
            raise KeyError(name)
        return found

    def _sheets(self) -> list[etree._Element]:
        return self._child("sheets").findall(self._tag("sheet"))

    def _names(self) -> Iterator[etree._Element]:
        return self._root.iter(self._tag("definedName"))

    def _drop(self, name: etree._Element) -> None:
        parent = name.getparent()
        if parent is None:
            return
        parent.remove(name)
        if not len(parent):  # an empty list is not allowed
            self._root.remove(parent)

    def _made(self, name: str, before: frozenset[str]) -> etree._Element:
        """Give a child of the part; where there is none, it is made in its place."""
        found = self._root.find(self._tag(name))
        if found is None:
            last = max(
                at
                for at, node in enumerate(self._root)
                if isinstance(node.tag, str) and etree.QName(node).localname in before
            )
            found = etree.Element(self._tag(name))
            self._root.insert(last + 1, found)
        return found


def _scope(name: etree._Element) -> int | None:
    value = name.get("localSheetId")
    return int(value) if value is not None else None
