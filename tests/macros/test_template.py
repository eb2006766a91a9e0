"""A new workbook is read back whole by the reader that reads everybody's: 中文 and English."""

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

import workbook_templates
from addin import run
from macros import schema
from macros.reading import read_tables
from macros.template import TABLES, choices, new_workbook

ROWS = {
    "receivables": 2500,
    "receipts": 2071,
    "customers": 120,
    "contracts": 160,
    "targets": 34,
    "phases": 3,
    "settings": 22,
    "contacts": 174,
    "promises": 92,
}


@pytest.fixture(scope="module", params=["zh", "en"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def paths(lang, tmp_path_factory):
    folder = tmp_path_factory.mktemp("new")
    made = {sample: folder / f"{sample}.xlsx" for sample in (True, False)}
    for sample, path in made.items():
        run.create(path, new_workbook(lang, sample=sample), lang)
    return made


@pytest.fixture(scope="module")
def tables(paths):
    return {sample: read_tables(run.open_book(path)) for sample, path in paths.items()}


@pytest.mark.parametrize("sample", [True, False])
@pytest.mark.parametrize("name", TABLES)
def test_every_table_and_every_field_is_recognised(tables, sample, name):
    table = tables[sample].require(name)
    fields = [field.id for field in schema.tables()[name].fields]
    assert [field for field in fields if not table.has(field)] == []
    if sample:
        assert len(table) == ROWS[name]


def test_the_values_of_the_sample_come_back_exactly(tables):
    found = tables[True]
    assert int(found.require("receivables").get("amount").sum()) == 235_619_669_54
    assert int(found.require("receipts").get("amount").sum()) == 181_630_404_49
    assert int(found.require("targets").get("amount").sum()) == 31_286_567_89
    assert found.require("receivables").get("disputed").sum() == 16
    delivered = found.require("contacts").get("delivered")
    assert (int(delivered.sum()), int((~delivered).sum())) == (55, 21)
    # 120 customers, every twelfth not scored.
    assert found.require("customers").get("risk").notna().sum() == 110


def test_reading_the_sample_finds_only_what_was_put_there(tables):
    codes = [problem.code for problem in tables[True].problems if problem.severity != "info"]
    assert codes == ["dates_reversed"]


def test_reading_an_empty_workbook_finds_nothing(tables):
    assert [problem for problem in tables[False].problems if problem.severity != "info"] == []


def test_every_setting_stands_on_the_sheet_with_its_default(tables, paths, lang):
    sheet = openpyxl.load_workbook(paths[False])[
        schema.tables()["settings"].zh if lang == "zh" else schema.tables()["settings"].en
    ]
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True)}
    for line in workbook_templates.rows("rules/settings"):
        assert (rows[line[lang]][1] or "") == line["default"]
        assert (rows[line[lang]][2] or "") == line[f"note_{lang}"]
    assert tables[True].parameters["as_of"] == "2025-11-20"
    assert "as_of" not in {key for key, value in tables[False].parameters.items() if value}


def test_sheets_are_in_order_hers_and_explained(paths, lang):
    first, *inputs, last = openpyxl.load_workbook(paths[True]).worksheets
    assert (first.title, last.title) == {
        "zh": ("说明", "数据字典"),
        "en": ("Read me", "Data dictionary"),
    }[lang]
    assert [sheet.title for sheet in inputs] == [
        getattr(schema.tables()[name], lang) for name in TABLES
    ]
    marks = {sheet.name: sheet.mark for sheet in run.open_book(paths[True]).sheets}
    assert [name for name, mark in marks.items() if mark] == [first.title, last.title]


@pytest.mark.parametrize("sample", [True, False])
def test_each_input_sheet_is_an_excel_table_with_frozen_header_and_print_set_up(paths, sample):
    for sheet in openpyxl.load_workbook(paths[sample]).worksheets[1:-1]:
        (table,) = sheet.tables.values()
        header = int("".join(c for c in table.ref.split(":")[0] if c.isdigit()))
        assert sheet.freeze_panes == f"B{header + 1}", sheet.title
        assert sheet.print_title_rows == f"${header}:${header}"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth == 1


def test_known_words_are_offered(paths, lang):
    method = schema.tables()["receipts"].field("method")
    words = {
        "zh": ("现汇", "银承", "商承", "其他"),
        "en": ("Transfer", "Bank acceptance", "Commercial acceptance", "Other"),
    }
    assert choices(method, lang) == words[lang]
    sheet = openpyxl.load_workbook(paths[True]).worksheets[2]
    offered = [each.formula1 for each in sheet.data_validations.dataValidation]
    assert f'"{",".join(words[lang])}"' in offered


@pytest.mark.parametrize("sample", [True, False])
def test_amounts_and_dates_have_their_formats(paths, sample):
    sheet = openpyxl.load_workbook(paths[sample]).worksheets[1]
    header = next(row for row in sheet.iter_rows() if row[0].value in {"单据号", "Document No."})
    names = [field.id for field in schema.tables()["receivables"].fields]
    for field, looks in (("amount", '#,##0.00;[Red]-#,##0.00;"–"'), ("due_date", "yyyy-mm-dd")):
        letter = get_column_letter(names.index(field) + 1)
        # What is typed below the table has the format of its column.
        assert sheet.column_dimensions[letter].number_format == looks
        if sample:
            assert sheet[f"{letter}{header[0].row + 1}"].number_format == looks
