"""Which formulas depend on given cells, at any distance."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from addin.hosts.package.container.sheet_xml import column_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from addin.recalculation.scanning import Area, SheetFormulas

#: Position of the sheet in the book, row, column.
Place: TypeAlias = tuple[int, int, int]
#: Position of the sheet in the book, index of the formula in it.
Node: TypeAlias = tuple[int, int]

_REFERENCE: Final = re.compile(
    r'"(?:[^"]|"")*"'
    r"|(?:'((?:[^']|'')+)'!|([^\W\d][\w.]*)!)?"
    r"(?:(?<![\w.])\$?([A-Za-z]{1,3})\$?(\d+)(?::\$?([A-Za-z]{1,3})\$?(\d+))?(?![\w.(!])"
    r"|(?<![\w.$])\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})(?![\w.(!])"
    r"|(?<![\w.$])\$?(\d+):\$?(\d+)(?![\w.(!]))"
)
_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
#: Functions that reach cells which their formula does not name.
REACHING: Final = ("INDIRECT(", "OFFSET(")


def areas_of(text: str, sheet: int, sheets: dict[str, int]) -> Iterator[tuple[int, Area]]:
    """Give the areas that a formula names: plain references only, as the speller writes them."""
    for match in _REFERENCE.finditer(text):
        quoted, bare, left, top, right, bottom, first, last, high, low = match.groups()
        title = quoted.replace("''", "'") if quoted else bare
        at = sheets.get(title.casefold(), -1) if title else sheet
        if at < 0:
            continue
        if left:
            c1, r1 = column_number(left.upper().encode()), int(top)
            c2 = column_number(right.upper().encode()) if right else c1
            r2 = int(bottom) if bottom else r1
        elif first:
            c1, c2 = (column_number(one.upper().encode()) for one in (first, last))
            r1, r2 = 1, _LAST_ROW
        elif high:
            r1, r2, c1, c2 = int(high), int(low), 1, _LAST_COLUMN
        else:
            continue  # a text
        yield at, (min(r1, r2), min(c1, c2), max(r1, r2), max(c1, c2))


class Dependencies:
    """Who reads what, in one book.

    Parameters
    ----------
    sheets : sequence of SheetFormulas
        All sheets in order.
    texts : sequence of sequence of str
        Their formulas as spelled for the engine.
    """

    def __init__(self, sheets: Sequence[SheetFormulas], texts: Sequence[Sequence[str]]) -> None:
        self._sheets = sheets
        self._single: dict[Place, list[Node]] = defaultdict(list)
        self._wide: dict[tuple[int, Area], list[Node]] = defaultdict(list)
        self._reaching: list[Node] = []
        numbers = {sheet.name.casefold(): at for at, sheet in enumerate(sheets)}
        for at, spelled in enumerate(texts):
            for index, text in enumerate(spelled):
                self._add((at, index), text, numbers)
        self._bounds = {at: self._bounds_of(at) for at in range(len(sheets))}

    @property
    def reaching(self) -> frozenset[Node]:
        """The formulas that find their cells by INDIRECT or OFFSET."""
        return frozenset(self._reaching)

    def _add(self, node: Node, text: str, numbers: dict[str, int]) -> None:
        for at, area in areas_of(text, node[0], numbers):
            if area[:2] == area[2:]:
                self._single[at, area[0], area[1]].append(node)
            else:
                self._wide[at, area].append(node)
        if any(name in text for name in REACHING):
            self._reaching.append(node)

    def _bounds_of(
        self, at: int
    ) -> tuple[list[Area], np.ndarray[tuple[int, int], np.dtype[np.int64]]]:
        areas = [area for sheet, area in self._wide if sheet == at]
        return areas, np.array(areas, dtype=np.int64).reshape(-1, 4)

    def dependents(
        self, places: Iterable[Place], *, sheets: Iterable[int] = (), reaching: bool = True
    ) -> set[Node]:
        """Give every formula that reads one of some cells, or anything on some sheets, at last.

        A formula that finds its cells by INDIRECT or OFFSET may read any of them, so it is among
        them too, unless ``reaching`` is False.
        """
        found: set[Node] = set()
        waiting = list(places)
        self._take_sheets(set(sheets), found, waiting)
        if waiting and reaching:
            self._take(self._reaching, found, waiting)
        read: set[tuple[int, Area]] = set()
        while waiting:
            at, row, column = waiting.pop()
            self._take(self._single.get((at, row, column), ()), found, waiting)
            for area in self._around(at, row, column):
                if (at, area) not in read:
                    read.add((at, area))
                    self._take(self._wide[at, area], found, waiting)
        return found

    def _take_sheets(self, sheets: set[int], found: set[Node], waiting: list[Place]) -> None:
        for place, nodes in self._single.items():
            if place[0] in sheets:
                self._take(nodes, found, waiting)
        for (at, _), nodes in self._wide.items():
            if at in sheets:
                self._take(nodes, found, waiting)

    def _around(self, at: int, row: int, column: int) -> list[Area]:
        """Give the areas that some formula reads and that hold a cell."""
        areas, bounds = self._bounds[at]
        if not areas:
            return []
        inside = (
            (bounds[:, 0] <= row)
            & (row <= bounds[:, 2])
            & (bounds[:, 1] <= column)
            & (column <= bounds[:, 3])
        )
        return [areas[hit] for hit in np.flatnonzero(inside).tolist()]

    def _take(self, nodes: Iterable[Node], found: set[Node], waiting: list[Place]) -> None:
        for node in nodes:
            if node not in found:
                found.add(node)
                waiting.extend(self.places(node))

    def places(self, node: Node) -> Iterator[Place]:
        """Give the cells that a formula fills: its own, or all of an array's."""
        at, index = node
        sheet = self._sheets[at]
        yield at, sheet.rows[index], sheet.columns[index]
        if index in sheet.arrays:
            top, left, bottom, right = sheet.arrays[index][1]
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    yield at, row, column
