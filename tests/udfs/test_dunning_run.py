"""Dunning runs: who is written to, at which level, what holds back, and what must not be lost."""

from __future__ import annotations

import pytest

from tests.udfs.dunning_cells import LAST, SAME, SOON, UP, item, run, steps, told
from tests.udfs.samples import NA, NUM, VALUE
from udfs import registry, wording
from udfs.rules import labels, rules


@pytest.mark.parametrize(
    ("computation", "delay", "due", "first_day"),
    [
        ("net_days", 7, "2025-06-10", "2025-06-17"),
        ("end_of_month", 7, "2025-06-10", "2025-06-30"),
        ("end_of_month", 21, "2025-06-10", "2025-07-31"),
        ("end_of_month", 0, "2025-01-31", "2025-02-01"),  # on the last day itself it is not overdue
    ],
)
def test_rule_19_the_boundary_of_each_computation(computation, delay, due, first_day):
    levels = ((1.0, float(delay), computation, "letter"),)
    day = registry.call("AR_WORKDAY_ADD", first_day, 0.0)
    assert steps((item("A", due),), None, day - 1, levels=levels)[0][1] is False
    assert steps((item("A", due),), None, day, levels=levels)[0] == (1.0, True, UP)


def test_rule_19_previous_date_counts_from_the_last_reminder():
    items, history = (item("A", "2025-05-01"),), (told("2025-06-10", 1.0, "A"),)
    assert steps(items, history, "2025-06-17", "after_reminder") == [(1.0, False, SAME)]
    assert steps(items, history, "2025-06-18", "after_reminder") == [(2.0, True, UP)]


def test_rule_19_level_1_cannot_use_previous_date():
    levels = ((1.0, 7.0, "previous_date", "letter"), (2.0, 15.0, "net_days", "letter"))
    assert run((item("A", "2025-05-01"),), policy="ladder", levels=levels) is NUM


def test_rule_19_one_level_per_run_even_when_three_thresholds_are_past():
    items = (item("A", "2025-05-01"),)
    history = ()
    for on, level in (("2025-06-30", 1.0), ("2025-07-07", 2.0), ("2025-07-14", 3.0)):
        assert steps(items, history or None, on) == [(level, True, UP)]
        history = (*history, told(on, level, "A"))
    assert steps(items, history, "2025-07-21") == [(3.0, False, LAST)]


@pytest.mark.parametrize("status", ["draft", "ignored", "已忽略", "Send again"])
def test_rule_19_drafts_and_ignored_reminders_do_not_count(status):
    items = (item("A", "2025-05-01"),)
    history = (told("2025-06-01", 1.0, "A"), told("2025-06-29", 2.0, "A", status=status))
    assert steps(items, history) == [(2.0, True, UP)]  # the same level is proposed again


def test_rule_19_a_manual_override_restarts_the_chain():
    items = (item("A", "2025-05-01"),)
    history = (
        told("2025-05-10", 1.0, "A"),
        told("2025-05-20", 2.0, "A"),
        told("2025-06-01", 1.0, "A", manual=True),
    )
    assert steps(items, history) == [(2.0, True, UP)]
    same_day = (told("2025-06-01", 3.0, "A"), told("2025-06-01", 1.0, "A", manual=True))
    assert steps(items, same_day) == [(2.0, True, UP)]  # what is set by hand stands above


def test_rule_19_policy_of_company_customer_and_invoice():
    items = (
        item("A", "2025-05-01"),
        item("B", "2025-05-01", customer="乙"),
        item("C", "2025-05-01", customer="乙", policy="by_arrears"),
    )
    customers = (("乙", "停止催收", None, None),)
    found = steps(items, customers=customers)
    assert found == [
        (1.0, True, UP),
        (0.0, False, "No dunning"),
        (4.0, True, "Level by days in arrears"),
    ]


def test_rule_19_a_run_older_than_an_existing_one_is_refused():
    items, history = (item("A", "2025-05-01"),), (told("2025-06-30", 1.0, "A"),)
    assert run(items, history, "2025-06-29") is NUM
    assert steps(items, history, "2025-06-30") == [(1.0, False, SOON)]


