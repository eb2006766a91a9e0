"""``task-breakdown``: a target down to weeks, receipts beside it, tied to the cent at every level.

Target → phases or months → ISO weeks by project × owner; receipts up to and including the as-of
date; completion beside the working days that have passed. Without a target the balance due in the
period takes its place, and the title says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from macros import layout
from macros.action import action
from macros.breakdown import break_down
from macros.changes import Changes
from macros.due import Dues, ledger_of
from macros.pace import Placed, place, weeks_of
from macros.parties import normals
from macros.periods import grid
from macros.places import Places
from macros.plan_terms import Terms, phase_problems, phases_of, terms_of, unpublished
from macros.problems import Problem
from macros.stamp import in_unit, rows_read, title_unit, unit
from macros.target_parties import SOURCE
from macros.targets import refuse_too_long, targets_of
from macros.task_rows import LISTED, TOTAL, Work, task_rows
from macros.task_sheets import Heading, detail_sheet, summary_sheet
from macros.texts import Message, text
from udfs import rules

if TYPE_CHECKING:
    from macros.action import Settings
    from macros.breakdown import Breakdown
    from macros.ledger import Ledger
    from macros.periods import Phases
    from macros.tables import Tables
    from macros.targets import Targets
    from macros.texts import Lang


@action(
    SOURCE,
    group="plan",
    icon="task-breakdown",
    may_read=("targets", "phases", "receivables", "receipts", "contracts", "customers"),
    writes=("task-breakdown", "task-breakdown.summary"),
    options=(
        "plan",
        "plan_weights",
        "plan_by",
        "period_start",
        "period_end",
        "firm_days_off",
        "firm_workdays",
        "currency",
        "unit",
    ),
)
def task_breakdown(tables: Tables, settings: Settings) -> Changes:
    """Break the targets down as of ``settings.as_of``.

    Raises
    ------
    Refusal
        As :func:`macros.ledger.open_ledger` and :func:`macros.targets.targets_of`;
        ``bad_setting_value`` for weights that are none, ``firm_days_clash``, ``plan_too_long``.
    """
    terms = terms_of(tables, settings)
    ledger = ledger_of(tables, settings)
    dues = Dues(ledger)
    targets = targets_of(tables, settings, ledger, dues)
    plans, said = _plans(tables, targets, terms, dues, settings.lang)
    placed = place(ledger.receipts, plans, targets.items)
    known = bool(len(ledger.receipts)) or "receipts" in tables
    work = Work(
        plans=plans,
        weeks=weeks_of(plans, placed, settings.as_of),
        other=_unplaced(placed),
        as_of=settings.as_of,
        calendar=terms.calendar,
        receipts_known=known,
        basis=[_basis(plan, targets, terms, settings.lang) for plan in plans],
        lang=settings.lang,
        from_due=targets.from_due,
    )
    run = _Run(tables, settings, terms, ledger, targets, work, placed)
    return _changes(run, said)


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """Everything that a run computed, to be told."""

    tables: Tables
    settings: Settings
    terms: Terms
    ledger: Ledger
    targets: Targets
    work: Work
    placed: Placed

    @property
    def lang(self) -> Lang:
        """Of the output."""
        return self.settings.lang


def _plans(
    tables: Tables, targets: Targets, terms: Terms, dues: Dues, lang: Lang
) -> tuple[list[Breakdown], _Said]:
    """Break down each plan that was chosen, and gather what is to be said on the way."""
    plans: list[Breakdown] = []
    problems: list[Problem] = []
    messages: list[Message] = []
    for name in dict.fromkeys(normals(targets.goals["plan"])):
        goals = targets.goals[normals(targets.goals["plan"]) == name].reset_index(drop=True)
        start, end = int(goals["start"].min()), int(goals["end"].max())
        refuse_too_long(str(goals["plan"].iloc[0]), start, end)
        phases = _phases(tables, str(goals["plan"].iloc[0]), targets, terms)
        if phases is None and terms.by == "phases":
            messages.append(Message("task.no_phases"))
        if phases is not None:
            found = phase_problems(tables.require("phases"), phases, (start, end), lang)
            problems.extend(found)
        cut = grid(start, end, terms.calendar, phases, lang)
        problems.extend(unpublished(cut))
        due = dues.within(start, end) if terms.weights == "due" else None
        plans.append(break_down(goals, cut, terms.weights, due))
    if any(plan.fell_back for plan in plans):
        label = rules.rule("plan_weights", terms.weights).label(lang)
        messages.append(Message("task.fell_back", {"weights": label}))
    return plans, _Said(tuple(messages), tuple(problems))


@dataclass(frozen=True, slots=True)
class _Said:
    """Messages and problems of the breaking down itself."""

    messages: tuple[Message, ...]
    problems: tuple[Problem, ...]


def _phases(tables: Tables, plan: str, targets: Targets, terms: Terms) -> Phases | None:
    """Give the phases to cut at; a period that is no plan has none unless they are asked for."""
    if terms.by == "months" or (targets.from_due and terms.by == "auto"):
        return None
    return phases_of(tables, plan)


def _unplaced(placed: Placed) -> Placed:
    """Keep the receipts of the period that count for no target."""
    none = placed.plan < 0
    rows = placed.rows[none].reset_index(drop=True)
    return Placed(rows, placed.plan[none], placed.party[none], placed.span[none])


def _basis(plan: Breakdown, targets: Targets, terms: Terms, lang: Lang) -> str:
    """Say what a plan was spread by."""
    weights = rules.rule("plan_weights", terms.weights).label(lang)
    typed = not np.isnan(plan.grid.weights).any()
    code = "basis_due" if targets.from_due else "basis_typed" if typed else "basis"
    return text(f"task.{code}", lang, weights=weights)


def _changes(run: _Run, said: _Said) -> Changes:
    """Lay out the sheets, and say what was found."""
    rows = task_rows(run.work)
    heading, difference = _heading(run)
    table = run.tables.get("targets")
    linked = table is not None and not run.targets.from_due
    places = Places(table, "amount") if table is not None and linked else None
    messages = [*run.targets.messages, *said.messages]
    if not run.work.receipts_known:
        messages.append(Message("task.no_receipts"))
    undated = run.ledger.receipts["receipt_date"].isna()
    if undated.any():
        amount = int(run.ledger.receipts.loc[undated, "amount"].sum())
        messages.append(Message("task.undated", {"amount": layout.money_text(amount)}))
    unknown = _unknown(run.placed)
    if unknown:
        messages.append(Message("task.unknown", dict(unknown[0].params)))
    return Changes(
        sheets=tuple(
            in_unit(sheet, run.tables, run.settings)
            for sheet in (
                detail_sheet(run.work, rows, heading, places),
                summary_sheet(run.work, heading),
            )
        ),
        messages=tuple(messages),
        problems=(*run.ledger.problems, *run.targets.problems, *said.problems, *unknown),
        summary=_summary(run, rows, difference),
        tie_out=difference,
    )


def _unknown(placed: Placed) -> tuple[Problem, ...]:
    """Say for how many parties what came in has no date, so that no completion can be told."""
    count = sum(int(parties.sum()) for parties in placed.unknown)
    if not count:
        return ()
    amount = layout.money_text(placed.undated)
    params: dict[str, object] = {"parties": f"{count:,}", "amount": amount}
    return (
        Problem(
            "task_undated", "warning", "receivables", found=amount, params=params, source=SOURCE
        ),
    )


def _heading(run: _Run) -> tuple[Heading, int]:
    """Give the lines at the top, and the difference of the tie-outs in cents."""
    lang, targets, work = run.lang, run.targets, run.work
    start = min(plan.grid.start for plan in work.plans)
    end = max(plan.grid.end for plan in work.plans)
    as_of = layout.date_text(run.settings.as_of)
    names = _plan_names(run)
    unit_text = unit(run.tables, run.settings, run.ledger.currency)
    title = text(
        "task.title_due" if targets.from_due else "task.title",
        lang,
        as_of=as_of,
        plan=names,
        start=layout.date_text(start),
        end=layout.date_text(end),
        unit=title_unit(run.tables, run.settings, run.ledger.currency),
    )
    total = int(work.weeks["target"].sum())
    listed = int(work.weeks["actual"].sum()) + int(work.other.rows["amount"].sum())
    dates = run.ledger.receipts["receipt_date"]
    inside = ((dates >= start) & (dates <= end)).fillna(value=False)
    received = int(run.ledger.receipts.loc[inside.to_numpy(dtype=np.bool_), "amount"].sum())
    source = text("task.sum_of_due" if targets.from_due else "task.sum_of_targets", lang)
    ties = (
        (text("task.sum_of_weeks", lang), total, source, targets.source_total),
        (text("task.listed_receipts", lang), listed, text("task.ledger_receipts", lang), received),
    )
    lines = [layout.tie_out(*tie, lang) for tie in ties]
    off = [line for line, tie in zip(lines, ties, strict=True) if tie[1] != tie[3]]
    tied = [line for line in lines if line not in off]
    notes = (*off, *_read(run), _rules(run), *tied)
    difference = next((tie[1] - tie[3] for tie in ties if tie[1] != tie[3]), 0)
    return Heading(title, notes, as_of, unit_text), difference


def _plan_names(run: _Run) -> str:
    unnamed = text("task.due_plan" if run.targets.from_due else "task.all_plans", run.lang)
    return ", ".join(plan.plan or unnamed for plan in run.work.plans)


def _read(run: _Run) -> tuple[str, ...]:
    lines = []
    if run.targets.read:
        counts = {"read": f"{run.targets.read:,}", "counted": f"{run.targets.counted:,}"}
        lines.append(text("task.targets_read", run.lang, **counts))
    return (*lines, rows_read(run.ledger, run.lang))


def _rules(run: _Run) -> str:
    """Name the rule rows that decided."""
    lang = run.lang
    weights = rules.rule("plan_weights", run.terms.weights)
    cuts = (
        text("task.by.phases" if plan.grid.phased else "task.by.months", lang)
        for plan in run.work.plans
    )
    steps = [
        text("task.status_step", lang, label=row.label(lang), least=f"{row.number('min_pace'):.0%}")
        for row in rules.rules("status")
        if row.cells["min_pace"]
    ]
    return text(
        "task.stamp",
        lang,
        weights=weights.label(lang),
        stamp=weights.stamp(),
        by=" ".join(dict.fromkeys(cuts)),
        status=", ".join(steps),
    )


def _summary(run: _Run, rows: pd.DataFrame, difference: int) -> tuple[tuple[str, str], ...]:
    """Give the figures that the person is told at the end."""
    # A total of unlike things has no completion: what is measured is told.
    total = rows[rows["key"] == (LISTED if run.work.unlike else TOTAL)].iloc[0]
    lang = run.lang

    def money(value: object) -> str:
        return "—" if value is pd.NA else layout.money_text(int(cast("int", value)))

    def rate(value: float) -> str:
        return "—" if np.isnan(value) else f"{value:.1%}"

    shown = {
        "plan": _plan_names(run),
        "target": money(total["target"]),
        "actual": money(total["actual"]),
        "completion": rate(float(total["completion"])),
        "pace": rate(float(total["pace_gap"])),
        "status": str(total["status"]),
        "tie_out": layout.money_text(difference),
    }
    return tuple((text(f"task.summary.{name}", lang), value) for name, value in shown.items())
