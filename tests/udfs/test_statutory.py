"""The order of the law: article 560 among debts, article 561 within one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.application import OpenDebts
from udfs.statutory import apply_heads, apply_statutory
from udfs.values import CONTRADICTION, MISSING, CellError

#: domain.md section 7: A is secured, D is not yet due.
FOUR = (
    ("A", "2025-03-01", 50000.0, 1.0, 0.0005),
    ("B", "2025-04-01", 30000.0, 0.0, 0.0003),
    ("C", "2025-05-01", 40000.0, 0.0, 0.0005),
    ("D", "2025-12-31", 20000.0, 0.0, 0.0005),
)


def taken(receipt, debts, as_of="2025-06-30", designated=None):
    found = registry.call("AR_APPLY_STATUTORY", receipt, debts, as_of, designated)
    return found if isinstance(found, CellError) else [row[0] for row in found]


def test_least_secured_and_heaviest_burden_come_before_the_earliest():
    assert taken(60000.0, FOUR) == [0, 20000, 40000, 0]  # first in first out would pay A


def test_the_debtor_designates_first_and_in_the_order_named():
    assert taken(60000.0, FOUR, designated="A") == [50000, 0, 10000, 0]
    assert taken(60000.0, FOUR, designated=" ａ") == [50000, 0, 10000, 0]
    assert taken(60000.0, FOUR, designated=(("D", "A"),)) == [40000, 0, 0, 20000]
    assert taken(60000.0, FOUR, designated=(("A", "D"),)) == [50000, 0, 0, 10000]


def test_a_designated_debt_that_is_not_there_has_no_answer():
    assert taken(60000.0, FOUR, designated="X") is CellError.NA


def test_equal_debts_share_pro_rata_to_the_cent():
    debts = tuple((name, "2025-03-01", 0.01 * n, 0.0, 0.0005) for name, n in (("A", 1), ("B", 2)))
    assert taken(0.01, debts) == [0.0, 0.01]
    same = (("A", "2025-03-01", 30000.0, 0.0, 0.0005), ("B", "2025-03-01", 60000.0, 0.0, 0.0005))
    assert taken(30000.0, same) == [10000, 20000]


def test_both_sides_of_the_due_date():
    debts = (("late", "2025-07-01", 100.0, 0.0, 0.9), ("today", "2025-06-30", 100.0, 0.0, 0.1))
    assert taken(100.0, debts, "2025-06-30") == [0, 100]  # due on the day itself
    assert taken(100.0, debts, "2025-07-01") == [100, 0]  # both due: the heavier burden


def test_a_debt_without_due_date_is_not_due_and_blank_security_is_none():
    debts = (("A", None, 100.0, None, 9.0), ("B", "2025-06-30", 100.0, 5.0, None))
    assert taken(100.0, debts) == [0, 100]
    assert taken(100.0, (("A", None, 100.0), ("B", "2025-12-31", 100.0))) == [0, 100]


def test_credit_notes_take_no_part_and_an_overpayment_stays_on_account():
    debts = (("A", "2025-03-01", 100.0), ("CN", "2025-01-01", -40.0))
    assert taken(150.0, debts) == [100, 0]
    assert registry.call("AR_APPLY_STATUTORY", 150.0, debts, "2025-06-30", None, "挂账") == 50
    assert registry.call("AR_APPLY_STATUTORY", 5.0, None, "2025-06-30", None, "挂账") == 5
    assert taken(-5.0, debts) is CellError.NUM


def test_the_reason_names_the_article_the_rank_and_what_decided():
    found = registry.call("AR_APPLY_STATUTORY", 60000.0, FOUR, "2025-06-30", "A", "reason")
    law = "《民法典》第560条（2021-01-01起适用）"
    assert [row[0].removeprefix(law) for row in found] == [
        "第1顺位（债务人指定，担保1，负担0.05%，到期日2025-03-01）：核销50,000.00，结清",
        "第3顺位（已到期，担保0，负担0.03%，到期日2025-04-01）：收款已用完，尚欠30,000.00",
        "第2顺位（已到期，担保0，负担0.05%，到期日2025-05-01）：核销10,000.00，尚欠30,000.00",
        "第4顺位（未到期，担保0，负担0.05%，到期日2025-12-31）：收款已用完，尚欠20,000.00",
    ]
    assert all(row[0].startswith(law) for row in found)


def test_every_debt_can_be_designated():
    found = registry.call("AR_APPLY_STATUTORY", 1.0, FOUR[:1], "2025-06-30", "A", "reason", "en")
    assert "designated by the debtor" in found


debts_of_any_kind = st.lists(
    st.tuples(
        st.integers(-50, 300),
        st.sampled_from([MISSING, 10, 20, 30]),
        st.sampled_from([0.0, 1.0]),
        st.sampled_from([0.1, 0.2]),
    ),
    max_size=8,
)


@given(st.integers(0, 1500), debts_of_any_kind)
def test_no_debt_is_paid_before_one_of_higher_rank_is_paid_in_full(receipt, rows):
    columns = [np.array(column) for column in zip(*rows, strict=True)] or [np.zeros(0)] * 4
    opens, dues = (column.astype(np.int64) for column in columns[:2])
    names = np.array([str(n) for n in range(len(rows))], dtype=object)
    found = apply_statutory(receipt, OpenDebts(names, dues, opens, *columns[2:]), 20)
    taken = found.allocated.tolist()
    assert sum(taken) + found.on_account.tolist() == receipt
    assert all(0 <= part <= max(open_, 0) for part, open_ in zip(taken, opens, strict=True))

    def rank(n):
        _, due, security, burden = rows[n]
        return due == MISSING or due > 20, security, -burden, due == MISSING, due

    for n, part in enumerate(taken):
        for other in range(len(rows)):
            if part and rank(other) < rank(n):
                assert taken[other] == max(int(opens[other]), 0)


def test_cost_then_interest_then_principal():
    heads = ("费用", "利息", "主债务", "余额")
    called = [
        registry.call("AR_APPLY_COST_INTEREST_PRINCIPAL", paid, 2000.0, 5000.0, 100000.0, None,
                      None, head)
        for paid in (50000.0, 1500.0, 2000.01, 107000.01)
        for head in heads
    ]  # fmt: skip
    assert called == [
        *(2000, 5000, 43000, 0),
        *(1500, 0, 0, 0),
        *(2000, 0.01, 0, 0),
        *(2000, 5000, 100000, 0.01),
    ]


def test_the_rank_of_a_penalty_is_a_switch():
    last = apply_heads(150, 10, 20, 100, 50)
    assert (last.principal.tolist(), last.penalty.tolist()) == (100, 20)
    first = apply_heads(150, 10, 20, 100, 50, penalty_first=True)
    assert (first.penalty.tolist(), first.principal.tolist()) == (50, 70)
    assert first.reason("en").tolist() == (
        "Civil Code art. 561 (applies from 2021-01-01): of 1.50 first costs 0.10, "
        "then interest 0.20 and penalty 0.50, then principal 0.70, left over 0.00"
    )


def test_negative_heads_contradict_and_missing_ones_have_no_answer():
    found = apply_heads([100, -1, 100], [1, 1, MISSING], 1, 1)
    assert found.cost.tolist() == [1, CONTRADICTION, MISSING]
    assert found.reason("zh")[1:].tolist() == [None, None]


@given(*[st.integers(0, 500)] * 5, st.booleans())
def test_the_heads_conserve_the_receipt(paid, cost, interest, principal, penalty, first):
    found = apply_heads(paid, cost, interest, principal, penalty, first)
    parts = [int(each) for each in found[:5]]
    assert sum(parts) == paid
    limits = (cost, interest, penalty, principal, paid)
    assert all(0 <= part <= limit for part, limit in zip(parts, limits, strict=True))
