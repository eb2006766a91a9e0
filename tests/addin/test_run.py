"""A run as a whole: preview, what stays, the second run, one step back."""

import hashlib
import os
import re
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from addin.hosts.package.reading import open_book
from addin.run import create, run_action, undo
from macros.changes import Changes, Chart
from macros.texts import Refusal
from tests.addin.conftest import AS_OF, content, find
from tests.conftest import missing

FIRST = {"甲公司": 130075, "乙公司": 200000}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cells(path: Path) -> dict[str, list[list[object]]]:
    return {sheet.name: sheet.cells.tolist() for sheet in open_book(path).sheets}


def cached(path: Path) -> None:
    """Give formulas a value each, as Excel does when it saves."""
    workbook = openpyxl.load_workbook(path)
    workbook.calculation.fullCalcOnLoad = False
    workbook.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet2.xml"
    parts[name] = re.sub(rb"(</f>)<v\s*/>|(</f>)<v></v>", rb"</f><v>3300.75</v>", parts[name])
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)


def test_a_preview_writes_nothing_and_leaves_no_trace(book, act, store):
    before = digest(book)
    result = run_action(book, act(Changes(sheets=(content(FIRST),))), preview=True)
    assert not result.written
    assert [sheet.name for sheet in result.changes.sheets] == ["账龄", "数据检查", "日志"]
    assert digest(book) == before
    assert not store.exists()


def test_values_formulas_and_looks_of_hers_are_what_they_were(book, act):
    cached(book)
    before = cells(book)
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    after = cells(book)
    assert after["应收"] == before["应收"]
    assert after["我的计算"] == before["我的计算"] == [["合计", 3300.75], ["要点", None]]
    workbook = openpyxl.load_workbook(book)
    assert workbook["我的计算"]["B1"].value == "=SUM(应收!E4:E6)"
    assert workbook["我的计算"]["A2"].fill.fgColor.rgb.endswith("FFFF00")
    assert not workbook.calculation.fullCalcOnLoad


def test_a_formula_of_hers_on_our_sheet_makes_excel_calculate(book, act):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    workbook = openpyxl.load_workbook(book)
    workbook["我的计算"]["B3"] = "=账龄!C6"
    workbook.calculation.fullCalcOnLoad = False
    workbook.save(book)
    run_action(book, act(Changes(sheets=(content({"甲公司": 5}),))))
    assert openpyxl.load_workbook(book).calculation.fullCalcOnLoad


def test_the_second_run_adds_a_row_to_the_log_and_nothing_else(book, act):
    made = content(FIRST, charts=(Chart("column", "图", "items", "customer", ("open",), 0, 1),))
    run_action(book, act(Changes(sheets=(made,))), as_of=AS_OF)
    first = cells(book)
    run_action(book, act(Changes(sheets=(made,))), as_of=AS_OF)
    second = cells(book)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == ["日志"]
    assert second["日志"][: len(first["日志"])] == first["日志"]
    assert len(second["日志"]) == len(first["日志"]) + 1
    assert len(openpyxl.load_workbook(book)["账龄"]._charts) == 1


def test_looks_do_not_pile_up_from_run_to_run(book, act):
    sizes = set()
    for _ in range(3):
        run_action(book, act(Changes(sheets=(content(FIRST),))))
        with zipfile.ZipFile(book) as archive:
            xml = archive.read("xl/styles.xml")
        names = (b"<xf ", b"<font>", b"<fill>", b"<border", b"<dxf>", b"<numFmt ")
        sizes.add(tuple(xml.count(name) for name in names))
    assert len(sizes) == 1


def test_permissions_and_links_of_the_file_are_kept(book, act, tmp_path):
    book.chmod(0o640)
    link = tmp_path / "链接.xlsx"
    try:
        link.symlink_to(book)
    except OSError:
        missing("a system that makes symbolic links")
    run_action(link, act(Changes(sheets=(content(FIRST),))))
    assert link.is_symlink()
    assert "账龄" in cells(book)
    if os.name == "posix":
        assert stat.S_IMODE(book.stat().st_mode) == 0o640


def test_out_writes_another_file_and_never_over_one(book, act, tmp_path):
    before = digest(book)
    out = tmp_path / "结果.xlsx"
    result = run_action(book, act(Changes(sheets=(content(FIRST),))), out=out)
    assert result.path == out
    assert digest(book) == before
    assert "账龄" in cells(out)
    with pytest.raises(Refusal) as refused:
        run_action(book, "aging", out=out)
    assert refused.value.code == "file_exists"


