"""What the fast reader does not tell: facts found in a sheet's XML by a few regular expressions.

A sheet of 20,000 rows has ten megabytes of XML. It is scanned as bytes, and only for what is there:
a sheet without formulas or errors costs four searches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

#: Row and column, both from 1.
Position: TypeAlias = tuple[int, int]

_PREFIX: Final = re.compile(rb"<(\w+):(?:worksheet|sst)\b")
_CELL: Final = re.compile(rb"<c(?=[\s/>])([^>]*)>")
_DATA: Final = re.compile(rb"<sheetData(?:\s[^>]*?)?(/?)>")
_ROWS: Final = re.compile(rb"<((?:\w+:)?)sheetData(?:\s[^>]*)?>.*</\1sheetData>", re.DOTALL)
_ERROR: Final = re.compile(
    rb"""<c\s([^>]*\bt=["']e["'][^>]*)>(?:(?!</c>).)*?<v>([^<]*)</v>""", re.DOTALL
)
_FORMULA: Final = re.compile(
    rb"<c\s([^>]*[^/])>\s*<f(?=[\s/>])([^>]*?)(?:/>|>([^<]*)</f>)\s*"
    rb"(?:<v(?:\s[^>]*)?/>|<v(?:\s[^>]*)?>([^<]*)</v>)?"
)
_MERGE: Final = re.compile(rb"""<mergeCell\s[^>]*?ref=["']([A-Z]+\d+(?::[A-Z]+\d+)?)["']""")
_REF: Final = re.compile(rb"""(?<![\w:])r=["']([A-Z]+)(\d+)["']""")
_ROW_REF: Final = re.compile(rb"""(?<![\w:])r=["'](\d+)["']""")
_TYPE: Final = re.compile(rb"""(?<![\w:])t=["'](\w+)["']""")
_HIDDEN_ROW: Final = re.compile(rb"""<row\s(?:[^>]*?\s)?hidden=["'](?:1|true)["'][^>]*>""")


class NoAddressError(ValueError):
    """A row or cell whose address follows from its place among the others alone."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell with a formula: its text (escaped, as it stands), cached value and value type.

    ``cached`` is None where no program has calculated it.
    """

    text: bytes
    kind: bytes
    cached: bytes | None


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """Error cells, formulas, hidden rows and merged ranges of a sheet."""

    errors: dict[Position, str]
    formulas: dict[Position, Formula]
    hidden_rows: frozenset[int]
    merged: tuple[tuple[int, int, int, int], ...]

    @property
    def uncached(self) -> frozenset[Position]:
        """Formulas without a value."""
        return frozenset(at for at, f in self.formulas.items() if f.cached is None)


@lru_cache(maxsize=20_000)
def column_number(letters: bytes) -> int:
    """Give the number of a column: ``b"AA"`` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def position(reference: bytes) -> Position:
    """Give row and column of an address: ``b"B3"`` is (3, 2)."""
    letters = reference.rstrip(b"0123456789")
    return int(reference[len(letters) :]), column_number(letters)


def bounds(reference: str) -> tuple[int, int, int, int]:
    """Give first row, first column, last row, last column of a range such as ``A1:C9``."""
    first, _, last = reference.replace("$", "").partition(":")
    top, left = position(first.encode())
    bottom, right = position((last or first).encode())
    return top, left, bottom, right


def plain(xml: bytes) -> bytes:
    """Give the XML without a prefix on the spreadsheet's own elements and with every address.

    Some writers name elements ``x:c``; some leave out ``r`` where it follows from the order.
    """
    return addressed(unprefixed(xml))


def prefix_of(xml: bytes) -> bytes:
    """Give the prefix of the spreadsheet's own elements with its colon, such as ``x:``, or none."""
    found = _PREFIX.search(xml[:4096])
    return b"%b:" % found.group(1) if found else b""


def addressed(xml: bytes) -> bytes:
    """Give the XML with an address on every row and cell; prefixes stay."""
    prefix = prefix_of(xml)
    start, end = xml.find(b"<%bsheetData" % prefix), xml.rfind(b"</%bsheetData" % prefix)
    # Between the rows nothing else begins with these letters. Counting is fifty times faster than
    # matching, and right for all that programs write today.
    elements = sum(xml.count(b"<%b%b" % (prefix, name), start, end) for name in (b"c", b"row"))
    if end < 0 or elements == xml.count(b' r="', start, end):
        return xml
    return _with_addresses(xml, prefix)


def unprefixed(xml: bytes) -> bytes:
    """Give the XML of a sheet or of the shared texts without a prefix on its own elements."""
    prefix = prefix_of(xml)
    return xml.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</") if prefix else xml


def _with_addresses(xml: bytes, prefix: bytes) -> bytes:
    row = column = 0

    def address(match: re.Match[bytes]) -> bytes:
        nonlocal row, column
        attributes = match.group(2)
        if match.group(1) == b"row":
            given = _ROW_REF.search(attributes)
            row, column = int(given.group(1)) if given else row + 1, 0
            return match.group(0) if given else b'<%brow r="%d"%b>' % (prefix, row, attributes)
        found = _REF.search(attributes)
        if found:
            column = column_number(found.group(1))
            return match.group(0)
        column += 1
        return b'<%bc r="%b%d"%b>' % (prefix, _letters(column), row, attributes)

    return re.sub(rb"<%b(row|c)(?=[\s/>])([^>]*)>" % prefix, address, xml)


def _letters(column: int) -> bytes:
    letters = b""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = bytes([65 + rest]) + letters
    return letters


def facts(xml: bytes) -> SheetFacts:
    """Scan a sheet's XML, as :func:`plain` gives it."""
    errors: dict[Position, str] = {}
    if re.search(rb"""\bt=["']e["']""", xml):
        errors = {
            _at(match.group(1)): match.group(2).decode()
            for match in _ERROR.finditer(xml)
            if _REF.search(match.group(1))
        }
    start, end = data_bounds(xml)
    return SheetFacts(errors, formulas(xml), hidden_rows(xml, start, end), merged(xml, end))


def without_rows(xml: bytes) -> bytes:
    """Give a sheet's XML, prefixed or not, with nothing in place of its rows."""
    return _ROWS.sub(rb"<\1sheetData/>", xml, count=1)


def data_bounds(xml: bytes) -> tuple[int, int]:
    """Give where the rows of a sheet begin and end; twice its length where there are none.

    Raises
    ------
    ValueError
        The rows begin and do not end.
    """
    opening = _DATA.search(xml)
    if opening is None or opening.group(1):
        return len(xml), len(xml)
    end = xml.rfind(b"</sheetData>")
    if end < opening.end():
        raise ValueError("rows that do not end")
    return opening.end(), end


def hidden_rows(xml: bytes, start: int, end: int) -> frozenset[int]:
    """Give the rows that are hidden, between two places of a sheet's XML."""
    if xml.find(b"hidden=", start, end) < 0:
        return frozenset()
    found = [_ROW_REF.search(row.group(0)) for row in _HIDDEN_ROW.finditer(xml, start, end)]
    if None in found:
        raise NoAddressError
    return frozenset(int(row.group(1)) for row in found if row)


def merged(xml: bytes, start: int) -> tuple[tuple[int, int, int, int], ...]:
    """Give the merged ranges, which stand behind the rows, each once."""
    found = (bounds(match.group(1).decode()) for match in _MERGE.finditer(xml, start))
    return tuple(dict.fromkeys(found))


def formulas(xml: bytes) -> dict[Position, Formula]:
    """Give every cell with a formula and what is cached for it."""
    if b"<f" not in xml:
        return {}
    return {_at(match.group(1)): _formula(match) for match in _FORMULA.finditer(xml)}


def _formula(match: re.Match[bytes]) -> Formula:
    kind = _TYPE.search(match.group(1))
    cached = match.group(4)
    # An empty value is a calculated "" where the cell says it is a text; else nothing was cached.
    if not cached:
        cached = b"" if kind and kind.group(1) == b"str" and b"<v" in match.group(0) else None
    return Formula(match.group(3) or b"", kind.group(1) if kind else b"n", cached)


def _at(attributes: bytes) -> Position:
    found = _REF.search(attributes)
    if found is None:
        raise ValueError("cell without address")
    return int(found.group(2)), column_number(found.group(1))
