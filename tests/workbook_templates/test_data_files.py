"""The data that finance staff may edit is whole: two languages, dates, sources, known kinds."""

from __future__ import annotations

import datetime as dt
import re
from typing import get_args

import pytest

import workbook_templates
from macros.changes import ColumnKind

TEXTS = [
    (name, row)
    for name in workbook_templates.names("texts")
    for row in workbook_templates.rows(f"texts/{name}")
]
OUTPUTS = [
    (name, row)
    for name in workbook_templates.names("outputs")
    for row in workbook_templates.rows(f"outputs/{name}")
]
RULES = [
    (name, row)
    for name in workbook_templates.names("rules")
    for row in workbook_templates.rows(f"rules/{name}")
]
#: Rule files that hold no policy: words for choices, spellings of currencies, the settings' list.
UNDATED = {"choices", "currencies", "settings"}
#: Papers that only those who build the product have: no source for who edits the rules.
PAPERS = re.compile(
    r"\b(?:domain|rules|functions|features|requirements|cases)\.(?:md|json)\b"
    r"|\bdomain\b.{0,3}\d|\bcases? (?:[A-Z]\d|\d)|\bseeds?\b|\bissues? \d|\bhuikuan\b|\[[DVM]\]",
    re.IGNORECASE,
)


def test_there_is_something_to_check():
    assert len(TEXTS) > 100
    assert len(OUTPUTS) > 30
    assert len(RULES) > 60


def placeholders(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", sentence))


def test_every_text_has_both_languages_with_the_same_placeholders():
    wrong = [
        (name, row["code"])
        for name, row in TEXTS
        if not row["zh"] or not row["en"] or placeholders(row["zh"]) != placeholders(row["en"])
    ]
    assert wrong == []


def test_english_texts_hold_no_chinese_punctuation():
    wrong = [row["code"] for _, row in TEXTS if re.search("[，。；：（）]", row["en"])]
    assert wrong == []


@pytest.mark.parametrize("name", workbook_templates.names("outputs"))
def test_columns_of_an_output_are_known_kinds_with_two_headings(name):
    rows = workbook_templates.rows(f"outputs/{name}")
    fields = [row["field"] for row in rows]
    assert len(set(fields)) == len(fields)
    for row in rows:
        assert row["kind"] in get_args(ColumnKind), row
        assert row["zh"], row
        assert row["en"], row
        assert row["hers"] in {"", "yes"}, row
        assert row["emphasis"] in {"", "bar", "scale"}, row


@pytest.mark.parametrize("name", sorted(set(workbook_templates.names("rules")) - UNDATED))
def test_a_rule_row_is_dated_and_names_its_source(name):
    for row in workbook_templates.rows(f"rules/{name}"):
        assert row["source"], row
        first = dt.date.fromisoformat(row["valid_from"])
        if row["valid_to"]:
            assert first <= dt.date.fromisoformat(row["valid_to"]), row
        assert row["code"], row
        assert row["zh"], row
        assert row["en"], row


def test_no_rule_row_names_a_paper_that_the_reader_does_not_have():
    for paper in ("domain.md 5", "case S17", "cases A15-A22", "seed S1", "issue 4", "rules.md 28"):
        assert PAPERS.search(paper), paper
    sources = [(name, row["code"], row["source"]) for name, row in RULES if name not in UNDATED]
    assert len(sources) > 300
    assert [one for one in sources if PAPERS.search(one[2])] == []


def test_headings_of_one_table_are_not_shared_by_two_fields():
    seen: dict[tuple[str, str], str] = {}
    clashes = []
    for row in workbook_templates.rows("columns"):
        for heading in {row["zh"], row["en"].casefold()}:
            other = seen.setdefault((row["table"], heading), row["field"])
            if other != row["field"]:
                clashes.append((row["table"], heading, other, row["field"]))
    assert clashes == []


def test_every_problem_says_what_it_is_what_is_expected_and_what_to_do():
    codes = {row["code"] for _, row in TEXTS if row["code"].startswith("check.")}
    problems = {code.removesuffix(".expected") for code in codes if code.endswith(".expected")}
    assert len(problems) > 40
    assert {code for code in problems if not {code, f"{code}.advice"} <= codes} == set()
