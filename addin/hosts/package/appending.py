"""Changing sheets of hers: rows appended below a table, single cells set. Nothing else moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from addin.hosts.package.blocks import FORMULA_LIKE, cell_values, clean, put
from addin.hosts.package.internals import blank, cell_at, corners, look_of
from addin.hosts.package.styles import TEXT_KINDS, number_format
from macros.texts import Refusal

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.table import Table
    from openpyxl.worksheet.worksheet import Worksheet

    from macros.changes import AppendRows, ColumnKind, SetCell

_MINOR = 2


def sheet_named(workbook: Workbook, name: str) -> Worksheet:
    """Give a sheet by name, compared without case as Excel does.

    Raises
    ------
    Refusal
        ``no_such_sheet``.
    """
    for sheet in workbook.worksheets:
        if sheet.title.casefold() == name.casefold():
            return sheet
    raise Refusal("no_such_sheet", name)


def append_rows(sheet: Worksheet, append: AppendRows, *, date_1904: bool) -> None:
    """Append rows below a table, looking like the row above them.

    Raises
    ------
    Refusal
        ``rows_below``: something stands where the rows would go. ``totals_row``: the Excel table
        has a totals row, which would end up in the middle.
    """
    count = len(append.rows)
    if not count:
        return
    table = _excel_table(sheet, append.excel_table)
    if table is not None and table.totalsRowCount:
        raise Refusal("totals_row", sheet.title, table=append.excel_table)
    first, last = append.after + 1, append.after + count
    _refuse_if_occupied(sheet, append, first, last)
    _continue_rows(sheet, append, first, last)
    for column, kind, name in zip(append.columns, append.kinds, append.rows.columns, strict=True):
        values = cell_values(append.rows[name], kind, _MINOR, date_1904=date_1904)
        for row, value in enumerate(values, first):
            _write(sheet, row, column, value, kind)
    if table is not None:
        _extend_table(table, last)
    _extend_ranges(sheet, append, last)


def _excel_table(sheet: Worksheet, name: str) -> Table | None:
    return next(
        (t for t in sheet.tables.values() if name and t.displayName.casefold() == name.casefold()),
        None,
    )


def _refuse_if_occupied(sheet: Worksheet, append: AppendRows, first: int, last: int) -> None:
    # Asked cell by cell where the rows would go; a sheet with nothing below costs one comparison.
    if sheet.max_row < first:
        return
    columns = range(min(append.columns), max(append.columns) + 1)
    for row in range(first, min(last, sheet.max_row) + 1):
        for column in columns:
            cell = _existing(sheet, row, column)
            if cell is not None and not blank(cell.value):
                raise Refusal(
                    "rows_below", f"{sheet.title}!{cell.coordinate}", count=f"{len(append.rows):,}"
                )


def _existing(sheet: Worksheet, row: int, column: int) -> Cell | None:
    return cell_at(sheet, row, column)


def _continue_rows(sheet: Worksheet, append: AppendRows, first: int, last: int) -> None:
    """Give the new rows the look of the row above, and its formulas in the other columns."""
    if append.after < 1:
        return
    above = [
        cell
        for column in range(1, sheet.max_column + 1)
        if (cell := _existing(sheet, append.after, column)) is not None
    ]
    texts = all(cell.data_type == "s" or cell.value is None for cell in above)
    header = texts and any(cell.value is not None and cell.font.b for cell in above)
    for row in range(first, last + 1):
        for cell in above:
            if header and cell.value is not None:
                continue  # a table without rows: its header's look is not a row's look
            there = _existing(sheet, row, cell.column)
            if there is not None and not blank(there.value):
                continue  # beside the table: not the import's
            new = put(sheet, row, cell.column, None, look_of(cell))
            formula = cell.data_type == "f" and isinstance(cell.value, str)
            if formula and cell.column not in append.columns:
                new.value = Translator(cell.value, cell.coordinate).translate_formula(
                    new.coordinate
                )
    height = sheet.row_dimensions[append.after].height if not header else None
    if height:
        for row in range(first, last + 1):
            sheet.row_dimensions[row].height = height


def _write(sheet: Worksheet, row: int, column: int, value: object, kind: ColumnKind) -> None:
    before = _existing(sheet, row, column)
    style = None if before is None else look_of(before)
    cell = put(sheet, row, column, value, style)
    if kind in {"date", "money", "rate", "time"} and cell.number_format == "General":
        cell.number_format = number_format(kind)
    if kind in TEXT_KINDS and isinstance(value, str) and value.startswith(FORMULA_LIKE):
        cell.quotePrefix = True  # type: ignore[attr-defined,unused-ignore]  # a style flag of openpyxl's cells


def _extend_table(table: Table, last: int) -> None:
    left, top, right, bottom = corners(table.ref)
    area = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{max(bottom, last)}"
    table.ref = area
    if table.autoFilter is not None:
        table.autoFilter.ref = area


def _extend_ranges(sheet: Worksheet, append: AppendRows, last: int) -> None:
    """Stretch validations, conditional formats and the filter that end at the last row."""
    for validation in sheet.data_validations.dataValidation:
        for area in validation.sqref.ranges:
            if area.max_row == append.after and area.max_row >= area.min_row:
                area.max_row = last
    for formatting in list(sheet.conditional_formatting):
        for area in formatting.sqref.ranges:
            if area.max_row == append.after and area.max_row > area.min_row:
                area.max_row = last
    if sheet.auto_filter.ref:
        left, top, right, bottom = corners(sheet.auto_filter.ref)
        if bottom == append.after:
            sheet.auto_filter.ref = (
                f"{get_column_letter(left)}{top}:{get_column_letter(right)}{last}"
            )


def set_cell(sheet: Worksheet, change: SetCell, *, date_1904: bool) -> None:
    """Set one cell of hers; its look stays."""
    value = change.value
    if isinstance(value, str):
        value = clean(value)
    elif value is not None and change.kind in {"date", "time"} and date_1904:
        value = float(value) - 1462
    elif value is not None and change.kind == "money":
        value = float(value) / 10**_MINOR
    _write(sheet, change.row, change.column, value, change.kind)
