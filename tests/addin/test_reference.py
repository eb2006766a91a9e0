"""The reference: every function has its page, its words and an example that is true."""

from __future__ import annotations

from pathlib import Path

import pytest

import workbook_templates
from addin.reference import main, pages
from addin.typed_formula import FormulaError, call_of
from udfs import registry, wording

FOLDER = Path(__file__).parents[2] / "addin" / "help" / "functions"
LANGUAGES = ("zh", "en")
FUNCTIONS = registry.functions()


def written(answer) -> str:
    """Write an answer as the row @result does: cells by bars, rows by strokes."""
    return " / ".join(" | ".join(row) for row in registry.render(answer))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("declared", FUNCTIONS, ids=lambda declared: declared.name)
def test_the_example_is_true(declared, lang):
    formula = wording.text(declared.name, "@example", lang)
    assert formula.startswith(f"={declared.name}("), formula
    expected = wording.text(declared.name, "@result", lang)
    assert expected, declared.name
    assert written(call_of(formula).answer()) == expected


@pytest.mark.parametrize("declared", FUNCTIONS, ids=lambda declared: declared.name)
def test_formula_and_source_are_told_in_both_languages(declared):
    for part in ("@formula", "@source"):
        for lang in LANGUAGES:
            assert wording.text(declared.name, part, lang), part


def test_the_pages_in_the_repository_are_those_that_the_registry_makes():
    made = pages()
    assert len(made) == 2 + 2 * len(workbook_templates.rows("function_categories"))
    assert {path.name for path in FOLDER.iterdir()} == {*made}
    for name, content in made.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == content, f"{name}: make reference"


def test_every_function_stands_on_one_page_of_each_language():
    made = pages()
    for declared in FUNCTIONS:
        on = sorted(name for name, content in made.items() if f"\n## {declared.name}\n" in content)
        assert on == sorted([f"{declared.category}.md", f"{declared.category}.zh-CN.md"])


def test_pages_that_are_no_longer_made_are_removed(tmp_path, capsys):
    (tmp_path / "old.md").write_text("old", encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {*pages()}
    assert main([]) == 2
    assert "FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("formula", "answer"),
    [
        ("=AR_BUCKET(31)", "31-60天"),
        ('AR_BUCKET(31,,"30/60",,"en")', "31-60 days"),
        ("=ar_round(-0.125)", -0.13),
        ("=AR_RATIO(57%,1)", 0.57),
        ("=AR_RATIO(--3,-1)", -3.0),
        ('=AR_AGE_DAYS( "2025-06-30" , "2025-06-01" )', 29.0),
        ('=AR_BUCKET(AR_AGE_DAYS("2025-06-30","2025-06-01"))', "1-30天"),
        ("=AR_IS_WORKDAY(#N/A)", registry.CellError.NA),
        ("=AR_ALLOCATE(100,{1;1;1})", ((33.34,), (33.33,), (33.33,))),
        ('=AR_LIMITATION("2022-11-30",{"2024-05-20","letter",TRUE},"2025-06-01",,,"expiry")',
         46527.0),
    ],
)  # fmt: skip
def test_a_formula_of_ours_is_read_as_it_is_typed(formula, answer):
    assert call_of(formula).answer() == answer


@pytest.mark.parametrize(
    "formula",
    ["", "=", "=1", "=AR_ROUND", "=AR_ROUND(", "=AR_ROUND(1", "=AR_ROUND(A1)", "=AR_ROUND(1+1)",
     "=AR_ROUND({1,2;3})", "=AR_ROUND({1,{2}})", "=AR_ROUND(1)*2", '=AR_ROUND(-"a")',
     "=AR_ROUND(1))", "=AR_ROUND({})", "=AR_ROUND(1;2)", '="a'],
)  # fmt: skip
def test_what_is_no_such_formula_is_refused(formula):
    with pytest.raises(FormulaError):
        call_of(formula)


def test_an_unknown_function_has_its_own_error():
    with pytest.raises(KeyError):
        call_of("=SUM(1,2)")
