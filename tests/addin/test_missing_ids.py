"""Where the hidden ids of a sheet of ours are gone, her notes are not: the command refuses."""

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from addin.run import run_action, undo
from macros.changes import Block, Changes
from macros.texts import Refusal
from tests.addin.conftest import content, find, sheet_rows
from tests.addin.test_run import FIRST, digest

SECOND = {"乙公司": 7, "甲公司": 9}


def cleared(sheet, cells) -> None:
    for cell in cells:
        sheet[cell.coordinate].value = None


#: The id row of the sheet of the tests is row 4, its keys stand in column A.
DEFECTS = {
    "a column inserted before A": lambda sheet: sheet.insert_cols(1),
    "column A deleted": lambda sheet: sheet.delete_cols(1),
    "the id row deleted": lambda sheet: sheet.delete_rows(4),
    "the id row cleared": lambda sheet: cleared(sheet, sheet[4]),
    "the id row cleared but for its first cell": lambda sheet: cleared(sheet, sheet[4][1:]),
    "the first id cleared": lambda sheet: cleared(sheet, [sheet["A4"]]),
    "column A cleared": lambda sheet: cleared(sheet, sheet["A"]),
    "the keys cleared": lambda sheet: cleared(sheet, sheet["A"][5:]),
}


def spoil(path, defect: str) -> None:
    """Type a column and a note, then harm the ids."""
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["账龄"]
    assert sheet["A4"].value == "#items/1:"
    sheet["G6"], sheet["H5"], sheet["H7"] = "周五付", "跟进", "下月再问"
    DEFECTS[defect](sheet)
    workbook.save(path)


def notes(path) -> set[object]:
    said = {cell.value for sheet in openpyxl.load_workbook(path) for row in sheet for cell in row}
    return said & {"周五付", "跟进", "下月再问"}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_run_refuses_and_leaves_the_book(book, act, defect):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    spoil(book, defect)
    before = digest(book)
    with pytest.raises(Refusal) as refused:
        run_action(book, act(Changes(sheets=(content(SECOND),))))
    assert (refused.value.code, refused.value.params["sheet"]) == ("ids_gone", "账龄")
    assert "“账龄”" in refused.value.render("zh")
    assert "huikuan restore" in refused.value.render("en")
    assert digest(book) == before


@pytest.mark.parametrize("defect", DEFECTS)
def test_undo_of_the_first_run_keeps_the_sheet(book, act, defect):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    spoil(book, defect)
    done = undo(book, "zh")
    assert "host.undo_sheet_kept" in {message.code for message in done.messages}
    assert notes(book) == {"周五付", "跟进", "下月再问"}


@pytest.mark.parametrize("formula", [False, True])
@pytest.mark.parametrize("defect", DEFECTS)
def test_undo_of_a_later_run_refuses_or_keeps_her_notes(book, act, defect, formula):
    run_action(book, act(Changes(sheets=(content(SECOND),))))
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    spoil(book, defect)
    if formula:  # with a formula the sheet is read as a whole
        workbook = openpyxl.load_workbook(book)
        workbook["账龄"]["K7"] = "=1+1"
        workbook.save(book)
    before = digest(book)
    with pytest.raises(Refusal) as refused:
        undo(book, "zh")
    assert (refused.value.code, refused.value.params["sheet"]) == ("ids_gone", "账龄")
    assert digest(book) == before


def test_the_notes_are_carried_once_the_ids_are_back(book, act):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    spoil(book, "a column inserted before A")
    with pytest.raises(Refusal):
        run_action(book, act(Changes(sheets=(content(SECOND),))))
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"].delete_cols(1)
    workbook.save(book)
    run_action(book, act(Changes(sheets=(content(SECOND),))))
    assert notes(book) == {"周五付", "跟进", "下月再问"}
    row = next(row for row in sheet_rows(book, "账龄") if row[0] == "甲公司")
    assert (row[1], row[5]) == (0.09, "周五付")


@pytest.mark.parametrize("number", [0, 1])
def test_the_ids_of_one_of_two_blocks_are_missed(book, act, number):
    first = content(FIRST)
    again = Block("more", first.blocks[0].columns, first.blocks[0].data, key="key")
    both = Changes(sheets=(content(FIRST),))
    object.__setattr__(both.sheets[0], "blocks", (first.blocks[0], again))
    run_action(book, act(both))
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["账龄"]
    rows = [cell.row for cell in sheet["A"] if str(cell.value).startswith("#")]
    rows = [row for row in rows if not sheet.cell(row, 1).value.startswith("#line")]
    assert len(rows) == 2
    sheet["G6"] = "周五付"
    sheet.delete_rows(rows[number])
    workbook.save(book)
    before = digest(book)
    with pytest.raises(Refusal, match="ids_gone"):
        run_action(book, act(both))
    assert digest(book) == before


def test_a_sheet_handed_over_without_a_run_is_written_at_the_next(book, act):
    workbook = openpyxl.load_workbook(book)
    workbook.create_sheet("账龄")["B2"] = "我做的表"
    workbook.save(book)
    run_action(book, act(Changes()), take="账龄")
    name = openpyxl.load_workbook(book)["账龄"].defined_names["_huikuan"]
    assert name.attr_text == '"aging;0"'
    run_action(book, act(Changes(sheets=(content(FIRST, mark="aging"),))))
    assert ["甲公司", 1300.75] in [row[:2] for row in sheet_rows(book, "账龄")]
    name = openpyxl.load_workbook(book)["账龄"].defined_names["_huikuan"]
    assert name.attr_text == '"aging;1"'


def test_rows_and_colours_of_hers_are_no_harm(book, act):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["账龄"]
    sheet.insert_rows(7)
    sheet["A7"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["B7"], sheet["G7"], sheet["G6"] = "插入的客户", "她的行", "周五付"
    workbook.save(book)
    run_action(book, act(Changes(sheets=(content(SECOND),))))
    find(book, "账龄", "她的行")
    find(book, "账龄", "周五付")


@pytest.mark.parametrize(("said", "kept"), [("可填写", False), ("她的批注", True)])
def test_a_note_of_ours_without_its_author_is_not_taken_for_hers(book, act, said, kept):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    row, column = find(book, "账龄", "备注")
    workbook = openpyxl.load_workbook(book)
    # As LibreOffice saves it: the author is blank.
    workbook["账龄"].cell(row, column).comment = Comment(said, " ")
    workbook.save(book)
    run_action(book, act(Changes(sheets=(content(SECOND),))))
    row, column = find(book, "账龄", "备注")
    comment = openpyxl.load_workbook(book)["账龄"].cell(row, column).comment
    assert comment.text == (said if kept else "可填写")


@pytest.mark.parametrize("rows", [1, 3])
def test_a_merged_cell_below_the_table_comes_along(book, act, rows):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["账龄"]
    sheet["B14"] = "表下的说明"
    sheet.merge_cells(start_row=14, end_row=13 + rows, start_column=2, end_column=4)
    workbook.save(book)
    run_action(book, act(Changes(sheets=(content(SECOND),))))
    row, column = find(book, "账龄", "表下的说明")
    merged = {str(area) for area in openpyxl.load_workbook(book)["账龄"].merged_cells.ranges}
    assert column == 2
    assert merged == {f"B{row}:D{row + rows - 1}"}
