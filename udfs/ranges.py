"""Ranges as arguments: rows of cells, lists, and tables with or without a row of headings."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import numpy as np

from udfs import vocabulary
from udfs.convert import (
    BLANK,
    MADE,
    convert,
    error_of,
    is_blank,
    missing_value,
    split_list,
    text_of,
)
from udfs.values import Cell, CellError, CellFaultError, DateSerial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from udfs.convert import Faults, Values
    from udfs.declaration import Column, Parameter


#: Types that are cells as they stand.
_CELLS: Final = frozenset({float, str, bool, type(None), CellError, DateSerial})


class Range(NamedTuple):
    """Cells of an argument in reading order, with its size; a single cell is 1 × 1."""

    cells: tuple[Cell, ...]
    rows: int
    columns: int

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return all(map(is_blank, self.cells))


#: What a range without a cell says: nothing, as a blank cell does.
_NO_CELLS: Final = Range((None,), 1, 1)


def range_of(argument: object) -> Range:
    """Take an argument as a host hands it over: a cell, a row of cells or rows of cells.

    Raises
    ------
    TypeError
        Rows of different lengths, or content that no cell holds.
    """
    if not isinstance(argument, (tuple, list)):
        return Range((_cell(argument),), 1, 1)
    if not any(isinstance(row, (tuple, list)) for row in argument):
        return Range(_cells(argument), 1, len(argument)) if argument else _NO_CELLS
    widths = set(map(len, argument))
    if len(widths) != 1:
        raise TypeError("the rows of a range have one length")
    if not any(widths):
        return _NO_CELLS
    return Range(_cells(tuple(chain.from_iterable(argument))), len(argument), widths.pop())


def _cells(contents: Sequence[object]) -> tuple[Cell, ...]:
    """Check contents by their types at once; one by one only where some must be converted."""
    if set(map(type, contents)) <= _CELLS:
        return cast("tuple[Cell, ...]", tuple(contents))
    return tuple(map(_cell, contents))


def _cell(content: object) -> Cell:
    if content is None or isinstance(content, (float, str, bool, CellError)):
        return content
    if isinstance(content, int):
        return float(content)
    if isinstance(content, np.generic):
        return _cell(content.item())
    raise TypeError(f"no cell holds a {type(content).__name__}")


def first_fault(faults: Faults) -> int:
    """Find the fault that wins: the first error cell, then the first unreadable, then a blank."""
    flat = faults.ravel()
    for low, high in ((1, MADE), (MADE, BLANK), (BLANK, BLANK + 1)):
        hits = np.flatnonzero((flat >= low) & (flat < high))
        if hits.size:
            return int(flat[hits[0]])
    return 0


def tolerated(
    values: Values, faults: Faults, *, optional: bool, or_missing: bool, fill: object
) -> tuple[Values, Faults]:
    """Let a blank, and with `or_missing` an error cell, pass as `fill`."""
    passes = np.zeros(faults.shape, dtype=bool)
    if optional or or_missing:
        passes |= faults == BLANK
    if or_missing:
        passes |= (faults > 0) & (faults < MADE)
    if passes.any():
        values = values.copy()
        values[passes] = fill
        faults = np.where(passes, 0, faults).astype(np.int8)
    return values, faults


def read_list(given: Range, parameter: Parameter) -> tuple[Values, Range]:
    """Read all cells of a range as one list; trailing blanks are spare cells.

    Returns
    -------
    values : ndarray of shape (n,)
        In the dtype of the kind.
    given : Range
        The range that the list stands in: that of the parts where a short text was given.

    Raises
    ------
    CellFaultError
        An error cell, a cell that cannot be read, or a gap that is not allowed.
    """
    assert parameter.kind is not None  # noqa: S101 - a list has a kind; said for the type checker
    only = given.cells[0] if len(given.cells) == 1 else None
    parts = split_list(only) if isinstance(only, str) else None
    if parts:
        given = Range(parts, 1, len(parts))
    end = len(given.cells)
    while end and is_blank(given.cells[end - 1]):
        end -= 1
    if not end and parameter.required and not parameter.optional:
        raise CellFaultError(CellError.NA)
    values, faults = convert(given.cells[:end], parameter.kind)
    values, faults = tolerated(
        values,
        faults,
        optional=parameter.optional,
        or_missing=parameter.or_missing,
        fill=missing_value(parameter.kind),
    )
    fault = first_fault(faults)
    if fault:
        raise CellFaultError(error_of(fault))
    return values, given


def read_table(given: Range, parameter: Parameter) -> object:
    """Read a range as a table: columns by heading, or else by position; blank rows left out.

    Of a printed statement (a column of ``lines``) so are the rows that no word is known of.

    Returns
    -------
    NamedTuple
        An instance of the parameter's class, one array per column, n ≥ 0 rows each.

    Raises
    ------
    CellFaultError
        A half-matched heading row, too few or too many columns or a statement without a known
        line (#VALUE!), an error cell, a cell that cannot be read, or a blank in a required column
        (#N/A).
    """
    assert parameter.table is not None  # noqa: S101 - a table has its class; for the type checker
    width = given.columns
    columns = [given.cells[place::width] for place in range(width)]
    places = None if given.blank else _header(parameter, given.cells[:width])
    if places is not None:
        columns = [column[1:] for column in columns]
    elif not given.blank:
        places = _positions(parameter.columns, columns)
    read = {
        name: convert(columns[place], _kind(parameter, name))
        for name, place in (places or {}).items()
    }
    blank = [faults == BLANK for _, faults in read.values()]
    kept = ~np.logical_and.reduce(blank) if blank else np.zeros(0, dtype=bool)
    for column in parameter.columns:
        if column.kind is not None and column.kind.lines and column.name in read:
            kept = _known_lines(column.name, read, kept)
    arrays, faults = [], []
    for column in parameter.columns:
        values, fault = _column(column, read.get(column.name), kept)
        arrays.append(values)
        faults.append(fault)
    wrong = first_fault(np.stack(faults, axis=-1))
    if wrong:
        raise CellFaultError(error_of(wrong))
    return parameter.table(*arrays)


def _known_lines(name: str, read: dict[str, tuple[Values, Faults]], kept: Values) -> Values:
    """Keep the lines of a statement whose word is known and that are more than a heading."""
    faults = read[name][1]
    known = kept & (faults == 0)
    # An error cell, or an amount beside no word, is not a word that is merely unknown.
    known |= kept & (((faults > 0) & (faults < MADE)) | (faults == BLANK))
    if kept.any() and not known.any():
        raise CellFaultError(CellError.VALUE)
    others = [found == BLANK for column, (_, found) in read.items() if column != name]
    bare = np.logical_and.reduce(others) if others else np.zeros(known.shape, dtype=bool)
    lines: Values = known & ~bare
    return lines


def _kind(parameter: Parameter, name: str) -> Any:  # noqa: ANN401 - a column's kind is never None
    return next(column.kind for column in parameter.columns if column.name == name)


def _column(
    column: Column, read: tuple[Values, Faults] | None, kept: Values
) -> tuple[Values, Faults]:
    """Take the kept rows of a column; of one that is not there, as many missing values."""
    kind = cast("Any", column.kind)
    if read is None:
        values, faults = (np.repeat(part, int(kept.sum())) for part in convert((None,), kind))
    else:
        values, faults = read[0][kept], read[1][kept]
    return tolerated(
        values,
        faults,
        optional=not column.required,
        or_missing=column.or_missing,
        fill=missing_value(kind),
    )


def _header(parameter: Parameter, first: Sequence[Cell]) -> dict[str, int] | None:
    """Match the first row with the columns' headings; None where it is a row of data."""
    assert parameter.table is not None  # noqa: S101 - a table has its class; for the type checker
    filled = {place: text_of(cell) for place, cell in enumerate(first) if not is_blank(cell)}
    if not all(isinstance(first[place], str) for place in filled):
        return None
    best: dict[str, tuple[int, int]] = {}
    taken: set[int] = set()
    for column in parameter.columns:
        ranks = vocabulary.headings(parameter.table.__name__, column.name)
        hits = sorted(
            (ranks[vocabulary.plain(text)], place)
            for place, text in filled.items()
            if vocabulary.plain(text) in ranks and place not in taken
        )
        if len(hits) > 1 and hits[0][0] == hits[1][0]:
            raise CellFaultError(CellError.VALUE)  # two columns could be meant
        if hits:
            best[column.name] = hits[0]
            taken.add(hits[0][1])
    if not best:
        return None
    if any(column.required and column.name not in best for column in parameter.columns):
        raise CellFaultError(CellError.VALUE)  # half a heading row
    return {name: place for name, (_, place) in best.items()}


def _positions(columns: Sequence[Column], given: Sequence[Sequence[Cell]]) -> dict[str, int]:
    """Take the columns in their order; blank columns beyond the last one do not count."""
    width = len(given)
    while width > len(columns) and all(map(is_blank, given[width - 1])):
        width -= 1
    needed = max((i + 1 for i, column in enumerate(columns) if column.required), default=0)
    if not needed <= width <= len(columns):
        raise CellFaultError(CellError.VALUE)
    return {column.name: place for place, column in enumerate(columns[:width])}
