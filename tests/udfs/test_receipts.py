"""One order of attempts: reference, amount, combination, agreed rule, on account."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.application import OpenDebts
from udfs.receipts import match_receipt
from udfs.values import CellError

ITEMS = (
    ("INV1", "2025-04-14", 50000.0, None, 0.0005),
    ("INV2", "2025-05-20", 80000.0, None, 0.0008),
    ("INV3", "2025-06-10", 30000.0, 1.0, 0.0009),
    ("CN1", "2025-06-01", -5000.0, None, None),
)


def asked(receipt, remark, field, *, rule=None, tolerance=None, items=ITEMS, lang=None):
    cells = (receipt, remark, items, tolerance, rule, "2025-06-30", None, field, lang)
    found = registry.call("AR_MATCH_RECEIPT", *cells)
    return [row[0] for row in found] if isinstance(found, tuple) else found


@pytest.mark.parametrize(
    ("receipt", "remark", "rule", "outcome", "allocated", "on_account"),
    [
        # a reference goes before the amount of another item
        (50000.0, "付INV2货款", None, "附言中的单据号", [0, 50000, 0, 0], 0),
        (90000.0, "INV2", "fifo", "附言中的单据号", [0, 80000, 0, 0], 10000),
        (80000.0, "货款", None, "金额唯一相符", [0, 80000, 0, 0], 0),
        (80000.0, "INV21", None, "金额唯一相符", [0, 80000, 0, 0], 0),
        (130000.0, None, None, "唯一组合相符", [50000, 80000, 0, 0], 0),
        # INV2 less CN1, but INV1 and INV3 less CN1 as well
        (75000.0, None, None, "挂账", [0, 0, 0, 0], 75000),
        (75000.0, None, "fifo", "按约定先到期先核销", [50000, 25000, 0, 0], 0),
        (45000.0, None, None, "唯一组合相符", [50000, 0, 0, -5000], 0),
        (200000.0, None, None, "挂账", [0, 0, 0, 0], 200000),
        (200000.0, None, "先进先出", "按约定先到期先核销", [50000, 80000, 30000, 0], 40000),
        (16000.0, None, "按比例", "按约定比例核销", [5000, 8000, 3000, 0], 0),
        # all due: unsecured before secured, then the heavier burden
        (90000.0, None, "法定顺序", "《民法典》第560条", [10000, 80000, 0, 0], 0),
    ],
)
def test_the_first_attempt_with_one_answer_holds(
    receipt, remark, rule, outcome, allocated, on_account
):
    assert asked(receipt, remark, "outcome", rule=rule) == outcome
    assert asked(receipt, remark, "allocated", rule=rule) == allocated
    assert asked(receipt, remark, "on_account", rule=rule) == on_account


def test_a_question_is_not_posted_but_an_agreed_rule_holds():
    twins = (("A", "2025-04-01", 100.0), ("B", "2025-03-01", 100.0))
    assert asked(100.0, None, "outcome", items=twins) == "挂账"
    assert asked(100.0, None, "on_account", items=twins) == 100
    assert asked(100.0, None, "allocated", items=twins, rule="fifo") == [0, 100]


def test_each_line_says_the_rule_and_the_reason():
    assert asked(130000.0, None, "rule") == ["唯一组合相符", "唯一组合相符", None, None]
    lines = asked(130000.0, None, "reason")
    assert lines[1] == (
        "附言未写明单据，单张金额不符；只有一组单据合计与收款130,000.00相符，INV2在内："
        "核销80,000.00，余0.00"
    )
    assert lines[2] == "唯一组合相符：本次未核销此单据，余30,000.00"
    assert asked(7.0, None, "reason", lang="en")[0] == (
        "No reference, 0 items of the amount, 0 combinations, no agreed rule: 7.00 on account, "
        "ask the payer"
    )
    assert asked(7.0, None, "reason", rule="statutory", lang="en")[1] == (
        "No reference, 0 items of the amount, 0 combinations; Civil Code art. 560 "
        "(applies from 2021-01-01): 7.00 applied, 79,993.00 left open"
    )


def test_a_combination_that_is_not_decided_goes_to_a_person():
    random = np.random.default_rng(3)
    many = tuple(
        (f"D{n}", None, float(amount))
        for n, amount in enumerate(random.integers(10**5, 10**7, 400))
    )
    total = many[0][2] + many[1][2] + many[2][2]
    assert asked(total, None, "outcome", items=many) == "挂账"
    assert "组合未能查完" in asked(total, None, "reason", items=many)[0]
    assert "组合未能查完" in asked(total, None, "reason", items=many, rule="proportional")[0]


def test_a_small_difference_finds_the_item_but_is_not_written_off():
    assert asked(79985.0, None, "outcome") == "挂账"
    assert asked(79985.0, None, "allocated", tolerance=20.0) == [0, 79985, 0, 0]
    assert asked(79985.0, None, "open_balance", tolerance=20.0)[1] == 15
    assert asked(80015.0, None, "on_account", tolerance=20.0) == 15


def test_nothing_to_apply_to_and_nothing_to_apply():
    assert asked(5.0, "x", "outcome", items=None) == "挂账"
    assert asked(5.0, "x", "on_account", items=None) == 5
    assert asked(0.0, None, "outcome") == "挂账"
    assert asked(-5.0, None, "outcome") is CellError.NUM
    assert asked(5.0, None, "outcome", tolerance=-1.0) is CellError.NUM


def test_the_statutory_order_needs_a_day():
    cells = (5.0, None, ITEMS, None, "statutory", None, None, "outcome")
    assert registry.call("AR_MATCH_RECEIPT", *cells) is CellError.NA


@given(
    st.integers(0, 400),
    st.sampled_from(["", "D1", "D0、D2", "D12"]),
    st.lists(st.tuples(st.integers(-50, 120), st.integers(1, 9)), max_size=6),
    st.integers(0, 3),
    st.sampled_from(["none", "fifo", "proportional", "statutory"]),
)
def test_the_receipt_is_conserved_whatever_holds(receipt, remark, rows, tolerance, rule):
    opens = np.array([amount for amount, _ in rows], dtype=np.int64)
    items = OpenDebts(
        np.array([f"D{n}" for n in range(len(rows))], dtype=object),
        np.array([due for _, due in rows], dtype=np.int64),
        opens,
        np.zeros(len(rows)),
        np.zeros(len(rows)),
    )
    found = match_receipt(receipt, remark, items, tolerance, rule, 5)
    assert found.allocated.sum() + found.on_account == receipt
    assert (found.allocated <= np.maximum(opens, 0)).all()
    assert (found.allocated >= np.minimum(opens, 0)).all()
    assert (found.allocated + found.open_balance == opens).all()
    assert [why is None for why in found.rule] == [
        False if part else why is None
        for part, why in zip(found.allocated.tolist(), found.rule, strict=True)
    ]
    assert all(found.reason("zh"))
    assert all(found.reason("en"))


def test_credit_notes_alone_are_never_what_a_receipt_is_for():
    def outcome(receipt, *opens):
        rows = tuple((f"D{n}", None, amount) for n, amount in enumerate(opens))
        return registry.call("AR_MATCH_RECEIPT", receipt, None, rows, 1.0, *[None] * 3, "outcome")

    # A tolerance of 1.00 would reach from a receipt of 0.50 to a credit of 0.30.
    assert outcome(0.5, -0.3) == "挂账"
    assert outcome(0.5, -0.3, -0.1, 500.0) == "挂账"
    assert outcome(0.5, 0.3) == "金额唯一相符"
    assert outcome(0.5, 5.0, -4.0, -100.0) == "唯一组合相符"
