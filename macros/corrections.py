"""What a person corrected on the 映射 sheet, read back before the next recognition.

A row is found again by its key: ``table|<sheet>|<which>`` for a region, and
``column|<sheet>|<which>|<heading>|<occurrence>`` for a heading, so a correction holds when columns
or rows move. Where the hidden key is gone, nothing is guessed: the correction is reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import workbook_templates
from macros.book import address, column_number
from macros.grid import grid_of
from macros.problems import Problem
from macros.words import group, normal

if TYPE_CHECKING:
    from macros.book import Book
    from macros.grid import Grid


_AREA = re.compile(r"^(.*?)[\s,，;；!]*\$?([A-Z]{1,3})\$?(\d+)\s*[:：]\s*\$?([A-Z]{1,3})\$?(\d+)$")


class Correction(NamedTuple):
    """A correction as typed, and where it stands."""

    value: str
    cell: str

    @property
    def ignores(self) -> bool:
        """Whether it says that the thing is to be left alone."""
        return normal(self.value) in group("ignore")

    @property
    def area(self) -> tuple[int, int, int, int] | None:
        """Give the range that it names (应收 A5:H200): first row and column, last ones, from 0."""
        found = _AREA.match(self.value.strip().upper())
        if found is None:
            return None
        first, last = column_number(found[2]) - 1, column_number(found[4]) - 1
        top, bottom = int(found[3]) - 1, int(found[5]) - 1
        return (top, first, bottom, last) if 0 <= top < bottom and first <= last else None

    @property
    def name(self) -> str:
        """Give what it says besides a range."""
        found = _AREA.match(self.value.strip().upper())
        if found is None or self.area is None:
            return self.value.strip()
        return self.value.strip()[: len(found[1])]


def table_key(sheet: str, which: int) -> str:
    """Give the key of a region: the sheet's name and its number on the sheet, from 1."""
    return f"table|{sheet.casefold()}|{which}"


def column_key(sheet: str, which: int, heading: str, occurrence: int) -> str:
    """Give the key of a heading within a region; equal headings are told apart by a number."""
    return f"column|{sheet.casefold()}|{which}|{normal(heading)}|{occurrence}"


@dataclass(frozen=True, slots=True, eq=False)
class Corrections:
    """All corrections by key, the 映射 sheet's name, and the keys that were asked for."""

    sheet: str = ""
    by_key: dict[str, Correction] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def take(self, key: str) -> Correction | None:
        """Give the correction of a key, and remember that it was used."""
        found = self.by_key.get(key)
        if found is not None:
            self.used.add(key)
        return found

    def problem(self, code: str, correction: Correction, **params: object) -> Problem:
        """Say something about a correction, at its cell."""
        return Problem(
            code,
            "warning",
            sheet=self.sheet,
            cell=correction.cell,
            found=correction.value,
            params=params,
        )

    def unused(self) -> tuple[Problem, ...]:
        """Report corrections of regions and headings that are no longer there."""
        return tuple(
            self.problem("stale_correction", correction)
            for key, correction in self.by_key.items()
            if key not in self.used
        )


def read_corrections(book: Book) -> Corrections:
    """Read the 更正 column of the 映射 sheet; none where the book has no such sheet."""
    sheet = book.ours("map")
    if sheet is None:
        return Corrections()
    grid = grid_of(sheet)
    found = Corrections(sheet.name)
    header = _header(grid)
    if header is None:
        return found
    row, places = header
    for line in range(row + 1, grid.rows):
        value = grid.text(line, places["correction"]).strip()
        key = grid.text(line, places["key"]).strip()
        if value and key and key not in found.by_key:
            cell = address(line + 1, places["correction"] + 1)
            found.by_key[key] = Correction(value, cell)
    return found


def _header(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """Find the header row of the 映射 sheet and the columns of key and correction."""
    names = {
        row["field"]: {normal(row["zh"]), normal(row["en"])}
        for row in workbook_templates.rows("outputs/mapping")
        if row["field"] in {"key", "correction"}
    }
    for line in range(min(grid.rows, 40)):
        heads = [normal(grid.text(line, column)) for column in range(grid.columns)]
        places = {
            name: next((c for c, head in enumerate(heads) if head in known), -1)
            for name, known in names.items()
        }
        if min(places.values()) >= 0:
            return line, places
    return None
