"""How an answer lies on the sheet: one element per cell, lists along their range, records by field.

A record gives the field that the cell asks for; ``"*"`` gives a row of headings and the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, compress
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from udfs import wording
from udfs.answers import cells_of, column_cells, in_one_cell, resolved, rows_of
from udfs.convert import error_of
from udfs.values import (
    Cell,
    CellError,
    CellFaultError,
    Grid,
    Kind,
    LabelledCents,
    LabelledMatrix,
)
from udfs.vocabulary import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from udfs.answers import RowsByElement
    from udfs.convert import Faults, Values
    from udfs.declaration import Column, Declaration
    from udfs.ranges import Range

#: In faults: all cells of the row were blank, and so is the answer.
NOTHING: Final = -1
_CENTS: Final = Kind("cents")
_NUMBER: Final = Kind("number")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call gave, and the places of the answer that it is for."""

    places: Values
    result: Any


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the answer goes: its shape, the faults of its places, the list arguments, language."""

    shape: tuple[int, int]
    faults: Faults
    lists: tuple[Range, ...]
    lang: str


def lay_out(
    declared: Declaration, outcomes: Sequence[Outcome], frame: Frame, wanted: str
) -> Cell | Grid:
    """Give the answer of a call as a cell or as rows of cells.

    Raises
    ------
    CellFaultError
        There is no such field, or the answer has no place on a sheet (#VALUE!).
    """
    if declared.labelled:
        return _labelled(outcomes, frame, wanted)
    if declared.matrix:
        return _matrix(outcomes, frame, wanted)
    if not declared.result.columns:
        return _one(declared.result, outcomes, frame)
    wanted = wanted or declared.result.columns[0].name
    if wanted == "*":
        return _all(declared, outcomes, frame)
    name = wording.field_named(declared, wanted)
    if name is None:
        raise CellFaultError(CellError.VALUE)
    column = next(column for column in declared.result.columns if column.name == name)
    picked = _picked(outcomes, name)
    return _one(column, picked, frame)


def _picked(outcomes: Sequence[Outcome], name: str) -> list[Outcome]:
    return [Outcome(outcome.places, getattr(outcome.result, name)) for outcome in outcomes]


def _one(column: Column, outcomes: Sequence[Outcome], frame: Frame) -> Cell | Grid:
    if column.kind is not None and column.kind.form != "list":
        return _shaped(_elements(column, outcomes, frame), frame.shape)
    rows = _lists(column, outcomes, frame)
    if frame.faults.size == 1:
        if frame.faults[0]:
            return _blocked(frame)[0]
        return _along(rows[0], frame)
    return _beside([row or [] for row in rows], frame)


def _blocked(frame: Frame) -> list[Cell]:
    """Give the answer of every place before any call: blank, or the error of its fault."""
    cells: list[Cell] = [None] * frame.faults.size
    for place in np.flatnonzero(frame.faults > 0).tolist():
        cells[place] = error_of(int(frame.faults[place]))
    return cells


def _elements(column: Column, outcomes: Sequence[Outcome], frame: Frame) -> list[Cell]:
    cells = _blocked(frame)
    for outcome in outcomes:
        places = outcome.places
        found = resolved(column.kind, outcome.result, frame.lang)
        values = np.broadcast_to(np.asarray(found), (len(places),))
        made = column_cells(column, values, frame.lang)
        if len(made) == len(cells):
            return made
        for place, cell in zip(places.tolist(), made, strict=True):
            cells[place] = cell
    return cells


def _lists(column: Column, outcomes: Sequence[Outcome], frame: Frame) -> RowsByElement:
    rows: RowsByElement = [[(cell,)] for cell in _blocked(frame)]
    for outcome in outcomes:
        made = rows_of(column, outcome.result, len(outcome.places), frame.lang)
        for place, row in zip(outcome.places.tolist(), made, strict=True):
            rows[place] = row
    return rows


def _shaped(cells: list[Cell], shape: tuple[int, int]) -> Cell | Grid:
    if len(cells) == 1:
        return cells[0]
    width = shape[1]
    if width == 1:
        return tuple(zip(cells, strict=True))
    return tuple(tuple(cells[at : at + width]) for at in range(0, len(cells), width))


def _along(rows: Sequence[tuple[Cell, ...]], frame: Frame) -> Cell | Grid:
    """Lay a list along the range that it belongs to, else down a column."""
    if not rows:
        return None
    if len(rows[0]) > 1:
        return tuple(rows)
    count = len(rows)
    for given in frame.lists:
        size = given.rows * given.columns
        if count <= size and (given.rows == 1 or count > size - given.columns):
            if given.columns == 1:
                break  # a column
            spare = [None] * (size - count) if given.rows > 1 else []
            across = given.columns if given.rows > 1 else count
            return _shaped([*chain.from_iterable(rows), *spare], (given.rows, across))
    return tuple(rows) if count > 1 else rows[0][0]


def _beside(rows: RowsByElement, frame: Frame) -> Grid:
    """Lay the lists of several elements out: elements in a column go down, in a row across."""
    if min(frame.shape) > 1 or any(row and len(row[0]) > 1 for row in rows):
        raise CellFaultError(CellError.VALUE)
    lines = list(map(tuple, map(chain.from_iterable, rows)))
    widths = set(map(len, lines))
    if len(widths) > 1:
        lines = [line + (None,) * (max(widths) - len(line)) for line in lines]
    return tuple(lines) if frame.shape[1] == 1 else tuple(zip(*lines, strict=True))


def _all(declared: Declaration, outcomes: Sequence[Outcome], frame: Frame) -> Cell | Grid:
    """Give a row of headings and the rows: one per element, or one per item of its lists."""
    if frame.faults.size == 1 and frame.faults[0] > 0:
        return error_of(int(frame.faults[0]))
    columns: dict[str, list[Cell]] = {}
    for column in declared.result.columns:
        picked = _picked(outcomes, column.name)
        headed = zip(
            _headings(declared, column, frame), _filled(column, picked, frame), strict=True
        )
        for heading, cells in headed:
            columns.setdefault(heading, cells)  # a list of what a table beside it tells already
    height = max(map(len, columns.values()))
    filled = [cells + [None] * (height - len(cells)) for cells in columns.values()]
    return (tuple(columns), *zip(*filled, strict=True))


def _headings(declared: Declaration, column: Column, frame: Frame) -> list[str]:
    """Name the columns of a field: those of a table inside, where it has the rows for itself."""
    names = [column.name]
    if column.kind is None and frame.faults.size == 1:
        names = [f"{column.name}.{inner.name}" for inner in column.columns]
    return [wording.field_label(declared, name, frame.lang) for name in names]


def _filled(column: Column, picked: Sequence[Outcome], frame: Frame) -> list[list[Cell]]:
    """Give the columns of a field: its elements, its list, or the columns of a table inside."""
    if column.kind is not None and column.kind.form != "list":
        return [_elements(column, picked, frame)]
    rows = _lists(column, picked, frame)
    if frame.faults.size > 1:
        return [[in_one_cell(row) for row in rows]]
    if column.kind is not None:
        return [[in_one_cell([row]) for row in rows[0]]]
    return [[row[place] for row in rows[0]] for place in range(len(column.columns))]


def _labelled(outcomes: Sequence[Outcome], frame: Frame, wanted: str) -> Cell | Grid:
    """Give one amount per label: the headings and a row for each element, or one label's."""
    if not outcomes:
        return _shaped(_blocked(frame), frame.shape)
    first = cast("LabelledCents", outcomes[0].result)
    if any(outcome.result.labels != first.labels for outcome in outcomes):
        raise CellFaultError(CellError.VALUE)
    rows: list[tuple[Cell, ...]] = [(cell,) * len(first.labels) for cell in _blocked(frame)]
    used = np.array([label not in first.sparse for label in first.labels])
    for outcome in outcomes:
        amounts = np.broadcast_to(outcome.result.cents, (len(outcome.places), len(first.labels)))
        used |= (amounts != 0).any(axis=0)
        for place, line in zip(outcome.places.tolist(), amounts, strict=True):
            rows[place] = tuple(cells_of(_CENTS, line, frame.lang))
    if wanted in {"", "*"}:
        return tuple(tuple(compress(row, used)) for row in (first.labels, *rows))
    place = _place_of(wanted, first.labels)
    return _shaped([row[place] for row in rows], frame.shape)


def _matrix(outcomes: Sequence[Outcome], frame: Frame, wanted: str) -> Cell | Grid:
    """Give a matrix under its headings, or the values of the row of one heading."""
    if len(outcomes) != 1 or frame.faults.size != 1:
        blocked = _blocked(frame)
        raise CellFaultError(blocked[0] if isinstance(blocked[0], CellError) else CellError.VALUE)
    found = cast("LabelledMatrix", outcomes[0].result)
    lines = [tuple(cells_of(_NUMBER, line, frame.lang)) for line in found.values]
    if wanted in {"", "*"}:
        headed = ((label, *line) for label, line in zip(found.rows, lines, strict=True))
        return ((None, *found.columns), *headed)
    return (lines[_place_of(wanted, found.rows)],)


def _place_of(wanted: str, labels: tuple[str, ...]) -> int:
    """Find a label as it is written, or else the only one that differs in gaps and case alone."""
    if wanted in labels:
        return labels.index(wanted)
    alike = [place for place, label in enumerate(labels) if plain(label) == plain(wanted)]
    if len(alike) != 1:
        raise CellFaultError(CellError.VALUE)
    return alike[0]
