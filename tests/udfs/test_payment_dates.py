"""Expected payment dates: own lags, class lags, promises and disputes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import days, iso
from udfs import registry
from udfs.payment_dates import PaymentLags, expected_payment
from udfs.values import MISSING, CellError

LAGS = [-3, 0, 2, 5, 5, 8, 12, 20, 35, 60]


def history(*rows):
    """Rows of customer, class and lags."""
    flat = [(name, lag, kind) for name, kind, lags in rows for lag in lags]
    names, lags, kinds = zip(*flat, strict=True)
    return PaymentLags(
        np.array(names, dtype=object), np.array(lags, dtype=np.int64), np.array(kinds, dtype=object)
    )


def names(*texts):
    return np.array(texts, dtype=object)


def test_the_quantile_of_the_customer_s_own_lags():
    due = days("2025-06-30", "2025-06-30", "2025-06-30", "2025-06-30")
    found = expected_payment(due, names(*"AAAA"), history(("A", None, LAGS)), [0.0, 0.5, 0.9, 1.0])
    assert found.lag.tolist() == [-3.0, 6.5, 37.5, 60.0]
    # Half a day late is a day later.
    assert iso(found.expected) == ["2025-06-27", "2025-07-07", "2025-08-07", "2025-08-29"]
    assert found.basis.tolist() == ["own"] * 4


def test_a_position_is_exact_on_the_typed_confidence():
    # 0.7 × 10 is 7.000000000000001 in doubles: the eighth lag and not a day more.
    found = expected_payment(days("2025-06-30"), names("A"), history(("A", None, range(11))), [0.7])
    assert (found.lag.tolist(), iso(found.expected)) == ([7.0], ["2025-07-07"])


@pytest.mark.parametrize(("count", "basis", "lag"), [(4, "class", 20.0), (5, "own", 10.0)])
def test_fewer_than_five_payments_are_no_history(count, basis, lag):
    paid = history(("A", "优质", [10] * count), ("B", "优质", [20] * 9), ("C", "一般", [90] * 20))
    found = expected_payment(days("2025-06-30"), names("A"), paid, 0.5, names("优质"))
    assert (found.basis.tolist(), found.lag.tolist()) == ([basis], [lag])
    whole = expected_payment(days("2025-06-30"), names("A"), paid, 0.5)
    assert whole.lag.tolist() == [90.0 if basis == "class" else 10.0]  # without a class: all


def test_promises_and_disputes_stand_above_the_history():
    due = days("2025-06-30", "2025-06-30", "2025-06-30")
    promised = days("2025-07-20", "2025-07-20", "")
    found = expected_payment(
        due, names("A", "A", "A"), history(("A", None, LAGS)), 0.5, None, promised,
        np.array([False, True, False]),
    )  # fmt: skip
    assert iso(found.expected) == ["2025-07-20", "", "2025-07-07"]
    assert found.basis.tolist() == ["promise", "disputed", "own"]
    assert np.isnan(found.lag[:2]).all()


def test_no_payments_to_go_by_give_no_date_but_say_so():
    asked = ("AR_EXPECTED_PAYMENT_DATE", "2025-06-30", "甲", None)
    assert registry.call(*asked) is CellError.NA
    assert registry.call(*asked, None, None, None, None, "依据") == "没有可用的付款历史"
    other = ("AR_EXPECTED_PAYMENT_DATE", "2025-06-30", "甲", (("乙", 3.0, "优质"),), None, "一般")
    assert registry.call(*other) is CellError.NA


def test_the_reason_names_the_lags():
    paid = tuple(("甲", float(lag)) for lag in (3, 5, 8, 12, 20))
    asked = ("AR_EXPECTED_PAYMENT_DATE", "2025-06-30")
    assert registry.call(*asked, "甲", paid, None, None, None, None, "reason") == (
        "到期日2025-06-30＋客户5笔付款天数的50%分位8天＝2025-07-08"
    )
    few = registry.call(*asked, "乙", paid, 0.9, None, None, None, "reason", "en")
    assert few == (
        "Due 2025-06-30 + 16.8 days (90% quantile of 5 payments of all customers) = 2025-07-17"
        " (A customer's own lags from five payments on)"
    )
    held = registry.call(*asked, "甲", paid, None, None, "2025-08-01", "是", "reason", "en")
    assert held == "Disputed: no date until the dispute is over"
    said = registry.call(*asked, "甲", paid, None, None, "2025-08-01", None, "reason")
    assert said == "客户承诺2025-08-01付款，优先于历史付款天数"


def test_two_thirds_of_seven_lags_is_the_fifth_and_no_day_later():
    paid = tuple(("甲", float(lag)) for lag in (0, 10, 20, 30, 40, 50, 60))
    for share, late in ((2 / 3, 40), (1 / 3, 20), (1 / 6, 10), (5 / 6, 50), (0.5, 30), (0.51, 31)):
        asked = ("AR_EXPECTED_PAYMENT_DATE", 45838.0, "甲", paid, share)
        assert registry.call(*asked) == 45838.0 + late, share


def test_without_a_class_the_lags_are_those_of_everyone_and_it_says_so():
    paid = tuple(("甲", float(lag), "优质") for lag in (3, 5, 8))
    asked = ("AR_EXPECTED_PAYMENT_DATE", "2025-06-30", "乙", paid, None)
    assert registry.call(*asked, None, None, None, "basis") == "全部客户的付款天数"
    assert registry.call(*asked, "优质", None, None, "basis") == "同类客户的付款天数"


def test_a_confidence_that_is_none_spoils_its_own_row():
    paid = tuple(("甲", 5.0) for _ in range(5))
    asked = ("AR_EXPECTED_PAYMENT_DATE", 45838.0, "甲", paid, ((0.5,), (1.5,), (-0.1,)))
    num = CellError.NUM
    assert registry.call(*asked) == ((45843.0,), (num,), (num,))
    every = registry.call(*asked, None, None, None, "*")
    assert every[2] == (num, num, num, num, CellError.NA)


def test_values_that_make_no_sense():
    asked = ("AR_EXPECTED_PAYMENT_DATE", "2025-06-30", "甲")
    paid = tuple(("甲", 5.0) for _ in range(5))
    assert registry.call(*asked, paid, 1.1) is CellError.NUM
    assert registry.call(*asked, (("甲", 1e15),), 0.5) is CellError.NUM
    assert registry.call("AR_EXPECTED_PAYMENT_DATE", "9999-12-31", "甲", paid) is CellError.NA


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(-400, 400)), min_size=1, max_size=60),
    st.integers(0, 100).map(lambda number: number / 100),
)
def test_each_customer_s_lag_is_that_of_numpy(rows, k):
    paid = PaymentLags(
        names(*(name for name, _ in rows)),
        np.array([lag for _, lag in rows]),
        np.full(len(rows), None, dtype=object),
    )
    found = expected_payment(np.full(3, 45838), names(*"ABC"), paid, k)
    every = [lag for _, lag in rows]
    for place, name in enumerate("ABC"):
        own = [lag for owner, lag in rows if owner == name]
        used = own if len(own) >= 5 else every
        assert found.payments[place] == len(used)
        assert found.lag[place] == pytest.approx(np.quantile(used, k), abs=1e-6)
        assert found.expected[place] != MISSING
        assert 45838 + found.lag[place] <= found.expected[place] < 45839 + found.lag[place]
