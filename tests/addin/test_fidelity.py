"""Books that nobody here wrote: every part of hers comes out of a run byte for byte."""

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from addin.hosts.package.opening import open_package
from addin.hosts.package.recalculating import needs_recalculation
from addin.run import run_action
from macros.changes import Changes, Chart
from macros.texts import Refusal
from tests.addin.conftest import COLUMNS, content

#: What a run may change of a book: new sheets are listed, and their looks appended.
MAY_CHANGE = {
    "[content_types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    # A book written by another program than Excel names them its own way.
    "xl/_rels/workbook22.xml.rels",
}
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6364f8cf500f000386018015a35f5a0000000049454e44ae426082"
)
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def books(shared_data: Path) -> list[Path]:
    found = [*(shared_data / "fidelity").iterdir(), *(shared_data / "workbooks").iterdir()]
    return sorted(path for path in found if path.suffix in {".xlsx", ".xlsm"})


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}


def with_part(path: Path, change) -> None:
    parts = parts_of(path)
    change(parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def sheet_part(path: Path, title: str) -> str:
    with open_package(path) as package:
        return next(entry.part for entry in package.sheets if entry.name == title)


def made(customers: dict[str, int], **more: object) -> Changes:
    return Changes(sheets=(content(customers, **more),))


CHARTS = (Chart("line", "累计", "items", "customer", ("open",), 0, 1),)


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


def picture_on(parts: dict[str, bytes], drawing: str) -> bytes:
    """Put a picture into a drawing as Excel writes it; give the anchor."""
    namespace = "http://schemas.openxmlformats.org/drawingml/2006"
    anchor = (
        f'<xdr:twoCellAnchor xmlns:xdr="{namespace}/spreadsheetDrawing" '
        f'xmlns:a="{namespace}/main"><xdr:from><xdr:col>12</xdr:col><xdr:colOff>0</xdr:colOff>'
        "<xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>13</xdr:col>"
        "<xdr:colOff>0</xdr:colOff><xdr:row>3</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
        '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="77" name="公章" descr="印章"/><xdr:cNvPicPr/>'
        f'</xdr:nvPicPr><xdr:blipFill><a:blip xmlns:r="{RELATED}" r:embed="rIdPic"/></xdr:blipFill>'
        '<xdr:spPr><a:prstGeom prst="rect"/></xdr:spPr></xdr:pic><xdr:clientData/>'
        "</xdr:twoCellAnchor>"
    ).encode()
    end = re.search(rb"</(?:\w+:)?wsDr>$", parts[drawing].strip()).group(0)
    parts[drawing] = parts[drawing].replace(end, anchor + end)
    rels = drawing.replace("drawings/", "drawings/_rels/") + ".rels"
    parts[rels] = parts[rels].replace(
        b"</Relationships>",
        f'<Relationship Id="rIdPic" Type="{RELATED}/image" Target="/xl/media/image1.png"/>'
        "</Relationships>".encode(),
    )
    parts["xl/media/image1.png"] = PICTURE
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>", b'<Default Extension="png" ContentType="image/png"/></Types>'
    )
    return anchor


def drawn(path: Path, title: str) -> tuple[list[str], list[str]]:
    """Give the titles of the charts and the names of the pictures on a sheet."""
    with open_package(path) as package:
        (drawing,) = package.related(sheet_part(path, title), "drawing")
        titles = [
            "".join(re.findall(r"<a:t>([^<]*)", package.read(part).decode()))
            for part in package.related(drawing, "chart")
        ]
        return sorted(titles), re.findall(
            r'<xdr:cNvPr id="77" name="(\w+)"', package.read(drawing).decode()
        )


