"""``huikuan recalc``: what is written, what stays to the byte, what is left as it was."""

from __future__ import annotations

import json
import re

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import DataTableFormula
from python_calamine import CalamineWorkbook

from addin import store as home
from tests.addin.command import huikuan
from tests.addin.recalculated import formulas, parts, recalc, rewritten, values


def test_values_are_there_for_every_reader_and_formulas_stay_to_the_byte(plan):
    before = formulas(plan)
    done = recalc(plan)
    assert (done.found.formulas, done.found.computed, done.found.left) == (14, 14, [])
    assert formulas(plan) == before
    expected = {
        "D3": 62, "E3": "61-90天", "F3": "61-90天 <100.50>",
        "D4": -31, "E4": "未到期", "F4": "未到期 <200.00>",
        "D5": "#N/A", "E5": "#N/A", "F5": "#N/A",
    }  # fmt: skip
    found = values(plan, "应收")
    assert {cell: found[cell] for cell in expected} == expected
    assert values(plan, "合计 表") == {
        "A1": 350.5, "A2": 100.5, "A3": "#DIV/0!", "A4": True, "A5": "缺",
    }  # fmt: skip
    rows = CalamineWorkbook.from_path(str(plan)).get_sheet_by_name("合计 表").to_python()
    assert [row[0] for row in rows] == [350.5, 100.5, "", True, "缺"]


