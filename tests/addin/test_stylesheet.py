"""A stylesheet only grows: numbers of hers stay right, and the same look is added once."""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle

from addin.hosts.package.container.opening import open_package
from addin.hosts.package.container.parts import Parts
from addin.hosts.package.container.stylesheet import Stylesheet, stylesheet_of
from macros.texts import Refusal
from tests.addin.handmade import MAIN, STYLES, sheet, write_book

MONEY = '#,##0.00;[Red]-#,##0.00;"–"'


def stylesheet(workbook: openpyxl.Workbook) -> Stylesheet:
    return Stylesheet(styles_part(workbook))


def styles_part(workbook: openpyxl.Workbook) -> bytes:
    saved = io.BytesIO()
    workbook.save(saved)
    return zipfile.ZipFile(saved).read("xl/styles.xml")


def hers() -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    workbook.active["A1"].font = Font(name="宋体", b=True)
    workbook.active["A2"].number_format = "0.000"
    return workbook


def ours() -> openpyxl.Workbook:
    """Her book with a look of ours, as the scratch book has it."""
    saved = io.BytesIO()
    hers().save(saved)
    workbook = openpyxl.load_workbook(saved)
    cell = workbook.active["B1"]
    cell.font = Font(name="等线", color="1F4E79")
    cell.fill = PatternFill("solid", fgColor="FFF2CC")
    cell.alignment = Alignment(horizontal="right")
    cell.number_format = MONEY
    return workbook


def test_a_look_that_came_is_what_it_was():
    mine, grown = stylesheet(hers()), stylesheet(ours())
    before = mine.count
    moved = mine.imported(grown, [0, 1, 2, grown.count - 1], known=before)
    assert moved == {0: 0, 1: 1, 2: 2, grown.count - 1: before}
    assert mine.number_format(before) == MONEY
    assert not mine.bold(before)
    assert mine.changed
    again = Stylesheet(mine.content())
    assert again.count == before + 1
    assert again.number_format(2) == "0.000"
    assert again.bold(1)
    assert again.number_format(before) == MONEY


def test_the_same_look_is_added_once():
    mine, grown = stylesheet(hers()), stylesheet(ours())
    known = mine.count
    first = mine.imported(grown, [grown.count - 1], known=known)
    size = len(mine.content())
    assert mine.imported(grown, [grown.count - 1], known=known) == first
    assert len(mine.content()) == size


def test_looks_of_another_book_are_found_by_what_they_are():
    mine, other = stylesheet(ours()), stylesheet(hers())
    bold = next(index for index in range(other.count) if other.bold(index))
    before = mine.count
    moved = mine.imported(other, [bold])
    assert mine.bold(moved[bold])
    assert mine.count == before
    assert not mine.changed


def test_a_look_is_derived_with_another_format_and_kept_otherwise():
    mine = stylesheet(hers())
    new = mine.derived(1, number_format="yyyy-mm-dd", quote_prefix=True)
    assert mine.bold(new)
    assert mine.number_format(new) == "yyyy-mm-dd"
    assert mine.derived(1, number_format="yyyy-mm-dd", quote_prefix=True) == new
    assert mine.derived(1) == 1
    assert b'quotePrefix="1"' in mine.content()


def test_a_number_beyond_the_list_is_the_default_look():
    mine = stylesheet(hers())
    assert mine.number_format(999) == "General"
    assert mine.imported(stylesheet(ours()), [999]) == {999: 0}


