"""Arrays: formulas whose values fill more cells than their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from addin.recalculation.scanning import DYNAMIC
from addin.recalculation.values import Failed, from_engine
from macros.book import address
from udfs.values import CellError

if TYPE_CHECKING:
    from collections.abc import Container

    from addin.recalculation.dependencies import Node
    from addin.recalculation.engine import Engine
    from addin.recalculation.preparing import Prepared
    from addin.recalculation.results import SheetValues
    from addin.recalculation.scanning import Area, SheetFormulas
    from udfs.values import Cell

#: An array of more cells does not spill in the engine.
MOST_CELLS: Final = 10_000
_NOTHING: Final = (CellError.VALUE, Failed("engine"))
_CELL: Final = re.compile(
    rb"""<c\s(?:[^>]*?\s)?r=["']([A-Z]+\d+)["'][^>]*?(?:/>|(?<!/)>.*?</c>)""", re.DOTALL
)


def without_members(xml: bytes, sheet: SheetFormulas, kept: Container[int]) -> bytes:
    """Give rows of a sheet without what arrays filled: it would stop them from filling it anew.

    Arrays of the indexes ``kept`` stay as they are.
    """
    members: set[bytes] = set()
    for index, (_, (top, left, bottom, right)) in sheet.arrays.items():
        if index not in kept:
            members |= {
                address(row, column).encode()
                for row in range(top, bottom + 1)
                for column in range(left, right + 1)
            }
            members.discard(address(sheet.rows[index], sheet.columns[index]).encode())
    if not members:
        return xml

    def empty(match: re.Match[bytes]) -> bytes:
        return b"" if match.group(1) in members else match.group(0)

    return _CELL.sub(empty, xml)


def is_large(area: Area) -> bool:
    """Whether an array has more cells than the engine spills."""
    return (area[2] - area[0] + 1) * (area[3] - area[1] + 1) > MOST_CELLS


def rows_at_once(area: Area) -> int:
    """Give the rows of an array that the engine spills at once."""
    return max(MOST_CELLS // (area[3] - area[1] + 1), 1)


def add_pieces(prepared: Prepared, engine: Engine) -> None:
    """Give the engine the further pieces of large arrays; the first stands in the array's cell.

    The last piece takes all that is left, so that an array that grew is seen to have grown.
    """
    for at, sheet in enumerate(prepared.sheets):
        for index, (_, area) in sheet.arrays.items():
            if not is_large(area) or prepared.holds((at, index)):
                continue
            step, text = rows_at_once(area), prepared.texts[at][index]
            for row in range(area[0] + step, area[2] + 1, step):
                rest = f"DROP({text},{row - area[0]})"
                last = row + step > area[2]
                engine.formula(sheet.name, row, area[1], rest if last else f"TAKE({rest},{step})")


def read_arrays(
    prepared: Prepared,
    results: list[SheetValues],
    reasons: dict[Node, tuple[str, str]],
    engine: Engine,
) -> None:
    """Read what arrays fill: ``members`` of the results, or a reason where it is not known."""
    for at, (sheet, result) in enumerate(zip(prepared.sheets, results, strict=True)):
        for index, (kind, area) in sheet.arrays.items():
            if (at, index) in reasons or (at, index) in prepared.fixed:
                continue
            grid = _grid(engine, sheet.name, area)
            rows = grid if kind == DYNAMIC else _filled(grid, area)
            failed = next((cell for row in rows for cell in row if isinstance(cell, Failed)), None)
            if failed is not None:
                reasons[at, index] = (str(failed), "")
            elif len(rows) > 1 or len(rows[0]) > 1 or area[:2] != area[2:]:
                result.members[index] = rows
                result.values[index] = rows[0][0]


def _grid(engine: Engine, sheet: str, area: Area) -> list[list[Cell | Failed]]:
    """Read all that an array filled, piece by piece where it is large."""
    starts = range(area[0], area[2] + 1, rows_at_once(area)) if is_large(area) else (area[0],)
    grid: list[list[Cell | Failed]] = []
    for row in starts:
        values = engine.values(sheet, engine.extent(sheet, row, area[1]))
        piece = [[from_engine(cell) for cell in cells] for cells in values]
        # Where nothing is left to take, DROP has no rows and gives an error in one cell.
        if grid and len(piece) == 1 and piece[0][0] in _NOTHING:
            break
        grid += piece
    return grid


def _filled(grid: list[list[Cell | Failed]], area: Area) -> list[list[Cell | Failed]]:
    """Lay values out over the cells of an array: one row or column repeats, the rest is #N/A."""
    height, width = len(grid), len(grid[0])

    def cell(row: int, column: int) -> Cell | Failed:
        row = 0 if height == 1 else row
        column = 0 if width == 1 else column
        return grid[row][column] if row < height and column < width else CellError.NA

    rows, columns = area[2] - area[0] + 1, area[3] - area[1] + 1
    return [[cell(row, column) for column in range(columns)] for row in range(rows)]
