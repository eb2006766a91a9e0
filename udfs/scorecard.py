"""Scorecards: the points of several indicators brought to one score of 0 to 100.

The suggested indicators, weights and standards are rows of ``rules/scorecard``; the standards are
illustrative (示例) and to be replaced by those of the customer's industry.
"""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

import numpy as np

from udfs import reasons, vocabulary
from udfs.arrays import Bools, Codes, Floats
from udfs.grades import credit_grade
from udfs.ratios import StatementItems, credit_ratios
from udfs.registry import function
from udfs.schemes import scheme_rows
from udfs.scores import decimal, points_by_standards, setting
from udfs.values import (
    OPTIONAL,
    OR_MISSING,
    CellError,
    CellFaultError,
    Lang,
    Number,
    NumberList,
    OneNumber,
    Rate,
    Reason,
    Text,
    TextList,
    choice,
    scheme,
)

#: What becomes of the weight of an indicator without points.
_Missing = Annotated[str, choice("scorecard_missing")]


class ScoreParts(NamedTuple):
    """Points and weight of each indicator, and its name for the reason."""

    score: Annotated[Number, OR_MISSING]
    weight: Number
    part: Annotated[Text, OPTIONAL]


class Total(NamedTuple):
    """A score of 0 to 100 with what it was made of; the score is nan below the coverage."""

    score: float
    coverage: float
    points: float
    weight: float
    available: float
    scored: Bools


def total_score(
    points: Floats, weight: Floats, min_coverage: float | None = None, missing: str = "reweight"
) -> Total:
    """Bring the points of indicators to a score of 0 to 100.

    Parameters
    ----------
    points, weight : ndarray of float64, shape (n,)
        Points between 0 and the weight; nan is missing.
    min_coverage : float, optional
        Share of the weights that must have points; by default that of ``rules/scoring``.
    missing : {"reweight", "zero", "neutral"}
        What an indicator without points gets: no weight, no points, or half its weight.

    Raises
    ------
    CellFaultError
        No indicators (#N/A); negative weights or all 0, points beyond a weight, or a coverage
        that is no share (#NUM!).

    Examples
    --------
    >>> total_score(np.array([12.0, np.nan]), np.array([20.0, 10.0])).score
    60.0
    """
    least = setting("min_coverage") if min_coverage is None else min_coverage
    if not weight.size:
        raise CellFaultError(CellError.NA)
    scored = ~np.isnan(points)
    beyond = scored & ((decimal(points) > decimal(weight)) | (points < 0))
    if not 0 <= least <= 1 or (weight < 0).any() or beyond.any():
        raise CellFaultError(CellError.NUM)
    try:
        everything, available = math.fsum(weight), math.fsum(weight[scored])
        got = math.fsum(points[scored])
    except OverflowError:
        raise CellFaultError(CellError.NUM) from None
    if everything == 0:
        raise CellFaultError(CellError.NUM)
    coverage = available / everything
    base = available if missing == "reweight" else everything
    if missing == "neutral":
        got += (everything - available) * setting("neutral_share")
    enough = available > 0 and decimal(coverage) >= least
    score = got / base * 100 if enough else np.nan
    return Total(score, coverage, got, everything, available, scored)


class ScorecardResult(NamedTuple):
    """The score, the share of the weights behind it, and why."""

    score: Number | float
    coverage: Rate | float
    reason: Reason


@function("AR_SCORECARD", case="SCORECARD", category="credit", field="score")
def scorecard(
    parts: ScoreParts, min_coverage: OneNumber | None = None, missing: _Missing = "reweight"
) -> ScorecardResult:
    """Bring the points of several indicators to a score of 0 to 100.

    Parameters
    ----------
    parts : ScoreParts
        n rows: points (a blank or an error is missing), weight, and if wanted a name.
    min_coverage, missing
        As in :func:`total_score`.

    Returns
    -------
    ScorecardResult
        Σ points ÷ Σ available weights × 100, or by all weights where the missing are 0 or neutral;
        nan where less than the least coverage has points, and the reason says so.

    References
    ----------
    domain.md 5; cases S08 to S10.

    Examples
    --------
    >>> points = np.array([12.0, np.nan])
    >>> found = scorecard(ScoreParts(points, np.array([20.0, 10.0]), np.array([None, None])))
    >>> found.score, round(found.coverage, 4)
    (60.0, 0.6667)
    """
    found = total_score(parts.score, parts.weight, min_coverage, missing)
    return ScorecardResult(
        found.score, found.coverage, _why("AR_SCORECARD", found, missing, min_coverage, parts.part)
    )


