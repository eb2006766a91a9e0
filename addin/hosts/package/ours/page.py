"""The sheet around its rows: widths, frozen panes, lists, colours by meaning, print set-up."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from openpyxl.formatting.rule import ColorScaleRule, DataBarRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import Outline, PageSetupProperties
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

import workbook_templates
from addin.hosts.package.ours.charts import charts_area, last_column
from addin.hosts.package.ours.ownership import KEY_COLUMN
from addin.hosts.package.ours.styles import TEXT_KINDS, number_format
from macros.texts import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from addin.hosts.package.ours.body import Body
    from addin.hosts.package.ours.placing import PlacedBlock, PlacedColumn, Plan
    from macros.changes import Chart, Column, SheetContent
    from macros.texts import Lang

NARROWEST: Final = 8.0
WIDEST: Final = 40.0
#: 16 pt is 5.6 mm: lower rows clip Chinese characters.
ROW_HEIGHT: Final = 16.5
_LIST_LIMIT: Final = 255
_MOST_LINES: Final = 12
_A4: Final = "9"
#: Colours of data bars and of both ends of colour scales.
_BAR, _LOW, _HIGH = "9DB7D5", "FFFFFF", "F4B183"
_ADDRESS: Final = re.compile(r"(?<=LEFT\()\$?[A-Z]{1,3}\$?\d+")
_FORMAT_WIDTH: Final = {"date": 11.0, "time": 17.0, "rate": 9.0}


def display_width(text: str) -> int:
    """Give how many columns of a fixed-width font a text takes: a Chinese character takes two.

    Examples
    --------
    >>> display_width("账龄 AR")
    7
    """
    return len(text.encode("gbk", "replace"))


def set_page(sheet: Worksheet, content: SheetContent, plan: Plan) -> None:
    """Set view, panes, page and print titles."""
    view = sheet.sheet_view
    view.showGridLines = False
    sheet.sheet_format.defaultRowHeight = ROW_HEIGHT
    sheet.sheet_format.customHeight = True
    sheet.sheet_properties.outlinePr = Outline(summaryBelow=False)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    setup = sheet.page_setup
    setup.orientation = "landscape" if content.landscape else "portrait"
    setup.paperSize = _A4
    setup.fitToWidth, setup.fitToHeight = 1, 0
    sheet.page_margins = PageMargins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3)
    footer = cast("Any", sheet.oddFooter)
    footer.left.text = "&A"
    footer.center.text = "&P / &N"
    footer.right.text = content.as_of_text.replace("&", "&&") or None
    if plan.marked:
        sheet.column_dimensions[get_column_letter(KEY_COLUMN)].hidden = True
    if plan.blocks:
        header = plan.blocks[0].header_row
        sheet.print_title_rows = f"{header}:{header}"
        frozen = _frozen_column(content, plan)
        sheet.freeze_panes = f"{get_column_letter(frozen)}{header + 1}"
    charted = [chart for chart in content.charts if chart.place == "right"]
    if charted and plan.blocks:
        sheet.print_area = _print_areas(sheet, plan, charted)


def _print_areas(sheet: Worksheet, plan: Plan, charts: Sequence[Chart]) -> str:
    """Give the rows over the whole width of a page, and the charts at their right after them.

    On one page with the rows a chart would halve them. A block that only feeds a chart is left
    out; what is hers below it is not.
    """
    drawn = {chart.block for chart in charts}
    shown = [plan.blocks[0], *(p for p in plan.blocks[1:] if p.block.id not in drawn)]
    last = get_column_letter(last_column(plan))
    bottom = max(plan.last_row, sheet.max_row)
    fed = [p for p in plan.blocks if p not in shown]
    if not fed:
        areas = [f"A1:{last}{bottom}"]
    else:
        areas = [f"A1:{last}{shown[-1].last_row}"]
        if bottom > fed[-1].last_row:
            areas.append(f"A{fed[-1].last_row + 1}:{last}{bottom}")
    return ",".join([*areas, charts_area(plan, len(charts))])


def _frozen_column(content: SheetContent, plan: Plan) -> int:
    """Give the first column that scrolls: ``frozen_columns`` counts our columns that show."""
    block = plan.blocks[0]
    shown = [c for c in block.columns if c.column is None or not c.column.hidden]
    if not content.frozen_columns or len(shown) <= content.frozen_columns:
        return plan.first_column if not content.frozen_columns else 1
    return shown[content.frozen_columns].index


def set_widths(
    sheet: Worksheet, body: Body, plan: Plan, hers: Mapping[int, tuple[float, bool]]
) -> None:
    """Fit every column to the widest of its blocks, and the rows of long texts to their lines."""
    wanted: dict[int, float] = {}
    hidden: dict[int, bool] = {}
    for placed in plan.blocks:
        for column in placed.columns:
            wanted[column.index] = max(wanted.get(column.index, 0), _width(placed, column))
            here = column.column is not None and column.column.hidden
            hidden[column.index] = hidden.get(column.index, True) and here
    for index, (width, gone) in hers.items():
        wanted[index], hidden[index] = width, gone
    for index, width in wanted.items():
        dimension = sheet.column_dimensions[get_column_letter(index)]
        dimension.width = width
        dimension.hidden = hidden.get(index, False)
    if not plan.marked:
        _set_formats(sheet, plan.blocks)
    for placed in plan.blocks:
        _set_heights(sheet, body, placed, wanted)
    for archive in plan.archives:
        set_header_height(sheet, archive.header_row, archive.columns, wanted)


def _set_formats(sheet: Worksheet, blocks: Iterable[PlacedBlock]) -> None:
    """Give the columns of a sheet of hers their number formats: what she types below has them."""
    for placed in blocks:
        for place in placed.columns:
            if place.column is not None and place.column.kind not in TEXT_KINDS:
                looks = number_format(place.column.kind, place.column.minor)
                sheet.column_dimensions[get_column_letter(place.index)].number_format = looks


def _width(placed: PlacedBlock, column: PlacedColumn) -> float:
    ours = column.column
    if ours is not None and ours.width is not None:
        return max(ours.width, _least_width(placed, ours))
    heading = max(map(display_width, column.heading.split("\n")), default=0) + 2.5
    if ours is None or ours.id not in placed.block.data or not placed.keys:
        return min(max(heading, NARROWEST), WIDEST)
    if ours.kind in _FORMAT_WIDTH:
        body = _FORMAT_WIDTH[ours.kind]
    elif ours.kind in {"text", "wrap", "status", "flag"}:
        texts = placed.block.data[ours.id].dropna()
        body = max((display_width(str(text)) for text in texts.unique().tolist()), default=0) + 2.0
    else:
        money = ours.kind in {"money", "money_wan"}
        body = _number_width(placed, ours.id, ours.minor if money else None)
    return min(max(heading, body, NARROWEST), WIDEST)


def _least_width(placed: PlacedBlock, ours: Column) -> float:
    """Give the width below which the numbers of a column would show as ``###``."""
    if ours.kind in TEXT_KINDS or ours.kind in _FORMAT_WIDTH or ours.id not in placed.block.data:
        return 0.0
    money = ours.kind in {"money", "money_wan"}
    return _number_width(placed, ours.id, ours.minor if money else None) - 2.0


