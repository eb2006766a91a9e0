"""A promise in a cell: one that contradicts itself is never shown as kept."""

from __future__ import annotations

import pytest

from udfs import registry
from udfs.values import CellError


@pytest.mark.parametrize(
    ("amount", "made", "promised", "found"),
    [
        (0.01, "2025-06-01", "2025-06-01", "失约"),
        (0.0, "2025-06-01", "2025-06-10", CellError.NUM),  # nothing promised is not kept
        (-100.0, "2025-06-01", "2025-06-10", CellError.NUM),
        (100.0, "2025-06-02", "2025-06-01", CellError.NUM),
    ],
)
def test_a_promise_that_contradicts_itself_is_not_kept(amount, made, promised, found):
    empty = ((None, None),)
    asked = ("AR_PROMISE_STATUS", amount, made, promised, empty, "2025-06-30")
    assert registry.call(*asked) == found
    assert registry.call(*asked, None, -1.0) is CellError.NUM
