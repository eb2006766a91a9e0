"""Books that nobody here wrote: each is refused with what it would lose named, or all is kept."""

import re
import shutil
import subprocess
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference

from addin.hosts.package import sheet_xml
from addin.hosts.package.inspection import losses
from addin.hosts.package.opening import open_package
from addin.hosts.package.reading import open_book
from addin.run import run_action
from macros.changes import Changes, Chart
from macros.texts import Refusal
from tests.addin.conftest import COLUMNS, content

#: Of ../shared/data/fidelity and ../shared/data/workbooks: what is named, typed by hand.
LOST = {
    "AllShapes.xlsx": "SmartArt",
    "CommentAndButton.xlsx": "表单控件",
    "DocumentationForVAT.xlsx": "数据透视表",
    "DrawingSizeInPx.xlsx": "图片",
    "EmissionPerFacility.xlsx": "切片器",
    "ExcelProducedWorkbookWithImages.xlsx": "图片",
    "PivotTableWithMissingReference.xlsx": "数据透视表",
    "SheetsWithoutRelId.xlsx": "数据透视表",
    "TemplateWithTableSourcePivotTables.xlsx": "数据透视表",
    "TrialBalanceExcel.xlsx": "数据模型",
    "TwoPivotTablesWithSingleSource-input.xlsx": "数据透视表",
    "activex_checkbox.xlsx": "ActiveX 控件",
    "background07.xlsx": "工作表背景",
    "chartsheet10.xlsx": "图表工作表",
    "checkbox02.xlsx": "单元格复选框",
    "checkbox04.xlsx": "单元格复选框",
    "checkbox06.xlsx": "单元格复选框",
    "databar.xlsx": "扩展条件格式",
    "header_image20.xlsx": "页眉页脚图片",
    "macro04.xlsm": "宏的数字签名",
    "sheet-with-form-controls-input.xlsx": "表单控件",
    "tdf111974.xlsm": "形状",
    "textbox43.xlsx": "形状或文本框",
    "AgedAccountsReceivableExcel.xlsx": "切片器",
    "SalesAdvanceLetters.xlsx": "查询",
}


def books(shared_data: Path) -> list[Path]:
    found = [*(shared_data / "fidelity").iterdir(), *(shared_data / "workbooks").iterdir()]
    return sorted(path for path in found if path.suffix in {".xlsx", ".xlsm"})


