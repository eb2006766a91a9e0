"""Where the edge day belongs, calendar months, and labels that say what is inside."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import EPOCH, day, iso
from udfs import registry
from udfs.arrays import add_months, month_ends, month_starts
from udfs.buckets import bucket, bucket_index, bucket_labels, cuts_of, year_bucket_index
from udfs.values import CellError

#: Ages named by the rule, from both sides of each edge.
AGES = [-1, 0, 1, 29, 30, 31, 59, 60, 61, 89, 90, 91]


def test_rule_10_the_edge_day_ends_its_band_or_opens_the_next_one():
    assert bucket_index(AGES).tolist() == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4]
    assert bucket_index(AGES, edge_day="next_band").tolist() == [0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4]
    assert bucket(AGES[3:6], "document").tolist() == ["0-30天", "0-30天", "31-60天"]
    assert bucket(AGES[3:6], "document", edge_day="next_band").tolist() == [
        "0-29天", "30-59天", "30-59天",
    ]  # fmt: skip


def test_rule_10_the_labels_say_where_the_edge_day_is():
    assert bucket_labels() == ("未到期", "1-30天", "31-60天", "61-90天", "90天以上")
    assert bucket_labels(edge_day="next_band") == (
        "未到期", "1-29天", "30-59天", "60-89天", "90天及以上",
    )  # fmt: skip
    assert bucket_labels((30, 90), "document", "en", "next_band") == (
        "0-29 days", "30-89 days", "90 days and over",
    )  # fmt: skip
    assert registry.call("AR_BUCKET", 30.0, None, None, "下一段") == "30-59天"
    assert registry.call("AR_BUCKET", 30.0, None, "30/60", "next_band", "en") == "30-59 days"


@given(st.lists(st.integers(-5, 130), min_size=1), st.sampled_from(["due", "document"]))
def test_rule_10_every_day_lies_in_the_band_that_its_label_names(ages, basis):
    for edge_day in ("in_band", "next_band"):
        labels = bucket_labels((30, 60, 90), basis, "en", edge_day)
        index = bucket_index(ages, (30, 60, 90), basis, edge_day).tolist()
        for age, place in zip(ages, index, strict=True):
            if place < 0 or labels[place] == "Not due":
                assert age <= 0
                continue
            words = labels[place].replace("-", " ").split()
            if words[0] == "Over":
                assert age > int(words[1])
            elif "over" in words:
                assert age >= int(words[0])
            else:
                assert int(words[0]) <= age <= int(words[1])


def test_a_first_band_without_a_day_contradicts():
    assert registry.call("AR_BUCKET", 1.0, "due", "1/30", "next_band") is CellError.NUM
    assert registry.call("AR_BUCKET", 0.0, "document", "1/30", "next_band") == "0天"


def test_rule_18_calendar_months_end_where_the_months_do():
    """As of 2024-03-31: 03-31, 02-29, 01-31, 12-31, 11-30; 30-day months would be 03-01, …"""
    found = month_ends(day("2024-03-31"), [1, 2, 3, 4])
    assert iso(found) == ["2024-02-29", "2024-01-31", "2023-12-31", "2023-11-30"]
    cuts = cuts_of((1, 2, 3, 4), "due", mode="calendar_month", as_of=day("2024-03-31"))
    assert iso(day("2024-03-31") - cuts) == ["2024-03-31", *iso(found)]
    assert iso(month_ends(day("2024-04-15"), [1, 13])) == ["2024-03-31", "2023-03-31"]
    assert iso(month_ends(day("2024-04-30"), 1)) == ["2024-03-31"]


def test_rule_18_labels_of_calendar_months_say_where_the_edge_is():
    months = {"mode": "calendar_month"}
    assert bucket_labels(**months) == ("未到期", "1个月以内", "1-2个月", "2-3个月", "3个月以上")
    assert bucket_labels((1, 3), "document", "en", "next_band", **months) == (
        "Under 1 month(s)", "1 to under 3 months", "3 month(s) and over",
    )  # fmt: skip


@given(st.dates(dt.date(1970, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 40))
def test_month_ends_equal_stepping_from_the_first_of_the_month(date, months):
    first = date.replace(day=1)
    for _ in range(months - 1):
        first = (first - dt.timedelta(days=1)).replace(day=1)
    expected = (first - dt.timedelta(days=1) - EPOCH).days
    assert int(month_ends((date - EPOCH).days, months)) == expected


@pytest.mark.parametrize("mode", ["day", "calendar_month", "corresponding_day"])
def test_cuts_ascend(mode):
    for edge_day in ("in_band", "next_band"):
        cuts = cuts_of((1, 2, 12), "document", edge_day, mode, day("2024-03-01"))
        assert (np.diff(cuts) > 0).all()


@pytest.mark.parametrize(
    ("as_of", "months", "first"),
    [
        ("2025-07-10", 1, "2025-06-10"),
        ("2025-07-31", 1, "2025-07-01"),  # EDATE of 06-30 is 07-30, before the as-of day
        ("2025-11-30", 1, "2025-10-30"),  # 10-30 and 10-31 both end on 11-30
        ("2025-02-28", 12, "2024-02-28"),
        ("2025-03-01", 12, "2024-03-01"),
    ],
)
def test_months_to_the_corresponding_day(as_of, months, first):
    assert iso(month_starts(day(as_of), months)) == [first]
    cuts = cuts_of((months,), "document", mode="corresponding_day", as_of=day(as_of))
    assert iso(day(as_of) - cuts) == [first]


@given(st.integers(40_000, 50_000), st.integers(1, 40))
def test_the_first_day_within_so_many_months_is_the_first_whose_months_last(as_of, months):
    first = int(month_starts(as_of, months))
    assert add_months(first, months) >= as_of > add_months(first - 1, months)
    for edge_day, over in (("in_band", 0), ("next_band", 1)):
        cut = int(cuts_of((months,), "document", edge_day, "corresponding_day", as_of)[0])
        assert add_months(as_of - cut, months) >= as_of + over > add_months(as_of - cut - 1, months)


def test_twelve_months_to_the_corresponding_day_are_the_years_of_the_notes():
    for as_of in ("2025-02-28", "2025-03-01", "2024-02-29", "2025-12-31"):
        now = day(as_of)
        dates = np.arange(now - 1200, now + 1)
        cuts = cuts_of((12, 24, 36), "document", mode="corresponding_day", as_of=now)
        assert (np.searchsorted(cuts, now - dates) == year_bucket_index(now, dates)).all()
