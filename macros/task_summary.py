"""Tables of 任务分解汇总: parties across periods with totals both ways, and the weeks added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros.pace import summed
from macros.periods import iso_weeks, monday_of
from macros.task_rows import LISTED, NOTHING, OTHER, TOTAL, named, shown_status, totals
from udfs.arrays import sums

if TYPE_CHECKING:
    import numpy.typing as npt

    from macros.task_rows import Work

    Ints = npt.NDArray[np.int64]


def period_labels(work: Work) -> list[str]:
    """Give the periods across the table; several plans name theirs."""
    several = len(work.plans) > 1
    return [
        f"{plan.plan} {label}" if several else str(label)
        for plan in work.plans
        for label in plan.grid.labels
    ]


def cross_table(work: Work) -> pd.DataFrame:
    """Give parties down and periods across, with totals both ways.

    Returns
    -------
    DataFrame
        key, plan (−1 for totals), project, owner, style; ``target_<n>``, ``actual_<n>``,
        ``completion_<n>`` for period n of :func:`period_labels`; target, actual, completion,
        status.
    """
    parties = summed(work.weeks, ["project_key", "plan", "party"])
    parties = named(parties.assign(period=-1, span=-1), work).assign(style="detail")
    lines = pd.concat([parties, totals(work)], ignore_index=True)
    found = work.measure(lines)
    found["target"] = found["target"].astype("Int64").where(found["days"] > 0)
    found["status"] = shown_status(found, work)
    columns = ["key", "plan", "project", "owner", "style"]
    columns += ["target", "actual", "completion", "status"]
    cells = _cells(parties, work)
    across = range(len(period_labels(work)))
    wide = [
        cells.pivot(index="key", columns="column", values=name)  # noqa: PD010 - each pair stands once; nothing is to be averaged
        .reindex(index=found["key"], columns=across)
        .add_prefix(f"{name}_")
        .reset_index(drop=True)
        for name in ("target", "actual", "completion")
    ]
    return pd.concat([found[columns], *wide], axis=1)


def _cells(parties: pd.DataFrame, work: Work) -> pd.DataFrame:
    """Give the cells of the table, one row each: key of the line, column number, measures."""
    first = np.cumsum([0, *(len(plan.grid.keys) for plan in work.plans)])
    keys = parties.set_index(["plan", "party"])["key"]
    by_party = summed(work.weeks, ["plan", "party", "period"])
    by_party["key"] = keys.loc[list(zip(by_party["plan"], by_party["party"], strict=True))].array
    by_period = summed(work.weeks, ["plan", "period"])
    parts = [by_party, by_period.assign(key=TOTAL)]
    if len(work.other.rows):
        amount = _other(work, first)[first[by_period["plan"]] + by_period["period"]]
        other = by_period.assign(**NOTHING, actual=amount, key=OTHER, known=1)
        known = by_period["known"] + (amount != 0)
        parts[1] = parts[1].assign(actual=by_period["actual"] + amount, known=known)
        parts += [by_period.assign(key=LISTED), other]
    cells = work.measure(pd.concat(parts, ignore_index=True))
    cells["target"] = cells["target"].astype("Int64").where(cells["days"] > 0)
    return cells.assign(column=first[cells["plan"]] + cells["period"])


def _other(work: Work, first: Ints) -> Ints:
    """Give the receipts without a target by column; a day between two plans has no column."""
    day = work.other.rows["receipt_date"].to_numpy(dtype=np.int64)
    column = np.full(len(day), -1, dtype=np.int64)
    for number, plan in enumerate(work.plans):
        mine = (column < 0) & (day >= plan.grid.start) & (day <= plan.grid.end)
        span = np.searchsorted(plan.grid.span_start, day[mine], side="right") - 1
        column[mine] = first[number] + plan.grid.period[span]
    return sums(column, work.other.rows["amount"].to_numpy(dtype=np.int64), int(first[-1]))


def week_series(work: Work) -> pd.DataFrame:
    """Give one row per ISO week of the plans, with running totals; receipts end with the as-of day.

    Returns
    -------
    DataFrame
        key, week, start (its Monday, or the first day of the plan), target, actual, cum_target,
        cum_actual; receipts of weeks that begin after the as-of date are missing. Where the target
        is the balance of named items, only what came in on these stands beside it.
    """
    start = min(plan.grid.start for plan in work.plans)
    end = max(plan.grid.end for plan in work.plans)
    mondays = np.arange(int(monday_of(np.array([start]))[0]), end + 1, 7)
    week = (work.weeks["start"].to_numpy(dtype=np.int64) - mondays[0]) // 7
    target = sums(week, work.weeks["target"].to_numpy(dtype=np.int64), len(mondays))
    actual = sums(week, work.weeks["actual"].to_numpy(dtype=np.int64), len(mondays))
    day = work.other.rows["receipt_date"].to_numpy(dtype=np.int64)
    amount = work.other.rows["amount"].to_numpy(dtype=np.int64)
    if not work.from_due:
        actual += sums((day - mondays[0]) // 7, amount, len(mondays))
    dated = bool((work.weeks["known"] > 0).any()) or (not work.from_due and bool(len(day)))
    known = (mondays <= work.as_of) & work.receipts_known & dated
    names = iso_weeks(mondays)
    return pd.DataFrame(
        {
            "key": names,
            "week": names,
            "start": np.maximum(mondays, start),
            "target": target,
            "actual": pd.array(actual, dtype="Int64"),
            "cum_target": np.cumsum(target),
            "cum_actual": pd.array(np.cumsum(actual), dtype="Int64"),
        }
    ).assign(
        actual=lambda rows: rows["actual"].where(known),
        cum_actual=lambda rows: rows["cum_actual"].where(known),
    )
