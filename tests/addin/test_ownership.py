"""What she wrote on a sheet of ours comes through every run."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from addin.run import run_action, undo
from macros.changes import Changes
from tests.addin.conftest import content, find, sheet_rows

FIRST = {"甲公司": 130075, "乙公司": 200000, "丙公司": 5}


@pytest.fixture
def written(book, act):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    return book


def edit(path: Path, change) -> None:
    workbook = openpyxl.load_workbook(path)
    change(workbook["账龄"])
    workbook.save(path)


def cell_of(path: Path, row_text: str, heading: str):
    row, _ = find(path, "账龄", row_text)
    _, column = find(path, "账龄", heading)
    return openpyxl.load_workbook(path)["账龄"].cell(row, column)


def test_a_sheet_of_ours_has_title_red_note_first_and_header(written):
    rows = sheet_rows(written, "账龄")
    assert rows[0][0] == "账龄 · 基准日"
    assert rows[1][0] == "✗ 合计不符"
    assert rows[2][0] == "读取 3 行"
    assert rows[4][:6] == ["客户", "未收", "到期日", "灯", "承诺日期", "备注"]
    assert rows[5][:2] == ["甲公司", 1300.75]
    assert rows[8][:2] == ["合计", 3300.80]


def test_her_columns_follow_their_rows_by_key(written, act):
    def type_notes(sheet):
        sheet["G6"] = "周五付"
        sheet["G7"] = "=1+1"
        sheet["F7"] = 46210

    edit(written, type_notes)
    run_action(written, act(Changes(sheets=(content({"乙公司": 7, "新公司": 1, "甲公司": 9}),))))
    assert cell_of(written, "甲公司", "备注").value == "周五付"
    assert cell_of(written, "乙公司", "备注").value == "=1+1"
    assert cell_of(written, "乙公司", "承诺日期").value.isoformat() == "2026-07-07T00:00:00"
    assert cell_of(written, "新公司", "备注").value is None


def rich(path: Path, row_text: str, heading: str):
    row, _ = find(path, "账龄", row_text)
    _, column = find(path, "账龄", heading)
    return openpyxl.load_workbook(path, rich_text=True)["账龄"].cell(row, column).value


def test_a_note_partly_coloured_follows_its_row_with_its_colours(written, act):
    note = CellRichText("答应 ", TextBlock(InlineFont(b=True, color="FFFF0000"), "周五"), " 付款")
    edit(written, lambda sheet: sheet.__setitem__("G7", note))
    run_action(written, act(Changes(sheets=(content({"新公司": 1, "乙公司": 7}),))))
    assert rich(written, "乙公司", "备注") == note
    run_action(written, act(Changes(sheets=(content({"甲公司": 1}),))))
    assert rich(written, "乙公司", "备注") == note  # in the archive
    undo(written, "zh")
    assert rich(written, "乙公司", "备注") == note


def test_a_column_she_inserted_keeps_its_place_values_look_width_and_comment(written, act):
    def insert(sheet):
        sheet.insert_cols(4)
        sheet["D5"] = "我的标记"
        sheet["D7"] = "重点"
        sheet["D7"].fill = PatternFill("solid", fgColor="FF0000")
        sheet["D7"].comment = Comment("电话 138", "王会计")
        sheet["D8"].fill = PatternFill("solid", fgColor="00FF00")
        sheet.column_dimensions["D"].width = 33
        # openpyxl does not shift the formulas of names and lists; nothing of ours depends on it.

    edit(written, insert)
    run_action(written, act(Changes(sheets=(content({"丙公司": 5, "乙公司": 8}),))))
    row, column = find(written, "账龄", "重点")
    sheet = openpyxl.load_workbook(written)["账龄"]
    assert sheet.cell(row, 2).value == "乙公司"
    assert sheet.cell(row, column - 1).value == 0.08  # to the right of 未收, as she put it
    assert sheet.cell(row, column).fill.fgColor.rgb.endswith("FF0000")
    assert sheet.cell(row, column).comment.text == "电话 138"
    assert sheet.cell(row - 1, column).fill.fgColor.rgb.endswith("00FF00")
    assert sheet.column_dimensions["D"].width == 33


def test_formulas_of_hers_follow_rows_and_columns(written, act):
    def add(sheet):
        sheet["H5"] = "八折"
        sheet["H6"] = "=C6*0.8"
        sheet["H7"] = "=C7*0.8+$C$6"
        sheet["H9"] = "=SUM(H6:H8)"

    edit(written, add)
    run_action(written, act(Changes(sheets=(content({"新": 1, "乙公司": 8, "甲公司": 4}),))))
    assert cell_of(written, "甲公司", "八折").value == "=C8*0.8"
    assert cell_of(written, "乙公司", "八折").value == "=C7*0.8+$C$8"
    assert cell_of(written, "合计", "八折").value == "=SUM(H7:H8)"


def test_a_formula_whose_cell_is_gone_says_so(written, act):
    edit(written, lambda sheet: sheet.__setitem__("G6", "=C8"))
    run_action(written, act(Changes(sheets=(content({"甲公司": 4}),))))
    assert cell_of(written, "甲公司", "备注").value == "=#REF!"


def test_a_row_that_drops_out_goes_to_the_archive_and_comes_back(written, act):
    edit(written, lambda sheet: sheet.__setitem__("G8", "欠条在保险柜"))
    result = run_action(written, act(Changes(sheets=(content({"甲公司": 1}),))))
    assert "host.archived" in {message.code for message in result.messages}
    row, _ = find(written, "账龄", "欠条在保险柜")
    total, _ = find(written, "账龄", "合计")
    assert row > total
    assert openpyxl.load_workbook(written)["账龄"].cell(row, 2).value == "丙公司"
    run_action(written, act(Changes(sheets=(content({"甲公司": 1, "乙公司": 1}),))))
    assert find(written, "账龄", "欠条在保险柜")[0] > find(written, "账龄", "合计")[0]
    run_action(written, act(Changes(sheets=(content(FIRST),))))
    assert cell_of(written, "丙公司", "备注").value == "欠条在保险柜"
    assert [row for row in sheet_rows(written, "账龄") if "欠条在保险柜" in row].__len__() == 1


def test_a_row_without_a_word_of_hers_just_goes(written, act):
    run_action(written, act(Changes(sheets=(content({"甲公司": 1}),))))
    assert not [row for row in sheet_rows(written, "账龄") if "丙公司" in row]


def test_rows_and_notes_that_she_typed_anywhere_are_kept(written, act):
    def add(sheet):
        sheet["D1"] = "老板要看"
        sheet["B11"] = "下周一复核"
        sheet["B6"].comment = Comment("换了财务", "李")
        sheet.insert_rows(7)
        sheet["B7"] = "中间一行"

    edit(written, add)
    for _ in range(2):
        run_action(written, act(Changes(sheets=(content({"乙公司": 2, "甲公司": 1}),))))
        assert find(written, "账龄", "老板要看") == (1, 4)
        assert find(written, "账龄", "下周一复核")[0] > find(written, "账龄", "合计")[0]
        assert find(written, "账龄", "中间一行")
        assert cell_of(written, "甲公司", "客户").comment.text == "换了财务"
    values = [cell for row in sheet_rows(written, "账龄") for cell in row]
    assert values.count("下周一复核") == values.count("中间一行") == 1


def test_a_copied_row_of_hers_is_not_lost(written, act):
    def copy_row(sheet):
        for column in range(1, 8):
            sheet.cell(12, column).value = sheet.cell(6, column).value
        sheet["G12"] = "复制的一行"

    edit(written, copy_row)
    run_action(written, act(Changes(sheets=(content(FIRST),))))
    assert find(written, "账龄", "复制的一行")


def test_a_list_that_she_put_on_her_column_covers_it_again(written, act):
    def add(sheet):
        sheet["H5"] = "分级"
        validation = DataValidation("list", formula1='"A,B"')
        validation.add("H6:H8")
        sheet.add_data_validation(validation)
        sheet["H6"] = "A"

    edit(written, add)
    run_action(written, act(Changes(sheets=(content({"甲公司": 1, "乙公司": 1}),))))
    sheet = openpyxl.load_workbook(written)["账龄"]
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert lists["H6:H8"] == '"A,B"'


def test_sorted_by_her_the_keys_go_along(written, act):
    def swap(sheet):
        for column in range(1, 8):
            first, second = sheet.cell(6, column).value, sheet.cell(7, column).value
            sheet.cell(6, column).value, sheet.cell(7, column).value = second, first
        sheet["G6"] = "这是乙"

    edit(written, swap)
    run_action(written, act(Changes(sheets=(content(FIRST),))))
    assert cell_of(written, "乙公司", "备注").value == "这是乙"


def test_a_sheet_keeps_the_name_place_and_colour_she_gave_it(written, act):
    workbook = openpyxl.load_workbook(written)
    workbook["账龄"].sheet_properties.tabColor = "00FF00"
    workbook["账龄"].title = "六月账龄"
    workbook.move_sheet("六月账龄", -2)
    workbook.save(written)
    run_action(written, act(Changes(sheets=(content(FIRST),))))
    workbook = openpyxl.load_workbook(written)
    assert workbook.sheetnames[0] == "六月账龄"
    assert "账龄" not in workbook.sheetnames
    assert workbook["六月账龄"].sheet_properties.tabColor.rgb.endswith("00FF00")


def test_what_she_emptied_stays_empty(book, act):
    made = content({"甲公司": 1})
    made.blocks[0].data["note"] = ["已联系", None]
    run_action(book, act(Changes(sheets=(made,))))
    assert cell_of(book, "甲公司", "备注").value == "已联系"
    edit(book, lambda sheet: sheet.__setitem__("G6", None))
    run_action(book, act(Changes(sheets=(made,))))
    assert cell_of(book, "甲公司", "备注").value is None


def two_blocks(active: dict[str, int], blocked: dict[str, int]):
    first = content(active).blocks[0]
    second = content(blocked).blocks[0]
    return replace(
        content(active), blocks=(replace(first, id="active"), replace(second, id="blocked"))
    )


def test_a_note_moves_with_its_customer_to_another_block(book, act):
    run_action(book, act(Changes(sheets=(two_blocks({"甲公司": 1, "乙公司": 2}, {"丙公司": 3}),))))

    def add(sheet):
        sheet["G6"] = "下月再催"
        sheet["H5"], sheet["H6"] = "我的列", "A组"

    edit(book, add)
    moved = two_blocks({"乙公司": 2}, {"丙公司": 3, "甲公司": 1})
    run_action(book, act(Changes(sheets=(moved,))))
    row, column = find(book, "账龄", "下月再催")
    sheet = openpyxl.load_workbook(book)["账龄"]
    assert sheet.cell(row, 2).value == "甲公司"
    assert row > find(book, "账龄", "丙公司")[0]
    assert sheet.cell(row, column + 1).value == "A组"


def test_her_notes_stay_when_the_language_changes(written, act):
    edit(written, lambda sheet: sheet.__setitem__("G6", "周五付"))
    english = {"customer": "Customer", "open": "Open", "note": "Note", "promise": "Promised"}
    made = content(FIRST, name="Aging")
    block = made.blocks[0]
    columns = tuple(replace(c, heading=english.get(c.id, c.heading)) for c in block.columns)
    made = replace(made, blocks=(replace(block, columns=columns),))
    run_action(written, act(Changes(sheets=(made,))), lang="en")
    row, _ = find(written, "账龄", "甲公司")
    _, column = find(written, "账龄", "Note")
    assert openpyxl.load_workbook(written)["账龄"].cell(row, column).value == "周五付"


def test_a_column_for_her_that_we_no_longer_have_stays_as_her_own(written, act):
    edit(written, lambda sheet: sheet.__setitem__("F6", 46210))
    made = content(FIRST)
    block = made.blocks[0]
    columns = tuple(column for column in block.columns if column.id != "promise")
    for _ in range(2):
        run_action(
            written,
            act(Changes(sheets=(replace(made, blocks=(replace(block, columns=columns),)),))),
        )
        assert cell_of(written, "甲公司", "承诺日期").value.isoformat() == "2026-07-07T00:00:00"


def test_rows_without_a_key_of_their_own_are_known_by_their_texts(book, act):
    made = content(FIRST)
    block = replace(made.blocks[0], key=None, columns=made.blocks[0].columns[1:])
    made = replace(made, blocks=(block,))
    run_action(book, act(Changes(sheets=(made,))))
    edit(book, lambda sheet: sheet.__setitem__("G7", "乙的备注"))
    swapped = replace(block, data=block.data.iloc[::-1].reset_index(drop=True), styles=None)
    run_action(book, act(Changes(sheets=(replace(made, blocks=(swapped,)),))))
    assert cell_of(book, "乙公司", "备注").value == "乙的备注"


def test_what_she_did_about_a_defect_is_kept_and_not_taken_for_one(book, act):
    from macros.problems import Problem  # noqa: PLC0415 - one test

    bad = Problem("no_due_date", "warning", sheet="应收", cell="D4", found="", source="aging")
    run_action(book, act(Changes(problems=(bad,))))
    row, _ = find(book, "数据检查", "no_due_date")
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["数据检查"]
    header = next(r for r in range(1, 12) if sheet.cell(r, 2).value == "严重度")
    column = next(c for c in range(1, 20) if sheet.cell(header, c).value == "处理")
    sheet.cell(row, column).value = "已补"
    workbook.save(book)
    for _ in range(3):
        run_action(book, act(Changes()))
        values = [cell for line in sheet_rows(book, "数据检查") for cell in line]
        assert values.count("已补") == 1
        assert values.count("no_due_date") == 1


def test_a_line_that_she_inserts_above_or_writes_over_a_note_is_hers(written, act):
    def add(sheet):
        sheet["B3"] = "老板批示：先催甲"
        sheet.insert_rows(1)
        sheet["B1"] = "机密"

    edit(written, add)
    for _ in range(2):
        run_action(written, act(Changes(sheets=(content({"乙公司": 2, "甲公司": 1}),))))
        values = [cell for row in sheet_rows(written, "账龄") for cell in row]
        assert values.count("机密") == values.count("老板批示：先催甲") == 1
        assert values.count("账龄 · 基准日") == values.count("✗ 合计不符") == 1


@pytest.mark.parametrize("front", [True, False], ids=["in front", "at the end"])
def test_a_copy_she_keeps_of_our_sheet_stays_as_it_is(written, act, front):
    workbook = openpyxl.load_workbook(written)
    sheet = workbook["账龄"]
    copied = workbook.copy_worksheet(sheet)
    copied.title = "账龄 (2)"
    for name in sheet.defined_names.values():
        copied.defined_names[name.name] = DefinedName(name.name, attr_text=name.attr_text)
    if front:
        workbook.move_sheet(copied, -len(workbook.sheetnames) + 1)
    workbook.save(written)
    kept = sheet_rows(written, "账龄 (2)")
    run_action(written, act(Changes(sheets=(content({"新公司": 100}),))))
    assert sheet_rows(written, "账龄 (2)") == kept
    assert sheet_rows(written, "账龄")[5][:2] == ["新公司", 1.0]


def test_a_name_that_only_looks_like_a_cell_stays_in_her_formula(written, act):
    edit(written, lambda sheet: sheet.__setitem__("G7", "=C7*YTD2024+SUM(ZJE1:ZJE2)"))
    run_action(written, act(Changes(sheets=(content({"新公司": 1, "乙公司": 7}),))))
    row, _ = find(written, "账龄", "乙公司")
    assert cell_of(written, "乙公司", "备注").value == f"=C{row}*YTD2024+SUM(ZJE1:ZJE2)"
