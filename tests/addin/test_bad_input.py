"""Bad input, as a table: refused with a code, a place and an unchanged file; or done and said."""

import hashlib
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from addin.hosts.package.reading import open_book
from addin.run import run_action
from macros.changes import Changes
from macros.texts import Refusal
from tests.addin.conftest import AS_OF, content, find

HEADINGS = ["单据号", "客户名称", "单据日期", "到期日", "应收金额", "币种"]


def ledger(path: Path, *rows: list[object]) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "应收"
    sheet.append(HEADINGS)
    for row in rows or ([["INV1", "甲公司", 46023, 46053, 1000, "CNY"]]):
        sheet.append(row)
    workbook.save(path)
    return path


def text_in_utf_8(path: Path) -> str:
    path.write_text("单据号,金额\nINV1,100\n", encoding="utf-8-sig")
    return "aging"


def text_in_gb18030(path: Path) -> str:
    path.write_text("单据号,金额\n" + "甲公司,100\n" * 3_000, encoding="gb18030")
    return "aging"


def a_web_page(path: Path) -> str:
    path.write_text("<html><table><tr><td>单据号</td></tr></table></html>", encoding="utf-8")
    return "aging"


def no_text(path: Path) -> str:
    path.write_bytes(bytes(range(256)))
    return "aging"


def nothing(path: Path) -> str:
    path.write_bytes(b"")
    return "aging"


def open_document(path: Path) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office:document-content/>")
    return "aging"


def empty_zip(path: Path) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    return "aging"


def cut_short(path: Path) -> str:
    ledger(path)
    path.write_bytes(path.read_bytes()[:-400])
    return "aging"


