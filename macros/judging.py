"""Which rows of a table are counted: the parts rows play, and what a row cannot be without.

A row that is left out is always reported: with its amount, if that can be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from macros import layout, schema
from macros.book import address
from macros.problems import Problem
from macros.totals import check_totals
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.columns import Converted
    from macros.headers import Candidate
    from macros.problems import Severity

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]


class Rows(NamedTuple):
    """Rows of a region by the part they play (counted from 0)."""

    details: Ints
    totals: Ints
    repeated: Ints
    notes: Ints
    last: int


@dataclass(slots=True, eq=False)
class Work:
    """What is known of a table while it is being read."""

    one: Candidate
    rows: Rows
    scales: dict[str, int]
    problems: list[Problem]
    #: required field -> detail rows left out because they have no value in it
    lacking: dict[str, Bools] = field(default_factory=dict)

    @property
    def schema(self) -> schema.TableSchema:
        """The table's schema."""
        return schema.tables()[self.one.table]

    def say(  # noqa: PLR0913, PLR0917 - a problem has so many parts
        self,
        code: str,
        severity: Severity,
        row: int,
        column: int | None = None,
        found: str = "",
        amount: int | None = None,
        **params: object,
    ) -> None:
        """Add a problem at a cell (row and column from 0; without column the first one)."""
        at = self.one.first_column if column is None else column
        self.problems.append(
            Problem(
                code,
                severity,
                table=self.one.table,
                sheet=self.one.grid.sheet.name,
                cell=address(row + 1, at + 1),
                found=found,
                params=params,
                amount=amount,
            )
        )


def present(converted: Converted) -> Bools:
    """Say which rows have a value."""
    values = converted.data
    if values.dtype == object:
        return np.asarray(values != "", dtype=np.bool_)
    if values.dtype == np.int64:
        return np.asarray(values != MISSING)
    return np.isfinite(values.astype(np.float64))


def judge_rows(work: Work, converted: dict[str, Converted]) -> Bools:
    """Say which detail rows are counted, and report those that are not."""
    rows = work.rows.details
    keep = np.ones(len(rows), dtype=np.bool_)
    if not converted or not len(rows):
        return keep
    has = {name: present(column) for name, column in converted.items()}
    spoilt = {name: _spoilt(column, len(rows)) for name, column in converted.items()}
    hard = [n for n in has if work.schema.field(n).kind not in {"text", "any", "flag"}]
    soft = [n for n in has if n not in hard]
    count = sum(mask.astype(np.int64) for mask in has.values())
    serious = np.zeros(len(rows), dtype=np.bool_)
    for name in hard:
        serious |= has[name] | spoilt[name]
    required = [n for n in has if work.schema.field(n).required]
    if hard:  # a lone text under a table with amounts and dates is a note, not a row
        lone = ~serious & (count <= 1) & ~_any(spoilt, soft, len(rows))
        report_notes(work, rows[lone])
        keep &= ~lone
    alone = has.get("amount", np.zeros(len(rows), dtype=np.bool_)) & (count == 1) & keep
    if len(has) > 1:
        keep &= ~_report_lone_amounts(work, converted, alone & ~_any(spoilt, list(has), len(rows)))
    for name in required:
        lacking = ~has[name] & keep
        work.lacking[name] = lacking
        _report_lacking(work, converted, name, lacking & ~spoilt[name], keep)
    for name in required:
        keep &= has[name]
    return keep


def _any(masks: dict[str, Bools], names: list[str], length: int) -> Bools:
    result = np.zeros(length, dtype=np.bool_)
    for name in names:
        result |= masks[name]
    return result


def _spoilt(column: Converted, length: int) -> Bools:
    mask = np.zeros(length, dtype=np.bool_)
    mask[[found.position for found in column.findings if found.unusable]] = True
    return mask


def report_notes(work: Work, rows: Ints) -> None:
    """Say once how many rows hold a note only (制表人：…)."""
    if not len(rows):
        return
    texts = (work.one.grid.text(int(rows[0]), c) for c, _ in work.one.heads)
    found = next((text for text in texts if text.strip()), "")
    work.say("note_row", "info", int(rows[0]), found=found, n=len(rows))


def _report_lone_amounts(work: Work, converted: dict[str, Converted], alone: Bools) -> Bools:
    """Report rows with an amount and nothing else: sum rows without a label, or lost amounts."""
    if not alone.any():
        return alone
    amounts = np.asarray(converted["amount"].data, dtype=np.int64)
    column = work.one.fields["amount"].column
    others = ~alone & (amounts != MISSING)
    found = check_totals(
        work.rows.details[others],
        amounts[others],
        work.rows.details[alone],
        amounts[alone],
        column,
    )
    for total in found:
        if total.difference == 0 and total.stated:
            work.say(
                "unlabelled_total", "warning", total.row, column,
                layout.money_text(total.stated), n=1,
            )  # fmt: skip
        else:
            work.say(
                "lone_amount", "error", total.row, column,
                layout.money_text(total.stated), total.stated,
            )  # fmt: skip
    return alone


def _report_lacking(
    work: Work, converted: dict[str, Converted], name: str, lacking: Bools, keep: Bools
) -> None:
    found = work.one.fields[name]
    for position in np.flatnonzero(lacking & keep):
        work.say(
            "missing_required",
            "error",
            int(work.rows.details[position]),
            found.column,
            amount=known_amount(converted, int(position)),
            heading=found.heading.text,
        )


def known_amount(converted: dict[str, Converted], position: int) -> int | None:
    """Give the amount of a row in cents where it has one that can be read."""
    if "amount" not in converted:
        return None
    cents = int(np.asarray(converted["amount"].data, dtype=np.int64)[position])
    return None if cents == MISSING else cents
