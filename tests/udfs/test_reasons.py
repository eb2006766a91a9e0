"""Reasons: one readable line for each element, in a language, only when a cell asks."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
import pytest

from tests.udfs.samples import NA, column
from udfs import reasons, wording
from udfs.reasons import because
from udfs.rules import rule
from udfs.values import MISSING, OPTIONAL, Cents, Day, Days, LabelledMatrix, Moment, Reason, Text

SENTENCES = {
    ("AR_TEST", "@reason.late"): {"zh": "{days}天×{fee}", "en": "{days} days × {fee}"},
    ("AR_TEST", "@reason.fine"): {"zh": "未逾期", "en": "not overdue"},
}


@pytest.fixture(autouse=True)
def sentences(monkeypatch):
    monkeypatch.setattr(wording, "_texts", lambda: SENTENCES)


class Fee(NamedTuple):
    fee: Cents
    reason: Reason


asked: list[int] = []


def fee(days: Days) -> Fee:
    amount = np.where(days == MISSING, MISSING, np.maximum(days, 0) * 150)
    variants = np.array(["late" if day > 0 else "fine" for day in days.tolist()], dtype=object)

    def counted(lang: str) -> object:
        asked.append(len(days))
        return made(lang)

    made = because("AR_TEST", variants, days=reasons.number(days), fee=reasons.money(amount))
    return Fee(amount, counted)


def test_a_reason_is_written_for_each_row_in_the_language_of_the_cell(call):
    cells = column(1000.0, 0.0, None, NA)
    assert call(fee, cells, "reason") == column("1,000天×1,500.00", "未逾期", None, NA)
    assert call(fee, cells, "reason", "en") == column(
        "1,000 days × 1,500.00", "not overdue", None, NA
    )


def test_a_reason_that_nobody_asks_for_is_not_made(call):
    asked.clear()
    assert call(fee, 30.0) == 45.0
    assert asked == []
    call(fee, 30.0, "*")
    assert asked == [1]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (reasons.money([123456789, -5, 0, MISSING]), ["1,234,567.89", "-0.05", "0.00", "–"]),
        (reasons.percent([0.0005, 0.13, 1.0, np.nan, -0.1825]),
         ["0.05%", "13%", "100%", "–", "-18.25%"]),
        (reasons.number([30.0, 1 / 3, 0.0000001, 2e20, np.inf, -0.0]),
         ["30", "0.333333", "1e-07", "2e+20", "–", "0"]),
        (reasons.number([1234567, MISSING]), ["1,234,567", "–"]),
        (reasons.date([45838, MISSING]), ["2025-06-30", "–"]),
        (reasons.date([61, 60, 2958465, 2958466]), ["1900-03-01", "–", "9999-12-31", "–"]),
        (reasons.text(["甲", None]), ["甲", "–"]),
        (reasons.words("status", ["red", None]), ["红", "–"]),
    ],
)  # fmt: skip
def test_parts_are_written_as_people_read_them(part, expected):
    assert part("zh").tolist() == expected


def test_a_legal_rule_tells_since_when_it_holds():
    newest = rule("limitation", "three_years")
    assert reasons.rule(newest)("en").item() == "Three years"
    assert reasons.rule([newest], dated=True)("zh").item() == "三年时效（2017-10-01起适用）"
    assert reasons.rule([newest, newest])("en").item() == "Three years, Three years"


class Cap(NamedTuple):
    due: Day
    cap: Annotated[Day, OPTIONAL]


def capped(due: Day) -> Cap:
    return Cap(due, np.where(due > 45838, due, MISSING))


def test_what_need_not_apply_is_blank_and_not_an_error(call):
    assert call(capped, column(45838.0, 45839.0), "cap") == column(None, 45839.0)
    assert call(capped, NA, "cap") is NA


def noon(when: Moment) -> Text:
    return np.where(when % 1 == 0.5, "noon", "other").astype(object)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(45838.5, "noon"), ("2025-06-30T12:00", "noon"), ("2025-06-30 12:00:01", "other"),
     ("2025-06-30", "other")],
)  # fmt: skip
def test_a_moment_keeps_its_time_of_day(call, cell, expected):
    assert call(noon, cell) == expected


@pytest.mark.parametrize("cell", ["noon", "2025-06-30T25:00", 12.0, 1e300])
def test_what_is_no_moment_is_an_error(call, cell):
    assert call(noon, cell).value in {"#VALUE!", "#NUM!"}


def matrix(amount: Cents) -> LabelledMatrix:
    return LabelledMatrix(("甲", "乙"), ("x", "y"), np.array([[0.5, amount[0] / 100], [1, np.nan]]))


def test_a_matrix_has_headings_on_both_sides_or_is_asked_for_a_row(call):
    assert call(matrix, 2.0) == ((None, "x", "y"), ("甲", 0.5, 2.0), ("乙", 1.0, NA))
    assert call(matrix, 2.0, "乙") == ((1.0, NA),)
    assert call(matrix, 2.0, "丙").value == "#VALUE!"
    assert call(matrix, NA) is NA
