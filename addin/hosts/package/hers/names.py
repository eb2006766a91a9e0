"""Defined names that cover a table of hers grow with it, and are taken back with its rows.

The names are changed in the XML of the workbook part; everything else there stays to the byte.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from addin.hosts.package.container.sheet_areas import only_area, with_areas

if TYPE_CHECKING:
    from collections.abc import Callable

    from addin.hosts.package.container.opening import Package
    from addin.hosts.package.container.parts import Parts
    from addin.hosts.package.container.sheet_areas import SheetArea
    from addin.hosts.package.hers.ranges import Growth

_NAME: Final = re.compile(
    rb"""(<(?:\w+:)?definedName\s(?:[^"'<>]|"[^"]*"|'[^']*')*>)([^<]*)(?=</)"""
)
_CALLED: Final = re.compile(rb"""\sname=["']([^"']*)""")
_SCOPE: Final = re.compile(rb"""\slocalSheetId=["'](\d+)""")
#: Names that programs keep for a sheet; what they cover grows whatever row it begins with.
_OF_THE_SHEET: Final = frozenset({"_xlnm._FilterDatabase", "_xlnm.Print_Area"})

#: A name and the position of the sheet that it is scoped to.
Scoped = tuple[str, int | None]


def stretch_names(parts: Parts, sheet: int, growth: Growth, header: int) -> frozenset[Scoped]:
    """Let names reach as far as a table that grew; give those that ended where it did.

    These are the sheet's print area and the name of its filter, and names that are just the rows of
    the table, with its header or without, as they would be of an Excel table's.

    Parameters
    ----------
    parts : Parts
        The package.
    sheet : int
        Position of the table's sheet.
    growth : Growth
        What the table gets.
    header : int
        The row of its header, or 0 where nobody knows: then no name is taken for its rows.
    """
    title = parts.package.sheets[sheet].name
    grown = set()

    def longer(area: SheetArea) -> str:
        spelled = area.spelled.rpartition("!")[2]
        takes = area.on(title) and growth.takes(spelled, header=True)
        return area.ending(growth.last) if takes else area.spelled

    def change(name: str, scope: int | None, text: str) -> str:
        new = text
        if name in _OF_THE_SHEET:
            new = with_areas(text, longer) if scope == sheet else text
        elif not name.startswith(("_xlnm.", "_huikuan")):
            area = only_area(text)
            if area is not None and area.on(title) and _is_rows(area, growth, header):
                new = area.ending(growth.last)
        if new != text:
            grown.add((name, scope))
        return new

    _change(parts, change)
    return frozenset(grown)


def _is_rows(area: SheetArea, growth: Growth, header: int) -> bool:
    """Whether an area is all rows of a table, in some of its columns."""
    return (
        header > 0
        and area.fixed
        and area.top in {header, header + 1}
        and area.bottom == growth.after
        and growth.left <= area.left
        and area.right <= growth.right
    )


def shrink_names(parts: Parts, before: Package, after: Package, end: int) -> None:
    """Let names that a run made longer end at a row; those that are no longer as it left them stay.

    Parameters
    ----------
    parts : Parts
        The book as it is.
    before, after : Package
        The book as it was before the run, and as the run left it.
    end : int
        The last row of the table now.
    """
    old, left = _texts(before), _texts(after)

    def change(name: str, scope: int | None, text: str) -> str:
        key = _key(parts.package, name, scope)
        was = old.get(key)
        if was is None or was == text or left.get(key) != text:
            return text
        first = iter(_areas(was))

        def back(area: SheetArea) -> str:
            same = next(first, "") == area.spelled
            return area.spelled if same else area.ending(max(end, area.top))

        return with_areas(text, back)

    _change(parts, change)


def _areas(text: str) -> list[str]:
    found: list[str] = []

    def note(area: SheetArea) -> str:
        found.append(area.spelled)
        return area.spelled

    with_areas(text, note)
    return found


def _texts(package: Package) -> dict[tuple[str, str], str]:
    return {_key(package, one.name, one.sheet): one.text for one in package.defined_names}


def _key(package: Package, name: str, scope: int | None) -> tuple[str, str]:
    """Tell a name by what stays the same when sheets are moved."""
    if scope is None or scope >= len(package.sheets):
        return name.casefold(), ""
    return name.casefold(), package.sheets[scope].name.casefold()


def _change(parts: Parts, change: Callable[[str, int | None, str], str]) -> None:
    def each(match: re.Match[bytes]) -> bytes:
        called, scope = _CALLED.search(match.group(1)), _SCOPE.search(match.group(1))
        text = unescape(match.group(2).decode())
        name = unescape(called.group(1).decode()) if called else ""
        new = change(name, int(scope.group(1)) if scope else None, text)
        return match.group(0) if new == text else match.group(1) + escape(new).encode()

    part = parts.package.workbook_part
    xml = parts.read(part)
    changed = _NAME.sub(each, xml)
    if changed != xml:
        parts.set(part, changed)
