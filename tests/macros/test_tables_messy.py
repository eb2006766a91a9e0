"""Books as they come from a desk: signatures at the foot, merged customers, vague headings."""

from __future__ import annotations

import pytest

from macros.action import Settings
from macros.ledger import open_ledger
from macros.texts import Refusal
from tests.macros.books import Day, codes, read, read_rows, said, sheet, values
from udfs.values import CellError

HEAD = ["客户名称", "单据号", "到期日", "应收金额", "备注"]
DAY = Day("2025-06-30")


def test_signatures_and_notes_at_the_foot_are_no_details():
    tables = read_rows(
        HEAD,
        ["甲", "A1", DAY, 100, None],
        ["乙", "A2", DAY, 50, None],
        ["合计", None, None, 150, None],
        ["编制：王芳", None, "审核：陈总", None, "2026-07-01"],
        ["注：1. 金额含税；2. 每周五更新。", None, None, None, None],
        ["制表", "王芳", None, None, None],
        ["Prepared by: Wang", None, None, "Approved by: Chen", None],
    )
    assert values(tables, "receivables", "amount") == [10000, 5000]
    assert "missing_required" not in codes(tables)
    assert said(tables, "note_row") == [("info", "A5", "编制：王芳")]
    assert [p.params["n"] for p in tables.problems if p.code == "note_row"] == [4]
    assert "bad_date" not in codes(tables)
    assert "bad_amount" not in codes(tables)


def test_a_row_with_an_amount_or_a_number_is_a_detail_whatever_the_customer_is_called():
    tables = read_rows(
        HEAD, ["财务", "A1", DAY, 100, None], ["主管", None, DAY, 50, None], ["说明", "A3", DAY]
    )
    assert values(tables, "receivables", "amount") == [10000, 5000]
    assert [cell for _, cell, _ in said(tables, "missing_required")] == ["D4"]


def test_a_remark_that_says_none_is_a_remark():
    head = [*HEAD, "负责人"]
    tables = read_rows(
        head, ["甲", "A1", DAY, 100, "无", "无"], ["乙", "A2", DAY, 50, " N/A ", "-"]
    )
    assert values(tables, "receivables", "note") == ["无", "N/A"]
    assert values(tables, "receivables", "owner") == ["", ""]


@pytest.mark.parametrize(
    ("first", "second", "fields"),
    [
        ("开票日期", "应收日期", ("document_date", "due_date")),
        ("应收日期", "到期日", ("document_date", "due_date")),
        ("应收日期", "备注", ("due_date", "note")),
    ],
)
def test_the_day_on_which_it_is_to_be_received_is_the_due_date(first, second, fields):
    tables = read_rows(
        ["单据号", "客户名称", first, second, "应收金额"], ["A1", "甲", DAY, DAY, 100]
    )
    columns = tables.found["receivables"].regions[0].columns
    assert (columns[fields[0]], columns[fields[1]]) == (3, 4)


def refusal(tables, table="receivables"):
    with pytest.raises(Refusal) as caught:
        tables.require(table)
    assert caught.value.code == "unusable_column"
    return caught.value


def test_amounts_that_no_program_has_calculated_stop_the_run():
    """Two of three rows wait for Excel: one row would look like a small ledger."""
    rows = [HEAD, ["甲", "A1", DAY, None], ["乙", "A2", DAY, None], ["丙", "A3", DAY, 10]]
    why = refusal(read_rows(*rows, uncached=[(2, 4), (3, 4)]))
    assert why.place == "应收!D"
    assert why.render("zh") == (
        "应收!D: “应收金额”列 3 行中有 2 行不能用："
        "公式还没有计算过，请用 Excel 打开、保存一次再运行；没有改动"
    )
    rows.insert(1, ["丁", "A4", DAY, 10])  # half of the rows are left: each missing one is reported
    tables = read_rows(*rows, uncached=[(3, 4), (4, 4)])
    assert len(tables.require("receivables")) == 2
    assert [severity for severity, _, _ in said(tables, "uncached")] == ["error", "error"]


