"""Taking back what a run wrote while keeping what she did since.

Rows and cells of hers are patched back. A sheet of ours comes back from the state before as it
stood; where she has typed on it since, it is made again in a scratch book, and what she typed is
merged into it by key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.hosts.package.container import sheet_xml
from addin.hosts.package.container.parts import Parts
from addin.hosts.package.container.referring import listed, references, retitle, retitled
from addin.hosts.package.container.stylesheet import stylesheet_of
from addin.hosts.package.container.workbook_part import OURS, WorkbookPart
from addin.hosts.package.hers.patching import drop_calc_chain
from addin.hosts.package.hers.ranges import tables_of
from addin.hosts.package.ours.anchors import Drawing
from addin.hosts.package.ours.body import Body
from addin.hosts.package.ours.grafting import Grafting
from addin.hosts.package.ours.internals import attach
from addin.hosts.package.ours.marks import chart_sums, homes, marks
from addin.hosts.package.ours.missing_ids import ids_gone, refuse_if_ids_gone
from addin.hosts.package.ours.ownership import read_old
from addin.hosts.package.ours.places import free_title
from addin.hosts.package.ours.scratch import open_scratch, saved
from addin.hosts.package.ours.standing import Standing
from addin.hosts.package.ours.styles import Styles
from addin.hosts.package.recalculating import needs_recalculation
from addin.hosts.package.undoing.bringing import Bringing
from addin.hosts.package.undoing.merging import Merging
from addin.hosts.package.undoing.rescue import Rescue
from addin.hosts.package.undoing.sheet_drawing import set_drawing
from addin.hosts.package.undoing.sheet_states import coloured_on, drawn_on, typed_on
from addin.hosts.package.undoing.withdrawing import Withdrawing
from macros.texts import Message, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from addin.hosts.package.container.opening import Package
    from addin.hosts.package.undoing.withdrawing import State
    from addin.store import Record
    from macros.texts import Lang


class Reverting:
    """One step back in a book that was changed since.

    Parameters
    ----------
    now, before, after : State
        The book as it is, as it was before the run, and as the run left it.
    record : Record
        What the run did.
    lang : {"zh", "en"}
        Language of what is written.

    Attributes
    ----------
    messages : list of Message
        What the person is to know.
    restored : set of str
        Titles, in lower case, of the sheets that are no longer what they were.
    """

    def __init__(self, now: State, before: State, after: State, record: Record, lang: Lang) -> None:
        self._now, self._before, self._after = now, before, after
        self._record, self._lang = record, lang
        self.parts = Parts(now.package)
        self._stylesheet = stylesheet_of(self.parts)
        self._bringing = Bringing(self.parts, self._stylesheet, before.package)
        self._titles = {entry.name.casefold() for entry in now.package.sheets}
        self._gone: list[int] = []
        self._formulas_changed = False
        self.messages: list[Message] = []
        self.restored: set[str] = set()

    def revert(self, target: Path) -> None:
        """Take everything back and write the book to a file."""
        record = self._record
        states = self._now, self._before, self._after
        rows = Withdrawing(self.parts, states, self._bringing)
        for appended in record.appends:
            rows.rows(appended)
            self.restored.add(appended.sheet.casefold())
        rows.cells(record.cells)
        self.restored |= {title.casefold() for title, _, _ in record.cells}
        self.messages += rows.messages
        self._formulas_changed |= rows.formulas_changed
        self._workbook = WorkbookPart(self.parts)
        taken = self._taken_mark()
        for mark, title in record.sheets:
            if mark != taken:
                self._sheet(mark, title)
        if taken is not None:
            self._give_back(taken, record.taken)
        self._finish(target)

    def _finish(self, target: Path) -> None:
        for position in sorted(self._gone, reverse=True):
            self._workbook.remove_sheet(position)
        self._stylesheet.save(self.parts)
        if self._formulas_changed:
            drop_calc_chain(self.parts)
        if needs_recalculation(self._now.package, self.restored):
            self._workbook.request_calculation()
        self._workbook.save()
        self.parts.drop_unreachable()
        self.parts.write(target)

    def _taken_mark(self) -> str | None:
        """Give the mark that a sheet of hers got when it was handed over."""
        for position, mark in marks(self._after.package).items():
            name = self._after.package.sheets[position].name
            if self._record.taken and name.casefold() == self._record.taken.casefold():
                return mark.action
        return None

    def _sheet(self, mark: str, title: str) -> None:
        """Bring back a sheet of ours; one that the run made goes."""
        now, before = _marked(self._now.package, mark), _marked(self._before.package, mark)
        if before is not None:
            self._restore(mark, now, before, title)
        elif now is not None and self._hers_on(mark, now):
            name = self._now.package.sheets[now].name
            self.messages.append(Message("host.undo_sheet_kept", {"sheet": name, "count": "1"}))
        elif now is not None and (places := self._referring(mark, now)):
            self.messages.append(
                Message(
                    "host.undo_sheet_referred",
                    {
                        "sheet": self._now.package.sheets[now].name,
                        "places": listed(places, self._lang),
                        "count": f"{len(places):,}",
                    },
                )
            )
        elif now is not None and len(self._now.package.sheets) > len(self._gone) + 1:
            self._gone.append(now)
            self._formulas_changed |= bool(_formulas(self._now.package, now))
            self.restored.add(self._now.package.sheets[now].name.casefold())

    def _referring(self, mark: str, position: int) -> list[str]:
        """Give what refers to a sheet that the run made, as nothing did when the run ended."""
        package, after = self._now.package, self._after.package
        tables = [table.name for table in tables_of(self.parts, package.sheets[position].part)]
        left = _marked(after, mark)
        known = references(after, left, tables=tables) if left is not None else ()
        return [each for each in references(package, position, tables=tables) if each not in known]

    def _hers_on(self, mark: str, position: int) -> bool:
        """Whether she wrote or drew on a sheet that the run made."""
        if drawn_on(self._now.package, position):
            return True
        left = _marked(self._after.package, mark)
        if left is not None and not typed_on(self._now, position, self._after, left):
            return False
        old = read_old(_loaded(self._now.package, position))
        return (
            ids_gone(old)  # nothing says what is hers, so the sheet is
            or any(
                old.said(block, row) for block in old.blocks.values() for row in block.rows.values()
            )
            or any(block.loose for block in old.blocks.values())
            or any(old.free_cells())
        )

    def _restore(
        self, mark: str, now: int | None, before: int, title: str, *, beside: bool = False
    ) -> None:
        """Bring a sheet of ours back as it was; ``beside`` as a new sheet of this title."""
        package = self._now.package
        part = None if now is None or beside else package.sheets[now].part
        left = _marked(self._after.package, mark)
        if now is None or (left is not None and not typed_on(self._now, now, self._after, left)):
            made = self._as_it_was(now, before, part)
        else:
            made = self._merged(now, before, left, part)
        if part is None or now is None:
            title, _ = free_title(title, self._titles, self._lang)
            self._titles.add(title.casefold())
            position = self._workbook.add_sheet(title, made)
        else:
            position, title = now, package.sheets[now].name
            self._formulas_changed |= (
                _formulas(package, now).keys()
                != sheet_xml.formulas(sheet_xml.plain(self.parts.read(made))).keys()
            )
        self._formulas_changed |= part is None and bool(_formulas(self._before.package, before))
        self._workbook.set_names(position, self._names(before, title, now))
        self.restored.add(title.casefold())

    def _as_it_was(self, now: int | None, before: int, part: str | None) -> str:
        """Bring a sheet that nobody typed on; pictures of hers stay as they are now."""
        package = self._now.package
        there = None if now is None else package.sheets[now].part
        drawing = next(iter(package.related(there, "drawing")), None) if there else None
        source = self._before.package.sheets[before].part
        if part is None:
            return self._bringing.sheet(source, None)
        sums = chart_sums(package).get(now, frozenset()) if now is not None else frozenset()
        made = self._bringing.sheet(source, part, without={"drawing"})
        self._draw(made, Drawing(self.parts, drawing, sums), before)
        return made

    def _merged(self, now: int, before: int, left: int | None, part: str | None) -> str:
        """Give a sheet as it was, with what she typed since merged in."""
        headings = text("host.archive", self._lang), text("host.key", self._lang)
        # The quick way looks at what cells say, not at their colours.
        coloured = left is None or coloured_on(self._now.package, now, self._after.package, left)
        if left is not None and part is not None and not coloured:
            places = (self._now, now), (self._before, before), (self._after, left)
            merging = Merging(*places)
            merged = merging.rescue(headings) if merging.simple() else None
            if merged is not None:
                made = self._as_it_was(now, before, part)
                merged.write(self.parts, made, self._stylesheet)
                self._tell(now, merged.merged, merged.archived)
                return made
        return self._made_again(now, before, left, part)

    def _tell(self, now: int, merged: int, archived: int) -> None:
        name = self._now.package.sheets[now].name
        codes = ("host.undo_merged_cells", merged), ("host.undo_archived", archived)
        self.messages += [
            Message(code, {"sheet": name, "count": f"{count:,}"}) for code, count in codes if count
        ]

    def _made_again(self, now: int, before: int, left: int | None, part: str | None) -> str:
        """Make a sheet again from cells, as it was, with what she did since."""
        scratch = open_scratch(self._before.package, [before])
        sheet = scratch.old[before]
        attach(scratch.workbook, sheet)
        written = read_old(_loaded(self._after.package, left)) if left is not None else None
        typed = read_old(_loaded(self._now.package, now))
        refuse_if_ids_gone(self._now.package.path.name, typed)
        rescue = Rescue(typed, written, sheet)
        headings = text("host.archive", self._lang), text("host.key", self._lang)
        rescue.rescue(headings, Styles(sheet))
        self._tell(now, rescue.merged, rescue.archived)
        sums = chart_sums(self._now.package).get(now, frozenset())
        old = Standing(self.parts, part, self._now.package.sheets[now].part, sums)
        graft = Grafting(self.parts, self._stylesheet, saved(scratch.workbook), 0, 0)
        made = graft.sheet(1, Body(), old)
        drawing = next(iter(self.parts.related(made, "drawing")), None)
        self._draw(made, Drawing(self.parts, drawing, ()), before)
        return made

    def _draw(self, part: str, drawing: Drawing, before: int) -> None:
        """Put our charts of before on a sheet, beside what is hers."""
        package = self._before.package
        there = next(iter(package.related(package.sheets[before].part, "drawing")), None)
        sums = chart_sums(package).get(before, frozenset())
        set_drawing(self.parts, part, drawing.draw(package, there, sums))

    def _names(self, before: int, title: str, now: int | None) -> Mapping[str, tuple[str, bool]]:
        """Give the names scoped to a sheet before; hers that are there now stay as they are."""
        package = self._before.package
        old = package.sheets[before].name
        there = {
            each.name
            for each in self._now.package.defined_names
            if each.sheet == now and each.name not in OURS
        }
        return {
            each.name: (retitled(each.text, old, title), each.name in OURS)
            for each in package.defined_names
            if each.sheet == before and each.name not in there
        }

    def _give_back(self, mark: str, title: str) -> None:
        """Put back a sheet of hers that was handed over; ours stands beside it again."""
        package = self._now.package
        now, ours = _marked(package, mark), _marked(self._before.package, mark)
        hers = _titled(self._before.package, title)
        if hers is None:
            return
        if ours is not None:
            name = self._before.package.sheets[ours].name
            self._restore(mark, now, ours, name, beside=True)
        elif now is not None and self._hers_on(mark, now):
            self._keep_beside(now)
        source = self._before.package.sheets[hers].part
        if now is None:
            title, _ = free_title(title, self._titles, self._lang)
            position = self._workbook.add_sheet(title, self._bringing.sheet(source, None))
        else:
            position, title = now, package.sheets[now].name
            self._bringing.sheet(source, package.sheets[now].part)
        self._formulas_changed = True
        self._workbook.set_names(position, self._names(hers, title, now))
        self.restored |= {title.casefold(), self._record.taken.casefold()}

    def _keep_beside(self, now: int) -> None:
        """Let a sheet of ours that she wrote on stand beside hers that comes back."""
        package = self._now.package
        entry = package.sheets[now]
        made = Bringing(self.parts, self._stylesheet, package).sheet(entry.part, None)
        title, _ = free_title(entry.name, self._titles, self._lang)
        retitle(self.parts, made, entry.name, title)
        self._titles.add(title.casefold())
        position = self._workbook.add_sheet(title, made)
        names = {
            each.name: (retitled(each.text, entry.name, title), each.name in OURS)
            for each in package.defined_names
            if each.sheet == now
        }
        self._workbook.set_names(position, names)
        self.messages.append(Message("host.undo_sheet_kept", {"sheet": title, "count": "1"}))


def _loaded(package: Package, position: int) -> Worksheet:
    return open_scratch(package, [position]).old[position]


def _formulas(package: Package, position: int) -> Mapping[sheet_xml.Position, sheet_xml.Formula]:
    return sheet_xml.formulas(package.sheet_xml(package.sheets[position].part))


def _marked(package: Package, mark: str) -> int | None:
    return homes(package).get(mark)


def _titled(package: Package, title: str) -> int | None:
    for position, entry in enumerate(package.sheets):
        if entry.name.casefold() == title.casefold():
            return position
    return None
