"""The demo: a sample workbook, every action on it, and never a lost word of hers."""

import json

import openpyxl

from tests.addin.command import huikuan, pipe


def test_the_demo_runs_every_action_and_says_what_is_found(tmp_path):
    done = pipe("demo", tmp_path / "demo")
    shown = done.stdout.decode("utf-8")
    assert done.returncode == 0, done.stderr.decode("utf-8")
    assert done.stderr == b""
    (book,) = (tmp_path / "demo").glob("*.xlsx")
    sheets = openpyxl.load_workbook(book).sheetnames
    assert {"账龄", "任务分解", "任务分解汇总", "催收清单", "映射", "数据检查", "日志"} <= set(
        sheets
    )
    assert "24,232,989.76" in shown  # overdue as of 2025-11-20, by SQL in test_sample.py
    assert "首阶段早于计划开始1天" in shown
    assert str(book) in shown
    assert "✗" not in shown


def test_a_second_demo_replaces_the_first_but_never_what_was_typed(tmp_path):
    folder = tmp_path / "demo"
    assert huikuan("demo", folder).exit_code == 0
    assert huikuan("demo", folder).exit_code == 0
    (book,) = folder.glob("*.xlsx")
    written = openpyxl.load_workbook(book)
    written["说明"]["H1"] = "my note"
    written.save(book)
    third = huikuan("demo", folder)
    assert third.exit_code == 0
    kept = folder / "回款示例-1.xlsx"
    assert str(kept) in third.stdout
    assert openpyxl.load_workbook(kept)["说明"]["H1"].value == "my note"
    assert sorted(folder.glob("*.xlsx")) == sorted([book, kept])


def test_the_demo_speaks_json_and_english(tmp_path):
    result = huikuan("demo", tmp_path / "demo", "--json", "--lang", "en")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [each["action"] for each in found["results"]] == [
        "map",
        "check",
        "aging",
        "task-breakdown",
        "dunning",
    ]
    assert {each["tie_out"] for each in found["results"]} == {"0.00"}
    assert len(found["largest_overdue"]) == 5
    sheets = openpyxl.load_workbook(found["path"]).sheetnames
    assert {"Aging", "Task breakdown", "Task summary", "Dunning list", "Log"} <= set(sheets)
