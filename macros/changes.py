"""The vocabulary of Changes: what an action wants done to a workbook, as a value.

An action returns :class:`Changes` and touches nothing. A host applies it: all of it or nothing.
Preview, ``--json``, undo and the comparison of hosts follow from it being a value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from macros.problems import Problem
    from macros.texts import Message

#: How a column's values are to be read. ``money`` is in minor units (cents) in the data and in
#: units on the sheet; ``money_wan`` the same, shown in 万元 by its number format; ``date`` is a
#: 1900 serial; ``rate`` a fraction shown as percent; ``status`` a text with a mark that is never
#: colour alone; ``wrap`` a long text.
ColumnKind: TypeAlias = Literal[
    "text",
    "wrap",
    "money",
    "money_wan",
    "rate",
    "date",
    "time",
    "days",
    "number",
    "count",
    "flag",
    "status",
]

#: The part that a row plays: it decides fill and weight of its cells.
Emphasis: TypeAlias = Literal["", "bar", "scale"]
RowStyle: TypeAlias = Literal["detail", "subtotal", "total", "section", "archive"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a block.

    ``hers`` is a column meant for the person: its cells are kept by key when the sheet is
    regenerated, unlocked, and offered ``choices`` as a validation list. ``minor`` is the number
    of decimals of the currency for ``money``. ``emphasis`` asks for a data bar or a colour scale,
    ``align`` for short marks in the middle. A ``width`` grows where numbers need more.
    """

    id: str
    heading: str
    kind: ColumnKind = "text"
    hers: bool = False
    choices: tuple[str, ...] = ()
    note: str = ""
    width: float | None = None
    hidden: bool = False
    minor: int = 2
    emphasis: Emphasis = ""
    align: Literal["", "center"] = ""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Rows under a header, stacked on a sheet.

    ``data`` has a column for each ``Column.id`` that is ours (hers are filled by the host from
    the sheet that stood there before); missing values (None, NaN, NA) are blank cells. ``key``
    names the column whose text identifies a row over time; it is unique in the block. ``levels``
    are outline levels (0 = not grouped), ``styles`` a RowStyle for each row. ``links`` gives for
    a column the target of each row, such as ``"'应收'!B7"``, or None. ``table`` asks for an
    Excel table of this name (only where rows are flat). ``row_kinds`` gives a row (0-based) whose
    numbers are of another kind than their columns', such as the shares under a table of amounts.
    ``folded`` hides the rows of levels above 0 until they are unfolded. ``indent`` names a column
    of texts that step in by outline level, where rows of several levels share it.
    """

    id: str
    columns: tuple[Column, ...]
    data: pd.DataFrame
    key: str | None = None
    levels: npt.NDArray[np.int8] | None = None
    styles: npt.NDArray[np.object_] | None = None
    links: Mapping[str, npt.NDArray[np.object_]] = field(default_factory=dict)
    table: str | None = None
    heading: str = ""
    row_kinds: Mapping[int, ColumnKind] = field(default_factory=dict)
    folded: bool = False
    indent: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart over rows ``first`` to ``last`` (0-based, inclusive) of a block.

    ``highlight`` names a series drawn in the accent colour; the others are grey. ``place`` is
    ``right`` of all columns at the first block, ``beside`` the columns of its own block (a narrow
    one below a wide one), or ``below`` everything. ``steps`` are the colours of a stack's series,
    counted from the mildest, where some that would be empty are left out.
    """

    kind: Literal["line", "stacked_bar", "column"]
    title: str
    block: str
    categories: str
    series: tuple[str, ...]
    first: int
    last: int
    value_title: str = ""
    highlight: str = ""
    place: Literal["right", "beside", "below"] = "right"
    steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SheetContent:
    """A sheet as a whole, to be made or made again.

    ``mark`` is the id under which the sheet is ours (normally the action's id, with a suffix for
    a second sheet); None means that the sheet becomes hers, as the input tables of a new
    workbook do. ``title`` is row 1; ``lead``, the one sentence to be read first, follows below it
    in full size; then ``notes``, small and grey. A note whose text begins with ``✗`` is red, and
    stands before everything else. The first block's header is the frozen one. ``print_rows``:
    the header of the first block repeats on each page.
    """

    name: str
    mark: str | None
    title: str
    notes: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    charts: tuple[Chart, ...] = ()
    frozen_columns: int = 0
    landscape: bool = True
    as_of_text: str = ""
    archive_heading: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AppendRows:
    """Rows to be added below an input table of hers.

    ``columns`` are sheet columns (1-based) in the order of ``rows``' columns, ``after`` the last
    row of the table now. ``kinds`` say how the values are written. Formats are taken from the
    row above. ``excel_table`` is the ListObject to be extended, or ""; ``header`` the row of the
    table's header, or 0 where nobody knows.
    """

    sheet: str
    after: int
    columns: tuple[int, ...]
    kinds: tuple[ColumnKind, ...]
    rows: pd.DataFrame
    excel_table: str = ""
    header: int = 0


@dataclass(frozen=True, slots=True)
class SetCell:
    """One cell of hers to be set, such as 基准日 of 参数."""

    sheet: str
    row: int
    column: int
    value: float | str | bool | None
    kind: ColumnKind = "text"


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """All that an action wants done, in one value.

    ``summary`` is what the person is told at the end: label and value pairs, in order, already in
    her language. ``tie_out`` is the difference, in cents, that must be 0. ``nothing`` says
    why there was nothing to compute; it is told instead of a summary.
    """

    sheets: tuple[SheetContent, ...] = ()
    appends: tuple[AppendRows, ...] = ()
    cells: tuple[SetCell, ...] = ()
    messages: tuple[Message, ...] = ()
    problems: tuple[Problem, ...] = ()
    summary: tuple[tuple[str, str], ...] = ()
    tie_out: int = 0
    nothing: Message | None = None
