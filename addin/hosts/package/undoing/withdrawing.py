"""Taking back what a run wrote on sheets of hers: appended rows go, set cells get their old value.

Only what is as the run left it is taken back. Values are compared, not bytes: another program may
have saved the book since.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from addin.hosts.package.hers.filling import Continued, shared_text
from addin.hosts.package.hers.names import shrink_names
from addin.hosts.package.hers.ranges import Growth, shrunk, tables_of
from addin.hosts.package.hers.sheet_rows import cell_xml, rows_of
from addin.hosts.package.reading import read_package
from macros.texts import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from addin.hosts.package.container.opening import Package
    from addin.hosts.package.container.parts import Parts
    from addin.hosts.package.hers.sheet_rows import CellXml, RowXml, SheetRows
    from addin.hosts.package.undoing.bringing import Bringing
    from addin.store import Appended
    from macros.book import Book, Sheet

_ADDRESS: Final = re.compile(rb"""(?<![\w:])r=["'][A-Z]+\d+["']""")
_SHARED: Final = re.compile(rb"""\bt=["']s["']""")
#: What names cells by address around the rows, or in parts of its own: then no row is moved.
_TIED: Final = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink|legacyDrawing|drawing)\s")

#: A row as it is compared: values, with a sign in place of a formula's value.
Signature = tuple[object, ...]
_FORMULA: Final = "\0f"


@dataclass(frozen=True)
class State:
    """A state of the book: its package, and its values, read when they are first asked for."""

    package: Package

    @cached_property
    def book(self) -> Book:
        """The values."""
        return read_package(self.package)

    def sheet(self, title: str) -> Sheet | None:
        """Give a sheet's values by its title."""
        return self.book.sheet(title)

    def part(self, title: str) -> str:
        """Give a sheet's part by its title, or ""."""
        for entry in self.package.sheets:
            if entry.name.casefold() == title.casefold() and entry.kind == "worksheet":
                return entry.part
        return ""


