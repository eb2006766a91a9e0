"""Calls of our functions down a column, answered by one call for all rows.

A cell such as ``=AR_BUCKET(AR_AGE_DAYS($B$1,G2))`` that is nothing but calls of ours over single
cells needs no engine: its arguments are read, a whole column of them goes through the registry's
door at once, and the engine gets the answers as values. Cells that such a call reads may depend on
other such calls, so this is repeated until nothing changes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from addin.hosts.package.container.sheet_xml import column_number
from addin.recalculation.dependencies import REACHING, areas_of
from addin.recalculation.values import argument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from addin.recalculation.engine import Engine
    from addin.recalculation.functions import Functions
    from addin.recalculation.preparing import Prepared
    from addin.recalculation.scanning import SheetFormulas
    from udfs.declaration import Declaration
    from udfs.values import Cell

_TOKEN: Final = re.compile(
    r'\s*(?:(AR_[A-Z0-9_.]+)\(|("(?:[^"]|"")*")'
    r"|(?:(?:'((?:[^']|'')+)'|([^\W\d][\w.]*))!)?\$?([A-Z]{1,3})\$?(\d+)(?=\s*[,)])"
    r"|(-?\d+(?:\.\d+)?|TRUE|FALSE)(?=\s*[,)])|([,)]))\s*"
)
#: Rounds after which calls that still change go to the engine, one by one.
MOST_ROUNDS: Final = 12

#: A sheet's position, row and column; or a constant.
_Source: TypeAlias = "tuple[int, int, int] | _Constant | _Call"


@dataclass(frozen=True, slots=True)
class _Constant:
    value: Cell


@dataclass(frozen=True, slots=True)
class _Call:
    name: str
    arguments: tuple[_Source, ...]


@dataclass(slots=True)
class Batch:
    """The formulas of a book that are nothing but calls of ours: calls and answers by place.

    ``feeds_engine`` says that the engine computes something from answers that a call reads again.
    """

    calls: dict[tuple[int, int], _Call] = field(default_factory=dict)
    answers: dict[tuple[int, int], Cell] = field(default_factory=dict)
    feeds_engine: bool = False

    def reads(self) -> set[tuple[int, int]]:
        """Give the columns that are read, as pairs of sheet and column."""
        return {(at, column) for call in self.calls.values() for at, _, column in _places(call)}


def _places(source: _Source) -> Iterator[tuple[int, int, int]]:
    if isinstance(source, _Call):
        for one in source.arguments:
            yield from _places(one)
    elif isinstance(source, tuple):
        yield source


def batch(sheets: Sequence[SheetFormulas], prepared: Prepared, functions: Functions) -> Batch:
    """Find the formulas that can be answered by column."""
    found = Batch()
    numbers = {sheet.name.casefold(): at for at, sheet in enumerate(sheets)}
    for at, sheet in enumerate(sheets):
        fit: dict[str, bool] = {}
        for index, text in enumerate(prepared.texts[at]):
            node = (at, index)
            if not text.startswith("AR_") or node in prepared.reasons or node in prepared.fixed:
                continue
            key = sheet.skeletons[index]
            if index in sheet.arrays or not fit.get(key, True):
                continue
            call = _parsed(text, at, numbers)
            fit[key] = call is not None and _fits(call, functions)
            if call is not None and fit[key]:
                found.calls[at, index] = call
    return found


def _parsed(text: str, sheet: int, numbers: dict[str, int]) -> _Call | None:
    """Read a formula that is one call over single cells, constants and such calls, else None."""
    waiting: list[tuple[str, list[_Source]]] = []
    done: _Call | None = None
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or done is not None or (not match.group(1) and not waiting):
            return None
        at = match.end()
        if match.group(1):
            waiting.append((match.group(1), []))
        elif match.group(8) == ")":
            called, arguments = waiting.pop()
            call = _Call(called, tuple(arguments))
            if waiting:
                waiting[-1][1].append(call)
            else:
                done = call
        elif match.group(8) is None:
            source = _source(match, sheet, numbers)
            if source is None:
                return None
            waiting[-1][1].append(source)
    return done


def _source(match: re.Match[str], sheet: int, numbers: dict[str, int]) -> _Source | None:
    """Give the cell or the constant of an argument; None for a sheet that is not there."""
    _, literal, quoted, bare, letters, row, number, _ = match.groups()
    if letters:
        title = quoted.replace("''", "'") if quoted else bare
        place = numbers.get(title.casefold(), -1) if title else sheet
        return (place, int(row), column_number(letters.encode())) if place >= 0 else None
    if literal:
        return _Constant(literal[1:-1].replace('""', '"'))
    flag = {"TRUE": True, "FALSE": False}.get(number)
    return _Constant(float(number) if flag is None else flag)


def _fits(call: _Call, functions: Functions) -> bool:
    """Whether a function, and those inside, answers each row by itself."""
    declared = functions.declared.get(call.name)
    if declared is None or len(call.arguments) > len(declared.arguments):
        return False
    given = declared.parameters[: len(call.arguments)]
    whole = any(one.kind is None or one.kind.form == "list" for one in given)
    # Of a record a row gets the one field that it asks for; a list or a table fits in no row.
    fields = declared.result.columns or (declared.result,)
    if whole or any(one.kind is None or one.kind.form == "list" for one in fields):
        return False
    return all(_fits(one, functions) for one in call.arguments if isinstance(one, _Call))


def settle(
    found: Batch,
    computed: Callable[[], Engine],
    sheets: Sequence[SheetFormulas],
    functions: Functions,
) -> bool:
    """Answer all calls; whether the answers came to rest.

    Parameters
    ----------
    found : Batch
        The calls; their answers so far.
    computed : callable
        Gives the engine with the answers so far, and every formula that a call reads computed.
    sheets, functions
        Where the calls stand, and what answers them.
    """
    for _ in range(MOST_ROUNDS):
        engine = computed()
        before = dict(found.answers)
        if not _at_rest(found, engine, sheets, functions):
            return False
        same = before.keys() == found.answers.keys() and not any(
            _differs(cell, before[key]) for key, cell in found.answers.items()
        )
        if same or not found.feeds_engine:
            return True
    return False


def _at_rest(
    found: Batch, engine: Engine, sheets: Sequence[SheetFormulas], functions: Functions
) -> bool:
    """Answer calls that read each other until nothing changes; the engine's values stay."""
    read = _Reader(found, engine, sheets)
    keys, calls = list(found.calls), list(found.calls.values())
    for _ in range(MOST_ROUNDS):
        answers = _evaluate(calls, read, functions)
        changed = [
            (key, cell)
            for key, cell in zip(keys, answers, strict=True)
            if key not in found.answers or _differs(cell, found.answers[key])
        ]
        if not changed:
            return True
        found.answers.update(changed)
        if not read.take(changed):
            return True
    return False


