"""The one door from cells to functions: convert, broadcast, call on what is complete, lay out.

Before: cells of any kind in any shape. After: each function saw only arrays of its own kinds, of
one length, with no blanks or errors in required arguments. The answer has the broadcast shape of
the arguments; a cell whose arguments could not be used shows the error that explains it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from udfs import layout, schemes, vocabulary
from udfs.convert import BLANK, MADE, convert, is_blank, missing_value, text_of
from udfs.ranges import Range, range_of, read_list, read_table, tolerated
from udfs.values import Cell, CellError, CellFaultError, Grid, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from udfs.convert import Faults, Values
    from udfs.declaration import Column, Declaration, Parameter


#: An answer of more cells than this is a mistake of typing: a column where one cell was meant.
_MOST_CELLS: Final = 2**24
#: An argument that was left out.
_NONE: Final = Range((None,), 1, 1)


@dataclass(slots=True)
class _Elements:
    """An argument with one element per cell: values, faults, which cells were blank.

    ``single`` where one cell stands for all of them.
    """

    parameter: Parameter
    values: Values
    faults: Faults
    blank: Values
    single: bool = False


@dataclass(slots=True)
class _Inputs:
    """All arguments as read: elements of one shape, and whole ranges by name."""

    shape: tuple[int, int] = (1, 1)
    elements: list[_Elements] = field(default_factory=list)
    whole: dict[str, object] = field(default_factory=dict)
    lists: list[Range] = field(default_factory=list)


def answer(declared: Declaration, cells: tuple[object, ...]) -> Cell | Grid:
    """Answer a cell's call of a function.

    Raises
    ------
    TypeError
        More arguments than the function has, or content that no cell holds.
    """
    if len(cells) > len(declared.arguments):
        raise TypeError(f"{declared.name} takes at most {len(declared.arguments)} arguments")
    given = {name: range_of(cell) for name, cell in zip(declared.arguments, cells, strict=False)}
    try:
        lang = _language(given.get("lang"))
        wanted = _one_text(given.get("field"))
        inputs = _read(declared, given)
        faults, kept = _state(inputs)
        _check_size(declared, int(kept.sum()), inputs)
        outcomes = [
            layout.Outcome(places, declared.function(**arguments))
            for places, arguments in _calls(inputs, np.flatnonzero(kept))
        ]
        frame = layout.Frame(inputs.shape, faults, tuple(inputs.lists), lang)
        return layout.lay_out(declared, outcomes, frame, wanted)
    except CellFaultError as fault:
        return fault.error


def _check_size(declared: Declaration, elements: int, inputs: _Inputs) -> None:
    """Refuse elements times a list, such as a column of totals by a column of weights.

    Where each element has one answer and all of them are one call, as with dates beside a list of
    days off, nothing is multiplied.
    """
    longest = max((len(listed.cells) for listed in inputs.lists), default=0)
    one_call = all(each.single for each in inputs.elements if _is_plain(each))
    if one_call and not _has_lists(declared.result):
        return
    if elements > 1 and elements * longest > _MOST_CELLS:
        raise CellFaultError(CellError.NUM)


def _has_lists(result: Column) -> bool:
    """Whether an answer holds as many items as the arguments make, not one for each element."""
    if result.kind is not None:
        return result.kind.form == "list"
    return not result.columns or any(
        part.kind is None or part.kind.form == "list" for part in result.columns
    )


def _is_plain(elements: _Elements) -> bool:
    return elements.parameter.kind is not None and elements.parameter.kind.form == "one"


def _one_text(given: Range | None) -> str:
    """Read one of the added arguments: a single cell, blank where not given."""
    if given is None or given.blank:
        return ""
    cell = given.cells[0]
    if isinstance(cell, CellError):
        raise CellFaultError(cell)
    if len(given.cells) > 1:
        raise CellFaultError(CellError.VALUE)
    return text_of(cell)


def _language(given: Range | None) -> str:
    word = _one_text(given)
    lang = vocabulary.language(word) if word else "zh"
    if lang is None:
        raise CellFaultError(CellError.VALUE)
    return lang


def _read(declared: Declaration, given: dict[str, Range]) -> _Inputs:
    """Read every argument by its kind and bring the elements to one shape."""
    inputs = _Inputs()
    each: list[tuple[_Elements, tuple[int, int]]] = []
    for parameter in declared.parameters:
        cells = given.get(parameter.name, _NONE)
        whole = parameter.kind is None or parameter.kind.form == "list"
        if not parameter.required and cells.blank and (whole or len(cells.cells) == 1):
            continue  # not given: the function's own default holds
        if parameter.kind is None:
            inputs.whole[parameter.name] = _table(cells, parameter)
        elif whole:
            inputs.whole[parameter.name], listed = _list(cells, parameter)
            inputs.lists.append(listed)
        else:
            cells = _as_one(cells, parameter.kind)
            each.append((_elements(cells, parameter), (cells.rows, cells.columns)))
    _broadcast(inputs, each)
    return inputs


def _table(cells: Range, parameter: Parameter) -> object:
    """Read a table argument: a range, or where its parameter has schemes the name of one."""
    only = cells.cells[0] if len(cells.cells) == 1 else None
    if parameter.scheme and parameter.table and isinstance(only, str):
        code = schemes.scheme_named(parameter.scheme, only)
        if code is None:
            raise CellFaultError(CellError.VALUE)
        return schemes.scheme_rows(parameter.table, parameter.scheme, code)
    return read_table(cells, parameter)


def _list(cells: Range, parameter: Parameter) -> tuple[object, Range]:
    """Read a list argument: a range, or where its parameter has schemes the name of one."""
    only = cells.cells[0] if len(cells.cells) == 1 else None
    if parameter.scheme and len(cells.cells) == 1 and isinstance(only, str):
        code = schemes.scheme_named(parameter.scheme, only)
        if code is not None:
            return schemes.scheme_list(parameter, parameter.scheme, code), cells
    return read_list(cells, parameter)


def _broadcast(inputs: _Inputs, each: list[tuple[_Elements, tuple[int, int]]]) -> None:
    """Bring the elements to one shape; only ranges can leave a row blank, single cells cannot."""
    try:
        inputs.shape = cast("tuple[int, int]", np.broadcast_shapes((1, 1), *(s for _, s in each)))
    except ValueError:
        raise CellFaultError(CellError.VALUE) from None
    for elements, shape in each:
        if shape == (1, 1):
            elements.blank = np.array([inputs.shape != (1, 1)])
            elements.single = True
        for name in ("values", "faults", "blank"):
            flat = getattr(elements, name)
            if shape != inputs.shape:
                spread = np.broadcast_to(flat.reshape(shape), inputs.shape).ravel()
                setattr(elements, name, spread)
        inputs.elements.append(elements)


def _as_one(cells: Range, kind: Kind) -> Range:
    """Make a range that is one ladder or one row of steps a single cell of text."""
    if kind.name not in {"ladder", "steps"} or len(cells.cells) == 1:
        return cells
    for cell in cells.cells:
        if isinstance(cell, CellError):
            raise CellFaultError(cell)
    steps = [text_of(cell) for cell in cells.cells if not is_blank(cell)]
    return Range(("/".join(steps) or None,), 1, 1)


def _elements(cells: Range, parameter: Parameter) -> _Elements:
    kind = cast("Kind", parameter.kind)
    values, faults = convert(cells.cells, kind)
    blank = faults == BLANK
    given = parameter.default is not None
    values, faults = tolerated(
        values,
        faults,
        optional=parameter.optional,
        or_missing=parameter.or_missing,
        fill=parameter.default if given else missing_value(kind),
    )
    return _Elements(parameter, values, faults, blank)


def _state(inputs: _Inputs) -> tuple[Faults, Values]:
    """Find the winning fault of each place (−1: all blank) and the places that are complete.

    The first error cell wins, then the first cell that cannot be read, then a blank.
    """
    size = inputs.shape[0] * inputs.shape[1]
    faults = np.zeros(size, dtype=np.int8)
    faulty = [elements.faults for elements in inputs.elements if elements.faults.any()]
    for low, high in ((1, MADE), (MADE, BLANK), (BLANK, BLANK + 1)):
        for found in faulty:
            hit = (faults == 0) & (found >= low) & (found < high)
            faults = np.where(hit, found, faults).astype(np.int8)
    if inputs.elements and size > 1:
        empty = np.logical_and.reduce([elements.blank for elements in inputs.elements])
        faults = np.where(empty, layout.NOTHING, faults).astype(np.int8)
    return faults, faults == 0


def _calls(inputs: _Inputs, kept: Values) -> Iterator[tuple[Values, dict[str, Any]]]:
    """Give the arguments of each call: one for every combination of plain values."""
    if not kept.size:
        return
    plain = [e for e in inputs.elements if _is_plain(e)]
    arrays = [e for e in inputs.elements if not _is_plain(e)]
    # One cell beside a whole column says the same in every row: it is looked at once.
    seen = kept[:1] if all(e.single for e in plain) else kept
    keys = list(zip(*(e.values[seen].tolist() for e in plain), strict=True))
    groups: dict[tuple[Any, ...], list[int]] = {}
    if len(set(keys)) <= 1:
        groups[keys[0] if keys else ()] = []  # all of them
    else:
        for place, key in enumerate(keys):
            groups.setdefault(key, []).append(place)
    for key, members in groups.items():
        places = kept if len(groups) == 1 else kept[members]
        arguments = dict(inputs.whole)
        arguments |= {e.parameter.name: _plain(e, one) for e, one in zip(plain, key, strict=True)}
        arguments |= {e.parameter.name: e.values[places] for e in arrays}
        yield places, arguments


def _plain(elements: _Elements, value: object) -> object:
    """Give a plain argument: None for a blank of an optional one that has no other default."""
    kind = cast("Kind", elements.parameter.kind)
    if elements.parameter.required or elements.parameter.default is not None or kind.name == "flag":
        return value
    missing = value == missing_value(kind) or value != value  # noqa: PLR0124 - NaN differs from itself
    return None if missing else value
