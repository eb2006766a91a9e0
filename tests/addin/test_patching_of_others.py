"""Rows appended to workbooks that other programs wrote, and read back by other readers."""

import re
import shutil
import string
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import from_excel
from python_calamine import CalamineWorkbook

from addin.hosts.package.container.opening import open_package
from addin.hosts.package.reading import read_package
from macros.changes import AppendRows, SetCell
from tests.addin.handmade import parts_of, patch, sheet, write_book
from tests.torture.libreoffice import converted
from tests.validator import findings, new_findings

#: File, and the row of its first sheet below which rows are put: the last one.
BOOKS = (
    ("fidelity/NoReferencesOnRowsOrCells.xlsx", 2),
    ("fidelity/InlineStrings-input.xlsx", 63),
    ("fidelity/Date1904System.xlsx", 3),
    ("fidelity/data_validation08.xlsx", 2),
    ("fidelity/LibreOfficeFileWithDates.xlsx", 33),
    ("fidelity/MultiColorConditionalFormatting.xlsx", 10),
    ("fidelity/dynamic_array03.xlsx", 1),
    ("fidelity/ignore_error06.xlsx", 3),
    ("fidelity/databar.xlsx", 13),
    ("fidelity/sheet-with-form-controls-input.xlsx", 1),
    ("fidelity/TwoPivotTablesWithSingleSource-input.xlsx", 207),
    ("workbooks/四年应收账款.xlsx", 5),
    ("workbooks/AgedAccountsReceivableExcel.xlsx", 14),
)
TEXTS = ["=公式", "乙公司"]
ROWS = pd.DataFrame(
    {
        "text": TEXTS,
        "date": pd.array([46203, None], dtype="Int64"),
        "money": pd.array([12345, -7], dtype="Int64"),
    }
)


def appended(source: Path, folder: Path, after: int) -> tuple[Path, str, str]:
    """Append to a copy; give it, the sheet's title and its part."""
    path = folder / source.name
    shutil.copyfile(source, path)
    path.chmod(0o600)
    with open_package(path) as package:
        entry = package.sheets[0]
    patch(path, [AppendRows(entry.name, after, (1, 2, 3), ("text", "date", "money"), ROWS)])
    return path, entry.name, entry.part


@pytest.mark.parametrize(("name", "after"), BOOKS)
def test_rows_above_and_other_parts_stay_byte_for_byte(shared_data, tmp_path, name, after):
    source = shared_data / name
    before = parts_of(source)
    path, title, part = appended(source, tmp_path, after)
    now = parts_of(path)
    assert {each for each in before if before[each] != now.get(each, b"")} <= {
        part,
        "xl/styles.xml",
        "xl/calcChain.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    }
    rows = re.compile(rb"<(?:\w+:)?sheetData>(.*)</(?:\w+:)?sheetData>", re.DOTALL)
    found = rows.search(before[part])
    if found is not None and "NoReferences" not in name:
        assert rows.search(now[part])[1].startswith(found[1].rstrip())
    with open_package(source) as old, open_package(path) as new:
        was, cells = read_package(old).sheet(title).cells, read_package(new).sheet(title).cells
    assert cells[: len(was), : was.shape[1]].tolist() == was.tolist()
    assert cells[after, :3].tolist() == ["=公式", 46203, 123.45]
    assert cells[after + 1, :3].tolist() == ["乙公司", None, -0.07]


def test_the_validator_finds_nothing_new(shared_data, tmp_path, validator):
    for name, after in BOOKS[::5]:
        source = shared_data / name
        path, _, _ = appended(source, tmp_path, after)
        assert new_findings(findings(validator, source), findings(validator, path)) == []


def test_libreoffice_opens_the_results(shared_data, tmp_path, soffice):
    made = {}
    for name, after in BOOKS:
        path, title, _ = appended(shared_data / name, tmp_path, after)
        made[path] = title, after
    results = converted(soffice, list(made), tmp_path / "office")
    for path, (title, after) in made.items():
        assert results[path] is not None, path.name
        found = CalamineWorkbook.from_path(results[path]).get_sheet_by_name(title)
        values = found.to_python(skip_empty_area=False)
        assert [row[0] for row in values[after : after + 2]] == TEXTS, path.name
        assert [row[2] for row in values[after : after + 2]] == [123.45, -0.07], path.name


PLAIN = sheet(
    '<row r="1"><c r="A1" t="inlineStr"><is><t>文字</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>日期</t></is></c></row>'
)
#: Any character that a cell can hold; readers make one line break of the three that there are.
TYPED = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n" + string.punctuation),
    max_size=12,
)


@example([("_x0041_甲", None, 0), ("_x005F_", 61, 1)])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.lists(
        st.tuples(TYPED, st.none() | st.integers(61, 2_000_000), st.integers(-(10**13), 10**13)),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_typed_is_read_back_by_two_other_readers(tmp_path, typed):
    path = write_book(tmp_path / "账本.xlsx", {"xl/worksheets/sheet1.xml": PLAIN})
    texts, dates, money = zip(*typed, strict=True)
    rows = pd.DataFrame(
        {
            "text": pd.array(texts, dtype=object),
            "date": pd.array(dates, dtype="Int64"),
            "money": pd.array(money, dtype="Int64"),
        }
    )
    append = AppendRows("应收", 1, (1, 2, 4), ("text", "date", "money"), rows)
    patch(path, [append], [SetCell("应收", 1, 6, texts[0])])
    sheet = openpyxl.load_workbook(path)["应收"]
    for row, (text, date, cents) in enumerate(typed, 2):
        # openpyxl leaves the escape of an underscore in inline texts as it stands.
        assert (sheet.cell(row, 1).value or "").replace("_x005F_", "_") == text
        assert sheet.cell(row, 2).value == (None if date is None else from_excel(date))
        assert round(sheet.cell(row, 4).value * 100) == cents
    values = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    found = values.to_python(skip_empty_area=False)
    assert [row[0] for row in found[1:]] == list(texts)
    assert [round(row[3] * 100) for row in found[1:]] == list(money)
    assert (found[0][5] if len(found[0]) > 5 else "") == texts[0]
