"""The rows of our sheets as XML, joined directly: thirty times faster than a cell object each.

openpyxl writes the frame of a sheet, its header and whatever is hers; the rows of ours are kept
here as text and laid into the sheet's XML after it is saved (:meth:`Body.into`). Where both have
a cell, hers wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

from addin.hosts.package.container.elements import insert_element
from addin.hosts.package.container.sheet_xml import column_number
from addin.hosts.package.container.xml_text import escape_text
from macros.book import column_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MAX_LINKS: Final = 65_000

_ROW: Final = re.compile(r'<row r="(\d+)"([^>]*?)(?:/>|>(.*?)</row>)', re.DOTALL)
_CELL: Final = re.compile(r'<c r="([A-Z]+)\d+"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
_DIMENSION: Final = re.compile(r'<dimension ref="[^"]*"')


@dataclass(slots=True)
class _Columns:
    """Columns of cells from one row on; every list is of one length."""

    first_row: int
    indexes: list[int] = field(default_factory=list)
    values: list[list[object]] = field(default_factory=list)
    looks: list[list[int | None]] = field(default_factory=list)

    @property
    def last_row(self) -> int:
        """The last row of the block; the one before the first where it has none."""
        return self.first_row + (len(self.values[0]) if self.values else 0) - 1

    def cells(self, known: Mapping[int, int]) -> list[list[str]]:
        """Give the columns as XML, "" where there is no cell; ``known`` numbers looks anew."""
        rows = [str(row) for row in range(self.first_row, self.last_row + 1)]
        return [
            _column(column_letter(index), rows, values, looks, known)
            for index, values, looks in zip(self.indexes, self.values, self.looks, strict=True)
        ]


class Body:
    """The rows of ours of one sheet."""

    def __init__(self) -> None:
        self._blocks: list[_Columns] = []
        self._attributes: dict[int, dict[str, str]] = {}
        self._links: list[str] = []

    def start(self, first_row: int) -> None:
        """Begin a block of rows; the columns that follow belong to it."""
        self._blocks.append(_Columns(first_row))

    def add_column(self, index: int, values: Sequence[object], looks: Sequence[int | None]) -> None:
        """Add a column of cells: a text, a number, or None; ``looks`` are style indexes.

        A cell without value is written only where it has a look; None for no cell at all.
        """
        block = self._blocks[-1]
        block.indexes.append(index)
        block.values.append([*values])
        block.looks.append([*looks])

    def set_cell(self, row: int, index: int, value: object, look: int | None) -> None:
        """Replace one cell of the block that was begun last."""
        block = self._blocks[-1]
        column = block.indexes.index(index)
        block.values[column][row - block.first_row] = value
        block.looks[column][row - block.first_row] = look

    def looks(self) -> set[int]:
        """Give the numbers of all looks that the rows have."""
        given = {look for block in self._blocks for column in block.looks for look in column}
        return {look for look in given if look is not None}

    def set_row(self, row: int, **attributes: object) -> None:
        """Give a row attributes, such as its height (``ht``) or outline level."""
        known = self._attributes.setdefault(row, {})
        known.update({name: str(value) for name, value in attributes.items()})

    def add_link(self, row: int, index: int, location: str) -> None:
        """Link a cell to a place in this workbook; Excel takes no more than 65,530 of them."""
        if len(self._links) >= MAX_LINKS:
            return
        name = f"{column_letter(index)}{row}"
        self._links.append(f'<hyperlink ref="{name}" location={quoteattr(location)}/>')

    def into(self, xml: bytes, looks: Mapping[int, int] = MappingProxyType({})) -> bytes:
        """Lay the rows into a sheet's XML as openpyxl wrote it.

        ``looks`` gives the numbers of looks that are others in the book than in the scratch book.
        """
        text = xml.decode()
        start = text.index("<sheetData")
        end = text.find("</sheetData>", start)
        if end < 0:  # no cell of openpyxl's: <sheetData />
            end, close = start, text.index(">", start) + 1
            inner = ""
        else:
            close = end + len("</sheetData>")
            inner = text[text.index(">", start) + 1 : end]
        rows = self._merged(inner, looks)
        text = f"{text[:start]}<sheetData>{''.join(rows)}</sheetData>{text[close:]}"
        text = _DIMENSION.sub(f'<dimension ref="{self._reach(inner)}"', text, count=1)
        return self._with_links(text.encode())

    def _merged(self, inner: str, looks: Mapping[int, int]) -> list[str]:
        written = {int(m.group(1)): (m.group(2), m.group(3) or "") for m in _ROW.finditer(inner)}
        ours: dict[int, str] = {}
        for block in self._blocks:
            for row, cells in enumerate(zip(*block.cells(looks), strict=True), block.first_row):
                hers = written[row][1] if row in written else ""
                ours[row] = _merge(block.indexes, cells, hers) if hers else "".join(cells)
        rows = []
        for row in sorted({*written, *ours, *self._attributes}):
            given, hers = written.get(row, ("", ""))
            more = "".join(
                f' {name}="{value}"'
                for name, value in self._attributes.get(row, {}).items()
                if f' {name}="' not in given
            )
            rows.append(f'<row r="{row}"{given}{more}>{ours.get(row, hers)}</row>')
        return rows

    def _reach(self, inner: str) -> str:
        """Give the range that all cells span."""
        letters = {match.group(1) for match in _CELL.finditer(inner)}
        columns = [column_number(letter.encode()) for letter in letters]
        columns += [index for block in self._blocks for index in block.indexes]
        rows = [int(match.group(1)) for match in _ROW.finditer(inner)]
        rows += [block.last_row for block in self._blocks]
        return f"A1:{column_letter(max(columns, default=1))}{max(rows, default=1)}"

    def _with_links(self, xml: bytes) -> bytes:
        if not self._links:
            return xml
        links = "".join(self._links).encode()
        if b"</hyperlinks>" in xml:
            return xml.replace(b"</hyperlinks>", links + b"</hyperlinks>", 1)
        return insert_element(xml, "hyperlinks", b"<hyperlinks>" + links + b"</hyperlinks>")


def _column(
    letter: str,
    rows: Sequence[str],
    values: Iterable[object],
    looks: Iterable[int | None],
    known: Mapping[int, int],
) -> list[str]:
    """Give the cells of a column; what is the same in many cells is put together once."""
    start = f'<c r="{letter}'
    values, looks = [*values], [*looks]
    styles = {look: "" if look is None else f' s="{known.get(look, look)}"' for look in {*looks}}
    ends = {value: _end(value) for value in {*values}}
    cells = [
        f'{start}{row}"{styles[look]}{ends[value]}'
        for row, value, look in zip(rows, values, looks, strict=True)
    ]
    for position, look in enumerate(looks):
        if look is None and values[position] is None:
            cells[position] = ""
    return cells


def _end(value: object) -> str:
    """Give what stands in a cell behind its attributes."""
    if value is None:
        return "/>"
    return _text(value) if isinstance(value, str) else f"><v>{value!r}</v></c>"


def _text(value: str) -> str:
    keep = ' xml:space="preserve"' if value != value.strip() or "\n" in value else ""
    return f' t="inlineStr"><is><t{keep}>{escape_text(value)}</t></is></c>'


def _merge(indexes: Iterable[int], ours: Iterable[str], hers: str) -> str:
    """Merge the cells of a row; an empty cell of openpyxl's is there for its comment alone."""
    cells = {index: cell for index, cell in zip(indexes, ours, strict=True) if cell}
    for match in _CELL.finditer(hers):
        index = column_number(match.group(1).encode())
        bare = not match.group(3) and ' s="' not in match.group(2)
        if not bare or index not in cells:
            cells[index] = match.group(0)
    return "".join(cell for _, cell in sorted(cells.items()))
