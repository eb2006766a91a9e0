"""Payment nodes: shares that make up 100 %, amounts that add up on every level."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import cents
from udfs import registry
from udfs.schedule import Nodes, check_shares, schedule
from udfs.values import CellError


def rows(total, *nodes):
    return registry.render(registry.call("AR_SCHEDULE", total, nodes))


def test_nodes_with_a_split_inside_one():
    found = rows(
        10_000_000.0,
        ("预付款", 0.1, None),
        ("进度款", 0.6, "20:30:20:10"),
        ("竣工决算款", 0.3, None),
    )
    assert found == (
        ("预付款", "1000000"),
        ("进度款-1", "1500000"),
        ("进度款-2", "2250000"),
        ("进度款-3", "1500000"),
        ("进度款-4", "750000"),
        ("竣工决算款", "3000000"),
    )


def test_largest_remainders_not_a_residual_last_node():
    found = rows(1000.05, ("a", 0.5), ("b", 0.3), ("c", 0.2))
    assert found == (("a", "500.03"), ("b", "300.01"), ("c", "200.01"))
    assert rows(-1000.05, ("a", 0.5), ("b", 0.3), ("c", 0.2))[0] == ("a", "-500.03")


def test_parts_come_from_the_rounded_amount_of_their_node():
    found = rows(0.05, ("a", "50%", "1:1"), ("b", "50%", None))
    assert found == (("a-1", "0.02"), ("a-2", "0.01"), ("b", "0.02"))


def test_headings_are_understood():
    found = rows(100.0, ("付款节点", "付款比例"), ("首付", "40%"), ("尾款", 0.6))
    assert found == (("首付", "40"), ("尾款", "60"))


@pytest.mark.parametrize(
    ("total", "nodes", "error"),
    [
        (100.0, (("a", 0.4), ("b", 0.4)), CellError.NUM),
        (100.0, (("a", 0.5), ("b", 0.5000001)), CellError.NUM),
        (100.0, (("a", 1.5), ("b", -0.5)), CellError.NUM),
        (100.005, (("a", 1.0),), CellError.NUM),
        (100.0, (("a", 1.0, "0:0"),), CellError.NUM),
        (100.0, (("a", 1.0, "1:-1"),), CellError.NUM),
        (100.0, (("a", 1.0, "half"),), CellError.VALUE),
        (100.0, (("a", 1.0, "1:1e999999999"),), CellError.NUM),
        (100.0, (("a", None),), CellError.NA),
        (100.0, ((None, None),), CellError.NUM),
        (None, (("a", 1.0),), CellError.NA),
    ],
)
def test_nodes_that_cannot_be_used(total, nodes, error):
    assert registry.call("AR_SCHEDULE", total, nodes) is error


def test_rule_03_shares_are_checked_in_decimals():
    percents = np.array([50.0, *[1.66] * 20, 16.8])
    assert sum(percents.tolist()) != 100.0  # what a binary check would see
    assert bool(check_shares(percents, 100.0).ok)
    assert bool(check_shares(np.array([0.1] * 10)).ok)
    assert sum([0.1] * 10) != 1.0


def test_shares_that_do_not_add_up():
    found = check_shares(np.array([0.1, 0.2, 0.3, 0.2, 0.1, 0.3]))
    assert (float(found.total), bool(found.ok)) == (1.2, False)
    assert not check_shares(np.array([1.5, -0.5])).ok
    assert not check_shares(np.array([1.0, 1e-300])).ok
    assert registry.call("AR_CHECK_SHARES", ((1e308, 1e308),), None, "total") is CellError.NUM
    assert registry.call("AR_CHECK_SHARES", None) is CellError.NA


@given(
    st.integers(-(10**14), 10**14),
    st.lists(st.integers(0, 1000), min_size=1, max_size=8),
    st.lists(st.integers(1, 50), min_size=1, max_size=5),
)
def test_levels_add_up(total, weights, parts):
    weights = [*weights, 10_000 - sum(weights)]
    text = ":".join(map(str, parts)) if len(parts) > 1 else None
    nodes = Nodes(
        np.array([f"n{place}" for place in range(len(weights))], dtype=object),
        np.array([weight / 10_000 for weight in weights]),
        np.array([text, *[None] * (len(weights) - 1)], dtype=object),
    )
    found = schedule(total, nodes)
    plain = schedule(total, nodes._replace(parts=np.array([None] * len(weights), dtype=object)))
    assert int(found.amounts.sum()) == total
    inside = len(parts) if text else 1
    assert int(found.amounts[:inside].sum()) == int(plain.amounts[0])


def test_seed_schemes():
    found = rows(1_234_567.89, ("首付", 0.4), ("交房", 0.2), ("按揭", 0.4))
    assert [amount for _, amount in found] == ["493827.16", "246913.58", "493827.15"]
    assert cents("1,234,567.89") == sum(cents(amount) for _, amount in found)
