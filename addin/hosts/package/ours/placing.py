"""Where everything of a sheet goes, decided before a cell is written.

Blocks are stacked; a column she added keeps its place to the right of the same column of ours; what
she wrote is matched to the new rows by key, first in the same block, then anywhere on the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from addin.hosts.package.ours.ownership import (
    ARCHIVE,
    KEY_COLUMN,
    OldBlock,
    OldColumn,
    OldSheet,
    holds,
    origin,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from macros.changes import Block, Column, SheetContent

_IDENTITY_KINDS: Final = frozenset({"text"})

#: A row of the old sheet: its block and its number.
OldRow = tuple[OldBlock, int]


@dataclass(frozen=True, slots=True)
class PlacedColumn:
    """A column of the new sheet: ours (``column``), or one that she added (``column`` is None)."""

    index: int
    name: str
    heading: str
    column: Column | None

    @property
    def hers(self) -> bool:
        """Whether its cells are hers."""
        return self.column is None or self.column.hers


@dataclass(slots=True)
class PlacedBlock:
    """A block of the new sheet with its rows, the key of each row and what is carried to it."""

    block: Block
    columns: tuple[PlacedColumn, ...]
    keys: list[str]
    id_row: int = 0
    header_row: int = 0
    sources: dict[str, list[OldRow]] = field(default_factory=dict)

    @property
    def first_row(self) -> int:
        """The first row below the header."""
        return self.header_row + 1

    @property
    def last_row(self) -> int:
        """The last row; the header's where the block has no rows."""
        return self.header_row + len(self.keys)

    def index(self, name: str) -> int | None:
        """Give the sheet column of a column's name, or None."""
        return next((c.index for c in self.columns if c.name == name), None)


@dataclass(slots=True)
class Archive:
    """Rows that dropped out with something of hers on them, of one block."""

    id: str
    columns: tuple[PlacedColumn, ...]
    rows: list[tuple[str, OldRow]]
    id_row: int = 0
    header_row: int = 0


@dataclass(slots=True)
class Plan:
    """The whole sheet: blocks, loose rows of hers (old row numbers), archives."""

    marked: bool
    blocks: list[PlacedBlock]
    loose: list[int]
    archives: list[Archive]
    loose_row: int = 0
    last_row: int = 0

    @property
    def first_column(self) -> int:
        """The first column that shows: B on a sheet of ours, whose column A holds the keys."""
        return KEY_COLUMN + 1 if self.marked else 1


def row_keys(block: Block) -> list[str]:
    """Give the key of each row: the key column, else the row's texts; equal ones are numbered."""
    if not len(block.data):
        return []
    if block.key is not None:
        texts = _texts(block.data[block.key])
    else:
        names = [c.id for c in block.columns if c.kind in _IDENTITY_KINDS and c.id in block.data]
        parts = [_texts(block.data[name]) for name in names]
        texts = (
            ["|".join(row) for row in zip(*parts, strict=True)] if parts else [""] * len(block.data)
        )
    seen: dict[str, int] = {}
    keys = []
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
        keys.append(text if text and seen[text] == 1 else f"{text}#{seen[text]}")
    return keys


def _texts(values: pd.Series) -> list[str]:
    return [
        "" if missing else str(value).strip()
        for value, missing in zip(values.tolist(), values.isna().tolist(), strict=True)
    ]


def plan(content: SheetContent, old: OldSheet | None) -> Plan:
    """Decide where everything goes; ``old`` is the sheet of ours that stands there now."""
    marked = content.mark is not None
    keys = {block.id: row_keys(block) for block in content.blocks}
    sources, dropped, loose = _match(keys, old) if old else ({}, [], [])
    placed = []
    for block in content.blocks:
        carried = sources.get(block.id, {})
        columns = _columns(block, _added(block.id, carried, old), marked=marked)
        placed.append(PlacedBlock(block, columns, keys[block.id], sources=carried))
    result = Plan(marked, placed, loose, _archives(placed, dropped))
    _set_rows(result, content)
    return result


def _match(
    keys: Mapping[str, list[str]], old: OldSheet
) -> tuple[dict[str, dict[str, list[OldRow]]], list[tuple[str, OldRow]], list[int]]:
    """Match old rows to new keys; give the sources, the rows that drop out, and loose rows."""
    known = {block: set(names) for block, names in keys.items()}
    sources: dict[str, dict[str, list[OldRow]]] = {block: {} for block in keys}
    left: list[tuple[str, OldRow]] = []
    for block in old.blocks.values():
        for key, row in block.rows.items():
            if key in known.get(block.id, ()):
                sources[block.id][key] = [(block, row)]
            elif old.said(block, row):
                left.append((key, (block, row)))
    dropped = []
    for key, source in left:
        home = _home(key, source[0], known)
        if home is None or not _fits(old, source, sources[home].get(key, [])):
            dropped.append((key, source))
        else:
            sources[home].setdefault(key, []).append(source)
    loose = [row for block in old.blocks.values() for row in block.loose]
    return sources, dropped, sorted(loose)


