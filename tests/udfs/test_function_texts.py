"""The words of every function in both languages, short enough for the wizard."""

from __future__ import annotations

import re

import workbook_templates
from udfs import registry, wording
from udfs.declaration import WIZARD_LIMIT

#: Names of papers and numbers of cases that only those who build the product know.
INTERNAL = re.compile(
    r"\b(?:domain|rules|functions|features|requirements|cases)\.(?:md|json)\b"
    r"|\b(?:seeds?|issues?|briefs?|todo|cases? [A-Z]?\d+|clarifications?)\b"
    r"|(?<![A-Za-z0-9])(?:[ADGIKLNSWX]\d|P[01])\d(?![A-Za-z0-9])|\b[BCR]\d{2}\b|\bseed S\d\b"
    r"|种子|用例|待核|本产品|规则行|rule rows?\b",
    re.IGNORECASE,
)


def fields_of(declared):
    """Name the fields of a result as the texts do, those of a table inside it included."""
    return [
        f".{name}"
        for column in declared.result.columns
        for name in (column.name, *(f"{column.name}.{inner.name}" for inner in column.columns))
    ]


def test_every_function_argument_and_field_has_its_words_in_both_languages():
    declared = registry.functions()
    assert len(declared) >= 32
    for known in declared:
        needed = ["", *known.arguments, *fields_of(known)]
        for argument in needed:
            for lang in ("zh", "en"):
                assert wording.text(known.name, argument, lang), (known.name, argument)


def test_the_wizard_holds_every_text_and_every_name():
    rows = [
        row
        for noun in workbook_templates.names("functions")
        for row in workbook_templates.rows(f"functions/{noun}")
    ]
    assert len(rows) > 100
    assert len({(line["function"], line["argument"]) for line in rows}) == len(rows)
    known = {declared.name: declared for declared in registry.functions()}
    for line in rows:
        assert None not in line, line
        assert max(len(line["zh"]), len(line["en"])) <= 255, line
        if line["function"] != "*" and not line["argument"].startswith("@"):
            declared = known[line["function"]]
            assert line["argument"] in {"", *declared.arguments, *fields_of(declared)}, line
    for declared in known.values():
        names = declared.arguments
        assert len(names) + sum(map(len, names)) <= WIZARD_LIMIT


def test_help_is_written_in_both_languages():
    assert "到期日" in registry.help("AR_LIMITATION")
    assert "Due date" in registry.help("AR_LIMITATION", "en")


def test_no_text_names_a_paper_of_those_who_build_the_product():
    for noun in workbook_templates.names("functions"):
        for row in workbook_templates.rows(f"functions/{noun}"):
            for lang in ("zh", "en"):
                assert not INTERNAL.search(row[lang]), (row["function"], row["argument"], row[lang])


def test_the_reason_has_one_heading_everywhere():
    for declared in registry.functions():
        if any(column.name == "reason" for column in declared.result.columns):
            said = [wording.text(declared.name, ".reason", lang) for lang in ("zh", "en")]
            assert said == ["依据", "Reason"], declared.name
