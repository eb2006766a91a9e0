"""Files that mean harm: refused with a code, or read for what they are, soon and in little memory.

``addin/help/security.md`` names the test of each of its lines.
"""

import ast
import contextlib
import hashlib
import re
import resource
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from addin.hosts.package import archive, cells, opening, reading, string_table, xml_text
from addin.hosts.package.reading import open_book
from addin.run import run_action
from macros.changes import Changes
from macros.texts import Refusal
from tests.addin import hostile
from tests.addin.conftest import AS_OF, content
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
from addin.hosts.package import archive, cells, opening, reading, string_table, xml_text
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


# --- text never becomes a formula ---------------------------------------------------------------

#: As people attack: each is to stay a text wherever it is written.
PAYLOADS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    " =1+1",
    "\u3000=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "＝SUM(2)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example","y")',
    '=WEBSERVICE("http://x.example")',
    '=DDE("cmd";"/C calc";"1")',
    "{=1+1}",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "\\\\10.255.255.1\\share",
    "http://x.example",
    "</t></is></c><c><f>1+1</f></c>",
    "]]><f>1</f>",
    "&amp;=1",
    "&L&G",
)  # fmt: skip


def formulas_and_links(path: Path, sheet_names: set[str]) -> tuple[list[str], list[str]]:
    workbook = openpyxl.load_workbook(path)
    sheets = [sheet for sheet in workbook if sheet.title in sheet_names]
    assert len(sheets) == len(sheet_names)
    cells = [one for sheet in sheets for row in sheet.iter_rows() for one in row]
    links = [one.hyperlink for one in cells if one.hyperlink is not None]
    return (
        [str(one.value) for one in cells if one.data_type == "f"],
        [link.target for link in links if link.target],
    )


def quoted(path: Path, sheet_name: str, text: str) -> list[bool]:
    """Whether cells of this text are marked as text; the first column holds hidden keys."""
    sheet = openpyxl.load_workbook(path)[sheet_name]
    cells = [one for row in sheet.iter_rows(min_col=2) for one in row]
    return [one.quotePrefix for one in cells if one.value == text]


def test_texts_of_her_data_stay_texts_on_our_sheets(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "应收"
    sheet.append(hostile.HEADINGS)
    for number, payload in enumerate(PAYLOADS):
        sheet.append([f"={number}" if number % 2 else payload, payload, 46023, 46053, 100, "CNY"])
        for one in sheet[sheet.max_row][:2]:
            one.data_type = "s"
    path = tmp_path / "账.xlsx"
    workbook.save(path)
    for action, ours in (("aging", "账龄"), ("dunning", "催收清单"), ("check", "数据检查")):
        out = tmp_path / f"{action}.xlsx"
        result = run_action(path, action, as_of=AS_OF, out=out)
        made = {content.name for content in result.changes.sheets}
        assert ours in made, made
        assert formulas_and_links(out, made) == ([], [])
    # A name is shown as it is spelled first; full-width letters are the same name.
    for payload in ("=1+1", "+1+1", "@SUM(1)", "＝SUM(2)", "=cmd|' /C calc'!A0"):
        found = quoted(tmp_path / "aging.xlsx", "账龄", payload)
        assert found, payload
        assert all(found)


def test_texts_of_an_imported_file_stay_texts_on_her_sheet(tmp_path):
    path = hostile.written(tmp_path / "账.xlsx", hostile.parts())
    given = tmp_path / "发票.csv"
    rows = [
        f'N{number},"{payload.replace(chr(34), chr(34) * 2)}",2026-01-05,2026-02-04,10.00,CNY'
        for number, payload in enumerate(PAYLOADS)
    ]
    given.write_text("\n".join([",".join(hostile.HEADINGS), *rows]), encoding="utf-8")
    out = tmp_path / "out.xlsx"
    result = run_action(path, "import-table", inputs_file=given, out=out)
    assert result.written
    made = {"应收", *(sheet.name for sheet in result.changes.sheets)}
    assert formulas_and_links(out, made) == ([], [])
    sheet = openpyxl.load_workbook(out)["应收"]
    customers = {row[1].value: row[1].quotePrefix for row in sheet.iter_rows(min_row=3)}
    assert len(customers) >= len(PAYLOADS) - 3  # a leading blank may go where a table is read
    assert customers["=1+1"]
    assert customers["＝1+1"]


def test_our_own_words_are_no_formulas_either(tmp_path, act):
    path = hostile.written(tmp_path / "账.xlsx", hostile.parts())
    texts = dict.fromkeys(PAYLOADS, 1)
    made = content(texts)
    out = tmp_path / "out.xlsx"
    assert run_action(path, act(Changes(sheets=(made,))), as_of=AS_OF, out=out).written
    assert formulas_and_links(out, {"账龄"}) == ([], [])
    with zipfile.ZipFile(out) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>1</f>" not in archive.read(name)


# --- nothing is followed, nothing is run --------------------------------------------------------


@pytest.fixture
def no_network(monkeypatch):
    """Any attempt to reach another machine, or to start a program, fails the test."""
    tried: list[str] = []

    def refuse(*arguments: object, **_: object) -> None:
        tried.append(repr(arguments))
        raise AssertionError(f"reached outside: {arguments}")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    return tried


def test_the_guard_guards(no_network):
    with pytest.raises(AssertionError, match="outside"):
        socket.create_connection(("127.0.0.1", 9))
    assert no_network


def test_no_file_of_others_makes_us_reach_outside(shared_data, no_network):
    paths = sorted((shared_data / "fidelity").iterdir())
    assert len(paths) > 40
    for path in paths:
        book = open_book(path)
        assert book.sheets
        with contextlib.suppress(Refusal):  # it may have no table; that is for other tests
            run_action(path, "check", preview=True)
    assert no_network == []


def test_links_out_are_carried_and_not_followed(tmp_path, no_network):
    path = hostile.links_out(tmp_path / "账.xlsx")
    out = tmp_path / "out.xlsx"
    assert run_action(path, "aging", as_of=AS_OF, out=out).written
    assert no_network == []
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(out) as after:
        assert after.read(rels) == before.read(rels)
        assert after.read(SHEET) == before.read(SHEET)
    made = {sheet.title for sheet in openpyxl.load_workbook(out)} - {"应收"}
    assert formulas_and_links(out, made) == ([], [])


def test_macros_of_hers_are_carried_as_bytes(shared_data, tmp_path):
    path = shared_data / "fidelity" / "macro04.xlsm"
    out = tmp_path / "out.xlsm"
    run_action(path, "check", out=out)
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(out) as after:
        assert after.read("xl/vbaProject.bin") == before.read("xl/vbaProject.bin")


FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "breakpoint"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "code", "pty"}
FORBIDDEN_METHODS = {("os", "system"), ("os", "popen"), ("pd", "read_pickle"), ("pd", "eval")}


