"""Settling an item: tolerance, early-payment discount, and what the discount is worth."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import day, iso
from udfs import registry
from udfs.balances import open_balance
from udfs.buckets import bucket
from udfs.settlement import discount_cost, early_discount, settle_tolerance
from udfs.values import CONTRADICTION, MISSING, CellError

NA, NUM = CellError.NA, CellError.NUM


def settled(*cells):
    return registry.render(registry.call("AR_SETTLE_TOLERANCE", *cells, "*"))[1][:4]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ((10000.0, 9985.0, 20.0, None), ("容差结清", "15", "0", "0")),
        ((10000.0, 9980.0, 20.0, None), ("容差结清", "20", "0", "0")),  # on the limit
        ((10000.0, 9979.99, 20.0, None), ("部分", "0", "20.01", "0")),
        ((10000.0, 9985.0, 20.0, 0.001), ("部分", "0", "15", "0")),  # min(20, 10)
        ((10000.0, 9990.0, 20.0, 0.001), ("容差结清", "10", "0", "0")),
        ((10000.0, 9989.99, None, 0.001), ("部分", "0", "10.01", "0")),
        ((10000.0, 9990.0, None, 0.001), ("容差结清", "10", "0", "0")),
        ((10000.0, 9985.0, 0.0, 0.01), ("容差结清", "15", "0", "0")),  # 0 is no limit
        ((10000.0, 9999.99, None, None), ("部分", "0", "0.01", "0")),  # no tolerance at all
        ((10000.0, 10000.0, None, None), ("结清", "0", "0", "0")),
        ((10000.0, 10500.0, 20.0, None), ("多付", "0", "0", "500")),
        ((10000.0, 10020.0, 20.0, None), ("容差结清", "-20", "0", "0")),
        ((10000.0, 0.0, 20.0, None), ("未收", "0", "10000", "0")),
        ((0.0, 5.0, 20.0, None), ("多付", "0", "0", "5")),  # nothing was owed
        ((-100.0, -90.0, 10.0, None), ("容差结清", "-10", "0", "0")),  # a refund
        ((-100.0, -90.0, 1.0, None), ("部分", "0", "-10", "0")),
        ((0.7, 0.63, None, 0.1), ("容差结清", "0.07", "0", "0")),  # 0.07 lies above in binary
        ((100.0, -5.0, 20.0, None), ("#NUM!", "#NUM!", "#NUM!", "#NUM!")),
        ((100.0, 95.0, -20.0, None), ("#NUM!", "#NUM!", "#NUM!", "#NUM!")),
        ((100.0, 95.0, None, -0.1), ("#NUM!", "#NUM!", "#NUM!", "#NUM!")),
    ],
)
def test_a_difference_within_both_limits_is_written_off(cells, found):
    assert settled(*cells) == found


def test_a_blank_amount_has_no_answer():
    assert registry.call("AR_SETTLE_TOLERANCE", None, 5.0) is NA
    assert registry.call("AR_SETTLE_TOLERANCE", 5.0, None) is NA


def test_the_reason_shows_the_limits():
    found = registry.call("AR_SETTLE_TOLERANCE", 10000.0, 9990.0, 20.0, 0.001, "reason")
    assert found == (
        "未收10,000.00，收款9,990.00，差额10.00在容差min(20.00, 0.1%×10,000.00)＝10.00以内，"
        "核销差额"
    )


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ((10000.0, 9985.0, 20.0, 0.001), "尚欠15.00，超过容差min(20.00, 0.1%×10,000.00)＝10.00"),
        ((10000.0, 9985.0, 10.0, None), "尚欠15.00，超过容差10.00"),
        ((10000.0, 9985.0, None, 0.001), "尚欠15.00，超过容差0.1%×10,000.00＝10.00"),
        ((10000.0, 9985.0, None, 0.002), "差额15.00在容差0.2%×10,000.00＝20.00以内，核销差额"),
        ((10000.0, 9985.0, None, None), "收款9,985.00，尚欠15.00"),
        ((10000.0, 10050.0, 20.0, 0.01), "多付50.00挂账，超过容差min(20.00, 1%×10,000.00)＝20.00"),
    ],
)
def test_the_reason_names_the_tolerance_that_holds(cells, told):
    assert registry.call("AR_SETTLE_TOLERANCE", *cells, "reason").endswith(told)


money = st.integers(0, 10**4)
rates = st.sampled_from([0.0, 0.001, 0.01, 0.015, 0.07, 0.3])


@given(money, money, st.integers(0, 50), rates)
def test_every_settlement_adds_up_and_keeps_the_limits(due, paid, limit, rate):
    found = settle_tolerance(due, paid, limit, rate)
    off, left, over = (int(each) for each in found[1:4])
    assert due == paid + off + left - over
    exact = Fraction(str(rate)) * due
    limits = [each for each in (limit, exact) if each > 0]
    small = bool(limits) and abs(due - paid) <= min(limits) and due > 0
    assert (off != 0) == (small and due != paid)


def test_a_difference_at_the_limit_of_int64_does_not_wrap():
    edge = 2**53
    found = settle_tolerance(edge, edge - 1, 0, 0.123456789012345)
    assert found.writeoff.tolist() == 1


def discounted(pay_date, paid, *more, invoice=100000.0, rate=0.02):
    cells = (invoice, "2025-06-01", pay_date, paid, rate, 10.0, *more)
    cells += (None,) * (7 - len(cells))
    return registry.render(registry.call("AR_EARLY_DISCOUNT", *cells, "*"))[1][:5]


def test_the_last_day_of_the_window_counts():
    assert discounted("2025-06-11", 98000.0) == ("2000", "TRUE", "0", "0", "2025-06-11")
    assert discounted("2025-06-12", 98000.0) == ("0", "FALSE", "2000", "0", "2025-06-11")


def test_a_part_payment_clears_its_part():
    assert discounted("2025-06-05", 49000.0)[:3] == ("1000", "TRUE", "50000")
    assert discounted("2025-06-05", 97999.99)[:4] == ("2000", "TRUE", "0.01", "0")


def test_more_than_is_due_stays_on_account():
    assert discounted("2025-06-05", 98500.0)[:4] == ("2000", "TRUE", "0", "500")
    assert discounted("2025-06-20", 100001.0)[:4] == ("0", "FALSE", "0", "1")


def test_rule_08_the_discount_is_on_the_total_or_without_the_tax():
    # 10 % on 1000 + 150 tax: 1035 is to be paid if tax is included, 1050 if not
    assert discounted("2025-06-05", 1035.0, invoice=1150.0, rate=0.1)[:3] == ("115", "TRUE", "0")
    found = discounted("2025-06-05", 1050.0, 150.0, invoice=1150.0, rate=0.1)
    assert found[:3] == ("100", "TRUE", "0")
    found = discounted("2025-06-05", 525.0, 150.0, invoice=1150.0, rate=0.1)
    assert found[:3] == ("50", "TRUE", "575")


@pytest.mark.parametrize("rate", [-0.01, 1.0, 1.5])
def test_a_discount_out_of_its_range_contradicts(rate):
    assert registry.call("AR_EARLY_DISCOUNT", 100.0, 45809.0, 45810.0, 98.0, rate, 10.0) is NUM
    assert registry.call("AR_DISCOUNT_COST", rate, 10.0, 30.0) is NUM


def test_missing_days_have_no_answer():
    found = early_discount([100, 100], [MISSING, 5], 6, 98, 0.02, 10)
    assert found.discount.tolist() == [MISSING, 2]
    assert iso(found.last_day.tolist())[0] == ""
    assert early_discount(1, 5, 6, 98, 0.02, 10**15).last_day.tolist() == CONTRADICTION
    assert early_discount(-1, 5, 6, 98, 0.02, 10).discount.tolist() == CONTRADICTION


@given(st.integers(0, 10**6), st.integers(0, 10**6), rates, st.integers(0, 30))
def test_a_discount_is_exact_and_adds_up(invoice, paid, rate, late):
    found = early_discount(invoice, 100, 100 + late, paid, rate, 10)
    off, left, over = (int(each) for each in found[1:4])
    assert invoice + over == paid + off + left
    if late > 10:
        assert off == 0
        return
    d = Fraction(str(rate))
    full = int(invoice * d + Fraction(1, 2))
    part = int(paid * d / (1 - d) + Fraction(1, 2))
    assert off == (full if paid >= invoice - full else min(part, full))


def test_the_cost_of_a_discount_that_is_not_taken():
    found = discount_cost(0.02, 10, 30)
    assert round(float(found.simple), 6) == 0.372449  # 2/98 × 365/20
    assert round(float(found.effective), 6) == 0.445853
    year = discount_cost(0.02, 10, 30, 360)
    assert round(float(year.simple), 6) == 0.367347
    assert registry.call("AR_DISCOUNT_COST", 0.02, 30.0, 30.0) is NUM
    assert registry.call("AR_DISCOUNT_COST", 0.02, 10.0, None) is NA
    assert registry.call("AR_DISCOUNT_COST", 0.999999, 0.0, 1.0, 1e6, "effective") is NUM
    assert registry.call("AR_DISCOUNT_COST", 0.0, 10.0, 30.0) == 0


def test_a_bounced_receipt_reopens_the_item_with_its_own_due_date():
    # 50,000 due 2025-04-14: paid 30,000 on 05-10, returned on 06-02
    due, received = day("2025-04-14"), [day("2025-05-10"), day("2025-06-02")]
    dates = [day("2025-05-31"), day("2025-06-01"), day("2025-06-02")]
    left = [
        open_balance([5000000], [day("2025-03-15")], [0, 0], received, [3000000, -3000000], d)
        for d in dates
    ]
    assert [each.tolist() for each in left] == [[2000000], [2000000], [5000000]]
    assert bucket(np.array([dates[2] - due])).tolist() == ["31-60天"]
    receipts = (("2025-05-10", 30000.0), ("2025-06-02", -30000.0))
    cells = (50000.0, "2025-03-15", receipts)
    assert registry.call("AR_OPEN_BALANCE", *cells, "2025-06-02") == 50000
    items = (("INV1", "2025-03-15", "2025-04-14", 50000.0),)
    cash = (("INV1", "2025-05-10", 30000.0), ("INV1", "2025-06-02", -30000.0))
    aged = registry.render(registry.call("AR_AGING", items, "2025-06-02", *[None] * 4, cash))
    assert dict(zip(*aged, strict=True))["31-60天"] == "50000"


@pytest.mark.parametrize(
    ("when", "paid", "end"),
    [
        ("2025-06-11", 98000.0, "：享受折扣2%，计2,000.00，结清"),
        ("2025-06-11", 98000.01, "：享受折扣2%，计2,000.00，结清，多付0.01挂账"),
        ("2025-06-11", 49000.0, "：付49,000.00享受折扣2%，计1,000.00，尚欠50,000.00"),
        ("2025-06-12", 98000.0, "：无折扣，尚欠2,000.00"),
        ("2025-06-12", 100000.0, "：无折扣，尚欠0.00"),
        ("2025-06-12", 100500.0, "：无折扣，结清，多付500.00挂账"),
    ],
)
def test_the_reason_of_a_discount_tells_where_every_cent_went(when, paid, end):
    asked = ("AR_EARLY_DISCOUNT", 100000.0, "2025-06-01", when, paid, 0.02, 10.0, None)
    assert registry.call(*asked, "reason").endswith(end)
    assert registry.call("AR_EARLY_DISCOUNT", -1.0, *asked[2:], "reason") is CellError.NA
