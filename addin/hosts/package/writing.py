"""Applying Changes to a closed workbook: into a new file, checked before it may take its place."""

from __future__ import annotations

import io
import re
import warnings
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName

from addin.hosts.package import appending, cached, sheet_xml
from addin.hosts.package.blocks import clean, put, rename_links, write_block
from addin.hosts.package.carrying import Carrier
from addin.hosts.package.charts import add_charts
from addin.hosts.package.internals import charts, detach, normal_font, set_normal_font
from addin.hosts.package.opening import open_package
from addin.hosts.package.ownership import OldSheet, read_old
from addin.hosts.package.page import set_filter, set_meaning, set_page, set_widths
from addin.hosts.package.placing import Plan, plan
from addin.hosts.package.reading import MARK_NAME, mark_of, read_package
from addin.hosts.package.styles import Styles
from macros.book import address
from macros.texts import Message, Refusal, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from addin.hosts.package.opening import Package
    from macros.book import Book
    from macros.changes import Block, Changes, SheetContent
    from macros.texts import Lang

VERSION: Final = 1
_TITLE_LIMIT: Final = 31
_BAD_TITLE: Final = re.compile(r"[\[\]:*?/\\]")
_PRINT_NAMES: Final = frozenset({"print_titles", "print_area", "_xlnm.print_titles"})


@dataclass(slots=True)
class Applied:
    """What was done: the real title of each sheet by the name it was asked for, and messages."""

    titles: dict[str, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)


