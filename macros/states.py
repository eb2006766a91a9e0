"""Parts of a table put together: rows added up, or states of which only one counts.

Sheets per month hold either the documents of each month, which add up, or what was open at the
end of each, which must not be added. They are states where the amounts are balances (欠款, 未收),
or where half of one sheet's documents stand on a later one again.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from macros import schema
from macros.layout import date_text
from macros.named_periods import named
from macros.parties import normals
from macros.problems import Problem
from macros.tables import Snapshot, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

#: As large a part of the smaller sheet's documents on a later one, and they are states.
_AGAIN: Final = 0.5


class Together(NamedTuple):
    """A table of several parts, its states (none where they add up), and what is to be said."""

    table: Table
    states: tuple[Snapshot, ...]
    problems: tuple[Problem, ...]


def put_together(parts: Sequence[Table]) -> Together:
    """Make one table of the parts that were read."""
    if len(parts) == 1:
        return Together(parts[0], (), ())
    if parts[0].name == "receivables" and (by := _states_by(parts)):
        states = _ordered(parts)
        if len(states) > 1:
            return Together(states[-1].table, states, (_said(states, by),))
    return Together(joined(parts), (), ())


def joined(parts: Sequence[Table]) -> Table:
    """Add the rows of several parts up; a field that one of them lacks is missing there."""
    name = parts[0].name
    fields = [f.id for f in schema.tables()[name].fields if any(part.has(f.id) for part in parts)]
    frames = []
    for number, part in enumerate(parts):
        frame = pd.DataFrame({field: part.get(field).array for field in fields})
        frames.append(
            frame.assign(
                sheet=part.frame["sheet"].array, row=part.frame["row"].array, region=number
            )
        )
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    regions = tuple(region for part in parts for region in part.regions)
    return Table(name, pd.concat(filled, ignore_index=True), regions)


def _states_by(parts: Sequence[Table]) -> str:
    """Give by which rule parts are states: "balances", "again", or "" where they are not."""
    sheets = list(dict.fromkeys(part.regions[0].sheet for part in parts))
    if len(sheets) < 2 or not all(named(sheet).order for sheet in sheets):
        return ""
    if all(part.regions[0].balances for part in parts):
        return "balances"
    key = schema.tables()[parts[0].name].key
    keys = [set(normals(part.get(key))) - {""} for part in parts]
    pairs = pairwise(keys)
    again = [len(one & other) >= _AGAIN * min(len(one), len(other)) for one, other in pairs
             if one and other]  # fmt: skip
    return "again" if again and all(again) else ""


def _ordered(parts: Sequence[Table]) -> tuple[Snapshot, ...]:
    """Give one state for each sheet, in order of time."""
    by_sheet: dict[str, list[Table]] = {}
    for part in parts:
        by_sheet.setdefault(part.regions[0].sheet, []).append(part)
    found = [
        Snapshot(several[0].regions[0].period[1], _whole(several), sheet)
        for sheet, several in by_sheet.items()
    ]
    order = [(named(one.name).order, place) for place, one in enumerate(found)]
    sort = sorted(range(len(found)), key=lambda at: (found[at].day or np.inf, order[at]))
    if not all(one.day for one in found):  # months without a year: by their names alone
        sort = sorted(range(len(found)), key=order.__getitem__)
        return tuple(found[at]._replace(day=0) for at in sort)
    return tuple(found[at] for at in sort)


def _whole(several: list[Table]) -> Table:
    return several[0] if len(several) == 1 else joined(several)


def _said(states: tuple[Snapshot, ...], by: str) -> Problem:
    region = states[-1].table.regions[0]
    day = date_text(states[-1].day) if states[-1].day else "–"
    return Problem(
        f"states_{by}",
        "info" if by == "balances" else "warning",
        table=states[-1].table.name,
        sheet=region.sheet,
        cell=region.cell("amount"),
        found="、".join(one.name for one in states),
        params={"n": len(states), "last": states[-1].name, "day": day},
    )
