"""``huikuan recalc --verify`` on books with looks, and where the second engine gives up."""

import importlib.util
import json
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.formatting.rule import CellIsRule, IconSetRule
from openpyxl.styles import Font, PatternFill

from tests.addin.command import huikuan, pipe
from tests.addin.recalculated import parts, recalc, values
from tests.conftest import missing

#: Of openpyxl, by which these tests read; the command is judged by what it prints.
unread = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


@pytest.fixture(autouse=True)
def second() -> None:
    if importlib.util.find_spec("formulas") is None:
        missing("formulas (pip install huikuan[verify])")


def made_by_xlsxwriter(path: Path) -> Path:
    """Looks on cells, a row and columns; data bars, icons and sparklines in x14 extensions."""
    book = xlsxwriter.Workbook(path)
    money = book.add_format({"num_format": "#,##0.00", "bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("应收")
    sheet.set_row(0, 30, money)
    sheet.set_column("A:C", 12, money)
    for row in range(3):
        sheet.write(row, 0, row + 1, money)
        sheet.write_formula(row, 1, f"=A{row + 1}*2", money)
        sheet.write_formula(row, 2, f"=DATE(2026,6,A{row + 1})", day)
    sheet.conditional_format("A1:A3", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("B1:B3", {"type": "icon_set", "icon_style": "3_arrows"})
    sheet.add_sparkline("E1", {"range": "应收!A1:A3"})
    book.close()
    return path


def made_by_openpyxl(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "应收"
    red = PatternFill("solid", bgColor="FFFF0000")
    for row in (1, 2, 3):
        sheet.append([row, f"=A{row}*2", f"=DATE(2026,6,A{row})"])
        sheet.cell(row, 1).font = Font(bold=True, color="FF0000FF")
        sheet.cell(row, 2).number_format = "#,##0.00"
        sheet.cell(row, 3).number_format = "yyyy-mm-dd"
    sheet.row_dimensions[2].font = Font(italic=True)
    rule = CellIsRule(operator="greaterThan", formula=["2"], fill=red)
    sheet.conditional_formatting.add("A1:A3", rule)
    sheet.conditional_formatting.add("B1:B3", IconSetRule("3Arrows", "percent", [0, 33, 67]))
    book.save(path)
    return path


@unread
@pytest.mark.parametrize("make", [made_by_xlsxwriter, made_by_openpyxl])
def test_a_book_with_looks_is_verified(tmp_path, make):
    path = make(tmp_path / "账本.xlsx")
    before = parts(path)
    done = pipe("recalc", path, "--verify", "--json")
    assert (done.returncode, done.stderr.decode()) == (0, "")
    said = json.loads(done.stdout)
    assert (said["compared"], said["differences"], said["not_verified"]) == (6, [], None)
    found = values(path, "应收")
    assert [found[f"B{row}"] for row in (1, 2, 3)] == [2, 4, 6]
    assert [found[f"C{row}"].day for row in (1, 2, 3)] == [1, 2, 3]
    assert parts(path)["xl/styles.xml"] == before["xl/styles.xml"]


def test_a_book_of_another_is_verified(tmp_path, shared_data):
    path = tmp_path / "book.xlsm"  # 527 formulas in a book with macros and x14 extensions
    path.write_bytes((shared_data / "fidelity" / "tdf111974.xlsm").read_bytes())
    done = pipe("recalc", path, "--verify", "--json")
    assert (done.returncode, done.stderr.decode()) == (0, "")
    said = json.loads(done.stdout)
    assert (said["compared"], said["differences"]) == (527, [])


@unread
def test_where_the_second_engine_fails_the_values_are_written_and_it_is_said(tmp_path, monkeypatch):
    def fail(*_: object) -> None:
        raise IndexError("list index out of range")

    path = made_by_xlsxwriter(tmp_path / "账本.xlsx")
    copy = made_by_xlsxwriter(tmp_path / "2.xlsx")
    third = made_by_xlsxwriter(tmp_path / "3.xlsx")
    monkeypatch.setattr("addin.recalculation.verification._second", fail)
    done = recalc(path, verify=True)
    assert (done.written, done.exit_code, done.verified.failed) == (True, 1, "IndexError")
    assert values(path, "应收")["B3"] == 6
    shown = huikuan("recalc", copy, "--verify")
    assert shown.exit_code == 1
    assert "IndexError" in shown.output
    assert "未能核对" in shown.output
    assert "结果一致" not in shown.output
    said = json.loads(huikuan("recalc", third, "--verify", "--json").output)
    assert (said["not_verified"], said["compared"], said["written"]) == ("IndexError", 0, True)


def test_a_function_that_the_second_engine_lacks_is_no_difference(tmp_path):
    path = tmp_path / "账本.xlsx"
    book = openpyxl.Workbook()
    for row in ([1], [2], ["=SUBTOTAL(9,A1:A2)"], ["=A1+A2"]):
        book.active.append(row)
    book.save(path)
    verified = recalc(path, verify=True).verified
    assert (verified.compared, verified.differences, verified.failed) == (1, (), "")
    assert values(path, "Sheet")["A3"] == 3
