"""Formulas of hers on a sheet of ours follow their rows and columns when it is made again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.utils import column_index_from_string, get_column_letter

if TYPE_CHECKING:
    from collections.abc import Callable

_CELL: Final = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)(\d+)")
_COLUMN: Final = re.compile(r"(\$?)([A-Za-z]{1,3})")
_ROW: Final = re.compile(r"(\$?)(\d+)")
_LAST_COLUMN: Final = 16_384
_GONE: Final = "#REF!"


@dataclass(frozen=True, slots=True)
class Moves:
    """Where rows and columns of a sheet went: None means that they are gone.

    ``absolute`` is asked for rows written with ``$`` where those go elsewhere.
    """

    sheet: str
    row: Callable[[int], int | None]
    column: Callable[[int], int | None]
    absolute: Callable[[int], int | None] | None = None

    def rows(self, mark: str) -> Callable[[int], int | None]:
        """Give what moves a row that is written with this mark, ``$`` or none."""
        return self.absolute if mark and self.absolute is not None else self.row


def moved(formula: str, moves: Moves) -> str:
    """Give a formula with its references to the sheet itself moved.

    A range keeps the rows of it that are left; a single cell that is gone becomes ``#REF!``,
    because another cell's number in its place would be a silent wrong answer. References to other
    sheets, names and table columns stay as they are.

    Examples
    --------
    >>> down = Moves("账龄", row=lambda row: row + 2, column=lambda column: column)
    >>> moved("=K5*$L$5+应收!A1", down)
    '=K7*$L$7+应收!A1'
    """
    tokenizer = Tokenizer(formula)
    parts = [
        _reference(token.value, moves)
        if token.type == Token.OPERAND and token.subtype == Token.RANGE
        else token.value
        for token in tokenizer.items
    ]
    return "=" + "".join(parts)


def _reference(text: str, moves: Moves) -> str:
    prefix, bang, cells = text.rpartition("!")
    if bang and prefix.strip("'").replace("''", "'").casefold() != moves.sheet.casefold():
        return text
    first, colon, last = cells.partition(":")
    place = _range(first, last, moves) if colon else _single(first, moves)
    return text if place is None else f"{prefix}{bang}{place}"


def _single(cell: str, moves: Moves) -> str | None:
    match = _CELL.fullmatch(cell)
    if match is None or _beyond(match):
        return None
    row = moves.rows(match.group(3))(int(match.group(4)))
    column = moves.column(column_index_from_string(match.group(2)))
    if row is None or column is None:
        return _GONE
    return f"{match.group(1)}{get_column_letter(column)}{match.group(3)}{row}"


def _beyond(*places: re.Match[str]) -> bool:
    """Whether one is no place of a sheet but a name, such as YTD2024: columns end at XFD."""
    return any(column_index_from_string(match.group(2)) > _LAST_COLUMN for match in places)


def _range(first: str, last: str, moves: Moves) -> str | None:
    for pattern, has_column, has_row in (
        (_CELL, True, True),
        (_COLUMN, True, False),
        (_ROW, False, True),
    ):
        start, end = pattern.fullmatch(first), pattern.fullmatch(last)
        if start and end and not (has_column and _beyond(start, end)):
            return _moved_range(
                start.groups(), end.groups(), moves, has_column=has_column, has_row=has_row
            )
    return None


def _moved_range(
    start: tuple[str, ...], end: tuple[str, ...], moves: Moves, *, has_column: bool, has_row: bool
) -> str:
    """Move both corners; each is (``$``, letters) and (``$``, number), as far as it has them."""
    corners: list[list[str]] = [[], []]
    if has_column:
        columns = _span(
            column_index_from_string(start[1]), column_index_from_string(end[1]), moves.column
        )
        if columns is None:
            return _GONE
        for corner, given, index in zip(corners, (start, end), columns, strict=True):
            corner += [given[0], get_column_letter(index)]
    if has_row:
        rows = _span(int(start[-1]), int(end[-1]), moves.rows(start[-2]))
        if rows is None:
            return _GONE
        for corner, given, row in zip(corners, (start, end), rows, strict=True):
            corner += [given[-2], str(row)]
    return ":".join("".join(corner) for corner in corners)


def _span(first: int, last: int, move: Callable[[int], int | None]) -> tuple[int, int] | None:
    low, high = min(first, last), max(first, last)
    left = [new for old in range(low, high + 1) if (new := move(old)) is not None]
    return (min(left), max(left)) if left else None