def test_a_picture_and_a_chart_of_hers_on_our_sheet_stay(book, act):
    run_action(book, act(made({"甲公司": 1, "乙公司": 2}, charts=CHARTS)))
    workbook = openpyxl.load_workbook(book)
    chart = openpyxl.chart.BarChart()
    chart.title = "我画的"
    data = openpyxl.chart.Reference(workbook["账龄"], min_col=3, min_row=6, max_row=7)
    chart.add_data(data)
    workbook["账龄"].add_chart(chart, "K30")
    workbook.save(book)
    with_part(book, lambda parts: picture_on(parts, "xl/drawings/drawing1.xml"))
    before = parts_of(book)
    hers = next(
        name for name, data in before.items() if "charts/" in name and "我画的".encode() in data
    )
    for number in range(3):
        run_action(book, act(made({"甲公司": number, "丁": 2}, charts=CHARTS)))
        assert drawn(book, "账龄") == (["我画的", "累计"], ["公章"])
    after = parts_of(book)
    assert after["xl/media/image1.png"] == PICTURE
    assert after[hers] == before[hers]
    run_action(book, act(made({"甲公司": 1})))
    assert drawn(book, "账龄") == (["我画的"], ["公章"])


def test_our_own_charts_come_again_and_stay_when_another_action_runs(book, act):
    charts = tuple(
        Chart(kind, f"图 {kind}", "items", "customer", ("open", "due"), 0, 1, "元", "open", place)
        for kind, place in (("line", "right"), ("stacked_bar", "below"), ("column", "right"))
    )
    run_action(book, act(made({"甲公司": 1, "乙公司": 2}, charts=charts)))
    run_action(book, act(made({"甲公司": 1, "乙公司": 3}, charts=charts)))
    run_action(book, act(made({"甲公司": 1}, name="另一张", mark="other")))
    assert len(openpyxl.load_workbook(book)["账龄"]._charts) == 3
    run_action(book, act(made({"甲公司": 1})))
    assert not openpyxl.load_workbook(book)["账龄"]._charts
    assert not [name for name in parts_of(book) if "charts/" in name or "drawing1.xml" in name]


def frame(path: Path, title: str) -> str:
    """A sheet's XML without its rows."""
    xml = parts_of(path)[sheet_part(path, title)].decode()
    return re.sub("<sheetData>.*</sheetData>", "", xml, flags=re.DOTALL)


def test_rules_validations_and_merged_cells_of_hers_move_with_their_columns(book, act):
    run_action(book, act(made({"甲公司": 1, "乙公司": 2, "丙公司": 5})))
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["账龄"]
    sheet.insert_cols(3)  # openpyxl moves the cells alone, as the ranges below were moved
    sheet["C5"] = "分级"
    green = openpyxl.styles.PatternFill(bgColor="00FF00")
    rule = openpyxl.formatting.rule.FormulaRule(formula=["$D6>$D$8"], fill=green)
    sheet.conditional_formatting.add("B6:D9", rule)
    one = openpyxl.formatting.rule.FormulaRule(formula=["C7=1"], fill=green)
    sheet.conditional_formatting.add("C7", one)
    words = openpyxl.worksheet.datavalidation.DataValidation("list", formula1='"A,B"')
    words.add("C6:C9")
    sheet.add_data_validation(words)
    sheet["J1"] = "老板"
    sheet.merge_cells("J1:K2")
    workbook.save(book)
    part = sheet_part(book, "账龄")
    newer = (
        '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.'
        'microsoft.com/office/spreadsheetml/2009/9/main"><x14:dataValidations count="1" '
        'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation '
        'type="list"><x14:formula1><xm:f>应收!$A$4:$A$6</xm:f></x14:formula1><xm:sqref>C8'
        "</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
    ).encode()

    def add(parts):
        parts[part] = parts[part].replace(b"</worksheet>", newer + b"</worksheet>")

    with_part(book, add)
    rows = {"丁": 9, "丙公司": 5, "乙公司": 2, "甲公司": 1}
    for _ in range(2):
        run_action(book, act(made(rows)))
        xml = frame(book, "账龄")
        rules = dict(
            re.findall(
                r'sqref="([A-Z0-9: ]+)"><cfRule type="expression" priority="[12]"'
                r"[^>]*><formula>([^<]*)",
                xml,
            )
        )
        # 丙公司 stood in row 8 and stands in row 7; 乙公司 in row 7 and now in row 8.
        assert rules == {"B6:D10": "$D6&gt;$D$7", "C8": "C8=1"}
        assert 'sqref="C6:C10"' in re.search("<dataValidations.*?</dataValidations>", xml).group(0)
        assert "<xm:sqref>C7</xm:sqref>" in xml
        assert "<xm:f>应收!$A$4:$A$6</xm:f>" in xml
        assert '<mergeCell ref="J1:K2"/>' in xml
        assert xml.count("<cfRule") == 2 + 5  # five states of ours, not ten
    priorities = [int(found) for found in re.findall(r'priority="(\d+)"', xml)]
    assert sorted(priorities) == [1, 2, 3, 4, 5, 6, 7]


