"""Cells to arrays: one function per kind, each giving the values and, per cell, what is wrong.

Nothing raises here: a cell that cannot be read has a fault, and the registry decides what a fault
means for the answer.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from itertools import count, repeat
from operator import is_
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import numpy as np

from udfs import vocabulary
from udfs.decimals import scaled
from udfs.money import LIMIT, minor_of_text, to_minor
from udfs.reading import (
    FIRST_DAY,
    LAST_DAY,
    day_of_text,
    flag_of_text,
    half_width,
    moment_of_text,
    number_of_text,
)
from udfs.values import CONTRADICTION, MISSING, Cell, CellError, DateSerial, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from numpy.typing import NDArray

    #: Per cell: 0, or BLANK, or the place in ERRORS of an error cell, or that plus MADE where the
    #: cell holds no error but cannot be read as its kind.
    Faults: TypeAlias = NDArray[np.int8]
    Values: TypeAlias = NDArray[Any]

ERRORS: Final = (None, *CellError)
BLANK: Final = 64
MADE: Final = 32
_VALUE: Final = ERRORS.index(CellError.VALUE) + MADE
_NUM: Final = ERRORS.index(CellError.NUM) + MADE
_PLAIN: Final = frozenset({float, int, DateSerial})
_NOTHING: Final = type(None)
_SEPARATORS: Final = re.compile(r"[:;,|、，；：]")
_LADDER_SEPARATORS: Final = re.compile(r"[:;,|、，；：/]")


def is_blank(cell: Cell) -> bool:
    """Say whether a cell holds nothing: empty, or text of blanks such as a formula's ""."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def error_of(fault: int) -> CellError:
    """Give the error value that a fault shows: a blank asked for is #N/A."""
    return CellError.NA if fault == BLANK else cast("CellError", ERRORS[fault % MADE])


