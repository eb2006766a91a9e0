"""``huikuan demo``: the sample workbook, every action on it, what a finance person wants to see."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from addin import report
from addin.run import create, run_several
from addin.store import Slot, digest
from addin.usage import DONE, PROBLEMS
from macros.layout import money_text
from macros.template import new_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from addin.console import Screen
    from addin.run import RunResult
    from macros.changes import Changes
    from macros.problems import Problem

ACTIONS: Final = ("map", "check", "aging", "task-breakdown", "dunning")
LARGEST: Final = 5


def demo(folder: Path, shown: Screen) -> int:
    """Build the sample workbook in a folder, run every action, print a summary.

    A demo workbook of an earlier run is replaced if it is as that run left it; one on which
    somebody has written keeps its content under another name.

    Returns
    -------
    int
        0: what is odd in the sample is there on purpose, and is reported; 1 where a sum does not
        tie to its source.
    """
    started = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    book = folder / shown.text("demo.file")
    kept = _make_room(book)
    with shown.progress(shown.text("demo.label")) as step:
        step(shown.text("demo.building"), 0.0)
        create(book, new_workbook(shown.lang, sample=True), shown.lang)
        done = run_several(book, ACTIONS, lang=shown.lang, progress=step)
    seconds = time.perf_counter() - started
    if shown.as_json:
        shown.emit(_as_json(book, done, shown, seconds))
    else:
        _print(book, done, shown, seconds)
        if kept:
            shown.say(shown.text("demo.kept", path=kept))
    return PROBLEMS if _untied(done) else DONE


def _untied(done: dict[str, RunResult]) -> bool:
    """Whether a result of any action does not add up to its source."""
    return any(each.changes.tie_out != 0 for each in done.values())


def _make_room(book: Path) -> Path | None:
    """Move an earlier demo workbook out of the way; give its new name where it was written on."""
    if not book.exists():
        return None
    last = Slot(book).load()
    if last is not None and last.after == digest(book):
        book.unlink()
        return None
    names = (book.with_stem(f"{book.stem}-{number}") for number in itertools.count(1))
    free = next(name for name in names if not name.exists())
    return book.rename(free)


def _as_json(
    book: Path, done: dict[str, RunResult], shown: Screen, seconds: float
) -> dict[str, Any]:
    return {
        "status": "problems" if _untied(done) else "done",
        "path": str(book),
        "seconds": round(seconds, 1),
        "results": [report.as_json(action, each, shown.lang) for action, each in done.items()],
        "largest_overdue": [
            {"customer": name, "overdue": money_text(cents).replace(",", "")}
            for name, cents in largest_overdue(done["aging"].changes)
        ],
    }


def _print(book: Path, done: dict[str, RunResult], shown: Screen, seconds: float) -> None:
    shown.say(shown.text("demo.title"), "bold")
    for action in ("aging", "task-breakdown", "dunning"):
        shown.say("")
        shown.say(report.label(shown, action), "bold")
        report.not_tied(shown, action, done[action])
        for name, value in done[action].changes.summary:
            shown.say(f"  {name}: {value}")
        for note in _tie_outs(done[action].changes):
            shown.say(f"  {note}")
        if action == "aging":
            _print_largest(done[action].changes, shown)
    found = _found(done)
    shown.say("")
    shown.say(shown.text("demo.found"), "bold")
    report.problems(shown, found)
    shown.say(shown.text("demo.where", path=book, seconds=f"{seconds:.1f}"), "bold")
    shown.say(shown.text("demo.next", path=book))


def _tie_outs(changes: Changes) -> list[str]:
    """Give the lines that say that a sheet ties to its source (``✓``) or does not (``✗``)."""
    notes = [note for sheet in changes.sheets for note in sheet.notes]
    return list(dict.fromkeys(note for note in notes if "✓" in note or note[:1] == "✗"))


def _found(done: dict[str, RunResult]) -> list[Problem]:
    """Give what the reading and every action found, each once."""
    every = [problem for each in done.values() for problem in each.problems]
    return list({(one.code, one.sheet, one.cell, one.found): one for one in every}.values())


def _print_largest(changes: Changes, shown: Screen) -> None:
    rows = [(name, money_text(cents)) for name, cents in largest_overdue(changes)]
    headings = [shown.text("demo.customer"), shown.text("demo.overdue")]
    shown.table(headings, rows, title=shown.text("demo.largest"), right=(1,))


def largest_overdue(changes: Changes) -> list[tuple[str, int]]:
    """Give the customers with most overdue, in cents, from the rows of the aging sheet."""
    block = changes.sheets[0].blocks[0]
    frame = block.data
    bands = [column.id for column in block.columns if column.id.startswith("band")][1:]
    levels = pd.Series(0 if block.levels is None else block.levels, index=frame.index)
    styles = pd.Series("detail" if block.styles is None else block.styles, index=frame.index)
    rows = frame[(levels == 0) & (styles != "total") & (styles != "archive")]
    overdue = rows[bands].apply(pd.to_numeric).sum(axis=1)
    first = overdue.sort_values(ascending=False, kind="stable").head(LARGEST)
    return [(str(rows.loc[at, "customer"]), int(cents)) for at, cents in first.items() if cents > 0]
