"""Whole columns of cells to arrays, by kind, with everything that was met on the way.

Nothing is guessed in silence: a cell that cannot be used is a :class:`Finding` that makes its value
missing (``unusable``); a reading that rests on an assumption or changed something is a finding that
leaves the value. Each distinct text is looked at once, so a column costs what its variety costs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from macros import amounts, dates, layout
from macros.grid import BLANK, ERROR, FLAG, NUMBER, TEXT
from macros.problems import Severity
from macros.words import plain, raw_group
from udfs.values import MISSING, CellError

if TYPE_CHECKING:
    from collections.abc import Callable

    from macros.grid import Grid

#: Numbers of this size have lost digits: Excel keeps fifteen.
_LOST_DIGITS: Final = 1e15
#: Control characters and invisible ones; tab and line breaks become a blank instead.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028\u2029\u2060\ufeff]")
_FORMULA = re.compile(r"^(?:[=@]|[+-](?![\d\s().+-]*$))")
_UNTIDY = re.compile(r"^[\s=+\-@]|\s$|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028\u2029\u2060\ufeff]")


class Finding(NamedTuple):
    """Something met in a column: code, severity, position among the rows, what stands there."""

    code: str
    severity: Severity
    position: int
    found: str = ""
    params: dict[str, object] = {}  # noqa: RUF012 - a default that nobody changes
    unusable: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells of one column in chosen rows (rows and column count from 0)."""

    grid: Grid
    rows: npt.NDArray[np.int64]
    column: int
    kinds: npt.NDArray[np.int8]
    codes: npt.NDArray[np.int64]

    @classmethod
    def of(cls, grid: Grid, rows: npt.NDArray[np.int64], column: int) -> Cells:
        """Take the cells of a column."""
        return cls(grid, rows, column, grid.kinds[rows, column], grid.codes[rows, column])

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, kind: int) -> npt.NDArray[np.int64]:
        """Give the positions of cells of a kind."""
        return np.flatnonzero(self.kinds == kind)

    def numbers(self, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Give the numbers at positions."""
        cells = self.grid.sheet.cells[self.rows[positions], self.column]
        return np.asarray(cells, dtype=np.float64)

    def shown(self, position: int) -> str:
        """Give what stands in a cell, as text."""
        value = self.grid.sheet.cells[self.rows[position], self.column]
        if isinstance(value, CellError):
            return value.value
        if isinstance(value, float):
            return f"{value:.15g}"
        return "" if value is None else str(value)

    def distinct(self) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Give distinct texts, the positions of text cells, and for each its distinct text."""
        positions = self.at(TEXT)
        used, back = np.unique(self.codes[positions], return_inverse=True)
        return [self.grid.texts[code] for code in used.tolist()], positions, back


@dataclass(slots=True, eq=False)
class Converted:
    """A column converted: int64 (MISSING), float64 (NaN) or object values, and findings."""

    data: npt.NDArray[np.generic]
    findings: list[Finding] = field(default_factory=list)
    signs: npt.NDArray[np.object_] | None = None  # currency code that each amount names, or ""

    def unusable(self, cells: Cells, code: str, position: int, **params: object) -> None:
        """Note a cell that cannot be used: its value is missing."""
        self.findings.append(
            Finding(code, "warning", position, cells.shown(position), params, unusable=True)
        )

    def say(
        self,
        cells: Cells,
        code: str,
        severity: Severity,
        positions: npt.NDArray[np.int64],
        **params: object,
    ) -> None:
        """Say one thing about several cells: once, at the first of them, with their number."""
        if len(positions):
            first = int(positions[0])
            params["n"] = len(positions)
            self.findings.append(Finding(code, severity, first, cells.shown(first), params))


def unknown_cells(cells: Cells, converted: Converted) -> None:
    """Note error cells, and formulas whose value no program has calculated."""
    for position in cells.at(ERROR):
        converted.unusable(cells, "error_cell", int(position))
    sheet = cells.grid.sheet
    if sheet.uncached:
        here = {row - 1 for row, column in sheet.uncached if column == cells.column + 1}
        for position in np.flatnonzero(np.isin(cells.rows, list(here))):
            if cells.kinds[position] == BLANK:
                converted.unusable(cells, "uncached", int(position))


def _is_blank_word(text: str) -> bool:
    return plain(text) in raw_group("blank")


def _parsed_texts(
    cells: Cells, converted: Converted, code: str, parse: Callable[[str], object]
) -> tuple[npt.NDArray[np.int64], list[object]]:
    """Parse each distinct text; give positions of those that gave a value, and the values.

    Words for "nothing here" are missing in silence; any other text without a value is unusable.
    """
    texts, positions, back = cells.distinct()
    values = [None if _is_blank_word(text) else parse(text) for text in texts]
    silent = np.array([_is_blank_word(text) for text in texts], dtype=np.bool_)
    none = np.array([value is None for value in values], dtype=np.bool_)
    if not len(texts):
        return positions, []
    for position in positions[none[back] & ~silent[back]]:
        converted.unusable(cells, code, int(position))
    keep = ~none[back]
    return positions[keep], [values[index] for index in back[keep].tolist()]


def money(cells: Cells, scale: int = 1, minor: int = 2) -> Converted:
    """Convert amounts to int64 minor units, exactly, ``scale`` being the unit of the column."""
    result = Converted(np.full(len(cells), MISSING, dtype=np.int64))
    positions = cells.at(NUMBER)
    exact = amounts.from_numbers(cells.numbers(positions), scale, minor)
    result.data[positions] = exact.data
    result.say(cells, "amount_rounded", "info", positions[exact.rounded])
    formatted = cells.grid.formatted(cells.rows[positions], cells.column)
    result.say(cells, "amount_is_date", "warning", positions[formatted])
    for position in positions[exact.too_large]:
        result.unusable(cells, "amount_too_large", int(position))
    _text_money(cells, result, scale, minor)
    for position in cells.at(FLAG):
        result.unusable(cells, "bad_amount", int(position))
    return result


def _text_money(cells: Cells, result: Converted, scale: int, minor: int) -> None:
    def parse(text: str) -> tuple[int, bool, str, bool] | None:
        found = amounts.parse(text)
        if found.value is None:
            return None
        own = 1 if found.own_unit else scale
        whole, exact = amounts.to_minor(found.value, own, minor)
        return None if abs(whole) >= amounts.LARGEST else (whole, exact, *found[1:])

    positions, parsed = _parsed_texts(cells, result, "bad_amount", parse)
    if not parsed:
        return
    values, exact, signs, own_units = zip(*parsed, strict=True)
    result.data[positions] = np.array(values, dtype=np.int64)
    if not cells.grid.only_texts:  # in a CSV file everything is text, which is no defect
        result.say(cells, "text_amount", "info", positions)
    result.say(cells, "amount_rounded", "info", positions[~np.array(exact)])
    if scale != 1:
        result.say(cells, "own_unit", "warning", positions[np.array(own_units)])
    if any(signs):
        result.signs = np.full(len(cells), "", dtype=object)
        result.signs[positions] = signs


@dataclass(slots=True, eq=False)
class DateColumn:
    """A column of dates half read: what is left open waits for its siblings."""

    cells: Cells
    converted: Converted
    positions: npt.NDArray[np.int64]
    readings: npt.NDArray[np.int64]  # (distinct texts, 3)
    back: npt.NDArray[np.int64]

    @property
    def votes(self) -> dates.Votes:
        """What the cells say about the order of day and month."""
        return dates.votes(self.readings, np.bincount(self.back, minlength=len(self.readings)))


def start_dates(cells: Cells) -> DateColumn:
    """Read what can be read of a column of dates without deciding the order of day and month."""
    result = Converted(np.full(len(cells), MISSING, dtype=np.int64))
    numbers = cells.at(NUMBER)
    formatted = cells.grid.formatted(cells.rows[numbers], cells.column)
    days = dates.from_numbers(cells.numbers(numbers), formatted)
    result.data[numbers] = days
    plain_zero = (days == MISSING) & (cells.numbers(numbers) == 0)  # an empty cell, linked
    for position in numbers[(days == MISSING) & ~plain_zero]:
        result.unusable(cells, "bad_date", int(position))
    for position in cells.at(FLAG):
        result.unusable(cells, "bad_date", int(position))
    texts, positions, back = cells.distinct()
    table = np.array([dates.readings(text) for text in texts], dtype=np.int64).reshape(-1, 3)
    known = (table != MISSING).any(axis=1)
    silent = np.array([_is_blank_word(text) for text in texts], dtype=np.bool_)
    for position in positions[~(known | silent)[back]] if len(texts) else ():
        result.unusable(cells, "bad_date", int(position))
    return DateColumn(cells, result, positions, table, back)


def finish_dates(column: DateColumn, siblings: dates.Votes, wanted: str = "") -> Converted:
    """Decide the open cells of a column of dates, and say how it was decided."""
    cells, result, positions = column.cells, column.converted, column.positions
    if not len(positions):
        return _odd_dates(cells, result)
    decision = dates.decide(column.votes, siblings, wanted)
    days = dates.pick(column.readings, decision.orders)[column.back]
    result.data[positions] = days
    if not cells.grid.only_texts:
        result.say(cells, "text_date", "info", positions[days != MISSING])
    is_open = dates.is_open(column.readings)[column.back]
    if decision.by:
        severity: Severity = "warning" if decision.by == "assumed" else "info"
        code = f"date_order_{decision.by}"
        result.say(cells, code, severity, positions[is_open], order=decision.name)
    if decision.contradictory:
        valid = column.readings != MISSING
        against = (valid.sum(axis=1) == 1) & ~valid[:, decision.orders[0]]
        for position in positions[against[column.back]]:
            result.findings.append(_cell_note(cells, "date_order_mixed", int(position), decision))
        for position in positions[is_open]:
            result.findings.append(_cell_note(cells, "date_open", int(position), decision))
    return _odd_dates(cells, result)


def _cell_note(cells: Cells, code: str, position: int, decision: dates.Decision) -> Finding:
    return Finding(code, "warning", position, cells.shown(position), {"order": decision.name})


#: Days before 1990-01-01 and from 2100-01-01 on are rarely what was meant.
_LIKELY: Final = (32_874, 73_051)


def _odd_dates(cells: Cells, result: Converted) -> Converted:
    days = np.asarray(result.data, dtype=np.int64)
    odd = (days != MISSING) & ((days < _LIKELY[0]) | (days >= _LIKELY[1]))
    for position in np.flatnonzero(odd):
        day = layout.date_text(int(days[position]))
        result.findings.append(
            Finding("odd_date", "warning", int(position), cells.shown(int(position)), {"day": day})
        )
    return result


def text(cells: Cells, *, free: bool = False) -> Converted:
    """Convert to text: 12345.0 is ``12345``, leading zeros stay, blanks and control signs go.

    Words for "nothing here" such as 无 are blank, except in ``free`` text: a remark is a remark.
    """
    values = np.full(len(cells), "", dtype=object)
    result = Converted(values)
    texts, positions, back = cells.distinct()
    tidied = [*map(_tidy, texts)] if free else [*map(_clean, texts)]
    cleaned = np.array([*tidied, ""], dtype=object)
    values[positions] = cleaned[back]
    untidy = [index for index, one in enumerate(texts) if _UNTIDY.search(one)]
    for index in untidy:
        here = positions[back == index]
        if _CONTROL.search(texts[index]):
            result.say(cells, "control_characters", "info", here)
        if _FORMULA.match(texts[index].strip()) and cleaned[index]:
            result.say(cells, "looks_like_formula", "info", here)
    _numbers_as_text(cells, result)
    for position in cells.at(FLAG):
        values[position] = cells.shown(int(position)).upper()
    return result


def _tidy(one: str) -> str:
    """Tidy a text: no control characters, single line."""
    if not _UNTIDY.search(one):
        return one
    return " ".join(_CONTROL.sub("", one).split()).removeprefix("'")


def _clean(one: str) -> str:
    """Tidy a text, nothing for a lone dash."""
    tidy = _tidy(one)
    return "" if len(tidy) <= 7 and _is_blank_word(tidy) else tidy


def _numbers_as_text(cells: Cells, result: Converted) -> None:
    positions = cells.at(NUMBER)
    if not len(positions):
        return
    numbers = cells.numbers(positions)
    formatted = cells.grid.formatted(cells.rows[positions], cells.column)
    distinct, back = np.unique(numbers, return_inverse=True)
    shown = np.array([f"{number:.15g}" for number in distinct.tolist()], dtype=object)
    wide = np.flatnonzero(np.abs(distinct) >= _LOST_DIGITS)
    shown[wide] = [f"{number:.0f}" for number in distinct[wide].tolist()]
    result.data[positions] = shown[back]
    for place in np.flatnonzero(formatted & (numbers >= 1) & (numbers < dates.SERIALS[1])):
        result.data[positions[place]] = layout.date_text(int(numbers[place]))
    result.say(cells, "long_number", "warning", positions[np.abs(numbers) >= _LOST_DIGITS])


def number(cells: Cells, kind: str, scale: float = 1.0) -> Converted:
    """Convert numbers: ``number`` and ``rate`` to float64, ``days`` and ``count`` to int64.

    5% is 0.05 as text, or as a plain 5 under a heading with ``%`` (``scale`` 0.01). A rate outside
    0 to 1, and a count that is not whole, cannot be used.
    """
    values = np.full(len(cells), np.nan, dtype=np.float64)
    result = Converted(values)
    positions = cells.at(NUMBER)
    values[positions] = cells.numbers(positions) * scale
    code = f"bad_{kind}"

    def parse(one: str) -> float | None:
        half = plain(one)
        percent = half.endswith("%")
        found = amounts.parse(half.rstrip("%天日days ").strip()).value
        if found is None:
            return None
        return float(found / 100) if percent else float(found) * scale

    where, parsed = _parsed_texts(cells, result, code, parse)
    values[where] = np.array(parsed, dtype=np.float64)
    for position in cells.at(FLAG):
        result.unusable(cells, code, int(position))
    wrong = np.isfinite(values) & (
        (values < 0) | (values > 1) if kind == "rate" else np.zeros(len(cells), dtype=np.bool_)
    )
    if kind in {"days", "count"}:
        wrong = np.isfinite(values) & (values != np.rint(values))
    for position in np.flatnonzero(wrong):
        result.unusable(cells, code, int(position))
    values[wrong] = np.nan
    if kind in {"days", "count"}:
        known = np.isfinite(values)
        result.data = np.where(known, np.where(known, values, 0).astype(np.int64), MISSING)
    return result


def flag(cells: Cells) -> Converted:
    """Convert 是/否, Yes/No, √, TRUE, 1/0 to int64 1 and 0, MISSING where blank."""
    values = np.full(len(cells), MISSING, dtype=np.int64)
    result = Converted(values)

    def parse(one: str) -> int | None:
        word = raw_group("flag").get(plain(one))
        return None if word is None else int(word == "true")

    positions, parsed = _parsed_texts(cells, result, "bad_flag", parse)
    values[positions] = np.array(parsed, dtype=np.int64)
    for position in cells.at(FLAG):
        values[position] = int(cells.shown(int(position)) == "True")
    positions = cells.at(NUMBER)
    numbers = cells.numbers(positions)
    good = (numbers == 0) | (numbers == 1)
    values[positions[good]] = numbers[good].astype(np.int64)
    for position in positions[~good]:
        result.unusable(cells, "bad_flag", int(position))
    return result
