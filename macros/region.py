"""Read one table: rows sorted into details and others, columns converted, the frame made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypedDict

import numpy as np
import numpy.typing as npt
import pandas as pd

from macros import columns, dates, layout, schema
from macros.above import day_above, unit_above
from macros.aliases import is_balance
from macros.book import address
from macros.footnotes import is_footnote, mask_of_footnotes, mask_of_words
from macros.grid import BLANK
from macros.headers import mask_of_headings
from macros.judging import Rows, Work, judge_rows, known_amount, report_notes
from macros.merged import fill_down, rows_of_shared_amount
from macros.named_periods import named
from macros.problems import Problem
from macros.tables import Region, Table, Unusable
from macros.totals import check_totals, mask_of_tied, mask_of_totals
from macros.usable import unusable_column
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.columns import Cells, Converted
    from macros.headers import Assigned, Candidate
    from macros.merged import Span
    from macros.problems import Severity

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]


#: Fields in which people write sentences: 无 there is what they wrote, not a blank.
_FREE: Final = frozenset({"note", "result"})


class Reading(NamedTuple):
    """A table, and what was met while reading it."""

    table: Table
    problems: tuple[Problem, ...]
    unusable: Unusable | None = None


def read_region(one: Candidate, order: str = "") -> Reading:
    """Read a recognised table.

    Parameters
    ----------
    one : Candidate
        Where it stands and which heading feeds which field.
    order : str
        The order of day and month that 参数 asks for: "ymd", "mdy", "dmy" or "" for automatic.
    """
    rows = _sort_rows(one)
    one, spans = fill_down(one)
    work = Work(one, rows, _scales(one), [])
    _say_merged(work, spans)
    _say_about_table(work)
    converted = _convert(work, work.rows.details, order)
    keep = judge_rows(work, converted)
    _check_sums(work, converted, keep)
    _say_findings(work, converted, keep)
    frame = _frame(work, converted, keep)
    region = Region(
        sheet=one.grid.sheet.name,
        header_row=one.row + 1,
        first_row=one.row + 2,
        last_row=work.rows.last + 1,
        columns={name: found.column + 1 for name, found in one.fields.items()},
        headings={name: found.heading.text for name, found in one.fields.items()},
        excel_table=one.excel.name if one.excel else "",
        last_detail=int(max(work.rows.details, default=one.row)) + 1,
        scales={name: scale for name, scale in work.scales.items() if scale != 1},
        balances=_holds_balances(work) and "received" not in one.fields,
        **_times(one),
    )
    unusable = unusable_column(work, converted, keep)
    return Reading(Table(one.table, frame, (region,)), tuple(work.problems), unusable)


class _Times(TypedDict):
    period: tuple[int, int]
    stated: str


def _times(one: Candidate) -> _Times:
    """Give of which days a table is: as a line above it says, else the name of its sheet."""
    name = one.grid.sheet.name
    period = (named(name).start, named(name).end)
    above = day_above(one)
    if above is None:
        return _Times(period=period, stated="")
    cell = f"{name}!{address(above.row + 1, above.column + 1)}"
    return _Times(period=(period[0] if period[1] == above.day else 0, above.day), stated=cell)


def _sort_rows(one: Candidate) -> Rows:
    grid = one.grid
    rows = np.arange(one.row + 1, one.last_row + 1, dtype=np.int64)
    filled = (grid.kinds[rows, one.first_column : one.last_column + 1] != BLANK).any(axis=1)
    unknown = {row - 1 for row, column in grid.sheet.uncached if _inside(one, column - 1)}
    filled |= np.isin(rows, list(unknown)) if unknown else False
    rows = rows[filled]
    repeated = mask_of_headings(one, rows)
    known = schema.tables()[one.table]
    guards = [
        found.column
        for name, found in one.fields.items()
        if name == known.key or known.field(name).kind == "date"
    ]
    totals = mask_of_totals(one, rows, guards) & ~repeated
    money, days = (
        [found.column for name, found in one.fields.items() if known.field(name).kind == kind]
        for kind in ("money", "date")
    )
    notes = mask_of_footnotes(one, rows, money, days) & ~repeated & ~totals
    totals |= _signed_sums(one, rows, totals, repeated | notes, days)
    last = int(rows[-1]) if len(rows) else one.row
    if one.excel is not None:
        last = min(one.excel.last_row - 1, grid.rows - 1) - int(one.excel.has_totals)
    shared = np.isin(rows, rows_of_shared_amount(one))
    details = rows[~totals & ~repeated & ~notes & ~shared]
    return Rows(details, rows[totals], rows[repeated], rows[notes], max(last, one.row))


def _signed_sums(
    one: Candidate, rows: Ints, totals: Bools, others: Bools, days: list[int]
) -> Bools:
    """Say which rows are sums behind a signature or a note: 制表人：张三 and SUM of the column."""
    asked = mask_of_words(one, rows) & ~totals & ~others
    for column in days:
        asked &= (one.grid.kinds[rows, column] == BLANK) | one.grid.where_text(is_footnote)[
            rows, column
        ]
    found = np.zeros(len(rows), dtype=np.bool_)
    if asked.any():
        details = ~totals & ~others & ~asked
        for name, scale in _scales(one).items():
            cells = columns.Cells.of(one.grid, rows, one.fields[name].column)
            amounts = np.asarray(columns.money(cells, scale).data, dtype=np.int64)
            found |= mask_of_tied(rows, asked, totals, details, amounts)
    return found


def _say_merged(work: Work, spans: list[Span]) -> None:
    """Say what was filled down, and which rows have no amount of their own."""
    if spans:
        first = min(spans, key=lambda span: (span.top, span.column))
        found = work.one.grid.text(first.top, first.column)
        cells = sum(span.bottom - span.top for span in spans)
        work.say("filled_down", "info", first.top, first.column, found, n=cells)
    shared = rows_of_shared_amount(work.one)
    if len(shared):
        column = work.one.fields["amount"].column
        work.say("shared_amount", "warning", int(shared.min()), column, n=len(shared))


def _inside(one: Candidate, column: int) -> bool:
    return one.first_column <= column <= one.last_column


def _scales(one: Candidate) -> dict[str, int]:
    """Multiplier of each money field: its heading's unit, else the one written above the table."""
    money = {
        name: found
        for name, found in one.fields.items()
        if schema.tables()[one.table].field(name).kind == "money"
    }
    above = unit_above(one) if money else None
    return {name: found.heading.scale or above or 1 for name, found in money.items()}


