"""The texts that cells share: which cells name one, and which of them are empty."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from addin.hosts.package.container.parts import Parts
    from addin.hosts.package.hers.sheet_rows import CellXml

#: A cell with such a text: its start, its prefix, its other attributes, and the text's number.
SHARED: Final = re.compile(
    rb"""(<((?:\w+:)?)c\s(?:[^>]*?\s)?)t=["']s["']([^>]*>)\s*<(?:\w+:)?v>(\d+)</(?:\w+:)?v>"""
)
_ITEM: Final = re.compile(rb"<(?:\w+:)?si(?=[\s/>])[^>]*?(?:/>|>(.*?)</(?:\w+:)?si\s*>)", re.DOTALL)
_TEXT: Final = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>[^<]")


class SharedTexts:
    """The shared texts of a workbook.

    Exports of other systems fill cells with empty texts: such a cell looks blank, and is.

    Parameters
    ----------
    parts : Parts
        The package.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._empty: frozenset[int] | None = None

    def blank(self, cell: CellXml) -> bool:
        """Whether a cell holds nothing: no formula, no value, or an empty text."""
        if cell.formula is None and cell.kind == b"s" and cell.value.strip().isdigit():
            return int(cell.value) in self._empty_texts()
        return cell.empty

    def _empty_texts(self) -> frozenset[int]:
        if self._empty is None:
            parts = self._parts
            self._empty = frozenset(
                number
                for part in parts.related(parts.package.workbook_part, "sharedStrings")
                for number, item in enumerate(_ITEM.finditer(parts.read(part)))
                if not _TEXT.search(item.group(1) or b"")
            )
        return self._empty
