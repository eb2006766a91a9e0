"""What the commands say at the end: a result in words and tables, or as one JSON value.

The keys of the JSON are stable: status, action, path, written, backup, sheets, appended, cells,
messages, problems, summary, tie_out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import workbook_templates
from addin.limits import MB
from addin.usage import DONE
from macros.layout import money_text
from macros.texts import Refusal, has

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from addin.backups import Backup
    from addin.console import Screen
    from addin.run import RunResult
    from macros.changes import Block, Changes
    from macros.problems import Problem
    from macros.texts import Lang

#: Problems shown on the screen; all of them stand on 数据检查 and in ``--json``.
SHOWN: Final = 12
_SEVERITIES: Final = ("error", "warning", "info")


def label(shown: Screen, action: str) -> str:
    """Give the name of an action as its button has it."""
    code = f"action.{action}.label"
    return shown.text(code) if has(code) else action


def result(shown: Screen, action: str, done: RunResult) -> int:
    """Report a run; give its exit code."""
    if shown.as_json:
        shown.emit(as_json(action, done, shown.lang))
        return done.exit_code
    state = "cli.done" if done.exit_code == DONE else "cli.done_with_problems"
    nothing = done.changes.nothing
    said = nothing.render(shown.lang) if nothing else shown.text(state, action=label(shown, action))
    shown.say(said, "bold")
    not_tied(shown, action, done)
    for name, value in done.changes.summary:
        shown.say(f"  {name}: {value}")
    for message in done.messages:
        shown.say(f"  {message.render(shown.lang)}")
    problems(shown, done.problems)
    if done.written:
        shown.say(shown.text("cli.written", path=done.path))
        if done.backup:
            shown.say(shown.text("cli.backup", path=done.backup), "dim")
    else:
        preview(shown, done.changes)
    return done.exit_code


def not_tied(shown: Screen, action: str, done: RunResult) -> None:
    """Say where a result does not add up to its source: it must not be relied on."""
    if done.changes.tie_out:
        difference = money_text(done.changes.tie_out)
        said = shown.text("cli.not_tied", action=label(shown, action), difference=difference)
        shown.say(said, "bold red")


def problems(shown: Screen, found: Sequence[Problem]) -> None:
    """Show what was found in the data: the count of each severity, the worst first."""
    if not found:
        return
    counts = {each: sum(one.severity == each for one in found) for each in _SEVERITIES}
    shown.say(shown.text("cli.problems", **counts))
    worst = sorted(found, key=lambda one: _SEVERITIES.index(one.severity))[:SHOWN]
    shown.table(
        [shown.text(f"cli.column.{name}") for name in ("severity", "cell", "found", "expected")],
        [
            (
                shown.text(f"cli.severity.{one.severity}"),
                place(one),
                *explain(one, shown.lang)[:2],
            )
            for one in worst
        ],
        styles=[shown.colour(one.severity) for one in worst],
    )
    if len(found) > SHOWN:
        shown.say(shown.text("cli.more_problems", count=len(found) - SHOWN), "dim")


def place(problem: Problem) -> str:
    """Give where a problem stands: ``应收!D7``."""
    return f"{problem.sheet}!{problem.cell}" if problem.cell else problem.sheet


def explain(problem: Problem, lang: Lang) -> tuple[str, str, str]:
    """Give what was found, what was expected and what to do, in words."""
    from macros.check import describe  # noqa: PLC0415 - pandas, not for --help

    return describe(problem, lang)


def preview(shown: Screen, changes: Changes) -> None:
    """Show what would be written."""
    rows = [
        (sheet.name, str(sum(len(block.data) for block in sheet.blocks)), sheet.title)
        for sheet in changes.sheets
    ]
    rows += [(each.sheet, f"+{len(each.rows)}", "") for each in changes.appends]
    rows += [(each.sheet, "1", str(each.value)) for each in changes.cells]
    if rows:
        headings = [shown.text(f"cli.column.{name}") for name in ("sheet", "rows", "title")]
        shown.table(headings, rows, title=shown.text("cli.preview"), right=(1,))


def as_json(action: str, done: RunResult, lang: Lang) -> dict[str, Any]:
    """Give a result as a value for other programs; a preview carries the rows themselves."""
    changes = done.changes
    return {
        "status": "done" if done.exit_code == DONE else "problems",
        "action": action,
        "path": str(done.path),
        "written": done.written,
        "backup": str(done.backup) if done.backup else None,
        "sheets": [
            {
                "name": sheet.name,
                "mark": sheet.mark,
                "title": sheet.title,
                "lead": sheet.lead,
                "notes": list(sheet.notes),
                "blocks": [_block(block, with_rows=not done.written) for block in sheet.blocks],
            }
            for sheet in changes.sheets
        ],
        "appended": [
            {"sheet": each.sheet, "after": each.after, "rows": len(each.rows)}
            for each in changes.appends
        ],
        "cells": [
            {"sheet": each.sheet, "row": each.row, "column": each.column, "value": each.value}
            for each in changes.cells
        ],
        "messages": [
            {"code": message.code, "text": message.render(lang)}
            for message in (*filter(None, [changes.nothing]), *done.messages)
        ],
        "problems": [_problem(problem, lang) for problem in done.problems],
        "summary": [{"label": name, "value": value} for name, value in changes.summary],
        "tie_out": money_text(changes.tie_out).replace(",", ""),
    }


def _block(block: Block, *, with_rows: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"id": block.id, "rows": len(block.data)}
    made["columns"] = [
        {"id": column.id, "heading": column.heading, "kind": column.kind}
        for column in block.columns
    ]
    if with_rows:
        money = {column.id for column in block.columns if column.kind in {"money", "money_wan"}}
        made["data"] = [
            {name: _value(value, money=name in money) for name, value in row.items()}
            for row in _records(block.data)
        ]
    return made


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype("object")
    return plain.where(plain.notna(), None).to_dict("records")  # type: ignore[return-value]  # keys are column names


def _value(value: Any, *, money: bool) -> Any:  # noqa: ANN401 - a cell of a frame
    """Give a cell as JSON: money as exact text, numpy's numbers as Python's."""
    plain = value.item() if hasattr(value, "item") else value
    if money and isinstance(plain, int):
        return money_text(plain).replace(",", "")
    return plain


def _problem(problem: Problem, lang: Lang) -> dict[str, Any]:
    _, expected, advice = explain(problem, lang)
    return {
        "code": problem.code,
        "severity": problem.severity,
        "table": problem.table,
        "sheet": problem.sheet,
        "cell": problem.cell,
        "found": problem.found,
        "expected": expected,
        "advice": advice,
        "amount": None if problem.amount is None else money_text(problem.amount).replace(",", ""),
        "source": problem.source,
    }


def actions(shown: Screen) -> None:
    """List the actions: id, label, what each does, which tables it needs."""
    from macros.action import actions as registered  # noqa: PLC0415 - pandas, not for --help

    rows: list[dict[str, Any]] = [
        {
            "id": each.id,
            "label": label(shown, each.id),
            "tip": shown.text(f"action.{each.id}.tip"),
            "group": each.group,
            "reads": [_table(name, shown.lang) for name in each.reads],
            "options": list(each.options),
            "needs_as_of": each.needs_as_of,
        }
        for each in registered().values()
    ]
    if shown.as_json:
        shown.emit(rows)
        return
    shown.table(
        [shown.text(f"cli.column.{name}") for name in ("action", "label", "tip", "reads")],
        [(row["id"], row["label"], row["tip"], "、".join(row["reads"])) for row in rows],
    )


def _table(name: str, lang: Lang) -> str:
    titles = {row["table"]: row[lang] for row in workbook_templates.rows("tables")}
    return titles.get(name, name)


def functions(shown: Screen, pattern: str) -> bool:
    """List the functions that a word finds, or explain the one that it names; whether any is."""
    from udfs import manual, registry, wording  # noqa: PLC0415 - numpy, not for --help

    categories = {row["code"]: row for row in workbook_templates.rows("function_categories")}
    every = registry.functions()
    exact = [each for each in every if each.name.casefold() == pattern.strip().casefold()]
    order = list(categories)
    rows: list[dict[str, Any]] = [
        {
            "name": each.name,
            "category": each.category,
            "signature": each.signature,
            "arguments": list(each.arguments),
            "help": wording.text(each.name, "", shown.lang),
        }
        for each in sorted(
            exact or manual.found(pattern, every), key=lambda each: order.index(each.category)
        )
    ]
    if shown.as_json:
        shown.emit(rows)
    elif not rows:
        raise Refusal("nothing_found", pattern)
    elif len(rows) == 1:
        shown.say(registry.help(str(rows[0]["name"]), shown.lang))
    else:
        shown.table(
            [shown.text(f"cli.column.{name}") for name in ("category", "function", "tip")],
            [
                (categories[str(row["category"])][shown.lang], str(row["name"]), str(row["help"]))
                for row in rows
            ],
        )
    return bool(rows)


def backups(shown: Screen, found: Sequence[Backup]) -> None:
    """List the backups of a workbook, the newest first."""
    rows = [
        (str(number), f"{each.moment:%Y-%m-%d %H:%M:%S}", label(shown, each.action), each.size)
        for number, each in enumerate(found, 1)
    ]
    if shown.as_json:
        keys = ("number", "time", "before", "size")
        values = [
            (number, each.time, each.action, each.size) for number, each in enumerate(found, 1)
        ]
        shown.emit([dict(zip(keys, value, strict=True)) for value in values])
        return
    headings = [shown.text(f"cli.column.{name}") for name in ("number", "time", "before", "size")]
    sized = [(*row, _sized(size)) for *row, size in rows]
    shown.table(headings, sized, right=(0, 3))


def _sized(size: int) -> str:
    return f"{size / MB:,.1f} MB" if size >= MB else f"{size / 1000:,.1f} KB"
