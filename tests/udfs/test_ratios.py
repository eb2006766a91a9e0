"""The seven credit ratios: what is missing stays missing, what contradicts is refused."""

from __future__ import annotations

import pytest

from tests.udfs.samples import NA, NUM, VALUE
from udfs import registry

YES = True
STATEMENT = (
    ("流动资产", 600.0), ("存货", 200.0), ("流动负债", 400.0), ("负债总额", 700.0),
    ("资产总额", 1200.0), ("营业收入", 1500.0), ("营业成本", 1100.0), ("净利润", 75.0),
    ("平均资产总额", 1150.0), ("平均存货", 220.0), ("平均应收账款", 250.0),
)  # fmt: skip


def ratios(rows, field="*", prepaid=None):
    return registry.call("AR_CREDIT_RATIOS", rows, prepaid, field)


def without(*items):
    return tuple(row for row in STATEMENT if row[0] not in items)


def test_the_seven_by_chinese_names():
    heads, values = ratios(STATEMENT)
    assert heads == (
        "资产负债率", "流动比率", "速动比率", "净利润率", "资产回报率", "库存周转率",
        "应收账款周转率",
    )  # fmt: skip
    assert [round(value, 6) for value in values] == [0.583333, 1.5, 1.0, 0.05, 0.065217, 5.0, 6.0]


def test_a_heading_english_names_and_other_words_for_an_item():
    rows = (("项目", "金额"), ("Total current assets", 600.0), ("流动负债合计", 400.0))
    assert ratios(rows, "流动比率") == 1.5
    assert ratios((("总资产", 200.0), ("负债合计", 50.0)), "debt_ratio") == 0.25


def test_an_average_as_given_or_else_of_opening_and_closing():
    rows = (*without("平均存货"), ("期初存货", 240.0))
    assert ratios(rows, "inventory_turnover") == 5.0  # 1100 / ((240 + 200) / 2)
    assert ratios((*STATEMENT, ("期初存货", 9999.0)), "inventory_turnover") == 5.0
    assert ratios(without("平均存货"), "inventory_turnover") is NA  # the closing one alone is none
    rows = (("净利润", 10.0), ("期初总资产", 90.0), ("期末总资产", 110.0))
    assert ratios(rows, "资产回报率") == 0.1


def test_prepayments_are_taken_off_on_request_and_must_then_be_known():
    rows = (*STATEMENT, ("预付账款", 40.0))
    assert ratios(rows, "速动比率") == 1.0
    assert ratios(rows, "速动比率", YES) == 0.9
    assert ratios(STATEMENT, "速动比率", YES) is NA


@pytest.mark.parametrize("amount", [None, NA, 0.0])
def test_without_a_base_only_its_own_ratios_have_no_answer(amount):
    rows = (*without("流动负债"), ("流动负债", amount))
    assert ratios(rows, "流动比率") is NA
    assert ratios(rows, "速动比率") is NA
    assert ratios(rows, "资产负债率") == pytest.approx(7 / 12)


def test_inventory_that_is_not_given_is_not_nothing():
    assert ratios(without("存货"), "速动比率") is NA
    assert ratios((*without("存货"), ("存货", 0.0)), "速动比率") == 1.5


def test_a_negative_base_is_no_excellent_ratio():
    assert ratios((("负债总额", 700.0), ("资产总额", -1200.0)), "资产负债率") is NUM
    assert ratios((("净利润", -75.0), ("营业收入", 1500.0)), "净利润率") == -0.05


def test_an_item_that_stands_twice_contradicts_and_an_unknown_one_is_not_read():
    assert ratios((*STATEMENT, ("存货净额", 200.0)), "流动比率") is NUM
    assert ratios((*STATEMENT, ("存货净额", NA)), "流动比率") is NUM
    assert ratios((*STATEMENT, ("海运费", 200.0)), "流动比率") == 1.5
    assert ratios((*STATEMENT, ("海运费", "见附注"), ("合计：", NA)), "流动比率") == 1.5
    assert ratios((*STATEMENT, (None, 5.0)), "流动比率") is NA
    assert ratios((("海运费", 200.0), ("办公费", 5.0)), "流动比率") is VALUE
    assert ratios((*without("存货"), ("存货", "约二百")), "流动比率") is VALUE
    assert ratios((*STATEMENT, (NUM, 200.0)), "流动比率") is NUM


#: A balance sheet and an income statement as they are printed in China (财会〔2019〕6号).
PRINTED = (
    ("项目", "期末余额", "上年年末余额"),
    ("流动资产：", None, None),
    ("  货币资金", 100.0, 90.0),
    ("  应收账款", 300.0, 200.0),
    ("  预付款项", 40.0, "—"),
    ("  存货", 200.0, 180.0),
    ("    其中：原材料", 50.0, 40.0),
    ("流动资产合计", 600.0, 500.0),
    ("非流动资产：", None, None),
    ("  固定资产", "见附注七", None),
    ("资产总计", 1200.0, 1100.0),
    ("流动负债：", None, None),
    ("流动负债合计", 400.0, 380.0),
    ("负债合计", 700.0, 650.0),
    ("所有者权益（或股东权益）：", None, None),
    ("所有者权益（或股东权益）合计", 500.0, 450.0),
    ("负债和所有者权益（或股东权益）总计", 1200.0, 1100.0),
    (None, None, None),
    ("一、营业总收入", 1510.0, None),
    ("其中：营业收入", 1500.0, None),
    ("二、营业总成本", 1400.0, None),
    ("其中：营业成本（元）", 1100.0, None),
    ("三、营业利润（亏损以“－”号填列）", 100.0, None),
    ("减：所得税费用", 25.0, None),
    ("四、净利润（净亏损以“－”号填列）", 75.0, None),
    ("（一）持续经营净利润（净亏损以“－”号填列）", 75.0, None),
)


def test_a_whole_printed_statement_can_be_selected():
    _, values = ratios(PRINTED)
    assert [round(value, 6) for value in values[:4]] == [0.583333, 1.5, 1.0, 0.05]
    assert ratios(PRINTED, "速动比率", YES) == 0.9
    assert registry.call("AR_CREDIT_SCORE", ((None, None),), PRINTED, None, 0.0, None, "actual")[
        0
    ] == (pytest.approx(7 / 12),)


@pytest.mark.parametrize(
    "word",
    [
        "营业收入", "一、营业收入", "（一）营业收入", "(1)营业收入", "1.营业收入", "1、 营业收入",
        "加：营业收入", "其中：营业收入", "营业收入（元）", "营业收入：", "营业收入（元）：",
        "△营业收入", "营业总收入", "一、营业总收入", "1. Sales", "Of which: Revenue",
    ],
)  # fmt: skip
def test_numbering_signs_and_units_around_an_item(word):
    assert ratios((("四、净利润", 75.0), (word, 1500.0)), "净利润率") == 0.05


def test_liabilities_that_are_not_given_are_assets_less_equity():
    assert ratios((("资产总计", 200.0), ("所有者权益合计", 150.0)), "debt_ratio") == 0.25
    assert (
        ratios((("资产总计", 200.0), ("负债合计", None), ("净资产", 150.0)), "debt_ratio") == 0.25
    )
    assert ratios((("所有者权益合计", 150.0),), "debt_ratio") is NA


def test_amounts_at_the_edge_of_a_double():
    rows = (("净利润", 1e300), ("期初总资产", 1.7e308), ("期末总资产", 1.7e308))
    assert ratios(rows, "资产回报率") == pytest.approx(1e300 / 1.7e308)
    assert ratios((("流动资产", 1.7e308), ("流动负债", 1e-10)), "流动比率") is NUM