@pytest.mark.parametrize(
    ("amount", "currency", "sent"),
    [
        (0.09, "USD", False), (0.10, "USD", True), (0.09, None, False), (0.1, "CNY", True),
        (9.0, "JPY", False), (10.0, "日元", True), (0.1, "XYZ", True), (0.09, "XYZ", False),
    ],
)  # fmt: skip
def test_rule_20_the_tolerance_is_in_the_items_own_currency(amount, currency, sent):
    # OCA converts the other way (read, not run); here nothing is converted at all.
    items = (item("A", "2025-06-01", amount, currency=currency),)
    assert run(items, field="Send") == [sent]
    assert run(items, field="Send", tolerance=amount) == [True]
    assert run(items, field="Send", tolerance=amount + 0.01) == [False]


def test_rule_21_our_ladder_takes_a_new_item_to_its_first_letter():
    # Tryton gives a new item the first level that tests true, with days ≥ overdue; so do we.
    levels = tuple((float(n), d, "net_days", "letter") for n, d in ((1, 5.0), (2, 20.0)))
    for on, expected in (("2025-06-05", 0.0), ("2025-06-06", 1.0)):
        assert steps((item("A", "2025-06-01"),), None, on, levels=levels)[0][0] == expected
    history = (told("2025-06-06", 1.0, "A"), told("2025-06-21", 2.0, "A"))
    items = (item("A", "2025-06-01"),)
    assert steps(items, history, levels=levels) == [(2.0, False, LAST)]
    draft = (told("2025-06-06", 1.0, "A", status="draft"),)
    assert steps(items, draft, levels=levels) == [(1.0, True, UP)]  # drafts never advance


@pytest.mark.parametrize(
    ("arrears", "level"),
    [(1, 0.0), (2, 1.0), (14, 1.0), (15, 1.0), (16, 2.0), (30, 3.0), (31, 3.0), (44, 4.0),
     (50, 4.0)],
)  # fmt: skip
def test_rule_22_the_level_follows_days_in_arrears(arrears, level):
    due = registry.call("AR_WORKDAY_ADD", "2025-06-30", 0.0) - arrears
    found = run((item("A", due),), policy="by_arrears")
    assert (found["Level"], found["Send"]) == ((level,), (level > 0,))


def test_rule_22_the_account_has_the_highest_level_of_its_items():
    items = (
        item("A", "2025-06-16"),
        item("B", "2025-05-30"),
        item("C", "2025-06-16", customer="乙"),
        item("D", None),
    )
    found = run(items, policy="by_arrears")
    assert found["Level"] == (1.0, 3.0, 1.0, NA)
    assert found["Account level"] == (3.0, 3.0, 1.0, 3.0)


def test_rule_22_grace_days_first():
    # The documented example: due 1997-03-12, three days of grace, run 1997-03-13: not overdue.
    items = (item("A", "1997-03-12"),)
    levels = ((1.0, 1.0, "net_days", "letter"),)
    for on, level in (("1997-03-13", 0.0), ("1997-03-15", 0.0), ("1997-03-16", 1.0)):
        found = run(items, None, on, "by_arrears", levels=levels, grace=3.0)
        assert found["Level"] == (level,)
    assert run(items, None, "1997-03-15", "by_arrears", grace=3.0, field="Why") == [
        "Within the days of grace"
    ]


def test_rule_22_the_interval_of_14_days():
    items, history = (item("A", "2025-02-01"),), (told("2025-03-01", 1.0, "A"),)
    assert steps(items, history, "2025-03-14", "by_arrears") == [(1.0, False, SOON)]
    assert steps(items, history, "2025-03-15", "by_arrears") == [
        (3.0, True, "Level by days in arrears")
    ]


def test_rule_22_a_minimum_of_the_account(monkeypatch):
    from udfs import dunning_run  # noqa: PLC0415 - patched in this test alone

    named = dunning_run.policy_named
    monkeypatch.setattr(
        dunning_run,
        "policy_named",
        lambda code: dunning_run.replace(named(code), minimum_days=6),
    )
    items = (item("A", "2025-06-24"), item("B", "2025-06-27"), item("C", "2025-06-25", 1.0, "乙"))
    found = run(items, policy="by_arrears")
    assert found["Send"] == (True, True, False)
    assert found["Reason"][2] == (
        "Level by days in arrears: longest arrears of the account 5 days < 6"
    )