def said(path: Path) -> dict[str, object]:
    """Everything of a book that a person would miss: values, formulas, comments, looks, lists."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(path, rich_text=True)
    sheets = {
        sheet.title: {
            cell.coordinate: (
                str(getattr(cell.value, "text", cell.value)),
                cell.number_format,
                cell.font.b,
                cell.fill.fgColor.rgb if cell.fill.fill_type else None,
                cell.comment.text if cell.comment else None,
            )
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None or cell.comment
        }
        for sheet in workbook.worksheets
    }
    around = {
        sheet.title: (
            sorted(str(area) for area in sheet.merged_cells.ranges),
            sorted(str(one.sqref) for one in sheet.data_validations.dataValidation),
            sorted(str(area.sqref) for area in sheet.conditional_formatting),
            sorted(sheet.tables),
            len(sheet._charts),
            sheet.sheet_state,
            sheet.freeze_panes,
            str(sheet.oddHeader.center.text),
        )
        for sheet in workbook.worksheets
    }
    return {"cells": sheets, "around": around, "names": sorted(workbook.defined_names)}


def cached(path: Path) -> dict[str, object]:
    """Cached values and kinds of all formulas, and the error cells, straight from the XML."""
    with open_package(path) as package:
        found = {}
        for entry in package.sheets:
            if entry.kind == "worksheet":
                facts = sheet_xml.facts(package.sheet_xml(entry.part))
                values = {at: (f.kind, f.cached) for at, f in facts.formulas.items()}
                found[entry.name] = (values, facts.errors)
    return found


def test_every_book_is_refused_with_its_parts_named_or_kept_whole(shared_data, tmp_path, act):
    action = act(Changes(sheets=(content({"甲公司": 1}),)))
    refused, kept = set(), set()
    for source in books(shared_data):
        path = tmp_path / source.name
        shutil.copyfile(source, path)
        before = path.read_bytes()
        if source.name in LOST:
            with pytest.raises(Refusal) as refused_:
                run_action(path, action)
            assert refused_.value.code == "would_lose_parts", source.name
            assert LOST[source.name] in refused_.value.render("zh"), source.name
            assert refused_.value.render("en")
            assert path.read_bytes() == before
            assert run_action(path, action, preview=True).written is False
            refused.add(source.name)
            continue
        run_action(path, action)
        old, new = said(source), said(path)
        for part in ("cells", "around"):
            for title, expected in old[part].items():
                assert new[part][title] == expected, (source.name, title)
        assert set(old["names"]) <= set(new["names"]), source.name
        after = cached(path)
        for title, expected in cached(source).items():
            assert after[title] == expected, (source.name, title)
        kept.add(source.name)
    assert refused == set(LOST)
    assert len(kept) == 23


def test_the_microsoft_layout_is_refused_with_slicers_and_queries_named(shared_data):
    with open_package(shared_data / "workbooks" / "AgedAccountsReceivableExcel.xlsx") as package:
        zh, en = losses(package, "zh"), losses(package, "en")
    assert {"切片器", "数据透视表", "查询", "数据连接（查询）"} <= set(zh)
    assert {"slicers", "pivot tables", "queries", "connections (queries)"} <= set(en)


def with_part(path: Path, change) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("name", "type_", "expected"),
    [
        (
            "xl/threadedComments/threadedComment1.xml",
            "application/vnd.ms-excel.threadedcomments+xml",
            "会话式批注",
        ),
        ("xl/slicers/slicer1.xml", "application/vnd.ms-excel.slicer+xml", "切片器"),
        (
            "xl/future/thing.xml",
            "application/vnd.example.future+xml",
            "未知部件 xl/future/thing.xml",
        ),
        ("customXml/item1.xml", "application/xml", "自定义 XML（Power Query 或文档库属性）"),
        ("docProps/thumbnail.jpeg", "image/jpeg", None),
        (
            "xl/printerSettings/p.bin",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings",
            None,
        ),
        (
            "xl/calcChain.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml",
            None,
        ),
    ],
)
def test_a_part_is_judged_by_its_kind_and_an_unknown_one_is_lost(book, name, type_, expected):
    def add(parts):
        parts[name] = b"<x/>"
        entry = f'<Override PartName="/{name}" ContentType="{type_}"/></Types>'.encode()
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", entry)

    with_part(book, add)
    with open_package(book) as package:
        assert losses(package, "zh") == ((expected,) if expected else ())


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (
            b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst>',
            "引用其他工作表的数据验证",
        ),
        (b'<extLst><ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"/></extLst>', "迷你图"),
        (
            b'<extLst><ext uri="{00000000-0000-0000-0000-000000000000}"/></extLst>',
            "未知扩展 {00000000-0000-0000-0000-000000000000}",
        ),
        (b"<customSheetViews/>", "自定义视图"),
        (b"<somethingNew/>", "未知内容 somethingNew"),
    ],
)
def test_elements_and_extensions_of_a_sheet_are_judged(book, element, expected):
    def add(parts):
        name = "xl/worksheets/sheet1.xml"
        parts[name] = parts[name].replace(b"</worksheet>", element + b"</worksheet>")

    with_part(book, add)
    with open_package(book) as package:
        assert losses(package, "zh") == (expected,)


def test_ignored_error_marks_are_put_back_in_their_place(book, act):
    mark = b'<ignoredErrors><ignoredError sqref="A4:A6" numberStoredAsText="1"/></ignoredErrors>'

    def add(parts):
        name = "xl/worksheets/sheet1.xml"
        parts[name] = parts[name].replace(b"</worksheet>", mark + b"</worksheet>")

    with_part(book, add)
    run_action(book, act(Changes(sheets=(content({"甲公司": 1}),))))
    with zipfile.ZipFile(book) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert mark in xml
    assert re.search(rb"<pageMargins[^>]*/>.*<ignoredErrors>", xml)
    assert open_book(book).sheets[0].cells[3, 0] == "INV001"


def test_bold_in_comments_is_said_to_go_and_the_text_stays(book, act):
    from openpyxl.comments import Comment  # noqa: PLC0415 - one test

    workbook = openpyxl.load_workbook(book)
    workbook["应收"]["A4"].comment = Comment("王会计:\n催过", "王会计")
    workbook.save(book)

    def bold(parts):
        name = next(each for each in parts if each.startswith("xl/comments/"))
        parts[name] = re.sub(
            rb"<text><t[^>]*>(.*?)</t></text>",
            rb"<text><r><rPr><b/></rPr><t>\1</t></r></text>",
            parts[name],
            flags=re.DOTALL,
        )

    with_part(book, bold)
    result = run_action(book, act(Changes(sheets=(content({"甲公司": 1}),))))
    assert "host.comment_format" in {message.code for message in result.messages}
    assert openpyxl.load_workbook(book)["应收"]["A4"].comment.text == "王会计:\n催过"


def test_our_own_charts_survive_a_later_run_of_another_action(book, act):
    charts = tuple(
        Chart(kind, f"图 {kind}", "items", "customer", ("open", "due"), 0, 1, "元", "open", place)
        for kind, place in (("line", "right"), ("stacked_bar", "below"), ("column", "right"))
    )
    made = content({"甲公司": 1, "乙公司": 2}, charts=charts)
    run_action(book, act(Changes(sheets=(made,))))
    with open_package(book) as package:
        assert losses(package, "zh") == ()
    other = content({"甲公司": 1}, name="另一张", mark="other")
    run_action(book, act(Changes(sheets=(other,))))
    assert len(openpyxl.load_workbook(book)["账龄"]._charts) == 3


def test_a_book_that_another_program_saved_in_between_runs_again(book, act, soffice, tmp_path):
    columns = tuple(
        replace(column, emphasis="bar") if column.id == "open" else column for column in COLUMNS
    )
    charts = (
        Chart("line", "累计", "items", "customer", ("open",), 0, 1),
        Chart("stacked_bar", "十大客户", "items", "customer", ("open",), 0, 1),
    )
    made = content({"甲公司": 100, "乙公司": 200}, charts=charts)
    made = replace(made, blocks=(replace(made.blocks[0], columns=columns),))
    run_action(book, act(Changes(sheets=(made,))))
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"]["G6"] = "周五付"
    workbook.save(book)
    folder = tmp_path / "saved"
    command = [soffice, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder), str(book)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    path = folder / book.name
    with open_package(path) as package:
        assert losses(package, "zh") == ()
    for _ in range(2):
        run_action(path, act(Changes(sheets=(made,))))
        sheet = openpyxl.load_workbook(path)["账龄"]
        assert (sheet["B6"].value, sheet["G6"].value) == ("甲公司", "周五付")
        assert len(sheet._charts) == 2
    other = content({"甲公司": 1}, name="另一张", mark="other")
    run_action(path, act(Changes(sheets=(other,))))
    assert len(openpyxl.load_workbook(path)["账龄"]._charts) == 2


def test_a_chart_of_hers_on_a_sheet_of_ours_stays(book, act):
    run_action(book, act(Changes(sheets=(content({"甲公司": 1}),))))
    workbook = openpyxl.load_workbook(book)
    chart = BarChart()
    chart.title = "我画的"
    chart.add_data(Reference(workbook["账龄"], min_col=3, min_row=6, max_row=7))
    workbook["账龄"].add_chart(chart, "K3")
    workbook.save(book)
    for _ in range(2):
        run_action(book, act(Changes(sheets=(content({"甲公司": 1, "乙": 2}),))))
        assert len(openpyxl.load_workbook(book)["账龄"]._charts) == 1
