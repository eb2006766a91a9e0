"""The aging report: the cases of the domain reference as workbooks, and WA against SQL."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from macros.action import actions
from macros.aging import aging
from macros.changes import Block
from macros.texts import Refusal
from tests.ledgers import at, book_of, cents
from tests.macros.wa_ledger import wa_database, wa_tables

# Cases A28-A32: four invoices, a credit note, 15,000 on account; INV2 is paid after the day.
FOUR = {
    "receivables": """
document | customer | document_date | due_date   | amount
INV1     | C1       | 2025-03-15    | 2025-04-14 | 50,000
INV2     | C1       | 2025-04-20    | 2025-05-20 | 80,000
INV3     | C1       | 2025-05-25    | 2025-06-24 | 60,000
INV4     | C1       | 2025-06-18    | 2025-07-18 | 40,000
CN1      | C1       | 2025-06-10    | 2025-06-10 | -10,000
""",
    "receipts": """
receipt_date | amount | document | customer
2025-05-10   | 20,000 | INV1     | C1
2025-06-20   | 15,000 |          | C1
2025-07-03   | 80,000 | INV2     | C1
""",
}


def block(book, day: str, **options: str) -> Block:
    changes = aging(book, at(day, **options))
    assert changes.tie_out == 0
    assert changes.sheets[0].notes[0].endswith("差 0.00 ✓")
    return changes.sheets[0].blocks[0]


def yuan(found: Block, row: int = -2) -> dict[str, float]:
    """A row's amounts by heading; 合计 by default."""
    line = found.data.iloc[row]
    return {
        column.heading: line[column.id] / 100
        for column in found.columns
        if column.kind == "money" and column.id != "disputed"
    }


@pytest.mark.parametrize(
    ("case", "day", "options", "expected"),
    [
        ("A28", "2025-06-30", {}, [40_000, 60_000, 80_000, 30_000, 0, -25_000, 0, 185_000]),
        (
            "A29",
            "2025-06-30",
            {"credit_mode": "own_date"},
            [40_000, 35_000, 80_000, 30_000, 0, 0, 0, 185_000],
        ),
        (
            "A30",
            "2025-06-30",
            {"credit_mode": "fifo"},
            [40_000, 60_000, 80_000, 5_000, 0, 0, 0, 185_000],
        ),
        (
            "A31",
            "2025-06-30",
            {"aging_basis": "document"},
            [40_000, 60_000, 80_000, 30_000, -25_000, 0, 185_000],
        ),
        ("A32", "2025-05-31", {}, [60_000, 80_000, 30_000, 0, 0, 0, 0, 170_000]),
    ],
)
def test_the_cases_of_the_reference_as_workbooks(case, day, options, expected):
    assert list(yuan(block(book_of(**FOUR), day, **options)).values()) == expected, case


def test_the_headings_of_both_bases_and_languages():
    book = book_of(**FOUR)
    due = [c.heading for c in block(book, "2025-06-30").columns]
    assert due[3:9] == [
        "未到期",
        "逾期1-30天",
        "逾期31-60天",
        "逾期61-90天",
        "逾期90天以上",
        "贷方/未核销",
    ]
    document = [c.heading for c in block(book, "2025-06-30", aging_basis="document").columns]
    assert document[3:9] == [
        "0-30天",
        "31-60天",
        "61-90天",
        "90天以上",
        "贷方/未核销",
        "无单据日期",
    ]
    english = aging(book, at("2025-06-30", lang="en", aging_scheme="45、90")).sheets[0]
    assert [c.heading for c in english.blocks[0].columns][3:7] == [
        "Not due",
        "1-45 days overdue",
        "46-90 days overdue",
        "Over 90 days overdue",
    ]
    assert english.title == "Aging · as of 2025-06-30 · in CNY"


def test_the_bands_end_and_begin_on_the_right_days():
    book = book_of(
        receivables="""
document | customer | due_date   | amount
a        | C1       | 2025-06-30 | 1
b        | C1       | 2025-06-29 | 10
c        | C1       | 2025-05-31 | 100
d        | C1       | 2025-05-30 | 1,000
e        | C1       | 2025-05-01 | 10,000
f        | C1       | 2025-04-30 | 100,000
g        | C1       | 2025-04-01 | 1,000,000
h        | C1       | 2025-03-31 | 10,000,000
"""
    )
    # Days overdue: 0, 1, 30, 31, 60, 61, 90, 91.
    found = block(book, "2025-06-30")
    assert list(yuan(found).values())[:5] == [1, 110, 11_000, 1_100_000, 10_000_000]
    assert found.data.iloc[0]["longest"] == 91
    one_day = block(book, "2025-06-30", aging_scheme="1/30")
    assert list(yuan(one_day).values())[:4] == [1, 10, 100, 11_111_000]


