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
