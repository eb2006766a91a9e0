"""Applying Changes to a closed workbook: into a new file, checked before it may take its place."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from copy import copy
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.writer.excel import ExcelWriter

from addin.hosts.package import appending, cached, sheet_xml
from addin.hosts.package.internals import normal_font, set_normal_font
from addin.hosts.package.opening import open_package
from addin.hosts.package.reading import read_package
from addin.hosts.package.sheets import Applied, set_mark, sheet_mark, title_for, write_sheet
from macros.book import address
from macros.texts import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from addin.hosts.package.body import Body
    from addin.hosts.package.opening import Package
    from macros.book import Book
    from macros.changes import Changes
    from macros.texts import Lang

_STRINGS: Final = "sharedstrings+xml"
_CELLS: Final = re.compile(rb"<((?:\w+:)?)sheetData(?:\s[^>]*)?>.*</\1sheetData>", re.DOTALL)
_RUN: Final = re.compile(rb"<(?:\w+:)?r>")


def load(package: Package, only: frozenset[str] | None = None) -> Workbook:
    """Load a workbook that :func:`inspection.losses` has found nothing in.

    ``only`` are titles in lower case of the sheets whose cells are wanted: the others are there,
    empty, which saves most of the time where one sheet of a large book is looked at.
    """
    content = package.path.read_bytes() if only is None else _emptied(package, only)
    with warnings.catch_warnings():
        # What openpyxl would warn of has been judged already, part by part.
        warnings.simplefilter("ignore")
        return load_workbook(
            io.BytesIO(content),
            rich_text=_has_rich_text(package),
            keep_vba=package.path.suffix.lower() == ".xlsm",
        )


def _emptied(package: Package, only: frozenset[str]) -> bytes:
    """Give a workbook without the cells of its other sheets."""
    others = {
        entry.part.lower()
        for entry in package.sheets
        if entry.kind == "worksheet" and entry.name.casefold() not in only
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for part in package.names:
            content = package.read(part)
            if part.lower() in others:
                content = _CELLS.sub(rb"<\1sheetData/>", content, count=1)
            archive.writestr(part, content)
    return target.getvalue()


def _has_rich_text(package: Package) -> bool:
    """Whether a cell has a text in several looks: openpyxl keeps them, at a price for all."""
    strings = [part for part in package.names if package.content_type(part).endswith(_STRINGS)]
    sheets = [entry.part for entry in package.sheets if entry.kind == "worksheet"]
    return any(_RUN.search(package.read(part)) for part in strings) or any(
        _RUN.search(package.sheet_xml(part)) for part in sheets
    )


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
        The workbook, of which nothing would be lost.
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
        ``no_such_sheet``, ``rows_below``, ``totals_row``; ``value_changed`` where a value of hers
        would not come back as it was.
    """
    workbook = load(source)
    applied = Applied(messages=list(_comment_loss(source)))
    used = _used_sheets(source)
    taken = _take(workbook, *take, applied) if take is not None else set()
    apply_to(workbook, changes, lang, applied)
    written = taken | {title.casefold() for title in applied.titles.values()}
    if changes.appends or changes.cells or any(title.casefold() in used for title in written):
        workbook.calculation.fullCalcOnLoad = True
    save(workbook, target, patches(source, workbook, applied.bodies, written))
    verify(target, before, changes, written)
    return applied


def apply_to(workbook: Workbook, changes: Changes, lang: Lang, applied: Applied) -> None:
    """Apply changes to a loaded workbook: rows and cells of hers first, then sheets of ours."""
    date_1904 = workbook.epoch == CALENDAR_MAC_1904
    for append in changes.appends:
        sheet = appending.sheet_named(workbook, append.sheet)
        appending.append_rows(sheet, append, date_1904=date_1904)
    for change in changes.cells:
        appending.set_cell(
            appending.sheet_named(workbook, change.sheet), change, date_1904=date_1904
        )
    for content in changes.sheets:
        applied.titles[content.name] = title_for(workbook, content, applied, lang)
    for content in changes.sheets:
        write_sheet(workbook, content, lang, applied)


def _take(workbook: Workbook, title: str, mark: str, applied: Applied) -> set[str]:
    """Make a sheet of hers ours: what stands there goes with the next run.

    Where a sheet of ours already stands beside it, as ``账龄 (回款)``, that one takes its place.
    Give the titles, in lower case, of which the book is no longer what it was.
    """
    changed = {title.casefold()}
    sheet = workbook[title]
    index = workbook.index(sheet)
    other = next((each for each in workbook.worksheets if sheet_mark(each) == mark), None)
    if other is None:
        set_mark(sheet, mark)
    elif other is not sheet:
        changed.add(other.title.casefold())
        workbook.remove(sheet)
        workbook.move_sheet(other, index - workbook.index(other))
        other.title = title
    applied.messages.append(Message("host.taken", {"sheet": title}))
    return changed


