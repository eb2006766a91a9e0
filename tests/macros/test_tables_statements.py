"""Bank statements: money in is a receipt, money out is not, and nothing counts twice."""

from __future__ import annotations

import csv

import pytest

from macros.action import Settings, actions
from macros.layout import serial
from tests.macros.books import Day, codes, read, read_rows, said, sheet, values

DAY = Day("2025-07-01")
HEAD = ["交易日期", "对方户名", "借方发生额", "贷方发生额", "余额", "摘要"]
BILLS = sheet(
    "应收",
    [["单据号", "客户名称", "到期日", "应收金额"], ["A1", "甲公司", Day("2025-06-30"), 100]],
)


def receipts(tables):
    return values(tables, "receipts", "amount")


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        (HEAD, [[DAY, "甲公司", None, 40, 40, ""], [DAY, "电力公司", 7, None, 33, "电费"]]),
        (
            ["记账日期", "对方名称", "支出金额", "收入金额", "账户余额"],
            [[DAY, "甲公司", 0, 40, 40], [DAY, "电力公司", 7, 0, 33]],
        ),
        (
            ["交易时间", "对方户名", "借贷标志", "交易金额"],
            [[DAY, "甲公司", "贷", 40], [DAY, "电力公司", "借", 7]],
        ),
        (
            ["交易时间", "交易对方", "收/支", "金额(元)"],
            [["2025-07-01 12:00:00", "甲公司", "收入", "¥40.00"],
             ["2025-07-01 13:00:00", "电力公司", "支出", "¥7.00"]],
        ),
        (
            ["记账日期", "对手信息", "交易金额", "联机余额"],
            [[DAY, "甲公司", 40, 40], [DAY, "电力公司", -7, 33]],
        ),
        (
            ["Value date", "Counterparty", "Debit", "Credit", "Balance"],
            [[DAY, "甲公司", None, "CNY40.00", 40], [DAY, "电力公司", 7, None, 33]],
        ),
        (
            ["Transaction date", "Counterparty", "D/C", "Amount"],
            [[DAY, "甲公司", "C", -40], [DAY, "电力公司", "D", 7]],
        ),
    ],
)  # fmt: skip
def test_only_what_came_in_is_a_receipt(head, rows):
    tables = read(BILLS, sheet("Sheet2", [head, *rows]))
    assert receipts(tables) == [4_000]
    assert tables.found["receipts"].source == "statements"
    assert [p.found for p in tables.problems if p.code == "money_out"] == ["7.00"]
    done = actions()["aging"].run(tables, Settings(serial("2025-07-31")))
    total = done.sheets[0].blocks[0].data.set_index("key").loc["#total", "total"]
    assert (total, done.tie_out) == (6_000, 0)


def test_money_paid_to_a_customer_is_a_negative_receipt_and_said():
    tables = read(
        BILLS,
        sheet(
            "流水",
            [HEAD, [DAY, "甲公司", None, 40, 40, ""], [DAY, "甲公司", 15, None, 25, "退款"]],
        ),
    )
    assert receipts(tables) == [4_000, -1_500]
    assert said(tables, "paid_back") == [("warning", "C3", "15.00")]
    assert tables.found["receipts"].link(1, "amount") == "'流水'!D3"


def test_a_statement_is_not_counted_beside_receipts():
    own = sheet("回款", [["回款日期", "客户名称", "回款金额"], [DAY, "甲公司", 40]])
    tables = read(BILLS, own, sheet("银行流水", [HEAD, [DAY, "甲公司", None, 40, 40, ""]]))
    assert receipts(tables) == [4_000]
    assert tables.found["receipts"].source == ""
    assert said(tables, "statement_unused") == [("warning", "A1", "")]


def test_statements_per_month_are_one():
    tables = read(
        BILLS,
        sheet("7月", [HEAD, [DAY, "甲公司", None, 40, 40, ""]]),
        sheet("8月", [HEAD, [Day("2025-08-01"), "甲公司", None, 5, 45, ""]]),
    )
    assert receipts(tables) == [4_000, 500]
    assert tables.found["receipts"].frame["sheet"].tolist() == ["7月", "8月"]


@pytest.mark.parametrize(
    "head",
    [
        ["日期", "凭证号", "摘要", "借方", "贷方", "方向", "余额"],  # a ledger account
        ["Date", "Label", "Debit", "Credit"],
        ["日期", "名称", "金额"],
    ],
)
def test_what_may_be_another_book_is_not_taken_for_a_statement(head):
    assert read_rows(head, [DAY, *["1"] * (len(head) - 1)], name="Sheet1").found == {}


def test_a_sheet_titled_statement_needs_less():
    tables = read_rows(["日期", "贷方", "名称"], [DAY, 5, "甲"], name="银行流水")
    assert receipts(tables) == [500]


def test_a_row_that_is_neither_is_left_out_and_said():
    head = ["交易时间", "交易对方", "收/支", "金额"]
    tables = read_rows(head, [DAY, "甲", "收入", 5], [DAY, "乙", "不计收支", 9], name="Sheet1")
    assert receipts(tables) == [500]
    assert "neither_in_nor_out" in codes(tables)


@pytest.mark.parametrize(
    ("name", "encoding", "amounts"),
    [
        # 存入 and 转入 rows as they stand in the files: CMB one, BOCOM three.
        ("cmb-debit-records", "utf-8-sig", [1_234.00]),
        ("example-bocom_debit-records", "utf-8-sig", [1.23, 0.02, 10.00]),
    ],
)
def test_statements_of_chinese_banks(shared_data, name, encoding, amounts):
    path = shared_data / "bank/cn_csv_xls" / f"{name}.csv"
    rows = [
        [cell or None for cell in line]
        for line in csv.reader(path.read_text(encoding).splitlines())
    ]
    tables = read(sheet(name, rows))
    assert receipts(tables) == [round(amount * 100) for amount in amounts]
