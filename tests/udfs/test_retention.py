"""Retention money: the ceiling, the day of release, owners who delay."""

from __future__ import annotations

import pytest

from udfs import registry
from udfs.values import CellError


def ask(*cells, wanted="*"):
    filled = [*cells, *[None] * (7 - len(cells))]
    return registry.render(registry.call("AR_RETENTION", *filled, wanted))[-1]


BIG, ROUND = 9876543.21, 1000000.0
END = "2025-06-30"
NO = "FALSE"


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ((BIG, 0.03, END, 24.0), ("296296.3", "2027-06-30", NO, NO, NO)),
        ((BIG, 0.05, END, 24.0), ("493827.16", "2027-06-30", "TRUE", NO, NO)),
        ((BIG, 0.0301, END), ("297283.95", "2027-06-30", "TRUE", NO, NO)),
        ((ROUND, 0.03, END, 25.0), ("30000", "2027-07-30", NO, "TRUE", NO)),
        # Five per cent allowed by a cap of one's own.
        ((ROUND, 0.05, END, 24.0, 0.05), ("50000", "2027-06-30", NO, NO, NO)),
        # Before 2017-07-01 no row of the rules holds.
        ((ROUND, 0.05, "2017-06-30", 12.0), ("50000", "2018-06-30", "#N/A", NO, NO)),
        ((ROUND, 0.05, "2017-07-01", 12.0), ("50000", "2018-07-01", "TRUE", NO, NO)),
        # Not accepted, and no report: the period has not started.
        ((ROUND, 0.03, None, 24.0), ("30000", "#N/A", "#N/A", "#N/A", NO)),
        ((ROUND, 0.03, "2024-02-29", 12.0), ("30000", "2025-02-28", NO, NO, NO)),
        ((ROUND, 0.03, END, 24.0, None, None, True), ("30000", "2027-06-30", NO, NO, "TRUE")),
        ((ROUND, -0.03, END, 24.0), ("#NUM!", "2027-06-30", NO, NO, NO)),
        ((ROUND, 0.03, END, -1.0), ("30000", "#NUM!", NO, NO, NO)),
        ((ROUND, 0.03, END, 1e15), ("30000", "#NUM!", NO, "TRUE", NO)),
    ],
)
def test_retention(cells, answer):
    assert ask(*cells) == answer


def test_the_clock_of_an_owner_who_delays_starts_ninety_days_after_the_report():
    release = ("2027-09-28",)
    report = "2025-06-30"
    assert ask(1e6, 0.03, None, 24.0, None, report, wanted="release") == release
    # Accepted later than that: the earlier day holds. Accepted before it: acceptance.
    assert ask(1e6, 0.03, "2025-12-31", 24.0, None, report, wanted="release") == release
    assert ask(1e6, 0.03, "2025-09-28", 24.0, None, report, wanted="release") == release
    assert ask(1e6, 0.03, "2025-09-27", 24.0, None, report, wanted="release") == ("2027-09-27",)


def test_a_report_before_the_rule_gives_no_start():
    assert ask(1e6, 0.03, None, 24.0, None, "2020-12-31", wanted="release") == ("#N/A",)


def test_a_column_with_blanks():
    found = registry.call(
        "AR_RETENTION", ((100.0,), (None,), (100.0,)), 0.03, (("2025-06-30",), (None,), (None,)),
        None, None, None, None, "release",
    )  # fmt: skip
    assert registry.render(found) == (("2027-06-30",), ("",), ("#N/A",))
    assert registry.call("AR_RETENTION", 100.0, None, "2025-06-30") is CellError.NA
