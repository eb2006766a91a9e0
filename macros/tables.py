"""Tables of a workbook, recognised: canonical columns, exact kinds, and a place for every cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from macros.book import Book, address, column_letter
from macros.texts import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt
    import pandas as pd

    from macros.problems import Problem


@dataclass(frozen=True, slots=True)
class Region:
    """Where a table stands: sheet, header row(s), detail rows, and the column of each field."""

    sheet: str
    header_row: int  # the last header row
    first_row: int
    last_row: int
    columns: Mapping[str, int]  # field -> 1-based sheet column
    headings: Mapping[str, str]  # field -> the heading as it stands there
    excel_table: str = ""
    #: the last detail row, counted or not: totals, notes and signatures stand below it
    last_detail: int = 0
    #: field -> multiplier of its money (万元: 10000), where it is not 1; rows appended obey it
    scales: Mapping[str, int] = field(default_factory=dict)
    #: the amounts are what is still open (欠款, 应收余额), not what was billed
    balances: bool = False
    #: first and last day that the figures are of, by the sheet's name or a line above; 0 if unknown
    period: tuple[int, int] = (0, 0)
    #: the cell above that states the day, such as ``应收!B3``; "" where none does
    stated: str = ""

    def cell(self, field_id: str) -> str:
        """Give the address of a field's heading, such as ``I4``."""
        return address(self.header_row, self.columns.get(field_id, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A recognised table.

    ``frame`` has one row per accepted detail row and, besides the fields found, ``sheet`` and
    ``row`` (the 1-based sheet row). dtypes by kind: money, date, days, count ``Int64`` (money in
    minor units, dates as 1900 serials), rate and number ``Float64``, flag ``boolean``, text
    ``object`` with "" for blank. A field that was not found is not a column: use :meth:`get`.
    Where there are several regions, ``region`` is the number of the row's own, from 0. ``source``
    is the table that this one was worked out from, "" if it stands in the workbook.
    """

    name: str
    frame: pd.DataFrame
    regions: tuple[Region, ...]
    source: str = ""

    def __len__(self) -> int:
        return len(self.frame)

    def has(self, field_id: str) -> bool:
        """Whether the field was found in the workbook."""
        return field_id in self.frame.columns

    def get(self, field_id: str) -> pd.Series:
        """Give a field's column; if it was not found, all missing (text: "")."""
        if field_id in self.frame.columns:
            return self.frame[field_id]
        from macros.schema import empty_series  # noqa: PLC0415 - schema is data about tables

        return empty_series(self.name, field_id, len(self.frame))

    def region(self, position: int) -> Region:
        """Give the region in which a row stands."""
        if "region" in self.frame.columns:
            return self.regions[int(self.frame["region"].iloc[position])]
        sheet = self.frame["sheet"].iloc[position]
        return next(region for region in self.regions if region.sheet == sheet)

    def region_numbers(self) -> npt.NDArray[np.int64]:
        """Give the number of each row's region."""
        if "region" in self.frame.columns:
            return self.frame["region"].to_numpy(dtype=np.int64)
        sheets = {one.sheet: at for at, one in reversed([*enumerate(self.regions)])}
        numbers = self.frame["sheet"].map(sheets).to_numpy(dtype=np.int64)
        return np.asarray(numbers, dtype=np.int64)

    def link(self, position: int, field_id: str) -> str:
        """Give the sheet reference of a cell, such as ``'应收'!D7``."""
        line = self.frame.iloc[position]
        region = self.region(position)
        quoted = region.sheet.replace("'", "''")
        return f"'{quoted}'!{address(int(line['row']), region.columns.get(field_id, 1))}"


@dataclass(frozen=True, slots=True)
class Unusable:
    """A column without which its table cannot be counted: where it stands, how bad, and why.

    ``why`` is a text code; ``bad`` of ``rows`` rows have no value that can be used.
    """

    sheet: str
    column: int  # 1-based
    heading: str
    why: str
    bad: int
    rows: int


class Snapshot(NamedTuple):
    """A table as it stood at the end of a day (0 where nothing says which), and where it stands."""

    day: int
    table: Table
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The tables of one workbook, the problems met while reading, and the book itself.

    ``snapshots`` are tables of which the book has one state for each of several days, in order of
    time: only one of them counts, ``found`` has the last, see :func:`macros.at_day.at_day`.
    ``offered`` are keys of ``parameters`` that nobody typed, with the place they come from.
    """

    book: Book
    found: Mapping[str, Table]
    problems: tuple[Problem, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)  # 参数, key -> value as text
    unusable: Mapping[str, Unusable] = field(default_factory=dict)  # by table
    snapshots: Mapping[str, tuple[Snapshot, ...]] = field(default_factory=dict)
    offered: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.found

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def get(self, name: str) -> Table | None:
        """Give a table, or None where the workbook has none."""
        return self.found.get(name)

    def require(self, name: str) -> Table:
        """Give a table.

        Raises
        ------
        Refusal
            ``no_table``: the workbook has none that is recognised as this one.
            ``unusable_column``: a column that it cannot be counted without holds nothing usable,
            such as formulas that no program has calculated; sums would look small, not wrong.
        """
        if name not in self.found:
            raise Refusal("no_table", self.book.name, table=name)
        self.refuse_unusable(name)
        return self.found[name]

    def refuse_unusable(self, name: str) -> None:
        """Stop where a table that was found cannot be counted.

        Raises
        ------
        Refusal
            ``unusable_column``, as for :meth:`require`.
        """
        if name in self.unusable:
            why = self.unusable[name]
            raise Refusal(
                "unusable_column",
                f"{why.sheet}!{column_letter(why.column)}",
                heading=why.heading,
                why=Message(why.why),
                bad=f"{why.bad:,}",
                rows=f"{why.rows:,}",
            )