def convert(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    """Read cells as a kind.

    Parameters
    ----------
    cells : sequence of Cell
        n cells in reading order.
    kind : Kind
        What they must hold.

    Returns
    -------
    values : ndarray of shape (n,)
        In the dtype of the kind; where there is a fault, missing.
    faults : ndarray of int8 of shape (n,)
        0, BLANK, or an error.
    """
    values, faults = _CONVERTERS[kind.name](cells, kind)
    return values, faults


def missing_value(kind: Kind) -> object:
    """Give what stands for "no value" in an array of this kind."""
    if kind.name in {"cents", "day", "count"}:
        return MISSING
    return {"number": math.nan, "moment": math.nan, "flag": False}.get(kind.name)


def _floats(
    cells: Sequence[Cell], read: Callable[[str], float | None]
) -> tuple[NDArray[np.float64], Faults]:
    """Give the numbers of cells; texts by `read`."""
    found = set(map(type, cells))
    if found <= _PLAIN | {_NOTHING}:
        values = np.array(cells, dtype=np.float64)  # None becomes NaN
        faults = np.where(np.isfinite(values), 0, _NUM).astype(np.int8)
        if _NOTHING in found:
            faults[np.fromiter(map(is_, cells, repeat(None)), bool, len(cells))] = BLANK
        return values, faults
    values = np.full(len(cells), np.nan)
    faults = np.zeros(len(cells), dtype=np.int8)
    for place, cell in enumerate(cells):
        fault = _fault(cell)
        if not fault:
            number = read(cell) if isinstance(cell, str) else cast("float", cell)
            if number is None or isinstance(number, bool):
                fault = _VALUE
            elif not math.isfinite(number):
                fault = _NUM
            else:
                values[place] = number
        faults[place] = fault
    return values, faults


def _fault(cell: Cell) -> int:
    """Fault of a cell of any kind: an error value or nothing in it."""
    if isinstance(cell, CellError):
        return ERRORS.index(cell)
    return BLANK if is_blank(cell) else 0


def _marked(whole: NDArray[np.int64], faults: Faults) -> tuple[Values, Faults]:
    """Turn contradictions of a conversion into faults."""
    wrong = (whole == CONTRADICTION) & (faults == 0)
    return np.where(wrong, MISSING, whole), np.where(wrong, _NUM, faults).astype(np.int8)


def _cents(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    values, faults = _floats(cells, number_of_text)
    return _marked(to_minor(np.where(faults == 0, values, np.nan), exact=kind.exact), faults)


def _whole(values: NDArray[np.float64], faults: Faults, low: float, high: float) -> NDArray[Any]:
    inside = (values >= low) & (values <= high)
    known = np.where(inside, values, 0.0).astype(np.int64)
    return np.where(faults != 0, MISSING, np.where(inside, known, CONTRADICTION))


def _days(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    del kind
    values, faults = _floats(cells, day_of_text)
    # The time of day is cut off; serial 0 is what an empty cell becomes by accident, not a date.
    return _marked(_whole(np.floor(values), faults, FIRST_DAY, LAST_DAY), faults)


def _moments(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    del kind
    values, faults = _floats(cells, moment_of_text)
    inside = (values >= FIRST_DAY) & (values < LAST_DAY + 1)
    wrong = (faults == 0) & ~inside
    return np.where(wrong, np.nan, values), np.where(wrong, _NUM, faults).astype(np.int8)


def _counts(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    del kind
    values, faults = _floats(cells, number_of_text)
    return _marked(_whole(np.trunc(values), faults, -LIMIT, LIMIT), faults)


def _numbers(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    del kind
    return _floats(cells, number_of_text)


def _weights(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    del kind
    values, faults = _floats(cells, number_of_text)
    faults = np.where((faults == 0) & (values < 0), _NUM, faults).astype(np.int8)
    return scaled(np.where(faults == 0, values, 0.0))[0], faults


def _each(
    cells: Sequence[Cell], read: Callable[[Cell], object], empty: object, dtype: type
) -> tuple[Values, Faults]:
    """Read cells; `read` gives None for what cannot be read.

    Each distinct cell is read once, without a call for every cell.
    """
    found = set(map(type, cells))
    # TRUE and 1 are equal and yet two cells: only together with their types are they distinct.
    mixed = bool in found and found & _PLAIN
    keys: Sequence[Any] = list(zip(map(type, cells), cells, strict=True)) if mixed else cells
    place: defaultdict[Any, int] = defaultdict(count().__next__)
    places = np.fromiter(map(place.__getitem__, keys), np.int64, len(cells))
    values: Values = np.full(len(place), empty, dtype=dtype)
    faults = np.zeros(len(place), dtype=np.int8)
    for at, key in enumerate(place):
        cell = key[1] if mixed else key
        fault = _fault(cell)
        value = None if fault else read(cell)
        faults[at] = fault or (_VALUE if value is None else 0)
        if value is not None:
            values[at] = value
    return values[places], faults[places]


def _flags(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    def read(cell: Cell) -> bool | None:
        if isinstance(cell, str):
            code = vocabulary.code(kind.table, cell) if kind.table else None
            return flag_of_text(cell) if code is None else code in kind.codes
        return bool(cell) if cell in {0, 1} else None

    return _each(cells, read, empty=False, dtype=bool)


def text_of(cell: Cell) -> str:
    """Write a cell as text, a number as the sheet shows it: 12 rather than 12.0."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    # Fifteen digits, as the sheet has it: 54.1111111111111 and never 4.3999999999999995.
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell).strip()


def _texts(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    del kind
    found = set(map(type, cells))
    if found <= {str, _NOTHING}:  # a column of document numbers, without a call for each
        texts = cells if _NOTHING not in found else ["" if cell is None else cell for cell in cells]
        values = np.array(list(map(str.strip, cast("Sequence[str]", texts))), dtype=object)
        blank = values == ""
        values[blank] = None
        return values, np.where(blank, BLANK, 0).astype(np.int8)
    return _each(cells, text_of, None, object)


def _choices(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    def read(cell: Cell) -> str | None:
        code = vocabulary.code(kind.table, text_of(cell), lines=kind.lines)
        return code if not kind.codes or code in kind.codes else None

    return _each(cells, read, None, object)


def _units(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    del kind

    def read(cell: Cell) -> int | None:
        minor = minor_of_text(half_width(text_of(cell)))
        return minor if minor is not None and minor > 0 else None

    return _each(cells, read, None, object)


def _languages(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    del kind
    return _each(cells, lambda cell: vocabulary.language(text_of(cell)), None, object)


def _ladders(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    return _tuples(cells, lambda cell: vocabulary.steps(kind.table, text_of(cell)))


def _steps(cells: Sequence[Cell], kind: Kind) -> tuple[Values, Faults]:
    del kind

    def read(cell: Cell) -> tuple[float, ...] | None:
        parts = [number_of_text(part) for part in _LADDER_SEPARATORS.split(text_of(cell))]
        return None if None in parts else cast("tuple[float, ...]", tuple(parts))

    return _tuples(cells, read)


def _tuples(cells: Sequence[Cell], read: Callable[[Cell], object]) -> tuple[Values, Faults]:
    """Read cells as tuples; numpy would take a tuple assigned to a place for several values."""
    found = [None if _fault(cell) else read(cell) for cell in cells]
    values = np.empty(len(cells), dtype=object)
    for place, value in enumerate(found):
        values[place] = value
    faults = [
        _fault(cell) or (0 if value is not None else _VALUE)
        for cell, value in zip(cells, found, strict=True)
    ]
    return values, np.array(faults, dtype=np.int8)


_CONVERTERS: Final = {
    "cents": _cents,
    "choice": _choices,
    "count": _counts,
    "day": _days,
    "flag": _flags,
    "ladder": _ladders,
    "lang": _languages,
    "moment": _moments,
    "number": _numbers,
    "steps": _steps,
    "text": _texts,
    "unit": _units,
    "weights": _weights,
}


def split_list(text: str) -> tuple[str, ...] | None:
    """Split a short text such as "20:30:20:10" that stands for a range; None where it is one item.

    Examples
    --------
    >>> split_list("20:30:20:10"), split_list("2025-06-30")
    (('20', '30', '20', '10'), None)
    """
    parts = tuple(part.strip() for part in _SEPARATORS.split(text))
    return parts if len(parts) > 1 and not _is_grouped_number(text) else None


def _is_grouped_number(text: str) -> bool:
    """Say whether the commas of a text only group digits: 1,234.50 is one number."""
    return number_of_text(text) is not None
