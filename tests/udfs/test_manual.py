"""The manual: every function is found by what people call it, and says which words it takes."""

from __future__ import annotations

import pytest

import workbook_templates
from udfs import manual, registry
from udfs.registry import declaration

FUNCTIONS = registry.functions()


def names(word):
    return [each.name for each in manual.found(word, FUNCTIONS)]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("滞纳金", "AR_LATE_RATE"), ("罚息", "AR_INTEREST_DAILY"), ("冻结", "AR_CREDIT_BLOCK"),
        ("发货", "AR_CREDIT_BLOCK"), ("摘要", "AR_MATCH_REFERENCE"),
        ("尾差", "AR_SETTLE_TOLERANCE"), ("信用期", "AR_DUE_DATE"), ("保证金", "AR_RETENTION"),
        ("ageing", "AR_AGING"),
        ("Late Fee", "AR_LATE_RATE"), ("shipment", "AR_CREDIT_BLOCK"), ("账龄", "AR_BUCKET"),
        ("额度", "AR_CREDIT_LIMIT"), ("ar_dso", "AR_DSO"), ("第692条", "AR_DEADLINE"),
    ],
)  # fmt: skip
def test_a_word_of_the_trade_finds_the_function(word, expected):
    assert expected in names(word)


def test_a_category_gives_its_own_functions_and_a_near_word_no_crowd():
    assert {declaration(name).category for name in names("信用")} == {"credit"}
    assert {declaration(name).category for name in names("Dunning")} == {"dunning"}
    assert len(names("时效")) < 8
    assert names("no such thing at all") == []


def test_every_word_leads_to_functions_that_there_are():
    rows = workbook_templates.rows("function_words")
    assert len(rows) > 15
    known = {each.name for each in FUNCTIONS}
    for row in rows:
        assert {*row["functions"].split("|")} <= known, row
        for word in row["words"].split("|"):
            assert names(word), word


def test_an_argument_names_the_words_that_it_accepts():
    basis = declaration("AR_BUCKET").parameters[1]
    assert manual.accepted(basis, "zh") == ("按到期日（due）", "按单据日（document）")
    term = declaration("AR_PAYMENT_TERM").parameters[2]
    assert "月结30天" in manual.accepted(term, "zh")
    assert "End of month plus 30 days" in manual.argument(
        declaration("AR_PAYMENT_TERM"), "term", "en"
    )
    ladders = manual.argument(declaration("AR_BUCKET"), "edges", "en")
    assert "Standard aging 30/60/90" in ladders


def test_words_that_the_text_names_itself_are_not_repeated():
    said = manual.argument(declaration("AR_BUCKET"), "basis", "zh")
    assert said.count("按到期日") == said.count("document") == 1


def test_the_help_ends_with_formula_source_and_example():
    told = registry.help("AR_DSO", "en").splitlines()
    assert told[0] == "=AR_DSO(ar, sales, days, [field], [lang])"
    assert [line.partition(":")[0] for line in told[-4:-1]] == ["Formula", "Source", "Example"]
    assert told[-1].strip() == "45"
