"""Combinations that make a sum: every one counted, in bounded work, or honestly not decided."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from udfs.subset import Subsets, _count, _meet, _task, find_subsets

amounts = st.lists(st.integers(-40, 100), max_size=12)


def by_trying(total, given, tolerance, most):
    """Try every combination."""
    places = [n for n, amount in enumerate(given) if amount]
    return [
        members
        for size in range(1, min(most, len(places)) + 1)
        for members in itertools.combinations(places, size)
        if abs(sum(given[n] for n in members) - total) <= tolerance
    ]


def expected(found):
    return Subsets(len(found), decided=True, members=found[0] if len(found) == 1 else ())


@settings(max_examples=150, deadline=None)
@given(amounts, st.integers(-20, 250), st.integers(0, 3), st.integers(1, 12))
def test_small_sets_equal_trying_them_all(given, total, tolerance, most):
    assert find_subsets(total, given, tolerance, most) == expected(
        by_trying(total, given, tolerance, most)
    )


@settings(max_examples=150, deadline=None)
@given(amounts, st.integers(-20, 250), st.integers(0, 3), st.integers(1, 12))
def test_counting_and_meeting_in_the_middle_agree(given, total, tolerance, most):
    task, places = _task(total, np.array(given, dtype=np.int64), tolerance, most)
    right = expected(by_trying(total, given, tolerance, most))
    if task is None:
        assert right.solutions == 0
        return
    counted, met = _count(task), _meet(task, 10**6)
    for found in (counted, met):
        members = tuple(sorted(places[list(found.members)].tolist()))
        assert found._replace(members=members) == right
    short = _meet(task, 4)  # hardly any work allowed
    assert short.solutions <= right.solutions
    assert not short.decided or short.solutions == right.solutions


@pytest.mark.parametrize(
    ("total", "given", "tolerance", "solutions", "members"),
    [
        (2500000, [1250000, 830050, 1500000, 419950, 2000000], 0, 1, (0, 1, 3)),
        (1800000, [2000000, -200000, 700000], 0, 1, (0, 1)),
        (3000000, [1000000, 2000000, 3000000], 0, 2, ()),
        (2499900, [1250000, 830050, 1500000, 419950, 2000000], 100, 1, (0, 1, 3)),
        (2499900, [1250000, 830050, 1500000, 419950, 2000000], 99, 0, ()),
        (9999900, [1250000, 830050, 1500000, 419950, 2000000], 0, 0, ()),
        (100, [100, 100], 0, 2, ()),  # two invoices of one amount are two answers
        (100, [100, 0], 0, 1, (0,)),  # nothing is open of the second
        (0, [100, -100], 0, 1, (0, 1)),
        (-100, [-100, 50], 0, 1, (0,)),
        (5, [], 0, 0, ()),
    ],
)
def test_cases_of_a_clerk(total, given, tolerance, solutions, members):
    assert find_subsets(total, given, tolerance) == Subsets(
        solutions, decided=True, members=members
    )


def test_the_size_limit_is_ten_and_can_be_set():
    assert find_subsets(11, [1] * 11).solutions == 0
    assert find_subsets(11, [1] * 11, 0, 11).members == tuple(range(11))
    assert find_subsets(10, [1] * 10).members == tuple(range(10))


@pytest.mark.parametrize("size", [40, 200, 1000, 20000])
@pytest.mark.parametrize("low", [1, -(10**7)])
def test_many_amounts_are_answered_in_bounded_time_and_never_wrongly_unique(size, low):
    random = np.random.default_rng(size)
    given = random.integers(low, 10**8, size)
    total = int(given[:3].sum())
    begin = time.perf_counter()
    found = find_subsets(total, given)
    assert time.perf_counter() - begin < 20  # about half a second; the machine may be busy
    assert found.solutions >= 1 or not found.decided
    if found.decided and found.solutions == 1:
        assert found.members == (0, 1, 2)
    if found.members:
        assert sum(given[list(found.members)].tolist()) == total


def test_round_amounts_are_counted_however_many_there_are():
    # 200 amounts of 100.00: choose 3 of 200 is 1,313,400
    assert find_subsets(30000, [10000] * 200) == Subsets(1313400, decided=True, members=())
    found = find_subsets(30100, [10000] * 200 + [100])
    assert found == Subsets(1313400, decided=True, members=())
    assert find_subsets(100, [10000] * 500 + [100]).members == (500,)


def test_work_that_is_used_up_is_not_decided():
    random = np.random.default_rng(1)
    given = random.integers(10**6, 10**8, 300) * 7 + 1
    found = find_subsets(int(given[:9].sum()), given, sharing=1000)
    assert not found.decided


def test_amounts_at_the_edge_of_a_cell_do_not_wrap():
    # choose 3 of 600 is 35,820,200
    assert find_subsets(2**53 * 3, [2**53] * 600, max_size=600).solutions == 35820200
    assert find_subsets(500, [1] * 500, max_size=500).decided is False  # 400 is the widest
    assert find_subsets(2**53, [2**53, 1]).members == (0,)
    assert find_subsets(-(2**53), [-(2**53), 2**53, 2**53], 2**53).solutions == 3
