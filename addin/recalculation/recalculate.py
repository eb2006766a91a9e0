"""Every formula of an opened book computed, and what could not be, with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from addin.recalculation import scanning
from addin.recalculation.copying import packed, rows_of
from addin.recalculation.dependencies import Dependencies
from addin.recalculation.engine import Engine
from addin.recalculation.functions import Functions
from addin.recalculation.preparing import Prepared, prepare
from addin.recalculation.rewriting import Speller
from addin.recalculation.surroundings import surroundings
from addin.recalculation.values import Failed, from_engine, from_xml, to_xml
from udfs.values import CellError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from addin.hosts.package.opening import Package
    from addin.recalculation.dependencies import Node
    from addin.recalculation.scanning import SheetFormulas
    from udfs.values import Cell

_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Left:
    """A formula that was left as it was: where, and why.

    ``reason`` is a code of the texts ``recalc.reason.*``; ``detail`` what it is about, such as the
    name of a function.
    """

    sheet: str
    row: int
    column: int
    formula: str
    reason: str
    detail: str
    cached: bool


@dataclass(slots=True)
class SheetValues:
    """The formulas of a sheet with their new values, by index.

    ``values`` has what was computed; ``changed`` what is another value than the cached one;
    ``members`` the values of arrays beyond their first cell, by the index of the formula, as rows.
    """

    formulas: SheetFormulas
    values: dict[int, Cell] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    members: dict[int, list[list[Cell]]] = field(default_factory=dict)


@dataclass(slots=True)
class Recalculated:
    """What came of a recalculation; nothing is written yet.

    ``ours`` is how many formulas call functions of ours; ``copy`` the book as the engine got it.
    """

    sheets: list[SheetValues]
    left: list[Left]
    ours: int = 0
    copy: bytes = b""

    @property
    def computed(self) -> int:
        """How many formulas have a new value, be it the same as before."""
        return sum(len(sheet.values) for sheet in self.sheets)

    @property
    def changed(self) -> int:
        """How many formulas have another value than the one that was cached."""
        return sum(len(sheet.changed) for sheet in self.sheets)

    @property
    def formulas(self) -> int:
        """How many formulas there are."""
        return sum(len(sheet.formulas) for sheet in self.sheets)


def recalculate(package: Package) -> Recalculated:
    """Compute every formula of an opened book.

    What the engine does not know is left as it was, and so is what depends on it.
    """
    sheets = [
        scanning.scan(entry.name, entry.part, package.sheet_xml(entry.part))
        for entry in package.sheets
        if entry.kind == "worksheet"
    ]
    if not any(map(len, sheets)):
        return Recalculated([SheetValues(sheet) for sheet in sheets], [])
    known = surroundings(package)
    functions = Functions(language(package), date_1904=package.date_1904)
    prepared = prepare(sheets, Speller(known), known, functions)
    content = packed(
        [
            (sheet.name, prepared.rows(at, rows_of(package.sheet_xml(sheet.part))))
            for at, sheet in enumerate(sheets)
        ],
        _strings(package),
    )
    engine = Engine(content, functions, date_1904=package.date_1904)
    engine.compute()
    found = _collect(sheets, prepared, engine)
    found.copy = content
    return found


def _strings(package: Package) -> bytes | None:
    found = package.related(package.workbook_part, "sharedStrings")
    return package.read(found[0]) if found else None


def language(package: Package) -> str:
    """Give the language of a book: that of the titles of its sheets."""
    return "zh" if any(_CHINESE.search(entry.name) for entry in package.sheets) else "en"


def _collect(sheets: list[SheetFormulas], prepared: Prepared, engine: Engine) -> Recalculated:
    """Bring the engine's values to the formulas; leave out what must stay as it was."""
    reasons: dict[Node, tuple[str, str]] = dict(prepared.reasons)
    results = []
    for at, sheet in enumerate(sheets):
        result = SheetValues(sheet)
        results.append(result)
        if not len(sheet):
            continue
        box = (min(sheet.rows), min(sheet.columns), max(sheet.rows), max(sheet.columns))
        grid = engine.values(sheet.name, box)
        for index, (row, column) in enumerate(zip(sheet.rows, sheet.columns, strict=True)):
            if (at, index) in reasons:
                continue
            value = from_engine(grid[row - box[0]][column - box[1]])
            if value is CellError.VALUE and not _trusted(sheet, index):
                value = Failed("value")
            if isinstance(value, Failed):
                reasons[at, index] = (str(value), "")
            else:
                result.values[index] = value
    _leave_dependents(sheets, prepared, reasons)
    for at, index in reasons:
        results[at].values.pop(index, None)
    for result in results:
        result.changed = set(_changed(result))
    left = [_left(sheets[at], index, why) for (at, index), why in sorted(reasons.items())]
    return Recalculated(results, left, prepared.ours)


def _trusted(sheet: SheetFormulas, index: int) -> bool:
    """Whether #VALUE! is the answer: it was before, or a function of ours says so.

    The engine says it too where it reads a number or a date from text in fewer forms than Excel.
    """
    before = sheet.cached_kinds[index] == b"e" and sheet.cached[index] == b"#VALUE!"
    return before or "AR_" in sheet.texts[index].upper()


def _leave_dependents(
    sheets: list[SheetFormulas], prepared: Prepared, reasons: dict[Node, tuple[str, str]]
) -> None:
    """Leave what depends on a formula that was left."""
    if not reasons:
        return
    graph = Dependencies(sheets, prepared.texts)
    seeds = [place for node in reasons for place in graph.places(node)]
    for node in graph.dependents(seeds):
        reasons.setdefault(node, ("depends", ""))


def _changed(result: SheetValues) -> Iterable[int]:
    formulas = result.formulas
    for index, value in result.values.items():
        cached = formulas.cached[index]
        if cached is None:
            yield index
            continue
        kind, text = to_xml(value)
        if (kind, text) == (formulas.cached_kinds[index], cached):
            continue
        if from_xml(kind, text) != from_xml(formulas.cached_kinds[index], cached):
            yield index


def _left(sheet: SheetFormulas, index: int, why: tuple[str, str]) -> Left:
    return Left(
        sheet.name,
        sheet.rows[index],
        sheet.columns[index],
        sheet.texts[index],
        *why,
        cached=sheet.cached[index] is not None,
    )


def by_reason(left: Iterable[Left]) -> Mapping[tuple[str, str], list[Left]]:
    """Group what was left by reason and detail, the largest group first."""
    groups: dict[tuple[str, str], list[Left]] = {}
    for one in left:
        detail = one.detail if one.reason in {"function", "name"} else ""
        groups.setdefault((one.reason, detail), []).append(one)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))
