"""Functions of ours over ranges in ordinary cells: the first cell of the answer, as in Excel."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table

from tests.addin.command import huikuan
from tests.addin.recalculated import formulas, parts, recalc, rewritten, values
from tests.conftest import missing

#: Number, document date, due date, amount. On 2025-06-30 they are 0, 10, 61 and 120 days overdue.
INVOICES = (
    ("单据号", "单据日期", "到期日", "金额"),
    ("INV1", "2025-06-01", "2025-06-30", 400),
    ("INV2", "2025-05-21", "2025-06-20", 1000),
    ("INV3", "2025-03-31", "2025-04-30", 30.25),
    ("INV4", "2025-01-31", "2025-03-02", 7),
)
#: Number, customer, due date, open amount: overdue on 2025-06-30, or due later.
CLAIMS = (
    ("单据号", "客户", "到期日", "未收金额"),
    ("INV1", "甲", "2025-05-01", 1000),
    ("INV2", "甲", "2025-07-31", 500),
)
AGING = 'AR_AGING(A1:D5,"2025-06-30"'
THREE = "AR_ALLOCATE(100,G1:G3)"  # 33.34, 33.33, 33.33

#: Formula and what Excel shows, by hand.
COMPUTED = {
    # The whole table of an aging begins with the heading of its first band.
    f"{AGING})": "未到期",
    f'{AGING},,,,,,,,,,,"未到期")': 400,
    f'{AGING},,,,,,,,,,,"1-30天")': 1000,
    f'{AGING},,,,,,,,,,,"90天以上")': 7,
    f'{AGING},,,,,,,,,,,"合计")': 1437.25,
    THREE: 33.34,
    "AR_ALLOCATE(100,{1,1,1})": 33.34,
    # Due first, paid first: 12 for INV9, the other 8 for INV8; nothing is left.
    "AR_APPLY_FIFO(20,I1:K3)": 12,
    'AR_APPLY_FIFO(20,I1:K3,,"挂账")': 0,
    "AR_MATCH_SUBSET(1007,D2:D5)": 2,
    'AR_MATCH_SUBSET(1007,D2:D5,,,"组数")': 1,
    "AR_CASH_AT_CONFIDENCE(M1:N3,0.9)": 100000,
    'AR_DUNNING_RUN(A11:D13,,"2025-06-30","ladder",,,,,,,,"why")': "逐级升级",
    # Names, tables and other sheets stand for ranges too; a whole column has blanks.
    "AR_ALLOCATE(100,权重)": 33.34,
    "AR_ALLOCATE(100,分摊[权重])": 33.34,
    "AR_ALLOCATE(100,'别 表'!A1:A3)": 33.34,
    "AR_MATCH_SUBSET(300,'别 表'!C:C)": 2,
    # Inside other functions and beside operators.
    f"IF({THREE}>33,1,0)": 1,
    f'IF({THREE}>33.335,"多","少")': "多",
    f"IFERROR({THREE},0)": 33.34,
    f"IF(G1=1,{THREE},0)": 33.34,
    f"{THREE}+1": 34.34,
    f"-{THREE}": -33.34,
    f"({THREE}+1)*2": 68.68,
    f"SUM({THREE}+1)": 34.34,
    f"ROUND({THREE},1)": 33.3,
    "ROUND(AR_ALLOCATE(100,{1,1,1}),1)": 33.3,
    f'TEXT({THREE},"0.0")': "33.3",
    f'"分得"&{THREE}': "分得33.34",
    f'VLOOKUP({THREE},{{33.34,"是";33.33,"否"}},2,FALSE)': "是",
    f"AR_ALLOCATE({THREE},P1:P2)": 16.67,
    # What takes all of an array takes all, as before.
    f"SUM({THREE})": 100,
    f"SUMPRODUCT({THREE}*2)": 200,
    f"INDEX({THREE},2,1)": 33.33,
    f"ROWS({THREE})": 3,
    'SUM(AR_AGE_DAYS("2025-06-30",C2:C5))': 191,
}  # fmt: skip
#: A range where one cell is meant, or an operator over a range: Excel may take one cell of it.
LEFT = (
    'AR_AGE_DAYS("2025-06-30",C2:C5)',
    'AR_BUCKET(AR_AGE_DAYS("2025-06-30",C2:C5))',
    'SUM(AR_AGE_DAYS("2025-06-30",C2:C5)+1)',
    "AR_ALLOCATE(100,G1:G3*2)",
    "SUM(AR_ALLOCATE(100,G1:G3*2))",
    f"_xlfn.LET(_xlpm.x,{THREE},SUM(_xlpm.x))",
)


def book(path: Path, asked: tuple[str, ...]) -> Path:
    """The tables, and the formulas in column T far apart."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "应收"
    for row in INVOICES:
        sheet.append(row)
    for number, row in enumerate(CLAIMS, 11):
        for column, content in enumerate(row, 1):
            sheet.cell(number, column, content)
    other = made.create_sheet("别 表")
    open_items = (("INV9", "2025-03-02", 12), ("INV8", "2025-05-01", 90), ("INV7", None, 5))
    cash = ((100000, 0.9), (200000, 0.7), (300000, 0.5))
    for row in range(3):
        sheet.cell(row + 1, 7, 1)
        for column in range(3):
            sheet.cell(row + 1, 9 + column, open_items[row][column])
        sheet.cell(row + 1, 13, cash[row][0])
        sheet.cell(row + 1, 14, cash[row][1])
        sheet.cell(row + 1, 16, 1)
        other.cell(row + 1, 1, 1)
        other.cell(row + 1, 3, (100, 300, 700)[row])
    for row, content in enumerate(("权重", 1, 1, 1), 1):
        other.cell(row, 5, content)
    other.add_table(Table(displayName="分摊", ref="E1:E4"))
    made.defined_names["权重"] = DefinedName("权重", attr_text="应收!$G$1:$G$3")
    for number, formula in enumerate(asked):
        sheet.cell(3 * number + 1, 20, f"={formula}")
    made.save(path)
    return path


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """The values that the command wrote, by formula."""
    path = book(tmp_path_factory.mktemp("first") / "账本.xlsx", tuple(COMPUTED))
    before = formulas(path)
    done = huikuan("recalc", path, "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["left"]) == (0, [])
    assert said["computed"] == said["formulas"] == len(COMPUTED)
    assert formulas(path) == before
    found = values(path, "应收")
    assert {cell for cell in found if cell.startswith("U")} == set()  # nothing beside it
    return {formula: found.get(f"T{3 * number + 1}", "") for number, formula in enumerate(COMPUTED)}


@pytest.mark.parametrize("formula", COMPUTED)
def test_an_ordinary_formula_shows_the_first_cell_of_the_answer(formula, computed):
    wanted, found = COMPUTED[formula], computed[formula]
    assert found == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)


