"""One step back after something was typed: what the run did goes, what she did stays."""

import subprocess
import time

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from addin.run import run_action, undo
from macros.changes import AppendRows, Changes, Chart, SetCell
from tests.addin.conftest import content, find, sheet_rows
from tests.addin.handmade import parts_of
from tests.addin.test_run import FIRST, cells, digest
from tests.packages import type_texts
from tests.validator import findings, new_findings

#: LibreOffice writes extensions of its own, which openpyxl says it does not read.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

SECOND = {"甲公司": 999, "丁公司": 5}
ROWS = AppendRows(
    "应收",
    6,
    (1, 2, 4, 5),
    ("text", "text", "date", "money"),
    pd.DataFrame(
        {
            "document": ["INV004", "INV005"],
            "customer": ["丁公司", "戊公司"],
            "due": pd.array([46203, None], dtype="Int64"),
            "amount": pd.array([12345, 100], dtype="Int64"),
        }
    ),
)


def typed(path, title, *values):
    """Type values into cells of a sheet, given as address and value, with openpyxl."""
    workbook = openpyxl.load_workbook(path)
    for at, value in values:
        workbook[title][at] = value
    workbook.save(path)


def saved_by_libreoffice(path, soffice, folder):
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx", "--outdir", folder, path]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    (folder / path.name).replace(path)


def test_undo_gives_the_book_back_byte_for_byte(book, act):
    before = digest(book)
    run_action(book, act(Changes(sheets=(content(FIRST),), appends=(ROWS,))))
    undo(book, "zh")
    assert digest(book) == before


def test_what_was_typed_on_a_sheet_of_hers_stays_and_ours_is_as_it_was(book, act):
    chart = Chart("column", "图", "items", "customer", ("open",), 0, 1)
    run_action(book, act(Changes(sheets=(content(FIRST, charts=(chart,)),))))
    before = parts_of(book)
    run_action(book, act(Changes(sheets=(content(SECOND),), appends=(ROWS,))))
    type_texts(book, "我的计算", [("A2", "新的要点")])
    done = undo(book, "zh")
    assert [message.code for message in done.messages] == ["host.undone_merged"]
    after = parts_of(book)
    rows = sheet_rows(book, "账龄")
    assert ["甲公司", 1300.75] in [row[:2] for row in rows]
    assert len(openpyxl.load_workbook(book)["账龄"]._charts) == 1
    values = cells(book)
    assert values["我的计算"][1] == ["新的要点", None]
    assert len(values["应收"]) == 6
    same = {name for name in before if before[name] == after.get(name)}
    assert {"xl/styles.xml", "xl/theme/theme1.xml", "docProps/core.xml"} <= same | {"xl/styles.xml"}
    assert (
        before["xl/worksheets/sheet1.xml"].partition(b"<sheetData>")[2]
        == (after["xl/worksheets/sheet1.xml"].partition(b"<sheetData>")[2])
    )


