"""Headers of two and three rows, units and dates above a table: read for what they say together."""

from __future__ import annotations

import numpy as np
import pytest

from macros.action import Settings, actions
from macros.balances import spread_balances
from macros.heads import composed
from macros.layout import serial
from tests.macros.books import Day, codes, read, read_rows, said, sheet, values
from udfs.balances import spread_balance

DAY = Day("2025-06-30")


def columns(tables, table):
    return dict(tables.found[table].regions[0].columns)


def bands(tables, day):
    done = actions()["aging"].run(tables, Settings(serial(day)))
    block = done.sheets[0].blocks[0]
    total = block.data.set_index("key").loc["#total"]
    assert done.tie_out == 0
    return {
        column.heading: total[column.id] / 100
        for column in block.columns
        if column.kind == "money" and total[column.id]
    }


@pytest.mark.parametrize(
    ("levels", "text", "base", "scale"),
    [
        (("应收", "金额"), "应收·金额", "应收金额", None),
        (("回款", "日期"), "回款·日期", "回款日期", None),
        (("金额信息", "到期日"), "到期日", "到期日", None),
        (("2023年", "借方"), "2023年·借方", "借方", None),
        (("借方", "2023年"), "借方·2023年", "借方", None),
        (("应收金额", "万元"), "应收金额·万元", "应收金额", 10_000),
        (("应收账款（万元）", "1年以内"), "1年以内", "1年以内", 10_000),
        (("2023年", "期末余额", "贷方"), "2023年·期末余额·贷方", "期末余额贷方", None),
        (("客户名称", "客户名称"), "客户名称", "客户名称", None),
        (("甲", "乙"), "乙", "乙", None),
    ],
)
def test_a_heading_of_several_rows(levels, text, base, scale):
    found = composed(levels)
    assert (found.text, found.base, found.scale) == (text, base, scale)


GROUPS = ["客户名称", "期初余额", None, "本期发生额", None, "期末余额", None]
SIDES = [None, "借方", "贷方", "借方", "贷方", "借方", "贷方"]
WANTED = {
    "customer_name": 1, "opening": 2, "opening_credit": 3, "debit": 4, "credit": 5,
    "closing": 6, "closing_credit": 7,
}  # fmt: skip
MERGED = [(1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 1, 5), (1, 6, 1, 7)]


@pytest.mark.parametrize("merged", [MERGED, [], MERGED[1:], MERGED[:1]])
def test_sides_below_balances_merged_or_with_blank_tails(merged):
    tables = read_rows(GROUPS, SIDES, ["甲", 10, None, 5, 3, 12, None], name="2024", merged=merged)
    assert columns(tables, "balances") == WANTED
    assert tables.found["balances"].regions[0].header_row == 2
    assert bands(tables, "2024-12-31") == {"1年以内": 5, "1年以上": 7, "合计": 12}


def test_a_credit_balance_is_an_advance():
    tables = read_rows(GROUPS, SIDES, ["甲", None, 10, 5, 3, None, 8], name="2024", merged=MERGED)
    assert bands(tables, "2024-12-31") == {"贷方/未核销": -8, "合计": -8}


def test_three_levels_with_years_above_the_sides():
    """Opening 100; 2023: 50 in, 60 out; 2024: 30 in, 20 out: 100 left, 30 + 50 + 20."""
    tables = read_rows(
        ["甲公司应收账款", *[None] * 6],
        ["编制单位：甲公司", None, None, None, "单位：万元", None, None],
        ["客户名称", "期初余额", "发生额", None, None, None, "期末余额"],
        [None, None, "2023年", None, "2024年", None, None],
        [None, None, "借方", "贷方", "借方", "贷方", None],
        ["乙", 100, 50, 60, 30, 20, 100],
        name="Sheet1",
        merged=[
            (1, 1, 1, 7), (3, 1, 5, 1), (3, 2, 5, 2), (3, 3, 3, 6), (3, 7, 5, 7),
            (4, 3, 4, 4), (4, 5, 4, 6),
        ],
    )  # fmt: skip
    assert columns(tables, "balances") == {
        "customer_name": 1, "opening": 2, "debit": 3, "credit": 4, "debit_2": 5,
        "credit_2": 6, "closing": 7,
    }  # fmt: skip
    region = tables.found["balances"].regions[0]
    assert region.headings["debit_2"] == "发生额·2024年·借方"
    assert (region.header_row, region.scales["closing"]) == (5, 10_000)
    assert bands(tables, "2024-12-31") == {
        "1年以内": 300_000, "1-2年": 500_000, "2年以上": 200_000, "合计": 1_000_000,
    }  # fmt: skip


