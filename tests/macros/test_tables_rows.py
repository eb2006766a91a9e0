"""Which rows are counted: sums, notes, repeated headers, gaps, hidden rows, keys that repeat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.check import describe, left_out
from macros.reading import read_tables
from macros.totals import check_totals
from tests.macros.books import Day, book, codes, read, read_rows, said, sheet, values
from udfs.values import MISSING, CellError

HEAD = ["单据号", "客户名称", "到期日", "应收金额", "已收金额"]
DAY = Day("2025-06-30")


def row(document, customer, amount, received=None):
    return [document, customer, DAY, amount, received]


def sums(label, amount, received=None, place=0):
    line = [None, None, None, amount, received]
    line[place] = label
    return line


def test_sum_rows_are_left_out_and_tie():
    tables = read_rows(
        HEAD, row("A1", "甲", 100, 1), row("A2", "甲", 50), sums("甲 小计", 150, 1, place=1),
        row("B1", "乙", 30), sums("小计", 30), sums("合 计：", 180, 1),
    )  # fmt: skip
    assert values(tables, "receivables", "document") == ["A1", "A2", "B1"]
    (problem,) = tables.problems
    assert (problem.code, problem.severity, problem.cell) == ("totals_left_out", "info", "A4")
    assert problem.params == {"n": 3, "tied": 5}


@pytest.mark.parametrize(("stated", "gap"), [(180, None), (180.01, "0.01"), (179.99, "-0.01")])
def test_a_sum_that_does_not_tie_is_said_with_the_difference(stated, gap):
    tables = read_rows(HEAD, row("A1", "甲", 150), row("A2", "乙", 30), sums("合计", stated))
    found = [(p.cell, p.params["gap"]) for p in tables.problems if p.code == "total_differs"]
    assert found == ([("D4", gap)] if gap else [])


def test_a_row_left_out_shows_in_the_sum():
    """The 合计 holds an amount that we cannot count: the difference names it."""
    tables = read_rows(
        HEAD, row("A1", "甲", 100), ["A2", "乙", DAY, "一百", None], sums("合计", 200)
    )
    (differs,) = [p for p in tables.problems if p.code == "total_differs"]
    assert differs.params == {"sum": "100.00", "gap": "100.00"}


def test_a_sum_above_its_details():
    tables = read_rows(HEAD, sums("合计", 130), row("A1", "甲", 100), row("A2", "乙", 30))
    assert [p.params["tied"] for p in tables.problems] == [1]


def test_a_customer_whose_name_ends_in_total_is_a_customer():
    tables = read_rows(HEAD, row("A1", "ABC Total", 100), row("A2", "北京总计", 30))
    assert len(tables.found["receivables"]) == 2
    assert codes(tables) == []


def test_an_unlabelled_sum_is_not_counted_twice_and_a_lone_amount_not_lost():
    tables = read_rows(HEAD, row("A1", "甲", 100), row("A2", "乙", 30), sums(None, 130))
    assert values(tables, "receivables", "amount") == [10_000, 3_000]
    assert said(tables, "unlabelled_total") == [("warning", "D4", "130.00")]
    tables = read_rows(HEAD, row("A1", "甲", 100), sums(None, 77.5))
    assert said(tables, "lone_amount") == [("error", "D3", "77.50")]
    assert left_out(tables.problems) == (1, 7_750, 0)


def test_check_totals_finds_the_stretch_that_a_sum_is_of():
    """Two projects under one customer, then a second customer, then everything."""
    rows = np.array([1, 2, 4, 6], dtype=np.int64)
    details = np.array([10, 20, 5, 7], dtype=np.int64)
    found = check_totals(rows, details, np.array([3, 5, 7, 8]), np.array([30, 35, 7, 43]), column=0)
    assert [total.difference for total in found] == [0, 0, 0, 1]
    none = check_totals(rows, details, np.array([9]), np.array([MISSING]), column=0)
    assert none == []


def test_blank_rows_are_skipped_and_are_not_the_end():
    tables = read_rows(HEAD, row("A1", "甲", 1), *[[]] * 40, row("A2", "乙", 2), [" ", None])
    assert tables.found["receivables"].frame["row"].tolist() == [2, 43]
    assert tables.found["receivables"].regions[0].last_row == 43


def test_a_header_printed_again_is_skipped_and_said():
    tables = read_rows(HEAD, row("A1", "甲", 1), HEAD, row("A2", "乙", 2))
    assert len(tables.found["receivables"]) == 2
    assert said(tables, "repeated_header") == [("info", "A3", "")]


def test_notes_below_a_table_are_no_rows():
    tables = read_rows(HEAD, row("A1", "甲", 1), [], ["制表人：张三"], ["审核：李四"])
    assert len(tables.found["receivables"]) == 1
    assert [(p.code, p.cell, p.params["n"]) for p in tables.problems] == [("note_row", "A4", 2)]


@pytest.mark.parametrize("label", ["制表人：张三", "签字：", "备注", "审核：李四", "注：含税"])
@pytest.mark.parametrize("gap", [0, 1])
def test_a_signature_beside_the_sum_of_the_column_is_a_sum(label, gap):
    tables = read_rows(
        HEAD, row("A1", "甲", 100, 1), row("A2", "乙", 30.25), *[[]] * gap, sums(label, 130.25, 1)
    )
    assert values(tables, "receivables", "document") == ["A1", "A2"]
    (problem,) = tables.problems
    assert (problem.code, problem.cell) == ("totals_left_out", f"A{4 + gap}")
    assert problem.params == {"n": 1, "tied": 2}


def test_a_signature_beside_the_sum_of_the_last_stretch_is_a_sum():
    tables = read_rows(
        HEAD, row("A1", "甲", 100), sums("小计", 100), row("B1", "乙", 30), row("B2", "乙", 5),
        sums("制表：王芳", 35),
    )  # fmt: skip
    assert values(tables, "receivables", "document") == ["A1", "B1", "B2"]


@pytest.mark.parametrize("amount", [130.26, 30, 100, 0])
def test_a_signature_beside_another_amount_stays_a_row(amount):
    tables = read_rows(
        HEAD, row("A1", "甲", 100), row("A2", "乙", 30.25), sums("制表人：张三", amount)
    )
    assert not said(tables, "totals_left_out")
    assert values(tables, "receivables", "amount") == [10_000, 3_025, round(amount * 100)]
    assert [p.cell for p in tables.problems] == ["B4"]  # without a customer


def test_a_dated_row_that_begins_like_a_note_is_a_detail_whatever_its_amount():
    tables = read_rows(
        HEAD, row("A1", "甲", 100), row("A2", "乙", 30), ["备注", "丙", DAY, 130, None]
    )
    assert values(tables, "receivables", "document") == ["A1", "A2", "备注"]


def test_the_first_row_is_no_sum_of_nothing():
    tables = read_rows(HEAD, sums("备注", 100), row("A1", "甲", 100))
    assert not said(tables, "totals_left_out")


@pytest.mark.parametrize(
    ("line", "place"),
    [(["A2", "乙", DAY, None, None], "D3"), (["A2", None, DAY, None, 5], "D3")],
)
def test_a_row_without_an_amount_is_left_out_with_an_error(line, place):
    tables = read_rows(HEAD, row("A1", "甲", 1), line)
    assert len(tables.found["receivables"]) == 1
    assert said(tables, "missing_required") == [("error", place, "")]


def test_a_row_left_out_carries_its_amount():
    head = ["回款日期", "客户名称", "回款金额"]
    tables = read_rows(head, [DAY, "甲", 5], ["昨天", "乙", 7.25], name="回款")
    (problem,) = tables.problems
    assert (problem.code, problem.severity, problem.cell, problem.amount) == (
        "bad_date", "error", "A3", 725,
    )  # fmt: skip
    assert left_out(tables.problems) == (1, 725, 0)


def test_a_row_with_two_faults_counts_its_amount_once():
    head = ["开始日期", "截止日期", "目标金额", "项目"]
    tables = read_rows(head, ["?", "昨天", 9, "P"], [DAY, DAY, 1, "P"], name="目标")
    assert [p.severity for p in tables.problems] == ["error", "error"]
    assert left_out(tables.problems) == (1, 900, 0)


def test_a_row_without_a_number_is_counted_and_said():
    tables = read_rows(HEAD, row(None, "甲", 5))
    assert values(tables, "receivables", "amount") == [500]
    assert said(tables, "missing_key") == [("warning", "A2", "")]


def test_a_number_that_stands_twice_is_counted_twice_and_said_with_both_places():
    tables = read_rows(HEAD, row("A1", "甲", 5), row("ａ1", "甲", 6))
    assert values(tables, "receivables", "amount") == [500, 600]
    (problem,) = tables.problems
    assert (problem.code, problem.severity, problem.cell) == ("duplicate_key", "warning", "A3")
    assert problem.params["first"] == "A2"


def test_instalments_under_one_number_are_lines():
    other = ["A1", "甲", Day("2025-07-31"), 6, None]
    tables = read_rows(HEAD, row("A1", "甲", 5), other)
    assert [(p.code, p.severity) for p in tables.problems] == [("lines_of_key", "info")]


def test_hidden_rows_are_counted_and_said():
    rows = [HEAD, row("A1", "甲", 5), row("A2", "乙", 6.5)]
    tables = read(sheet("应收", rows, hidden_rows=[3]))
    assert len(tables.found["receivables"]) == 2
    (problem,) = tables.problems
    assert (problem.code, problem.params) == ("hidden_rows", {"n": 1, "total": "6.50"})


def test_a_hidden_sheet_is_read_and_said_but_a_visible_one_is_preferred():
    rows = [HEAD, row("A1", "甲", 5)]
    assert codes(read(sheet("应收", rows, visible=False))) == ["hidden_sheet"]
    both = read(sheet("应收 旧", rows, visible=False), sheet("应收 新", [*rows, row("B", "乙", 1)]))
    assert both.found["receivables"].regions[0].sheet == "应收 新"


@pytest.mark.parametrize(("due", "wrong"), [("2025-06-30", False), ("2025-06-29", True)])
def test_a_due_date_before_the_document_is_said(due, wrong):
    head = ["单据号", "客户名称", "单据日期", "到期日", "应收金额"]
    tables = read_rows(head, ["A1", "甲", DAY, Day(due), 5])
    assert codes(tables) == (["dates_reversed"] if wrong else [])


def test_a_balance_column_is_turned_into_the_full_amount():
    head = ["客户名称", "项目", "未收金额", "已收金额", "到期日"]
    tables = read_rows(head, ["甲", "P", 100, 50, DAY], ["乙", "P", 7, None, DAY])
    assert values(tables, "receivables", "amount") == [15_000, 700]
    assert said(tables, "balance_and_received") == [("info", "C1", "未收金额")]
    alone = read_rows(["客户名称", "欠款金额", "到期日"], ["甲", 100, DAY])
    assert said(alone, "amount_is_balance") == [("info", "B1", "欠款金额")]


def test_the_1904_system_is_said():
    rows = sheet("应收", [HEAD, row("A1", "甲", 5)])
    assert codes(read(rows, date_1904=True)) == ["date_1904"]
    assert codes(read(rows)) == []


def test_a_link_leads_to_the_cell():
    tables = read(sheet("应'收", [[], HEAD, row("A1", "甲", 5)]))
    assert tables.found["receivables"].link(0, "amount") == "'应''收'!D3"


def test_parameters_by_any_name_and_bad_ones_said():
    tables = read_rows(
        ["参数", "值"],
        ["基准日", Day("2026-06-30")],
        ["Display unit", "万元"],
        ["dunning_minimum", 250.5],
        ["最小催收间隔", "七"],
        ["颜色", "红"],
        ["基准日", "2025-01-01"],
        ["未评分客户风险", "5%"],
        name="参数",
    )
    assert tables.parameters == {
        "as_of": "2026-06-30", "unit": "wan", "dunning_minimum": "250.5", "unscored_risk": "0.05",
    }  # fmt: skip
    assert [(p.code, p.severity, p.cell) for p in tables.problems if p.table == "settings"][
        -3:
    ] == [
        ("bad_setting", "warning", "B5"),
        ("unknown_setting", "info", "A6"),
        ("setting_twice", "warning", "A7"),
    ]


def test_a_value_out_of_bounds_on_the_sheet_is_a_problem_and_the_default_is_used():
    tables = read_rows(["参数", "值"], ["最小催收间隔", -5], ["显示单位", "亿"], name="参数")
    assert tables.parameters == {}
    assert said(tables, "bad_setting") == [("warning", "B2", "-5"), ("warning", "B3", "亿")]
    interval, unit = (describe(p, "zh") for p in tables.problems if p.code == "bad_setting")
    assert interval[1:] == (
        "“最小催收间隔”可用的值：整天数，0 至 366", "未用此值，按默认值（7）计算；请改正",
    )  # fmt: skip
    assert unit[1:] == (
        "“显示单位”可用的值：元 / 万元", "未用此值，按默认值（元）计算；请改正",
    )  # fmt: skip


def test_the_setting_of_the_date_order_is_obeyed():
    ledger = sheet("应收", [HEAD, ["A1", "甲", "1/2/2013", 5, None]])
    setting = sheet("参数", [["参数", "值"], ["日期顺序", "日月年"]])
    assert values(read(ledger), "receivables", "due_date") == [41276]
    tables = read(ledger, setting)
    assert values(tables, "receivables", "due_date") == [41306]
    assert "date_order_setting" in codes(tables)


def test_reading_twice_gives_the_same():
    one = book(sheet("应收", [HEAD, row("A1", "甲", 5), sums("合计", 6)]))
    assert read_tables(one).problems == read_tables(one).problems


CELLS = st.tuples(
    st.sampled_from(["A1", "A2", None, 12345.0, "\x07"]),
    st.sampled_from(["甲", "乙公司", None, "=x"]),
    st.sampled_from([DAY, "2025/7/1", "1/2/2013", "明天", None, CellError.REF]),
    st.integers(-(10**9), 10**9).filter(bool),
)


@given(st.lists(CELLS, max_size=12))
def test_every_cent_is_counted_or_reported(lines):
    """Whatever is broken beside it, an amount is in the sums, or named as left out."""
    rows = [[*line[:3], line[3] / 100, None] for line in lines]
    tables = read_rows(HEAD, *rows)
    counted = int(tables.found["receivables"].get("amount").sum())
    unlabelled = [p.found for p in tables.problems if p.code == "unlabelled_total"]
    again = sum(round(float(one.replace(",", "")) * 100) for one in unlabelled)
    assert counted + left_out(tables.problems).amount + again == sum(line[3] for line in lines)
