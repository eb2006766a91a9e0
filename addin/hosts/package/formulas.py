"""Formulas of hers on a sheet of ours follow their rows and columns when the sheet is made again."""

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
_GONE: Final = "#REF!"


@dataclass(frozen=True, slots=True)
class Moves:
    """Where rows and columns of a sheet went: None means that they are gone."""

    sheet: str
    row: Callable[[int], int | None]
    column: Callable[[int], int | None]


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
    if match is None:
        return None
    row = moves.row(int(match.group(4)))
    column = moves.column(column_index_from_string(match.group(2)))
    if row is None or column is None:
        return _GONE
    return f"{match.group(1)}{get_column_letter(column)}{match.group(3)}{row}"


def _range(first: str, last: str, moves: Moves) -> str | None:
    start, end = _CELL.fullmatch(first), _CELL.fullmatch(last)
    if start and end:
        rows = _span(int(start.group(4)), int(end.group(4)), moves.row)
        columns = _span(_index(start.group(2)), _index(end.group(2)), moves.column)
        if rows is None or columns is None:
            return _GONE
        return (
            f"{start.group(1)}{get_column_letter(columns[0])}{start.group(3)}{rows[0]}:"
            f"{end.group(1)}{get_column_letter(columns[1])}{end.group(3)}{rows[1]}"
        )
    start, end = _COLUMN.fullmatch(first), _COLUMN.fullmatch(last)
    if start and end:
        span = _span(_index(start.group(2)), _index(end.group(2)), moves.column)
        if span is None:
            return _GONE
        letters = [get_column_letter(column) for column in span]
        return f"{start.group(1)}{letters[0]}:{end.group(1)}{letters[1]}"
    start, end = _ROW.fullmatch(first), _ROW.fullmatch(last)
    if start and end:
        span = _span(int(start.group(2)), int(end.group(2)), moves.row)
        if span is None:
            return _GONE
        return f"{start.group(1)}{span[0]}:{end.group(1)}{span[1]}"
    return None


def _index(letters: str) -> int:
    return column_index_from_string(letters)


def _span(first: int, last: int, move: Callable[[int], int | None]) -> tuple[int, int] | None:
    low, high = min(first, last), max(first, last)
    left = [new for old in range(low, high + 1) if (new := move(old)) is not None]
    return (min(left), max(left)) if left else None