def test_years_out_of_order_are_put_in_order():
    tables = read_rows(
        ["客户名称", "期初余额", "2024年", None, "2023年", None, "期末余额"],
        [None, None, "借方", "贷方", "借方", "贷方", None],
        ["乙", 100, 30, 20, 50, 60, 100],
        merged=[(1, 3, 1, 4), (1, 5, 1, 6)],
        name="Sheet1",
    )
    assert columns(tables, "balances")["debit"] == 5
    assert columns(tables, "balances")["debit_2"] == 3
    assert bands(tables, "2024-12-31") == {
        "1年以内": 30, "1-2年": 50, "2年以上": 20, "合计": 100,
    }  # fmt: skip


def test_ages_filled_in_by_hand_are_items_where_nothing_else_says_how_old():
    tables = read_rows(
        ["截止日期：", "2024-12-31"],
        ["客户名称", "应收账款", None, None, None],
        [None, "1年以内", "1-2年", "2-3年", "3年以上"],
        ["甲", 10, 20, None, 5],
        ["合计", 10, 20, None, 5],
        merged=[(2, 2, 2, 5)],
        name="Sheet1",
    )
    assert tables.parameters["as_of"] == "2024-12-31"
    assert bands(tables, "2024-12-31") == {
        "1年以内": 10, "1-2年": 20, "3年以上": 5, "合计": 35,
    }  # fmt: skip


def test_ages_by_hand_beside_debits_are_compared_with_the_computed_ones():
    sides = ["借方金额", "贷方金额"] * 2
    tables = read_rows(
        ["客户名称", "期初余额", *sides, "期末余额", "1年以内", "1-2年", "2年以上"],
        ["甲", 100, 0, 0, 30, 20, 110, 40, 70, 0],
        ["乙", 9, 1, 0, 0, 0, 10, 0, 1, 9],
        name="2024",
    )
    done = actions()["aging"].run(tables, Settings(serial("2024-12-31")))
    found = [(p.code, p.cell, p.found, p.params["computed"]) for p in done.problems]
    assert found == [("hand_aging_differs", "H2", "40.00", "30.00")]


def test_a_title_merged_over_the_whole_table_is_a_title():
    tables = read_rows(
        ["应收账款明细", None, None, None],
        ["单据号", "客户名称", "到期日", "金额"],
        ["A1", "甲", DAY, 5],
        merged=[(1, 1, 1, 4)],
        name="Sheet1",
    )
    assert tables.found["receivables"].regions[0].headings["amount"] == "金额"


def test_lines_above_a_table_are_no_header():
    tables = read_rows(
        ["编制单位：甲公司", None, "2025年6月", "单位：元"],
        ["单据号", "客户名称", "到期日", "应收金额"],
        ["A1", "甲", DAY, 5],
    )
    region = tables.found["receivables"].regions[0]
    assert dict(region.headings) == {
        "document": "单据号", "customer_name": "客户名称", "due_date": "到期日",
        "amount": "应收金额",
    }  # fmt: skip


def test_groups_above_a_ledger_tell_its_columns_apart():
    tables = read_rows(
        ["客户名称", "单据号", "应收", None, "已收金额"],
        [None, None, "日期", "金额", None],
        ["甲", "A1", DAY, 100, 40],
        merged=[(1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 1, 4), (1, 5, 2, 5)],
        name="Sheet1",
    )
    found = columns(tables, "receivables")
    assert (found["amount"], found["received"], found["customer_name"]) == (4, 5, 1)
    assert values(tables, "receivables", "amount") == [10_000]


def test_a_header_of_two_rows_repeated_on_every_page_is_skipped():
    row = ["甲", 10, None, 5, 3, 12, None]
    tables = read_rows(
        GROUPS, SIDES, row, ["本页小计", 10, None, 5, 3, 12, None], GROUPS, SIDES,
        ["乙", 1, None, 0, 0, 1, None], name="2024", merged=MERGED,
    )  # fmt: skip
    assert values(tables, "balances", "customer_name") == ["甲", "乙"]
    assert bands(tables, "2024-12-31")["合计"] == 13
    assert not any(p.severity == "error" for p in tables.problems)


