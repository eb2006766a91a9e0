"""Formulas that say the same from where they stand: one template for a whole column of them.

``=B2*C2`` in row 2 and ``=B3*C3`` in row 3 have one template. What must be found out about a
formula is found out once for each template, and shared formulas are written out from theirs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from macros.book import column_letter

#: In this order: texts, quoted sheets, brackets (tables, other books), then references.
_PIECES: Final = re.compile(
    r"""("(?:[^"]|"")*"|'(?:[^']|'')*'|\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\])"""
    r"|(?<![\w.$\\?])(?:"
    r"(\$?)([A-Za-z]{1,3})(\$?)([1-9]\d{0,6})(?![\w.(!\\?]|\[)"
    r"|(\$?)([A-Za-z]{1,3}):(\$?)([A-Za-z]{1,3})(?![\w.(!$])"
    r"|(\$?)([1-9]\d{0,6}):(\$?)([1-9]\d{0,6})(?![\w.(!]))"
)
_ROWS: Final = re.compile(r"(?<=[A-Z$])\d+(?![\w.!('\[\]])")
_OPEN, _CLOSE = "\x01", "\x02"
_MARKED: Final = re.compile(f"{_OPEN}([rRcC]-?\\d*(?:[rRcC]-?\\d+)?){_CLOSE}")
_PART: Final = re.compile(r"([rRcC])(-?\d+)")
_LAST_COLUMN: Final = 16_384
_LAST_ROW: Final = 1_048_576


def skeletons(texts: list[str]) -> list[str]:
    """Give formulas without the rows of their references: one text for a column of formulas.

    Examples
    --------
    >>> skeletons(["SUM(B$2:B9)*Sheet1!C9", "A1"])
    ['SUM(B$#:B#)*Sheet1!C#', 'A#']
    """
    return _ROWS.sub("#", "\0".join(texts)).split("\0")


@lru_cache(maxsize=20_000)
def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def template(text: str, row: int, column: int) -> str:
    """Give a formula with its references told from where it stands.

    Examples
    --------
    >>> template("B2*C2", 2, 4) == template("B3*C3", 3, 4)
    True
    """

    def piece(match: re.Match[str]) -> str:
        kept, c_fixed, letters, r_fixed, digits, f1, first, f2, last, g1, top, g2, bottom = (
            match.groups()
        )
        if letters:
            if _number(letters) > _LAST_COLUMN:
                return match.group(0)
            return f"{_OPEN}{_row(r_fixed, digits, row)}{_col(c_fixed, letters, column)}{_CLOSE}"
        if first:
            if max(_number(first), _number(last)) > _LAST_COLUMN:
                return match.group(0)
            low, high = _col(f1, first, column), _col(f2, last, column)
            return f"{_OPEN}{low}{_CLOSE}:{_OPEN}{high}{_CLOSE}"
        if top:
            return f"{_OPEN}{_row(g1, top, row)}{_CLOSE}:{_OPEN}{_row(g2, bottom, row)}{_CLOSE}"
        return str(kept)

    return _PIECES.sub(piece, text)


def _row(fixed: str, digits: str, row: int) -> str:
    return f"R{digits}" if fixed else f"r{int(digits) - row}"


def _col(fixed: str, letters: str, column: int) -> str:
    return f"C{_number(letters)}" if fixed else f"c{_number(letters) - column}"


def render(key: str, row: int, column: int) -> str:
    """Give the formula that a template is at a place; a reference off the sheet is ``#REF!``.

    Examples
    --------
    >>> render(template("SUM($A$1:B2)", 2, 4), 3, 4)
    'SUM($A$1:B3)'
    """

    def piece(match: re.Match[str]) -> str:
        columns = rows = ""
        for letter, digits in _PART.findall(match.group(1)):
            number = int(digits)
            if letter in "rR":
                number = number if letter == "R" else number + row
                if not 1 <= number <= _LAST_ROW:
                    return "#REF!"
                rows = f"{'$' if letter == 'R' else ''}{number}"
            else:
                number = number if letter == "C" else number + column
                if not 1 <= number <= _LAST_COLUMN:
                    return "#REF!"
                columns = f"{'$' if letter == 'C' else ''}{column_letter(number)}"
        return f"{columns}{rows}"

    return _MARKED.sub(piece, key)
