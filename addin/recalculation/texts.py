"""Numbers and dates that are text, in forms that Excel reads and the engine does not.

``"1,234.5"*1`` is a number in Excel and #VALUE! in the engine. Alone it would show, and the formula
is left; inside IFERROR it would be a wrong value without a sign, so it is found before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container.sheet_xml import column_number
from addin.hosts.package.container.xml_text import unescape
from addin.recalculation.dependencies import areas_of

if TYPE_CHECKING:
    from addin.hosts.package.container.opening import Package
    from addin.recalculation.dependencies import Node, Place
    from addin.recalculation.preparing import Prepared

_READ: Final = re.compile(
    r"\s*[-+(]?\s*[¥$￥€£]?\s*(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?)\s*%?\)?\s*"
    r"|\s*\d{4}\s*[/.年]\s*\d{1,2}\s*[/.月]\s*\d{1,2}\s*日?\s*|\s*\d{4}年\d{1,2}月\s*"
    r"|\s*\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?\s*|\s*\d{1,2}:\d{2}(?::\d{2})?\s*"
)
#: What the engine reads itself: plain digits and ISO dates.
_PLAIN: Final = re.compile(r"\s*[-+]?\d+(?:\.\d*)?\s*%?\s*|\d{4}-\d{1,2}-\d{1,2}")
_ITEM: Final = re.compile(rb"<si(?:\s[^>]*)?(?:/>|>(.*?)</si>)", re.DOTALL)
_TEXT: Final = re.compile(rb"<t(?:\s[^>]*)?>([^<]*)</t>")
_SHARED: Final = re.compile(
    rb"""<c\s(?=[^>]*\bt=["']s["'])(?:[^>]*?\s)?r=["']([A-Z]+)(\d+)["'][^>]*>\s*<v>(\d+)</v>"""
)
_INLINE: Final = re.compile(
    rb"""<c\s(?=[^>]*\bt=["']inlineStr["'])(?:[^>]*?\s)?r=["']([A-Z]+)(\d+)["'][^>]*>(.*?)</c>""",
    re.DOTALL,
)
_CATCHING: Final = re.compile(r"\b(?:IFERROR|ISERROR|ISERR|ISNUMBER|AGGREGATE)\(", re.IGNORECASE)


def reads_as_number(text: str) -> bool:
    """Whether Excel takes a text for a number or a date, and the engine does not.

    Examples
    --------
    >>> reads_as_number("1,234.5"), reads_as_number("12"), reads_as_number("甲")
    (True, False, False)
    """
    return bool(_READ.fullmatch(text)) and not _PLAIN.fullmatch(text)


def leave_caught(package: Package, prepared: Prepared, strings: bytes | None) -> None:
    """Leave formulas that catch errors and read such a text."""
    asked = [
        (at, index)
        for at, sheet in enumerate(prepared.sheets)
        for index, text in enumerate(sheet.texts)
        if _CATCHING.search(text)
    ]
    places = _places(package, prepared, strings) if asked else set()
    if not places:
        return
    numbers = {sheet.name.casefold(): at for at, sheet in enumerate(prepared.sheets)}
    for node in asked:
        if node not in prepared.reasons and _reads(node, prepared, numbers, places):
            prepared.reasons[node] = ("text", "")
            prepared.changed[node[0]].add(node[1])


def _reads(node: Node, prepared: Prepared, numbers: dict[str, int], places: set[Place]) -> bool:
    text = prepared.texts[node[0]][node[1]]
    return any(
        area[:2] == area[2:] and (at, *area[:2]) in places
        for at, area in areas_of(text, node[0], numbers)
    )


def _places(package: Package, prepared: Prepared, strings: bytes | None) -> set[Place]:
    """Find the cells that hold such a text."""
    wanted = {
        number
        for number, item in enumerate(_ITEM.findall(strings or b""))
        if reads_as_number("".join(map(unescape, _TEXT.findall(item))))
    }
    found: set[Place] = set()
    for at, sheet in enumerate(prepared.sheets):
        xml = package.sheet_xml(sheet.part)
        if wanted:
            found |= {
                (at, int(row), column_number(letters))
                for letters, row, number in _SHARED.findall(xml)
                if int(number) in wanted
            }
        if b"inlineStr" in xml:
            found |= {
                (at, int(row), column_number(letters))
                for letters, row, inner in _INLINE.findall(xml)
                if reads_as_number("".join(map(unescape, _TEXT.findall(inner))))
            }
    return found
