"""A table is found wherever it stands, and taken for what its headings say."""

from __future__ import annotations

import pytest

from macros.book import ExcelTable, Mark
from macros.reading import read_tables
from macros.words import heading, total_kind
from tests.macros.books import Day, book, codes, read, read_rows, said, sheet, values

ROW = ["A1", "甲", Day("2025-06-30"), 100]


def columns(tables, table="receivables"):
    return dict(tables.found[table].regions[0].columns)


def test_title_rows_above_and_blank_columns_between():
    tables = read_rows(
        ["XX公司应收账款明细"],
        [],
        [None, "单据号", None, "客户名称", "到期日", "应收金额"],
        [None, "A1", None, "甲", Day("2025-06-30"), 100],
        name="Sheet1",
    )
    region = tables.found["receivables"].regions[0]
    assert (region.header_row, region.first_row, region.last_row) == (3, 4, 4)
    assert columns(tables) == {"document": 2, "customer_name": 4, "due_date": 5, "amount": 6}
    assert values(tables, "receivables", "amount") == [10_000]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("到期日", "due_date"),
        (" 到 期\n日期 ", "due_date"),
        ("付款期限", "due_date"),
        ("应付日期", "due_date"),
        ("*到期日", "due_date"),
        ("到期日（必填）", "due_date"),
        ("Due Date", "due_date"),
        ("DUE_DATE", "due_date"),
        ("ｄｕｅｄａｔｅ", "due_date"),
        ("DueDate", "due_date"),
        ("业务员", "owner"),
        ("项目经理", "owner"),
        ("销售", "owner"),
        ("单位名称", "customer_name"),
        ("往来单位", "customer_name"),
        ("Inv #", "document"),
        ("结清日期", "settled_date"),
        ("已回款金额", "received"),
    ],
)
def test_headings_by_alias(text, field):
    head = ["Invoice No.", "客户编号", "应收金额", text]
    if field == "document":
        head[0] = "项目"
    tables = read_rows(head, ["A1", "C1", 100, None], name="Sheet1")
    assert columns(tables)[field] == 4


@pytest.mark.parametrize(
    ("text", "cell", "cents", "scale"),
    [
        ("应收金额", 12.5, 1_250, None),
        ("应收金额(元)", 12.5, 1_250, None),
        ("应收金额（万元）", 12.34567, 12_345_670, 10_000),
        ("应收金额/万元", "0.3", 300_000, 10_000),
        ("应收金额（千元）", 1.0055, 100_550, 1_000),
        ("Amount (k)", 1.5, 150_000, 1_000),
        ("Amount ($'000)", 1.5, 150_000, 1_000),
        ("Amount (million)", 0.000001, 100, 1_000_000),
    ],
)
def test_a_unit_in_the_heading_scales_the_amount_exactly(text, cell, cents, scale):
    tables = read_rows(["单据号", "客户", "到期日", text], ["A1", "甲", Day("2025-06-30"), cell])
    assert values(tables, "receivables", "amount") == [cents]
    assert tables.found["receivables"].regions[0].scales.get("amount") == scale
    assert ("scaled" in codes(tables)) == (scale is not None)


@pytest.mark.parametrize(
    ("typed", "cents", "warned"),
    [
        ("3.2", 3_200_000, False),
        ("¥3.2", 3_200_000, False),
        ("3.2万", 3_200_000, True),
        ("3.2元", 320, True),
    ],
)
def test_a_cell_that_says_its_own_unit_is_read_in_it_and_said(typed, cents, warned):
    tables = read_rows(
        ["单据号", "客户", "到期日", "应收金额（万元）"], ["A1", "甲", 45_800, typed]
    )
    assert tables.require("receivables").frame["amount"].tolist() == [cents]
    assert ("own_unit" in codes(tables)) == warned


def test_a_unit_above_the_table_scales_it_too():
    tables = read_rows(
        ["应收明细", None, None, "单位：万元"],
        ["单据号", "单位名称", "到期日", "应收金额"],
        ["A1", "甲", Day("2025-06-30"), 1.5],
    )
    assert values(tables, "receivables", "amount") == [1_500_000]
    said_once = [p for p in tables.problems if p.code == "scaled"]
    assert [(p.cell, p.params["scale"]) for p in said_once] == [("D2", 10_000)]


def test_unit_of_a_customer_is_no_unit_of_money():
    tables = read_rows(["单位名称：万元公司"], ["单据号", "客户", "到期日", "应收金额"], ROW)
    assert values(tables, "receivables", "amount") == [10_000]


