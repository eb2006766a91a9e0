"""Reading a closed workbook, or a CSV file, as a :class:`macros.book.Book` of raw cells."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, Final, cast
from xml.etree import ElementTree as ET

import numpy as np
import python_calamine as calamine

from addin.hosts.package import sheet_xml
from addin.hosts.package.marks import marks
from addin.hosts.package.opening import Package, SheetEntry, local, open_package
from macros.book import Book, ExcelTable, Sheet
from macros.texts import Refusal
from udfs.values import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from macros.book import Mark

#: A text file larger than this is no list of invoices.
MAX_TEXT: Final = 200 << 20

_EPOCH: Final = np.datetime64("1899-12-30", "us")
_DAY: Final = np.timedelta64(1, "D").astype("timedelta64[us]")
_ERRORS: Final = {error.value: error for error in CellError}
_type_of = np.frompyfunc(type, 1, 1)


def open_book(path: Path) -> Book:
    """Read a closed workbook.

    Raises
    ------
    Refusal
        As :func:`addin.hosts.package.opening.open_package`.
    """
    with open_package(path) as package:
        return read_package(package)


def read_package(package: Package) -> Book:
    """Read an opened workbook; chart sheets and other sheets without cells are left out."""
    try:
        source = calamine.load_workbook(_content(package))
        found = marks(package)
        sheets = tuple(
            _sheet(package, source, entry, found.get(index))
            for index, entry in enumerate(package.sheets)
            if entry.kind == "worksheet"
        )
    except (calamine.CalamineError, ET.ParseError, KeyError, ValueError) as error:
        raise Refusal("not_a_workbook", package.path.name) from error
    return Book(package.path.name, sheets, date_1904=package.date_1904)


def _content(package: Package) -> io.BytesIO:
    """Give the file to the fast reader, without the entries of sheets that have no part.

    Old macro modules are listed as sheets with an empty relation; the reader stops at them. A
    file object, because closing it does not depend on the reader, which Windows minds.
    """
    if all(entry.part for entry in package.sheets):
        return io.BytesIO(package.path.read_bytes())
    target = io.BytesIO()
    dead = re.compile(rb"""<(?:\w+:)?sheet\s[^>]*\w+:id=["']["'][^>]*/>""")
    with zipfile.ZipFile(target, "w") as archive:
        for part in package.names:
            content = package.read(part)
            if part == package.workbook_part:
                content = dead.sub(b"", content)
            archive.writestr(part, content)
    target.seek(0)
    return target


def _sheet(
    package: Package, source: calamine.CalamineWorkbook, entry: SheetEntry, mark: Mark | None
) -> Sheet:
    rows = source.get_sheet_by_name(entry.name).to_python(skip_empty_area=False)
    facts = sheet_xml.facts(package.sheet_xml(entry.part))
    cells, dates = cell_block(rows, facts.errors, facts.uncached)
    return Sheet(
        name=entry.name,
        cells=cells,
        dates=dates,
        visible=entry.state == "visible",
        hidden_rows=facts.hidden_rows,
        merged=facts.merged,
        tables=_tables(package, entry.part),
        uncached=facts.uncached,
        mark=mark,
    )


def cell_block(
    rows: Sequence[Sequence[object]],
    errors: Mapping[tuple[int, int], str],
    uncached: frozenset[tuple[int, int]] = frozenset(),
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """Bring what the reader gave to cells: floats, dates as 1900 serials, blanks None.

    Parameters
    ----------
    rows : list of list
        Rows from A1, all of one length.
    errors : mapping
        Error texts by 1-based (row, column): the reader gives error cells as blanks.
    uncached : frozenset
        Places of formulas without a value: the block reaches as far as they do.

    Returns
    -------
    cells, dates : ndarray
        Of one shape (rows, columns); ``dates`` is True where a date stood.
    """
    places = [*errors, *uncached]
    height = max([len(rows), *(row for row, _ in places)])
    width = max([len(rows[0]) if rows else 0, *(column for _, column in places)])
    cells = np.full((height, width), None, dtype=np.object_)
    dates = np.zeros((height, width), dtype=np.bool_)
    if rows and rows[0]:
        given = np.array(rows, dtype=np.object_)
        dates[: given.shape[0], : given.shape[1]] = _convert(given)
        cells[: given.shape[0], : given.shape[1]] = given
    for (row, column), text in errors.items():
        cells[row - 1, column - 1] = _ERRORS.get(text, CellError.VALUE)
    return cells, dates


def _convert(cells: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Convert a block in place; give where dates stood."""
    types = cast("npt.NDArray[np.object_]", _type_of(cells))
    cells[cells == ""] = None
    whole = _is(types, int)
    cells[whole] = cells[whole].astype(np.float64)
    dates = np.zeros(cells.shape, dtype=np.bool_)
    for kind in (dt.datetime, dt.date):
        here = _is(types, kind)
        if here.any():
            cells[here] = _serials(cells[here].astype("datetime64[us]"))
            dates |= here
    here = _is(types, dt.timedelta)
    if here.any():
        cells[here] = cells[here].astype("timedelta64[us]") / _DAY
    here = _is(types, dt.time)
    if here.any():
        midnight = [dt.datetime.combine(dt.date(1899, 12, 30), clock) for clock in cells[here]]
        cells[here] = (np.array(midnight, dtype="datetime64[us]") - _EPOCH) / _DAY
    return dates


def _is(types: npt.NDArray[np.object_], kind: type) -> npt.NDArray[np.bool_]:
    return cast("npt.NDArray[np.bool_]", types == np.array(kind, dtype=np.object_))


def _serials(moments: npt.NDArray[np.datetime64]) -> npt.NDArray[np.float64]:
    serials = (moments - _EPOCH) / _DAY
    # The 1900 system counts a 29 February 1900 that never was: days before it stand one lower.
    early = moments < np.datetime64("1900-03-01")
    return np.asarray(np.where(early, serials - 1, serials), dtype=np.float64)


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
        As :func:`open_book`; ``not_text`` for a file that is neither.
    """
    if not path.is_file():
        raise Refusal("is_folder" if path.is_dir() else "no_file", path.name)
    with path.open("rb") as source:
        head = source.read(8)
    if head.startswith(b"PK") or head == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return open_book(path)
    if path.stat().st_size > MAX_TEXT:
        raise Refusal("too_large", path.name, size=f"{path.stat().st_size >> 20:,}")
    text = _decode(path)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    width = max(map(len, rows), default=0)
    cells = np.full((len(rows), width), None, dtype=np.object_)
    for number, row in enumerate(rows):
        cells[number, : len(row)] = row
    cells[cells == ""] = None
    dates = np.zeros(cells.shape, dtype=np.bool_)
    return Book(path.name, (Sheet(path.stem[:31], cells, dates),))


def _decode(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if b"\0" in content:
        raise Refusal("not_text", path.name)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("not_text", path.name)


def _delimiter(text: str) -> str:
    """Give the delimiter that splits the first lines into the most fields, evenly."""
    lines = [line for line in text[:65536].splitlines()[:50] if line.strip()]

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(fields) for fields in csv.reader(lines, delimiter=delimiter)]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(",;\t|", key=score)
