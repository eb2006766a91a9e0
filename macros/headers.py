"""Find the tables on a sheet, wherever they stand, by the headings of their first row.

A row of headings is a row of texts that together make one of the schema's tables. Its columns may
have blanks between them; two tables side by side are told apart by the blank column between them.
Which table it is, the telling headings say (到期日 is only in receivables, 备注 is everywhere),
with the sheet's title, the rows above and the name of an Excel table as further witnesses.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from macros import schema
from macros.above import ABOVE
from macros.aliases import knows, meanings, table_titled, telling, title_weights
from macros.grid import NUMBER
from macros.heads import Heads, groups_over, heads_of
from macros.named_periods import is_period, named
from macros.words import Heading, heading, normal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from macros.book import ExcelTable
    from macros.grid import Grid

#: Below this score the headings are too vague to say which table it is.
ENOUGH: Final = 0.8
#: Two tables closer than this cannot be told apart.
_CLOSE: Final = 0.15
#: A match of this quality or less is no proof by itself.
_WEAK: Final = 0.5
#: A heading that three tables or more share (1/√3 each) tells none of them.
_SHARED: Final = 0.6
_KEY_BONUS: Final = 0.3
_TITLE_ROW: Final = 0.8
#: Headings are short, and digits are rare in them.
_LONGEST, _DIGITS = 40, 4
#: A header has no more rows.
_HEADER_ROWS: Final = 3
#: As many columns of one field are told apart by their period.
MOST_PERIODS: Final = 12


class Assigned(NamedTuple):
    """What became of one heading: its column (from 0), the field it feeds or "", and by what rule.

    ``how``: "name", "alias", "part" (brackets or words were left off), "correction", "second"
    (another column serves this field better), "none" (not known) or "ignored" (she said so).
    """

    column: int
    heading: Heading
    field: str
    how: str
    quality: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A row of headings on a sheet and what it would be: rows and columns count from 0."""

    grid: Grid
    which: int  # its number on the sheet, from 1
    row: int
    first_column: int
    last_column: int
    last_row: int
    heads: tuple[tuple[int, Heading], ...]
    table: str = ""
    score: float = 0.0
    rival: str = ""  # a table that fits as well
    top: int = -1  # the first header row, where there are several
    named: bool = False  # she said on 映射 which table it is
    excel: ExcelTable | None = None
    assigned: tuple[Assigned, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the header for one row unless it is said to be more."""
        if self.top < 0:
            object.__setattr__(self, "top", self.row)

    @property
    def fields(self) -> dict[str, Assigned]:
        """The chosen column of each field."""
        return {found.field: found for found in self.assigned if found.field}

    def occurrence(self, column: int) -> int:
        """Give which of several equal headings a column is, from 1."""
        mine = next(normal(head.text) for at, head in self.heads if at == column)
        return sum(normal(head.text) == mine for at, head in self.heads if at <= column)


def assign(heads: tuple[tuple[int, Heading], ...], table: str) -> tuple[Assigned, ...]:
    """Give each heading the field it serves best in a table, each field its best heading."""
    options = sorted(
        (
            (found.quality, -column, found.field, found.how)
            for column, head in heads
            for found in meanings(head)
            if found.table == table
        ),
        reverse=True,
    )
    fields: dict[str, int] = {}
    columns: dict[int, tuple[str, str, float]] = {}
    for quality, negative, name, how in options:
        if -negative not in columns and name not in fields:
            fields[name] = -negative
            columns[-negative] = (name, how, quality)
    _number_series(heads, table, columns)
    spoken = {-negative for _, negative, _, _ in options}
    return tuple(
        Assigned(column, head, *columns[column])
        if column in columns
        else Assigned(column, head, "", "second" if column in spoken else "none")
        for column, head in heads
    )


def _number_series(
    heads: tuple[tuple[int, Heading], ...], table: str, columns: dict[int, tuple[str, str, float]]
) -> None:
    """Give the columns of a field that stands once for each period their numbers: oldest first."""
    for name in schema.tables()[table].series:
        mine = [
            (named(head.text).order, column, found)
            for column, head in heads
            for found in meanings(head)
            if (found.table, found.field) == (table, name)
            and (column not in columns or columns[column][0] == name)
        ]
        if len(mine) < 2:
            continue
        mine.sort(key=lambda one: one[:2])
        for number, (_, column, found) in enumerate(mine[:MOST_PERIODS], start=1):
            columns[column] = (schema.numbered(name, number), found.how, found.quality)


def judge(
    heads: tuple[tuple[int, Heading], ...], titles: Mapping[str, float], titled: str | None = None
) -> tuple[dict[str, float], dict[str, tuple[Assigned, ...]]]:
    """Score every table whose needs the headings meet; give the scores and the assignments.

    Where they meet none, those of ``titled``, the table that the sheet's title names, may be few.
    """
    scores: dict[str, float] = {}
    assigned: dict[str, tuple[Assigned, ...]] = {}
    for table in schema.tables().values():
        found = assign(heads, table.id)
        title = titles.get(table.id, 0.0)
        if not any(_proves(need, table.id, found, title) for need in table.needs):
            continue
        weight = sum(one.quality * telling(one.heading, table.id) for one in found if one.field)
        key = _KEY_BONUS if any(one.field == table.key for one in found) else 0.0
        scores[table.id] = weight + key + title
        assigned[table.id] = found
    if titled and not scores:
        found = assign(heads, titled)
        fields = {one.field for one in found}
        if any(need.fields <= fields for need in schema.tables()[titled].titled):
            return {titled: titles.get(titled, 0.0)}, {titled: found}
    return scores, assigned


def _proves(need: schema.Need, table: str, found: tuple[Assigned, ...], title: float) -> bool:
    """Whether headings make up a need; under a fitting title weak and common ones will do."""
    strong = {one.field for one in found if one.field and (title or one.quality > _WEAK)}
    own = {
        one.field for one in found if one.field and (title or telling(one.heading, table) > _SHARED)
    }
    return need.fields <= strong and need.telling <= own


def candidates(grid: Grid) -> list[Candidate]:
    """Give the tables of a sheet from top to bottom, each with the rows that can belong to it."""
    found: list[Candidate] = []
    seen: set[bytes] = set()
    for row, signature in _rows_of_headings(grid):
        if signature in seen:
            continue  # the header again, or data that happen to be words of headings
        seen.add(signature)
        here = [one for one in _on_row(grid, row) if not _repeats(one, found)]
        if not any(one.scores for one in here):
            continue
        for one in here:
            first = min(one.top, row - 1)
            above = [c for c in found if first <= c.row < row and _overlap(c, one)]
            if any(c.score >= one.score for c in above):
                continue  # the lower of two header rows tells less: it is a row of the first
            found = [c for c in found if c not in above]
            found.append(one)
    added = _excel_tables(grid, found)  # takes out of found what stands inside them
    found = [*found, *added]
    found.sort(key=lambda one: (one.row, one.first_column))
    return _with_limits(grid, found)


def within(one: Candidate, area: tuple[int, int, int, int]) -> Candidate:
    """Give the table that stands in an area she named: first and last row and column, from 0.

    The first header row is the first row of the area; which row is the last one, the headings say.
    """
    grid = one.grid
    top, first, bottom, last = area
    last = min(last, grid.columns - 1)
    tries = []
    for row in range(top, min(top + _HEADER_ROWS, bottom + 1, grid.rows)):
        found = heads_of(grid, row, first, last)
        if found.heads:
            tries.append(_candidate(grid, row, found._replace(top=top)))
    if not tries:
        return one
    best = max(tries, key=lambda each: (each.score, -each.row))
    return replace(best, which=one.which, last_row=min(bottom, grid.rows - 1))


def guess(grid: Grid) -> Candidate | None:
    """Give the likeliest row of headings of a sheet on which no table was recognised."""
    top = min(grid.rows, 30)
    if not top:
        return None
    texts = (grid.codes[:top] >= 0).sum(axis=1) - (grid.kinds[:top] == NUMBER).sum(axis=1)
    row = int(np.argmax(texts))
    if texts[row] < 2:
        return None
    top, heads = heads_of(grid, row, 0, grid.columns - 1)
    return Candidate(
        grid, 1, row, heads[0][0], heads[-1][0], grid.rows - 1, heads, top=top,
        assigned=tuple(Assigned(column, head, "", "none") for column, head in heads),
    )  # fmt: skip


def chosen(one: Candidate, scores: Mapping[str, float]) -> Candidate:
    """Give the candidate with the best table filled in, and a rival where two are too close."""
    ranked = sorted(scores, key=lambda table: -scores[table])
    best = ranked[0] if ranked else ""
    if not best or scores[best] < ENOUGH:
        return replace(one, table="", score=scores.get(best, 0.0))
    rival = ranked[1] if len(ranked) > 1 else ""
    close = rival and scores[best] - scores[rival] < _CLOSE
    return replace(one, table=best, score=scores[best], rival=rival if close else "")


def _rows_of_headings(grid: Grid) -> list[tuple[int, bytes]]:
    """Give the rows in which two or more columns hold known headings and few hold numbers.

    Each comes with its signature: which headings stand in which columns.
    """
    if not grid.texts:
        return []
    known = grid.where_text(_may_be_heading)
    hits = known.sum(axis=1)
    numbers = (grid.kinds == NUMBER).sum(axis=1)
    texts = (grid.codes >= 0).sum(axis=1)
    good = (hits >= 2) & (numbers * 4 <= texts)
    for row in np.flatnonzero(good[:-1]):  # below a cell merged over several columns
        good[row + 1] |= bool(texts[row + 1] > numbers[row + 1]) and groups_over(grid, int(row))
    rows = np.flatnonzero(good)
    spoken = np.where(known[rows], grid.codes[rows], -1)
    return [(int(row), line.tobytes()) for row, line in zip(rows, spoken, strict=True)]


def _may_be_heading(text: str) -> bool:
    if len(text) > _LONGEST or sum(map(str.isdigit, text)) > _DIGITS:
        return False
    return knows(heading(text)) or is_period(text)


def _on_row(grid: Grid, row: int) -> list[Candidate]:
    """Tables whose header stands on a row: one, or several side by side."""
    found = heads_of(grid, row, 0, grid.columns - 1)
    if not found.heads:
        return []
    whole = _candidate(grid, row, found)
    runs = _runs(found.heads)
    if len(runs) > 1:
        parts = [_candidate(grid, row, Heads(found.top, run)) for run in runs]
        able = [part for part in parts if part.scores]
        if len(able) > 1 or (able and able[0].fields.keys() == whole.fields.keys()):
            return [part for part in parts if part.scores or len(part.heads) > 1]
    return [whole]


def _runs(heads: tuple[tuple[int, Heading], ...]) -> list[tuple[tuple[int, Heading], ...]]:
    """Headings in neighbouring columns, parted where a column has none or all begin anew."""
    runs: list[list[tuple[int, Heading]]] = []
    for head in heads:
        if not runs or head[0] > runs[-1][-1][0] + 1:
            runs.append([])
        runs[-1].append(head)
    return [part for run in runs for part in _repetitions(tuple(run))]


def _repetitions(run: tuple[tuple[int, Heading], ...]) -> list[tuple[tuple[int, Heading], ...]]:
    """Part a run of headings that is the same headings several times over."""
    names = [normal(head.text) for _, head in run]
    for length in range(2, len(names) // 2 + 1):
        times, rest = divmod(len(names), length)
        if not rest and names == names[:length] * times:
            return [run[start : start + length] for start in range(0, len(run), length)]
    return [run]


def _candidate(grid: Grid, row: int, found: Heads, excel: ExcelTable | None = None) -> Candidate:
    top, heads = found
    titles = _titles(grid, top, heads, excel)
    scores, assigned = judge(heads, titles, table_titled(grid.sheet.name))
    one = Candidate(
        grid, 0, row, heads[0][0], heads[-1][0], grid.rows - 1, heads,
        excel=excel, scores=scores, top=top,
    )  # fmt: skip
    one = chosen(one, scores)
    none = tuple(Assigned(column, head, "", "none") for column, head in heads)
    return replace(one, assigned=assigned.get(one.table, none))


def _titles(
    grid: Grid,
    row: int,
    heads: tuple[tuple[int, Heading], ...],
    excel: ExcelTable | None,
) -> dict[str, float]:
    """Give for each table the most that sheet title, Excel table name or title rows say for it."""
    weights: Counter[str] = Counter()
    witnesses = [(grid.sheet.name, 1.0), (excel.name if excel else "", 1.0)]
    for line in range(max(0, row - ABOVE), row):
        texts = [grid.text(line, c) for c in range(heads[0][0], heads[-1][0] + 1)]
        filled = [text for text in texts if text.strip()]
        if len(filled) == 1:  # a title stands alone on its row
            witnesses.append((filled[0], _TITLE_ROW))
    for title, trust in witnesses:
        for table, weight in title_weights(title).items():
            weights[table] = max(weights[table], weight * trust)  # type: ignore[assignment]  # a Counter of floats
    return dict(weights)


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.first_column <= other.last_column and other.first_column <= one.last_column


def _repeats(one: Candidate, found: list[Candidate]) -> bool:
    """Whether the headings are those of a table above: a header printed on every page."""
    mine = [(column, normal(head.text)) for column, head in one.heads]
    return any(mine == [(column, normal(head.text)) for column, head in c.heads] for c in found)


def _excel_tables(grid: Grid, found: list[Candidate]) -> list[Candidate]:
    """Candidates from the sheet's Excel tables; they replace what was found inside them."""
    added: list[Candidate] = []
    for table in grid.sheet.tables:
        row, first, last = table.first_row - 1, table.first_column - 1, table.last_column - 1
        if row >= grid.rows:
            continue
        heads = heads_of(grid, row, first, min(last, grid.columns - 1)).heads
        if not heads:
            continue
        bottom = min(table.last_row, grid.rows) - 1
        one = replace(_candidate(grid, row, Heads(row, heads), table), last_row=bottom)
        found[:] = [c for c in found if not (row <= c.row <= bottom and _overlap(c, one))]
        if one.scores:
            added.append(one)
    return added


def _with_limits(grid: Grid, found: list[Candidate]) -> list[Candidate]:
    """Give the tables of a sheet numbered, each ended above the next one in its columns."""
    result = []
    for which, one in enumerate(found, start=1):
        below = [c.top - 1 for c in found if c.row > one.row and _overlap(c, one)]
        last = one.last_row if one.excel else min([*below, grid.rows - 1])
        result.append(replace(one, which=which, last_row=last))
    return result


def mask_of_headings(one: Candidate, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Say which rows repeat the header: most of its texts stand there again."""
    columns = np.array([column for column, _ in one.heads])
    own = one.grid.codes[one.row, columns]
    again = (one.grid.codes[np.ix_(rows, columns)] == own) & (own >= 0)
    needed = max(2, (len(columns) + 1) // 2)
    return np.asarray(again.sum(axis=1) >= needed) | _mask_of_groups(one, rows)


def _mask_of_groups(one: Candidate, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Say which rows repeat a header row above the last one: all that is in it, and no more."""
    here = slice(one.first_column, one.last_column + 1)
    found = np.zeros(len(rows), dtype=np.bool_)
    for line in range(one.top, one.row):
        own = one.grid.codes[line, here]
        same = (one.grid.codes[rows, here] == own).all(axis=1)
        found |= same & (one.grid.kinds[rows, here] == one.grid.kinds[line, here]).all(axis=1)
    return found
