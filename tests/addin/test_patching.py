"""Rows appended and cells set in the XML of a sheet of hers: to the byte, and read by others."""

import re
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from macros.changes import AppendRows, SetCell
from macros.texts import Refusal
from tests.addin.handmade import (
    HEADER,
    MAIN,
    ROWS,
    SHEET,
    STRICT,
    book,
    parts_of,
    patch,
    sheet,
    table_part,
    with_table,
    write_book,
)

NEW = AppendRows(
    "应收",
    3,
    (1, 2, 3),
    ("text", "date", "money"),
    pd.DataFrame(
        {
            "document": ["I3", "=I4"],
            "due": pd.array([46203, None], dtype="Int64"),
            "amount": pd.array([12345, 100], dtype="Int64"),
        }
    ),
)


def append(after: int, **columns: list[str]) -> AppendRows:
    """Texts to be appended in columns of the sheet, named by their letters."""
    numbers = tuple(ord(letter) - 64 for letter in columns)
    return AppendRows("应收", after, numbers, ("text",) * len(columns), pd.DataFrame(columns))


def test_new_rows_stand_below_and_every_byte_above_stays(tmp_path):
    path = book(tmp_path, before='<dimension ref="A1:D3"/>')
    before = parts_of(path)
    after = patch(path, [NEW])
    assert set(after) == set(before)
    assert {name for name in before if before[name] != after[name]} == {SHEET}
    xml = after[SHEET].decode()
    start = xml.index("<sheetData>") + len("<sheetData>")
    assert xml[start:].startswith(HEADER + ROWS)
    assert xml[start + len(HEADER + ROWS) :] == (
        '<row r="4" ht="20" customHeight="1">'
        '<c r="A4" t="inlineStr"><is><t>I3</t></is></c><c r="B4" s="2"><v>46203</v></c>'
        '<c r="C4" s="3"><v>123.45</v></c><c r="D4" s="3"><f>C4*2</f></c></row>'
        '<row r="5" ht="20" customHeight="1">'
        '<c r="A5" s="4" t="inlineStr"><is><t>=I4</t></is></c><c r="B5" s="2"/>'
        '<c r="C5" s="3"><v>1.0</v></c><c r="D5" s="3"><f>C5*2</f></c></row>'
        "</sheetData></worksheet>"
    )
    assert '<dimension ref="A1:D5"/>' in xml


@pytest.mark.parametrize("first", ["=1+1", "+86", "-5", "@甲", "\t甲", "\r甲"])
def test_a_text_that_looks_like_a_formula_is_marked_as_text(tmp_path, first):
    path = book(tmp_path)
    patch(path, [append(3, A=[first, "甲"])])
    sheet = openpyxl.load_workbook(path)["应收"]
    assert sheet["A4"].data_type == "s"
    assert sheet["A4"].quotePrefix
    assert not sheet["A5"].quotePrefix


def test_a_quote_prefix_above_is_not_handed_to_other_values(tmp_path):
    path = book(
        tmp_path, HEADER + '<row r="2"><c r="A2" s="4" t="inlineStr"><is><t>=x</t></is></c></row>'
    )
    patch(path, [append(2, A=["甲"])])
    assert not openpyxl.load_workbook(path)["应收"]["A3"].quotePrefix


def test_formats_are_added_where_hers_says_nothing(tmp_path):
    rows = HEADER + (
        '<row r="2"><c r="A2" t="inlineStr"><is><t>I1</t></is></c>'
        '<c r="B2" s="5" t="inlineStr"><is><t>2026-01-01</t></is></c><c r="C2"><v>1</v></c></row>'
    )
    path = book(tmp_path, rows)
    patch(path, [AppendRows("应收", 2, NEW.columns, NEW.kinds, NEW.rows)])
    sheet = openpyxl.load_workbook(path)["应收"]
    assert sheet["B3"].number_format == "yyyy-mm-dd"
    assert sheet["C3"].number_format == '#,##0.00;[Red]-#,##0.00;"–"'
    assert (sheet["B2"].number_format, sheet["C2"].number_format) == ("@", "General")


def test_rows_of_a_book_that_counts_from_1904_are_days_of_its_own(tmp_path):
    path = write_book(
        tmp_path / "账本.xlsx",
        {SHEET: sheet(HEADER + ROWS)},
        properties='<workbookPr date1904="1"/>',
    )
    after = patch(path, [NEW], [SetCell("应收", 2, 2, 46203, "date")])
    assert b'<c r="B4" s="2"><v>44741</v></c>' in after[SHEET]
    assert b'<c r="B2" s="2"><v>44741.0</v></c>' in after[SHEET]


