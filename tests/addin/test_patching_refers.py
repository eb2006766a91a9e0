"""What refers to the rows of a table grows with it, or she is told that it does not."""

import re
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula

from addin.hosts.package.container.opening import open_package
from addin.hosts.package.container.parts import Parts
from addin.hosts.package.container.stylesheet import stylesheet_of
from addin.hosts.package.hers.patching import Patching
from macros.changes import AppendRows

NEW = AppendRows(
    "应收",
    3,
    (1, 2),
    ("text", "number"),
    pd.DataFrame({"a": ["丙", "丁"], "b": [30, 40]}),
    header=1,
)


@pytest.fixture
def workbook():
    """A table A1:C3 of names, numbers and a formula, and a sheet that looks at it."""
    made = openpyxl.Workbook()
    table = made.active
    table.title = "应收"
    for row in (["客户", "金额", "占比"], ["甲", 10, "=B2/SUM(B:B)"], ["乙", 20, "=B3/SUM(B:B)"]):
        table.append(row)
    made.create_sheet("汇总")
    return made


def appended(workbook, tmp_path, new=NEW):
    """The book after the rows were appended, and what was said, in both languages."""
    source, target = tmp_path / "账本.xlsx", tmp_path / "新.xlsx"
    workbook.save(source)
    with open_package(source) as package:
        parts = Parts(package)
        patching = Patching(parts, stylesheet_of(parts))
        patching.append(new)
        parts.write(target)
    said = [[one.render(lang) for one in patching.messages] for lang in ("zh", "en")]
    return openpyxl.load_workbook(target), *said


def test_nothing_is_told_where_nothing_ends_with_the_table(workbook, tmp_path):
    sheet = workbook["汇总"]
    sheet["A1"] = "=SUM(应收!B2:B4)"
    sheet["A2"] = "=SUM(B2:B3)"  # its own cells
    sheet["A3"] = "=SUM(应收!E2:E3)"  # a column beside the table
    sheet["A4"] = '=COUNTIF(应收!B:B,"应收!B2:B3")'
    sheet["A5"] = "=SUM(应收!B2:B30)"
    workbook["应收"]["C2"], workbook["应收"]["C3"] = "=SUM(B$2:B2)", "=SUM(B$2:B3)"
    book, zh, en = appended(workbook, tmp_path)
    assert (zh, en) == ([], [])
    assert book["应收"]["C5"].value == "=SUM(B$2:B5)"


def test_formulas_that_end_with_the_table_are_told_and_left_alone(workbook, tmp_path):
    sheet = workbook["汇总"]
    sheet["B2"] = "=SUM(应收!B2:B3)"
    sheet["B3"] = "=VLOOKUP(A1,'应收'!$A$1:$C$3,2,0)"
    workbook["应收"]["C2"] = "=B2/SUM(B$2:B$3)"
    book, zh, en = appended(workbook, tmp_path)
    (said,), (told,) = zh, en
    assert said.startswith("这些仍止于“应收”第 3 行，不含新追加的行：应收!C2、汇总!B2、汇总!B3。")
    assert told.startswith("These still end at row 3 of 应收 and leave out the rows just added: ")
    assert told.endswith(": 应收!C2, 汇总!B2, 汇总!B3. Extend them in Excel")
    assert book["汇总"]["B2"].value == "=SUM(应收!B2:B3)"


def test_a_shared_formula_is_told_where_it_ends_with_the_table(tmp_path, workbook):
    for row in range(1, 4):
        workbook["汇总"][f"D{row}"] = f"=SUM(应收!B$1:B{row})"
    workbook.save(tmp_path / "a.xlsx")
    shared = (
        b'<f t="shared" ref="D1:D3" si="0">SUM(\xe5\xba\x94\xe6\x94\xb6!B$1:B1)</f>',
        b'<f t="shared" si="0"/>',
        b'<f t="shared" si="0"/>',
    )
    with open_package(tmp_path / "a.xlsx") as package:
        parts = Parts(package)
        given = iter(shared)
        part = package.sheets[1].part
        parts.set(part, re.sub(rb"<f>[^<]*</f>", lambda _: next(given), parts.read(part)))
        parts.write(tmp_path / "b.xlsx")
    with open_package(tmp_path / "b.xlsx") as package:
        parts = Parts(package)
        patching = Patching(parts, stylesheet_of(parts))
        patching.append(NEW)
    assert "：汇总!D3。" in patching.messages[0].render("zh")


