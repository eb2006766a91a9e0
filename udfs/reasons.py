"""Why an answer is what it is, in one readable line, made only when somebody asks.

A function gives a :class:`Because` as the field ``reason``: the name of a sentence for each
element and the parts that fill it. The sentences are the rows ``@reason.<variant>`` of
``functions/<noun>.csv``, in both languages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from udfs import vocabulary, wording
from udfs.arrays import Codes
from udfs.reading import FIRST_DAY, LAST_DAY, iso_of_day
from udfs.rules import Rule
from udfs.values import CONTRADICTION, MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

#: A part of a sentence: its words for every element, in a language.
Part: TypeAlias = Callable[[str], Codes]

#: Rules of the first days of the product have no date worth telling; legal rows do.
_SINCE: Final = {"zh": "{label}（{day}起适用）", "en": "{label} (applies from {day})"}
_AND: Final = {"zh": "、", "en": ", "}
_UNKNOWN: Final = "–"


@dataclass(frozen=True)
class Because:
    """The reasons of a result: sentences by name, and the parts that fill them.

    Called with a language it gives an object array of texts: None where there is no answer and so
    no reason. Its shape is that of the variants and parts, broadcast.
    """

    function: str
    variants: Codes
    parts: dict[str, Part]

    def __call__(self, lang: str) -> Codes:
        """Write the sentences."""
        parts = {name: np.asarray(part(lang), dtype=object) for name, part in self.parts.items()}
        shape = np.broadcast_shapes(self.variants.shape, *(part.shape for part in parts.values()))
        columns = [np.broadcast_to(part, shape).ravel().tolist() for part in parts.values()]
        names = np.broadcast_to(self.variants, shape).ravel().tolist()
        templates = {
            name: wording.text(self.function, f"@reason.{name}", lang) for name in {*names} - {None}
        }
        rows = zip(*columns, strict=True) if columns else [()] * len(names)
        written: Codes = np.empty(len(names), dtype=object)
        for place, (name, row) in enumerate(zip(names, rows, strict=True)):
            if name is not None:
                written[place] = templates[name].format(**dict(zip(parts, row, strict=True)))
        return written.reshape(shape)


def because(function: str, variants: str | ArrayLike, **parts: Part) -> Because:
    """Give the reason of a result, to be written when a cell asks for it.

    Parameters
    ----------
    function : str
        Name of the function whose rows hold the sentences.
    variants : str or array_like of object
        Name of the sentence: one for all, or one for each element, None for no reason.
    **parts
        What fills the placeholders: :func:`money`, :func:`percent`, :func:`number`,
        :func:`date`, :func:`text`, :func:`words` or :func:`rule`.
    """
    return Because(function, np.asarray(variants, dtype=object), parts)


def _each(values: ArrayLike, written: Callable[[object], str]) -> Codes:
    """Write the values of an array one by one."""
    array = np.asarray(values)
    found: Codes = np.empty(array.shape, dtype=object)
    found.ravel()[...] = [written(value) for value in array.ravel().tolist()]
    return found


def money(cents: ArrayLike) -> Part:
    """Write amounts in cents: 150000 as 1,500.00."""

    def written(value: object) -> str:
        if not isinstance(value, int) or value in {MISSING, CONTRADICTION}:
            return _UNKNOWN
        whole, rest = divmod(abs(value), 100)
        return f"{'-' if value < 0 else ''}{whole:,}.{rest:02d}"

    return lambda _: _each(np.asarray(cents, dtype=np.int64), written)


def number(values: ArrayLike) -> Part:
    """Write numbers without needless digits: 30.0 as 30, 0.333333333 as 0.333333."""

    def written(value: object) -> str:
        if value in {MISSING, CONTRADICTION} or not isinstance(value, (int, float)):
            return _UNKNOWN
        if isinstance(value, float) and not np.isfinite(value):
            return _UNKNOWN
        return f"{value:,}" if isinstance(value, int) else _short(value)

    return lambda _: _each(values, written)


def percent(values: ArrayLike) -> Part:
    """Write fractions as per cent: 0.0005 as 0.05%."""

    def written(value: object) -> str:
        if not isinstance(value, (int, float)) or not np.isfinite(value):
            return _UNKNOWN
        return f"{_short(value * 100)}%"

    return lambda _: _each(np.asarray(values, dtype=np.float64), written)


def _short(value: float) -> str:
    """Write a number with at most six decimals; very large and very small ones with an exponent."""
    if value and not 1e-6 <= abs(value) < 1e15:
        return f"{value:.6g}"
    plain = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if plain == "-0" else plain


def date(days: ArrayLike) -> Part:
    """Write serials as ISO dates; what is no date of a sheet as unknown."""

    def written(value: object) -> str:
        known = isinstance(value, int) and FIRST_DAY <= value <= LAST_DAY
        return iso_of_day(int(str(value))) if known else _UNKNOWN

    return lambda _: _each(np.asarray(days, dtype=np.int64), written)


def text(texts: ArrayLike) -> Part:
    """Write texts as they are."""
    return lambda _: _each(
        np.asarray(texts, dtype=object), lambda value: _UNKNOWN if value is None else str(value)
    )


def words(table: str, codes: ArrayLike) -> Part:
    """Write codes of a vocabulary or a rule table by their labels."""

    def part(lang: str) -> Codes:
        labels = {row["code"]: row[lang] for row in vocabulary.choices(table)}
        return _each(
            np.asarray(codes, dtype=object),
            lambda value: _UNKNOWN if value is None else labels[str(value)],
        )

    return part


def phrase(function: str, name: str, holds: ArrayLike) -> Part:
    """Write a further sentence of a function where a condition holds, and nothing elsewhere."""
    where = np.asarray(holds, dtype=bool)

    def part(lang: str) -> Codes:
        said = wording.text(function, f"@reason.{name}", lang)
        return np.where(where, said, "").astype(object)

    return part


def rule(rows: Rule | Iterable[Rule], *, dated: bool = False) -> Part:
    """Write rule rows by their labels; of legal ones also the day since which they hold."""
    named = (rows,) if isinstance(rows, Rule) else tuple(rows)

    def part(lang: str) -> Codes:
        labels = [
            _SINCE[lang].format(label=row.label(lang), day=row.cells["valid_from"])
            if dated
            else row.label(lang)
            for row in named
        ]
        return np.asarray(_AND[lang].join(labels), dtype=object)

    return part