def test_a_header_gives_no_look_to_the_first_row(tmp_path):
    path = book(tmp_path, HEADER, before='<cols><col min="2" max="2" width="9" style="2"/></cols>')
    after = patch(path, [append(1, A=["甲"], B=["乙"])])
    assert (
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>\xe7\x94\xb2</t></is></c>'
        b'<c r="B2" s="2" t="inlineStr">'
    ) in after[SHEET]


def test_blank_rows_below_are_merged_into_not_doubled(tmp_path):
    rows = (
        HEADER
        + ROWS
        + (
            '<row r="4" hidden="1" spans="1:4"><c r="A4" s="3"/><c r="F4"><v>9</v></c></row>'
            '<row r="6"><c r="A6"><v>1</v></c></row>'
        )
    )
    path = book(tmp_path, rows)
    after = patch(path, [NEW])
    numbers = re.findall(rb'<row r="(\d+)"', after[SHEET])
    assert numbers == [b"1", b"2", b"3", b"4", b"5", b"6"]
    values = openpyxl.load_workbook(path)["应收"]
    assert values["F4"].value == 9
    assert values["A4"].value == "I3"
    assert not values.row_dimensions[4].hidden


def test_an_empty_text_below_counts_as_blank(tmp_path):
    strings = f'<sst xmlns="{MAIN}"><si><t>合计</t></si><si><t></t></si><si><t/></si></sst>'
    rows = HEADER + ROWS + '<row r="4"><c r="A4" t="s"><v>{}</v></c></row>'
    for number in (1, 2):
        path = book(tmp_path, rows.format(number), strings=strings)
        patch(path, [NEW])
        assert openpyxl.load_workbook(path)["应收"]["A4"].value == "I3"
    path = book(tmp_path, rows.format(0), strings=strings)
    with pytest.raises(Refusal) as refused:
        patch(path, [NEW])
    assert (refused.value.code, refused.value.place) == ("rows_below", "应收!A4")


@pytest.mark.parametrize(
    ("below", "after", "place"),
    [
        ('<row r="5"><c r="C5"><v>1</v></c></row>', "", "应收!C5"),
        ('<row r="4"><c r="B4"><f>SUM(B2:B3)</f></c></row>', "", "应收!B4"),
        ("", '<mergeCells count="1"><mergeCell ref="B5:E6"/></mergeCells>', "应收!B5"),
    ],
)
def test_nothing_below_is_written_over(tmp_path, below, after, place):
    path = book(tmp_path, HEADER + ROWS + below, after)
    before = path.read_bytes()
    with pytest.raises(Refusal) as refused:
        patch(path, [NEW])
    assert (refused.value.code, refused.value.place) == ("rows_below", place)
    assert path.read_bytes() == before


def test_formulas_prepared_below_stay_as_they_are(tmp_path):
    ready = '<row r="4"><c r="D4" s="3"><f>C4*2</f><v>0</v></c></row>'
    path = book(tmp_path, HEADER + ROWS + ready, table=table_part())
    after = patch(path, [NEW])
    assert b'<c r="D4" s="3"><f>C4*2</f><v>0</v></c></row><row r="5"' in after[SHEET]


def test_a_shared_formula_goes_on_as_one_of_its_own(tmp_path):
    rows = HEADER + (
        '<row r="2"><c r="A2"><v>1</v></c>'
        '<c r="D2"><f t="shared" ref="D2:D3" si="0">IF(C2&lt;5,$C$1&amp;"",C2)</f></c></row>'
        '<row r="3"><c r="A3"><v>2</v></c><c r="D3"><f t="shared" si="0"/></c></row>'
    )
    path = book(tmp_path, rows)
    patch(path, [NEW])
    sheet = openpyxl.load_workbook(path)["应收"]
    assert sheet["D3"].value == '=IF(C3<5,$C$1&"",C3)'
    assert sheet["D4"].value == '=IF(C4<5,$C$1&"",C4)'
    assert sheet["D5"].value == '=IF(C5<5,$C$1&"",C5)'


def test_a_name_that_only_looks_like_a_cell_is_the_same_in_every_row(tmp_path):
    formula = "<f>C2*YTD2024+ZJE1</f>"  # columns end at XFD: Excel takes both as names
    rows = HEADER + f'<row r="2"><c r="A2"><v>1</v></c><c r="D2">{formula}</c></row>'
    path = book(tmp_path, rows)
    patch(path, [replace(NEW, after=2)])
    assert openpyxl.load_workbook(path)["应收"]["D3"].value == "=C3*YTD2024+ZJE1"


