"""A sales funnel backwards, whole people at every stage."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.funnel import funnel
from udfs.values import CONTRADICTION, CellError


def ask(*cells):
    filled = [*cells, *[None] * (6 - len(cells))]
    return registry.call("AR_FUNNEL", *filled, "*")[1]


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ((9.6e6, 240000.0, 0.8, 10.0, 56.0), (40.0, 50.0, 500.0, 9.0)),
        ((9.6e6, 480000.0, 0.8, 6.0, 56.0), (20.0, 25.0, 150.0, 3.0)),
        ((1e6, 240000.0, 0.8, 10.0), (5.0, 7.0, 70.0, None)),
        ((1e6, 240000.0, 0.8, 10.0, None, "final"), (5.0, 6.0, 53.0, None)),
        ((1e6, 240000.0, 0.8, 10.0, None, "最后进位"), (5.0, 6.0, 53.0, None)),
        # 21 / 0.7 in binary is a little more than 30.
        ((5.04e6, 240000.0, 0.7, 10.0, 56.0), (21.0, 30.0, 300.0, 6.0)),
        ((0.0, 240000.0, 0.7, 10.0, 56.0), (0.0, 0.0, 0.0, 0.0)),
        ((240000.0, 240000.0, 1.0, 0.0, 1.0), (1.0, 1.0, 0.0, 0.0)),
        ((240000.01, 240000.0, 1.0, 1.0, 1.0), (2.0, 2.0, 2.0, 2.0)),
    ],
)
def test_worked_numbers(cells, answer):
    assert ask(*cells) == answer


@pytest.mark.parametrize(
    "cells",
    [
        (-1.0, 240000.0, 0.8, 10.0), (1e6, 0.0, 0.8, 10.0), (1e6, -5.0, 0.8, 10.0),
        (1e6, 240000.0, 0.0, 10.0), (1e6, 240000.0, 1.01, 10.0), (1e6, 240000.0, 0.8, -1.0),
    ],
)  # fmt: skip
def test_what_contradicts(cells):
    assert registry.call("AR_FUNNEL", *cells) is CellError.NUM


def test_days_that_are_no_days_and_numbers_beyond_a_cell():
    assert ask(1e6, 240000.0, 0.8, 10.0, 0.0)[3] is CellError.NUM
    assert ask(1e6, 240000.0, 0.8, 10.0, -3.0)[:3] == (5.0, 7.0, 70.0)
    assert ask(1e6, 240000.0, 0.8, 1e300)[2] is CellError.NUM
    assert registry.call("AR_FUNNEL", None, 240000.0, 0.8, 10.0) is CellError.NA


@given(
    st.integers(0, 10**15),
    st.integers(1, 10**12),
    st.integers(1, 1000),
    st.integers(0, 10**6),
    st.integers(1, 400),
    st.sampled_from(["each", "final"]),
)
def test_every_stage_equals_fractions(cash, unit, rate, ratio, days, rounding):
    found = funnel(
        np.array([cash]), np.array([unit]), np.array([rate / 1000]), np.array([ratio / 100]),
        np.array([days]), rounding,
    )  # fmt: skip
    up = ceil if rounding == "each" else Fraction
    units = up(Fraction(cash, unit))
    subscriptions = up(units / Fraction(rate, 1000))
    visits = up(subscriptions * Fraction(ratio, 100))
    exact = [units, subscriptions, visits, Fraction(visits) / days]
    expected = [ceil(stage) if ceil(stage) <= 2**53 else CONTRADICTION for stage in exact]
    assert [int(stage[0]) for stage in found] == expected
