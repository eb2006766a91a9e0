"""Importing into a table of hers that has more below it than rows."""

from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName

from addin.run import run_action, undo
from macros.texts import Refusal

LINES = """单据号,客户名称,单据日期,到期日,应收金额
N1,丙公司,2026-03-01,2026-03-31,10.00
N2,丁公司,2026-03-02,2026-04-01,20.00
"""


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    path = tmp_path / "新发票.csv"
    path.write_text(LINES, encoding="utf-8")
    return path


def with_total(path: Path, row: int) -> None:
    """Give each row an amount with tax, and the table a total in a row of its own."""
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["应收"]
    sheet["F3"] = "含税"
    for line in (4, 5, 6):
        sheet[f"F{line}"] = f"=E{line}*1.13"
    sheet[f"A{row}"] = "合计"
    for column in "EF":
        sheet[f"{column}{row}"] = f"=SUM({column}4:{column}{row - 1})"
    for column in "AEF":
        sheet[f"{column}{row}"].font = Font(bold=True)
    workbook.save(path)


@pytest.mark.parametrize(
    ("row", "text"), [(7, "合计"), (8, "合计"), (7, "制表人：张三"), (8, "备注：以上含税")]
)
def test_what_stands_below_the_rows_with_no_room_between_is_refused(book, offered, row, text):
    with_total(book, row)
    workbook = openpyxl.load_workbook(book)
    workbook["应收"][f"A{row}"] = text
    workbook.save(book)
    before = book.read_bytes()
    for preview in (True, False):
        with pytest.raises(Refusal) as refused:
            run_action(book, "import-table", inputs_file=offered, preview=preview)
        assert (refused.value.code, refused.value.place) == ("rows_below", f"应收!A{row}")
        assert "至少 2 个空行" in refused.value.render("zh")
    assert book.read_bytes() == before


def test_rows_go_between_the_last_detail_and_a_total_with_room_and_look_like_details(book, offered):
    with_total(book, 9)
    run_action(book, "import-table", inputs_file=offered)
    sheet = openpyxl.load_workbook(book)["应收"]
    assert [sheet[f"A{row}"].value for row in range(6, 10)] == ["INV003", "N1", "N2", "合计"]
    assert [sheet[f"F{row}"].value for row in (7, 8)] == ["=E7*1.13", "=E8*1.13"]
    assert [sheet[f"E{row}"].value for row in (7, 8, 9)] == [10, 20, "=SUM(E4:E8)"]
    assert not sheet["A7"].font.b
    assert sheet["E7"].number_format == "#,##0.00"


def test_what_she_wrote_beside_the_blank_rows_stays(book, offered):
    workbook = openpyxl.load_workbook(book)
    workbook["应收"]["H6"], workbook["应收"]["H7"] = "核对", "张三签字"
    workbook.save(book)
    run_action(book, "import-table", inputs_file=offered)
    sheet = openpyxl.load_workbook(book)["应收"]
    assert (sheet["A7"].value, sheet["H7"].value) == ("N1", "张三签字")


def test_what_one_file_contradicts_stays_listed_when_another_is_imported(book, tmp_path):
    def file_with(name: str, document: str, days: str, amount: str) -> Path:
        path = tmp_path / name
        line = f"{document},甲公司,{days},{amount}"
        path.write_text(f"{LINES.splitlines()[0]}\n{line}\n", encoding="utf-8")
        return path

    def listed() -> set[tuple[object, ...]]:
        rows = openpyxl.load_workbook(book)["数据检查"].iter_rows(values_only=True)
        found = [row for row in rows if "import_conflict" in row]
        return {(row[3], row[9]) for row in found}

    label = "导入客户/合同/发票"
    first = file_with("七月.csv", "INV001", "2026-01-01,2026-01-31", "999")
    run_action(book, "import-table", inputs_file=first)
    of_first = {("应收!E4", f"{label} · 七月.csv")}
    assert listed() == of_first
    second = file_with("八月.csv", "INV003", "2026-03-01,2026-03-31", "888")
    run_action(book, "import-table", inputs_file=second)
    assert listed() == of_first | {("应收!E6", f"{label} · 八月.csv")}
    run_action(book, "check")
    assert len(listed()) == 2
    file_with(
        "七月.csv", "INV001", "2026-01-01,2026-01-31", "1000.50"
    )  # put right: what was said of it goes
    run_action(book, "import-table", inputs_file=first)
    assert listed() == {("应收!E6", f"{label} · 八月.csv")}


def test_what_grows_with_an_import_ends_where_it_did_when_the_import_is_undone(book, offered):
    workbook = openpyxl.load_workbook(book)
    workbook["应收"].print_area = "A3:E6"
    workbook.defined_names["金额区"] = DefinedName("金额区", attr_text="应收!$E$4:$E$6")
    workbook.create_sheet("汇总")["A1"] = "=SUM(应收!E4:E6)"
    workbook.save(book)
    outcome = run_action(book, "import-table", inputs_file=offered)
    said = [one.render("zh") for one in outcome.messages]
    assert any("仍止于“应收”第 6 行，不含新追加的行：我的计算!B1、汇总!A1。" in one for one in said)
    after = openpyxl.load_workbook(book)
    assert after["应收"].print_area == "'应收'!$A$3:$E$8"
    assert after.defined_names["金额区"].attr_text == "应收!$E$4:$E$8"
    after["汇总"]["B1"] = "核对"  # so that it is not merely put back
    after["应收"]["B8"] = "丁公司（更名）"  # nor is this row
    after.save(book)
    undo(book, "zh")
    left = openpyxl.load_workbook(book)
    assert left["应收"]["B7"].value == "丁公司（更名）"
    assert left["应收"].print_area == "'应收'!$A$3:$E$7"
    assert left.defined_names["金额区"].attr_text == "应收!$E$4:$E$7"