@pytest.mark.parametrize("meta", ["", ' cm="1"'])  # entered as {=…}, or as a plain formula
def test_an_array_formula_of_one_cell_goes_on_as_one(tmp_path, meta):
    rows = HEADER + (
        '<row r="2"><c r="A2"><v>1</v></c>'
        f'<c r="D2" s="3"{meta}><f t="array" ref="D2">SUM(C1:C2*2)</f><v>1</v></c></row>'
    )
    path = book(tmp_path, rows)
    after = patch(path, [append(2, A=["甲"])])
    wanted = f'<c r="D3" s="3"{meta}><f t="array" ref="D3">SUM(C2:C3*2)</f></c>'
    assert wanted.encode() in after[SHEET]


def test_an_array_formula_prepared_below_stays_as_it_is(tmp_path):
    prepared = '<row r="3"><c r="D3"><f t="array" ref="D3">SUM(C2:C3*2)</f><v>9</v></c></row>'
    rows = HEADER + (
        '<row r="2"><c r="A2"><v>1</v></c>'
        '<c r="D2"><f t="array" ref="D2">SUM(C1:C2*2)</f><v>1</v></c></row>'
    )
    path = book(tmp_path, rows + prepared)
    after = patch(path, [append(2, A=["甲"], E=["乙"])])
    assert prepared.partition(">")[2].removesuffix("</row>").encode() in after[SHEET]


def test_an_array_formula_of_many_cells_is_not_continued(tmp_path):
    rows = HEADER + (
        '<row r="2"><c r="A2"><v>1</v></c>'
        '<c r="D2" s="3"><f t="array" ref="D2:E2">C1:D1*2</f><v>1</v></c><c r="E2"><v>2</v></c>'
        "</row>"
    )
    path = book(tmp_path, rows)
    after = patch(path, [append(2, A=["甲"])])
    assert b'<c r="D3" s="3"/>' in after[SHEET]
    assert after[SHEET].count(b"<f ") == 1


def test_an_excel_table_its_filter_and_its_formulas_grow(tmp_path):
    formula = "<calculatedColumnFormula>明细[[#This Row],[金额]]*2</calculatedColumnFormula>"
    rows = HEADER + ROWS.replace("<f>C3*2</f>", "")  # she typed over the formula of the last row
    path = with_table(tmp_path, table_part(formula=formula), rows)
    grown = AppendRows("应收", 3, NEW.columns, NEW.kinds, NEW.rows, "明细")
    after = patch(path, [grown])
    assert after["xl/tables/table1.xml"].count(b'ref="A1:D5"') == 2
    assert "<f>明细[[#This Row],[金额]]*2</f>".encode() in after[SHEET]


def test_an_address_in_a_calculated_column_is_not_guessed_at(tmp_path):
    formula = "<calculatedColumnFormula>C2*2</calculatedColumnFormula>"
    rows = HEADER + ROWS.replace("<f>C3*2</f>", "")
    path = with_table(tmp_path, table_part(formula=formula), rows)
    after = patch(path, [NEW])
    assert b'<c r="D4" s="3"/>' in after[SHEET]
    assert after["xl/tables/table1.xml"].count(b'ref="A1:D5"') == 2


def test_nothing_is_appended_below_a_totals_row(tmp_path):
    path = with_table(tmp_path, table_part(more=' totalsRowCount="1"'))
    with pytest.raises(Refusal) as refused:
        patch(path, [AppendRows("应收", 2, NEW.columns, NEW.kinds, NEW.rows, "明细")])
    assert (refused.value.code, refused.value.place) == ("totals_row", "应收")


def test_a_note_inside_the_columns_of_an_excel_table_is_not_swallowed(tmp_path):
    rows = HEADER + ROWS + '<row r="4"><c r="D4" t="inlineStr"><is><t>注</t></is></c></row>'
    path = with_table(tmp_path, table_part(), rows)
    with pytest.raises(Refusal) as refused:
        patch(path, [NEW])
    assert (refused.value.code, refused.value.place) == ("rows_below", "应收!D4")


