"""When a debtor may be contacted: both ends of every window, working days, unknown calendars."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, column
from tests.udfs.tables import day, rows
from udfs import registry
from udfs.rules import rules

MOMENTS = """
| moment              | mode     | allowed |
| 2025-10-13 08:59:59 | b2b      | no      |
| 2025-10-13 09:00:00 | b2b      | yes     |
| 2025-10-13 11:30:59 | b2b      | yes     |
| 2025-10-13 11:31:00 | b2b      | no      |
| 2025-10-13 13:59:59 | b2b      | no      |
| 2025-10-13 14:00    | b2b      | yes     |
| 2025-10-13 17:30    | b2b      | yes     |
| 2025-10-13 17:31    | b2b      | no      |
| 2025-10-11 10:00    | b2b      | yes     |
| 2025-10-12 10:00    | b2b      | no      |
| 2025-10-01 10:00    | b2b      | no      |
| 2025-10-01 10:00    | consumer | yes     |
| 2025-10-13 07:59:59 | consumer | no      |
| 2025-10-13 08:00    | consumer | yes     |
| 2025-10-13 21:59:59 | consumer | yes     |
| 2025-10-13 22:00    | consumer | no      |
| 2025-10-13 00:00    | consumer | no      |
| 2025-10-13 21:00    | us_collector | yes |
| 2025-10-13 21:01    | us_collector | no  |
"""


@pytest.mark.parametrize(("moment", "mode", "allowed"), rows(MOMENTS))
def test_both_ends_of_every_window(moment, mode, allowed):
    assert registry.call("AR_CONTACT_ALLOWED", moment, mode) is (allowed == "yes")


@given(st.integers(0, 24 * 60 - 1))
def test_every_minute_as_a_serial_and_as_a_text(minute):
    text = f"2025-10-13 {minute // 60:02d}:{minute % 60:02d}"
    serial = day("2025-10-13") + minute / (24 * 60)
    as_text = registry.call("AR_CONTACT_ALLOWED", text)
    assert registry.call("AR_CONTACT_ALLOWED", serial) is as_text
    assert as_text is (9 * 60 <= minute <= 11 * 60 + 30 or 14 * 60 <= minute <= 17 * 60 + 30)


def test_a_year_without_a_calendar_has_no_answer_unless_the_hour_decides():
    assert registry.call("AR_CONTACT_ALLOWED", column("2040-10-01 10:00", "2040-10-01 23:00")) == (
        (NA,),
        (False,),
    )
    assert registry.call("AR_CONTACT_ALLOWED", "2040-10-01 10:00", "consumer") is True
    assert registry.call("AR_CONTACT_ALLOWED", "2040-10-01 10:00", "b2b", "reason") is NA


@pytest.mark.parametrize(
    ("moment", "lang", "reason"),
    [
        ("2025-10-11 10:00", "zh", "2025-10-11 10:00在时段内：企业上午 09:00–11:30"),
        ("2025-10-01 10:00", "zh", "2025-10-01不是工作日"),
        ("2025-10-01 10:00", "en", "2025-10-01 is not a working day"),
        (
            "2025-10-13 20:00",
            "en",
            (
                "20:00 is outside the hours: business morning 09:00-11:30,"
                " business afternoon 14:00-17:30"
            ),
        ),
    ],
)
def test_the_reason_names_the_window(moment, lang, reason):
    assert registry.call("AR_CONTACT_ALLOWED", moment, "企业", "reason", lang) == reason


def test_the_words_of_a_window_tell_its_hours():
    for row in rules("contact_windows"):
        assert f"{row.cells['first']}–{row.cells['last']}" in row.zh
        assert f"{row.cells['first']}-{row.cells['last']}" in row.en
