"""Making a sheet of ours, again or for the first time, with what is hers put back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName

from addin.hosts.package.blocks import clean, put, rename_links, write_block
from addin.hosts.package.body import Body
from addin.hosts.package.carrying import Carrier
from addin.hosts.package.charts import add_charts
from addin.hosts.package.internals import charts, detach
from addin.hosts.package.marks import (
    CHARTS_NAME,
    MARK_NAME,
    NAMES,
    chart_sum,
    charts_of,
    charts_text,
    mark_of,
    mark_text,
)
from addin.hosts.package.ownership import OldSheet, read_old
from addin.hosts.package.page import set_filter, set_meaning, set_page, set_widths
from addin.hosts.package.placing import Plan, plan
from addin.hosts.package.styles import Styles
from macros.texts import Message, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from macros.changes import Block, SheetContent
    from macros.texts import Lang

_TITLE_LIMIT: Final = 31
_BAD_TITLE: Final = re.compile(r"[\[\]:*?/\\]")
_PRINT_NAMES: Final = frozenset({"print_titles", "print_area", "_xlnm.print_titles"})


@dataclass(slots=True)
class Applied:
    """What was done to a workbook.

    ``titles`` gives the real title of each sheet by the name it was asked for, ``bodies`` the
    rows of each by its real title; they are laid in after saving.
    """

    titles: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
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


def title_for(workbook: Workbook, content: SheetContent, applied: Applied, lang: Lang) -> str:
    """Give the title of a sheet: that of the marked one, else its own, else one beside hers."""
    if content.mark is not None:
        for sheet in workbook.worksheets:
            if sheet_mark(sheet) == content.mark:
                return sheet.title
    wanted = _BAD_TITLE.sub(" ", content.name)[:_TITLE_LIMIT].strip("'") or "Sheet"
    taken = {title.casefold() for title in (*workbook.sheetnames, *applied.titles.values())}
    title, number = wanted, 1
    while title.casefold() in taken:
        ours = text("host.ours", lang)
        suffix = f" ({ours})" if number == 1 else f" ({ours} {number})"
        title, number = f"{wanted[: _TITLE_LIMIT - len(suffix)]}{suffix}", number + 1
    if title != wanted:
        applied.messages.append(Message("host.sheet_is_hers", {"sheet": wanted, "ours": title}))
    return title


def write_sheet(workbook: Workbook, content: SheetContent, lang: Lang, applied: Applied) -> None:
    """Make a sheet under the title that :func:`title_for` gave it."""
    title = applied.titles[content.name]
    old_sheet = workbook[title] if title in workbook.sheetnames else None
    index = workbook.index(old_sheet) if old_sheet is not None else None
    old = read_old(old_sheet) if old_sheet is not None else None
    if old_sheet is not None:
        detach(workbook, old_sheet)
    sheet = workbook.create_sheet(title, index)
    styles = Styles(sheet)
    body = applied.bodies[title] = Body()
    content_plan = plan(_linked(content, applied.titles), old)
    _write_top(sheet, content, content_plan, styles)
    date_1904 = workbook.epoch == CALENDAR_MAC_1904
    for placed in content_plan.blocks:
        marked = content_plan.marked
        write_block(
            sheet, body, placed, styles, marked=marked, date_1904=date_1904,
            key_heading=text("host.key", lang),
        )  # fmt: skip
    widths: dict[int, tuple[float, bool]] = {}
    if old is not None:
        carrier = Carrier(old, sheet, content_plan, styles)
        carrier.carry(content.archive_heading or text("host.archive", lang))
        widths = carrier.widths()
        dropped = sum(len(archive.rows) for archive in content_plan.archives)
        if dropped:
            applied.messages.append(
                Message("host.archived", {"sheet": title, "count": f"{dropped:,}"})
            )
    _dress(sheet, body, content, content_plan, widths, lang)
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
        put(sheet, row, layout.first_column, clean(content.title), styles.title())
        sheet.row_dimensions[row].height = 24
    bad = [(note, styles.note(bad=True)) for note in content.notes if note.startswith("✗")]
    lead = [(content.lead, styles.lead())] if content.lead else []
    rest = [(note, styles.note(bad=False)) for note in content.notes if not note.startswith("✗")]
    for line, style in (*bad, *lead, *rest):
        row += 1
        put(sheet, row, layout.first_column, clean(line), style)
        if line == content.lead:
            sheet.row_dimensions[row].height = 20


def _dress(  # noqa: PLR0913, PLR0917 - a sheet with its rows, and how it is to look
    sheet: Worksheet,
    body: Body,
    content: SheetContent,
    layout: Plan,
    widths: Mapping[int, tuple[float, bool]],
    lang: Lang,
) -> None:
    set_widths(sheet, body, layout, widths)
    set_page(sheet, content, layout)
    for number, placed in enumerate(layout.blocks):
        set_meaning(sheet, placed)
        table = _free_table(sheet.parent, placed.block.table) if placed.block.table else ""
        if table or number == 0:
            set_filter(sheet, placed, marked=layout.marked, table=table, lang=lang)
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


def _inherit(sheet: Worksheet, old: OldSheet) -> None:
    """Keep what belongs to the sheet as a whole: colour of its tab, names, charts of hers."""
    before = old.sheet
    sheet.sheet_properties.tabColor = before.sheet_properties.tabColor
    sheet.sheet_properties.codeName = before.sheet_properties.codeName
    sheet.sheet_state = before.sheet_state
    sheet.sheet_view.tabSelected = before.sheet_view.tabSelected
    sheet.sheet_view.zoomScale = before.sheet_view.zoomScale
    for name, defined in before.defined_names.items():
        if name not in NAMES and name.casefold() not in _PRINT_NAMES:
            sheet.defined_names[name] = defined
    listed = before.defined_names.get(CHARTS_NAME)
    ours = charts_of(listed.attr_text or "") if listed is not None else frozenset()
    for chart in charts(before):
        if chart_sum(_chart_title(chart)) not in ours:
            sheet.add_chart(chart)


def _chart_title(chart: object) -> str:
    """Give the text of a chart's title."""
    rich = getattr(getattr(getattr(chart, "title", None), "tx", None), "rich", None)
    runs = [run for paragraph in getattr(rich, "p", ()) for run in (paragraph.r or ())]
    return "".join(run.t or "" for run in runs)