RANGES = (
    '<autoFilter ref="A1:D3"/>'
    '<conditionalFormatting sqref="C2:C3 F9"><cfRule type="expression" priority="1">'
    "<formula>C2&gt;9</formula></cfRule></conditionalFormatting>"
    '<conditionalFormatting sqref="C3"><cfRule type="expression" priority="2">'
    "<formula>1</formula></cfRule></conditionalFormatting>"
    '<dataValidations count="3"><dataValidation type="list" sqref="A2:A3" prompt="a &gt; b">'
    '<formula1>"x"</formula1></dataValidation>'
    '<dataValidation type="list" sqref="H2:H3"><formula1>"x"</formula1></dataValidation>'
    '<dataValidation type="list" sqref="B2:B900"><formula1>"x"</formula1></dataValidation>'
    "</dataValidations>"
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"'
    ' xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
    ' xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    '<x14:dataValidations count="1"><x14:dataValidation type="list"><x14:formula1>'
    "<xm:f>表!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>D2:D3</xm:sqref></x14:dataValidation>"
    "</x14:dataValidations><x14:sparklineGroups><x14:sparklineGroup><x14:sparklines>"
    "<x14:sparkline><xm:f>应收!C2:C3</xm:f><xm:sqref>D3</xm:sqref></x14:sparkline>"
    "</x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext></extLst>"
)


def test_ranges_that_cover_the_table_grow_and_others_do_not(tmp_path):
    names = (
        '<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'
        '应收!$A$1:$D$3</definedName><definedName name="明细区">应收!$A$1:$D$3</definedName>'
        "</definedNames>"
    )
    path = write_book(tmp_path / "账本.xlsx", {SHEET: sheet(HEADER + ROWS, RANGES)}, book=names)
    after = patch(path, [NEW])
    expected = (
        RANGES.replace('autoFilter ref="A1:D3"', 'autoFilter ref="A1:D5"')
        .replace('sqref="C2:C3 F9"', 'sqref="C2:C5 F9"')
        .replace('sqref="A2:A3"', 'sqref="A2:A5"')
        .replace("<xm:sqref>D2:D3", "<xm:sqref>D2:D5")
    )
    assert after[SHEET].decode().endswith(f"</sheetData>{expected}</worksheet>")
    book_part = after["xl/workbook.xml"].decode()
    assert 'hidden="1">应收!$A$1:$D$5</definedName>' in book_part
    assert 'name="明细区">应收!$A$1:$D$3</definedName>' in book_part


def test_a_rule_made_for_the_first_row_of_an_empty_table_grows(tmp_path):
    rules = (
        '<dataValidations count="1"><dataValidation type="list" sqref="A2 B1"/></dataValidations>'
    )
    path = book(tmp_path, HEADER, f'<autoFilter ref="A1:D1"/>{rules}')
    after = patch(path, [append(1, A=["甲", "乙"])])
    assert b'sqref="A2:A3 B1"' in after[SHEET]
    assert b'autoFilter ref="A1:D3"' in after[SHEET]


@pytest.mark.parametrize("strict", [False, True])
def test_prefixed_and_strict_sheets_stay_what_they_are(tmp_path, strict):
    xml = re.sub(r"<(/?)(\w)", r"<\1x:\2", sheet(HEADER + ROWS, RANGES.partition("<extLst>")[0]))
    xml = xml.replace('xmlns="', 'xmlns:x="')
    if strict:
        xml = xml.replace(MAIN, STRICT)
    path = write_book(tmp_path / "账本.xlsx", {SHEET: xml})
    after = patch(path, [NEW], [SetCell("应收", 2, 1, "改")])[SHEET].decode()
    old = re.sub(r"<(/?)(\w)", r"<\1x:\2", HEADER)
    assert old in after
    assert '<x:c r="A4" t="inlineStr"><x:is><x:t>I3</x:t></x:is></x:c>' in after
    assert '<x:c r="A2" t="inlineStr"><x:is><x:t>改</x:t></x:is></x:c>' in after
    assert '<x:autoFilter ref="A1:D5"/>' in after
    assert (STRICT in after) == strict
    from lxml import etree  # noqa: PLC0415 - one test

    assert etree.fromstring(after.encode()).tag == f"{{{STRICT if strict else MAIN}}}worksheet"


def test_rows_and_cells_without_addresses_get_them(tmp_path):
    rows = re.sub(r' r="[A-Z]*\d+"', "", HEADER + ROWS)
    path = book(tmp_path, rows)
    patch(path, [NEW], [SetCell("应收", 2, 3, 500, "money")])
    sheet = openpyxl.load_workbook(path)["应收"]
    assert [cell.value for cell in sheet["C"]] == ["金额", 5, 7, 123.45, 1]
    assert sheet["D5"].value == "=C5*2"
