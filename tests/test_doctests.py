"""Every example in a docstring runs, and there are some in every room that has arithmetic."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("udfs", "macros", "workbook_templates")
MODULES = sorted(
    ".".join(part for part in path.relative_to(ROOT).with_suffix("").parts if part != "__init__")
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str):
    result = doctest.testmod(importlib.import_module(name), raise_on_error=False)
    assert result.failed == 0, f"{result.failed} of {result.attempted} examples of {name} fail"


@pytest.mark.parametrize(("room", "least"), [("udfs", 60), ("macros", 5)])
def test_a_room_has_examples(room: str, least: int):
    finder = doctest.DocTestFinder()
    count = sum(
        len(found.examples)
        for name in MODULES
        if name.startswith(room)
        for found in finder.find(importlib.import_module(name))
    )
    assert count >= least
