"""The same formulas computed by a second, independent engine: ``formulas``, where it is installed.

It is slow (a minute for 20,000 formulas) and has faults of its own, so it judges small books, and
a difference is told, never settled.
"""

from __future__ import annotations

import importlib
import io
import logging
import math
import re
import tempfile
import warnings
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from addin.hosts.package.container.sheet_xml import column_number
from addin.recalculation.copying import packed, rows_of
from addin.recalculation.functions import Functions
from addin.recalculation.recalculate import language, strings
from macros.texts import Refusal
from udfs.values import Cell, CellError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from addin.hosts.package.container.opening import Package
    from addin.recalculation.results import Recalculated
    from udfs.declaration import Declaration

#: More formulas than this would take the second engine minutes.
MOST_FORMULAS: Final = 1_200
_AGREE: Final = 1e-9
#: Start tags of rows and cells, and there the look, of which the copy has none, and what programs
#: add in namespaces of their own, which the copy does not declare.
_TAG: Final = re.compile(rb"<(?:row|c)\s[^>]*>")
_OUTWARD: Final = re.compile(rb"""\s+(?:s|[\w.-]+:[\w.-]+)=(?:"[^"]*"|'[^']*')""")
_KEY: Final = re.compile(r"'\[[^\]]*\](.*)'!([A-Z]+)(\d+)")

#: Title of the sheet in lower case, row, column.
Place: TypeAlias = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell in which the engines disagree: ours and the other's value."""

    sheet: str
    row: int
    column: int
    formula: str
    ours: Cell
    other: Cell


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many formulas both engines computed, and where they disagree.

    ``failed`` is the error that the second engine ended with, if it did; nothing is compared then.
    """

    compared: int
    differences: tuple[Difference, ...]
    failed: str = ""


def compare(package: Package, found: Recalculated) -> Comparison:
    """Compute a book with the second engine and give the cells that differ.

    Formulas that were left are not compared; neither are those that the second engine has no
    value for.

    Raises
    ------
    Refusal
        ``no_second_engine``: it is not installed; ``too_many_to_verify``.
    """
    if found.formulas > MOST_FORMULAS:
        raise Refusal("too_many_to_verify", package.path.name, most=f"{MOST_FORMULAS:,}")
    try:
        with _quiet():
            other = importlib.import_module("formulas")
    except ImportError:
        raise Refusal("no_second_engine", package.path.name) from None
    copy = _copy(package, found) if found.prepared else b""
    functions = Functions(language(package), date_1904=package.date_1904)
    try:
        values = _second(other, copy, functions) if copy else {}
    except Exception as error:  # noqa: BLE001 - a program of others: it may fail in any way
        return Comparison(0, (), type(error).__name__)
    return _compared(found, values)


def _compared(found: Recalculated, values: Mapping[Place, Cell]) -> Comparison:
    """Compare the values of those formulas that both engines have one for."""
    differences, compared = [], 0
    for sheet in found.sheets:
        for index, value in sheet.values.items():
            formulas = sheet.formulas
            row, column = formulas.rows[index], formulas.columns[index]
            place = (formulas.name.casefold(), row, column)
            if place not in values or _unknown(value, values[place]):
                continue
            compared += 1
            if not _same(value, values[place]):
                said = Difference(
                    formulas.name, row, column, formulas.texts[index], value, values[place]
                )
                differences.append(said)
    return Comparison(compared, tuple(differences))


def _second(other: Any, copy: bytes, functions: Functions) -> dict[Place, Cell]:  # noqa: ANN401 - a module without types
    """Compute the copy that the first engine got: cells, and no tables, names or looks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(copy)
        with _registered(other, functions), _quiet():
            solution = other.ExcelModel().loads(str(path)).finish().calculate()
    values: dict[Place, Cell] = {}
    for key, ranges in solution.items():
        match = _KEY.fullmatch(str(key))
        if match is None or getattr(ranges, "value", None) is None:
            continue
        if ranges.value.shape == (1, 1):
            sheet = match.group(1).replace("''", "'").casefold()
            column = column_number(match.group(2).encode())
            values[sheet, int(match.group(3)), column] = _cell(other, ranges.value[0, 0])
    return values


def _copy(package: Package, found: Recalculated) -> bytes:
    """Give the book as the engines understand it both."""
    assert found.prepared is not None  # noqa: S101 - a book with formulas has been prepared
    rows = []
    for at, sheet in enumerate(found.prepared.sheets):
        content = rows_of(package.sheet_xml(sheet.part))
        rows.append((sheet.name, _plain(found.prepared.rows(at, content, bounded=False))))
    return packed(rows, strings(package))


def _plain(rows: bytes) -> bytes:
    """Take from rows and cells what points out of them: it would be an error in the copy."""
    return _TAG.sub(lambda tag: _OUTWARD.sub(b"", tag.group(0)), rows)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the second engine's bars, warnings and stack traces from the screen."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


@contextmanager
def _registered(other: Any, functions: Functions) -> Iterator[None]:  # noqa: ANN401 - a module without types
    """Let the second engine, whose functions are the whole process's, call ours for a while."""
    known = other.get_functions()
    before = {name: known[name] for name in functions.declared if name in known}

    def function(declared: Declaration) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:  # noqa: ANN401 - whatever the engine gives
            ranges = [np.atleast_2d(np.asarray(one, object)) for one in arguments]
            given = [[[_cell(other, cell) for cell in row] for row in rows] for rows in ranges]
            answer = functions.answer(declared, given)
            rows = answer if isinstance(answer, tuple) else ((answer,),)
            return np.array([[_content(other, cell) for cell in row] for row in rows], dtype=object)

        return called

    wrap = other.functions.wrap_func
    known.update({name: wrap(function(one)) for name, one in functions.declared.items()})
    try:
        yield
    finally:
        for name in functions.declared:
            known.pop(name, None)
        known.update(before)


def _cell(other: Any, content: Any) -> Cell:  # noqa: ANN401 - what the second engine holds
    """Bring the second engine's contents to our five kinds."""
    if isinstance(content, other.functions.XlError):
        text = str(content)
        return next((one for one in CellError if one.value == text), CellError.VALUE)
    if content is other.functions.sh.EMPTY:
        return None
    plain = content.item() if isinstance(content, np.generic) else content
    if isinstance(plain, (bool, str)) or plain is None:
        return plain
    return float(plain)


def _content(other: Any, cell: Cell) -> Any:  # noqa: ANN401 - what the second engine holds
    if isinstance(cell, CellError):
        return other.tokens.operand.XlError(cell.value)
    return float(cell) if isinstance(cell, float) else cell


def _unknown(ours: Cell, other: Cell) -> bool:
    """Whether the second engine does not know a function, such as SUBTOTAL, and so says nothing."""
    return other is CellError.NAME and ours is not CellError.NAME


def _same(ours: Cell, other: Cell) -> bool:
    """Compare two values; a blank that a formula gives is 0 or "" in one engine or the other."""
    blanks = (None, "", 0.0)
    if isinstance(ours, float) and isinstance(other, float):
        return math.isclose(ours, other, rel_tol=_AGREE, abs_tol=_AGREE)
    if ours in blanks and other in blanks:
        return ours is None or other is None or ours == other
    return type(ours) is type(other) and ours == other
