"""Books as they come from a desk: signatures at the foot, merged customers, vague headings."""

from __future__ import annotations

import pytest

from tests.macros.books import Day, codes, read_rows, said, values

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
