"""What of hers is kept as XML when a sheet of ours is made again: all that openpyxl does not know.

Rules and validations move with their columns, merged cells with theirs; her picture behind the
cells, views of her own, marks of ignored errors and the like stand as they stood.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lxml import etree

from addin.hosts.package.container.elements import ORDER, local_name
from addin.hosts.package.container.parts import parse_xml
from addin.hosts.package.container.sheet_xml import position, without_rows
from addin.hosts.package.container.spelling import transitional
from addin.hosts.package.ours import rules
from addin.hosts.package.ours.inspection import copied_elements, copied_extensions
from addin.hosts.package.ours.internals import corners
from addin.hosts.package.ours.relocation import sqref
from addin.hosts.package.ours.rules import FORMATS, VALIDATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from addin.hosts.package.container.opening import Package, Relation
    from addin.hosts.package.ours.relocation import Area, Relocation

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Keeping:
    """Keeps what is hers on a sheet that is made again.

    Parameters
    ----------
    package : Package
        The book as it stands.
    part : str
        The sheet as it stands.
    root : Element
        The sheet as it is to be; it is changed.
    relations : list of Relation
        Its relations, to which those of kept things are added.
    """

    def __init__(
        self, package: Package, part: str, root: etree._Element, relations: list[Relation]
    ) -> None:
        frame = without_rows(package.read(part))
        self._frame = parse_xml(transitional(frame) if package.strict else frame)
        self._root, self._relations = root, relations
        self._given = {relation.id: relation for relation in package.relations(part)}

    def keep(self, moves: Relocation | None) -> None:
        """Keep everything; where nothing says what went where, only what has no place."""
        for element in self._frame:
            if local_name(element) in copied_elements():
                self._copy(element)
        if moves is not None:
            self._keep_formats(rules.formats(self._frame, moves))
            self._keep_validations(rules.validations(self._frame, moves))
            self._keep_merged(moves)
        self._keep_extensions(moves)

    def _copy(self, element: etree._Element) -> None:
        again = deepcopy(element)
        for node in again.iter():
            identity = node.get(_ID)
            if identity is None:
                continue
            if node is again and identity in self._given:
                new = f"kept{len(self._relations) + 1}"
                self._relations.append(replace(self._given[identity], id=new))
                node.set(_ID, new)
            else:  # the printer of a view: views have their page set-up without it too
                del node.attrib[_ID]
        place(self._root, again)

    def _keep_formats(self, hers: list[etree._Element]) -> None:
        """Put her conditional formats before ours: what she marked shows over it."""
        ours = list(self._root.iter(f"{_MAIN}conditionalFormatting"))
        given = [rule for one in hers for rule in one.iter(f"{_MAIN}cfRule")]
        given.sort(key=lambda rule: int(rule.get("priority", "1")))
        own = [rule for one in ours for rule in one.iter(f"{_MAIN}cfRule")]
        own.sort(key=lambda rule: int(rule.get("priority", "1")))
        for number, rule in enumerate((*given, *own) if given else (), 1):
            rule.set("priority", str(number))
        for element in hers:
            place(self._root, element)

    def _keep_validations(self, hers: list[etree._Element]) -> None:
        if not hers:
            return
        listed = self._root.find(f"{_MAIN}dataValidations")
        if listed is None:
            listed = etree.Element(f"{_MAIN}dataValidations")
            place(self._root, listed)
        listed.extend(hers)
        listed.set("count", str(len(listed)))

    def _keep_merged(self, moves: Relocation) -> None:
        """Merge again what she merged beside our rows, where nothing would be hidden by it."""
        filled = self._filled()
        merged = []
        for node in self._frame.iter(f"{_MAIN}mergeCell"):
            new = _merged_anew(moves, node.get("ref", ""))
            if new is None or _hidden(new, filled):
                continue
            if not any(span.new[0] <= new[3] and new[1] <= span.new[2] for span in moves.spans):
                merged.append(sqref([new]))
        if not merged:
            return
        listed = self._root.find(f"{_MAIN}mergeCells")
        if listed is None:
            listed = etree.Element(f"{_MAIN}mergeCells")
            place(self._root, listed)
        for area in merged:
            etree.SubElement(listed, f"{_MAIN}mergeCell").set("ref", area)
        listed.set("count", str(len(listed)))

    def _filled(self) -> dict[int, list[int]]:
        """Give the rows, in order, in which each column holds something."""
        found: dict[int, list[int]] = {}
        for node in self._root.iter(f"{_MAIN}c"):
            if len(node) or node.text:
                row, column = position(node.get("r", "").encode())
                found.setdefault(column, []).append(row)
        return {column: sorted(rows) for column, rows in found.items()}

    def _keep_extensions(self, moves: Relocation | None) -> None:
        kept = []
        for extension in self._extensions():
            uri = extension.get("uri", "").lower()
            if uri in copied_extensions():
                kept.append(deepcopy(extension))
            elif moves is not None and uri in {FORMATS, VALIDATIONS}:
                find = rules.newer_formats if uri == FORMATS else rules.newer_validations
                kept += _refilled(extension, find(self._frame, moves))
        if not kept:
            return
        listed = self._root.find(f"{_MAIN}extLst")
        if listed is None:
            listed = etree.Element(f"{_MAIN}extLst")
            place(self._root, listed)
        listed.extend(kept)

    def _extensions(self) -> Iterator[etree._Element]:
        for listed in self._frame.findall(f"{_MAIN}extLst"):
            yield from (node for node in listed if isinstance(node.tag, str))


def _refilled(extension: etree._Element, hers: list[etree._Element]) -> Iterable[etree._Element]:
    """Give an extension with only these elements in its list; none where there are none."""
    if not hers:
        return ()
    again = deepcopy(extension)
    listed = next(node for node in again if isinstance(node.tag, str))
    for node in list(listed):
        listed.remove(node)
    listed.extend(hers)
    if listed.get("count") is not None:
        listed.set("count", str(len(listed)))
    return (again,)


def _merged_anew(moves: Relocation, reference: str) -> Area | None:
    """Give the new place of a merged area of hers; None where it has none of the same shape."""
    left, top, right, bottom = corners(reference)
    new = moves.areas(reference)
    if len(new) == 1 and _shape(new[0]) == (right - left, bottom - top):
        return new[0]
    # Apart from our rows the first cell, which holds the text, says where it goes: the blank
    # rows below it in the area have no place of their own.
    first = moves.rows.get(top)
    beside = any(span.old[0] <= bottom and top <= span.old[2] for span in moves.spans)
    if first is None or beside or any(top < row <= bottom for row in moves.rows):
        return None
    across = moves.areas(sqref([(left, top, right, top)]))
    if len(across) != 1 or _shape(across[0]) != (right - left, 0):
        return None
    return across[0][0], first, across[0][2], first + bottom - top


def _shape(area: Area) -> tuple[int, int]:
    left, top, right, bottom = area
    return right - left, bottom - top


def _hidden(area: Area, filled: Mapping[int, list[int]]) -> bool:
    """Whether a merged area would hide a cell that holds something."""
    left, top, right, bottom = area
    return any(
        bisect_left(rows, top + (column == left)) < bisect_right(rows, bottom)
        for column, rows in filled.items()
        if left <= column <= right
    )


def place(root: etree._Element, element: etree._Element) -> None:
    """Put an element of a sheet where the format wants it."""
    at = ORDER.index(local_name(element))
    before = sum(isinstance(node.tag, str) and ORDER.index(local_name(node)) <= at for node in root)
    root.insert(before, element)
