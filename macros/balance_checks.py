"""What a balance book says against itself: sums, openings, customers that vanish, ages by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from macros.balance_periods import spans_of
from macros.balances import (
    BANDS,
    balances_at,
    closings,
    customers,
    moves,
    signed,
    spread_balances,
)
from macros.layout import date_text, money_text
from macros.places import Places
from macros.problems import Problem
from macros.schema import numbered
from udfs.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from macros.balance_periods import Span
    from macros.tables import Table
    from udfs.arrays import Ints


def balance_problems(table: Table, day: int) -> Iterator[Problem]:
    """Check a balance book as of a day."""
    yield from _sums(table)
    found = balances_at(table, day)
    if found is None:
        return
    if len(table):
        yield from _beyond(table, day, found.spans[-1])
    yield from _openings(table, day)
    places = Places(table, "closing")
    closing = closings(table)
    for row in found.vanished.tolist():
        amount = money_text(int(closing[row]))
        yield places.problem("balance_vanished", "warning", row, found=amount)
    bands = [name for name, _ in BANDS if table.has(name)]
    if bands and moves(table):
        yield from _by_hand(table, found.rows, spread_balances(found.closing, found.debits))


def _beyond(table: Table, day: int, last: Span) -> Iterator[Problem]:
    """Say where nothing is known of the days between the last period's end and the as-of date."""
    if last.end >= day:
        return
    by_region = [*zip(table.regions, spans_of(table, day), strict=True)]
    region = next(one for one, spans in by_region if last in spans)
    running = sorted({one for _, of in by_region for one in of if one.start <= day < one.end})
    params = {"last": date_text(last.end), "day": date_text(day)}
    if running:
        params |= {"start": date_text(running[0].start), "end": date_text(running[0].end)}
    yield Problem(
        "period_not_ended" if running else "balances_end",
        "warning",
        table=table.name,
        sheet=region.sheet,
        cell=region.cell("closing"),
        found=date_text(last.end),
        params=params,
    )


def _sums(table: Table) -> Iterator[Problem]:
    """Say where opening + debits − credits is not the closing balance."""
    opening, closing = signed(table, "opening"), signed(table, "closing")
    known = (opening != MISSING) & (closing != MISSING) & table.has("debit")
    movement = np.zeros(len(table), dtype=np.int64)
    step = 1
    while table.has(numbered("debit", step)):
        movement += _cents(table, numbered("debit", step))
        movement -= _cents(table, numbered("credit", step))
        step += 1
    gap = np.where(known, closing - opening - movement, 0)
    # The side may be that of the opening balance as well, or of the closing one alone.
    other = np.where(known, closing + opening - movement, 0)
    places = Places(table, "closing")
    for row in np.flatnonzero((gap != 0) & (other != 0)).tolist():
        yield places.problem(
            "balance_does_not_add_up", "warning", row,
            found=money_text(int(closing[row])),
            computed=money_text(int(closing[row] - gap[row])), gap=money_text(int(gap[row])),
        )  # fmt: skip


def _openings(table: Table, day: int) -> Iterator[Problem]:
    """Say where a period opens with another balance than the one before closed with."""
    spans = spans_of(table, day)
    region, who = table.region_numbers(), customers(table)
    order = sorted(range(len(spans)), key=lambda at: spans[at][0] if spans[at] else ())
    opening, closing = signed(table, "opening"), closings(table)
    places = Places(table, "opening")
    for before, after in pairwise(order):
        if spans[before][-1].end + 1 != spans[after][0].start:
            continue  # a period between them is missing: nothing says how it closed
        was = np.zeros(int(who.max(initial=-1)) + 2, dtype=np.int64)
        rows = (region == before) & (closing != MISSING) & (who >= 0)
        np.add.at(was, who[rows], closing[rows])
        now = np.zeros(len(was), dtype=np.int64)
        rows = (region == after) & (opening != MISSING) & (who >= 0)
        np.add.at(now, who[rows], opening[rows])
        for row in np.flatnonzero(rows & (now[who] != was[who])).tolist():
            yield places.problem(
                "opening_differs", "warning", row,
                found=money_text(int(now[who[row]])), before=money_text(int(was[who[row]])),
            )  # fmt: skip


def _by_hand(table: Table, rows: Ints, parts: npt.NDArray[np.int64]) -> Iterator[Problem]:
    """Compare ages filled in by hand with those worked out; blank ones say nothing."""
    years = parts.shape[1] - 1
    names = [*(f"years_{n}" for n in range(years)), f"over_{years}"]
    if not all(table.has(name) for name in names):
        return
    hand = np.column_stack([_cents(table, name)[rows] for name in names])
    computed = parts[:, ::-1]
    differs = (hand.sum(axis=1) != 0) & (hand != computed).any(axis=1)
    for at in np.flatnonzero(differs).tolist():
        column = int(np.argmax(hand[at] != computed[at]))
        yield Places(table, names[column]).problem(
            "hand_aging_differs", "warning", int(rows[at]),
            found=money_text(int(hand[at, column])), computed=money_text(int(computed[at, column])),
        )  # fmt: skip


def _cents(table: Table, name: str) -> Ints:
    found: npt.NDArray[np.int64] = table.get(name).to_numpy(dtype=np.int64, na_value=0)
    return found
