"""Tables of a workbook, recognised: canonical columns, exact kinds, and a place for every cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from macros.book import Book, address
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    #: field -> multiplier of its money (万元: 10000), where it is not 1; rows appended obey it
    scales: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A recognised table.

    ``frame`` has one row per accepted detail row and, besides the fields found, ``sheet`` and
    ``row`` (the 1-based sheet row). dtypes by kind: money, date, days, count ``Int64`` (money in
    minor units, dates as 1900 serials), rate and number ``Float64``, flag ``boolean``, text
    ``object`` with "" for blank. A field that was not found is not a column: use :meth:`get`.
    """

    name: str
    frame: pd.DataFrame
    regions: tuple[Region, ...]

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

    def link(self, position: int, field_id: str) -> str:
        """Give the sheet reference of a cell, such as ``'应收'!D7``."""
        line = self.frame.iloc[position]
        region = next(r for r in self.regions if r.sheet == line["sheet"])
        quoted = region.sheet.replace("'", "''")
        return f"'{quoted}'!{address(int(line['row']), region.columns.get(field_id, 1))}"


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The tables of one workbook, the problems met while reading, and the book itself."""

    book: Book
    found: Mapping[str, Table]
    problems: tuple[Problem, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)  # 参数, key -> value as text

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
        """
        if name not in self.found:
            raise Refusal("no_table", self.book.name, table=name)
        return self.found[name]
