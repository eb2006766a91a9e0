"""Every function over 100,000 rows of cells, through the door that every host uses.

The measure is one stable sort of as many numbers in the same run: functions that answer row by row
take at most 30 of them, those over tables and lists at most 60. Medians; absolute figures are
printed, never asserted.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest

from tests.arguments import arguments, element_wise
from udfs import registry
from udfs.values import CellError

ROWS = 100_000
ROUNDS = 3
MOST = {True: 30.0, False: 60.0}
FUNCTIONS = registry.functions()


def median(job: Callable[[], object], rounds: int = ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        job()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


@pytest.fixture(scope="module")
def sort_seconds() -> float:
    numbers = np.random.default_rng(1).integers(0, 2**62, ROWS)
    return median(lambda: np.sort(numbers, kind="stable"), 15)


@pytest.fixture(scope="module")
def table(sort_seconds):
    """Collect a line for each function; print them slowest first when all are measured."""
    lines: list[tuple[float, str]] = []
    yield lines
    print(f"\none stable sort of {ROWS:,} numbers: {sort_seconds * 1e3:.1f} ms; × of it:")
    print("\n".join(f"{ratio:8.1f} {name}" for ratio, name in sorted(lines, reverse=True)))


@pytest.mark.parametrize("declared", FUNCTIONS, ids=lambda declared: declared.name)
def test_a_function_is_a_few_sorts(declared, sort_seconds, table):
    given = arguments(declared, ROWS)
    answer = registry.call(declared.name, *given)
    cells = [cell for row in answer for cell in row] if isinstance(answer, tuple) else [answer]
    errors = sum(isinstance(cell, CellError) for cell in cells)
    assert errors <= len(cells) / 2, "a race over errors means nothing"
    ratio = median(lambda: registry.call(declared.name, *given)) / sort_seconds
    table.append((ratio, declared.name))
    assert ratio <= MOST[element_wise(declared)]
