"""The few things for which openpyxl must be reached from inside, each said once and why.

openpyxl's public setters guess (a text that begins with ``=`` becomes a formula), make cells by
being asked for them, and copy a style for each cell. Its own reader goes past them, and so do we.
The version is bound in ``pyproject.toml``; the tests of this room fail where a name has gone.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, cast

from openpyxl.cell import Cell
from openpyxl.utils.cell import range_boundaries

if TYPE_CHECKING:
    from openpyxl.styles import Font
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.hyperlink import Hyperlink
    from openpyxl.worksheet.worksheet import Worksheet


def cells(sheet: Worksheet) -> dict[tuple[int, int], Cell]:
    """Give the existing cells by row and column; what is put in stands on the sheet."""
    return cast("Any", sheet)._cells  # type: ignore[no-any-return]  # noqa: SLF001 - the public way makes cells


def cell_at(sheet: Worksheet, row: int, column: int) -> Cell | None:
    """Give a cell if it exists; the inner cells of a merged range count as none."""
    found = cells(sheet).get((row, column))
    return found if isinstance(found, Cell) else None


def blank(value: object) -> bool:
    """Whether a cell's value is none; a text partly coloured is a list and has no hash."""
    return value is None or (isinstance(value, str) and not value)


def make_cell(sheet: Worksheet, row: int, column: int) -> Cell:
    """Put a new, empty cell on a sheet in place of the one there."""
    cell = Cell(sheet, row=row, column=column)
    cells(sheet)[row, column] = cell
    return cell


def set_raw(cell: Cell, value: object, data_type: str) -> None:
    """Set a value and its type as they are; the setter would guess."""
    inner = cast("Any", cell)
    inner._value = value  # noqa: SLF001 - the setter guesses
    inner.data_type = data_type


def look_of(cell: Cell) -> StyleArray:
    """Give a copy of a cell's look: the indexes of its font, fill and so on in the workbook."""
    return cast("StyleArray", copy(cast("Any", cell)._style))  # noqa: SLF001 - no public way to share a look


def wear(cell: Cell, look: StyleArray) -> None:
    """Give a cell a look that others of the workbook may share."""
    cast("Any", cell)._style = look  # noqa: SLF001 - no public way to share a look


def set_link(cell: Cell, link: Hyperlink) -> None:
    """Give a cell a link; the setter knows only addresses outside the book and changes the look."""
    cast("Any", cell)._hyperlink = link  # noqa: SLF001 - see above


def charts(sheet: Worksheet) -> list[Any]:
    """Give the charts of a sheet."""
    return cast("list[Any]", cast("Any", sheet)._charts)  # noqa: SLF001 - charts can be added but not read


def normal_font(workbook: Workbook) -> Font:
    """Give the font of the style Normal."""
    return cast("Font", cast("Any", workbook)._fonts[0])  # noqa: SLF001 - the first font is Normal's


def set_normal_font(workbook: Workbook, font: Font) -> None:
    """Set the font of the style Normal."""
    inner = cast("Any", workbook)
    inner._fonts[0] = font  # noqa: SLF001 - the first font is Normal's
    inner._named_styles["Normal"].font = font  # noqa: SLF001 - see above


def look_count(workbook: Workbook) -> int:
    """Give the number of looks of cells that a workbook has."""
    return len(cast("Any", workbook)._cell_styles)  # noqa: SLF001 - looks are known by number


def look_numbered(workbook: Workbook, number: int) -> StyleArray:
    """Give a copy of a look by the number that a sheet's XML has for it."""
    looks = cast("Any", workbook)._cell_styles  # noqa: SLF001 - as above
    return cast("StyleArray", copy(looks[number if number < len(looks) else 0]))


def dxf_count(workbook: Workbook) -> int:
    """Give the number of looks of conditional formats that a workbook has."""
    return len(cast("Any", workbook)._differential_styles.styles)  # noqa: SLF001 - as above


def detach(workbook: Workbook, sheet: Worksheet) -> None:
    """Take a sheet out of a workbook but keep it alive: its cells are still to be read."""
    cast("Any", workbook)._sheets.remove(sheet)  # noqa: SLF001 - remove() drops what its cells need


def attach(workbook: Workbook, sheet: Worksheet) -> None:
    """Put a sheet of the workbook back that was taken out of it."""
    cast("Any", workbook)._sheets.append(sheet)  # noqa: SLF001 - the other half of detach()


def workbook_of(sheet: Worksheet) -> Workbook:
    """Give the workbook of a sheet."""
    return cast("Workbook", sheet.parent)


def corners(area: str | None) -> tuple[int, int, int, int]:
    """Give first column, first row, last column and last row of an area such as ``A1:C9``."""
    return cast("tuple[int, int, int, int]", range_boundaries(area or ""))
