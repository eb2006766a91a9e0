"""New cached values in the XML of a sheet; every other byte of it stays, formulas included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container.sheet_xml import prefix_of
from addin.hosts.package.hers.sheet_rows import SheetRows
from addin.recalculation.scanning import FORMULA
from addin.recalculation.values import to_xml
from macros.book import address

if TYPE_CHECKING:
    from addin.recalculation.results import SheetValues
    from udfs.values import Cell

_TYPE: Final = re.compile(rb"""\s+t=(?:"[^"]*"|'[^']*')""")
_VALUE: Final = re.compile(rb"\s*<v(?:\s[^>]*)?(?:/>|>[^<]*</v>)$")
_AREA: Final = re.compile(rb"""(<f\s[^>]*?ref=["'])[^"']*(["'])""")
_ROOT: Final = re.compile(rb"<worksheet\b")


def patched(original: bytes, plain: bytes, result: SheetValues) -> bytes:
    """Give a sheet with the values that changed; the original where none did.

    Parameters
    ----------
    original : bytes
        The sheet's part as it stands in the book.
    plain : bytes
        The same without prefixes and with every address (:func:`sheet_xml.plain`).
    result : SheetValues
        The values of its formulas.
    """
    content = _with_members(_with_values(plain, result), result)
    if content == plain:
        return original
    prefix = prefix_of(original)
    if prefix:  # the elements have lost their prefix, so they need the namespace without one
        space = re.search(rb"""xmlns:%b=("[^"]*"|'[^']*')""" % prefix[:-1], original)
        if space:
            content = _ROOT.sub(b"<worksheet xmlns=%b" % space.group(1), content, count=1)
    return content


def _with_values(plain: bytes, result: SheetValues) -> bytes:
    if not result.changed:
        return plain
    number = -1

    def value(match: re.Match[bytes]) -> bytes:
        nonlocal number
        number += 1
        if number not in result.changed:
            return match.group(0)
        kind, text = to_xml(result.values[number])
        attributes = _TYPE.sub(b"", match.group(1))
        if kind != b"n":
            attributes += b' t="%b"' % kind
        formula = match.group(0)[match.end(1) + 1 - match.start(0) :]
        return b"<c %b>%b<v>%b</v>" % (attributes, _VALUE.sub(b"", formula), text)

    return FORMULA.sub(value, plain)


def _with_members(plain: bytes, result: SheetValues) -> bytes:
    """Fill the cells of arrays beyond their first; one that grew or shrank gets its new area."""
    if not result.members:
        return plain
    rows = SheetRows(plain)
    wanted: dict[int, dict[int, Cell]] = {}
    for index, members in result.members.items():
        top, left, bottom, right = result.formulas.arrays[index][1]
        for row in range(top, bottom + 1):
            wanted.setdefault(row, {}).update(dict.fromkeys(range(left, right + 1)))
        for down, values in enumerate(members):
            wanted.setdefault(top + down, {}).update(enumerate(values, left))
    areas = {_first(result, index): _area(result, index) for index in result.members}
    for row, cells in wanted.items():
        _fill(rows, row, cells, areas)
    return rows.content(rows.head, rows.tail)


def _first(result: SheetValues, index: int) -> tuple[int, int]:
    return result.formulas.rows[index], result.formulas.columns[index]


def _area(result: SheetValues, index: int) -> bytes:
    """Give the area that an array fills now, as its formula names it."""
    (row, column), members = _first(result, index), result.members[index]
    last = address(row + len(members) - 1, column + len(members[0]) - 1)
    return f"{address(row, column)}:{last}".encode()


def _fill(
    rows: SheetRows, number: int, cells: dict[int, Cell], areas: dict[tuple[int, int], bytes]
) -> None:
    """Put values into a row; the first cell of an array keeps its formula."""
    row = rows.row(number)
    known = row.cells if row is not None else {}
    raw = {column: cell.raw for column, cell in known.items()}
    for column, value in cells.items():
        old = known.get(column)
        if (number, column) in areas and old is not None:
            raw[column] = _AREA.sub(rb"\g<1>%b\g<2>" % areas[number, column], old.raw, count=1)
            continue
        attributes = _TYPE.sub(b"", old.attributes) if old is not None else b""
        if old is None:
            attributes = b' r="%b"' % address(number, column).encode()
        if value is None:
            raw[column] = b"<c%b/>" % attributes if old is not None else b""
            continue
        kind, text = to_xml(value)
        mark = b"" if kind == b"n" else b' t="%b"' % kind
        raw[column] = b"<c%b%b><v>%b</v></c>" % (attributes, mark, text)
    same = row is not None and all(raw[column] == cell.raw for column, cell in known.items())
    if not same or raw.keys() - known.keys():
        given = dict(row.given()) if row is not None else {}
        rows.replace(number, given, {column: cell for column, cell in raw.items() if cell})


def without_values(plain: bytes) -> bytes:
    """Give the rows of a sheet without the values of its formulas: what must never change."""

    def formula(match: re.Match[bytes]) -> bytes:
        attributes = _TYPE.sub(b"", match.group(1))
        return attributes + _VALUE.sub(b"", match.group(0)[match.end(1) + 1 - match.start(0) :])

    start = plain.find(b"<sheetData")
    return FORMULA.sub(formula, plain[start:])
