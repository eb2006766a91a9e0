"""Where areas and formulas of hers on a sheet of ours go when it is made again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from addin.hosts.package.ours.formulas import Moves, moved
from addin.hosts.package.ours.internals import corners
from macros.book import column_letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: First column, first row, last column, last row.
Area: TypeAlias = tuple[int, int, int, int]

#: An area wider than this is meant for the whole sheet.
_WIDE: Final = 1000
_LAST_ROW: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class Span:
    """The rows of a block before and after: its header, first and last row."""

    old: tuple[int, int, int]
    new: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Relocation:
    """Where the rows and columns of a sheet went.

    ``rows`` and ``columns`` give the new number by the old; a column that is in ``known`` and not
    in ``columns`` is gone. ``top`` is the first old row below title and notes, ``bottom`` the last
    old row. ``offered`` are new columns whose lists of words are ours.
    """

    title: str
    rows: Mapping[int, int]
    columns: Mapping[int, int]
    known: frozenset[int]
    spans: tuple[Span, ...]
    top: int
    bottom: int
    offered: frozenset[int] = field(default_factory=frozenset)

    def areas(self, sqref: str) -> list[Area]:
        """Give the new areas of a list of old ones."""
        found = []
        for each in sqref.split():
            left, top, right, bottom = corners(each)
            rows = self._rows(top, min(bottom, _LAST_ROW))
            found += [
                (first, start, last, end)
                for first, last in self._columns(left, right)
                for start, end in rows
            ]
        return found

    def _columns(self, left: int, right: int) -> list[tuple[int, int]]:
        if right - left > _WIDE:
            return [(left, right)]
        return _runs(new for old in range(left, right + 1) if (new := self.column(old)) is not None)

    def column(self, old: int) -> int | None:
        """Give the new column of an old one; None where it is gone."""
        return self.columns.get(old) if old in self.known else old

    def _rows(self, top: int, bottom: int) -> list[tuple[int, int]]:
        """Give the new rows; what covers half of a block's rows is meant for all it has now."""
        runs = [(top, min(bottom, self.top - 1))] if top < self.top else []
        single: list[int] = []
        for span in self.spans:
            header, first, last = span.old
            covered = min(bottom, last) - max(top, first) + 1
            if first <= last and 2 * covered >= last - first + 1:
                begin = span.new[0] if top <= header else span.new[1]
                runs.append((begin, max(span.new[2], begin)))
            else:
                single += range(max(top, header), min(bottom, last) + 1)
        within = {row for span in self.spans for row in range(span.old[0], span.old[2] + 1)}
        outside = range(max(top, self.top), min(bottom, self.bottom) + 1)
        single += [row for row in outside if row not in within]
        runs += _runs(new for old in single if (new := self.rows.get(old)) is not None)
        if bottom > self.bottom:
            last = max((end for _, end in runs), default=self.bottom)
            runs.append((max(last + 1, top) if top > self.bottom else last + 1, bottom))
        return _joined(runs)

    def formula(self, text: str, before: int, after: int) -> str:
        """Give a formula of an area: its relative rows go with the area's first row."""
        shift = after - before

        def relative(row: int) -> int | None:
            return row if row < self.top else row + shift

        def absolute(row: int) -> int | None:
            return row if row < self.top or row > self.bottom else self.rows.get(row)

        moves = Moves(self.title, relative, self.column, absolute)
        return moved(f"={text}", moves).removeprefix("=")


def sqref(areas: Iterable[Area]) -> str:
    """Write areas as the format lists them."""
    return " ".join(
        f"{column_letter(left)}{top}"
        + ("" if (left, top) == (right, bottom) else f":{column_letter(right)}{bottom}")
        for left, top, right, bottom in areas
    )


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    return _joined((number, number) for number in set(numbers))


def _joined(runs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join runs that touch or overlap."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found
