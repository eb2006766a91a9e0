"""Lists of actions and functions, functions one by one, and what a program at a pipe reads."""

import json
import re
import subprocess
import sys

import pytest

from macros.texts import Refusal, has
from tests.addin.command import ROOT, huikuan, pipe


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
        (["AR_BUCKET", "31", "--lang", "en"], "31-60 days"),
        (["AR_BUCKET", "31", "", "", "", "zh", "--lang", "en"], "31-60天"),
        (["AR_ROUND", "1.005"], "1.01"),
        (["AR_INTEREST_DAILY", "100", "0.01", "3"], "3.00"),
    ],
)
def test_call_answers_as_a_cell_would(arguments, answer):
    result = huikuan("call", *arguments)
    assert (result.exit_code, result.stdout.strip()) == (0, answer)


@pytest.mark.parametrize(
    ("arguments", "value", "chinese", "english"),
    [
        (["AR_BUCKET", "abc"], "#VALUE!", "有参数读不出所要的数", "is not the number"),
        (["AR_BUCKET"], "#N/A", "缺少参数 days；", "nothing was given for days;"),
        (["AR_BUCKET", ""], "#N/A", "缺少参数 days；", "nothing was given for days;"),
        (["AR_ALLOCATE", "100.005", "1,1"], "#NUM!", "整数倍", "a multiple of the smallest unit"),
        (["AR_WORKDAYS", "2049-01-01", "2049-02-01"], "#N/A", "尚未公布", "not been published"),
        (["AR_RATIO", "1", "0"], "#N/A", "基数为零", "a base of zero"),
        (["AR_AGE_DAYS", "#REF!", "2025-01-01"], "#REF!", "带有错误值", "an error value itself"),
        (["AR_PACE_GAP", "0", "1", "1", "2"], "#N/A", "没有计划", "without a plan"),
    ],
)
def test_call_says_what_an_error_value_means(arguments, value, chinese, english):
    for lang, sentence in (("zh", chinese), ("en", english)):
        result = huikuan("call", *arguments, "--lang", lang)
        assert (result.exit_code, result.stdout.strip()) == (1, value)
        assert result.stderr.startswith(value)
        assert sentence in result.stderr
        assert f"{arguments[0]}(" in result.stderr
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "amounts"),
    [
        (["AR_ALLOCATE", "100", "1,1,1"], ["33.34", "33.33", "33.33"]),
        (["AR_ALLOCATE", "3", "1,1,1"], ["1.00", "1.00", "1.00"]),
        (["AR_ALLOCATE", "101", "1,1"], ["50.50", "50.50"]),
        (["AR_ALLOCATE_CAPPED", "10", "1,1", "4,4", "", "unallocated"], ["2.00"]),
        (["AR_ALLOCATE_CAPPED", "10", "1,1", "4,4", "", "未分配"], ["2.00"]),
    ],
)
def test_call_prints_money_with_its_cents(arguments, amounts):
    assert huikuan("call", *arguments).stdout.split() == amounts


def test_call_prints_no_cents_where_it_is_no_money():
    phases = "2025-01-01,2025-01-10;2025-01-11,2025-01-20"
    arguments = ["AR_ALLOCATE_PHASES", "100", phases, "calendar"]
    assert huikuan("call", *arguments).stdout.split() == ["50.00", "50.00"]
    assert huikuan("call", *arguments, "weights").stdout.split() == ["10", "10"]


def test_call_gives_a_program_plain_numbers():
    found = json.loads(huikuan("call", "AR_ALLOCATE", "3", "1,1,1", "--json").stdout)
    assert found["result"] == [[1.0, 1.0, 1.0]]
    broken = huikuan("call", "AR_BUCKET", "abc", "--json")
    assert json.loads(broken.stdout)["result"] == [["#VALUE!"]]


def test_call_takes_negative_numbers_and_ranges():
    result = huikuan("call", "AR_BUCKET", "-5;1;31;91", "--json")
    found = json.loads(result.stdout)
    assert found["result"] == [["未到期"], ["1-30天"], ["31-60天"], ["90天以上"]]


def test_too_many_arguments_are_refused_with_what_it_takes():
    result = huikuan("call", "AR_AGE_DAYS", *"1234567")
    assert result.exit_code == 2
    assert "as_of" in result.stderr


# Through a pipe, as another program runs it.


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


def test_a_defect_is_a_sentence_and_its_trace_goes_to_a_file(monkeypatch, store):
    def broken(*_):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("addin.report.actions", broken)
    result = huikuan("actions")
    assert result.exit_code == 2
    assert "程序出错" in result.stderr
    assert "a defect" in (store / "error.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (["=AR_BUCKET(31)"], "31-60天"),
        (['=AR_BUCKET(31,,,,"en")'], "31-60 days"),
        (["AR_ROUND(1.005)"], "1.01"),
    ],
)
def test_call_takes_a_formula_as_it_is_typed_into_a_cell(typed, answer):
    result = huikuan("call", *typed)
    assert (result.exit_code, result.stdout.strip()) == (0, answer)


def test_a_formula_that_needs_a_sheet_is_refused_with_the_part_that_is_not_understood():
    result = huikuan("call", "=AR_BUCKET(A1)", "--lang", "en")
    assert result.exit_code == 2
    assert "A1" in result.stderr
