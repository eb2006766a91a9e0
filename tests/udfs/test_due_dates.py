"""Due dates by named rules: both orders of the month end, fixed days, payment days, rolls."""

from __future__ import annotations

import calendar
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import EPOCH, day, days, iso
from udfs import registry
from udfs.due_dates import due_dates, month_end, next_payment_day, payment_days
from udfs.values import CONTRADICTION, MISSING, CellError


def due(base, rule, n=0, fixed=None, **options):
    place = MISSING if fixed is None else fixed
    return iso(due_dates(days(base), rule, n, place, **options))[0]


@pytest.mark.parametrize(
    ("base", "rule", "n", "fixed", "expected"),
    [
        ("2025-01-31", "net", 30, None, "2025-03-02"),
        ("2025-01-31", "net", 7, None, "2025-02-07"),
        ("2025-01-31", "net", 60, None, "2025-04-01"),
        ("2025-01-15", "eom_plus", 30, None, "2025-03-02"),
        ("2024-02-29", "eom_plus", 30, None, "2024-03-30"),  # its own month end, not the next
        ("2025-01-15", "plus_eom", 30, None, "2025-02-28"),
        ("2025-01-31", "months", 1, None, "2025-02-28"),
        ("2024-01-31", "months", 1, None, "2024-02-29"),
        ("2025-01-15", "next_month_day", 1, 25, "2025-02-25"),
        ("2025-01-15", "next_month_day", 1, 31, "2025-02-28"),
        ("2025-09-30", "workdays", 10, None, "2025-10-21"),
    ],
)
def test_the_worked_dates_of_the_sources(base, rule, n, fixed, expected):
    assert due(base, rule, n, fixed) == expected


def test_rule_04_both_orders_of_the_month_end():
    assert due("2021-09-13", "plus_eom", 45) == "2021-10-31"
    assert due("2021-09-13", "eom_plus", 45) == "2021-11-14"


def test_rule_04_day_of_the_next_month_clipped():
    assert due("2023-12-12", "days_next_month_day", 30, 31) == "2024-02-29"
    assert due("2023-12-12", "days_next_month_day", 30, 0) == "2024-01-31"  # 0: the same month
    assert due("2023-12-12", "days_next_month_day", 30, 10) == "2024-02-10"


def test_rule_05_the_end_of_a_later_month_not_a_month_after_the_end():
    assert due("2025-02-10", "months_eom", 1) == "2025-03-31"  # never 28 March
    assert due("2024-01-31", "months_eom", 1) == "2024-02-29"
    assert due("2025-02-28", "months", 1) == "2025-03-28"


def test_rule_06_fixed_payment_days_on_or_after():
    assert due("2025-03-31", "net", 45, allowed=(15,)) == "2025-05-15"  # not 06-15
    assert due("2025-03-31", "net", 46, allowed=(15,)) == "2025-06-15"
    assert due("2025-06-01", "net", 4, allowed=(5, 20)) == "2025-06-05"
    assert due("2025-06-01", "net", 5, allowed=(5, 20)) == "2025-06-20"
    assert due("2025-06-01", "net", 20, allowed=(5, 20)) == "2025-07-05"
    assert due("2025-02-10", "net", 0, allowed=(31,)) == "2025-02-28"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5,20", (5, 20)), ("5/20", (5, 20)), ("5日、20日", (5, 20)), ("每月5、20日", (5, 20)),
        ("每月5日和20日", (5, 20)), ("20号、5号", (5, 20)), ("\uff15\uff0c\uff12\uff10", (5, 20)),
        ("5th and 20th", (5, 20)), ("15", (15,)), ("15、月末", (15, 31)), ("eom", (31,)), ("", ()),
        ("1st, 2nd, 3rd of each month", (1, 2, 3)), ("5;5", (5,)),
    ],
)  # fmt: skip
def test_rule_06_spellings_of_payment_days(text, expected):
    assert payment_days(text) == expected


@pytest.mark.parametrize("text", ["0", "32", "45797", "-5", "5.5", "abc", "五日", "½", "15x"])
def test_what_is_no_day_of_a_month_is_refused(text):
    with pytest.raises(ValueError, match="days of a month"):
        payment_days(text)
    found = registry.call("AR_DUE_DATE", "2025-01-01", "net", 1.0, None, None, text)
    assert found is CellError.VALUE


def test_rule_07_never_before_the_base():
    assert due("2025-01-15", "net", -5) == "2025-01-15"
    assert due("2025-01-15", "next_month_day", 0, 5) == "2025-01-15"
    assert due("2025-01-15", "months", -3) == "2025-01-15"
    assert due("2025-01-15", "net", -1_000_000) == "2025-01-15"


def test_the_roll_comes_last_and_stays_where_no_calendar_is_published():
    assert due("2025-09-01", "net", 30, holiday_roll="following") == "2025-10-09"
    assert due("2025-11-30", "net", 0, holiday_roll="modified_following") == "2025-11-28"
    assert due("2099-01-02", "net", 1, holiday_roll="following") == "2099-01-03"  # a Saturday
    assert due("2025-09-25", "net", 3, allowed=(1,), holiday_roll="following") == "2025-10-09"


