"""How far a plan has come: receipts beside targets, and both beside the time that has passed.

The as-of date is inclusive: a receipt on it counts, and it is an elapsed day. What begins later has
no receipts yet, which is not the same as none: those cells are missing, and so is the status. What
should be there by now (``to_date``) is each week's target for the share of its working days that
has elapsed; a stretch without working days goes by its calendar days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from macros.breakdown import party_of
from macros.periods import workdays_of
from udfs.arrays import sums
from udfs.kpi import ratio
from udfs.status import pace_status

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from macros.breakdown import Breakdown
    from udfs.calendar import Calendar

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

_FAR: Final = 2**31

#: What a row sums over the weeks below it.
_SUMS: Final = (
    "target", "actual", "to_date", "workdays", "elapsed", "days", "days_elapsed",
    "known", "unknown",
)  # fmt: skip


class Placed(NamedTuple):
    """Receipts of the period with the plan, party and week each counts for; plan -1 for none.

    ``unknown`` tells by plan and party where money came in without a date and none with a date of
    the period: how much of it belongs to the period, and to which week, nobody can say.
    ``undated`` are the cents of these parties.
    """

    rows: pd.DataFrame
    plan: Ints
    party: Ints
    span: Ints
    unknown: tuple[Bools, ...] = ()
    undated: int = 0


def place(receipts: pd.DataFrame, plans: Sequence[Breakdown], items: Ints | None = None) -> Placed:
    """Give each receipt dated within the plans the target that it counts for.

    Parameters
    ----------
    receipts : DataFrame
        project, owner, receipt_date (Int64), amount (cents), item (row of the ledger's items, −1
        for none); none later than the as-of date.
    plans : sequence of Breakdown
        No party stands in two of them.
    items : ndarray of int64, optional
        The items whose balance is the target: what came in on others counts for no target.
    """
    first, last = (edge(plans) for edge in (_first_day, _last_day))
    inside = receipts["receipt_date"].between(first, last).fillna(value=False)
    rows = receipts[inside.to_numpy(dtype=np.bool_)].reset_index(drop=True)
    day = rows["receipt_date"].to_numpy(dtype=np.int64)
    plan, party, span = (np.full(len(rows), -1, dtype=np.int64) for _ in range(3))
    for number, each in enumerate(plans):
        found = _parties(each, rows, items)
        mine = (plan < 0) & (found >= 0) & (day >= each.grid.start) & (day <= each.grid.end)
        plan[mine], party[mine] = number, found[mine]
        span[mine] = np.searchsorted(each.grid.span_start, day[mine], side="right") - 1
    unknown, undated = _unknown(receipts, plans, items, Placed(rows, plan, party, span))
    return Placed(rows, plan, party, span, unknown, undated)


def _parties(plan: Breakdown, receipts: pd.DataFrame, items: Ints | None) -> Ints:
    """Give the party of a plan that each receipt counts for; −1 for none."""
    found = party_of(plan.parties, receipts["project"], receipts["owner"])
    if items is None:
        return found
    counts = np.isin(receipts["item"].to_numpy(dtype=np.int64), items)
    return np.where(counts, found, -1)


def _unknown(
    receipts: pd.DataFrame, plans: Sequence[Breakdown], items: Ints | None, placed: Placed
) -> tuple[tuple[Bools, ...], int]:
    """Tell the parties whose money has no date, and how many cents it is."""
    rows = receipts[receipts["receipt_date"].isna().to_numpy(dtype=np.bool_)]
    amount, total, told = rows["amount"].to_numpy(dtype=np.int64), 0, []
    for number, each in enumerate(plans):
        party = _parties(each, rows, items)
        unknown = np.zeros(len(each.parties), dtype=np.bool_)
        unknown[party[party >= 0]] = True
        unknown[placed.party[placed.plan == number]] = False
        told.append(unknown)
        # With a last one for the receipts of no party.
        total += int(amount[np.append(unknown, np.False_)[party]].sum())
    return tuple(told), total


def _first_day(plans: Sequence[Breakdown]) -> int:
    return min(each.grid.start for each in plans)


def _last_day(plans: Sequence[Breakdown]) -> int:
    return max(each.grid.end for each in plans)


def weeks_of(plans: Sequence[Breakdown], placed: Placed, as_of: int) -> pd.DataFrame:
    """Give one row per plan, party and week that has a target or a receipt.

    Returns
    -------
    DataFrame
        plan, party, period, span (positions), project_key, start, end (the days that the target
        covers), target, actual, to_date (cents), workdays, elapsed, days, days_elapsed, known,
        unknown (1 or 0: whether what came in is known, or has no date).
    """
    return pd.concat(
        [_weeks(number, each, placed, as_of) for number, each in enumerate(plans)],
        ignore_index=True,
    )


def _weeks(number: int, plan: Breakdown, placed: Placed, as_of: int) -> pd.DataFrame:
    grid, (parties, spans) = plan.grid, plan.target.shape
    mine = placed.plan == number
    place_of = placed.party[mine] * spans + placed.span[mine]
    amount = placed.rows["amount"].to_numpy(dtype=np.int64)[mine]
    actual = sums(place_of, amount, parties * spans).reshape(parties, spans)
    received = np.bincount(place_of, minlength=parties * spans).reshape(parties, spans) > 0
    first, passed = grid.first_day, grid.days <= as_of

    def count(days: Bools) -> Ints:
        """Count the days of each span on which a party has a target."""
        counted = (plan.covered & days).astype(np.int64)
        return np.asarray(np.add.reduceat(counted, first, axis=1))

    days = count(np.ones_like(passed))
    party, span = np.nonzero((days > 0) | received)
    unknown = placed.unknown[number][party].astype(np.int64)
    begins = np.minimum.reduceat(np.where(plan.covered, grid.days, _FAR), first, axis=1)
    ends = np.maximum.reduceat(np.where(plan.covered, grid.days, 0), first, axis=1)
    found = pd.DataFrame(
        {
            "plan": number,
            "party": party,
            "period": grid.period[span],
            "span": span,
            "project_key": plan.parties["project_key"].to_numpy(dtype=object)[party],
            "start": np.where(days > 0, begins, grid.span_start)[party, span],
            "end": np.where(days > 0, ends, grid.span_end)[party, span],
            "target": plan.target[party, span],
            "actual": actual[party, span],
            "workdays": count(grid.working)[party, span],
            "elapsed": count(grid.working & passed)[party, span],
            "days": days[party, span],
            "days_elapsed": count(passed)[party, span],
            "known": 1 - unknown,
            "unknown": unknown,
        }
    )
    done, whole = _progress(found)
    return found.assign(to_date=_share(found["target"].to_numpy(dtype=np.int64), done, whole))


def _progress(rows: pd.DataFrame) -> tuple[Ints, Ints]:
    """Give days elapsed and days in all: working days, or calendar days where there are none."""
    working = rows["workdays"].to_numpy(dtype=np.int64) > 0
    return tuple(  # type: ignore[return-value]  # two of them
        np.where(working, rows[days].to_numpy(np.int64), rows[calendar].to_numpy(np.int64))
        for days, calendar in (("elapsed", "days_elapsed"), ("workdays", "days"))
    )


def _share(amount: Ints, part: Ints, whole: Ints) -> Ints:
    """Give part/whole of amounts, half up away from zero, without a float or an overflow."""
    base = np.maximum(whole, 1)
    units, rest = np.divmod(np.abs(amount), base)
    share = units * part + (2 * rest * part + base) // (2 * base)
    return np.asarray(np.where(amount < 0, -share, share))


def summed(weeks: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sum weeks by some of their columns: amounts and days add up, dates reach from … to."""
    if not by:
        return summed(weeks.assign(all=0), ["all"]).drop(columns="all")
    totals: pd.DataFrame = weeks.groupby(by, sort=False).agg(
        start=("start", "min"), end=("end", "max"), **{name: (name, "sum") for name in _SUMS}
    )
    return totals.reset_index()


