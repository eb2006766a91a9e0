"""Recalculation around actions, the second engine, and columns of calls of ours."""

from __future__ import annotations

import random
import re
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from addin import run
from addin.hosts.package.container.opening import open_package
from addin.recalculation import batching
from addin.recalculation.functions import Functions
from addin.recalculation.recalculate import recalculate
from addin.recalculation.verification import compare
from macros.texts import Refusal
from udfs import registry
from udfs.values import CellError

AS_OF = 46203  # 2026-06-30


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Invoices whose amounts and due days are formulas that no program has calculated."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "应收"
    sheet.append(["单据号", "客户名称", "单据日期", "账期", "到期日", "数量", "单价", "应收金额"])
    for row, (customer, day, terms, count, price) in enumerate(
        [
            ("甲公司", 46023, 30, 10, 100.05),
            ("乙公司", 46054, 60, 4, 500),
            ("甲公司", 46082, 30, 1, 300.25),
        ],
        2,
    ):
        sheet.append([f"INV{row}", customer, day, terms, f"=C{row}+D{row}", count, price])
        sheet.cell(row, 8, f"=ROUND(F{row}*G{row},2)")
        for column in (3, 5):
            sheet.cell(row, column).number_format = "yyyy-mm-dd"
    path = tmp_path / "账本.xlsx"
    book.save(path)
    return path


def total_of(path: Path, title: str) -> float:
    sheet = openpyxl.load_workbook(path, data_only=True)[title]
    return max(
        cell.value
        for row in sheet
        for cell in row
        if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool)
    )


def test_an_action_reads_what_the_formulas_give_now(ledger):
    done = run.run_action(ledger, "aging", as_of=AS_OF)
    assert done.exit_code == run.DONE
    assert not [one for one in done.problems if one.code == "uncached"]
    # 1000.50 + 2000 + 300.25
    assert total_of(ledger, "账龄") == 3300.75


def test_a_stale_value_is_not_read(ledger):
    content = ledger.read_bytes()
    with open_package(ledger) as package:
        found = recalculate(package)
    assert found.changed == 6
    run.run_action(ledger, "aging", as_of=AS_OF)
    assert ledger.read_bytes() != content
    book = openpyxl.load_workbook(ledger)
    book["应收"]["F2"] = 20
    book.save(ledger)
    run.run_action(ledger, "aging", as_of=AS_OF)
    assert total_of(ledger, "账龄") == 4301.25


def test_an_action_says_where_it_had_to_trust_a_cached_value(ledger):
    book = openpyxl.load_workbook(ledger)
    book["应收"]["H3"] = "=NUMBERSTRING(F3,1)"
    book.save(ledger)
    with zipfile.ZipFile(ledger) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet], count = re.subn(
        rb'(<c r="H3"[^>]*>)(<f>[^<]*</f>)<v(?: ?/>|></v>)', rb"\1\2<v>777</v>", parts[sheet]
    )
    assert count == 1
    with zipfile.ZipFile(ledger, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    done = run.run_action(ledger, "aging", as_of=AS_OF, preview=True)
    said = [one.render("zh") for one in done.messages if one.code == "recalc.trusted"]
    assert len(said) == 1
    assert "1 个公式" in said[0]
    assert "应收!H3" in said[0]


def test_formulas_of_hers_that_read_our_sheet_are_up_to_date_after_a_run(ledger):
    run.run_action(ledger, "aging", as_of=AS_OF)
    book = openpyxl.load_workbook(ledger)
    mine = book.create_sheet("我的")
    mine["A1"] = "=MAX(账龄!A:Z)"
    mine["A2"] = "=A1*2"
    mine["A3"] = "=1+1"
    book["应收"]["F2"] = 20
    book.save(ledger)
    run.run_action(ledger, "aging", as_of=AS_OF)
    values = openpyxl.load_workbook(ledger, data_only=True)["我的"]
    assert values["A1"].value == total_of(ledger, "账龄")
    assert values["A2"].value == 2 * values["A1"].value


def plan(path: Path, rows: int) -> Path:
    """A plan of invoices: ages and classes by our functions, sums by customer."""
    chance = random.Random(20251120)  # noqa: S311 - a reproducible book, no secret
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "应收"
    sheet.append(
        ["单据号", "客户", "单据日期", "账期", "金额", "到期日", "逾期天数", "账龄段", "计划"]
    )
    for row in range(2, rows + 2):
        customer, day = f"C{chance.randrange(9)}", 45500 + chance.randrange(400)
        amount = chance.randrange(10**7) / 100
        sheet.append([f"INV{row}", customer, day, chance.choice((30, 60)), amount])
        sheet.cell(row, 6, f"=C{row}+D{row}")
        sheet.cell(row, 7, f"=AR_AGE_DAYS(客户!$F$1,F{row})")
        sheet.cell(row, 8, f"=AR_BUCKET(G{row})")
        sheet.cell(row, 9, f"=IF(G{row}>0,E{row}/4,0)")
    totals = book.create_sheet("客户")
    totals["F1"] = 45900
    for row in range(9):
        totals.append([f"C{row}"])
        totals.cell(
            row + 2, 2, f"=SUMIFS(应收!$E$2:$E${rows + 1},应收!$B$2:$B${rows + 1},A{row + 2})"
        )
        totals.cell(
            row + 2, 3, f"=SUMIFS(应收!$I$2:$I${rows + 1},应收!$B$2:$B${rows + 1},A{row + 2})"
        )
        totals.cell(
            row + 2,
            4,
            f'=COUNTIFS(应收!$B$2:$B${rows + 1},A{row + 2},应收!$G$2:$G${rows + 1},">60")',
        )
    book.save(path)
    return path


def test_the_second_engine_agrees_on_every_cell_of_a_plan(tmp_path):
    with open_package(plan(tmp_path / "计划.xlsx", 100)) as package:
        found = recalculate(package)
        verified = compare(package, found)
    assert found.computed == verified.compared == 427
    assert verified.differences == ()


def test_the_second_engine_tells_a_wrong_value(tmp_path):
    with open_package(plan(tmp_path / "计划.xlsx", 5)) as package:
        found = recalculate(package)
        found.sheets[0].values[0] = 1.0
        (difference,) = compare(package, found).differences
    assert (difference.row, difference.column, difference.ours) == (2, 6, 1.0)


def test_too_many_formulas_are_not_verified(tmp_path, monkeypatch):
    monkeypatch.setattr("addin.recalculation.verification.MOST_FORMULAS", 10)
    with open_package(plan(tmp_path / "计划.xlsx", 5)) as package:
        found = recalculate(package)
        with pytest.raises(Refusal, match="too_many_to_verify"):
            compare(package, found)


def test_without_the_second_engine_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "formulas", None)
    path = plan(tmp_path / "计划.xlsx", 5)
    with (
        open_package(path) as package,
        pytest.raises(Refusal, match="no_second_engine") as refused,
    ):
        compare(package, recalculate(package))
    assert "pip install huikuan[verify]" in refused.value.render("zh")


