"""A discount on the price with or without tax."""

from __future__ import annotations

import pytest

from udfs import registry
from udfs.values import CellError


def test_rule_08_the_basis_of_a_discount():
    assert registry.call("AR_DISCOUNTED_TOTAL", 1000.0, 150.0, 0.1, "tax_included") == 1035.0
    assert registry.call("AR_DISCOUNTED_TOTAL", 1000.0, 150.0, 0.1, "不含税") == 1050.0
    assert registry.call("AR_DISCOUNTED_TOTAL", -1000.0, -150.0, "10%") == -1035.0
    found = registry.call("AR_DISCOUNTED_TOTAL", 1000.0, 150.0, 0.1, None, "discount")
    assert found == 115.0


@pytest.mark.parametrize("rate", [-0.01, 1.01, 1e300])
def test_rates_that_are_no_discount(rate):
    assert registry.call("AR_DISCOUNTED_TOTAL", 1000.0, 150.0, rate) is CellError.NUM


def test_edges():
    assert registry.call("AR_DISCOUNTED_TOTAL", 1000.0, 150.0, 0.0) == 1150.0
    assert registry.call("AR_DISCOUNTED_TOTAL", 1000.0, 150.0, 1.0) == 0.0
    assert registry.call("AR_DISCOUNTED_TOTAL", 0.5, 0.0, 0.29, None, "discount") == 0.15
    assert registry.call("AR_DISCOUNTED_TOTAL", 1000.0, None, 0.1) is CellError.NA
