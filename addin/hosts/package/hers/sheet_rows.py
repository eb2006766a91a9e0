"""The rows of a sheet's XML as bytes: found by number, replaced, and everything else left alone.

A sheet of 20,000 rows has ten megabytes of XML, and a change names a few rows of it. Rows stand in
ascending order, so one is found by halving; what is not replaced comes out byte for byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import unescape
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from addin.hosts.package.container.sheet_xml import addressed, column_number, prefix_of
from addin.hosts.package.container.xml_text import canonical, escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from addin.hosts.package.container.parts import Parts

_ROW_NUMBER: Final = re.compile(rb"""(?<![\w:])r=["'](\d+)["']""")
_ADDRESS: Final = re.compile(rb"""(?<![\w:])r=["']([A-Z]+)\d+["']""")
_STYLE: Final = re.compile(rb"""(?<![\w:])s=["'](\d+)["']""")
_TYPE: Final = re.compile(rb"""(?<![\w:])t=["'](\w+)["']""")
_METADATA: Final = re.compile(rb"""(?<![\w:])cm=["'](\d+)["']""")
_ATTRIBUTE: Final = re.compile(rb"""([\w:]+)=("[^"]*"|'[^']*')""")
#: A sheet whose own elements have no prefix says so.
_DEFAULT: Final = re.compile(rb"""<worksheet\s[^>]*?(?<!\w)xmlns=["']""")
_TAG: Final = re.compile(rb"<(/?)(?=\w)")


@dataclass(frozen=True, slots=True)
class Patterns:
    """How rows, cells and what stands in them look where elements have a prefix."""

    row: bytes
    row_end: bytes
    cell: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    value: re.Pattern[bytes]
    text: re.Pattern[bytes]


@lru_cache(maxsize=16)
def patterns(prefix: bytes) -> Patterns:
    """Give the patterns for a prefix such as ``x:``, or for none."""

    def element(name: bytes) -> re.Pattern[bytes]:
        return re.compile(
            rb"<%b(?=[\s/>])([^>]*?)(?:/>|>(.*?)</%b\s*>)" % (prefix + name, prefix + name),
            re.DOTALL,
        )

    return Patterns(
        b"<%brow" % prefix,
        b"</%brow>" % prefix,
        *(element(name) for name in (b"c", b"f", b"v", b"t")),
    )


@dataclass(frozen=True)
class CellXml:
    """A cell as it stands: its attributes, what is in it, and the whole of it."""

    column: int
    attributes: bytes
    inner: bytes
    raw: bytes
    known: Patterns

    @property
    def style(self) -> int | None:
        """Index of its look, or None where it says nothing."""
        found = _STYLE.search(self.attributes)
        return int(found.group(1)) if found else None

    @property
    def kind(self) -> bytes:
        """Type of its value: ``n`` where it says nothing."""
        found = _TYPE.search(self.attributes)
        return found.group(1) if found else b"n"

    @cached_property
    def formula(self) -> FormulaXml | None:
        """Its formula, if it has one."""
        found = self.known.formula.search(self.inner)
        if found is None:
            return None
        given = {
            match.group(1).decode(): match.group(2)[1:-1].decode()
            for match in _ATTRIBUTE.finditer(found.group(1))
        }
        meta = _METADATA.search(self.attributes)
        return FormulaXml(
            unescaped(found.group(2) or b""), given, meta.group(1).decode() if meta else ""
        )

    @property
    def value(self) -> bytes:
        """What stands in its value element, escaped as it is."""
        found = self.known.value.search(self.inner)
        return (found.group(2) or b"") if found else b""

    @property
    def inline(self) -> bytes:
        """Its inline text, escaped as it is."""
        return b"".join(match.group(2) or b"" for match in self.known.text.finditer(self.inner))

    @property
    def empty(self) -> bool:
        """Whether it holds nothing; a text in the shared table counts, whatever it is."""
        if self.formula is not None or b"<![CDATA[" in self.inner:
            return False
        return not (self.inline if self.kind == b"inlineStr" else self.value.strip())


@dataclass(frozen=True, slots=True)
class FormulaXml:
    """A formula as it stands: ``text`` without ``=``, empty where it is shared with a master.

    ``metadata`` is the cell's, which tells an array formula entered as a plain one from ``{=…}``.
    """

    text: str
    attributes: Mapping[str, str]
    metadata: str = ""

    @property
    def kind(self) -> str:
        """``normal``, ``shared``, ``array`` or ``dataTable``."""
        return self.attributes.get("t", "normal")


@dataclass(frozen=True)
class RowXml:
    """A row as it stands, and where."""

    number: int
    start: int
    end: int
    attributes: bytes
    inner: bytes
    known: Patterns

    @cached_property
    def cells(self) -> dict[int, CellXml]:
        """Its cells by column."""
        found = {}
        for match in self.known.cell.finditer(self.inner):
            at = _ADDRESS.search(match.group(1))
            if at is None:
                raise ValueError(f"cell without an address in row {self.number}")
            column = column_number(at.group(1))
            found[column] = CellXml(
                column, match.group(1), match.group(2) or b"", match.group(0), self.known
            )
        return found

    def given(self) -> dict[str, str]:
        """Give its attributes."""
        return {
            match.group(1).decode(): match.group(2)[1:-1].decode()
            for match in _ATTRIBUTE.finditer(self.attributes)
        }


class SheetRows:
    """The rows of a sheet.

    Parameters
    ----------
    xml : bytes
        The sheet's part, canonical (:mod:`xml_text`) and with an address on
        every row and cell.
    """

    def __init__(self, xml: bytes) -> None:
        self.prefix = prefix_of(xml)
        self.known = patterns(self.prefix)
        self._xml = _opened(xml, self.prefix)
        tag = re.compile(rb"<%bsheetData(?:\s[^>]*)?>" % self.prefix).search(self._xml)
        end = self._xml.rfind(b"</%bsheetData" % self.prefix)
        if tag is None or end < 0:
            raise ValueError("sheet without rows")
        self._start, self._end = tag.end(), end
        self._new: dict[int, bytes] = {}

    @property
    def head(self) -> bytes:
        """What stands before the rows."""
        return self._xml[: self._start]

    @property
    def tail(self) -> bytes:
        """What stands after the rows."""
        return self._xml[self._end :]

    @property
    def xml(self) -> bytes:
        """The sheet as it was."""
        return self._xml

    @cached_property
    def last(self) -> int:
        """Number of the last row, or 0."""
        at = self._xml.rfind(self.known.row, self._start, self._end)
        return self._number(at) if at >= 0 else 0

    def _number(self, at: int) -> int:
        found = _ROW_NUMBER.search(self._xml, at, self._xml.index(b">", at))
        if found is None:
            raise ValueError("row without a number")
        return int(found.group(1))

    def _seek(self, number: int) -> int:
        """Give where the first row from a number on begins, or where the rows end."""
        if number > self.last:
            return self._end
        low, high = self._start, self._end
        while low < high:
            middle = (low + high) // 2
            at = self._xml.find(self.known.row, middle, min(high + len(self.known.row), self._end))
            if at < 0 or at >= high:
                high = middle
            elif self._number(at) < number:
                low = at + 1
            else:
                high = at
        at = self._xml.find(self.known.row, low, self._end)
        return at if at >= 0 else self._end

    def row(self, number: int) -> RowXml | None:
        """Give a row as it stood, or None where there is none of this number."""
        at = self._seek(number)
        if at == self._end or self._number(at) != number:
            return None
        return self._row_at(at)

    def _row_at(self, at: int) -> RowXml:
        close = self._xml.index(b">", at)
        attributes = self._xml[at + len(self.known.row) : close]
        if attributes.endswith(b"/"):
            return RowXml(self._number(at), at, close + 1, attributes[:-1], b"", self.known)
        end = self._xml.index(self.known.row_end, close)
        inner = self._xml[close + 1 : end]
        end += len(self.known.row_end)
        return RowXml(self._number(at), at, end, attributes, inner, self.known)

    def rows_from(self, number: int) -> Iterable[RowXml]:
        """Give the rows from a number on, in order, as they stood."""
        at = self._seek(number)
        while 0 <= at < self._end:
            row = self._row_at(at)
            yield row
            at = self._xml.find(self.known.row, row.end, self._end)

    def only(self, numbers: Iterable[int]) -> bytes:
        """Give the sheet with only these of its rows."""
        found = [row for number in sorted(numbers) if (row := self.row(number)) is not None]
        rows = [self._xml[row.start : row.end] for row in found]
        return b"".join((self.head, *rows, self.tail))

    def replace(
        self, number: int, attributes: Mapping[str, str], cells: Mapping[int, bytes]
    ) -> None:
        """Put a row in the place of the one of this number, or where it belongs."""
        given = "".join(
            f' {name}="{value}"' for name, value in attributes.items() if name not in {"r", "spans"}
        )
        inner = b"".join(cell for _, cell in sorted(cells.items()))
        self._new[number] = b'%b r="%d"%b>%b%b' % (
            self.known.row,
            number,
            given.encode(),
            inner,
            self.known.row_end,
        )

    def remove(self, number: int) -> None:
        """Take a row out."""
        self._new[number] = b""

    def tagged(self, xml: str) -> bytes:
        """Give XML written without prefixes in the sheet's own spelling."""
        content = xml.encode()
        return _TAG.sub(rb"<\1" + self.prefix, content) if self.prefix else content

    def content(self, head: bytes, tail: bytes) -> bytes:
        """Give the sheet with its rows as they are to be, between a head and a tail."""
        pieces, at = [head], self._start
        for number, row in sorted(self._new.items()):
            start = self._seek(number)
            end = start
            if start < self._end and self._number(start) == number:
                end = self._row_at(start).end
            pieces += [self._xml[at:start], row]
            at = end
        return b"".join([*pieces, self._xml[at : self._end], tail])


def rows_of(parts: Parts, part: str) -> SheetRows:
    """Give the rows of a sheet of a package; where they have no addresses they get some."""
    package = parts.package
    if part.lower() in parts.changed:
        return SheetRows(parts.read(part))
    content = parts.read(part)
    if b"\r" in content and _only_line_ends(content):
        return SheetRows(addressed(content))
    xml = package.sheet_xml(part)  # most often at hand, as the book was read
    if _DEFAULT.search(xml[:4096]):
        return SheetRows(xml)
    return SheetRows(addressed(package.xml(part)))


def _only_line_ends(content: bytes) -> bool:
    """Whether a part is canonical but for its line ends, which are hers to keep."""
    plain = content.replace(b"\r\n", b"\n")
    return b"\r" not in plain and canonical(plain) == plain


def _opened(xml: bytes, prefix: bytes) -> bytes:
    """Give a sheet without rows an element to hold them."""
    return re.sub(
        rb"<%bsheetData\s*/>" % prefix,
        rb"<%bsheetData></%bsheetData>" % (prefix, prefix),
        xml,
        count=1,
    )


def cell_xml(row: int, column: int, value: object, style: int | None) -> str:
    """Give a cell's XML without a prefix; a blank one without a look is nothing.

    A text stands in its cell, so the table of shared texts need not be touched; a formula is
    given as :class:`FormulaXml`.
    """
    name = f"{get_column_letter(column)}{row}"
    look = f' s="{style}"' if style else ""
    if value is None:
        return f'<c r="{name}"{look}/>' if style else ""
    if isinstance(value, FormulaXml):
        meta = f' cm="{value.metadata}"' if value.metadata else ""
        given = "".join(f' {key}="{said}"' for key, said in value.attributes.items())
        return f'<c r="{name}"{look}{meta}><f{given}>{escape(value.text)}</f></c>'
    if isinstance(value, bool):
        return f'<c r="{name}"{look} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, str):
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        keep = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
        return f'<c r="{name}"{look} t="inlineStr"><is><t{keep}>{escape_text(text)}</t></is></c>'
    return f'<c r="{name}"{look}><v>{value!r}</v></c>'


def unescaped(xml: bytes) -> str:
    """Give a text from its XML."""
    return unescape(xml.decode())
