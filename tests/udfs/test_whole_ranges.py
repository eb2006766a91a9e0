"""Ranges that a function sees whole: lists and tables."""

from __future__ import annotations

import pytest

from tests.udfs.samples import NA, NUM, REF, VALUE, column, count_all, row, split, spread
from udfs import registry
from udfs.values import Day, DayList, TextList


def test_a_list_answers_along_its_range(call):
    assert call(split, 100, row(1, 3)) == row(25.0, 75.0)
    assert call(split, 100, column(1, 3)) == column(25.0, 75.0)
    assert call(split, 100, ((1, 1), (1, 1))) == ((25.0, 25.0), (25.0, 25.0))
    assert call(split, 100, "1:3") == row(25.0, 75.0)


def test_several_elements_lie_across_the_list(call):
    assert call(split, column(100, 50), column(1, 3)) == ((25.0, 75.0), (12.5, 37.5))
    assert call(split, row(100, 50), row(1, 3)) == ((25.0, 12.5), (75.0, 37.5))
    assert call(split, column(100, None, REF), row(1, 3)) == (
        (25.0, 75.0), (None, None), (REF, None),
    )  # fmt: skip


def test_trailing_blanks_of_a_list_are_spare_and_gaps_are_missing(call):
    assert call(split, 100, column(1, 3, None)) == column(25.0, 75.0)
    assert call(split, 100, column(1, None, 3)) is NA
    assert call(split, 100, column(1, REF, None)) is REF
    assert call(split, 100, column(None, None)) is NA
    assert call(split, 100, column(1, -3)) is NUM
    assert call(count_all, row(1, None, NA, REF, 2)) == 3.0


def test_dates_and_words_in_a_short_text(call):
    def last(days: DayList, words: TextList | None = None) -> Day:
        return days.max() + (0 if words is None else len(words))

    assert call(last, "2025-06-29、2025-06-30") == 45838.0
    assert call(last, "2025-06-30", "甲,乙") == 45840.0
    assert call(last, "2025-06-30", None) == 45838.0


def test_a_table_goes_by_position_or_by_its_headings(call):
    plain = ((45000, 10), (45001, 20))
    assert call(spread, 100, plain) == column(50.0, 50.0)
    headed = (("收款金额", "备注", "收款日期"), (10, "x", 45000), (20, None, 45001))
    assert call(spread, 100, headed) == column(50.0, 50.0)
    assert call(spread, 100, (("Amount (CNY)", "receipt_date"), (10, 45000))) == 100.0


def test_a_half_matched_heading_is_value_and_so_is_a_wrong_width(call):
    assert call(spread, 100, (("收款金额", "备注"), (10, 45000))) is VALUE
    assert call(spread, 100, ((45000,),)) is VALUE
    assert call(spread, 100, ((45000, 10, 5),)) is VALUE
    assert call(spread, 100, ((45000, 10, None),)) == 100.0
    assert call(spread, 100, (("甲", "乙"), (45000, 10))) is VALUE  # text where a date is asked for


def test_a_blank_table_is_zero_rows_and_blank_rows_are_spare(call):
    assert call(spread, 100, None, "left") == 100.0
    assert call(spread, 100, ((None, None), (None, " ")), "left") == 100.0
    assert call(spread, 100, (("收款日期", "收款金额"), (None, None)), "left") == 100.0
    assert call(spread, 100, ((45000, 10), (None, None), (45001, 10))) == column(50.0, 50.0)


def test_errors_and_blanks_in_a_table(call):
    assert call(spread, 100, ((45000, REF), (NA, 10))) is REF
    assert call(spread, 100, ((45000, None),)) is NA
    assert call(spread, 100, ((45000, "x"),)) is VALUE


@pytest.mark.parametrize("nothing", [(), ((),), ((), ())])
def test_a_range_without_a_cell_says_nothing(nothing):
    assert registry.call("AR_AGE_DAYS", nothing, "2025-06-30") is NA
    assert registry.call("AR_HHI", nothing) is NA
    assert registry.call("AR_BUCKET", 31.0, nothing) == "31-60天"
    assert registry.call("AR_AGING", nothing, "2025-06-30")[1] == (0.0,) * 7