def compound(name: str) -> bytes:
    """An OLE compound file with one stream: a FAT, a directory and eight sectors of content."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    chain = [fat, end, *range(3, 10), end]
    table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = title.encode("utf-16-le") + b"\0\0"
        packed = raw.ljust(64, b"\0") + struct.pack("<HBB3I", len(raw), kind, 1, free, free, child)
        return packed + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, end, 0) + entry(name, 2, free, 2, 4096)
    return header + table + folder.ljust(512, b"\0") + bytes(4096)


def encrypted(path: Path) -> str:
    path.write_bytes(compound("EncryptedPackage"))
    return "aging"


def old_format(path: Path) -> str:
    path.write_bytes(compound("Workbook"))
    return "aging"


def a_document(path: Path) -> str:
    path.write_bytes(compound("WordDocument"))
    return "aging"


def open_in_excel(path: Path) -> str:
    ledger(path)
    path.with_name(f"~${path.name}").write_bytes(b"\x05wang")
    return "aging"


def open_in_libreoffice(path: Path) -> str:
    ledger(path)
    path.with_name(f".~lock.{path.name}#").write_text(",wang,host", encoding="utf-8")
    return "aging"


def unknown_action(path: Path) -> str:
    ledger(path)
    return "agging"


def no_table(path: Path) -> str:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "会议纪要"
    workbook.save(path)
    return "aging"


def two_currencies(path: Path) -> str:
    ledger(
        path,
        ["INV1", "甲公司", 46023, 46053, 1000, "CNY"],
        ["INV2", "乙公司", 46023, 46053, 1000, "USD"],
    )
    return "aging"


def zip_bomb(path: Path) -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (200 << 20))
    return "aging"


REFUSED = [
    (text_in_utf_8, "text_inside", "账.xlsx"),
    (text_in_gb18030, "text_inside", "账.xlsx"),
    (a_web_page, "not_a_workbook", "账.xlsx"),
    (no_text, "not_a_workbook", "账.xlsx"),
    (nothing, "not_a_workbook", "账.xlsx"),
    (open_document, "open_document", "账.xlsx"),
    (empty_zip, "not_a_workbook", "账.xlsx"),
    (cut_short, "not_a_workbook", "账.xlsx"),
    (encrypted, "encrypted", "账.xlsx"),
    (old_format, "old_format", "账.xlsx"),
    (a_document, "not_a_workbook", "账.xlsx"),
    (open_in_excel, "open_elsewhere", "账.xlsx"),
    (open_in_libreoffice, "open_elsewhere", "账.xlsx"),
    (unknown_action, "unknown_action", "agging"),
    (no_table, "no_table", "账.xlsx"),
    (two_currencies, "mixed_currencies", None),
    (zip_bomb, "too_large", "账.xlsx"),
]


@pytest.mark.parametrize(("make", "code", "place"), REFUSED)
def test_refused_with_code_and_place_and_the_file_is_the_same(tmp_path, store, make, code, place):
    path = tmp_path / "账.xlsx"
    action = make(path)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(Refusal) as refused:
        run_action(path, action, as_of=AS_OF)
    assert refused.value.code == code
    if place is not None:
        assert refused.value.place == place
    for lang in ("zh", "en"):
        sentence = refused.value.render(lang)
        assert "{" not in sentence
        assert len(sentence) > 10
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert not list(store.glob("undo/*/record.json"))


@pytest.mark.parametrize("as_of", [0, -5, 2_958_466])
def test_a_date_that_is_none_is_refused(tmp_path, as_of):
    path = ledger(tmp_path / "账.xlsx")
    with pytest.raises(Refusal) as refused:
        run_action(path, "aging", as_of=as_of)
    assert refused.value.code == "bad_date"


@pytest.mark.parametrize("as_of", [1, 2_958_465])
def test_the_first_and_the_last_day_are_dates(tmp_path, as_of):
    path = ledger(tmp_path / "账.xlsx")
    assert run_action(path, "aging", as_of=as_of, preview=True).written is False


def test_no_date_anywhere_is_refused(tmp_path):
    path = ledger(tmp_path / "账.xlsx")
    with pytest.raises(Refusal) as refused:
        run_action(path, "aging")
    assert refused.value.code == "no_as_of"


def test_a_file_that_is_not_there_and_a_setting_that_is_none(tmp_path):
    with pytest.raises(Refusal) as refused:
        run_action(tmp_path / "无.xlsx", "aging", as_of=AS_OF)
    assert (refused.value.code, refused.value.place) == ("no_file", "无.xlsx")
    path = ledger(tmp_path / "账.xlsx")
    with pytest.raises(Refusal) as refused:
        run_action(path, "aging", as_of=AS_OF, options={"colour": "red"})
    assert (refused.value.code, refused.value.place) == ("unknown_setting", "colour")


def test_duplicate_keys_are_done_and_said(tmp_path):
    path = ledger(
        tmp_path / "账.xlsx",
        ["INV1", "甲公司", 46023, 46053, 1000, "CNY"],
        ["INV1", "甲公司", 46023, 46053, 1000, "CNY"],
    )
    result = run_action(path, "aging", as_of=AS_OF)
    assert result.written
    assert "duplicate_key" in {problem.code for problem in result.problems}
    assert result.exit_code == 1
    assert find(path, "数据检查", "duplicate_key")


def test_dates_of_1904_are_read_and_written_as_the_days_they_are(tmp_path, act):
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    sheet = workbook.active
    sheet.title = "应收"
    sheet.append(HEADINGS)
    # 2026-01-01 is serial 46023 of 1900 and 44561 of 1904.
    sheet.append(["INV1", "甲公司", 44561, 44591, 1000, "CNY"])
    for cell in sheet[2][2:4]:
        cell.number_format = "yyyy-mm-dd"
    path = tmp_path / "账.xlsx"
    workbook.save(path)
    book = open_book(path)
    assert book.date_1904
    assert book.sheets[0].cells[1, 2:4].tolist() == [46023.0, 46053.0]
    assert run_action(path, act(Changes(sheets=(content({"甲公司": 1}),))), as_of=AS_OF).written
    row, _ = find(path, "账龄", "甲公司")
    written = openpyxl.load_workbook(path)["账龄"]
    assert written.cell(row, 4).value.date().isoformat() == "2026-01-31"
    cells = open_book(path).sheet("账龄").cells
    assert cells[row - 1, 3] == 46053.0


def test_200_sheets_are_done(tmp_path, act):
    path = ledger(tmp_path / "账.xlsx")
    workbook = openpyxl.load_workbook(path)
    for number in range(199):
        workbook.create_sheet(f"表{number}")["A1"] = number
    workbook.save(path)
    result = run_action(path, act(Changes(sheets=(content({"甲公司": 1}),))), as_of=AS_OF)
    assert result.written
    book = open_book(path)
    assert len(book.sheets) == 203
    assert [book.sheet(f"表{number}").cells[0, 0] for number in range(199)] == list(range(199))


#: A formula that no engine of ours computes.
UNKNOWN = "=VALUE(NUMBERSTRING(500,3))"


def test_formulas_without_values_are_done_and_said(tmp_path):
    rows = [[f"INV{n}", "甲公司", 46023, 46053, cell, "CNY"] for n, cell in enumerate([UNKNOWN, 5])]
    path = ledger(tmp_path / "账.xlsx", *rows)
    assert open_book(path).sheets[0].uncached == {(2, 5)}
    result = run_action(path, "aging", as_of=AS_OF)
    assert result.written
    assert "host.uncached" in {message.code for message in result.messages}
    assert result.exit_code == 1
    assert openpyxl.load_workbook(path)["应收"]["E2"].value == UNKNOWN


def test_a_book_whose_amounts_no_program_has_calculated_is_refused(tmp_path):
    path = ledger(tmp_path / "账.xlsx", ["INV1", "甲公司", 46023, 46053, UNKNOWN, "CNY"])
    with pytest.raises(Refusal) as caught:
        run_action(path, "aging", as_of=AS_OF)
    assert (caught.value.code, caught.value.place) == ("unusable_column", "应收!E")


def test_control_characters_do_not_reach_the_file(tmp_path, act):
    path = ledger(tmp_path / "账.xlsx")
    made = content({"甲\x00公\x0b司\ud800": 1})
    assert run_action(path, act(Changes(sheets=(made,))), as_of=AS_OF).written
    assert find(path, "账龄", "甲公司")


@pytest.mark.parametrize("text", ["=1+1", "+86 10", "-5", "@甲", '=HYPERLINK("x")'])
def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path, act, text):
    path = ledger(tmp_path / "账.xlsx")
    assert run_action(path, act(Changes(sheets=(content({text: 1}),))), as_of=AS_OF).written
    row, column = find(path, "账龄", text)
    cell = openpyxl.load_workbook(path)["账龄"].cell(row, column)
    assert cell.data_type == "s"
    assert cell.quotePrefix


@pytest.mark.parametrize(("lang", "ours"), [("zh", "账龄 (回款)"), ("en", "账龄 (huikuan)")])
def test_a_sheet_of_hers_with_our_title_is_left_alone_and_said(tmp_path, act, lang, ours):
    path = ledger(tmp_path / "账.xlsx")
    workbook = openpyxl.load_workbook(path)
    workbook.create_sheet("账龄")["A1"] = "我自己的账龄"
    workbook.save(path)
    action = act(Changes(sheets=(content({"甲公司": 1}),)))
    result = run_action(path, action, as_of=AS_OF, lang=lang)
    said = next(m for m in result.messages if m.code == "host.sheet_is_hers")
    assert ours in said.render(lang)
    book = open_book(path)
    assert book.sheet("账龄").cells.tolist() == [["我自己的账龄"]]
    assert book.ours("trial").name == ours


@pytest.mark.parametrize(
    ("name", "code"),
    [("b2.xlsm", "other_suffix"), ("b2.txt", "other_suffix"), ("b2", "other_suffix"),
     ("none/b2.xlsx", "no_folder")],
)  # fmt: skip
def test_out_is_of_the_kind_of_the_book_and_in_a_folder_that_exists(
    book, act, tmp_path, name, code
):
    with pytest.raises(Refusal) as refused:
        run_action(book, act(Changes(sheets=(content({"甲公司": 5}),))), out=tmp_path / name)
    assert refused.value.code == code
    assert list(tmp_path.glob("b2*")) == []
    run_action(book, act(Changes(sheets=(content({"甲公司": 5}),))), out=tmp_path / "b2.XLSX")


def test_a_folder_and_a_text_file_are_named_for_what_they_are(tmp_path):
    (tmp_path / "账本").mkdir()
    for csv in ("发票.CSV", "发票.xlsx"):
        (tmp_path / csv).write_text("单据号,客户\nA1,甲\n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "账本.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    for name, code, said in (
        ("账本", "is_folder", "这是一个文件夹"),
        ("发票.CSV", "is_text", "huikuan import-table 发票.CSV"),
        ("发票.xlsx", "text_inside", "内容是文本（csv）"),
        ("账本.ods", "open_document", ".ods：请另存为 .xlsx"),
    ):
        with pytest.raises(Refusal) as refused:
            run_action(tmp_path / name, "check", preview=True)
        assert (refused.value.code, refused.value.place) == (code, name)
        assert said in refused.value.render("zh")
