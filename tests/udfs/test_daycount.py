"""Day counts: the cases' numbers, both sides of month ends, and Excel's own functions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import chinese_calendar
import formulas
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.udfs.tables import EPOCH, day, rows
from udfs import registry
from udfs.arrays import add_months
from udfs.daycount import daycount, year_parts
from udfs.sheet_functions import networkdays_plain
from udfs.values import MISSING, CellError

COUNTS = """
| start      | end        | basis   | days | parts | of
| 2024-02-28 | 2024-03-01 | act/365 | 2    | 2     | 365
| 2024-02-28 | 2024-03-01 | 30/360  | 3    | 3     | 360
| 2025-03-31 | 2025-06-30 | 30/360  | 90   | 90    | 360
| 2025-01-30 | 2025-01-31 | 30/360  | 0    | 0     | 360
| 2025-01-29 | 2025-01-31 | 30/360  | 2    | 2     | 360
| 2025-01-31 | 2025-02-28 | 30/360  | 28   | 28    | 360
| 2025-02-28 | 2025-03-31 | 30/360  | 30   | 30    | 360
| 2024-02-28 | 2024-03-31 | 30/360  | 33   | 33    | 360
| 2024-02-29 | 2025-02-28 | 30/360  | 360  | 360   | 360
| 2023-12-01 | 2024-03-01 | act/360 | 91   | 91    | 360
| 2023-12-01 | 2024-03-01 | act/act | 91   | 33246 | 133590
| 2023-12-31 | 2024-01-01 | act/act | 1    | 366   | 133590
| 2024-12-31 | 2025-01-01 | act/act | 1    | 365   | 133590
| 2024-01-01 | 2025-01-01 | act/act | 366  | 133590 | 133590
| 1999-12-31 | 2001-01-01 | act/act | 367  | 133956 | 133590
| 2025-06-30 | 2025-06-30 | act/act | 0    | 0     | 133590
| 2025-06-30 | 2025-06-01 | 30/360  | 0    | 0     | 360
"""


@pytest.mark.parametrize(("start", "end", "basis", "days", "parts", "of"), rows(COUNTS))
def test_days_and_parts(start, end, basis, days, parts, of):
    found = year_parts(day(start), day(end), basis)
    assert (int(found.days), int(found.parts), found.of) == (int(days), int(parts), int(of))


def test_a_missing_date_has_no_count_and_words_are_understood():
    found = daycount([45838, MISSING], [MISSING, 45838])
    assert found.days.tolist() == [MISSING] * 2
    assert np.isnan(found.year_fraction).all()
    asked = ("AR_DAYCOUNT", "2023-12-01", "2024-03-01")
    assert registry.call(*asked, "实际/实际", "year_fraction") == pytest.approx(0.248866, abs=1e-6)
    assert registry.call(*asked, "30/365") is CellError.VALUE
    assert registry.call("AR_DAYCOUNT", None, "2024-03-01") is CellError.NA


serials = st.integers(day("1950-01-01"), day("2090-12-31"))


@given(serials, st.integers(0, 3000))
def test_actual_over_actual_counts_each_day_in_its_own_year(start, length):
    ends = [date.fromordinal(EPOCH.toordinal() + start + at) for at in range(length)]
    leap = sum(1 for on in ends if on.year % 4 == 0)  # 2000 is one; 1900 and 2100 lie outside
    expected = Fraction(leap, 366) + Fraction(length - leap, 365)
    found = year_parts(start, start + length, "act/act")
    assert Fraction(int(found.parts), found.of) == expected


@given(serials, st.integers(0, 1000), st.integers(0, 1000))
def test_adjoining_intervals_add_up(start, one, two):
    for basis in ("act/365", "act/360", "act/act"):
        middle, end = start + one, start + one + two
        parts = year_parts([start, middle, start], [middle, end, end], basis).parts
        assert parts[0] + parts[1] == parts[2]


def excel(formula: str, *columns: np.ndarray) -> list[float]:
    """Compute a formula over cells one by one in an engine that knows nothing of ours."""
    compiled = formulas.Parser().ast(formula)[1].compile()
    return [
        float(np.asarray(compiled(*([[float(cell)]] for cell in given))).ravel()[0])
        for given in zip(*columns, strict=True)
    ]


CHANCE = np.random.default_rng(4)
STARTS = CHANCE.integers(day("2015-01-01"), day("2026-12-31"), 120)
ENDS = STARTS + CHANCE.integers(0, 900, 120)
MONTH_ENDS = np.concatenate([add_months(day("2023-10-31"), np.arange(20)), [day("2024-02-29")]])


def is_end_of_february(serials_: np.ndarray) -> np.ndarray:
    """Whether the next day is the first of March, without our own arithmetic."""
    nexts = [date.fromordinal(EPOCH.toordinal() + int(on) + 1) for on in serials_]
    return np.array([(on.month, on.day) == (3, 1) for on in nexts])


def test_the_us_rule_is_yearfrac_basis_0_and_days360():
    starts = np.concatenate([STARTS, np.repeat(MONTH_ENDS, 3)])
    ends = np.concatenate([ENDS, np.repeat(MONTH_ENDS, 3) + np.tile([1, 31, 366], MONTH_ENDS.size)])
    found = daycount(starts, ends, "30/360")
    # DAYS360 leaves the end of February as it is where Excel's YEARFRAC and we make it the 30th.
    usual = ~is_end_of_february(starts)
    expected = np.array(excel("=DAYS360(A1,B1)", starts, ends))
    assert usual.sum() > 150
    assert found.days[usual].tolist() == expected[usual].tolist()
    fractions = np.array(excel("=YEARFRAC(A1,B1,0)", starts, ends))
    assert np.abs(found.year_fraction - fractions)[usual].max() < 1e-12


@pytest.mark.parametrize(("basis", "number"), [("act/360", 2), ("act/365", 3)])
def test_actual_days_are_yearfrac_bases_2_and_3(basis, number):
    expected = np.array(excel(f"=YEARFRAC(A1,B1,{number})", STARTS, ENDS))
    assert np.abs(daycount(STARTS, ENDS, basis).year_fraction - expected).max() < 1e-12


def test_actual_over_actual_differs_from_yearfrac_basis_1_across_years():
    # The engine divides by the mean length of the years touched; ISDA splits at new year.
    start, end = day("2023-12-01"), day("2024-03-01")
    ours = daycount(start, end, "act/act").year_fraction.item()
    theirs = excel("=YEARFRAC(A1,B1,1)", np.array([start]), np.array([end]))[0]
    assert (round(ours, 6), round(theirs, 6)) == (0.248866, 0.248974)
    for year, length in ((2023, 365), (2024, 366)):
        inside = np.array([day(f"{year}-02-10")]), np.array([day(f"{year}-11-20")])
        same = excel("=YEARFRAC(A1,B1,1)", *inside)[0]
        assert daycount(*inside, "act/act").year_fraction.item() == pytest.approx(same, abs=1e-12)
        assert same == pytest.approx((inside[1] - inside[0]).item() / length, abs=1e-12)


def test_corresponding_days_are_edate():
    months = CHANCE.integers(-40, 40, MONTH_ENDS.size)
    assert add_months(MONTH_ENDS, months).tolist() == excel("=EDATE(A1,B1)", MONTH_ENDS, months)


def test_plain_workdays_are_networkdays_with_the_holidays():
    free = sorted((on - EPOCH).days for on in chinese_calendar.constants.holidays)
    starts = STARTS[day("2024-01-01") > STARTS][:40]
    ends = ENDS[day("2024-01-01") > STARTS][:40]
    formula = f"=NETWORKDAYS(A1,B1,C1:C{len(free)})"
    compiled = formulas.Parser().ast(formula)[1].compile()
    column = [[float(on)] for on in free]
    expected = [
        int(np.ravel(compiled([[float(start)]], [[float(end)]], column))[0])
        for start, end in zip(starts, ends, strict=True)
    ]
    assert len(expected) == 40
    assert networkdays_plain(starts, ends).tolist() == expected


@given(serials, st.integers(0, 800))
def test_months_of_thirty_days_never_go_back(start, length):
    assume(length > 0)
    shorter, longer = year_parts(start, [start + length - 1, start + length], "30/360").days
    assert 0 <= shorter <= longer
