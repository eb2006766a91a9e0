"""Every formula of an opened book computed, and what could not be, with the reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from addin.recalculation import scanning
from addin.recalculation.arrays import add_pieces, read_arrays
from addin.recalculation.batching import Batch, batch, columns_read, settle
from addin.recalculation.copying import packed, rows_of
from addin.recalculation.dependencies import Dependencies
from addin.recalculation.engine import Engine
from addin.recalculation.functions import Functions
from addin.recalculation.preparing import Prepared, prepare
from addin.recalculation.results import Left, Recalculated, SheetValues
from addin.recalculation.rewriting import Speller
from addin.recalculation.surroundings import surroundings
from addin.recalculation.texts import leave_caught
from addin.recalculation.values import Failed, from_engine, from_xml, to_xml
from udfs.values import CellError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from addin.hosts.package.container.opening import Package
    from addin.recalculation.dependencies import Node
    from addin.recalculation.scanning import SheetFormulas
    from udfs.values import Cell

_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


def recalculate(package: Package, changed: Collection[str] | None = None) -> Recalculated:
    """Compute the formulas of an opened book.

    What the engine does not know is left as it was, and so is what depends on it.

    Parameters
    ----------
    package : Package
        The book.
    changed : collection of str, optional
        Titles in lower case of the sheets that are new: only formulas on them, those that depend
        on them and those without a value are computed, and the cached values of others hold.
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
    leave_caught(package, prepared, strings(package))
    if changed is not None:
        wanted = _wanted(prepared, changed)
        if not wanted:
            return Recalculated([SheetValues(sheet) for sheet in sheets], [])
        prepared.fix_all_but(wanted)
    answered = _answered(package, prepared, functions)
    engine = _engine(package, prepared, functions, answered.answers, None)
    return _collect(prepared, answered, engine)


def _wanted(prepared: Prepared, changed: Collection[str]) -> set[Node]:
    """Give the formulas that must be computed after some sheets changed."""
    new = {at for at, sheet in enumerate(prepared.sheets) if sheet.name.casefold() in changed}
    titles = [title.casefold() for title in changed]
    said = {key.casefold() for sheet in prepared.sheets for key in sheet.skeletons}
    named = any(title in key for title in titles for key in said)
    wanted = {(at, index) for at in new for index in range(len(prepared.sheets[at]))}
    if not wanted and not named and not any(prepared.changed):
        return set()
    graph = Dependencies(prepared.sheets, prepared.texts)
    places = [place for node in wanted for place in graph.places(node)]
    wanted |= graph.dependents(places, sheets=new)
    if not wanted:
        return set()
    for at, sheet in enumerate(prepared.sheets):
        wanted |= {(at, index) for index, cached in enumerate(sheet.cached) if cached is None}
    return wanted


def _answered(package: Package, prepared: Prepared, functions: Functions) -> Batch:
    """Answer what needs no engine but for the cells that it reads."""
    found = batch(prepared.sheets, prepared, functions)
    if not found.calls:
        return found
    columns = columns_read(found, prepared.sheets, prepared.texts)

    def computed() -> Engine:
        so_far = {key: found.answers.get(key) for key in found.calls}
        return _engine(package, prepared, functions, so_far, columns)

    return found if settle(found, computed, prepared.sheets, functions) else Batch()


def _engine(
    package: Package,
    prepared: Prepared,
    functions: Functions,
    answers: Mapping[Node, Cell],
    columns: set[tuple[int, int]] | None,
) -> Engine:
    """Let the engine compute the book, or those of its formulas that stand in some columns."""
    rows = [
        (
            sheet.name,
            prepared.rows(at, rows_of(package.sheet_xml(sheet.part)), answers, columns),
        )
        for at, sheet in enumerate(prepared.sheets)
    ]
    engine = Engine(packed(rows, strings(package)), functions, date_1904=package.date_1904)
    if columns is None:
        add_pieces(prepared, engine)
    engine.compute()
    return engine


def strings(package: Package) -> bytes | None:
    """Give the table of shared texts, where the book has one."""
    found = package.related(package.workbook_part, "sharedStrings")
    return package.read(found[0]) if found else None


def language(package: Package) -> str:
    """Give the language of a book: that of the titles of its sheets."""
    return "zh" if any(_CHINESE.search(entry.name) for entry in package.sheets) else "en"


def _collect(prepared: Prepared, answered: Batch, engine: Engine) -> Recalculated:
    """Bring the values to the formulas; leave out what must stay as it was."""
    reasons: dict[Node, tuple[str, str]] = dict(prepared.reasons)
    results = [SheetValues(sheet) for sheet in prepared.sheets]
    for at, result in enumerate(results):
        if len(result.formulas):
            result.values.update(_values(at, prepared, reasons, answered, engine))
    read_arrays(prepared, results, reasons, engine)
    _leave_dependents(prepared, reasons)
    for at, index in reasons:
        results[at].values.pop(index, None)
        results[at].members.pop(index, None)
    for result in results:
        result.changed = set(_changed(result))
    left = [_left(prepared.sheets[at], index, why) for (at, index), why in sorted(reasons.items())]
    return Recalculated(results, left, prepared)


def _values(
    at: int,
    prepared: Prepared,
    reasons: dict[Node, tuple[str, str]],
    answered: Batch,
    engine: Engine,
) -> Iterator[tuple[int, Cell]]:
    """Give the values of a sheet's formulas by index; note why there is none for others."""
    sheet = prepared.sheets[at]
    top, left = min(sheet.rows), min(sheet.columns)
    grid = engine.values(sheet.name, (top, left, max(sheet.rows), max(sheet.columns)))
    for index, (row, column) in enumerate(zip(sheet.rows, sheet.columns, strict=True)):
        node = (at, index)
        if node in reasons or node in prepared.fixed:
            continue
        if node in answered.answers:
            yield index, _shown(answered.answers[node])
            continue
        value = from_engine(grid[row - top][column - left])
        if value is CellError.VALUE and not _trusted(sheet, index):
            value = Failed("value")
        if isinstance(value, Failed):
            reasons[node] = (str(value), "")
        else:
            yield index, value


def _shown(cell: Cell) -> Cell:
    """Give an answer of ours as a plain cell: a date is its serial."""
    return float(cell) if isinstance(cell, float) else cell


def _trusted(sheet: SheetFormulas, index: int) -> bool:
    """Whether #VALUE! is the answer: it was before, or a function of ours says so.

    The engine says it too where it reads a number or a date from text in fewer forms than Excel.
    """
    before = sheet.cached_kinds[index] == b"e" and sheet.cached[index] == b"#VALUE!"
    return before or "AR_" in sheet.texts[index].upper()


def _leave_dependents(prepared: Prepared, reasons: dict[Node, tuple[str, str]]) -> None:
    """Leave what depends on a formula that was left."""
    if not reasons:
        return
    graph = Dependencies(prepared.sheets, prepared.texts)
    seeds = [place for node in reasons for place in graph.places(node)]
    named = graph.dependents(seeds, reaching=False)
    for node in graph.dependents(seeds) - prepared.fixed:
        only_perhaps = node in graph.reaching and node not in named
        reasons.setdefault(node, ("reaching" if only_perhaps else "depends", ""))


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
