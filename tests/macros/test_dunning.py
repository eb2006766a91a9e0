"""The dunning list, as a month of work reads; each boundary from both sides; WA against SQL."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from macros.action import actions
from macros.changes import Changes
from macros.dunning import dunning
from macros.layout import serial
from tests.ledgers import at, book_of, cents
from tests.macros.wa_ledger import wa_database, wa_tables

BILL = """
document | customer | customer_name | project | document_date | due_date   | amount
INV1     | C1       | 甲公司        | 一期    | 2025-02-10    | 2025-03-10 | 100,000
"""
CUSTOMER = """
customer | customer_name | contact | phone    | grade
C1       | 甲公司        | 王经理  | 000-0001 | 中
"""


def run(book, day: str, lang: str = "zh", **options: str) -> Changes:
    changes = dunning(book, at(day, lang, **options))
    assert changes.tie_out == 0
    return changes


def rows(book, day: str, **options: str) -> pd.DataFrame:
    return run(book, day, **options).sheets[0].blocks[0].data.set_index("key")


def sections(book, day: str, **options: str) -> list[str]:
    return [key for key in rows(book, day, **options).index if key.startswith("#section")]


def day_of(value: object) -> int | None:
    return None if pd.isna(value) else int(value)


# The story of one invoice. Each step is what the workbook knew on that day.
CALL = "contact_date | customer | level | channel\n2025-03-17 | C1 | 1 | 电话"
PROMISE = """
customer | made_date  | promised_date | amount
C1       | 2025-03-24 | 2025-03-28    | 50,000
"""
LETTERS = """
contact_date | customer | document | level | channel | delivered | delivered_date | status
2025-03-17   | C1       |          | 1     | 电话    |           |                | 跟进中
2025-03-24   | C1       |          | 1     | 电话    |           |                | 跟进中
2025-04-02   | C1       | INV1     | 2     | 催款函  | 是        | 2025-04-04     | 跟进中
"""
PAYMENT = """
receipt_date | amount | document | customer
2025-05-06   | 30,000 | INV1     | C1
"""


def test_before_it_is_due_it_is_reminded_of_14_7_and_1_days_ahead():
    book = book_of(receivables=BILL, customers=CUSTOMER)
    for day in ("2025-02-24", "2025-03-03"):
        assert sections(book, day) == ["#section1"], day
    row = rows(book, "2025-02-24").loc["C1"]
    assert row["action"] == "到期前提醒"
    assert row["reason"] == "1笔100,000.00将到期，最早2025-03-10（14天后）"
    # One day before is Sunday, 2025-03-09: the working day before gives the reminder too.
    assert sections(book, "2025-03-07") == ["#section1"]
    assert sections(book, "2025-03-09") == ["#section1"]
    for day in ("2025-02-25", "2025-03-04", "2025-03-10"):
        assert sections(book, day) == [], day
    assert run(book, "2025-03-10").messages[0].code == "dunning.nothing_overdue"


@pytest.mark.parametrize(
    ("day", "late", "level", "action"),
    [
        ("2025-03-11", 1, 0, "友好提醒(短信/邮件)"),
        ("2025-03-16", 6, 0, "友好提醒(短信/邮件)"),
        ("2025-03-17", 7, 1, "电话催收"),
        ("2025-03-24", 14, 1, "电话催收"),
        ("2025-03-25", 15, 2, "书面催款函"),
        ("2025-04-08", 29, 2, "书面催款函"),
        ("2025-04-09", 30, 3, "律师函/法律程序"),
    ],
)
def test_the_level_follows_the_days_overdue(day, late, level, action):
    row = rows(book_of(receivables=BILL), day).loc["C1"]
    assert (row["days"], row["level"], row["action"]) == (late, level, action)


def test_a_call_starts_the_interval_and_the_next_date_is_a_working_day():
    book = book_of(receivables=BILL, customers=CUSTOMER, contacts=CALL)
    row = rows(book, "2025-03-18").loc["C1"]
    assert day_of(row["next_date"]) == serial("2025-03-24")
    assert "；上次03-17，隔1天<7，03-24再联系；" in row["reason"]
    assert "；上次03-17，隔6天<7，03-24再联系；" in rows(book, "2025-03-23").loc["C1"]["reason"]
    assert "；上次03-17，隔7天≥7；" in rows(book, "2025-03-24").loc["C1"]["reason"]
    # In another year than the list's, a day is told with its year.
    assert "；上次2025-03-17，隔290天≥7；" in rows(book, "2026-01-01").loc["C1"]["reason"]
    assert run(book, "2025-03-18").sheets[0].lead.startswith("今日应联系 0 户")
    assert run(book, "2025-03-24").sheets[0].lead.startswith("今日应联系 1 户")
    # 2025-04-04 to 06 is 清明: a contact that would fall there moves to Monday.
    late = book_of(
        receivables=BILL,
        contacts="contact_date | customer | channel\n2025-03-28 | C1 | 电话",
    )
    assert day_of(rows(late, "2025-04-01").loc["C1"]["next_date"]) == serial("2025-04-07")


def test_a_promise_blocks_until_its_grace_is_over_then_counts_as_broken():
    book = book_of(receivables=BILL, customers=CUSTOMER, contacts=CALL, promises=PROMISE)
    for day in ("2025-03-25", "2025-03-31"):
        changes = run(book, day)
        row = changes.sheets[0].blocks[0].data.set_index("key").loc["C1"]
        assert row["standing"] == "未到期 03-28 50,000.00"
        assert day_of(row["next_date"]) == serial("2025-04-01")
    assert "承诺到期 1 笔" in changes.sheets[0].lead
    broken = rows(book, "2025-04-01").loc["C1"]
    assert broken["standing"] == "失约 03-28 50,000.00"
    assert broken["action"] == "书面催款函"
    # 35·100,000/500,000 + 25·22/90 + 20·0.6 + 10·1/3 + 0 = 7 + 6.11 + 12 + 3.33
    assert broken["score"] == 28.4
    assert broken["reason"].endswith(
        "；分28.4=金额7+天数6.1+风险12(0.60信用等级 中)+失约3.3(1次)+时效0"
    )


def test_a_kept_promise_is_neither_broken_nor_pending():
    book = book_of(
        receivables=BILL,
        promises=PROMISE,
        receipts="receipt_date | amount | customer | document\n2025-03-31 | 47,500 | C1 | INV1",
    )
    assert rows(book, "2025-04-01").loc["C1"]["standing"] == "已兑现 03-28 50,000.00"
    late = book_of(
        receivables=BILL,
        promises=PROMISE,
        receipts="receipt_date | amount | customer | document\n2025-04-01 | 50,000 | C1 | INV1",
    )
    assert rows(late, "2025-04-01").loc["C1"]["standing"].startswith("失约")


def test_two_promises_are_not_kept_by_one_receipt():
    book = book_of(
        receivables=BILL,
        promises="""
