"""What the engine does with a range, by the place where it stands in a formula.

The engine computes operators, IF and IFERROR over arrays, but no other function that takes one
value: MONTH of a range is #VALUE!, LEFT of a range is that of its first cell. And an ordinary
formula means one cell of a range beside an operator, where the engine takes all of it. Both would
be wrong without a sign, so such formulas are found before (``host/recalculation.csv``).

Our functions take ranges in every formula. Of an answer that fills several cells an ordinary
formula shows the first one, as Excel does (``=@AR_…``), unless a function around it takes all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias

import workbook_templates
from udfs import registry

#: What comes of a range in an argument: one value; one value with operators over arrays in any
#: formula (``native``); an array; an array from arrays, one by one (``each``).
Outcome: TypeAlias = Literal["value", "native", "array", "each"]

_OUTCOMES: Final = ("value", "native", "array", "each")
#: Functions that give what they are given: one cell where they are asked for one.
_PASSING: Final = frozenset({"IF", "IFERROR", "IFNA"})
#: Formats of TEXT that the engine writes as Excel does.
_LITERAL: Final = r"(?:\"[^\"]*\"|[-+()（） ¥$￥第天元期次个件人月年日号周季度笔平])"
_NUMBER: Final = re.compile(rf"{_LITERAL}*(?:(?:#,##)?0+(?:\.0+)?%?|{_LITERAL}){_LITERAL}*")
_DATE: Final = re.compile(
    r"(?:yyyy|yy|mm?|dd?|hh?|ss?|[-/.: 年月日时分秒]|\"[^\"]*\")+", re.IGNORECASE
)


@dataclass(slots=True)
class Frame:
    """A function or bracket around a token: its name, "" for a bracket, and the argument.

    Of a function of ours: ``first`` says that Excel shows the first cell of its answer alone,
    ``several`` that a range or an array stands in it.
    """

    name: str
    argument: int = 1
    first: bool = False
    several: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether it is a function of ours."""
        return self.name.startswith("AR_")


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


@cache
def _single() -> dict[str, str]:
    rows = workbook_templates.rows("host/recalculation")
    return {row["function"]: row["single"] for row in rows if row["single"]}


def _among(words: str, at: int) -> bool:
    return any(
        word == "all"
        or (word == "even" and at % 2 == 0)
        or (word == "odd" and at % 2 == 1)
        or (word.endswith("+") and at >= int(word[:-1]))
        or word == str(at)
        for word in words.split()
    )


def outcome(frame: Frame) -> str:
    """Give what comes of a range in this argument; "" where the function takes no range there."""
    if not frame.name:
        return "each"
    if frame.is_ours:
        return "array"
    verdict, ranges = _takers().get(frame.name, ("", ""))
    return verdict if _among(ranges, frame.argument) else ""


@cache
def _whole(name: str) -> frozenset[int]:
    """Give the arguments, counted from 1, in which a function of ours takes a range as a whole."""
    declared = next((one for one in registry.functions() if one.name == name), None)
    return frozenset(
        at
        for at, one in enumerate(declared.parameters if declared else (), 1)
        if one.kind is None or one.kind.form == "list"
    )


@cache
def fills_several(name: str) -> bool:
    """Whether a function of ours may answer with several cells where each argument is one."""
    declared = next((one for one in registry.functions() if one.name == name), None)
    if declared is None:
        return False
    fields = declared.result.columns or (declared.result,)
    return any(one.kind is None or one.kind.form == "list" for one in fields)


def takes_all(frame: Frame) -> bool:
    """Whether a function of Excel computes its argument over arrays in every formula."""
    return not frame.is_ours and outcome(frame) in {"native", "array"}


def is_first(frames: list[Frame], *, beside_operator: bool) -> bool:
    """Whether Excel takes the first cell alone of what a function of ours gives at a place.

    Parameters
    ----------
    frames : list of Frame
        What stands around the call in a formula that was not entered as an array.
    beside_operator : bool
        Whether an operator stands beside the call.
    """
    if any(takes_all(frame) for frame in frames):
        return False
    if beside_operator:
        return True
    for frame in reversed(frames):
        if _among(_single().get(frame.name, ""), frame.argument):
            return True
        if frame.name and frame.name not in _PASSING:
            return False
    return True


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
    taken = False  # whether a function of ours takes the range
    cut = False  # whether Excel may hand it one cell of the range all the same
    ordinary = not array and not any(takes_all(frame) for frame in frames)
    for frame in reversed(frames):
        if frame.is_ours and ordinary:
            # What a function further in answered, this one gets whole: it was decided there.
            cut = cut or single or not (taken or frame.argument in _whole(frame.name))
            taken = True
            if beside_operator or (frame.first and cut):
                return "intersection", ""
            if frame.first:
                return "", ""
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
