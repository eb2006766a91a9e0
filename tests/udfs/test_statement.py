"""The statement of account: balances run through every movement to the closing one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, NUM
from udfs import registry

LINES = (("INV2 发票", 80000.0), ("回款", -60000.0), ("CN1 红字", -5000.0))


def test_the_statement_of_the_sources():
    assert registry.call("AR_STATEMENT", 50000.0, LINES) == (
        ("INV2 发票", 80000.0, 130000.0),
        ("回款", -60000.0, 70000.0),
        ("CN1 红字", -5000.0, 65000.0),
    )
    assert registry.call("AR_STATEMENT", 50000.0, LINES, "期末余额") == 65000.0


def test_headings_and_blank_descriptions():
    lines = (("摘要", "发生额"), (None, 0.1), ("x", 0.2))
    assert registry.call("AR_STATEMENT", 0.0, lines) == ((None, 0.1, 0.1), ("x", 0.2, 0.3))


def test_no_movements_leave_the_opening_balance():
    assert registry.call("AR_STATEMENT", -12.5, None, "closing") == -12.5
    assert registry.call("AR_STATEMENT", -12.5, None) is None


def test_what_is_missing_or_too_large_has_no_balance():
    assert registry.call("AR_STATEMENT", None, LINES) is NA
    assert registry.call("AR_STATEMENT", 1.0, (("a", None),)) is NA
    assert registry.call("AR_STATEMENT", 9e13, (("a", 9e13),)) is NUM
    assert registry.call("AR_STATEMENT", 0.0, (("a", 9e13),) * 2000) is NUM


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(-(10**12), 10**12), max_size=20))
def test_the_closing_balance_is_opening_and_movements_to_the_cent(opening, movements):
    lines = tuple(("x", cents / 100) for cents in movements) or None
    total = opening + sum(movements)
    assert registry.call("AR_STATEMENT", opening / 100, lines, "closing") == total / 100
