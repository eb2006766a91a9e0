"""What of a sheet of ours is hers, found before the sheet is made again.

A sheet of ours carries two hidden aids: in column A the key of each row, above each header a row
of column ids (``#items/1:customer``; ``*`` is our key column, ``+`` a column meant for her). They
move with the cells when she sorts, inserts or deletes, so what is ours is known by what they say,
never by its place: a row without a key and a column without an id are hers. Title and notes carry
a checksum in the place of a key, so that a line she writes between or over them is known as hers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final
from zlib import crc32

from openpyxl.cell import Cell

import workbook_templates
from addin.hosts.package.container.xml_text import without_escapes
from addin.hosts.package.ours.internals import blank, cell_at, cells
from macros.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from openpyxl.worksheet.worksheet import Worksheet

    from macros.texts import Lang

#: Comments by this author are our own column notes, written anew each time.
OUR_AUTHOR: Final = "huikuan"
#: The column of row keys on a sheet of ours.
KEY_COLUMN: Final = 1
ARCHIVE: Final = "archive."

#: Between a block's id and a number, where a sheet has two of one id (archives of two runs).
_AGAIN: Final = "~"
#: Before the checksum of a line of ours above the table.
LINE: Final = "#line:"
_LANGS: Final[tuple[Lang, ...]] = ("zh", "en")
#: Ids of the column of keys.
_KEYS: Final = frozenset({"", "*"})
TOKEN: Final = re.compile(r"#(?P<block>[^/:]+)/(?P<offset>\d+):(?P<id>[^+]*)(?P<hers>\+?)")


def origin(block: str) -> str:
    """Give the id of the block that rows came from: ``archive.items~2`` is of ``items``."""
    return block.removeprefix(ARCHIVE).partition(_AGAIN)[0]


def token(block: str, offset: int, column: str, *, hers: bool) -> str:
    """Give the text of an id cell: ``offset`` rows below it stands the header."""
    return f"#{block}/{offset}:{column}{'+' if hers else ''}"


def line_token(text: str) -> str:
    """Give what stands in the key column beside a line of ours above the table."""
    return f"{LINE}{crc32(text.strip().encode()):08x}"


@dataclass(frozen=True, slots=True)
class OldColumn:
    """A column of a block as it stands: its id, or "" for one that she added."""

    index: int
    id: str
    heading: str
    hers: bool
    left: str  # id of the nearest column of ours to its left, or ""

    @property
    def name(self) -> str:
        """What her cells are carried by: the id, or the heading of a column she added."""
        return self.id or f"\0{self.heading}"


@dataclass(slots=True)
class OldBlock:
    """A block as it stands: columns in order, the sheet row of each key, rows of hers."""

    id: str
    header_row: int
    last_row: int
    columns: tuple[OldColumn, ...]
    rows: dict[str, int] = field(default_factory=dict)
    loose: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The id without the number that tells a second block of it apart."""
        return self.id.partition(_AGAIN)[0]

    @property
    def hers(self) -> tuple[OldColumn, ...]:
        """Columns whose cells are hers."""
        return tuple(column for column in self.columns if column.hers)


@dataclass(frozen=True, slots=True)
class OldSheet:
    """A sheet of ours as it stands.

    ``rows`` gives the existing cells of each row, the hidden keys left out: asking openpyxl for
    them row by row would look through the whole sheet each time. ``first_row`` is the first row
    below title and notes.
    """

    sheet: Worksheet
    rows: Mapping[int, tuple[Cell, ...]]
    blocks: Mapping[str, OldBlock]
    first_row: int
    last_row: int

    def cell(self, row: int, column: int) -> Cell | None:
        """Give a cell if it exists; asking the sheet itself would make it."""
        return cell_at(self.sheet, row, column)

    def row_cells(self, row: int) -> Iterator[Cell]:
        """Give the cells of a row that hold something, the key left out."""
        return (cell for cell in self.rows.get(row, ()) if holds(cell))

    def free_cells(self) -> Iterator[Cell]:
        """Give what she wrote beside, between or over title and notes."""
        for row in range(1, self.first_row):
            for cell in self.row_cells(row):
                if not self.our_line(cell) or her_comment(cell):
                    yield cell

    def our_line(self, cell: Cell) -> bool:
        """Whether a cell above the table holds title or note as we wrote it."""
        if cell.column != KEY_COLUMN + 1:
            return False
        told = _cell_text(self.sheet, cell.row, KEY_COLUMN)
        # Where a sheet was made before its lines had checksums, our column is ours.
        return told == line_token(_text(cell)) if self._checked() else True

    def _checked(self) -> bool:
        keys = (_cell_text(self.sheet, row, KEY_COLUMN) for row in range(1, self.first_row))
        return any(key.startswith(LINE) for key in keys)

    def said(self, block: OldBlock, row: int) -> bool:
        """Whether a row has something of hers: a value in her columns, or a comment anywhere."""
        if any(
            (cell := self.cell(row, column.index)) is not None and holds(cell)
            for column in block.hers
        ):
            return True
        return any(her_comment(cell) for cell in self.row_cells(row))


