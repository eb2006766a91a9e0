"""The sheet 日志: one row for each run, the only place where the clock is written."""

from __future__ import annotations

import datetime as dt
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

import workbook_templates
from macros import layout
from macros.changes import Block, SheetContent
from macros.texts import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from macros.book import Book, Sheet
    from macros.changes import Changes
    from macros.problems import Problem
    from macros.tables import Tables
    from macros.texts import Lang

MARK: Final = "log"
_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a cell holds local time without a zone
_MINUTES: Final = 24 * 60


def log_sheet(  # noqa: PLR0913, PLR0917 - a row of the log tells each of these
    book: Book,
    action: str,
    as_of: int | None,
    tables: Tables,
    changes: Changes,
    problems: tuple[Problem, ...],
    lang: Lang,
) -> SheetContent:
    """Give the sheet 日志 with the rows that stand there and one more."""
    sheet = book.ours(MARK)
    rows = _rows_of(sheet) if sheet else []
    serious = sum(problem.severity != "info" for problem in problems)
    rows.append(
        {
            "run": f"{_last(rows) + 1:06d}",
            "time": _now(),
            "action": text(f"action.{action}.label", lang),
            "as_of": as_of,
            "rows": sum(len(table) for table in tables.found.values()),
            "problems": serious,
            "tie_out": changes.tie_out,
            "result": _result(changes, lang, serious=serious),
            "version": version("huikuan"),
        }
    )
    return log_content(rows, lang)


def joined(logs: Sequence[SheetContent], lang: Lang) -> SheetContent:
    """Join the logs of several runs on one reading: each ends with the row of its own run."""
    frames = [log.blocks[0].data for log in logs]
    rows: list[dict[str, Any]] = frames[0].iloc[:-1].to_dict("records")  # type: ignore[assignment]  # keys are column names
    first = _last(rows) + 1
    for number, frame in enumerate(frames, first):
        rows.append(
            dict(zip(frame.columns, frame.iloc[-1], strict=True)) | {"run": f"{number:06d}"}
        )
    return log_content(rows, lang)


def log_content(rows: list[dict[str, Any]], lang: Lang) -> SheetContent:
    """Give the sheet 日志 with these rows, the latest last."""
    columns = layout.columns("log", lang)
    data = pd.DataFrame(rows, columns=[column.id for column in columns])
    names = {row["mark"]: row[lang] for row in workbook_templates.rows("host/sheets")}
    block = Block("runs", columns, data, key="run")
    title = text("host.log_title", lang)
    return SheetContent(names[MARK], MARK, title, blocks=(block,), frozen_columns=0)


def _result(changes: Changes, lang: Lang, *, serious: int) -> str:
    said = [text("host.log_problems" if serious else "host.log_done", lang)]
    if changes.tie_out:
        said.append(text("host.log_not_tied", lang))
    if changes.nothing:
        said.append(changes.nothing.render(lang))
    said += [f"{name} {value}" for name, value in changes.summary]
    return ("；" if lang == "zh" else "; ").join(said)


def _now() -> float:
    """Give the time as a serial, to the minute that the sheet shows."""
    elapsed = dt.datetime.now() - _EPOCH  # noqa: DTZ005 - a cell holds local time without a zone
    return round(elapsed / dt.timedelta(days=1) * _MINUTES) / _MINUTES


def _last(rows: list[dict[str, Any]]) -> int:
    numbers = [int(row["run"]) for row in rows if str(row["run"]).isdigit()]
    return max(numbers, default=0)


def _rows_of(sheet: Sheet) -> list[dict[str, Any]]:
    """Read the rows that a host wrote: column ids stand hidden above the header."""
    cells = sheet.cells
    for row in range(min(len(cells), 40)):
        ids = [_id(cell) for cell in cells[row]]
        if "time" in ids:
            keyed = cells[row + 1 :, 0].tolist()
            return [
                _row(ids, cells[row + 1 + number].tolist(), str(key))
                for number, key in enumerate(keyed)
                if isinstance(key, str) and key.isdigit()
            ]
    return []


def _id(cell: object) -> str:
    """Give the column id of an id cell (``#runs/1:time``), or ""."""
    return cell.rpartition(":")[2] if isinstance(cell, str) and cell.startswith("#runs/") else ""


def _row(ids: list[str], cells: list[Any], key: str) -> dict[str, Any]:
    row: dict[str, Any] = {name: cell for name, cell in zip(ids, cells, strict=True) if name}
    money = row.get("tie_out")
    # The sheet shows units, a Block holds cents.
    row["tie_out"] = round(money * 100) if isinstance(money, float) else None
    return {**row, "run": key}