def test_credit_beyond_the_debt_stays_in_the_credit_column():
    book = book_of(
        receivables="""
document | customer | document_date | due_date   | amount
X        | C1       | 2025-06-01    | 2025-06-15 | 1,000
Y        | C2       | 2025-06-01    | 2025-06-15 | 70
""",
        receipts="""
receipt_date | amount | customer
2025-06-20   | 1,500  | C1
2025-06-21   | 40     |
""",
    )
    found = block(book, "2025-06-30", credit_mode="fifo")
    assert list(found.data["customer"]) == ["C2", "（未写客户）", "C1", "合计", "占比"]
    # Nobody's 40 pays nothing; the 1,000 of C1 is consumed, C2's 70 is not.
    assert list(yuan(found).values()) == [0, 70, 0, 0, 0, -540, 0, -470]
    assert yuan(found, 2)["贷方/未核销"] == -500


def test_a_refund_on_account_nets_the_credit():
    book = book_of(
        receivables="""
document | customer | due_date   | amount
X        | C1       | 2025-06-15 | 1,000
""",
        receipts="""
receipt_date | amount | customer
2025-06-20   | 500    | C1
2025-06-21   | -200   | C1
""",
    )
    found = block(book, "2025-06-30", credit_mode="fifo")
    assert list(yuan(found).values()) == [0, 700, 0, 0, 0, 0, 0, 700]
    more = book_of(
        receivables="document | customer | due_date | amount\nX | C1 | 2025-06-15 | 1,000",
        receipts="receipt_date | amount | customer\n2025-06-20 | -200 | C1",
    )
    assert list(yuan(block(more, "2025-06-30", credit_mode="fifo")).values()) == [
        0, 1_000, 0, 0, 0, 200, 0, 1_200,
    ]  # fmt: skip


PROJECTS = {
    "receivables": """
document | customer | customer_name | project | owner | due_date   | amount | disputed
1        | C1       | 甲公司        | 一期    | 张三  | 2025-06-20 | 100    |
2        | C1       | 甲公司        | 二期    | 李四  | 2025-07-20 | 300    | yes
3        | C2       | 乙公司        | 一期    | 张三  | 2025-05-01 | 900    |
4        | C3       | 乙公司        |         |       |            | 50     |
""",
    "customers": "customer | customer_name\nC1 | 甲公司\nC2 | 乙公司\nC3 | 乙公司",
}


def test_customers_have_their_projects_below_largest_first():
    book = book_of(**PROJECTS)
    changes = aging(book, at("2025-06-30"))
    found = changes.sheets[0].blocks[0]
    assert list(found.data["customer"]) == [
        "乙公司 (C2)", "甲公司", "", "", "乙公司 (C3)", "合计", "占比",
    ]  # fmt: skip
    assert list(found.data["project"]) == ["一期", "", "二期", "一期", "（未写项目）", None, None]
    assert list(found.data["owner"][:5]) == ["张三", "张三 等2人", "李四", "张三", ""]
    assert list(found.levels) == [0, 0, 1, 1, 0, 0, 0]
    assert list(found.styles) == [
        "subtotal", "subtotal", "detail", "detail", "subtotal", "total", "total",
    ]  # fmt: skip
    assert list(found.data["key"][:5]) == ["C2", "C1", "C1|二期", "C1|一期", "C3"]
    assert list(found.links["customer"]) == [
        "'客户'!B3", "'客户'!B2", "'客户'!B2", "'客户'!B2", "'客户'!B4", None, None,
    ]  # fmt: skip
    assert found.data.iloc[1]["disputed"] == cents("300")
    assert found.data.iloc[1]["overdue_share"] == pytest.approx(0.25)
    assert found.row_kinds == {6: "rate"}
    assert found.data.iloc[6]["total"] == 1
    assert found.data.iloc[6]["no_date"] == pytest.approx(50 / 1350)
    # The chart has a block of its own, as parts stand between the customers.
    assert changes.sheets[0].charts[0].block == "largest"
    assert list(changes.sheets[0].blocks[1].data["total"]) == [90000, 40000, 5000]
    assert [p.code for p in changes.problems] == ["document_date_missing", "due_date_missing"]
    assert changes.problems[1].cell == "F5"


