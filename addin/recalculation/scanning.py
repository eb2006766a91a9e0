"""The formulas of a book as they stand in the XML of its sheets, one list for each fact.

A plan book has a hundred thousand formulas; nearly all that is asked of them is asked of a whole
list at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from addin.hosts.package.container import sheet_xml
from addin.hosts.package.container.templates import render, skeletons, template
from addin.hosts.package.container.xml_text import unescape
from macros.book import address
from macros.texts import Refusal

if TYPE_CHECKING:
    from addin.hosts.package.container.sheet_xml import Position

#: First row, first column, last row, last column.
Area: TypeAlias = tuple[int, int, int, int]

#: An array declared over more cells is no person's, and its values would not fit in memory.
MOST_FILLED: Final = 1_048_576

#: A cell with a formula: attributes of the cell, of the formula, its text, the cached value.
FORMULA: Final = re.compile(
    rb"<c\s([^>]*[^/])>\s*<f((?:\s[^>]*?)?)(?:/>|>([^<]*)</f>)"
    rb"\s*(?:<v(?:\s[^>]*)?/>|<v(?:\s[^>]*)?>([^<]*)</v>)?"
)
_PLACE: Final = re.compile(rb"""(?<![\w:])r=["']([A-Z]+)(\d+)["']""")
_KIND: Final = re.compile(rb"""(?<![\w:])t=["'](\w+)["']""")
_AREA: Final = re.compile(rb"""(?<![\w:])ref=["']([A-Z]+\d+(?::[A-Z]+\d+)?)["']""")
_INDEX: Final = re.compile(rb"""(?<![\w:])si=["'](\d+)["']""")
_METADATA: Final = re.compile(rb"""(?<![\w:])cm=["'][1-9]\d*["']""")
_BREAK: Final = "\0"

ARRAY, DYNAMIC, DATA_TABLE = "array", "dynamic", "data_table"


@dataclass(slots=True)
class SheetFormulas:
    """The formulas of one sheet, in the order in which they stand.

    ``texts`` are without ``=``; shared formulas have the text that they would have on their own.
    ``skeletons`` are the texts without the rows of their references. ``cached`` are the values' XML
    texts, None where nothing was calculated, and ``cached_kinds`` their types as cells have them.
    ``arrays`` are, by index, the formulas that are not of the ordinary kind with their areas:
    ``array`` (Ctrl+Shift+Enter), ``dynamic`` (it spills as far as it needs) and ``data_table``.
    """

    name: str
    part: str
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    skeletons: list[str] = field(default_factory=list)
    cached_kinds: list[bytes] = field(default_factory=list)
    cached: list[bytes | None] = field(default_factory=list)
    arrays: dict[int, tuple[str, Area]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def index(self) -> dict[Position, int]:
        """Give the index of each formula by its row and column."""
        return {at: number for number, at in enumerate(zip(self.rows, self.columns, strict=True))}


def scan(name: str, part: str, xml: bytes) -> SheetFormulas:
    """Find the formulas of a sheet.

    Parameters
    ----------
    name, part : str
        The sheet's title and part.
    xml : bytes
        Its XML as :func:`sheet_xml.plain` gives it.
    """
    found = SheetFormulas(name, part)
    matches = FORMULA.findall(xml) if b"<f" in xml else []
    if not matches:
        return found
    attributes, formulas, escaped, cached = zip(*matches, strict=True)
    places = [_PLACE.search(one) for one in attributes]
    if None in places:
        raise ValueError("cell without address")
    found.rows = [int(place.group(2)) for place in places if place]
    found.columns = [sheet_xml.column_number(place.group(1)) for place in places if place]
    found.cached_kinds = [_kind(one) for one in attributes]
    # An empty value is a calculated "" where the cell says that it is a text.
    found.cached = [
        value or (b"" if kind == b"str" else None)
        for value, kind in zip(cached, found.cached_kinds, strict=True)
    ]
    found.texts = unescape(_BREAK.encode().join(escaped)).split(_BREAK)
    _special(found, attributes, formulas)
    found.skeletons = skeletons(found.texts)
    return found


def _kind(attributes: bytes) -> bytes:
    if b" t=" not in attributes:
        return b"n"
    said = _KIND.search(attributes)
    return said.group(1) if said else b"n"


def _special(
    found: SheetFormulas, attributes: tuple[bytes, ...], formulas: tuple[bytes, ...]
) -> None:
    """Write shared formulas out and note arrays and data tables."""
    shared: dict[bytes, str] = {}
    for number, formula in enumerate(formulas):
        if not formula:
            continue
        row, column = found.rows[number], found.columns[number]
        said = _KIND.search(formula)
        word = said.group(1) if said else b""
        index = _INDEX.search(formula) if word == b"shared" else None
        if index and found.texts[number]:
            shared[index.group(1)] = template(found.texts[number], row, column)
        elif index:
            found.texts[number] = render(shared.get(index.group(1), ""), row, column)
        elif word in {b"array", b"dataTable"}:
            reference = _AREA.search(formula)
            given = sheet_xml.bounds(reference.group(1).decode()) if reference else None
            kind = DYNAMIC if _METADATA.search(attributes[number]) else ARRAY
            kind = DATA_TABLE if word == b"dataTable" else kind
            area = given or (row, column, row, column)
            if (area[2] - area[0] + 1) * (area[3] - area[1] + 1) > MOST_FILLED:
                place = f"{found.name}!{address(row, column)}"
                raise Refusal("array_too_large", place, most=f"{MOST_FILLED:,}")
            found.arrays[number] = (kind, area)
