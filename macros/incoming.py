"""What a file brings: its tables without the columns left out, and the receipts it implies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, TypeVar

import pandas as pd

from macros import schema
from macros.book import address, column_letter
from macros.texts import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from macros.book import Book
    from macros.tables import Region, Table, Tables

_Value = TypeVar("_Value")

#: Tables that are never taken from a file: another book's 参数 are not this book's, and of
#: balances and statements what they give is taken, if anything.
_NEVER: Final = frozenset({"settings", "balances", "statements"})

#: Files of these kinds have sheets with names of their own.
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})
#: A sheet's title is no longer than this; a text file is read as a sheet titled by its name.
_TITLE: Final = 31

#: The number of a receipt that a settled date implies: so it stays the same at each import.
_RECEIPT_OF: Final = "R-"

#: What a receipt takes over from its invoice, besides date and number.
_CARRIED: Final = (
    "amount",
    "document",
    "customer",
    "customer_name",
    "contract",
    "project",
    "owner",
    "currency",
)


@dataclass(frozen=True, slots=True, eq=False)
class Incoming:
    """Rows of a file bound for one table of the book.

    ``frame`` has the columns ``fields`` and ``sheet``, ``row``, the place in the file; index
    0, 1, 2 …; and, where receipts are implied by settled dates, ``implied``. ``columns`` are the
    sheet columns of the fields, ``headings`` what stands above them.
    """

    table: str
    frame: pd.DataFrame
    fields: tuple[str, ...]
    headings: dict[str, str]
    columns: dict[str, int]
    file: str

    def place(self, position: int, field: str) -> tuple[str, str]:
        """Give file with sheet, and cell, of a field in a row."""
        line = self.frame.iloc[position]
        cell = address(int(line["row"]), self.columns.get(field, 1))
        return file_place(self.file, str(line["sheet"])), cell


def file_place(file: str, sheet: str) -> str:
    """Name a sheet of another file as a spreadsheet does; a text file has none but itself.

    Examples
    --------
    >>> file_place("a.xlsx", "Sheet1"), file_place("a.csv", "a")
    ('[a.xlsx]Sheet1', 'a.csv')
    """
    path = PurePath(file)
    text_file = path.suffix.lower() not in _WORKBOOKS and path.stem[:_TITLE] == sheet
    return file if text_file or not sheet else f"[{file}]{sheet}"


def left_out_cells(source: Tables, found: Sequence[Incoming]) -> frozenset[tuple[str, str]]:
    """Give sheet and column letters of what the file has and was asked not to bring."""
    return frozenset(
        (region.sheet, column_letter(column))
        for rows in found
        for region in source.found[rows.table].regions
        for field, column in region.columns.items()
        if field not in rows.fields
    )


def incoming(source: Tables, without: str) -> tuple[tuple[Incoming, ...], tuple[Message, ...]]:
    """Give the file's tables in the order of the schema, and what is to be said about columns.

    Parameters
    ----------
    source : Tables
        What was recognised in the file.
    without : str
        Headings or field names to be left out, separated by commas.

    Raises
    ------
    Refusal
        ``nothing_to_import``: no table was recognised. ``no_such_column``: a name of ``without``
        is no column of the file. ``required_column``: the table is nothing without it.
    """
    tables = [source.found[name] for name in schema.tables() if name in source]
    tables = [table for table in tables if table.name not in _NEVER and table.source != "balances"]
    if not tables:
        raise Refusal("nothing_to_import", source.book.name)
    names = [name.strip() for name in without.replace("，", ",").split(",") if name.strip()]
    left_out = {table.name: _named(table, names) for table in tables}
    unread = _unread(source.book, tables)
    _refuse_unknown(source.book.name, names, tables, unread)
    messages = []
    if any(left_out.values()):
        messages.append(Message("import.left_out", {"columns": _list(names)}))
    unread = [heading for heading in unread if _plain(heading) not in map(_plain, names)]
    if unread:
        messages.append(Message("import.unread", {"columns": _list(unread)}))
    found = tuple(_without(table, left_out[table.name], source.book.name) for table in tables)
    return found, tuple(messages)


def _plain(name: str) -> str:
    """Compare headings without case, blanks and line breaks."""
    return "".join(name.split()).casefold()


def _list(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _named(table: Table, names: Sequence[str]) -> frozenset[str]:
    """Give the fields of a table that are meant: by heading as it stands, by field, 中 or 英."""
    known = schema.tables()[table.name]
    wanted = set(map(_plain, names))
    found = set()
    for region in table.regions:
        for field, heading in region.headings.items():
            declared = known.field(field)
            spellings = (field, heading, declared.zh, declared.en)
            if wanted.intersection(map(_plain, spellings)):
                found.add(field)
    return frozenset(found)


def _refuse_unknown(
    file: str, names: Sequence[str], tables: Sequence[Table], unread: Sequence[str]
) -> None:
    for name in names:
        read = any(_named(table, [name]) for table in tables)
        if not read and _plain(name) not in map(_plain, unread):
            headings = [h for t in tables for r in t.regions for h in r.headings.values()]
            raise Refusal("no_such_column", file, column=name, columns=_list([*headings, *unread]))


def _without(table: Table, left_out: frozenset[str], file: str) -> Incoming:
    fields = tuple(
        field.id
        for field in schema.tables()[table.name].fields
        if table.has(field.id) and field.id not in left_out
    )
    for field in left_out:
        if schema.tables()[table.name].field(field).required:
            raise Refusal("required_column", file, column=field, table=table.name)
    return Incoming(
        table=table.name,
        frame=table.frame[[*fields, "sheet", "row"]].reset_index(drop=True),
        fields=fields,
        headings=_merged([dict(region.headings) for region in table.regions]),
        columns=_merged([dict(region.columns) for region in table.regions]),
        file=file,
    )


def _merged(parts: Sequence[dict[str, _Value]]) -> dict[str, _Value]:
    return {name: value for part in reversed(parts) for name, value in part.items()}


def _unread(book: Book, tables: Sequence[Table]) -> list[str]:
    """Give the headings of the file that no field was found for."""
    regions = [region for table in tables for region in table.regions]
    return [heading for region in regions for heading in _unread_of(book, region, regions)]


def _unread_of(book: Book, region: Region, regions: Sequence[Region]) -> list[str]:
    sheet = book.sheet(region.sheet)
    if sheet is None or region.header_row > len(sheet.cells):
        return []
    read = {
        column
        for other in regions
        if other.sheet == region.sheet
        for column in other.columns.values()
    }
    header = sheet.cells[region.header_row - 1]
    return [
        str(cell)
        for column, cell in enumerate(header, start=1)
        if column not in read and isinstance(cell, str) and cell.strip()
    ]


def settled_receipts(rows: Incoming, sure: npt.NDArray[np.bool_]) -> Incoming | None:
    """Give one receipt for each invoice with a settled date: of the full amount.

    Where the row says that another amount than 0 was received, that amount came in on that day.

    Parameters
    ----------
    rows : Incoming
        Receivables with the field ``settled_date``.
    sure : ndarray of bool
        Which of them are the book's own: a row that contradicts the book implies no receipt.

    Returns
    -------
    Incoming or None
        Receipts numbered after their document, or None where nothing is settled.
    """
    settled = rows.frame["settled_date"].notna().to_numpy() & sure
    if not settled.any():
        return None
    paid = rows.frame.loc[settled].reset_index(drop=True)
    carried = [name for name in _CARRIED if name in rows.fields]
    frame = paid[[*carried, "sheet", "row"]].copy()
    frame["implied"] = True
    frame["receipt_date"] = paid["settled_date"]
    if "received" in rows.fields:
        said = paid["received"].notna() & (paid["received"] != 0)
        frame["amount"] = paid["received"].where(said.fillna(value=False), paid["amount"])
    # Instalments under one number: the first keeps the plain number, the others count on.
    count = paid.groupby("document", sort=False).cumcount()
    suffix = ("-" + (count + 1).astype("string")).where(count > 0, "")
    frame["receipt"] = (_RECEIPT_OF + paid["document"].astype("string") + suffix).astype(object)
    fields = ("receipt", "receipt_date", *carried)
    columns = {**rows.columns, "receipt_date": rows.columns["settled_date"]}
    columns["receipt"] = rows.columns["document"]
    return Incoming("receipts", frame, fields, rows.headings, columns, rows.file)


def together(first: Incoming | None, second: Incoming | None) -> Incoming | None:
    """Put two parts bound for the same table behind each other."""
    if first is None or second is None:
        return first or second
    fields = tuple(dict.fromkeys((*first.fields, *second.fields)))
    frames = [_filled(part, fields) for part in (first, second)]
    return Incoming(
        first.table,
        pd.concat(frames, ignore_index=True),
        fields,
        {**second.headings, **first.headings},
        {**second.columns, **first.columns},
        first.file,
    )


def _filled(part: Incoming, fields: Sequence[str]) -> pd.DataFrame:
    frame = part.frame.copy()
    for name in fields:
        if name not in frame:
            frame[name] = schema.empty_series(part.table, name, len(frame))
    if "implied" not in frame:
        frame["implied"] = False
    return frame[[*fields, "sheet", "row", "implied"]]
