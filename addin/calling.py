"""``huikuan call``: one function as a cell would answer, and in words what an error value means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addin.usage import DONE, PROBLEMS
from macros.texts import Refusal, has

if TYPE_CHECKING:
    from collections.abc import Sequence

    from addin.console import Screen
    from udfs.declaration import Column, Declaration
    from udfs.values import Cell, CellError, Grid, Kind


def call(shown: Screen, name: str, typed: Sequence[str]) -> int:
    """Evaluate a function as a cell would and print its answer; give the exit code.

    `name` is a name with the arguments in `typed`, or a formula such as ``=AR_BUCKET(31)``.

    The answer is in the person's language where she typed no ``lang``. An error value is told in a
    sentence on stderr, and the exit code is 1.

    Raises
    ------
    Refusal
        ``no_function``: there is none of this name; ``bad_arguments``: more than it takes;
        ``bad_formula``: the formula holds what no value or function of ours is.
    """
    from udfs import registry  # noqa: PLC0415 - numpy, not for --help

    declared, cells = _read(name, typed)
    try:
        answer = registry.call(declared.name, *_in_language(declared, cells, shown.lang))
    except TypeError:
        raise Refusal("bad_arguments", declared.name, arguments=declared.signature) from None
    rows = answer if isinstance(answer, tuple) else ((answer,),)
    if shown.as_json:
        shown.emit({"name": declared.name, "result": [list(map(_plain, row)) for row in rows]})
    else:
        _print(shown, declared, cells, rows)
    error = _first_error(rows)
    if error is None:
        return DONE
    shown.err.print(_meaning(shown, declared, cells, error), soft_wrap=True, markup=False)
    return PROBLEMS


def _read(name: str, typed: Sequence[str]) -> tuple[Declaration, list[Any]]:
    """Find the function and what its arguments hold; `name` may be a whole formula."""
    from addin.typed_formula import FormulaError, call_of  # noqa: PLC0415 - openpyxl, not for --help
    from udfs import registry  # noqa: PLC0415 - numpy, not for --help

    try:
        if "(" not in name:
            return registry.declaration(name), [registry.parse_cell(each) for each in typed]
        formula = call_of(",".join((name, *typed)) if typed else name)
    except KeyError:
        raise Refusal("no_function", name) from None
    except FormulaError as wrong:
        raise Refusal("bad_formula", name, part=str(wrong)) from None
    return formula.declared, list(formula.cells)


def _in_language(declared: Declaration, cells: list[Any], lang: str) -> list[Any]:
    """Fill in the argument ``lang`` where there is one and nothing was typed for it."""
    if "lang" not in declared.arguments:
        return cells
    at = declared.arguments.index("lang")
    if len(cells) > at and cells[at] is not None:
        return cells
    # What stands between was left out: blank, as in a cell.
    return [*cells[:at], *[None] * (at - len(cells)), lang, *cells[at + 1 :]]


def _plain(cell: Cell) -> float | str | bool | None:
    """Give a cell as JSON: an error as its text (``#N/A``), a date as its serial."""
    return cell if cell is None or isinstance(cell, (float, str, bool)) else cell.value


def _print(shown: Screen, declared: Declaration, cells: Sequence[Any], rows: Grid) -> None:
    """Print the answer: one cell as a line, more as a table; money with its cents."""
    from udfs import registry  # noqa: PLC0415 - numpy, not for --help
    from udfs.values import DateSerial  # noqa: PLC0415 - numpy, not for --help

    words = [list(row) for row in registry.render(rows)]
    for number, row in enumerate(rows):
        money = _money(declared, cells, len(row))
        for at, cell in enumerate(row):
            if money[at] and isinstance(cell, float) and not isinstance(cell, DateSerial):
                words[number][at] = f"{cell:.2f}"
    if len(words) == 1 and len(words[0]) == 1:
        shown.say(words[0][0])
    else:
        shown.table([""] * max(map(len, words), default=0), words)


def _money(declared: Declaration, cells: Sequence[Any], width: int) -> list[bool]:
    """Tell which columns of an answer hold money."""
    from udfs import wording  # noqa: PLC0415 - numpy, not for --help

    result = declared.result
    if result.kind is not None or declared.labelled:
        return [result.kind is None or result.kind.name == "cents"] * width
    at = declared.arguments.index("field")
    wanted = str(cells[at] or "") if len(cells) > at else ""
    if wanted == "*":
        return [kind is not None and kind.name == "cents" for kind in _kinds(declared, width)]
    name = wording.field_named(declared, wanted) if wanted else result.columns[0].name
    parts = next((_parts(column) for column in result.columns if column.name == name), [])
    cents = [part.kind is not None and part.kind.name == "cents" for part in parts]
    return cents if len(cents) == width else cents[:1] * width or [False] * width


def _parts(column: Column) -> Sequence[Column]:
    """Give the columns that a field lies in."""
    return column.columns or [column]


def _kinds(declared: Declaration, width: int) -> list[Kind | None]:
    """Give the kinds of the columns of all fields, a heading once; none where a field is joined."""
    from udfs import wording  # noqa: PLC0415 - numpy, not for --help

    found: dict[str, Kind | None] = {}
    for column in declared.result.columns:
        for part in _parts(column):
            name = f"{column.name}.{part.name}" if column.columns else column.name
            found.setdefault(wording.field_label(declared, name, "zh"), part.kind)
    if len(found) != width:
        found = {column.name: column.kind for column in declared.result.columns}
    return list(found.values()) if len(found) == width else [None] * width


def _first_error(rows: Grid) -> CellError | None:
    from udfs.values import CellError  # noqa: PLC0415 - numpy, not for --help

    found = (cell for row in rows for cell in row if isinstance(cell, CellError))
    return next(found, None)


def _meaning(shown: Screen, declared: Declaration, cells: Sequence[Any], error: CellError) -> str:
    """Say what an error value means for a function, and what the function takes.

    The first that is known: the arguments that are missing; what it means for this function; what
    it means everywhere.
    """
    signature = declared.signature
    missing = [
        each.name
        for at, each in enumerate(declared.parameters)
        if each.required and not each.optional and (len(cells) <= at or cells[at] is None)
    ]
    if missing and error.name == "NA":
        listed = ("、" if shown.lang == "zh" else ", ").join(missing)
        return shown.text("cli.fault.missing", names=listed, signature=signature)
    codes = (f"cli.fault.{declared.name}.{error.name}", f"cli.fault.{error.name}")
    code = next((each for each in codes if has(each)), "cli.fault.other")
    return shown.text(code, error=error.value, signature=signature)