def test_nothing_temporary_is_left_beside_the_book(book, act):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    assert sorted(path.name for path in book.parent.iterdir()) == sorted(["store", "账本.xlsx"])


def test_an_error_while_writing_leaves_the_book_as_it_was(book, act, monkeypatch):
    before = digest(book)

    def fail(*_args, **_more):
        raise OSError("disk full")

    monkeypatch.setattr("addin.hosts.package.writing.verify", fail)
    with pytest.raises(OSError, match="disk full"):
        run_action(book, act(Changes(sheets=(content(FIRST),))))
    assert digest(book) == before
    assert sorted(path.name for path in book.parent.iterdir()) == sorted(["store", "账本.xlsx"])


def test_a_value_of_hers_that_would_change_stops_the_run(book, act, monkeypatch):
    before = digest(book)
    from addin.hosts.package.container.parts import Parts  # noqa: PLC0415 - patched below

    write = Parts.write
    part = "xl/worksheets/sheet1.xml"

    def spoil_openly(parts, target):
        xml = parts.read(part)
        assert b"<v>2000</v>" in xml
        parts.set(part, xml.replace(b"<v>2000</v>", b"<v>1</v>"))
        write(parts, target)

    def spoil_secretly(parts, target):
        spoil_openly(parts, target)
        parts._content.pop(part)

    for spoil, said in (
        (spoil_openly, ("value_changed", "应收!E5")),
        (spoil_secretly, ("part_changed", part)),
    ):
        monkeypatch.setattr(Parts, "write", spoil)
        with pytest.raises(Refusal) as refused:
            run_action(book, act(Changes(sheets=(content(FIRST),))))
        assert (refused.value.code, refused.value.place) == said
        assert digest(book) == before


def test_undo_gives_the_book_back_byte_for_byte_once(book, act):
    before = digest(book)
    result = run_action(book, act(Changes(sheets=(content(FIRST),))))
    assert result.backup is not None
    assert digest(result.backup) == before
    done = undo(book, "zh")
    assert [message.code for message in done.messages] == ["host.undone"]
    assert digest(book) == before
    with pytest.raises(Refusal) as refused:
        undo(book, "zh")
    assert refused.value.code == "nothing_to_undo"


def test_undo_keeps_what_she_typed_since_by_key(book, act):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"]["G6"] = "第一次的备注"
    workbook.save(book)
    run_action(book, act(Changes(sheets=(content({"丙公司": 3, "甲公司": 9}),))))
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["账龄"]
    assert sheet["B7"].value == "甲公司"
    sheet["G7"] = "改过的备注"
    sheet["G6"] = "丙的备注"
    workbook["我的计算"]["A5"] = "此后写的"
    workbook.save(book)
    done = undo(book, "zh")
    codes = {message.code for message in done.messages}
    assert codes >= {"host.undone_merged", "host.undo_merged_cells", "host.undo_archived"}
    sheet = openpyxl.load_workbook(book)["账龄"]
    row, _ = find(book, "账龄", "甲公司")
    assert sheet.cell(row, 3).value == 1300.75
    assert any(rule.dxf for area in sheet.conditional_formatting for rule in area.rules)
    assert sheet.cell(row, 7).value == "改过的备注"
    assert find(book, "账龄", "丙的备注")[0] > find(book, "账龄", "合计")[0]
    assert cells(book)["我的计算"][4][0] == "此后写的"
    run_action(book, act(Changes(sheets=(content({"丙公司": 3, "甲公司": 9}),))))
    row, _ = find(book, "账龄", "丙公司")
    assert openpyxl.load_workbook(book)["账龄"].cell(row, 7).value == "丙的备注"


def test_undo_removes_a_new_sheet_unless_she_wrote_on_it(book, act):
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    workbook = openpyxl.load_workbook(book)
    workbook["我的计算"]["A9"] = "x"
    workbook.save(book)
    undo(book, "zh")
    assert list(cells(book)) == ["应收", "我的计算"]
    run_action(book, act(Changes(sheets=(content(FIRST),))))
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"]["G6"] = "我写的"
    workbook.save(book)
    done = undo(book, "zh")
    assert "host.undo_sheet_kept" in {message.code for message in done.messages}
    assert list(cells(book)) == ["应收", "我的计算", "账龄"]


def test_two_runs_at_once_do_not_meet(book, act, monkeypatch):
    from addin.store import Slot  # noqa: PLC0415 - one test

    monkeypatch.setattr("addin.locking.limit", lambda _name: 0)
    before = digest(book)
    with Slot(book).locked(), pytest.raises(Refusal) as refused:
        run_action(book, act(Changes(sheets=(content(FIRST),))))
    assert refused.value.code == "running"
    assert digest(book) == before


