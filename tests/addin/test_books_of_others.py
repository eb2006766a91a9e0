"""The short form of tests/torture: a few books of others, all odd writers, the validator."""

from datetime import date
from pathlib import Path

import pytest

from addin.run import run_action
from tests import packages
from tests import validator as sdk
from tests.foreign_books import KINDS, LEDGER, ROWS, foreign_book
from tests.torture.fidelity import INVOICES, TOTAL, Passage, Walk

#: Of ../shared/data/fidelity: between them the parts that a careless save loses.
CHOSEN = (
    "AllShapes.xlsx",  # SmartArt, shapes
    "CommentAndButton.xlsx",  # legacy comments, form controls
    "EmissionPerFacility.xlsx",  # pivots, slicers, queries, charts
    "checkbox06.xlsx",  # cell check boxes: feature property bags
    "databar.xlsx",  # x14 conditional formats
    "macro04.xlsm",  # signed macros
)


@pytest.fixture(scope="module")
def passages(shared_data, tmp_path_factory) -> list[Passage]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIKUAN_HOME", str(tmp_path_factory.mktemp("home")))
        books = [shared_data / "fidelity" / name for name in CHOSEN]
        walks = [Walk(book, tmp_path_factory.mktemp("book")) for book in books]
        # All the steps for the richest book; the others have them in torture.
        return [walk.go(short=walk.book.name != "EmissionPerFacility.xlsx") for walk in walks]


def test_nothing_of_a_book_of_others_is_lost(passages):
    assert not [f"{each.name}: {each.said}" for each in passages if each.refused]
    assert not [f"{each.name}: {line}" for each in passages for line in each.complaints]


def test_the_validator_finds_nothing_new_in_it(passages, validator):
    kept = [each for each in passages if "aging" in each.copies]
    wanted = [path for each in kept for path in (each.original, each.copies["aging"])]
    found = sdk.all_findings(validator, wanted)
    assert len(kept) == len(CHOSEN)
    assert not [
        f"{each.name}: {line}"
        for each in kept
        for line in sdk.new_findings(found[each.original], found[each.copies["aging"]])
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_books_of_odd_writers_come_through(kind, tmp_path):
    passage = Walk(foreign_book(kind, tmp_path), _folder(tmp_path)).go(short=True)
    assert (passage.refused, passage.complaints) == ("", [])
    rows = packages.rows(packages.parts(passage.copies["import"]), LEDGER)
    assert [row[:2] for row in rows[1:4]] == [list(row[:2]) for row in ROWS]
    first_day = date(1904, 1, 1) if kind == "date_1904" else date(1899, 12, 30)
    dues = [*(row[3] for row in ROWS), date(2026, 2, 4), date(2026, 3, 7)]
    assert [row[3] for row in rows[1:6]] == [(due - first_day).days for due in dues]
    assert [row[4] for row in rows[1:6]] == [100, 200.5, -0.5, 1000, 2000]
    assert [row[0] for row in rows[4:]] == [f"TK{number:02d}" for number in range(1, 21)]
    assert round(sum(row[4] for row in rows[4:]), 2) == TOTAL


@pytest.mark.parametrize("kind", ["strict", "prefixed"])
def test_the_validator_finds_nothing_new_in_books_of_odd_writers(kind, tmp_path, validator):
    original = foreign_book(kind, tmp_path)
    passage = Walk(original, _folder(tmp_path)).go(short=True)
    found = sdk.all_findings(validator, [original, passage.copies["aging"]])
    assert sdk.new_findings(found[original], found[passage.copies["aging"]]) == []


def test_table_lists_and_rules_grow_with_the_rows_that_were_appended(tmp_path):
    path = foreign_book("as_written", tmp_path)
    invoices = tmp_path / "发票.csv"
    invoices.write_text(INVOICES, encoding="utf-8")
    run_action(path, "import-table", inputs_file=invoices)
    found = packages.parts(path)
    sheet = found["xl/worksheets/sheet1.xml"].decode()
    assert 'ref="A1:F24"' in found["xl/tables/table1.xml"].decode()
    assert '<dataValidation type="decimal"' in sheet
    assert sheet.count('<conditionalFormatting sqref="E2:E24">') == 1  # XlsxWriter joins the rules
    assert sheet.count('sqref="E2:E24"') == 2  # and the list
    assert "<xm:sqref>E2:E24</xm:sqref>" in sheet
    assert sheet.count("应收金额]*1.13</f>") + sheet.count("应收金额]]*1.13</f>") == 23


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "walk"
    folder.mkdir()
    return folder
