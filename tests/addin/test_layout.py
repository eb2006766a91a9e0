"""What a content asks of its face: a lead, indented rows, centred marks, numbers that fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pandas as pd
import pytest

from addin.hosts.package.writing import create
from macros.changes import Block, Changes, Column, SheetContent

if TYPE_CHECKING:
    from pathlib import Path


def made(path: Path, *notes: str):
    block = Block(
        "b",
        (
            Column("key", "键", hidden=True),
            Column("who", "客户 / 单据号", "wrap", width=10),
            Column("open", "未收", "money", width=5),
            Column("level", "级别", "number", width=5, align="center"),
        ),
        pd.DataFrame(
            {
                "key": ["#s", "A", "A|1"],
                "who": ["一个比列宽长得多的小节标题，占一行", "甲\n乙", "1"],
                "open": [None, 123_456_789_00, 1],
                "level": [None, 3, 0],
            }
        ),
        key="key",
        levels=np.array([0, 0, 1], dtype=np.int8),
        styles=np.array(["section", "detail", "detail"], dtype=object),
        indent="who",
    )
    content = SheetContent("单", "mark", "标题", notes, (block,), lead="先读这句")
    create(Changes(sheets=(content,)), "zh", path)
    return openpyxl.load_workbook(path)["单"]


def test_the_lead_stands_in_full_size_above_the_notes_and_below_a_difference(tmp_path):
    sheet = made(tmp_path / "a.xlsx", "小字", "✗ 差 1.00")
    assert [sheet.cell(row, 2).value for row in (1, 2, 3, 4)] == [
        "标题", "✗ 差 1.00", "先读这句", "小字",
    ]  # fmt: skip
    assert sheet["B3"].font.sz > sheet["B4"].font.sz
    assert sheet["B3"].font.b


def test_rows_step_in_sections_stay_on_a_line_and_marks_are_centred(tmp_path):
    sheet = made(tmp_path / "a.xlsx")
    section, customer, item = (sheet.cell(row, 2) for row in (5, 6, 7))
    assert [cell.alignment.indent for cell in (section, customer, item)] == [0, 0, 1]
    assert [cell.alignment.wrap_text for cell in (section, customer, item)] == [None, True, True]
    # Two lines of one sign each: the break counts, however short the text.
    heights = [sheet.row_dimensions[row].height for row in (5, 6, 7)]
    assert heights == [None, 33, None]
    assert {sheet.cell(row, 4).alignment.horizontal for row in (4, 6, 7)} == {"center"}


def test_a_width_grows_until_its_numbers_fit(tmp_path):
    sheet = made(tmp_path / "a.xlsx")
    # 123,456,789.00 is 14 characters.
    assert sheet.column_dimensions["C"].width >= 14
    assert sheet.column_dimensions["D"].width == 5


@pytest.mark.parametrize(("lang", "heading"), [("zh", "列3"), ("en", "Column 3")])
def test_a_blank_heading_of_a_table_gets_a_name_in_the_language_of_the_sheet(
    tmp_path, lang, heading
):
    columns = (Column("key", "键", hidden=True), Column("who", "客户"), Column("x", ""))
    data = pd.DataFrame({"key": ["A"], "who": ["甲"], "x": ["1"]})
    block = Block("b", columns, data, key="key", table="t")
    path = tmp_path / "a.xlsx"
    create(Changes(sheets=(SheetContent("单", "mark", "标题", (), (block,)),)), lang, path)
    (table,) = openpyxl.load_workbook(path)["单"].tables.values()
    assert table.column_names == ["键", "客户", heading]


def test_a_text_beside_numbers_steps_in_and_the_hidden_keys_have_a_heading_in_her_language(
    tmp_path,
):
    columns = (
        Column("key", "键", hidden=True),
        Column("open", "未收", "money"),
        Column("source", "来源"),
        Column("day", "日期", "date"),
        Column("note", "备注", hers=True),
    )
    data = pd.DataFrame({"key": ["a"], "open": [100], "source": ["读取"], "day": [46053]})
    blocks = (
        Block("items", columns, data, key="key"),
        Block("more", columns[1:3], data[["open", "source"]]),
    )
    path = tmp_path / "b.xlsx"
    create(Changes(sheets=(SheetContent("表", "trial", "表", (), blocks),)), "zh", path)
    sheet = openpyxl.load_workbook(path)["表"]
    header = next(row for row in range(1, 9) if sheet.cell(row, 3).value == "来源")
    # 未收 is right-aligned, 日期 centred: only 来源 stands against numbers.
    assert [sheet.cell(header, column).alignment.indent for column in range(2, 6)] == [0, 1, 0, 0]
    row = [sheet.cell(header + 1, column).alignment.indent for column in range(2, 6)]
    assert row == [0, 1, 0, 0]
    again = next(row for row in range(header + 2, 20) if sheet.cell(row, 3).value == "来源")
    assert (sheet.cell(header, 1).value, sheet.cell(again, 1).value) == ("键", "键")