def test_camel_case_of_an_american_ledger():
    head = "customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate"
    tables = read_rows(
        head.split(","),
        ["0379", "0000611365", "1/2/2013", "2/1/2013", "55.94", "No", "1/15/2013"],
        name="WA",
    )
    assert columns(tables) == {
        "customer": 1, "document": 2, "document_date": 3, "due_date": 4, "amount": 5,
        "disputed": 6, "settled_date": 7,
    }  # fmt: skip
    assert values(tables, "receivables", "document") == ["0000611365"]
    assert values(tables, "receivables", "disputed") == [False]


def test_snake_case_of_an_australian_ledger():
    head = (
        "invoice_id,customer_id,issue_date,due_date,payment_date,"
        "amount_excl_gst,amount_incl_gst,amount_paid"
    )
    tables = read_rows(
        head.split(","),
        ["I1", "C1", "2026-01-02", "2026-02-02", None, "100", "110", "10"],
        name="x",
    )
    assert columns(tables) == {
        "document": 1, "customer": 2, "document_date": 3, "due_date": 4, "settled_date": 5,
        "amount": 7, "received": 8,
    }  # fmt: skip
    assert values(tables, "receivables", "amount") == [11_000]


TEMPLATES = {
    "receivables": ["单据号", "客户名称", "到期日", "应收金额", "已收金额"],
    "receipts": ["回款编号", "回款日期", "回款金额", "客户名称", "单据号"],
    "customers": ["客户编号", "客户名称", "联系人", "电话"],
    "contracts": ["合同号", "客户名称", "项目", "合同金额", "签订日期"],
    "targets": ["目标编号", "项目", "负责人", "开始日期", "截止日期", "目标金额"],
    "phases": ["计划", "阶段", "开始日期", "截止日期", "权重"],
    "settings": ["参数", "值", "说明"],
    "contacts": ["日期", "客户名称", "级别", "方式", "已送达", "结果"],
    "promises": ["客户名称", "单据号", "承诺日", "承诺付款日", "承诺金额"],
}


@pytest.mark.parametrize("table", TEMPLATES)
def test_each_table_is_known_by_its_headings_alone(table):
    tables = read_rows(TEMPLATES[table], name="Sheet1")
    assert list(tables.found) == [table]
    assert len(tables.found[table]) == 0


def test_all_tables_of_a_book_are_told_apart():
    tables = read(*(sheet(f"Sheet{i}", [head]) for i, head in enumerate(TEMPLATES.values())))
    assert set(tables.found) == set(TEMPLATES)


def test_the_title_decides_where_the_headings_cannot():
    head, row = ["日期", "客户", "金额"], [Day("2025-06-30"), "甲", 5]
    assert list(read_rows(head, row, name="收款明细").found) == ["receipts"]
    assert list(read_rows(head, row, name="Sheet1").found) == []
    assert "receivables" in read_rows(head, row, name="应收账款").found


def test_two_tables_that_fit_alike_are_not_guessed_between():
    tables = read_rows(["Customer", "Paid", "Amount"], ["甲", 1, 2], name="Sheet1")
    assert "receipts" not in tables.found


def test_of_two_sheets_of_one_table_the_better_is_read_and_the_other_said():
    head = ["单据号", "客户名称", "到期日", "应收金额"]
    tables = read(sheet("旧表", [head, ROW, ROW]), sheet("应收", [head, ROW]))
    assert len(tables.found["receivables"]) == 1
    (problem,) = [p for p in tables.problems if p.code == "second_table"]
    assert (problem.severity, problem.sheet, problem.params["n"]) == ("warning", "旧表", 2)


def test_a_sheet_of_ours_is_never_input():
    head = ["单据号", "客户名称", "到期日", "应收金额"]
    ours = sheet("应收", [head, ROW], mark=Mark("aging"))
    assert list(read(ours).found) == []
    assert list(read(sheet("应收", [head, ROW])).found) == ["receivables"]


def test_tables_side_by_side_and_one_below_another():
    side = read_rows(
        ["单据号", "客户", "到期日", "应收金额", None, "参数", "值"],
        [*ROW, None, "基准日", "2026-06-30"],
        name="数据",
    )
    assert set(side.found) == {"receivables", "settings"}
    assert side.parameters == {"as_of": "2026-06-30"}
    below = read_rows(
        ["单据号", "客户", "到期日", "应收金额"],
        ROW,
        [],
        ["回款明细"],
        ["回款日期", "客户", "回款金额"],
        [Day("2025-07-01"), "甲", 40],
        name="数据",
    )
    assert values(below, "receivables", "amount") == [10_000]
    assert values(below, "receipts", "amount") == [4_000]


