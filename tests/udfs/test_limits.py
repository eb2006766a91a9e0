"""The limit is the least of its parts; no data and hard stops end in prepayment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import JUNE_30, NA, NUM, VALUE, column, row
from udfs import registry

YES, NO = True, False
NO_COVER = (None, None, None)


def limit(*parts, stops=None, cover=NO_COVER, field=None, lang=None):
    return registry.call("AR_CREDIT_LIMIT", *parts, stops, *cover, field, lang)


def whole(*parts, **more):
    (_, (amount, terms, binding, _)) = limit(*parts, field="*", **more)
    return amount, terms, binding


def test_the_least_part_sets_the_limit():
    assert whole(260_054.79, 3e5, 6e5) == (260_054.79, "赊销", "需求")
    assert whole(4e5, 3e5, 6e5) == (3e5, "赊销", "承受能力")
    assert whole(7e5, 8e5, 6e5) == (6e5, "赊销", "等级额度")
    assert whole(3e5, 3e5, 3e5) == (3e5, "赊销", "需求")  # of equal ones the first
    assert whole(4e5, 3e5, 0.0) == (0.0, "预付款", "等级额度")
    assert whole(4e5, -3e5, 1e5) == (0.0, "预付款", "承受能力")


def test_a_hard_stop_overrides_everything():
    parts = (260_054.79, 3e5, 6e5)
    assert whole(*parts, stops=row(NO, YES)) == (0.0, "预付款", "硬性否决")
    assert whole(*parts, stops=row(NO, NO)) == (260_054.79, "赊销", "需求")
    assert whole(*parts, stops=row(YES), cover=(1e6, None, None)) == (0.0, "预付款", "硬性否决")
    assert whole(NA, NA, NA, stops=True) == (0.0, "预付款", "硬性否决")
    assert limit(*parts, stops=row(NO, YES), field="reason") == "硬性否决：第2项；额度 0，预付款"
    named = (NO, YES, *(NO,) * 5, YES, NO)
    assert limit(*parts, stops=row(*named), field="reason") == (
        "硬性否决：破产或清算、制裁名单；额度 0，预付款"
    )


def test_missing_data_never_lift_a_limit():
    assert whole(NA, NA, NA) == (0.0, "预付款", "无数据")
    assert whole(None, NA, None) == (0.0, "预付款", "无数据")
    assert whole(5e5, NA, None) == (0.0, "预付款", "无数据")  # need says nothing about who pays
    assert whole(NA, 3e5, NA) == (3e5, "赊销", "承受能力")
    assert whole(NA, NA, 6e5) == (6e5, "赊销", "等级额度")
    assert limit(5e5, NA, None, field="reason") == (
        "承受能力、等级额度均无数据（需求500,000.00）；额度 0，预付款"
    )
    assert limit(5e5, NA, 2e5, field="reason", lang="en") == (
        "Need 500,000.00, capacity no data, grade limit 200,000.00: the grade limit sets 200,000.00"
    )


def test_rule_30_an_insured_part_lifts_up_to_the_need_until_it_ends():
    parts = (5e5, 3e5, 2e5)
    assert whole(*parts, cover=(4e5, None, None)) == (4e5, "赊销", "保险额度")
    assert whole(*parts, cover=(6e5, None, None)) == (5e5, "赊销", "需求")
    assert whole(*parts, cover=(1e5, None, None)) == (2e5, "赊销", "等级额度")
    assert whole(*parts, cover=(2e5, None, None)) == (2e5, "赊销", "等级额度")  # lifts nothing
    assert whole(NA, NA, NA, cover=(1e5, None, None)) == (1e5, "赊销", "保险额度")
    last = (4e5, JUNE_30)
    assert limit(*parts, cover=(*last, JUNE_30)) == 4e5  # the last day is covered
    assert limit(*parts, cover=(*last, JUNE_30 + 1)) == 2e5
    assert limit(*parts, cover=(*last, None)) is NA
    assert limit(*parts, cover=(*last, JUNE_30 + 1), field="reason") == (
        "需求500,000.00、承受能力300,000.00、等级额度200,000.00、"
        "保险额度400,000.00（2025-06-30已到期，不计），由等级额度决定：200,000.00"
    )


def test_what_contradicts_does_so_in_its_own_row():
    assert limit(column(-1.0, 1.0), 5.0, 5.0) == column(NUM, 1.0)
    assert limit(1.0, 5.0, -5.0) is NUM
    assert limit(1.0, 5.0, 5.0, cover=(-1.0, None, None)) is NUM
    assert limit(column(-1.0, 1.0), 5.0, 5.0, field="binding") == column(NUM, "需求")
    assert limit(-1.0, 5.0, 5.0, field="reason") == "需求-1.00、等级额度5.00中有负数"
    assert limit("abc", 5.0, 5.0) is VALUE


CENTS = st.integers(0, 10**11)
PARTS = st.one_of(st.none(), CENTS)


def _cents(*parts):
    cells = [None if part is None else part / 100 for part in parts]
    return round(limit(*cells) * 100)


@given(PARTS, PARTS, PARTS)
def test_the_limit_is_at_most_each_of_its_parts(need, capacity, base):
    found = _cents(need, capacity, base)
    known = [part for part in (need, capacity, base) if part is not None]
    assert 0 <= found <= min(known, default=0)


@given(CENTS, CENTS, CENTS, st.integers(0, 10**9), st.integers(0, 2))
def test_the_limit_grows_with_each_of_its_parts(need, capacity, base, more, which):
    parts = [need, capacity, base]
    before = _cents(*parts)
    parts[which] += more
    assert _cents(*parts) >= before


def available(*cells):
    return registry.call("AR_CREDIT_AVAILABLE", *cells)


def test_what_is_left_of_a_limit():
    assert available(6e5, 3.5e5, 1.2e5, 8e4, 5e4) == 1e5
    assert available(6e5, 6.5e5) == -5e4
    assert available(6e5, 6e5, None, None, None, "over") is False
    assert available(6e5, 600_000.01, None, None, None, "over") is True
    assert available(6e5, 4.5e5, None, None, None, "use_rate") == 0.75


def test_rule_28_an_empty_limit_is_none_and_a_limit_of_0_is_a_question():
    limits, open_ar = column(None, 0.0, 0.0, 500.0), column(100.0, 100.0, 0.0, 500.0)

    def field(name):
        return available(limits, open_ar, None, None, None, name)

    assert field("available") == column(None, -100.0, 0.0, 0.0)
    assert field("over") == column(NO, YES, NO, NO)  # only strictly more
    assert field("zero_limit") == column(NO, YES, YES, NO)
    assert field("use_rate") == column(None, None, None, 1.0)
    assert field("reason") == column(
        "未设额度，占用100.00",
        "额度为 0（请确认是零额度还是未填），占用100.00：超额度100.00",
        "额度为 0（请确认是零额度还是未填），占用0.00，可用0.00",
        "额度500.00－占用500.00（应收500.00＋未开票0.00＋票据0.00－预收0.00）＝可用0.00",
    )


def test_a_limit_of_0_with_a_deposit_is_not_over():
    cells = (0.0, 100.0, None, None, 150.0)
    assert available(*cells, "available") == 50.0
    kept = "额度为 0（请确认是零额度还是未填），占用-50.00，可用50.00"
    assert available(*cells, "reason") == kept
    assert available(*cells, "reason", "en") == (
        "The limit is 0 (is it meant, or was it left empty?), used -50.00, available 50.00"
    )


def test_a_negative_limit_contradicts_and_an_unknown_balance_is_not_0():
    assert available(column(-1.0, 9.0, 9.0), column(1.0, NA, None)) == column(NUM, NA, NA)
    assert available(-1.0, 1.0, None, None, None, "over") is NUM
    assert available(9e13, 9e13, 9e13) is NUM


def test_a_reason_names_only_the_first_of_many_stops():
    told = limit(1.0, 1.0, 1.0, stops=((YES,),) * 50_000, field="reason")
    assert told.endswith("、第9项、第10项、…；额度 0，预付款")
