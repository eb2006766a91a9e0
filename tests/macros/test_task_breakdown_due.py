"""The balance due as the target: what counts for it, keys of its period, money without a date."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.macros.tasks import SPRINT, notes, row, rows, run

#: As of 2025-05-15: OLD was due before the quarter, NEXT falls due after it.
DUE = {
    "receivables": """
        document|project|owner|document_date|due_date  |amount
        OLD     |一期   |王   |2025-01-01   |2025-03-31|1,000.00
        A       |一期   |王   |2025-02-01   |2025-04-01|  100.00
        B       |一期   |王   |2025-02-01   |2025-06-30|  100.00
        NEXT    |一期   |王   |2025-02-01   |2025-07-01|  300.00
        """,
    "receipts": """
        receipt_date|document|amount
        2025-04-01  |OLD     |400.00
        2025-04-02  |NEXT    | 30.00
        2025-05-15  |A       | 20.00
        2025-05-15  |B       | 10.00
        2025-05-16  |B       |  5.00
        2025-05-01  |        |  7.00
        """,
}


def test_only_what_came_in_on_the_items_of_the_target_counts_for_it():
    """30 of 200 came in, not 467 of 200: the rest of the quarter's receipts stands apart."""
    changes = run("2025-05-15", tables=DUE)
    for key in ("一期", "一期|王|", "#listed"):
        found = row(changes, key)
        assert (found["target"], found["actual"], found["gap"]) == (20_000, 3_000, -17_000)
        assert found["completion"] == pytest.approx(0.15)
        assert found["status"] == "● 红"
    assert row(changes, "#other")["actual"] == 43_700
    assert row(changes, "#other")["basis"] == "3 笔"
    assert "列示回款 467.00 = 账上期内回款 467.00，差 0.00 ✓" in notes(changes)
    assert changes.tie_out == 0


def test_the_total_holds_all_receipts_and_no_completion_is_made_of_them():
    changes = run("2025-05-15", tables=DUE)
    total = row(changes, "#total")
    assert (total["target"], total["actual"], total["status"]) == (20_000, 46_700, "")
    assert total["gap"] is pd.NA
    assert np.isnan(total["completion"])
    assert np.isnan(total["pace_gap"])
    cross = row_of_summary(changes, "#total")
    assert (cross["actual"], cross["status"]) == (46_700, "")
    assert np.isnan(cross["completion"])
    assert np.isnan(cross["completion_0"])
    assert dict(changes.summary)["完成率"] == "15.0%"
    assert dict(changes.summary)["已回款"] == "30.00"


def test_the_total_is_measured_where_every_receipt_counts():
    receipts = "receipt_date|document|amount\n2025-05-15|A|20.00"
    changes = run("2025-05-15", tables={**DUE, "receipts": receipts})
    assert row(changes, "#total")["completion"] == pytest.approx(0.1)
    assert row(changes, "#total")["status"] == "● 红"


def test_the_weeks_set_like_beside_like():
    weeks = rows(run("2025-05-15", tables=DUE), sheet=1, block=1)
    assert weeks["cum_actual"].dropna().iloc[-1] == 3_000
    assert weeks["cum_target"].iloc[-1] == 20_000


def test_a_receipt_with_a_project_of_its_own_counts_only_if_its_item_does():
    receipts = "receipt_date|document|project|owner|amount\n2025-05-02|OLD|一期|王|5.00"
    changes = run("2025-05-15", tables={**DUE, "receipts": receipts})
    assert row(changes, "一期|王|")["actual"] == 0
    assert row(changes, "#other")["actual"] == 500


def row_of_summary(changes, key: str) -> pd.Series:
    found = rows(changes, sheet=1)
    return found[found.index.str.startswith(key)].iloc[0]


# Keys.