def test_projects_have_their_customers_below_when_asked():
    found = block(book_of(**PROJECTS), "2025-06-30", aging_by="项目")
    assert [c.id for c in found.columns[:3]] == ["key", "project", "customer"]
    assert list(found.data["project"]) == [
        "一期", "", "", "二期", "（未写项目）", "合计", "占比",
    ]  # fmt: skip
    assert list(found.data["customer"][:5]) == [
        "", "乙公司 (C2)", "甲公司", "甲公司", "乙公司 (C3)",
    ]  # fmt: skip


def test_a_book_without_projects_is_flat():
    found = block(book_of(**FOUR), "2025-06-30")
    assert found.levels is None
    assert "project" not in found.data
    by_project = block(book_of(**FOUR), "2025-06-30", aging_by="project")
    assert list(by_project.data["customer"]) == ["C1", "合计", "占比"]


def test_the_stamp_names_scheme_basis_credits_and_rows():
    notes = aging(book_of(**FOUR), at("2025-06-30", aging_scheme="dunning")).sheets[0].notes
    assert notes == (
        "合计 185,000.00 = 应收余额 185,000.00，差 0.00 ✓",
        "账龄方案 7/15/30/60/90（aging:dunning@2000-01-01）；按到期日，到期当天不算逾期；贷方单列",
        "应收读取 5 行，计入 5 行；回款读取 3 行，计入 2 行，基准日之后 1 行（80,000.00）未计",
    )
    typed = aging(book_of(**FOUR), at("2025-06-30", aging_scheme="10/20")).sheets[0].notes[1]
    assert typed.startswith("账龄方案 自定 10/20；")
    with pytest.raises(Refusal) as refusal:
        aging(book_of(**FOUR), at("2025-06-30", aging_scheme="30/20x"))
    assert refusal.value.code == "bad_setting_value"


def test_nothing_open_is_said_and_has_no_chart():
    paid = "document | due_date | amount | received\na | 2025-01-01 | 100 | 100"
    changes = aging(book_of(receivables=paid), at("2025-06-30"))
    assert [message.code for message in changes.messages] == ["aging.nothing_open"]
    assert changes.nothing is None
    assert dict(changes.summary)["应收余额"] == "0.00"
    assert list(changes.sheets[0].blocks[0].data["customer"]) == ["合计"]
    assert changes.sheets[0].charts == ()


def test_keys_are_unique_and_running_twice_gives_the_same():
    book = book_of(**PROJECTS)
    once, twice = (aging(book, at("2025-06-30")).sheets[0] for _ in range(2))
    keys = once.blocks[0].data["key"]
    assert keys.is_unique
    assert (once.title, once.notes) == (twice.title, twice.notes)
    pd.testing.assert_frame_equal(once.blocks[0].data, twice.blocks[0].data)


def test_the_action_is_registered():
    assert actions()["aging"].reads == ("receivables",)


@pytest.mark.parametrize("day", ["2012-03-15", "2013-06-30", "2013-12-31"])
def test_wa_by_customer_equals_sql(shared_data, day):
    expected = {
        row[0]: row[1:]
        for row in wa_database(shared_data).execute(
            """
            select customer,
                   sum(case when late <= 0 then cents else 0 end),
                   sum(case when late between 1 and 30 then cents else 0 end),
                   sum(case when late between 31 and 60 then cents else 0 end),
                   sum(case when late between 61 and 90 then cents else 0 end),
                   sum(case when late > 90 then cents else 0 end),
                   sum(cents)
            from (select *, cast(julianday(:day) - julianday(due) as integer) as late
                  from invoice where issued <= :day and settled > :day)
            group by customer
            """,
            {"day": day},
        )
    }
    found = block(wa_tables(shared_data), day).data[:-2]
    columns = [*(f"band{band}" for band in range(5)), "total"]
    assert {row["customer"]: tuple(row[columns]) for _, row in found.iterrows()} == expected


@pytest.mark.parametrize(
    ("day", "settled", "bands"),
    [
        ("2013-12-31", True, (20_625, 55_565, 0, 0, 0, 76_190)),
        ("2013-06-30", True, (428_429, 83_556, 0, 0, 0, 511_985)),
        ("2013-12-31", False, (43_604, 636_437, 588_268, 650_058, 12_851_951, 14_770_318)),
    ],
)
def test_wa_totals_typed_by_hand(shared_data, day, settled, bands):
    total = block(wa_tables(shared_data, settled=settled), day).data.iloc[-2]
    columns = [*(f"band{band}" for band in range(5)), "total"]
    assert tuple(total[columns]) == bands


