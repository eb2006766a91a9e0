"""Rates too high to be meant, from both sides of each limit."""

from __future__ import annotations

import pytest

from tests.udfs.samples import NUM
from udfs import registry

YES = True
NO_PAYMENTS = ((None, None),)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        (
            "AR_INTEREST_DAILY",
            (100000.0, 0.01, 30.0),
            (100000.0, 0.0101, 30.0),
        ),
        (
            "AR_INTEREST_ANNUAL",
            (100000.0, 1.0, "2025-03-31", "2025-06-30"),
            (100000.0, 1.01, "2025-03-31", "2025-06-30"),
        ),
        ("AR_INTEREST_COMPOUND", (100.0, 1.0, 1.0), (100.0, 5.0, 1.0)),
        (
            "AR_INTEREST_WITH_PAYMENTS",
            (100000.0, "2025-01-01", NO_PAYMENTS, 0.01, None, "2025-01-21"),
            (100000.0, "2025-01-01", NO_PAYMENTS, 0.05, None, "2025-01-21"),
        ),
        ("AR_LATE_RATE", ("2025-06-30", 1.0), ("2025-06-30", 12.0)),
        ("AR_LATE_RATE", ("2025-06-30", 1.0, "2025-01-01", YES), ("2025-06-30", 6.0, None, YES)),
        ("AR_SME_LATE_RATE", (1.0, 0.031), (6.0, 0.031)),
        ("AR_SME_LATE_RATE", (0.02, 1.0), (0.02, 3.1)),
        ("AR_DEFAULT_RATE_CHECK", (1.0, 0.045, 0.03), (18.25, 0.045, 0.03)),
        ("AR_DEFAULT_RATE_CHECK", (0.1825, 1.0, 0.03), (0.1825, 4.5, 0.03)),
        ("AR_DEFAULT_RATE_CHECK", (0.1825, 0.045, 1.0), (0.1825, 0.045, 3.0)),
        ("AR_CREDIT_LIMIT_NEED", (1200000.0, 0.99, 60.0), (1200000.0, 1.0, 60.0)),
    ],
)
def test_a_per_cent_typed_as_a_number_is_refused(name, low, high):
    assert isinstance(registry.call(name, *low), float)
    assert registry.call(name, *high) is NUM


def test_the_highest_rates_give_their_numbers():
    assert registry.call("AR_INTEREST_DAILY", 100000.0, 0.01, 30.0) == 30000.0
    assert registry.call("AR_INTEREST_DAILY", 100000.0, "1%", 30.0) == 30000.0
    assert registry.call("AR_INTEREST_COMPOUND", 120.0, 1.0, 1.0) == 10.0
    assert registry.call("AR_LATE_RATE", "2025-06-30", "100%") == 1.0


def test_a_vat_rate_that_is_too_high_says_so():
    asked = ("AR_CREDIT_LIMIT_NEED", 1200000.0, 13.0, 60.0, None, None, "reason")
    assert registry.call(*asked) == "增值税率1,300%过高：请写小数，13% 写 0.13 或 13%"