def test_rule_23_a_part_payment_re_anchors_the_clock():
    # Two instalments of one document; the first is paid after two letters.
    history = (told("2025-01-20", 1.0, "A"), told("2025-02-10", 2.0, "A"))
    unpaid = (item("A", "2025-01-01"), item("A", "2025-03-01"))
    paid = (item("A", "2025-01-01", 0.0), item("A", "2025-03-01"))
    assert steps(unpaid, history, "2025-03-09")[0] == (3.0, True, UP)
    assert steps(paid, history, "2025-03-09")[1] == (1.0, True, UP)
    whole = (told("2025-01-20"), told("2025-02-10"))
    assert run(unpaid, whole, "2025-03-09", field="Level") == [3.0, 3.0]
    assert run(paid, whole, "2025-03-09", field="Level") == [0.0, 1.0]


def test_rule_23_elapsed_days_and_not_counted_documents_make_the_level():
    # ERPNext counts earlier dunnings whatever the days; our ladder needs both.
    history = (told("2025-06-09", 1.0, "A"),)
    assert steps((item("A", "2025-06-01"),), history, "2025-06-16") == [(2.0, True, UP)]
    assert steps((item("A", "2025-06-02"),), history, "2025-06-16") == [(1.0, False, SAME)]


def test_rule_24_the_grace_date_is_strictly_before_the_run():
    # metasfresh: grace date < dunning date. Due 06-20 and 10 days: not on 06-30, but on 07-01.
    levels = ((1.0, 0.0, "net_days", "letter"),)
    for on, sent in (("2025-06-30", False), ("2025-07-01", True)):
        found = run((item("A", "2025-06-20"),), None, on, "ladder", levels=levels, grace=10.0)
        assert found["Send"] == (sent,)


def test_rule_24_the_next_level_needs_the_letter_before_to_have_gone_out():
    # metasfresh: the previous document processed, and the days between elapsed.
    items = (item("A", "2025-05-01"),)
    for status, expected in (("draft", (1.0, True, UP)), (None, (2.0, True, UP))):
        history = (told("2025-06-22", 1.0, "A", status=status),)
        assert steps(items, history, policy="after_reminder") == [expected]
    history = (told("2025-06-23", 1.0, "A"),)
    assert steps(items, history, policy="after_reminder") == [(1.0, False, SAME)]


def test_rule_24_what_is_disputed_is_never_in_a_letter():
    # iDempiere has a switch; we have none: a disputed item waits, the rest of the debt does not.
    items = (item("A", "2025-05-01", disputed=True), item("B", "2025-05-01"))
    assert steps(items, policy=None) == [(0.0, False, "Disputed"), (1.0, True, "Late enough")]


def test_rule_25_simple_is_the_default_and_lists_all_overdue_invoices():
    items = (
        item("A", "2025-06-23"),
        item("B", "2025-06-29"),
        item("C", "2025-06-30"),
        item("D", "2025-06-24", customer="乙"),
    )
    assert steps(items, policy=None) == [
        (1.0, True, "Late enough"),
        (1.0, True, "Listed in the same letter"),
        (0.0, False, "Not overdue"),
        (0.0, False, "Not late enough"),
    ]


def test_rule_25_one_recent_contact_blocks_the_whole_customer():
    items = (item("A", "2025-05-01"), item("B", "2025-05-01"), item("C", "2025-05-01", 1.0, "乙"))
    history = (told("2025-06-24", document="A"),)
    assert run(items, history, field="Send") == [False, False, True]
    history = (told("2025-06-23", document="A"),)
    assert run(items, history, field="Send") == [True, True, True]


