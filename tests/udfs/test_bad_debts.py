"""Bad debts and tax: both sides of each limit of announcement 25 of 2011."""

from __future__ import annotations

import pytest

from tests.udfs.tables import cents, day
from udfs import registry
from udfs.bad_debts import bad_debt_deductible
from udfs.values import MISSING, CellError

DUE = day("2022-06-30")


@pytest.mark.parametrize(
    ("as_of", "amount", "long", "small"),
    [
        ("2023-06-30", "50,000", 0, 0),  # one year, not more
        ("2023-07-01", "50,000", 0, 1),
        ("2023-07-01", "50,000.01", 0, 0),
        ("2025-06-30", "50,000.01", 0, 0),  # three years, not more
        ("2025-07-01", "50,000.01", 1, 0),
        ("2025-07-01", "50,000", 1, 1),
        ("2025-07-01", "0", 0, 0),
        ("2025-07-01", "-5", 0, 0),
    ],
)
def test_the_years_and_the_amount(as_of, amount, long, small):
    found = bad_debt_deductible([cents(amount)], [DUE], [day(as_of)], True)  # noqa: FBT003 - as a cell
    assert (found.over_three_years.tolist(), found.small_over_one_year.tolist()) == (
        [long],
        [small],
    )
    assert found.deductible.tolist() == [int(long or small)]
    assert bad_debt_deductible([cents(amount)], [DUE], [day(as_of)]).deductible.tolist() == [0]


def test_a_ten_thousandth_of_the_revenue_is_small_too():
    amounts = [cents("80,000"), cents("80,000.01"), cents("50,000")]
    found = bad_debt_deductible(
        amounts,
        DUE,
        day("2023-07-01"),
        True,  # noqa: FBT003 - as a cell
        [cents("800,000,000")] * 2 + [100],
    )
    assert found.small_over_one_year.tolist() == [1, 0, 1]
    huge = bad_debt_deductible([2**53], DUE, day("2023-07-01"), True, [2**53])  # noqa: FBT003 - as a cell
    assert huge.small_over_one_year.tolist() == [0]


def test_before_the_announcement_and_without_a_due_date_there_is_no_answer():
    found = bad_debt_deductible(
        [100] * 3,
        [day("2005-01-01"), day("2005-01-01"), MISSING],
        [day("2010-12-31"), day("2011-01-01"), day("2025-01-01")],
        True,  # noqa: FBT003 - as a cell
    )
    assert found.deductible.tolist() == [MISSING, 1, MISSING]
    asked = ("AR_BAD_DEBT_DEDUCTIBLE", 100.0, "2005-01-01", "2010-12-31")
    assert registry.call(*asked) is CellError.NA


def test_the_reason_names_the_article_and_what_is_missing():
    asked = ("AR_BAD_DEBT_DEDUCTIBLE", 50_000.0, "2023-06-30", "2024-07-01")
    assert registry.call(*asked, "是", None, "依据") == (
        "50,000.00元，2023-06-30到期，至2024-07-01属于逾期一年以上的小额应收款项（25号公告第24条）"
        "（2011-01-01起适用），已作损失处理，须出具专项报告"
    )
    assert registry.call(*asked, None, None, "reason", "en") == (
        "Overdue enough, but not booked as a loss: not deductible"
    )
    assert "第23条" in registry.call(*asked[:3], "2026-07-01", "是", None, "依据")
    assert registry.call(*asked[:3], "2024-06-30", "是", None, "依据").startswith("不属于")
