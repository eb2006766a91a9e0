"""Taking back what a run wrote while keeping, by key, what she typed since."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from addin.hosts.package.appending import sheet_named
from addin.hosts.package.internals import blank, cell_at, cells, corners, detach
from addin.hosts.package.ownership import read_old
from addin.hosts.package.rescue import Rescue
from addin.hosts.package.sheets import sheet_mark
from addin.hosts.package.styles import Styles
from addin.hosts.package.transplant import transplant
from macros.texts import Message, text

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from addin.store import Appended, Record
    from macros.texts import Lang


class Reverting:
    """One step back in a loaded workbook.

    Parameters
    ----------
    now, before, after : Workbook
        The book as it is, as it was before the run, and as the run left it. ``now`` is changed.
    record : Record
        What the run did.
    lang : {"zh", "en"}
        Language of what is written.
    """

    def __init__(
        self, now: Workbook, before: Workbook, after: Workbook, record: Record, lang: Lang
    ) -> None:
        self._now, self._before, self._after = now, before, after
        self._record = record
        self._lang = lang
        self.messages: list[Message] = []
        self.restored: set[str] = set()

    def revert(self) -> None:
        """Take back sheets of ours, appended rows and cells."""
        for mark, title in self._record.sheets:
            self._revert_sheet(mark, title)
        for appended in self._record.appends:
            self._revert_rows(appended)
        self._revert_cells()
        if self._record.taken:
            self._give_back(self._record.taken)

    def _give_back(self, title: str) -> None:
        """Put back a sheet of hers that was handed over; ours stands beside it again."""
        mark = sheet_mark(sheet_named(self._after, title)) or ""
        now, ours = _marked(self._now, mark), _marked(self._before, mark)
        index = self._now.index(now) if now is not None else None
        if now is not None:
            self.restored |= {now.title.casefold(), title.casefold()}
            if ours is None:
                detach(self._now, now)
            else:
                now.title = ours.title
                self.restored.add(ours.title.casefold())
        transplant(sheet_named(self._before, title), self._now, title, index)

    def _revert_sheet(self, mark: str, title: str) -> None:
        now = _marked(self._now, mark)
        before = _marked(self._before, mark)
        if before is None:
            self._drop(now)
            return
        index = self._now.index(now) if now is not None else None
        wanted = now.title if now is not None else title
        if now is not None:
            detach(self._now, now)
        sheet = transplant(before, self._now, wanted, index)
        self.restored.add(sheet.title.casefold())
        if now is not None:
            written = _marked(self._after, mark)
            rescue = Rescue(read_old(now), read_old(written) if written else None, sheet)
            rescue.rescue(text("host.archive", self._lang), Styles(sheet))
            self._tell("host.undo_merged_cells", sheet, rescue.merged)
            self._tell("host.undo_archived", sheet, rescue.archived)

    def _drop(self, now: Worksheet | None) -> None:
        """Remove a sheet that the run made, unless she wrote on it."""
        if now is None:
            return
        old = read_old(now)
        said = any(
            old.said(block, row) for block in old.blocks.values() for row in block.rows.values()
        )
        if said or any(b.loose for b in old.blocks.values()) or any(old.free_cells()):
            self._tell("host.undo_sheet_kept", now, 1)
        elif len(self._now.sheetnames) > 1:
            self.restored.add(now.title.casefold())
            self._now.remove(now)

    def _tell(self, code: str, sheet: Worksheet, count: int) -> None:
        if count:
            self.messages.append(Message(code, {"sheet": sheet.title, "count": f"{count:,}"}))

    def _revert_rows(self, appended: Appended) -> None:
        """Remove the appended rows that are as they were written; those she changed move up."""
        sheet = sheet_named(self._now, appended.sheet)
        after = sheet_named(self._after, appended.sheet)
        first, last = appended.after + 1, appended.after + appended.count
        width = max(sheet.max_column, after.max_column)
        ours = Counter(_row(after, row, width) for row in range(first, last + 1))
        kept: list[int] = []
        for row in range(first, sheet.max_row + 1):
            values = _row(sheet, row, width)
            if ours[values]:
                ours[values] -= 1
            elif any(values):
                kept.append(row)
        changed = sum(row <= last for row in kept)
        _compact(sheet, first, kept)
        self.restored.add(sheet.title.casefold())
        self._shrink(sheet, appended, appended.after + len(kept))
        self._tell("host.undo_rows_kept", sheet, changed)

    def _shrink(self, sheet: Worksheet, appended: Appended, last: int) -> None:
        for table in sheet.tables.values():
            if table.displayName.casefold() != appended.excel_table.casefold():
                continue
            left, top, right, bottom = corners(table.ref)
            area = f"{get_column_letter(left)}{top}:{get_column_letter(right)}"
            table.ref = f"{area}{min(bottom, max(last, top + 1))}"
            if table.autoFilter is not None:
                table.autoFilter.ref = table.ref

    def _revert_cells(self) -> None:
        for title, row, column in self._record.cells:
            now = sheet_named(self._now, title).cell(row, column)
            written = sheet_named(self._after, title).cell(row, column)
            self.restored.add(title.casefold())
            if now.value == written.value:
                now.value = sheet_named(self._before, title).cell(row, column).value
            else:
                self._tell("host.undo_cells_kept", sheet_named(self._now, title), 1)


def _marked(workbook: Workbook, mark: str) -> Worksheet | None:
    return next((each for each in workbook.worksheets if sheet_mark(each) == mark), None)


def _row(sheet: Worksheet, row: int, width: int) -> tuple[object, ...]:
    values = [
        cell.value if (cell := cell_at(sheet, row, column)) is not None else None
        for column in range(1, width + 1)
    ]
    while values and blank(values[-1]):
        values.pop()
    return tuple(values)


def _compact(sheet: Worksheet, first: int, kept: list[int]) -> None:
    """Keep only these of the rows from ``first`` on, one below the other."""
    here = cells(sheet)
    places = {row: first + number for number, row in enumerate(kept)}
    moving = {at: here.pop(at) for at in [at for at in here if at[0] >= first]}
    for (row, column), cell in moving.items():
        if row in places:
            cell.row = places[row]
            here[places[row], column] = cell