def _number_width(placed: PlacedBlock, name: str, minor: int | None) -> float:
    numbers = placed.block.data[name].dropna()
    largest = float(numbers.astype("float64").abs().max()) if len(numbers) else 0.0
    if minor is None:
        return len(f"{largest:,.0f}") + 3.0
    return len(f"{largest / 10**minor:,.{minor}f}") + 3.0


def _set_heights(
    sheet: Worksheet, body: Body, placed: PlacedBlock, widths: Mapping[int, float]
) -> None:
    lines: dict[int, int] = {}
    parts = placed.block.styles
    sections = [] if parts is None else np.flatnonzero(parts == "section").tolist()
    one_line = {placed.first_row + row for row in sections}
    for column in placed.columns:
        ours = column.column
        if ours is None or ours.kind != "wrap" or ours.hidden or ours.id not in placed.block.data:
            continue
        room = max(widths[column.index] - 1.5, 1)
        for row, cell in enumerate(placed.block.data[ours.id].tolist(), placed.first_row):
            if row in one_line or not isinstance(cell, str):
                continue
            if len(cell) * 2 > room or "\n" in cell:
                needed = sum(max(math.ceil(display_width(p) / room), 1) for p in cell.split("\n"))
                lines[row] = max(lines.get(row, 1), needed)
    for row, count in lines.items():
        if count > 1:
            height = ROW_HEIGHT * min(count, _MOST_LINES)
            body.set_row(row, ht=height, customHeight=1)
    set_header_height(sheet, placed.header_row, placed.columns, widths)


def set_header_height(
    sheet: Worksheet, row: int, columns: Iterable[PlacedColumn], widths: Mapping[int, float]
) -> None:
    """Make a header row as high as its headings have lines; columns without a width are narrow."""
    lines = max(
        (
            math.ceil(display_width(c.heading) / max(widths.get(c.index, NARROWEST) - 1, 1))
            for c in columns
            if c.column is None or not c.column.hidden
        ),
        default=1,
    )
    sheet.row_dimensions[row].height = max(ROW_HEIGHT * lines, 21)


def set_meaning(sheet: Worksheet, placed: PlacedBlock) -> None:
    """Add lists of choices, colours of states, data bars and colour scales."""
    if not placed.keys:
        return
    for column in placed.columns:
        ours = column.column
        if ours is None:
            continue
        letter = get_column_letter(column.index)
        area = f"{letter}{placed.first_row}:{letter}{placed.last_row}"
        if ours.choices:
            _add_choices(sheet, area, ours.choices)
        if ours.kind == "status":
            _add_states(sheet, area, f"{letter}{placed.first_row}")
        if ours.emphasis:
            _add_emphasis(sheet, _detail_area(placed, letter), ours.emphasis)


