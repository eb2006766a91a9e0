"""Lines of a payment term: what may stand in them, and the amount of each.

Lines are taken in order. Each is rounded half-up by itself to the unit; the last one takes what is
left. Equal parts share what the other lines leave. Amounts are int64 cents without a sign.
"""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs.arrays import Bools, Codes, Ints
from udfs.decimals import Whole, half_up, narrowed, scaled, times
from udfs.due_dates import BY_DAY, allowed_days
from udfs.money import to_minor
from udfs.plan import allocate
from udfs.rules import rule
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Count,
    Days,
    Flag,
    Number,
    Text,
    choice,
)

_PERCENTS: Final = ("percent", "percent_left")


class TermLines(NamedTuple):
    """Lines of a term as typed: label, kind and value, then when the line falls due.

    ``kind`` and ``value``: share of the total or of what is left, fixed amount in yuan; equal
    parts and the remainder have no value. ``rule``, ``n``, ``day`` and ``payment_days`` are those
    of :func:`udfs.due_dates.due_dates`; ``from_previous`` counts from the line before, ``times``
    repeats a line.
    """

    label: Annotated[Text, OPTIONAL]
    kind: Annotated[NDArray[np.object_], choice("term_line", "each")]
    value: Annotated[Number, OPTIONAL]
    rule: Annotated[NDArray[np.object_], choice("due_rule", "each"), OPTIONAL]
    n: Annotated[Days, OPTIONAL]
    day: Annotated[Count, OPTIONAL]
    payment_days: Annotated[Text, OPTIONAL]
    from_previous: Annotated[Flag, OPTIONAL]
    times: Annotated[Count, OPTIONAL]


class Lines(NamedTuple):
    """Lines that hold together, repeated ones written out; all of length n.

    ``number`` counts the repeats of a line from 1 (0 where it is alone); ``share`` over ``scale``
    is the typed share; ``fixed`` is in cents.
    """

    label: Codes
    number: Ints
    kind: Codes
    share: Whole
    scale: int
    fixed: Ints
    rule: Codes
    n: Ints
    day: Ints
    payment_days: tuple[tuple[int, ...], ...]
    from_previous: Bools


def lines_of(term: TermLines) -> Lines:
    """Check the lines of a term and write repeated ones out.

    Raises
    ------
    CellFaultError
        #N/A where there is no line, or one lacks its value or its day of the month; #NUM! where
        lines contradict each other: shares outside 0..1, a fixed amount below 0 or with a
        fraction of a cent, a value that a kind does not have, shares of the total alone that are
        not 100 %, a remainder that is not last, equal parts beside a remainder or before a share
        of what is left, or more lines than the row ``lines`` of ``rules/term_limits``.
    """
    kind, value = term.kind, term.value
    if not kind.size:
        raise CellFaultError(CellError.NA)
    repeat = np.where(term.times == MISSING, 1, term.times)
    limit = rule("term_limits", "lines").integer("number")
    if (repeat < 1).any() or int(np.minimum(repeat, limit + 1).sum()) > limit:
        raise CellFaultError(CellError.NUM)
    valued = np.isin(kind, (*_PERCENTS, "fixed"))
    day_rule = np.where(term.rule == None, "net", term.rule).astype(object)  # noqa: E711 - element by element
    if (
        np.isnan(value[valued]).any()
        or (np.isin(day_rule, [*BY_DAY]) & (term.day == MISSING)).any()
    ):
        raise CellFaultError(CellError.NA)
    percent = np.isin(kind, _PERCENTS)
    fixed = to_minor(np.where(kind == "fixed", value, 0.0), exact=True)
    off = percent & ~((value >= 0) & (value <= 1))
    if off.any() or (fixed < 0).any() or (~np.isnan(value[~valued])).any():
        raise CellFaultError(CellError.NUM)
    share, scale = scaled(np.where(percent, value, 0.0))
    days = {text: allowed_days(text or "") for text in {*term.payment_days.tolist()}}
    place = np.repeat(np.arange(kind.size), repeat)
    first = np.repeat(np.cumsum(repeat) - repeat, repeat)
    lines = Lines(
        term.label[place],
        np.where(repeat[place] > 1, np.arange(place.size) - first + 1, 0),
        kind[place],
        share[place],
        scale,
        fixed[place],
        day_rule[place],
        term.n[place],
        term.day[place],
        tuple(days[text] for text in term.payment_days[place].tolist()),
        term.from_previous[place],
    )
    _check(lines)
    return lines


