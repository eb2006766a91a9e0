"""Tables of a workbook, recognised: canonical columns, exact kinds, and a place for every cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from macros.book import Book, address, column_letter
from macros.texts import Message, Refusal

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
    #: the last detail row, counted or not: totals, notes and signatures stand below it
    last_detail: int = 0
    #: field -> multiplier of its money (万元: 10000), where it is not 1; rows appended obey it
    scales: Mapping[str, int] = field(default_factory=dict)
    #: the amounts are what is still open (欠款, 应收余额), not what was billed
    balances: bool = False

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


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The tables of one workbook, the problems met while reading, and the book itself."""

    book: Book
    found: Mapping[str, Table]
    problems: tuple[Problem, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)  # 参数, key -> value as text
    unusable: Mapping[str, Unusable] = field(default_factory=dict)  # by table

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
