"""The command line: exit codes 0, 1, 2; two languages; JSON for programs; no trace for anybody."""

import json
import os
import subprocess
import sys

import openpyxl
import pytest

from addin.cli import application
from macros.changes import Changes
from macros.layout import money_text
from tests.addin.command import ROOT, huikuan


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
        (["functions", "nothing of the kind"], "没有找到与这个词有关的函数"),
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
    path.write_bytes(b"\x00not a workbook")
    result = huikuan("run", "aging", path, "--as-of", "2025-11-20", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["code"] == "not_a_workbook"
    assert path.read_bytes() == b"\x00not a workbook"


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


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("difference", "code"), [(0, 0), (1, 1), (-1, 1)])
def test_a_result_that_does_not_tie_to_its_source_is_no_success(
    tmp_path, act, lang, difference, code
):
    path = tmp_path / "b.xlsx"
    huikuan("new", path)
    act(Changes(tie_out=difference))
    result = huikuan("run", "aging", path, "--lang", lang)
    assert result.exit_code == code
    assert ("✗" in result.stdout) == bool(difference)
    assert (money_text(difference) in result.stdout) == bool(difference)
    log = openpyxl.load_workbook(path)["日志" if lang == "zh" else "Log"]
    told = "".join(str(cell) for row in log.iter_rows(values_only=True) for cell in row)
    assert ("✗" in told) == bool(difference)


def test_a_demo_that_does_not_tie_ends_with_1(tmp_path, act):
    act(Changes(tie_out=1))
    result = huikuan("demo", tmp_path / "demo", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["status"] == "problems"
