"""What a cell shows of an answer, and what is typed and printed on the command line."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from tests.udfs.samples import NA, NUM, REF, VALUE, Parts, age, colour, column, spread
from udfs import registry
from udfs.values import (
    CONTRADICTION,
    MISSING,
    CellError,
    CellFaultError,
    Cents,
    DateSerial,
    Days,
    LabelledCents,
    Lang,
    Number,
    Rate,
)


def test_a_record_gives_the_field_asked_for(call):
    receipts = ((45000, 10), (45001, 20), (45002, 30))
    assert call(spread, 100, receipts, "left") == 0.01
    assert call(spread, 100, receipts, "no such field") is VALUE
    assert call(spread, 100, receipts, "*") == (
        ("parts", "left"), (33.33, 0.01), (33.33, None), (33.33, None),
    )  # fmt: skip
    assert call(spread, column(100, 50), receipts, "left") == column(0.01, 0.02)
    assert call(spread, column(100, REF), receipts, "*") == (
        ("parts", "left"), ("33.33; 33.33; 33.33", 0.01), (REF, REF),
    )  # fmt: skip
    assert call(spread, NA, receipts, "*") is NA


def test_the_default_field_is_declared(call):
    assert call(spread, 100, ((45000, 10),), field="left") == 0.0
    # It is the first one everywhere: in the headings and in the help.
    assert registry.call("AR_TEST", 100, ((45000, 10),), "*") == (("left", "parts"), (0.0, 100.0))


def test_labels_follow_the_rows_and_the_language_of_the_cell(call):
    assert call(colour, column(0, 1, 2)) == column("绿", "黄", NA)
    assert call(colour, 1, "en") == "Yellow"
    assert call(colour, 1, "fr") is VALUE
    assert registry.declaration("AR_TEST").arguments == ("level", "lang")


def test_field_and_lang_come_last_wherever_the_function_has_them(call):
    def words(days: Days, lang: Lang = "zh", least: Days | ArrayLike = 0) -> Parts:
        del lang, least
        return Parts(days[:, None], days)

    call(words, 1)
    assert registry.declaration("AR_TEST").arguments == ("days", "least", "field", "lang")


def test_amounts_by_label_have_a_row_of_headings(call):
    def by_label(total: Cents) -> LabelledCents:
        return LabelledCents(("a", "b"), np.stack([total, total * 2], axis=-1))

    assert call(by_label, 1) == (("a", "b"), (1.0, 2.0))
    assert call(by_label, 1, "b") == 2.0
    assert call(by_label, column(1, REF)) == (("a", "b"), (1.0, 2.0), (REF, REF))
    assert call(by_label, column(1, REF), "b") == column(2.0, REF)
    assert call(by_label, 1, "c") is VALUE


def test_missing_is_na_and_contradiction_is_num(call):
    def marked(amount: Cents) -> Cents:
        return np.array([MISSING, CONTRADICTION, 0], dtype=np.int64)[: len(amount)]

    assert call(marked, column(1, 2, 3)) == column(NA, NUM, 0.0)

    def sums(amount: Cents) -> Cents:
        most = 100 * 2**46
        return np.array([most, most + 1, -most - 1], dtype=np.int64)[: len(amount)]

    # Beyond 2⁴⁶ yuan a cell would show another cent than the one that was found.
    assert call(sums, column(1, 2, 3)) == column(70368744177664.0, NUM, NUM)

    def divided(level: Number) -> Rate:
        return np.array([np.nan, np.inf, -0.0])[: len(level)]

    found = call(divided, column(1, 2, 3))
    assert found == column(NA, NUM, 0.0)
    assert str(found[2][0]) == "0.0"


def test_a_function_can_refuse_a_whole_range_and_a_bug_stays_a_bug(call):
    def refuses(total: Cents) -> Cents:
        del total
        raise CellFaultError(CellError.NUM)

    def breaks(total: Cents) -> Cents:
        raise ZeroDivisionError(total)

    assert call(refuses, 1) is NUM
    with pytest.raises(ZeroDivisionError):
        call(breaks, 1)


def test_wrong_calls_raise(call):
    with pytest.raises(TypeError, match="at most 2"):
        call(age, 1000, 999, 5)
    with pytest.raises(TypeError, match="one length"):
        call(age, ((1.0, 2.0), (3.0,)), 5)
    with pytest.raises(TypeError, match="no cell holds"):
        call(age, object(), 5)


def test_numpy_and_integers_are_cells_too(call):
    assert call(age, np.int64(45838), np.float64(45837.0)) == 1.0
    assert call(age, [[45838], [45839]], 45837) == column(1.0, 2.0)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("5%", 0.05), ("-12.5", -12.5), ("true", True), ("#n/a", NA), ("#what", "#what"),
        ("2025-06-30", "2025-06-30"), ("30/60/90", "30/60/90"), ("", None), ("未到期", "未到期"),
        ("1,2;3", ((1.0, 2.0), (3.0, None))), ("2025-05-10,30000", (("2025-05-10", 30000.0),)),
        ('"30,60"', "30,60"),
    ],
)  # fmt: skip
def test_arguments_typed_on_the_command_line(text, cell):
    assert registry.parse_cell(text) == cell


def test_answers_are_written_with_dates_in_iso_form():
    assert registry.render(((DateSerial(45838), 12.5), (NA, None))) == (
        ("2025-06-30", "12.5"), ("#N/A", ""),
    )  # fmt: skip
    assert registry.render(True) == (("TRUE",),)  # noqa: FBT003 - a cell that holds TRUE