def test_due_dates_that_no_program_has_calculated_stop_the_run():
    rows = [HEAD, ["甲", "A1", None, 10], ["乙", "A2", None, 10]]
    assert refusal(read_rows(*rows, uncached=[(2, 3), (3, 3)])).place == "应收!C"
    assert len(read_rows(*rows, uncached=[(2, 3)]).require("receivables")) == 2


@pytest.mark.parametrize(
    ("amount", "why"),
    [(CellError.REF, "error_cell"), ("一百", "unreadable"), (None, "empty")],
)
def test_a_table_of_which_no_row_counts_stops_the_run(amount, why):
    bad = ["甲", "A1", DAY, amount]
    assert refusal(read_rows(HEAD, bad)).params["why"].code == f"check.unusable.{why}"
    assert len(read_rows(HEAD, bad, ["乙", "A2", DAY, 10]).require("receivables")) == 1


def test_an_empty_table_is_no_reason_to_stop():
    assert len(read_rows(HEAD).require("receivables")) == 0
    assert len(read_rows(HEAD, ["编制：王芳"]).require("receivables")) == 0


def test_receipts_that_cannot_be_counted_stop_the_ledger():
    bills = sheet("应收", [HEAD, ["甲", "A1", DAY, 100]])
    cash = sheet(
        "回款", [["回款日期", "客户名称", "回款金额"], [DAY, "甲", None]], uncached=[(2, 3)]
    )
    assert refusal(read(bills, cash), "receipts").place == "回款!C"
    with pytest.raises(Refusal, match="unusable_column"):
        open_ledger(read(bills, cash), Settings(46203))


def test_what_is_merged_over_rows_is_said_of_each_and_an_amount_counts_once():
    rows = [
        HEAD,
        ["甲", "A1", DAY, 100, "一"],
        [None, "A2", None, 50, None],
        [None, "A3", None, None, None],
        ["乙", "A4", DAY, 10, None],
    ]
    merged = [(2, 1, 4, 1), (2, 3, 3, 3), (3, 4, 4, 4)]
    tables = read_rows(*rows, merged=merged)
    assert values(tables, "receivables", "customer_name") == ["甲", "甲", "乙"]
    assert values(tables, "receivables", "due_date") == [45838, 45838, 45838]
    assert values(tables, "receivables", "amount") == [10000, 5000, 1000]
    assert said(tables, "filled_down") == [("info", "A2", "甲")]
    assert said(tables, "shared_amount") == [("warning", "D4", "")]
    assert "missing_required" not in codes(tables)


def test_a_blank_customer_is_not_guessed_and_is_said_run_by_run():
    rows = [HEAD, ["甲", "A1", DAY, 100]]
    rows += [
        [None, "A2", DAY, 50],
        [None, "A3", DAY, 5],
        ["乙", "A4", DAY, 1],
        [None, "A5", DAY, 2],
    ]
    tables = read_rows(*rows)
    assert values(tables, "receivables", "customer_name") == ["甲", "", "", "乙", ""]
    found = [(p.cell, dict(p.params)) for p in tables.problems if p.code == "customer_missing"]
    assert found == [("A3", {"n": 2, "total": "55.00"}), ("A6", {"n": 1, "total": "2.00"})]


def test_a_table_without_due_dates_says_so_once():
    head = ["客户名称", "单据号", "单据日期", "应收金额"]
    tables = read_rows(head, ["甲", "A1", DAY, 100], ["乙", "A2", DAY, 50])
    assert [severity for severity, *_ in said(tables, "no_due_date_column")] == ["warning"]
    assert "no_due_date_column" not in codes(read_rows(HEAD, ["甲", "A1", DAY, 100]))


def test_customers_that_the_table_of_customers_lacks_are_named():
    bills = sheet(
        "应收",
        [
            HEAD,
            ["杭州 宏远", "A1", DAY, 1],
            ["丙", "A2", DAY, 1],
            ["乙", "A3", DAY, 1],
            ["丙", "A4"],
        ],
    )
    known = sheet("客户", [["客户名称", "联系人"], ["杭州宏远", "张"], ["ＡＢＣ", "李"]])
    assert said(read(bills, known), "customer_unlisted") == [("info", "A3", "丙、乙")]
    assert "customer_unlisted" not in codes(read(bills))
