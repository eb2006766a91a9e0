"""Weight of evidence and information value: how well groups tell good customers from bad ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs import reasons
from udfs.registry import function
from udfs.rules import Rule, rule, rules
from udfs.scores import decimal, setting
from udfs.values import (
    CONTRADICTION,
    CellError,
    CellFaultError,
    Number,
    NumberList,
    OneNumber,
    Reason,
    label,
)

if TYPE_CHECKING:
    from udfs.arrays import Codes


class GoodBad(NamedTuple):
    """GoodBad of customers: how many were good, how many bad."""

    good: Number
    bad: Number


class Evidence(NamedTuple):
    """WOE of each group, and the information value of them all."""

    woe: NumberList
    iv: Number | float
    strength: Annotated[NDArray[np.object_], label("iv_bands")]
    reason: Reason


@function("AR_WOE_IV", case="WOE_IV", category="credit", field="woe")
def woe_iv(groups: GoodBad, adjustment: OneNumber | None = None) -> Evidence:
    """Give the weight of evidence of each group and the information value.

    Parameters
    ----------
    groups : GoodBad
        n rows of counts, not negative. A group with nobody in it has no WOE.
    adjustment : float, optional
        What a group with an empty cell gets on both counts; by default ``woe_adjustment`` of
        ``rules/scoring`` (0.5). The totals and the other groups stay as they are.

    Returns
    -------
    Evidence
        WOE = ln(share of the good ÷ share of the bad): above 0 is better than average. IV =
        Σ (share of the good − share of the bad)·WOE, never below 0.

    Raises
    ------
    CellFaultError
        No good or no bad customers at all (#N/A); a negative count or adjustment (#NUM!).

    References
    ----------
    domain.md 5; bands of the information value after andresaldaz.pages.dev.

    Examples
    --------
    >>> found = woe_iv(GoodBad(np.array([50.0, 50.0]), np.array([0.0, 100.0])))
    >>> found.woe.round(6).tolist(), round(found.iv, 6)
    ([4.615121, -0.693147], 2.654134)
    """
    added = setting("woe_adjustment") if adjustment is None else adjustment
    good, bad = groups.good, groups.bad
    if added < 0 or (good < 0).any() or (bad < 0).any():
        raise CellFaultError(CellError.NUM)
    # By the largest first: sums of counts near the largest double must not overflow.
    most_good, most_bad = good.max(initial=0.0), bad.max(initial=0.0)
    if most_good == 0 or most_bad == 0:
        raise CellFaultError(CellError.NA)
    empty = (good == 0) & (bad == 0)
    extra = np.where(((good == 0) | (bad == 0)) & ~empty, added, 0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        goods = (good / most_good + extra / most_good) / (good / most_good).sum()
        bads = (bad / most_bad + extra / most_bad) / (bad / most_bad).sum()
        woe = np.log(goods) - np.log(bads)
        terms = np.where(empty, 0.0, (goods - bads) * woe)
    woe = np.where(empty, np.nan, np.where(np.isfinite(woe), woe, np.inf))
    iv = float(terms.sum())
    iv = iv if np.isfinite(iv) else np.inf
    strength = _strength(iv)
    return Evidence(woe, iv, _codes(strength, iv), _reason(groups, iv, strength, extra))


def _strength(iv: float) -> Rule:
    """Find the band of an information value."""
    exact = float(decimal(iv))
    for row in rules("iv_bands"):
        edge = row.number("min_iv")
        if exact > edge or (exact == edge and row.flag("includes_min")):
            return row
    return rules("iv_bands")[-1]


def _codes(strength: Rule, iv: float) -> Codes:
    return np.array([strength.code if np.isfinite(iv) else CONTRADICTION], dtype=object)


def _reason(groups: GoodBad, iv: float, strength: Rule, extra: NumberList) -> reasons.Because:
    """Say how strong the groups are, what was adjusted, and whether there are enough bads."""
    least = rule("scoring", "min_bads").number("value")
    with np.errstate(over="ignore"):
        goods, bads = float(groups.good.sum()), float(groups.bad.sum())
    few = "few" if bads < least else "enough"
    variant = f"{few}_adjusted" if extra.any() else few
    return reasons.because(
        "AR_WOE_IV",
        variant if np.isfinite(iv) else np.array(None),
        groups=reasons.number(len(groups.good)),
        good=reasons.number(goods),
        bad=reasons.number(bads),
        iv=reasons.number(iv),
        strength=reasons.rule(strength),
        least=reasons.number(least),
        adjusted=reasons.number(int((extra > 0).sum())),
        adjustment=reasons.number(float(extra.max(initial=0.0))),
    )
