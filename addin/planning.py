"""What a run is to write, computed: the action asked for, its settings, its changes and the log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from addin.hosts.package import reading
from addin.log import MARK as LOG
from addin.log import joined, log_sheet
from addin.recalculation import refreshing
from macros import settings
from macros.action import Settings, actions
from macros.at_day import with_day_given
from macros.changes import Changes
from macros.check import check_sheet, has_lines
from macros.layout import serial
from macros.problems import source_of
from macros.reading import read_tables
from macros.texts import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from addin.recalculation.results import Left
    from macros.action import Action
    from macros.problems import Problem
    from macros.tables import Tables
    from macros.texts import Lang

#: The last day that a spreadsheet knows: 9999-12-31.
LAST_DAY: Final = 2_958_465
_CHECK: Final = "check"
_MOST_ROWS: Final = 1_048_576

#: What is to be written, and every problem found on the way.
Planned: TypeAlias = "tuple[Changes, tuple[Problem, ...]]"


def action_of(name: str, options: Mapping[str, str]) -> Action:
    """Give the action of an id; the keys of its options must be settings.

    Raises
    ------
    Refusal
        ``unknown_action``, ``unknown_setting``.
    """
    known = actions()
    if name not in known:
        raise Refusal("unknown_action", name, action=name, known=", ".join(known))
    for key in options:
        if settings.key_of(key) is None:
            raise Refusal("unknown_setting", key)
    return known[name]


def settings_of(  # noqa: PLR0913, PLR0917 - what a run was asked for
    action: Action,
    tables: Tables,
    as_of: int | None,
    options: Mapping[str, str],
    lang: Lang,
    inputs_file: Path | None,
    without: tuple[str, ...],
) -> Settings:
    """Give what a run was asked for, with what the workbook itself says of it.

    Raises
    ------
    Refusal
        ``no_as_of``, ``bad_date``, ``no_table``, and those of the file to be imported.
    """
    given = as_of is not None
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
    return Settings(as_of or 0, lang, {**options, **extra}, inputs, given)


def plan(
    action: Action, tables: Tables, asked: Settings, left: Sequence[Left], lang: Lang
) -> Planned:
    """Run the action; add what every run writes: 数据检查 and 日志."""
    tables = with_day_given(tables) if asked.as_of_given else tables
    done = action.run(tables, asked)
    problems, sheets = (*tables.problems, *done.problems), list(done.sheets)
    messages = (*done.messages, *_uncached(tables), *refreshing.trusted(tables, left))
    if _brings_nothing(done, tables, action, asked):
        return replace(done, messages=(*messages, Message("host.nothing_new"))), problems
    if not any(sheet.mark == _CHECK for sheet in sheets):
        name = asked.inputs.book.name if asked.inputs else ""
        sheets.append(check_sheet(problems, tables, lang, source=source_of(action.id, name)))
    log = log_sheet(tables.book, action.id, asked.as_of or None, tables, done, problems, lang)
    changes = replace(done, sheets=(*sheets, log), messages=messages)
    _refuse_if_too_long(changes)
    return changes, problems


def is_empty(changes: Changes) -> bool:
    """Whether there is nothing to be written."""
    return not (changes.sheets or changes.appends or changes.cells)


def _brings_nothing(done: Changes, tables: Tables, action: Action, asked: Settings) -> bool:
    """Whether a file brings no row and 数据检查 has to say nothing of it, nor said anything.

    Such a run leaves the book as it is, so 日志, which tells what was written, has no row for it.
    """
    if asked.inputs is None or not is_empty(done):
        return False
    said = any(problem.severity != "info" for problem in done.problems)
    source = source_of(action.id, asked.inputs.book.name)
    return not said and not has_lines(tables, source)


def together(plans: Mapping[str, Planned], tables: Tables, lang: Lang) -> Planned:
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


def _uncached(tables: Tables) -> tuple[Message, ...]:
    """Say how many formulas in the columns that were read have no value yet."""
    count = sum(problem.code == "uncached" for problem in tables.problems)
    return (Message("host.uncached", {"count": f"{count:,}"}),) if count else ()


def _refuse_if_too_long(changes: Changes) -> None:
    for sheet in changes.sheets:
        rows = sum(len(block.data) + 4 for block in sheet.blocks) + len(sheet.notes) + 1
        if rows > _MOST_ROWS:
            raise Refusal("too_many_rows", sheet.name, sheet=sheet.name, rows=f"{rows:,}")
