"""The dunning list, as a month of work reads; each boundary from both sides."""

import pytest

from macros.action import actions
from macros.layout import serial
from tests.ledgers import book_of, cents
from tests.macros.dunning_books import (
    BILL,
    CALL,
    CUSTOMER,
    LETTERS,
    PAYMENT,
    day_of,
    rows,
    run,
    sections,
)


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
        # The level goes by days alone; the letters one by one: a demand comes before the lawyer.
        ("2025-04-09", 30, 3, "书面催款函"),
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


def test_on_a_day_off_nobody_is_to_be_contacted_today():
    book = book_of(receivables=BILL)
    # 2025-03-22 is a Saturday, and so is 2025-04-05, in the holidays of 清明.
    for day, count, then in (
        ("2025-03-21", 1, "2025-03-21"),
        ("2025-03-22", 0, "2025-03-24"),
        ("2025-03-24", 1, "2025-03-24"),
        ("2025-04-05", 0, "2025-04-07"),
    ):
        changes = run(book, day)
        assert changes.sheets[0].lead.startswith(f"今日应联系 {count} 户"), day
        assert changes.summary[0] == ("今日应联系（户）", str(count))
        assert day_of(rows(book, day).loc["C1"]["next_date"]) == serial(then)
    # The firm works on that Saturday.
    busy = run(book, "2025-03-22", firm_workdays="2025-03-22")
    assert busy.sheets[0].lead.startswith("今日应联系 1 户")


def test_a_letter_is_not_sent_twice_and_escalates_by_days():
    book = book_of(receivables=BILL, customers=CUSTOMER, contacts=LETTERS)
    again = rows(book, "2025-04-08").loc["C1"]
    assert (again["level"], again["action"]) == (2, "电话催收")
    assert again["reason"].startswith("逾期29天，本级函已发 → 电话催收；")
    next_level = rows(book, "2025-04-09").loc["C1"]
    assert (next_level["level"], next_level["action"]) == (3, "律师函/法律程序")
    assert "无催款函记录" not in next_level["reason"]
    assert list(rows(book, "2025-04-09")["action"])[1:3] == ["律师函/法律程序"] * 2


def test_forty_five_days_without_a_letter_get_a_demand_and_not_a_lawyer():
    book = book_of(receivables=BILL, contacts=CALL)
    found = rows(book, "2025-04-24")
    row = found.loc["C1"]
    assert (row["days"], row["level"], row["action"]) == (45, 3, "书面催款函")
    assert row["reason"].startswith(
        "逾期45天≥30 → 书面催款函；上次03-17，隔38天≥7；无催款函记录，先发函；"
    )
    assert found.loc["C1|INV1"][["level", "action"]].tolist() == [3, "书面催款函"]


def test_letters_climb_one_step_at_a_time_on_a_longer_ladder():
    letter = "contact_date | customer | level | channel\n2025-03-20 | C1 | {} | 催款函"

    def found(level: int, day: str) -> tuple[object, ...]:
        book = book_of(receivables=BILL, contacts=letter.format(level))
        row = rows(book, day, dunning_levels="7/15/30/45/60").loc["C1"]
        return row["level"], row["action"], "逐级升级" in row["reason"]

    # 50 days late is level 4: after a letter of level 2 comes the third, which is the lawyer's.
    assert found(2, "2025-04-29") == (4, "律师函/法律程序", True)
    assert found(3, "2025-04-29") == (4, "律师函/法律程序", False)
    assert found(4, "2025-04-29") == (4, "电话催收", False)
    # A letter that was one of level 1 only: the written demand is next.
    assert found(1, "2025-04-29") == (4, "书面催款函", True)


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


def test_what_has_no_due_date_does_not_read_as_not_overdue():
    book = book_of(receivables="document | customer | due_date | amount\n1 | C1 | | 500")
    changes = run(book, "2025-07-01")
    assert changes.sheets[0].lead.endswith("，无到期日 500.00 未判断")
    assert [m.code for m in changes.messages][:2] == ["dunning.nothing_known", "dunning.undated"]
    assert changes.messages[1].params == {"amount": "500.00"}
    assert ("无到期日，未判断", "500.00") in changes.summary
    english = run(book, "2025-07-01", "en")
    assert english.sheets[0].lead.endswith("; without a due date 500.00: not judged")
    dated = run(book_of(receivables=BILL), "2025-03-10")
    assert "无到期日" not in dated.sheets[0].lead + str(dated.summary)
    assert "dunning.undated" not in [m.code for m in dated.messages]
