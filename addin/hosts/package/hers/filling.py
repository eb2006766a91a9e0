"""What a row below takes over from the row above: looks, height, and formulas moved along."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from openpyxl.utils import get_column_letter

from addin.hosts.package.container.sheet_xml import bounds, position
from addin.hosts.package.container.templates import render, template
from addin.hosts.package.hers.sheet_rows import FormulaXml, unescaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from addin.hosts.package.container.stylesheet import Stylesheet
    from addin.hosts.package.hers.sheet_rows import CellXml, RowXml, SheetRows

_COLUMN: Final = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_SPAN: Final = re.compile(rb"""\b(min|max|style)=["'](\d+)["']""")
_AREA: Final = re.compile(rb"""\bref=["']([A-Z]+\d+(?::[A-Z]+\d+)?)["']""")
_ADDRESS: Final = re.compile(rb"""(?<![\w:])r=["']([A-Z]+\d+)["']""")
#: Formulas that go on below; an array of one cell does too, data tables are one for many cells.
_CONTINUED: Final = frozenset({"normal", "shared"})
_TEXTS: Final = (b"s", b"str", b"inlineStr")
#: Attributes of a row that the rows below it take over, in pairs that belong together.
_PAIRS: Final = (("ht", "customHeight"), ("s", "customFormat"))

#: First row, first column, last row, last column.
Area = tuple[int, int, int, int]


class Continued:
    """A formula of a row that goes on in the rows below.

    Parameters
    ----------
    text : str
        The formula without ``=``.
    row : int
        Where it stands.
    array : tuple of int and str, optional
        For an array formula of one cell: its column, and the metadata of its cell.
    """

    def __init__(self, text: str, row: int, array: tuple[int, str] | None = None) -> None:
        self._template = template(text, row, 1)
        self._array = array

    def at(self, row: int) -> FormulaXml:
        """Give the formula as it stands in another row of its column."""
        text = render(self._template, row, 1)
        if self._array is None:
            return FormulaXml(text, {})
        column, metadata = self._array
        return FormulaXml(text, {"t": "array", "ref": coordinate(row, column)}, metadata)


class Filling:
    """What the rows below a row continue.

    Parameters
    ----------
    rows : SheetRows
        The sheet.
    above : RowXml, optional
        The row above, which may be the header of a table without rows.
    styles : Stylesheet
        The workbook's styles: a header is told by its bold texts.
    """

    def __init__(
        self,
        rows: SheetRows,
        above: RowXml | None,
        styles: Stylesheet,
    ) -> None:
        self._rows = rows
        self.cells = above.cells if above is not None else {}
        self._filled = {column for column, cell in self.cells.items() if not cell.empty}
        self.header = self._is_header(styles)
        self._attributes = above.given() if above is not None and not self.header else {}
        self._columns = column_looks(rows.head)
        self.looks = {
            column: cell.style or 0
            for column, cell in self.cells.items()
            # A table without rows: its header's look is not a row's look.
            if not (self.header and column in self._filled)
        }

    def _is_header(self, styles: Stylesheet) -> bool:
        filled = [self.cells[column] for column in self._filled]
        texts = all(cell.kind in _TEXTS and cell.formula is None for cell in filled)
        return texts and any(styles.bold(cell.style or 0) for cell in filled)

    def reach(self, left: int, right: int) -> tuple[int, int]:
        """Give the columns around these that are filled without a gap in the row above."""
        while left - 1 in self._filled:
            left -= 1
        while right + 1 in self._filled:
            right += 1
        return left, right

    def attributes(self, there: Mapping[str, str]) -> dict[str, str]:
        """Give the attributes of a row below: its own, else those of the row above.

        A row that something is written to is not hidden.
        """
        found = {name: value for name, value in there.items() if name != "hidden"}
        for pair in _PAIRS:
            if not any(name in found for name in pair):
                found |= {name: self._attributes[name] for name in pair if name in self._attributes}
        return found

    def look(self, column: int, there: CellXml | None, row: Mapping[str, str]) -> int:
        """Give the look of a cell below: the row above decides, then what is there."""
        if column in self.looks:
            return self.looks[column]
        return look_there(column, there, row, self._columns)

    def formulas(
        self, calculated: Mapping[int, str], without: frozenset[int]
    ) -> dict[int, Continued]:
        """Give, by column, the formulas to be continued.

        Parameters
        ----------
        calculated : mapping
            Formulas of calculated columns, for a row above that has none there. They are used
            where they name columns, not cells: which row a cell's address meant is not said.
        without : frozenset of int
            Columns that get values.
        """
        found = {}
        for column in {*self.cells, *calculated} - without:
            cell = self.cells.get(column)
            formula = None if cell is None else cell.formula
            if cell is not None and formula is not None and _single(cell):
                row = _row_of(cell.attributes)
                found[column] = Continued(formula.text, row, (column, formula.metadata))
                continue
            if cell is not None and formula is not None:
                text, row = shared_text(self._rows, cell)
            else:
                text, row = calculated.get(column, ""), 1
                if text and Continued(text, 1).at(2).text != text:
                    text = ""
            if text:
                found[column] = Continued(text, row)
        return found

    def broken_off(self, without: frozenset[int]) -> list[int]:
        """Give the columns whose formula is one for many cells, so that it ends with them."""
        rows = {_row_of(cell.attributes) for cell in self.cells.values()}
        return sorted(
            {
                column
                for top, left, bottom, right in array_areas(self._rows.xml)
                if (top, left) != (bottom, right) and any(top <= row <= bottom for row in rows)
                for column in range(left, right + 1)
            }
            - without
        )


def _single(cell: CellXml) -> bool:
    """Whether a cell has an array formula of its own alone."""
    formula = cell.formula
    if formula is None or formula.kind != "array" or not formula.text:
        return False
    top, left, bottom, right = bounds(formula.attributes.get("ref", "A1:B2"))
    return (top, left) == (bottom, right)


def shared_text(rows: SheetRows, cell: CellXml) -> tuple[str, int]:
    """Give the text of a cell's formula and the row that it is written for.

    There is none where the formula is not to be continued.
    """
    formula = cell.formula
    if formula is None:
        return "", 1
    if formula.kind == "shared" and not formula.text:
        return _master(rows, formula.attributes.get("si", ""))
    return (formula.text if formula.kind in _CONTINUED else ""), _row_of(cell.attributes)


def _row_of(attributes: bytes) -> int:
    found = _ADDRESS.search(attributes)
    return position(found.group(1))[0] if found else 1


def _master(rows: SheetRows, index: str) -> tuple[str, int]:
    """Give the text of a shared formula and the row of the cell that has it."""
    pattern = rb"""<%bf\s(?=[^>]*\bsi=["']%b["'])[^>]*[^/]>([^<]+)</""" % (
        rows.prefix,
        index.encode(),
    )
    found = re.compile(pattern).search(rows.xml)
    if found is None:
        return "", 1
    start = rows.xml.rfind(b"<%bc " % rows.prefix, 0, found.start())
    return unescaped(found.group(1)), _row_of(rows.xml[start : found.start()])


def array_areas(xml: bytes) -> list[Area]:
    """Give the areas of array formulas, what they spill into, and data tables."""
    found = []
    for mark in (b't="array"', b"t='array'", b't="dataTable"', b"t='dataTable'"):
        at = xml.find(mark)
        while at >= 0:
            area = _AREA.search(xml, xml.rfind(b"<", 0, at), xml.index(b">", at))
            if area is not None:
                found.append(bounds(area.group(1).decode()))
            at = xml.find(mark, at + 1)
    return found


def is_master(cell: CellXml) -> bool:
    """Whether other cells share the formula of this one."""
    formula = cell.formula
    if formula is None or formula.kind != "shared" or not formula.text:
        return False
    area = formula.attributes.get("ref", "")
    at = _ADDRESS.search(cell.attributes)
    return at is None or bounds(area or "A1:B2") != (*position(at.group(1)), *position(at.group(1)))


def column_looks(head: bytes) -> list[tuple[int, int, int]]:
    """Give first column, last column and look of the columns that have one."""
    found = []
    for match in _COLUMN.finditer(head):
        given = {name: int(value) for name, value in _SPAN.findall(match.group(1))}
        if b"style" in given:
            found.append((given.get(b"min", 1), given.get(b"max", 1), given[b"style"]))
    return found


def look_there(
    column: int,
    there: CellXml | None,
    row: Mapping[str, str],
    columns: list[tuple[int, int, int]],
) -> int:
    """Give the look that a cell has where it stands: its own, its row's or its column's."""
    if there is not None:
        return there.style or 0
    if row.get("customFormat") in {"1", "true"} and row.get("s", "").isdigit():
        return int(row["s"])
    return next((look for first, last, look in columns if first <= column <= last), 0)


def coordinate(row: int, column: int) -> str:
    """Give a cell's address: (3, 2) is ``B3``."""
    return f"{get_column_letter(column)}{row}"