def _home(key: str, block: OldBlock, known: Mapping[str, set[str]]) -> str | None:
    """Give the block that has this key now: the one it came from, else the first."""
    home = origin(block.id)
    if key in known.get(home, ()):
        return home
    return next((name for name, keys in known.items() if key in keys), None)


def _fits(old: OldSheet, source: OldRow, others: Iterable[OldRow]) -> bool:
    """Whether a row's cells of hers find their places free."""
    mine = _held(old, source)
    return all(mine.isdisjoint(_held(old, other)) for other in others)


def _held(old: OldSheet, source: OldRow) -> set[str]:
    block, row = source
    return {
        column.name
        for column in block.hers
        if (cell := old.cell(row, column.index)) is not None and holds(cell)
    }


def _added(
    block_id: str, carried: Mapping[str, list[OldRow]], old: OldSheet | None
) -> list[OldColumn]:
    """Give the columns she added that a block must have: its own, and those of rows moved in."""
    if old is None:
        return []
    origins = [old.blocks[block_id]] if block_id in old.blocks else []
    origins += [block for rows in carried.values() for block, _ in rows]
    found: dict[str, OldColumn] = {}
    for each in origins:
        for column in each.hers:
            found.setdefault(column.name, column)
    return list(found.values())


def _columns(block: Block, added: Sequence[OldColumn], *, marked: bool) -> tuple[PlacedColumn, ...]:
    """Give our columns in order, each followed by those she put to its right."""
    ours = [column for column in block.columns if not (marked and is_key(block, column))]
    ids = {column.id for column in block.columns}
    # A column meant for her that this version no longer has stays, as one of her own.
    extra = [column for column in added if column.id not in ids]
    order: list[tuple[str, str, Column | None]] = []

    def add(left: str | None) -> None:
        order.extend(
            (column.name, column.heading, None)
            for column in extra
            if column.left == left or (left is None and column.left not in places)
        )

    places = {"", *(column.id for column in ours)}
    add("")
    for column in ours:
        order.append((column.id, column.heading, column))
        add(column.id)
    add(None)
    first = KEY_COLUMN + 1 if marked else 1
    return tuple(
        PlacedColumn(index, name, heading, column)
        for index, (name, heading, column) in enumerate(order, first)
    )


def is_key(block: Block, column: Column) -> bool:
    """Whether a column is the block's hidden key: on a sheet of ours it stands in column A."""
    return column.hidden and column.id == block.key


def _archives(
    placed: Sequence[PlacedBlock], dropped: Iterable[tuple[str, OldRow]]
) -> list[Archive]:
    by_origin: dict[str, list[tuple[str, OldRow]]] = {}
    for key, (block, row) in dropped:
        by_origin.setdefault(origin(block.id), []).append((key, (block, row)))
    now = {one.block.id: one.columns for one in placed}
    return [
        Archive(f"{ARCHIVE}{block}", _archive_columns(now.get(block, ()), rows), rows)
        for block, rows in by_origin.items()
    ]


def _archive_columns(
    now: tuple[PlacedColumn, ...], rows: Iterable[tuple[str, OldRow]]
) -> tuple[PlacedColumn, ...]:
    """Give the block's columns, and after them those that only the archived rows have."""
    columns = list(now)
    names = {column.name for column in columns}
    index = max((column.index for column in columns), default=KEY_COLUMN)
    for _, (block, _row) in rows:
        for old in block.columns:
            if old.name not in names:
                names.add(old.name)
                index += 1
                columns.append(PlacedColumn(index, old.name, old.heading, None))
    return tuple(columns)


def _set_rows(result: Plan, content: SheetContent) -> None:
    """Give every block its rows: title, notes, then blocks, loose rows and archives."""
    row = bool(content.title) + bool(content.lead) + len(content.notes)
    for number, placed in enumerate(result.blocks):
        row += 1 if number else 0
        if result.marked:
            row += 1
            placed.id_row = row
        if placed.block.heading:
            row += 1
        row += 1
        placed.header_row = row
        row += len(placed.keys)
    if result.loose:
        result.loose_row = row + 2
        row += 1 + len(result.loose)
    for archive in result.archives:
        archive.id_row = row + 2
        archive.header_row = row + 4
        row = archive.header_row + len(archive.rows)
    result.last_row = row