def _why(
    name: str,
    found: Total,
    missing: str,
    min_coverage: float | None,
    parts: Codes,
    **more: reasons.Part,
) -> reasons.Because:
    """Say what was missing, how it was treated, and the division."""
    variant = "complete" if found.scored.all() else missing
    absent = [(at, parts[at]) for at in np.flatnonzero(~found.scored).tolist()]

    def missing_parts(lang: str) -> Codes:
        words = {row["code"]: row[lang] for row in vocabulary.choices("scorecard")}
        item, join = ("item {}", ", ") if lang == "en" else ("第{}项", "、")
        named = [
            item.format(at + 1) if part is None else words.get(part, part) for at, part in absent
        ]
        return np.asarray(join.join(named), dtype=object)

    least = setting("min_coverage") if min_coverage is None else min_coverage
    return reasons.because(
        name,
        "low" if np.isnan(found.score) else variant,
        count=reasons.number(len(found.scored)),
        missing=missing_parts,
        points=reasons.number(found.points),
        weight=reasons.number(found.weight),
        available=reasons.number(found.available),
        coverage=reasons.percent(found.coverage),
        least=reasons.percent(least),
        score=reasons.number(found.score),
        **more,
    )


class Indicators(NamedTuple):
    """Indicators with their figures: ratios as fractions, ratings from 0 to 100."""

    indicator: Text
    actual: Annotated[Number, OR_MISSING]


class ScorecardLayout(NamedTuple):
    """Indicators of a scorecard: weight, and five standards or none for a rating of 0 to 100."""

    code: Text
    weight: Number
    excellent: Annotated[Number, OPTIONAL]
    good: Annotated[Number, OPTIONAL]
    average: Annotated[Number, OPTIONAL]
    low: Annotated[Number, OPTIONAL]
    poor: Annotated[Number, OPTIONAL]


class CreditScore(NamedTuple):
    """The score with its grade, and for each indicator figure, points and weight."""

    score: Number | float
    grade: Text
    coverage: Rate | float
    indicator: TextList | Codes
    actual: NumberList
    points: NumberList
    weight: NumberList
    reason: Reason


