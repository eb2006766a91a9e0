"""Targets: which plan is broken down, and which rows of 目标 count.

Several plans are not added up where they are for the same money. Without any target, the balance
due in the period is the target, and the report says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from macros.breakdown import JOIN
from macros.due import by_party
from macros.layout import date_text, money_text
from macros.parties import normals
from macros.periods import quarter_of
from macros.places import Places
from macros.problems import Problem
from macros.settings import day_setting, setting
from macros.target_parties import SOURCE, doubtful, owned, shared_out
from macros.texts import Message, Refusal
from udfs import rules
from udfs.arrays import add_months
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.action import Settings
    from macros.due import Dues
    from macros.ledger import Ledger
    from macros.tables import Table, Tables
    from udfs.arrays import Bools, Ints

#: Columns of the goals; ``position`` is the row of 目标, −1 where there is none.
_COLUMNS: Final = ("plan", "project", "owner", "start", "end", "amount", "position", "whole")


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Targets to be broken down.

    Attributes
    ----------
    goals : DataFrame
        plan, project, owner (texts, "" for none), start, end (serials), amount (cents), position
        (row of 目标, −1 for none), whole (what it leaves blank means all of them).
    source_total : int
        Cents, summed from where they come from, before anything is split.
    from_due : bool
        There was no target: the balance due in the period stands for it.
    items : ndarray of int64, optional
        Rows of the ledger's items whose balance makes the target, if it is ``from_due``.
    read, counted : int
        Rows of 目标.
    """

    goals: pd.DataFrame
    source_total: int
    from_due: bool
    read: int
    counted: int
    messages: tuple[Message, ...] = ()
    problems: tuple[Problem, ...] = ()
    items: Ints | None = None


def targets_of(tables: Tables, settings: Settings, ledger: Ledger, dues: Dues) -> Targets:
    """Give the targets of the plans that are to be broken down.

    Raises
    ------
    Refusal
        ``no_such_plan``: setting ``plan`` names none of them. ``no_table``: there is neither a
        target nor a receivable. ``bad_setting_value``: the period ends before it begins.
    """
    table = tables.get("targets")
    usable, problems = _usable(table) if table is not None else (None, ())
    if table is None or usable is None or not len(usable):
        read = len(table) if table is not None else 0
        found = _from_due(tables, settings, dues)
        return replace(found, read=read, problems=(*problems, *found.problems))
    chosen, messages = _choose(usable, setting(tables, settings, "plan"), settings.as_of)
    places = Places(table, "amount", source=SOURCE)
    named = owned(chosen, tables, ledger)
    shared, said = shared_out(named, dues, places)
    return Targets(
        goals=shared,
        source_total=int(chosen["amount"].sum()),
        from_due=False,
        read=len(table),
        counted=len(chosen),
        messages=messages,
        problems=(*problems, *doubtful(named, tables, ledger), *said),
    )