class Withdrawing:
    """Takes rows and cells back in a package.

    Parameters
    ----------
    parts : Parts
        The book as it is; it is changed.
    now, before, after : State
        The book as it is, as it was before the run, and as the run left it.
    bringing : Bringing
        Brings looks and texts of the state before.

    Attributes
    ----------
    messages : list of Message
        What stays because she changed it.
    formulas_changed : bool
        Whether formula cells came or went.
    """

    def __init__(
        self, parts: Parts, states: tuple[State, State, State], bringing: Bringing
    ) -> None:
        self._parts = parts
        self._now, self._before, self._after = states
        self._bringing = bringing
        self.messages: list[Message] = []
        self.formulas_changed = False

    def rows(self, appended: Appended) -> None:
        """Take out the appended rows that are as they were written; those she changed stay."""
        part, sheet = self._now.part(appended.sheet), self._now.sheet(appended.sheet)
        written = self._after.sheet(appended.sheet)
        if not part or sheet is None or written is None:
            self._tell("host.undo_rows_kept", appended.sheet, appended.count)
            return
        first, last = appended.after + 1, appended.after + appended.count
        rows = rows_of(self._parts, part)
        old = rows_of_package(self._after.package, self._after.part(appended.sheet))
        ours = Counter(_signatures(written, old, first, last))
        standing = _block(sheet, rows, first, last)
        gone, kept = [], []
        for number, signature in standing.items():
            if ours[signature]:
                ours[signature] -= 1
                gone.append(number)
            else:
                kept.append(number)
        end = self._take_out(rows, appended, gone, kept)
        self._tell("host.undo_rows_kept", appended.sheet, sum(row <= last for row in kept))
        growth = Growth(1, sheet.cells.shape[1], appended.after, last)
        before = self._before.part(appended.sheet)
        areas = rows_of_package(self._before.package, before).tail if before else b""
        self._parts.set(part, rows.content(rows.head, shrunk(rows.tail, growth, end, areas)))
        shrink_names(self._parts, self._before.package, self._after.package, end)
        for table in tables_of(self._parts, part):
            same = table.name.casefold() == appended.excel_table.casefold()
            if (
                table.bottom == last
                and table.top <= appended.after
                and (same or not appended.excel_table)
            ):
                table.end_at(max(end, table.top + 1))

    def _take_out(
        self, rows: SheetRows, appended: Appended, gone: list[int], kept: list[int]
    ) -> int:
        """Take rows out and let those that stay move up; give the table's last row then."""
        first = appended.after + 1
        beside = self._beside(appended, gone + kept)
        lower = [row for row in kept if gone and row > min(gone)]
        moving = {row: first + at for at, row in enumerate(kept)}
        tied = bool(lower) and (bool(beside) or _TIED.search(rows.tail) is not None)
        if tied or not all(_movable(rows.row(number)) for number in lower):
            moving = {row: row for row in kept}
        for number in gone:
            row = rows.row(number)
            self.formulas_changed |= row is not None and _has_formula(row)
            left = {
                column: cell.raw
                for column, cell in (row.cells.items() if row else ())
                if column in beside.get(number, ())
            }
            if left and row is not None:
                rows.replace(number, row.given(), left)
            else:
                rows.remove(number)
        for number in lower:
            row = rows.row(number)
            if row is not None and moving[number] != number:
                rows.remove(number)
        for number in lower:
            row = rows.row(number)
            if row is not None and moving[number] != number:
                self.formulas_changed |= _has_formula(row)
                target = moving[number]
                cells = {
                    column: _moved(rows, cell, number, target) for column, cell in row.cells.items()
                }
                rows.replace(target, row.given(), cells)
        return max([appended.after, *moving.values()])

    def _beside(self, appended: Appended, numbers: list[int]) -> Mapping[int, set[int]]:
        """Give the columns that held something in these rows before the run."""
        before = self._before.sheet(appended.sheet)
        if before is None:
            return {}
        found = {}
        for number in numbers:
            if number <= before.cells.shape[0]:
                columns = {
                    column
                    for column, value in enumerate(before.cells[number - 1].tolist(), 1)
                    if value not in {None, ""}
                }
                if columns:
                    found[number] = columns
        return found

    def cells(self, cells: tuple[tuple[str, int, int], ...]) -> None:
        """Put back the cells that are as they were set."""
        for title, row, column in cells:
            part = self._now.part(title)
            now, written = (
                _value(state.sheet(title), row, column) for state in (self._now, self._after)
            )
            if not part or now != written:
                self._tell("host.undo_cells_kept", title, 1)
                continue
            self._put_back(part, title, row, column)

    def _put_back(self, part: str, title: str, row: int, column: int) -> None:
        old_part = self._before.part(title)
        old_rows = rows_of_package(self._before.package, old_part) if old_part else None
        old = old_rows.row(row) if old_rows is not None else None
        cell = old.cells.get(column) if old is not None else None
        rows = rows_of(self._parts, part)
        there = rows.row(row)
        cells = {at: each.raw for at, each in there.cells.items()} if there else {}
        given = there.given() if there else {}
        had = there.cells.get(column) if there else None
        cells.pop(column, None)
        if cell is not None and old_rows is not None:
            cells[column] = self._again(old_rows, rows, cell, row)
        changed = (had is not None and had.formula is not None) or (
            cell is not None and cell.formula is not None
        )
        self.formulas_changed |= changed
        if cells or old is not None:
            rows.replace(row, given, cells)
        elif there is not None:
            rows.remove(row)
        self._parts.set(part, rows.content(rows.head, rows.tail))

    def _again(self, old: SheetRows, rows: SheetRows, cell: CellXml, row: int) -> bytes:
        """Give a cell of the state before as it is to stand now."""
        look = self._bringing.look(cell.style or 0)
        if cell.formula is not None:
            text, origin = shared_text(old, cell)
            return rows.tagged(cell_xml(row, cell.column, Continued(text, origin).at(row), look))
        blank = cell_xml(row, cell.column, None, look) or cell_xml(row, cell.column, 0, 0)
        start = rows.tagged(blank.partition(">")[0].removesuffix("/"))
        if cell.kind == b"s":
            shared = self._bringing.text(int(cell.value), rows.prefix)
            return b'%b t="inlineStr">%b</%bc>' % (start, shared, rows.prefix)
        if not cell.inner:
            return b"%b/>" % start
        kind = b"" if cell.kind == b"n" else b' t="%b"' % cell.kind
        inner = cell.inner.replace(b"<" + old.prefix, b"<").replace(b"</" + old.prefix, b"</")
        return b"%b%b>%b</%bc>" % (start, kind, rows.tagged(inner.decode()), rows.prefix)

    def _tell(self, code: str, title: str, count: int) -> None:
        if count:
            self.messages.append(Message(code, {"sheet": title, "count": f"{count:,}"}))


