"""The words of every function in both languages, short enough for the wizard."""

from __future__ import annotations

import csv
from pathlib import Path

from udfs import registry
from udfs.declaration import WIZARD_LIMIT

ROOT = Path(__file__).parents[2]


def test_every_function_argument_and_field_has_its_words_in_both_languages():
    declared = registry.functions()
    assert len(declared) >= 32
    for known in declared:
        needed = ["", *known.arguments, *(f".{column.name}" for column in known.result.columns)]
        for argument in needed:
            for lang in ("zh", "en"):
                assert registry.wording.text(known.name, argument, lang), (known.name, argument)


def test_the_wizard_holds_every_text_and_every_name():
    path = ROOT / "workbook_templates" / "texts" / "functions.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 100
    assert len({(line["function"], line["argument"]) for line in rows}) == len(rows)
    known = {declared.name: declared for declared in registry.functions()}
    for line in rows:
        assert max(len(line["zh"]), len(line["en"])) <= 255, line
        assert None not in line, line
        if line["function"] != "*":
            declared = known[line["function"]]
            fields = {f".{column.name}" for column in declared.result.columns}
            assert line["argument"] in {"", *declared.arguments, *fields}, line
    for declared in known.values():
        names = declared.arguments
        assert len(names) + sum(map(len, names)) <= WIZARD_LIMIT


def test_help_is_written_in_both_languages():
    assert "到期日" in registry.help("AR_LIMITATION")
    assert "Due date" in registry.help("AR_LIMITATION", "en")