def create(changes: Changes, lang: Lang, target: Path) -> Applied:
    """Write a new workbook to a file."""
    applied = Applied()
    workbook = create_workbook()
    apply_to(workbook, changes, lang, applied)
    save(workbook, target, patches(None, workbook, applied.bodies, ()))
    with open_package(target) as package:
        read_package(package)
    return applied


def create_workbook() -> Workbook:
    """Give an empty workbook, without a sheet; it cannot be saved before it has one."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    font = copy(normal_font(workbook))
    font.name, font.family, font.scheme = "等线", 2, None
    set_normal_font(workbook, font)
    return workbook


def save(workbook: Workbook, target: Path, patched: Mapping[str, Callable[[bytes], bytes]]) -> None:
    """Save a workbook, its parts patched on their way into the file.

    openpyxl writes into memory without packing: what it writes is packed once, when it is final.
    """
    plain = io.BytesIO()
    now = dt.datetime.now(tz=dt.UTC).replace(tzinfo=None)
    workbook.properties.modified = now
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        writer = cast("Any", ExcelWriter)(workbook, zipfile.ZipFile(plain, "w"))
        writer.save()
    cached.patch(plain, target, patched)


def _used_sheets(source: Package) -> set[str]:
    """Give titles of sheets that a formula or a name of the workbook mentions, in lower case."""
    formulas = b"\n".join(
        b"\n".join(one.text for one in _formulas(source, entry.part).values())
        for entry in source.sheets
        if entry.kind == "worksheet"
    ).decode(errors="replace")
    said = "\n".join((formulas, *(name.text for name in source.defined_names))).casefold()
    return {entry.name.casefold() for entry in source.sheets if f"{entry.name.casefold()}" in said}


def _formulas(source: Package, part: str) -> dict[sheet_xml.Position, sheet_xml.Formula]:
    return sheet_xml.formulas(source.sheet_xml(part))


def patches(
    source: Package | None,
    workbook: Workbook,
    bodies: Mapping[str, Body],
    written: Iterable[str],
) -> dict[str, Callable[[bytes], bytes]]:
    """Give, by part of the saved workbook, what is to be done to it.

    Sheets of ours get their rows; those of hers (all but ``written``, titles in lower case) get
    back the cached values and the elements that openpyxl dropped.
    """
    entries = source.sheets if source else ()
    parts = {entry.name: entry.part for entry in entries if entry.kind == "worksheet"}
    ours = set(written)
    found: dict[str, Callable[[bytes], bytes]] = {}
    for number, sheet in enumerate(workbook.worksheets, 1):
        part = f"xl/worksheets/sheet{number}.xml"
        if sheet.title in bodies:
            found[part] = bodies[sheet.title].into
        elif source and sheet.title in parts and sheet.title.casefold() not in ours:
            found[part] = cached.restorer(source.sheet_xml(parts[sheet.title]))
    return found


def verify(target: Path, before: Book, changes: Changes, written: Iterable[str]) -> None:
    """Read the new file: it must open, and every value of hers must be what it was."""
    ours = set(written)
    touched = {append.sheet.casefold(): append.after for append in changes.appends}
    single = {(c.sheet.casefold(), c.row, c.column) for c in changes.cells}
    with open_package(target) as package:
        after = read_package(package)
    for sheet in before.sheets:
        name = sheet.name.casefold()
        if name in ours:
            continue
        new = after.sheet(sheet.name)
        if new is None:
            raise Refusal("value_changed", sheet.name)
        rows = min(touched.get(name, sheet.cells.shape[0]), sheet.cells.shape[0])
        for row, column in _differences(sheet.cells[:rows], new.cells):
            if (name, row, column) not in single:
                raise Refusal("value_changed", f"{sheet.name}!{address(row, column)}")


def _differences(
    before: np.ndarray[tuple[int, ...], np.dtype[np.object_]],
    after: np.ndarray[tuple[int, ...], np.dtype[np.object_]],
) -> list[tuple[int, int]]:
    """Give the 1-based places whose values differ; trailing blanks count as none."""
    padded = np.full(before.shape, None, dtype=np.object_)
    rows = min(before.shape[0], after.shape[0])
    columns = min(before.shape[1], after.shape[1])
    padded[:rows, :columns] = after[:rows, :columns]
    return [
        (row + 1, column + 1)
        for row, column in np.argwhere(before != padded).tolist()
        if not _equal(before[row, column], padded[row, column])
    ]


def _equal(one: object, other: object) -> bool:
    """Compare values; a time of day may differ by less than a millisecond."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= max(1e-8, 1e-15 * abs(one))
    return one == other


def _comment_loss(source: Package) -> Iterable[Message]:
    """Say that bold in comments goes: the text stays."""
    for part in source.names:
        if source.content_type(part).endswith("comments+xml") and re.search(
            rb"<(?:\w+:)?[biu]\s*/>", source.read(part)
        ):
            yield Message("host.comment_format", {})
            return
