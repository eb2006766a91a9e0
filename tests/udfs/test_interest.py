"""Simple and compound interest: the worked examples, the caps, the reasons."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, NUM, column
from tests.udfs.tables import day
from udfs import registry
from udfs.interest import interest_annual, interest_compound, interest_daily
from udfs.values import CONTRADICTION, MISSING, CellError


@pytest.mark.parametrize(
    ("principal", "rate", "days", "cap", "expected"),
    [
        (100000, 0.0005, 30, None, 1500),
        (-5000, 0.0005, 30, None, 0),
        (100000, 0.0005, -3, None, 0),
        (100000, 0.0005, 0, None, 0),
        (100000, 0.001, 400, 0.3, 30000),
        (100000, 0.001, 300, 0.3, 30000),
        (100000, 0.001, 299, 0.3, 29900),
        (100000, 0.001, 301, 0.3, 30000),
        (100000, 0.001, 400, 0, 0),
        (100000, 0.001, 400, -0.1, NUM),
        (100000, -0.001, 400, None, NUM),
        (100000, None, 400, None, NA),
        (100000, "0.05%", 30, None, 1500),
        (1e13, 1.0, 365, None, NUM),
    ],
)
def test_interest_by_the_day(principal, rate, days, cap, expected):
    assert registry.call("AR_INTEREST_DAILY", principal, rate, days, cap) == expected


def test_rule_26_interest_is_the_open_amount_times_the_rate_by_days():
    # ERPNext: 100 at 10 % a year for 15 days is 0.41.
    asked = ("AR_INTEREST_ANNUAL", 100, 0.10, "2025-01-01", "2025-01-16")
    assert registry.call(*asked) == 0.41
    assert registry.call(*asked, None, "days") == 15


@pytest.mark.parametrize(
    ("basis", "interest"),
    [("act/365", 2991.78), ("act/360", 3033.33), ("30/360", 3000), ("实际/365", 2991.78)],
)
def test_a_hundred_thousand_at_twelve_per_cent_for_a_quarter(basis, interest):
    asked = ("AR_INTEREST_ANNUAL", 100000, 0.12, "2025-03-31", "2025-06-30", basis)
    assert registry.call(*asked) == interest


def test_the_daily_rate_is_18_25_per_cent_on_365_and_18_on_360():
    start, end = day("2025-01-31"), day("2025-03-02")
    by_day = interest_daily(10_000_000, 0.0005, 30).interest
    assert by_day == interest_annual(10_000_000, 0.1825, start, end).interest
    assert by_day == interest_annual(10_000_000, 0.18, start, end, "act/360").interest


@given(st.integers(0, 10**9), st.integers(0, 10**5), st.integers(0, 2000), st.integers(0, 2000))
def test_over_adjoining_intervals_actual_days_add_up(principal, rate, one, two):
    start = day("2024-01-15")
    begins, ends = [start, start + one, start], [start + one, start + one + two, start + one + two]
    first, second, both = interest_annual(principal, rate / 10**5, begins, ends).interest.tolist()
    assert abs(first + second - both) <= 1


@given(st.integers(1, 10**9), st.integers(0, 3 * 10**5), st.integers(0, 64))
def test_compound_interest_is_that_of_fractions(principal, rate, months):
    grown = principal * ((1 + Fraction(rate, 12 * 10**6)) ** months - 1)
    found = interest_compound(principal, rate / 10**6, months).interest.item()
    assert found == int(grown + Fraction(1, 2))


@given(st.integers(1, 10**15), st.integers(1, 10**5), st.integers(1, 400))
def test_compound_interest_is_never_below_the_simple_and_grows(principal, rate, months):
    annual = rate / 10**6
    found = interest_compound(principal, annual, [months, months + 1]).interest
    simple = interest_daily(principal, annual / 12, months).interest
    assert found[1] == CONTRADICTION or found[0] <= found[1]
    assert found[0] == CONTRADICTION or found[0] >= simple - 1 - 1e-12 * simple


def test_compound_ties_long_periods_and_sizes():
    # 60 cents × 10 %/12 is half a cent exactly, though 0.1/12 has no end as a decimal.
    assert interest_compound([60, 59], 0.1, 1).interest.tolist() == [1, 0]
    assert interest_compound(10_000_000, 0.12, 6).interest.tolist() == 615202
    # 1.01^1000 by long arithmetic: 20 959.155637814…
    assert interest_compound(100, 0.12, 1000).interest.tolist() == 2095816
    sizes = interest_compound(
        [2**53, 100, 100, MISSING, 0], [1, 1, 1, 0.1, 0.1], [1, 9**9, 0, 1, 1]
    )
    assert sizes.interest.tolist() == [750599937895083, CONTRADICTION, 0, MISSING, 0]
    assert interest_compound(100, [1e300, np.inf, -1, np.nan], 5).interest.tolist() == [
        *[CONTRADICTION] * 3,
        MISSING,
    ]


def test_the_reasons_say_principal_rate_and_days():
    asked = ("AR_INTEREST_DAILY", column(100000, -1, 100000, "x"), 0.0005, column(30, 30, 0, 1))
    assert registry.call(*asked, None, "reason") == column(
        "100,000.00×0.05%×30天＝1,500.00", "本金不大于 0，不计息", "没有逾期天数，不计息",
        registry.call(*asked)[3][0],
    )  # fmt: skip
    # 7e13 × 0.01 × 8439 is beyond what a cell holds; 24 % of the principal is not.
    assert registry.call("AR_INTEREST_DAILY", 7e13, 0.01, 8439, 0.24) == 1.68e13
    assert registry.call("AR_INTEREST_DAILY", 7e13, 0.29, 291) is CellError.NUM
    assert registry.call("AR_INTEREST_DAILY", 7e13, -0.29, 291, 0.24) is CellError.NUM
    capped = registry.call("AR_INTEREST_DAILY", 100000, 0.001, 400, 0.3, "reason")
    assert capped == "100,000.00×0.1%×400天＝40,000.00，超过本金30%的上限，按30,000.00"
    annual = ("AR_INTEREST_ANNUAL", 1000000, 0.06, "2023-12-01", "2024-03-01", "act/act")
    assert registry.call(*annual) == 14931.96
    assert registry.call(*annual, "reason") == (
        "1,000,000.00×6%×0.248866年（91天，实际天数/实际天数）＝14,931.96"
    )
    compound = registry.call("AR_INTEREST_COMPOUND", 100000, 0.12, 6, "reason")
    assert compound == "100,000.00×（（1＋12%÷12）^6－1）＝6,152.02（单利为6,000.00）"