customer | made_date  | promised_date | amount
C1       | 2025-03-20 | 2025-03-25    | 40,000
C1       | 2025-03-20 | 2025-03-26    | 40,000
""",
        receipts="receipt_date | amount | customer\n2025-03-24 | 40,000 | C1",
    )
    row = rows(book, "2025-04-10").loc["C1"]
    assert row["standing"] == "失约 03-26 40,000.00"
    assert "失约3.3(1次)" in row["reason"]


def test_a_letter_is_not_sent_twice_and_escalates_by_days():
    book = book_of(receivables=BILL, customers=CUSTOMER, contacts=LETTERS)
    again = rows(book, "2025-04-08").loc["C1"]
    assert (again["level"], again["action"]) == (2, "电话催收")
    assert again["reason"].startswith("逾期29天，本级函已发 → 电话催收；")
    next_level = rows(book, "2025-04-09").loc["C1"]
    assert (next_level["level"], next_level["action"]) == (3, "律师函/法律程序")
    assert "无催款函记录" not in next_level["reason"]
    without = rows(book_of(receivables=BILL), "2025-04-09").loc["C1"]
    assert "；无催款函记录，先发函；" in without["reason"]


@pytest.mark.parametrize("status", ["草稿", "忽略", "需重发", "Draft"])
def test_drafts_ignored_and_returned_letters_do_not_count(status):
    book = book_of(
        receivables=BILL,
        contacts="contact_date | customer | level | channel | delivered | status\n"
        f"2025-04-02 | C1 | 2 | 催款函 | 是 | {status}",
    )
    row = rows(book, "2025-04-04").loc["C1"]
    assert row["action"] == "书面催款函"
    assert "上次" not in row["reason"]
    assert row["limitation_left"] == serial("2028-03-10") - serial("2025-04-04")


def test_calls_raise_no_letter_and_interrupt_nothing():
    book = book_of(
        receivables=BILL,
        contacts="contact_date | customer | level | channel | delivered\n"
        "2025-03-20 | C1 | 3 | 电话 | 是",
    )
    row = rows(book, "2025-04-07").loc["C1"]
    assert row["action"] == "书面催款函"
    assert row["limitation_left"] == serial("2028-03-10") - serial("2025-04-07")


def test_letters_payments_and_signed_promises_restart_the_limitation_period():
    def left(day: str, **tables: str) -> int:
        book = book_of(receivables=BILL, **tables)
        return int(rows(book, day).loc["C1"]["limitation_left"]) + serial(day)

    assert left("2025-05-10") == serial("2028-03-10")
    assert left("2025-05-10", contacts=LETTERS) == serial("2028-04-04")
    # On 2025-04-03 the letter is on its way: it has reached nobody yet.
    assert left("2025-04-03", contacts=LETTERS) == serial("2028-03-10")
    assert left("2025-05-10", contacts=LETTERS, receipts=PAYMENT) == serial("2028-05-06")
    assert left("2025-05-10", promises=PROMISE) == serial("2028-03-10")
    signed = PROMISE.replace("amount\n", "amount | signed\n").replace("50,000\n", "50,000 | 是\n")
    assert left("2025-05-10", promises=signed) == serial("2028-03-24")
    unproved = LETTERS.replace("| 是        | 2025-04-04 ", "|           |            ")
    assert left("2025-05-10", contacts=unproved) == serial("2028-03-10")
    # It is said when it matters: half a year before the end.
    book = book_of(receivables=BILL, contacts=unproved)
    said = "；1次书面催告无送达证明，不中断时效；"
    assert said in rows(book, "2027-09-12").loc["C1"]["reason"]
    assert said not in rows(book, "2027-09-11").loc["C1"]["reason"]


def test_ninety_days_before_the_end_a_provable_demand_overrules_every_block():
    # The claim of INV1 ends on 2028-05-06, three years after the part payment.
    book = book_of(
        receivables=BILL.replace("amount\n", "amount | disputed\n").replace(
            "100,000\n", "100,000 | 是\n"
        ),
        receipts=PAYMENT,
        customers="customer | customer_name | excluded\nC1 | 甲公司 | 是",
        contacts="contact_date | customer | channel\n2028-02-04 | C1 | 电话",
    )
    before = run(book, "2028-02-05")
    row = before.sheets[0].blocks[0].data.set_index("key").loc["C1"]
    assert (row["limitation_left"], row["action"], row["standing"]) == (91, "", "不催收客户")
    assert "时效 90 天内 0 户" in before.sheets[0].lead
    on_the_day = run(book, "2028-02-06")
    row = on_the_day.sheets[0].blocks[0].data.set_index("key").loc["C1"]
    assert (row["limitation_left"], row["action"]) == (90, "律师函/法律程序")
    assert row["reason"].startswith(
        "时效仅剩90天≤90（70,000.00）→ 律师函/法律程序，须能证明送达，不因“不催收客户”而停；"
    )
    assert "时效 90 天内 1 户" in on_the_day.sheets[0].lead
    # Nobody knows the holidays of 2028 yet.
    assert day_of(row["next_date"]) == serial("2028-02-06")
    assert "日历未公布" in row["reason"]
    assert "dunning.calendar_unknown" in [m.code for m in on_the_day.messages]


def test_a_claim_past_its_period_says_so_and_is_no_longer_urgent():
    book = book_of(receivables=BILL)
    last = rows(book, "2028-03-10").loc["C1"]
    assert last["limitation_left"] == 0
    assert "+时效10" in last["reason"]
    gone = rows(book, "2028-03-11").loc["C1"]
    assert gone["limitation_left"] == -1
    assert "；100,000.00时效已届满，" in gone["reason"]
    assert "+时效0" in gone["reason"]


DEBTS = """
document | customer | document_date | due_date   | amount | disputed | hold_until
A1       | A        | 2025-05-01    | 2025-06-20 | 1,000  |          |
A2       | A        | 2025-05-01    | 2025-06-22 | 400    | 是       |
A3       | A        | 2025-05-01    | 2025-06-23 | 50     |          | 2025-07-10
B1       | B        | 2025-05-01    | 2025-06-20 | 700    | 是       |
C1       | C        | 2025-05-01    | 2025-06-20 | 99.99  |          |
D1       | D        | 2025-05-01    | 2025-06-20 | 100    |          |
E1       | E        | 2025-05-01    | 2025-06-20 | 500    |          |
F1       | F        | 2025-05-01    | 2025-06-20 | 500    |          | 2025-07-01
G1       | G        | 2025-05-01    | 2025-06-20 | 500    |          | 2025-06-30
H1       | H        | 2025-05-01    | 2025-06-20 | 500    |          |
"""


def test_every_block_is_named_and_the_undisputed_rest_stays_payable():
    book = book_of(
        receivables=DEBTS,
        receipts="receipt_date | amount | customer\n2025-06-25 | 500 | E",
        customers="customer | hold_until | excluded\nH | 2025-07-04 | \nG | | 是",
    )
    found = rows(book, "2025-07-01")
    blocks = {
        key: block
        for key, block in found["standing"].items()
        if not key.startswith("#") and "|" not in key
    }
    assert blocks == {
        "A": "",
        "D": "",
        "H": "暂停至2025-07-04",
        "B": "争议",
        "E": "净额为贷方",
        "F": "暂停至2025-07-01",
        "G": "不催收客户",
        "C": "低于最小金额",
    }
    assert found.loc["A"]["reason"].startswith(
        "逾期11天≥7 → 电话催收；争议400.00不催；暂停至2025-07-10 50.00不催；分"
    )
    assert list(found.loc[["A|A1", "A|A2", "A|A3"], "standing"]) == ["", "争议", "暂停至2025-07-10"]
    assert found.loc["E"]["reason"] == (
        "净额为贷方；逾期11天，500.00；可催500.00−贷方500.00=0.00，最小100.00；贷方500.00待冲抵"
    )
    # A hold ends with its last day; the next contact is the working day after.
    assert day_of(found.loc["F"]["next_date"]) == serial("2025-07-02")
    assert day_of(found.loc["H"]["next_date"]) == serial("2025-07-07")
    notes = run(book, "2025-07-01").sheets[0].notes
    # 4,349.99 overdue in all; A's 450 and the six blocked customers are held back.
    assert notes[0] == (
        "应催 1,100.00 + 暂停 3,249.99，合计 4,349.99 = 账上逾期 4,349.99，差 0.00 ✓"
    )
    assert found.loc["#total"]["overdue"] == cents("4,349.99")
    after = rows(book, "2025-07-02")
    assert after.loc["F"]["standing"] == ""


def test_a_promise_for_one_document_holds_back_that_document_only():
    book = book_of(
        receivables=DEBTS,
        promises="document | made_date | promised_date | amount\n"
        "A1 | 2025-06-28 | 2025-07-03 | 1,000",
    )
    found = rows(book, "2025-07-01")
    assert found.loc["A|A1"]["standing"] == "承诺未到期"
    # Nothing else of A is payable: the dispute is the first reason that holds.
    assert found.loc["A"]["standing"] == "争议\n未到期 07-03 1,000.00"


def test_stale_bank_data_are_checked_only_where_told_and_in_working_days():
    book = book_of(receivables=BILL)
    assert rows(book, "2025-03-24").loc["C1"]["standing"] == ""
    friday = rows(book, "2025-03-24", bank_data_until="2025-03-21").loc["C1"]
    assert friday["standing"] == ""
    thursday = rows(book, "2025-03-24", bank_data_until="2025-03-20").loc["C1"]
    assert thursday["standing"] == "银行流水未更新"


def test_the_list_is_in_order_of_priority_with_items_folded_below():
    book = book_of(
        receivables="""