@pytest.mark.parametrize("commented", [False, True])
def test_what_was_typed_on_our_sheet_is_merged_into_the_one_before(book, act, commented):
    chart = Chart("column", "图", "items", "customer", ("open",), 0, 1)
    run_action(book, act(Changes(sheets=(content(FIRST, charts=(chart,)),))))
    run_action(book, act(Changes(sheets=(content(SECOND, charts=(chart,)),))))
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["账龄"]
    row, column = find(book, "账龄", "备注")
    names = {sheet.cell(at, 3).value: at for at in range(row + 1, sheet.max_row + 1)}
    names |= {sheet.cell(at, 2).value: at for at in range(row + 1, sheet.max_row + 1)}
    sheet.cell(names["甲公司"], column).value = "答应周五付"
    if commented:
        sheet.cell(names["甲公司"], column).comment = Comment("她的批注", "她")
    sheet.cell(row, column + 1).value = "她的列"
    sheet.cell(names["甲公司"], column + 1).value = 7
    sheet.cell(names["甲公司"], column + 1).fill = PatternFill("solid", fgColor="FF00FF00")
    sheet.cell(names["丁公司"], column).value = "新客户"
    workbook["应收"]["H1"] = "旁注"
    workbook.save(book)
    done = undo(book, "zh")
    codes = [message.code for message in done.messages]
    assert codes == ["host.undone_merged", "host.undo_merged_cells", "host.undo_archived"]
    rows = sheet_rows(book, "账龄")
    found = next(row for row in rows if row[0] == "甲公司")
    assert (found[1], "答应周五付" in found, found[-1]) == (1300.75, True, 7)
    assert rows[find(book, "账龄", "备注")[0] - 1][-1] == "她的列"
    assert any("丁公司" in row and "新客户" in row for row in rows)
    assert any("不再出现的行（保留了您填写的内容）" in row for row in rows)
    workbook = openpyxl.load_workbook(book)
    comments = [c.comment.text for r in workbook["账龄"].iter_rows() for c in r if c.comment]
    assert ("她的批注" in "".join(comments)) == commented
    at = find(book, "账龄", "答应周五付")
    assert workbook["账龄"].cell(at[0], at[1] + 1).fill.fgColor.rgb == "FF00FF00"
    assert len(workbook["账龄"]._charts) == 1
    assert workbook["应收"]["H1"].value == "旁注"
    heads = {cell.value for cell in workbook["账龄"]["A"]}
    assert "key" not in heads


def test_a_sheet_that_the_run_made_goes_unless_she_wrote_on_it(book, act):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    typed(book, "我的计算", ("A5", "新"))
    undo(book, "zh")
    assert list(cells(book)) == ["应收", "我的计算"]
    assert cells(book)["我的计算"][4][0] == "新"
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    row, column = find(book, "账龄", "备注")
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"].cell(row + 1, column).value = "记下"
    workbook.save(book)
    done = undo(book, "zh")
    assert "host.undo_sheet_kept" in {message.code for message in done.messages}
    assert "账龄" in cells(book)


def test_cells_are_put_back_with_their_text_and_formula(book, act):
    changes = (
        SetCell("我的计算", 1, 1, "改了"),
        SetCell("我的计算", 1, 2, 5, "number"),
        SetCell("我的计算", 7, 7, "新"),
        SetCell("我的计算", 2, 1, "也改了"),
    )
    run_action(book, act(Changes(cells=changes)))
    typed(book, "我的计算", ("A2", "她改的"))
    done = undo(book, "zh")
    sheet = openpyxl.load_workbook(book)["我的计算"]
    assert (sheet["A1"].value, sheet["B1"].value) == ("合计", "=SUM(应收!E4:E6)")
    assert (sheet["A2"].value, sheet["G7"].value) == ("她改的", None)
    assert sheet["A2"].fill.fgColor.rgb.endswith("FFFF00")
    kept = [message for message in done.messages if message.code == "host.undo_cells_kept"]
    assert len(kept) == 1


def test_what_stood_beside_the_appended_rows_stays(book, act):
    typed(book, "应收", ("H7", "旁注"), ("A12", "很下面"))
    run_action(book, act(Changes(appends=(ROWS,))))
    typed(book, "应收", ("A9", "INV009"), ("B9", "她的"))
    undo(book, "zh")
    sheet = openpyxl.load_workbook(book)["应收"]
    assert sheet["H7"].value == "旁注"
    assert [sheet.cell(row, 1).value for row in range(6, 13)] == [
        "INV003", None, None, "INV009", None, None, "很下面",
    ]  # fmt: skip


def test_rows_of_hers_move_up_with_their_formulas(book, act):
    run_action(book, act(Changes(appends=(ROWS,))))
    typed(book, "应收", ("A9", "INV009"), ("E9", "=E6*2+E$4"), ("A12", "很下面"))
    undo(book, "zh")
    sheet = openpyxl.load_workbook(book)["应收"]
    assert [sheet.cell(row, 1).value for row in range(6, 13)] == [
        "INV003", "INV009", None, None, None, None, "很下面",
    ]  # fmt: skip
    assert sheet["E7"].value == "=E4*2+E$4"