def _differs(one: Cell, other: Cell) -> bool:
    return type(one) is not type(other) or one != other


class _Reader:
    """Cells that calls read, by column."""

    def __init__(self, found: Batch, engine: Engine, sheets: Sequence[SheetFormulas]) -> None:
        rows: dict[tuple[int, int], set[int]] = defaultdict(set)
        for call in found.calls.values():
            for at, row, column in _places(call):
                rows[at, column].add(row)
        self._first = {place: min(wanted) for place, wanted in rows.items()}
        self._cells = {
            (at, column): [
                argument(row[0])
                for row in engine.values(
                    sheets[at].name, (min(wanted), column, max(wanted), column)
                )
            ]
            for (at, column), wanted in rows.items()
        }

        self._sheets = sheets
        self.take(list(found.answers.items()))

    def take(self, answers: Sequence[tuple[tuple[int, int], Cell]]) -> bool:
        """Read these answers where the calls stand; whether any call reads one of them."""
        read = False
        for (at, index), cell in answers:
            sheet = self._sheets[at]
            column = self._cells.get((at, sheet.columns[index]))
            if column is None:
                continue
            row = sheet.rows[index] - self._first[at, sheet.columns[index]]
            if 0 <= row < len(column):
                column[row] = cell
                read = True
        return read

    def cell(self, at: int, row: int, column: int) -> Cell:
        """Give the content of a cell."""
        cell: Cell = self._cells[at, column][row - self._first[at, column]]
        return cell


def _evaluate(calls: list[_Call], read: _Reader, functions: Functions) -> list[Cell]:
    """Answer calls, those of one function together."""
    answers: list[Cell] = [None] * len(calls)
    by_name: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, call in enumerate(calls):
        by_name[call.name, len(call.arguments)].append(number)
    for (name, count), numbers in by_name.items():
        columns = [
            _column([calls[number].arguments[at] for number in numbers], read, functions)
            for at in range(count)
        ]
        found = _by_rows(functions.declared[name], columns, len(numbers), functions)
        for number, cell in zip(numbers, found, strict=True):
            answers[number] = cell
    return answers