def _usable(table: Table) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Give the rows that say how much by when; the others are problems and not counted."""
    rows = pd.DataFrame({name: table.get(name) for name in ("plan", "project", "owner")})
    for name in ("start_date", "end_date", "amount"):
        rows[name.removesuffix("_date")] = table.get(name)
    rows["position"] = np.arange(len(rows))
    rows["whole"] = False
    found = []
    given = rows[["start", "end", "amount"]].notna()
    for name in ("amount", "start", "end"):
        field = name if name == "amount" else f"{name}_date"
        places = Places(table, field, source=SOURCE)
        for position in np.flatnonzero(~given[name]):
            amount = rows["amount"].iloc[position]
            left_out = None if amount is pd.NA else int(amount)
            code = f"target_{name}_missing"
            found.append(places.problem(code, "error", position, left_out=left_out))
    complete = given.all(axis=1).to_numpy(dtype=np.bool_)
    wrong, said = _periods(table, rows, complete)
    kept = rows[complete & ~wrong].reset_index(drop=True)
    kinds = dict.fromkeys(("start", "end", "amount", "position"), np.int64)
    return kept[list(_COLUMNS)].astype(kinds), (*found, *said)


def _periods(
    table: Table, rows: pd.DataFrame, complete: Bools
) -> tuple[Bools, tuple[Problem, ...]]:
    """Give which complete rows have a period that is none, or longer than a plan can be."""
    start = rows["start"].to_numpy(dtype=np.int64, na_value=MISSING)
    end = rows["end"].to_numpy(dtype=np.int64, na_value=MISSING)
    last = last_day(start)
    backwards, too_long = complete & (end < start), complete & (end > last)
    places = Places(table, "end_date", source=SOURCE)
    found = [
        places.problem(
            code,
            "error",
            position,
            found=date_text(int(end[position])),
            left_out=int(rows["amount"].iloc[position]),
            **{name: date_text(int(bound[position]))},
        )
        for code, wrong, name, bound in (
            ("target_backwards", backwards, "start", start),
            ("target_too_long", too_long, "last", last),
        )
        for position in np.flatnonzero(wrong)
    ]
    return backwards | too_long, tuple(found)


def last_day(start: Ints) -> Ints:
    """Give the last day that a plan from a day can have, by the rule ``plan_limits``.

    Examples
    --------
    >>> import numpy as np
    >>> last_day(np.array([45658])).tolist()  # 2025-01-01: 2034-12-31
    [49309]
    """
    return add_months(start, rules.rule("plan_limits", "period").integer("months")) - 1


def refuse_too_long(plan: str, start: int, end: int) -> None:
    """Refuse a plan whose rows, or the period that was set, reach too far.

    Raises
    ------
    Refusal
        ``plan_too_long``
    """
    last = int(last_day(np.array([start]))[0])
    if end > last:
        bounds = {"start": date_text(start), "end": date_text(end), "last": date_text(last)}
        raise Refusal("plan_too_long", plan, **bounds)


def _choose(
    rows: pd.DataFrame, wanted: str, as_of: int
) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Take the plan asked for, else those under way, else the latest; say which were left."""
    rows = rows.assign(plan_key=normals(rows["plan"]))
    if wanted:
        key = normals(pd.Series([wanted], dtype=object))[0]
        chosen = rows[rows["plan_key"] == key]
        if not len(chosen):
            known = [str(name) for name in dict.fromkeys(rows["plan"]) if name]
            raise Refusal("no_such_plan", plan=wanted, plans=", ".join(known) or "—")
        return chosen.drop(columns="plan_key"), ()
    spans = rows.groupby("plan_key", sort=False).agg(
        plan=("plan", "first"), start=("start", "min"), end=("end", "max")
    )
    if len(spans) == 1:
        return rows.drop(columns="plan_key"), ()
    current = spans[(spans["start"] <= as_of) & (spans["end"] >= as_of)]
    code = "task.plan_latest" if current.empty else "task.plan_chosen"
    if current.empty:
        current = spans.sort_values(["end", "start"], kind="stable").tail(1)
    current = _apart(current, rows)
    left = spans[~spans.index.isin(current.index)]
    chosen = rows[rows["plan_key"].isin(current.index)].drop(columns="plan_key")
    if left.empty and code == "task.plan_chosen":
        return chosen, ()
    names: dict[str, object] = {"plan": _names(current["plan"]), "others": _names(left["plan"])}
    return chosen, (Message(code, names),)


def _names(plans: pd.Series) -> str:
    return ", ".join(f"{name}" if name else "—" for name in plans)


def _apart(current: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Keep several plans only if no two are for the same money: else the one begun last.

    A yearly plan and a sprint within it are not to be added up.
    """
    parties = rows[rows["plan_key"].isin(current.index)]
    keys = normals(parties["project"]) + "\x1f" + normals(parties["owner"])
    plans = pd.DataFrame({"key": keys, "plan": parties["plan_key"].to_numpy()}).drop_duplicates()
    blank = (parties["project"] == "") | (parties["owner"] == "")
    if len(current) > 1 and (blank.any() or plans["key"].duplicated().any()):
        return current.sort_values(["start", "end"], ascending=[True, False], kind="stable").tail(1)
    return current


def _from_due(tables: Tables, settings: Settings, dues: Dues) -> Targets:
    """Take the balance due in the period for the target."""
    tables.require("receivables")
    start, end = _period(tables, settings)
    falling = dues.within(start, end)
    due = by_party(falling)
    # A party whose credit notes exceed its invoices owes nothing that could be a target.
    owing = due[due["cents"] > 0]
    keys = normals(falling["project"]) + JOIN + normals(falling["owner"])
    makes = np.isin(keys, owing["project_key"] + JOIN + owing["owner_key"])
    goals = pd.DataFrame(
        {
            "plan": "",
            "project": owing["project"].to_numpy(dtype=object),
            "owner": owing["owner"].to_numpy(dtype=object),
            "start": start,
            "end": end,
            "amount": owing["cents"].to_numpy(dtype=np.int64),
            "position": -1,
            "whole": False,
        }
    )
    if not len(goals):
        goals = pd.DataFrame(
            [dict(zip(_COLUMNS, ("", "", "", start, end, 0, -1, False), strict=True))]
        )
    total = int(owing["cents"].sum())
    period: dict[str, object] = {
        "start": date_text(start),
        "end": date_text(end),
        "amount": money_text(total),
    }
    return Targets(
        goals=goals[list(_COLUMNS)],
        source_total=total,
        from_due=True,
        items=falling["item"].to_numpy(dtype=np.int64)[makes],
        read=0,
        counted=0,
        messages=(Message("task.no_target", period),),
        problems=(Problem("no_target", "warning", "targets", params=period, source=SOURCE),),
    )


def _period(tables: Tables, settings: Settings) -> tuple[int, int]:
    """Give the period to break down where there is no target: by default the as-of quarter."""
    start = day_setting(tables, settings, "period_start")
    end = day_setting(tables, settings, "period_end")
    first, last = quarter_of(next((d for d in (start, end) if d is not None), settings.as_of))
    start, end = start if start is not None else first, end if end is not None else last
    if end < start:
        raise Refusal("bad_period", start=date_text(start), end=date_text(end))
    return start, end