#: What a cell may hold, good and bad.
CELLS = (
    None, "", " ", 0.0, -1.0, 31.0, 90.5, 45838.0, 45900.75, 1e300, True, False, "30/60/90", "无",
    "2025-06-30", "abc", "A", CellError.NA, CellError.DIV0, "甲", 1.005, "zh", "due",
)  # fmt: skip


def test_a_column_of_calls_answers_as_its_cells_do():
    """Every function that is answered by column gives what it gives cell by cell."""
    functions = Functions("zh")
    chance = random.Random(1)  # noqa: S311 - a reproducible choice, no secret
    tried = 0
    for declared in registry.functions():
        count = len(declared.arguments)
        call = batching._Call(declared.name, (batching._Constant(None),) * count)
        if not batching._fits(call, functions):
            continue
        tried += 1
        rows = [[chance.choice(CELLS) for _ in range(count)] for _ in range(200)]
        columns = [list(column) for column in zip(*rows, strict=True)]
        found = batching._by_rows(declared, columns, len(rows), functions)
        for row, cell in zip(rows, found, strict=True):
            alone = functions.answer(declared, list(row))
            alone = alone[0][0] if isinstance(alone, tuple) else alone
            assert (type(cell), cell) == (type(alone), alone), (declared.name, row)
    assert tried > 5


def test_calls_that_read_calls_come_to_rest(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "链"
    sheet["A1"] = 45838
    sheet["B1"] = "=AR_AGE_DAYS(45900,A1)"  # 62
    sheet["C1"] = "=AR_BUCKET(B1)"
    sheet["D1"] = "=B1*2"
    sheet["E1"] = "=AR_BUCKET(D1)"  # 124
    sheet["F1"] = "=AR_BUCKET(AR_AGE_DAYS(45900,A1))"
    path = tmp_path / "链.xlsx"
    book.save(path)
    with open_package(path) as package:
        found = recalculate(package)
    assert found.left == []
    assert list(found.sheets[0].values.values()) == [62.0, "61-90天", 124.0, "90天以上", "61-90天"]


def test_what_excel_saved_is_what_is_computed(shared_data):
    """Books of others: of some two thousand formulas none has another value than Excel's own."""
    computed = 0
    for path in sorted(shared_data.glob("*/*.xls[xm]")):
        if path.suffix not in {".xlsx", ".xlsm"}:
            continue
        try:
            with open_package(path) as package:
                found = recalculate(package)
        except Refusal:
            continue
        computed += found.computed
        other = [
            f"{path.name} {sheet.formulas.name} ={sheet.formulas.texts[index]}"
            for sheet in found.sheets
            for index in sheet.changed
            if sheet.formulas.cached[index] is not None
        ]
        assert other == []
    assert computed > 2_000
