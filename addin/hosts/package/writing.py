"""Applying Changes to a closed workbook: into a new file, checked before it may take its place.

Her parts are copied as they stand. Sheets of hers are patched in their XML; sheets of ours are made
in a scratch book and brought over, part by part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.hosts.package.container import sheet_xml
from addin.hosts.package.container.opening import open_package
from addin.hosts.package.container.parts import Parts
from addin.hosts.package.container.referring import retitle
from addin.hosts.package.container.stylesheet import stylesheet_of
from addin.hosts.package.container.workbook_part import WorkbookPart
from addin.hosts.package.hers.patching import Patching, drop_calc_chain
from addin.hosts.package.ours.grafting import Grafting
from addin.hosts.package.ours.inspection import refuse_if_lossy
from addin.hosts.package.ours.marks import HANDED, MARK_NAME, chart_sums, mark_text
from addin.hosts.package.ours.places import Taken, new_places, places
from addin.hosts.package.ours.places import take as taking
from addin.hosts.package.ours.placing import row_keys
from addin.hosts.package.ours.scratch import Scratch, open_scratch, saved
from addin.hosts.package.ours.sheets import Applied, write_sheet
from addin.hosts.package.ours.standing import Standing
from addin.hosts.package.ours.thinning import Wanted
from addin.hosts.package.ours.whole import create_workbook, save
from addin.hosts.package.reading import read_package
from addin.hosts.package.recalculating import needs_recalculation
from addin.hosts.package.verifying import verify
from macros.texts import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from addin.hosts.package.container.opening import Package
    from addin.hosts.package.container.stylesheet import Stylesheet
    from addin.hosts.package.ours.places import Place
    from macros.book import Book
    from macros.changes import Changes
    from macros.texts import Lang


def apply(  # noqa: PLR0913 - a workbook, what to do with it, and where it goes
    source: Package,
    before: Book,
    changes: Changes,
    lang: Lang,
    target: Path,
    *,
    take: tuple[str, str] | None = None,
) -> Applied:
    """Apply changes to a workbook and write the result to another file.

    Parameters
    ----------
    source : Package
        The workbook.
    before : Book
        The same, read: her values must be the same afterwards.
    changes : Changes
        What is wanted.
    lang : {"zh", "en"}
        Language of what the host itself writes.
    target : Path
        The file to write; it is overwritten.
    take : tuple of str, optional
        Title and mark of a sheet of hers that becomes ours.

    Raises
    ------
    Refusal
        As :class:`patching.Patching` and
        :func:`places.take`; ``part_changed`` and ``value_changed`` where
        something of hers would not come back as it was.
    """
    applied = Applied()
    parts = Parts(source)
    stylesheet = stylesheet_of(parts)
    patching = Patching(parts, stylesheet)
    for append in changes.appends:
        patching.append(append)
    patching.set(changes.cells)
    applied.messages += patching.messages
    taken = taking(source, take, lang)
    found, messages = places(source, changes.sheets, taken, lang)
    applied.messages += messages
    replaced = {at for place in found for at in (place.position, place.old) if at is not None}
    refuse_if_lossy(source, sorted(replaced), lang)
    if take is not None:
        applied.messages.append(Message("host.taken", {"sheet": take[0]}))
    work = _Making(parts, stylesheet)
    work.make(found, applied, lang)
    if taken is not None:
        work.hand_over(taken)
    stylesheet.save(parts)
    if patching.formulas_changed or work.formulas_changed:
        drop_calc_chain(parts)
    touched = {each.sheet.casefold() for each in changes.appends}
    touched |= {each.sheet.casefold() for each in changes.cells}
    if needs_recalculation(source, touched | work.written):
        work.workbook.request_calculation()
    work.workbook.save()
    parts.drop_unreachable()
    parts.write(target)
    verify(target, before, changes, work.written, parts=parts)
    return applied


class _Making:
    """The sheets of ours of one run.

    Attributes
    ----------
    workbook : WorkbookPart
        The main part, not saved yet.
    written : set of str
        Titles, in lower case, of the sheets that are no longer what they were.
    formulas_changed : bool
        Whether formula cells came or went.
    """

    def __init__(self, parts: Parts, stylesheet: Stylesheet) -> None:
        self._parts, self._stylesheet = parts, stylesheet
        self._package = parts.package
        self._sums = chart_sums(parts.package)
        self._made: set[str] = set()
        self.workbook = WorkbookPart(parts)
        self.written: set[str] = set()
        self.formulas_changed = False

    def make(self, found: Sequence[Place], applied: Applied, lang: Lang) -> None:
        """Make sheets in a scratch book and bring them over."""
        if not found:
            return
        old = [place.old for place in found if place.old is not None]
        handed = [place.old for place in found if place.handed and place.old is not None]
        wanted = {place.old: _wanted(place) for place in found if place.old is not None}
        scratch = open_scratch(self._package, old, emptied=handed, wanted=wanted)
        applied.titles |= {place.content.name: place.title for place in found}
        for place in found:
            write_sheet(scratch, place, lang, applied)
        book = saved(scratch.workbook)
        graft = Grafting(self._parts, self._stylesheet, book, scratch.looks, scratch.dxfs)
        for number, place in enumerate(found):
            self._bring(graft, book, number, place, applied)

    def _bring(
        self, graft: Grafting, book: Package, number: int, place: Place, applied: Applied
    ) -> None:
        """Bring over the sheet that has this position in the saved scratch book."""
        at, sheets = place.position, self._package.sheets
        there = sheets[at].part if at is not None else None
        old = Standing(
            self._parts,
            there,
            sheets[place.old].part if place.old is not None else None,
            self._sums.get(place.old, frozenset()) if place.old is not None else frozenset(),
            applied.relocations.get(place.title),
            handed=place.handed,
        )
        part = graft.sheet(number + 1, applied.bodies[place.title], old)
        position = self.workbook.add_sheet(place.title, part) if at is None else at
        self.workbook.set_names(position, _names(book, number))
        self.formulas_changed |= self._formulas_moved(there, part)
        self.written.add(place.title.casefold())
        if place.content.mark is not None:
            self._made.add(place.content.mark)

    def _formulas_moved(self, before: str | None, now: str) -> bool:
        """Whether other cells have formulas than before."""
        new = sheet_xml.formulas(self._parts.read(now)).keys()
        old = sheet_xml.formulas(self._package.sheet_xml(before)).keys() if before else set()
        return new != old

    def hand_over(self, taken: Taken) -> None:
        """Make a sheet of hers ours.

        Where a sheet of ours of that mark stands beside it, as ``账龄 (回款)``, it goes: what is
        hers on it is on the new one.
        """
        self.written.add(taken.title.casefold())
        if taken.beside is None:
            if taken.mark not in self._made:
                names = {MARK_NAME: (mark_text(taken.mark, HANDED), True)}
                self.workbook.set_names(taken.position, names)
            return
        ours = self._package.sheets[taken.beside]
        self.written.add(ours.name.casefold())
        if taken.mark in self._made:
            self.workbook.remove_sheet(taken.beside)
        else:
            self.workbook.move_into(taken.beside, taken.position)
            retitle(self._parts, ours.part, ours.name, taken.title)


def _wanted(place: Place) -> dict[str, Wanted]:
    """Give what is known of the blocks of a sheet before the old one is read."""
    return {
        block.id: Wanted(
            frozenset(row_keys(block)),
            {column.id for column in block.columns if column.id in block.data},
        )
        for block in place.content.blocks
    }


def _names(book: Package, number: int) -> Mapping[str, tuple[str, bool]]:
    """Give the names scoped to a sheet of the scratch book, each with its text; ours are hidden."""
    return {
        one.name: (one.text, one.name.startswith(("_huikuan", "_xlnm._")))
        for one in book.defined_names
        if one.sheet == number
    }


def create(changes: Changes, lang: Lang, target: Path) -> Applied:
    """Write a new workbook to a file."""
    applied = Applied()
    scratch = Scratch(create_workbook())
    found = new_places(changes.sheets, lang)
    applied.titles |= {place.content.name: place.title for place in found}
    for place in found:
        write_sheet(scratch, place, lang, applied)
    save(scratch.workbook, target, applied.bodies)
    with open_package(target) as package:
        read_package(package)
    return applied
