"""Dunning before and after the end of the limitation period."""

from macros.layout import serial
from tests.ledgers import book_of
from tests.macros.dunning_books import BILL, LETTERS, PAYMENT, PROMISE, day_of, rows, run


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


def test_a_claim_wholly_past_its_period_gets_a_repayment_plan_and_no_lawyer():
    last, gone = (rows(book_of(receivables=BILL), day) for day in ("2028-03-10", "2028-03-11"))
    assert (last.loc["C1"]["action"], gone.loc["C1"]["action"]) == (
        "律师函/法律程序", "还款计划/新协议",
    )  # fmt: skip
    assert gone.loc["C1"]["level"] == 3
    assert gone.loc["C1"]["reason"].startswith(
        "逾期1097天，均过时效 → 还款计划/新协议；100,000.00时效已届满，须书面同意履行才恢复；"
    )
    assert gone.loc["C1|INV1"]["action"] == "还款计划/新协议"
    # Where part of the debt can still be claimed, that part is dunned.
    more = BILL + "INV2 | C1 | 甲公司 | 一期 | 2028-01-01 | 2028-03-03 | 5,000\n"
    both = rows(book_of(receivables=more), "2028-03-11")
    assert both.loc["C1"]["action"] == "书面催款函"
    assert "；100,000.00时效已届满，" in both.loc["C1"]["reason"]
    assert list(both.loc[["C1|INV1", "C1|INV2"], "action"]) == ["还款计划/新协议", "电话催收"]
    english = run(book_of(receivables=BILL), "2028-03-11", "en").sheets[0].blocks[0].data
    assert "Repayment plan / new agreement" in english["action"].tolist()