def test_twenty_thousand_items_take_well_under_a_second(shared_data):
    book = wa_tables(shared_data, settled=False, copies=9)
    assert len(book.found["receivables"]) == 22_194
    aging(book, at("2013-12-31"))
    seconds = []
    for _ in range(3):
        # Time of this process: the machine may be busy with other things.
        start = time.process_time()
        aging(book, at("2013-12-31"))
        seconds.append(time.process_time() - start)
    assert min(seconds) < 1


def test_ten_thousands_change_the_unit_and_the_format_but_no_value():
    changes = aging(book_of(**FOUR), at("2025-06-30", unit="万元"))
    content = changes.sheets[0]
    assert content.title == "账龄分析 · 基准日 2025-06-30 · 单位：万元（文字中的金额为元）"
    kinds = {column.id: column.kind for column in content.blocks[0].columns}
    assert (kinds["band0"], kinds["total"]) == ("money_wan", "money_wan")
    assert content.blocks[0].data.iloc[-2]["total"] == cents("185,000")


UNDATED = """
document | customer | document_date | due_date   | amount
a        | C1       | 2020-01-01    |            | 700
b        | C2       | 2020-01-01    |            | 300
"""


@pytest.mark.parametrize(("basis", "dateless"), [("document", "无单据日期"), ("due", "无到期日")])
def test_without_due_dates_overdue_is_unknown_and_never_nought(basis, dateless):
    done = aging(book_of(receivables=UNDATED), at("2024-12-31", aging_basis=basis))
    unknown = "–（没有到期日，无法判断逾期）"
    said = dict(done.summary)
    assert (said["逾期金额"], said["逾期占比"]) == (unknown, unknown)
    assert said[dateless] == ("0.00" if basis == "document" else "1,000.00")
    (found,) = done.sheets[0].blocks
    headings = [column.heading for column in found.columns]
    assert dateless in headings
    assert not {"逾期占比", "最长逾期天数"} & set(headings)
    assert set(found.data) == {column.id for column in found.columns}
    assert done.sheets[0].notes[-1] == "1,000.00 没有到期日，无法判断逾期"
    assert done.tie_out == 0


@pytest.mark.parametrize("basis", ["document", "due"])
def test_what_has_no_due_date_is_not_taken_for_not_overdue(basis):
    """C1: 100 overdue of 400 that have a due date; another 600 and all of C2 have none."""
    book = book_of(
        receivables="""
document | customer | document_date | due_date   | amount
a        | C1       | 2024-10-01    | 2024-12-21 | 100
b        | C1       | 2024-12-01    | 2025-01-31 | 300
c        | C1       | 2024-12-01    |            | 600
d        | C2       | 2024-12-01    |            | 50
"""
    )
    done = aging(book, at("2024-12-31", aging_basis=basis))
    data = done.sheets[0].blocks[0].data
    assert list(data["key"]) == ["C1", "C2", "#total", "#share"]
    assert data["overdue_share"].iloc[[0, 2]].tolist() == [0.25, 0.25]
    assert data["longest"].iloc[[0, 2]].tolist() == [10, 10]
    assert pd.isna(data["overdue_share"].iloc[1])
    assert pd.isna(data["longest"].iloc[1])
    assert dict(done.summary)["逾期金额"] == "100.00"
    assert dict(done.summary)["逾期占比"] == "25.0%（另 650.00 没有到期日，未判断）"
    english = aging(book, at("2024-12-31", "en", aging_basis=basis))
    assert english.sheets[0].notes[-1] == (
        "The overdue share is of the 400.00 with a due date; "
        "another 650.00 without one is not judged"
    )
    assert done.tie_out == 0


@pytest.mark.parametrize(
    ("rows", "code"),
    [("", "aging.blank_form"), ("\na | C1 | 0", "aging.placeholders"), ("\na | C1 | 5", "")],
)
def test_a_form_without_money_is_told_for_one(rows, code):
    done = aging(book_of(receivables=f"document | customer | amount{rows}"), at("2025-06-30"))
    assert (done.nothing.code if done.nothing else "") == code
    assert (done.summary == ()) == bool(code)
    assert bool(done.sheets[0].lead) == bool(code)


def test_documents_of_later_days_do_not_make_a_book_blank():
    later = "document | document_date | amount\na | 2025-07-01 | 100"
    done = aging(book_of(receivables=later), at("2025-06-30"))
    assert done.nothing is None
    assert done.sheets[0].notes[-1] == "应收读取 1 行，计入 0 行，基准日之后 1 行（100.00）未计"