def test_looks_and_size_of_a_comment_stay_and_a_thread_goes_with_its_row(book, act):
    run_action(book, act(made({"甲公司": 1, "乙公司": 2})))
    workbook = openpyxl.load_workbook(book)
    sheet = workbook["账龄"]
    sheet["B6"].comment = openpyxl.comments.Comment("王:\n催过", "王", width=300, height=200)
    sheet["C7"].comment = openpyxl.comments.Comment("线程", "tc={0A0B}")
    workbook.save(book)
    part = sheet_part(book, "账龄")
    thread = (
        b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/'
        b'threadedcomments"><threadedComment ref="C7" id="{0A0B}"><text>1</text></threadedComment>'
        b'<threadedComment ref="C7" id="{0C}" parentId="{0A0B}"><text>2</text></threadedComment>'
        b"</ThreadedComments>"
    )

    def add(parts):
        with open_package(book) as package:
            (comments,) = package.related(part, "comments")
        parts[comments] = re.sub(
            rb"<text><t[^>]*>(\xe7\x8e\x8b:)(.*?)</t></text>",
            rb"<text><r><rPr><b/><sz val='9'/></rPr><t>\1</t></r><r><t>\2</t></r></text>",
            parts[comments],
            flags=re.DOTALL,
        )
        rels = part.replace("worksheets/", "worksheets/_rels/") + ".rels"
        parts[rels] = parts[rels].replace(
            b"</Relationships>",
            b'<Relationship Id="rIdT" Type="http://schemas.microsoft.com/office/2017/10/'
            b'relationships/threadedComment" Target="/xl/threadedComments/t1.xml"/>'
            b"</Relationships>",
        )
        parts["xl/threadedComments/t1.xml"] = thread
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            b"</Types>",
            b'<Override PartName="/xl/threadedComments/t1.xml" ContentType="application/vnd.'
            b'ms-excel.threadedcomments+xml"/></Types>',
        )

    with_part(book, add)
    for _ in range(2):
        run_action(book, act(made({"乙公司": 2, "新": 3, "甲公司": 1})))
        with open_package(book) as package:
            (comments,) = package.related(part, "comments")
            (threads,) = package.related(part, "threadedComment")
            (boxes,) = package.related(part, "vmlDrawing")
            said = package.read(comments).decode()
            moved = package.read(threads).decode()
            sizes = package.read(boxes).decode()
        bold = re.search(r'<comment ref="B8".*?</comment>', said, re.DOTALL).group(0)
        assert "<b/>" in bold
        assert '<comment ref="C6"' in said
        assert re.findall(r'ref="(\w+)"', moved) == ["C6", "C6"]
        assert len(re.findall("width:300px;height:200px", sizes)) == 1


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


def test_a_table_she_made_of_our_rows_stays_and_one_apart_is_refused(book, act):
    run_action(book, act(made({"甲公司": 1})))
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"].auto_filter.ref = None
    table = openpyxl.worksheet.table.Table(displayName="我的表", ref="A5:G7")
    workbook["账龄"].add_table(table)
    workbook.save(book)
    run_action(book, act(made({"甲公司": 1, "乙公司": 1})))
    assert openpyxl.load_workbook(book)["账龄"].tables.items() == [("我的表", "A5:G8")]
    workbook = openpyxl.load_workbook(book)
    workbook["账龄"]["B20"], workbook["账龄"]["B21"] = "表头", 1
    workbook["账龄"].add_table(openpyxl.worksheet.table.Table(displayName="另表", ref="B20:B21"))
    workbook.save(book)
    with pytest.raises(Refusal) as refused:
        run_action(book, act(made({"甲公司": 1})))
    assert refused.value.params["parts"] == "表格 另表（账龄）"


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
