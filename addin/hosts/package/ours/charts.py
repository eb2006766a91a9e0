"""Native charts: greys, one accent, axes that are there, no third dimension."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.utils import get_column_letter

from addin.hosts.package.ours.styles import ACCENT, LINE

if TYPE_CHECKING:
    from openpyxl.chart._chart import ChartBase
    from openpyxl.worksheet.worksheet import Worksheet

    from addin.hosts.package.ours.placing import PlacedBlock, Plan
    from macros.changes import Chart

#: Greys of the series that are not the one to look at, and the accent's own steps for stacks.
GREYS: Final = ("BFBFBF", "8C8C8C", "595959", "D9D9D9")
STACK: Final = ("C9D6E4", "9DB7D5", "6C93BD", "F4B183", "ED7D31", "C00000")
_LINE_WIDTH: Final = 22_000
_WIDTH, _HEIGHT = 24.0, 10.0
_ROWS_TALL: Final = 20
#: A column of the usual width is 1.7 cm.
_COLUMNS_WIDE: Final = 15
#: From the last column of the rows to the charts right of them.
_GAP: Final = 2


def add_charts(sheet: Worksheet, charts: tuple[Chart, ...], plan: Plan) -> None:
    """Add charts right of everything, beside their own block, or below everything.

    Right of everything they stand at the first block, wherever their data are: a chart belongs
    where a reader begins.
    """
    blocks = {placed.block.id: placed for placed in plan.blocks}
    right_row = below_row = 0
    for chart in charts:
        placed = blocks.get(chart.block)
        if placed is None or chart.last < chart.first:
            continue
        drawn = _draw(sheet, chart, placed)
        if chart.place == "right":
            row = max(plan.blocks[0].header_row, right_row)
            column = last_column(plan) + _GAP
            right_row = row + _ROWS_TALL + 1
        elif chart.place == "beside":
            row, column = placed.header_row, max(c.index for c in placed.columns) + 2
        else:
            row = max(plan.last_row + 2, below_row)
            column = plan.first_column
            below_row = row + _ROWS_TALL + 1
        sheet.add_chart(drawn, f"{get_column_letter(column)}{row}")


def last_column(plan: Plan) -> int:
    """Give the last column of the rows."""
    return max((c.index for block in plan.blocks for c in block.columns), default=1)


def charts_area(plan: Plan, count: int) -> str:
    """Give the cells under so many charts that are right of everything."""
    column, row = last_column(plan) + _GAP, plan.blocks[0].header_row
    last = get_column_letter(column + _COLUMNS_WIDE - 1)
    return f"{get_column_letter(column)}{row}:{last}{row + count * (_ROWS_TALL + 1) - 2}"


def _draw(sheet: Worksheet, chart: Chart, placed: PlacedBlock) -> ChartBase:
    drawn = _empty(chart)
    drawn.title = chart.title
    drawn.title.overlay = False
    drawn.width, drawn.height = _WIDTH, _HEIGHT
    first, last = placed.first_row + chart.first, placed.first_row + chart.last
    for number, name in enumerate(chart.series):
        column = placed.index(name)
        if column is None:
            continue
        values = Reference(sheet, min_col=column, min_row=first, max_row=last)
        series: Any = Series(values, title_from_data=False)
        series.tx = _title(sheet, column, placed.header_row)
        _colour(series, chart, name, number)
        drawn.series.append(series)
    categories = placed.index(chart.categories)
    if categories is not None:
        drawn.set_categories(Reference(sheet, min_col=categories, min_row=first, max_row=last))
    return cast("ChartBase", drawn)


def _title(sheet: Worksheet, column: int, row: int) -> SeriesLabel:
    quoted = sheet.title.replace("'", "''")
    return SeriesLabel(strRef=StrRef(f"'{quoted}'!${get_column_letter(column)}${row}"))


def _empty(chart: Chart) -> Any:  # noqa: ANN401 - openpyxl's types allow None where there is none
    drawn: Any
    if chart.kind == "line":
        drawn = LineChart()
    else:
        drawn = BarChart()
        drawn.type = "col"
        drawn.gapWidth = 60
        if chart.kind == "stacked_bar":
            drawn.type = "bar"
            drawn.grouping = "stacked"
            drawn.overlap = 100
            # The first row on top, as it stands in the table.
            drawn.x_axis.scaling.orientation = "maxMin"
    drawn.x_axis.delete = False
    drawn.y_axis.delete = False
    drawn.y_axis.title = chart.value_title or None
    drawn.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=LINE))
    drawn.y_axis.number_format = "#,##0"
    drawn.legend.position = "b"
    return drawn


def _colour(series: Any, chart: Chart, name: str, number: int) -> None:  # noqa: ANN401 - as _empty
    if chart.kind == "stacked_bar":
        step = chart.steps[number] if chart.steps else number
        colour = STACK[min(step, len(STACK) - 1)]
    elif name == chart.highlight or (not chart.highlight and number == 0):
        colour = ACCENT
    else:
        colour = GREYS[number % len(GREYS)]
    if chart.kind == "line":
        series.smooth = False
        series.graphicalProperties = GraphicalProperties(
            ln=LineProperties(solidFill=colour, w=_LINE_WIDTH)
        )
        series.marker.symbol = "none"
    else:
        series.graphicalProperties = GraphicalProperties(solidFill=colour)
