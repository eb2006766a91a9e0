"""The LPR: both sides of every change, the known years, and quotes of one's own."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.udfs.tables import day, days, rows
from udfs import registry
from udfs.lpr import curve, lpr, weight_until
from udfs.rules import all_rules
from udfs.values import CellError

# domain.md 4.2
QUOTES = """
| from       | rate
| 2019-08-20 | 4.25
| 2019-09-20 | 4.20
| 2019-11-20 | 4.15
| 2020-02-20 | 4.05
| 2020-04-20 | 3.85
| 2021-12-20 | 3.80
| 2022-01-20 | 3.70
| 2022-08-22 | 3.65
| 2023-06-20 | 3.55
| 2023-08-21 | 3.45
| 2024-07-22 | 3.35
| 2024-10-21 | 3.10
| 2025-05-20 | 3.00
"""


def test_each_quote_from_its_day_and_the_one_before_until_the_day_before():
    before = np.nan
    for start, rate in rows(QUOTES):
        found = lpr([day(start) - 1, day(start)])
        assert np.array_equal(found, [before, float(rate)], equal_nan=True)
        before = float(rate)


def test_the_rows_cover_every_day_to_the_known_end():
    found = all_rules("lpr")
    assert [row.number("rate") for row in found] == [float(rate) for _, rate in rows(QUOTES)]
    for row, later in pairwise(found):
        assert row.valid_to == later.valid_from - 1
    assert found[-1].valid_to == day("2026-03-20")


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2019-08-19", CellError.NA),
        ("2019-08-20", 4.25),
        ("2026-03-20", 3.0),
        ("2026-03-21", CellError.NA),
        (None, CellError.NA),
        ("soon", CellError.VALUE),
        (1e300, CellError.NUM),
    ],
)
def test_outside_the_known_years_there_is_no_answer(when, expected):
    answer = registry.call("AR_LPR", when)
    assert answer == expected


def test_later_quotes_go_on_and_win_on_their_day():
    later = (("生效日期", "一年期LPR"), ("2026-04-20", 2.9), ("2025-05-20", 3.05))
    asked = (("2025-05-20",), ("2026-04-19",), ("2026-04-20",), ("2030-01-01",))
    expected = ((3.05,), (3.05,), (2.9,), (2.9,))
    assert registry.call("AR_LPR", asked, later) == expected
    fractions = (("2026-04-20", "2.9%"), ("2025-05-20", 0.0305))
    assert registry.call("AR_LPR", asked, fractions) == expected


def test_earlier_quotes_do_not_lengthen_what_is_known():
    asked = (("2015-03-01",), ("2026-03-21",))
    assert registry.call("AR_LPR", asked, (("2015-01-01", 5.6),)) == ((5.6,), (CellError.NA,))


@pytest.mark.parametrize("wrong", [0.0, -3.0])
def test_a_quote_that_is_not_above_zero_is_a_contradiction(wrong):
    assert registry.call("AR_LPR", "2025-01-01", (("2026-04-20", wrong),)) is CellError.NUM


def test_a_huge_quote_neither_warns_nor_wraps():
    assert registry.call("AR_LPR", "2027-01-01", (("2026-04-20", 1.7e308),)) == 1.7e308


def test_the_sum_of_days_is_that_of_a_loop():
    known = curve()
    spans = days("2019-08-20", "2019-09-19", "2019-09-20", "2024-07-21", "2026-03-20")
    for end in spans.tolist():
        each = lpr(np.arange(day("2019-08-20"), end + 1))
        assert weight_until(known, end) == round(each.sum() * known.scale)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("2024-10-20", "一年期LPR自2024-07-22起为3.35%"),
        ("2019-08-19", "LPR 报价自2019-08-20起，2019-08-19没有报价"),
        (
            "2026-03-21",
            "LPR 报价只收录到2026-03-20，2026-03-21的LPR未知，请在参数 quotes 中补上之后的报价",
        ),
    ],
)
def test_the_reason_names_the_quote_or_what_is_lacking(when, told):
    assert registry.call("AR_LPR", when, None, "reason") == told


def test_a_day_without_a_quote_stays_without_an_answer_in_english_too():
    assert registry.call("AR_LPR", "2026-03-21", None, "lpr", "en") is CellError.NA
    assert registry.call("AR_LPR", "2026-03-21", None, "reason", "en") == (
        "LPR quotes are known up to 2026-03-20, not for 2026-03-21: give the later ones in quotes"
    )
    later = (("2026-04-20", 2.9),)
    assert registry.call("AR_LPR", "2026-05-01", later, "reason") == "一年期LPR自2026-04-20起为2.9%"