def test_looks_of_conditional_formats_come_along():
    other = openpyxl.Workbook()
    rule = FormulaRule(formula=["A1>1"], font=Font(color="C00000"))
    assert isinstance(rule.dxf, DifferentialStyle)
    other.active.conditional_formatting.add("A1:A9", rule)
    mine = stylesheet(hers())
    before = mine.dxf_count
    assert mine.imported_dxfs(stylesheet(other), [0]) == {0: before}
    assert mine.imported_dxfs(stylesheet(other), [0]) == {0: before}
    assert mine.dxf_count == before + 1


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize(
    "namespace",
    [
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    ],
)
def test_prefixed_and_strict_parts_grow_in_their_own_spelling(prefix, namespace):
    at, colon = (f":{prefix}", f"{prefix}:") if prefix else ("", "")
    content = (
        f'<{colon}styleSheet xmlns{at}="{namespace}"><{colon}fonts count="1"><{colon}font/>'
        f'</{colon}fonts><{colon}fills count="1"><{colon}fill/></{colon}fills>'
        f'<{colon}borders count="1"><{colon}border/></{colon}borders>'
        f'<{colon}cellXfs count="1"><{colon}xf numFmtId="0"/></{colon}cellXfs></{colon}styleSheet>'
    )
    mine, grown = Stylesheet(content.encode()), stylesheet(ours())
    moved = mine.imported(grown, [grown.count - 1])
    text = mine.content().decode()
    assert mine.number_format(moved[grown.count - 1]) == MONEY
    assert text.count("xmlns") == 1
    # The list of formats, which the part lacked, stands first as the format prescribes.
    assert text.index(f"<{colon}numFmts") < text.index(f"<{colon}fonts")
    assert text.count(f"<{colon}xf ") == 2


def test_a_book_without_styles_gets_them(tmp_path):
    bare = Path(tmp_path / "bare.xlsx")
    full = io.BytesIO()
    openpyxl.Workbook().save(full)
    with zipfile.ZipFile(full) as source, zipfile.ZipFile(bare, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/styles.xml":
                continue
            if name == "[Content_Types].xml":
                content = content.replace(b"/xl/styles.xml", b"/xl/none.xml")
            archive.writestr(name, content)
    with open_package(bare) as package:
        parts = Parts(package)
        styles = stylesheet_of(parts)
        assert styles.count == 1
        styles.derived(0, number_format="0.0%")
        styles.save(parts)
        parts.write(tmp_path / "new.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "new.xlsx")
    assert workbook.worksheets
    with open_package(tmp_path / "new.xlsx") as package:
        assert stylesheet_of(Parts(package)).number_format(1) == "0.0%"


def crowded(tmp_path, count):
    """A book with so many looks of cells, each unlike the others."""
    looks = "".join(
        f'<xf numFmtId="{number % 23}" fontId="0" fillId="0" borderId="0" xfId="0">'
        f'<alignment textRotation="{number // 23 % 180}" indent="{number // 4140}"/></xf>'
        for number in range(count)
    )
    own = re.search("<cellXfs.*</cellXfs>", STYLES, re.DOTALL).group(0)
    styles = STYLES.replace(own, f'<cellXfs count="{count}">{looks}</cellXfs>')
    path = tmp_path / "样式.xlsx"
    return write_book(path, {"xl/worksheets/sheet1.xml": sheet(""), "xl/styles.xml": styles})


def test_a_look_that_excel_has_no_room_for_is_refused(tmp_path):
    with open_package(crowded(tmp_path, 65_489)) as package:
        parts = Parts(package)
        styles = stylesheet_of(parts)
        styles.derived(0, number_format="0.000%")
        styles.save(parts)
        assert stylesheet_of(parts).count == 65_490
        styles.derived(0, number_format="0.0000%")
        with pytest.raises(Refusal) as refusal:
            styles.save(parts)
    assert refusal.value.code == "too_many_styles"
    assert "65,491" in refusal.value.render("en")
    assert "65,490" in refusal.value.render("zh")


def test_a_book_that_has_too_many_looks_already_is_left_as_it_is(tmp_path):
    with open_package(crowded(tmp_path, 65_500)) as package:
        parts = Parts(package)
        styles = stylesheet_of(parts)
        rule = f'<styleSheet xmlns="{MAIN}"><dxfs count="1"><dxf/></dxfs></styleSheet>'
        styles.imported_dxfs(Stylesheet(rule.encode()), [0])
        styles.save(parts)
        assert stylesheet_of(parts).dxf_count == 1
        styles.derived(0, number_format="0.0000%")
        with pytest.raises(Refusal, match="too_many_styles"):
            styles.save(parts)