document | customer | customer_name | due_date   | amount
1        | S        | 小公司        | 2025-06-20 | 300
2        | B        | 大公司        | 2025-06-20 | 900,000
3        | B        | 大公司        | 2025-05-20 | 1,000
4        | B        | 大公司        | 2025-07-20 | 5,000
""",
        customers="""
customer | customer_name | contact | phone | risk
S        | 小公司        | 张      | 1     |
B        | 大公司        | 李      | 2     | 0.2
""",
    )
    content = run(book, "2025-07-01").sheets[0]
    block = content.blocks[0]
    assert list(block.data["key"]) == [
        "#section0", "B", "B|3", "B|2", "B|4", "S", "S|1", "#total",
    ]  # fmt: skip
    assert list(block.levels) == [0, 0, 1, 1, 1, 0, 1, 0]
    assert list(block.styles) == [
        "section", "detail", "detail", "detail", "detail", "detail", "detail", "total",
    ]  # fmt: skip
    assert block.folded
    # A column of links for both: the customer's to her row, the document's to its own.
    assert list(block.links["customer"]) == [
        None, "'客户'!B3", "'应收'!A4", "'应收'!A3", "'应收'!A5", "'客户'!B2", "'应收'!A2", None,
    ]  # fmt: skip
    assert block.indent == "customer"
    by_key = block.data.set_index("key")
    assert by_key.loc["B"][["customer", "contact", "open", "overdue", "days"]].tolist() == [
        "大公司", "李\n2", cents("906,000"), cents("901,000"), 42,
    ]  # fmt: skip
    item = by_key.loc["B|2"]
    assert item[["customer", "open", "overdue", "days", "level"]].tolist() == [
        "2", cents("900,000"), cents("900,000"), 11, 1,
    ]  # fmt: skip
    assert day_of(item["next_date"]) == serial("2025-06-20")
    assert by_key.loc["B|4"]["overdue"] == 0
    assert [c.id for c in block.columns if c.hers] == [
        "result", "promised_date", "promised_amount", "status", "note",
    ]  # fmt: skip
    assert "(0.20客户表)" in by_key.loc["B"]["reason"]
    assert "(0.50未评分，按默认)" in by_key.loc["S"]["reason"]
    cautious = rows(book, "2025-07-01", unscored_risk="30%").loc["S"]
    assert "(0.30未评分，按默认)" in cautious["reason"]


def test_an_item_paid_in_part_says_what_it_was():
    book = book_of(
        receivables=BILL.replace("amount\n", "amount | project\n").replace(
            "| 100,000\n", "| 100,000 | 一期\n"
        ),
        receipts=PAYMENT,
    )
    before, after = (rows(book, day).loc["C1|INV1"] for day in ("2025-05-05", "2025-05-06"))
    assert (before["open"], before["reason"]) == (cents("100,000"), "")
    assert (after["open"], after["reason"]) == (
        cents("70,000"), "金额100,000.00，已收30,000.00",
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_prints_legibly_one_page_wide(lang):
    """At 7 pixels a character and 96 to the inch, A4 landscape keeps 60 % of the size."""
    columns = run(book_of(receivables=BILL), "2025-04-01", lang).sheets[0].blocks[0].columns
    shown = [column for column in columns if not column.hidden]
    assert all(column.width for column in shown)
    inches = sum(column.width for column in shown) * 7 / 96
    printable = 297 / 25.4 - 2 * 0.4
    assert printable / inches >= 0.6


def test_duplicate_numbers_have_keys_of_their_own():
    book = book_of(
        receivables="""
