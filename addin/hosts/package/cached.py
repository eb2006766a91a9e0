"""After the writer: what it dropped from sheets of hers is put back into their XML.

openpyxl writes formulas without their calculated values, so a viewer, and the next run, would see
blanks; and it leaves out a few elements. Both are put back
byte for byte from the original, which is possible because the sheet's cells have not moved.
"""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Final

from addin.hosts.package import sheet_xml
from addin.hosts.package.strings import PART, RELATIONS, TYPES, StringTable

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from addin.hosts.package.sheet_xml import Formula, Position

_WRITTEN: Final = re.compile(
    rb'<c r="([A-Z]+)(\d+)"([^>]*)><f((?:\s[^>]*)?)(/>|>[^<]*</f>)<v\s*/>(?=</c>)|'
    rb'<c r="([A-Z]+)(\d+)"([^>]*)><f((?:\s[^>]*)?)(/>|>[^<]*</f>)<v></v>(?=</c>)'
)
#: Children of a worksheet in the order that the format prescribes.
_CHILDREN: Final = """
sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection
protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells
phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup
headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing
legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst
"""
#: What openpyxl drops and has no relation: it can be put back as it stands.
_RESTORED: Final = frozenset(
    {
        "sheetCalcPr", "protectedRanges", "sortState", "dataConsolidate", "phoneticPr",
        "cellWatches", "ignoredErrors",
    }
)  # fmt: skip
ORDER: Final = tuple(_CHILDREN.split())


def with_values(xml: bytes, formulas: Mapping[Position, Formula]) -> bytes:
    """Give a sheet's XML, as openpyxl wrote it, with the cached values of its formulas.

    A formula whose text is another one now gets none: its value is not known.
    """
    if not formulas or b"<f" not in xml:
        return xml

    def fill(match: re.Match[bytes]) -> bytes:
        parts = [part for part in match.groups() if part is not None]
        letters, row, attributes, kind, body = parts
        known = formulas.get((int(row), sheet_xml.column_number(letters)))
        if known is None or known.cached is None:
            return match.group(0)
        # A number has no type; whatever type stands there was not written for a formula.
        attributes = re.sub(rb'\s+t="\w+"', b"", attributes)
        if known.kind != b"n":
            attributes += b' t="%b"' % known.kind
        return b'<c r="%b%b"%b><f%b%b<v>%b</v>' % (
            letters,
            row,
            attributes,
            kind,
            body,
            known.cached,
        )

    return _WRITTEN.sub(fill, xml)


def with_elements(xml: bytes, original: bytes) -> bytes:
    """Give a sheet's XML with the elements that the writer dropped, in their places."""
    start = original.rfind(b"</sheetData>")
    tail = original[start:] if start >= 0 else original
    for name in ORDER:
        if name not in _RESTORED:
            continue
        tag = name.encode()
        found = re.search(rb"<%b(?:\s[^>]*)?(?:/>|>.*?</%b>)" % (tag, tag), tail, re.DOTALL)
        if found is None or re.search(rb"<%b[\s/>]" % tag, xml[xml.rfind(b"</sheetData>") :]):
            continue
        # Attributes of other namespaces are bookkeeping, and the new sheet does not declare them.
        xml = insert_element(xml, name, re.sub(rb'\s\w+:\w+="[^"]*"', b"", found.group(0)))
    return xml


def insert_element(xml: bytes, name: str, element: bytes) -> bytes:
    """Give a sheet's XML with an element where the format wants it."""
    after = "|".join(ORDER[ORDER.index(name) + 1 :])
    start = max(xml.rfind(b"</sheetData>"), xml.rfind(b"<sheetData />"), xml.rfind(b"<sheetData/>"))
    place = re.search(rb"<(?:%b)[\s/>]|</worksheet>" % after.encode(), xml[start:])
    if place is None:
        return xml
    at = start + place.start()
    return xml[:at] + element + xml[at:]


def restorer(original: bytes) -> Callable[[bytes], bytes]:
    """Give what puts back into a sheet of hers, as it is written now, what was dropped."""
    formulas = sheet_xml.formulas(original)
    return lambda xml: with_elements(with_values(xml, formulas), original)


def patch(saved: io.BytesIO, target: Path, patches: Mapping[str, Callable[[bytes], bytes]]) -> None:
    """Write a saved workbook to a file: ``patches`` makes by part its new content of the old.

    On the way the texts of all sheets go into one table.
    """
    table, last = StringTable(), {}
    with (
        zipfile.ZipFile(saved) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive,
    ):
        own_table = PART in source.namelist()
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename in patches:
                content = patches[entry.filename](content)
            if entry.filename.startswith("xl/worksheets/sheet") and not own_table:
                content = table.take_from(content)
            if entry.filename in {TYPES, RELATIONS}:
                last[entry.filename] = content
            else:
                archive.writestr(entry.filename, content)
        for name, content in table.parts(last).items():
            archive.writestr(name, content)
