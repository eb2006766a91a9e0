"""A receipt on open items: earliest due first, pro rata; nothing is lost and nothing overpaid."""

from __future__ import annotations

import sqlite3
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.udfs.tables import day
from udfs import registry
from udfs.application import OpenDebts, apply_fifo, apply_proportional, by_due_date, drawn
from udfs.values import CONTRADICTION, MISSING, CellError

TWO = (("INV1", "2025-04-14", 50000.0), ("INV2", "2025-05-20", 80000.0))


def items(opens, dues=None, names=None):
    size = len(opens)
    return OpenDebts(
        np.array(names or [f"D{n}" for n in range(size)], dtype=object),
        np.array(dues or [day("2025-06-30")] * size, dtype=np.int64),
        np.array(opens, dtype=np.int64),
        np.full(size, np.nan),
        np.full(size, np.nan),
    )


def asked(*cells):
    return registry.render(registry.call(*cells))


def test_oldest_due_first_and_the_rest_stays_open():
    assert registry.call("AR_APPLY_FIFO", 120000.0, TWO) == ((50000.0,), (70000.0,))
    assert registry.call("AR_APPLY_FIFO", 120000.0, TWO, None, "open_balance") == (
        (0.0,),
        (10000.0,),
    )


def test_an_overpayment_stays_on_account():
    assert registry.call("AR_APPLY_FIFO", 150000.0, TWO, None, "挂账") == 20000.0
    assert registry.call("AR_APPLY_FIFO", 5000.0, None, None, "on_account") == 5000.0


def test_one_cent_more_or_less_than_an_item():
    found = apply_fifo(np.array([49_999]), items([50_000, 80_000]))
    assert found.allocated.tolist() == [49_999, 0]
    found = apply_fifo(np.array([50_001]), items([50_000, 80_000]))
    assert found.allocated.tolist() == [50_000, 1]
    assert found.on_account.tolist() == 0


def test_ties_go_by_row_and_an_item_without_due_date_is_last():
    dues = [MISSING, 20, 10, 20]
    assert by_due_date(dues).tolist() == [2, 1, 3, 0]
    found = apply_fifo(np.array([25]), items([10, 10, 10, 10], dues))
    assert found.allocated.tolist() == [0, 10, 10, 5]


def test_several_receipts_are_applied_together_and_the_lines_say_which_pays_what():
    receipts = ((100000.0,), (20000.0,), (30000.0,))
    assert registry.call("AR_APPLY_FIFO", receipts, TWO) == ((50000.0,), (80000.0,))
    assert asked("AR_APPLY_FIFO", receipts, TWO, None, "lines") == (
        ("1", "INV1", "50000"),
        ("1", "INV2", "50000"),
        ("2", "INV2", "20000"),
        ("3", "INV2", "10000"),
    )
    assert registry.call("AR_APPLY_FIFO", receipts, TWO, None, "on_account") == 20000.0


def test_credit_notes_wait_unless_they_are_to_be_used():
    rows = (*TWO, ("CN1", "2025-05-01", -5000.0))
    assert registry.call("AR_APPLY_FIFO", 120000.0, rows) == ((50000.0,), (70000.0,), (0.0,))
    used = registry.call("AR_APPLY_FIFO", 120000.0, rows, "冲抵")
    assert used == ((50000.0,), (75000.0,), (-5000.0,))


def test_a_credit_note_is_used_only_as_far_as_the_receipt_falls_short():
    # rules and features: ERPNext uses credit notes only for what the receipt does not cover
    found = apply_fifo(np.array([800]), items([500, 400, -300]), "use")
    assert found.allocated.tolist() == [500, 400, -100]
    assert found.open_balance.tolist() == [0, 0, -200]
    assert found.on_account.tolist() == 0
    found = apply_fifo(np.array([900]), items([500, 400, -300]), "use")
    assert found.allocated.tolist() == [500, 400, 0]


def test_a_reversal_is_no_receipt():
    assert registry.call("AR_APPLY_FIFO", -1.0, TWO) is CellError.NUM
    assert registry.call("AR_APPLY_PROPORTIONAL", -1.0, 5.0) is CellError.NUM


def test_the_reason_of_each_line_says_the_order_and_the_amount():
    found = registry.call("AR_APPLY_FIFO", 120000.0, TWO, None, "reason")
    assert found == (
        ("先到期先核销，第1笔（到期日2025-04-14）：核销50,000.00，结清",),
        ("先到期先核销，第2笔（到期日2025-05-20）：核销70,000.00，尚欠10,000.00",),
    )
    rows = (("A", "2025-04-14", 1.0), ("B", None, 1.0), ("C", None, -1.0), ("D", None, 0.0))
    assert [line[0] for line in asked("AR_APPLY_FIFO", 1.0, rows, None, "reason", "en")] == [
        "Earliest due first, no. 1 (due 2025-04-14): 1.00 applied, settled",
        "Earliest due first, no. 2 (due –): nothing left of the receipt, 1.00 still open",
        "Credit note of -1.00 not used, stays open",
        "Nothing is open",
    ]


def test_amounts_beyond_int64_together_do_not_wrap():
    large = 2**53
    opens = [large] * 1100
    found = apply_fifo(np.array([large] * 1099 + [1]), items(opens))
    assert found.allocated.tolist() == [large] * 1099 + [1]
    assert found.on_account.tolist() == 0
    assert apply_fifo(np.array([large] * 3), items([1])).on_account.tolist() == CONTRADICTION
    parts = apply_proportional(large, np.array([large] * 1100)).parts
    assert sum(parts.tolist()) == large


