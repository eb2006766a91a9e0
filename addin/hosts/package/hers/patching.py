"""Sheets of hers changed in their XML: rows appended below a table, single cells set.

Nothing else moves: other rows, and all that stands around the rows, stay byte for byte, but for
the ranges that have to grow with the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import get_column_letter

from addin.hosts.package.hers.ending import Listed, still_ending
from addin.hosts.package.hers.filling import (
    Filling,
    array_areas,
    column_looks,
    coordinate,
    is_master,
    look_there,
)
from addin.hosts.package.hers.names import stretch_names
from addin.hosts.package.hers.ranges import (
    Growth,
    merged,
    stretched,
    tables_of,
    widened,
)
from addin.hosts.package.hers.shared_texts import SharedTexts
from addin.hosts.package.hers.sheet_rows import cell_xml, rows_of
from addin.hosts.package.ours.blocks import FORMULA_LIKE, cell_values, clean
from addin.hosts.package.ours.styles import TEXT_KINDS, number_format
from macros.texts import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from addin.hosts.package.container.parts import Parts
    from addin.hosts.package.container.stylesheet import Stylesheet
    from addin.hosts.package.hers.filling import Area
    from addin.hosts.package.hers.names import Scoped
    from addin.hosts.package.hers.ranges import ExcelTable
    from addin.hosts.package.hers.sheet_rows import CellXml, RowXml, SheetRows
    from macros.changes import AppendRows, ColumnKind, SetCell

_MINOR: Final = 2
_DAYS_1904: Final = 1462
_LAST_ROW: Final = 1_048_576
#: Formats that say nothing of what a number means; the second makes a text of it when edited.
_SAYS_NOTHING: Final = frozenset({"General", "@"})
_DATES: Final = frozenset({"date", "time"})


class Patching:
    """Changes to sheets of hers in a package.

    Parameters
    ----------
    parts : Parts
        The package; its parts are changed.
    styles : Stylesheet
        The workbook's styles, which may get more.

    Attributes
    ----------
    formulas_changed : bool
        Whether formula cells came or went, so that the order of calculation is no longer right.
    messages : list of Message
        What she has to know of the rows that were appended.
    """

    def __init__(self, parts: Parts, styles: Stylesheet) -> None:
        self._parts = parts
        self._looks = _Looks(styles)
        self._texts = SharedTexts(parts)
        self.styles = styles
        self.formulas_changed = False
        self.messages: list[Message] = []

    def append(self, append: AppendRows) -> None:
        """Append rows below a table, looking like the row above them.

        Raises
        ------
        Refusal
            ``no_such_sheet``; ``rows_below``: something stands where the rows would go;
            ``totals_row``: the Excel table has a totals row, which would end up in the middle;
            ``too_many_rows``.
        """
        if not len(append.rows):
            return
        index, title, part = self._sheet(append.sheet)
        tables = tables_of(self._parts, part)
        table = _table(tables, append)
        if table is not None and table.totals:
            raise Refusal("totals_row", title, table=table.name)
        last = append.after + len(append.rows)
        if last > _LAST_ROW:
            raise Refusal("too_many_rows", title, sheet=title, rows=f"{last:,}")
        rows = rows_of(self._parts, part)
        above = rows.row(append.after) if append.after else None
        filling = Filling(rows, above, self.styles)
        work = _Appending(append, rows, filling, table, self._texts)
        work.refuse_if_occupied(title, [each for each in tables if each is not table])
        left, right = work.write(self._looks, date_1904=self._parts.package.date_1904)
        self.formulas_changed |= bool(work.formulas)
        growth = Growth(*work.width(), append.after, last, empty=filling.header)
        self._parts.set(
            part,
            rows.content(
                widened(rows.head, (append.after + 1, last), (left, right)),
                stretched(rows.tail, growth),
            ),
        )
        header = append.header if table is None else table.top - (not table.header)
        names = stretch_names(self._parts, index, growth, header)
        self._tell(index, growth, names, filling.broken_off(frozenset(append.columns)))
        if table is not None and table.bottom < last:
            table.end_at(last)

    def _tell(
        self, sheet: int, growth: Growth, names: frozenset[Scoped], broken: list[int]
    ) -> None:
        """Say what did not grow, and which columns stay blank."""
        told = still_ending(self._parts.package, sheet, growth, names)
        if told is not None:
            self.messages.append(told)
        if broken:
            columns = Listed(tuple(get_column_letter(column) for column in broken))
            title = self._parts.package.sheets[sheet].name
            given = {"sheet": title, "columns": columns}
            self.messages.append(Message("host.array_ends", given))

    def set(self, changes: Iterable[SetCell]) -> None:
        """Set single cells; their look stays.

        Raises
        ------
        Refusal
            ``no_such_sheet``; ``part_of_more``: the cell belongs to an array or shared formula,
            a merged range or the header of an Excel table.
        """
        by_sheet: dict[str, list[SetCell]] = {}
        for change in changes:
            by_sheet.setdefault(self._sheet(change.sheet)[2], []).append(change)
        for part, several in by_sheet.items():
            self._set_on(part, several)

    def _set_on(self, part: str, changes: list[SetCell]) -> None:
        rows = rows_of(self._parts, part)
        fixed = self._fixed(part, rows)
        columns = column_looks(rows.head)
        given: dict[int, dict[str, str]] = {}
        cells: dict[int, dict[int, bytes]] = {}
        for change in changes:
            there = rows.row(change.row)
            attributes = given.setdefault(change.row, there.given() if there else {})
            old = there.cells.get(change.column) if there else None
            place = f"{change.sheet}!{coordinate(change.row, change.column)}"
            if (old is not None and is_master(old)) or _within(fixed, change.row, change.column):
                raise Refusal("part_of_more", place)
            self.formulas_changed |= old is not None and old.formula is not None
            value = _set_value(change, date_1904=self._parts.package.date_1904)
            look = look_there(change.column, old, attributes, columns)
            look = self._looks.of(look, change.kind, value)
            row = cells.setdefault(change.row, _raw(there))
            xml = cell_xml(change.row, change.column, value, look)
            row[change.column] = rows.tagged(xml)
        for number, row in cells.items():
            rows.replace(number, given[number], row)
        head = widened(
            rows.head,
            (min(change.row for change in changes), max(change.row for change in changes)),
            (min(change.column for change in changes), max(change.column for change in changes)),
        )
        self._parts.set(part, rows.content(head, rows.tail))

    def _fixed(self, part: str, rows: SheetRows) -> list[Area]:
        """Give the areas in which no single cell can be set; a merged range keeps its first."""
        fixed = array_areas(rows.xml)
        for top, left, bottom, right in merged(rows.tail):
            fixed += [(top, left + 1, bottom, right), (top + 1, left, bottom, left)]
        for table in tables_of(self._parts, part):
            if table.header:
                fixed.append((table.top, table.left, table.top, table.right))
        return fixed

    def _sheet(self, name: str) -> tuple[int, str, str]:
        """Give position, title and part of a sheet, its name compared without case."""
        for index, entry in enumerate(self._parts.package.sheets):
            if entry.name.casefold() == name.casefold() and entry.kind == "worksheet":
                return index, entry.name, entry.part
        raise Refusal("no_such_sheet", name)


def drop_calc_chain(parts: Parts) -> None:
    """Take out the order of calculation; programs make it anew.

    It lists every formula cell, and one that is listed and is none makes Excel repair the file.
    """
    book = parts.package.workbook_part
    chains = parts.related(book, "calcChain")
    for part in chains:
        parts.remove(part)
    if chains:
        kept = [each for each in parts.relations(book) if each.kind != "calcChain"]
        parts.set_relations(book, kept)


class _Appending:
    """One :class:`AppendRows` on its way into a sheet."""

    def __init__(
        self,
        append: AppendRows,
        rows: SheetRows,
        filling: Filling,
        table: ExcelTable | None,
        texts: SharedTexts,
    ) -> None:
        self._append, self._rows, self._filling = append, rows, filling
        self._table, self._texts = table, texts
        self._first, self._last = append.after + 1, append.after + len(append.rows)
        self._written = frozenset(append.columns)
        calculated = table.formulas() if table is not None else {}
        self.formulas = filling.formulas(calculated, self._written)
        self._there = {}
        for row in rows.rows_from(self._first):
            if row.number > self._last:
                break
            self._there[row.number] = row

    def width(self) -> tuple[int, int]:
        """Give the first and the last column of the table."""
        left, right = min(self._written), max(self._written)
        if self._table is None:
            return self._filling.reach(left, right)
        return min(left, self._table.left), max(right, self._table.right)

    def refuse_if_occupied(self, title: str, others: Iterable[ExcelTable]) -> None:
        """Refuse where something stands in the place of the rows."""
        left, right = min(self._written), max(self._written)
        if self._table is not None:
            left, right = self.width()
        taken = [
            (number, column)
            for number, row in self._there.items()
            for column, cell in row.cells.items()
            if left <= column <= right and not self._free(number, cell)
        ]
        # An array of one cell is a cell, and was looked at above.
        arrays = [area for area in array_areas(self._rows.xml) if area[:2] != area[2:]]
        areas = [*merged(self._rows.tail), *arrays]
        areas += [(each.top, each.left, each.bottom, each.right) for each in others]
        taken += [
            (max(area[0], self._first), max(area[1], left))
            for area in areas
            if area[0] <= self._last
            and area[2] >= self._first
            and area[1] <= right
            and area[3] >= left
        ]
        if taken:
            place = f"{title}!{coordinate(*min(taken))}"
            raise Refusal("rows_below", place, count=f"{len(self._append.rows):,}")

    def _free(self, number: int, cell: CellXml) -> bool:
        """Whether a cell is blank, or has the formula that it would get."""
        if self._texts.blank(cell):
            return True
        formula = self.formulas.get(cell.column)
        if formula is None or cell.formula is None:
            return False
        return formula.at(number).text == cell.formula.text

    def write(self, looks: _Looks, *, date_1904: bool) -> tuple[int, int]:
        """Write the rows; give the first and the last column that they reach."""
        append = self._append
        columns = [
            (column, kind, cell_values(append.rows[name], kind, _MINOR, date_1904=date_1904))
            for column, kind, name in zip(
                append.columns, append.kinds, append.rows.columns, strict=True
            )
        ]
        beside = sorted({*self._filling.looks, *self.formulas} - self._written)
        for position, number in enumerate(range(self._first, self._last + 1)):
            there = self._there.get(number)
            old = there.cells if there else {}
            given = self._filling.attributes(there.given() if there else {})
            cells = _raw(there)
            for column in beside:
                cell = old.get(column)
                if cell is None or self._texts.blank(cell):
                    look = self._filling.look(column, cell, given)
                    formula = self.formulas.get(column)
                    value = formula.at(number) if formula else None
                    cells[column] = self._rows.tagged(cell_xml(number, column, value, look))
            for column, kind, values in columns:
                look = self._filling.look(column, old.get(column), given)
                xml = cell_xml(
                    number, column, values[position], looks.of(look, kind, values[position])
                )
                cells[column] = self._rows.tagged(xml)
            self._rows.replace(number, given, cells)
        reached = [*self._written, *beside]
        return min(reached), max(reached)


def _table(tables: Iterable[ExcelTable], append: AppendRows) -> ExcelTable | None:
    """Give the Excel table that gets the rows: the one named, else the one that ends there."""
    for table in tables:
        if append.excel_table:
            if table.name.casefold() == append.excel_table.casefold():
                return table
        elif table.bottom == append.after and any(
            table.left <= column <= table.right for column in append.columns
        ):
            return table
    return None


def _raw(row: RowXml | None) -> dict[int, bytes]:
    return {column: cell.raw for column, cell in row.cells.items()} if row else {}


def _within(areas: Iterable[Area], row: int, column: int) -> bool:
    return any(
        top <= row <= bottom and left <= column <= right for top, left, bottom, right in areas
    )


def _set_value(change: SetCell, *, date_1904: bool) -> object:
    value = change.value
    if isinstance(value, str):
        return clean(value) or None
    if value is None or isinstance(value, bool):
        return value
    if change.kind in _DATES and date_1904:
        return float(value) - _DAYS_1904
    return float(value) / 10**_MINOR if change.kind == "money" else value


class _Looks:
    """The looks of values written into cells of hers: her look, with what the value needs."""

    def __init__(self, styles: Stylesheet) -> None:
        self._styles = styles
        self._known: dict[tuple[int, ColumnKind, bool], int] = {}

    def of(self, look: int, kind: ColumnKind, value: object) -> int:
        """Give the look for a value in a cell that has a look."""
        if value is None:
            return look
        text = isinstance(value, str)
        quoted = isinstance(value, str) and value.startswith(FORMULA_LIKE)
        key = look, kind, quoted
        if key not in self._known:
            self._known[key] = self._made(look, kind, text=text, quoted=quoted)
        return self._known[key]

    def _made(self, look: int, kind: ColumnKind, *, text: bool, quoted: bool) -> int:
        if quoted != self._styles.quoted(look):
            look = self._styles.derived(look, quote_prefix=quoted)
        if text or kind in TEXT_KINDS:
            return look
        code = self._styles.number_format(look)
        unfit = not is_date_format(code) if kind in _DATES else code in _SAYS_NOTHING
        if unfit and code != number_format(kind):
            look = self._styles.derived(look, number_format=number_format(kind))
        return look
