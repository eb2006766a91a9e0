"""Replay a file of cases through the registry, as cells would call it.

``python -m tests.cases FILE.json`` prints each mismatch and, last, ``N passed, N failed, N not
built``; it exits 1 on a failure. A file is a list of objects with ``id``, ``function`` (a case id),
``input`` (arguments by name) and ``expected``. ``tests/data/case_arguments.csv`` says what the
arguments are called in a cell and how nested objects lie in ranges; everything else is read from
the declaration of the function.

Compared exactly: money in cents, dates, texts, flags and errors; ratios and days within 1e-6.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from udfs import registry
from udfs.reading import day_of_text, iso_of_day
from udfs.values import Cell, CellError, DateSerial

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from udfs.declaration import Column, Declaration, Parameter

ARGUMENTS = Path(__file__).parent / "data" / "case_arguments.csv"
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
ERRORS = {error.value: error for error in CellError}
TOLERANCE = 1e-6


class UnknownArgumentError(LookupError):
    """A case names an argument that neither the function nor the table of arguments knows."""


@dataclass
class Replay:
    """What came of the cases: how many passed, a line for each failure, ids without function."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    not_built: list[str] = field(default_factory=list)

    @property
    def last_line(self) -> str:
        return f"{self.passed} passed, {len(self.failures)} failed, {len(self.not_built)} not built"


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
    assert isinstance(value, str), f"{value!r} is in no cell"
    if value in ERRORS:
        return ERRORS[value]
    return float(day) if date and (day := day_of_text(value)) else value


def is_date(part: Parameter | Column) -> bool:
    return part.kind is not None and part.kind.name == "day"


def range_of(
    parameter: Parameter, rows: Iterable[Sequence[object]]
) -> tuple[tuple[Cell, ...], ...]:
    """Lay rows of values out as the range of a table argument; no rows is a blank range."""
    columns = parameter.columns
    laid = tuple(
        tuple(
            cell_of(value, date=place < len(columns) and is_date(columns[place]))
            for place, value in enumerate(row)
        )
        for row in rows
    )
    width = max(map(len, laid), default=len(columns))
    return tuple(row + (None,) * (width - len(row)) for row in laid) or ((None,) * width,)


def argument_of(parameter: Parameter, value: object, keys: str) -> object:
    """Bring one argument of a case into a cell or a range."""
    if parameter.kind is None:
        rows = value if isinstance(value, list) else [value]
        names = keys.split("|")
        return range_of(
            parameter,
            ([row.get(name) for name in names] if isinstance(row, dict) else row for row in rows),
        )
    if isinstance(value, list):
        return (tuple(cell_of(item, date=is_date(parameter)) for item in value),) if value else None
    return cell_of(value, date=is_date(parameter))


def nested_rows(items: list[Any], key: str, inner: str) -> list[list[object]]:
    """Rows of a list inside each object, with the object's key before them."""
    return [[item.get(key), *row] for item in items for row in item.get(inner) or ()]


def arguments_of(declared: Declaration, case: dict[str, Any]) -> dict[str, object]:
    """Bring the input of a case into cells and ranges by the name of the parameter."""
    parameters = {parameter.name: parameter for parameter in declared.parameters}
    function = case["function"]
    found: dict[str, object] = {}
    for name, value in case["input"].items():
        row = row_of(function, name)
        if row["parameter"] not in parameters:
            raise UnknownArgumentError(f"no argument {name} ({row['parameter']})")
        parameter = parameters[row["parameter"]]
        found[parameter.name] = argument_of(parameter, value, row["keys"])
        for (owner, path), inner in argument_rows().items():
            if owner == function and path.startswith(f"{name}.") and isinstance(value, list):
                nested = nested_rows(value, inner["keys"], path.partition(".")[2])
                found[inner["parameter"]] = range_of(parameters[inner["parameter"]], nested)
    return found


def ask(declared: Declaration, arguments: dict[str, object], wanted: str = "") -> Any:
    """Call the function as a cell does, every argument in its place."""
    named = {**arguments, "field": wanted or None}
    return registry.call(declared.name, *(named.get(name) for name in declared.arguments))


