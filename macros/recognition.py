"""Which table of a workbook stands where: candidates of all sheets, corrected, and the best chosen.

A workbook may hold several sheets that look like the same table. Those that belong together (one
a month, two on one sheet) are parts of one table; of the others the best is read and every other
is reported with its place, never added up in silence and never dropped in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from macros import schema
from macros.aliases import field_named, table_named, table_titled
from macros.book import address, column_letter
from macros.corrections import Corrections, column_key, read_corrections, table_key
from macros.grid import BLANK, grid_of
from macros.headers import Assigned, Candidate, assign, candidates, guess, within
from macros.joining import parts_of
from macros.problems import Problem

if TYPE_CHECKING:
    from macros.book import Book
    from macros.corrections import Correction

#: A table that she named beats every guess; a hidden sheet and an empty table come second.
_NAMED: Final = 100.0
_HIDDEN: Final = -0.5
_EMPTY: Final = -1.0
#: As many sheets of a joined table are named.
_NAMES: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class Recognition:
    """All candidates of a book, those chosen by table, and what there is to say about it.

    ``chosen`` are the parts of each table in order of time and place: mostly one.
    """

    candidates: tuple[Candidate, ...]
    chosen: dict[str, tuple[Candidate, ...]]
    problems: tuple[Problem, ...]
    ignored: frozenset[str] = field(default_factory=frozenset)  # keys of regions to be left alone
    corrected: frozenset[str] = field(default_factory=frozenset)  # keys of regions she named


def place(one: Candidate) -> str:
    """Give the range of a region, header row first, as a person reads it: ``A3:F20``."""
    first = address(one.top + 1, one.first_column + 1)
    return f"{first}:{column_letter(one.last_column + 1)}{max(one.last_row, one.row) + 1}"


def key_of(one: Candidate) -> str:
    """Give the key of a region on the 映射 sheet."""
    return table_key(one.grid.sheet.name, one.which)


def recognise(book: Book) -> Recognition:
    """Find the tables of a book, obeying what was corrected on its 映射 sheet."""
    corrections = read_corrections(book)
    found: list[Candidate] = []
    problems: list[Problem] = []
    ignored: set[str] = set()
    corrected: set[str] = set()
    for sheet in book.sheets:
        if sheet.mark is not None:
            continue  # a sheet of ours is never input
        grid = grid_of(sheet)
        here = candidates(grid)
        likely = [] if here else [guess(grid)]
        for one in [*here, *(c for c in likely if c is not None)]:
            correction = corrections.take(key_of(one))
            if correction is not None:
                (ignored if correction.ignores else corrected).add(key_of(one))
            found.append(_corrected(one, correction, corrections, problems))
    problems += corrections.unused()
    chosen, said = _choose(found)
    problems += [
        _unknown(one)
        for one in found
        if not one.table and not one.rival and _rows(one) and key_of(one) not in ignored
    ]
    return Recognition(
        tuple(found), chosen, (*problems, *said), frozenset(ignored), frozenset(corrected)
    )


def _corrected(
    one: Candidate,
    correction: Correction | None,
    corrections: Corrections,
    problems: list[Problem],
) -> Candidate:
    """Apply what she said about a region and about its headings."""
    if correction is not None and correction.ignores:
        none = tuple(found._replace(field="", how="ignored") for found in one.assigned)
        return replace(one, table="", rival="", score=0.0, assigned=none)
    if correction is not None:
        one = within(one, correction.area) if correction.area else one
        table = table_named(correction.name) if correction.name else one.table
        if not table:
            problems.append(corrections.problem("unknown_table", correction))
        else:
            assigned = assign(one.heads, table)
            one = replace(
                one, table=table, score=one.score + _NAMED, rival="", assigned=assigned, named=True
            )
    one = replace(one, assigned=_fields_corrected(one, corrections, problems))
    if correction is not None and one.table and not _meets_needs(one):
        problems.append(corrections.problem("needs_not_met", correction, needs=needs_text(one)))
    return one


def _meets_needs(one: Candidate) -> bool:
    fields = set(one.fields)
    table = schema.tables()[one.table]
    return any(need.fields <= fields for need in (*table.needs, *table.titled))


def needs_text(one: Candidate) -> str:
    """Give the headings that a table needs, as text: the first set that makes it one."""
    table = schema.tables()[one.table]
    wanted = next(iter(table.needs))
    return " + ".join(known.zh for known in table.fields if known.id in wanted.fields)


def _fields_corrected(
    one: Candidate, corrections: Corrections, problems: list[Problem]
) -> tuple[Assigned, ...]:
    """Give each heading the field that she typed; the heading that had it becomes a second."""
    taken: dict[int, str] = {}
    ignored: set[int] = set()
    for column, head in one.heads:
        key = column_key(one.grid.sheet.name, one.which, head.text, one.occurrence(column))
        correction = corrections.take(key)
        if correction is None:
            continue
        if correction.ignores:
            ignored.add(column)
            continue
        name = field_named(one.table, correction.value) if one.table else None
        if name is None or name in taken.values():
            code = "field_twice" if name else ("unknown_field" if one.table else "no_table_yet")
            problems.append(corrections.problem(code, correction, heading=head.text))
            continue
        taken[column] = name
    return tuple(_with_correction(found, taken, ignored) for found in one.assigned)


def _with_correction(found: Assigned, taken: dict[int, str], ignored: set[int]) -> Assigned:
    if found.column in ignored:
        return found._replace(field="", how="ignored")
    if found.column in taken:
        return found._replace(field=taken[found.column], how="correction", quality=1.0)
    if found.field in taken.values():
        return found._replace(field="", how="second")
    return found


def _choose(
    found: list[Candidate],
) -> tuple[dict[str, tuple[Candidate, ...]], list[Problem]]:
    """Give the parts of each table, and say which others were left unread."""
    chosen: dict[str, tuple[Candidate, ...]] = {}
    problems: list[Problem] = []
    by_table: dict[str, list[Candidate]] = {}
    for one in found:
        if one.rival:
            problems.append(_said("ambiguous_table", "warning", one, rival=_title(one.rival)))
        elif one.table and _meets_needs(one):
            by_table.setdefault(one.table, []).append(one)
    for table, several in by_table.items():
        best = max(several, key=_rank)
        chosen[table] = parts_of(best, several)
        problems += [
            _said("second_table", "warning", other, best=best.grid.sheet.name, n=_rows(other))
            for other in several
            if other not in chosen[table] and _rows(other)
        ]
        problems += _joined(chosen[table])
    return chosen, problems


def _joined(parts: tuple[Candidate, ...]) -> list[Problem]:
    """Say once which parts are read as one table."""
    if len(parts) < 2:
        return []
    names = list(dict.fromkeys(part.grid.sheet.name for part in parts))
    shown = "、".join(names[:_NAMES]) + ("…" if len(names) > _NAMES else "")
    return [_said("joined_tables", "info", parts[0], n=len(parts), names=shown)]


def _rank(one: Candidate) -> float:
    hidden = 0.0 if one.grid.sheet.visible else _HIDDEN
    return one.score + hidden + (0.0 if _rows(one) else _EMPTY)


def _rows(one: Candidate) -> int:
    """Give the number of rows under the header that are not blank."""
    body = one.grid.kinds[one.row + 1 : one.last_row + 1, one.first_column : one.last_column + 1]
    return int((body != BLANK).any(axis=1).sum())


def _unknown(one: Candidate) -> Problem:
    """Say that rows were not read: a warning where the sheet's title promises a table of ours."""
    severity = "warning" if table_titled(one.grid.sheet.name) else "info"
    return _said("unknown_sheet", severity, one, n=_rows(one))


def _title(table: str) -> str:
    known = schema.tables()[table]
    return f"{known.zh} {known.en}"


def _said(code: str, severity: str, one: Candidate, **params: object) -> Problem:
    return Problem(
        code,
        "warning" if severity == "warning" else "info",
        table=one.table,
        sheet=one.grid.sheet.name,
        cell=address(one.row + 1, one.first_column + 1),
        found=place(one),
        params=params,
    )
