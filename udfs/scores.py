"""Scores: points by standards, by the odds of good to bad, and by how a customer pays.

Standards, coefficients, points and limits are rows of ``rules/score_bands``, ``rules/scoring``,
``rules/payment_points`` and ``rules/payment_risk``. What is missing has no score; it is never 0.
"""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.arrays import Bools, Codes, Floats, Ints
from udfs.registry import function
from udfs.rules import rule, rules
from udfs.schemes import scheme_rows
from udfs.values import (
    CONTRADICTION,
    CellError,
    CellFaultError,
    Cents,
    Count,
    Days,
    Flag,
    Number,
    NumberList,
    OneCount,
    OneNumber,
    Reason,
    label,
    scheme,
)

#: Decimals that count where a score meets an edge: what is less is the noise of binary fractions.
_DECIMALS: Final = 10


def decimal(values: ArrayLike) -> Floats:
    """Round the binary noise away before a value meets an edge.

    Examples
    --------
    >>> decimal([79.99999999999999, 79.99]).tolist()
    [80.0, 79.99]
    """
    with np.errstate(over="ignore"):  # what is too large to have any noise becomes infinite
        return np.asarray(np.round(np.asarray(values, dtype=np.float64), _DECIMALS), np.float64)


def setting(code: str) -> float:
    """Give a number of ``rules/scoring``."""
    return rule("scoring", code).number("value")


def of_scores(codes: Codes, score: Floats) -> Codes:
    """Give the codes of what was scored; the others are as the score: missing or contradicting."""
    found: Codes = np.where(np.isinf(score), CONTRADICTION, codes)
    found[np.isnan(score)] = None
    return found


def sentence(answered: Bools, name: str) -> Codes:
    """Name a sentence for what was answered, none elsewhere."""
    found: Codes = np.full(answered.shape, None, dtype=object)
    found[answered] = name
    return found


class Banded(NamedTuple):
    """Points by standards: the number of standards missed, and the two that enclose the figure."""

    score: Floats
    missed: Ints
    lower: Floats
    upper: Floats


def points_by_standards(
    actual: ArrayLike, weight: ArrayLike, standards: ArrayLike, higher_better: ArrayLike
) -> Banded:
    """Score figures between their standards: the functional-coefficient method 功效系数法.

    Parameters
    ----------
    actual, weight : array_like of float64, shape (n,)
        Figures, and the points of full marks.
    standards : array_like of float64, shape (k,) or (n, k)
        Best first; one for each row of ``rules/score_bands`` but the last.
    higher_better : array_like of bool, shape (n,)
        Whether more is better.

    Returns
    -------
    Banded
        Shape (n,). ``score`` is infinite where the weight is negative or the standards do not go
        strictly down from the best to the poorest (up, where less is better).
    """
    ratio = np.array([row.number("coefficient") for row in rules("score_bands")])
    figure, full, better = np.broadcast_arrays(
        np.asarray(actual, dtype=np.float64),
        np.asarray(weight, dtype=np.float64),
        np.asarray(higher_better, dtype=bool),
    )
    sign = np.where(better, 1.0, -1.0)
    steps = np.asarray(standards, dtype=np.float64) * sign[..., None]
    figure = figure * sign
    wrong = ~(full >= 0) | ~(steps[..., :-1] > steps[..., 1:]).all(axis=-1)
    count = steps.shape[-1]
    missed = (decimal(steps) > decimal(figure)[..., None]).sum(axis=-1)
    best, last = missed == 0, missed == count
    place = np.clip(missed, 1, count - 1)[..., None]
    upper = np.take_along_axis(steps, place - 1, axis=-1)[..., 0]
    lower = np.take_along_axis(steps, place, axis=-1)[..., 0]
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        share = np.clip((figure - lower) / (upper - lower), 0, 1)
    below, above = ratio[place[..., 0]], ratio[place[..., 0] - 1]
    between = full * below + share * (full * (above - below))
    score = np.where(best, full * ratio[0], np.where(last, full * ratio[count], between))
    score = np.where(wrong | ~np.isfinite(score), np.inf, score)
    score = np.where(np.isnan(figure), np.nan, score)
    ends = (np.where(best, 0, count - 1))[..., None]
    end = np.take_along_axis(steps, ends, axis=-1)[..., 0]
    inside = ~(best | last)
    return Banded(
        score, missed, np.where(inside, lower, end) * sign, np.where(inside, upper, end) * sign
    )


class BandedScore(NamedTuple):
    """Points, the standard that was reached, and why."""

    score: Number
    band: Annotated[NDArray[np.object_], label("score_bands")]
    reason: Reason