def with_common_days(
    rows: pd.DataFrame, plans: Sequence[Breakdown], as_of: int, calendar: Calendar
) -> pd.DataFrame:
    """Count the days of projects (or of all) once, though several owners share them.

    ``rows`` have a column project_key, or none for the one row of all.
    """
    first, last = _first_day(plans), _last_day(plans)
    days = np.arange(first, last + 1)
    keyed = "project_key" in rows
    keys = pd.Index(rows["project_key"] if keyed else ["all"], dtype=object)
    union = np.zeros((len(rows), len(days)), dtype=np.bool_)
    for plan in plans:
        named = plan.parties["project_key"] if keyed else ["all"] * len(plan.parties)
        row = keys.get_indexer(pd.Index(named, dtype=object))
        inside = slice(plan.grid.start - first, plan.grid.end - first + 1)
        np.logical_or.at(union[:, inside], row[row >= 0], plan.covered[row >= 0])
    working, _ = workdays_of(days, calendar)
    passed = days <= as_of
    masks = {"workdays": working, "elapsed": working & passed, "days": passed | ~passed}
    masks["days_elapsed"] = passed
    return rows.assign(**{name: (union & mask).sum(axis=1) for name, mask in masks.items()})


def measured(rows: pd.DataFrame, as_of: int, *, receipts_known: bool) -> pd.DataFrame:
    """Add what follows from target, receipts and days.

    Parameters
    ----------
    rows : DataFrame
        As of :func:`summed`.
    as_of : int
        Rows that begin later have no actual yet.
    receipts_known : bool
        Whether the book says at all what came in.

    Returns
    -------
    DataFrame
        The rows with actual, gap (actual − target; Int64, NA where unknown), completion
        (actual/target), time_progress, pace_gap (completion − time progress) as float64, and
        status (code or None).
    """
    begun = (rows["start"] <= as_of).to_numpy(dtype=np.bool_) & receipts_known
    begun &= (rows["known"] > 0).to_numpy(dtype=np.bool_)
    # A sum of known and unknown receipts is what is known; no rate can be made of it.
    whole_known = (rows["unknown"] == 0).to_numpy(dtype=np.bool_)
    planned = begun & whole_known & (rows["target"] != 0).to_numpy(dtype=np.bool_)
    done, whole = _progress(rows)
    actual = rows["actual"].astype("Int64").where(begun)
    completion = np.where(planned, ratio(rows["actual"], rows["target"]), np.nan)
    progress = ratio(done, whole)
    status = pace_status(rows["actual"], rows["to_date"])
    # A target below zero (a correction) has no pace.
    status[~planned | (rows["target"] < 0).to_numpy(dtype=np.bool_)] = None
    return rows.assign(
        actual=actual,
        gap=(actual - rows["target"].astype("Int64")).where(planned),
        completion=completion,
        time_progress=progress,
        pace_gap=completion - progress,
        # Kept as objects: pandas would make text with nan of it, and no status is None.
        status=pd.Series(status, index=rows.index, dtype=object),
    )
