"""Rows appended to a table of hers: their look, what stands below, and taking them out again."""

import openpyxl
import pandas as pd
import pytest

from addin.run import run_action, undo
from macros.changes import AppendRows, Changes, SetCell
from macros.texts import Message, Refusal
from tests.addin.test_run import cells, digest


def appended() -> Changes:
    rows = pd.DataFrame(
        {
            "document": ["INV004", "INV005"],
            "customer": ["丁公司", "=公式公司"],
            "due": pd.array([46203, None], dtype="Int64"),
            "amount": pd.array([12345, 100], dtype="Int64"),
        }
    )
    return Changes(
        appends=(AppendRows("应收", 6, (1, 2, 4, 5), ("text", "text", "date", "money"), rows),),
        cells=(SetCell("我的计算", 2, 2, 46203, "date"),),
        messages=(Message("host.undone", {"action": "x"}),),
    )


def test_rows_are_appended_in_the_look_of_the_row_above(book, act):
    run_action(book, act(appended()))
    sheet = openpyxl.load_workbook(book)["应收"]
    assert [cell.value for cell in sheet[7]][:2] == ["INV004", "丁公司"]
    assert sheet["E7"].value == 123.45
    assert sheet["E7"].number_format == "#,##0.00"
    assert sheet["D7"].number_format == "yyyy-mm-dd"
    assert sheet["B8"].value == "=公式公司"
    assert sheet["B8"].data_type == "s"
    assert sheet["D8"].value is None
    assert cells(book)["我的计算"][1] == ["要点", 46203.0]


def test_undo_takes_appended_rows_out_but_not_those_she_changed(book, act):
    run_action(book, act(appended()))
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["应收"]
    sheet["F7"] = "她加的"
    sheet["A9"] = "INV006"
    workbook.save(book)
    done = undo(book, "zh")
    assert "host.undo_rows_kept" in {message.code for message in done.messages}
    sheet = openpyxl.load_workbook(book)["应收"]
    assert [sheet.cell(row, 1).value for row in range(6, 10)] == [
        "INV003",
        "INV004",
        "INV006",
        None,
    ]
    assert sheet["F7"].value == "她加的"
    assert openpyxl.load_workbook(book)["我的计算"]["B2"].value is None


def test_rows_are_not_written_over_what_stands_below(book, act):
    workbook = openpyxl.load_workbook(book)
    workbook["应收"]["A8"] = "合计"
    workbook.save(book)
    before = digest(book)
    with pytest.raises(Refusal) as refused:
        run_action(book, act(appended()))
    assert (refused.value.code, refused.value.place) == ("rows_below", "应收!A8")
    assert digest(book) == before


def test_an_excel_table_grows_with_its_rows(tmp_path, act):
    from openpyxl.worksheet.table import Table  # noqa: PLC0415 - one test

    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "应收"
    for row in (["单据号", "客户名称", "x", "到期日", "应收金额", "未收"],):
        sheet.append(row)
    for number in range(2, 7):
        sheet.append([f"I{number}", "甲", None, 46053, 10, f"=E{number}*2"])
    sheet.add_table(Table(displayName="明细", ref="A1:F6"))
    path = tmp_path / "表.xlsx"
    workbook.save(path)
    changes = appended()
    append = changes.appends[0]
    grown = AppendRows("应收", 6, append.columns, append.kinds, append.rows, "明细")
    run_action(path, act(Changes(appends=(grown,))))
    sheet = openpyxl.load_workbook(path)["应收"]
    assert sheet.tables["明细"].ref == "A1:F8"
    assert sheet["F8"].value == "=E8*2"
