"""Which items a receipt is for: one answer or none, and why."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs import registry
from udfs.matching import amount_candidates
from udfs.values import CellError

TWO = (("INV1", "2025-04-14", 50000.0), ("INV2", "2025-05-20", 80000.0))
THREE = (*TWO, ("INV3", "2025-06-01", 50000.0))
NA = CellError.NA


def column(answer):
    return [row[0] for row in answer] if isinstance(answer, tuple) else answer


def flat(answer):
    return [cell for row in answer for cell in row]


def reference(receipt, remark, rows, field="allocated"):
    return column(registry.call("AR_MATCH_REFERENCE", receipt, remark, rows, field))


def test_a_reference_in_the_text_is_applied():
    assert reference(80000.0, "付 INV2 货款", TWO) == [0, 80000]
    assert reference(80000.0, "付INV2货款", TWO) == [0, 80000]
    assert reference(80000.0, "付 INV2 货款", TWO, "open_balance") == [50000, 0]


def test_a_longer_number_is_no_reference():
    assert reference(80000.0, "付 INV21 货款", TWO) is NA


def test_several_references_are_applied_in_the_order_of_the_text():
    assert reference(90000.0, "INV2、INV1", TWO) == [10000, 80000]
    assert reference(90000.0, "INV1、INV2", TWO) == [50000, 40000]
    assert reference(140000.0, "INV1、INV2", TWO, "挂账") == 10000


def test_a_credit_note_that_is_named_counts_and_one_that_is_not_does_not():
    rows = (*TWO, ("CN1", "2025-05-01", -5000.0))
    assert reference(75000.0, "INV2 扣 CN1", rows) == [0, 80000, -5000]
    assert reference(75000.0, "INV2", rows) == [0, 75000, 0]
    assert reference(80000.0, "INV2 扣 CN1", rows) == [0, 80000, 0]  # not needed
    assert reference(77000.0, "INV2 扣 CN1", rows) == [0, 80000, -3000]


def test_what_is_not_named_says_so():
    assert reference(60000.0, "INV2", TWO, "reason") == [
        "附言未提到INV1",
        "附言写明INV2：核销60,000.00，尚欠20,000.00",
    ]


def test_one_item_of_the_amount_is_the_match():
    assert registry.call("AR_MATCH_AMOUNT", 80000.0, TWO) == "INV2"
    assert registry.call("AR_MATCH_AMOUNT", 80000.0, TWO, None, "candidates") == "INV2"


def test_two_items_of_the_amount_are_a_question():
    assert registry.call("AR_MATCH_AMOUNT", 50000.0, THREE) is NA
    found = registry.call("AR_MATCH_AMOUNT", 50000.0, THREE, None, "candidates")
    assert column(found) == ["INV1", "INV3"]
    assert registry.call("AR_MATCH_AMOUNT", 50000.0, THREE, None, "number") == 2
    assert registry.call("AR_MATCH_AMOUNT", 50000.0, THREE, None, "reason", "en") == (
        "2 documents have the amount of the receipt, 50,000.00 (tolerance 0.00): ask the payer"
    )


def test_both_sides_of_the_tolerance():
    assert registry.call("AR_MATCH_AMOUNT", 79980.0, TWO, 20.0) == "INV2"
    assert registry.call("AR_MATCH_AMOUNT", 79979.99, TWO, 20.0) is NA
    assert registry.call("AR_MATCH_AMOUNT", 80020.0, TWO, 20.0) == "INV2"
    assert registry.call("AR_MATCH_AMOUNT", 80020.01, TWO, 20.0) is NA
    assert registry.call("AR_MATCH_AMOUNT", 80000.0, TWO, -1.0) is CellError.NUM


def test_what_is_settled_is_no_candidate_and_a_refund_meets_a_credit_note():
    rows = (("A", None, 0.0), ("B", None, 0.3), ("CN", None, -5.0))
    assert registry.call("AR_MATCH_AMOUNT", 0.0, rows) is NA
    assert registry.call("AR_MATCH_AMOUNT", -5.0, rows) == "CN"
    assert registry.call("AR_MATCH_AMOUNT", 0.1 + 0.2, rows) == "B"  # in cents


def test_a_column_of_receipts_is_matched_at_once():
    receipts = ((80000.0,), (50000.0,), (1.0,), (None,))
    found = registry.call("AR_MATCH_AMOUNT", receipts, THREE)
    assert column(found) == ["INV2", NA, NA, None]


def test_no_more_candidates_are_listed_than_a_person_reads():
    found = amount_candidates([5, 7], [5] * 1000)
    assert found.number.tolist() == [1000, 0]
    assert found.rows.shape == (2, 20)
    assert found.rows[1].tolist() == [-1] * 20


@given(
    st.lists(st.integers(-5, 20), min_size=1, max_size=6),
    st.lists(st.integers(-5, 20), max_size=8),
    st.integers(0, 3),
)
def test_candidates_equal_looking_at_each_item(receipts, opens, tolerance):
    found = amount_candidates(receipts, opens, tolerance)
    for n, receipt in enumerate(receipts):
        right = [row for row, o in enumerate(opens) if o and abs(o - receipt) <= tolerance]
        assert found.number[n] == len(right)
        assert [row for row in found.rows[n].tolist() if row >= 0] == right


def subset(receipt, amounts, *more):
    return registry.call("AR_MATCH_SUBSET", receipt, amounts, *more)


@pytest.mark.parametrize(
    ("receipt", "amounts", "positions"),
    [
        (25000.0, ((12500.0, 8300.5, 15000.0, 4199.5, 20000.0),), (1, 2, 4)),
        (18000.0, ((20000.0, -2000.0, 7000.0),), (1, 2)),
        (0.3, ((0.1, 0.2, 0.4),), (1, 2)),  # in cents: 0.1 + 0.2 is no 0.3 in binary
    ],
)
def test_the_only_combination_is_the_match(receipt, amounts, positions):
    assert flat(subset(receipt, amounts)) == [*positions]


def test_two_combinations_are_a_question():
    amounts = ((10000.0,), (20000.0,), (30000.0,))
    assert subset(30000.0, amounts) is NA
    assert subset(30000.0, amounts, None, None, "solutions") == 2
    assert subset(30000.0, amounts, None, None, "decided") is True
    assert subset(30000.0, amounts, None, None, "reason") == (
        "2组单据合计与收款30,000.00相符（允许差额0.00），需询问付款方"
    )


def test_a_search_that_is_too_long_is_no_match_and_says_so():
    random = np.random.default_rng(3)
    amounts = tuple((float(n),) for n in random.integers(10**5, 10**7, 400))
    total = sum(row[0] for row in amounts[:3])
    assert subset(total, amounts) is NA
    assert subset(total, amounts, None, None, "decided") is False
    assert "至少" in subset(total, amounts, None, None, "reason")


def test_sizes_and_tolerances_without_sense_contradict():
    assert subset(1.0, 1.0, -1.0) is CellError.NUM
    assert subset(1.0, 1.0, None, 0.0) is CellError.NUM
    assert subset(1.0, ((None,),)) is NA


def test_a_column_of_receipts_shares_the_work():
    amounts = ((100.0,), (250.0,), (400.0,))
    found = subset(((350.0,), (250.0,), (9.0,)), amounts, None, None, "*")
    shown = registry.render(found)[1:]
    assert [row[:3] for row in shown] == [
        ("1; 2", "1", "TRUE"),
        ("2; #N/A", "1", "TRUE"),
        ("#N/A; #N/A", "0", "TRUE"),
    ]


def test_many_receipts_and_many_amounts_end():
    random = np.random.default_rng(4)
    cells = tuple((float(n),) for n in random.integers(1, 10**6, 3000))
    found = column(subset(cells, cells, None, None, "decided"))
    assert len(found) == 3000
    assert False in found


def test_an_element_that_is_missing_has_no_match():
    rows = (("A", None, 5.0),)
    assert column(registry.call("AR_MATCH_AMOUNT", ((5.0,), ("x",)), rows)) == [
        "A",
        CellError.VALUE,
    ]
