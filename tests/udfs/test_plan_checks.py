"""A collection plan against its contract."""

from __future__ import annotations

import pytest

from udfs import registry
from udfs.values import CellError

PLAN = (
    ("期次", "计划金额", "计划日期", "法定到期日", "承诺日期"),
    (1.0, 600.0, "2025-09-01", "2025-08-15", "2025-09-10"),
    (2.0, 400.0, "2025-10-01", None, None),
)


def ask(wanted, contract=1000.0, plan=PLAN, receipts=None, lead=None, lang=None):
    return registry.call("AR_PLAN_CHECK", contract, plan, receipts, lead, wanted, lang)


def shown(wanted, **options):
    return [row[0] for row in registry.render(ask(wanted, **options))]


def test_rule_33_plan_total_up_to_the_contract_equality_allowed():
    assert ask("ok") is True
    assert ask("messages") is None
    assert ask("ok", contract=1000.01) is True
    assert ask("not_planned", contract=1000.01) == 0.01
    assert ask("ok", contract=999.99) is False
    assert shown("messages", contract=999.99) == ["计划合计超过合同0.01元"]
    assert ask("not_planned", contract=999.99) == -0.01


def test_rule_33_next_number_is_the_highest_plus_one():
    assert ask("next_number") == 3.0
    assert ask("next_number", plan=((7.0, 1.0, "2025-09-01"), (3.0, 1.0, "2025-09-02"))) == 8.0
    assert ask("next_number", plan=((None, None, None),)) == 1.0


def test_rule_33_reminder_is_the_planned_date_minus_days():
    assert shown("reminder_date", lead=3.0) == ["2025-08-29", "2025-09-28"]
    assert shown("reminder_date", lead=0.0) == ["2025-09-01", "2025-10-01"]
    assert shown("reminder_date") == ["2025-08-25", "2025-09-24"]  # the rule row: 7 days


def test_rule_33_a_row_is_locked_once_a_receipt_is_linked():
    receipts = ((1.0, 250.0), (1.0, 50.0))
    assert shown("locked", receipts=receipts) == ["TRUE", "FALSE"]
    assert shown("received", receipts=receipts) == ["300", "0"]
    assert shown("outstanding", receipts=receipts) == ["300", "400"]
    assert shown("locked") == ["FALSE", "FALSE"]


def test_rule_33_three_dates_side_by_side():
    found = registry.render(ask("*"))
    assert found[0][5:8] == ("计划日期", "法定到期日", "承诺日期")
    assert found[1][5:8] == ("2025-09-01", "2025-08-15", "2025-09-10")
    assert found[2][5:8] == ("2025-10-01", "", "")


def test_what_else_does_not_fit_is_named():
    plan = ((1.0, 5.0, "2025-09-01"), (1.0, 0.0, "2025-10-01"), (2.0, 1.0, "2025-11-01"))
    found = shown("messages", plan=plan, receipts=((2.0, 1.5), (9.0, 1.0)), lang="en")
    assert found == [
        "Period 1 stands more than once",
        "The amount of period 1 is not above 0",
        "Period 2 received more than planned",
        "1 receipt(s) belong to no period of the plan",
    ]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"contract": -1.0}, CellError.NUM),
        ({"lead": -1.0}, CellError.NUM),
        ({"contract": None}, CellError.NA),
        ({"plan": ((1.0, 5.0, None),)}, CellError.NA),
        ({"plan": ((1.0, 5.0, "soon"),)}, CellError.VALUE),
    ],
)
def test_what_cannot_be_checked(options, error):
    assert ask("ok", **options) is error


def test_sums_beyond_a_cell_and_reminders_before_the_calendar():
    plan = tuple((float(number), 7e13, "1900-03-05") for number in range(1, 4))
    assert ask("planned", plan=plan) is CellError.NUM
    assert ask("ok", plan=plan) is False
    assert shown("reminder_date", plan=plan) == ["#NUM!"] * 3
