"""A run: read, act, preview or apply, log; all of it or nothing, and one step back.

The order is what keeps a book safe: everything that may refuse comes before the first byte is
written; the new book is written beside the old one, read back and compared; the old one goes to the
store; then the new one takes its place in one step.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import workbook_templates
from addin import owners, store
from addin.hosts.package import reading, writing
from addin.hosts.package.opening import open_package
from addin.log import MARK as LOG
from addin.log import joined, log_sheet
from addin.recalculation import refreshing
from addin.replacing import refuse_if_read_only
from addin.space import bytes_of
from macros import settings
from macros.action import Settings, actions
from macros.changes import Changes
from macros.check import check_sheet
from macros.layout import serial
from macros.problems import source_of
from macros.reading import read_tables
from macros.texts import Message, Refusal, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from addin.hosts.package.opening import Package
    from addin.hosts.package.sheets import Applied
    from addin.locking import Holder
    from addin.recalculation.results import Left
    from macros.action import Action
    from macros.book import Book
    from macros.problems import Problem
    from macros.tables import Tables
    from macros.texts import Lang

DONE: Final = 0
DONE_WITH_PROBLEMS: Final = 1
#: The last day that a spreadsheet knows: 9999-12-31.
LAST_DAY: Final = 2_958_465
_CHECK: Final = "check"
_MOST_ROWS: Final = 1_048_576


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """What came of a run.

    ``messages`` are the action's and the host's; ``problems`` the reading's and the action's.
    ``path`` is the book written, or that would have been; ``backup`` the book before, in the
    store. ``exit_code`` is 1 where a problem is an error or a warning or a sum does not tie
    to its source, else 0.
    """

    changes: Changes
    messages: tuple[Message, ...]
    problems: tuple[Problem, ...]
    written: bool
    path: Path
    backup: Path | None
    exit_code: int


def open_book(path: Path) -> Book:
    """Read a closed workbook; see :func:`addin.hosts.package.reading.open_book`."""
    return reading.open_book(path)


def _silent(_: str, __: float) -> None:
    """Tell nobody of progress."""


def run_action(  # noqa: PLR0913 - the command line has these options
    path: Path,
    action_id: str,
    *,
    as_of: int | None = None,
    options: Mapping[str, str] | None = None,
    lang: Lang = "zh",
    out: Path | None = None,
    preview: bool = False,
    inputs_file: Path | None = None,
    without: tuple[str, ...] = (),
    take: str | None = None,
    progress: Callable[[str, float], None] = _silent,
) -> RunResult:
    """Run an action on a closed workbook.

    Parameters
    ----------
    path : Path
        The workbook.
    action_id : str
        An id of :func:`macros.action.actions`.
    as_of : int, optional
        基准日 as a 1900 serial; else that of 参数.
    options : mapping, optional
        Settings over those of 参数, by canonical key.
    lang : {"zh", "en"}
        Language of what is written.
    out : Path, optional
        Write to this new file and leave the workbook alone.
    preview : bool
        Compute and write nothing.
    inputs_file : Path, optional
        A CSV or workbook to be imported.
    without : tuple of str
        Columns of that file to be left out.
    take : str, optional
        A sheet of hers with a title of ours that is handed over.
    progress : callable
        Told what is being done and the share that is done.

    Returns
    -------
    RunResult

    Raises
    ------
    Refusal
        Nothing was written: ``unknown_action``, ``no_as_of``, ``bad_date``, ``no_table``,
        ``open_elsewhere``, ``would_lose_parts`` and the others of ``texts/host.csv``.
    """
    action = _action(action_id, options or {})
    slot = store.Slot(path)
    held: AbstractContextManager[list[Message]] = (
        nullcontext([]) if preview or out else slot.locked(_waiting(progress, lang))
    )
    with held as told, open_package(path) as package:
        if not preview:
            _refuse(path, out)
        content = store.digest(path)
        progress(text("host.reading", lang), 0.05)
        book = reading.read_package(package)
        progress(text("host.recognising", lang), 0.2)
        computed, left = refreshing.current(package, book)
        tables = read_tables(computed)
        settings_ = _settings(action, tables, as_of, options or {}, lang, inputs_file, without)
        progress(text("host.computing", lang), 0.4)
        planned = _plan(action, tables, settings_, left, lang)
        if take:
            _mark_for(take, book)
        if preview:
            return _result(planned, path, (), written=False)
        progress(text("host.writing", lang), 0.6)
        changes, problems = planned
        if out is None:
            done = _replace(package, book, slot, content, action, planned, take, lang)
            return replace(done, messages=(*told, *done.messages))
        with store.replacing(out, fresh=True) as target:
            applied = _apply(package, book, changes, lang, target, take)
        return _result((changes, problems), out, tuple(applied.messages), written=True)


Planned = tuple[Changes, "tuple[Problem, ...]"]


def run_several(
    path: Path,
    names: Sequence[str],
    *,
    lang: Lang = "zh",
    progress: Callable[[str, float], None] = _silent,
) -> dict[str, RunResult]:
    """Run actions on one reading of a closed workbook and write it once.

    Each sees the book as it was before all of them, as of the 基准日 of 参数; 数据检查 tells what
    each found, 日志 has a row for each, and one undo takes all of them back.

    Returns
    -------
    dict
        The result of each action by its id.

    Raises
    ------
    Refusal
        As :func:`run_action`; nothing was written.
    """
    known = [_action(name, {}) for name in names]
    slot = store.Slot(path)
    with slot.locked(_waiting(progress, lang)) as told, open_package(path) as package:
        _refuse(path, None)
        content = store.digest(path)
        progress(text("host.reading", lang), 0.05)
        book = reading.read_package(package)
        computed, left = refreshing.current(package, book)
        tables = read_tables(computed)
        plans: dict[str, Planned] = {}
        for number, action in enumerate(known):
            label = text(f"action.{action.id}.label", lang)
            progress(label, 0.2 + 0.5 * number / len(known))
            asked = _settings(action, tables, None, {}, lang, None, ())
            plans[action.id] = _plan(action, tables, asked, left, lang)
        progress(text("host.writing", lang), 0.7)
        together = _together(plans, tables, lang)
        done = _replace(package, book, slot, content, known[-1], together, None, lang)
    return {
        name: replace(
            _result(planned, path, tuple(told) if number == 0 else (), written=True),
            backup=done.backup,
        )
        for number, (name, planned) in enumerate(plans.items())
    }


def _waiting(progress: Callable[[str, float], None], lang: Lang) -> Callable[[Holder], None]:
    """Say in the progress that another run holds the book."""
    return lambda holder: progress(text("host.waiting", lang, holder=holder), 0.0)


def _together(plans: Mapping[str, Planned], tables: Tables, lang: Lang) -> Planned:
    """Join the plans of several actions: their sheets, one 数据检查, one 日志."""
    every = [changes for changes, _ in plans.values()]
    found = [problem for _, problems in plans.values() for problem in problems]
    # What two actions say of one cell is told once, by the first.
    told = tuple({(one.code, one.sheet, one.cell, one.found): one for one in found[::-1]}.values())
    sheets = [
        sheet for changes in every for sheet in changes.sheets if sheet.mark not in {_CHECK, LOG}
    ]
    logs = [sheet for changes in every for sheet in changes.sheets if sheet.mark == LOG]
    sheets += [check_sheet(told, tables, lang, source=_CHECK), joined(logs, lang)]
    return Changes(sheets=tuple(sheets)), told


def _action(name: str, options: Mapping[str, str]) -> Action:
    known = actions()
    if name not in known:
        raise Refusal("unknown_action", name, action=name, known=", ".join(known))
    for key in options:
        if settings.key_of(key) is None:
            raise Refusal("unknown_setting", key)
    return known[name]


def _refuse(path: Path, out: Path | None) -> None:
    """Refuse what cannot be written, before anything is computed."""
    if out is not None:
        store.refuse_target(path, out)
    else:
        owners.refuse_if_open(path)
        refuse_if_read_only(path)


def _settings(  # noqa: PLR0913, PLR0917 - what a run was asked for
    action: Action,
    tables: Tables,
    as_of: int | None,
    options: Mapping[str, str],
    lang: Lang,
    inputs_file: Path | None,
    without: tuple[str, ...],
) -> Settings:
    if as_of is None and tables.parameters.get("as_of"):
        as_of = serial(tables.parameters["as_of"])
    if as_of is None and action.needs_as_of:
        raise Refusal("no_as_of", tables.book.name)
    if as_of is not None and not 1 <= as_of <= LAST_DAY:
        raise Refusal("bad_date", str(as_of))
    for name in action.reads:
        tables.require(name)
    inputs = read_tables(reading.read_file_as_book(inputs_file)) if inputs_file else None
    extra = {"without": ",".join(without)} if without else {}
    return Settings(as_of or 0, lang, {**options, **extra}, inputs)


def _plan(
    action: Action, tables: Tables, asked: Settings, left: Sequence[Left], lang: Lang
) -> Planned:
    """Run the action; add what every run writes: 数据检查 and 日志."""
    done = action.run(tables, asked)
    problems, sheets = (*tables.problems, *done.problems), list(done.sheets)
    if not any(sheet.mark == _CHECK for sheet in sheets):
        name = asked.inputs.book.name if asked.inputs else ""
        sheets.append(check_sheet(problems, tables, lang, source=source_of(action.id, name)))
    log = log_sheet(tables.book, action.id, asked.as_of or None, tables, done, problems, lang)
    messages = (*done.messages, *_uncached(tables), *refreshing.trusted(tables, left))
    changes = replace(done, sheets=(*sheets, log), messages=messages)
    _refuse_if_too_long(changes)
    return changes, problems


def _uncached(tables: Tables) -> tuple[Message, ...]:
    """Say how many formulas in the columns that were read have no value yet."""
    count = sum(problem.code == "uncached" for problem in tables.problems)
    return (Message("host.uncached", {"count": f"{count:,}"}),) if count else ()


def _refuse_if_too_long(changes: Changes) -> None:
    for sheet in changes.sheets:
        rows = sum(len(block.data) + 4 for block in sheet.blocks) + len(sheet.notes) + 1
        if rows > _MOST_ROWS:
            raise Refusal("too_many_rows", sheet.name, sheet=sheet.name, rows=f"{rows:,}")


def _mark_for(title: str, book: Book) -> tuple[str, str]:
    """Give title and mark of a sheet of hers that is handed over.

    Raises
    ------
    Refusal
        ``no_such_sheet``; ``not_our_title``: no action of ours writes a sheet of this title.
    """
    sheet = book.sheet(title)
    if sheet is None:
        raise Refusal("no_such_sheet", title)
    known = workbook_templates.rows("host/sheets")
    for row in known:
        if sheet.name.casefold() in {row["zh"].casefold(), row["en"].casefold()}:
            return sheet.name, row["mark"]
    raise Refusal("not_our_title", title, known="、".join(row["zh"] for row in known))


def _apply(  # noqa: PLR0913, PLR0917 - passed on to the writer
    package: Package,
    book: Book,
    changes: Changes,
    lang: Lang,
    target: Path,
    take: str | None,
) -> Applied:
    taken = _mark_for(take, book) if take else None
    applied = writing.apply(package, book, changes, lang, target, take=taken)
    refreshing.after(target, package, changes, {*applied.titles.values(), *(taken or ())[:1]})
    return applied


def _replace(  # noqa: PLR0913, PLR0917 - the whole of a transaction
    package: Package,
    book: Book,
    slot: store.Slot,
    content: str,
    action: Action,
    planned: Planned,
    take: str | None,
    lang: Lang,
) -> RunResult:
    """Write beside the book, keep the book, put the new one in its place, note what was done."""
    changes, problems = planned
    with slot.exchanging(action.id, content, extra=bytes_of(changes)) as exchange:
        applied = _apply(package, book, changes, lang, exchange.path, take)
        marks = {sheet.name: sheet.mark for sheet in changes.sheets}
        titles = {name: title for name, title in applied.titles.items() if marks.get(name)}
        exchange.record = store.Record(
            book=slot.book.name,
            action=action.id,
            sheets=tuple((str(marks[name]), title) for name, title in titles.items()),
            appends=tuple(
                store.Appended(each.sheet, each.after, len(each.rows), each.excel_table)
                for each in changes.appends
            ),
            cells=tuple((each.sheet, each.row, each.column) for each in changes.cells),
            taken=_mark_for(take, book)[0] if take else "",
        )
    result = _result((changes, problems), slot.book, tuple(applied.messages), written=True)
    return replace(result, backup=slot.state(content))


def _result(
    planned: Planned, path: Path, messages: tuple[Message, ...], *, written: bool
) -> RunResult:
    changes, problems = planned
    serious = changes.tie_out != 0 or any(problem.severity != "info" for problem in problems)
    return RunResult(
        changes=changes,
        messages=(*changes.messages, *messages),
        problems=problems,
        written=written,
        path=path,
        backup=None,
        exit_code=DONE_WITH_PROBLEMS if serious else DONE,
    )


def create(path: Path, changes: Changes, lang: Lang) -> RunResult:
    """Make a new workbook.

    Raises
    ------
    Refusal
        ``file_exists``: never over a file that is there; ``read_only``.
    """
    if path.exists():
        raise Refusal("file_exists", path.name)
    with store.replacing(path, fresh=True) as target:
        applied = writing.create(changes, lang, target)
    return _result((changes, ()), path, tuple(applied.messages), written=True)


def undo(path: Path, lang: Lang) -> RunResult:
    """Take back the last run on a workbook; see :mod:`addin.undo`."""
    from addin.undo import take_back  # noqa: PLC0415 - what most runs do not need

    return take_back(path, lang)