@pytest.mark.parametrize("sheet", [0, 1])
def test_no_row_of_one_quarter_has_the_key_of_a_row_of_the_next(sheet):
    second, third = (rows(run(day, tables=DUE), sheet) for day in ("2025-05-15", "2025-08-15"))
    assert second.index.is_unique
    assert not set(second.index) & set(third.index)


def test_a_key_holds_the_days_of_a_plan_without_a_name():
    found = rows(run("2025-05-15", tables=DUE)).index
    days = "2025-04-01–2025-06-30"
    levels = [f"一期|{days}", f"一期|王|{days}", f"一期|王|{days}|2025-04"]
    assert set(levels) <= set(found)
    assert {f"#total|{days}", f"#listed|{days}", f"#other|{days}"} <= set(found)


def test_a_key_of_a_plan_with_a_name_does_not_change_with_its_days():
    assert {"#total", "一期", "一期|王|冲刺"} <= set(rows(run("2025-11-05")).index)


def test_the_same_run_gives_the_same_keys():
    first, again = (rows(run(day, tables=DUE)).index for day in ("2025-05-15", "2025-06-30"))
    assert list(first) == list(again)


# Money without a date.

UNDATED = """
    document|project|owner|document_date|due_date  |amount|received
    A       |一期   |王   |2025-02-01   |2025-05-10|100.00|  40.00
    B       |二期   |李   |2025-02-01   |2025-05-20|100.00|
    """


def test_what_came_in_without_a_date_is_no_zero_and_no_colour():
    changes = run("2025-05-15", tables={"receivables": UNDATED})
    for key in ("一期", "一期|王|"):
        found = row(changes, key)
        assert found["actual"] is pd.NA
        assert found["gap"] is pd.NA
        assert np.isnan(found["completion"])
        assert np.isnan(found["pace_gap"])
        assert found["status"] == "○ 无数据"
    (problem,) = (found for found in changes.problems if found.code == "task_undated")
    assert (problem.found, problem.params["parties"]) == ("40.00", "1")
    (message,) = (said for said in changes.messages if said.code == "task.unknown")
    assert "1 个项目×负责人的回款没有日期（共 40.00）" in message.render("zh")
    assert "(40.00 in all)" in message.render("en")


def test_a_sum_of_known_and_unknown_receipts_has_no_completion():
    total = row(run("2025-05-15", tables={"receivables": UNDATED}), "#total")
    assert np.isnan(total["completion"])
    assert total["status"] == "○ 无数据"


def test_where_all_money_is_undated_nothing_came_in_that_is_known():
    changes = run("2025-05-15", tables={"receivables": UNDATED.rsplit("B", 1)[0].rstrip()})
    assert row(changes, "#total")["actual"] is pd.NA
    assert rows(changes, sheet=1)["status"].eq("○ 无数据").all()
    assert rows(changes, sheet=1, block=1)["cum_actual"].isna().all()
    assert dict(changes.summary)["已回款"] == "—"


def test_with_a_target_too():
    """The sprint's own target, and 已收金额 instead of the table of receipts."""
    receivables = (
        "document|project|owner|document_date|due_date|amount|received\n"
        "A|一期|王|2025-09-01|2025-11-01|60,000,000.00|11,000,000.00"
    )
    tables = {"targets": SPRINT["targets"], "receivables": receivables}
    found = row(run("2025-11-05", tables=tables), "一期|王|冲刺")
    assert found["actual"] is pd.NA
    assert found["status"] == "○ 无数据"
    assert found["target"] == 5_600_000_000


def test_a_settled_date_places_what_came_in():
    receivables = (
        "document|project|owner|document_date|due_date|amount|settled_date\n"
        "A|一期|王|2025-02-01|2025-05-10|100.00|2025-05-12"
    )
    changes = run("2025-05-15", tables={"receivables": receivables})
    assert row(changes, "一期|王|")["actual"] == 10_000
    assert row(changes, "一期|王|")["status"] == "● 绿"
    assert "task_undated" not in {found.code for found in changes.problems}
