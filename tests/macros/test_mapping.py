"""映射: what was recognised, listed; what she corrects, obeyed by the next reading."""

from __future__ import annotations

import numpy as np
import pytest

from macros.action import Settings, actions
from macros.book import Mark, Sheet
from macros.reading import read_tables
from tests.macros.books import Day, book, codes, sheet, values

DAY = Day("2025-06-30")
ROWS = [
    ["单据号", "客户名称", "到期日", "应收金额", "本期数", "乱七八糟"],
    ["A1", "甲", DAY, 100, 200, Day("2025-07-31")],
]


def mapping(one, lang="zh"):
    (content,) = actions()["map"].run(read_tables(one), Settings(0, lang)).sheets
    return content


def corrected(one, corrections, lang="zh"):
    """The 映射 sheet as a host writes it, with corrections typed in by heading or table."""
    content = mapping(one, lang)
    block = content.blocks[0]
    ids = [column.id for column in block.columns]
    lines = [[content.title], *[[note] for note in content.notes], []]
    lines.append([column.heading for column in block.columns])
    for record in block.data.to_dict("records"):
        name = record["heading"] or record["sheet"]
        typed = corrections.get(name) if record["heading"] or record["field"] is None else None
        lines.append([typed if column == "correction" else record[column] for column in ids])
    return sheet(content.name, lines, mark=Mark("map"))


def reread(rows, corrections, moved=None, lang="zh"):
    before = book(sheet("Sheet1", rows))
    return read_tables(book(sheet("Sheet1", moved or rows), corrected(before, corrections, lang)))


def test_every_region_and_heading_is_listed():
    content = mapping(book(sheet("Sheet1", ROWS)))
    data = content.blocks[0].data
    assert data["heading"].tolist() == [None, *ROWS[0]]
    assert data["field"].tolist() == [None, "单据号", "客户名称", "到期日", "应收金额", None, None]
    assert data["column"].tolist() == [None, *"ABCDEF"]
    assert data["range"].tolist()[:2] == ["A1:F2", "A1"]
    assert data["how"].tolist()[0] == "已读取 1 行"
    assert data["key"].is_unique
    assert "识别 1 张表，4 列；2 列未识别" in content.notes
    assert content.blocks[0].links["range"][1] == "'Sheet1'!A1"


def test_in_english():
    content = mapping(book(sheet("Sheet1", ROWS)), "en")
    assert content.name == "Mapping"
    assert content.blocks[0].data["table"].tolist()[0] == "Receivables"
    assert content.blocks[0].data["field"].tolist()[3] == "Due date"


@pytest.mark.parametrize("typed", ["应收金额", "Amount", "amount", " 应收 金额 ", "价税合计"])
def test_a_field_typed_in_any_form_is_obeyed(typed):
    assert values(reread(ROWS, {}), "receivables", "amount") == [10_000]
    tables = reread(ROWS, {"本期数": typed})
    assert values(tables, "receivables", "amount") == [20_000]
    assert codes(tables) == ["second_column"]


def test_a_correction_holds_when_columns_move():
    moved = [[line[i] for i in (5, 4, 3, 2, 1, 0)] for line in ROWS]
    tables = reread(ROWS, {"本期数": "应收金额"}, moved)
    assert values(tables, "receivables", "amount") == [20_000]
    assert tables.found["receivables"].regions[0].columns["amount"] == 2


def test_a_heading_nobody_knows_can_be_assigned():
    tables = reread(ROWS, {"乱七八糟": "结清日期"}, lang="en")
    assert values(tables, "receivables", "settled_date") == [45869]


@pytest.mark.parametrize("word", ["忽略", "ignore", "IGNORE "])
def test_an_ignored_column_is_not_read(word):
    assert not reread(ROWS, {"到期日": word}).found["receivables"].has("due_date")


@pytest.mark.parametrize("word", ["忽略", "ignore"])
def test_an_ignored_region_is_not_read_and_no_longer_mentioned(word):
    tables = reread(ROWS, {"Sheet1": word})
    assert tables.found == {}
    assert codes(tables) == []


def test_an_unknown_region_becomes_the_table_she_names():
    rows = [["客", "钱", "哪天"], ["甲", 5, DAY]]
    assert read_tables(book(sheet("Sheet1", rows))).found == {}
    named = {"Sheet1": "应收", "客": "客户名称", "钱": "应收金额", "哪天": "到期日"}
    tables = reread(rows, named)
    assert values(tables, "receivables", "amount") == [500]
    assert values(tables, "receivables", "due_date") == [45838]


