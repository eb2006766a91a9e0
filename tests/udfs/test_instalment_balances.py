"""Instalments of one document: what each still owes, in the order that the rules name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.arrays import ints
from udfs.balances import Receipts
from udfs.instalment_balances import CreditNotes, OpenInstalments, instalment_balances
from udfs.values import MISSING, CellError

#: Two instalments of 4,000 each.
TWO = (("2025-06-30", 4000.0), ("2025-07-31", 4000.0))


def column(field, *arguments):
    blank = [None] * (5 - len(arguments))
    found = registry.call("AR_INSTALMENT_BALANCES", *arguments, *blank, field)
    return [cell for (cell,) in found] if isinstance(found, tuple) else found


def test_rule_17_an_advance_is_spread_in_proportion():
    """8,000 less 4,000 over two rows leaves 2,000 and 2,000, not 0 and 4,000."""
    assert column("open_balance", TWO, None, None, 4000.0) == [2000.0, 2000.0]
    assert column("advance", TWO, None, None, 0.01) == [0.01, 0.0]
    thirds = (("2025-06-30", 100.0), ("2025-07-31", 200.0))
    assert column("advance", thirds, None, None, 100.0) == [33.33, 66.67]


def test_rule_17_receipts_then_credit_notes_go_in_order_of_assigned_amount_and_due_date():
    items = (
        ("2025-07-31", 100.0, None),
        ("2025-05-31", 100.0, None),
        ("2025-08-31", 100.0, 30.0),
        ("2025-06-30", 100.0, 60.0),
    )
    cash, notes = (("2025-06-01", 215.0),), (("2025-06-02", -60.0),)
    # June has the most assigned, August comes next, then May and July by due date.
    assert column("received", items, (("2025-06-01", 90.0),)) == [0.0, 0.0, 30.0, 60.0]
    assert column("received", items, cash, notes) == [0.0, 15.0, 100.0, 100.0]
    assert column("credited", items, cash, notes) == [0.0, 60.0, 0.0, 0.0]
    assert column("open_balance", items, cash, notes) == [100.0, 25.0, 0.0, 0.0]


def test_rule_17_what_is_over_stands_in_a_negative_row_of_its_own():
    cash = (("2025-06-20", 9000.0),)
    assert column("open_balance", TWO, cash) == [0.0, 0.0, -1000.0]
    assert column("due_date", TWO, cash)[2] is None
    assert column("open_balance", TWO, None, (("2025-06-20", -8500.0),)) == [0.0, 0.0, -500.0]
    assert column("open_balance", TWO, None, None, 8000.01) == [0.0, 0.0, -0.01]
    assert column("open_balance", TWO, (("2025-06-20", 8000.0),)) == [0.0, 0.0]


def test_back_dating_restores_the_instalments():
    cash = (("2025-06-20", 3000.0), ("2025-07-20", 2000.0))
    paid = (("2025-06-30", 4000.0, 4000.0), ("2025-07-31", 4000.0, 1000.0))
    asked = (cash, None, None)
    assert column("open_balance", paid, *asked, "2025-06-19") == [4000.0, 4000.0]
    assert column("open_balance", paid, *asked, "2025-06-20") == [1000.0, 4000.0]
    assert column("open_balance", paid, *asked, "2025-07-20") == [0.0, 3000.0]
    assert column("open_balance", paid) == [0.0, 3000.0]


def test_a_refund_beyond_what_came_in_is_owed_again():
    cash = (("2025-06-20", 100.0), ("2025-06-21", -150.0))
    assert column("open_balance", TWO, cash) == [4000.0, 4000.0, 50.0]


@pytest.mark.parametrize(
    "arguments", [(TWO, None, (("2025-06-20", 5.0),)), (TWO, None, None, -1.0)]
)
def test_a_positive_credit_note_or_a_negative_advance_contradicts(arguments):
    assert registry.call("AR_INSTALMENT_BALANCES", *arguments) is CellError.NUM


def test_amounts_that_do_not_fit_are_refused():
    cash = tuple(("2025-06-20", 9e13) for _ in range(2000))
    assert registry.call("AR_INSTALMENT_BALANCES", TWO, cash) is CellError.NUM
    assert registry.call("AR_INSTALMENT_BALANCES", ((None, None),)) is None


rows = st.tuples(
    st.one_of(st.just(MISSING), st.integers(100, 140)),
    st.integers(0, 900),
    st.one_of(st.just(MISSING), st.integers(0, 500)),
)


@given(
    st.lists(rows, min_size=1, max_size=6),
    st.integers(-100, 3000),
    st.integers(0, 900),
    st.integers(0, 900),
)
def test_the_rows_add_up_and_equal_a_plain_loop(instalments, cash, credit, advance):
    due, amount, assigned = (ints(side) for side in zip(*instalments, strict=True))
    found = instalment_balances(
        OpenInstalments(due, amount, assigned),
        Receipts(ints([120]), ints([cash])),
        CreditNotes(ints([120]), ints([-credit])),
        advance,
    )
    assert int(found.open_balance.sum()) == int(amount.sum()) - cash - credit - advance
    room = [a - b for a, b in zip(amount.tolist(), found.advance.tolist(), strict=False)]
    given_out = [0 if n == MISSING else n for n in assigned.tolist()]
    order = sorted(
        range(len(room)),
        key=lambda n: (-given_out[n], due[n] if due[n] != MISSING else 10**9, n),
    )
    received, left = [0] * len(room), max(cash, 0)
    for most in (given_out, room):
        for n in order:
            part = min(left, max(min(most[n], room[n]) - received[n], 0))
            received[n] += part
            left -= part
    assert found.received.tolist()[: len(room)] == received
    assert min(found.open_balance.tolist()[: len(room)]) >= 0
