"""What she typed on a large sheet of ours since a run, merged into the sheet as it was before.

openpyxl takes twenty seconds for three states of a sheet of 18,500 rows. So it gets only the rows
that differ, with headers and ids; what the rescue writes there is patched into the whole sheet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container import sheet_xml
from addin.hosts.package.container.stylesheet import Stylesheet
from addin.hosts.package.hers.ranges import widened
from addin.hosts.package.hers.sheet_rows import SheetRows
from addin.hosts.package.ours.internals import attach, cells
from addin.hosts.package.ours.missing_ids import ids_gone
from addin.hosts.package.ours.ownership import TOKEN, read_old
from addin.hosts.package.ours.scratch import open_scratch, saved
from addin.hosts.package.ours.styles import Styles
from addin.hosts.package.undoing.rescue import Rescue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from addin.hosts.package.container.parts import Parts
    from addin.hosts.package.undoing.withdrawing import State

_COMMENTED: Final = re.compile(rb"""<(?:\w+:)?comment\s[^>]*?\bref=["'][A-Z]+(\d+)["']""")
_LOOK: Final = re.compile(rb"""(<c\s(?:[^>]*?\s)?s=["'])(\d+)""")

#: A state of the book, and where the sheet stands in it.
Place = tuple["State", int]


class Merging:
    """The rows of three states of one sheet that matter for what she typed.

    Parameters
    ----------
    now, before, left : tuple
        State and position: as it is, as it was before the run, as the run left it.
    """

    def __init__(self, now: Place, before: Place, left: Place) -> None:
        self._now, self._before, self._left = now, before, left

    def simple(self) -> bool:
        """Whether it can be done so: a formula of hers may name any row of the sheet."""
        return not _formulas(self._now)

    def rescue(self, headings: tuple[str, str]) -> Merged | None:
        """Merge what she typed into the few rows; None where more than values came."""
        now, left = _rows(self._now), _rows(self._left)
        unchanged = set(left.values())
        changed = {row for row, values in now.items() if values not in unchanged}
        keys = {now[row][0] for row in changed} - {None}
        wanted = [
            {row for row, values in rows.items() if values and values[0] in keys}
            | _frame(place, rows)
            for place, rows in (
                (self._now, now),
                (self._left, left),
                (self._before, _rows(self._before)),
            )
        ]
        wanted[0] |= changed
        was, old, target = (
            open_scratch(place[0].package, [place[1]], rows=rows)
            for place, rows in zip((self._now, self._left, self._before), wanted, strict=True)
        )
        typed = read_old(was.old[self._now[1]])
        if ids_gone(typed):
            return None  # read in part it may seem so; the whole sheet says whether it is
        sheet = target.old[self._before[1]]
        attach(target.workbook, sheet)
        stood = _standing(sheet)
        work = Rescue(typed, read_old(old.old[self._left[1]]), sheet)
        work.rescue(headings, Styles(sheet))
        new = _standing(sheet)
        written = {at for at, cell in new.items() if stood.get(at) != cell}
        if any(new[at][2:] != stood.get(at, _NOTHING)[2:] for at in written):
            return None  # comments and links stand in parts of their own
        package = saved(target.workbook)
        xml = package.read("xl/worksheets/sheet1.xml")
        styles = Stylesheet(package.read("xl/styles.xml"))
        return Merged(SheetRows(sheet_xml.addressed(xml)), styles, written, work)


class Merged:
    """Cells to be written into a sheet.

    Parameters
    ----------
    rows : SheetRows
        The few rows, as openpyxl wrote them.
    styles : Stylesheet
        Their styles.
    written : collection of tuple
        Row and column of the cells.
    rescue : Rescue
        What brought them there.
    """

    def __init__(
        self,
        rows: SheetRows,
        styles: Stylesheet,
        written: Collection[tuple[int, int]],
        rescue: Rescue,
    ) -> None:
        self._rows, self._styles, self._written = rows, styles, written
        self.merged, self.archived = rescue.merged, rescue.archived

    def write(self, parts: Parts, part: str, stylesheet: Stylesheet) -> None:
        """Write the cells into a sheet's part."""
        if not self._written:
            return
        target = SheetRows(sheet_xml.addressed(parts.read(part)))
        for number in sorted({row for row, _ in self._written}):
            new, there = self._rows.row(number), target.row(number)
            given = (there or new).given() if there or new else {}  # type: ignore[union-attr]
            found = {column: cell.raw for column, cell in there.cells.items()} if there else {}
            for column in (column for row, column in self._written if row == number):
                cell = new.cells.get(column) if new else None
                found.pop(column, None)
                if cell is not None:
                    raw = _LOOK.sub(
                        lambda match: self._looked(match, stylesheet), cell.raw, count=1
                    )
                    found[column] = target.tagged(raw.decode())
            if there is None:
                given.pop("s", None)
                given.pop("customFormat", None)
            target.replace(number, given, found)
        rows, columns = zip(*self._written, strict=True)
        reach = (min(rows), max(rows)), (min(columns), max(columns))
        parts.set(part, target.content(widened(target.head, *reach), target.tail))

    def _looked(self, match: re.Match[bytes], stylesheet: Stylesheet) -> bytes:
        look = int(match.group(2))
        return match.group(1) + str(stylesheet.imported(self._styles, [look])[look]).encode()


_NOTHING: Final = (None, None, None, None)


def _standing(sheet: Worksheet) -> Mapping[tuple[int, int], tuple[object, ...]]:
    """Give what the cells of a sheet hold: value, look, comment and link."""
    return {at: _held(cell) for at, cell in cells(sheet).items()}


def _held(cell: Cell) -> tuple[object, ...]:
    comment, link = getattr(cell, "comment", None), getattr(cell, "hyperlink", None)
    return (
        str(cell.value),
        getattr(cell, "style_id", 0),
        None if comment is None else comment.text,
        None if link is None else (link.location, link.target),
    )


def _formulas(place: Place) -> Collection[sheet_xml.Position]:
    state, position = place
    return sheet_xml.formulas(state.package.sheet_xml(state.package.sheets[position].part)).keys()


def _rows(place: Place) -> dict[int, tuple[object, ...]]:
    """Give the values of each row; blanks at its end are left out."""
    state, position = place
    sheet = state.sheet(state.package.sheets[position].name)
    found: dict[int, tuple[object, ...]] = {}
    for number, values in enumerate(sheet.cells.tolist() if sheet is not None else (), 1):
        while values and values[-1] in {None, ""}:
            values.pop()
        if values:
            found[number] = tuple(values)
    return found


def _frame(place: Place, rows: Mapping[int, tuple[object, ...]]) -> set[int]:
    """Give the rows that say what the others are: title, notes, ids, headers, and the last."""
    state, position = place
    found: set[int] = set()
    first = None
    for number, values in rows.items():
        token = TOKEN.fullmatch(str(values[0] or "").strip())
        if token is not None:
            first = first or number
            found |= set(range(number, number + int(token["offset"]) + 1))
    found |= set(range(1, first or 1)) | {max(rows, default=1)}
    for part in state.package.related(state.package.sheets[position].part, "comments"):
        found |= {int(row) for row in _COMMENTED.findall(state.package.read(part))}
    return found
