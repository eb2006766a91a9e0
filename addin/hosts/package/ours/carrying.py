"""Putting back what is hers: cells, comments, formulas, widths, loose rows, the archive."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Final

from openpyxl.comments import Comment
from openpyxl.worksheet.formula import ArrayFormula

from addin.hosts.package.container.xml_text import without_escapes
from addin.hosts.package.ours.blocks import clean, put, write_header, write_ids, write_keys
from addin.hosts.package.ours.formulas import Moves, moved
from addin.hosts.package.ours.internals import cell_at, cells, look_of, set_link, set_raw, wear
from addin.hosts.package.ours.ownership import KEY_COLUMN, OUR_AUTHOR, her_comment, holds
from addin.hosts.package.ours.relocation import Relocation, Span

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from addin.hosts.package.ours.ownership import OldBlock, OldColumn, OldSheet
    from addin.hosts.package.ours.placing import Archive, PlacedBlock, Plan
    from addin.hosts.package.ours.styles import Styles

_TITLE_COLUMNS: Final = KEY_COLUMN + 1


class Carrier:
    """Carries what is hers from the old sheet to the new one, which has been written already.

    Parameters
    ----------
    old : OldSheet
        The sheet of ours as it stood.
    sheet : Worksheet
        The new sheet.
    plan : Plan
        Where everything went.
    styles : Styles
        The workbook's styles.
    """

    def __init__(self, old: OldSheet, sheet: Worksheet, plan: Plan, styles: Styles) -> None:
        self._old = old
        self._sheet = sheet
        self._plan = plan
        self._styles = styles
        self._rows = self._row_moves()
        self._columns = self._column_moves()
        self._paired: dict[tuple[str, str], list[tuple[OldColumn, int]]] = {}
        self._comments: dict[int, list[Cell]] = {}
        for row, several in old.rows.items():
            for cell in several:
                if her_comment(cell):
                    self._comments.setdefault(row, []).append(cell)

    def carry(self, archive_heading: str) -> None:
        """Carry everything."""
        for placed in self._plan.blocks:
            self._carry_block(placed)
        self._carry_loose()
        for archive in self._plan.archives:
            self._write_archive(archive, archive_heading)
        self._carry_free()

    def _row_moves(self) -> dict[int, int]:
        """Give the new row of each old row that has one."""
        moves: dict[int, int] = {}
        for placed in self._plan.blocks:
            before = self._old.blocks.get(placed.block.id)
            if before:
                moves[before.header_row] = placed.header_row
                for position, key in enumerate(placed.keys):
                    if key in before.rows:
                        moves[before.rows[key]] = placed.first_row + position
            places = {key: placed.first_row + n for n, key in enumerate(placed.keys)}
            for key, sources in placed.sources.items():
                for _, row in sources:
                    moves.setdefault(row, places[key])
        for position, row in enumerate(self._plan.loose):
            moves[row] = self._plan.loose_row + position
        for archive in self._plan.archives:
            for position, (_, (_, row)) in enumerate(archive.rows, 1):
                moves[row] = archive.header_row + position
        return moves

    def _column_moves(self) -> dict[int, int]:
        """Give the new column of each old column: by the first block that has it."""
        moves = {KEY_COLUMN: KEY_COLUMN}
        for placed in self._plan.blocks:
            before = self._old.blocks.get(placed.block.id)
            for column in before.columns if before else ():
                index = placed.index(column.name)
                if index is not None:
                    moves.setdefault(column.index, index)
        return moves

    def _moves(self, shift: int) -> Moves:
        """Give the moves as a cell sees them; ``shift`` is its own, for rows beyond all blocks."""

        def row(old: int) -> int | None:
            if old < self._old.first_row:
                return old
            return old + shift if old > self._old.last_row else self._rows.get(old)

        def column(old: int) -> int | None:
            known = {c.index for b in self._old.blocks.values() for c in b.columns}
            return self._columns.get(old) if old in known else old

        return Moves(self._sheet.title, row, column)

    def _copy(self, cell: Cell, row: int, column: int) -> None:
        copy_cell(cell, self._sheet, row, column, self._moves(row - cell.row))

    def _carry_block(self, placed: PlacedBlock) -> None:
        before = self._old.blocks.get(placed.block.id)
        if before:
            self._carry_header(before, placed)
        places = {key: placed.first_row + n for n, key in enumerate(placed.keys)}
        for key, sources in placed.sources.items():
            for block, row in reversed(sources):
                self._carry_row(block, row, placed, places[key])

    def _carry_header(self, before: OldBlock, placed: PlacedBlock) -> None:
        for column in before.columns:
            index = placed.index(column.name)
            cell = self._old.cell(before.header_row, column.index)
            if index is None or cell is None:
                continue
            if not column.id:
                self._copy(cell, placed.header_row, index)
            elif her_comment(cell):
                self._sheet.cell(placed.header_row, index).comment = copied_comment(cell.comment)

    def _carry_row(self, block: OldBlock, row: int, placed: PlacedBlock, target: int) -> None:
        own = block.id == placed.block.id
        for column, index in self._pairs(block, placed):
            cell = self._old.cell(row, column.index)
            if cell is None:
                continue
            if holds(cell) or (own and self._kept_empty(cell, column, placed)):
                self._copy(cell, target, index)
        for cell in self._comments.get(row, ()):
            ours = next((c for c in block.columns if c.index == cell.column and not c.hers), None)
            place = placed.index(ours.name) if ours else None
            if place is not None:
                self._sheet.cell(target, place).comment = copied_comment(cell.comment)

    def _pairs(self, block: OldBlock, placed: PlacedBlock) -> list[tuple[OldColumn, int]]:
        """Give the columns of hers that both have, each with its new place."""
        key = (block.id, placed.block.id)
        if key not in self._paired:
            places = {column.name: column.index for column in placed.columns}
            self._paired[key] = [
                (column, places[column.name]) for column in block.hers if column.name in places
            ]
        return self._paired[key]

    def _kept_empty(self, cell: Cell, column: OldColumn, placed: PlacedBlock) -> bool:
        """Whether an empty cell says something: it has a colour, or she emptied our proposal."""
        proposed = column.id in placed.block.data
        return not column.id or proposed or not self._styles.ours(look_of(cell))

    def _carry_loose(self) -> None:
        """Rows that she typed between or below ours stand together below the blocks."""
        for position, row in enumerate(self._plan.loose):
            for cell in self._old.row_cells(row):
                target = self._columns.get(cell.column, cell.column)
                self._copy(cell, self._plan.loose_row + position, target)

    def _write_archive(self, archive: Archive, heading: str) -> None:
        first = archive.columns[0].index if archive.columns else _TITLE_COLUMNS
        put(self._sheet, archive.header_row - 1, first, clean(heading), self._styles.heading())
        sheet, styles = self._sheet, self._styles
        rows = (archive.id_row, archive.header_row)
        write_ids(sheet, rows, archive.id, archive.columns, styles)
        write_keys(
            sheet,
            archive.header_row,
            [key for key, _ in archive.rows],
            _key_heading(self._old, archive),
            styles,
        )
        write_header(sheet, archive.header_row, archive.columns, styles)
        for position, (_, (block, row)) in enumerate(archive.rows, 1):
            self._archive_row(archive, block, row, archive.header_row + position)

    def _archive_row(self, archive: Archive, block: OldBlock, row: int, target: int) -> None:
        places = {column.name: column.index for column in archive.columns}
        for column in block.columns:
            cell = self._old.cell(row, column.index)
            if cell is None or not (holds(cell) or column.hers):
                continue
            self._copy(cell, target, places[column.name])
            if not column.hers:
                new = cells(self._sheet)[target, places[column.name]]
                wear(new, self._styles.archived(cell.number_format))

    def _carry_free(self) -> None:
        """Leave what she wrote above the table there, or move it below if we write there."""
        top = min((b.id_row for b in self._plan.blocks), default=self._plan.last_row + 1)
        below = self._plan.last_row + 2
        for cell in self._old.free_cells():
            occupied = cell_at(self._sheet, cell.row, cell.column) is not None
            if occupied and self._old.our_line(cell):
                self._sheet.cell(cell.row, cell.column).comment = copied_comment(cell.comment)
            elif cell.row < top and not occupied:
                self._copy(cell, cell.row, cell.column)
            else:
                self._copy(cell, below, max(cell.column, _TITLE_COLUMNS))
                below += 1

    def relocation(self) -> Relocation:
        """Give where areas and their formulas go."""
        spans, offered = [], set()
        for placed in self._plan.blocks:
            before = self._old.blocks.get(placed.block.id)
            offered |= {c.index for c in placed.columns if c.column and c.column.choices}
            if before is not None and before.rows:
                rows = before.rows.values()
                new = (placed.header_row, placed.first_row, placed.last_row)
                spans.append(Span((before.header_row, min(rows), max(rows)), new))
        known = {c.index for block in self._old.blocks.values() for c in block.columns}
        top, bottom = self._old.first_row, self._old.last_row
        return Relocation(
            self._sheet.title, self._rows, self._columns, frozenset(known), tuple(spans),
            top, bottom, frozenset(offered),
        )  # fmt: skip

    def widths(self) -> dict[int, tuple[float, bool]]:
        """Give width and hiddenness of the columns she added, by new column."""
        found: dict[int, tuple[float, bool]] = {}
        for placed in self._plan.blocks:
            before = self._old.blocks.get(placed.block.id)
            for column in before.columns if before else ():
                index = placed.index(column.name)
                if index is not None and not column.id:
                    found[index] = width_of(self._old.sheet, column.index)
        return found


def _key_heading(old: OldSheet, archive: Archive) -> str:
    """Give what stood above the keys of the rows that dropped out."""
    (_, (block, _)) = archive.rows[0]
    cell = old.cell(block.header_row, KEY_COLUMN)
    return without_escapes(str(cell.value)) if cell is not None and cell.value else "key"


def copy_cell(cell: Cell, sheet: Worksheet, row: int, column: int, moves: Moves) -> None:
    """Copy a cell of hers to another place: value, formula, look, comment, link.

    Both sheets are of one workbook, so the look is copied by its index.
    """
    new = put(sheet, row, column, None, None)
    set_raw(new, _value(cell, moves), cell.data_type)
    wear(new, look_of(cell))
    if cell.hyperlink is not None:
        link = copy(cell.hyperlink)
        link.ref = new.coordinate
        set_link(new, link)
    if her_comment(cell):
        new.comment = copied_comment(cell.comment)


def _value(cell: Cell, moves: Moves) -> object:
    value = cell.value
    if cell.data_type != "f":
        return value
    if isinstance(value, ArrayFormula):
        reference = moved(f"={value.ref}", moves).removeprefix("=")
        return ArrayFormula(ref=reference, text=moved(str(value.text), moves))
    return moved(value, moves) if isinstance(value, str) else value


def copied_comment(comment: Comment | None) -> Comment | None:
    """Give a comment of its own for another cell."""
    if comment is None:
        return None
    return Comment(
        comment.text, comment.author or OUR_AUTHOR, height=comment.height, width=comment.width
    )


def width_of(sheet: Worksheet, column: int) -> tuple[float, bool]:
    """Give a column's width; the file groups equal neighbours under the first of them."""
    for dimension in sheet.column_dimensions.values():
        if (dimension.min or 0) <= column <= (dimension.max or 0):
            return dimension.width, bool(dimension.hidden)
    return sheet.sheet_format.defaultColWidth or 13.0, False