def test_undo_after_libreoffice_saved_the_book(book, act, soffice, tmp_path):
    chart = Chart("column", "图", "items", "customer", ("open",), 0, 1)
    run_action(book, act(Changes(sheets=(content(FIRST, charts=(chart,)),))))
    run_action(book, act(Changes(sheets=(content(SECOND, charts=(chart,)),), appends=(ROWS,))))
    saved_by_libreoffice(book, soffice, tmp_path / "office")
    undo(book, "zh")
    rows = sheet_rows(book, "账龄")
    assert ["甲公司", 1300.75] in [row[:2] for row in rows]
    assert not any("丁公司" in row for row in rows)
    workbook = openpyxl.load_workbook(book)
    assert len(workbook["账龄"]._charts) == 1
    assert workbook["应收"]["A7"].value is None
    assert workbook["应收"].max_row <= 8


def test_a_sheet_that_was_handed_over_comes_back_whole(book, act):
    workbook = openpyxl.load_workbook(book)
    mine = workbook.create_sheet("账龄", 1)
    mine["B2"] = "我做的表"
    mine["B2"].comment = Comment("我的批注", "我")
    mine["B3"] = "=1+1"
    mine.conditional_formatting.add(
        "B2:B9",
        openpyxl.formatting.rule.CellIsRule(
            "greaterThan", ["5"], fill=PatternFill("solid", bgColor="FF00FF00")
        ),
    )
    workbook.save(book)
    made = Changes(sheets=(content(FIRST, mark="aging"),))
    run_action(book, act(made), take="账龄")
    assert ["甲公司", 1300.75] in [row[:2] for row in sheet_rows(book, "账龄")]
    type_texts(book, "我的计算", [("A2", "新的要点")])
    undo(book, "zh")
    workbook = openpyxl.load_workbook(book)
    assert workbook.sheetnames == ["应收", "账龄", "我的计算"]
    sheet = workbook["账龄"]
    assert (sheet["B2"].value, sheet["B3"].value) == ("我做的表", "=1+1")
    assert sheet["B2"].comment.text == "我的批注"
    rules = [rule for area in sheet.conditional_formatting for rule in area.rules]
    assert rules[0].dxf.fill.bgColor.rgb == "FF00FF00"
    assert workbook["我的计算"]["A2"].value == "新的要点"
    assert "_huikuan" not in sheet.defined_names


def test_undo_of_a_large_book_takes_seconds(tmp_path, act):
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("应收")
    sheet.append(["单据号", "客户名称", "单据日期", "到期日", "应收金额", "备注"])
    for number in range(18_500):
        sheet.append([f"I{number:06}", f"客户{number % 700}", 46000, 46050, number / 4, None])
    workbook.create_sheet("我的计算").append(["要点"])
    path = tmp_path / "大账本.xlsx"
    workbook.save(path)
    names = {f"客户{number}": number for number in range(3_000)}
    run_action(path, act(Changes(sheets=(content(names),))))
    names["客户9"] = 1
    rows = AppendRows("应收", 18_501, ROWS.columns, ROWS.kinds, ROWS.rows)
    run_action(path, act(Changes(sheets=(content(names),), appends=(rows,))))
    type_texts(path, "我的计算", [("A1", "新的")])
    start = time.perf_counter()
    undo(path, "zh")
    seconds = time.perf_counter() - start
    print(f"undo of 18,500 rows: {seconds:.1f} s")  # noqa: T201 - the figure is read, not asserted
    assert cells(path)["我的计算"] == [["新的"]]
    assert len(cells(path)["应收"]) == 18_501