def test_other_parts_stay_to_the_byte_and_undo_brings_the_book_back(plan):
    before, bytes_before = parts(plan), plan.read_bytes()
    recalc(plan)
    after = parts(plan)
    changed = {name for name in before if before[name] != after[name]}
    # The main part no longer asks to be calculated.
    assert changed == {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"}
    assert huikuan("undo", plan).exit_code == 0
    assert plan.read_bytes() == bytes_before


def test_a_second_run_finds_nothing_to_write(plan):
    recalc(plan)
    content = plan.read_bytes()
    done = recalc(plan)
    assert not done.written
    assert done.found.changed == 0
    assert plan.read_bytes() == content


def test_the_book_no_longer_asks_to_be_calculated_when_all_is_computed(plan):
    assert b'fullCalcOnLoad="1"' in parts(plan)["xl/workbook.xml"]
    recalc(plan)
    assert b"fullCalcOnLoad" not in parts(plan)["xl/workbook.xml"]
    assert b"calcId" in parts(plan)["xl/workbook.xml"]


def test_it_still_asks_where_a_formula_was_left(plan):
    book = openpyxl.load_workbook(plan)
    book["合计 表"]["A6"] = "=NUMBERSTRING(1,1)"
    book.save(plan)
    done = recalc(plan)
    assert [one.reason for one in done.found.left] == ["function"]
    assert b'fullCalcOnLoad="1"' in parts(plan)["xl/workbook.xml"]


def test_what_is_not_known_and_what_depends_on_it_keeps_its_value(plan):
    book = openpyxl.load_workbook(plan)
    sheet = book["合计 表"]
    sheet["B1"] = "=NUMBERSTRING(A1,1)"
    sheet["B2"] = "=B1&A1"
    sheet["B3"] = '=IFERROR(LEN(B2),"错")'
    sheet["B4"] = "=A1+1"
    book.save(plan)
    part = "xl/worksheets/sheet2.xml"
    old = parts(plan)[part]
    for cell, text in (("B1", "旧一"), ("B2", "旧二")):
        old = re.sub(
            rb'<c r="%b"><f>([^<]*)</f><v(?: ?/>|></v>)</c>' % cell.encode(),
            rb'<c r="%b" t="str"><f>\1</f><v>%b</v></c>' % (cell.encode(), text.encode()),
            old,
        )
    rewritten(plan, {part: (parts(plan)[part], old)})
    done = recalc(plan)
    assert [(one.sheet, one.row, one.column, one.reason) for one in done.found.left] == [
        ("合计 表", 1, 2, "function"),
        ("合计 表", 2, 2, "depends"),
        ("合计 表", 3, 2, "depends"),
    ]
    found = values(plan, "合计 表")
    assert (found["B1"], found["B2"], found.get("B3"), found["B4"]) == ("旧一", "旧二", None, 351.5)


@pytest.mark.parametrize("text", ["1,234.5", "2025/6/30", "2025年6月30日", "¥12"])
def test_an_error_that_excel_would_not_have_is_not_caught(plan, text):
    book = openpyxl.load_workbook(plan)
    sheet = book["合计 表"]
    sheet["B1"], sheet["B2"] = text, "普通"
    sheet["C1"], sheet["C2"], sheet["C3"] = "=IFERROR(B1*1,0)", "=IFERROR(B2*1,0)", "=B1*1"
    book.save(plan)
    done = recalc(plan)
    assert [(one.row, one.reason) for one in done.found.left] == [(1, "text"), (3, "value")]
    found = values(plan, "合计 表")
    assert (found.get("C1"), found["C2"], found.get("C3")) == (None, 0, None)


def test_a_circle_and_what_reads_it_are_left(plan):
    book = openpyxl.load_workbook(plan)
    sheet = book["合计 表"]
    sheet["B1"], sheet["B2"], sheet["B3"] = "=B2+1", "=B1+1", "=IFERROR(B1,0)"
    book.save(plan)
    done = recalc(plan)
    assert [(one.row, one.reason) for one in done.found.left] == [
        (1, "cycle"), (2, "cycle"), (3, "depends"),
    ]  # fmt: skip
    assert "B3" not in values(plan, "合计 表")


def test_what_only_may_read_something_left_says_so_and_names_no_formula(plan):
    book = openpyxl.load_workbook(plan)
    sheet = book["合计 表"]
    sheet["B1"], sheet["B2"] = "=B2+1", "=B1+1"
    sheet["B3"], sheet["B4"] = '=INDIRECT("应收!C3")', "=B3*2"
    sheet["B5"] = "=SUM(OFFSET(B1,0,0,2,1))"
    book.save(plan)
    done = recalc(plan)
    assert [(one.row, one.reason) for one in done.found.left] == [
        (1, "cycle"), (2, "cycle"), (3, "reaching"), (4, "depends"), (5, "cycle"),
    ]  # fmt: skip


def test_another_workbook_is_never_opened(plan, tmp_path):
    other = tmp_path / "别的.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = 42
    book.save(other)
    book = openpyxl.load_workbook(plan)
    book["合计 表"]["B1"] = f"='{tmp_path}/[别的.xlsx]Sheet'!A1"
    book.save(plan)
    done = recalc(plan)
    assert [one.reason for one in done.found.left] == ["external"]
    assert "B1" not in values(plan, "合计 表")


def test_texts_that_xml_must_escape_come_back(plan):
    book = openpyxl.load_workbook(plan)
    book["合计 表"]["B1"] = '="a<b>&""c"""&CHAR(10)&" 尾 "'
    book.save(plan)
    before = formulas(plan)
    recalc(plan)
    assert formulas(plan) == before
    assert values(plan, "合计 表")["B1"] == 'a<b>&"c"\n 尾 '


SHARED = (
    b'<row r="10"><c r="A10"><v>2</v></c>'
    b'<c r="B10"><f t="shared" ref="B10:B12" si="0">A10*$A$10</f></c></row>'
    b'<row r="11"><c r="A11"><v>3</v></c><c r="B11"><f t="shared" si="0"/><v>0</v></c></row>'
    b'<row r="12"><c r="A12"><v>4</v></c><c r="B12" s="0"><f t="shared" si="0"/></c></row>'
)


def test_shared_formulas_are_computed_where_they_stand(plan):
    place = (b"</sheetData>", SHARED + b"</sheetData>")
    rewritten(plan, {"xl/worksheets/sheet2.xml": place})
    before = formulas(plan)
    recalc(plan)
    assert formulas(plan) == before
    found = values(plan, "合计 表")
    assert [found[f"B{row}"] for row in (10, 11, 12)] == [4, 6, 8]


def test_a_book_that_counts_from_1904(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet["A1"], sheet["A2"] = 44376, 44438  # 2025-06-30 and 2025-08-31 in days from 1904
    sheet["B1"] = "=DATE(2025,6,30)"
    sheet["B2"] = "=AR_AGE_DAYS(A2,A1)"
    sheet["B3"] = '=AR_ROLL_DATE(A1,"none")'
    sheet["B4"] = '=TEXT(A1,"yyyy-mm-dd")'
    sheet["B5"] = '=AR_ROLL_DATE(A1,"none")-A1'
    path = tmp_path / "1904.xlsx"
    book.save(path)
    recalc(path)
    content = parts(path)["xl/worksheets/sheet1.xml"].decode()
    found = dict(re.findall(r'<c r="(B\d)"[^>]*><f>.*?</f><v>(.*?)</v>', content))
    assert found == {"B1": "44376", "B2": "62", "B3": "44376", "B4": "2025-06-30", "B5": "0"}


def test_a_blank_argument_of_ours_is_never_0(plan):
    book = openpyxl.load_workbook(plan)
    sheet = book["合计 表"]
    sheet["B1"] = "=AR_AGE_DAYS(45900,Z99)"
    sheet["B2"] = "=IF(TRUE,AR_AGE_DAYS(45900,Z99),1)"
    sheet["B3"] = "=AR_BUCKET(31,,,)"
    sheet["B4"] = "=1*AR_AGE_DAYS(45900,)"
    book.save(plan)
    recalc(plan)
    found = values(plan, "合计 表")
    assert [found[f"B{row}"] for row in (1, 2, 3, 4)] == ["#N/A", "#N/A", "31-60天", "#N/A"]


def test_labels_are_in_the_language_of_the_book(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Invoices"
    book.active["A1"] = "=AR_BUCKET(31)"
    path = tmp_path / "english.xlsx"
    book.save(path)
    recalc(path, lang="zh")
    assert values(path, "Invoices") == {"A1": "31-60 days"}


def test_names_tables_and_sheets_with_blanks(plan):
    book = openpyxl.load_workbook(plan)
    sheet = book["合计 表"]
    book.defined_names["税率"] = DefinedName("税率", attr_text="0.13")
    sheet.defined_names["本表"] = DefinedName("本表", attr_text="'合计 表'!$A$1")
    sheet["B1"] = "=本表*税率"
    sheet["B2"] = "=SUM('应收:合计 表'!C3)"
    book.save(plan)
    recalc(plan)
    found = values(plan, "合计 表")
    assert found["B1"] == pytest.approx(45.565)
    assert found["B2"] == 100.5


def test_a_data_table_and_a_random_number_are_left(plan):
    book = openpyxl.load_workbook(plan)
    sheet = book["合计 表"]
    sheet["B1"] = "=RAND()"
    sheet["C1"] = DataTableFormula(ref="C1:C2", dt2D=False, r1="A1")
    book.save(plan)
    done = recalc(plan)
    assert {one.reason for one in done.found.left} == {"random", "data_table"}


def test_a_book_without_formulas_is_left_alone(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    path = tmp_path / "leer.xlsx"
    book.save(path)
    content = path.read_bytes()
    assert not recalc(path).written
    assert path.read_bytes() == content


def test_out_leaves_the_book_alone(plan, tmp_path):
    content = plan.read_bytes()
    done = recalc(plan, out=tmp_path / "neu.xlsx")
    assert plan.read_bytes() == content
    assert done.written
    assert values(tmp_path / "neu.xlsx", "合计 表")["A1"] == 350.5
    assert home.Slot(plan).load() is None


def test_the_command_says_what_was_left_and_exits_1(plan):
    said = huikuan("recalc", plan)
    assert said.exit_code == 0
    assert "14" in said.stdout
    book = openpyxl.load_workbook(plan)
    book["合计 表"]["B1"] = "=NUMBERSTRING(1,1)"
    book.save(plan)
    said = huikuan("recalc", plan)
    assert said.exit_code == 1
    assert "NUMBERSTRING" in said.stdout
    assert "合计 表!B1" in said.stdout


def test_the_command_for_programs(plan):
    said = huikuan("recalc", plan, "--json")
    assert said.exit_code == 0
    found = json.loads(said.stdout)
    assert found["computed"] == found["formulas"] == 14
    assert found["left"] == []
    assert huikuan("recalc", plan.with_name("gibtsnicht.xlsx")).exit_code == 2
