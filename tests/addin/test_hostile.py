"""Files that mean harm: refused with a code, or read for what they are, soon and in little memory.

``addin/help/security.md`` names the test of each of its lines.
"""

import hashlib
import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

from addin.hosts.package.reading import open_book
from addin.run import run_action
from macros.texts import Refusal
from tests.addin import hostile
from tests.addin.conftest import AS_OF
from tests.addin.hostile import (
    BOMB,
    OUTSIDE,
    RELATIONS,
    SHEET,
    STRINGS,
    TYPES,
    WORKBOOK,
    cell,
    changed,
    encoded,
    header,
    rewritten,
    with_cells,
    with_doctype,
)
from udfs.values import CellError

ROOT = Path(__file__).parents[2]
STYLES = "xl/styles.xml"
#: Every case below takes milliseconds; a machine under load gets this many seconds.
SECONDS = 20
MEGABYTES = 1500

REFUSED = {
    # The zip file.
    "one name twice": (hostile.twice, "twice_in_zip"),
    "names that differ in case": (hostile.added("xl/Workbook.xml"), "twice_in_zip"),
    "names of one letter in two forms": (hostile.added("x/\u00e9", "x/e\u0301"), "twice_in_zip"),
    "two slashes and a backslash": (hostile.added("xl\\workbook.xml"), "twice_in_zip"),
    "a way out": (hostile.added("../evil.xml"), "unsafe_name"),
    "a way out from within": (hostile.added("xl/../../evil.xml"), "unsafe_name"),
    "a way out with backslashes": (hostile.added("xl\\..\\..\\evil.xml"), "unsafe_name"),
    "a drive": (hostile.added("C:/evil.xml"), "unsafe_name"),
    "a name with NUL": (hostile.added("xl/a\0.xml"), "unsafe_name"),
    "a line break in a name": (hostile.added("xl/a\n.xml"), "unsafe_name"),
    "an encrypted entry": (header(SHEET, 6, "<H", 1, both=True), "encrypted"),
    "another size in front": (header(SHEET, 18, "<I", 77, both=False), "odd_zip"),
    "another checksum in front": (header(SHEET, 14, "<I", 77, both=False), "odd_zip"),
    "another packing in front": (header(SHEET, 8, "<H", 0, both=False), "odd_zip"),
    "another name in front": (hostile.local_name, "odd_zip"),
    "a wrong checksum": (header(SHEET, 14, "<I", 77, both=True), "damaged_part"),
    "entries that overlap": (hostile.overlapping, "odd_zip"),
    "two ends": (hostile.second_end, "odd_zip"),
    "a program in front": (hostile.in_front, "odd_zip"),
    "a packing that no workbook has": (hostile.packed_otherwise, "odd_zip"),
    "too many parts": (hostile.many_parts, "too_many_parts"),
    "a size that lies": (hostile.lying_size, "damaged_part"),
    # The XML of the parts.
    **{
        f"{kind} in {part}, {encoding}, {pad} before": (
            with_doctype(part, doctype, encoding, pad),
            "unsafe_part",
        )
        for part in (TYPES, "_rels/.rels", WORKBOOK, RELATIONS, SHEET, STRINGS, STYLES)
        for kind, doctype, encoding, pad in (
            ("a bomb", BOMB, "utf-8", 0),
            ("a bomb", BOMB, "utf-8", 5000),
            ("a bomb", BOMB, "utf-16-le", 0),
            ("a bomb", BOMB, "utf-16-be", 5000),
            ("a reach outside", OUTSIDE, "utf-8", 0),
        )
    },
    "an encoding that hides": (with_doctype(WORKBOOK, BOMB, "utf-7"), "unsafe_part"),
    "an encoding nobody knows, behind a mark": (
        rewritten(WORKBOOK, lambda x: b"\xef\xbb\xbf" + x.replace(b"UTF-8", b"NaN", 1)),
        "unsafe_part",
    ),
    "EBCDIC": (encoded(WORKBOOK, "cp037", "cp037"), "unsafe_part"),
    "four bytes a letter": (encoded(SHEET, "utf-32", "utf-32"), "unsafe_part"),
    "another encoding than it says": (encoded(STRINGS, "gb18030", "utf-8"), "damaged_part"),
    "eighty megabytes of names": (hostile.large_workbook_part, "large_part"),
    "a sheet cut short": (rewritten(SHEET, lambda xml: xml[:-40]), "damaged_part"),
    "rows cut short": (rewritten(SHEET, lambda x: x[: x.index(b"</row>")]), "damaged_part"),
    "texts cut short": (rewritten(STRINGS, lambda xml: xml[:-10]), "damaged_part"),
    "a character that is none": (
        with_cells(cell("A5", "<v>&#0;</v>", ' t="str"')),
        "damaged_part",
    ),
    "an entity nobody declared": (
        with_cells(cell("A5", "<v>&x;</v>", ' t="str"')),
        "damaged_part",
    ),
    "a hundred thousand elements deep": (hostile.deep, "damaged_part"),
    # The book.
    "a hundred thousand sheets": (hostile.sheets(100_000), "too_many_sheets"),
    "a thousand sheets of one part": (hostile.one_sheet_twice, "sheet_twice"),
    "one cell in the last corner": (with_cells(cell("XFD1048576")), "sheet_too_large"),
    "a column beyond the last": (with_cells(cell("XFE5")), "damaged_part"),
    "a row beyond the last": (with_cells(cell("A1048577")), "damaged_part"),
    "row 0": (with_cells(cell("A0")), "damaged_part"),
    "a row of eleven digits": (with_cells(cell("A99999999999")), "damaged_part"),
    "a column of ten letters": (with_cells(cell("AAAAAAAAAA5")), "damaged_part"),
    "a row twice": (with_cells(cell("A2")), "damaged_part"),
    "a kind of cell that is none": (with_cells(cell("A5", attributes=' t="zz"')), "damaged_part"),
    "a text beyond the last": (with_cells(cell("A5", "<v>77</v>", ' t="s"')), "damaged_part"),
    "a text before the first": (with_cells(cell("A5", "<v>-1</v>", ' t="s"')), "damaged_part"),
    "a truth value of 7": (with_cells(cell("A5", "<v>7</v>", ' t="b"')), "damaged_part"),
    "two values": (with_cells(cell("A5", "<v>1</v><v>2</v>")), "damaged_part"),
    "a cell in a cell": (
        with_cells('<row r="5"><c r="A5"><c r="B5"><v>1</v></c></c></row>'),
        "damaged_part",
    ),
    "no texts": (hostile.without(STRINGS), "damaged_part"),
    "no content types": (hostile.without(TYPES), "not_a_workbook"),
    "a workbook of another type": (changed(TYPES, b"sheet.main", b"styles"), "not_a_workbook"),
    "a name of a sheet that is not there": (
        changed(
            WORKBOOK,
            b"</sheets>",
            b'</sheets><definedNames><definedName name="a" localSheetId="7">1</definedName>'
            b"</definedNames>",
        ),
        "not_a_workbook",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_its_code_and_the_file_is_the_same(tmp_path, case):
    make, code = REFUSED[case]
    path = make(tmp_path / "账.xlsx")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    start = time.monotonic()
    with pytest.raises(Refusal) as refused:
        run_action(path, "aging", as_of=AS_OF, out=tmp_path / "out.xlsx")
    assert refused.value.code == code
    assert time.monotonic() - start < SECONDS
    for lang in ("zh", "en"):
        sentence = refused.value.render(lang)
        assert "账" in refused.value.place or "应收" in refused.value.place
        assert not {"{", "}"} & set(sentence)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert not (tmp_path / "out.xlsx").exists()


#: What stands in A5 of a book that is read; None for nothing there.
READ = {
    "sizes behind the data": (hostile.sizes_behind, None),
    "sizes of eight bytes": (hostile.wide_sizes, None),
    "backslashes in names": (hostile.backslashes, None),
    "a zip in the zip": (hostile.nested_bomb, None),
    "UTF-8 with its mark": (rewritten(SHEET, lambda xml: b"\xef\xbb\xbf" + xml), None),
    "UTF-16": (encoded(SHEET, "utf-16-le", "utf-16"), None),
    "texts in UTF-16": (encoded(STRINGS, "utf-16-be", "utf-16"), None),
    "texts in GB18030": (encoded(STRINGS, "gb18030", "gb18030"), None),
    "XML 1.1": (changed(SHEET, b'version="1.0"', b'version="1.1"'), None),
    "names in a circle": (hostile.names(("A_", "B_"), ("B_", "A_"), ("C_", "C_")), None),
    "relations in a circle": (hostile.circle_of_relations, None),
    "an extent that lies": (changed(SHEET, b'ref="A1:F2"', b'ref="A1:XFD1048576"'), None),
    "an extent that is none": (changed(SHEET, b'ref="A1:F2"', b'ref="zz"'), None),
    "the last corner without value": (with_cells(cell("XFD1048576", "", ' s="0"')), None),
    "ranges merged over the sheet": (hostile.merged(2_000), None),
    "a hundred thousand links": (hostile.links(100_000), None),
    "no styles": (hostile.without(STYLES), None),
    "rows out of order": (with_cells(cell("A9") + cell("A5", "<v>5</v>")), 5.0),
    "a style below none": (with_cells(cell("A5", attributes=' s="-1"')), 1.0),
    "a style beyond all": (with_cells(cell("A5", attributes=' s="99999999999999"')), 1.0),
    "an error of later programs": (
        with_cells(cell("A5", "<v>#SPILL!</v>", ' t="e"')),
        CellError.VALUE,
    ),
    "a number that is none": (with_cells(cell("A5", "<v>NaN</v>")), "NaN"),
    "a number beyond all": (with_cells(cell("A5", "<v>1e999</v>")), CellError.NUM),
    "a number as Python writes it": (with_cells(cell("A5", "<v>1_000</v>")), "1_000"),
    "a cell in a comment": (with_cells(f"<!--{cell('A5')}-->"), None),
    "a comment in a value": (with_cells(cell("A5", "<v>1<!-- 9 -->2</v>")), 12.0),
    "a cell in an instruction": (with_cells(f"<?x {cell('A5')}?>"), None),
    "a cell in CDATA": (
        with_cells(cell("A5", '<v><![CDATA[<c r="B5">]]></v>', ' t="str"')),
        '<c r="B5">',
    ),
    "a bare > in an attribute": (with_cells(cell("A5", "<v>5</v>", ' x="/>"')), 5.0),
    "apostrophes": (with_cells("<row r='5'><c t='str' r='A5'><v>a</v></c></row>"), "a"),
    "no addresses": (
        with_cells("<row/><row/><row><c><v>5</v></c></row>"),
        5.0,
    ),
    "a phonetic guide": (
        with_cells(cell("A5", "<is><r><t>东</t></r><rPh><t>x</t></rPh></is>", ' t="inlineStr"')),
        "东",
    ),
}


#: Her own parts stay as they are, and openpyxl reads neither.
UNKNOWN_TO_OPENPYXL = {"backslashes in names", "texts in GB18030"}


@pytest.mark.parametrize("case", READ)
def test_read_for_what_it_is(tmp_path, case):
    make, expected = READ[case]
    path = make(tmp_path / "账.xlsx")
    before = path.read_bytes()
    start = time.monotonic()
    sheet = open_book(path).sheet("应收")
    assert sheet.cells[1, :6].tolist() == ["INV1", "甲公司", 46023.0, 46053.0, 1000.0, "CNY"]
    read = sheet.cells[4, 0] if sheet.cells.shape[0] > 4 else None
    assert read == expected
    result = run_action(path, "aging", as_of=AS_OF, out=tmp_path / "out.xlsx")
    assert result.written
    assert time.monotonic() - start < SECONDS
    assert path.read_bytes() == before
    assert open_book(tmp_path / "out.xlsx").ours("aging") is not None
    if case not in UNKNOWN_TO_OPENPYXL:
        # Read only: otherwise openpyxl itself makes a cell of each one in a merged range.
        assert "账龄" in openpyxl.load_workbook(tmp_path / "out.xlsx", read_only=True).sheetnames


def test_what_an_entity_points_to_is_nowhere_in_the_message(tmp_path):
    path = with_doctype(STRINGS, OUTSIDE)(tmp_path / "账.xlsx")
    with pytest.raises(Refusal) as refused:
        open_book(path)
    assert socket.gethostname() not in refused.value.render("zh").replace(path.name, "")


LARGE = {
    "lying": (hostile.lying_size, "damaged_part"),
    "corner": (with_cells(cell("XFD1048576")), "sheet_too_large"),
    "extent": (changed(SHEET, b'ref="A1:F2"', b'ref="A1:XFD1048576"'), "read"),
    "column": (with_cells(cell("A1048576")), "read"),
    "merged": (hostile.merged(20_000), "read"),
    "links": (hostile.links(300_000), "read"),
    "nested": (hostile.nested_bomb, "read"),
    "names": (hostile.large_workbook_part, "large_part"),
}
_READ_IN_LITTLE = """
import resource, sys
from pathlib import Path
from addin.hosts.package.container import archive, cells, opening, string_table, xml_text
from addin.hosts.package import reading
from addin.hosts.package.reading import open_book
from macros.texts import Refusal
size = int(sys.argv[1]) << 20
resource.setrlimit(resource.RLIMIT_AS, (size, size))
for name in sys.argv[2:]:
    try:
        open_book(Path(name))
        print(Path(name).stem, "read")
    except Refusal as refused:
        print(Path(name).stem, refused.code)
"""


def test_a_small_file_cannot_take_much_memory(tmp_path):
    paths = [make(tmp_path / f"{name}.xlsx") for name, (make, _) in LARGE.items()]
    assert max(path.stat().st_size for path in paths) < 12 << 20
    command = [sys.executable, "-c", _READ_IN_LITTLE, str(MEGABYTES), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stderr == ""
    assert done.stdout.split("\n")[:-1] == [f"{name} {code}" for name, (_, code) in LARGE.items()]


def test_the_limit_of_memory_is_one():
    # The test above must fail where memory is taken, so its limit must hold here.
    take = f"import resource; s = {MEGABYTES} << 20; "
    take += "resource.setrlimit(resource.RLIMIT_AS, (s, s)); bytearray(s)"
    done = subprocess.run([sys.executable, "-c", take], capture_output=True, check=False)
    assert b"MemoryError" in done.stderr
    assert resource.RLIMIT_AS


def test_thousands_of_names_cost_less_than_opening_the_book_elsewhere(tmp_path):
    every = [(f"name_{number}", "应收!$A$1:$F$2") for number in range(3_660)]
    path = hostile.names(*every)(tmp_path / "账.xlsx")
    start = time.process_time()
    assert open_book(path).sheet("应收").cells.shape == (2, 6)
    ours = time.process_time() - start
    start = time.process_time()
    assert len(openpyxl.load_workbook(path).defined_names) == 3_660
    assert ours < time.process_time() - start


# --- text files ----------------------------------------------------------------------------------

TEXTS = {
    "a quote left open": (b'a,b\n1,"2\n' + b"x" * 200_000, "odd_text"),
    "half a letter of UTF-16": (b"\xff\xfea\x00b", "not_text"),
    "a letter that is none in UTF-16": (b"\xff\xfe\x00\xd8a\x00", "not_text"),
    "bytes that are no text": (b"a,b\n\x00\x01", "not_text"),
    "bytes of no encoding": (b"a,b\n\xff\xff\xff", "not_text"),
    "a long line and many short ones": (b"," * 5_000 + b"\n1" * 5_000, "sheet_too_large"),
    "more commas than cells": (b"," * 20_000_001, "sheet_too_large"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_text_file_that_is_none_is_refused(tmp_path, case):
    text, code = TEXTS[case]
    given = tmp_path / "发票.csv"
    given.write_bytes(text)
    path = hostile.written(tmp_path / "账.xlsx", hostile.parts())
    with pytest.raises(Refusal) as refused:
        run_action(path, "import-table", inputs_file=given, out=tmp_path / "out.xlsx")
    assert refused.value.code == code
    assert "{" not in refused.value.render("zh") + refused.value.render("en")
    assert given.read_bytes() == text


def test_ranges_merged_beyond_the_cells_end_with_them(tmp_path):
    behind = '<mergeCells><mergeCell ref="A1:XFD1"/><mergeCell ref="B2:C1048576"/></mergeCells>'
    path = with_cells("", behind=behind)(tmp_path / "账.xlsx")
    assert open_book(path).sheet("应收").merged == ((1, 1, 1, 6), (2, 2, 2, 3))
    assert run_action(path, "check", preview=True)
