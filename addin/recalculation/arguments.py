"""What the engine does with a range, by the place where it stands in a formula.

The engine computes operators, IF and IFERROR over arrays, but no other function that takes one
value: MONTH of a range is #VALUE!, LEFT of a range is that of its first cell. And an ordinary
formula means one cell of a range beside an operator, where the engine takes all of it. Both would
be wrong without a sign, so such formulas are found before (``host/recalculation.csv``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

import workbook_templates

#: What comes of a range in an argument: one value; one value with operators over arrays in any
#: formula (``native``); an array; an array from arrays, one by one (``each``).
Outcome: TypeAlias = Literal["value", "native", "array", "each"]

_OUTCOMES: Final = ("value", "native", "array", "each")
#: Formats of TEXT that the engine writes as Excel does.
_LITERAL: Final = r"(?:\"[^\"]*\"|[-+()（） ¥$￥第天元期次个件人月年日号周季度笔平])"
_NUMBER: Final = re.compile(rf"{_LITERAL}*(?:(?:#,##)?0+(?:\.0+)?%?|{_LITERAL}){_LITERAL}*")
_DATE: Final = re.compile(
    r"(?:yyyy|yy|mm?|dd?|hh?|ss?|[-/.: 年月日时分秒]|\"[^\"]*\")+", re.IGNORECASE
)


@dataclass(slots=True)
class Frame:
    """A function or bracket around a token: its name, "" for a bracket, and the argument."""

    name: str
    argument: int = 1


@cache
def verdicts() -> dict[str, str]:
    """Give the functions whose answers are not trusted, with the code of the reason."""
    rows = workbook_templates.rows("host/recalculation")
    return {
        row["function"]: row["verdict"]
        for row in rows
        if row["verdict"] and row["verdict"] not in _OUTCOMES
    }


@cache
def _takers() -> dict[str, tuple[str, str]]:
    rows = workbook_templates.rows("host/recalculation")
    return {
        row["function"]: (row["verdict"], row["ranges"])
        for row in rows
        if row["verdict"] in _OUTCOMES
    }


def outcome(frame: Frame) -> str:
    """Give what comes of a range in this argument; "" where the function takes no range there."""
    if not frame.name:
        return "each"
    if frame.name.startswith("AR_"):
        return "array"
    verdict, ranges = _takers().get(frame.name, ("", ""))
    at = frame.argument
    for word in ranges.split():
        if (
            word == "all"
            or (word == "even" and at % 2 == 0)
            or (word == "odd" and at % 2 == 1)
            or (word.endswith("+") and at >= int(word[:-1]))
            or word == str(at)
        ):
            return verdict
    return ""


def judged(frames: list[Frame], *, beside_operator: bool, array: bool) -> tuple[str, str]:
    """Say why a range at a place cannot be computed: a reason and what it is about, or ("", "").

    Parameters
    ----------
    frames : list of Frame
        What stands around it, the innermost last.
    beside_operator : bool
        Whether an operator stands beside it.
    array : bool
        Whether the formula was entered as an array.
    """
    single = beside_operator  # in an ordinary formula an operator takes one cell of a range
    for frame in reversed(frames):
        result = outcome(frame)
        if not result:
            return "argument", frame.name
        if result == "value":
            return ("intersection", "") if single and not array else ("", "")
        if result == "native":
            return "", ""
        if result == "each":
            single = True
        if result == "array":
            single = False  # such functions take arrays in every formula
    return ("", "") if array else ("intersection", "")


def is_known_format(literal: str) -> bool:
    """Whether the engine writes a format of TEXT, a literal with its quotes, as Excel does.

    Examples
    --------
    >>> is_known_format('"yyyy-mm-dd"'), is_known_format('"aaaa"')
    (True, False)
    """
    text = literal[1:-1].replace('""', '"')
    if text == "@" or _DATE.fullmatch(text):
        return True
    return bool(text) and all(_NUMBER.fullmatch(section) for section in text.split(";"))
