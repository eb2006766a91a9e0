"""Reading a closed workbook, or a CSV file, as a :class:`macros.book.Book` of raw cells."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from addin.hosts.package.container import sheet_xml
from addin.hosts.package.container.cells import MAX_CELLS, Found, TooManyCellsError, found_cells
from addin.hosts.package.container.formats import date_styles
from addin.hosts.package.container.opening import Package, SheetEntry, local, open_package
from addin.hosts.package.container.sheet_xml import NoAddressError, addressed, unprefixed
from addin.hosts.package.container.string_table import shared_texts
from addin.hosts.package.container.xml_text import refuse_torn
from addin.hosts.package.ours.marks import marks
from macros.book import Book, ExcelTable, Sheet, address
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy.typing as npt

    from macros.book import Mark

#: A text file larger than this is no list of invoices.
MAX_TEXT: Final = 200 << 20


def open_book(path: Path) -> Book:
    """Read a closed workbook.

    Raises
    ------
    Refusal
        As :func:`opening.open_package`.
    """
    with open_package(path) as package:
        return read_package(package)


def read_package(package: Package) -> Book:
    """Read an opened workbook; chart sheets and other sheets without cells are left out.

    Raises
    ------
    Refusal
        ``damaged_part``, ``unsafe_part``, ``large_part``, ``sheet_too_large``.
    """
    main = package.workbook_part
    styles = package.related(main, "styles")
    shared = _Shared(
        _texts(package, main),
        date_styles(package.tree(styles[0]) if styles else ()),
        marks(package),
    )
    sheets, room = [], MAX_CELLS
    for index, entry in enumerate(package.sheets):
        if entry.kind == "worksheet":
            sheets.append(_sheet(package, entry, shared, shared.marks.get(index), room))
            room -= sheets[-1].cells.size
    return Book(package.path.name, tuple(sheets), date_1904=package.date_1904)


def _texts(package: Package, main: str) -> npt.NDArray[np.object_]:
    """Give the shared texts; a workbook has one part of them at most."""
    for part in package.related(main, "sharedStrings"):
        xml = package.xml(part)
        with package.judged(part):
            return shared_texts(unprefixed(xml))
    return shared_texts(b"")


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    """What all sheets of a workbook share."""

    texts: npt.NDArray[np.object_]
    date_styles: npt.NDArray[np.bool_]
    marks: Mapping[int, Mark]


def _sheet(
    package: Package, entry: SheetEntry, shared: _Shared, mark: Mark | None, room: int
) -> Sheet:
    with package.judged(entry.part):
        xml = unprefixed(package.xml(entry.part))
        try:
            found, hidden, tail = _found(xml, shared, date_1904=package.date_1904)
        except TooManyCellsError as error:
            raise _too_large(entry.name, room) from error
        cells, dates = _block(found, entry.name, room)
        rows, columns = found.rows[found.uncached], found.columns[found.uncached]
        return Sheet(
            name=entry.name,
            cells=cells,
            dates=dates,
            visible=entry.state == "visible",
            hidden_rows=hidden,
            merged=_within(sheet_xml.merged(tail, 0), cells.shape[0], cells.shape[1]),
            tables=_tables(package, entry.part),
            uncached=frozenset(zip(rows.tolist(), columns.tolist(), strict=True)),
            mark=mark,
        )


def _within(
    ranges: tuple[tuple[int, int, int, int], ...], height: int, width: int
) -> tuple[tuple[int, int, int, int], ...]:
    """Cut merged ranges off where the cells of the sheet end; beyond is nothing to be merged."""
    return tuple(
        (top, left, min(bottom, max(height, top)), min(right, max(width, left)))
        for top, left, bottom, right in ranges
    )


def _found(xml: bytes, shared: _Shared, *, date_1904: bool) -> tuple[Found, frozenset[int], bytes]:
    """Give the cells of a sheet, its hidden rows, and what stands behind its rows."""
    start, end = sheet_xml.data_bounds(xml)
    try:
        cells = found_cells(xml[start:end], shared.texts, shared.date_styles, date_1904=date_1904)
        hidden = sheet_xml.hidden_rows(xml, start, end)
    except NoAddressError:
        full = addressed(xml)
        if full == xml:
            raise
        return _found(full, shared, date_1904=date_1904)
    refuse_torn(xml[:start] + xml[end:])  # the frame around the rows must be whole, too
    return cells, hidden, xml[end:]


def _block(
    found: Found, name: str, room: int
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """Lay cells out from A1 to the last one."""
    height, width = int(found.rows.max(initial=0)), int(found.columns.max(initial=0))
    if height * width > room:
        raise _too_large(f"{name}!{address(height, width)}", room)
    cells = np.full((height, width), None, dtype=np.object_)
    dates = np.zeros((height, width), dtype=np.bool_)
    cells[found.rows - 1, found.columns - 1] = found.values
    dates[found.rows - 1, found.columns - 1] = found.dates
    return cells, dates


def _too_large(place: str, room: int) -> Refusal:
    return Refusal("sheet_too_large", place, most=f"{max(room, 0):,}")


def _tables(package: Package, part: str) -> tuple[ExcelTable, ...]:
    found = []
    for target in package.related(part, "table"):
        node = package.tree(target)
        if local(node.tag) != "table" or node.get("headerRowCount") == "0":
            continue
        found.append(
            ExcelTable(
                node.get("displayName") or node.get("name") or "",
                *sheet_xml.bounds(node.attrib["ref"]),
                has_totals=int(node.get("totalsRowCount", "0")) > 0,
            )
        )
    return tuple(found)


def read_file_as_book(path: Path) -> Book:
    """Read a file to be imported: a workbook, or a CSV or TSV file whose cells are all text.

    The text is UTF-8 or, where it is not, GB18030; the delimiter is the one of comma, semicolon,
    tab and bar that the first lines agree on.

    Raises
    ------
    Refusal
        As :func:`open_book`; ``not_text`` for a file that is neither, ``odd_text`` for one whose
        quotes do not close, ``sheet_too_large``.
    """
    if not path.is_file():
        raise Refusal("is_folder" if path.is_dir() else "no_file", path.name)
    with path.open("rb") as source:
        head = source.read(8)
    if head.startswith(b"PK") or head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return open_book(path)
    if path.stat().st_size > MAX_TEXT:
        raise Refusal("too_large", path.name, size=f"{path.stat().st_size >> 20:,}")
    cells = _laid_out(path, _decode(path))
    dates = np.zeros(cells.shape, dtype=np.bool_)
    return Book(path.name, (Sheet(path.stem[:31], cells, dates),))


def _laid_out(path: Path, text: str) -> npt.NDArray[np.object_]:
    """Lay the fields of a text out as cells, once it is known that they are not too many."""
    delimiter = _delimiter(path, text)
    if text.count(delimiter) + text.count("\n") > MAX_CELLS:
        raise _too_large(path.name, MAX_CELLS)
    rows = _rows(path, io.StringIO(text, newline=""), delimiter)
    width = max(map(len, rows), default=0)
    if len(rows) * width > MAX_CELLS:
        raise _too_large(f"{path.name}!{address(len(rows), width)}", MAX_CELLS)
    cells = np.full((len(rows), width), None, dtype=np.object_)
    for number, row in enumerate(rows):
        cells[number, : len(row)] = row
    cells[cells == ""] = None
    return cells


def _rows(path: Path, lines: Iterable[str], delimiter: str) -> list[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        return list(reader)
    except csv.Error as error:  # a field of 131,072 characters, as behind a quote left open
        raise Refusal("odd_text", path.name, row=f"{reader.line_num:,}") from error


def _decode(path: Path) -> str:
    content = path.read_bytes()
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in content and not wide:
        raise Refusal("not_text", path.name)
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("not_text", path.name)


def _delimiter(path: Path, text: str) -> str:
    """Give the delimiter that splits the first lines into the most fields, evenly."""
    lines = [line for line in text[:65536].splitlines()[:50] if line.strip()]

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(fields) for fields in _rows(path, lines, delimiter)]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(",;\t|", key=score)
