"""Workbooks as other writers make them: one book of hers, its package rewritten in odd ways.

XlsxWriter makes the book; small functions then turn its package into what the norm allows and some
programs do. Nothing here knows the product.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from tests.packages import parts

Parts = dict[str, bytes]
#: A sheet's name with everything that must be escaped somewhere.
ODD_SHEET: Final = "图 & 'q' \"📊\" <1>"
LEDGER: Final = "应收"
ROWS: Final = (
    ("A-1", "老客户一", date(2026, 1, 1), date(2026, 1, 31), 100.0),
    ("A-2", "老客户二", date(2026, 2, 1), date(2026, 3, 3), 200.5),
    ("A-3", "老客户一", date(2026, 3, 1), date(2026, 3, 31), -0.5),
)
HEADINGS: Final = ("单据号", "客户名称", "单据日期", "到期日", "应收金额")
_SPREADSHEET: Final = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#: Transitional namespace → strict, longest first.
_STRICT: Final = (
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
        b"http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
    ),
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes",
        b"http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes",
    ),
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
    (_SPREADSHEET, b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        b"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
        b"http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing",
    ),
    (
        b"http://schemas.openxmlformats.org/drawingml/2006/chart",
        b"http://purl.oclc.org/ooxml/drawingml/chart",
    ),
    (
        b"http://schemas.openxmlformats.org/drawingml/2006/main",
        b"http://purl.oclc.org/ooxml/drawingml/main",
    ),
)


def make(path: Path, *, plain: bool = False, **options: Any) -> None:
    """Make her book: a ledger, a sheet with charts and formulas, a chart on a sheet of its own.

    ``plain`` leaves out looks, comments and the Excel table; ``options`` go to XlsxWriter.
    """
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd", **options}) as book:
        ledger = book.add_worksheet(LEDGER)
        ledger.write_row(0, 0, HEADINGS)
        for number, row in enumerate(ROWS, 1):
            ledger.write_row(number, 0, row)
        _charts(book)
        hidden = book.add_worksheet("隐藏")
        hidden.write_row(0, 0, [1, 2, 3])
        hidden.very_hidden()
        if not plain:
            _dress(book, ledger)


def _charts(book: Any) -> None:
    sheet = book.add_worksheet(ODD_SHEET)
    sheet.write_row(0, 0, ["月", "额", "倍"])
    for row in range(1, 7):
        sheet.write_row(row, 0, [row, row * 10.5])
        sheet.write_formula(row, 2, f"=B{row + 1}*2", None, row * 21.0)
    sheet.write_formula("E1", f"=SUM({LEDGER}!E2:E4)", None, 300.0)
    quoted = ODD_SHEET.replace("'", "''")
    for kind, place in (("column", "G2"), ("line", "G20")):
        chart = book.add_chart({"type": kind})
        chart.add_series(
            {"categories": f"='{quoted}'!$A$2:$A$7", "values": f"='{quoted}'!$B$2:$B$7"}
        )
        chart.set_title({"name": f"她的图 {kind}"})
        sheet.insert_chart(place, chart)
    page = book.add_chartsheet("图表页")
    chart = book.add_chart({"type": "pie"})
    chart.add_series({"values": f"='{quoted}'!$B$2:$B$7"})
    page.set_chart(chart)
    book.define_name("她的区域", f"='{quoted}'!$B$2:$B$7")
    sheet.print_area("A1:F20")
    sheet.repeat_rows(0)


def _dress(book: Any, ledger: Any) -> None:
    """Add what a used book has: a table, validation, rules, comments, sparklines, looks."""
    columns = [{"header": heading} for heading in HEADINGS]
    columns.append({"header": "含税", "formula": "[@应收金额]*1.13"})
    money = book.add_format({"num_format": "¥#,##0.00;[Red]-¥#,##0.00", "bg_color": "#FFF2CC"})
    ledger.add_table(0, 0, len(ROWS), 5, {"name": "她的表", "columns": columns})
    for number, row in enumerate(ROWS, 1):
        ledger.write_row(number, 0, row)
        ledger.write_number(number, 4, row[4], money)
    ledger.set_column("A:E", 14)
    ledger.data_validation("E2:E4", {"validate": "decimal", "criteria": ">", "value": -1e9})
    ledger.conditional_format("E2:E4", {"type": "data_bar", "data_bar_2010": True})
    below = {"type": "cell", "criteria": "<", "value": 0}
    ledger.conditional_format("E2:E4", {**below, "format": book.add_format({"bold": True})})
    ledger.write_comment("B2", "换了财务，找小李", {"author": "出纳"})
    ledger.freeze_panes(1, 2)
    sheet = book.get_worksheet_by_name(ODD_SHEET)
    sheet.add_sparkline("D2", {"range": "B2:B7"})
    sheet.write_comment("A1", "手工批注")
    sheet.write_rich_string("A10", "前 ", book.add_format({"bold": 1, "color": "red"}), "红", " 后")
    sheet.protect("", {"format_cells": True})


def strict(found: Parts) -> None:
    """Turn a book into strict Open XML: other namespaces, and a word that says so."""
    for name in found:
        if name.endswith((".xml", ".rels")):
            for old, new in _STRICT:
                found[name] = found[name].replace(old, new)
    book = found["xl/workbook.xml"]
    found["xl/workbook.xml"] = book.replace(b"<workbook ", b'<workbook conformance="strict" ', 1)


def prefixed(found: Parts) -> None:
    """Give every element of the spreadsheet namespace a prefix, as the Open XML SDK does."""
    for name, content in found.items():
        if name.endswith(".xml") and b'xmlns="' + _SPREADSHEET in content:
            tagged = re.sub(rb"<(/?)([A-Za-z]\w*)(?=[\s/>])", rb"<\1x:\2", content)
            tagged = tagged.replace(b'xmlns="' + _SPREADSHEET, b'xmlns:x="' + _SPREADSHEET)
            found[name] = tagged


def absolute_targets(found: Parts) -> None:
    """Let every relation say its target from the package's root."""
    for name, content in found.items():
        if name.endswith(".rels") and name != "_rels/.rels":
            folder = name.replace("_rels/", "").rpartition("/")[0]

            def absolute(match: re.Match[bytes], folder: str = folder) -> bytes:
                path = f"{folder}/{match.group(1).decode()}"
                while "/../" in path:
                    path = re.sub(r"[^/]+/\.\./", "", path, count=1)
                return f'Target="/{path}"'.encode()

            found[name] = re.sub(rb'Target="([^"/][^":]*)"', absolute, content)


