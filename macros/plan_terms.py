"""How a plan is to be broken down: weights, phases or months, and which days are worked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import pandas as pd

from macros.layout import date_text
from macros.parties import normals
from macros.periods import Phases
from macros.places import Places
from macros.problems import Problem
from macros.settings import calendar_setting, refusal, schema, setting
from macros.target_parties import SOURCE
from udfs import rules
from udfs.phases import check_phases

if TYPE_CHECKING:
    from macros.action import Settings
    from macros.cascade import Weights
    from macros.periods import Grid
    from macros.tables import Table, Tables
    from macros.texts import Lang
    from udfs.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Terms:
    """What a target is spread by, between which cuts, over which working days."""

    weights: Weights
    by: Literal["auto", "phases", "months"]
    calendar: Calendar


def terms_of(tables: Tables, settings: Settings) -> Terms:
    """Give the terms of a run.

    Raises
    ------
    Refusal
        ``bad_setting_value``: no such weights. ``firm_days_clash``: a day is both off and worked.
    """
    typed = setting(tables, settings, "plan_weights")
    try:
        weights = rules.code_of("plan_weights", typed)
    except KeyError:
        raise refusal(schema()["plan_weights"], typed) from None
    by = setting(tables, settings, "plan_by")
    return Terms(
        weights=cast("Weights", weights),
        by=cast('Literal["auto", "phases", "months"]', by),
        calendar=calendar_setting(tables, settings),
    )


def phases_of(tables: Tables, plan: str) -> Phases | None:
    """Give the phases of a plan; None where it has none.

    Phases that name no plan are every plan's. A phase without both dates cannot be placed; the
    reading has reported it.
    """
    table = tables.get("phases")
    if table is None or not len(table):
        return None
    names = normals(table.get("plan"))
    dates = pd.DataFrame({name: table.get(f"{name}_date") for name in ("start", "end")})
    mine = (names == "") | (names == normals(pd.Series([plan], dtype=object))[0])
    mine &= dates.notna().all(axis=1).to_numpy(dtype=np.bool_)
    mine &= (dates["start"] <= dates["end"]).fillna(value=False).to_numpy(dtype=np.bool_)
    position = np.flatnonzero(mine)
    if not len(position):
        return None
    chosen = dates.iloc[position].astype(np.int64)
    weights = table.get("weight").to_numpy(dtype=np.float64, na_value=np.nan)[position]
    return Phases(
        names=table.get("phase").to_numpy(dtype=object)[position],
        starts=chosen["start"].to_numpy(),
        ends=chosen["end"].to_numpy(),
        weights=np.where(weights < 0, np.nan, weights),
        position=position,
    )


def phase_problems(
    table: Table, phases: Phases, plan: tuple[int, int], lang: Lang
) -> tuple[Problem, ...]:
    """Say where phases and plan (first and last day) disagree; they are clipped, never copied."""
    start, end = plan
    checked = check_phases(start, end, phases.starts.tolist(), phases.ends.tolist())
    places = Places(table, "start_date", source=SOURCE)
    return tuple(
        places.problem(
            "plan_phases",
            "warning",
            phases.position[0],
            found=rules.rule("phase_checks", finding.code).label(lang, **finding.params),
            start=date_text(start),
            end=date_text(end),
        )
        for finding in checked.findings
    )


def unpublished(grid: Grid) -> tuple[Problem, ...]:
    """Say which days of a plan lie beyond the last holiday notice."""
    days = grid.days[grid.guessed]
    if not len(days):
        return ()
    ends = {"start": date_text(int(days[0])), "end": date_text(int(days[-1]))}
    found = f"{ends['start']} – {ends['end']}"
    return (
        Problem(
            "calendar_unpublished", "warning", "targets", found=found, params=ends, source=SOURCE
        ),
    )
