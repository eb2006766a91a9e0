"""Replay a file of cases through the registry, as cells would call it.

``python -m tests.cases FILE.json`` prints each mismatch and, last, ``N passed, N failed, N not
built``; it exits 1 on a failure. A file is a list of objects with ``id``, ``function`` (a case id),
``input`` (arguments by name) and ``expected``. ``tests/data/case_arguments.csv`` says what the
arguments are called in a cell and how nested objects lie in ranges; everything else is read from
the declaration of the function.

Of a result (argument ``>key``, parameter ``>field``) that table's column ``keys`` names the field
that holds the keys of an object of amounts, which may leave out zeros; or it is a number that is
added to each number found. Arguments are laid out by :mod:`tests.case_arguments`.

What no cell can express is a failed case that says why; nothing in a file stops the replay.

Compared exactly: money in cents, dates, texts, flags and errors; ratios and days within 1e-6.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.case_arguments import ERRORS, CaseError, arguments_of, row_of
from udfs import registry
from udfs.reading import iso_of_day
from udfs.values import Cell, CellError, DateSerial

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from udfs.declaration import Declaration

TOLERANCE = 1e-6


@dataclass
class Replay:
    """What came of the cases: how many passed, a line for each failure, ids without function."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    not_built: list[str] = field(default_factory=list)

    @property
    def last_line(self) -> str:
        return f"{self.passed} passed, {len(self.failures)} failed, {len(self.not_built)} not built"


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


def same_amounts(expected: dict[str, Any], owners: Sequence[Cell], found: Sequence[Cell]) -> bool:
    """Compare an object of amounts with two lists; what it leaves out is zero."""
    if len(owners) != len(found) or len({*owners}) != len(owners):
        return False
    amounts = dict(zip(owners, found, strict=True))
    rest = [cell for owner, cell in amounts.items() if owner not in expected]
    return all(cell == 0.0 for cell in rest) and all(
        same_cell(amount, amounts.get(owner), money=True) for owner, amount in expected.items()
    )


def shifted(found: Any, by: int) -> Any:
    """Add a number to every number of an answer, as where places are counted from another one."""
    if isinstance(found, tuple):
        return tuple(shifted(part, by) for part in found)
    return found + by if type(found) is float else found


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
    if not (declared.result.columns or declared.labelled or declared.matrix):
        return [f"expected fields {list(expected)}, found {shown(ask(declared, arguments))}"]
    wrong = []
    for key, value in expected.items():
        said = row_of(declared.case, f">{key}")
        name = said["parameter"].removeprefix(">")
        found = ask(declared, arguments, name)
        if isinstance(value, dict):
            owners = flat(ask(declared, arguments, said["keys"]))
            if not same_amounts(value, owners, flat(found)):
                wrong.append(f"{key}: expected {value!r}, found {owners} {shown(found)}")
            continue
        if said["keys"]:
            found = shifted(found, int(said["keys"]))
        if not same(value, found, money=is_money(declared, name)):
            wrong.append(f"{key}: expected {value!r}, found {shown(found)}")
    if (declared.labelled or declared.matrix) and not wrong:
        table = ask(declared, arguments, "*")
        heads = table if isinstance(table, tuple) else ((),)
        labels = {row[0] for row in heads[1:]} if declared.matrix else {*heads[0]}
        if labels != {*expected}:
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
