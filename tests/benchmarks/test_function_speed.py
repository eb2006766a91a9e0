"""Every function over 100,000 rows of cells, through the door that every host uses.

The measure is one stable sort of as many numbers in the same run: functions that answer row by row
take at most 30 of them, those over tables and lists at most 60. Each is raced with what it needs,
and once more with its optional columns and tables of data, as many rows each. That is two to five
times as many cells to read, up to two millions, and so the limits are twice as high.

Time is that of the processor for this process, the least of some rounds, so that other work on the
machine counts little. The collector of garbage stands still while the time is taken: it walks
through all that the test itself holds, hundreds of megabytes of cells, for which no host pays.
Absolute figures are printed, never asserted.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import numpy as np
import pytest

from tests.arguments import arguments, element_wise, everything
from udfs import registry
from udfs.values import CellError

ROWS = 100_000
ROUNDS = 2
SORTS = 4
NUMBERS = np.random.default_rng(1).integers(0, 2**62, ROWS)
MOST = {True: 30.0, False: 60.0}
FUNCTIONS = registry.functions()
#: A few rows tell whether there is any optional data.
WITH_DATA = [each for each in FUNCTIONS if everything(each, 5) != arguments(each, 5)]
RACES = [(each, arguments) for each in FUNCTIONS] + [(each, everything) for each in WITH_DATA]


def seconds(job: Callable[[], object]) -> float:
    started = time.process_time()
    job()
    return time.process_time() - started


def one_sort() -> float:
    return min(seconds(lambda: np.sort(NUMBERS, kind="stable")) for _ in range(SORTS))


def sorts(job: Callable[[], object]) -> float:
    """How many stable sorts a job takes; they take turns, so that a busy moment hits both."""
    taken = [(seconds(job), one_sort()) for _ in range(ROUNDS)]
    return min(job for job, _ in taken) / min(one for _, one in taken)


@pytest.fixture(scope="module")
def table():
    """Collect a line for each function; print them slowest first when all are measured."""
    lines: list[tuple[float, str]] = []
    yield lines
    print(f"\none stable sort of {ROWS:,} numbers: {one_sort() * 1e3:.1f} ms; × of it:")
    print("\n".join(f"{ratio:8.1f} {name}" for ratio, name in sorted(lines, reverse=True)))


@pytest.fixture
def still():
    """Keep the collector of garbage away from what the tests hold."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize(
    ("declared", "made"), RACES, ids=lambda part: getattr(part, "name", None) or part.__name__
)
def test_a_function_is_a_few_sorts(declared, made, table):
    given = made(declared, ROWS)
    answer = registry.call(declared.name, *given)
    cells = [cell for row in answer for cell in row] if isinstance(answer, tuple) else [answer]
    errors = sum(isinstance(cell, CellError) for cell in cells)
    assert errors <= len(cells) / 2, "a race over errors means nothing"
    del answer, cells
    ratio = sorts(lambda: registry.call(declared.name, *given))
    table.append((ratio, f"{declared.name} {made.__name__}"))
    assert ratio <= MOST[element_wise(declared)] * (1 if made is arguments else 2)
