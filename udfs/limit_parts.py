"""The parts of a credit limit: what a grade allows, what the business needs, what the buyer bears.

Base limits per grade are schemes of ``rules/credit_limits``, the bounds of the coefficient rows of
``rules/limit_coefficients``. Everything is exact on what was typed and rounded once.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np

from udfs import reasons, vocabulary
from udfs.decimals import half_up, narrowed, plus, scaled, times
from udfs.plausibility import implausible
from udfs.registry import function
from udfs.rules import rule
from udfs.schemes import scheme_rows
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    Count,
    Days,
    Number,
    NumberList,
    OneCount,
    Rate,
    Reason,
    Steps,
    Text,
    Unit,
    scheme,
)

if TYPE_CHECKING:
    from udfs.arrays import Codes, Ints

_BASE: Final = "AR_CREDIT_LIMIT_BASE"
_NEED: Final = "AR_CREDIT_LIMIT_NEED"
_CAPACITY: Final = "AR_CREDIT_LIMIT_CAPACITY"
#: More coefficients than this are a wrong range; their exact product would grow without end.
_MOST: Final = 100


class LimitBases(NamedTuple):
    """Base limit of each grade."""

    grade: Text
    base: Cents


class BaseLimit(NamedTuple):
    """The limit that the grade allows, and why."""

    limit: Cents
    reason: Reason


@function(_BASE, case="LIMIT_BASE", category="credit", field="limit")
def limit_base(
    grade: Text,
    bases: Annotated[LimitBases, scheme("credit_limits")] | None = None,
    coefs: NumberList | None = None,
    clamp: Steps | None = None,
    unit: Unit = 100,
) -> BaseLimit:
    """Give the credit limit of a grade: base times the product of coefficients, cut to a unit.

    Parameters
    ----------
    grade : ndarray of object, shape (n,)
        Grades: code or name of ``rules/risk_grades``, or names of the user's own.
    bases : LimitBases, optional
        Base limit of each grade in cents; by default the scheme ``standard``.
    coefs : ndarray of float64, shape (m,), optional
        Coefficients (years of trade, growth, guarantee …), not negative; none is 1.
    clamp : tuple of float, optional
        Least and most of their product; by default the row ``standard`` of
        ``rules/limit_coefficients``.
    unit : int, optional
        Minor units down to which the limit is cut; by default one yuan.

    Returns
    -------
    BaseLimit
        ``limit = ⌊base × min(max(Π coefs, least), most) ÷ unit⌋ × unit`` in cents, shape (n,);
        MISSING for a grade that has no base.

    Raises
    ------
    CellFaultError
        NA for a gap among the coefficients; NUM for a negative base or coefficient, a grade that
        stands twice, bounds that are no pair or cross, or more than 100 coefficients.

    References
    ----------
    Seed S4 (limit = base × adjustment coefficient); domain.md 5.

    Examples
    --------
    >>> bases = LimitBases(np.array(["良", "差"], object), np.array([50_000_000, 0]))
    >>> limit_base(np.array(["良", "差"], object), bases, np.array([1.1, 1.1]),
    ...            unit=1_000_000).limit.tolist()
    [60000000, 0]
    """
    table = bases if bases is not None else scheme_rows(LimitBases, "credit_limits")
    low, high = _bounds(clamp)
    given = np.ones(1) if coefs is None else coefs
    if np.isnan(given).any():
        raise CellFaultError(CellError.NA)
    if (table.base < 0).any() or (given < 0).any() or given.size > _MOST:
        raise CellFaultError(CellError.NUM)
    typed = [Fraction(repr(coef)) for coef in given.tolist()]
    product = prod(typed, start=Fraction(1))
    factor = min(max(product, low), high)
    whole = times(table.base, _numbers(factor.numerator)) // (factor.denominator * unit)
    place = _places(grade, table.grade)
    known = place >= 0
    limits = np.append(narrowed(times(whole, _numbers(unit))), np.int64(MISSING))
    bases_of = np.append(table.base, np.int64(MISSING))[place]
    held = "held" if factor != product else "plain"
    variant = np.select([~known, bases_of == 0], ["unknown", "none"], held).astype(object)
    reason = reasons.because(
        _BASE,
        variant,
        grade=_named(grade),
        base=reasons.money(bases_of),
        product=reasons.number(_float(product)),
        factor=reasons.number(float(factor)),
        low=reasons.number(float(low)),
        high=reasons.number(float(high)),
        unit=reasons.money(min(unit, 2**62)),
        limit=reasons.money(limits[place]),
    )
    return BaseLimit(limits[place], reason)


def _numbers(whole: int) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """Give a Python integer of any size as an array, so that it never meets int64 unseen."""
    return np.array(whole, dtype=object)


def _float(number: Fraction) -> float:
    """Give a fraction as a float for a sentence; infinity where it is beyond one."""
    try:
        return float(number)
    except OverflowError:
        return float("inf")


def _bounds(clamp: Steps | None) -> tuple[Fraction, Fraction]:
    """Give the least and the most of the coefficient.

    Raises
    ------
    CellFaultError
        NUM for bounds that are no pair, are negative or cross.
    """
    row = rule("limit_coefficients", "standard")
    pair = clamp if clamp is not None else (row.number("least"), row.number("most"))
    if len(pair) != 2 or not np.isfinite(pair).all() or not 0 <= pair[0] <= pair[1]:
        raise CellFaultError(CellError.NUM)
    low, high = (Fraction(repr(float(bound))) for bound in pair)
    return low, high


def _places(grade: Codes, known: Codes) -> Ints:
    """Give the row of each grade: by its own name, else by the grade that it is another name of.

    Raises
    ------
    CellFaultError
        NUM where a grade stands twice.
    """
    names = [vocabulary.plain(name) for name in known.tolist()]
    if len({*names}) != len(names):
        raise CellFaultError(CellError.NUM)
    rows = {name: row for row, name in enumerate(names)}
    by_code: dict[str, int] = {}
    for name, row in rows.items():
        code = vocabulary.code("risk_grades", name)
        if code is not None:
            by_code.setdefault(code, row)

    def place(text: str) -> int:
        own = rows.get(vocabulary.plain(text))
        if own is not None:
            return own
        return by_code.get(vocabulary.code("risk_grades", text) or "", -1)

    found = {text: place(text) for text in {*grade.tolist()}}
    return np.array([found[text] for text in grade.tolist()], dtype=np.int64)


def _named(grade: Codes) -> reasons.Part:
    """Write grades by the name of the rules, and what is none of them as it is."""

    def part(lang: str) -> Codes:
        labels = {row["code"]: row[lang] for row in vocabulary.choices("risk_grades")}
        words = {text: vocabulary.code("risk_grades", text) for text in {*grade.tolist()}}
        named = [labels.get(words[text] or "", text) for text in grade.tolist()]
        return np.array(named, dtype=object)

    return part


class NeededLimit(NamedTuple):
    """The limit that the business needs, and why."""

    need: Cents
    reason: Reason


@function(_NEED, case="LIMIT_NEED", category="credit", field="need")
def limit_need(
    annual_sales: Cents,
    vat: Rate,
    terms: Days,
    avg_delay: Number | float = 0.0,
    year_days: OneCount = 365,
) -> NeededLimit:
    """Give the limit that a year's sales need: with VAT, over the days until they are paid.

    Parameters
    ----------
    annual_sales : ndarray of int64, shape (n,)
        Expected sales of a year without VAT in cents, not negative.
    vat : ndarray of float64, shape (n,)
        VAT rate as a fraction, not negative and below 1 (``rules/plausibility``).
    terms : ndarray of int64, shape (n,)
        Days of credit, not negative.
    avg_delay : ndarray of float64, optional
        Usual days of delay; negative for one who pays early, at most down to no days at all.
    year_days : int, optional
        365 or 360.

    Returns
    -------
    NeededLimit
        ``need = annual sales × (1 + VAT) × max(terms + delay, 0) ÷ days of the year``, half-up
        once, shape (n,); CONTRADICTION for what is negative.

    Raises
    ------
    CellFaultError
        NUM for a year without days.

    References
    ----------
    domain.md 5, Limits.

    Examples
    --------
    >>> limit_need(*np.array([[120_000_000], [0.13], [60]]), 10.0).need.tolist()
    [26005479]
    """
    if year_days <= 0:
        raise CellFaultError(CellError.NUM)
    sales, days = np.asarray(annual_sales, np.int64), np.asarray(terms, np.int64)
    delay = np.broadcast_to(np.asarray(avg_delay, dtype=np.float64), sales.shape)
    too_high = implausible("vat", vat)
    wrong = (sales < 0) | (vat < 0) | (days < 0) | too_high
    rate, rate_scale = scaled(np.where(wrong, 0.0, vat))
    late, late_scale = scaled(delay)
    span = np.maximum(plus(times(np.where(wrong, 0, days), late_scale), late), 0)
    gross = times(np.where(wrong, 0, sales), plus(rate, np.asarray(rate_scale)))
    found = narrowed(half_up(times(gross, span), rate_scale * late_scale * year_days))
    need = np.where(wrong, np.int64(CONTRADICTION), found)
    early = np.where(delay < 0, np.where(span == 0, "none", "early"), "plain")
    variant = np.where(need == CONTRADICTION, "wrong", early).astype(object)
    variant[too_high] = "too_high"
    reason = reasons.because(
        _NEED,
        variant,
        sales=reasons.money(sales),
        vat=reasons.percent(vat),
        terms=reasons.number(days),
        delay=reasons.number(np.abs(delay)),
        year=reasons.number(year_days),
        need=reasons.money(need),
    )
    return NeededLimit(need, reason)


class Candidates(NamedTuple):
    """What bears the credit: an amount such as tangible net worth, the share of it, its name."""

    amount: Cents
    share: Rate
    label: Annotated[Text, OPTIONAL]


class BornLimit(NamedTuple):
    """The limit that the buyer can bear, the row that sets it (from 1) and its name, and why."""

    capacity: Cents
    position: Count
    label: Annotated[Text, OPTIONAL]
    reason: Reason


@function(_CAPACITY, case="LIMIT_CAPACITY", category="credit", field="capacity")
def limit_capacity(candidates: Candidates) -> BornLimit:
    """Give the limit that the buyer can bear: the least of shares of what it has.

    Parameters
    ----------
    candidates : Candidates
        m ≥ 1 rows: tangible net worth, working capital, turnover … in cents, and the share of each.

    Returns
    -------
    BornLimit
        ``capacity = max(0, min(amountᵢ × shareᵢ))`` in cents, half-up once, shape (1,). Of equal
        ones the first row counts.

    Raises
    ------
    CellFaultError
        NA without rows; NUM for a negative share or a product beyond 2**53 cents.

    References
    ----------
    creditmanagement-tools.com (10 %), mydsomanager.com (35 % and 5 % for class B); domain.md 5.

    Examples
    --------
    >>> rows = Candidates(np.array([8_000_000, 70_000_000]), np.array([0.35, 0.05]),
    ...                   np.array([None, None]))
    >>> limit_capacity(rows).capacity.tolist()
    [2800000]
    """
    if not candidates.amount.size:
        raise CellFaultError(CellError.NA)
    if (candidates.share < 0).any():
        raise CellFaultError(CellError.NUM)
    share, scale = scaled(candidates.share)
    products = times(candidates.amount, share)
    place = int(np.argmin(products))
    found = narrowed(half_up(np.maximum(products[[place]], 0), scale))
    if found[0] == CONTRADICTION:
        raise CellFaultError(CellError.NUM)
    name = candidates.label[[place]]
    variant = "negative" if products[place] < 0 else "plain"
    reason = reasons.because(
        _CAPACITY,
        variant + ("" if name[0] is None else "_named"),
        position=reasons.number(place + 1),
        label=reasons.text(name),
        amount=reasons.money(candidates.amount[[place]]),
        share=reasons.percent(candidates.share[[place]]),
        capacity=reasons.money(found),
    )
    return BornLimit(found, np.array([place + 1], dtype=np.int64), name, reason)
