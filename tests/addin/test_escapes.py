"""Texts that look like an escape of the format: kept as they are, by every writer of ours."""

from __future__ import annotations

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from addin.hosts.package.container.opening import open_package
from addin.hosts.package.container.xml_text import as_written, escape_text, unescape
from addin.hosts.package.ours.blocks import put
from addin.hosts.package.reading import read_package
from addin.run import run_action
from tests.addin.conftest import find
from tests.addin.recalculated import parts, recalc, values


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("_x0041_", "_x005F_x0041_"),
        ("_x0041_x0042_", "_x005F_x0041_x005F_x0042_"),
        ("_x005F_", "_x005F_x005F_"),
        ("_x41_ x0041_", "_x41_ x0041_"),
        ("a\x01b", "a_x0001_b"),
        ("a\tb\nc", "a\tb\nc"),
        ("<甲&乙>", "&lt;甲&amp;乙&gt;"),
    ],
)
def test_a_text_is_written_and_read_back(text, written):
    assert escape_text(text) == written
    assert unescape(written.encode()) == text


def test_a_formula_with_such_a_text_keeps_it_for_every_reader(plan):
    book = openpyxl.load_workbook(plan)
    sheet = book["合计 表"]
    sheet["B1"], sheet["B2"] = '="_x00"&"41_"', "=LEN(B1)"
    book.save(plan)
    recalc(plan)
    assert b"<v>_x005F_x0041_</v>" in parts(plan)["xl/worksheets/sheet2.xml"]
    # openpyxl resolves no escapes, so it sees what stands in the file.
    found = values(plan, "合计 表")
    assert (found["B1"], found["B2"]) == (as_written("_x0041_"), 7)
    with open_package(plan) as package:
        read = read_package(package)
    (grid,) = [one for one in read.sheets if one.name == "合计 表"]
    assert grid.cells[0, 1] == "_x0041_"
    assert not recalc(plan).written


def test_a_customer_of_such_a_name_keeps_it_and_what_she_wrote_beside_it(book):
    workbook = openpyxl.load_workbook(book)
    workbook["应收"]["B4"] = as_written("_x0041_公司")
    workbook.save(book)
    run_action(book, "aging", as_of=46203)
    at = find(book, "账龄", as_written("_x0041_公司"))
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["账龄"]
    note = sheet.max_column + 1
    sheet.cell(at[0], note, "她的话")
    workbook.save(book)
    run_action(book, "aging", as_of=46203)
    at = find(book, "账龄", as_written("_x0041_公司"))
    assert find(book, "账龄", "她的话") == (at[0], note)
    rows = CalamineWorkbook.from_path(str(book)).get_sheet_by_name("账龄").to_python()
    assert sum("_x0041_公司" in row for row in rows) >= 1
    assert b"_x005F_x005F_" not in b"".join(parts(book).values())


def test_a_heading_of_ours_says_what_it_is_to_say():
    sheet = openpyxl.Workbook().active
    cell = put(sheet, 1, 1, "_x0041_", None)
    assert cell.value == "_x005F_x0041_"
    assert put(sheet, 1, 2, 12.5, None).value == 12.5