def test_what_excel_may_cut_to_one_cell_is_left_and_it_is_said_what_to_do(tmp_path):
    path = book(tmp_path / "账本.xlsx", LEFT)
    done = huikuan("recalc", path, "--json")
    said = json.loads(done.stdout)["left"]
    assert done.exit_code == 1
    assert [(one["formula"], one["reason"]) for one in said] == [
        (f"={formula}", "intersection") for formula in LEFT
    ]
    shown = "".join(huikuan("recalc", path).stdout.replace("│", "").split())
    assert "Ctrl+Shift+Enter" in shown
    assert "单个单元格" in shown


def test_the_second_engine_agrees(tmp_path):
    if importlib.util.find_spec("formulas") is None:
        missing("formulas (pip install huikuan[verify])")
    # Its ROWS knows ranges alone.
    asked = tuple(one for one in COMPUTED if not one.startswith("ROWS"))
    path = book(tmp_path / "账本.xlsx", asked)
    verified = recalc(path, verify=True).verified
    assert (verified.differences, verified.failed) == ((), "")
    assert verified.compared == len(asked)


def test_an_array_formula_still_fills_its_cells_and_a_dynamic_one_spills(tmp_path):
    path = book(tmp_path / "账本.xlsx", ())
    made = openpyxl.load_workbook(path)
    sheet = made["应收"]
    sheet["R1"] = ArrayFormula("R1:R3", f"={THREE}")
    sheet["S1"] = ArrayFormula("S1", f"={THREE}")
    sheet["T1"] = f"={THREE}"
    sheet["U1"] = ArrayFormula("U1", f"=SUM({THREE}+1)")
    made.save(path)
    part = "xl/worksheets/sheet1.xml"
    rewritten(path, {part: (b'<c r="S1">', b'<c r="S1" cm="1">')})
    assert recalc(path).found.left == []
    found = values(path, "应收")
    assert [found.get(f"R{row}") for row in (1, 2, 3)] == [33.34, 33.33, 33.33]
    assert [found.get(f"S{row}") for row in (1, 2, 3)] == [33.34, 33.33, 33.33]
    assert [found.get(f"T{row}") for row in (1, 2, 3)] == [33.34, None, None]
    assert found["U1"] == 103
    assert b'ref="S1:S3"' in parts(path)[part]


def test_an_answer_of_more_cells_than_the_engine_spills(tmp_path):
    made = openpyxl.Workbook()
    sheet = made.active
    for _ in range(12_000):
        sheet.append([1])
    sheet["C1"] = "=AR_ALLOCATE(240,A1:A12000)"
    sheet["C2"] = "=AR_ALLOCATE(240,A1:A12000)*2"
    made.save(tmp_path / "lang.xlsx")
    assert recalc(tmp_path / "lang.xlsx").found.left == []
    found = values(tmp_path / "lang.xlsx", "Sheet")
    assert (found["C1"], found["C2"]) == (0.02, 0.04)