def test_charts_rules_and_names_of_hers_are_told(workbook, tmp_path):
    sheet = workbook["汇总"]
    chart = BarChart()
    chart.add_data(Reference(workbook["应收"], range_string="应收!$B$2:$B$3"))
    sheet.add_chart(chart, "E5")
    listed = DataValidation(type="list", formula1="=应收!$A$2:$A$3")
    listed.add("A1")
    sheet.add_data_validation(listed)
    name = "OFFSET(应收!$A$2:$A$3,0,1)"
    workbook.defined_names["移位"] = DefinedName("移位", attr_text=name)
    rule = FormulaRule(formula=["COUNTIF($A$2:$A$3,A2)>1"])
    workbook["应收"].conditional_formatting.add("A2:A3", rule)
    book, zh, en = appended(workbook, tmp_path)
    assert len(zh) == 1
    assert (
        "：名称 移位、“应收”的数据验证、条件格式或迷你图、“汇总”的数据验证、条件格式或迷你图、"
        "“汇总”的图表 Chart 1。"
    ) in zh[0]
    assert "chart Chart 1 on 汇总" in en[0]
    assert book.defined_names["移位"].attr_text == name


def test_of_many_places_five_are_named_and_all_are_counted(workbook, tmp_path):
    for row in range(1, 9):
        workbook["汇总"][f"A{row}"] = "=SUM(应收!B2:B3)"
    _, zh, en = appended(workbook, tmp_path)
    assert "汇总!A5 等 8 处" in zh[0]
    assert "汇总!A6" not in zh[0]
    assert "and others, 8 in all" in en[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("应收!$B$2:$B$3", "应收!$B$2:$B$5"),  # the rows
        ("应收!$A$1:$C$3", "应收!$A$1:$C$5"),  # with the header
        ("'应收'!$B$1:$B$3", "'应收'!$B$1:$B$5"),
        ("应收!$B$3:$B$3", None),  # just the last row
        ("应收!$A$1:$F$3", None),  # more than the table
        ("应收!B2:B3", None),  # moves with the cell that asks
    ],
)
def test_a_name_that_is_the_rows_of_the_table_grows(workbook, tmp_path, before, after):
    workbook.defined_names["金额区"] = DefinedName("金额区", attr_text=before)
    book, zh, _ = appended(workbook, tmp_path)
    assert book.defined_names["金额区"].attr_text == (after or before)
    assert (zh == []) == (after is not None)
    if after is None:
        assert "名称 金额区" in zh[0]


def test_no_name_is_taken_for_the_rows_where_nobody_knows_the_header(workbook, tmp_path):
    workbook.defined_names["金额区"] = DefinedName("金额区", attr_text="应收!$B$2:$B$3")
    book, zh, _ = appended(workbook, tmp_path, replace(NEW, header=0))
    assert book.defined_names["金额区"].attr_text == "应收!$B$2:$B$3"
    assert "名称 金额区" in zh[0]


def test_the_print_area_of_the_sheet_grows_and_another_sheets_does_not(workbook, tmp_path):
    workbook["应收"].print_area = "A1:C3"
    workbook["汇总"].print_area = "A1:C3"
    book, zh, _ = appended(workbook, tmp_path)
    assert book["应收"].print_area == "'应收'!$A$1:$C$5"
    assert book["汇总"].print_area == "'汇总'!$A$1:$C$3"
    assert zh == []


def test_an_array_formula_of_one_cell_goes_on(workbook, tmp_path):
    for row in (2, 3):
        formula = f"=MAX(IF(A$2:A{row}=A{row},B$2:B{row}))"
        workbook["应收"][f"C{row}"] = ArrayFormula(f"C{row}", formula)
    book, zh, _ = appended(workbook, tmp_path)
    last = book["应收"]["C5"].value
    assert (last.ref, last.text) == ("C5", "=MAX(IF(A$2:A5=A5,B$2:B5))")
    assert zh == []


def test_an_array_formula_of_many_cells_is_left_blank_and_told(workbook, tmp_path):
    workbook["应收"]["C2"] = ArrayFormula("C2:C3", "=B2:B3*2")
    workbook["应收"]["C3"] = 40
    book, zh, en = appended(workbook, tmp_path)
    assert book["应收"]["C4"].value is None
    assert "“应收”第 C 列是多单元格数组公式" in zh[-1]
    assert "column C is an array formula" in en[-1]
