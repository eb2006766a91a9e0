"""Data that means harm: text never becomes a formula, nothing is followed, nothing is run.

``addin/help/security.md`` names the test of each of its lines.
"""

import ast
import contextlib
import re
import socket
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest

from addin.hosts.package import reading
from addin.hosts.package.container import archive, cells, opening, string_table, xml_text
from addin.hosts.package.reading import open_book
from addin.recalculation.command import recalc_book
from addin.run import run_action
from macros.changes import Changes
from macros.texts import Refusal
from tests.addin import hostile, test_hostile
from tests.addin.conftest import AS_OF, content
from tests.addin.hostile import SHEET, cell, with_cells

ROOT = Path(__file__).parents[2]


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


# --- formulas ------------------------------------------------------------------------------------

ARRAY = '<row r="9"><c r="A9"><f t="array" ref="A9:XFD1048576">B9</f></c></row>'
HARD_TO_COMPUTE = {
    "an array over the sheet": (with_cells(ARRAY), "array_too_large"),
    "a cell that the engine cannot read": (
        with_cells('<row r="9"><c r="A9"><f>1+1</f></c></row>' + cell("A99999999999")),
        "engine_refuses",
    ),
    "names in a circle": (hostile.names(("A_", "B_"), ("B_", "A_")), None),
    "formulas that reach outside": (hostile.links_out, None),
}


@pytest.mark.parametrize("case", HARD_TO_COMPUTE)
def test_recalculation_refuses_or_leaves_what_it_cannot_compute(tmp_path, no_network, case):
    make, code = HARD_TO_COMPUTE[case]
    path = make(tmp_path / "账.xlsx")
    before = path.read_bytes()
    out = tmp_path / "out.xlsx"
    if code is None:
        recalc_book(path, out=out, progress=lambda *_: None)
        assert out.is_file()
    else:
        with pytest.raises(Refusal) as refused:
            recalc_book(path, out=out, progress=lambda *_: None)
        assert refused.value.code == code
        assert "{" not in refused.value.render("zh") + refused.value.render("en")
    assert path.read_bytes() == before
    assert no_network == []


# --- the threat model -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["security.md", "security.zh-CN.md"])
def test_every_test_that_the_threat_model_names_is_here_and_every_limit_is_the_one_kept(name):
    said = (ROOT / "addin" / "help" / name).read_text(encoding="utf-8")
    here = {item for item in (*globals(), *vars(test_hostile)) if item.startswith("test_")}
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
