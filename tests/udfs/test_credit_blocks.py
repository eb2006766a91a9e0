"""Blocking: conditions join by AND, rules by OR, strictly more; hard stops; none and 0."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import JUNE_30, NA, NUM, VALUE, column
from udfs import registry
from udfs.arrays import add_months
from udfs.rules import rules

YES, NO = True, False


def block(
    exposure, limit, overdue=0.0, days=None, *, order=None, by=None, events=None, customer=None,
    day=None, field=None, lang=None,
):  # fmt: skip
    return registry.call(
        "AR_CREDIT_BLOCK", exposure, limit, overdue, days, order, by, events, customer, day,
        field, lang,
    )  # fmt: skip


def test_rule_30_overdue_3000_and_70_percent_used_block_only_together():
    overdue, used = column(3000.01, 3000.0, 3000.01, 3000.0), column(70_001.0, 70_001.0, 7e4, 7e4)
    assert block(used, 1e5, overdue, 5.0) == column(YES, NO, NO, NO)
    assert block(used, 1e5, overdue, 5.0, field="rule") == column(
        "逾期且额度占用高", None, None, None
    )


def test_rule_28_blocked_only_on_strictly_more_than_the_limit():
    assert block(column(1e5, 100_000.01, 99_999.99), 1e5) == column(NO, YES, NO)
    assert block(6e4, 1e5, order=4e4) is NO
    assert block(6e4, 1e5, order=40_000.01) is YES
    assert block(100_000.01, 1e5, field="reason") == "暂停：超信用额度（超额度金额 0.01＞0）"


def test_rule_28_an_empty_limit_is_none_and_0_is_real_and_a_question():
    used, limit = column(1e9, 1.0, 0.0), column(None, 0.0, 0.0)
    assert block(used, limit) == column(NO, YES, NO)
    assert block(used, limit, field="zero_limit") == column(NO, YES, YES)
    assert block(used, limit, field="reason") == column(
        "未触发任何规则：占用 1,000,000,000.00，逾期 0.00；未设信用额度，不按额度拦截，请确认",
        "暂停：超信用额度（超额度金额 1.00＞0）；额度为 0，请确认是零额度还是未填",
        "未触发任何规则：占用 0.00，额度 0.00，逾期 0.00；额度为 0，请确认是零额度还是未填",
    )
    assert block(1.0, 0.0, 4000.0, 9.0, by=(("a", "limit_use", 0.7), ("a", "overdue", 3e3))) is YES
    assert block(1.0, None, 4000.0, 9.0, by=(("a", "limit_use", 0.7),)) is NO


RULES = (
    ("规则", "指标", "大于"),
    ("甲", "逾期金额", 100.0),
    ("乙", "占用率", "90%"),
    ("甲", "逾期天数", 10.0),
)


@pytest.mark.parametrize(
    ("used", "overdue", "days", "blocked", "rule"),
    [
        (90.0, 101.0, 11.0, YES, "甲"), (90.0, 101.0, 10.0, NO, None),
        (90.0, 100.0, 11.0, NO, None), (90.01, 0.0, None, YES, "乙"),
        (90.01, 101.0, 11.0, YES, "甲"), (90.0, 100.0, None, NA, None),
        (90.01, 101.0, None, YES, "乙"),
    ],
)  # fmt: skip
def test_conditions_of_one_name_join_by_and_the_rules_by_or(used, overdue, days, blocked, rule):
    assert block(used, 100.0, overdue, days, by=RULES) is blocked
    assert block(used, 100.0, overdue, days, by=RULES, field="rule") == rule


def test_the_reason_names_every_rule_that_holds_with_its_numbers():
    assert block(95.0, 100.0, 101.0, 11.0, by=RULES, field="reason") == (
        "暂停：甲（逾期金额 101.00＞100 且 逾期天数 11天＞10天）；乙（额度占用率 95%＞90%）"
    )
    assert block(80_000.0, 1e5, 5000.0, 9.0, field="reason", lang="en") == (
        "Blocked: Overdue and most of the limit used "
        "(Overdue amount 5,000.00 > 3,000 and Share of the limit used 80% > 70%)"
    )


def test_what_is_not_known_is_never_free():
    assert block(1.0, 100.0, 1.0) is NA  # overdue, but since when?
    assert block(1.0, 100.0, 1.0, field="reason") == "资料不全，无法判断：逾期超过90天"
    assert block(101.0, 100.0, 1.0) is YES  # blocked whatever the days are
    assert block(1.0, 100.0, None) is NA
    assert block(NA, 100.0) is NA


def test_thresholds_hold_as_typed():
    by = (("a", "limit_use", 0.29),)
    assert block(column(29.0, 29.01), 100.0, by=by) == column(NO, YES)
    by = (("a", "overdue_share", 0.3),)
    assert block(100.0, None, column(30.0, 30.01), 1.0, by=by) == column(NO, YES)
    assert block(-5.0, None, 0.0, by=by) is NO
    assert block(-5.0, None, 0.01, 1.0, by=by) is YES
    by = (("a", "exposure", 0.005),)
    assert block(column(0.0, 0.01), None, by=by) == column(NO, YES)


def test_schemes_and_what_contradicts():
    assert block(1.0, 100.0, 0.01, 1.0, by="strict") is YES
    assert block(1.0, 100.0, 0.01, 1.0, by="标准") is NO
    assert block(1.0, 100.0, by="no such") is VALUE
    assert block(1.0, 100.0, by=(("a", "no such", 1.0),)) is VALUE
    assert block(column(1.0, 1.0), column(-1.0, 100.0)) == column(NUM, NO)
    assert block(1.0, -1.0, field="reason") == "额度 -1.00 为负数"
    assert block(1.0, 100.0, by=(("a", "overdue", 1e300),)) is NO
    assert block(1.0, 100.0, by=(("a", "overdue", 1.0),) * 1001) is NUM


def hit(*rows, day=JUNE_30, days=0.0, overdue=0.0, field="hard_stop", customer="甲"):
    return block(
        1.0, 100.0, overdue, days, events=rows or None, customer=customer, day=day, field=field
    )


def test_every_hard_stop_of_the_reference_is_a_row():
    assert [row.zh for row in rules("credit_stops")] == [
        "失信被执行人", "破产或清算", "营业执照被吊销", "逾期超过90天", "90天内失约两次以上",
        "12个月内票据拒付", "生效判决未履行", "制裁名单", "无合同或未盖章",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "event",
    ["失信", "破产", "清算", "吊销", "逾期90天以上", "拒付", "判决未履行", "制裁", "未盖章"],
)
def test_one_event_of_most_stops_is_enough(event):
    assert hit((event, JUNE_30, "甲")) is YES
    assert hit((event, None, None)) is YES
    assert hit((event, JUNE_30, "乙")) is NO
    assert hit((event, JUNE_30 + 1, "甲")) is NO  # has not happened yet


def test_more_than_90_days_overdue_with_us():
    assert hit(days=90.0, overdue=1.0) is NO
    assert hit(days=91.0, overdue=1.0) is YES
    assert hit(days=91.0, overdue=1.0, field="reason") == "硬性否决：逾期超过90天（91天）"


def test_two_broken_promises_in_90_days():
    first, last = ("失约", JUNE_30 - 90, "甲"), ("失约", JUNE_30, "甲")
    assert hit(first, last) is YES
    assert hit(first, last, day=JUNE_30 + 1) is NO
    assert hit(last) is NO
    assert hit(first, ("失约", JUNE_30, "乙")) is NO
    assert hit(first, last, field="reason") == "硬性否决：90天内失约两次以上（2次）"


def test_a_bounced_bill_counts_for_12_months():
    (start,) = add_months(np.array([int(JUNE_30)]), -12).tolist()
    assert hit(("拒付", float(start), "甲")) is YES
    assert hit(("拒付", start - 1.0, "甲")) is NO
    assert hit(("破产", start - 1.0, "甲")) is YES  # has no window


def test_events_need_a_day_and_a_customer():
    assert hit(("拒付", JUNE_30, "甲"), day=None) is NA
    assert hit(("拒付", None, "甲"), day=None) is YES
    assert hit(("拒付", JUNE_30, "甲"), customer=None) is NA
    assert hit(("no such event", JUNE_30, "甲")) is VALUE
    assert hit(("拒付", JUNE_30, "甲"), customer=column("甲", "乙", "甲")) == column(YES, NO, YES)


def test_a_hard_stop_comes_before_the_rules():
    row = {"events": (("制裁", None, None),), "days": 1.0, "overdue": 1.0}
    assert block(101.0, 100.0, field="rule", **row) == "制裁名单"
    assert block(101.0, 100.0, field="reason", **row) == (
        "硬性否决：制裁名单；超信用额度（超额度金额 1.00＞0）"
    )


CENTS = st.integers(0, 10**8).map(lambda n: n / 100)


@given(
    CENTS, st.one_of(st.none(), CENTS), CENTS, st.integers(0, 120), CENTS, st.integers(0, 120),
    st.sampled_from([None, "strict", RULES]),
)  # fmt: skip
def test_more_overdue_never_unblocks(used, limit, overdue, days, more, later, by):
    before = block(used, limit, overdue, float(days), by=by)
    assert before in {YES, NO}
    after = block(used, limit, overdue + more, float(days + later), by=by)
    assert after >= before
    assert block(used + more, limit, overdue, float(days), by=by) >= before
    if limit is not None:  # a higher limit never blocks
        assert block(used, limit + more, overdue, float(days), by=by) <= before


def test_an_empty_limit_is_told_and_asked_about():
    asked = ("AR_CREDIT_BLOCK", 80000.0, None, 5000.0)
    free, bad = (*asked, 10.0), (*asked, 95.0)
    rest = (None,) * 5
    assert registry.call(*free, *rest, "no_limit") is True
    assert registry.call(*free, *rest, "zero_limit") is False
    assert (
        registry.call("AR_CREDIT_BLOCK", 80000.0, 0.0, 0.0, None, *rest, "未设额度待确认") is False
    )
    told = "；未设信用额度，不按额度拦截，请确认"
    assert registry.call(*free, *rest, "reason") == (
        "未触发任何规则：占用 80,000.00，逾期 5,000.00" + told
    )
    assert registry.call(*bad, *rest, "reason").endswith(told)
    assert registry.call(*free, *rest, "reason", "en").endswith(
        "; no credit limit is set, so none blocks: to be confirmed"
    )
