"""Arrays: formulas whose values fill more cells than their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.recalculation.scanning import DYNAMIC
from addin.recalculation.values import Failed, from_engine
from udfs.values import CellError

if TYPE_CHECKING:
    from addin.recalculation.dependencies import Node
    from addin.recalculation.engine import Engine
    from addin.recalculation.preparing import Prepared
    from addin.recalculation.results import SheetValues
    from addin.recalculation.scanning import Area
    from udfs.values import Cell


def clear(prepared: Prepared, engine: Engine) -> None:
    """Empty the cells that arrays filled before: a value there would stop them from filling it."""
    for at, sheet in enumerate(prepared.sheets):
        for index, (_, (top, left, bottom, right)) in sheet.arrays.items():
            if (at, index) in prepared.reasons or (at, index) in prepared.fixed:
                continue
            if right > left:
                engine.put(sheet.name, top, left + 1, [[None] * (right - left)])
            if bottom > top:
                engine.put(
                    sheet.name, top + 1, left, [[None] * (right - left + 1)] * (bottom - top)
                )


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
            extent = engine.extent(sheet.name, area[0], area[1])
            grid = [
                [from_engine(cell) for cell in row] for row in engine.values(sheet.name, extent)
            ]
            rows = grid if kind == DYNAMIC else _filled(grid, area)
            failed = next((cell for row in rows for cell in row if isinstance(cell, Failed)), None)
            if failed is not None:
                reasons[at, index] = (str(failed), "")
            elif len(rows) > 1 or len(rows[0]) > 1 or area[:2] != area[2:]:
                result.members[index] = rows
                result.values[index] = rows[0][0]


def _filled(grid: list[list[Cell | Failed]], area: Area) -> list[list[Cell | Failed]]:
    """Lay values out over the cells of an array: one row or column repeats, the rest is #N/A."""
    height, width = len(grid), len(grid[0])

    def cell(row: int, column: int) -> Cell | Failed:
        row = 0 if height == 1 else row
        column = 0 if width == 1 else column
        return grid[row][column] if row < height and column < width else CellError.NA

    rows, columns = area[2] - area[0] + 1, area[3] - area[1] + 1
    return [[cell(row, column) for column in range(columns)] for row in range(rows)]
