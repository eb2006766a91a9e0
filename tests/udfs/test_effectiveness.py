"""The collection effectiveness index: its two bases, and nothing to collect."""

from __future__ import annotations

import numpy as np
import pytest

from udfs import registry
from udfs.effectiveness import collection_effectiveness
from udfs.values import CellError


def test_rule_32_cei_is_the_sales_divided_by_the_periods_and_says_so():
    """The published example: 55.9 % with the sales of a month, 79.6 % with those of all three."""
    data = (6200.0, 10890.0, 6340.0, 3590.0)
    assert registry.call("AR_CEI", *data, 3.0) == pytest.approx(3490 / 6240, abs=1e-12)
    assert registry.call("AR_CEI", *data) == pytest.approx(10750 / 13500, abs=1e-12)
    assert registry.call("AR_CEI", *data, 3.0, "basis") == "月均口径"
    assert registry.call("AR_CEI", *data, 1.0, "basis") == "全期口径"
    assert registry.call("AR_CEI", *data, 3.0, "basis", "en") == "Monthly average"
    assert registry.call("AR_CEI", *data, 3.0, "reason") == (
        "（6,200＋10,890÷3－6,340）÷（6,200＋10,890÷3－3,590）＝55.929487%（月均口径）"
    )


def test_nothing_collectable_has_no_index():
    assert registry.call("AR_CEI", 0.0, 1000.0, 1000.0, 1000.0) is CellError.NA
    # 0.1 + 0.2 − 0.3 is nothing, whatever binary fractions make of it.
    assert registry.call("AR_CEI", 0.1, 0.2, 0.1, 0.3) is CellError.NA
    assert registry.call("AR_CEI", 100.0, 1000.0, 0.0, 2000.0) is CellError.NA
    assert registry.call("AR_CEI", 100.0, 1000.0, 50.0, 20.0, 0.0) is CellError.NUM
    assert registry.call("AR_CEI", 1e308, 1e308, 1.0, 1.0) is CellError.NUM
    assert np.isnan(collection_effectiveness(1, 1, 1, np.nan).cei)


def test_all_collected_is_100_per_cent_and_nothing_0():
    assert collection_effectiveness(100, 900, 300, 300).cei == 1.0
    assert collection_effectiveness(100, 900, 1000, 300).cei == 0.0


def test_the_reason_says_that_nothing_could_be_collected():
    asked = ("AR_CEI", 0.0, 1000.0, 1000.0, 1000.0, 1.0)
    assert registry.call(*asked) is CellError.NA
    assert registry.call(*asked, "reason") == (
        "没有可收的款项：期初0＋赊销1,000÷1－期末未到期1,000不大于 0，无法计算"
    )
