"""Roll rates between bands and migrations between states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.roll_rates import Moves, migration_matrix
from udfs.values import CellError

NA = CellError.NA


@pytest.mark.parametrize(
    ("before", "now", "rates"),
    [
        ((1000.0, 200.0, 100.0, 50.0), (1100.0, 150.0, 120.0, 60.0), (0.15, 0.6, NA)),
        ((1000.0, 0.0, 100.0), (1100.0, 150.0, 120.0), (0.15, NA)),
        ((-5.0, 10.0, 100.0), (1100.0, 150.0, 120.0), (NA, NA)),
        ((10.0, 10.0), (1.0, 1.0), (NA,)),
    ],
)
def test_the_rate_of_each_band_into_the_next_and_none_into_the_open_one(before, now, rates):
    found = registry.call("AR_ROLL_RATES", (before,), (now,))
    assert (found[0] if isinstance(found, tuple) else (found,)) == rates


def test_rates_of_bands_that_do_not_match_or_of_one_band():
    assert registry.call("AR_ROLL_RATES", ((1.0, 2.0),), ((1.0,),)) is CellError.VALUE
    assert registry.call("AR_ROLL_RATES", 5.0, 5.0) is NA


MOVES = (
    ("原状态", "现状态", "金额"),
    ("正常", "正常", 500.0), ("正常", "1-30", 60.0), ("正常", "1-30", 40.0),
    ("正常", "结清", 400.0), ("1-30", "31-60", 30.0), ("1-30", "结清", 60.0),
    ("1-30", "1-30", 10.0), ("31-60", "结清", 20.0),
)  # fmt: skip
STATES = (("正常", "1-30", "31-60", "结清"),)


def test_the_matrix_of_the_domain_with_its_headings_and_one_row_of_it():
    found = registry.call("AR_MIGRATION_MATRIX", MOVES, STATES)
    assert found == (
        (None, "正常", "1-30", "31-60", "结清"),
        ("正常", 0.5, 0.1, 0.0, 0.4),
        ("1-30", 0.0, 0.1, 0.3, 0.6),
        ("31-60", 0.0, 0.0, 0.0, 1.0),
        ("结清", NA, NA, NA, NA),
    )
    assert registry.call("AR_MIGRATION_MATRIX", MOVES, STATES, "1-30") == (found[2][1:],)
    assert registry.call("AR_MIGRATION_MATRIX", MOVES, STATES, "61-90") is CellError.VALUE


def test_states_that_are_not_listed_stand_in_the_order_of_their_appearance():
    assert registry.call("AR_MIGRATION_MATRIX", MOVES)[0] == (None, *STATES[0])


@pytest.mark.parametrize(
    ("moves", "states", "error"),
    [
        ((("a", "b", 1.0),), (("a",),), CellError.NUM),  # b is no state
        ((("a", "b", -1.0),), (("a", "b"),), CellError.NUM),
        ((("a", "b", 1.0),), (("a", "b", "a"),), CellError.NUM),
        (((None, None, None),), None, CellError.NA),
        (tuple((f"INV{n}", "paid", 1.0) for n in range(201)), None, CellError.NUM),
        (tuple(("a", "b", 9e13) for _ in range(2000)), None, CellError.NUM),
    ],
)
def test_movements_that_make_no_matrix(moves, states, error):
    assert registry.call("AR_MIGRATION_MATRIX", moves, states) is error


names = st.sampled_from(["未到期", "逾期", "结清", "核销"])


@given(st.lists(st.tuples(names, names, st.integers(0, 10**12)), min_size=1, max_size=30))
def test_every_row_with_an_amount_adds_up_to_one(moves):
    left, reached, amount = (list(side) for side in zip(*moves, strict=True))
    sides = (np.array(side, dtype=object) for side in (left, reached))
    found = migration_matrix(Moves(*sides, np.array(amount, dtype=np.int64)))
    total = found.values.sum(axis=1)
    for state, row_total in zip(found.rows, total.tolist(), strict=True):
        given_out = sum(cents for name, _, cents in moves if name == state)
        assert row_total == pytest.approx(1.0) if given_out else np.isnan(row_total)