document | customer | due_date   | amount
1        | S        | 2025-06-20 | 300
1        | S        | 2025-06-21 | 300
"""
    )
    assert list(rows(book, "2025-07-01").index) == ["#section0", "S", "S|1", "S|1#2", "#total"]


def test_items_of_nobody_are_listed_and_items_without_due_date_are_said():
    book = book_of(
        receivables="""
document | due_date   | amount
1        | 2025-06-20 | 300
2        |            | 40
"""
    )
    changes = run(book, "2025-07-01")
    data = changes.sheets[0].blocks[0].data.set_index("key")
    assert data.loc["#-"]["customer"] == "（未写客户）"
    assert changes.problems[-1].code == "due_date_missing"
    assert changes.problems[-1].cell == "B3"


def test_the_sheet_reads_in_english():
    changes = run(
        book_of(receivables=BILL, customers=CUSTOMER, contacts=LETTERS), "2025-04-10", lang="en"
    )
    content = changes.sheets[0]
    assert content.title == "Dunning list · as of 2025-04-10 · in CNY"
    row = content.blocks[0].data.set_index("key").loc["C1"]
    assert row["action"] == "Lawyer's letter / legal action"
    assert row["reason"].startswith("31 d overdue ≥ 30 → Lawyer's letter / legal action; ")
    told = "".join((content.title, content.lead, *content.notes, row["reason"], *map(str, row)))
    assert not any(
        "一" <= sign <= "鿿"
        for sign in told.replace("甲公司", "").replace("王经理", "").replace("grade 中", "")
    )


def test_the_action_is_registered():
    assert actions()["dunning"].needs_as_of


def test_wa_overdue_equals_sql(shared_data):
    base = wa_database(shared_data)
    for day, settled in (("2013-06-30", True), ("2013-12-31", False)):
        expected = dict(
            base.execute(
                "select customer, sum(cents) from invoice where due < :day and issued <= :day"
                " and (:unpaid or settled > :day) group by customer",
                {"day": day, "unpaid": not settled},
            )
        )
        block = run(wa_tables(shared_data, settled=settled), day).sheets[0].blocks[0]
        customers = block.data[(block.levels == 0) & block.data["seq"].notna()]
        found = dict(zip(customers["key"], customers["overdue"], strict=True))
        assert found == expected


def test_wa_unpaid_fills_every_level(shared_data):
    block = run(wa_tables(shared_data, settled=False), "2013-12-31").sheets[0].blocks[0]
    items = block.data[block.levels == 1]
    late = "cast(julianday('2013-12-31') - julianday(due) as integer)"
    expected = wa_database(shared_data).execute(
        f"select sum({late} <= 0), sum({late} between 1 and 6), sum({late} between 7 and 14),"
        f" sum({late} between 15 and 29), sum({late} >= 30) from invoice"
    )
    found = [int(items["level"].isna().sum()), *((items["level"] == n).sum() for n in range(4))]
    assert found == list(next(expected)) == [9, 26, 19, 60, 2352]


def test_twenty_thousand_items_take_well_under_a_second(shared_data):
    book = wa_tables(shared_data, settled=False, copies=9)
    dunning(book, at("2013-12-31"))
    seconds = []
    for _ in range(3):
        # Time of this process: the machine may be busy with other things.
        start = time.process_time()
        dunning(book, at("2013-12-31"))
        seconds.append(time.process_time() - start)
    assert min(seconds) < 1