def _detail_area(placed: PlacedBlock, letter: str) -> str:
    """Give the range of rows to be compared: the outermost of an outline, never the total."""
    styles = placed.block.styles
    if styles is None:
        return f"{letter}{placed.first_row}:{letter}{placed.last_row}"
    levels = placed.block.levels
    compared = np.isin(styles, ("detail", "subtotal") if levels is not None else ("detail",))
    if levels is not None:
        compared &= levels == 0
    rows = (np.flatnonzero(compared) + placed.first_row).tolist()
    if not rows:
        return f"{letter}{placed.first_row}:{letter}{placed.last_row}"
    runs: list[list[int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    # A rule over thousands of pieces is slow to open; one over all rows is the lesser evil.
    if len(runs) > 100:
        return f"{letter}{rows[0]}:{letter}{rows[-1]}"
    return " ".join(f"{letter}{first}:{letter}{last}" for first, last in runs)


def _add_choices(sheet: Worksheet, area: str, choices: Iterable[str]) -> None:
    listed = ",".join(choice.replace('"', '""') for choice in choices)
    if len(listed) > _LIST_LIMIT:
        return
    validation = DataValidation("list", formula1=f'"{listed}"', allow_blank=True)
    # Known words are offered, others may be typed: it is her column.
    validation.showErrorMessage = False
    validation.add(area)
    sheet.add_data_validation(validation)


def _add_states(sheet: Worksheet, area: str, first: str) -> None:
    for row in workbook_templates.rows("host/states"):
        rule = cast("Any", FormulaRule)(
            formula=[_state_formula(row, first)],
            font=Font(color=row["font"]),
            fill=PatternFill(bgColor=row["fill"]) if row["fill"] else None,
        )
        sheet.conditional_formatting.add(area, rule)


def is_ours(kind: str, formulas: Iterable[str], colours: Iterable[str]) -> bool:
    """Whether a conditional format is one that we make, in whatever language and column.

    Parameters
    ----------
    kind : str
        Its type, such as ``expression``.
    formulas, colours : iterable of str
        Its formulas, and the colours of its bar or scale.
    """
    if kind == "expression":
        return any(_ADDRESS.sub("", formula) in _state_formulas() for formula in formulas)
    wanted = {"dataBar": {_BAR}, "colorScale": {_LOW, _HIGH}}.get(kind)
    return wanted is not None and {colour[-6:].upper() for colour in colours} == wanted


@cache
def _state_formulas() -> frozenset[str]:
    """Give the formulas of our states without addresses."""
    return frozenset(
        _ADDRESS.sub("", _state_formula(row, "")) for row in workbook_templates.rows("host/states")
    )


def _state_formula(row: Mapping[str, str], cell: str) -> str:
    marks = [f'LEFT({cell},{len(row[lang])})="{row[lang]}"' for lang in ("zh", "en")]
    return f"OR({','.join(dict.fromkeys(marks))})"


def _add_emphasis(sheet: Worksheet, area: str, emphasis: str) -> None:
    if emphasis == "bar":
        rule = cast("Any", DataBarRule)("num", 0, "max", color=_BAR)
    else:
        rule = cast("Any", ColorScaleRule)(
            "num", 0, _LOW, end_type="num", end_value=1, end_color=_HIGH
        )
    sheet.conditional_formatting.add(area, rule)


def set_filter(
    sheet: Worksheet, placed: PlacedBlock, *, marked: bool, table: str, lang: Lang
) -> None:
    """Give flat rows an Excel table, the first block otherwise a filter.

    The hidden key column is inside, so that the keys move with their rows when she sorts.
    """
    if not placed.columns or not placed.keys:
        return
    first = KEY_COLUMN if marked else placed.columns[0].index
    last = get_column_letter(placed.columns[-1].index)
    area = f"{get_column_letter(first)}{placed.header_row}:{last}{placed.last_row}"
    if not table:
        sheet.auto_filter.ref = area
        return
    made = Table(displayName=table, ref=area)
    made.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    made.tableColumns = [
        TableColumn(id=number, name=name)
        for number, name in enumerate(_column_names(sheet, placed, first, lang), 1)
    ]
    made.autoFilter = AutoFilter(ref=area)
    sheet.add_table(made)


def _column_names(sheet: Worksheet, placed: PlacedBlock, first: int, lang: Lang) -> list[str]:
    """Give the headings; a table needs each filled and unlike the others, so the cells follow."""
    names: list[str] = []
    for column in range(first, placed.columns[-1].index + 1):
        cell = sheet.cell(placed.header_row, column)
        heading = str(cell.value or "").strip()
        name = base = heading or text("host.column", lang, number=column)
        number = 2
        while name.casefold() in {other.casefold() for other in names}:
            name, number = f"{base} ({number})", number + 1
        if cell.value != name:
            cell.value = name
            cell.data_type = "s"
        names.append(name)
    return names
