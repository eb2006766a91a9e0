"""Whether the hidden ids of a sheet of ours are gone: what is hers cannot be told from ours then.

She inserts a column to the left of the hidden one, or deletes or clears the hidden row or column.
To take such a sheet for one without anything of hers would lose her notes in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.hosts.package.ours.internals import blank, cell_at, cells
from addin.hosts.package.ours.ownership import KEY_COLUMN, LINE, TOKEN
from macros.texts import Refusal

if TYPE_CHECKING:
    from openpyxl.cell import Cell

    from addin.hosts.package.ours.ownership import OldBlock, OldSheet

#: So many filled cells make a row one of a table: a line above it has fewer.
_ROW_OF_TABLE = 2


def refuse_if_ids_gone(book: str, old: OldSheet) -> None:
    """Refuse a sheet of ours whose ids are gone.

    Parameters
    ----------
    book : str
        Name of the book.
    old : OldSheet
        The sheet as it stands.

    Raises
    ------
    Refusal
        ``ids_gone``, naming the sheet.
    """
    if ids_gone(old):
        raise Refusal("ids_gone", book, sheet=old.sheet.title)


def ids_gone(old: OldSheet) -> bool:
    """Whether the ids of a sheet of ours, or a part of them that is needed, are gone."""
    if not old.blocks:
        return any(not blank(cell.value) for cell in cells(old.sheet).values())
    if _headless(old) or _strange(old):
        return True
    return any(
        not any(column.id for column in block.columns)
        or _second_header(old, block)
        or _keyless(old, block)
        for block in old.blocks.values()
    )


def _headless(old: OldSheet) -> bool:
    """Whether rows of a table stand above the first ids."""
    return any(
        (key := _said(old, row)) and not key.startswith(LINE) and _filled(old, row) >= _ROW_OF_TABLE
        for row in range(1, old.first_row)
    )


def _strange(old: OldSheet) -> bool:
    """Whether there are column ids of a block without the id of its keys."""
    named = {
        match["block"]
        for several in old.rows.values()
        for cell in several
        if isinstance(cell.value, str)
        and cell.value.startswith("#")
        and (match := TOKEN.fullmatch(cell.value.strip()))
    }
    return not named <= {block.name for block in old.blocks.values()}


def _second_header(old: OldSheet, block: OldBlock) -> bool:
    """Whether a header stands among the rows of a block: the ids above it are gone."""
    ours = {column.index for column in block.columns if not column.hers}
    looks = {cell.style_id for cell in old.rows.get(block.header_row, ()) if cell.column in ours}

    def headed(row: int) -> bool:
        found: list[Cell] = [
            cell for cell in old.rows.get(row, ()) if cell.column in ours and not blank(cell.value)
        ]
        return len(found) >= _ROW_OF_TABLE and all(
            isinstance(cell.value, str) and cell.style_id in looks for cell in found
        )

    return any(headed(row) for row in block.rows.values())


def _keyless(old: OldSheet, block: OldBlock) -> bool:
    """Whether the keys of all rows were cleared: their cells are there, and blank."""
    return not block.rows and any(
        cell_at(old.sheet, row, KEY_COLUMN) is not None for row in block.loose
    )


def _filled(old: OldSheet, row: int) -> int:
    return sum(not blank(cell.value) for cell in old.rows.get(row, ()))


def _said(old: OldSheet, row: int) -> str:
    cell = cell_at(old.sheet, row, KEY_COLUMN)
    return "" if cell is None or cell.value is None else str(cell.value).strip()