def flat(found: Any) -> list[Cell]:
    """Cells of an answer in reading order; a blank answer is an empty list."""
    if found is None:
        return []
    return [cell for row in found for cell in row] if isinstance(found, tuple) else [found]


def same(expected: Any, found: Any, *, money: bool) -> bool:
    """Compare an expected value of the file with an answer."""
    if not isinstance(expected, list):
        cells = flat(found) or [None]
        if expected in ERRORS:  # an error of the whole answer stands in each cell of a list
            return {ERRORS[expected]} == {*cells}
        return len(cells) == 1 and same_cell(expected, cells[0], money=money)
    rows: Sequence[Any] = flat(found)
    if any(isinstance(item, list) for item in expected):
        rows = [(row,) for row in found] if isinstance(found, tuple) else rows
    return len(rows) == len(expected) and all(
        same(item, row, money=money) for item, row in zip(expected, rows, strict=True)
    )


def same_cell(expected: Any, found: Cell, *, money: bool) -> bool:
    """Compare one expected value with one cell."""
    if isinstance(found, CellError):
        return found.value == expected
    if isinstance(found, DateSerial):
        return iso_of_day(int(found)) == expected
    numbers = [
        isinstance(value, (int, float)) and not isinstance(value, bool)
        for value in (expected, found)
    ]
    if not all(numbers):
        return type(found) is type(expected) and found == expected
    if money:
        return round(found * 100) == round(expected * 100) and round(found, 2) == found
    return abs(found - expected) <= TOLERANCE


def is_money(declared: Declaration, name: str = "") -> bool:
    """Whether a result, or a field of it, is money."""
    if declared.labelled:
        return True
    columns = {column.name: column for column in declared.result.columns}
    found = columns.get(name, declared.result)
    return found.kind is not None and found.kind.name == "cents"


def mismatches(declared: Declaration, case: dict[str, Any]) -> list[str]:
    """What a case expects and the registry does not answer; empty where all is as expected."""
    arguments, expected = arguments_of(declared, case), case["expected"]
    if not isinstance(expected, dict):
        found = ask(declared, arguments)
        fine = same(expected, found, money=is_money(declared))
        return [] if fine else [f"expected {expected!r}, found {shown(found)}"]
    wrong = []
    for key, value in expected.items():
        name = row_of(case["function"], f">{key}")["parameter"].removeprefix(">")
        found = ask(declared, arguments, name)
        if not same(value, found, money=is_money(declared, name)):
            wrong.append(f"{key}: expected {value!r}, found {shown(found)}")
    if declared.labelled and {*ask(declared, arguments, "*")[0]} != {*expected}:
        wrong.append(f"expected no other columns than {list(expected)}")
    return wrong


def shown(found: object) -> str:
    return " | ".join("; ".join(row) for row in registry.render(found)) or "blank"


def replay(cases: Iterable[dict[str, Any]]) -> Replay:
    """Replay cases; a failure never stops the rest."""
    done = Replay()
    for case in cases:
        try:
            declared = registry.declaration(case["function"])
        except KeyError:
            done.not_built.append(f"{case['id']} {case['function']}")
            continue
        try:
            wrong = mismatches(declared, case)
        except Exception as error:  # noqa: BLE001 - one broken case must not hide the others
            wrong = [f"{type(error).__name__}: {error}"]
        if wrong:
            given = json.dumps(case["input"], ensure_ascii=False)
            done.failures.append(f"{case['id']} {case['function']} {given}: {'; '.join(wrong)}")
        else:
            done.passed += 1
    return done


def main(arguments: Sequence[str]) -> int:
    """Replay the file named on the command line; 0 all as expected, 1 a failure, 2 no such file."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("python -m tests.cases FILE.json", file=sys.stderr)  # noqa: T201 - a command line
        return 2
    done = replay(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    lines = [*done.failures]
    if done.not_built:
        lines.append(f"not built: {', '.join(done.not_built)}")
    print("\n".join([*lines, done.last_line]))  # noqa: T201 - a command line
    return 1 if done.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
