"""Texts in cells that stand for a number, a date, or yes and no."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs.reading import day_of_text, flag_of_text, iso_of_day, number_of_text


@given(st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31)))
def test_a_date_survives_the_way_to_a_serial_and_back(date):
    serial = date.toordinal() - dt.date(1899, 12, 30).toordinal()
    forms = (
        date.isoformat(),
        f"{date.year:04}/{date.month}/{date.day}",
        f"{date.year:04}.{date.month:02}.{date.day:02}",
        f"{date:%Y%m%d}".zfill(8),
        f"{date.year:04}年{date.month}月{date.day}日",
    )
    assert {day_of_text(form) for form in forms} == {serial}
    assert iso_of_day(serial) == date.isoformat()


@pytest.mark.parametrize(
    "text",
    ["", "2025", "2025-13-01", "2025-00-10", "2025-6.30", "250630", "30.6.2025", "1900-02-28",
     "2025年6月", "2025-06-30 noon", "20250631"],
)  # fmt: skip
def test_what_is_no_date_or_leaves_the_day_open(text):
    assert day_of_text(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", 1234.5), ("￥1,234.00", 1234.0), ("1,234.00元", 1234.0), ("-¥5", -5.0),
        ("¥-5", -5.0), ("(1,000)", -1000.0), ("（1,000）", -1000.0), ("１２３", 123.0),
        ("12.5%", 0.125), ("3.65%", 0.0365), ("1e3", 1000.0), (".5", 0.5), ("+7", 7.0),
        ("1 234", 1234.0), ("12,34", None), ("1,2345", None), ("--5", None), ("-¥-5", None),
        ("5万", None), ("abc", None), ("", None), ("1.2.3", None), ("(5", None),
    ],
)  # fmt: skip
def test_numbers_as_people_type_them(text, number):
    assert number_of_text(text) == number


@pytest.mark.parametrize(
    ("text", "flag"),
    [("是", True), ("TRUE", True), ("y", True), ("√", True), ("否", False), ("no", False),
     ("×", False), ("0", False), ("maybe", None), ("2", None)],
)  # fmt: skip
def test_yes_and_no(text, flag):
    assert flag_of_text(text) is flag
