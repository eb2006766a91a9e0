"""What she put on a sheet of ours is there when the sheet is made again."""

import re
from pathlib import Path

import openpyxl
import pytest

from addin.hosts.package.container.opening import open_package
from addin.run import run_action
from macros.changes import Chart
from macros.texts import Refusal
from tests.addin.packages import CHARTS, PICTURE, RELATED, made, parts_of, sheet_part, with_part


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