def no_default_for_relations(found: Parts) -> None:
    """Name every relations part by itself, without a default for their extension."""
    kind = "application/vnd.openxmlformats-package.relationships+xml"
    types = re.sub(rb'<Default Extension="rels"[^>]*/>', b"", found["[Content_Types].xml"])
    named = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>'
        for name in found
        if name.endswith(".rels")
    )
    found["[Content_Types].xml"] = types.replace(b"</Types>", named.encode() + b"</Types>")


def no_references(found: Parts) -> None:
    """Leave out the addresses of rows and cells where none is skipped, as small writers do."""
    name = "xl/worksheets/sheet1.xml"
    content = re.sub(rb'(<(?:row|c)) r="[A-Z]*\d+"', rb"\1", found[name])
    found[name] = content


def no_styles(found: Parts) -> None:
    """Take the styles away: every cell looks alike, dates are bare numbers."""
    del found["xl/styles.xml"]
    for name, content in found.items():
        if name.startswith("xl/worksheets/sheet"):
            bare = re.sub(rb'(<(?:c|row) [^>]*?) s="\d+"', rb"\1", content)
            found[name] = re.sub(rb' style="\d+"', b"", bare)
    found["[Content_Types].xml"] = re.sub(
        rb'<Override PartName="/xl/styles.xml"[^>]*/>', b"", found["[Content_Types].xml"]
    )
    found["xl/_rels/workbook.xml.rels"] = re.sub(
        rb'<Relationship [^>]*Target="styles.xml"/>', b"", found["xl/_rels/workbook.xml.rels"]
    )


def odd_names(found: Parts) -> None:
    """Rename parts to names that no one would guess."""
    renamed = {
        "xl/worksheets/sheet1.xml": "xl/worksheets/Blatt.XML",
        "xl/worksheets/_rels/sheet1.xml.rels": "xl/worksheets/_rels/Blatt.XML.rels",
        "xl/styles.xml": "xl/aussehen.xml",
    }
    for old, new in renamed.items():
        found[new] = found.pop(old)
    words = ((b"worksheets/sheet1.xml", b"worksheets/Blatt.XML"), (b"styles.xml", b"aussehen.xml"))
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        for old_word, new_word in words:
            found[name] = found[name].replace(old_word, new_word)


def odd_main(found: Parts) -> None:
    """Rename the workbook part itself."""
    found["xl/mappe.xml"] = found.pop("xl/workbook.xml")
    found["xl/_rels/mappe.xml.rels"] = found.pop("xl/_rels/workbook.xml.rels")
    for name in ("[Content_Types].xml", "_rels/.rels"):
        found[name] = found[name].replace(b"xl/workbook.xml", b"xl/mappe.xml")


def with_byte_order_mark(found: Parts) -> None:
    """Begin every part with a byte order mark, and end its lines as Windows does."""
    for name, content in found.items():
        if name.startswith("xl/") and name.endswith(".xml"):
            found[name] = b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")


def grouped_sheets(found: Parts) -> None:
    """Select two sheets at a time: what is typed on one would go to both."""
    name = "xl/worksheets/sheet2.xml"
    found[name] = found[name].replace(b"<sheetView ", b'<sheetView tabSelected="1" ', 1)


def _same(_: Parts) -> None:
    """Leave the package as XlsxWriter made it."""


#: Name → (options of :func:`make`, what is then done to the package).
KINDS: Final[dict[str, tuple[dict[str, Any], Callable[[Parts], None]]]] = {
    "as_written": ({}, _same),
    "strict": ({"plain": True}, strict),
    "prefixed": ({}, prefixed),
    "absolute_targets": ({}, absolute_targets),
    "no_default_for_relations": ({}, no_default_for_relations),
    "no_references": ({}, no_references),
    "no_styles": ({"plain": True}, no_styles),
    "odd_names": ({}, odd_names),
    "odd_main": ({}, odd_main),
    "byte_order_mark": ({}, with_byte_order_mark),
    "grouped_sheets": ({}, grouped_sheets),
    "date_1904": ({"date_1904": True}, _same),
    "inline_strings": ({"plain": True, "constant_memory": True}, _same),
    "streamed_zip": ({}, _same),
}


class _Pipe(io.RawIOBase):
    """A target that cannot go back, so that sizes stand behind the data in the package."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("wb")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._file.write(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def foreign_book(kind: str, folder: Path) -> Path:
    """Make a book of a kind of :data:`KINDS`."""
    options, change = KINDS[kind]
    path = folder / f"{kind}.xlsx"
    make(path, **options)
    found = parts(path)
    change(found)
    if kind == "streamed_zip":
        with _Pipe(path) as pipe, zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
            archive.mkdir("xl")
            for name, content in found.items():
                archive.writestr(name, content)
        return path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return path
