"""Whose target it is, which plan is broken down, and what stands for a target where none is."""

from __future__ import annotations

import pandas as pd
import pytest

from macros.task_breakdown import task_breakdown
from macros.texts import Refusal
from tests.ledgers import at, book_of
from tests.macros.tasks import SPRINT, notes, parties, row, rows, run

OWNERS = """
    document|project|owner|document_date|due_date  |amount
    A       |一期   |王   |2025-06-01   |2025-07-10|100.00
    B       |二期   |李   |2025-06-01   |2025-07-10|300.00
    C       |二期   |赵   |2025-06-01   |2025-07-20|100.00
    D       |三期   |     |2025-06-01   |2025-08-20|100.00
    """


# Who a target belongs to.


def july(targets: str, as_of: str = "2025-07-31", **tables: str):
    header = "project|owner|start_date|end_date|amount\n"
    book = {"receivables": OWNERS, "targets": header + targets, **tables}
    return task_breakdown(book_of(**book), at(as_of))


def test_a_project_without_owner_takes_its_receivables_single_owner():
    assert parties(july("一期||2025-07-01|2025-07-31|10.00")) == {"一期|王": 1000}


def test_the_contract_comes_before_the_receivables():
    contracts = "contract|project|owner\nK1|一期|孙"
    assert parties(july("一期||2025-07-01|2025-07-31|10.00", contracts=contracts)) == {
        "一期|孙": 1000
    }


def test_a_project_of_two_owners_stays_unassigned_and_keeps_all_its_receipts():
    changes = july(
        "二期||2025-07-01|2025-07-31|10.00",
        receipts="receipt_date|document|amount\n2025-07-10|B|3.00\n2025-07-11|C|4.00",
    )
    assert parties(changes) == {"二期|": 1000}
    assert row(changes, "二期||")["owner"] == "未分配"
    assert row(changes, "二期||")["actual"] == 700
    assert not rows(changes).index.str.startswith("#other").any()
    assert "target_owner_missing" in {found.code for found in changes.problems}


def test_an_owners_own_target_comes_before_the_projects():
    changes = july(
        "二期||2025-07-01|2025-07-31|10.00\n二期|李|2025-07-01|2025-07-31|5.00",
        receipts="receipt_date|document|amount\n2025-07-10|B|3.00\n2025-07-11|C|4.00",
    )
    assert row(changes, "二期|李|")["actual"] == 300
    assert row(changes, "二期||")["actual"] == 400


def test_a_target_of_nobody_is_shared_by_the_balance_due_in_its_period():
    """100 + 300 + 100 fall due in July; 100.01 is 20.00, 60.01, 20.00 by largest remainder."""
    changes = july("||2025-07-01|2025-07-31|100.01")
    assert parties(changes) == {"一期|王": 2000, "二期|李": 6001, "二期|赵": 2000}
    (shared,) = (found for found in changes.problems if found.code == "target_shared")
    assert (shared.found, shared.params["parties"]) == ("100.01", 3)
    assert changes.tie_out == 0


def test_a_target_of_an_owner_is_shared_over_her_projects():
    assert parties(july("|李|2025-07-01|2025-07-31|10.00")) == {"二期|李": 1000}


def test_a_target_of_nobody_with_nothing_due_stays_whole_and_takes_every_receipt():
    changes = july(
        "||2025-03-01|2025-03-31|10.00",
        "2025-03-31",
        receivables="document|project|owner|document_date|due_date|amount\nA|一期|王|2025-01-01|2025-09-01|9.00",
        receipts="receipt_date|document|amount\n2025-03-03|A|2.00",
    )
    assert parties(changes) == {"|": 1000}
    assert row(changes, "#total")["actual"] == 200
    assert row(changes, "||")["project"] == "（未分项目）"


def test_rows_without_amount_or_dates_are_problems_and_not_counted():
    changes = july(
        "一期|王|2025-07-01|2025-07-31|10.00\n"
        "一期|王|2025-07-01|2025-07-31|\n"
        "一期|王||2025-07-31|20.00\n"
        "一期|王|2025-07-31|2025-07-30|30.00"
    )
    assert parties(changes) == {"一期|王": 1000}
    left = {found.code: (found.cell, found.amount) for found in changes.problems}
    assert left["target_amount_missing"] == ("E3", None)
    assert left["target_start_missing"] == ("C4", 2000)
    assert left["target_backwards"] == ("D5", 3000)
    assert "目标读取 4 行，计入 1 行" in notes(changes)


