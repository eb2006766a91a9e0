"""Altman's Z: distance from bankruptcy by four published models, and the zone it falls into.

Coefficients and edges are rows of ``rules/altman_models``. Not for banks, insurers or start-ups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from udfs import reasons, wording
from udfs.registry import function
from udfs.rules import Rule, rule
from udfs.scores import decimal, of_scores, sentence
from udfs.values import OPTIONAL, Number, Reason, choice, label

if TYPE_CHECKING:
    from udfs.arrays import Codes, Floats

#: A model by its code.
Model: TypeAlias = Annotated[str, choice("altman_models")]
#: Zones by their codes.
Zones: TypeAlias = Annotated[NDArray[np.object_], label("altman_zones")]
_Maybe: TypeAlias = Annotated[Number, OPTIONAL]
_TERMS = ("x1", "x2", "x3", "x4", "x5")


class Altman(NamedTuple):
    """Z, its zone, the five ratios (blank where the model has no such term), and why."""

    z: Number
    zone: Zones
    x1: _Maybe
    x2: _Maybe
    x3: _Maybe
    x4: _Maybe
    x5: _Maybe
    reason: Reason


@function("AR_ALTMAN_Z", case="ALTMAN", category="credit", field="z")
def altman(
    model: Model,
    working_capital: _Maybe,
    retained_earnings: _Maybe,
    ebit: _Maybe,
    equity: _Maybe,
    total_liabilities: _Maybe,
    sales: _Maybe,
    total_assets: _Maybe,
) -> Altman:
    """Give Altman's Z of one of four models.

    Parameters
    ----------
    model : str
        Code of ``rules/altman_models``: Z, Z', Z'' or Z''EM.
    working_capital, retained_earnings, ebit, total_liabilities, sales, total_assets : ndarray
        float64, shape (n,), of one unit; sales are not needed by Z'' and Z''EM.
    equity : ndarray of float64, shape (n,)
        Market value for Z, book value for the others.

    Returns
    -------
    Altman
        constant + Σ coefficient·X with X1 = WC/TA, X2 = RE/TA, X3 = EBIT/TA, X4 = equity/TL,
        X5 = sales/TA; nan where a needed figure is missing or a base 0, infinite (#NUM!) where
        total assets or liabilities are negative.

    References
    ----------
    Models as printed by probsee.com, solutioninn.com and financialratioss.com, domain.md 5.

    Examples
    --------
    >>> one = np.ones(1)
    >>> found = altman("Z", one * 200, one * 180, one * 120, one * 900, one * 700, one * 1500,
    ...                one * 1200)
    >>> found.z.round(6).tolist(), found.zone.tolist()
    ([2.760179], ['grey'])
    """
    row = rule("altman_models", model)
    used = [bool(row.cells[term]) for term in _TERMS]
    parts = (working_capital, retained_earnings, ebit, equity, sales)
    bases = (total_assets, total_assets, total_assets, total_liabilities, total_assets)
    shape = np.broadcast_shapes(*(part.shape for part in (*parts, *bases)))
    terms = [
        np.broadcast_to(_over(part, base), shape) if needed else np.full(shape, np.nan)
        for part, base, needed in zip(parts, bases, used, strict=True)
    ]
    with np.errstate(over="ignore", invalid="ignore"):
        z = np.full(shape, row.number("constant"))
        for name, term, needed in zip(_TERMS, terms, used, strict=True):
            if needed:
                z = z + row.number(name) * term
    absent = np.logical_or.reduce(
        [np.isnan(term) for term, needed in zip(terms, used, strict=True) if needed]
    )
    z = np.where(absent, np.nan, np.where(np.isfinite(z), z, np.inf))
    zone = zones(row, z)
    x1, x2, x3, x4, x5 = terms
    return Altman(z, of_scores(zone, z), x1, x2, x3, x4, x5, _reason(row, z, zone, terms))


def _over(part: Floats, base: Floats) -> Floats:
    """Divide: nan without a base or a part, infinite where the base is negative."""
    with np.errstate(over="ignore"):
        found = part / np.where(base == 0, np.nan, base)
    return np.where((base < 0) & ~np.isnan(part), np.inf, found)


def zones(row: Rule, z: Floats) -> Codes:
    """Give the zone of each Z by the edges of a model; both edges are grey.

    Examples
    --------
    >>> zones(rule("altman_models", "Z"), np.array([1.8099, 1.81, 2.99, 2.9901])).tolist()
    ['distress', 'grey', 'grey', 'safe']
    """
    exact = decimal(z)
    found: Codes = np.where(
        exact < row.number("distress"),
        "distress",
        np.where(exact > row.number("safe"), "safe", "grey"),
    ).astype(object)
    return found


def _reason(row: Rule, z: Floats, zone: Codes, terms: list[Floats]) -> reasons.Because:
    """Write constant + coefficient×ratio for each term of the model, and the edges."""

    def formula(lang: str) -> Codes:
        plus = " + " if lang == "en" else "＋"
        found = np.full(z.shape, "", dtype=object)
        constant = row.cells["constant"]
        joined = "" if row.number("constant") == 0 else constant + plus
        for name, term in zip(_TERMS, terms, strict=True):
            if row.cells[name]:
                found = found + f"{joined}{row.cells[name]}×" + reasons.number(term)("en")
                joined = plus
        return found

    def lacking(lang: str) -> Codes:
        found = np.full(z.shape, "", dtype=object)
        join = ", " if lang == "en" else "、"
        for name, term in zip(_TERMS, terms, strict=True):
            if row.cells[name]:
                heading = wording.text("AR_ALTMAN_Z", f".{name}", lang)
                joined = np.where(found == "", heading, found + (join + heading))
                found = np.where(np.isnan(term), joined, found)
        return found

    variant = sentence(np.isfinite(z), "zone")
    variant[np.isnan(z)] = "missing"
    return reasons.because(
        "AR_ALTMAN_Z",
        variant,
        model=reasons.rule(row),
        formula=formula,
        missing=lacking,
        z=reasons.number(z),
        zone=reasons.words("altman_zones", zone),
        distress=reasons.number(row.number("distress")),
        safe=reasons.number(row.number("safe")),
    )


class AltmanZone(NamedTuple):
    """The zone of a Z, and why."""

    zone: Zones
    reason: Reason


@function("AR_ALTMAN_ZONE", case="ALTMAN_ZONE", category="credit", field="zone")
def altman_zone(model: Model, z: Number) -> AltmanZone:
    """Give the zone of a Z that is known: safe, grey or distress.

    Parameters
    ----------
    model : str
        Code of ``rules/altman_models``.
    z : ndarray of float64, shape (n,)
        Altman's Z of that model.

    Returns
    -------
    AltmanZone
        ``distress`` below the lower edge, ``safe`` above the upper one; an edge belongs to grey.

    Examples
    --------
    >>> altman_zone("Z", np.array([2.99, 3.0])).zone.tolist()
    ['grey', 'safe']
    """
    row = rule("altman_models", model)
    zone = zones(row, z)
    reason = reasons.because(
        "AR_ALTMAN_ZONE",
        zone,
        model=reasons.rule(row),
        z=reasons.number(z),
        zone=reasons.words("altman_zones", zone),
        distress=reasons.number(row.number("distress")),
        safe=reasons.number(row.number("safe")),
    )
    return AltmanZone(of_scores(zone, z), reason)