@pytest.mark.parametrize(
    ("channel", "level"),
    [("phone", 1.0), ("短信", 1.0), ("visit", 1.0), ("letter", 2.0), (None, 2.0)],
)
def test_rule_25_phone_calls_do_not_raise_the_counter(channel, level):
    items, history = (item("A", "2025-05-01"),), (told("2025-06-01", channel=channel),)
    assert run(items, history, field="Level") == [level]


def test_rule_25_a_letter_that_lists_five_invoices_counts_once():
    items = tuple(item(name, "2025-05-01") for name in "ABCDE")
    history = tuple(told("2025-06-01", 1.0, name) for name in "ABCDE")
    assert run(items, history, field="Level") == [2.0] * 5


def test_rule_25_letters_go_on_at_the_last_level():
    history = tuple(told(f"2025-0{month}-01") for month in (2, 3, 4, 5, 6))
    found = run((item("A", "2025-01-01"),), history)
    assert (found["Level"], found["Send"], found["Channel"]) == (
        (3.0,),
        (True,),
        ("Lawyer's letter",),
    )


def test_rule_25_a_level_set_by_hand_restarts_the_counter():
    history = (told("2025-02-01"), told("2025-03-01"), told("2025-04-01", 0.0, manual=True))
    assert run((item("A", "2025-01-01"),), history, field="Level") == [1.0]
    assert run((item("A", "2025-01-01"),), (*history, told("2025-05-01")), field="Level") == [2.0]


def test_rule_27_late_setup_does_not_burst():
    # Due 2025-01-01: reminder dates 01-08, 01-16 and 01-31; dunning began on 01-20.
    items = (item("A", "2025-01-01"),)
    skipped = "Dates before the start are skipped"
    for policy in ("ladder", "by_arrears"):
        levels = "standard"
        more = {"setup_date": "2025-01-20", "levels": levels}
        assert steps(items, None, "2025-01-20", policy, **more) == [(0.0, False, skipped)]
        assert steps(items, None, "2025-01-30", policy, **more) == [(0.0, False, skipped)]
        assert steps(items, None, "2025-01-31", policy, **more)[0][:2] == (3.0, True)
        more["setup_date"] = "2025-01-16"
        assert steps(items, None, "2025-01-20", policy, **more)[0][:2] == (2.0, True)


def test_rule_27_a_chain_that_waits_for_its_last_reminder_begins_at_the_setup():
    # Level 1 (day 8 January) is skipped; level 2 comes 8 days after dunning began.
    items, more = (item("A", "2025-01-01"),), {"setup_date": "2025-01-20"}
    for on, expected in (("2025-01-27", 0.0), ("2025-01-28", 2.0)):
        assert steps(items, None, on, "after_reminder", **more)[0][0] == expected


def test_two_counters_a_call_neither_raises_nor_holds_back_the_letter():
    items, on = (item("A", "2025-06-01"),), "2025-06-16"
    history = (told("2025-06-09", 1.0, "A", channel="phone"),)
    assert steps(items, history, on, "phone_letter_legal") == [(2.0, True, UP)]
    assert steps(items, None, on, "phone_letter_legal") == [(2.0, True, UP)]
    assert steps(items, None, "2025-06-10", "phone_letter_legal") == [(1.0, True, UP)]
    # No lawyer before a letter, whatever the days.
    assert steps(items, None, "2025-12-01", "phone_letter_legal") == [(2.0, True, UP)]


BLOCKED = [
    ({}, {"policy": "do_nothing"}, None),
    ({"disputed": True}, {}, None),
    ({"hold_until": "2026-01-01"}, {}, None),
    ({}, {"customers": (("甲", None, None, True),)}, None),
    ({}, {"customers": (("甲", None, "2025-06-30", None),)}, None),
    ({"amount": 0.01}, {}, None),
    ({}, {"grace": 365.0}, None),
    ({}, {}, (told("2025-06-29", 1.0, "A"),)),
    ({}, {"policy": "ladder"}, (told("2025-06-29", 1.0, "A"),)),
    ({}, {"policy": "phone_letter_legal"}, None),
    ({}, {"policy": "ladder"}, (told("2025-01-29", 3.0, "A"),)),
]