def dangerous(tree: ast.AST) -> list[str]:
    """What could run a text or bytes that someone else wrote."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [name for name in names if name.partition(".")[0] in FORBIDDEN_MODULES]
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            found.append(node.func.id)
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            called = (node.func.value.id, node.func.attr)
            found += [".".join(called)] if called in FORBIDDEN_METHODS else []
            if node.func.attr == "eval" and called[0] in {"pd", "pandas"}:
                found.append("pd.eval")
        for keyword in node.keywords:
            shell = keyword.arg == "shell" and not (
                isinstance(keyword.value, ast.Constant) and keyword.value.value is False
            )
            pickled = keyword.arg == "allow_pickle"
            found += [str(keyword.arg)] if shell or pickled else []
    return found


@pytest.mark.parametrize(
    "code",
    ["eval('1')", "exec('1')", "import pickle", "from pickle import loads", "os.system('x')",
     "subprocess.run('x', shell=True)", "np.load(p, allow_pickle=True)", "pd.read_pickle(p)"],
)  # fmt: skip
def test_what_is_dangerous_is_seen(code):
    assert dangerous(ast.parse(code))


def test_no_room_runs_what_others_wrote():
    files = [
        path for room in ("addin", "macros", "udfs") for path in sorted((ROOT / room).rglob("*.py"))
    ]
    assert len(files) > 100
    found = {
        str(path.relative_to(ROOT)): dangerous(ast.parse(path.read_text(encoding="utf-8")))
        for path in files
    }
    assert {path: what for path, what in found.items() if what} == {}


# --- names never become paths -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "C:\\evil", "a\0b", "CON", "..\\x"])
def test_a_customer_named_like_a_path_is_only_a_text(tmp_path, name):
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    workbook = openpyxl.Workbook()
    workbook.active.title = "应收"
    workbook.active.append(hostile.HEADINGS)
    workbook.active.append(["INV1", name.replace("\0", ""), 46023, 46053, 100, "CNY"])
    path = folder / "账.xlsx"
    workbook.save(path)
    before = {file for file in tmp_path.rglob("*") if "store" not in file.parts}
    assert run_action(path, "aging", as_of=AS_OF).written
    assert {file for file in tmp_path.rglob("*") if "store" not in file.parts} == before


def test_the_store_names_books_by_a_sum_of_their_path(tmp_path, store):
    path = hostile.written(tmp_path / "a ..%2f x.xlsx", hostile.parts())
    assert run_action(path, "aging", as_of=AS_OF).written
    kept = [file for file in store.rglob("*") if file.is_file()]
    assert kept
    assert all(file.resolve().is_relative_to(store.resolve()) for file in kept)


def test_ranges_merged_beyond_the_cells_end_with_them(tmp_path):
    behind = '<mergeCells><mergeCell ref="A1:XFD1"/><mergeCell ref="B2:C1048576"/></mergeCells>'
    path = with_cells("", behind=behind)(tmp_path / "账.xlsx")
    assert open_book(path).sheet("应收").merged == ((1, 1, 1, 6), (2, 2, 2, 3))
    assert run_action(path, "check", preview=True)


# --- the threat model -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["security.md", "security.zh-CN.md"])
def test_every_test_that_the_threat_model_names_is_here_and_every_limit_is_the_one_kept(name):
    said = (ROOT / "addin" / "help" / name).read_text(encoding="utf-8")
    here = {item for item in globals() if item.startswith("test_")}
    named = set(re.findall(r"`(test_\w+)`", said))
    assert len(named) > 10
    assert named <= here
    for limit in (
        f"{archive.MAX_PARTS:,}",
        f"{archive.MAX_RATIO} ",
        f"{archive.MAX_UNPACKED >> 30} GiB",
        f"{archive.SMALL_ENOUGH >> 20} MiB",
        f"{opening.MAX_SHEETS:,}",
        f"{xml_text.MAX_TREE >> 20} MiB",
        f"{cells.MAX_CELLS:,}",
        f"{string_table.MAX_TEXTS:,}",
        f"{reading.MAX_TEXT >> 20} MiB",
    ):
        assert limit in said
