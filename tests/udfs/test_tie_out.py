"""Collection status and roll-forward: what must tie, ties to the cent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.tie_out import collection_status, roll_forward
from udfs.values import CONTRADICTION, MISSING, CellError


@pytest.mark.parametrize(
    ("due", "received", "overdue", "not_due", "prepaid", "rate"),
    [
        (6_000_000, 4_500_000, 1_500_000, 4_000_000, 0, 0.75),
        (6_000_000, 5_999_999, 1, 4_000_000, 0, 5_999_999 / 6_000_000),
        (6_000_000, 6_000_000, 0, 4_000_000, 0, 1.0),
        (6_000_000, 6_000_001, 0, 3_999_999, 1, 1.0),
        (6_000_000, 6_500_000, 0, 3_500_000, 500_000, 1.0),
        (10_000_000, 10_000_000, 0, 0, 0, 1.0),
    ],
)
def test_the_status_of_a_contract_of_ten_million(due, received, overdue, not_due, prepaid, rate):
    found = collection_status([10_000_000], [due], [received])
    assert [int(part[0]) for part in (found.overdue, found.not_due, found.prepaid)] == [
        overdue, not_due, prepaid,
    ]  # fmt: skip
    assert int(found.outstanding[0]) == overdue + not_due
    assert found.due_collection_rate.tolist() == [rate]


def test_nothing_due_has_no_rate_and_more_due_than_agreed_contradicts():
    none = collection_status([10, 0], [0, 0], [0, 0])
    assert np.isnan(none.due_collection_rate).all()
    assert np.isnan(none.contract_collection_rate).tolist() == [False, True]
    wrong = collection_status([10, -10, MISSING], [11, -20, 1], [0, 0, 0])
    assert wrong.outstanding.tolist() == [CONTRADICTION, CONTRADICTION, MISSING]
    assert np.isinf(wrong.due_collection_rate[:2]).all()
    assert registry.call("AR_COLLECTION_STATUS", 10.0, 11.0, 0.0, "到期回款率") is CellError.NUM


def test_what_exceeds_the_contract_is_no_prepayment():
    found = collection_status([1000], [600], [1100])
    assert [int(part[0]) for part in (found.outstanding, found.prepaid, found.overpaid)] == [
        0, 400, 100,
    ]  # fmt: skip
    assert found.contract_collection_rate.tolist() == [1.1]


@given(
    st.integers(0, 10**13).flatmap(
        lambda whole: st.tuples(st.just(whole), st.integers(0, whole), st.integers(0, 2 * 10**13))
    )
)
def test_received_and_outstanding_are_the_contract(parts):
    whole, due, received = parts
    found = collection_status([whole], [due], [received])
    assert int(found.outstanding[0]) - int(found.overpaid[0]) + received == whole
    settled = min(due, received)
    assert settled + int(found.prepaid[0]) + int(found.overpaid[0]) == received
    assert settled + int(found.overdue[0]) == due


def test_a_difference_of_one_cent_does_not_tie():
    found = roll_forward([1000] * 3, [500] * 3, [600] * 3, [20] * 3, [10] * 3, [-5] * 3,
                         [865, 866, 870])  # fmt: skip
    assert found.computed.tolist() == [865] * 3
    assert found.difference.tolist() == [0, 1, 5]
    assert found.ties.tolist() == [1, 0, 0]


def test_a_missing_balance_neither_ties_nor_differs():
    cell = registry.call("AR_ROLL_FORWARD", 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, None, "ties")
    assert cell is CellError.NA
    asked = ("AR_ROLL_FORWARD", 1000.0, 500.0, 600.0, 20.0, 10.0, -5.0, 865.0)
    assert registry.call(*asked, "是否相符") is True
    assert registry.call(*asked[:-1], 865.01, "ties") is False


@given(st.lists(st.integers(-(2**53), 2**53), min_size=6, max_size=6))
def test_a_roll_forward_ties_with_what_it_computes(parts):
    found = roll_forward(*([part] for part in parts), [0])
    computed = int(found.computed[0])
    opening, billed, *less, fx = parts
    assert computed == opening + billed - sum(less) + fx
    assert roll_forward(*([part] for part in parts), [computed]).ties.tolist() == [1]
