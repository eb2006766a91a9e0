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
SORTS = 5
NUMBERS = np.random.default_rng(1).integers(0, 2**62, ROWS)
MOST = {True: 30.0, False: 60.0}
FUNCTIONS = registry.functions()


def seconds(job: Callable[[], object]) -> float:
    started = time.perf_counter()
    job()
    return time.perf_counter() - started


def sorts(job: Callable[[], object]) -> float:
    """How many stable sorts a job takes; they take turns, so that a busy moment hits both."""
    taken: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        one = statistics.median(
            seconds(lambda: np.sort(NUMBERS, kind="stable")) for _ in range(SORTS)
        )
        taken.append((seconds(job), one))
    return statistics.median(job for job, _ in taken) / statistics.median(one for _, one in taken)


@pytest.fixture(scope="module")
def table():
    """Collect a line for each function; print them slowest first when all are measured."""
    lines: list[tuple[float, str]] = []
    yield lines
    one = statistics.median(seconds(lambda: np.sort(NUMBERS, kind="stable")) for _ in range(15))
    print(f"\none stable sort of {ROWS:,} numbers: {one * 1e3:.1f} ms; × of it:")
    print("\n".join(f"{ratio:8.1f} {name}" for ratio, name in sorted(lines, reverse=True)))


@pytest.mark.parametrize("declared", FUNCTIONS, ids=lambda declared: declared.name)
def test_a_function_is_a_few_sorts(declared, table):
    given = arguments(declared, ROWS)
    answer = registry.call(declared.name, *given)
    cells = [cell for row in answer for cell in row] if isinstance(answer, tuple) else [answer]
    errors = sum(isinstance(cell, CellError) for cell in cells)
    assert errors <= len(cells) / 2, "a race over errors means nothing"
    ratio = sorts(lambda: registry.call(declared.name, *given))
    table.append((ratio, declared.name))
    assert ratio <= MOST[element_wise(declared)]
