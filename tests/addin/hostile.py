"""Workbooks that mean harm, or were made by programs that mean none: each a small change to one."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
TYPES = "[Content_Types].xml"
HEADINGS = ("单据号", "客户名称", "单据日期", "到期日", "应收金额", "币种")
ROW = ("INV1", "甲公司", 46023, 46053, 1000, "CNY")

Parts = dict[str, bytes]


def parts() -> Parts:
    """The parts of a book with one invoice on the sheet 应收, its texts shared as Excel does."""
    saved = io.BytesIO()
    with xlsxwriter.Workbook(saved) as workbook:
        sheet = workbook.add_worksheet("应收")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ROW)
    with zipfile.ZipFile(saved) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, content: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def changed(part: str, old: bytes, new: bytes) -> Callable[[Path], Path]:
    """A book with something replaced in one of its parts."""

    def make(path: Path) -> Path:
        content = parts()
        assert old in content[part]
        content[part] = content[part].replace(old, new, 1)
        return written(path, content)

    return make


def rewritten(part: str, change: Callable[[bytes], bytes]) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        content = parts()
        content[part] = change(content[part])
        return written(path, content)

    return make


def with_cells(cells: str, *, behind: str = "") -> Callable[[Path], Path]:
    """A book with these rows below its own two, and this behind its rows."""
    return changed(SHEET, b"</sheetData>", f"{cells}</sheetData>{behind}".encode())


# --- the zip file -------------------------------------------------------------------------------


def added(*names: str) -> Callable[[Path], Path]:
    """A book with more entries of these names, the last one first where names are the same."""

    def make(path: Path) -> Path:
        written(path, parts())
        with zipfile.ZipFile(path, "a") as archive:
            for name in names:
                info = zipfile.ZipInfo("x")
                info.filename = name
                archive.writestr(info, b"<x/>")
        return path

    return make


def twice(path: Path) -> Path:
    """Two entries of one name; the library would warn, so one is written and renamed."""
    written(path, parts())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/workbooK.xmL", b"<x/>")
    path.write_bytes(path.read_bytes().replace(b"xl/workbooK.xmL", b"xl/workbook.xml"))
    return path


def header(part: str, offset: int, fmt: str, value: int, *, both: bool) -> Callable[[Path], Path]:
    """A book in whose header of a part a field is another one; ``both`` in the directory, too."""

    def make(path: Path) -> Path:
        written(path, parts())
        with zipfile.ZipFile(path) as archive:
            entry, directory = archive.getinfo(part), archive.start_dir
        content = bytearray(path.read_bytes())
        struct.pack_into(fmt, content, entry.header_offset + offset, value)
        if both:
            at = content.index(part.encode(), directory) - 46
            struct.pack_into(fmt, content, at + offset + 2, value)
        path.write_bytes(content)
        return path

    return make


def local_name(path: Path) -> Path:
    """The header in front of the sheet calls it otherwise than the directory does."""
    written(path, parts())
    content = path.read_bytes()
    at = content.index(SHEET.encode())
    path.write_bytes(content[:at] + b"xl/worksheets/sheet9.xml" + content[at + len(SHEET) :])
    return path


def overlapping(path: Path) -> Path:
    """The theme's entry points into another part that holds a copy of it, header and all."""
    name, content = "xl/theme/theme1.xml", parts()
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(zipfile.ZipInfo(name), content[name], zipfile.ZIP_DEFLATED)
        length = inner.tell()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("a.bin", inner.getvalue()[:length], zipfile.ZIP_STORED)
        for each, data in content.items():
            archive.writestr(zipfile.ZipInfo(each), data, zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(path) as archive:
        directory = archive.start_dir
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, raw.index(name.encode(), directory) - 46 + 42, 30 + len("a.bin"))
    path.write_bytes(raw)
    return path


def second_end(path: Path) -> Path:
    """A comment with another end mark: programs would find different directories."""
    written(path, parts())
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"PK\x05\x06" + bytes(18)
    return path


def in_front(path: Path) -> Path:
    """Another file stands in front of the zip."""
    written(path, parts())
    path.write_bytes(b"#!/bin/sh\nrm -rf ~\n" + path.read_bytes())
    return path


def many_parts(path: Path) -> Path:
    content = parts()
    content.update({f"x/{number}": b"" for number in range(20_001)})
    return written(path, content)


def packed_otherwise(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        for name, data in parts().items():
            archive.writestr(name, data)
    return path


def lying_size(path: Path) -> Path:
    """A sheet that tells 200 bytes in both headers and unpacks to fifty million."""
    content = parts()
    content[SHEET] = content[SHEET].replace(b"<sheetData>", b"<sheetData>" + b" " * 50_000_000)
    written(path, content)
    with zipfile.ZipFile(path) as archive:
        entry, directory = archive.getinfo(SHEET), archive.start_dir
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, entry.header_offset + 22, 200)
    struct.pack_into("<I", raw, raw.index(SHEET.encode(), directory) - 46 + 24, 200)
    path.write_bytes(raw)
    return path


class _Stream(io.RawIOBase):
    """A target that cannot be gone back in, as a program has that writes to the network."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self._file.write(data)  # type: ignore[call-overload]

    def close(self) -> None:
        self._file.close()
        super().close()


def sizes_behind(path: Path) -> Path:
    with _Stream(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts().items():
            archive.writestr(name, data)
    return path


def wide_sizes(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts().items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(data)
    return path


def backslashes(path: Path) -> Path:
    return written(path, {name.replace("/", "\\"): data for name, data in parts().items()})


def nested_bomb(path: Path) -> Path:
    """A zip in the zip that would unpack to a gigabyte; nobody opens it."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("x", "w") as x:
        for _ in range(64):
            x.write(bytes(1 << 20))
    return written(path, parts() | {"xl/embeddings/a.xlsx": inner.getvalue()})


