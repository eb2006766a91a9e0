"""Statutory rates: the SME regulation by its dates, judgments, the UK, and which rate applies."""

from __future__ import annotations

import numpy as np
import pytest

from tests.udfs.samples import NA, NUM, column
from tests.udfs.tables import day
from udfs import registry
from udfs.late_payment import dated, sme_late_rate
from udfs.rules import all_rules


@pytest.mark.parametrize(
    ("agreed", "lpr", "year", "when", "rate"),
    [
        (None, 0.031, None, None, 0.1825),
        (None, None, None, None, 0.1825),
        (None, 0.031, 360, None, 0.18),
        (None, 0.031, 0, None, NUM),
        (0.02, 0.031, None, None, 0.031),
        (0.031, 0.031, None, None, 0.031),
        (0.06, 0.031, None, None, 0.06),
        (0, 0.031, None, None, 0.031),
        (0.02, None, None, None, NA),  # the floor cannot be tested
        (-0.01, 0.031, None, None, NUM),
        (0.06, -0.01, None, None, NUM),
        (None, 0.031, None, "2020-08-31", NA),
        (None, 0.031, None, "2020-09-01", 0.1825),
        (None, 0.031, None, "2025-05-31", 0.1825),
        (None, 0.031, None, "2025-06-01", 0.1825),
    ],
)
def test_the_rate_of_the_regulation(agreed, lpr, year, when, rate):
    found = registry.call("AR_SME_LATE_RATE", agreed, lpr, year, when)
    assert found is rate if rate in {NA, NUM} else found == pytest.approx(rate, abs=1e-12)


def test_the_reason_names_the_article_of_the_day():
    asked = ("AR_SME_LATE_RATE", column(None, 0.02), 0.031, None)
    assert registry.call(*asked, column("2025-05-31", "2025-06-01"), "reason") == column(
        "未约定利率：0.05%×365＝18.25%（保障中小企业款项支付条例第15条：未约定按每日万分之五"
        "（2020-09-01起适用））",
        "约定2%低于3.1%，按3.1%（保障中小企业款项支付条例第17条：不低于合同订立时一年期LPR"
        "（2025-06-01起适用））",
    )


def test_both_regulations_stand_as_rows_with_their_dates():
    rows = [row for row in all_rules("late_payment") if row.code == "sme_daily"]
    assert [(row.source, row.cells["valid_from"]) for row in rows] == [
        ("国令728 第15条", "2020-09-01"),
        ("国令802 第17条", "2025-06-01"),
    ]
    assert dated("late_payment", "sme_daily", day("2025-05-31")).place == 0
    assert dated("late_payment", "sme_daily", day("2025-06-01")).place == 1
    assert np.isnan(sme_late_rate(np.nan, 0.03, 365, 40000).rate)


@pytest.mark.parametrize(
    ("unpaid", "days", "when", "interest"),
    [
        (300000, 100, None, 5250),
        (300000, 0, None, 0),
        (-1, 100, None, 0),
        (300000, 100, "2014-07-31", NA),
        (300000, 100, "2014-08-01", 5250),
        (0.57, 50, None, 0),  # 0.4987 of a cent
        (4, 7.9, None, 0),  # 7 days: 0.49 of a cent
        (8, 5, None, 0.01),  # 0.7 of a cent
    ],
)
def test_delayed_performance(unpaid, days, when, interest):
    found = registry.call("AR_DELAYED_PERFORMANCE_INTEREST", unpaid, days, when)
    assert found == interest


@pytest.mark.parametrize(
    ("amount", "days", "rounded", "interest", "compensation", "total"),
    [
        (5000, 101, None, 169.49, 70, 239.49),
        (5000, 101, True, 169.68, 70, 239.68),
        (999.99, 1, None, 0.34, 40, 40.34),
        (1000, 1, None, 0.34, 70, 70.34),
        (9999.99, 1, None, 3.36, 70, 73.36),
        (10000, 1, None, 3.36, 100, 103.36),
        (0.01, 1, None, 0, 40, 40),
        (5000, 0, None, 0, 0, 0),
        (5000, -3, True, 0, 0, 0),
        (0, 30, None, 0, 0, 0),
        (-100, 30, True, 0, 0, 0),
        (7e13, 10**6, None, NUM, 100, NUM),
    ],
)
def test_a_late_debt_in_the_uk(amount, days, rounded, interest, compensation, total):
    asked = ("AR_UK_LATE_PAYMENT", amount, 0.0425, days, rounded)
    found = [registry.call(*asked, name) for name in ("interest", "compensation", "total")]
    assert found == [interest, compensation, total]


def test_a_negative_bank_rate_and_reasons():
    assert registry.call("AR_UK_LATE_PAYMENT", 5000, -0.01, 10) is NUM
    rounded = "TRUE"
    assert registry.call("AR_UK_LATE_PAYMENT", 5000, 0.0425, 101, rounded, "reason", "en") == (
        "5,000.00 × (4.25% + 8%) ÷ 365 = 1.68 a day, × 101 days = 169.68; "
        "fixed sum 70.00 (From 1,000 to below 10,000 pounds); together 239.68"
    )
    assert registry.call("AR_UK_LATE_PAYMENT", 5000, 0.0425, 0, None, "reason") == (
        "没有逾期天数，不计息"
    )


def test_the_reason_says_why_there_is_no_rate_for_an_sme():
    asked = ("AR_SME_LATE_RATE", 0.02, None, None)
    assert registry.call(*asked) is NA
    assert registry.call(*asked, None, "reason") == (
        "约定2%，但未给合同订立时的LPR，无法与下限比较，请填 lpr_at_signing"
    )
    early = ("AR_SME_LATE_RATE", 0.02, 0.031, None, "2020-08-31")
    assert registry.call(*early) is NA
    assert registry.call(*early, "reason") == "条例自2020-09-01起施行，2020-08-31违约的不适用"
