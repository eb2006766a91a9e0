"""数据检查: every problem with its place, what to do, and the rows of other actions kept."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import workbook_templates
from macros import check, texts
from macros.action import Settings, actions
from macros.book import Mark, Sheet
from macros.problems import Problem
from macros.reading import read_tables
from tests.macros.books import Day, book, read, sheet

HEAD = ["单据号", "客户名称", "到期日", "应收金额"]
DAY = Day("2025-06-30")
LEDGER = sheet(
    "应收",
    [HEAD, ["A1", "甲", DAY, 1000], ["A2", "乙", DAY, "一百"], ["A2", "丙", "明天", 5]],
)


def data_of(content) -> pd.DataFrame:
    return content.blocks[0].data


def as_written(content) -> Sheet:
    """The sheet as a host writes it: amounts in yuan, hers empty."""
    columns = content.blocks[0].columns
    lines = [[content.title], *[[note] for note in content.notes], []]
    lines.append([column.heading for column in columns])
    for record in data_of(content).to_dict("records"):
        line = [None if column.hers else record[column.id] for column in columns]
        place = [column.id for column in columns].index("amount")
        line[place] = None if pd.isna(line[place]) else line[place] / 100
        lines.append(line)
    return sheet(content.name, lines, mark=Mark("check"))


def test_the_sheet_says_what_was_found_where_and_what_to_do():
    tables = read(LEDGER)
    (content,) = actions()["check"].run(tables, Settings(0)).sheets
    data = data_of(content)
    assert data["severity"].tolist()[0] == "● 错误"
    first = data.iloc[0]
    assert first["table"] == "应收"
    assert first["cell"] == "应收!D3"
    assert first["code"] == "bad_amount"
    assert first["found"] == "不是金额：一百"
    assert first["expected"] == "“应收金额”应为数字，如 1234.56"
    assert first["advice"]
    assert content.blocks[0].links["cell"][0] == "'应收'!D3"
    assert content.notes[0] == (
        "读取 2 行，2 个问题（错误 1，警告 1，提示 0），1 行未计入（金额 0.00，1 行金额不明）"
    )
    assert data["key"].is_unique


def test_in_english():
    (content,) = actions()["check"].run(read(LEDGER), Settings(0, "en")).sheets
    assert content.name == "Data check"
    assert data_of(content)["found"].tolist()[0] == "Not an amount: 一百"


def test_a_clean_book_says_so():
    tables = read(sheet("应收", [HEAD, ["A1", "甲", DAY, 5]]))
    content = check.check_sheet(tables.problems, tables, "zh")
    assert len(data_of(content)) == 0
    assert "没有发现问题" in content.notes
    assert content.blocks[0].table is None


def test_a_book_without_tables_says_what_to_do():
    tables = read(sheet("Sheet1", [["x"]]))
    assert any("没有识别出任何表" in n for n in check.check_sheet((), tables, "zh").notes)


def test_errors_come_first_then_by_row():
    said = [
        Problem("note_row", "info", "receivables", "应收", "A9", params={"n": 1}),
        Problem("bad_date", "error", "receivables", "应收", "C10", params={"heading": "到期日"}),
        Problem("bad_date", "error", "receivables", "应收", "C9", params={"heading": "到期日"}),
    ]
    data = data_of(check.check_sheet(said, read(), "zh"))
    assert data["cell"].tolist() == ["应收!C9", "应收!C10", "应收!A9"]


def test_a_problem_said_twice_is_listed_once():
    one = Problem("date_1904", "info")
    assert len(data_of(check.check_sheet([one, one], read(), "zh"))) == 1


def test_rows_of_other_actions_stay_and_own_ones_are_replaced():
    dunning = Problem(
        "due_date_missing", "warning", "receivables", "应收", "C3",
        params={"amount": "5.00"}, amount=500, source="dunning",
    )  # fmt: skip
    tables = read(LEDGER)
    first = check.check_sheet([*tables.problems, dunning], tables, "zh", source="dunning")
    assert "due_date_missing" in data_of(first)["code"].tolist()
    again = read_tables(book(LEDGER, as_written(first)))
    assert "check" not in again.found
    later = check.check_sheet(again.problems, again, "zh", source="aging")
    kept = data_of(later)[data_of(later)["code"] == "due_date_missing"].iloc[0]
    assert (kept["cell"], kept["amount"], kept["severity"]) == ("应收!C3", 500, "◐ 警告")
    assert len(data_of(later)) == len(data_of(first))
    gone = check.check_sheet(again.problems, again, "zh", source="dunning")
    assert "due_date_missing" not in data_of(gone)["code"].tolist()


def test_kept_rows_survive_a_change_of_language():
    dunning = Problem("date_1904", "warning", source="dunning")
    tables = read(LEDGER)
    first = check.check_sheet([dunning], tables, "zh", source="dunning")
    again = read_tables(book(LEDGER, as_written(first)))
    later = data_of(check.check_sheet((), again, "en", source="aging"))
    assert later["severity"].tolist() == ["◐ Warning"]


@pytest.mark.parametrize(
    ("count", "rows"), [(check.LIMIT, check.LIMIT), (check.LIMIT + 3, check.LIMIT + 1)]
)
def test_very_many_of_one_code_are_counted_and_not_dropped(count, rows):
    said = [
        Problem("lone_amount", "error", "receivables", "应收", f"D{i}", amount=100)
        for i in range(2, count + 2)
    ]
    content = check.check_sheet(said, read(), "zh")
    data = data_of(content)
    assert len(data) == rows
    assert data["amount"].sum() == count * 100
    assert f"{count:,} 行未计入（金额 {count:,}.00）" in content.notes[0]
    assert ("同类问题还有 3 条未逐条列出" in data["found"].tolist()) == (rows < count)


def test_every_code_of_the_reading_has_its_three_texts():
    """Codes stand in the sources as plain strings; each must have its words in both languages."""
    root = Path(check.__file__).parent
    modules = ["columns", "judging", "region", "recognition", "findings", "parameters"]
    call = r"(?:say|unusable|_said|_problem|problem|Problem|Finding|_cell_note)"
    patterns = (rf'{call}\(\s*(?:[a-z_]+,\s*)*"([a-z_0-9]+)"', r'code = "([a-z_0-9]+)"')
    sources = [(root / f"{name}.py").read_text(encoding="utf-8") for name in modules]
    codes = {code for one in sources for pattern in patterns for code in re.findall(pattern, one)}
    codes -= {"error", "warning", "info"}
    codes |= {f"bad_{kind}" for kind in ("number", "rate", "days", "count")}
    codes |= {f"date_order_{by}" for by in ("column", "sibling", "setting", "assumed")}
    assert len(codes) > 30
    for code in codes:
        for text in (f"check.{code}", f"check.{code}.expected", f"check.{code}.advice"):
            assert texts.has(text), text


def test_texts_of_the_reading_fill_with_their_parameters():
    params = dict.fromkeys(
        ("heading", "n", "order", "day", "scale", "total", "sum", "gap", "tied", "first", "needs",
         "rival", "best", "expected", "default"), "mdy",
    )  # fmt: skip
    for row in workbook_templates.rows("texts/check"):
        code = row["code"].split(".")
        if code[0] == "check" and len(code) == 3 and code[2] == "advice":
            for lang in ("zh", "en"):
                found = check.describe(Problem(code[1], "info", params=params), lang)
                assert all(found), code


def test_old_rows_of_a_sheet_that_is_not_ours_are_none():
    tables = read(sheet("数据检查", [["代码", "来源", "发现"], ["x", "催收清单", "y"]]))
    assert check.old_rows(tables) == []
    empty = Sheet("数据检查", np.empty((0, 0), dtype=object), mark=Mark("check"))
    assert check.old_rows(read_tables(book(empty))) == []
