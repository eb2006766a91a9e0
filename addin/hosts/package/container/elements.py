"""Elements of XML: their names, and the order of a sheet's that the format prescribes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml import etree

#: Children of a worksheet in the order that the format prescribes.
_CHILDREN: Final = """
sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection
protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells
phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup
headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing
legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst
"""
ORDER: Final = tuple(_CHILDREN.split())


def local_name(node: etree._Element | None) -> str:
    """Give an element's name without its namespace; "" for none, and for a comment."""
    if node is None or not isinstance(node.tag, str):
        return ""
    return node.tag.rpartition("}")[2]


def insert_element(xml: bytes, name: str, element: bytes) -> bytes:
    """Give a sheet's XML with an element where the format wants it."""
    after = "|".join(ORDER[ORDER.index(name) + 1 :])
    start = max(xml.rfind(b"</sheetData>"), xml.rfind(b"<sheetData />"), xml.rfind(b"<sheetData/>"))
    place = re.search(rb"<(?:%b)[\s/>]|</worksheet>" % after.encode(), xml[start:])
    if place is None:
        return xml
    at = start + place.start()
    return xml[:at] + element + xml[at:]