@function("AR_BANDED_SCORE", case="EFFICACY_SCORE", category="credit", field="score")
def banded_score(
    actual: Number,
    weight: Number,
    standards: NumberList,
    higher_better: Flag | ArrayLike = True,  # noqa: FBT002 - an array of flags
) -> BandedScore:
    """Score a figure by five standards, linear between two of them.

    Parameters
    ----------
    actual, weight : ndarray of float64, shape (n,)
        The figure, and the points of full marks.
    standards : ndarray of float64, shape (5,)
        Excellent, good, average, low, poor, in the unit of the figure.
    higher_better : ndarray of bool, shape (n,)
        Whether more is better; not so of a debt ratio.

    Returns
    -------
    BandedScore
        w·c_k + (x − s_k)/(s_(k−1) − s_k) · w·(c_(k−1) − c_k) with the coefficients 1, 0.8, 0.6,
        0.4, 0.2; w from the excellent standard on, 0 below the poor one. Infinite (#NUM!) where
        the standards do not go one way strictly, or the weight is negative.

    Raises
    ------
    CellFaultError
        Other than five standards (#VALUE!).

    References
    ----------
    Functional-coefficient method of the evaluation of enterprises (企业综合绩效评价), domain.md 5.

    Examples
    --------
    >>> found = banded_score(np.array([1.5, 2.5, 0.5]), np.array([10.0]),
    ...                      np.array([2.0, 1.6, 1.3, 1.0, 0.7]))
    >>> found.score.round(6).tolist(), found.band.tolist()
    ([7.333333, 10.0, 0.0], ['average', 'excellent', 'below'])
    """
    bands = rules("score_bands")
    if standards.size != len(bands) - 1:
        raise CellFaultError(CellError.VALUE)
    found = points_by_standards(actual, weight, standards, higher_better)
    names: Codes = np.array([row.code for row in bands], dtype=object)
    band = names[found.missed]
    answered = np.isfinite(found.score)
    variant = np.where(found.missed == 0, "best", "between").astype(object)
    variant[found.missed == len(bands) - 1] = "below"
    variant[~answered] = None
    ratio = np.array([row.number("coefficient") for row in bands])
    above = np.maximum(found.missed - 1, 0)
    reason = reasons.because(
        "AR_BANDED_SCORE",
        variant,
        actual=reasons.number(actual),
        weight=reasons.number(weight),
        band=reasons.words("score_bands", band),
        better=reasons.words("score_bands", names[above]),
        lower=reasons.number(found.lower),
        upper=reasons.number(found.upper),
        coefficient=reasons.number(ratio[found.missed]),
        step=reasons.number(ratio[above] - ratio[found.missed]),
        score=reasons.number(found.score),
    )
    return BandedScore(found.score, of_scores(band, found.score), reason)


class OddsScore(NamedTuple):
    """The score, and the scale that it stands on: score = offset + factor·ln(odds)."""

    score: Number
    factor: Number | float
    offset: Number | float
    reason: Reason


@function("AR_PDO_SCORE", case="PDO_SCORE", category="credit", field="score")
def pdo_score(
    odds: Number,
    base_score: OneNumber | None = None,
    base_odds: OneNumber | None = None,
    pdo: OneNumber | None = None,
) -> OddsScore:
    """Scale the odds of good to bad to points that double the odds every so many points.

    Parameters
    ----------
    odds : ndarray of float64, shape (n,)
        Good ÷ bad, above 0.
    base_score, base_odds, pdo : float, optional
        The score at which odds, and the points that double the odds: by default those of
        ``rules/scoring`` (600 at 50, 20). Where the odds are bad ÷ good, ``pdo`` is negative.

    Returns
    -------
    OddsScore
        factor = PDO/ln 2, offset = base score − factor·ln(base odds), score = offset +
        factor·ln(odds). Infinite (#NUM!) where the odds are 0 or less.

    Raises
    ------
    CellFaultError
        Base odds of 0 or less, or a PDO of 0 (#NUM!).

    Examples
    --------
    >>> found = pdo_score(np.array([50.0, 100.0, 0.0]))
    >>> found.score.tolist(), round(found.factor, 6), round(found.offset, 6)
    ([600.0, 620.0, inf], 28.853901, 487.122876)
    """
    base = setting("base_score") if base_score is None else base_score
    at = setting("base_odds") if base_odds is None else base_odds
    step = setting("pdo") if pdo is None else pdo
    if at <= 0 or step == 0:
        raise CellFaultError(CellError.NUM)
    wrong = odds <= 0
    with np.errstate(over="ignore", invalid="ignore"):
        factor = np.float64(step) / np.log(2)
        offset = np.nan_to_num(base - factor * np.log(at), nan=np.inf, posinf=np.inf)
        # In doublings from the base: at the base odds the score is the base score to the last bit.
        score = base + step * (np.log2(np.where(wrong, 1.0, odds)) - np.log2(at))
    score = np.where(wrong | ~np.isfinite(score), np.inf, score)
    reason = reasons.because(
        "AR_PDO_SCORE",
        sentence(np.isfinite(score), "scaled"),
        odds=reasons.number(odds),
        factor=reasons.number(factor),
        offset=reasons.number(offset),
        score=reasons.number(score),
        base_score=reasons.number(base),
        base_odds=reasons.number(at),
        pdo=reasons.number(step),
    )
    return OddsScore(score, float(factor), float(offset), reason)


