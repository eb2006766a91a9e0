"""A closing balance over its bands in a cell: nothing that is owed may vanish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.values import CellError

NO_BANDS = ((None, None),)


@pytest.mark.parametrize(
    ("balance", "found"),
    [
        (1000.0, CellError.NA),  # owed, and no band to show it in: not 0
        (0.0, (("预收/贷方",), (0.0,))),
        (-50.0, (("预收/贷方",), (-50.0,))),
    ],
)
def test_a_balance_without_bands_does_not_become_0(balance, found):
    assert registry.call("AR_AGING_FROM_BALANCE", balance, NO_BANDS) == found


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(-(10**8), 10**9), min_size=1, max_size=6),
)
def test_the_bands_are_the_balance(cents, debits):
    bands = tuple((f"band {n}", debit / 100) for n, debit in enumerate(debits))
    _, parts = registry.call("AR_AGING_FROM_BALANCE", cents / 100, bands)
    assert sum(round(part * 100) for part in parts) == cents
    assert all(part >= 0 for part in parts[:-1])