def _column(sources: list[_Source], read: _Reader, functions: Functions) -> list[Cell]:
    inner = [one for one in sources if isinstance(one, _Call)]
    answered = iter(_evaluate(inner, read, functions)) if inner else iter(())
    cells: list[Cell] = []
    for one in sources:
        if isinstance(one, _Constant):
            cells.append(one.value)
        elif isinstance(one, _Call):
            cells.append(next(answered))
        else:
            cells.append(read.cell(*one))
    return cells


def _by_rows(
    declared: Declaration, columns: list[list[Cell]], count: int, functions: Functions
) -> list[Cell]:
    """Answer rows of arguments: equal rows once, rows that differ in data alone in one call."""
    rows = list(zip(*columns, strict=True)) if columns else [()] * count
    distinct = {(row, tuple(map(type, row))): row for row in rows}
    together: dict[object, list[object]] = defaultdict(list)
    each = [_varies(declared, at) for at in range(len(columns))]
    for key, row in distinct.items():
        # What is no column of data, and what is blank, is the same for all rows of a call.
        fixed = tuple(
            None if varies and not _blank(cell) else (_blank(cell), type(cell), cell)
            for varies, cell in zip(each, row, strict=True)
        )
        together[fixed].append(key)
    answers: dict[object, Cell] = {}
    for keys in together.values():
        members = [distinct[key] for key in keys]  # type: ignore[index]  # the keys of distinct
        found = _one_call(declared, members, each, functions)
        answers.update(zip(keys, found, strict=True))
    return [answers[row, tuple(map(type, row))] for row in rows]


def _varies(declared: Declaration, at: int) -> bool:
    """Whether an argument has one element for each cell, so that a column of them is one call."""
    name = declared.arguments[at]
    kinds = {one.name: one.kind for one in declared.parameters}
    kind = kinds.get(name)
    return kind is not None and kind.form == "each"


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _one_call(
    declared: Declaration, rows: list[tuple[Cell, ...]], each: list[bool], functions: Functions
) -> list[Cell]:
    """Answer rows that differ in their data alone; one by one where that is no column."""
    if len(rows) > 1:
        given = [
            [[row[at]] for row in rows] if varies and not _blank(rows[0][at]) else rows[0][at]
            for at, varies in enumerate(each)
        ]
        functions.calls += 1
        found = functions.answer(declared, given)
        if isinstance(found, tuple) and len(found) == len(rows) and all(len(r) == 1 for r in found):
            return [row[0] for row in found]
    cells: list[Cell] = []
    for row in rows:
        functions.calls += 1
        found = functions.answer(declared, list(row))
        cells.append(found[0][0] if isinstance(found, tuple) else found)
    return cells


def columns_read(
    found: Batch, sheets: Sequence[SheetFormulas], texts: Sequence[Sequence[str]]
) -> set[tuple[int, int]] | None:
    """Give the columns, as pairs of sheet and column, that calls read at any distance.

    None stands for all: a formula among them finds its cells by INDIRECT or OFFSET. Notes on the
    way whether a formula that a call reads depends on a call (``feeds_engine``).
    """
    numbers = {sheet.name.casefold(): at for at, sheet in enumerate(sheets)}
    samples = _samples(found, sheets, texts)
    places = {at: {column for sheet, column in samples if sheet == at} for at in numbers.values()}
    answered = {(at, sheets[at].columns[index]) for at, index in found.calls}
    wanted: set[tuple[int, int]] = set()
    waiting = list(found.reads())
    while waiting:
        place = waiting.pop()
        if place in wanted:
            continue
        wanted.add(place)
        for text in samples.get(place, ()):
            if any(name in text for name in REACHING):
                found.feeds_engine = True
                return None
            for at, (_, left, _, right) in areas_of(text, place[0], numbers):
                waiting.extend((at, column) for column in places[at] if left <= column <= right)
                found.feeds_engine |= any(
                    sheet == at and left <= column <= right for sheet, column in answered
                )
    return wanted


def _samples(
    found: Batch, sheets: Sequence[SheetFormulas], texts: Sequence[Sequence[str]]
) -> dict[tuple[int, int], set[str]]:
    """Give, for each column, one formula of every kind that the engine computes in it."""
    samples: dict[tuple[int, int], set[str]] = defaultdict(set)
    for at, sheet in enumerate(sheets):
        seen: set[tuple[int, str]] = set()
        for index, kind in enumerate(zip(sheet.columns, sheet.skeletons, strict=True)):
            if kind not in seen and (at, index) not in found.calls:
                seen.add(kind)
                samples[at, kind[0]].add(texts[at][index])
        for index, (_, (_, left, _, right)) in sheet.arrays.items():
            for column in range(left, right + 1):
                samples[at, column].add(texts[at][index])
    return samples
