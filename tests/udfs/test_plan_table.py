"""Plans over several levels and in two directions: every sum exact."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import cents
from udfs import registry
from udfs.plan import allocate
from udfs.plan_table import PlanLeaves, allocate_cascade, allocate_table
from udfs.values import CONTRADICTION, CellError


def leaves(weights, groups, subgroups=None):
    between = subgroups or [None] * len(weights)
    return PlanLeaves(
        np.array(weights, dtype=np.float64), np.array(groups, object), np.array(between, object)
    )


MONTHS = [6, 5, 8, 8, 8, 9, 8, 8, 9, 9, 10, 12]
QUARTERS = [f"Q{month // 3 + 1}" for month in range(12)]


def test_months_add_up_to_their_quarter_and_quarters_to_the_year():
    found = allocate_cascade(cents("10,000,000.01"), leaves(MONTHS, QUARTERS))
    assert found.groups.tolist() == ["Q1", "Q2", "Q3", "Q4"]
    assert found.group_amounts.tolist() == [
        cents("1,900,000"), cents("2,500,000"), cents("2,500,000"), cents("3,100,000.01"),
    ]  # fmt: skip
    for place, amount in enumerate(found.group_amounts.tolist()):
        assert int(found.parts[3 * place : 3 * place + 3].sum()) == amount


def test_a_level_is_split_from_the_rounded_amount_of_its_parent():
    # A flat split of 1.00 over six gives 0.17 four times; by halves it is 0.50 = 0.17+0.17+0.16.
    found = allocate_cascade(100, leaves([1] * 6, ["H1"] * 3 + ["H2"] * 3))
    assert found.parts.tolist() == [17, 17, 16, 17, 17, 16]
    assert allocate(100, [1] * 6).tolist() == [17, 17, 17, 17, 16, 16]


def test_three_levels_in_a_cell():
    rows = (
        ("权重", "季度", "月份"),
        (1.0, "Q1", "1月"), (1.0, "Q1", "1月"), (1.0, "Q1", "2月"), (3.0, "Q2", "4月"),
    )  # fmt: skip
    found = registry.call("AR_ALLOCATE_CASCADE", -1.0, rows)
    assert found == ((-0.17,), (-0.16,), (-0.17,), (-0.5,))


@pytest.mark.parametrize(
    ("weights", "error"),
    [([0.0, 0.0], CellError.NUM), ([1.0, -1.0], CellError.NUM), ([None, None], CellError.NA)],
)
def test_leaves_that_cannot_be_weighed(weights, error):
    rows = tuple((weight, "Q1" if weight is not None else None) for weight in weights)
    assert registry.call("AR_ALLOCATE_CASCADE", 100.0, rows) is error


@given(
    st.integers(-(10**13), 10**13),
    st.lists(
        st.tuples(st.integers(0, 100), st.sampled_from("ABC"), st.sampled_from("xyz")),
        min_size=1,
        max_size=15,
    ).filter(lambda rows: any(weight for weight, _, _ in rows)),
)
def test_every_level_is_a_largest_remainder_split_of_its_parent(total, rows):
    weights, groups, middles = zip(*rows, strict=True)
    found = allocate_cascade(total, leaves(weights, groups, list(middles)))
    names = list(dict.fromkeys(groups))
    heavy = [sum(w for w, g, _ in rows if g == name) for name in names]
    assert found.group_amounts.tolist() == allocate(total, heavy).tolist()
    for name, amount in zip(names, found.group_amounts.tolist(), strict=True):
        between = list(dict.fromkeys(m for _, g, m in rows if g == name))
        loads = [sum(w for w, g, m in rows if (g, m) == (name, one)) for one in between]
        shares = allocate(amount, loads).tolist() if any(loads) else [0] * len(loads)
        for middle, share in zip(between, shares, strict=True):
            places = [n for n, (_, g, m) in enumerate(rows) if (g, m) == (name, middle)]
            own = [weights[n] for n in places]
            expected = allocate(share, own).tolist() if any(own) else [0] * len(own)
            assert found.parts[places].tolist() == expected


def test_both_margins_are_kept():
    found = allocate_table(np.array([100, 200]), np.array([100, 100, 100]))
    assert found.sum(axis=1).tolist() == [100, 200]
    assert found.sum(axis=0).tolist() == [100, 100, 100]
    split = registry.call("AR_ALLOCATE_TABLE", ((-100.0,), (-200.0,)), ((-150.0, -150.0),))
    assert split == ((-50.0, -50.0), (-100.0, -100.0))


def test_margins_that_contradict():
    assert registry.call("AR_ALLOCATE_TABLE", ((1.0,), (2.0,)), ((1.0, 1.0),)) == (
        (CellError.NUM, CellError.NUM), (CellError.NUM, CellError.NUM),
    )  # fmt: skip
    assert allocate_table(np.array([5, -5]), np.array([0])).tolist() == [[CONTRADICTION]] * 2
    assert allocate_table(np.array([0, 0]), np.array([0])).tolist() == [[0], [0]]


@st.composite
def margins(draw):
    rows = draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
    cuts = draw(st.lists(st.integers(0, sum(rows)), max_size=8).map(sorted))
    columns = [after - before for before, after in zip([0, *cuts], [*cuts, sum(rows)], strict=True)]
    return rows, columns


@given(margins(), st.sampled_from([1, -1]))
def test_tables_add_up_in_both_directions_near_their_shares(both, sign):
    rows, columns = (np.array(margin) * sign for margin in both)
    table = allocate_table(rows, columns)
    assert table.sum(axis=1).tolist() == rows.tolist()
    assert table.sum(axis=0).tolist() == columns.tolist()
    assert (table * sign >= 0).all()
    if rows.any():
        exact = np.outer(rows, columns) / rows.sum()
        assert (np.abs(table - exact) < max(2, len(columns))).all()


def test_groups_are_named_in_order_of_appearance():
    found = allocate_cascade(100, leaves([1, 1, 1], ["b", "a", "b"]))
    assert found.groups.tolist() == ["b", "a"]
    assert Counter(found.parts.tolist()) == Counter([34, 33, 33])
