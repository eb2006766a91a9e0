"""Whole columns as arguments: people select column A, all 1,048,576 rows of it.

Each function gets its ranges as whole columns that hold data in their first rows, and once random
cells of every kind throughout. It answers in its shape within the time, and never raises. ``make
test`` takes every sixteenth function, ``make torture`` all of them.
"""

from __future__ import annotations

import time

import numpy as np

from tests.arguments import arguments, element_wise
from udfs import registry
from udfs.values import CellError

HEIGHT = 1_048_576
FILLED = 1_000
MOST_SECONDS = 120.0
FUNCTIONS = registry.functions()
CELLS = (float, str, bool, CellError, type(None))
#: Cells of every kind, good and bad.
ANY = (
    None, "", "abc", 0.0, -1.0, 1e300, -1e18, 0.005, 31.0, 45838.0, 60.0, 2958466.0, True,
    "2025-06-30", "5%", "红", CellError.NA, CellError.DIV0, 1e15, "30/60",
)  # fmt: skip


def tall(part, rows):
    """Stretch a range to the whole height; blank below its rows."""
    if not isinstance(part, tuple):
        return part
    blank = (None,) * len(part[0])
    return (*part, *[blank] * (rows - len(part)))


def messy(part, rows, chance):
    """Give a range of any cells of the whole height, in the width of this one."""
    if not isinstance(part, tuple):
        return part
    width = len(part[0])
    lines = [tuple(ANY[at] for at in chance.integers(0, len(ANY), width)) for _ in range(200)]
    return tuple(lines[at] for at in chance.integers(0, len(lines), rows).tolist())


def faults(declared, given):
    """What is wrong with an answer: nothing, a shape, a cell, the time that it took."""
    started = time.perf_counter()
    answer = registry.call(declared.name, *given)
    seconds = time.perf_counter() - started
    rows = answer if isinstance(answer, tuple) else ((answer,),)
    if not all(
        isinstance(cell, CELLS) for row in rows[:: max(len(rows) // 1000, 1)] for cell in row
    ):
        yield "a cell that is none"
    if element_wise(declared) and len(rows) not in {1, HEIGHT}:
        yield f"{len(rows)} rows"
    if element_wise(declared) and len(rows) == 1 and not isinstance(answer, CellError):
        yield "one answer for all rows"
    if seconds > MOST_SECONDS:
        yield f"{seconds:.0f} seconds"


def test_whole_columns_are_answered(times):
    wrong = []
    some = FUNCTIONS[:: times(16, 1)]
    assert some
    for declared in some:
        given = arguments(declared, FILLED)
        for form in (tall, lambda part, rows: messy(part, rows, np.random.default_rng(7))):
            whole = [form(part, HEIGHT) for part in given]
            wrong += [f"{declared.name}: {fault}" for fault in faults(declared, whole)]
    assert wrong == []