def test_a_region_she_names_beats_a_better_looking_one():
    rows = [["单据号", "客户名称", "到期日", "应收金额"], ["A1", "甲", DAY, 1]]
    old = [rows[0], ["B1", "乙", DAY, 2]]
    before = book(sheet("应收", rows), sheet("旧", old))
    assert values(read_tables(before), "receivables", "document") == ["A1"]
    after = book(*before.sheets, corrected(before, {"旧": "应收"}))
    assert values(read_tables(after), "receivables", "document") == ["B1"]


@pytest.mark.parametrize(
    ("corrections", "code"),
    [
        ({"本期数": "金额啊"}, "unknown_field"),
        ({"本期数": "应收金额", "乱七八糟": "应收金额"}, "field_twice"),
        ({"Sheet1": "火星"}, "unknown_table"),
        ({"Sheet1": "目标"}, "needs_not_met"),
    ],
)
def test_a_correction_that_makes_no_sense_is_reported_at_its_cell(corrections, code):
    tables = reread(ROWS, corrections)
    found = [p for p in tables.problems if p.code == code]
    assert [(p.severity, p.sheet) for p in found] == [("warning", "映射")]
    assert found[0].cell.startswith("I")


def test_a_correction_of_a_column_that_is_gone_is_reported():
    tables = reread(ROWS, {"本期数": "应收金额"}, [line[:4] for line in ROWS])
    assert codes(tables) == ["stale_correction"]
    assert values(tables, "receivables", "amount") == [10_000]


def test_a_field_for_a_region_without_a_table_is_reported():
    rows = [["客", "钱"], ["甲", 5]]
    assert "no_table_yet" in codes(reread(rows, {"钱": "应收金额"}))


def test_a_broken_mapping_sheet_is_no_mapping():
    broken = Sheet("映射", np.array([["x", "y"]], dtype=object), mark=Mark("map"))
    one = book(sheet("Sheet1", ROWS), broken)
    assert values(read_tables(one), "receivables", "amount") == [10_000]


def test_equal_headings_are_told_apart():
    rows = [[*ROWS[0][:4], "x", "x"], ROWS[1]]
    data = mapping(book(sheet("Sheet1", rows))).blocks[0].data
    assert data["key"].is_unique


@pytest.mark.parametrize("typed", ["应收 A3:D4", "应收A3:D4", "A3:D4", "Receivables $a$3:$d$4"])
def test_a_range_she_types_is_where_the_table_stands(typed):
    """Two tables one below another; she wants the rows of the first one only up to row 4."""
    rows = [["乱写", "x"], [], ["单据号", "客户名称", "到期日", "应收金额"]]
    rows += [["A1", "甲", DAY, 1], ["草稿", "乙", DAY, 2]]
    tables = reread(rows, {"Sheet1": typed})
    assert values(tables, "receivables", "document") == ["A1"]
    region = tables.found["receivables"].regions[0]
    assert (region.header_row, region.last_row) == (3, 4)


def test_a_range_names_the_columns_too():
    rows = [["单据号", "客户名称", "到期日", "应收金额", "应收金额"], ["A1", "甲", DAY, 1, 9]]
    before = read_tables(book(sheet("Sheet1", rows)))
    assert values(before, "receivables", "amount") == [100]
    rows = [[line[0], line[1], line[2], None, line[4]] for line in rows]
    tables = reread(rows, {"Sheet1": "应收 A1:C2"})
    assert "needs_not_met" in codes(tables)


@pytest.mark.parametrize("typed", ["应收 D4:A3", "A0:B2", "应收 A3"])
def test_what_is_no_range_is_reported(typed):
    assert "unknown_table" in codes(reread(ROWS, {"Sheet1": typed}))


def test_two_regions_she_names_alike_are_read_together():
    one = [["单据号", "客户名称", "到期日", "应收金额"], ["A1", "甲", DAY, 1]]
    other = [["发票号", "客户", "付款期限", "金额"], ["B1", "乙", DAY, 2]]
    before = book(sheet("北区", one), sheet("南区", other))
    assert len(values(read_tables(before), "receivables", "document")) == 1
    named = corrected(before, {"北区": "应收", "南区": "应收"})
    after = read_tables(book(*before.sheets, named))
    assert sorted(values(after, "receivables", "document")) == ["A1", "B1"]