def test_create_makes_a_book_and_never_over_one(tmp_path):
    path = tmp_path / "新.xlsx"
    made = content({"甲公司": 100}, name="应收")
    create(path, Changes(sheets=(made,)), "zh")
    assert list(cells(path)) == ["应收"]
    with pytest.raises(Refusal) as refused:
        create(path, Changes(sheets=(made,)), "zh")
    assert refused.value.code == "file_exists"


def test_map_hands_over_a_sheet_of_hers(book, act):
    workbook = openpyxl.load_workbook(book)
    workbook.create_sheet("账龄")["A1"] = "旧账龄"
    workbook.save(book)
    made = content(FIRST, mark="aging")
    result = run_action(book, act(Changes(sheets=(made,))))
    assert "host.sheet_is_hers" in {message.code for message in result.messages}
    assert cells(book)["账龄"] == [["旧账龄"]]
    run_action(book, act(Changes()), take="账龄")
    assert "账龄 (回款)" not in cells(book)
    assert find(book, "账龄", "甲公司")
    with pytest.raises(Refusal) as refused:
        run_action(book, act(Changes()), take="应收")
    assert refused.value.code == "not_our_title"


@pytest.mark.parametrize("beside", [False, True])
def test_undo_gives_back_a_sheet_that_was_handed_over(book, act, beside):
    workbook = openpyxl.load_workbook(book)
    workbook.create_sheet("账龄")["A1"] = "旧账龄"
    workbook.save(book)
    if beside:
        run_action(book, act(Changes(sheets=(content(FIRST, mark="aging"),))))
    run_action(book, act(Changes()), take="账龄")
    workbook = openpyxl.load_workbook(book)
    workbook["我的计算"]["A9"] = "此后写的"
    workbook.save(book)
    undo(book, "zh")
    assert cells(book)["账龄"] == [["旧账龄"]]
    assert ("账龄 (回款)" in cells(book)) is beside
    assert cells(book)["我的计算"][8][0] == "此后写的"


def test_levels_links_and_styles_reach_the_file(book, act):
    made = content(FIRST)
    block = made.blocks[0]
    links = {"customer": np.array(["'应收'!B4", None, None], dtype=object)}
    levels = np.array([0, 1, 0], dtype=np.int8)
    block = replace(block, links=links, levels=levels, folded=True, table=None)
    run_action(book, act(Changes(sheets=(replace(made, blocks=(block,)),))))
    sheet = openpyxl.load_workbook(book)["账龄"]
    assert sheet["B6"].hyperlink.location == "'应收'!B4"
    assert sheet.row_dimensions[7].outlineLevel == 1
    assert sheet.row_dimensions[7].hidden
    assert sheet.row_dimensions[6].collapsed
    assert sheet["B8"].font.b
    assert sheet["C6"].number_format == '#,##0.00;[Red]-#,##0.00;"–"'
    assert sheet["G6"].protection.locked is False
    assert sheet.row_dimensions[4].hidden
    assert sheet.column_dimensions["A"].hidden
    assert sheet.freeze_panes == "B6"
    assert sheet.print_title_rows == "$5:$5"


def test_every_part_is_well_formed_and_its_elements_in_order(book, act):
    from xml.etree import ElementTree as ET  # noqa: PLC0415 - one test

    from addin.hosts.package.container import elements as order  # noqa: PLC0415 - one test

    made = content(FIRST, charts=(Chart("line", "图", "items", "customer", ("open",), 0, 1),))
    block = made.blocks[0]
    links = {"customer": np.array(["'应收'!B4", "'应收'!B5", None], dtype=object)}
    made = replace(made, blocks=(replace(block, links=links, levels=np.array([0, 1, 0])),))
    run_action(book, act(Changes(sheets=(made,))))
    run_action(book, "aging")
    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels", ".vml")):
                continue
            root = ET.fromstring(archive.read(name))  # noqa: S314 - our own file
            if name.startswith("xl/worksheets/sheet"):
                children = [child.tag.rpartition("}")[2] for child in root]
                places = [order.ORDER.index(child) for child in children]
                assert places == sorted(places), name
                rows = [int(row.get("r")) for row in root.iter() if row.tag.endswith("}row")]
                assert rows == sorted(set(rows)), name
                cells_ = [cell.get("r") for cell in root.iter() if cell.tag.endswith("}c")]
                assert len(cells_) == len(set(cells_)), name
