"""Cells of every form become dates, cents, texts and flags; what cannot be read is said."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from macros import amounts, dates
from tests.macros.books import Day, codes, read_rows, said, values
from udfs.values import MISSING, CellError

HEAD = ["单据号", "客户名称", "单据日期", "到期日", "应收金额", "是否争议"]


def ledger(*rows):
    return read_rows(HEAD, *rows)


def one(field, cell):
    """Read a ledger of one row (and a second one with a number, so that it is no CSV)."""
    row = ["A1", "甲", None, None, 100, None]
    row[HEAD.index(field)] = cell
    return ledger(row, ["A2", "乙", None, None, 1, None])


@pytest.mark.parametrize(
    "cell",
    [
        "2025-06-30", "2025/6/30", "2025.6.30", "20250630", 20250630, "2025年6月30日",
        "2025年6月30号", "2025 年 6 月 30 日", "30-Jun-2025", "30 June 2025", "Jun 30, 2025",
        "30/06/2025", "6/30/2025", "2025-06-30 00:00:00", "2025/6/30 14:23", "2025-06-30T08:00:00Z",
        "6/30/2025 2:23 PM", "2025年6月30日 下午3:20", "２０２５／６／３０", "2025-6-30（星期一）",
        "Mon, 30 Jun 2025", "30.06.2025", "6/30/25", "45838", 45838, 45838.75, Day("2025-06-30"),
    ],
)  # fmt: skip
def test_a_date_in_every_form(cell):
    assert values(one("到期日", cell), "receivables", "due_date")[0] == 45838


@pytest.mark.parametrize(
    "cell",
    ["2025-06-31", "2025年6月", "2025-13-01", "明天", 2025, 7, True, "32/01/2025", "2025-6", "1e9"],
)
def test_what_is_no_date_is_missing_and_said(cell):
    tables = one("到期日", cell)
    assert values(tables, "receivables", "due_date")[0] is None
    assert [(p.severity, p.cell) for p in tables.problems if p.code == "bad_date"] == [
        ("warning", "D2")
    ]
    assert len(tables.found["receivables"]) == 2


@pytest.mark.parametrize("cell", [None, "", "  ", "-", "—", "/", "N/A", "无"])
def test_a_word_for_nothing_is_a_blank_date_in_silence(cell):
    tables = one("到期日", cell)
    assert values(tables, "receivables", "due_date")[0] is None
    assert codes(tables) == []


@pytest.mark.parametrize(
    ("serial", "formatted", "expected"),
    [(19_999, False, MISSING), (20_000, False, 20_000), (99_999, False, 99_999),
     (100_000, False, MISSING), (19_999, True, 19_999), (0, True, MISSING), (1, True, 1)],
)  # fmt: skip
def test_a_plain_number_is_a_date_only_where_that_is_likely(serial, formatted, expected):
    found = dates.from_numbers(np.array([float(serial)]), np.array([formatted]))
    assert found.tolist() == [expected]


def order(*cells, other=None):
    rows = [[f"A{i}", "甲", other, cell, 1, None] for i, cell in enumerate(cells)]
    return ledger(*rows)


def test_the_column_decides_what_one_cell_leaves_open():
    american = order("1/2/2013", "1/15/2013")
    assert values(american, "receivables", "due_date") == [41276, 41289]
    assert [p.params["order"] for p in american.problems if p.code == "date_order_column"] == [
        "mdy"
    ]
    european = order("1/2/2013", "15/1/2013")
    assert values(european, "receivables", "due_date") == [41306, 41289]
    (problem,) = [p for p in european.problems if p.code == "date_order_column"]
    assert (problem.severity, problem.cell, problem.params["n"]) == ("info", "D2", 1)


def test_a_day_that_is_the_same_both_ways_is_not_open():
    assert "date_order_assumed" not in codes(order("2/2/2013"))


def test_the_sibling_column_decides_where_the_column_cannot():
    tables = order("1/2/2013", other="31/12/2012")
    assert values(tables, "receivables", "due_date") == [41306]
    assert "date_order_sibling" in codes(tables)


def test_where_nothing_decides_it_is_an_assumption_and_a_warning():
    tables = order("1/2/2013")
    assert values(tables, "receivables", "due_date") == [41276]
    assert [p.severity for p in tables.problems if p.code == "date_order_assumed"] == ["warning"]


def test_both_orders_in_one_column_are_reported_cell_by_cell():
    tables = order("13/04/2026", "14/04/2026", "04/20/2026", "04/05/2026")
    assert values(tables, "receivables", "due_date") == [46125, 46126, 46132, 46146]
    assert said(tables, "date_order_mixed") == [("warning", "D4", "04/20/2026")]
    assert said(tables, "date_open") == [("warning", "D5", "04/05/2026")]


def test_a_tie_between_the_orders_goes_to_the_sibling():
    tables = order("13/04/2026", "04/20/2026", "04/05/2026", other="2026/1/1")
    assert "date_order_assumed" in codes(tables)
    tables = order("13/04/2026", "04/20/2026", "04/05/2026", other="30/1/2026")
    assert values(tables, "receivables", "due_date")[2] == 46146


def test_two_digit_years_follow_the_column_too():
    tables = order("25-6-30", "25-7-31")
    assert values(tables, "receivables", "due_date") == [45838, 45869]


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        (100, 10_000), (0.1 + 0.2, 30), (1.005, 101), (-0.125, -13), (1234.565, 123_457),
        (8.115, 812), (2.675, 268), (1e12, 10**14), ("¥1,234.00", 123_400),
        ("￥1,234.00", 123_400), ("1,234.00元", 123_400), ("$4,235.00", 423_500),
        ("(1,234.00)", -123_400), ("（1,234.00）", -123_400), ("-1,234.5", -123_450),
        ("1,234.00-", -123_400), ("１，２３４．５０", 123_450), ("1 234.50 ", 123_450),
        ("RMB 1,234", 123_400), ("人民币1,000元", 100_000), ("12.5万", 12_500_000),
        ("1.234,56", 123_456), ("1.0E+05", 10_000_000), ("0", 0), (0, 0), ("1.005", 101),
    ],
)  # fmt: skip
def test_an_amount_in_every_form(cell, cents):
    assert values(one("应收金额", cell), "receivables", "amount")[0] == cents


@pytest.mark.parametrize("cell", ["1,23", "一百", "12..5", "1-2", True, "#"])
def test_what_is_no_amount_leaves_the_row_out_and_says_so(cell):
    tables = one("应收金额", cell)
    assert len(tables.found["receivables"]) == 1
    wanted = "missing_required" if cell == "#" else "bad_amount"
    assert [(p.severity, p.cell) for p in tables.problems if p.code == wanted] == [("error", "E2")]


@pytest.mark.parametrize("cell", [None, "-", "—"])
def test_a_blank_amount_is_missing_and_not_zero(cell):
    tables = one("应收金额", cell)
    assert values(tables, "receivables", "amount") == [100]
    assert said(tables, "missing_required") == [("error", "E2", "")]


def test_an_amount_finer_than_a_cent_is_rounded_half_up_and_said():
    assert said(one("应收金额", 1.005), "amount_rounded") == [("info", "E2", "1.005")]
    assert said(one("应收金额", 1.01), "amount_rounded") == []


@pytest.mark.parametrize(("cell", "ok"), [(9e13, True), (90_071_992_547_409.93, False)])
def test_beyond_exact_cents_an_amount_cannot_be_used(cell, ok):
    tables = one("应收金额", cell)
    assert ("amount_too_large" in codes(tables)) is not ok
    assert len(tables.found["receivables"]) == 1 + ok


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("是", True), ("否", False), ("Yes", True), ("no", False), ("√", True), ("TRUE", True),
     (True, True), (False, False), (1, True), (0, False), ("×", False), (None, None), ("-", None)],
)  # fmt: skip
def test_flags(cell, expected):
    tables = one("是否争议", cell)
    assert values(tables, "receivables", "disputed")[0] == expected
    assert "bad_flag" not in codes(tables)


@pytest.mark.parametrize("cell", ["也许", 2, CellError.NA])
def test_a_flag_that_is_none_is_missing_and_said(cell):
    tables = one("是否争议", cell)
    assert values(tables, "receivables", "disputed")[0] is None
    assert [p.severity for p in tables.problems] == ["warning"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(12345.0, "12345"), ("000123", "000123"), (" INV 1　", "INV 1"), ("A\nB", "A B"),
     (0.5, "0.5"), (123456789012345, "123456789012345"), (Day("2025-06-30"), "2025-06-30"),
     (True, "TRUE"), ("-", ""), ("'0012", "'0012")],
)  # fmt: skip
def test_texts(cell, expected):
    assert values(one("单据号", cell), "receivables", "document")[0] == expected


def test_a_number_of_more_than_15_digits_has_lost_some():
    assert said(one("单据号", 1e15), "long_number") == [("warning", "A2", "1e+15")]
    assert said(one("单据号", 1e15 - 1), "long_number") == []


def test_invisible_characters_are_taken_off_and_said():
    tables = one("客户名称", "甲\x07\u200b公司")
    assert values(tables, "receivables", "customer_name")[0] == "甲公司"
    assert said(tables, "control_characters") == [("info", "B2", "甲\x07\u200b公司")]


@pytest.mark.parametrize(
    ("cell", "said_so"),
    [("=1+1", True), ("@SUM(A1)", True), ("+cmd", True), ("-甲", True), ("+86 138-0000", False),
     ("甲=乙", False)],
)  # fmt: skip
def test_a_text_that_looks_like_a_formula_stays_text(cell, said_so):
    tables = one("客户名称", cell)
    assert values(tables, "receivables", "customer_name")[0] == cell
    assert ("looks_like_formula" in codes(tables)) is said_so


def test_an_error_cell_costs_the_row_only_where_the_field_is_required():
    optional = one("到期日", CellError.REF)
    assert len(optional.found["receivables"]) == 2
    assert said(optional, "error_cell") == [("warning", "D2", "#REF!")]
    required = one("应收金额", CellError.NA)
    assert len(required.found["receivables"]) == 1
    assert said(required, "error_cell") == [("error", "E2", "#N/A")]


def test_a_formula_without_a_result_is_never_a_blank():
    rows = [["A1", "甲", None, None, None, None], ["A2", "乙", None, None, 5, None]]
    tables = read_rows(HEAD, *rows, uncached=[(2, 5), (3, 4)])
    assert said(tables, "uncached") == [("warning", "D3", ""), ("error", "E2", "")]
    assert values(tables, "receivables", "amount") == [500]


def test_a_row_of_unknown_formulas_only_is_not_a_blank_row():
    tables = read_rows(HEAD, [None] * 6, ["A2", "乙", None, None, 5, None], uncached=[(2, 5)])
    assert said(tables, "uncached") == [("error", "E2", "")]


def test_numbers_stored_as_text_are_said_in_a_workbook_and_not_in_a_csv():
    assert said(one("应收金额", "5"), "text_amount") == [("info", "E2", "5")]
    csv = ledger(["A1", "甲", None, "2025-06-30", "5", None])
    assert codes(csv) == []


def test_two_currency_signs_make_a_currency_column():
    tables = ledger(
        ["A1", "甲", None, None, "¥5", None], ["A2", "乙", None, None, "$5", None],
        ["A3", "丙", None, None, 5, None],
    )  # fmt: skip
    assert values(tables, "receivables", "currency") == ["CNY", "USD", ""]
    assert said(tables, "mixed_signs") == [("warning", "E1", "CNY, USD")]
    assert not one("应收金额", "¥5").found["receivables"].has("currency")


def test_rates_and_scores():
    head = ["客户编号", "客户名称", "信用评分", "违约风险"]
    tables = read_rows(
        head,
        ["C1", "甲", 80, "5%"],
        ["C2", "乙", "八十", 0.05],
        ["C3", "丙", "79.5", 5],
        name="客户",
    )
    assert values(tables, "customers", "score") == [80, None, 79.5]
    assert values(tables, "customers", "risk") == [0.05, 0.05, None]
    assert [(p.code, p.cell) for p in tables.problems] == [("bad_number", "C3"), ("bad_rate", "D4")]
    head[3] = "违约风险(%)"
    assert values(read_rows(head, ["C1", "甲", 80, 5], name="客户"), "customers", "risk") == [0.05]


def test_to_minor_is_half_up_away_from_zero():
    assert amounts.to_minor(Decimal("-0.125")) == (-13, False)
    assert amounts.to_minor(Decimal("0.124")) == (12, False)
    assert amounts.to_minor(Decimal("12.345"), 10_000) == (12_345_000, True)


def test_what_is_left_of_an_amount_beside_it_says_what_came_in():
    tables = read_rows(
        ["单据号", "客户名称", "到期日", "应收金额", "未收金额"],
        ["A1", "甲", Day("2025-06-30"), 100, 60],
        ["A2", "甲", Day("2025-06-30"), 50, None],
    )
    assert values(tables, "receivables", "amount") == [10_000, 5_000]
    assert values(tables, "receivables", "received") == [4_000, None]
    assert said(tables, "received_by_balance") == [("info", "E1", "未收金额")]


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1.2亿", 12_000_000_000), ("5千", 500_000), ("3.5万元整", 3_500_000),
        ("负3.5万", -3_500_000),
        ("1,234.50负", -123_450), ("△100", -10_000), ("▲ 1,200", -120_000), ("￥(3.5)", -350),
        ("(￥3.5)", -350), ("人民币３．５万元", 3_500_000), ("CNY 1，200.00", 120_000),
    ],
)  # fmt: skip
def test_an_amount_in_words_and_signs(typed, cents):
    assert values(one("应收金额", typed), "receivables", "amount")[0] == cents


@pytest.mark.parametrize("typed", ["负", "负债5", "3万5", "约3万", "△", "整", "万"])
def test_what_only_looks_like_an_amount_is_none(typed):
    assert values(one("应收金额", typed), "receivables", "document") == ["A2"]
    (problem,) = [p for p in one("应收金额", typed).problems if p.code == "bad_amount"]
    assert problem.severity == "error"


@pytest.mark.parametrize(("unit", "factor"), [("元", 1), ("千元", 1_000), ("亿元", 10**8)])
def test_units_of_heading_and_cell_are_not_multiplied(unit, factor):
    head = ["单据号", "客户名称", "到期日", f"应收金额（{unit}）"]
    day = Day("2025-06-30")
    tables = read_rows(head, ["A1", "甲", day, 2], ["A2", "甲", day, "3.5万"])
    assert values(tables, "receivables", "amount") == [200 * factor, 3_500_000]


def test_a_dash_is_no_zero_but_for_the_movements_of_a_balance_book():
    tables = one("应收金额", "-")
    assert values(tables, "receivables", "document") == ["A2"]
    assert "missing_required" in codes(tables)
    head = ["客户名称", "期初余额", "借方金额", "贷方金额", "期末余额"]
    book = read_rows(head, ["甲", 10, "-", "-", 10], name="2024")
    assert values(book, "receivables", "amount") == [1_000]
