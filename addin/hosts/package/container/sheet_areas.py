"""Areas of cells as formulas, names, charts and rules spell them: ``应收!$H$2:$H$13``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpyxl.utils import column_index_from_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Not behind another book's ``]``, nor as an end of a range of sheets or of areas.
_AREA: Final = re.compile(
    r"""(?<![\w.:!\]'"$])(?:('(?:[^']|'')+'|[^\W\d][\w.]*)!)?"""
    r"(\$?[A-Z]{1,3})(\$?)(\d{1,7}):(?:\1!)?(\$?[A-Z]{1,3})(\$?)(\d{1,7})(?![\w.(!:])"
)
_TEXT: Final = re.compile(r'"(?:[^"]|"")*"')


@dataclass(frozen=True, slots=True)
class SheetArea:
    """An area of more than one cell: ``sheet`` is "" where it says none.

    ``moving`` says that its last row goes along when the formula is filled down.
    """

    spelled: str
    sheet: str
    top: int
    left: int
    bottom: int
    right: int
    moving: bool
    fixed: bool

    def on(self, title: str) -> bool:
        """Whether it names a sheet, compared without case."""
        return self.sheet.casefold() == title.casefold()

    def ending(self, row: int) -> str:
        """Give it as it is spelled where it ends at a row."""
        return self.spelled[: self.spelled.rindex(str(self.bottom))] + str(row)


def sheet_areas(formula: str) -> Iterator[SheetArea]:
    """Give the areas in a formula or in the text of a name; texts in quotes hold none."""
    return map(_area, _AREA.finditer(_TEXT.sub('""', formula)))


def only_area(text: str) -> SheetArea | None:
    """Give the area that a text is, or None where it is anything else or more."""
    found = _AREA.fullmatch(text)
    return _area(found) if found else None


def with_areas(text: str, change: Callable[[SheetArea], str]) -> str:
    """Give a text with each of its areas changed."""
    return _AREA.sub(lambda match: change(_area(match)), text)


def _area(match: re.Match[str]) -> SheetArea:
    sheet, first, fixed, top, last, fixed_last, bottom = match.groups()
    if sheet and sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return SheetArea(
        match.group(0),
        sheet or "",
        int(top),
        column_index_from_string(first.lstrip("$")),
        int(bottom),
        column_index_from_string(last.lstrip("$")),
        moving=not fixed_last,
        fixed=bool(fixed and fixed_last),
    )