money = st.one_of(st.integers(-500, 500), st.integers(-(2**53), 2**53))
ledgers = st.lists(st.tuples(money, st.sampled_from([MISSING, 1, 2, 3, 40000])), max_size=12)


def by_a_loop(receipt, rows, *, use):
    """Apply as a clerk does: one item after the other; credit notes before that if they count."""
    order = sorted(range(len(rows)), key=lambda n: (rows[n][1] == MISSING, rows[n][1], n))
    taken, left = [0] * len(rows), receipt
    short = max(sum(max(amount, 0) for amount, _ in rows) - receipt, 0) if use else 0
    for n in order:
        if rows[n][0] < 0:
            use_now = min(-rows[n][0], short)
            taken[n], left, short = -use_now, left + use_now, short - use_now
    for n in order:
        if rows[n][0] > 0:
            taken[n] = min(left, rows[n][0])
            left -= taken[n]
    return taken, left


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=4), ledgers, st.booleans())
def test_fifo_equals_a_loop_and_conserves_the_money(receipts, rows, use):
    found = apply_fifo(
        np.array(receipts),
        items([a for a, _ in rows], [d for _, d in rows]),
        "use" if use else "keep",
    )
    taken, left = by_a_loop(sum(receipts), rows, use=use)
    assert found.allocated.tolist() == taken
    assert found.on_account.tolist() == left
    assert sum(taken) + left == sum(receipts)
    for (amount, _), part, rest in zip(rows, taken, found.open_balance.tolist(), strict=True):
        assert part + rest == amount
        assert min(amount, 0) <= part <= max(amount, 0)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=4), ledgers, st.booleans())
def test_the_lines_add_up_to_every_receipt_and_every_item(receipts, rows, use):
    found = apply_fifo(
        np.array(receipts),
        items([a for a, _ in rows], [d for _, d in rows]),
        "use" if use else "keep",
    )
    lines = list(zip(*(column.tolist() for column in found.lines), strict=True))
    assert all(amount > 0 for _, _, amount in lines)
    for n, part in enumerate(found.allocated.tolist()):
        assert sum(a for _, name, a in lines if name == f"D{n}") == max(part, 0)
    for n, receipt in enumerate(receipts, start=1):
        assert sum(a for number, _, a in lines if number == n) <= receipt
    by_credit = sum(a for number, _, a in lines if number == MISSING)
    assert by_credit == -sum(min(part, 0) for part in found.allocated.tolist())


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**5), max_size=20))
def test_what_is_drawn_equals_cumulative_sums(total, sizes):
    before = [sum(sizes[:n]) for n in range(len(sizes))]
    expected = [min(s, max(0, total - b)) for s, b in zip(sizes, before, strict=True)]
    assert drawn(total, sizes).tolist() == expected


SQL = """
select allocated from (
    select row, min(open, max(0, :receipt - (sum(open) over (
        order by due is null, due, row rows unbounded preceding) - open))) as allocated
    from ledger) order by row
"""


@pytest.mark.parametrize("seed", range(5))
def test_a_database_computes_the_same_fifo(seed):
    random = np.random.default_rng(seed)
    opens = random.integers(0, 10**8, 2000)
    dues = np.where(random.random(2000) < 0.05, MISSING, random.integers(45000, 45400, 2000))
    receipt = int(opens.sum() * random.random())
    base = sqlite3.connect(":memory:")
    base.execute("create table ledger (row integer, due integer, open integer)")
    base.executemany(
        "insert into ledger values (?, ?, ?)",
        [
            (n, None if due == MISSING else due, amount)
            for n, (due, amount) in enumerate(zip(dues.tolist(), opens.tolist(), strict=True))
        ],
    )
    expected = [row[0] for row in base.execute(SQL, {"receipt": receipt})]
    base.close()
    found = apply_fifo(np.array([receipt]), items(opens.tolist(), dues.tolist()))
    assert found.allocated.tolist() == expected


def test_pro_rata_to_the_cent_and_an_overpayment():
    opens = ((5000.0,), (10000.0,), (15000.0,))
    assert registry.call("AR_APPLY_PROPORTIONAL", 10000.0, opens) == (
        (1666.67,),
        (3333.33,),
        (5000.0,),
    )
    assert registry.call("AR_APPLY_PROPORTIONAL", 40000.0, opens, "on_account") == 10000.0
    assert registry.call("AR_APPLY_PROPORTIONAL", 10.0, ((0.0,), (-5.0,))) == ((0.0,), (0.0,))
    assert registry.call("AR_APPLY_PROPORTIONAL", 10.0, ((0.0,), (-5.0,)), "挂账") == 10.0
    assert registry.call("AR_APPLY_PROPORTIONAL", 10000.0, opens, "reason", "en")[0] == (
        "Pro rata: 10,000.00 × 5,000.00 ÷ 30,000.00 = 1,666.67",
    )


@settings(max_examples=200)
@given(st.integers(0, 10**6), st.lists(st.integers(-1000, 10**5), min_size=1, max_size=12))
def test_pro_rata_equals_fractions(receipt, opens):
    found = apply_proportional(receipt, np.array(opens))
    owed = [max(amount, 0) for amount in opens]
    total, used = sum(owed), min(receipt, sum(owed))
    shares = [Fraction(used * amount, total or 1) for amount in owed]
    expected = [int(share) for share in shares]
    order = sorted(range(len(owed)), key=lambda n: (expected[n] - shares[n], n))
    for n in order[: used - sum(expected)]:
        expected[n] += 1
    assert found.parts.tolist() == expected
    assert sum(expected) + found.on_account.tolist() == receipt
    assert all(0 <= part <= amount for part, amount in zip(expected, owed, strict=True))