def test_a_cell_merged_from_above_lends_its_heading():
    tables = read_rows(
        ["单据号", "客户", "金额信息", None],
        [None, None, "应收金额", "到期日"],
        ["A1", "甲", 100, Day("2025-06-30")],
        merged=[(1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 1, 4)],
    )
    assert tables.found["receivables"].regions[0].header_row == 2
    assert columns(tables) == {"document": 1, "customer_name": 2, "amount": 3, "due_date": 4}


def test_two_columns_for_one_field_the_better_wins_and_the_other_is_said():
    tables = read_rows(
        ["单据号", "客户", "到期日", "金额", "应收金额"], ["A1", "甲", Day("2025-06-30"), 1, 2]
    )
    assert columns(tables)["amount"] == 5
    assert said(tables, "second_column") == [("info", "D1", "金额")]


def test_an_excel_table_gives_the_extent_and_its_totals_row_is_left_out():
    rows = [
        ["单据号", "客户", "到期日", "应收金额"],
        ROW,
        ["A2", "乙", Day("2025-07-01"), 50],
        ["汇总", None, None, 150],
        ["A9", "无关", Day("2025-07-01"), 999],
    ]
    with_totals = ExcelTable("tblAR", 1, 1, 4, 4, has_totals=True)
    tables = read(sheet("Sheet1", rows, tables=[with_totals]))
    assert values(tables, "receivables", "amount") == [10_000, 5_000]
    region = tables.found["receivables"].regions[0]
    assert (region.excel_table, region.last_row) == ("tblAR", 3)
    assert [p.params["tied"] for p in tables.problems if p.code == "totals_left_out"] == [1]


def test_200_sheets_are_read_and_only_the_right_one_is_taken():
    other = [sheet(f"S{i}", [["a", "b"], ["x", "y"]]) for i in range(199)]
    tables = read(*other, sheet("应收", [["单据号", "客户", "到期日", "应收金额"], ROW]))
    assert list(tables.found) == ["receivables"]
    assert codes(tables).count("unknown_sheet") == 199


def test_an_empty_book_and_empty_sheets():
    assert read_tables(book()).found == {}
    assert read(sheet("a", []), sheet("b", [[None]])).found == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("合计", "total"), ("合 计：", "total"), ("总计(元)", "total"), ("Grand Total", "total"),
        ("甲公司 小计", "subtotal"), ("小计（3笔）", "subtotal"), ("Total for ABC", "total"),
        ("ABC Subtotal", "subtotal"), ("Total Energies SA", ""), ("合计科技有限公司", ""),
        ("ConSum", ""), ("设计院", ""), ("", ""),
    ],
)  # fmt: skip
def test_labels_of_sum_rows(text, kind):
    assert total_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "base", "scale"),
    [
        ("金额（万元）", "金额", 10_000),
        ("Amount (RMB 10k)", "amount", 10_000),
        ("Amount in k", "amountink", None),
        ("金额(人民币元)", "金额", 1),
        ("到期日(约定)", "到期日", None),
    ],
)
def test_a_heading_taken_apart(text, base, scale):
    found = heading(text)
    assert (found.base, found.scale) == (base, scale)


@pytest.mark.parametrize(
    ("title", "headings", "table"),
    [
        ("客户", ["客户名称", "不催收"], "customers"),
        ("Customers", ["Customer", "Never dun"], "customers"),
        ("合同", ["合同号", "备注"], "contracts"),
        ("客户名单", ["客户名称", "不催收"], None),  # an alias is not the table's own title
        ("客户", ["备注", "不催收"], None),  # nobody is named
        ("应收", ["客户名称", "备注"], None),  # without an amount nothing is receivable
        ("客户", ["单据号", "客户名称", "到期日", "应收金额"], "receivables"),
    ],
)
def test_a_sheet_with_a_tables_own_title_needs_only_what_names_its_rows(title, headings, table):
    tables = read(sheet(title, [headings, ["甲公司", "是", 45900, 5][: len(headings)]]))
    assert list(tables.found) == ([table] if table else [])
    if table == "customers":
        assert values(tables, "customers", "customer_name") == ["甲公司"]
        assert values(tables, "customers", "excluded") == [True]


@pytest.mark.parametrize(("title", "severity"), [("客户", "warning"), ("随笔", "info")])
def test_rows_left_unread_under_a_title_of_ours_are_a_warning(title, severity):
    tables = read(sheet(title, [["甲", "乙"], ["1", "2"]]))
    assert said(tables, "unknown_sheet") == [(severity, "A1", "A1:B2")]