def _say_about_table(work: Work) -> None:
    one, rows = work.one, work.rows
    for name, scale in work.scales.items():
        if scale != 1:
            found = one.fields[name]
            work.say("scaled", "info", one.row, found.column, found.heading.text, scale=scale)
    if len(rows.repeated):
        work.say("repeated_header", "info", int(rows.repeated[0]), n=len(rows.repeated))
    report_notes(work, rows.notes)
    if not one.grid.sheet.visible:
        work.say("hidden_sheet", "info", one.row)
    for found in one.assigned:
        if found.how == "second":
            work.say("second_column", "info", one.row, found.column, found.heading.text)


def _convert(work: Work, rows: Ints, order: str) -> dict[str, Converted]:
    """Convert every field of some rows; the date columns vote on what each leaves open."""
    one = work.one
    result: dict[str, Converted] = {}
    started: dict[str, columns.DateColumn] = {}
    for name, found in one.fields.items():
        cells = columns.Cells.of(one.grid, rows, found.column)
        kind = work.schema.field(name).kind
        if kind == "date":
            started[name] = columns.start_dates(cells)
            converted = started[name].converted
        else:
            converted = _convert_kind(cells, kind, found, work.scales.get(name, 1))
        columns.unknown_cells(cells, converted)
        result[name] = converted
    for name, column in started.items():
        others = dates.together(c.votes for n, c in started.items() if n != name)
        columns.finish_dates(column, others, order)
    return result


def _convert_kind(cells: Cells, kind: str, found: Assigned, scale: int) -> Converted:
    if kind == "money":
        return columns.money(cells, scale)
    if kind in {"number", "rate", "days", "count"}:
        return columns.number(cells, kind, 0.01 if kind == "rate" and found.heading.percent else 1)
    if kind == "flag":
        return columns.flag(cells)
    return columns.text(cells, free=found.field in _FREE)


def _check_sums(work: Work, converted: dict[str, Converted], keep: Bools) -> None:
    """Compare the sum rows with the rows that are counted, column by column."""
    if not len(work.rows.totals):
        return
    details = work.rows.details
    tied = 0
    for name in work.scales:
        column = work.one.fields[name].column
        cells = columns.Cells.of(work.one.grid, work.rows.totals, column)
        stated = np.asarray(columns.money(cells, work.scales[name]).data, dtype=np.int64)
        amounts = np.asarray(converted[name].data, dtype=np.int64)
        for total in check_totals(details[keep], amounts[keep], work.rows.totals, stated, column):
            if total.difference == 0:
                tied += 1
                continue
            work.say(
                "total_differs", "warning", total.row, column, layout.money_text(total.stated),
                sum=layout.money_text(total.computed), gap=layout.money_text(total.difference),
            )  # fmt: skip
    work.say(
        "totals_left_out", "info", int(work.rows.totals[0]), n=len(work.rows.totals), tied=tied
    )


