"""Single cells set in the XML of a sheet of hers, and what is not to be set."""

import openpyxl
import pytest

from macros.changes import SetCell
from macros.texts import Refusal
from tests.addin.handmade import (
    HEADER,
    MAIN,
    ROWS,
    SHEET,
    book,
    parts_of,
    patch,
    sheet,
    table_part,
    with_table,
    write_book,
)


def test_a_cell_is_set_and_keeps_its_look(tmp_path):
    path = book(tmp_path)
    before = parts_of(path)[SHEET]
    changes = [
        SetCell("应收", 3, 3, 950, "money"),
        SetCell("应收", 9, 2, 46203, "date"),
        SetCell("应收", 2, 1, None),
        SetCell("应收", 2, 6, value=True, kind="flag"),
    ]
    after = patch(path, cells=changes)[SHEET]
    assert b'<c r="C3" s="3"><v>9.5</v></c>' in after
    sheet = openpyxl.load_workbook(path)["应收"]
    assert sheet["B9"].number_format == "yyyy-mm-dd"
    assert (sheet["A2"].value, sheet["F2"].value) == (None, True)
    assert HEADER.encode() in after
    assert before != after


def test_a_formula_gives_way_to_a_value_and_the_order_of_calculation_is_dropped(tmp_path):
    chain = f'<calcChain xmlns="{MAIN}"><c r="D2" i="1"/><c r="D3" i="1"/></calcChain>'
    given = {SHEET: sheet(HEADER + ROWS), "xl/calcChain.xml": chain}
    path = write_book(tmp_path / "账本.xlsx", given)
    after = patch(path, cells=[SetCell("应收", 2, 1, "改")])
    assert "xl/calcChain.xml" in after
    after = patch(path, cells=[SetCell("应收", 2, 4, 1, "number")])
    assert "xl/calcChain.xml" not in after
    assert b"calcChain" not in after["xl/_rels/workbook.xml.rels"] + after["[Content_Types].xml"]
    assert b'<c r="D2" s="3"><v>1</v></c>' in after[SHEET]


@pytest.mark.parametrize(
    ("rows", "after"),
    [
        ('<row r="2"><c r="A2"><f t="shared" ref="A2:A3" si="0">B2</f></c></row>', ""),
        ('<row r="2"><c r="A2"><f t="array" ref="A2:B3">C2:D3</f></c></row>', ""),
        ('<row r="1"><c r="A1"><f t="array" ref="A1:A5">C1:C5</f></c></row>', ""),
        ("", '<mergeCells count="1"><mergeCell ref="A1:A2"/></mergeCells>'),
    ],
)
def test_a_part_of_something_larger_is_not_set(tmp_path, rows, after):
    path = book(tmp_path, rows, after)
    with pytest.raises(Refusal) as refused:
        patch(path, cells=[SetCell("应收", 2, 1, "x")])
    assert (refused.value.code, refused.value.place) == ("part_of_more", "应收!A2")


def test_a_member_of_a_shared_formula_is_set_and_the_others_stay(tmp_path):
    rows = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">B1</f></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0"/></c></row>'
    )
    path = book(tmp_path, rows)
    patch(path, cells=[SetCell("应收", 2, 1, "x")])
    sheet = openpyxl.load_workbook(path)["应收"]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == ["=B1", "x", "=B3"]


def test_the_header_of_an_excel_table_is_not_set(tmp_path):
    path = with_table(tmp_path, table_part())
    with pytest.raises(Refusal) as refused:
        patch(path, cells=[SetCell("应收", 1, 2, "x")])
    assert refused.value.code == "part_of_more"


def test_a_cell_is_set_on_a_sheet_without_any(tmp_path):
    xml = sheet("").replace("<sheetData></sheetData>", "<sheetData/>")
    path = write_book(tmp_path / "账本.xlsx", {SHEET: xml})
    patch(path, cells=[SetCell("应收", 2, 2, "甲 "), SetCell("应收", 1, 1, "_x0041_")])
    assert openpyxl.load_workbook(path)["应收"]["B2"].value == "甲 "


def test_no_such_sheet(tmp_path):
    with pytest.raises(Refusal) as refused:
        patch(book(tmp_path), cells=[SetCell("应付", 1, 1, "x")])
    assert (refused.value.code, refused.value.place) == ("no_such_sheet", "应付")
