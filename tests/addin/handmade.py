"""Workbooks typed by hand, part by part: what stands in them is known to the byte."""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from addin.hosts.package.container.opening import open_package
from addin.hosts.package.container.parts import Parts
from addin.hosts.package.container.stylesheet import stylesheet_of
from addin.hosts.package.hers.patching import Patching, drop_calc_chain
from macros.changes import AppendRows, SetCell

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OOXML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TYPES = {
    "xl/workbook.xml": f"{OOXML}.sheet.main+xml",
    "xl/worksheets/sheet1.xml": f"{OOXML}.worksheet+xml",
    "xl/styles.xml": f"{OOXML}.styles+xml",
    "xl/sharedStrings.xml": f"{OOXML}.sharedStrings+xml",
    "xl/tables/table1.xml": f"{OOXML}.table+xml",
    "xl/calcChain.xml": f"{OOXML}.calcChain+xml",
}
KINDS = {
    "xl/worksheets/sheet1.xml": "worksheet",
    "xl/styles.xml": "styles",
    "xl/sharedStrings.xml": "sharedStrings",
    "xl/calcChain.xml": "calcChain",
}
#: Looks: 1 bold, 2 a date, 3 an amount, 4 text with a quote prefix, 5 a text format.
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="1">
<numFmt numFmtId="164" formatCode="yyyy/m/d"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="等线"/></font>
<font><b/><sz val="11"/><name val="等线"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""


def sheet(rows: str, after: str = "", before: str = "") -> str:
    """A sheet's XML around rows."""
    return (
        f'<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">{before}'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def write_book(path: Path, parts: Mapping[str, str], book: str = "", properties: str = "") -> Path:
    """Write a book of these parts with one sheet, 应收.

    ``book`` stands in the workbook part after its sheets, ``properties`` before them.
    """
    strict = STRICT in parts["xl/worksheets/sheet1.xml"]
    main = STRICT if strict else MAIN
    relations = RELATIONS
    if strict:
        relations = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    found = {"xl/styles.xml": STYLES.replace(MAIN, main), **parts}
    found["xl/workbook.xml"] = (
        f'<workbook xmlns="{main}" xmlns:r="{relations}">{properties}<sheets>'
        f'<sheet name="应收" sheetId="1" r:id="rId1"/></sheets>{book}</workbook>'
    )
    targets = [each for each in KINDS if each in found]
    found["xl/_rels/workbook.xml.rels"] = _relations(
        (f"{relations}/{KINDS[each]}", f"/{each}") for each in targets
    )
    found["_rels/.rels"] = _relations([(f"{relations}/officeDocument", "xl/workbook.xml")])
    if "xl/tables/table1.xml" in found:
        found["xl/worksheets/_rels/sheet1.xml.rels"] = _relations(
            [(f"{relations}/table", "/xl/tables/table1.xml")]
        )
    overrides = "".join(
        f'<Override PartName="/{each}" ContentType="{kind}"/>'
        for each, kind in TYPES.items()
        if each in found
    )
    found["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return path


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{namespace}">{entries}</Relationships>'


def patch(
    path: Path, appends: Iterable[AppendRows] = (), cells: Iterable[SetCell] = ()
) -> dict[str, bytes]:
    """Patch a book in its place; give its parts."""
    target = path.with_name(f"patched-{path.name}")
    with open_package(path) as package:
        parts = Parts(package)
        styles = stylesheet_of(parts)
        patching = Patching(parts, styles)
        for append in appends:
            patching.append(append)
        patching.set(cells)
        if patching.formulas_changed:
            drop_calc_chain(parts)
        styles.save(parts)
        parts.write(target)
    target.replace(path)
    return parts_of(path)


def parts_of(path: Path) -> dict[str, bytes]:
    """The parts of a file."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


SHEET = "xl/worksheets/sheet1.xml"
HEADER = (
    '<row r="1"><c r="A1" s="1" t="inlineStr"><is><t>单据号</t></is></c>'
    '<c r="B1" s="1" t="inlineStr"><is><t>到期日</t></is></c>'
    '<c r="C1" s="1" t="inlineStr"><is><t>金额</t></is></c>'
    '<c r="D1" s="1" t="inlineStr"><is><t>两倍</t></is></c></row>'
)
ROWS = (
    '<row r="2" spans="1:4" ht="20" customHeight="1"><c r="A2" t="inlineStr"><is><t>I1</t></is></c>'
    '<c r="B2" s="2"><v>46000</v></c><c r="C2" s="3"><v>10.5</v></c>'
    '<c r="D2" s="3"><f>C2*2</f><v>21</v></c></row>'
    '<row r="3" spans="1:4" ht="20" customHeight="1"><c r="A3" t="inlineStr"><is><t>I2</t></is></c>'
    '<c r="B3" s="2"><v>46001</v></c><c r="C3" s="3"><v>7</v></c>'
    '<c r="D3" s="3"><f>C3*2</f><v>14</v></c></row>'
)


def book(tmp_path, rows=HEADER + ROWS, after="", before="", **parts):
    names = {"table": "xl/tables/table1.xml", "strings": "xl/sharedStrings.xml"}
    given = {names[name]: content for name, content in parts.items()}
    return write_book(tmp_path / "账本.xlsx", {SHEET: sheet(rows, after, before), **given})


def table_part(ref="A1:D3", more="", columns=("单据号", "到期日", "金额", "两倍"), formula=""):
    listed = "".join(
        f'<tableColumn id="{number}" name="{name}">'
        f"{formula if number == len(columns) else ''}</tableColumn>"
        for number, name in enumerate(columns, 1)
    )
    return (
        f'<table xmlns="{MAIN}" id="1" name="明细" displayName="明细" ref="{ref}"{more}>'
        f'<autoFilter ref="{ref}"/><tableColumns count="{len(columns)}">{listed}</tableColumns>'
        "</table>"
    )


def with_table(tmp_path, part, rows=HEADER + ROWS):
    after = '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'
    return book(tmp_path, rows, after, table=part)
