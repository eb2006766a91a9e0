"""Rows of 任务分解: project → owner → phase or month → week, each below its parent, and totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from macros.layout import date_text
from macros.pace import measured, summed, with_common_days
from macros.texts import text
from udfs.rules import labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from macros.breakdown import Breakdown
    from macros.pace import Placed
    from macros.texts import Lang
    from udfs.calendar import Calendar

    Ints = npt.NDArray[np.int64]
    Texts = npt.NDArray[np.object_]

#: Columns that say where a row belongs; a level above the week leaves the lower ones at -1.
PLACE: Final = ("plan", "party", "period", "span")

#: Sums of a row of receipts without a target.
NOTHING: Final = dict.fromkeys(
    ("target", "to_date", "workdays", "elapsed", "days", "days_elapsed", "unknown"), 0
)

TOTAL, LISTED, OTHER = "#total", "#listed", "#other"


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What the sheets are made of.

    ``weeks`` is of :func:`macros.pace.weeks_of`; ``other`` are the receipts of the period that
    count for no target; ``basis`` is what each plan was spread by, in words. ``from_due``: the
    target is a balance of named items, so that other receipts are no part of its completion.
    """

    plans: Sequence[Breakdown]
    weeks: pd.DataFrame
    other: Placed
    as_of: int
    calendar: Calendar
    receipts_known: bool
    basis: Sequence[str]
    lang: Lang
    from_due: bool = False

    @property
    def unlike(self) -> bool:
        """Whether the total holds receipts that cannot be measured by its target."""
        return self.from_due and bool(len(self.other.rows))

    @property
    def era(self) -> str:
        """What makes keys of a plan without a name those of its period: ``|<first>–<last day>``.

        Without it what she typed on one quarter's row would come back on the next quarter's.
        """
        return next((f"|{_period(each)}" for each in self.plans if not each.plan), "")

    def measure(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Add receipts, gap, completion, pace and status to summed rows."""
        found = measured(rows, self.as_of, receipts_known=self.receipts_known)
        if not self.unlike:
            return found
        mixed = found["key"] == TOTAL
        rates = {name: found[name].mask(mixed) for name in ("gap", "completion", "pace_gap")}
        return found.assign(**rates, status=found["status"].mask(mixed, None))

    def lasting(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Give the rows above the plans the keys that last: a plan without a name adds its days."""
        above = (rows["plan"] < 0).to_numpy(dtype=np.bool_)
        return rows.assign(key=rows["key"] + np.where(above, self.era, ""))


def task_rows(work: Work) -> pd.DataFrame:
    """Give every row of the detail sheet below its parent, then the totals.

    Returns
    -------
    DataFrame
        The columns of ``outputs/task_breakdown`` that are ours, with ``level`` (0 project, 1
        owner, 2 period, 3 week), ``style``, and ``plan``, ``party`` (−1 above the owner). The keys
        of totals are :data:`TOTAL`, :data:`LISTED`, :data:`OTHER`; :meth:`Work.lasting` is to come.
    """
    weeks = work.weeks
    by_project = with_common_days(
        summed(weeks, ["project_key"]), work.plans, work.as_of, work.calendar
    )
    parts = [
        by_project.assign(level=0),
        summed(weeks, ["project_key", "plan", "party"]).assign(level=1),
        summed(weeks, ["project_key", "plan", "party", "period"]).assign(level=2),
        weeks.assign(level=3),
    ]
    rows = pd.concat(parts, ignore_index=True)
    rows[list(PLACE)] = rows[list(PLACE)].fillna(-1).astype(np.int64)
    project, _ = pd.factorize(rows["project_key"].to_numpy(dtype=object))
    order = np.lexsort([*(rows[name].to_numpy(np.int64) for name in reversed(PLACE)), project])
    rows = rows.iloc[order].reset_index(drop=True)
    rows = named(rows, work)
    rows["style"] = np.where(rows["level"] < 2, "subtotal", "detail")
    rows = pd.concat([rows, totals(work)], ignore_index=True)
    return _shown(work.measure(rows), work)


def named(rows: pd.DataFrame, work: Work) -> pd.DataFrame:
    """Name project, owner and period of each row, and give it the key that lasts over time."""
    lang = work.lang
    plan, party, period, span = (rows[name].to_numpy(dtype=np.int64) for name in PLACE)
    found = {
        name: np.full(len(rows), "", dtype=object)
        for name in ("project", "owner", "period", "basis")
    }
    key = _escaped(rows["project_key"].to_numpy(dtype=object))
    found["project"] = rows["project_key"].map(_projects(work)).to_numpy(dtype=object)
    for number, each in enumerate(work.plans):
        mine = np.flatnonzero(plan == number)
        owners = each.parties["owner"].to_numpy(dtype=object)
        owners = np.where(owners == "", text("task.unassigned", lang), owners)
        found["owner"][mine] = owners[party[mine]]
        found["basis"][mine] = work.basis[number]
        at_period, at_week = mine[(period[mine] >= 0) & (span[mine] < 0)], mine[span[mine] >= 0]
        found["period"][mine] = each.plan or text("task.whole_plan", lang)
        found["period"][at_period] = each.grid.labels[period[at_period]]
        # Set in, so that a week reads as part of the period above it.
        found["period"][at_week] = "\u3000" + each.grid.weeks[span[at_week]]
        owner_key = _escaped(each.parties["owner_key"].to_numpy(dtype=object))
        plan_key = _escaped(np.array([each.plan or _period(each)], dtype=object))[0]
        key[mine] += "|" + owner_key[party[mine]] + "|" + plan_key
        below = mine[period[mine] >= 0]
        key[below] += "|" + _escaped(each.grid.keys)[period[below]]
        key[at_week] += "|" + each.grid.weeks[span[at_week]]
    return rows.assign(key=key, **found)


def _period(plan: Breakdown) -> str:
    """Give the days of a plan, by which one without a name is known: ``2025-04-01–2025-06-30``."""
    return f"{date_text(plan.grid.start)}–{date_text(plan.grid.end)}"


def _escaped(names: Texts) -> Texts:
    """Make names safe to be joined by | and to stand beside the keys of totals."""
    safe = [
        str(name).replace("\\", "\\\\").replace("|", "\\|").replace("#", "\\#") for name in names
    ]
    return np.array(safe, dtype=object)


def _projects(work: Work) -> dict[str, str]:
    """Give the name of each project, as first written, by its key."""
    found = {"": text("task.no_project", work.lang)}
    for each in work.plans:
        for key, name in zip(each.parties["project_key"], each.parties["project"], strict=True):
            found.setdefault(key, name)
    return found


def totals(work: Work) -> pd.DataFrame:
    """Give the total; where receipts count for no target, these and the subtotal before it."""
    lang = work.lang
    whole = with_common_days(summed(work.weeks, []), work.plans, work.as_of, work.calendar)
    whole = whole.assign(level=0, plan=-1, party=-1, style="total", owner="", period="", basis="")
    total = whole.assign(key=TOTAL, project=text("task.total", lang))
    if not len(work.other.rows):
        return total
    amount = int(work.other.rows["amount"].sum())
    count = text("task.basis_other", lang, count=f"{len(work.other.rows):,}")
    other = whole.assign(**NOTHING, key=OTHER, project=text("task.other", lang), actual=amount)
    other = other.assign(style="subtotal", basis=count, known=1)
    listed = whole.assign(key=LISTED, project=text("task.listed", lang), style="subtotal")
    total["actual"] += amount
    total["known"] += 1
    if work.unlike:
        total["basis"] = text("task.basis_mixed", lang)
    return pd.concat([listed, other, total], ignore_index=True)


def _shown(rows: pd.DataFrame, work: Work) -> pd.DataFrame:
    """Leave blank what does not exist: no target is not a target of 0."""
    planned = rows["days"] > 0
    blank = {
        name: rows[name].astype("Int64").where(planned)
        for name in ("target", "to_date", "workdays")
    }
    return rows.assign(**blank, status=shown_status(rows, work))


def shown_status(rows: pd.DataFrame, work: Work) -> Texts:
    """Give the words of the status of rows; a total of unlike things has none."""
    words = status_texts(rows["status"].to_numpy(), work.lang)
    if work.unlike:
        words[(rows["key"] == TOTAL).to_numpy(dtype=np.bool_)] = ""
    return words


def status_texts(codes: Texts, lang: Lang) -> Texts:
    """Give the words of status codes, never colour alone: ``● 红``, ``○ 无数据`` for None."""
    none = text("task.no_data", lang)
    named = labels("status", codes.tolist(), lang)
    shown = [none if name is None else text("task.colour", lang, label=name) for name in named]
    return np.array(shown, dtype=object)