def _say_findings(work: Work, converted: dict[str, Converted], keep: Bools) -> None:
    """Turn what was met in the columns into problems; in a required field it costs the row."""
    told: set[int] = set()
    for name, column in converted.items():
        found = work.one.fields[name]
        required = work.schema.field(name).required
        for finding in column.findings:
            row = int(work.rows.details[finding.position])
            fatal = finding.unusable and required and not keep[finding.position]
            amount = None
            if fatal and finding.position not in told:
                amount = known_amount(converted, finding.position)
                told.add(finding.position)
            params = {**finding.params, "heading": found.heading.text}
            severity: Severity = "error" if fatal else finding.severity
            work.say(finding.code, severity, row, found.column, finding.found, amount, **params)


def _frame(work: Work, converted: dict[str, Converted], keep: Bools) -> pd.DataFrame:
    rows = work.rows.details[keep]
    data: dict[str, object] = {
        name: _series(column, work.schema.field(name).kind, keep)
        for name, column in converted.items()
    }
    _mend_balance(work, data)
    _mend_received(work, data, rows)
    _mend_currency(work, converted, data, keep)
    data["sheet"] = np.full(len(rows), work.one.grid.sheet.name, dtype=object)
    data["row"] = rows + 1
    return pd.DataFrame(data)


def _series(column: Converted, kind: str, keep: Bools) -> object:
    values = column.data[keep]
    if values.dtype == object:
        return values
    if kind == "flag":
        known = np.asarray(values != MISSING)
        return pd.arrays.BooleanArray(np.asarray(values == 1), ~known)
    if values.dtype == np.int64:
        return pd.arrays.IntegerArray(values.astype(np.int64), np.asarray(values == MISSING))
    known = np.isfinite(values.astype(np.float64))
    return pd.arrays.FloatingArray(np.where(known, values, 0).astype(np.float64), ~known)


def _holds_balances(work: Work) -> bool:
    """Whether the amount column is what is still open; a person who says 应收金额 is believed."""
    found = work.one.fields.get("amount")
    if work.one.table != "receivables" or found is None or found.how == "correction":
        return False
    return is_balance(found.heading)


def _mend_balance(work: Work, data: dict[str, object]) -> None:
    """Where the amount column is a balance, add what was received: the full amount is wanted."""
    found = work.one.fields["amount"] if _holds_balances(work) else None
    if found is None:
        return
    if "received" in data:
        received = pd.Series(data["received"], dtype="Int64").fillna(0)
        data["amount"] = pd.Series(data["amount"], dtype="Int64") + received
        work.say("balance_and_received", "info", work.one.row, found.column, found.heading.text)
    else:
        work.say("amount_is_balance", "info", work.one.row, found.column, found.heading.text)


def _mend_received(work: Work, data: dict[str, object], rows: Ints) -> None:
    """Where full amounts stand beside what is left of them, the rest is what came in."""
    full = work.one.fields.get("amount")
    if work.one.table != "receivables" or full is None or is_balance(full.heading):
        return
    if "received" in data or full.how == "correction":
        return
    left = next((a for a in work.one.assigned if a.how == "second" and is_balance(a.heading)), None)
    if left is None:
        return
    cells = columns.Cells.of(work.one.grid, rows, left.column)
    scale = left.heading.scale or work.scales["amount"]
    rest = _series(columns.money(cells, scale), "money", np.ones(len(rows), dtype=np.bool_))
    data["received"] = pd.Series(data["amount"], dtype="Int64") - pd.Series(rest, dtype="Int64")
    work.say("received_by_balance", "info", work.one.row, left.column, left.heading.text)


def _mend_currency(
    work: Work, converted: dict[str, Converted], data: dict[str, object], keep: Bools
) -> None:
    """Where amounts name more than one currency and no column does, the signs become the column."""
    signs = converted["amount"].signs if "amount" in converted else None
    if signs is None or "currency" in data or work.one.table not in {"receivables", "receipts"}:
        return
    named = sorted(set(signs[keep]) - {""})
    if len(named) > 1:
        data["currency"] = signs[keep]
        found = work.one.fields["amount"]
        names = ", ".join(named)
        work.say("mixed_signs", "warning", work.one.row, found.column, names, n=len(named))