@function("AR_CREDIT_SCORE", case="CREDIT_SCORE", category="credit", field="score")
def credit_score(
    indicators: Indicators,
    statement: StatementItems | None = None,
    layout: Annotated[ScorecardLayout, scheme("scorecard")] | None = None,
    min_coverage: OneNumber | None = None,
    missing: _Missing = "reweight",
    lang: Lang = "zh",
) -> CreditScore:
    """Score a customer from actual figures: each by its standards, all by their weights.

    Parameters
    ----------
    indicators : Indicators
        n rows: indicator and figure; a blank or an error is missing.
    statement : StatementItems, optional
        Gives the seven ratios that are not among the indicators.
    layout : ScorecardLayout, optional
        Indicators of the scorecard; standards that go up mean that less is better. By default the
        scheme ``standard`` with illustrative standards.
    min_coverage, missing
        As in :func:`total_score`.
    lang : str
        Language of the labels.

    Returns
    -------
    CreditScore
        Score of 0 to 100, nan below the coverage; lists of shape (k,) for the k indicators of the
        scorecard, nan where one is missing.

    Raises
    ------
    CellFaultError
        An indicator that the scorecard does not have (#VALUE!); one that stands twice, a rating
        beyond 0 to 100, or a scorecard that contradicts itself (#NUM!).

    References
    ----------
    domain.md 5 (suggested weights); seed S4.

    Examples
    --------
    >>> found = credit_score(Indicators(np.array(["付款表现", "基本情况", "合作历史", "外部信息",
    ...     "资产负债率"], dtype=object), np.array([74.0, 80.0, 90.0, 60.0, 0.52])))
    >>> round(found.score, 6), found.grade.tolist(), round(found.coverage, 2)
    (77.142857, ['良'], 0.63)
    """
    plan = layout if layout is not None else scheme_rows(ScorecardLayout, "scorecard")
    codes = [_key(name) for name in plan.code.tolist()]
    if len({*codes}) < len(codes):
        raise CellFaultError(CellError.NUM)
    actual = _actual(codes, indicators, statement)
    points = _points(plan, actual)
    found = total_score(points, plan.weight, min_coverage, missing)
    names = _names(plan.code, lang)
    grade = np.array([None], dtype=object)
    if not np.isnan(found.score):
        grade = credit_grade(np.array([found.score]), None, lang).grade

    def listed(language: str) -> Codes:
        shown = [
            f"{name} {figure}→{part}/{whole}"
            for name, figure, part, whole in zip(
                _names(plan.code, language),
                *(reasons.number(column)(language) for column in (actual, points, plan.weight)),
                strict=True,
            )
            if part != "–"
        ]
        return np.asarray(("；" if language == "zh" else "; ").join(shown), dtype=object)

    why = _why("AR_CREDIT_SCORE", found, missing, min_coverage, plan.code, listed=listed)
    return CreditScore(
        found.score, grade, found.coverage, names, actual, points, plan.weight.copy(), why
    )


def _key(name: str) -> str:
    """Give the form in which indicators are compared: a code of the rules, else the plain word."""
    return vocabulary.code("scorecard", name) or vocabulary.plain(name)


def _names(codes: Codes, lang: str) -> Codes:
    words = {row["code"]: row[lang] for row in vocabulary.choices("scorecard")}
    found: Codes = np.array([words.get(code, code) for code in codes.tolist()], dtype=object)
    return found


def _actual(codes: list[str], given: Indicators, statement: StatementItems | None) -> Floats:
    """Find the figure of each indicator: what was given, else the ratio of the statement."""
    names = given.indicator.tolist()
    keys = {name: _key(name) for name in {*names}}
    figures = {keys[name]: at for at, name in enumerate(names)}
    if len(figures) < len(names):
        raise CellFaultError(CellError.NUM)
    if not {*figures} <= {*codes}:
        raise CellFaultError(CellError.VALUE)
    ratios = {} if statement is None else credit_ratios(statement)._asdict()
    found = np.array([float(ratios.get(code, np.nan)) for code in codes])
    for place, code in enumerate(codes):
        at = figures.get(code)
        if at is not None and not np.isnan(given.actual[at]):
            found[place] = given.actual[at]
    if np.isinf(found).any():
        raise CellFaultError(CellError.NUM)
    return found


def _points(plan: ScorecardLayout, actual: Floats) -> Floats:
    """Score each indicator by its standards, or by its rating of 0 to 100 where it has none."""
    standards = np.stack([plan.excellent, plan.good, plan.average, plan.low, plan.poor], axis=-1)
    blank = np.isnan(standards)
    none: Bools = np.asarray(blank.all(axis=-1))
    if (blank.any(axis=-1) != none).any() or (plan.weight < 0).any():
        raise CellFaultError(CellError.NUM)
    rated = np.where(none & ((actual < 0) | (actual > 100)), np.inf, plan.weight * (actual / 100))
    # Rows without standards get a stand-in that is not used.
    steps = np.where(none[:, None], np.arange(5.0, 0.0, -1.0), standards)
    banded = points_by_standards(actual, plan.weight, steps, steps[:, 0] > steps[:, -1]).score
    points = np.where(none, rated, banded)
    if np.isinf(points).any():
        raise CellFaultError(CellError.NUM)
    return points
