"""Arrays in ``huikuan recalc``: entered over cells, spilling, large, in the way of something."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from tests.addin.recalculated import parts, recalc, rewritten, values


def test_an_array_fills_its_cells_and_no_more(plan):
    book = openpyxl.load_workbook(plan)
    sheet = book["合计 表"]
    sheet["C1"] = ArrayFormula("C1:C4", "=应收!C3:C5*2")
    sheet["D1"] = ArrayFormula("D1:D2", "=应收!C3:C5*2")
    sheet["E1"] = ArrayFormula("E1", "=SUM(应收!C3:C5*应收!C3:C5)")
    sheet["D3"] = "不许盖住"
    book.save(plan)
    assert recalc(plan).found.left == []
    found = values(plan, "合计 表")
    assert [found[f"C{row}"] for row in (1, 2, 3, 4)] == [201, 400, 100, "#N/A"]
    assert [found[f"D{row}"] for row in (1, 2, 3)] == [201, 400, "不许盖住"]
    assert found["E1"] == 100.5**2 + 200**2 + 50**2


CM = {"dynamic": ' cm="1"', "entered": ""}
FILTER = "_xlfn._xlws.FILTER(应收!C3:C5,应收!C3:C5&gt;60)"


def dynamic(plan: Path, area: str, cells: bytes) -> None:
    """Put an array that spills into E1, with what it filled before."""
    rewritten(
        plan,
        {
            "xl/worksheets/sheet2.xml": (
                b"</sheetData>",
                f'<row r="20"><c r="E20" cm="1"><f t="array" ref="{area}">{FILTER}</f>'
                "<v>1</v></c></row>".encode()
                + cells
                + b"</sheetData>",
            )
        },
    )


def test_an_array_that_spills_grows(plan):
    dynamic(plan, "E20", b"")
    recalc(plan)
    found = values(plan, "合计 表")
    assert (found["E20"], found["E21"]) == (100.5, 200)
    assert b'ref="E20:E21"' in parts(plan)["xl/worksheets/sheet2.xml"]


def test_an_array_that_spills_shrinks(plan):
    old = b"".join(b'<row r="%d"><c r="E%d"><v>9</v></c></row>' % (n, n) for n in (21, 22))
    dynamic(plan, "E20:E22", old)
    recalc(plan)
    found = values(plan, "合计 表")
    assert (found["E20"], found["E21"]) == (100.5, 200)
    assert "E22" not in found


@pytest.mark.parametrize("kind", ["dynamic", "entered"])
def test_an_array_of_more_cells_than_the_engine_spills(tmp_path, kind):
    rows = "".join(
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c>'
        + (f'<c r="B1"{CM[kind]}><f t="array" ref="B1:B25000">A1:A25000*2</f></c>' * (row == 1))
        + "</row>"
        for row in range(1, 25_001)
    )
    book = openpyxl.Workbook()
    path = tmp_path / "lang.xlsx"
    book.save(path)
    sheet = "xl/worksheets/sheet1.xml"
    old = re.search(rb"<sheetData ?/>|<sheetData></sheetData>", parts(path)[sheet])
    rewritten(path, {sheet: (old.group(0), f"<sheetData>{rows}</sheetData>".encode())})
    assert recalc(path).found.left == []
    found = values(path, "Sheet")
    assert [found[f"B{row}"] for row in (1, 10_000, 10_001, 20_001, 25_000)] == [
        2, 20_000, 20_002, 40_002, 50_000,
    ]  # fmt: skip
    assert b'ref="B1:B25000"' in parts(path)[sheet]


def test_an_array_that_something_blocks_is_left(plan):
    dynamic(plan, "E20", b'<row r="21"><c r="E21"><v>9</v></c></row>')
    done = recalc(plan)
    assert [one.reason for one in done.found.left] == ["spill"]
    assert values(plan, "合计 表")["E20"] == 1
