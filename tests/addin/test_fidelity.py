"""Books that nobody here wrote: every part of hers comes out of a run byte for byte."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from addin.hosts.package.container.opening import open_package
from addin.hosts.package.recalculating import needs_recalculation
from addin.run import run_action
from macros.changes import Changes, Chart
from macros.texts import Refusal
from tests.addin.conftest import COLUMNS, content
from tests.addin.packages import CHARTS, RELATED, made, parts_of, sheet_part, with_part

#: What a run may change of a book: new sheets are listed, and their looks appended.
MAY_CHANGE = {
    "[content_types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    # A book written by another program than Excel names them its own way.
    "xl/_rels/workbook22.xml.rels",
}


def books(shared_data: Path) -> list[Path]:
    found = [*(shared_data / "fidelity").iterdir(), *(shared_data / "workbooks").iterdir()]
    return sorted(path for path in found if path.suffix in {".xlsx", ".xlsm"})


def test_every_part_of_every_book_comes_out_byte_for_byte(shared_data, tmp_path, act):
    sources = books(shared_data)
    assert len(sources) == 48
    for source in sources:
        path = tmp_path / source.name
        shutil.copyfile(source, path)
        before = parts_of(path)
        run_action(path, act(made({"甲公司": 1, "乙公司": 2}, charts=CHARTS)))
        first = parts_of(path)
        for name, data in before.items():
            if name.lower() not in MAY_CHANGE:
                assert first[name] == data, (source.name, name)
        run_action(path, act(made({"乙公司": 3}, charts=CHARTS)))
        second = parts_of(path)
        assert set(second) == set(first), source.name
        assert second["xl/styles.xml"] == first["xl/styles.xml"], source.name
        new = {name for name in second if name not in before}
        assert {name for name in second if second[name] != first[name]} <= new | MAY_CHANGE


def test_six_replacements_keep_all_that_others_refer_to(book, act):
    flat = content({"甲公司": 1, "乙公司": 2})
    flat = replace(flat, blocks=(replace(flat.blocks[0], table="AR_Items"),))
    run_action(book, act(Changes(sheets=(flat,))))
    workbook = openpyxl.load_workbook(book)
    workbook["我的计算"]["C1"] = "=SUM(AR_Items[未收])+账龄!C6"
    workbook["我的计算"]["E1"], workbook["我的计算"]["F1"] = "甲", "乙"
    workbook["我的计算"].add_table(openpyxl.worksheet.table.Table(displayName="T9", ref="E1:F2"))
    workbook.move_sheet("账龄", -1)
    workbook.save(book)

    def referred():
        with zipfile.ZipFile(book) as archive:
            main = archive.read("xl/workbook.xml").decode()
        listed = re.findall(r'<sheet [^>]*?name="([^"]+)" sheetId="(\d+)"', main)
        with open_package(book) as package:
            entry = next(each for each in package.sheets if each.name == "账龄")
            table = package.related(entry.part, "table")[0]
            tree = package.tree(table)
            return listed, entry.part, table, tree.get("id"), tree.get("displayName")

    kept, names = referred(), set(parts_of(book))
    for number in range(6):
        rows = replace(flat.blocks[0], data=flat.blocks[0].data.assign(open=[number, 2, 3]))
        run_action(book, act(Changes(sheets=(replace(flat, blocks=(rows,)),))))
        assert referred() == kept
        assert set(parts_of(book)) == names
    assert openpyxl.load_workbook(book)["我的计算"]["C1"].value == "=SUM(AR_Items[未收])+账龄!C6"


def test_a_name_of_hers_scoped_to_our_sheet_stays_and_ours_are_not_doubled(book, act):
    run_action(book, act(made({"甲公司": 1})))
    workbook = openpyxl.load_workbook(book)
    name = openpyxl.workbook.defined_name.DefinedName("我的格", attr_text="账龄!$C$6")
    workbook["账龄"].defined_names["我的格"] = name
    workbook.save(book)
    for _ in range(3):
        run_action(book, act(made({"甲公司": 1})))
    main = parts_of(book)["xl/workbook.xml"].decode()
    names = re.findall(r'<definedName name="([^"]+)" localSheetId="2"', main)
    assert sorted(names) == [
        "_huikuan", "_xlnm.Print_Titles", "_xlnm._FilterDatabase", "我的格",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (
            b'<extLst><ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"/></extLst>',
            ("迷你图（账龄）", "sparklines (账龄)"),
        ),
        (
            b'<extLst><ext uri="{00000000-0000-0000-0000-000000000000}"/></extLst>',
            (
                "未知扩展 {00000000-0000-0000-0000-000000000000}（账龄）",
                "unknown extension {00000000-0000-0000-0000-000000000000} (账龄)",
            ),
        ),
        (b"<controls/>", ("控件（账龄）", "controls (账龄)")),
        (
            b"<somethingNew/>",
            ("未知内容 somethingNew（账龄）", "unknown content somethingNew (账龄)"),
        ),
    ],
)
def test_what_cannot_be_carried_is_refused_on_our_sheet_and_kept_on_hers(
    book, act, element, expected
):
    run_action(book, act(made({"甲公司": 1})))
    hers, ours = sheet_part(book, "应收"), sheet_part(book, "账龄")

    def add(part):
        def put(parts):
            parts[part] = parts[part].replace(b"</worksheet>", element + b"</worksheet>")

        with_part(book, put)

    add(hers)
    before = parts_of(book)[hers]
    run_action(book, act(made({"甲公司": 2})))
    assert parts_of(book)[hers] == before
    add(ours)
    whole = book.read_bytes()
    for lang, name in zip(("zh", "en"), expected, strict=True):
        with pytest.raises(Refusal) as refused:
            run_action(book, act(made({"甲公司": 3})), lang=lang)
        assert refused.value.code == "would_lose_parts"
        assert refused.value.params["parts"] == name
    assert book.read_bytes() == whole
    # It is in nobody's way when another sheet is made.
    run_action(book, act(made({"甲公司": 1}, name="另一张", mark="other")))
    assert element in parts_of(book)[ours]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("pivotTable", "数据透视表"), ("slicer", "切片器"), ("new", "未知部件 new")],
)
def test_a_part_that_our_sheet_alone_points_to_is_refused_by_its_kind(book, act, kind, expected):
    run_action(book, act(made({"甲公司": 1})))
    part = sheet_part(book, "账龄")
    rels = part.replace("worksheets/", "worksheets/_rels/") + ".rels"

    def add(parts):
        parts["xl/x/x1.xml"] = b"<x/>"
        parts[rels] = parts[rels].replace(
            b"</Relationships>",
            f'<Relationship Id="rIdX" Type="{RELATED}/{kind}" Target="/xl/x/x1.xml"/>'
            "</Relationships>".encode(),
        )

    with_part(book, add)
    with pytest.raises(Refusal) as refused:
        run_action(book, act(made({"甲公司": 1})))
    assert refused.value.params["parts"] == f"{expected}（账龄）"


def test_a_digital_signature_would_break_with_any_change(book, act):
    with_part(book, lambda parts: parts.update({"_xmlsignatures/sig1.xml": b"<x/>"}))
    with pytest.raises(Refusal) as refused:
        run_action(book, act(made({"甲公司": 1})))
    assert refused.value.params["parts"] == "数字签名"


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [("1+1", False), ("账龄!C6", True), ("账龄!C6+AR_AGING(A1)", False)],
)
def test_formulas_that_read_our_sheet_are_to_be_calculated_unless_they_call_ours(
    book, formula, wanted
):
    def put(parts):
        name = "xl/worksheets/sheet2.xml"
        cell = b"<f>" + formula.encode() + b"</f>"
        parts[name] = re.sub(rb"<f>[^<]*</f>", cell, parts[name])

    with_part(book, put)
    with open_package(book) as package:
        assert needs_recalculation(package, {"账龄"}) is wanted


def test_the_order_of_calculation_goes_only_where_formulas_of_our_sheet_moved(book, act):
    run_action(book, act(made({"甲公司": 1, "乙公司": 2})))
    chain = "xl/calcChain.xml"

    def add(parts):
        parts[chain] = b"<calcChain/>"
        rels = "xl/_rels/workbook.xml.rels"
        parts[rels] = parts[rels].replace(
            b"</Relationships>",
            f'<Relationship Id="rIdC" Type="{RELATED}/calcChain" Target="calcChain.xml"/>'
            "</Relationships>".encode(),
        )

    with_part(book, add)
    run_action(book, act(made({"甲公司": 1, "乙公司": 2})))
    assert chain in parts_of(book)
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"]["G6"] = "=1+1"
    workbook.save(book)
    with_part(book, add)
    run_action(book, act(made({"乙公司": 2, "甲公司": 1})))
    assert chain not in parts_of(book)
    assert b"calcChain" not in parts_of(book)["xl/_rels/workbook.xml.rels"]


def test_a_book_that_another_program_saved_in_between_runs_again(book, act, soffice, tmp_path):
    columns = tuple(
        replace(column, emphasis="bar") if column.id == "open" else column for column in COLUMNS
    )
    charts = (*CHARTS, Chart("stacked_bar", "十大客户", "items", "customer", ("open",), 0, 1))
    sheet = content({"甲公司": 100, "乙公司": 200}, charts=charts)
    sheet = replace(sheet, blocks=(replace(sheet.blocks[0], columns=columns),))
    run_action(book, act(Changes(sheets=(sheet,))))
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"]["G6"] = "周五付"
    workbook.save(book)
    folder = tmp_path / "saved"
    command = [soffice, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder), str(book)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    path = folder / book.name
    for _ in range(2):
        run_action(path, act(Changes(sheets=(sheet,))))
        after = openpyxl.load_workbook(path)["账龄"]
        assert (after["B6"].value, after["G6"].value) == ("甲公司", "周五付")
        assert len(after._charts) == 2
        rules = [rule.type for area in after.conditional_formatting for rule in area.rules]
        assert sorted(rules) == ["dataBar"] + 5 * ["expression"]
    run_action(path, act(made({"甲公司": 1}, name="另一张", mark="other")))
    assert len(openpyxl.load_workbook(path)["账龄"]._charts) == 2
