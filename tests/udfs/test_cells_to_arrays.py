"""What the cells of a call become: one element for each, one value for all, or an error."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import pytest

from tests.udfs.samples import (
    JUNE_30,
    NA,
    NUM,
    REF,
    VALUE,
    age,
    band,
    basis_of,
    cents,
    column,
    exact,
    row,
    waited,
)
from udfs.values import (
    CellError,
    DateSerial,
    Day,
    Days,
    Flag,
    Number,
    OneCount,
    OneFlag,
    OneText,
    Rate,
    Steps,
    choice,
)


def test_a_cell_gives_a_cell_and_a_range_gives_a_range(call):
    assert call(age, JUNE_30, 45831.0) == 7.0
    assert call(age, JUNE_30, row(45831.0)) == 7.0
    assert call(age, JUNE_30, column(45831.0, 45838.0)) == column(7.0, 0.0)


def test_rows_and_columns_broadcast_and_sizes_that_do_not_fit_are_value(call):
    dues, days = column(45831.0, 45830.0), row(JUNE_30, 45839.0)
    assert call(age, days, dues) == ((7.0, 8.0), (8.0, 9.0))
    assert call(age, column(1000, 1001, 1002), column(999, 998)) is VALUE


def test_a_blank_in_a_required_argument_is_na_and_a_blank_row_stays_blank(call):
    assert call(age, JUNE_30, None) is NA
    assert call(age, JUNE_30) is NA
    assert call(age, JUNE_30, "  ") is NA
    found = call(age, column(JUNE_30, JUNE_30, None), column(45837.0, None, None))
    assert found == column(1.0, NA, None)
    # A single cell is no reason to leave a row blank, nor to fill it.
    assert call(age, JUNE_30, column(45837.0, None)) == column(1.0, None)


def test_the_first_error_cell_wins_before_anything_unreadable_or_blank(call):
    assert call(age, REF, CellError.DIV0) is REF
    assert call(age, "no date", CellError.DIV0) is CellError.DIV0
    assert call(age, None, "no date") is VALUE
    assert call(age, column(JUNE_30, REF), column("x", None)) == column(VALUE, REF)


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("2025-06-30", 45838), ("2025/6/30", 45838), ("2025.6.30", 45838), ("20250630", 45838),
        ("2025年6月30日", 45838), (" 2025-06-30 ", 45838), ("2025-06-30T00:00:00", 45838),
        ("30/6/2025", None), ("6/30/2025", None), ("2025-02-30", None), ("2025-6", None),
        ("2025-06/30", None), ("Jun 30, 2025", None),
    ],
)  # fmt: skip
def test_text_dates_are_iso_and_chinese_forms_only(call, text, serial):
    def same_day(when: Day) -> Day:
        return when

    found = call(same_day, text)
    assert found == serial if serial else found is VALUE
    assert serial is None or isinstance(found, DateSerial)


@pytest.mark.parametrize(("serial", "found"), [(60.0, NUM), (61.0, 61.0), (0.0, NUM), (3e6, NUM)])
def test_serials_that_are_no_date_are_num(call, serial, found):
    def same_day(when: Day) -> Day:
        return when

    assert call(same_day, serial) == found


def test_the_time_of_day_is_cut_off(call):
    assert call(age, JUNE_30 + 0.99, 45837.5) == 1.0


def test_kinds_refuse_what_they_are_not(call):
    assert call(cents, "12 apples") is VALUE
    assert call(cents, True) is VALUE  # noqa: FBT003 - a cell that holds TRUE
    assert call(cents, "¥1,234.005") == 1234.01
    assert call(cents, 1e15) is NUM
    assert call(exact, 100.005) is NUM
    assert call(exact, column(100.005, 100.01, None)) == column(NUM, 100.01, None)


def test_a_blank_optional_argument_is_not_given_and_never_zero(call):
    assert call(waited, None) == 7.0
    assert call(waited, None, 3) == 3.0
    assert call(waited, column(5, None), column(None, None)) == column(5.0, None)
    assert call(waited, column(5, None), column(1, 2)) == column(5.0, 2.0)
    assert call(waited, CellError.NA) is NA


def test_a_flag_option_can_be_false(call):
    def flagged(days: Days, same: OneFlag = True) -> Flag:  # noqa: FBT002 - a cell's order
        return np.full(len(days), same)

    assert call(flagged, 1) is True
    assert call(flagged, 1, False) is False  # noqa: FBT003 - a cell that holds FALSE
    assert call(flagged, 1, "否") is False
    assert call(flagged, 1, 0) is False
    assert call(flagged, 1, 2) is VALUE


def test_options_in_a_range_call_once_for_each_combination(call):
    seen = []

    def spy(days: Days, size: OneCount = 1, note: OneText | None = None) -> Days:
        seen.append((size, note, len(days)))
        return days * size

    assert call(spy, column(1, 2, 3, 4), column(10, 20, 10, None)) == column(10.0, 40.0, 30.0, 4.0)
    assert sorted(seen, key=str) == [(1, None, 1), (10, None, 2), (20, None, 1)]


@pytest.mark.parametrize("edges", ["30/60", "30,60", "60、30", row(30, 60), column(30, 60, None)])
def test_a_ladder_is_a_text_a_scheme_or_a_range(call, edges):
    assert call(band, column(30, 31, 61), edges) == column(0.0, 1.0, 2.0)


def test_a_ladder_that_is_none_is_value(call):
    assert call(band, 91, "standard") == 3.0
    assert call(band, 31) == 1.0
    assert call(band, 1, "no such scheme") is VALUE
    assert call(band, 1, row(30, NA)) is NA


def test_steps_keep_their_order(call):
    def steps_of(level: Number, steps: Steps = (0.9, 0.8)) -> Rate:
        return np.full(len(level), steps[0] - steps[-1])

    assert call(steps_of, 1, "0.6/0.4") == pytest.approx(0.2)
    assert call(steps_of, 1, row(0.5, 0.1)) == pytest.approx(0.4)
    assert call(steps_of, 1, "5%/x") is VALUE


@pytest.mark.parametrize(
    "word", ["document", "按单据日", "Document date", "invoice", "ＤＯＣＵＭＥＮＴ"]
)
def test_a_choice_takes_code_label_and_alias(call, word):
    assert call(basis_of, 1, word) == "document"
    assert call(basis_of, 1, "neither") is VALUE


def test_a_choice_knows_only_the_codes_that_its_function_names(call):
    def only_due(days: Days, basis: Annotated[Literal["due"], choice("aging_basis")]) -> Days:
        del basis
        return days

    assert call(only_due, 1, "到期日") == 1.0
    assert call(only_due, 1, "单据日") is VALUE
