"""What holds dunning back: disputes, holds, promises, credits, stale bank data."""

from macros.layout import serial
from tests.ledgers import book_of, cents
from tests.macros.dunning_books import BILL, CALL, CUSTOMER, PROMISE, day_of, rows, run

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
        "；无承诺表，失约按0；未评分，风险按0.50"
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


# All of these fall due on 2025-07-15, 14 days after 2025-07-01.
SOON = """
document | customer | document_date | due_date   | amount | disputed | hold_until
A1       | A        | 2025-05-01    | 2025-07-15 | 1,000  |          |
A2       | A        | 2025-05-01    | 2025-07-15 | 400    | 是       |
A3       | A        | 2025-05-01    | 2025-07-15 | 50     |          | 2025-07-01
A4       | A        | 2025-05-01    | 2025-07-15 | 7      |          | 2025-06-30
B1       | B        | 2025-05-01    | 2025-07-15 | 700    | 是       |
E1       | E        | 2025-05-01    | 2025-07-15 | 500    |          |
F1       | F        | 2025-05-01    | 2025-07-15 | 500    |          |
G1       | G        | 2025-05-01    | 2025-07-15 | 500    |          |
H1       | H        | 2025-05-01    | 2025-07-15 | 500    |          |
P1       | P        | 2025-05-01    | 2025-07-15 | 500    |          |
"""


def test_nobody_is_reminded_of_what_she_would_not_be_dunned_for():
    book = book_of(
        receivables=SOON,
        receipts="receipt_date | amount | customer\n2025-06-25 | 500 | E\n2025-06-25 | 399 | F",
        customers="customer | hold_until | excluded\nH | 2025-07-01 | \nG | | 是",
        promises="customer | made_date | promised_date | amount\nP | 2025-06-28 | 2025-07-03 | 500",
    )
    found = rows(book, "2025-07-01")
    # B and P have nothing left to be reminded of. F's 101.00 after credits reach the minimum.
    assert [key for key in found.index if "|" not in key] == [
        "#section1", "A", "F", "#section2", "E", "G", "H", "#total",
    ]  # fmt: skip
    assert found.loc["A", "reason"] == "2笔1,007.00将到期，最早2025-07-15（14天后）"
    assert list(found.loc[["A|A1", "A|A2", "A|A3", "A|A4"], "action"]) == [
        "到期前提醒", "", "", "到期前提醒",
    ]  # fmt: skip
    assert found.loc[["E", "G", "H"], "standing"].to_dict() == {
        "E": "净额为贷方", "G": "不催收客户", "H": "暂停至2025-07-01",
    }  # fmt: skip
    assert found.loc["G", "reason"] == "不催收客户；1笔500.00将到期，最早2025-07-15（14天后）"
    assert found.loc["E", "reason"] == (
        "净额为贷方；1笔500.00将到期，最早2025-07-15（14天后）；"
        "可催500.00−贷方500.00=0.00，最小100.00；贷方500.00待冲抵"
    )
    held = found.loc[["G", "H"]]
    assert list(held["action"]) == ["", ""]
    assert held[["level", "days", "score"]].isna().all(axis=None)
    assert list(found.loc[["G|G1", "H|H1"], "action"]) == ["", ""]
    assert day_of(found.loc["H"]["next_date"]) == serial("2025-07-02")
    assert run(book, "2025-07-01").summary[5] == ("到期前提醒（户）", "2")
    # The hold is over the day after: only the 14th day before is one of reminders, though.
    assert "H" not in rows(book, "2025-07-02").index


def test_who_is_reminded_owes_no_credit():
    book = book_of(receivables=SOON)
    found = rows(book, "2025-07-01")
    assert set(found.loc[["A", "E", "F", "G", "H", "P"], "standing"]) == {""}


def test_each_row_says_what_it_assumes_where_promises_or_a_score_are_missing():
    customers = "customer | customer_name | grade | excluded\nC1 | 甲公司 | 中 | {}"
    graded, excluded = customers.format(""), customers.format("是")

    def reason(lang: str = "zh", **tables: str) -> str:
        changes = run(book_of(receivables=BILL, **tables), "2025-04-01", lang)
        return changes.sheets[0].blocks[0].data.set_index("key").loc["C1", "reason"]

    assert "+风险10(0.50未评分，按默认)+失约0(无承诺表，失约按0)+" in reason()
    assert "(no table of promises: 0 assumed)" in reason("en")
    # A table without a broken promise is knowledge, not an assumption.
    none = PROMISE.replace("2025-03-28", "2025-03-31")
    assert "+失约0(0次)+" in reason(promises=none.replace("C1 ", "C2 "), customers=graded)
    assert reason(customers=excluded).endswith("；无承诺表，失约按0")
    assert reason(promises=none.replace("C1 ", "C2 ")).count("按0") == 0
    held = reason(promises=none.replace("C1 ", "C2 "), customers=excluded)
    assert held == "不催收客户；逾期22天，100,000.00"


def test_a_debt_of_nobody_is_held_back_and_nobody_is_contacted():
    book = book_of(
        receivables="""
document | customer_name | document_date | due_date   | amount
A1       |               | 2025-03-01    | 2025-04-01 | 900.00
A2       | 甲公司        | 2025-03-01    | 2025-04-01 | 500.00
"""
    )
    nobody = rows(book, "2025-06-30").loc["#-"]
    assert (nobody["standing"], nobody["action"]) == ("未写客户", "")
    summary = dict(run(book, "2025-06-30").summary)
    assert summary["今日应联系（户）"] == "1"
    assert (summary["逾期合计"], summary["其中暂停"]) == ("1,400.00", "900.00")