@pytest.mark.parametrize(("own", "more", "history"), BLOCKED)
@pytest.mark.parametrize(("left", "urgent"), [(91, False), (90, True), (0, True), (-1, False)])
def test_a_claim_near_its_limitation_gets_a_provable_demand(own, more, history, left, urgent):
    items = (item("A", "2025-06-20" if not history else "2025-01-01", **own, limitation_left=left),)
    found = run(items, history, **more)
    near = found["Why"] == ("Limitation near: provable demand",)
    assert near is urgent
    if urgent:
        assert found["Send"] == (True,)
        assert found["Channel"][0] in {"Demand letter", "Lawyer's letter"}
        assert f"Only {left} days to limitation" in found["Reason"][0]


def test_a_provable_demand_is_not_written_twice_on_one_day():
    items = (item("A", "2025-05-01", limitation_left=10.0),)
    for history, sent in (
        ((told("2025-06-30", 1.0, "A"),), False),
        ((told("2025-06-30", 1.0, "A", channel="phone"),), True),
        ((told("2025-06-30", 1.0, "A", status="draft"),), True),
        ((told("2025-06-29", 1.0, "A"),), True),
    ):
        assert run(items, history, field="Send") == [sent]


def test_a_hold_ends_after_its_last_day():
    for until, sent in (("2025-06-29", True), ("2025-06-30", False)):
        assert run((item("A", "2025-05-01", hold_until=until),), field="Send") == [sent]
        customers = (("甲", None, until, None),)
        assert run((item("A", "2025-05-01"),), customers=customers, field="Send") == [sent]


def test_headings_in_chinese():
    items = (("客户名称", "到期日", "未收金额"), ("甲", "2025-05-01", 1000.0))
    history = (("客户", "催款日期", "方式"), ("甲", "2025-06-01", "电话"))
    assert run(items, history, field="Level") == [1.0]


def test_a_many_levelled_policy_and_the_same_day():
    levels = tuple((float(n), 1.0, "net_days", "letter") for n in range(1, 101))
    assert run((item("A", "2025-05-01"),), mode="ladder", levels=levels) is NUM
    assert steps((item("A", "2025-05-01"),), mode="ladder", levels=levels[:99])[0][0] == 1.0
    history = (told("2025-06-30", 1.0, "A"),)
    found = run((item("A", "2025-05-01"),), history, interval=0.0, policy="ladder")
    assert found["Reason"] == (
        "Ladder 7/15/30: contact on 2025-06-30, interval of 1 days not over; stays at level 1",
    )


def test_bad_input():
    good = item("A", "2025-05-01")
    assert run(None, field="Level") == []
    assert run((good,), policy="no such") is VALUE
    assert run((good,), on=None) is NA
    assert run((good,), interval=-1.0) is NUM
    assert run((good,), tolerance=-0.1) is NUM
    assert run((good,), customers=(("甲", None, None, None),) * 2) is NUM
    assert run((good,), policy="do_nothing", mode="ladder") is NUM
    assert run((good,), levels=((0.0, 7.0, "net_days", "letter"),)) is NUM
    assert run((good,), levels=((1.0, -7.0, "net_days", "letter"),)) is NUM
    assert run((good,), levels=((1.0, 7.0, "net_days", "letter"),) * 2) is NUM
    assert run((good,), (told("2025-06-01", -1.0),)) is NUM
    twice = ((1.0, 7.0, "net_days", "letter"), (2.0, 7.0, "net_days", "letter"))
    assert run((good,), mode="by_arrears", levels=twice) is NUM
    assert run((good,), mode="ladder", levels=twice, field="Level") == [1.0]
    assert run((good,), tolerance=1e300, field="Why") == ["Below the tolerance"]


def test_every_decision_has_its_sentence_and_its_label():
    codes = {row.code for row in rules("dunning_decisions")}
    variants = {
        line["argument"].removeprefix("@reason.").partition("_net_days")[0]
        for line in wording._texts().values()
        if line["function"] == "AR_DUNNING_RUN" and line["argument"].startswith("@reason.")
    }
    assert {name for name in variants if not name.startswith("escalate_")} == codes
    assert labels("dunning_decisions", ["hold"]).tolist() == ["暂停催收"]