def rows_of_package(package: Package, part: str) -> SheetRows:
    """Give the rows of a sheet of a state that is not changed."""
    from addin.hosts.package.container.parts import Parts  # noqa: PLC0415 - a view of the package, no more

    return rows_of(Parts(package), part)


def _block(sheet: Sheet, rows: SheetRows, first: int, last: int) -> dict[int, Signature]:
    """Give the rows from the first appended one on, as far as they go without a blank one."""
    found: dict[int, Signature] = {}
    signatures = _signatures(sheet, rows, first, sheet.cells.shape[0])
    for number, signature in enumerate(signatures, first):
        if not signature and number > last:
            break
        if signature:
            found[number] = signature
    return found


def _signatures(sheet: Sheet, rows: SheetRows, first: int, last: int) -> list[Signature]:
    """Give rows as they are compared: a formula's value may have been calculated since."""
    formulas: dict[int, set[int]] = {}
    for row in rows.rows_from(first):
        if row.number > last:
            break
        if _has_formula(row):
            formulas[row.number] = {
                column for column, cell in row.cells.items() if cell.formula is not None
            }
    return [
        _signature(sheet.cells, number, formulas.get(number, set()))
        for number in range(first, last + 1)
    ]


def _signature(cells: npt.NDArray[np.object_], number: int, formulas: set[int]) -> Signature:
    values: list[object] = cells[number - 1].tolist() if number <= cells.shape[0] else []
    values += [None] * (max(formulas, default=0) - len(values))
    values = [
        _FORMULA if column in formulas else (None if value == "" else value)
        for column, value in enumerate(values, 1)
    ]
    while values and values[-1] is None:
        values.pop()
    return tuple(values)


def _value(sheet: Sheet | None, row: int, column: int) -> object:
    if sheet is None or row > sheet.cells.shape[0] or column > sheet.cells.shape[1]:
        return None
    value: object = sheet.cells[row - 1, column - 1]
    return None if value == "" else value


def _has_formula(row: RowXml) -> bool:
    return b"f" in row.inner and any(cell.formula is not None for cell in row.cells.values())


def _movable(row: RowXml | None) -> bool:
    """Whether no formula of a row is one with other rows'."""
    return row is None or all(
        cell.formula is None or cell.formula.kind == "normal" for cell in row.cells.values()
    )


def _moved(rows: SheetRows, cell: CellXml, number: int, target: int) -> bytes:
    """Give a cell for another row; a formula goes along."""
    if cell.formula is not None:
        formula = Continued(cell.formula.text, number).at(target)
        return rows.tagged(cell_xml(target, cell.column, formula, cell.style))
    empty = cell_xml(target, cell.column, 0, None)
    address = empty[empty.index(" r=") + 1 : empty.index(">")].encode()
    return _ADDRESS.sub(address, cell.raw, count=1)