@pytest.mark.parametrize(
    "lines",
    [
        [["截止日期：2025年6月30日"]],
        [["截止日期", Day("2025-06-30")]],
        [["报表日期：", None, "2025/6/30"]],
        [["截至2025-06-30应收账款明细表"]],
        [["As of 2025-06-30"]],
        [["编制单位：甲", None, None, "基准日：2025.6.30"], ["单位：元"]],
    ],
)
def test_the_day_above_a_table_is_offered_as_the_as_of_date(lines):
    head = ["单据号", "客户名称", "到期日", "应收金额"]
    tables = read_rows(*lines, head, ["A1", "甲", Day("2025-05-31"), 5])
    assert tables.parameters["as_of"] == "2025-06-30"
    assert [p.severity for p in tables.problems if p.code == "as_of_offered"] == ["info"]
    done = actions()["aging"].run(tables, Settings(serial("2025-06-30")))
    assert [m.code for m in done.messages] == ["as_of_offered"]
    done = actions()["aging"].run(tables, Settings(serial("2025-07-31")))
    assert done.messages == ()


@pytest.mark.parametrize(
    "line", ["截止日期：XXXX-XX-XX", "打印日期：2025-06-30", "截止日期：2025年", "合同截止"]
)
def test_what_is_no_such_day_is_not_offered(line):
    head = ["单据号", "客户名称", "到期日", "应收金额"]
    tables = read_rows([line], head, ["A1", "甲", Day("2025-05-31"), 5])
    assert "as_of" not in tables.parameters


def test_the_day_of_settings_stands_above_that_of_a_line():
    head = ["单据号", "客户名称", "到期日", "应收金额"]
    tables = read(
        sheet("应收", [["截止日期：2025-06-30"], head, ["A1", "甲", DAY, 5]]),
        sheet("参数", [["参数", "值"], ["基准日", "2025-12-31"]]),
    )
    assert tables.parameters["as_of"] == "2025-12-31"
    assert "as_of_offered" not in codes(tables)


def test_months_without_a_year_end_with_the_as_of_month():
    head = ["客户名称", "期初余额", "本月借方", "本月贷方", "期末余额"]
    tables = read(
        sheet("1月", [head, ["甲", 10, 5, 0, 15]]), sheet("2月", [head, ["甲", 15, 7, 4, 18]])
    )
    done = actions()["aging"].run(tables, Settings(serial("2025-02-28")))
    total = done.sheets[0].blocks[0].data.set_index("key").loc["#total"]
    # 7 of February (27 days old at most), 5 of January (58), 6 from before
    assert [total[f"band{n}"] for n in range(4)] == [700, 500, 600, 0]


def test_a_balance_that_does_not_add_up_is_said_and_used():
    head = ["客户名称", "期初余额", "借方金额", "贷方金额", "期末余额"]
    tables = read_rows(head, ["甲", 10, 5, 3, 13], name="2024")
    done = actions()["aging"].run(tables, Settings(serial("2024-12-31")))
    (problem,) = done.problems
    assert (problem.code, problem.cell) == ("balance_does_not_add_up", "E2")
    assert problem.params == {"computed": "12.00", "gap": "1.00"}
    assert bands(tables, "2024-12-31")["合计"] == 13


def test_a_customer_who_vanishes_with_a_balance_is_said():
    head = ["客户名称", "期初余额", "借方金额", "贷方金额", "期末余额"]
    tables = read(
        sheet("2023", [head, ["甲", 10, 0, 0, 10], ["乙", 4, 0, 0, 4]]),
        sheet("2024", [head, ["甲", 10, 0, 0, 10]]),
    )
    done = actions()["aging"].run(tables, Settings(serial("2024-12-31")))
    assert [(p.code, p.sheet, p.cell, p.found) for p in done.problems] == [
        ("balance_vanished", "2023", "E3", "4.00")
    ]


def test_balances_are_not_counted_beside_a_ledger():
    head = ["客户名称", "期初余额", "借方金额", "贷方金额", "期末余额"]
    ledger = [["单据号", "客户名称", "到期日", "应收金额"], ["A1", "甲", DAY, 5]]
    tables = read(sheet("应收", ledger), sheet("2024", [head, ["甲", 10, 0, 0, 10]]))
    assert values(tables, "receivables", "amount") == [500]
    assert said(tables, "balances_unused") == [("info", "A1", "")]


def test_many_balances_are_spread_as_the_function_spreads_one():
    rng = np.random.default_rng(20250630)
    closing = rng.integers(-500, 3_000, 300)
    debits = rng.integers(-100, 900, (300, 4))
    found = spread_balances(closing, debits)
    for one, line, parts in zip(closing, debits, found, strict=True):
        newest_first = np.append(line[::-1], 0)
        assert parts[::-1].tolist() == spread_balance(int(one), newest_first)[:-1].tolist()
