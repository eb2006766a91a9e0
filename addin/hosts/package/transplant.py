"""Bringing a sheet of the book before a run into the book as it is now, as it was."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, cast

from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.worksheet.table import Table

from addin.hosts.package.internals import cells, charts, look_of, make_cell, set_link, set_raw, wear

if TYPE_CHECKING:
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_LOOKS = ("font", "fill", "border", "alignment", "protection", "number_format")
_WHOLE = (
    "sheet_properties",
    "sheet_format",
    "page_setup",
    "page_margins",
    "print_options",
    "protection",
    "HeaderFooter",
    "views",
)


def transplant(source: Worksheet, workbook: Workbook, title: str, index: int | None) -> Worksheet:
    """Copy a sheet of another workbook; the place must be free.

    Both books are of one origin, but their styles are numbered apart, so each look is made again
    once in the new book and shared by its cells.
    """
    sheet: Worksheet = workbook.create_sheet(title, index)
    looks: dict[int, StyleArray] = {}
    for (row, column), cell in cells(source).items():
        if not isinstance(cell, Cell):
            continue  # the inner cells of a merged range are made with it
        new = make_cell(sheet, row, column)
        set_raw(new, cell.value, cell.data_type)
        number = cell.style_id
        if number not in looks:
            looks[number] = _look(sheet, cell)
        wear(new, copy(looks[number]))
        if cell.comment is not None:
            old = cell.comment
            new.comment = Comment(old.text, old.author, height=old.height, width=old.width)
        if cell.hyperlink is not None:
            set_link(new, copy(cell.hyperlink))
    _dimensions(source, sheet)
    _around(source, sheet)
    return sheet


def _look(sheet: Worksheet, cell: Cell) -> StyleArray:
    scratch = Cell(sheet, row=1, column=1)
    for name in _LOOKS:
        setattr(scratch, name, copy(getattr(cell, name)))
    if cell.quotePrefix:
        scratch.quotePrefix = True
    return look_of(scratch)


def _dimensions(source: Worksheet, sheet: Worksheet) -> None:
    for letter, dimension in source.column_dimensions.items():
        new = sheet.column_dimensions[letter]
        new.width, new.hidden = dimension.width, dimension.hidden
        new.min, new.max = dimension.min, dimension.max
        new.outlineLevel = dimension.outlineLevel
    for row, height in source.row_dimensions.items():
        made = sheet.row_dimensions[row]
        made.height, made.hidden = height.height, height.hidden
        made.outlineLevel, made.collapsed = height.outlineLevel, height.collapsed


def _around(source: Worksheet, sheet: Worksheet) -> None:
    for name in _WHOLE:
        setattr(sheet, name, copy(getattr(source, name)))
    sheet.sheet_state = source.sheet_state
    sheet.freeze_panes = source.freeze_panes
    sheet.auto_filter = copy(source.auto_filter)
    sheet.print_title_rows = source.print_title_rows
    for area in source.merged_cells.ranges:
        sheet.merge_cells(area.coord)
    for validation in source.data_validations.dataValidation:
        sheet.add_data_validation(copy(validation))
    for formatting in source.conditional_formatting:
        for rule in formatting.rules:
            again = copy(rule)
            again.dxf, again.dxfId = copy(rule.dxf), None  # numbered in the other book
            sheet.conditional_formatting.add(str(formatting.sqref), again)
    for table in source.tables.values():
        tree = cast("Any", table).to_tree()
        tree.attrib.pop("xmlns", None)
        sheet.add_table(cast("Any", Table).from_tree(tree))
    for chart in charts(source):
        sheet.add_chart(chart)
    for name, defined in source.defined_names.items():
        sheet.defined_names[name] = copy(defined)
