"""Acceleration of instalment sales: one fifth to the cent, three payments, a demand."""

from __future__ import annotations

import pytest

from tests.udfs.samples import NA, NUM
from udfs import registry

ASKED = "AR_INSTALMENT_ACCELERATION"


@pytest.mark.parametrize(
    ("price", "count", "owed", "demanded", "eligible", "finding"),
    [
        (1000000, 4, 200000, True, True, "可请求全部价款或解除"),
        (1000000, 4, 199999.99, True, False, "未达1/5"),
        (1000000, 3, 200000, True, True, "可请求全部价款或解除"),
        (1000000, 2, 500000, True, False, "少于3期"),
        (1000000, 4, 200000, False, False, "尚未催告或合理期限未满"),
        (1000000, 4, 200000, None, False, "尚未催告或合理期限未满"),
        (0.03, 3, 0.01, True, True, "可请求全部价款或解除"),
        (0.06, 3, 0.01, True, False, "未达1/5"),
        (1000000, 4, 1000000, True, True, "可请求全部价款或解除"),
        (1000000, 4, 1000000.01, True, NUM, NUM),
        (1000000, 4, -0.01, True, NUM, NUM),
        (-1, 4, 0, True, NUM, NUM),
        (0, 4, 0, True, NA, NA),
        (None, 4, 1, True, NA, NA),
        (7e13, 3, 1.4e13, True, True, "可请求全部价款或解除"),
        (7e13, 3, 13999999999999.99, True, False, "未达1/5"),
    ],
)
def test_both_sides_of_each_condition(price, count, owed, demanded, eligible, finding):
    asked = (ASKED, price, count, owed, demanded)
    assert registry.call(*asked) is eligible
    assert registry.call(*asked, "finding") == finding


def test_share_and_reason():
    asked = (ASKED, 1000000, 4, 199999.99, True)
    assert registry.call(*asked, "ratio") == pytest.approx(0.2, abs=1e-6)
    assert registry.call(*asked, "reason") == (
        "到期未付199,999.99÷总价1,000,000.00＝19.999999%，未达到20%"
        "（未付到期价款达到全部价款的五分之一（2021-01-01起适用））"
    )