def holds(cell: Cell) -> bool:
    """Whether a cell holds a value or a comment of hers."""
    return not blank(cell.value) or her_comment(cell)


def her_comment(cell: Cell) -> bool:
    """Whether a cell has a comment that is not our own column note."""
    comment = cell.comment
    if comment is None or comment.author == OUR_AUTHOR:
        return False
    # LibreOffice saves comments without their authors.
    return bool((comment.author or "").strip()) or comment.text.strip() not in _notes()


@cache
def _notes() -> frozenset[str]:
    """Give the text of every column note of ours, in every language."""
    codes = {
        row["note"]
        for name in workbook_templates.names("outputs")
        for row in workbook_templates.rows(f"outputs/{name}")
        if row.get("note")
    }
    return frozenset(text(code, lang) for code in codes for lang in _LANGS)


def read_old(sheet: Worksheet) -> OldSheet:
    """Read what stands on a sheet of ours."""
    rows = _rows(sheet)
    keys = {at: cell for (at, column), cell in cells(sheet).items() if column == KEY_COLUMN}
    last_row = max([1, *rows, *keys])
    id_rows = sorted(row for row, cell in keys.items() if _key_token(_text(cell)))
    blocks: dict[str, OldBlock] = {}
    for number, row in enumerate(id_rows):
        end = id_rows[number + 1] - 1 if number + 1 < len(id_rows) else last_row
        block = _read_block(sheet, rows, row, end)
        base, again = block.id, 2
        while block.id in blocks:
            block.id, again = f"{base}{_AGAIN}{again}", again + 1
        blocks[block.id] = block
    return OldSheet(sheet, rows, blocks, id_rows[0] if id_rows else 1, last_row)


def _key_token(text: str) -> re.Match[str] | None:
    """Read the id of the column of keys; one of another column there says that ours is deleted."""
    match = TOKEN.fullmatch(text)
    return match if match is not None and match["id"] in _KEYS else None


def _rows(sheet: Worksheet) -> dict[int, tuple[Cell, ...]]:
    """Give the existing cells of each row from left to right, the hidden keys left out."""
    found: dict[int, list[Cell]] = {}
    for (row, column), cell in sorted(cells(sheet).items(), key=lambda item: item[0]):
        if column > KEY_COLUMN and isinstance(cell, Cell):
            found.setdefault(row, []).append(cell)
    return {row: tuple(several) for row, several in found.items()}


def _read_block(
    sheet: Worksheet, rows: Mapping[int, tuple[Cell, ...]], id_row: int, end: int
) -> OldBlock:
    match = _key_token(_cell_text(sheet, id_row, KEY_COLUMN))
    if match is None:
        raise ValueError(f"row {id_row} has no column ids")
    header_row = id_row + int(match["offset"])
    used = {
        cell.column
        for row in range(header_row, end + 1)
        for cell in rows.get(row, ())
        if holds(cell)
    }
    columns = _columns(sheet, id_row, header_row, used)
    block = OldBlock(match["block"], header_row, end, columns)
    for row in range(header_row + 1, end + 1):
        key = _cell_text(sheet, row, KEY_COLUMN)
        if key and key not in block.rows:
            block.rows[key] = row
        elif any(holds(cell) for cell in rows.get(row, ())):
            block.loose.append(row)
    return block


def _columns(
    sheet: Worksheet, id_row: int, header_row: int, used: set[int]
) -> tuple[OldColumn, ...]:
    found: list[OldColumn] = []
    left = ""
    for index in range(KEY_COLUMN + 1, sheet.max_column + 1):
        match = TOKEN.fullmatch(_cell_text(sheet, id_row, index))
        heading = _cell_text(sheet, header_row, index)
        if match:
            left = match["id"]
            found.append(OldColumn(index, match["id"], heading, bool(match["hers"]), left))
        elif index in used:
            found.append(OldColumn(index, "", _unique(heading, found), hers=True, left=left))
    return tuple(found)


def _unique(heading: str, others: list[OldColumn]) -> str:
    """Two columns of hers may have one heading, or none: the second is told apart by a number."""
    names = {column.heading for column in others if not column.id}
    number, unique = 2, heading
    while unique in names:
        unique, number = f"{heading} ({number})".strip(), number + 1
    return unique


def _cell_text(sheet: Worksheet, row: int, column: int) -> str:
    return _text(cell_at(sheet, row, column))


def _text(cell: Cell | None) -> str:
    return "" if cell is None or cell.value is None else without_escapes(str(cell.value)).strip()
