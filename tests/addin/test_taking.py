"""A sheet of hers is handed over; ours goes only where nothing of hers would point at nothing."""

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink

from addin.hosts.package.container.opening import open_package
from addin.hosts.package.container.referring import references, retitled
from addin.run import run_action, undo
from macros.changes import Changes, Chart
from macros.texts import Refusal
from tests.addin.conftest import content, find
from tests.addin.handmade import parts_of
from tests.addin.test_run import FIRST, cells, digest
from tests.packages import rewrite

OURS = "账龄 (回款)"
CHART = Chart("column", "图", "items", "customer", ("open",), 0, 1)


@pytest.fixture
def beside(book, act):
    """Her 账龄, and ours beside it."""
    workbook = openpyxl.load_workbook(book)
    workbook.create_sheet("账龄", 1)["B2"] = "我做的表"
    workbook.save(book)
    run_action(book, act(Changes(sheets=(content(FIRST, mark="aging", charts=(CHART,)),))))
    assert OURS in cells(book)
    return book


def cell(workbook):
    workbook["我的计算"]["C2"] = "='账龄 (回款)'!C6"


def indirect(workbook):
    workbook["我的计算"]["C3"] = """=INDIRECT("'账龄 (回款)'!C6")"""


def name(workbook):
    workbook.defined_names["总额"] = DefinedName("总额", attr_text="'账龄 (回款)'!$C$9")


def chart(workbook):
    made = BarChart()
    made.add_data(Reference(workbook[OURS], min_col=3, min_row=6, max_row=8))
    workbook["我的计算"].add_chart(made, "F2")


def validation(workbook):
    rule = DataValidation("list", formula1="'账龄 (回款)'!$B$6:$B$8")
    rule.add("D2")
    workbook["我的计算"].add_data_validation(rule)


def condition(workbook):
    rule = FormulaRule(["C2>'账龄 (回款)'!$C$9"], fill=PatternFill("solid", bgColor="FFFF0000"))
    workbook["我的计算"].conditional_formatting.add("C2:C9", rule)


def link(workbook):
    at = workbook["我的计算"]["E5"]
    at.hyperlink = Hyperlink(ref="E5", location="'账龄 (回款)'!A1")


def changed(path, *changes):
    workbook = openpyxl.load_workbook(path)
    for change in changes:
        change(workbook)
    workbook.save(path)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (cell, "我的计算!C2"),
        (indirect, "我的计算!C3"),
        (name, "总额"),
        (chart, "我的计算"),
        (validation, "我的计算"),
        (condition, "我的计算"),
        (link, "我的计算!E5"),
    ],
)
def test_ours_does_not_go_while_something_points_at_it(beside, change, place):
    changed(beside, change)
    before = digest(beside)
    for preview in (True, False):
        with pytest.raises(Refusal) as refused:
            run_action(beside, "map", take="账龄", preview=preview)
        assert refused.value.code == "still_referred_to"
        assert refused.value.place == OURS
        assert refused.value.params["places"] == place
        assert place in refused.value.render("zh")
        assert place in refused.value.render("en")
    assert digest(beside) == before


def test_not_where_ours_is_made_again_in_the_same_run_either(beside, act):
    changed(beside, cell)
    made = act(Changes(sheets=(content(FIRST, mark="aging"),)))
    with pytest.raises(Refusal) as refused:
        run_action(beside, made, take="账龄")
    assert refused.value.code == "still_referred_to"


def test_links_of_ours_are_made_anew_and_do_not_count(beside):
    def ours(workbook):
        at = workbook["数据检查"]["D6"]
        at.hyperlink = Hyperlink(ref="D6", location="'账龄 (回款)'!A1")

    changed(beside, ours)
    run_action(beside, "map", take="账龄")
    assert OURS not in cells(beside)
    assert OURS.encode() not in b"".join(
        part for path, part in parts_of(beside).items() if path.startswith("xl/worksheets")
    )


def test_three_places_are_told_and_how_many_there_are(beside):
    changed(beside, cell, indirect, name, link)
    with pytest.raises(Refusal) as refused:
        run_action(beside, "map", take="账龄")
    assert refused.value.params["places"] == "我的计算!C2、我的计算!C3、我的计算!E5"
    assert refused.value.params["count"] == "4"


def test_what_only_looks_like_it_is_in_nobodys_way(beside):
    def mere(workbook):
        sheet = workbook["我的计算"]
        sheet["C2"], sheet["C3"] = "见 '账龄 (回款)'!C6", "=账龄!B2"
        sheet["C4"] = "='[1]账龄 (回款)'!C6"

    changed(beside, mere)
    run_action(beside, "map", take="账龄")
    assert OURS not in cells(beside)