def test_ours_stays_beside_hers_where_she_wrote_on_it_after_handing_over(book, act):
    workbook = openpyxl.load_workbook(book)
    workbook.create_sheet("账龄", 1)["B2"] = "我做的表"
    workbook.save(book)
    run_action(book, act(Changes(sheets=(content(FIRST, mark="aging"),))), take="账龄")
    row, column = find(book, "账龄", "备注")
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"].cell(row + 1, column).value = "写在上面的"
    workbook.save(book)
    done = undo(book, "zh")
    kept = next(each for each in done.messages if each.code == "host.undo_sheet_kept")
    assert kept.params["sheet"] == "账龄 (回款)"
    workbook = openpyxl.load_workbook(book)
    assert workbook.sheetnames == ["应收", "账龄", "我的计算", "账龄 (回款)"]
    assert workbook["账龄"]["B2"].value == "我做的表"
    assert "_huikuan" in workbook["账龄 (回款)"].defined_names
    assert "_huikuan" not in workbook["账龄"].defined_names
    assert find(book, "账龄 (回款)", "写在上面的")


def test_ours_stands_beside_hers_again_where_it_did_before(book, act):
    workbook = openpyxl.load_workbook(book)
    workbook.create_sheet("账龄", 1)["B2"] = "我做的表"
    workbook.save(book)
    act_ours = act(Changes(sheets=(content(FIRST, mark="aging"),)))
    run_action(book, act_ours)
    assert "账龄 (回款)" in cells(book)
    run_action(book, act(Changes(sheets=(content(SECOND, mark="aging"),))), take="账龄")
    assert "账龄 (回款)" not in cells(book)
    row, column = find(book, "账龄", "备注")
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"].cell(row + 1, column).value = "写在上面的"
    workbook.save(book)
    undo(book, "zh")
    workbook = openpyxl.load_workbook(book)
    assert {"应收", "账龄", "我的计算", "账龄 (回款)"} <= set(workbook.sheetnames)
    assert workbook["账龄"]["B2"].value == "我做的表"
    rows = sheet_rows(book, "账龄 (回款)")
    found = next(row for row in rows if row[0] == "甲公司")
    assert found[1] == 1300.75
    assert any("写在上面的" in row for row in rows)


def test_the_validator_finds_nothing_new_after_undo(book, act, validator):
    workbook = openpyxl.load_workbook(book)
    workbook.create_sheet("账龄", 1)["B2"] = "我做的表"
    workbook.save(book)
    chart = Chart("column", "图", "items", "customer", ("open",), 0, 1)
    run_action(book, act(Changes(sheets=(content(FIRST, mark="aging", charts=(chart,)),))))
    before = findings(validator, book)
    again = Changes(sheets=(content(SECOND, mark="aging", charts=(chart,)),), appends=(ROWS,))
    run_action(book, act(again), take="账龄")
    row, column = find(book, "账龄", "备注")
    at = openpyxl.utils.get_column_letter(column)
    type_texts(book, "账龄", [(f"{at}{row + 1}", "写在上面的")])
    undo(book, "zh")
    assert any("写在上面的" in each for each in sheet_rows(book, "账龄 (回款)"))
    assert new_findings(before, findings(validator, book)) == []


def test_what_stood_beside_the_title_before_the_run_comes_once_when_a_row_was_inserted(book, act):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"]["E1"] = "老板要看"
    workbook.save(book)
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"].insert_rows(1)
    workbook["账龄"]["B1"] = "机密"
    workbook.save(book)
    undo(book, "zh")
    values = [cell for row in sheet_rows(book, "账龄") for cell in row]
    assert values.count("老板要看") == values.count("机密") == 1


def test_a_note_that_was_coloured_since_the_run_keeps_its_colour(book, act):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    for change in ("note", "colour"):
        workbook = openpyxl.load_workbook(book)
        cell = workbook["账龄"].cell(*_note_of(book))
        if change == "note":
            cell.value = "周五付"
        else:
            cell.fill = PatternFill("solid", fgColor="FFAA1122")
        workbook.save(book)
        if change == "note":
            run_action(book, act(Changes(sheets=(content(SECOND),))))
    undo(book, "zh")
    cell = openpyxl.load_workbook(book)["账龄"].cell(*_note_of(book))
    assert (cell.value, cell.fill.fgColor.rgb) == ("周五付", "FFAA1122")


def _note_of(book) -> tuple[int, int]:
    return find(book, "账龄", "甲公司")[0], find(book, "账龄", "备注")[1]
