"""Concentration of receivables: shares of the positive balances alone."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.concentration import hhi, top_share
from udfs.values import MISSING, CellError


@pytest.mark.parametrize(
    ("balances", "index"),
    [
        ([500.0, 300.0, 200.0], 0.38),
        ([500.0, 300.0, -100.0], 0.53125),
        ([7.0], 1.0),
        ([1.0, 1.0, 1.0, 1.0], 0.25),
        ([1e300, 1e300], 0.5),
    ],
)
def test_the_index_and_its_points(balances, index):
    assert registry.call("AR_HHI", (tuple(balances),)) == pytest.approx(index, abs=1e-12)
    points = registry.call("AR_HHI", (tuple(balances),), "points")
    assert points == pytest.approx(index * 10_000, abs=1e-8)


@pytest.mark.parametrize("balances", [(None, None), (0.0, -5.0)])
def test_nobody_owes_anything(balances):
    assert registry.call("AR_HHI", (balances,)) is CellError.NA
    assert registry.call("AR_TOP_SHARE", (balances,), 1.0) is CellError.NA


def test_the_largest_n_whatever_their_order():
    balances = ((200.0, 500.0, -50.0, 300.0),)
    found = registry.call("AR_TOP_SHARE", balances, ((1.0,), (2.0,), (3.0,), (10.0,)))
    assert [share for (share,) in found] == pytest.approx([0.5, 0.8, 1.0, 1.0])
    assert found[2][0] == found[3][0] == 1.0
    assert registry.call("AR_TOP_SHARE", balances, 0.0) is CellError.NUM
    assert registry.call("AR_TOP_SHARE", balances, None) is CellError.NA
    assert str(top_share([1.0], [MISSING]).tolist()) == "[nan]"


balances_of_customers = st.lists(st.integers(-1000, 10**9), min_size=1, max_size=12).filter(
    lambda given: any(balance > 0 for balance in given)
)


@given(balances_of_customers, st.integers(1, 14))
def test_both_equal_fractions_and_keep_their_bounds(balances, n):
    owed = sorted((balance for balance in balances if balance > 0), reverse=True)
    shares = [Fraction(balance, sum(owed)) for balance in owed]
    index = hhi(balances).hhi[0]
    assert index == pytest.approx(float(sum(share**2 for share in shares)), rel=1e-12)
    assert 1 / len(owed) * (1 - 1e-12) <= index <= 1
    found = top_share(balances, [n, n + 1])
    assert found[0] == pytest.approx(float(sum(shares[:n])), rel=1e-12)
    assert found[0] <= found[1] <= 1.0
