"""Dunning: the ladder, one step at a time, who is left alone, promises, priority."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import cents, columns, day, days, rows
from udfs import registry
from udfs.dunning import (
    action_code,
    action_of_level,
    block_code,
    block_text,
    level,
    limitation_factor,
    next_level,
    pre_due_reminder,
    priority,
    promise_status,
    unscored_risk,
)
from udfs.priority import priority_parts
from udfs.rules import labels, rule, rules
from udfs.values import MISSING, CellError, CellFaultError


@pytest.mark.parametrize(
    ("overdue", "at_level", "action"),
    [
        (-3, 0, "无需催收"),
        (0, 0, "无需催收"),
        (1, 0, "友好提醒(短信/邮件)"),
        (6, 0, "友好提醒(短信/邮件)"),
        (7, 1, "电话催收"),
        (14, 1, "电话催收"),
        (15, 2, "书面催款函"),
        (29, 2, "书面催款函"),
        (30, 3, "律师函/法律程序"),
        (400, 3, "律师函/法律程序"),
    ],
)
def test_each_threshold_from_both_sides(overdue, at_level, action):
    assert level([overdue]).tolist() == [at_level]
    assert labels("dunning_actions", action_code([overdue])).tolist() == [action]


def test_days_that_are_missing_have_no_level_and_no_action():
    assert level([MISSING, 7]).tolist() == [MISSING, 1]
    assert action_code([MISSING, 7]).tolist() == [None, "phone"]


def test_other_ladders_use_the_same_actions_and_the_last_one_for_the_rest():
    ladder = (3, 10, 20, 60)
    assert level([2, 3, 59, 60], ladder).tolist() == [0, 1, 3, 4]
    assert action_code([2, 3, 59, 60], ladder).tolist() == [
        "friendly_message", "phone", "legal", "legal",
    ]  # fmt: skip
    assert action_of_level([-1, 0, 9, MISSING]).tolist() == [
        "none", "friendly_message", "legal", None,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="ascend"):
        level([1], (15, 7))


def test_the_ladder_is_climbed_one_step_at_a_time():
    table = rows(
        """
        | overdue | last | since | level | send | why       |
        | 45      | 0    |       | 1     | yes  | 逐级升级   |
        | 45      | 1    | 10    | 2     | yes  | 逐级升级   |
        | 45      | 1    | 7     | 2     | yes  | 逐级升级   |
        | 45      | 1    | 6     | 1     | no   | 间隔不足   |
        | 45      | 2    | 30    | 3     | yes  | 逐级升级   |
        | 45      | 3    | 30    | 3     | no   | 已发同级   |
        | 20      | 2    | 10    | 2     | no   | 已发同级   |
        | 10      | 2    | 30    | 2     | no   | 已发同级   |
        | 20      | 2    | 3     | 2     | no   | 已发同级   |
        """
    )
    overdue, last, since, stand, send, why = zip(*table, strict=True)
    found = next_level(
        [int(n) for n in overdue],
        [int(n) for n in last],
        [int(n) if n else MISSING for n in since],
    )
    assert found.level.tolist() == [int(n) for n in stand]
    assert found.send.tolist() == [word == "yes" for word in send]
    assert labels("dunning_steps", found.why).tolist() == list(why)


def test_a_step_without_days_has_no_answer():
    found = next_level([MISSING, 45], [0, MISSING], MISSING)
    assert found.level.tolist() == [MISSING, MISSING]
    assert (found.send.tolist(), found.why.tolist()) == ([False, False], [None, None])


@given(st.integers(-50, 100), st.integers(0, 3), st.integers(0, 30))
def test_no_step_skips_a_level_or_goes_back(overdue, last, since):
    found = next_level([overdue], [last], [since])
    stand, send = found.level.tolist()[0], found.send.tolist()[0]
    assert stand == last + send
    assert not send or stand <= int(level(overdue))


AS_OF = day("2025-07-01")
BLOCKS = """
| case                | open  | change                       | reason            |
| normal              | 5,000 |                              | 可催               |
| excluded            | 5,000 | excluded disputed            | 不催收客户          |
| disputed            | 5,000 | disputed hold:2025-07-10     | 争议               |
| on hold             | 5,000 | hold:2025-07-10              | 暂停至2025-07-10    |
| last day of hold    | 5,000 | hold:2025-07-01              | 暂停至2025-07-01    |
| hold is over        | 5,000 | hold:2025-06-30              | 可催               |
| credits exceed debt | 5,000 | credits:6,000                | 净额为贷方          |
| credits equal debt  | 5,000 | credits:5,000                | 净额为贷方          |
| little is left      | 5,000 | credits:4,900.01             | 低于最小金额         |
| the minimum is left | 5,000 | credits:4,900                | 可催               |
| below the minimum   | 99.99 |                              | 低于最小金额         |
| at the minimum      | 100   |                              | 可催               |
| promised            | 5,000 | promised bank:9              | 承诺未到期          |
| old bank data       | 5,000 | bank:2                       | 银行流水未更新       |
| data of yesterday   | 5,000 | bank:1                       | 可催               |
"""


@pytest.mark.parametrize(("case", "opened", "change", "reason"), rows(BLOCKS))
def test_the_first_reason_not_to_dun_wins(case, opened, change, reason):
    flags = dict(word.partition(":")[::2] for word in change.split())
    hold = day(flags.get("hold", ""))
    found = block_code(
        [cents(opened)],
        disputed="disputed" in flags,
        hold_until=hold,
        as_of=AS_OF,
        promise_pending="promised" in flags,
        credits=cents(flags.get("credits", "0")),
        bank_data_age=int(flags.get("bank", "0")),
        excluded="excluded" in flags,
    )
    assert block_text(found, hold).tolist() == [reason], case


def test_blocks_of_many_debts_at_once():
    found = block_code(
        [500_000, MISSING, 500_000],
        disputed=[True, True, False],
        hold_until=[MISSING, MISSING, AS_OF],
        as_of=AS_OF,
    )
    assert found.tolist() == ["disputed", None, "hold"]
    assert block_text(found, [MISSING, MISSING, AS_OF], "en").tolist() == [
        "Disputed", None, "On hold until 2025-07-01",
    ]  # fmt: skip


def test_a_hold_that_cannot_be_compared_with_a_day_is_no_leave_to_dun():
    assert block_code([500_000], hold_until=AS_OF).tolist() == [None]
    assert registry.call("AR_DUNNING_BLOCK", 5000.0, None, None, "2025-07-10") is CellError.NA


@pytest.mark.parametrize(
    ("as_of", "left", "remind"),
    [
        ("2025-06-16", 15, False),
        ("2025-06-17", 14, True),
        ("2025-06-18", 13, False),
        ("2025-06-24", 7, True),
        ("2025-06-30", 1, True),
        ("2025-07-01", 0, False),
        ("2025-07-02", -1, False),
    ],
)
def test_reminders_before_the_due_date(as_of, left, remind):
    found = pre_due_reminder(days("2025-07-01"), days(as_of))
    assert (found.days_to_due.tolist(), found.remind.tolist()) == ([left], [remind])


def test_reminders_on_other_days_and_without_a_due_date():
    found = pre_due_reminder(days("2025-07-01", ""), day("2025-06-28"), (3, MISSING))
    assert found.days_to_due.tolist() == [3, MISSING]
    assert found.remind.tolist() == [True, False]


def test_promises_day_by_day():
    """30,000 promised on 2025-06-01 for 2025-06-10; three days of grace, 95 % is enough."""
    for payments, as_of, status in rows(
        """
        | payments                           | as of      | status  |
        | 2025-06-12 30,000                  | 2025-06-20 | 已兑现   |
        | 2025-06-13 30,000                  | 2025-06-20 | 已兑现   |
        | 2025-06-14 30,000                  | 2025-06-20 | 失约    |
        | 2025-06-10 28,500                  | 2025-06-20 | 已兑现   |
        | 2025-06-10 28,499.99               | 2025-06-20 | 部分兑现  |
        | 2025-06-10 10,000                  | 2025-06-20 | 部分兑现  |
        | 2025-06-02 15,000; 06-11 15,000    | 2025-06-20 | 已兑现   |
        | 2025-06-10 10,000                  | 2025-06-13 | 未到期   |
        | 2025-06-10 10,000                  | 2025-06-14 | 部分兑现  |
        |                                    | 2025-06-13 | 未到期   |
        |                                    | 2025-06-14 | 失约    |
        | 2025-06-01 30,000                  | 2025-06-01 | 已兑现   |
        | 2025-05-31 30,000                  | 2025-06-20 | 失约    |
        | 2025-06-12 30,000                  | 2025-06-11 | 未到期   |
        """
    ):
        paid = [
            entry.strip().replace("06-11", "2025-06-11").split()
            if entry.strip().startswith("06")
            else entry.split()
            for entry in payments.split(";")
            if entry.strip()
        ]
        found = promise_status(
            [cents("30,000")],
            days("2025-06-01"),
            days("2025-06-10"),
            [0] * len(paid),
            days(*(when for when, _ in paid)),
            [cents(amount) for _, amount in paid],
            day(as_of),
        )
        assert labels("promise_status", found).tolist() == [status], (payments, as_of)


def test_promises_of_several_customers_with_payments_of_none():
    found = promise_status(
        [100, 100, MISSING], [10] * 3, [20, 20, 20], [1, -1, 2], [15, 15, 15], [100] * 3, 30
    )
    assert found.tolist() == ["broken", "kept", None]
    assert promise_status([100], [10], [MISSING], [], [], [], 30).tolist() == [None]


def test_a_large_promise_is_compared_to_the_cent():
    amount = 2**53 + 1  # a double would lose the last cent
    for paid, status in ((amount, "kept"), (amount - 1, "partial")):
        found = promise_status([amount], [1], [2], [0], [2], [paid], 9, tolerance=0.0)
        assert found.tolist() == [status]


def test_priority_of_the_worked_examples_and_of_nothing_overdue():
    overdue, late, risk, broken, left, score = columns(
        """
        | overdue   | days | risk | broken | left | score     | how                       |
        | 180,000   | 45   | 0.6  | 1      | 400  | 40.433333 | 12.6+12.5+12+3.333333+0   |
        | 8,000     | 1000 | 0.9  | 3      | 20   | 63.56     | 0.56+25+18+10+10          |
        | 0         | 90   | 1    | 3      | 10   | 0         | nothing overdue           |
        | -5        | 90   | 1    | 3      | 10   | 0         | a credit                  |
        | 500,000   | 90   | 1    | 3      | 30   | 100       | everything full           |
        | 9,000,000 | 900  | 1    | 30     | -5   | 100       | never more                |
        | 500,000   | 0    | 0    | 0      | 181  | 35        | the amount alone          |
        """
    )[:6]
    found = priority(
        [cents(amount) for amount in overdue],
        [int(n) for n in late],
        [float(share) for share in risk],
        [int(n) for n in broken],
        [int(n) for n in left],
    )
    assert found.round(6).tolist() == [float(points) for points in score]


def test_the_parts_of_a_priority_are_its_terms():
    # 35·180,000/500,000, 25·45/90, 20·0.6, 10·1/3, 0: case D33.
    assert np.round(priority_parts(18_000_000, 45, 0.6, 1, 400), 3).tolist() == [
        12.6, 12.5, 12.0, 3.333, 0.0,
    ]  # fmt: skip
    assert np.sum(priority_parts(18_000_000, 45, 0.6, 1, 400)) == pytest.approx(40.433333)
    # Nothing overdue scores nothing, whatever the risk; what is missing has no parts.
    assert [part.tolist() for part in priority_parts([0, MISSING], 90, 1.0, 3, 10)] == [
        pytest.approx([0.0, np.nan], nan_ok=True)
    ] * 5


def test_priority_without_data_has_no_answer():
    found = priority([100, 100], [MISSING, 5], [0.5, np.nan], 0, 100)
    assert np.isnan(found).all()


def test_priority_with_other_weights_and_reference():
    assert priority([cents("50")], [0], [0.0], [0], [999], cents("100"), (80, 5, 5, 5, 5)) == 40
    for wrong in ({"weights": (50, 50)}, {"reference": 0}):
        with pytest.raises(CellFaultError):
            priority([1], [1], [0.5], [0], [1], **wrong)


@pytest.mark.parametrize(
    ("left", "factor"),
    [(-9, 1), (30, 1), (31, 0.6), (90, 0.6), (91, 0.3), (180, 0.3), (181, 0)],
)
def test_how_soon_a_claim_is_time_barred(left, factor):
    assert limitation_factor([left]).tolist() == [factor]


def test_defaults_of_the_functions_are_those_of_the_rules():
    scheme = rule("dunning", "standard")
    declared = {
        (name, parameter.name): parameter.default
        for name in ("AR_DUNNING_NEXT", "AR_DUNNING_BLOCK", "AR_PROMISE_STATUS")
        for parameter in registry.declaration(name).parameters
    }
    assert declared["AR_DUNNING_NEXT", "min_interval"] == scheme.integer("interval")
    assert declared["AR_DUNNING_BLOCK", "minimum"] == scheme.integer("minimum") * 100
    assert declared["AR_DUNNING_BLOCK", "max_bank_age"] == scheme.integer("bank_data_age")
    assert declared["AR_PROMISE_STATUS", "tolerance"] == scheme.number("promise_tolerance")
    assert declared["AR_PROMISE_STATUS", "grace"] == scheme.integer("promise_grace")
    assert unscored_risk() == 0.5


def test_the_weights_of_the_priority_make_a_hundred():
    assert [row.code for row in rules("priority")] == [
        "amount", "days", "risk", "broken", "limitation",
    ]  # fmt: skip
    assert sum(row.number("weight") for row in rules("priority")) == 100


REASONS = """
| function | arguments | reason |
| AR_DUNNING_LEVEL | 7 | 逾期7天≥7天：第1级（各级自7/15/30天起） |
| AR_DUNNING_LEVEL | 6 | 逾期6天＜7天：未到第一级（各级自7/15/30天起） |
| AR_DUNNING_LEVEL | 0 | 逾期0天，未逾期 |
| AR_DUNNING_ACTION | 400 | 逾期400天≥30天：第3级，律师函/法律程序 |
| AR_DUNNING_ACTION | 3 | 逾期3天＜7天：未到第一级，友好提醒(短信/邮件) |
| AR_DUNNING_NEXT | 45 0 - | 逾期45天达到第3级，上次第0级，逐级升到第1级 |
| AR_DUNNING_NEXT | 45 1 3 | 逾期45天达到第3级，但距上次3天＜7天，停在第1级 |
| AR_DUNNING_NEXT | 20 2 10 | 逾期20天达到第2级，已发第2级，不再发 |
| AR_DUNNING_NEXT | 6 0 - | 逾期6天，未到第一级，不发 |
| AR_DUNNING_BLOCK | 5000 | 净额5,000.00－0.00＝5,000.00≥100.00，没有不催的原因 |
| AR_DUNNING_BLOCK | 50 | 净额50.00－0.00＝50.00＜100.00，低于最小催收金额 |
| AR_DUNNING_BLOCK | 500 - - - - - 600 | 净额500.00－600.00＝-100.00≤0，客户没有欠款 |
| AR_DUNNING_BLOCK | 5000 - - - - - - 3 | 银行流水已3天未更新，超过1天 |
| AR_COLLECTION_PRIORITY | 0 90 1 3 10 | 没有逾期金额，优先级为 0 |
"""


@pytest.mark.parametrize(("name", "arguments", "reason"), rows(REASONS))
def test_every_answer_says_why(name, arguments, reason):
    cells = [
        None if word == "-" else word if word.count("-") == 2 else float(word)
        for word in arguments.split()
    ]
    known = registry.declaration(name).arguments
    cells += [None] * (known.index("field") - len(cells))
    assert registry.call(name, *cells, "reason") == reason
    english = registry.call(name, *cells, "reason", "en")
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english)


def test_the_priority_shows_the_arithmetic_of_its_five_parts():
    cells = (180000.0, 45.0, 0.6, 1.0, 400.0, None, None)
    assert registry.call("AR_COLLECTION_PRIORITY", *cells, "依据") == (
        "金额35×min（1，180,000.00÷500,000.00）＋天数25×min（1，45÷90）＋风险20×0.6"
        "＋失约10×min（1，1÷3）＋时效10×0（时效剩余超过180天）＝12.6＋12.5＋12＋3.333333＋0＝40.433333"
    )
    assert registry.call("AR_COLLECTION_PRIORITY", None, *cells[1:], "reason") is CellError.NA


def test_a_negative_last_level_or_credit_spoils_its_own_row_only():
    levels = ((0.0,), (-1.0,), (1.0,))
    asked = ("AR_DUNNING_NEXT", 15.0, levels, None, None, None)
    assert registry.call(*asked, "level") == ((1.0,), (CellError.NUM,), (2.0,))
    assert registry.call(*asked, "send") == ((True,), (CellError.NUM,), (True,))
    assert registry.call(*asked, "why") == (("逐级升级",), (CellError.NUM,), ("逐级升级",))
    credits_ = ((6000.0,), (-6000.0,), (0.0,))
    found = registry.call("AR_DUNNING_BLOCK", 5000.0, *[None] * 5, credits_)
    assert found == (("净额为贷方",), (CellError.NUM,), ("可催",))


def test_a_hold_says_its_last_day():
    held = (5000.0, None, None, "2025-07-10", "2025-07-01", *[None] * 5, "reason")
    assert registry.call("AR_DUNNING_BLOCK", *held) == (
        "暂停催收至2025-07-10（含当天），基准日2025-07-01仍在暂停期内"
    )


def test_what_is_missing_has_no_reason():
    assert registry.call("AR_DUNNING_LEVEL", CellError.NA, None, "reason") is CellError.NA
    assert registry.call("AR_DUNNING_NEXT", None, 1.0, None, None, None, "reason") is CellError.NA
    held = (5000.0, None, None, "2025-07-10", None, None, None, None, None, None, "reason")
    assert registry.call("AR_DUNNING_BLOCK", *held) is CellError.NA
