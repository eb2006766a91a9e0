"""Arguments of a case as cells and ranges: what JSON says, laid out as a person would.

``tests/data/case_arguments.csv`` says what the arguments are called in a cell and how nested
objects lie in ranges; everything else is read from the declaration of the function. Its column
``keys`` says of an argument: the keys of its objects in the order of the columns; ``*`` where the
object itself is the rows (key, value); ``long:a|b|c`` where objects hold lists, which are laid out
as rows: the number of the object first, and a single value in its last row.

``null`` or nothing where rows are expected is no rows. Rows nested in an object belong to that
object alone: where the objects' keys are missing or repeated, both sides get keys of their own. A
list of numbers inside a row is the short text that a cell takes for it (20:30:20:10).
"""

from __future__ import annotations

import csv
import itertools
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from udfs.convert import text_of
from udfs.reading import day_of_text
from udfs.values import Cell, CellError
from udfs.vocabulary import headings, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from udfs.declaration import Column, Declaration, Parameter

ARGUMENTS = Path(__file__).parent / "data" / "case_arguments.csv"
ERRORS = {error.value: error for error in CellError}


class CaseError(ValueError):
    """A case says something that no call of a function in a cell can express."""


@cache
def argument_rows() -> dict[tuple[str, str], dict[str, str]]:
    """Rows of the table of arguments by case function and argument; function ``*`` is any."""
    with ARGUMENTS.open(encoding="utf-8", newline="") as lines:
        return {(row["function"], row["argument"]): row for row in csv.DictReader(lines)}


def row_of(function: str, argument: str) -> dict[str, str]:
    """What the table says of an argument; nothing said means the same name and no objects."""
    rows = argument_rows()
    found = rows.get((function, argument)) or rows.get(("*", argument))
    return found or {"parameter": argument, "keys": ""}


