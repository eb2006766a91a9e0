"""The two sheets of a breakdown: 任务分解 in detail, 任务分解汇总 across periods and by week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from macros import layout
from macros.changes import Block, Chart, SheetContent
from macros.task_summary import cross_table, period_labels, week_series
from macros.texts import text

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from macros.changes import Column
    from macros.places import Places
    from macros.task_rows import Work
    from macros.texts import Lang

MARK: Final = "task-breakdown"
SUMMARY_MARK: Final = "task-breakdown.summary"

#: Columns left of the frozen edge: the hidden key, project, owner, period.
_FROZEN: Final = 4


@dataclass(frozen=True, slots=True)
class Heading:
    """What both sheets say at the top, and the unit of their amounts."""

    title: str
    notes: tuple[str, ...]
    as_of_text: str
    unit: str


def detail_sheet(
    work: Work, rows: pd.DataFrame, heading: Heading, places: Places | None
) -> SheetContent:
    """Give 任务分解: outline project → owner → period → week, with her columns at the right.

    Parameters
    ----------
    work : Work
        What was computed.
    rows : DataFrame
        Of :func:`macros.task_rows.task_rows`.
    heading : Heading
        Title, notes, unit.
    places : Places, optional
        The target cells of 目标, to which the amounts of owners link.
    """
    columns = layout.columns("task_breakdown", work.lang)
    ours = [column.id for column in columns if not column.hers]
    links = {"target": _links(rows, work, places)} if places is not None else {}
    block = Block(
        id="tasks",
        columns=columns,
        data=work.lasting(rows)[ours],
        key="key",
        levels=rows["level"].to_numpy(dtype=np.int8),
        styles=rows["style"].to_numpy(dtype=object),
        links=links,
    )
    return SheetContent(
        name=text("task.sheet", work.lang),
        mark=MARK,
        title=heading.title,
        notes=heading.notes,
        blocks=(block,),
        frozen_columns=_FROZEN,
        as_of_text=heading.as_of_text,
    )


def _links(rows: pd.DataFrame, work: Work, places: Places) -> npt.NDArray[np.object_]:
    """Give the cell of 目标 for each row of an owner, None for the others."""
    position = np.full(len(rows), -1, dtype=np.int64)
    plan, party = (rows[name].to_numpy(dtype=np.int64) for name in ("plan", "party"))
    for number, each in enumerate(work.plans):
        mine = (plan == number) & (rows["level"] == 1).to_numpy(dtype=np.bool_)
        position[mine] = each.parties["position"].to_numpy(dtype=np.int64)[party[mine]]
    return places.links(position)


def summary_sheet(work: Work, heading: Heading) -> SheetContent:
    """Give 任务分解汇总: the cross table, the weeks added up, and their chart."""
    lang = work.lang
    cross, weeks = cross_table(work), week_series(work)
    blocks = (
        Block(
            id="cross",
            columns=_cross_columns(period_labels(work), lang),
            data=work.lasting(cross).drop(columns=["style", "plan"]),
            key="key",
            styles=cross["style"].to_numpy(dtype=object),
            heading=text("task.cross", lang),
        ),
        Block(
            id="weeks",
            columns=layout.columns("task_weeks", lang),
            data=weeks,
            key="key",
            heading=text("task.weeks_due" if work.from_due else "task.weeks", lang),
        ),
    )
    return SheetContent(
        name=text("task.summary_sheet", lang),
        mark=SUMMARY_MARK,
        title=heading.title,
        notes=heading.notes,
        blocks=blocks,
        charts=(_chart(len(weeks), heading, lang),),
        frozen_columns=3,
        as_of_text=heading.as_of_text,
    )


def _chart(weeks: int, heading: Heading, lang: Lang) -> Chart:
    """Draw cumulative target against cumulative receipts; the latter end at the as-of date."""
    return Chart(
        kind="line",
        title=text("task.chart", lang),
        block="weeks",
        categories="week",
        series=("cum_target", "cum_actual"),
        first=0,
        last=weeks - 1,
        value_title=heading.unit,
        highlight="cum_actual",
        place="beside",
    )


def _cross_columns(labels: list[str], lang: Lang) -> tuple[Column, ...]:
    """Repeat the three columns of a period for each period."""
    columns = layout.columns("task_summary", lang)
    at = [column.id.startswith("period_") for column in columns]
    first, last = at.index(True), len(at) - at[::-1].index(True)
    repeated = [
        replace(
            column,
            id=f"{column.id.removeprefix('period_')}_{number}",
            heading=column.heading.format(period=label),
        )
        for number, label in enumerate(labels)
        for column in columns[first:last]
    ]
    return (*columns[:first], *repeated, *columns[last:])
