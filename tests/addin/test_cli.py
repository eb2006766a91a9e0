"""The command line: exit codes 0, 1, 2; two languages; JSON for programs; no trace for anybody."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from addin.cli import application
from macros.texts import Refusal, has

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Undo store and log in a folder of the test's own."""
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HUIKUAN_LANG", raising=False)


def huikuan(*arguments):
    result = CliRunner().invoke(application, [str(each) for each in arguments])
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The sample workbook, made once; tests copy it."""
    folder = tmp_path_factory.mktemp("made")
    book = folder / "b.xlsx"
    environment = {**os.environ, "HUIKUAN_HOME": str(folder / "home")}
    command = [sys.executable, "-m", "addin.cli", "new", str(book), "--sample"]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)
    return book


@pytest.fixture
def book(made, tmp_path):
    copy = tmp_path / "b.xlsx"
    copy.write_bytes(made.read_bytes())
    return copy


# What a person typed wrong: exit 2, a sentence in her language, nothing of click's English.


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["runn"], "没有“runn”这个命令"),
        (["run", "--foo"], "没有“--foo”这个选项"),
        (["run"], "缺少参数 ACTION"),
        (["run", "aging"], "缺少参数 BOOK"),
        (["run", "aging", "b.xlsx", "--as-of"], "选项 --as-of 需要一个值"),
        (["run", "aging", "b.xlsx", "--as-of", "2025-02-30"], "2025-02-30"),
        (["run", "aging", "b.xlsx", "--as-of", "昨天"], "昨天"),
        (["run", "aging", "b.xlsx", "--as-of", "1/2/2013"], "1/2/2013"),
        (["run", "aging", "b.xlsx", "--set", "unit"], "应为 名称=值"),
        (["run", "aging", "b.xlsx", "--set", "colour=red"], "colour"),
        (["--lang", "fr", "actions"], "--lang 的值不对"),
        (["call", "AR_NOTHING"], "没有这个函数"),
        (["functions", "nothing of the kind"], "没有这个函数"),
    ],
)
def test_what_is_typed_wrong_is_said_in_chinese(arguments, sentence):
    result = huikuan(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""
    assert "Error:" not in result.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--lang", "en", "runn"], "There is no command runn"),
        (["run", "--lang=en"], "Missing argument ACTION"),
        (["run", "aging", "--lang", "en"], "Missing argument BOOK"),
        (["call", "AR_NOTHING", "--lang", "en"], "There is no such function"),
    ],
)
def test_and_in_english_wherever_lang_stands(arguments, sentence):
    result = huikuan(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_the_language_can_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("HUIKUAN_LANG", "en")
    assert "There is no command" in huikuan("runn").stderr


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("command", ["", *application.commands])
def test_every_command_has_a_help_page_in_both_languages(command, lang):
    result = huikuan(*command.split(), "--help", "--lang", lang)
    assert result.exit_code == 0
    assert ("用法" in result.output) == (lang == "zh")
    assert result.output.isascii() == (lang == "en")


def test_a_refusal_is_json_for_a_program():
    result = huikuan("run", "aging", "missing.xlsx", "--json", "--as-of", "never")
    assert result.exit_code == 2
    refused = json.loads(result.stdout)
    assert (refused["status"], refused["code"]) == ("refused", "bad_date")


# Workbooks.


def test_a_missing_file_is_said(tmp_path):
    result = huikuan("run", "aging", tmp_path / "none.xlsx", "--as-of", "2025-11-20")
    assert result.exit_code == 2
    assert "none.xlsx" in result.stderr


def test_a_file_that_is_no_workbook_is_refused_unchanged(tmp_path):
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"not a workbook")
    result = huikuan("run", "aging", path, "--as-of", "2025-11-20", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["code"] == "not_a_workbook"
    assert path.read_bytes() == b"not a workbook"


@pytest.mark.parametrize(("lang", "sheet"), [("zh", "应收"), ("en", "Receivables")])
def test_new_makes_an_empty_workbook_and_never_over_another(tmp_path, lang, sheet):
    path = tmp_path / "b.xlsx"
    assert huikuan("new", path, "--lang", lang).exit_code == 0
    assert sheet in openpyxl.load_workbook(path).sheetnames
    before = path.read_bytes()
    again = huikuan("new", path, "--json")
    assert again.exit_code == 2
    assert json.loads(again.stdout)["code"] == "file_exists"
    assert path.read_bytes() == before


def test_without_an_as_of_date_anywhere_the_way_to_give_one_is_said(tmp_path):
    path = tmp_path / "b.xlsx"
    huikuan("new", path)
    result = huikuan("run", "aging", path)
    assert result.exit_code == 2
    assert "--as-of" in result.stderr
    assert "基准日" in result.stderr


@pytest.mark.parametrize("as_of", ["2025-11-20", "2025年11月20日", "2025/11/20", "20251120"])
def test_the_as_of_date_may_be_iso_or_chinese(book, as_of):
    result = huikuan("run", "aging", book, "--as-of", as_of, "--preview", "--json")
    assert result.exit_code in {0, 1}
    assert "2025-11-20" in json.loads(result.stdout)["sheets"][0]["title"]


def test_the_as_of_date_of_the_workbook_is_the_default(book):
    result = huikuan("run", "aging", book, "--preview", "--json")
    assert "2025-11-20" in json.loads(result.stdout)["sheets"][0]["title"]


def test_a_run_with_problems_in_the_data_ends_with_1_and_one_without_with_0(book, tmp_path):
    with_problems = huikuan("run", "aging", book, "--json")
    found = json.loads(with_problems.stdout)
    assert (with_problems.exit_code, found["status"]) == (1, "problems")
    assert {"due_date_missing"} <= {problem["code"] for problem in found["problems"]}
    assert found["tie_out"] == "0.00"
    assert found["written"] is True
    assert "账龄" in openpyxl.load_workbook(book).sheetnames
    empty = tmp_path / "empty.xlsx"
    huikuan("new", empty)
    assert huikuan("run", "aging", empty, "--as-of", "2025-11-20").exit_code == 0


def test_a_preview_writes_nothing_and_shows_the_rows(book):
    before = book.read_bytes()
    result = huikuan("run", "aging", book, "--preview", "--json")
    found = json.loads(result.stdout)
    assert found["written"] is False
    assert found["sheets"][0]["blocks"][0]["data"]
    assert book.read_bytes() == before
    assert "没有写入" in huikuan("run", "aging", book, "--preview").stdout


def test_out_leaves_the_workbook_alone(book, tmp_path):
    before = book.read_bytes()
    out = tmp_path / "out.xlsx"
    assert huikuan("run", "aging", book, "--out", out).exit_code == 1
    assert book.read_bytes() == before
    assert "账龄" in openpyxl.load_workbook(out).sheetnames


def test_settings_by_key_or_by_name(book):
    for name in ("aging_scheme", "账龄方案", "Aging scheme"):
        result = huikuan("run", "aging", book, "--set", f"{name}=10/20", "--preview", "--json")
        headings = [
            c["heading"] for c in json.loads(result.stdout)["sheets"][0]["blocks"][0]["columns"]
        ]
        assert "逾期11-20天" in headings


def test_undo_brings_the_workbook_back(book):
    assert huikuan("run", "aging", book).exit_code == 1
    assert huikuan("undo", book).exit_code == 0
    assert "账龄" not in openpyxl.load_workbook(book).sheetnames
    nothing = huikuan("undo", book, "--json")
    assert nothing.exit_code == 2
    assert json.loads(nothing.stdout)["status"] == "refused"


def test_map_and_check_write_their_sheets(book):
    assert huikuan("map", book).exit_code in {0, 1}
    assert huikuan("check", book).exit_code == 1
    assert {"映射", "数据检查"} <= set(openpyxl.load_workbook(book).sheetnames)


def test_an_unknown_action_is_refused(book):
    result = huikuan("run", "agign", book, "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (2, "unknown_action")


def test_import_table_adds_rows_once_and_leaves_columns_out(tmp_path):
    table = tmp_path / "发票.csv"
    lines = [
        "单据号,客户名称,单据日期,到期日,应收金额,结清日期",
        "A1,甲,2025-01-05,2025-02-04,100.10,2025-03-01",
    ]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = tmp_path / "b.xlsx"
    huikuan("new", path)
    assert huikuan("import-table", table, path).exit_code in {0, 1}
    assert huikuan("import-table", table, path).exit_code in {0, 1}
    found = json.loads(huikuan("run", "aging", path, "--as-of", "2025-12-31", "--json").stdout)
    assert found["tie_out"] == "0.00"
    unpaid = tmp_path / "unpaid.xlsx"
    huikuan("new", unpaid)
    assert huikuan("import-table", table, unpaid, "--without", "结清日期").exit_code in {0, 1}
    shown = huikuan("run", "aging", unpaid, "--as-of", "2025-12-31").stdout
    assert "100.10" in shown


# Lists and functions.


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_actions_are_listed(lang):
    listed = json.loads(huikuan("actions", "--json", "--lang", lang).stdout)
    ids = {row["id"] for row in listed}
    assert {"map", "check", "import-table", "aging", "task-breakdown", "dunning"} <= ids
    assert all(row["label"] and row["tip"] for row in listed)
    assert "aging" in huikuan("actions", "--lang", lang).stdout


def test_functions_are_listed_searched_and_explained():
    listed = json.loads(huikuan("functions", "--json").stdout)
    names = {row["name"] for row in listed}
    assert {"AR_BUCKET", "AR_AGING", "AR_LIMITATION"} <= names
    assert all(name.startswith("AR_") for name in names)
    assert "AR_BUCKET" in huikuan("functions", "bucket").stdout
    assert "AR_BUCKET(" in huikuan("functions", "AR_BUCKET").stdout


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["AR_AGE_DAYS", "2025-06-30", "2025-05-31"], "30"),
        (["ar_bucket", "31"], "31-60天"),
        (["AR_BUCKET", "31", "--lang", "en"], "31-60天"),
        (["AR_BUCKET", ""], "#N/A"),
    ],
)
def test_call_answers_as_a_cell_would(arguments, answer):
    result = huikuan("call", *arguments)
    assert (result.exit_code, result.stdout.strip()) == (0, answer)


def test_call_takes_negative_numbers_and_ranges():
    result = huikuan("call", "AR_BUCKET", "-5;1;31;91", "--json")
    found = json.loads(result.stdout)
    assert found["result"] == [["未到期"], ["1-30天"], ["31-60天"], ["90天以上"]]


def test_too_many_arguments_are_refused_with_what_it_takes():
    result = huikuan("call", "AR_AGE_DAYS", *"1234567")
    assert result.exit_code == 2
    assert "as_of" in result.stderr


# Through a pipe, as another program runs it.


def pipe(*arguments, **environment):
    base = {"PATH": os.environ["PATH"], "HUIKUAN_HOME": os.environ["HUIKUAN_HOME"]}
    command = [sys.executable, "-m", "addin.cli", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, cwd=ROOT, env={**base, **environment}, check=False
    )


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252"])
def test_a_pipe_gets_utf8_without_colours_whatever_the_code_page(encoding):
    done = pipe("actions", PYTHONIOENCODING=encoding, PYTHONUTF8="0", LC_ALL="C")
    assert done.returncode == 0
    assert "催收清单" in done.stdout.decode("utf-8")
    assert b"\x1b" not in done.stdout + done.stderr


def test_a_pipe_that_closes_early_is_no_error():
    command = f"{sys.executable} -m addin.cli functions | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, check=False
    )
    assert done.stderr == b""


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


def test_every_refusal_has_its_sentence():
    found = {
        code
        for room in ("addin", "macros")
        for path in (ROOT / room).rglob("*.py")
        for code in re.findall(r'Refusal\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(found) > 20
    assert {code for code in found if not has(f"refused.{code}")} == set()


def test_a_table_that_is_missing_is_named_as_a_person_knows_it():
    refusal = Refusal("no_table", "b.xlsx", table="receivables")
    assert "“应收”" in refusal.render("zh")
    assert "Receivables" in refusal.render("en")


@pytest.mark.parametrize(
    ("name", "code"), [("b.txt", "not_xlsx"), ("b", "not_xlsx"), ("no/such/b.xlsx", "no_folder")]
)
def test_new_says_what_is_wrong_with_the_name(tmp_path, name, code):
    result = huikuan("new", tmp_path / name, "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (2, code)
    assert list(tmp_path.glob("b*")) == []


def test_what_the_system_refuses_is_said_in_chinese(tmp_path):
    (tmp_path / "file").touch()
    result = huikuan("demo", tmp_path / "file")
    assert result.exit_code == 2
    assert "已有同名的文件" in result.stderr


def test_a_defect_is_a_sentence_and_its_trace_goes_to_a_file(monkeypatch, tmp_path):
    def broken(*_):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("addin.report.actions", broken)
    result = huikuan("actions")
    assert result.exit_code == 2
    assert "程序出错" in result.stderr
    assert "a defect" in (tmp_path / "home" / "error.log").read_text(encoding="utf-8")


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