def load(package: Package) -> Workbook:
    """Load a workbook that :func:`inspection.losses` has found nothing in."""
    with warnings.catch_warnings():
        # What openpyxl would warn of has been judged already, part by part.
        warnings.simplefilter("ignore")
        return load_workbook(
            io.BytesIO(package.path.read_bytes()),
            rich_text=True,
            keep_vba=package.path.suffix.lower() == ".xlsm",
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
    if take is not None:
        _take(workbook, *take, applied)
    apply_to(workbook, changes, lang, applied)
    written = {title.casefold() for title in applied.titles.values()}
    if take is not None:
        written.add(take[0].casefold())
    if changes.appends or changes.cells or any(title.casefold() in used for title in written):
        workbook.calculation.fullCalcOnLoad = True
    save(workbook, target)
    cached.patch(target, patches(source, workbook, written))
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
        applied.titles[content.name] = _title_for(workbook, content, applied)
    styles = Styles(workbook.worksheets[0]) if workbook.worksheets else None
    for content in changes.sheets:
        _write_sheet(workbook, content, styles, lang, applied.titles)


def _take(workbook: Workbook, title: str, mark: str, applied: Applied) -> None:
    """Make a sheet of hers ours: what stands there goes with the next run.

    Where a sheet of ours already stands beside it, as ``账龄 (回款)``, that one takes its place.
    """
    sheet = workbook[title]
    index = workbook.index(sheet)
    other = next((each for each in workbook.worksheets if sheet_mark(each) == mark), None)
    if other is None:
        set_mark(sheet, mark)
    elif other is not sheet:
        workbook.remove(sheet)
        workbook.move_sheet(other, index - workbook.index(other))
        other.title = title
    applied.messages.append(Message("host.taken", {"sheet": title}))


def create(changes: Changes, lang: Lang, target: Path) -> Applied:
    """Write a new workbook to a file."""
    applied = Applied()
    workbook = create_workbook()
    apply_to(workbook, changes, lang, applied)
    save(workbook, target)
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


def save(workbook: Workbook, target: Path) -> None:
    """Save; texts that no XML can hold were cleaned on the way in."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook.save(target)


def mark_text(mark: str) -> str:
    """Give the text of our mark as a defined name holds it."""
    return f'"{mark};{VERSION}"'


def sheet_mark(sheet: Worksheet) -> str | None:
    """Give the id under which a sheet is ours, or None."""
    name = sheet.defined_names.get(MARK_NAME)
    mark = mark_of(name.attr_text or "") if name is not None else None
    return mark.action if mark else None


def set_mark(sheet: Worksheet, mark: str) -> None:
    """Say that a sheet is ours."""
    sheet.defined_names[MARK_NAME] = DefinedName(MARK_NAME, attr_text=mark_text(mark), hidden=True)


def _title_for(workbook: Workbook, content: SheetContent, applied: Applied) -> str:
    """Give the title of a sheet: that of the marked one, else its own, else one beside hers."""
    if content.mark is not None:
        for sheet in workbook.worksheets:
            if sheet_mark(sheet) == content.mark:
                return sheet.title
    wanted = _BAD_TITLE.sub(" ", content.name)[:_TITLE_LIMIT].strip("'") or "Sheet"
    taken = {title.casefold() for title in (*workbook.sheetnames, *applied.titles.values())}
    title, number = wanted, 1
    while title.casefold() in taken:
        suffix = " (回款)" if number == 1 else f" (回款 {number})"
        title, number = f"{wanted[: _TITLE_LIMIT - len(suffix)]}{suffix}", number + 1
    if title != wanted:
        applied.messages.append(Message("host.sheet_is_hers", {"sheet": wanted, "ours": title}))
    return title


def _write_sheet(
    workbook: Workbook,
    content: SheetContent,
    styles: Styles | None,
    lang: Lang,
    titles: Mapping[str, str],
) -> None:
    title = titles[content.name]
    old_sheet = workbook[title] if title in workbook.sheetnames else None
    index = workbook.index(old_sheet) if old_sheet is not None else None
    old = read_old(old_sheet) if old_sheet is not None else None
    if old_sheet is not None:
        detach(workbook, old_sheet)
    sheet = workbook.create_sheet(title, index)
    styles = styles or Styles(sheet)
    content_plan = plan(_linked(content, titles), old)
    _write_top(sheet, content, content_plan, styles)
    date_1904 = workbook.epoch == CALENDAR_MAC_1904
    for placed in content_plan.blocks:
        write_block(sheet, placed, styles, marked=content_plan.marked, date_1904=date_1904)
    widths: dict[int, tuple[float, bool]] = {}
    if old is not None:
        carrier = Carrier(old, sheet, content_plan, styles)
        carrier.carry(content.archive_heading or text("host.archive", lang))
        widths = carrier.widths()
    _dress(sheet, content, content_plan, widths)
    if content.mark is not None:
        set_mark(sheet, content.mark)
    if old is not None:
        _inherit(sheet, old, content)


def _linked(content: SheetContent, titles: Mapping[str, str]) -> SheetContent:
    """Give the content with its links pointing to the sheets as they are called here."""
    from dataclasses import replace  # noqa: PLC0415 - used here alone

    renamed = {asked: real for asked, real in titles.items() if asked != real}
    if not renamed or not any(block.links for block in content.blocks):
        return content
    return replace(content, blocks=tuple(_with_links(block, renamed) for block in content.blocks))


def _with_links(block: Block, names: Mapping[str, str]) -> Block:
    from dataclasses import replace  # noqa: PLC0415 - used here alone

    links = {
        column: np.array(
            [rename_links(link, names) if isinstance(link, str) else link for link in targets],
            dtype=np.object_,
        )
        for column, targets in block.links.items()
    }
    return replace(block, links=links)


def _write_top(sheet: Worksheet, content: SheetContent, layout: Plan, styles: Styles) -> None:
    row = 0
    if content.title:
        row += 1
        put(sheet, row, layout.first_column, clean(content.title), styles.title())
        sheet.row_dimensions[row].height = 24
    bad_first = sorted(content.notes, key=lambda note: not note.startswith("✗"))
    for note in bad_first:
        row += 1
        style = styles.note(bad=note.startswith("✗"))
        put(sheet, row, layout.first_column, clean(note), style)


def _dress(
    sheet: Worksheet,
    content: SheetContent,
    layout: Plan,
    widths: Mapping[int, tuple[float, bool]],
) -> None:
    set_widths(sheet, layout, widths)
    set_page(sheet, content, layout)
    for number, placed in enumerate(layout.blocks):
        set_meaning(sheet, placed)
        table = _free_table(sheet.parent, placed.block.table) if placed.block.table else ""
        if table or number == 0:
            set_filter(sheet, placed, marked=layout.marked, table=table)
    add_charts(sheet, content.charts, layout)


def _free_table(workbook: Workbook | None, wanted: str) -> str:
    """Give a table name that no other table and no defined name has."""
    if workbook is None:
        return wanted
    taken = {name.casefold() for name in workbook.defined_names}
    for sheet in workbook.worksheets:
        taken |= {name.casefold() for name in sheet.tables}
        taken |= {name.casefold() for name in sheet.defined_names}
    name, number = wanted, 2
    while name.casefold() in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


def _inherit(sheet: Worksheet, old: OldSheet, content: SheetContent) -> None:
    """Keep what belongs to the sheet as a whole: colour of its tab, names, charts of hers."""
    before = old.sheet
    sheet.sheet_properties.tabColor = before.sheet_properties.tabColor
    sheet.sheet_properties.codeName = before.sheet_properties.codeName
    sheet.sheet_state = before.sheet_state
    sheet.sheet_view.tabSelected = before.sheet_view.tabSelected
    sheet.sheet_view.zoomScale = before.sheet_view.zoomScale
    for name, defined in before.defined_names.items():
        if name != MARK_NAME and name.casefold() not in _PRINT_NAMES:
            sheet.defined_names[name] = defined
    ours = {chart.title for chart in content.charts}
    for chart in charts(before):
        if _chart_title(chart) not in ours:
            sheet.add_chart(chart)


def _chart_title(chart: object) -> str:
    """Give the text of a chart's title."""
    rich = getattr(getattr(getattr(chart, "title", None), "tx", None), "rich", None)
    runs = [run for paragraph in getattr(rich, "p", ()) for run in (paragraph.r or ())]
    return "".join(run.t or "" for run in runs)


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
    return sheet_xml.formulas(sheet_xml.plain(source.read(part)))


def patches(
    source: Package, workbook: Workbook, written: Iterable[str]
) -> dict[str, tuple[bytes, Mapping[sheet_xml.Position, sheet_xml.Formula]]]:
    """Give, for each sheet of hers, its new part with the original XML and formulas."""
    parts = {entry.name: entry.part for entry in source.sheets if entry.kind == "worksheet"}
    ours = set(written)
    found: dict[str, tuple[bytes, Mapping[sheet_xml.Position, sheet_xml.Formula]]] = {}
    for number, sheet in enumerate(workbook.worksheets, 1):
        part = parts.get(sheet.title)
        if part and sheet.title.casefold() not in ours:
            original = sheet_xml.plain(source.read(part))
            name = f"xl/worksheets/sheet{number}.xml"
            found[name] = (original, sheet_xml.formulas(original))
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