def test_what_has_no_answer_and_what_contradicts():
    found = due_dates(
        np.array(
            [MISSING, day("2025-01-15"), day("2025-01-15"), day("2025-01-15"), day("9999-12-31")]
        ),
        np.array(["net", "next_month_day", "next_month_day", "days_next_month_day", "net"], object),
        np.array([1, 1, 1, 1, 1]),
        np.array([MISSING, MISSING, 32, -1, MISSING]),
    )
    assert found.tolist() == [MISSING, MISSING, CONTRADICTION, CONTRADICTION, CONTRADICTION]
    assert due_dates([day("2099-01-02")], "workdays", 3).tolist() == [MISSING]
    huge = registry.call("AR_DUE_DATE", "2025-01-15", "months", 1e15)
    assert huge is CellError.NUM
    assert registry.call("AR_DUE_DATE", "2025-01-15", "whenever", 1.0) is CellError.VALUE
    assert registry.call("AR_DUE_DATE", None, "net", 30.0) is CellError.NA


def test_a_column_of_customers_each_with_its_own_rule():
    found = registry.call(
        "AR_DUE_DATE",
        (("2025-01-15",), ("2025-01-15",), (None,)),
        (("月结",), ("天",), (None,)),
        ((30.0,), (30.0,), (None,)),
    )
    assert registry.render(found) == (("2025-03-02",), ("2025-02-14",), ("",))


def test_a_firms_own_day_off():
    found = registry.call(
        "AR_DUE_DATE", "2025-06-02", "net", 7.0, None, "following", None, "2025-06-09"
    )
    assert registry.render(found) == (("2025-06-10",),)


def by_calendar(base: dt.date, rule: str, n: int, fixed: int) -> dt.date:
    """The same rules by the calendar of the standard library."""

    def last(year: int, month: int) -> int:
        return calendar.monthrange(year, month)[1]

    def moved(date: dt.date, months: int, to: int) -> dt.date:
        count = date.year * 12 + date.month - 1 + months
        year, month = divmod(count, 12)
        return dt.date(year, month + 1, min(to, last(year, month + 1)))

    later = base + dt.timedelta(days=n)
    found = {
        "net": later,
        "eom_plus": moved(base, 0, 31) + dt.timedelta(days=n),
        "plus_eom": moved(later, 0, 31),
        "months": moved(base, n, base.day),
        "months_eom": moved(base, n, 31),
        "next_month_day": moved(base, n, fixed),
        "days_next_month_day": moved(later, 1, fixed),
    }[rule]
    return max(found, base)


RULES = [
    "net",
    "eom_plus",
    "plus_eom",
    "months",
    "months_eom",
    "next_month_day",
    "days_next_month_day",
]


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)),
    st.sampled_from(RULES),
    st.integers(0, 400),
    st.integers(1, 31),
)
def test_rules_equal_the_calendar_of_the_standard_library(base, rule, n, fixed):
    serial = (base - EPOCH).days
    found = due_dates([serial], rule, n, fixed)
    assert iso(found) == [by_calendar(base, rule, n, fixed).isoformat()]


@given(
    st.integers(40000, 60000),
    st.lists(st.integers(1, 31), min_size=1, max_size=4, unique=True).map(sorted).map(tuple),
)
def test_the_next_payment_day_is_the_first_allowed_one_on_or_after(start, allowed):
    found = int(next_payment_day([start], allowed)[0])

    def fits(serial: int) -> bool:
        date = EPOCH + dt.timedelta(days=serial)
        end = calendar.monthrange(date.year, date.month)[1]
        return date.day in {min(one, end) for one in allowed}

    assert found == next(serial for serial in range(start, start + 62) if fits(serial))


def test_month_ends():
    assert iso(month_end(days("2024-02-01", "2024-02-29", "2025-12-31"))) == [
        "2024-02-29", "2024-02-29", "2025-12-31",
    ]  # fmt: skip


def test_a_day_of_the_next_month_needs_no_number_of_months():
    def cell(rule, n, fixed=None):
        return registry.call("AR_DUE_DATE", "2025-01-15", rule, n, fixed)

    assert cell("次月固定日", None, 25.0) == day("2025-02-25")
    assert cell("次月固定日", "", 31.0) == day("2025-02-28")
    assert cell("次月固定日", 0.0, 25.0) == day("2025-01-25")  # given, so it counts as given
    assert cell("次月固定日", 2.0, 25.0) == day("2025-03-25")
    assert cell("次月固定日", None) is CellError.NA
    assert cell("net", None) == day("2025-01-15")
    assert cell("月结", None) == day("2025-01-31")
    assert cell("months", None) == day("2025-01-15")
    assert cell("加天数后次月固定日", None, 10.0) == day("2025-02-10")
    assert cell("workdays", None) == day("2025-01-15")


def test_a_column_in_which_only_some_say_how_many_months():
    found = registry.call(
        "AR_DUE_DATE",
        "2025-01-15",
        (("次月固定日",), ("次月固定日",), ("net",), ("net",)),
        ((None,), (2.0,), (None,), (2.0,)),
        25.0,
    )
    assert registry.render(found) == (
        ("2025-02-25",),
        ("2025-03-25",),
        ("2025-01-15",),
        ("2025-01-17",),
    )