def test_a_project_that_nobody_else_knows_is_said():
    changes = july("一期项目|王|2025-07-01|2025-07-31|10.00")
    (problem,) = (found for found in changes.problems if found.code == "target_project_unknown")
    assert (problem.found, problem.cell) == ("一期项目", "A2")


# Several plans.

PLANS = """
    plan  |project|owner|start_date|end_date  |amount
    2024年|一期   |王   |2024-01-01|2024-12-31|10.00
    2025年|一期   |王   |2025-01-01|2025-12-31|20.00
    三季度|一期   |王   |2025-07-01|2025-09-30|30.00
    """


def plans(as_of: str, **options: str):
    return task_breakdown(book_of(receivables=OWNERS, targets=PLANS), at(as_of, **options))


@pytest.mark.parametrize(
    ("as_of", "options", "plan", "amount"),
    [
        ("2025-06-30", {}, "2025年", 2000),
        ("2025-07-01", {}, "三季度", 3000),  # for the same money: the one begun last
        ("2025-09-30", {}, "三季度", 3000),
        ("2025-10-01", {}, "2025年", 2000),
        ("2026-03-01", {}, "2025年", 2000),  # none under way: the latest
        ("2025-07-01", {"plan": "2024年"}, "2024年", 1000),
        ("2025-07-01", {"计划": "2025年"}, "2025年", 2000),
    ],
)
def test_which_plan_is_broken_down(as_of, options, plan, amount):
    changes = plans(as_of, **options)
    assert dict(changes.summary)["计划"] == plan
    assert row(changes, "#total")["target"] == amount
    said = [message.code for message in changes.messages if "task.plan" in message.code]
    assert bool(said) == (not options)


def test_no_such_plan_is_refused_with_the_plans_there_are():
    with pytest.raises(Refusal) as refused:
        plans("2025-07-01", plan="2023年")
    assert refused.value.code == "no_such_plan"
    assert "2024年, 2025年, 三季度" in refused.value.render("zh")


def test_plans_for_different_money_are_broken_down_together():
    targets = PLANS.replace("三季度|一期   |王", "三季度|二期   |李")
    changes = task_breakdown(book_of(receivables=OWNERS, targets=targets), at("2025-07-01"))
    assert row(changes, "#total")["target"] == 5000
    assert "2025年, 三季度" in changes.sheets[0].title
    labels = [column.heading for column in changes.sheets[1].blocks[0].columns]
    assert "2025年 2025年7月 目标" in labels
    assert "三季度 2025年7月 目标" in labels


# Without a target.

DUE = {
    "receivables": """
        document|project|owner|document_date|due_date  |amount
        OLD     |一期   |王   |2025-01-01   |2025-02-01|1,000.00
        A       |一期   |王   |2025-02-01   |2025-04-10|  100.00
        B       |一期   |     |2025-03-31   |2025-06-30|  200.00
        C       |       |     |2025-04-01   |2025-05-31|  400.00
        D       |一期   |王   |2025-04-01   |2025-07-01|  800.00
        E       |一期   |王   |2025-06-15   |2025-06-20|1,600.00
        """,
    "receipts": """
        receipt_date|document|amount
        2025-03-31  |A       |30.00
        2025-04-01  |A       |50.00
        2025-04-01  |C       |40.00
        2025-04-02  |OLD     |7.00
        """,
}


def test_without_a_target_the_balance_due_in_the_quarter_stands_for_it():
    """A: 100 less the 30 of the day before; B: 200; C: billed within, all 400; not OLD, not D;
    E is billed after the as-of date."""
    changes = run("2025-05-15", tables=DUE)
    assert parties(changes) == {"一期|王": 7000, "一期|": 20000, "|": 40000}
    assert "没有目标，以期内到期余额为目标，2025-04-01 至 2025-06-30" in changes.sheets[0].title
    (problem,) = (found for found in changes.problems if found.code == "no_target")
    assert problem.source == "task-breakdown"
    assert problem.params["amount"] == "670.00"
    assert "各周目标合计 670.00 = 期内到期余额 670.00，差 0.00 ✓" in notes(changes)
    assert row(changes, "一期||")["owner"] == "未分配"
    assert row(changes, "一期|王|")["actual"] == 5000  # not the 7 of OLD, due before
    assert changes.tie_out == 0


