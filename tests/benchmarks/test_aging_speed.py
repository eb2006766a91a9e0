"""Aging one million items against the bare numpy that any aging must do.

Ratios of medians in one run; absolute figures are printed, never asserted.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest

from udfs import registry
from udfs.aging import bucket_totals

ITEMS = 1_000_000
CUSTOMERS = 800
DOOR_ITEMS = (20_000, ITEMS)
ROUNDS = 7
MOST = 3.0
EDGES = (30, 60, 90)


@pytest.fixture(scope="module")
def ledger():
    chance = np.random.default_rng(20260630)
    return {
        "cents": chance.integers(1, 9_000_000_00, ITEMS),
        "days": chance.integers(-90, 700, ITEMS),
        "customer": chance.integers(0, CUSTOMERS, ITEMS),
    }


def medians(*jobs: Callable[[], object]) -> list[float]:
    """Seconds of each job, the jobs taking turns so that a busy moment hits all of them."""
    taken: list[list[float]] = [[] for _ in jobs]
    for _ in range(ROUNDS):
        for times, job in zip(taken, jobs, strict=True):
            started = time.perf_counter()
            job()
            times.append(time.perf_counter() - started)
    return [statistics.median(times) for times in taken]


def test_bucket_totals_of_a_million_items_is_near_bare_numpy(ledger):
    cents, days = ledger["cents"], ledger["days"]
    edges = np.array([0, *EDGES])

    def bare() -> np.ndarray:
        return np.bincount(np.searchsorted(edges, days), weights=cents)

    def ours() -> np.ndarray:
        return bucket_totals(cents, days, EDGES)

    assert ours()[0, :-1].tolist() == bare().tolist(), "the same sums, or the race means nothing"
    base, one_key = medians(bare, ours)
    print(f"\nbare numpy {base * 1e3:.1f} ms, bucket_totals {one_key * 1e3:.1f} ms")
    assert one_key / base <= MOST


def test_bucket_totals_by_customer_is_near_bare_numpy(ledger):
    cents, days, customer = ledger["cents"], ledger["days"], ledger["customer"]
    edges = np.array([0, *EDGES])

    def bare() -> np.ndarray:
        place = customer * (edges.size + 1) + np.searchsorted(edges, days)
        return np.bincount(place, weights=cents)

    def ours() -> np.ndarray:
        return bucket_totals(cents, days, EDGES, key=customer, keys=CUSTOMERS)

    assert ours()[:, :-1].ravel().tolist() == bare().tolist()
    base, by_customer = medians(bare, ours)
    print(f"\nbare numpy {base * 1e3:.1f} ms, by customer {by_customer * 1e3:.1f} ms")
    assert by_customer / base <= MOST


def test_the_slow_and_exact_road_is_near_bare_numpy_too(ledger):
    # So large that doubles could lose a cent: another way of summing is taken.
    cents, days = ledger["cents"] * 1_000, ledger["days"]
    edges = np.array([0, *EDGES])
    base, exact = medians(
        lambda: np.bincount(np.searchsorted(edges, days), weights=cents),
        lambda: bucket_totals(cents, days, EDGES),
    )
    print(f"\nbare numpy {base * 1e3:.1f} ms, beyond 2**53 {exact * 1e3:.1f} ms")
    assert exact / base <= MOST


@pytest.mark.parametrize("items", DOOR_ITEMS)
def test_the_door_from_cells_is_printed(ledger, items):
    rows = [
        (f"INV{number}", None, float(46203 - day), cents / 100)
        for number, (day, cents) in enumerate(
            zip(
                ledger["days"][:items].tolist(),
                ledger["cents"][:items].tolist(),
                strict=True,
            )
        )
    ]
    started = time.perf_counter()
    answer = registry.call("AR_AGING", rows, 46203.0)
    print(f"\nAR_AGING over {items:,} rows of cells {time.perf_counter() - started:.2f} s")
    expected = bucket_totals(ledger["cents"][:items], ledger["days"][:items], EDGES)
    assert [round(cell * 100) for cell in answer[1][:5]] == expected[0, :5].tolist()
