"""What she typed after a run, brought to the sheet as it was before it."""

from __future__ import annotations

from collections import Counter
from copy import copy
from typing import TYPE_CHECKING, Final

from openpyxl.cell import Cell

from addin.hosts.package.ours.blocks import clean, put, write_header, write_ids, write_keys
from addin.hosts.package.ours.carrying import copied_comment, copy_cell, width_of
from addin.hosts.package.ours.formulas import Moves
from addin.hosts.package.ours.internals import cell_at, look_of, wear
from addin.hosts.package.ours.ownership import (
    ARCHIVE,
    KEY_COLUMN,
    her_comment,
    holds,
    origin,
    read_old,
)
from addin.hosts.package.ours.page import set_header_height
from addin.hosts.package.ours.placing import PlacedColumn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

    from addin.hosts.package.ours.ownership import OldBlock, OldColumn, OldSheet
    from addin.hosts.package.ours.styles import Styles

_LOOKS: Final = ("font", "fill", "border", "alignment", "protection", "number_format")


class Rescue:
    """Brings what was typed since to a restored sheet.

    The sheets may be of different workbooks: looks are made again in that of the restored one.

    Parameters
    ----------
    now : OldSheet
        The sheet as it is.
    written : OldSheet, optional
        The sheet as the run left it: what differs from it was typed since.
    sheet : Worksheet
        The sheet as it was before the run, restored; it is changed.
    """

    def __init__(self, now: OldSheet, written: OldSheet | None, sheet: Worksheet) -> None:
        self._now, self._written, self._sheet = now, written, sheet
        self._target = read_old(sheet)
        self._rows = self._row_moves()
        self._columns: dict[int, int] = {}
        self._last_column = sheet.max_column
        self._last_row = sheet.max_row
        self._looks: dict[int, StyleArray] = {}
        self.merged = 0
        self.archived = 0

    def rescue(self, headings: tuple[str, str], styles: Styles) -> None:
        """Bring everything; ``headings`` are those of an archive and of its hidden keys."""
        for block in self._now.blocks.values():
            left = [
                (key, row)
                for key, row in block.rows.items()
                if not self._merge_row(block, key, row) and self._now.said(block, row)
            ]
            if left:
                self._archive(block, left, headings, styles)
        self._loose_rows()
        self._free_cells()

    def _row_moves(self) -> dict[int, int]:
        moves = {}
        for block in self._now.blocks.values():
            home = self._target.blocks.get(block.id)
            if home is not None:
                moves[block.header_row] = home.header_row
            for key, row in block.rows.items():
                place = self._place(block, key)
                if place is not None:
                    moves[row] = place[1]
        return moves

    def _place(self, block: OldBlock, key: str) -> tuple[OldBlock, int] | None:
        """Give block and row of a key on the restored sheet: in its own block, else anywhere."""
        own = self._target.blocks.get(block.id)
        if own is not None and key in own.rows:
            return own, own.rows[key]
        for other in self._target.blocks.values():
            if key in other.rows:
                return other, other.rows[key]
        return None

    def _merge_row(self, block: OldBlock, key: str, row: int) -> bool:
        """Bring the cells of a row that were typed since; whether the row has a place."""
        place = self._place(block, key)
        if place is None:
            return False
        home, target = place
        for column in block.columns:
            cell = self._now.cell(row, column.index)
            if not self._typed_since(cell, block, key, column):
                continue
            if column.hers:
                self._copy(cell, row, column.index, target, self._column(home, block, column))
                self.merged += 1
            elif cell is not None and her_comment(cell):
                index = self._column(home, block, column)
                self._sheet.cell(target, index).comment = copied_comment(cell.comment)
                self.merged += 1
        return True

    def _typed_since(self, cell: Cell | None, block: OldBlock, key: str, column: OldColumn) -> bool:
        """Whether a cell says something else now, or one of hers has been coloured."""
        before = self._written_cell(block, key, column)
        said = _content(cell, hers=column.hers) != _content(before, hers=column.hers)
        return said or (column.hers and _fill(cell) != _fill(before))

    def _written_cell(self, block: OldBlock, key: str, column: OldColumn) -> Cell | None:
        if self._written is None or block.id not in self._written.blocks:
            return None
        home = self._written.blocks[block.id]
        index = next((each.index for each in home.columns if each.name == column.name), None)
        if key not in home.rows or index is None:
            return None
        return self._written.cell(home.rows[key], index)

    def _column(self, home: OldBlock, block: OldBlock, column: OldColumn) -> int:
        """Give the column on the restored sheet; one she added since is added at the right."""
        for each in home.columns:
            if each.name == column.name:
                return each.index
        index = max([self._last_column, *self._columns.values()]) + 1
        index = self._columns.setdefault(column.index, index)
        heading = self._now.cell(block.header_row, column.index)
        if heading is not None:
            self._copy(heading, block.header_row, column.index, home.header_row, index)
        return index

    def _copy(self, cell: Cell | None, row: int, column: int, target: int, index: int) -> None:
        if cell is None:
            # She emptied it: it is empty on the restored sheet too.
            if cell_at(self._sheet, target, index) is not None:
                self._sheet.cell(target, index).value = None
            return
        moves = Moves(self._sheet.title, self._rows.get, lambda old: self._columns.get(old, old))
        copy_cell(cell, self._sheet, target, index, moves)
        new = cell_at(self._sheet, target, index)
        if new is not None:
            wear(new, copy(self._look(cell)))
        self._columns.setdefault(column, index)
        self._rows.setdefault(row, target)

    def _look(self, cell: Cell) -> StyleArray:
        """Give the look of a cell as the workbook of the restored sheet numbers it."""
        number = cell.style_id
        if number not in self._looks:
            scratch = Cell(self._sheet, row=1, column=1)
            for name in _LOOKS:
                setattr(scratch, name, copy(getattr(cell, name)))
            if cell.quotePrefix:
                scratch.quotePrefix = True  # type: ignore[attr-defined,unused-ignore]  # as of openpyxl's cells
            self._looks[number] = look_of(scratch)
        return self._looks[number]

    def _archive(
        self,
        block: OldBlock,
        left: list[tuple[str, int]],
        headings: tuple[str, str],
        styles: Styles,
    ) -> None:
        """Stand rows that were not there before the run at the end of the sheet."""
        row = self._last_row + 2
        self._last_row = row + 2 + len(left)
        columns = tuple(
            PlacedColumn(number, column.name, column.heading, None)
            for number, column in enumerate(block.columns, KEY_COLUMN + 1)
        )
        name = f"{ARCHIVE}{origin(block.id)}"
        put(self._sheet, row + 1, KEY_COLUMN + 1, clean(headings[0]), styles.heading())
        named = [(place, column) for place, column in zip(columns, block.columns, strict=True)]
        write_ids(self._sheet, (row, row + 2), name, (), styles)
        for place, column in named:
            if column.id:
                text = f"#{name}/2:{column.id}{'+' if column.hers else ''}"
                put(self._sheet, row, place.index, text, styles.machine())
        write_keys(self._sheet, row + 2, [key for key, _ in left], headings[1], styles)
        write_header(self._sheet, row + 2, columns, styles)
        self._set_header_height(row + 2, columns)
        for position, (_, old_row) in enumerate(left, row + 3):
            for place, column in named:
                cell = self._now.cell(old_row, column.index)
                if cell is not None and holds(cell):
                    self._copy(cell, old_row, column.index, position, place.index)
            self.archived += 1

    def _set_header_height(self, row: int, columns: Iterable[PlacedColumn]) -> None:
        widths = {each: width_of(self._sheet, each.index) for each in columns}
        shown = {each: width for each, (width, hidden) in widths.items() if not hidden}
        set_header_height(
            self._sheet, row, shown, {each.index: width for each, width in shown.items()}
        )

    def _loose_rows(self) -> None:
        known = _loose(self._written) | _loose(self._target)
        for block in self._now.blocks.values():
            for row in block.loose:
                if _values(self._now, row) in known:
                    continue
                target = self._last_row = self._last_row + 2
                for cell in list(self._now.row_cells(row)):
                    self._copy(cell, row, cell.column, target, cell.column)
                    self.merged += 1

    def _free_cells(self) -> None:
        # By what they say: a row inserted above moves what was there before the run as well.
        written = self._written.free_cells() if self._written else ()
        before = Counter((cell.column, _content(cell, hers=True)) for cell in written)
        for cell in self._now.free_cells():
            said = cell.column, _content(cell, hers=True)
            if before[said]:
                before[said] -= 1
                continue
            taken = self._target.cell(cell.row, cell.column)
            beside = cell.row < self._target.first_row and (taken is None or not holds(taken))
            if not beside:
                self._last_row += 2
            row = cell.row if beside else self._last_row
            self._copy(cell, cell.row, cell.column, row, cell.column)
            self.merged += 1


def _content(cell: Cell | None, *, hers: bool) -> tuple[object, str]:
    """Give what she said in a cell: in a column of ours that is her comment alone."""
    if cell is None:
        return None, ""
    value = cell.value if hers and cell.value != "" else None
    return value, cell.comment.text if cell.comment is not None and her_comment(cell) else ""


def _fill(cell: Cell | None) -> tuple[object, object]:
    """Give what a cell is filled with."""
    if cell is None or not cell.fill.fill_type:
        return None, None
    return cell.fill.fill_type, cell.fill.fgColor.value


def _values(old: OldSheet, row: int) -> tuple[object, ...]:
    return tuple(_content(cell, hers=True) for cell in old.row_cells(row))


def _loose(old: OldSheet | None) -> set[tuple[object, ...]]:
    if old is None:
        return set()
    return {_values(old, row) for block in old.blocks.values() for row in block.loose}
