"""Texts of a saved workbook, brought into one table as Excel keeps them.

openpyxl writes every text into its cell. Such a book is larger, and each later run would read it a
third more slowly; each text once in ``sharedStrings.xml`` is what every other program writes too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PART: Final = "xl/sharedStrings.xml"
TYPES: Final = "[Content_Types].xml"
RELATIONS: Final = "xl/_rels/workbook.xml.rels"

_INLINE: Final = re.compile(
    rb'(<c r="[A-Z]+\d+"(?: s="\d+")?) t="inlineStr"><is>(.*?)</is></c>', re.DOTALL
)
_MAIN: Final = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE: Final = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
    b'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
_RELATION: Final = (
    b'<Relationship Id="rIdStrings" Type="http://schemas.openxmlformats.org/'
    b'officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)


class StringTable:
    """The texts of one workbook, each with its number, in order of appearance."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._uses = 0

    def take_from(self, xml: bytes) -> bytes:
        """Give a sheet's XML with its texts replaced by their numbers."""
        numbers = self._numbers

        def number(match: re.Match[bytes]) -> bytes:
            text = match.group(2)
            index = numbers.setdefault(text, len(numbers))
            return b'%b t="s"><v>%d</v></c>' % (match.group(1), index)

        xml, uses = _INLINE.subn(number, xml)
        self._uses += uses
        return xml

    def parts(self, given: Mapping[str, bytes]) -> dict[str, bytes]:
        """Give the table as a part, and the parts that must name it, changed."""
        if not self._numbers:
            return dict(given)
        items = b"".join(b"<si>%b</si>" % text for text in self._numbers)
        table = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        table += b'<sst xmlns="%b" count="%d" uniqueCount="%d">%b</sst>' % (
            _MAIN,
            self._uses,
            len(self._numbers),
            items,
        )
        return {
            PART: table,
            TYPES: given[TYPES].replace(b"</Types>", _TYPE),
            RELATIONS: given[RELATIONS].replace(b"</Relationships>", _RELATION),
        }
