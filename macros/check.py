"""The action ``check`` and the sheet 数据检查: every defect with its place and what to do.

The sheet is made again on every run, whatever the action. What the reading and the action itself
found replaces what they said last time; rows of other actions stay until those run again.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

import workbook_templates
from macros import layout, schema, settings
from macros.action import action
from macros.amounts import parse, to_minor
from macros.changes import Block, Changes, SheetContent
from macros.grid import grid_of
from macros.texts import has, text
from macros.words import normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from macros.action import Settings
    from macros.book import Sheet
    from macros.problems import Problem
    from macros.tables import Tables
    from macros.texts import Lang

#: Of one code in one table so many are listed; the rest is one row that says how many.
LIMIT: Final = 2000

_SEVERITIES: Final = ("error", "warning", "info")
_COLUMNS: Final = (
    "severity", "table", "cell", "code", "found", "expected", "advice", "amount", "source",
)  # fmt: skip


@action("check", group="data", icon="check", writes=("check",), needs_as_of=False)
def check(tables: Tables, settings: Settings) -> Changes:
    """Write 数据检查: what the reading of this workbook found."""
    content = check_sheet(tables.problems, tables, settings.lang, source="check")
    return Changes(
        sheets=(content,),
        summary=tuple((text("check.title", settings.lang), note) for note in content.notes),
    )


def check_sheet(
    problems: Iterable[Problem], tables: Tables, lang: Lang, source: str = ""
) -> SheetContent:
    """Make 数据检查 from problems, keeping the rows that other actions wrote.

    Parameters
    ----------
    problems : iterable of Problem
        Those of the reading and of the action that ran.
    tables : Tables
        The workbook that was read; its old 数据检查 gives the rows to be kept.
    lang : {"zh", "en"}
        Language of the sheet.
    source : str
        The action that ran, with the file if it read one (:func:`macros.problems.source_of`):
        its old rows are replaced, even where it found nothing; those about other files stay.
    """
    said = list(dict.fromkeys(map(_Hashed, problems)))
    lines = _lines([one.problem for one in said], lang)
    replaced = {"read", source, *(one.problem.source for one in said)}
    lines += _kept_lines(tables, replaced, lang)
    lines.sort(key=_order_of_line)
    data, links = _data(lines)
    block = Block(
        id="check",
        columns=layout.columns("check", lang),
        data=data,
        key="key",
        links={"cell": links},
        table="huikuan_check" if len(data) else None,
    )
    return SheetContent(
        name=text("check.title", lang),
        mark="check",
        title=f"{text('check.title', lang)} · {text('check.unit', lang)}",
        notes=_notes([one.problem for one in said], tables, lang),
        blocks=(block,),
        frozen_columns=3,
    )


def _order_of_line(line: Mapping[str, object]) -> tuple[int, str, int, str]:
    """Errors first, then by sheet and row; what has no place comes last in its severity."""
    sheet, _, cell = str(line["cell"] or "\uffff!").rpartition("!")
    letters = cell.rstrip("0123456789")
    row = int(cell[len(letters) :] or 0)
    return _SEVERITIES.index(str(line["rank"])), sheet, row, letters.rjust(3)


class _Hashed:
    """A problem by what it says: said twice, it is listed once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._key = (
            problem.source, problem.code, problem.table, problem.sheet, problem.cell,
            problem.found, str(sorted(problem.params.items(), key=lambda pair: pair[0])),
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and self._key == other._key


class LeftOut(NamedTuple):
    """Rows that errors left out of the sums: how many, their cents, and of how many not known."""

    rows: int
    amount: int
    unknown: int


def left_out(problems: Iterable[Problem]) -> LeftOut:
    """Count the rows that errors left out; what is not known of them is not taken as 0."""
    rows: dict[tuple[str, str], int | None] = {}
    for problem in problems:
        if problem.severity == "error" and problem.cell:
            row = (problem.sheet, problem.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            known = rows.get(row)
            rows[row] = known if problem.amount is None else problem.amount + (known or 0)
    amounts = [amount for amount in rows.values() if amount is not None]
    return LeftOut(len(rows), sum(amounts), len(rows) - len(amounts))


def _notes(problems: list[Problem], tables: Tables, lang: Lang) -> tuple[str, ...]:
    counts = Counter(problem.severity for problem in problems)
    out = left_out(problems)
    summary = text(
        "check.summary",
        lang,
        rows=f"{sum(map(len, tables.found.values())):,}",
        count=f"{len(problems):,}",
        errors=f"{counts['error']:,}",
        warnings=f"{counts['warning']:,}",
        infos=f"{counts['info']:,}",
        left_out=f"{out.rows:,}",
        amount=layout.money_text(out.amount),
        unknown=text("check.unknown_amount", lang, n=f"{out.unknown:,}") if out.unknown else "",
    )
    found = [
        text("check.table_rows", lang, table=table_title(name, lang), rows=f"{len(table):,}")
        for name, table in tables.found.items()
    ]
    known = text("check.tables", lang, tables=" · ".join(found)) if found else ""
    clean = () if problems else (text("check.clean", lang),)
    return (summary, known or text("check.no_tables", lang), *clean)


def table_title(name: str, lang: Lang) -> str:
    """Give a table's name in a language; of an unknown one, its id."""
    known = schema.tables().get(name)
    if known is None:
        return name
    return known.zh if lang == "zh" else known.en


def describe(problem: Problem, lang: Lang) -> tuple[str, str, str]:
    """Give what was found, what was expected and what to do, in words.

    Texts ``check.<code>`` (what it is, may be absent), ``check.<code>.expected`` and ``.advice``
    are filled with the problem's parameters and what stands in the cell.
    """
    params = {"found": problem.found, **problem.params}
    if "order" in params:
        params["order"] = _order(str(params["order"]), lang)
    base = f"check.{problem.code}"
    title = text(base, lang, **params) if has(base) else ""
    found = (": " if lang == "en" else "：").join(part for part in (title, problem.found) if part)
    expected, advice = (
        text(f"{base}.{part}", lang, **params) if has(f"{base}.{part}") else ""
        for part in ("expected", "advice")
    )
    return found, expected, advice


def _order(code: str, lang: Lang) -> str:
    choices = settings.schema()["date_order"].choices
    names = {choice.code: choice.zh if lang == "zh" else choice.en for choice in choices}
    return names.get(code, code)


def _lines(problems: list[Problem], lang: Lang) -> list[dict[str, object]]:
    """One line for each problem, but a single one for those of a code beyond the limit."""
    lines: list[dict[str, object]] = []
    seen: Counter[tuple[str, str]] = Counter()
    rest: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        kind = (problem.code, problem.table)
        seen[kind] += 1
        if seen[kind] > LIMIT:
            rest.setdefault(kind, []).append(problem)
        else:
            lines.append(_line(problem, lang))
    for several in rest.values():
        line = _line(several[0], lang)
        amounts = [problem.amount for problem in several if problem.amount is not None]
        line["found"] = text("check.rest", lang, n=f"{len(several):,}")
        line["cell"] = line["target"] = None
        line["amount"] = sum(amounts) if amounts else None
        lines.append(line)
    return lines


def _line(problem: Problem, lang: Lang) -> dict[str, object]:
    found, expected, advice = describe(problem, lang)
    cell = f"{problem.sheet}!{problem.cell}" if problem.cell else (problem.sheet or None)
    return {
        "rank": problem.severity,
        "severity": text(f"check.severity.{problem.severity}", lang),
        "table": table_title(problem.table, lang) if problem.table else None,
        "cell": cell,
        "target": _target(problem.sheet, problem.cell),
        "code": problem.code,
        "found": found,
        "expected": expected,
        "advice": advice,
        "amount": problem.amount,
        "source": source_title(problem.source, lang),
    }


def source_title(source: str, lang: Lang) -> str:
    """Name who said it: the reading, or an action by its label."""
    name, _, file = source.partition(":")
    code = "check.read" if name == "read" else f"action.{name}.label"
    title = text(code, lang) if has(code) else name
    return f"{title} · {file}" if file else title


def _target(sheet: str, cell: str) -> str | None:
    if not (sheet and cell):
        return None
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"


def _data(
    lines: list[dict[str, object]],
) -> tuple[pd.DataFrame, np.ndarray[tuple[int], np.dtype[np.object_]]]:
    """Give the block's data with a key for each line, and the links."""
    keys: list[str] = []
    seen: Counter[str] = Counter()
    for line in lines:
        key = f"{line['code']}|{line['cell'] or ''}|{line['source']}"
        seen[key] += 1
        keys.append(key if seen[key] == 1 else f"{key}|{seen[key]}")
    columns = {name: pd.Series([line[name] for line in lines], dtype=object) for name in _COLUMNS}
    columns["amount"] = columns["amount"].astype("Int64")
    links = np.array([line["target"] for line in lines] + [None], dtype=object)[:-1]
    return pd.DataFrame({"key": pd.Series(keys, dtype=object), **columns}), links


def _kept_lines(tables: Tables, replaced: set[str], lang: Lang) -> list[dict[str, object]]:
    """Read back the lines of other actions from the 数据检查 that stands in the workbook."""
    gone = {source_title(source, one) for source in replaced for one in ("zh", "en")}
    kept = []
    for row in old_rows(tables):
        source = str(row.get("source") or "")
        cell = str(row.get("cell") or "")
        if not source or source in gone:
            continue
        sheet, _, place = cell.rpartition("!")
        rank = _rank(str(row.get("severity") or ""))
        amount = row.get("amount")
        kept.append(
            {
                **{name: row.get(name) for name in _COLUMNS},
                "rank": rank,
                "severity": text(f"check.severity.{rank}", lang),
                "target": _target(sheet, place),
                "amount": _cents(amount),
            }
        )
    return kept


def has_lines(tables: Tables, source: str) -> bool:
    """Whether the 数据检查 that stands in the workbook has errors or warnings of a source."""
    titles = {source_title(source, lang) for lang in ("zh", "en")}
    return any(
        str(row.get("source") or "") in titles and _rank(str(row.get("severity") or "")) != "info"
        for row in old_rows(tables)
    )


def _cents(amount: object) -> int | None:
    if amount is None or not str(amount).strip():
        return None
    value = parse(f"{amount}").value
    return None if value is None else to_minor(value)[0]


def _rank(shown: str) -> str:
    for severity in _SEVERITIES:
        if shown in {text(f"check.severity.{severity}", lang) for lang in ("zh", "en")}:
            return severity
    return "info"


def old_rows(tables: Tables) -> list[Mapping[str, object]]:
    """Give the rows of the workbook's 数据检查 by field; none where it has no such sheet."""
    sheet = tables.book.ours("check")
    if sheet is None:
        return []
    names = {
        normal(row[lang]): row["field"]
        for row in workbook_templates.rows("outputs/check")
        for lang in ("zh", "en")
    }
    grid = grid_of(sheet)
    for row in range(min(grid.rows, 40)):
        places = {
            names[head]: column
            for column in range(grid.columns)
            if (head := normal(grid.text(row, column))) in names
        }
        if {"code", "source", "found"} <= places.keys():
            return [
                {field: sheet.cells[line, column] for field, column in places.items()}
                for line in range(row + 1, _end(sheet))
                if grid.text(line, places["code"])
            ]
    return []


def _end(sheet: Sheet) -> int:
    """Give the row (0-based) where the archive of rows that dropped out begins, or the end."""
    firsts = sheet.cells[:, 0].tolist() if sheet.cells.size else []
    marks = (row for row, cell in enumerate(firsts) if str(cell).startswith("#archive."))
    return next(marks, len(firsts))
