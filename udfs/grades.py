"""Grades by score and classes by behaviour: what credit a customer is offered at all.

Bands, terms and the guarantee flag are rows of ``rules/risk_grades``, classes of
``rules/customer_classes``. No score, no grade: never the poorest one by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs import reasons, vocabulary
from udfs.arrays import Codes
from udfs.registry import function
from udfs.rules import rules
from udfs.schemes import scheme_rows
from udfs.scores import decimal
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Count,
    Days,
    Flag,
    Lang,
    Number,
    Rate,
    Reason,
    Text,
    label,
    scheme,
)

if TYPE_CHECKING:
    from udfs.arrays import Floats, Ints


class GradeBands(NamedTuple):
    """Grades by their least score; the most is that of the next better grade."""

    code: Text
    min_score: Number
    max_score: Annotated[Number, OPTIONAL]
    guarantee: Annotated[Flag, OPTIONAL]
    terms: Annotated[Text, OPTIONAL]


class Grade(NamedTuple):
    """The grade, whether it needs a guarantee, its payment terms, and why."""

    grade: Text
    guarantee: Flag | Codes
    terms: Annotated[Text, OPTIONAL]
    reason: Reason


@function("AR_CREDIT_GRADE", case="CREDIT_GRADE", category="credit", field="grade")
def credit_grade(
    score: Number,
    bands: Annotated[GradeBands, scheme("risk_grades")] | None = None,
    lang: Lang = "zh",
) -> Grade:
    """Grade a credit score by half-open bands.

    Parameters
    ----------
    score : ndarray of float64, shape (n,)
        As a rule 0 to 100.
    bands : GradeBands, optional
        Grade, least score, and if wanted the most score (included in the best grade only), whether
        a guarantee is required, and the payment terms; by default the scheme ``standard``.
    lang : str
        Language of the labels.

    Returns
    -------
    Grade
        The grade whose band [least, next) holds the score; CONTRADICTION (#NUM!) below the lowest
        and above the highest.

    Raises
    ------
    CellFaultError
        Bands that overlap or leave a gap (#NUM!), or none (#N/A).

    References
    ----------
    Seed S4: 80, 60 and 40; the overlapping edges read as half-open, domain.md 0.2 and 5.

    Examples
    --------
    >>> found = credit_grade(np.array([80.0, 79.99, 0.0]))
    >>> found.grade.tolist(), found.guarantee.tolist()
    (['优', '良', '差'], [False, False, False])
    """
    table = bands if bands is not None else scheme_rows(GradeBands, "risk_grades")
    order = np.argsort(table.min_score, kind="stable")
    low, high = table.min_score[order], _tops(table, order)
    exact = decimal(score)
    place = np.searchsorted(low, exact, side="right") - 1
    wrong = (place < 0) | (exact > high[-1])
    place = np.maximum(place, 0)
    code, terms = table.code[order][place], table.terms[order][place]
    guarantee = table.guarantee[order][place]
    agreed = np.array([term is not None for term in terms.tolist()], dtype=bool)

    def contradicting(values: Codes) -> Codes:
        found: Codes = np.where(wrong, CONTRADICTION, values)
        return found

    reason = reasons.because(
        "AR_CREDIT_GRADE",
        np.where(wrong, "outside", np.where(agreed, "terms", "band")).astype(object),
        score=reasons.number(score),
        band=reasons.text(_intervals(low, high)[place]),
        grade=_named("risk_grades", code),
        terms=_named("credit_terms", terms),
        guarantee=reasons.words("guarantees", np.where(guarantee, "yes", "no").astype(object)),
        least=reasons.number(low[0]),
        most=reasons.number(high[-1]),
    )
    return Grade(
        contradicting(_named("risk_grades", code)(lang)),
        contradicting(guarantee.astype(object)),
        contradicting(_named("credit_terms", terms)(lang)),
        reason,
    )


def _tops(table: GradeBands, order: Ints) -> Floats:
    """Give the upper edge of each band, ascending: the next band's lower edge, and the last one's.

    Raises
    ------
    CellFaultError
        No bands, or edges that do not fit each other.
    """
    low, most = table.min_score[order], table.max_score[order]
    if not low.size:
        raise CellFaultError(CellError.NA)
    top = np.append(low[1:], np.inf if np.isnan(most[-1]) else most[-1])
    unlike = ~np.isnan(most) & (most != top)
    if unlike.any() or (low >= top).any():
        raise CellFaultError(CellError.NUM)
    return top


def _intervals(low: Floats, high: Floats) -> Codes:
    """Write the bands as intervals: [60, 80) and, of the best grade, [80, 100] or ≥80."""
    lows, highs = reasons.number(low)("en"), reasons.number(high)("en")
    found: Codes = "[" + lows + ", " + highs + ")"
    found[-1] = f"≥{lows[-1]}" if np.isinf(high[-1]) else f"[{lows[-1]}, {highs[-1]}]"
    return found


def _named(table: str, codes: Codes) -> reasons.Part:
    """Write codes by their labels, and what is no code (a grade of the user's own) as it is."""

    def part(lang: str) -> Codes:
        words = {row["code"]: row[lang] for row in vocabulary.choices(table)}
        found: Codes = np.array([words.get(code, code) for code in codes.tolist()], dtype=object)
        return found

    return part


class CustomerClass(NamedTuple):
    """The class of a customer, and why."""

    customer_class: Annotated[NDArray[np.object_], label("customer_classes")]
    reason: Reason


@function("AR_CUSTOMER_CLASS", case="CUSTOMER_CLASS", category="credit", field="customer_class")
def customer_class(
    invoices: Count,
    on_time_rate: Annotated[Rate, OPTIONAL],
    max_days_late: Annotated[Days, OPTIONAL],
) -> CustomerClass:
    """Class a customer by the share of invoices paid on time and the worst delay.

    Parameters
    ----------
    invoices : ndarray of int64, shape (n,)
        Invoices settled or due so far; none makes a new customer, a class of its own.
    on_time_rate : ndarray of float64, shape (n,)
        Share of them paid on time, 0 to 1.
    max_days_late : ndarray of int64, shape (n,)
        Days of the worst delay; 0 and less is none.

    Returns
    -------
    CustomerClass
        The first row of ``rules/customer_classes`` whose cut-offs hold, both of them included;
        CONTRADICTION (#NUM!) for fewer than no invoices or a share beyond 0 to 1.

    References
    ----------
    Seed S2 (优质, 一般, 潜在); cut-offs that reproduce G15 to G18.

    Examples
    --------
    >>> customer_class(np.array([20, 20, 20, 0]), np.array([0.97, 0.97, 0.8, np.nan]),
    ...                np.array([5, 40, 30, 0])).customer_class.tolist()
    ['prime', 'at_risk', 'regular', 'new']
    """
    rows = rules("customer_classes")
    rate, late = decimal(on_time_rate), max_days_late
    wrong = (invoices < 0) | (rate < 0) | (rate > 1)
    absent = np.isnan(rate) | (late == MISSING)
    place = np.full(wrong.shape, len(rows) - 1)
    fresh = np.zeros(wrong.shape, dtype=bool)
    for at, row in reversed([*enumerate(rows[:-1])]):
        if row.cells["max_invoices"]:
            holds = invoices <= row.integer("max_invoices")
            fresh |= holds
        else:
            timely = rate >= row.number("min_on_time")
            holds = timely & (late <= row.integer("max_days_late")) & ~absent
        place = np.where(holds, at, place)
    names: Codes = np.array([row.code for row in rows], dtype=object)
    known = names[place]
    known[absent & ~fresh] = None
    last = next(row for row in reversed(rows) if row.cells["min_on_time"])
    variant: Codes = np.where(place == len(rows) - 1, "risk", np.where(fresh, "new", "class"))
    variant = variant.astype(object)
    variant[wrong | (absent & ~fresh)] = None
    cut = [row if row.cells["min_on_time"] else last for row in rows]
    reason = reasons.because(
        "AR_CUSTOMER_CLASS",
        variant,
        customer_class=reasons.words("customer_classes", known),
        invoices=reasons.number(invoices),
        rate=reasons.percent(on_time_rate),
        days=reasons.number(late),
        least=reasons.percent(np.array([row.number("min_on_time") for row in cut])[place]),
        most=reasons.number(np.array([row.integer("max_days_late") for row in cut])[place]),
        better=reasons.rule(last),
    )
    found: Codes = np.where(wrong, CONTRADICTION, known)
    return CustomerClass(found, reason)
