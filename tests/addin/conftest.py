"""A store of its own for every test, a small book of hers, and actions made for the test."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.styles import Font, PatternFill

from macros import action as registry
from macros.action import Settings, actions
from macros.changes import Block, Changes, Column, SheetContent
from macros.tables import Tables

#: 2026-06-30.
AS_OF = 46203

COLUMNS = (
    Column("key", "键", hidden=True),
    Column("customer", "客户"),
    Column("open", "未收", "money"),
    Column("due", "到期日", "date"),
    Column("state", "灯", "status"),
    Column("promise", "承诺日期", "date", hers=True, note="可填写"),
    Column("note", "备注", hers=True, choices=("已联系", "无人接听"), note="可填写"),
)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep backups away from the user's own store, and her language away from the tests."""
    home = tmp_path / "store"
    monkeypatch.setenv("HUIKUAN_HOME", str(home))
    monkeypatch.delenv("HUIKUAN_LANG", raising=False)
    return home


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook of hers: a title above the table, formulas, a note, a second sheet."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "应收"
    sheet.append(["应收账款明细"])
    sheet.append([])
    sheet.append(["单据号", "客户名称", "单据日期", "到期日", "应收金额", "备注"])
    for row in (
        ["INV001", "甲公司", 46023, 46053, 1000.5, "=上门"],
        ["INV002", "乙公司", 46054, 46084, 2000, None],
        ["INV003", "甲公司", 46082, 46112, 300.25, "已对账"],
    ):
        sheet.append(row)
    for row in range(4, 7):
        sheet.cell(row, 3).number_format = sheet.cell(row, 4).number_format = "yyyy-mm-dd"
        sheet.cell(row, 5).number_format = "#,##0.00"
    sheet["F4"].data_type = "s"
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    other = workbook.create_sheet("我的计算")
    other["A1"] = "合计"
    other["B1"] = "=SUM(应收!E4:E6)"
    other["A2"] = "要点"
    other["A2"].fill = PatternFill("solid", fgColor="FFFF00")
    path = tmp_path / "账本.xlsx"
    workbook.save(path)
    return path


def content(
    customers: dict[str, int], *, name: str = "账龄", mark: str = "trial", **more: object
) -> SheetContent:
    """A sheet with one row for each customer and a total."""
    names = [*customers, "合计"]
    data = pd.DataFrame(
        {
            "key": [*customers, "total"],
            "customer": names,
            "open": pd.array([*customers.values(), sum(customers.values())], dtype="Int64"),
            "due": pd.array([46053] * len(customers) + [None], dtype="Int64"),
            "state": ["● 红"] * len(customers) + [None],
        }
    )
    styles = np.array(["detail"] * len(customers) + ["total"], dtype=object)
    block = Block("items", COLUMNS, data, key="key", styles=styles)
    notes = ("读取 3 行", "✗ 合计不符")
    return SheetContent(name, mark, f"{name} · 基准日", notes, (block,), **more)


@pytest.fixture
def act(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Put an action that gives these changes in the place of ``aging``."""
    known = dict(actions())

    def register(made: Changes | Callable[[Tables, Settings], Changes], **more: object) -> str:
        run = made if callable(made) else lambda _tables, _settings: made
        stand_in = {"run": run, "needs_as_of": False, "reads": (), **more}
        monkeypatch.setitem(registry._ACTIONS, "aging", replace(known["aging"], **stand_in))
        return "aging"

    return register


def sheet_rows(path: Path, title: str) -> list[list[object]]:
    """Values of a sheet as openpyxl reads them, without the hidden key column."""
    sheet = openpyxl.load_workbook(path)[title]
    return [list(row)[1:] for row in sheet.iter_rows(values_only=True)]


def find(path: Path, title: str, text: str) -> tuple[int, int]:
    """Row and column of the first cell that holds a text."""
    sheet = openpyxl.load_workbook(path)[title]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == text and cell.column > 1:
                return cell.row, cell.column
    raise AssertionError(f"{text} is not on {title}")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A book with formulas of ours and Excel's, none of them calculated."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "应收"
    sheet.append(["基准日", 45900])
    sheet.append(["单据号", "到期日", "金额", "逾期天数", "账龄段", "说明"])
    for row, (due, amount) in enumerate([(45838, 100.5), (45931, 200), (None, 50)], 3):
        sheet.append([f"INV{row}", due, amount])
        sheet.cell(row, 4, f"=AR_AGE_DAYS($B$1,B{row})")
        sheet.cell(row, 5, f"=AR_BUCKET(D{row})")
        sheet.cell(row, 6, f'=E{row}&" <"&TEXT(C{row},"0.00")&">"')
    total = book.create_sheet("合计 表")
    total["A1"] = "=SUM(应收!C3:C5)"
    total["A2"] = '=SUMIF(应收!D3:D5,">0",应收!C3:C5)'
    total["A3"] = "=A1/0"
    total["A4"] = "=A1>300"
    total["A5"] = '=IFERROR(应收!D5,"缺")'
    path = tmp_path / "计划.xlsx"
    book.save(path)
    return path
