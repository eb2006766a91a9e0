"""Arrays back to cells: values of a kind, records by field, and how they lie on the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import numpy as np

from udfs import vocabulary
from udfs.convert import text_of
from udfs.money import CELL_LIMIT, from_minor
from udfs.reading import FIRST_DAY, LAST_DAY, iso_of_day
from udfs.values import CONTRADICTION, MISSING, Cell, CellError, DateSerial, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from udfs.declaration import Column

    #: Rows of cells that a list or an inner table makes, one item for each element.
    RowsByElement: TypeAlias = list[list[tuple[Cell, ...]]]

#: Between the items of a list that has to stand in one cell.
_JOIN: Final = "; "


def resolved(kind: Kind | None, result: object, lang: str) -> object:
    """Give a result as it is; a reason, which is made only when it is asked for, in a language."""
    if kind is not None and kind.name == "reason":
        return cast("Callable[[str], object]", result)(lang)
    return result


def column_cells(column: Column, values: object, lang: str) -> list[Cell]:
    """Give a field as cells; of one that need not apply, blanks instead of #N/A."""
    cells = cells_of(cast("Kind", column.kind), values, lang)
    if column.required:
        return cells
    return [None if cell is CellError.NA else cell for cell in cells]


def cells_of(kind: Kind, values: object, lang: str) -> list[Cell]:
    """Give an array of a kind as cells: missing is #N/A, contradiction is #NUM!."""
    array = np.atleast_1d(np.asarray(values))
    if kind.name in {"text", "choice", "label", "reason"}:
        return _words(kind, array, lang)
    if array.dtype == object:
        array = np.array([MISSING if item is None else item for item in array.tolist()])
    if array.dtype.kind in "iu":
        missing, wrong = array == MISSING, array == CONTRADICTION
    else:
        missing, wrong = np.isnan(array), np.isinf(array)
    cells: list[Cell]
    if kind.name == "flag":
        cells = list(array.astype(bool).tolist())
    elif kind.name == "day":
        cells = [DateSerial(serial) for serial in array.tolist()]
        wrong |= ((array < FIRST_DAY) | (array > LAST_DAY)) & ~missing  # no cell could show it
    elif kind.name == "cents":
        cells = list(from_minor(array.astype(np.int64)).tolist())
        wrong |= np.abs(array) > CELL_LIMIT  # a cell would show another cent
    else:
        cells = list((array.astype(np.float64) + 0.0).tolist())  # −0 becomes 0
    for place in np.flatnonzero(missing | wrong).tolist():
        cells[place] = CellError.NA if missing[place] else CellError.NUM
    return cells


def _words(kind: Kind, array: np.ndarray[Any, Any], lang: str) -> list[Cell]:
    words: dict[str, str] = {}
    if kind.name == "label":
        words = {row["code"]: row[lang] for row in vocabulary.choices(kind.table)}
    faults: dict[object, Cell] = {None: CellError.NA, CONTRADICTION: CellError.NUM}
    return [
        faults[item] if item in faults else words[item] if words else str(item)
        for item in array.tolist()
    ]


def rows_of(
    column: Column, result: object, elements: int, lang: str
) -> list[list[tuple[Cell, ...]]]:
    """Give a list or an inner table of a result as rows of cells, for each of the elements.

    An inner table stands for all elements, or the result is as many of them as there are elements.
    """
    if column.kind is None and not hasattr(result, "_fields"):  # a table for each element
        tables = cast("Iterable[object]", result)
        return [rows_of(column, table, 1, lang)[0] for table in tables]
    if column.kind is None:
        parts = [
            column_cells(inner, resolved(inner.kind, getattr(result, inner.name), lang), lang)
            for inner in column.columns
            if inner.kind is not None
        ]
        return [list(zip(*parts, strict=True))] * elements
    array = np.asarray(resolved(column.kind, result, lang))
    if array.ndim < 2:
        return [list(zip(column_cells(column, array, lang), strict=True))] * elements
    if array.ndim == 3:  # lines of numbers that all belong to one answer, such as a row for a year
        lines = [tuple(column_cells(column, line, lang)) for line in array[0]]
        return [lines] * elements
    # At once: a million lists of a few each.
    made: list[tuple[Cell, ...]] = list(zip(column_cells(column, array.ravel(), lang), strict=True))
    width = array.shape[1]
    ends = range(width, (len(array) + 1) * width, width) if width else [0] * len(array)
    return [made[end - width : end] for end in ends]


def in_one_cell(rows: Sequence[tuple[Cell, ...]]) -> Cell:
    """Write a list or an inner table into one cell: "2024-05-20 letter no evidence; …"."""
    if not rows:
        return None
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    return _JOIN.join(" ".join(map(shown, row)) for row in rows)


def shown(cell: Cell) -> str:
    """Write a cell as text: dates in ISO form, TRUE and FALSE, whole numbers without a point.

    Examples
    --------
    >>> shown(DateSerial(45838)), shown(12.0), shown(True), shown(CellError.NA), shown(None)
    ('2025-06-30', '12', 'TRUE', '#N/A', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.value
    if isinstance(cell, DateSerial):
        return iso_of_day(int(cell))
    return text_of(cell)