# --- the XML ------------------------------------------------------------------------------------

BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 12))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a11 SYSTEM "file:///etc/hostname">]>'


def with_doctype(part: str, doctype: str, encoding: str = "utf-8", pad: int = 0) -> Callable:
    """A part that begins with a document type, in an encoding, behind a comment."""

    def change(xml: bytes) -> bytes:
        text = xml.decode()
        text = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
        declared = "utf-16" if encoding.startswith("utf-16") else encoding
        comment = f"<!--{'x' * pad}-->" if pad else ""
        text = f'<?xml version="1.0" encoding="{declared}"?>{comment}{doctype}{text}'
        mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
        return mark + text.encode(encoding)

    return rewritten(part, change)


def encoded(part: str, encoding: str, declared: str) -> Callable[[Path], Path]:
    def change(xml: bytes) -> bytes:
        text = xml.decode()
        text = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
        mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
        whole = f'<?xml version="1.0" encoding="{declared}"?>{text}'
        return mark + whole.encode(encoding, "xmlcharrefreplace")

    return rewritten(part, change)


def sheets(count: int) -> Callable[[Path], Path]:
    """So many sheets, each of the same part or each with an empty relation."""
    more = "".join(
        f'<sheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        f' name="x{number}" sheetId="{number + 2}" r:id=""/>'
        for number in range(count - 1)
    )
    return changed(WORKBOOK, b"</sheets>", f"{more}</sheets>".encode())


def large_workbook_part(path: Path) -> Path:
    """Eighty million bytes of names."""
    names = b"<definedName name='n'>1</definedName>" * 2_200_000
    content = parts()
    content[WORKBOOK] = content[WORKBOOK].replace(
        b"</workbook>", b"<definedNames>" + names + b"</definedNames></workbook>"
    )
    return written(path, content)


# --- the book -----------------------------------------------------------------------------------


def cell(address: str, value: str = "<v>1</v>", attributes: str = "") -> str:
    """A row of one cell."""
    row = address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}"><c r="{address}"{attributes}>{value}</c></row>'


def merged(count: int) -> Callable[[Path], Path]:
    """So many ranges merged over the whole sheet, each a row shorter than the one before."""
    ranges = "".join(f'<mergeCell ref="A1:XFD{1_048_576 - number}"/>' for number in range(count))
    return with_cells("", behind=f"<mergeCells>{ranges}</mergeCells>")


def links(count: int) -> Callable[[Path], Path]:
    """So many links on one sheet, all to a place in the book."""
    link = '<hyperlink ref="H{}" location="A1"/>'
    every = "".join(link.format(number) for number in range(1, count + 1))
    return with_cells("", behind=f"<hyperlinks>{every}</hyperlinks>")


def names(*pairs: tuple[str, str]) -> Callable[[Path], Path]:
    """Defined names with their formulas."""
    every = "".join(f'<definedName name="{name}">{text}</definedName>' for name, text in pairs)
    whole = f"</sheets><definedNames>{every}</definedNames>"
    return changed(WORKBOOK, b"</sheets>", whole.encode())


def circle_of_relations(path: Path) -> Path:
    """The sheet points to itself and to the workbook, and back."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}drawing" Target="../worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{kind}worksheet" Target="../workbook.xml"/></Relationships>'
    )
    return written(path, parts() | {"xl/worksheets/_rels/sheet1.xml.rels": rels.encode()})


def without(*gone: str) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        return written(path, {name: data for name, data in parts().items() if name not in gone})

    return make


def deep(path: Path) -> Path:
    """A hundred thousand elements inside each other."""
    depth = 100_000
    nested = b"<x>" * depth + b"</x>" * depth
    return changed(WORKBOOK, b"</workbook>", nested + b"</workbook>")(path)


def one_sheet_twice(path: Path) -> Path:
    """A thousand sheets that are one part: small to store, long to read."""
    space = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    more = "".join(
        f'<sheet xmlns:r="{space}" name="x{n}" sheetId="{n + 2}" r:id="rId1"/>' for n in range(999)
    )
    return changed(WORKBOOK, b"</sheets>", f"{more}</sheets>".encode())(path)


def links_out(path: Path) -> Path:
    """Formulas, a picture, a query and a link that reach for other machines and programs."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    targets = {
        "hyperlink": "javascript:alert(1)",
        "image": "\\\\10.255.255.1\\share\\x.png",
        "externalLink": "http://10.255.255.1/x.xlsx",
        "attachedTemplate": "file:///etc/passwd",
    }
    rels = "".join(
        f'<Relationship Id="r{name}" Type="{kind}{name}" Target="{target}" TargetMode="External"/>'
        for name, target in targets.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    content = parts()
    content["xl/worksheets/_rels/sheet1.xml.rels"] = (
        f'<Relationships xmlns="{space}">{rels}</Relationships>'.encode()
    )
    formulas = "".join(
        f'<c r="{column}9" t="str"><f>{formula}</f><v>x</v></c>'
        for column, formula in (
            ("A", 'WEBSERVICE("http://10.255.255.1/")'),
            ("B", "cmd|' /C calc'!A0"),
            ("C", "[http://10.255.255.1/x.xlsx]Sheet1!A1"),
        )
    )
    rows = f'<row r="9">{formulas}</row></sheetData>'
    content[SHEET] = content[SHEET].replace(b"</sheetData>", rows.encode())
    return written(path, content)