def _check(lines: Lines) -> None:
    """Refuse lines whose kinds do not go together."""
    kind = lines.kind
    equal = np.flatnonzero(kind == "equal")
    rest = np.flatnonzero(kind == "remainder")
    left = np.flatnonzero(kind == "percent_left")
    whole = (kind == "percent").all() and sum(lines.share.tolist()) != lines.scale
    early_rest = rest.size > 0 and (int(rest[0]) < kind.size - 1 or equal.size > 0)
    late_left = equal.size > 0 and left.size > 0 and int(left[-1]) > int(equal[0])
    if whole or early_rest or late_left:
        raise CellFaultError(CellError.NUM)


def line_sizes(size: Ints, base: Ints, lines: Lines, unit: int = 1) -> tuple[Ints, Ints]:
    """Give the amount of every line of every document.

    Parameters
    ----------
    size : ndarray of int64, shape (k,)
        Totals without sign, in cents of the currency that is split.
    base : ndarray of int64, shape (k,)
        The same totals in the currency of the fixed amounts.
    lines : Lines
        n lines.
    unit : int
        Cents that amounts are a multiple of.

    Returns
    -------
    sizes : ndarray of int64, shape (k, n)
        They add up to ``size``. CONTRADICTION in a row that no cell could hold.
    own : ndarray of int64, shape (k,)
        What the last line would be by its own definition; MISSING where that is "the rest".

    Examples
    --------
    >>> term = TermLines(*(np.array(column) for column in (
    ...     ["a", "b", "c"], ["percent"] * 3, [0.3334, 0.3333, 0.3333], [None] * 3,
    ...     [MISSING] * 3, [MISSING] * 3, [None] * 3, [False] * 3, [MISSING] * 3)))
    >>> line_sizes(np.array([547]), np.array([547]), lines_of(term))[0].tolist()
    [[182, 182, 183]]
    """
    unit = min(unit, 2**63 - 1)
    count = lines.kind.size
    found = np.zeros((size.size, count), dtype=np.int64)
    bad = np.zeros(size.size, dtype=bool)
    for place in np.flatnonzero(np.isin(lines.kind, ("percent", "fixed"))).tolist():
        found[:, place] = _defined(size, base, lines, place, unit)
    bad |= (found == CONTRADICTION).any(axis=-1)
    found[bad] = 0
    last = lines.kind[-1]
    own = found[:, -1].copy() if last in {"percent", "fixed"} else np.full(size.shape, MISSING)
    equal = np.flatnonzero(lines.kind == "equal")
    left = size.copy()
    for place in range(count):
        if lines.kind[place] == "percent_left":
            found[:, place] = _rounded(times(left, lines.share[place]), lines.scale, unit)
        elif equal.size and place == equal[0]:
            others = found[:, place:].sum(axis=-1)
            found[:, equal] = allocate(left - others, np.ones(equal.size, dtype=np.int64), unit)
        if last == "percent_left" and place == count - 1:
            own = found[:, -1].copy()
        # At most a thousand lines of at most 2**53 cents: nothing wraps.
        left = left - found[:, place]
    found[:, -1] += left
    bad |= (np.abs(found) > 2**53).any(axis=-1)
    return np.where(bad[:, None], CONTRADICTION, found), own


def _defined(size: Ints, base: Ints, lines: Lines, place: int, unit: int) -> Ints:
    """Give a share of the total, or a fixed amount at the rate of the two totals."""
    if lines.kind[place] == "percent":
        return _rounded(times(size, lines.share[place]), lines.scale, unit)
    divisor = np.where(base == 0, 1, base)
    return _rounded(times(size, lines.fixed[place]), divisor, unit)


def _rounded(numerator: Whole, denominator: Whole | int, unit: int) -> Ints:
    """Round a quotient half-up to a multiple of the unit."""
    return narrowed(times(half_up(numerator, times(denominator, unit)), unit))
