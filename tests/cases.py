"""Replay a file of cases through the registry, as cells would call it.

``python -m tests.cases FILE.json`` prints each mismatch and, last, ``N passed, N failed, N not
built``; it exits 1 on a failure. A file is a list of objects with ``id``, ``function`` (a case id),
``input`` (arguments by name) and ``expected``. ``tests/data/case_arguments.csv`` says what the
arguments are called in a cell and how nested objects lie in ranges; everything else is read from
the declaration of the function.

``null`` or nothing where rows are expected is no rows. Rows nested in an object belong to that
object alone: where the objects' keys are missing or repeated, both sides get keys of their own.
What no cell can express is a failed case that says why; nothing in a file stops the replay.

Compared exactly: money in cents, dates, texts, flags and errors; ratios and days within 1e-6.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from udfs import registry
from udfs.convert import text_of
from udfs.reading import day_of_text, iso_of_day
from udfs.values import Cell, CellError, DateSerial
from udfs.vocabulary import headings, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from udfs.declaration import Column, Declaration, Parameter

ARGUMENTS = Path(__file__).parent / "data" / "case_arguments.csv"
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
ERRORS = {error.value: error for error in CellError}
TOLERANCE = 1e-6


class CaseError(ValueError):
    """A case says something that no call of a function in a cell can express."""


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
            cell_of(value, date=place < len(columns) and is_date(columns[place]))
            for place, value in enumerate(row)
        )
        for row in rows
    )
    width = max(map(len, laid), default=len(columns))
    return tuple(row + (None,) * (width - len(row)) for row in laid) or ((None,) * width,)


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
        rows = rows_in(parameter.name, value)
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
        if (
            isinstance(expected, str) and expected in ERRORS
        ):  # an error of the whole answer stands in each cell of a list
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
    if not (declared.result.columns or declared.labelled):
        return [f"expected fields {list(expected)}, found {shown(ask(declared, arguments))}"]
    wrong = []
    for key, value in expected.items():
        name = row_of(declared.case, f">{key}")["parameter"].removeprefix(">")
        found = ask(declared, arguments, name)
        if not same(value, found, money=is_money(declared, name)):
            wrong.append(f"{key}: expected {value!r}, found {shown(found)}")
    if declared.labelled and not wrong:
        table = ask(declared, arguments, "*")
        if not isinstance(table, tuple) or {*table[0]} != {*expected}:
            wrong.append(f"expected the columns {list(expected)}, found {shown(table)}")
    return wrong


def shown(found: object) -> str:
    return " | ".join("; ".join(row) for row in registry.render(found)) or "blank"


def replay(cases: Iterable[Any]) -> Replay:
    """Replay cases; a failure never stops the rest."""
    done = Replay()
    for number, case in enumerate(cases, start=1):
        asked = case if isinstance(case, dict) else {}
        name = f"{asked.get('id', f'#{number}')} {asked.get('function')}"
        try:
            declared = registry.declaration(str(asked.get("function")))
        except KeyError:
            if isinstance(asked.get("function"), str):
                done.not_built.append(name)
            else:
                done.failures.append(f"{name} {case!r}: no case with the name of a function")
            continue
        try:
            wrong = mismatches(declared, checked(asked))
        except CaseError as error:
            wrong = [str(error)]
        except Exception as error:  # noqa: BLE001 - one broken case must not hide the others
            wrong = [f"{type(error).__name__}: {error}"]
        if wrong:
            given = json.dumps(asked.get("input"), ensure_ascii=False)
            done.failures.append(f"{name} {given}: {'; '.join(wrong)}")
        else:
            done.passed += 1
    return done


def checked(case: dict[str, Any]) -> dict[str, Any]:
    """Refuse a case without arguments by name, or that expects nothing."""
    if not isinstance(case.get("input"), dict):
        raise CaseError("input is an object: arguments by name")
    if case.get("expected", {}) == {}:
        raise CaseError("nothing is expected")
    return case


def main(arguments: Sequence[str]) -> int:
    """Replay the file named on the command line; 0 all as expected, 1 a failure, 2 no such file."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("python -m tests.cases FILE.json", file=sys.stderr)  # noqa: T201 - a command line
        return 2
    try:
        cases = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    except ValueError as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)  # noqa: T201 - a command line
        return 2
    if not isinstance(cases, list):
        print(f"{arguments[0]}: a list of cases is expected", file=sys.stderr)  # noqa: T201 - as above
        return 2
    done = replay(cases)
    lines = [*done.failures]
    if done.not_built:
        lines.append(f"not built: {', '.join(done.not_built)}")
    print("\n".join([*lines, done.last_line]))  # noqa: T201 - a command line
    return 1 if done.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
