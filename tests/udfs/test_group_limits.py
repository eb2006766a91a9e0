"""The limit that holds: customer and group, temporary and insured limits, none and 0."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import JUNE_30, NA, NUM, column
from udfs import registry

YES, NO = True, False


def held(
    limit, group=None, *, mandatory=None, day=None, temporary=None, customer=None,
    insured=None, until=None, field=None, lang=None,
):  # fmt: skip
    return registry.call(
        "AR_CREDIT_EFFECTIVE_LIMIT", limit, group, mandatory, day, temporary, customer,
        insured, until, field, lang,
    )  # fmt: skip


def test_rule_30_the_lower_of_customer_and_group_unless_mandatory():
    own, group = column(5e5, 5e5, 3e5, 3e5), column(3e5, 3e5, 5e5, 3e5)
    mandatory = column(NO, YES, NO, NO)
    assert held(own, group, mandatory=mandatory) == column(3e5, 5e5, 3e5, 3e5)
    assert held(own, group, mandatory=mandatory, field="binding") == column(
        "集团额度", "客户额度", "客户额度", "客户额度"
    )


def test_rule_28_empty_is_no_limit_and_0_is_a_limit_and_a_question():
    own, group = column(None, 0.0, 5e5, None), column(3e5, 3e5, None, 0.0)
    assert held(own, group) == column(3e5, 0.0, 5e5, 0.0)
    assert held(own, group, field="zero_limit") == column(NO, YES, NO, YES)
    assert held(None) is None
    assert held(None, field="binding") == "未设额度"
    assert held(None, field="reason") == "客户和集团均未设额度，不限制"
    assert held(0.0, field="reason") == ("客户额度0.00，按客户额度：0.00（请确认是零额度还是未填）")
    assert held(None, 3e5, mandatory=YES) == 3e5  # there is nothing that could be mandatory


TEMPORARY = (
    ("客户", "开始日期", "截止日期", "临时额度"),
    ("C1", JUNE_30, JUNE_30 + 9, 8e5),
    ("C1", JUNE_30 + 5, JUNE_30 + 6, 1e5),
    ("C2", JUNE_30, JUNE_30, 2e5),
    ("C2", JUNE_30, JUNE_30 + 1, 1e5),
)


@pytest.mark.parametrize(
    ("after", "limit"),
    [(-1, 5e5), (0, 8e5), (4, 8e5), (5, 1e5), (6, 1e5), (7, 8e5), (9, 8e5), (10, 5e5)],
)
def test_rule_30_a_temporary_limit_holds_on_its_days_both_ends_included(after, limit):
    assert held(5e5, day=JUNE_30 + after, temporary=TEMPORARY, customer="C1") == limit


def test_rule_30_of_overlapping_limits_the_last_to_begin_then_the_lowest():
    customers = column("C1", "C2", "C3")
    assert held(5e5, day=JUNE_30, temporary=TEMPORARY, customer=customers) == column(8e5, 1e5, 5e5)
    every = ((None, JUNE_30 - 1, None, 7.0), (None, None, None, 6.0), ("C1", JUNE_30, None, 9.0))
    assert held(5e5, day=JUNE_30, temporary=every, customer=customers) == column(9.0, 7.0, 7.0)
    assert held(5e5, day=JUNE_30 - 1, temporary=every, customer=customers) == column(7.0, 7.0, 7.0)
    assert held(5e5, day=JUNE_30 - 99, temporary=every[:2]) == 6


def test_a_temporary_limit_is_held_by_the_group_too_and_says_its_days():
    more = {"day": JUNE_30, "temporary": TEMPORARY, "customer": "C1"}
    assert held(5e5, 6e5, **more) == 6e5
    assert held(5e5, 6e5, mandatory=YES, **more) == 8e5
    assert held(None, **more) == 8e5
    assert held(5e5, **more, field="reason") == (
        "临时额度800,000.00（2025-06-30至2025-07-09），按临时额度：800,000.00"
    )


def test_temporary_limits_need_a_day_and_a_customer():
    assert held(5e5, temporary=TEMPORARY, customer="C1") is NA
    assert held(5e5, temporary=TEMPORARY, day=JUNE_30) is NA
    assert held(5e5, day=JUNE_30, temporary=((None, JUNE_30, JUNE_30 - 1, 1.0),)) is NUM
    assert held(5e5, day=JUNE_30, temporary=((None, None, None, -1.0),)) is NUM


def test_rule_30_the_insured_part_lifts_until_its_last_day():
    assert held(5e5, 3e5, insured=4e5) == 4e5
    assert held(5e5, 3e5, insured=2e5) == 3e5
    assert held(5e5, 3e5, insured=4e5, until=JUNE_30, day=JUNE_30) == 4e5
    assert held(5e5, 3e5, insured=4e5, until=JUNE_30, day=JUNE_30 + 1) == 3e5
    assert held(5e5, 3e5, insured=4e5, until=JUNE_30) is NA
    assert held(None, insured=4e5) is None  # nothing to lift
    assert held(5e5, 3e5, insured=4e5, field="reason", lang="en") == (
        "Customer's limit 500,000.00, group's limit 300,000.00, insured 400,000.00: "
        "lifted by the cover to 400,000.00"
    )


def test_negative_limits_contradict_in_their_own_row():
    assert held(column(-1.0, 1.0), column(5.0, 5.0)) == column(NUM, 1.0)
    assert held(1.0, -5.0, field="binding") is NUM
    assert held(1.0, 5.0, insured=-1.0) is NUM


LIMITS = st.one_of(st.none(), st.integers(0, 10**9).map(float))
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", None]), st.integers(1, 9), st.integers(0, 5), st.integers(0, 99)
    ),
    max_size=6,
)


@given(LIMITS, LIMITS, ROWS, st.integers(1, 14))
def test_the_limit_that_holds_is_what_a_plain_search_finds(own, group, rows, day):
    day += JUNE_30
    table = tuple(
        (who, JUNE_30 + start, JUNE_30 + start + n, float(x)) for who, start, n, x in rows
    )
    mine = [r for r in table if r[0] in {"A", None} and r[1] <= day <= r[2]]
    now = min(mine, key=lambda r: (-r[1], r[3]))[3] if mine else own
    expected = min((part for part in (now, group) if part is not None), default=None)
    found = held(own, group, day=day, temporary=table or None, customer="A")
    assert found == expected
    assert held(own, group, day=day, temporary=table[::-1] or None, customer="A") == expected
