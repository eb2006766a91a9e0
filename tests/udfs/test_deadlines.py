"""Limitation of actions: stories of one claim through time, and many claims at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import day, days, iso, rows
from udfs import registry
from udfs.deadlines import (
    deadline_months,
    expiry_of,
    limitation,
    limitation_instalments,
    status_of,
)
from udfs.rules import labels, rules
from udfs.values import MISSING, CellError
from udfs.vocabulary import plain


def of_one(due, events, as_of, **options):
    """Limitation of one claim; an event is ``date code`` with ``?`` where it cannot be proved."""
    told = [event.split() for event in events.split(",") if event.strip()]
    return limitation(
        days(due),
        [0] * len(told),
        days(*(when for when, _ in told)),
        np.array([code.rstrip("?") for _, code in told], dtype=object),
        [not code.endswith("?") for _, code in told],
        day(as_of),
        **options,
    )


STORIES = """
| due        | events                                       | expiry     | remark
| 2022-11-30 |                                              | 2025-11-30 | none
| 2024-02-29 |                                              | 2027-02-28 | none
| 2022-11-30 | 2024-05-20 letter                            | 2027-05-20 | none
| 2022-11-30 | 2024-05-20 letter?                           | 2025-11-30 | no evidence
| 2022-11-30 | 2024-05-20 audit_confirmation                | 2025-11-30 | not an interrupting event
| 2022-11-30 | 2024-05-20 visit                             | 2025-11-30 | not an interrupting event
| 2022-11-30 | 2025-06-01 letter                            | 2028-06-01 | none
| 2022-11-30 | 2025-06-02 letter                            | 2025-11-30 | none
| 2022-11-30 | 2022-10-01 letter                            | 2025-11-30 | none
| 2020-01-15 | 2023-01-14 payment                           | 2026-01-14 | none
| 2020-01-15 | 2023-01-15 letter                            | 2026-01-15 | none
| 2020-01-15 | 2023-01-16 letter                            | 2023-01-15 | after expiry
| 2020-01-15 | 2023-06-01 payment                           | 2023-01-15 | after expiry
| 2020-01-15 | 2023-06-01 acknowledgment                    | 2023-01-15 | after expiry
| 2020-01-15 | 2023-06-01 repayment_plan                    | 2026-06-01 | revived
| 2020-01-15 | 2023-06-01 new_agreement                     | 2026-06-01 | revived
| 2020-01-15 | 2023-06-01 repayment_plan?                   | 2023-01-15 | no evidence
| 2020-01-15 | 2023-06-01 repayment_plan, 2025-05-01 letter | 2028-05-01 | revived
| 2018-12-31 | 2024-10-31 letter, 2021-11-01 letter         | 2027-10-31 | none
| 2018-12-31 | 2024-10-31 letter, 2021-11-01 letter?        | 2021-12-31 | after expiry; no evidence
"""


@pytest.mark.parametrize(("due", "events", "expiry", "remark"), rows(STORIES))
def test_the_period_through_its_events(due, events, expiry, remark):
    found = of_one(due, events, "2025-06-01")
    assert iso(found.expiry) == [expiry]
    said = ["revived"] * found.revived.tolist()[0] + [code for code in found.ignored if code]
    assert ("; ".join(said) or "none") == remark
    assert found.days_left.tolist() == [day(expiry) - day("2025-06-01")]


@pytest.mark.parametrize(
    ("due", "expiry"),
    [
        ("2015-05-31", "2017-05-31"),  # two years, run out before 2017-10-01: stays run out
        ("2015-09-30", "2017-09-30"),  # run out on the last day of the old rule
        ("2015-10-01", "2018-10-01"),  # would run out on the first day of the new rule: 3 years
        ("2017-10-01", "2020-10-01"),
    ],
)
def test_two_years_before_the_general_rules_three_since(due, expiry):
    assert iso(expiry_of(days(due))) == [expiry]


def test_a_claim_interrupted_under_the_old_rule():
    # The letter of 2015 gives two years to 2017-06-15: run out before the new rule.
    assert iso(of_one("2014-01-10", "2015-06-15 letter", "2018-01-01").expiry) == ["2017-06-15"]
    # The letter of 2016 would give to 2018-02-01: three years instead.
    assert iso(of_one("2014-03-10", "2016-02-01 letter", "2018-01-01").expiry) == ["2019-02-01"]


def test_years_that_are_given_override_the_rules():
    assert iso(expiry_of(days("2015-05-31", "2022-05-31"), 2)) == ["2017-05-31", "2024-05-31"]


def test_an_expiry_on_a_sunday_rolls_only_if_asked_and_a_demand_on_monday_is_then_in_time():
    monday = "2025-12-01 letter"
    assert iso(of_one("2022-11-30", monday, "2025-12-31").expiry) == ["2025-11-30"]
    rolled = of_one("2022-11-30", monday, "2025-12-31", holiday_roll="following")
    assert iso(rolled.expiry) == ["2028-12-01"], "beyond the known calendar the date stays"


@pytest.mark.parametrize(
    ("left", "label"),
    [
        (-1, "已届满"),
        (0, "红"),
        (30, "红"),
        (31, "橙"),
        (90, "橙"),
        (91, "黄"),
        (180, "黄"),
        (181, "正常"),
    ],
)
def test_each_alert_from_both_sides(left, label):
    assert labels("limitation_status", status_of([left])).tolist() == [label]


def test_the_long_stop_is_a_date_of_its_own():
    letters = ("2008-01-10", "2010-01-05", "2012-01-01", "2013-12-01", "2015-11-01", "2018-10-01")
    found = of_one("2006-02-28", ", ".join(f"{when} letter" for when in letters), "2021-06-01")
    assert (iso(found.expiry), iso(found.long_stop)) == (["2021-10-01"], ["2026-02-28"])


def test_no_due_date_no_period():
    found = of_one("", "2023-06-01 repayment_plan", "2025-06-01")
    assert found.expiry.tolist() == found.days_left.tolist() == [MISSING]
    assert (found.status.tolist(), found.revived.tolist()) == ([None], [False])
    assert (found.ignored.tolist(), found.long_stop.tolist()) == ([None], [MISSING])
    assert registry.call("AR_LIMITATION", None, None, "2025-06-01") is CellError.NA


KINDS = [row.code for row in rules("limitation_events")]
events_of_claims = st.lists(
    st.tuples(
        st.integers(-1, 3), st.integers(42_000, 46_500), st.sampled_from(KINDS), st.booleans()
    ),
    max_size=25,
)


@given(st.lists(st.integers(40_000, 46_000), min_size=4, max_size=4), events_of_claims)
def test_many_claims_at_once_are_as_each_alone(dues, events):
    as_of = 46_203
    owner, when, kind, proved = zip(*events, strict=True) if events else ((), (), (), ())
    together = limitation(dues, owner, when, np.array(kind, dtype=object), proved, as_of)
    for number, due in enumerate(dues):
        own = [event for event in events if event[0] == number]
        expiry, revived = alone(due, own, as_of)
        assert together.expiry[number] == expiry
        assert together.revived[number] == revived


def alone(due, events, as_of):
    """One claim, one event after the other, as the rules are read out in domain.md."""

    def period(start):
        two, three = expiry_of([start], 2).tolist()[0], expiry_of([start], 3).tolist()[0]
        return two if two < day("2017-10-01") else three

    expiry, revived = period(due), False
    for _, when, kind, proved in sorted(events, key=lambda event: event[1]):
        if when > as_of or not proved or kind == "audit_confirmation":
            continue
        if when <= expiry:
            expiry = max(expiry, period(when))
        elif kind in {"repayment_plan", "new_agreement"}:
            expiry, revived = period(when), True
    return expiry, revived


def test_events_in_a_range_by_label_and_what_was_ignored():
    events = (
        ("日期", "方式", "已送达"),
        ("2024-05-20", "催款函", "否"),
        ("2024-12-31", "审计询证函", "是"),
    )[1:]
    asked = ("AR_LIMITATION", "2022-11-30", events, "2025-09-15", None, None)
    assert registry.call(*asked) == day("2025-11-30")
    assert registry.call(*asked, "status") == "橙"
    assert registry.call(*asked, "status", "en") == "Orange"
    assert registry.call(*asked, "ignored") == (
        (day("2024-05-20"), "letter", "no evidence"),
        (day("2024-12-31"), "audit_confirmation", "not an interrupting event"),
    )


def test_events_in_any_order_count_and_are_told_by_date():
    events = (
        ("2024-10-31", "letter", False),
        ("2024-01-01", "audit_confirmation", True),
        ("2025-03-01", "payment", True),
        ("2024-10-31", "email", False),  # of one day: in the order given
        ("2026-01-01", "letter", False),  # later than the as-of day: not seen
    )
    asked = ("AR_LIMITATION", "2022-11-30", events, "2025-06-01", None, None)
    assert registry.call(*asked) == day("2028-03-01")
    assert registry.call(*asked, "ignored") == (
        (day("2024-01-01"), "audit_confirmation", "not an interrupting event"),
        (day("2024-10-31"), "letter", "no evidence"),
        (day("2024-10-31"), "email", "no evidence"),
    )


def test_a_blank_due_date_of_a_part():
    asked = "AR_LIMITATION_INSTALMENTS"
    spare = (("2023-03-31",), ("2023-09-30",), (None,), ("",))
    assert registry.call(asked, spare) == day("2026-09-30")
    assert registry.call(asked, spare, False)[:2] == (  # noqa: FBT003 - a cell that holds FALSE
        (day("2026-03-31"),),
        (day("2026-09-30"),),
    )
    gap = (("2023-03-31",), (None,), ("2024-03-31",))
    assert registry.call(asked, gap) is CellError.NA
    assert registry.call(asked, gap, False) is CellError.NA  # noqa: FBT003 - as above
    assert registry.call(asked, ((None,), (None,))) is CellError.NA


def test_a_debt_in_parts_runs_from_the_last_one():
    dues = days("2023-03-31", "2024-03-31", "2023-09-30")
    assert iso(limitation_instalments(dues)) == ["2027-03-31"]
    own = limitation_instalments(dues, same_debt=False)
    assert iso(own) == ["2026-03-31", "2027-03-31", "2026-09-30"]
    assert limitation_instalments([dues[0], MISSING]).tolist() == [MISSING]
    assert limitation_instalments([]).tolist() == [MISSING]


def test_deadlines_in_months():
    assert iso(deadline_months(days("2025-08-31", "2024-08-31"), [6, 18])) == ["2026-02-28"] * 2
    assert iso(deadline_months(days("2025-07-04"), 3)) == ["2025-10-04"]
    assert iso(deadline_months(days("2025-07-04"), 3, "following")) == ["2025-10-09"]


@pytest.mark.parametrize(
    ("due", "events", "reason"),
    [
        ("2022-11-30", None,
         "自到期日2022-11-30起算，三年时效（2017-10-01起适用），至2025-11-30届满"),
        ("2022-11-30", (("2022-10-01", "letter", True),),
         "自到期日2022-11-30起算，三年时效（2017-10-01起适用），至2025-11-30届满"),
        ("2022-11-30", (("2024-05-20", "letter", True), ("2024-06-20", "letter", False)),
         ("2024-05-20因催款函中断，重新起算，三年时效（2017-10-01起适用），"
         "至2027-05-20届满；未计入：2024-06-20 催款函（无送达证据）")),
        ("2020-01-15", (("2023-06-01", "还款计划", True),),
         ("时效届满后债务人同意履行（还款计划），自2023-06-01重新起算，三年时效（2017-10-01起适用），"
         "至2026-06-01届满")),
        ("2015-05-31", None,
         ("自到期日2015-05-31起算，二年时效（2017-10-01 前届满的仍为届满）（1987-01-01起适用），"
         "至2017-05-31届满")),
    ],
)  # fmt: skip
def test_the_reason_names_the_day_that_the_period_runs_from(due, events, reason):
    assert registry.call("AR_LIMITATION", due, events, "2025-06-01", None, None, "reason") == reason


def test_the_reason_tells_the_years_that_were_given():
    asked = ("AR_LIMITATION", "2022-11-30", None, "2025-06-01", 2, None, "reason")
    assert registry.call(*asked) == "自到期日2022-11-30起算，2年，至2024-11-30届满"
    assert registry.call(*asked, "en") == "2 years from the due date 2022-11-30, to 2024-11-30"


def test_very_many_events_of_one_claim_are_followed_at_once():
    when = np.arange(40_000, 46_000).repeat(20)
    letters = np.array(["letter"] * when.size, dtype=object)
    owner = np.zeros(when.size, dtype=np.int64)
    found = limitation([40_000], owner, when, letters, letters == "letter", 46_203)
    assert iso(found.expiry) == iso(expiry_of([45_999]))
    assert found.governing.tolist() == [when.size - 20], "the first letter of the last day"
    assert set(found.ignored.tolist()) == {None}


def test_of_events_that_give_one_expiry_the_first_governs():
    found = of_one("2022-11-30", "2024-05-20 letter, 2024-05-20 email", "2025-06-01")
    assert found.governing.tolist() == [0]
    leap = of_one("2022-11-30", "2024-02-28 letter, 2024-02-29 payment", "2025-06-01")
    assert (iso(leap.expiry), leap.governing.tolist()) == (["2027-02-28"], [0])


def test_an_end_beyond_the_dates_of_a_sheet_is_num():
    def ends(start, months):
        return registry.call("AR_DEADLINE", start, months)

    assert ends("9999-11-30", 1.0) == 2958464.0  # 9999-12-30
    assert ends("9999-12-31", 1.0) is CellError.NUM
    assert ends("2024-02-29", 1e15) is CellError.NUM
    assert ends("1900-03-31", -1.0) is CellError.NUM  # Excel's February 1900 has a day too many
    far = registry.call(
        "AR_LIMITATION", "9999-12-31", ((None, None, None),), "9999-12-31", None, None, "*"
    )
    assert far[1][0] is CellError.NUM
    assert far[1][-1] == "自到期日9999-12-31起算，三年时效（2017-10-01起适用），至–届满"


@pytest.mark.parametrize("years", [0.0, -3.0])
def test_a_period_without_a_year_is_num(years):
    no_events = ((None, None, None),)
    asked = ("AR_LIMITATION", "2022-11-30", no_events, "2025-06-01", years)
    assert registry.call(*asked) is CellError.NUM
    assert registry.call("AR_LIMITATION_INSTALMENTS", "2022-11-30", None, years) is CellError.NUM


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("律师函", "letter"), ("书面催款函", "letter"), ("催收函", "letter"),
        ("催款通知", "letter"), ("微信", "message"), ("短信", "message"),
        ("微信催款", "message"), ("邮件", "email"), ("还款", "payment"),
        ("部分还款", "payment"), ("回款", "payment"), ("付款", "payment"),
        ("对账单", "acknowledgment"), ("债务确认", "acknowledgment"), ("确认函", "acknowledgment"),
        ("承诺", "acknowledgment"), ("Promise", "acknowledgment"), ("还款计划", "repayment_plan"),
        ("还款协议", "repayment_plan"), ("分期协议", "repayment_plan"),
        ("和解协议", "new_agreement"),
        ("诉讼", "lawsuit"), ("立案", "lawsuit"), ("申请仲裁", "arbitration"),
        ("申请支付令", "payment_order"), ("债权转让", "assignment_notice"),
        ("询证函", "audit_confirmation"),
        (" 催款函 ", "letter"), ("Repayment Plan", "repayment_plan"),
    ],
)  # fmt: skip
def test_an_event_by_the_words_of_the_trade(word, code):
    unproved = (("2024-05-20", word, False),)
    asked = ("AR_LIMITATION", "2022-11-30", unproved, "2025-06-01", None, None, "ignored")
    kind = "not an interrupting event" if code == "audit_confirmation" else "no evidence"
    assert registry.call(*asked) == ((day("2024-05-20"), code, kind),)


def test_an_event_that_nobody_knows_is_an_error_and_not_ignored():
    events = (("2024-05-20", "催款函", True), ("2025-05-20", "吃饭", True))
    assert registry.call("AR_LIMITATION", "2022-11-30", events, "2025-06-01") is CellError.VALUE


def test_a_promise_does_not_revive_what_ran_out():
    promise = (("2023-06-01", "承诺", True),)
    asked = ("AR_LIMITATION", "2020-01-15", promise, "2025-06-01", None, None)
    assert registry.call(*asked) == day("2023-01-15")
    assert registry.call(*asked, "reason") == (
        "自到期日2020-01-15起算，三年时效（2017-10-01起适用），至2023-01-15届满；"
        "未计入：2023-06-01 债务确认/对账单（时效届满后）"
    )


def test_the_reason_names_every_ignored_event_in_the_language_asked():
    events = (
        ("2024-12-31", "询证函", True),
        ("2024-05-20", "微信", False),
        ("2026-01-01", "letter", False),  # later than the as-of day: not seen
    )
    asked = ("AR_LIMITATION", "2022-11-30", events, "2025-06-01", None, None, "reason")
    assert registry.call(*asked) == (
        "自到期日2022-11-30起算，三年时效（2017-10-01起适用），至2025-11-30届满；未计入："
        "2024-05-20 短信/微信催款（无送达证据）、2024-12-31 审计询证函（不属于中断事由）"
    )
    assert registry.call(*asked, "en").endswith(
        "to 2025-11-30; not counted: 2024-05-20 Demand by message (No evidence of delivery), "
        "2024-12-31 Audit confirmation (Not an interrupting event)"
    )


def test_of_very_many_ignored_events_the_reason_names_ten():
    events = tuple((f"2024-05-{number:02}", "letter", False) for number in range(1, 13))
    asked = ("AR_LIMITATION", "2022-11-30", events, "2025-06-01", None, None, "reason")
    told = registry.call(*asked)
    assert "2024-05-10 催款函（无送达证据）等12项" in told
    assert "2024-05-11" not in told


def test_no_word_stands_for_two_events():
    bearers: dict[str, set[str]] = {}
    for row in rules("limitation_events"):
        for word in (row.code, row.zh, row.en, *row.cells["aliases"].split("|")):
            bearers.setdefault(plain(word), set()).add(row.code)
    assert not {word: codes for word, codes in bearers.items() if len(codes) > 1}
