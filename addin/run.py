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
from addin.hosts.package.container.opening import open_package
from addin.hosts.package.ours import places
from addin.planning import action_of, is_empty, plan, settings_of, together
from addin.recalculation import refreshing
from addin.replacing import refuse_if_read_only
from addin.space import bytes_of
from macros.book import Mark
from macros.reading import read_tables
from macros.texts import Message, Refusal, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from addin.hosts.package.container.opening import Package
    from addin.hosts.package.ours.sheets import Applied
    from addin.locking import Holder
    from addin.planning import Planned
    from macros.action import Action
    from macros.book import Book
    from macros.changes import Changes
    from macros.problems import Problem
    from macros.texts import Lang

DONE: Final = 0
DONE_WITH_PROBLEMS: Final = 1
#: The mark, of no action, under which a sheet that is handed over is read: what she wrote on it is
#: not what the action of its title wrote.
_HANDED: Final = "handed-over"


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
    action = action_of(action_id, options or {})
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
        tables = read_tables(_handed(computed, take) if take else computed)
        settings_ = settings_of(action, tables, as_of, options or {}, lang, inputs_file, without)
        progress(text("host.computing", lang), 0.4)
        planned = plan(action, tables, settings_, left, lang)
        if preview or (out is None and is_empty(planned[0])):
            if take:
                places.take(package, _mark_for(take, book), lang)
            return _result(planned, path, tuple(told), written=False)
        progress(text("host.writing", lang), 0.6)
        changes, problems = planned
        if out is None:
            done = _replace(package, book, slot, content, action, planned, take, lang)
            return replace(done, messages=(*told, *done.messages))
        with store.replacing(out, fresh=True) as target:
            applied = _apply(package, book, changes, lang, target, take)
        return _result((changes, problems), out, tuple(applied.messages), written=True)


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
    known = [action_of(name, {}) for name in names]
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
            asked = settings_of(action, tables, None, {}, lang, None, ())
            plans[action.id] = plan(action, tables, asked, left, lang)
        progress(text("host.writing", lang), 0.7)
        joined = together(plans, tables, lang)
        done = _replace(package, book, slot, content, known[-1], joined, None, lang)
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


def _refuse(path: Path, out: Path | None) -> None:
    """Refuse what cannot be written, before anything is computed."""
    if out is not None:
        store.refuse_target(path, out)
    else:
        owners.refuse_if_open(path)
        refuse_if_read_only(path)


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


def _handed(book: Book, title: str) -> Book:
    """Give the book as it is to be read: a sheet of hers that is handed over is no input of hers.

    Raises
    ------
    Refusal
        As :func:`_mark_for`.
    """
    name, _ = _mark_for(title, book)
    sheets = tuple(
        replace(sheet, mark=Mark(_HANDED)) if sheet.name == name and sheet.mark is None else sheet
        for sheet in book.sheets
    )
    return replace(book, sheets=sheets)


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
