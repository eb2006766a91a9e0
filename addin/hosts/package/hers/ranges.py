"""Ranges that cover a table of hers and grow with it: filters, validations, conditional formats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpyxl.utils import get_column_letter

from addin.hosts.package.container.elements import local_name
from addin.hosts.package.container.parts import xml_bytes
from addin.hosts.package.container.sheet_xml import bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from addin.hosts.package.container.parts import Parts

#: A start tag up to an attribute; a value in quotes may hold any sign.
_INSIDE: Final = rb"""(?:[^"'<>]|"[^"]*"|'[^']*')*?"""
_AREAS: Final = re.compile(
    rb"""(<(?:\w+:)?(dataValidation|conditionalFormatting|ignoredError)\s%b\bsqref=)("[^"]*"|'[^']*')"""
    % _INSIDE
)
_FILTER: Final = re.compile(rb"""(<(?:\w+:)?autoFilter\s%b\bref=)("[^"]*"|'[^']*')""" % _INSIDE)
#: Newer rules and validations stand in an extension, and so do sparklines, which are not ranges.
_NEWER: Final = re.compile(
    rb"<(\w+:(?:dataValidation|conditionalFormatting))(?=[\s>]).*?</\1>", re.DOTALL
)
_NEWER_AREAS: Final = re.compile(rb"(<\w+:sqref>)([^<]*)(?=</)")
_DIMENSION: Final = re.compile(rb"""(<(?:\w+:)?dimension\s%b\bref=)("[^"]*"|'[^']*')""" % _INSIDE)
_MERGED: Final = re.compile(
    rb"""<(?:\w+:)?mergeCell\s%b\bref=["']([A-Z]+\d+:[A-Z]+\d+)["']""" % _INSIDE
)
_AREA: Final = re.compile(r"\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?")
_LAST_ROW: Final = re.compile(r"\d+$")


@dataclass(frozen=True, slots=True)
class Growth:
    """Rows that a table gets: its columns, its last row before and after.

    ``empty`` says that there were no rows, so that ``after`` is the header's row.
    """

    left: int
    right: int
    after: int
    last: int
    empty: bool = False

    def takes(self, area: str, *, header: bool = False, single: bool = True) -> bool:
        """Whether an area grows with the table.

        ``header`` areas begin with the table's header, as a filter does; a ``single`` row is
        enough where nobody means just that row.
        """
        top, left, bottom, right = bounds(area)
        if right < self.left or left > self.right or bottom >= self.last:
            return False
        if self.empty and not header:
            return top == self.after + 1
        return top <= self.after <= bottom and (single or top < bottom)

    def stretched(self, area: str) -> str:
        """Give an area that ends where the table ends now."""
        if ":" not in area:
            area = f"{area}:{area}"
        return _LAST_ROW.sub(str(self.last), area)


def stretched(tail: bytes, growth: Growth) -> bytes:
    """Give what stands below a sheet's rows with the ranges grown that cover the table."""

    def areas(match: re.Match[bytes]) -> bytes:
        single = match.group(2) != b"conditionalFormatting"
        return match.group(1) + _quoted(
            match.group(3), lambda each: _grow(each, growth, single=single)
        )

    def newer(match: re.Match[bytes]) -> bytes:
        single = match.group(1).endswith(b"dataValidation")
        return _NEWER_AREAS.sub(
            lambda inner: (
                inner.group(1) + _grow(inner.group(2).decode(), growth, single=single).encode()
            ),
            match.group(0),
        )

    def filters(match: re.Match[bytes]) -> bytes:
        return match.group(1) + _quoted(match.group(2), lambda each: _grow_filter(each, growth))

    tail = _FILTER.sub(filters, _AREAS.sub(areas, tail))
    return _NEWER.sub(newer, tail)


def shrunk(tail: bytes, growth: Growth, end: int, before: bytes) -> bytes:
    """Give what stands below a sheet's rows with the ranges that grew ending at a row again.

    Parameters
    ----------
    tail : bytes
        What stands there.
    growth : Growth
        What the table got.
    end : int
        Its last row now.
    before : bytes
        The sheet before it grew: an area that stood there is none that grew.
    """
    stood = {area for found in _every_area(before) for area in found.split()}

    def back(areas: str) -> str:
        return " ".join(
            area if area in stood or not _grew(area, growth) else _ending(area, end)
            for area in areas.split()
        )

    def inside(match: re.Match[bytes]) -> bytes:
        return _NEWER_AREAS.sub(
            lambda inner: inner.group(1) + back(inner.group(2).decode()).encode(), match.group(0)
        )

    tail = _AREAS.sub(lambda m: m.group(1) + _quoted(m.group(3), back), tail)
    tail = _FILTER.sub(lambda m: m.group(1) + _quoted(m.group(2), back), tail)
    return _NEWER.sub(inside, tail)


def _every_area(xml: bytes) -> Iterator[str]:
    for match in _AREAS.finditer(xml):
        yield match.group(3)[1:-1].decode()
    for match in _FILTER.finditer(xml):
        yield match.group(2)[1:-1].decode()
    for match in _NEWER_AREAS.finditer(xml):
        yield match.group(2).decode()


def _grew(area: str, growth: Growth) -> bool:
    if not _AREA.fullmatch(area):
        return False
    top, _, bottom, _ = bounds(area)
    return bottom == growth.last and top <= growth.after + 1


def _ending(area: str, end: int) -> str:
    """Give an area that ends at a row; one that would have none keeps its first."""
    first, _, last = area.partition(":")
    row = max(end, bounds(area)[0])
    last = _LAST_ROW.sub(str(row), last)
    return first if first == last else f"{first}:{last}"


def _quoted(value: bytes, change: Callable[[str], str]) -> bytes:
    quote = value[:1]
    return quote + change(value[1:-1].decode()).encode() + quote


def _grow(areas: str, growth: Growth, *, single: bool) -> str:
    return " ".join(
        growth.stretched(area)
        if _AREA.fullmatch(area) and growth.takes(area, single=single)
        else area
        for area in areas.split()
    )


def _grow_filter(area: str, growth: Growth) -> str:
    return growth.stretched(area) if growth.takes(area, header=True) else area


def widened(head: bytes, rows: tuple[int, int], columns: tuple[int, int]) -> bytes:
    """Give what stands above a sheet's rows with its dimension reaching over more of them."""

    def reach(area: str) -> str:
        if not _AREA.fullmatch(area):
            return area
        top, left, bottom, right = bounds(area)
        first = f"{get_column_letter(min(left, columns[0]))}{min(top, rows[0])}"
        last = f"{get_column_letter(max(right, columns[1]))}{max(bottom, rows[1])}"
        return first if first == last else f"{first}:{last}"

    return _DIMENSION.sub(lambda m: m.group(1) + _quoted(m.group(2), reach), head, count=1)


def merged(tail: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Give the merged ranges: first row, first column, last row, last column."""
    return (bounds(match.group(1).decode()) for match in _MERGED.finditer(tail))


class ExcelTable:
    """An Excel table of a sheet of hers (a ListObject), over its part.

    Parameters
    ----------
    parts : Parts
        The package.
    part : str
        The table's part.
    """

    def __init__(self, parts: Parts, part: str) -> None:
        self._parts, self._part = parts, part
        self._root = parts.tree(part)
        self.name = self._root.get("displayName", "")
        self.top, self.left, self.bottom, self.right = bounds(self._root.get("ref", "A1"))

    @property
    def totals(self) -> bool:
        """Whether it has a totals row."""
        return self._root.get("totalsRowCount", "0") != "0"

    @property
    def header(self) -> bool:
        """Whether it has a header row, whose texts are the names of its columns."""
        return self._root.get("headerRowCount", "1") != "0"

    def formulas(self) -> dict[int, str]:
        """Give, by column of the sheet, the formulas of its calculated columns."""
        found = {}
        columns = (node for node in self._root.iter() if local_name(node) == "tableColumn")
        for column, node in enumerate(columns, self.left):
            for child in node:
                if local_name(child) == "calculatedColumnFormula" and child.get("array") is None:
                    found[column] = child.text or ""
        return found

    def end_at(self, bottom: int) -> None:
        """Let the table, and the filter on its header, end at a row."""
        self.bottom = bottom
        for node in (self._root, *self._root):
            if local_name(node) in {"table", "autoFilter"} and node.get("ref"):
                node.set("ref", _LAST_ROW.sub(str(bottom), node.get("ref", "")))
        self._parts.set(self._part, xml_bytes(self._root))


def tables_of(parts: Parts, sheet: str) -> list[ExcelTable]:
    """Give the Excel tables of a sheet's part."""
    return [ExcelTable(parts, part) for part in parts.related(sheet, "table")]
