"""Making a sheet of ours, again or for the first time, with what is hers put back."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName

from addin.hosts.package.ours.blocks import clean, put, rename_links, write_block
from addin.hosts.package.ours.body import Body
from addin.hosts.package.ours.carrying import Carrier
from addin.hosts.package.ours.charts import add_charts
from addin.hosts.package.ours.inspection import refuse_table
from addin.hosts.package.ours.internals import corners, look_numbered, make_cell, wear
from addin.hosts.package.ours.marks import (
    CHARTS_NAME,
    MARK_NAME,
    charts_of,
    charts_text,
    mark_of,
    mark_text,
)
from addin.hosts.package.ours.missing_ids import refuse_if_ids_gone
from addin.hosts.package.ours.ownership import KEY_COLUMN, OldSheet, line_token, read_old
from addin.hosts.package.ours.page import set_filter, set_meaning, set_page, set_widths
from addin.hosts.package.ours.placing import Plan, plan
from addin.hosts.package.ours.styles import Styles
from macros.texts import Message, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

    from addin.hosts.package.ours.places import Place
    from addin.hosts.package.ours.relocation import Relocation
    from addin.hosts.package.ours.scratch import Scratch
    from macros.changes import Block, SheetContent
    from macros.texts import Lang


@dataclass(slots=True)
class Applied:
    """What was done to a workbook.

    ``titles`` gives the real title of each sheet by the name it was asked for, ``bodies`` the
    rows of each by its real title; they are laid in after saving. ``relocations`` say of the
    sheets made again where their rows and columns went.
    """

    titles: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    relocations: dict[str, Relocation] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)


def sheet_mark(sheet: Worksheet) -> str | None:
    """Give the id under which a sheet is ours, or None."""
    name = sheet.defined_names.get(MARK_NAME)
    mark = mark_of(name.attr_text or "") if name is not None else None
    return mark.action if mark else None


def set_mark(sheet: Worksheet, mark: str, titles: Iterable[str] = ()) -> None:
    """Say that a sheet is ours, and which charts of it are."""
    _name(sheet, MARK_NAME, mark_text(mark))
    listed = charts_text(titles)
    if charts_of(listed):
        _name(sheet, CHARTS_NAME, listed)


def _name(sheet: Worksheet, name: str, text: str) -> None:
    sheet.defined_names[name] = DefinedName(name, attr_text=text, hidden=True)


def write_sheet(scratch: Scratch, place: Place, lang: Lang, applied: Applied) -> None:
    """Make a sheet in the scratch book, with what is hers on the old one carried over."""
    content, title = place.content, place.title
    old_sheet = scratch.old.get(place.old) if place.old is not None else None
    old = read_old(old_sheet) if old_sheet is not None else None
    if old is not None and not place.handed:
        refuse_if_ids_gone(scratch.book, old)
    sheet = scratch.workbook.create_sheet(title)
    styles = Styles(sheet)
    body = applied.bodies[title] = Body()
    content_plan = plan(_linked(content, applied.titles), old)
    _write_top(sheet, content, content_plan, styles)
    date_1904 = scratch.workbook.epoch == CALENDAR_MAC_1904
    for placed in content_plan.blocks:
        marked = content_plan.marked
        write_block(
            sheet, body, placed, styles, marked=marked, date_1904=date_1904,
            key_heading=text("host.key", lang),
        )  # fmt: skip
    widths: dict[int, tuple[float, bool]] = {}
    if old is not None:
        _bring_blanks(scratch, place.old or 0, old, styles)
        carrier = Carrier(old, sheet, content_plan, styles)
        carrier.carry(content.archive_heading or text("host.archive", lang))
        widths = carrier.widths()
        if old.blocks:
            applied.relocations[title] = carrier.relocation()
        dropped = sum(len(archive.rows) for archive in content_plan.archives)
        if dropped:
            applied.messages.append(
                Message("host.archived", {"sheet": title, "count": f"{dropped:,}"})
            )
    set_widths(sheet, body, content_plan, widths)
    set_page(sheet, content, content_plan)
    if old is not None:
        _refuse_tables_apart(scratch.book, old, lang)
    _set_meanings(sheet, content_plan, _Tables(scratch.names, old), lang)
    add_charts(sheet, content.charts, content_plan)
    if content.mark is not None:
        set_mark(sheet, content.mark, [chart.title for chart in content.charts])
    if old is not None:
        _inherit(sheet, old)


def _linked(content: SheetContent, titles: Mapping[str, str]) -> SheetContent:
    """Give the content with its links pointing to the sheets as they are called here."""
    renamed = {asked: real for asked, real in titles.items() if asked != real}
    if not renamed or not any(block.links for block in content.blocks):
        return content
    return replace(content, blocks=tuple(_with_links(block, renamed) for block in content.blocks))


def _with_links(block: Block, names: Mapping[str, str]) -> Block:
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
        _put_line(sheet, row, layout, content.title, styles, styles.title())
        sheet.row_dimensions[row].height = 24
    bad = [(note, styles.note(bad=True)) for note in content.notes if note.startswith("✗")]
    lead = [(content.lead, styles.lead())] if content.lead else []
    rest = [(note, styles.note(bad=False)) for note in content.notes if not note.startswith("✗")]
    for line, style in (*bad, *lead, *rest):
        row += 1
        _put_line(sheet, row, layout, line, styles, style)
        if line == content.lead:
            sheet.row_dimensions[row].height = 20


def _put_line(  # noqa: PLR0913, PLR0917 - a line, where it goes and how it looks
    sheet: Worksheet, row: int, layout: Plan, line: str, styles: Styles, style: StyleArray
) -> None:
    put(sheet, row, layout.first_column, clean(line), style)
    if layout.marked:
        put(sheet, row, KEY_COLUMN, line_token(clean(line)), styles.machine())


def _set_meanings(sheet: Worksheet, layout: Plan, tables: _Tables, lang: Lang) -> None:
    for number, placed in enumerate(layout.blocks):
        set_meaning(sheet, placed)
        table = tables.name(placed.block)
        if table or number == 0:
            set_filter(sheet, placed, marked=layout.marked, table=table, lang=lang)


def _bring_blanks(scratch: Scratch, position: int, old: OldSheet, styles: Styles) -> None:
    """Make the blank cells of hers that were not loaded, where they have a look she gave them."""
    for number, places in scratch.blanks.get(position, {}).items():
        look = look_numbered(scratch.workbook, number)
        if not styles.ours(look):
            for row, column in places:
                wear(make_cell(old.sheet, row, column), copy(look))


def _refuse_tables_apart(book: str, old: OldSheet, lang: Lang) -> None:
    """Refuse where a table of hers stands on a sheet of ours apart from our rows.

    Its rows are carried as rows of hers, to another place, but the table would be lost.
    """
    headers = {block.header_row for block in old.blocks.values()}
    for table in old.sheet.tables.values() if headers else ():
        if corners(table.ref)[1] not in headers:
            raise refuse_table(book, old.sheet.title, str(table.displayName), lang)


class _Tables:
    """Names for the tables of a sheet; formulas refer to them, so a name stays once it is there.

    Parameters
    ----------
    taken : set of str
        Names of tables and defined names of the book, in lower case; it grows.
    old : OldSheet, optional
        The sheet as it stands.
    """

    def __init__(self, taken: set[str], old: OldSheet | None) -> None:
        self._taken = taken
        self._old = old

    def name(self, block: Block) -> str:
        """Give the name of a block's table: the one it has, else the one asked for; "" for none."""
        here = self._standing(block.id)
        if here or not block.table:
            return here
        name, number = block.table, 2
        while name.casefold() in self._taken:
            name, number = f"{block.table}_{number}", number + 1
        self._taken.add(name.casefold())
        return name

    def _standing(self, block: str) -> str:
        """Give the name of the table that has the header of a block, hers too."""
        before = self._old.blocks.get(block) if self._old is not None else None
        if self._old is None or before is None:
            return ""
        for table in self._old.sheet.tables.values():
            if corners(table.ref)[1] == before.header_row:
                return str(table.displayName)
        return ""


def _inherit(sheet: Worksheet, old: OldSheet) -> None:
    """Keep what belongs to the sheet as a whole: the colour of its tab, its protection, its zoom.

    Its state, its place and the names scoped to it are the book's, which keeps them.
    """
    before = old.sheet
    sheet.sheet_properties.tabColor = before.sheet_properties.tabColor
    sheet.sheet_properties.codeName = before.sheet_properties.codeName
    sheet.protection = before.protection
    sheet.sheet_view.tabSelected = before.sheet_view.tabSelected
    sheet.sheet_view.zoomScale = before.sheet_view.zoomScale
