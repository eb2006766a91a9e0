"""The header of rows that dropped out is as high as its headings need, as that of the table is."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from addin.run import run_action, undo
from macros.changes import Changes
from tests.addin.conftest import content, find

#: Four lines in a column of the width 10.
HEADING = "未收金额（含税，按合同币种，不含质保金）"


def tall(*names: str) -> Changes:
    made = content(dict.fromkeys(names, 100))
    block = made.blocks[0]
    columns = tuple(
        replace(each, heading=HEADING, width=10) if each.id == "open" else each
        for each in block.columns
    )
    return Changes(sheets=(replace(made, blocks=(replace(block, columns=columns),)),))


def note(book: Path, customer: str) -> None:
    workbook = openpyxl.load_workbook(book)
    row, _ = find(book, "账龄", customer)
    column = find(book, "账龄", "备注")[1]
    workbook["账龄"].cell(row, column).value = "等回电"
    workbook.save(book)


def header_heights(book: Path) -> list[float | None]:
    sheet = openpyxl.load_workbook(book)["账龄"]
    rows = [row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 3).value == HEADING]
    return [sheet.row_dimensions[row].height for row in rows]


@pytest.mark.parametrize("undone", [False, True])
def test_the_header_of_rows_that_dropped_out_shows_all_its_lines(book, act, undone):
    # Rows that a run brought drop out when it is undone, as rows do that a run leaves out.
    before, after = ("甲公司",), ("甲公司", "丁公司")
    for names in (before, after) if undone else (after,):
        run_action(book, act(tall(*names)))
    note(book, "丁公司")
    if undone:
        undo(book, "zh")
    else:
        run_action(book, act(tall(*before)))
    # 40 half-width signs in a room of 9: five lines of 16.5 points.
    assert header_heights(book) == [82.5, 82.5]