class PastPayments(NamedTuple):
    """Payments: amount, and days beyond terms; early ones negative."""

    amount: Cents
    days: Days


class PaymentPoints(NamedTuple):
    """Points for days beyond terms; between two rows linear, beyond the ends as there."""

    days: Days
    points: Number


class PaymentScore(NamedTuple):
    """How a customer pays: points, risk, the payments behind it, their days beyond terms."""

    score: Number | float
    risk: Annotated[NDArray[np.object_], label("payment_risk")]
    payments: Count | int
    average_days: Number | float
    reason: Reason


@function("AR_PAYMENT_SCORE", case="PAYMENT_SCORE", category="credit", field="score")
def payment_score(
    payments: PastPayments,
    min_count: OneCount | None = None,
    points: Annotated[PaymentPoints, scheme("payment_points")] | None = None,
) -> PaymentScore:
    """Score how a customer pays: the mean of the points of its payments, by amount.

    Parameters
    ----------
    payments : PastPayments
        n rows: cents, and days beyond terms (0 is on time). An amount of 0 is no experience.
    min_count : int, optional
        Payments that a score needs; by default ``min_payments`` of ``rules/scoring``.
    points : PaymentPoints, optional
        Points by days beyond terms; by default the scheme ``standard``.

    Returns
    -------
    PaymentScore
        Σ amount·points(days) / Σ amount, between the least and the most points; nan where there
        are too few payments, and the reason says so.

    Raises
    ------
    CellFaultError
        A negative amount, or days that stand twice among the points (#NUM!); no points (#N/A).

    References
    ----------
    PAYDEX-like scale of docs.dnb.com and dandb.com, domain.md 5; 180 days is our assumption.

    Examples
    --------
    >>> found = payment_score(PastPayments(np.array([10_000_000, 5_000_000, 3_000_000, 2_000_000]),
    ...                                np.array([0, 15, 30, -20])))
    >>> float(found.score), found.risk.tolist(), int(found.payments)
    (74.0, ['medium'], 4)
    """
    table = points if points is not None else scheme_rows(PaymentPoints, "payment_points")
    order = np.argsort(table.days, kind="stable")
    days, marks = table.days[order], table.points[order]
    if not days.size:
        raise CellFaultError(CellError.NA)
    if (days[1:] == days[:-1]).any() or (payments.amount < 0).any():
        raise CellFaultError(CellError.NUM)
    paid = payments.amount > 0
    amount = payments.amount[paid].astype(np.float64)
    late = payments.days[paid].astype(np.float64)
    count = int(paid.sum())
    needed = int(setting("min_payments")) if min_count is None else min_count
    enough = count >= max(needed, 1)
    each = np.interp(late, days.astype(np.float64), marks)
    total = amount.sum()
    with np.errstate(over="ignore", invalid="ignore"):  # points of a range of the user's own
        score = float((amount * each).sum() / total) if enough else np.nan
    if enough and not np.isfinite(score):
        raise CellFaultError(CellError.NUM)
    average = float((amount * late).sum() / total) if enough else np.nan
    risk = _risk(score)
    reason = reasons.because(
        "AR_PAYMENT_SCORE",
        "scored" if enough else "few",
        count=reasons.number(count),
        needed=reasons.number(needed),
        total=reasons.number(total / 100),
        points=reasons.number(score * (total / 100)),
        average_days=reasons.number(average),
        score=reasons.number(score),
        risk=reasons.words("payment_risk", risk),
    )
    return PaymentScore(score, risk, count, average, reason)


def _risk(score: float) -> Codes:
    """Give the risk of a payment score: the first row whose least score it reaches."""
    names = [
        row.code
        for row in rules("payment_risk")
        if not np.isnan(score) and decimal(score) >= row.number("min_score")
    ]
    # Points of a range of the user's own may go below the lowest row: that is the highest risk.
    lowest = None if np.isnan(score) else rules("payment_risk")[-1].code
    return np.array([names[0] if names else lowest], dtype=object)