def cell_of(value: object, *, date: bool = False) -> Cell:
    """Bring a value of the file into a cell: "" is blank, "#N/A" an error, a date a serial."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return float(value)
    if not isinstance(value, str):
        raise CaseError(f"a cell holds no {shape_of(value)}: {value!r}")
    if value in ERRORS:
        return ERRORS[value]
    return float(day) if date and (day := day_of_text(value)) else value


def shape_of(value: object) -> str:
    """Name the shape of a value as its JSON does."""
    return {dict: "object", list: "list"}.get(type(value), type(value).__name__)


def is_date(part: Parameter | Column) -> bool:
    return part.kind is not None and part.kind.name == "day"


def range_of(
    parameter: Parameter, rows: Iterable[Sequence[object]]
) -> tuple[tuple[Cell, ...], ...]:
    """Lay rows of values out as the range of a table argument; no rows is a blank range."""
    columns = parameter.columns
    laid = tuple(
        tuple(
            cell_of(short_text(value), date=place < len(columns) and is_date(columns[place]))
            for place, value in enumerate(row)
        )
        for row in rows
    )
    width = max(map(len, laid), default=len(columns))
    return tuple(row + (None,) * (width - len(row)) for row in laid) or ((None,) * width,)


def short_text(value: object) -> object:
    """Write a list of numbers as the text that stands for it in one cell."""
    if isinstance(value, list) and value and all(type(item) in {int, float} for item in value):
        return ":".join(text_of(float(item)) for item in value)
    return value


def long_rows(items: list[Any], keys: Sequence[str]) -> list[list[object]]:
    """Lay objects that hold lists out as rows: number, values; a single one in the last row."""
    rows: list[list[object]] = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            raise CaseError(f"an object is expected, not {item!r}")
        lists = [value for value in map(item.get, keys) if isinstance(value, list)]
        if len({len(value) for value in lists}) != 1:
            raise CaseError(f"lists of one length are expected in {item!r}")
        height = len(lists[0])
        for at in range(height):
            cells = [item.get(key) for key in keys]
            rows.append(
                [
                    number,
                    *(
                        value[at]
                        if isinstance(value, list)
                        else value
                        if at == height - 1
                        else None
                        for value in cells
                    ),
                ]
            )
    return rows


def row_cells(parameter: Parameter, row: object, keys: Sequence[str]) -> Sequence[object]:
    """Give the values of a row of a table: a list as it stands, an object by its keys.

    A column is known by the key of the table of arguments, by its name or by a heading.
    """
    if isinstance(row, list):
        return row
    if not isinstance(row, dict):
        raise CaseError(f"{parameter.name}: a row is a list or an object, not {row!r}")
    assert parameter.table is not None, "only tables have rows"
    names = {plain(name): name for name in reversed(row)}
    cells: list[object] = []
    for column, key in itertools.zip_longest(parameter.columns, keys):
        known = [key] if key in row else []
        heads = headings(parameter.table.__name__, column.name)
        known += [name for word, name in names.items() if word in heads]
        if not known and column.required and len(row) > len(keys):
            raise CaseError(f"{parameter.name}: no {key or column.name} in {row!r}")
        cells.append(row[known[0]] if known else None)
    return cells


def rows_in(name: str, value: object) -> list[Any]:
    """Give the rows of a table argument: nothing is none, a lone object is one."""
    if value is None or value == "":
        return []
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise CaseError(f"{name}: rows are expected, not {value!r}")
    return value


def argument_of(parameter: Parameter, value: object, keys: Sequence[str]) -> object:
    """Bring one argument of a case into a cell or a range."""
    if parameter.kind is None:
        if [*keys] == ["*"] and isinstance(value, dict):
            return range_of(parameter, [[key, cell] for key, cell in value.items()])
        rows = rows_in(parameter.name, value)
        if keys and keys[0].startswith("long:"):
            lists = [keys[0].removeprefix("long:"), *keys[1:]]
            return range_of(parameter, long_rows(rows, lists))
        return range_of(parameter, [row_cells(parameter, row, keys) for row in rows])
    if isinstance(value, list):
        return (tuple(cell_of(item, date=is_date(parameter)) for item in value),) if value else None
    return cell_of(value, date=is_date(parameter))


def with_keys(items: list[Any], key: str) -> list[Any]:
    """Give every object a key of its own: what is nested in it must reach no other."""
    names = [text_of(cell_of(item.get(key)) or "") for item in items]
    fresh = (name for number in itertools.count(1) if (name := f"#{number}") not in names)
    found, seen = [], {""}
    for item, name in zip(items, names, strict=True):
        found.append({**item, key: next(fresh)} if name in seen else item)
        seen.add(name)
    return found


def nested_rows(
    parameter: Parameter, items: list[Any], key: str, inner: str
) -> tuple[tuple[Cell, ...], ...]:
    """Give the rows of a list inside each object as a range, the object's key before them."""
    rows: list[Sequence[object]] = []
    for item in items:
        for row in rows_in(inner, item.get(inner)):
            own = {**row, key: item[key]} if isinstance(row, dict) else row
            cells = row_cells(parameter, own, (key,))
            rows.append(cells if isinstance(row, dict) else [item[key], *cells])
    return range_of(parameter, rows)


def nested_of(function: str, name: str, value: object) -> list[tuple[str, dict[str, str]]]:
    """Give the lists nested in the objects of an argument, with what the table says of them."""
    rows = value if isinstance(value, list) else []
    if not all(isinstance(row, dict) for row in rows):
        return []
    return [
        (inner, said)
        for (owner, path), said in argument_rows().items()
        if owner == function and path.startswith(f"{name}.")
        for inner in [path.partition(".")[2]]
        if any(row.get(inner) for row in rows)
    ]


def arguments_of(declared: Declaration, case: dict[str, Any]) -> dict[str, object]:
    """Bring the input of a case into cells and ranges by the name of the parameter."""
    parameters = {parameter.name: parameter for parameter in declared.parameters}
    found: dict[str, object] = {}
    for name, given in case["input"].items():
        row, value = row_of(declared.case, name), given
        if row["parameter"] not in parameters:
            raise CaseError(f"no argument {name} ({row['parameter']})")
        for inner, said in nested_of(declared.case, name, value):
            value = with_keys(value, said["keys"])
            target = parameters[said["parameter"]]
            if case["input"].get(target.name):
                raise CaseError(f"{target.name} are given twice, inside {name} and beside them")
            found[target.name] = nested_rows(target, value, said["keys"], inner)
        keys = row["keys"].split("|") if row["keys"] else ()
        if given or row["parameter"] not in found:
            found[row["parameter"]] = argument_of(parameters[row["parameter"]], value, keys)
    return found