def test_without_a_target_the_period_can_be_set():
    changes = run("2025-06-30", tables=DUE, period_start="2025-06-01", period_end="2025-06-30")
    assert parties(changes) == {"一期|": 20000, "一期|王": 160000}
    with pytest.raises(Refusal) as refused:
        run("2025-06-30", tables=DUE, period_start="2025-06-01", period_end="2025-05-31")
    assert refused.value.code == "bad_period"


def test_a_period_in_which_nothing_falls_due_is_shown_without_colour():
    changes = run("2026-06-30", tables=DUE)
    total = row(changes, "#total")
    assert total["status"] == "○ 无数据"
    assert changes.tie_out == 0


def test_a_book_without_receipts_has_no_colours():
    changes = run("2025-05-15", tables={"receivables": DUE["receivables"]})
    total = row(changes, "#total")
    assert total["actual"] is pd.NA
    assert total["status"] == "○ 无数据"
    assert "task.no_receipts" in {message.code for message in changes.messages}


def test_targets_and_receipts_alone_are_enough():
    tables = {
        "targets": "project|owner|start_date|end_date|amount\n一期|王|2025-07-01|2025-07-31|10.00",
        "receipts": "receipt_date|project|owner|amount\n2025-07-02|一期|王|3.00",
    }
    assert row(run("2025-07-31", tables=tables), "#total")["actual"] == 300


@pytest.mark.parametrize(
    ("tables", "options", "code"),
    [
        ({"receipts": "receipt_date|amount\n2025-07-02|3.00"}, {}, "no_table"),
        (SPRINT, {"plan_weights": "gut feeling"}, "bad_setting_value"),
        (SPRINT, {"plan_by": "fortnights"}, "bad_setting_value"),
    ],
)
def test_refused(tables, options, code):
    with pytest.raises(Refusal) as refused:
        run("2025-07-31", tables=tables, **options)
    assert refused.value.code == code


# How long a plan can be: ten years, by rules/plan_limits.csv.


@pytest.mark.parametrize(
    ("end", "read"), [("2034-12-31", True), ("2035-01-01", False), ("9999-12-31", False)]
)
def test_a_target_over_more_than_ten_years_is_a_problem_and_not_counted(end, read):
    changes = july(
        f"一期|王|2025-07-01|2025-07-31|10.00\n二期|李|2025-01-01|{end}|20.00", "2025-07-31"
    )
    assert parties(changes) == {"一期|王": 1000, **({"二期|李": 2000} if read else {})}
    assert changes.tie_out == 0
    left = [
        (found.cell, found.found, found.amount, found.params)
        for found in changes.problems
        if found.code == "target_too_long"
    ]
    assert left == ([] if read else [("D3", end, 2000, {"last": "2034-12-31"})])
    assert f"目标读取 2 行，计入 {2 if read else 1} 行" in notes(changes)


@pytest.mark.parametrize("end", ["2034-12-31", "2035-01-01"])
def test_rows_of_one_plan_that_lie_too_far_apart_are_refused(end):
    """Neither row is wrong by itself; which of them is cannot be told."""
    later = f"一期|王|2025-01-01|2025-12-31|10.00\n一期|王|2034-06-01|{end}|20.00"
    if end == "2034-12-31":
        assert parties(july(later, "2025-07-31")) == {"一期|王": 3000}
        return
    with pytest.raises(Refusal) as refused:
        july(later, "2025-07-31")
    assert refused.value.code == "plan_too_long"
    assert "2025-01-01 至 2035-01-01 太长，最晚到 2034-12-31" in refused.value.render("zh")


def test_a_period_that_was_set_can_be_too_long_as_well():
    with pytest.raises(Refusal) as refused:
        run("2025-06-30", tables=DUE, period_start="2025-01-01", period_end="9999-12-31")
    assert refused.value.code == "plan_too_long"
