"""Interest at a multiple of the LPR: fixed, in segments, and against a loop over the days."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, NUM, column
from tests.udfs.tables import day
from udfs import registry
from udfs.lpr import lpr
from udfs.lpr_interest import interest_lpr

ASKED = "AR_INTEREST_LPR"


@pytest.mark.parametrize(
    ("due", "paid", "multiplier", "mode", "interest"),
    [
        ("2024-06-30", "2025-06-30", 1.5, "fixed", 25875),
        ("2024-06-30", "2025-06-30", 1.3, "固定", 22425),
        ("2024-06-30", "2025-06-30", 1.0, "浮动", 15854.79),
        ("2019-08-18", "2019-12-31", 1.5, "fixed", NA),  # default began on 2019-08-19
        ("2019-08-19", "2019-08-20", 1.0, "fixed", 58.22),  # 500,000 × 4.25 % ÷ 365
        ("2026-03-19", "2026-12-31", 1.0, "fixed", 11794.52),  # 287 days at 3 %
        ("2026-03-19", "2026-12-31", 1.0, "floating", NA),
        ("2026-03-18", "2026-03-20", 1.0, "floating", 82.19),
        ("2026-03-20", "2026-03-21", 1.0, "fixed", NA),
        ("2025-06-30", "2025-06-30", 1.5, "floating", 0),
        ("2018-06-30", "2018-06-01", 1.5, "floating", 0),
        ("2024-06-30", None, 1.5, "fixed", NA),
        ("2024-06-30", "2025-06-30", -1.0, "fixed", NUM),
    ],
)
def test_half_a_million(due, paid, multiplier, mode, interest):
    assert registry.call(ASKED, 500000, due, paid, multiplier, mode) == interest


def test_segments_of_each_row_and_their_reason():
    asked = (ASKED, 500000, "2024-06-30", "2024-12-31", 1, "floating", None, None)
    assert registry.call(*asked, "segments") == (
        (day("2024-07-01"), day("2024-07-21"), 21, 3.45),
        (day("2024-07-22"), day("2024-10-20"), 91, 3.35),
        (day("2024-10-21"), day("2024-12-31"), 72, 3.1),
    )
    # 500,000 × (3.45 × 21 + 3.35 × 91 + 3.10 × 72) / 100 / 365 = 8,226.03
    assert registry.call(*asked, "reason") == (
        "500,000.00×1×（3.45%×21+3.35%×91+3.1%×72）÷365＝8,226.03，按一年期LPR变动分段"
    )
    paid = column("2024-07-01", "2024-06-30")
    two = (ASKED, column(500000, 1), "2024-06-30", paid, 1.5, None, None, None)
    table = registry.call(*two, "*")
    assert [row[3] for row in table[1:]] == ["2024-07-01 2024-07-01 1 3.45", None]


def test_a_fixed_rate_is_that_of_the_first_day_of_default():
    asked = (ASKED, 1000000, "2025-05-19", "2025-06-18", 1.5, None, None, None)
    assert registry.call(*asked) == 3698.63
    assert registry.call(*asked, "lpr") == 3
    assert registry.call(*asked, "reason") == (
        "1,000,000.00×3%×1.5×30天÷365＝3,698.63（2025-05-20起违约，当日一年期LPR自2025-05-20起为3%）"
    )
    assert registry.call(ASKED, 1000000, "2025-05-18", "2025-06-17", 1.5) == 3821.92


def test_a_year_of_360_days_none_and_quotes_of_ones_own():
    asked = (ASKED, 500000, "2024-06-30", "2025-06-30", 1.5, "fixed")
    assert registry.call(*asked, 360) == 26234.38
    assert registry.call(*asked, 0) is NUM
    later = (ASKED, 500000, "2026-03-31", "2026-06-30", 1, "floating", None)
    # 19 days at 3 %, 72 at 2.9 %: 500,000 × (57 + 208.8) ÷ 36,500
    assert registry.call(*later, (("2026-04-20", 2.9),)) == 3641.1


@given(
    st.integers(1, 10**9),
    st.integers(day("2019-08-19"), day("2026-03-01")),
    st.integers(0, 900),
    st.sampled_from([100, 130, 150]),
)
def test_floating_interest_is_the_sum_over_its_days(principal, due, length, hundredths):
    paid = min(due + length, day("2026-03-20"))
    total = sum(
        (Fraction(repr(rate)) for rate in lpr(range(due + 1, paid + 1)).tolist()), Fraction()
    )
    exact = principal * Fraction(hundredths, 100) * total / 36500
    found = interest_lpr(principal, due, paid, hundredths / 100, "floating")
    assert found.interest.item() == int(exact + Fraction(1, 2))
    (table,) = found.segments
    assert table.days.sum() == max(paid - due, 0) == found.days


@pytest.mark.parametrize(
    ("due", "paid", "mode", "told"),
    [
        ("2026-03-20", "2026-04-20", "fixed", "LPR 报价只收录到2026-03-20，2026-03-21的LPR未知"),
        ("2026-03-01", "2026-04-20", "floating", "LPR 报价只收录到2026-03-20，2026-04-20的LPR未知"),
        ("2019-08-01", "2019-09-20", "floating", "LPR 报价自2019-08-20起，2019-08-02没有报价"),
    ],
)
def test_the_reason_names_the_day_whose_lpr_is_not_known(due, paid, mode, told):
    asked = ("AR_INTEREST_LPR", 1000.0, due, paid, 1.5, mode, None, None)
    assert registry.call(*asked) is NA
    assert registry.call(*asked, "reason").startswith(told)


def test_a_known_first_day_is_enough_where_it_is_fixed():
    asked = ("AR_INTEREST_LPR", 1000.0, "2026-03-01", "2026-04-20", 1.5, None, None, None)
    assert registry.call(*asked, "reason").startswith("1,000.00×3%×1.5×50天÷365＝6.16")
