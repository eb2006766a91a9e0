"""Targets beside receipts: the sources' sprint, both sides of each day, nothing lost."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from macros.layout import date_text
from macros.task_breakdown import task_breakdown
from macros.texts import Refusal
from tests.ledgers import at, book_of, cents

SPRINT = {
    "targets": """
        target|plan|project|owner|start_date|end_date  |amount
        T1    |冲刺|一期   |王   |2025-10-21|2025-12-15|56,000,000.00
        """,
    "phases": """
        plan|phase|start_date|end_date
        冲刺|启动 |2025-10-20|2025-10-31
        冲刺|强推 |2025-11-01|2025-11-30
        冲刺|收官 |2025-12-01|2025-12-15
        """,
    "receivables": """
        document|project|owner|document_date|due_date  |amount
        A       |一期   |王   |2025-09-01   |2025-11-01|60,000,000.00
        """,
    "receipts": """
        receipt|receipt_date|document|amount
        R0     |2025-10-20  |A       |   900,000.00
        R1     |2025-10-26  |A       | 5,000,000.00
        R2     |2025-10-27  |A       | 2,000,000.00
        R3     |2025-11-05  |A       | 4,000,000.00
        R4     |2025-11-06  |A       | 1,000,000.00
        """,
}


def rows(changes, sheet: int = 0, block: int = 0) -> pd.DataFrame:
    return changes.sheets[sheet].blocks[block].data.set_index("key")


def row(changes, key: str) -> pd.Series:
    return rows(changes).loc[key]


def run(as_of: str, lang: str = "zh", tables: dict[str, str] | None = None, **options: str):
    return task_breakdown(book_of(**(tables or SPRINT)), at(as_of, lang, **options))


def notes(changes) -> str:
    return "\n".join(changes.sheets[0].notes)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ("工作日", ["12,600,000.00", "28,000,000.00", "15,400,000.00"]),
        ("calendar", ["11,000,000.00", "30,000,000.00", "15,000,000.00"]),
    ],
)
def test_the_sprint_of_the_sources(weights, expected):
    changes = run("2025-11-05", plan_weights=weights)
    found = [row(changes, f"一期|王|冲刺|{phase}")["target"] for phase in ("启动", "强推", "收官")]
    assert found == [cents(amount) for amount in expected]
    assert changes.tie_out == 0


def test_a_first_phase_before_the_plan_is_reported_and_not_copied():
    changes = run("2025-11-05")
    (problem,) = (found for found in changes.problems if found.code == "plan_phases")
    assert problem.found == "首阶段早于计划开始1天"
    assert (problem.sheet, problem.cell, problem.severity) == ("阶段", "C2", "warning")
    first = row(changes, "一期|王|冲刺|启动")
    assert date_text(first["start"]) == "2025-10-21"
    assert first["workdays"] == 9


def test_every_level_adds_up_and_the_lines_say_so():
    changes = run("2025-11-05")
    found = rows(changes)
    depth = found.index.str.count(r"\|")
    for level in (0, 2, 3, 4):
        mine = found[(depth == level) & ~found.index.str.startswith("#")]
        assert mine["target"].sum() == cents("56,000,000.00")
        assert mine["actual"].sum() == cents("11,000,000.00")
    assert "各周目标合计 56,000,000.00 = 目标 56,000,000.00，差 0.00 ✓" in notes(changes)
    assert "列示回款 11,000,000.00 = 账上期内回款 11,000,000.00，差 0.00 ✓" in notes(changes)


def test_a_receipt_counts_in_the_week_of_its_day():
    """Sunday 10/26 is the last day of W43, Monday 10/27 the first of W44."""
    changes = run("2025-11-05")
    assert row(changes, "一期|王|冲刺|启动|2025-W43")["actual"] == cents("5,000,000.00")
    assert row(changes, "一期|王|冲刺|启动|2025-W44")["actual"] == cents("2,000,000.00")


@pytest.mark.parametrize(
    ("as_of", "received"),
    [
        ("2025-11-04", "7,000,000.00"),
        ("2025-11-05", "11,000,000.00"),
        ("2025-11-06", "12,000,000.00"),
    ],
)
def test_receipts_count_up_to_and_including_the_as_of_date(as_of, received):
    assert row(run(as_of), "#total")["actual"] == cents(received)


def test_what_has_not_begun_has_no_receipts_yet_and_no_colour():
    changes = run("2025-11-05")
    later = row(changes, "一期|王|冲刺|强推|2025-W46")
    assert later["actual"] is pd.NA
    assert later["gap"] is pd.NA
    assert math.isnan(later["completion"])
    assert later["status"] == "○ 无数据"
    assert later["target"] == cents("7,000,000.00")
    today = row(run("2025-11-10"), "一期|王|冲刺|强推|2025-W46")
    assert (today["actual"], today["status"]) == (0, "● 红")


PACE = {
    "targets": """
        project|owner|start_date|end_date  |amount
        一期   |王   |2025-07-01|2025-07-30|400.00
        """,
    "receivables": "document|project|owner|due_date|amount\nA|一期|王|2025-07-01|400.00",
    "receipts": "receipt_date|document|amount\n2025-07-15|A|150.00",
}


@pytest.mark.parametrize(
    ("as_of", "elapsed", "to_date", "gap", "status"),
    [
        ("2025-07-14", 10 / 22, "181.82", -10 / 22, "● 红"),  # the receipt is of tomorrow
        ("2025-07-15", 11 / 22, "200.00", -0.125, "● 橙"),  # cases K23 and W06
        ("2025-07-16", 12 / 22, "218.18", 0.375 - 12 / 22, "● 橙"),
    ],
)
def test_pace_on_11_of_22_working_days(as_of, elapsed, to_date, gap, status):
    """1–30 July 2025 has 22 working days; 150 of 400 on the eleventh is 12.5 points behind."""
    found = row(run(as_of, tables=PACE), "#total")
    assert found["workdays"] == 22
    assert found["time_progress"] == pytest.approx(elapsed)
    assert found["to_date"] == pytest.approx(cents(to_date), abs=1)
    assert found["pace_gap"] == pytest.approx(gap)
    assert found["status"] == status


def test_a_firms_own_days_move_the_pace():
    changes = run("2025-07-15", tables=PACE, firm_days_off="2025-07-14", firm_workdays="2025-07-19")
    found = row(changes, "#total")
    assert found["workdays"] == 22
    assert found["time_progress"] == pytest.approx(10 / 22)
    with pytest.raises(Refusal) as refused:
        run("2025-07-15", tables=PACE, firm_days_off="2025-07-14", firm_workdays="2025-07-14")
    assert refused.value.code == "firm_days_clash"


def test_receipts_without_a_target_are_listed_so_that_the_period_ties():
    tables = {
        **SPRINT,
        "receivables": SPRINT["receivables"] + "B|二期|李|2025-09-01|2025-11-01|500.00\n",
        "receipts": SPRINT["receipts"] + "R9|2025-11-01|B|70.00\n",
    }
    changes = run("2025-11-05", tables=tables)
    other = row(changes, "#other")
    assert (other["actual"], other["status"], other["basis"]) == (7000, "○ 无数据", "1 笔")
    assert other["target"] is pd.NA
    assert row(changes, "#listed")["actual"] == cents("11,000,000.00")
    assert row(changes, "#total")["actual"] == cents("11,000,070.00")
    assert changes.tie_out == 0
    cross = rows(changes, 1)
    assert cross.loc["#other", "actual_1"] == 7000
    assert cross.loc["#total", "actual_1"] == cents("4,000,070.00")


def test_the_cross_table_has_totals_both_ways():
    cross = rows(run("2025-11-05"), 1)
    party = cross.loc["一期|王|冲刺"]
    assert [party[f"target_{n}"] for n in range(3)] == [1_260_000_000, 2_800_000_000, 1_540_000_000]
    assert party["target"] == cents("56,000,000.00")
    assert [party["actual_0"], party["actual_1"]] == [cents("7,000,000.00"), cents("4,000,000.00")]
    assert party["actual_2"] is pd.NA
    assert party["completion_0"] == pytest.approx(700 / 1260)
    assert cross.loc["#total", "target_1"] == 2_800_000_000


def test_the_weekly_series_ends_with_the_as_of_date():
    changes = run("2025-11-05")
    weeks = rows(changes, 1, 1)
    assert weeks["cum_target"].tolist()[-1] == cents("56,000,000.00")
    assert weeks.loc["2025-W44", "target"] == 700_000_000  # both sides of the month's end
    assert weeks.loc["2025-W45", "cum_actual"] == cents("11,000,000.00")
    assert weeks.loc["2025-W46", "cum_actual"] is pd.NA
    (chart,) = changes.sheets[1].charts
    assert (chart.kind, chart.series) == ("line", ("cum_target", "cum_actual"))
    assert chart.last == len(weeks) - 1


def test_the_title_states_as_of_plan_period_and_unit():
    title = run("2025-11-05").sheets[0].title
    assert title == "任务分解 · 基准日 2025-11-05 · 计划 冲刺 2025-10-21 至 2025-12-15 · 单位：元"
    english = run("2025-11-05", "en").sheets[0]
    assert english.title.startswith("Task breakdown · as of 2025-11-05 · plan 冲刺")
    assert english.blocks[0].columns[1].heading == "Project"


def test_her_columns_and_the_links_to_the_targets():
    block = run("2025-11-05").sheets[0].blocks[0]
    assert [column.heading for column in block.columns if column.hers] == ["措施", "备注"]
    assert block.key == "key"
    assert block.data["key"].is_unique
    assert [link for link in block.links["target"] if link] == ["'目标'!G2"]
    assert block.levels.tolist()[:4] == [0, 1, 2, 3]


# Who a target belongs to.

OWNERS = """
    document|project|owner|document_date|due_date  |amount
    A       |一期   |王   |2025-06-01   |2025-07-10|100.00
    B       |二期   |李   |2025-06-01   |2025-07-10|300.00
    C       |二期   |赵   |2025-06-01   |2025-07-20|100.00
    D       |三期   |     |2025-06-01   |2025-08-20|100.00
    """


def july(targets: str, as_of: str = "2025-07-31", **tables: str):
    header = "project|owner|start_date|end_date|amount\n"
    book = {"receivables": OWNERS, "targets": header + targets, **tables}
    return task_breakdown(book_of(**book), at(as_of))


def parties(changes) -> dict[str, int]:
    found = rows(changes)
    mine = found[(found.index.str.count(r"\|") == 2)]
    return {"|".join(key.split("|")[:2]): amount for key, amount in mine["target"].items()}


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
    assert "#other" not in rows(changes).index
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
    assert row(changes, "一期|王|")["actual"] == 5700
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


def test_names_that_look_like_keys_stay_apart():
    targets = (
        "project|owner|start_date|end_date|amount\n"
        "#total|王|2025-07-01|2025-07-31|1.00\n"
        "a\\b|王|2025-07-01|2025-07-31|2.00"
    )
    changes = run("2025-07-31", tables={"targets": targets, "receipts": "receipt_date|amount"})
    assert rows(changes).index.is_unique
    assert row(changes, "#total")["target"] == 300


def test_a_calendar_not_yet_published_is_said():
    targets = "project|owner|start_date|end_date|amount\n一期|王|2049-05-03|2049-05-09|7.00"
    changes = run("2049-05-04", tables={"targets": targets, "receipts": "receipt_date|amount"})
    assert row(changes, "#total")["workdays"] == 5
    (problem,) = (found for found in changes.problems if found.code == "calendar_unpublished")
    assert problem.params == {"start": "2049-05-03", "end": "2049-05-09"}
