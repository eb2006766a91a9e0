"""Rules as rows: dated, sourced, editable by finance staff.

Every file in ``workbook_templates/rules`` has the columns ``valid_from, valid_to, source, code,
zh, en`` and its own. A rule that changes gets a new row; the old one gets an end date. Both ends
are inclusive; an empty ``valid_to`` means "still valid".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

import workbook_templates

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from udfs.arrays import Codes

_SEPARATORS: Final = re.compile(r"[/;:,|、；：，\s]+")
#: A step in days: more than six digits is no number of days that a person means.
_STEP: Final = re.compile(r"[0-9]{1,6}")
_EPOCH: Final = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: valid from and to (serials, both included; None is open), source, code, labels."""

    table: str
    code: str
    zh: str
    en: str
    source: str
    valid_from: int | None
    valid_to: int | None
    cells: Mapping[str, str] = field(repr=False, hash=False, compare=False)

    def label(self, lang: str = "zh", **params: object) -> str:
        """Give the label in a language, placeholders filled."""
        return (self.en if lang == "en" else self.zh).format(**params)

    def number(self, column: str) -> float:
        """Give a column as a number; nan where the cell is empty."""
        return float(self.cells[column] or "nan")

    def integer(self, column: str) -> int:
        """Give a column as a whole number; ValueError where it is none."""
        return int(self.cells[column])

    def flag(self, column: str) -> bool:
        """Whether a column says yes."""
        return self.cells[column] == "yes"

    def stamp(self) -> str:
        """Name the row for the notes of an output: table, code and first day."""
        return f"{self.table}:{self.code}@{self.cells['valid_from']}"


def _day(text: str) -> int | None:
    return (date.fromisoformat(text) - _EPOCH).days if text else None


@cache
def all_rules(table: str) -> tuple[Rule, ...]:
    """Give every row of a rule table, past and present, in file order."""
    return tuple(
        Rule(
            table=table,
            code=row["code"],
            zh=row["zh"],
            en=row["en"],
            source=row["source"],
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            cells=row,
        )
        for row in workbook_templates.rows(f"rules/{table}")
    )


@cache
def rules(table: str, on: int | None = None) -> tuple[Rule, ...]:
    """Give the rows of a rule table that are valid on a day, in file order.

    Parameters
    ----------
    table : str
        File name without suffix, such as ``"aging"``.
    on : int, optional
        A day (serial). Left out: the rows that have no end.

    Examples
    --------
    >>> [rule.code for rule in rules("aging")]
    ['standard', 'dunning']
    >>> [rule.code for rule in rules("limitation", 40000)]  # 2009-07-06
    ['two_years']
    """
    if on is None:
        return tuple(rule for rule in all_rules(table) if rule.valid_to is None)
    return tuple(
        rule
        for rule in all_rules(table)
        if (rule.valid_from is None or rule.valid_from <= on)
        and (rule.valid_to is None or on <= rule.valid_to)
    )


def rule(table: str, code: str, on: int | None = None) -> Rule:
    """Give the valid row of a code; KeyError names what there is.

    Examples
    --------
    >>> rule("dunning_blocks", "disputed").label("zh")
    '争议'
    """
    valid = rules(table, on)
    for row in valid:
        if row.code == code:
            return row
    known = ", ".join(row.code for row in valid)
    raise KeyError(f"rules/{table} has no {code!r}; it has {known}")


def code_of(table: str, text: str) -> str:
    """Find the code of a row by its code or its label in either language; KeyError if none."""
    wanted = text.strip().casefold()
    for row in rules(table):
        if wanted in {row.code.casefold(), row.zh.casefold(), row.en.casefold()}:
            return row.code
    return rule(table, text).code


def labels(table: str, codes: Iterable[str | None], lang: str = "zh") -> Codes:
    """Give the label of each code as an object array; None stays None.

    Examples
    --------
    >>> labels("promise_status", ["kept", None], "en").tolist()
    ['Kept', None]
    """
    names: dict[str | None, str | None] = {row.code: row.label(lang) for row in rules(table)}
    names[None] = None
    return np.array([names[code] for code in codes], dtype=object)


@cache
def ladder(table: str, text: str = "standard") -> tuple[int, ...]:
    """Give the steps of a ladder (bucket edges, thresholds, reminder days), ascending.

    Parameters
    ----------
    table : str
        Rule table with a column ``ladder``: ``aging``, ``dunning`` or ``reminders``.
    text : str
        A scheme (code or label), or the steps themselves: ``30/60/90``; also with ``; : , | 、``,
        in full width too.

    Returns
    -------
    tuple of int
        Whole days above zero, ascending whatever order they were written in.

    Raises
    ------
    ValueError
        Neither a scheme nor whole days above zero, or a step stands twice.

    Examples
    --------
    >>> ladder("aging"), ladder("aging", "45、90"), ladder("reminders")
    ((30, 60, 90), (45, 90), (1, 7, 14))
    """
    typed = text.strip()
    written = unicodedata.normalize("NFKC", typed)  # a Chinese keyboard types full width
    for row in rules(table):
        if typed.casefold() in {row.code.casefold(), row.zh.casefold(), row.en.casefold()}:
            written = row.cells["ladder"]
            break
    parts = [part for part in _SEPARATORS.split(written) if part]
    if not parts or not all(_STEP.fullmatch(part) for part in parts):
        schemes = ", ".join(row.code for row in rules(table))
        raise ValueError(f"{text!r} is neither a scheme ({schemes}) nor steps such as 30/60/90")
    return check_ladder(tuple(sorted(int(part) for part in parts)))


def check_ladder(steps: tuple[int, ...]) -> tuple[int, ...]:
    """Give the steps back if they ascend strictly from above zero; ValueError otherwise."""
    below = 0
    for step in steps:
        if step <= below:
            raise ValueError(f"the steps {steps} must ascend from above zero, each once")
        below = step
    return steps
