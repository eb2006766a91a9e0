"""Targets beside receipts: the sources' sprint, both sides of each day, nothing lost."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from macros.layout import date_text
from macros.texts import Refusal
from tests.ledgers import cents
from tests.macros.tasks import SPRINT, notes, row, rows, run


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
