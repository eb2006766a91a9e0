"""References to tables, ``T[[#This Row],[金额]]``, as references to cells.

The engine's own reading of tables turns text such as "12" into a number and takes ``[#This Row]``
for the whole column, so it never sees one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from macros.book import column_letter

if TYPE_CHECKING:
    from addin.recalculation.surroundings import Surroundings, Table

_WHOLE: Final = re.compile(r"([^\[\]!'\"]+)\[(.*)\]", re.DOTALL)
_INNER: Final = re.compile(r"\[((?:[^\[\]']|'.)*)\]", re.DOTALL)
_ESCAPED: Final = re.compile(r"'(.)", re.DOTALL)
_ITEMS: Final = frozenset({"#all", "#data", "#headers", "#totals", "#this row"})


class UnknownTableError(ValueError):
    """A reference to a table, a column or a row that is not there."""


def cells_of(reference: str, known: Surroundings, sheet: str, row: int) -> str:
    """Give a reference to a table as one to cells, its rows fixed unless it is the same row.

    Parameters
    ----------
    reference : str
        Such as ``T[金额]`` or ``T[[#This Row],[a]:[b]]``.
    known : Surroundings
        Where tables are found.
    sheet : str
        The sheet of the formula; a table of another sheet is named with its sheet.
    row : int
        The formula's row.

    Raises
    ------
    UnknownTableError
        No such table or column, no such rows, or a form that is not known.
    """
    match = _WHOLE.fullmatch(reference.strip())
    table = known.tables.get(match.group(1).casefold()) if match else None
    if match is None or table is None:
        raise UnknownTableError(reference)
    items, columns = _inside(match.group(2), reference)
    first, last = _columns(table, columns, reference)
    same = "#this row" in items
    top, bottom = _rows(table, items, row, reference)
    mark = "" if same else "$"
    cells = f"${column_letter(first)}{mark}{top}"
    if (first, top) != (last, bottom):
        cells += f":${column_letter(last)}{mark}{bottom}"
    if table.sheet == sheet:
        return cells
    quoted = table.sheet.replace("'", "''")
    return f"'{quoted}'!{cells}"


def _inside(inner: str, reference: str) -> tuple[set[str], list[str]]:
    """Part what stands in the brackets into items (``#Data``) and names of columns."""
    text = inner.strip()
    if not text:
        return set(), []
    items: set[str] = set()
    if text.startswith("@"):
        items.add("#this row")
        text = text[1:].strip()
    if not text.startswith("["):
        plain = _ESCAPED.sub(r"\1", text)
        if text.casefold() in _ITEMS:
            return items | {text.casefold()}, []
        return items, [plain] if plain else []
    if _INNER.sub("", text).strip(" ,:\n"):
        raise UnknownTableError(reference)
    columns = []
    for part in _INNER.findall(text):
        if part.casefold() in _ITEMS:
            items.add(part.casefold())
        else:
            columns.append(_ESCAPED.sub(r"\1", part))
    return items, columns


def _columns(table: Table, wanted: list[str], reference: str) -> tuple[int, int]:
    _, left, _, right = table.area
    if not wanted:
        return left, right
    titles = [title.casefold() for title in table.columns]
    places = []
    for name in wanted:
        # Line breaks in a heading are written _x000a_ in the table and as they are in a formula.
        title = name.casefold()
        spelled = title.replace("\r\n", "\n").replace("\n", "_x000a_")
        at = title if title in titles else spelled
        if at not in titles:
            raise UnknownTableError(reference)
        places.append(left + titles.index(at))
    return min(places), max(places)


def _rows(table: Table, items: set[str], row: int, reference: str) -> tuple[int, int]:
    top, _, bottom, _ = table.area
    data = top + table.headings, bottom - table.totals
    if "#this row" in items:
        if items != {"#this row"} or not data[0] <= row <= data[1]:
            raise UnknownTableError(reference)
        return row, row
    spans = []
    for item in items or {"#data"}:
        span = {
            "#all": (top, bottom),
            "#data": data,
            "#headers": (top, top + table.headings - 1),
            "#totals": (bottom - table.totals + 1, bottom),
        }[item]
        if span[0] > span[1]:
            raise UnknownTableError(reference)
        spans.append(span)
    return min(first for first, _ in spans), max(last for _, last in spans)
