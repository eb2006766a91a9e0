"""Every rule that a toy gets wrong has a test that bears its number: ``test_rule_01_…``."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
#: Rules of the domain reference that a toy version gets wrong, as it numbers them.
RULES = range(1, 34)


def numbered() -> dict[int, set[str]]:
    """Names of the tests of each rule."""
    found: dict[int, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                named = re.match(r"test_rule_(\d\d)_\w", node.name)
                if named:
                    found.setdefault(int(named[1]), set()).add(node.name)
    return found


def test_each_rule_has_a_test_of_its_own():
    found = numbered()
    assert sorted(set(RULES) - {*found}) == []
    assert sorted({*found} - set(RULES)) == []
