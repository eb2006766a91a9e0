"""Rule rows: dated, sourced, in two languages, and the ladders they hold."""

from __future__ import annotations

import re

import pytest

import workbook_templates
from tests.udfs.tables import day
from udfs.arrays import codes, sums
from udfs.rules import all_rules, code_of, labels, ladder, rule, rules
from udfs.values import MISSING

DATED = [
    name
    for name in workbook_templates.names("rules")
    if "valid_from" in workbook_templates.rows(f"rules/{name}")[0]
]


def test_the_rule_tables_are_there():
    assert {
        "aging", "aging_labels", "dunning", "dunning_actions", "dunning_blocks", "dunning_steps",
        "kpi_targets", "limitation", "limitation_events", "limitation_ignored",
        "limitation_status", "phase_checks", "plan_weights", "priority", "priority_limitation",
        "promise_status", "reminders", "status",
    } <= {*DATED}  # fmt: skip


@pytest.mark.parametrize("table", DATED)
def test_every_row_is_dated_sourced_and_worded(table):
    found = all_rules(table)
    assert found
    for row in found:
        assert row.code, row
        assert row.source, f"{row.stamp()} names no source"
        assert row.zh, f"{row.stamp()} has no Chinese label"
        assert row.en, f"{row.stamp()} has no English label"
        assert row.valid_from is not None, row.stamp()
        assert row.valid_to is None or row.valid_from <= row.valid_to, row.stamp()
        blanks = [sorted(re.findall(r"{(\w+)}", words)) for words in (row.zh, row.en)]
        assert blanks[0] == blanks[1], f"{row.stamp()}: other blanks in Chinese than in English"


@pytest.mark.parametrize("table", DATED)
def test_a_code_is_valid_once_on_any_day(table):
    def named(row):  # each table may have a scheme called standard
        return row.code, row.cells["table"] if table == "schemes" else ""

    for row in all_rules(table):
        same = [named(other) for other in rules(table, row.valid_from)]
        assert same.count(named(row)) == 1, row.stamp()


def test_rules_of_a_day():
    assert [row.code for row in rules("limitation", day("2017-09-30"))] == ["two_years"]
    assert [row.code for row in rules("limitation", day("2017-10-01"))] == ["three_years"]
    assert [row.code for row in rules("limitation")] == ["three_years"]
    assert rules("limitation", day("1986-12-31")) == ()


@pytest.mark.parametrize(
    ("table", "text", "steps"),
    [
        ("aging", "standard", (30, 60, 90)),
        ("aging", "dunning", (7, 15, 30, 60, 90)),
        ("aging", "标准账龄 30/60/90", (30, 60, 90)),
        ("aging", "30/60/90", (30, 60, 90)),
        ("aging", "90, 30; 60", (30, 60, 90)),
        ("aging", "30、60：90", (30, 60, 90)),
        ("aging", "7\uff0f15\uff0f30", (7, 15, 30)),
        ("aging", "\uff17\uff0f\uff11\uff15", (7, 15)),
        ("aging", " 45 ", (45,)),
        ("dunning", "standard", (7, 15, 30)),
        ("reminders", "standard", (1, 7, 14)),
    ],
)
def test_a_ladder_is_a_scheme_or_its_steps(table, text, steps):
    assert ladder(table, text) == steps


@pytest.mark.parametrize("text", ["", "none", "30/30", "0/30", "-30/60", "30.5", "30天"])
def test_what_is_no_ladder_is_refused(text):
    with pytest.raises(ValueError, match=r"steps|ascend"):
        ladder("aging", text)


def test_a_row_by_code_or_label():
    assert rule("dunning_blocks", "hold").label("en", hold_until="2025-07-10") == (
        "On hold until 2025-07-10"
    )
    assert code_of("limitation_events", " 催款函 ") == "letter"
    assert code_of("limitation_events", "Demand letter") == "letter"
    assert labels("status", ["red", None], "en").tolist() == ["Red", None]
    with pytest.raises(KeyError, match="disputed"):
        rule("dunning_blocks", "holiday")


def test_the_targets_of_the_sources():
    targets = {row.code: row.number("target") for row in rules("kpi_targets")}
    assert targets["A.collection_rate"] == 0.95
    assert targets["B.collection_days"] == 30
    assert (targets["C.collection_days"], targets["C.bad_debt_rate"]) == (45, 0.03)
    assert targets["D.bad_debt_rate"] == 0.01
    assert {row.cells["set"] for row in rules("kpi_targets")} == {"A", "B", "C", "D"}


def test_sums_by_key_leave_out_what_belongs_nowhere():
    assert sums([0, -1, 2, 0], [5, 100, 7, 1], 3).tolist() == [6, 0, 7]
    assert sums([], [], 2).tolist() == [0, 0]
    assert sums([-1], [3], 1).tolist() == [0]


def test_codes_of_missing_places_are_none():
    assert codes(("a", "b"), [1, MISSING, 0]).tolist() == ["b", None, "a"]