def test_what_stands_on_ours_follows_it_under_the_new_title(beside):
    row, column = find(beside, OURS, "备注")

    def note(workbook):
        workbook[OURS].cell(row + 1, column).value = "='账龄 (回款)'!C6"
        workbook[OURS].defined_names["我的"] = DefinedName("我的", attr_text="'账龄 (回款)'!$C$6")

    changed(beside, note)
    done = run_action(beside, "map", take="账龄")
    assert not [problem for problem in done.problems if problem.sheet == "账龄"]
    workbook = openpyxl.load_workbook(beside)
    assert OURS not in workbook.sheetnames
    sheet = workbook["账龄"]
    assert sheet.cell(row + 1, column).value == "='账龄'!C6"
    assert sheet.defined_names["我的"].attr_text == "'账龄'!$C$6"
    charts = [part for path, part in parts_of(beside).items() if path.startswith("xl/charts/chart")]
    assert len(charts) == 1
    assert "'账龄'!".encode() in charts[0]
    assert OURS.encode() not in b"".join(
        part for path, part in parts_of(beside).items() if not path.startswith("docProps")
    )


def test_the_sheet_handed_over_is_not_called_unknown(book):
    workbook = openpyxl.load_workbook(book)
    mine = workbook.create_sheet("账龄")
    for row in (("我的账", "数"), ("甲", 1), ("乙", 2)):
        mine.append(row)
    workbook.save(book)
    before = run_action(book, "map", preview=True)
    assert [problem.cell for problem in before.problems if problem.sheet == "账龄"] == ["A1"]
    after = run_action(book, "map", take="账龄")
    assert not [problem for problem in after.problems if problem.sheet == "账龄"]


@pytest.mark.parametrize("change", [cell, name, chart, link])
def test_undo_keeps_a_sheet_that_something_points_at_now(beside, change):
    changed(beside, change)
    done = undo(beside, "zh")
    kept = next(each for each in done.messages if each.code == "host.undo_sheet_referred")
    assert kept.params["sheet"] == OURS
    assert OURS in kept.render("zh")
    assert OURS in openpyxl.load_workbook(beside).sheetnames


def test_undo_removes_a_sheet_that_nothing_points_at(beside):
    def note(workbook):
        workbook["我的计算"]["C2"] = "=账龄!B2"

    changed(beside, note)
    done = undo(beside, "zh")
    assert [each.code for each in done.messages] == ["host.undone_merged"]
    workbook = openpyxl.load_workbook(beside)
    assert OURS not in workbook.sheetnames
    assert workbook["我的计算"]["C2"].value == "=账龄!B2"


def test_undo_keeps_a_sheet_whose_excel_table_is_read(book, act):
    made = content(FIRST, name="结果", mark="aging")
    block = made.blocks[0]
    with_table = type(block)(
        block.id, block.columns, block.data, key=block.key, styles=block.styles, table="结果表"
    )
    sheet = type(made)(made.name, made.mark, made.title, made.notes, (with_table,))
    run_action(book, act(Changes(sheets=(sheet,))))
    changed(book, lambda workbook: workbook["我的计算"].__setitem__("C2", "=SUM(结果表[未收])"))
    done = undo(book, "zh")
    kept = next(each for each in done.messages if each.code == "host.undo_sheet_referred")
    assert kept.params["places"] == "我的计算!C2"


@pytest.mark.parametrize(
    "formula",
    [
        "Aging!A1",
        "aging!A1",
        "'AGING'!A1",
        "&apos;Aging&apos;!A1",
        "&#39;Aging&#x27;!A1",
        "SUM(Aging:应收!A1)",
        "SUM('应收:Aging'!A1)",
        "1+Aging!$A$1",
    ],
)
def test_every_spelling_of_a_title_is_found(tmp_path, formula):
    path = spelled(tmp_path, formula)
    with open_package(path) as package:
        assert references(package, 1) == ("应收!A1",)


@pytest.mark.parametrize("formula", ["MyAging!A1", "[2]Aging!A1", "'my Aging'!A1", "Aging2!A1"])
def test_another_title_is_not_taken_for_it(tmp_path, formula):
    with open_package(spelled(tmp_path, formula)) as package:
        assert references(package, 1) == ()


def spelled(folder, formula):
    """A book with a sheet Aging and one formula, as given, on another sheet."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "应收"
    workbook.active["A1"] = "=1+1"
    workbook.create_sheet("Aging")
    path = folder / "book.xlsx"
    workbook.save(path)
    part = parts_of(path)["xl/worksheets/sheet1.xml"]
    assert part.count(b"<f>1+1</f>") == 1
    new = part.replace(b"<f>1+1</f>", f"<f>{formula}</f>".encode())
    rewrite(path, lambda found: found.__setitem__("xl/worksheets/sheet1.xml", new))
    return path


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("账龄!$A$1", "'我的''账'!$A$1"),
        ("'账龄'!$A$1,账龄!$C:$C", "'我的''账'!$A$1,'我的''账'!$C:$C"),
        ("账龄表!A1+旧账龄!A1", "账龄表!A1+旧账龄!A1"),
        ('"账龄"', '"账龄"'),
    ],
)
def test_a_name_follows_a_sheet_however_it_is_spelled(reference, expected):
    assert retitled(reference, "账龄", "我的'账") == expected
