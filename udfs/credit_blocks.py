"""Whether new business with a customer is blocked: hard stops, and rules of several conditions.

The conditions of one rule join by AND, the rules by OR; each is met only by strictly more than its
threshold. What is not known neither meets a condition nor clears it: the answer is then #N/A
unless another rule blocks anyway. An empty limit is no limit; 0 is a limit of nothing, and a
question. Standard rules are schemes of ``rules/credit_blocks``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs import reasons, vocabulary, wording
from udfs.arrays import Ints
from udfs.credit_stops import CreditEvents, stops_of
from udfs.decimals import scaled, times
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
    Days,
    Flag,
    Lang,
    Number,
    OneDay,
    Reason,
    Text,
    choice,
    scheme,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from udfs.arrays import Bools, Codes
    from udfs.credit_stops import Stop

_NAME: Final = "AR_CREDIT_BLOCK"
#: More conditions than this are a wrong range.
_MOST: Final = 1000
#: So many rules are told in a reason.
_NAMED: Final = 10
#: States of a condition: AND is the least of several, OR the most.
_NO, _UNKNOWN, _YES = 0, 1, 2
#: Sentences of the reason, in the order of the checks.
_VARIANTS: Final = ("wrong", "hard", "blocked", "unknown", "unlimited", "free")


class BlockRules(NamedTuple):
    """Conditions: the rule they belong to, what is measured, and the threshold."""

    rule: Text
    measure: Annotated[NDArray[np.object_], choice("credit_measures", "each")]
    above: Number


class CreditBlock(NamedTuple):
    """Whether business is blocked, by which rule first, whether by a hard stop, and why."""

    blocked: Flag
    rule: Annotated[Text, OPTIONAL]
    hard_stop: Flag
    zero_limit: Flag
    no_limit: Flag
    reason: Reason


class _Facts(NamedTuple):
    """What is known of each customer, shape (n,): cents and days, MISSING where not known."""

    exposure: Ints
    limit: Ints
    overdue: Ints
    days_overdue: Ints


@dataclass(frozen=True, eq=False)
class _Check:
    """A rule or a hard stop: its name, the state of each customer, and its words for some."""

    label: Callable[[str], str]
    state: Ints
    told: Callable[[str, Ints], list[str]]


@function(_NAME, category="credit", field="blocked")
def credit_block(
    exposure: Cents,
    limit: Annotated[Cents, OPTIONAL],
    overdue: Cents,
    days_overdue: Annotated[Days, OPTIONAL] | None = None,
    order: Cents | int = 0,
    block_rules: Annotated[BlockRules, scheme("credit_blocks")] | None = None,
    events: CreditEvents | None = None,
    customer: Text | None = None,
    as_of: OneDay | None = None,
    lang: Lang = "zh",
) -> CreditBlock:
    """Tell whether new business with each customer is blocked.

    Parameters
    ----------
    exposure : ndarray of int64, shape (n,)
        What is used of the limit, in cents.
    limit : ndarray of int64, shape (n,)
        Credit limit; MISSING is no limit, 0 a limit of nothing.
    overdue : ndarray of int64, shape (n,)
        Overdue amount in cents.
    days_overdue : ndarray of int64, optional
        Days of the oldest overdue item; not needed where nothing is overdue.
    order : ndarray of int64, optional
        The order to be checked; it adds to the exposure.
    block_rules : BlockRules, optional
        By default the scheme ``standard``.
    events : CreditEvents, optional
        Events of hard stops on record.
    customer : ndarray of object, optional
        Customers, to find their events.
    as_of : int, optional
        Serial; needed where events have dates.
    lang : str
        Language of the rule's name.

    Returns
    -------
    CreditBlock
        ``blocked``: some hard stop holds, or all conditions of some rule; shape (n,). ``rule`` is
        the first that does, hard stops before rules. ``zero_limit`` and ``no_limit`` ask whether a
        limit of 0, or none, is meant. MISSING where what is not known decides;
        CONTRADICTION for a negative limit.

    Raises
    ------
    CellFaultError
        NUM for more than 1,000 conditions; NA for events that need a day or a customer.

    References
    ----------
    rules.md 28 and 30 (Dynamics 365: rules of several conditions); domain.md 5, Hard stops.

    Examples
    --------
    >>> facts = np.array([[80_000_00, 70_000_00], [100_000_00] * 2, [5_000_00] * 2])
    >>> found = credit_block(*facts, np.array([10, 10]))
    >>> found.blocked.tolist(), found.rule.tolist()
    ([True, False], ['逾期且额度占用高', None])
    """
    table = block_rules if block_rules is not None else scheme_rows(BlockRules, "credit_blocks")
    if table.above.size > _MOST:
        raise CellFaultError(CellError.NUM)
    shape = exposure.shape
    days = np.full(shape, MISSING) if days_overdue is None else days_overdue
    days = np.where((days == MISSING) & (overdue <= 0), 0, days)
    facts = _Facts(exposure + np.asarray(order), limit, overdue, days)
    stops = stops_of(shape, events, customer, as_of)
    checks = [*(_stop_check(stop, facts) for stop in stops), *_rule_checks(table, facts)]
    states = np.stack([check.state for check in checks])
    state = states.max(axis=0)
    first = np.argmax(states == _YES, axis=0)
    wrong = (limit < 0) & (limit != MISSING)
    blocked, hard = state == _YES, (state == _YES) & (first < len(stops))
    names: Codes = np.array([check.label(lang) for check in checks], dtype=object)
    named = names[first]
    named[~blocked] = None
    named[wrong] = CONTRADICTION
    masks = [wrong, hard, blocked, state == _UNKNOWN, limit == MISSING]
    variants: Codes = np.array(_VARIANTS, dtype=object)[np.select(masks, range(5), 5)]
    reason = reasons.because(
        _NAME,
        variants,
        told=_told(checks, states),
        exposure=reasons.money(facts.exposure),
        limit=reasons.money(limit),
        overdue=reasons.money(overdue),
        ask=reasons.phrase(_NAME, "ask", limit == 0),
        unset=reasons.phrase(_NAME, "unset", limit == MISSING),
    )
    return CreditBlock(
        _flags(wrong, state == _UNKNOWN, blocked),
        named,
        _flags(wrong, (state == _UNKNOWN) & ~hard, hard),
        limit == 0,
        limit == MISSING,
        reason,
    )


def _flags(wrong: Bools, unknown: Bools, values: Bools) -> Flag:
    """Give flags, CONTRADICTION and MISSING where there is none to give."""
    if not (wrong | unknown).any():
        return values
    known = np.where(unknown, np.int64(MISSING), values)
    told: Flag = np.where(wrong, np.int64(CONTRADICTION), known)
    return told


def _stop_check(stop: Stop, facts: _Facts) -> _Check:
    """Check a hard stop: by its events, and where it measures days by the days overdue."""
    row = stop.rule
    by_days = row.cells["measure"] == "days_overdue"
    state = np.where(stop.events > (0 if by_days else row.integer("above")), _YES, _NO)
    if by_days:
        above = np.array([row.number("above")])
        state = np.maximum(state, _days_over(facts, *scaled(above)))

    def told(lang: str, places: Ints) -> list[str]:
        known = facts.days_overdue[places]
        figures = (known if by_days else stop.events[places]).tolist()
        key = "days" if by_days else "count"
        bare = by_days & (known == MISSING) | (not by_days and row.integer("above") == 0)
        keys = np.where(bare, "stop", key).tolist()
        return [
            _phrase(one, lang).format(stop=row.label(lang), figure=figure)
            for one, figure in zip(keys, figures, strict=True)
        ]

    return _Check(row.label, state, told)


def _days_over(facts: _Facts, above: Ints, scale: int) -> Ints:
    known = facts.days_overdue != MISSING
    days = times(np.where(known, facts.days_overdue, 0), scale)
    return np.where(known, np.where(_more(days, above), _YES, _NO), _UNKNOWN)


def _more(value: Ints, than: Ints) -> Bools:
    return np.asarray(value > than, dtype=bool)


def _rule_checks(table: BlockRules, facts: _Facts) -> list[_Check]:
    """Check each rule, in the order of its first row: all of its conditions must hold."""
    members: dict[str, list[int]] = {}
    for place, name in enumerate(table.rule.tolist()):
        members.setdefault(name, []).append(place)
    return [_rule_check(name, table, places, facts) for name, places in members.items()]


def _rule_check(name: str, table: BlockRules, places: list[int], facts: _Facts) -> _Check:
    measures = [table.measure[place] for place in places]
    above = [table.above[[place]] for place in places]
    states = [_state(facts, one, limit) for one, limit in zip(measures, above, strict=True)]

    def label(lang: str) -> str:
        words = {row["code"]: row[lang] for row in vocabulary.choices("credit_block_rules")}
        return words.get(name, name)

    def told(lang: str, at: Ints) -> list[str]:
        some = _Facts(*(fact[at] for fact in facts))
        columns = [
            _condition(lang, some, one, limit) for one, limit in zip(measures, above, strict=True)
        ]
        joint, whole = _phrase("all_of", lang), _phrase("rule", lang)
        return [
            whole.format(
                rule=label(lang),
                told=reduce(lambda left, right: joint.format(left=left, right=right), row),
            )
            for row in zip(*columns, strict=True)
        ]

    return _Check(label, reduce(np.minimum, states), told)


def _state(
    facts: _Facts, measure: str, above: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Ints:
    """Tell where a measure is strictly above its threshold, exact on what was typed."""
    whole, scale = scaled(above)
    if measure == "days_overdue":
        return _days_over(facts, whole, scale)
    limited = facts.limit != MISSING
    limit = np.where(limited, facts.limit, 0)
    if measure == "limit_use":
        hit = limited & _more(times(facts.exposure, scale), times(limit, whole))
    elif measure == "overdue_share":
        base = np.maximum(facts.exposure, 0)
        hit = _more(times(facts.overdue, scale), times(base, whole))
    else:
        amounts = {
            "exposure": facts.exposure,
            "overdue": facts.overdue,
            "over_limit": facts.exposure - limit,
        }
        hit = _more(times(amounts[measure], scale), times(whole, 100))
        if measure == "over_limit":
            hit &= limited
    return np.where(hit, _YES, _NO)


def _condition(
    lang: str, facts: _Facts, measure: str, above: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> list[str]:
    """Say a measure and its threshold with their numbers."""
    row = rule("credit_measures", measure)
    kind = row.cells["kind"]
    if kind == "days":
        values, threshold = reasons.number(facts.days_overdue)(lang), reasons.number(above)(lang)
    elif kind == "money":
        known = np.where(facts.limit == MISSING, 0, facts.limit)
        over = facts.exposure - known if measure == "over_limit" else facts.exposure
        values = reasons.money(facts.overdue if measure == "overdue" else over)(lang)
        threshold = reasons.number(above)(lang)
    else:
        part, base = facts.exposure, np.where(facts.limit == MISSING, 0, facts.limit)
        if measure == "overdue_share":
            part, base = facts.overdue, np.maximum(facts.exposure, 0)
        rate = np.full(part.shape, np.nan)
        np.divide(part, base, out=rate, where=base > 0)
        values, threshold = reasons.percent(rate)(lang), reasons.percent(above)(lang)
    phrase = _phrase(f"above_{kind}", lang)
    return [
        phrase.format(measure=row.label(lang), value=value, above=threshold[0])
        for value in values.tolist()
    ]


def _told(checks: list[_Check], states: Ints) -> reasons.Part:
    """Say every rule that holds; where none does, every one that cannot be told."""
    state = states.max(axis=0)

    def part(lang: str) -> Codes:
        found: list[list[str]] = [[] for _ in state]
        for check, own in zip(checks, states, strict=True):
            hit = np.flatnonzero((own == state) & (state == _YES))
            for place, words in zip(hit.tolist(), check.told(lang, hit), strict=True):
                found[place].append(words)
            for place in np.flatnonzero((own == state) & (state == _UNKNOWN)).tolist():
                found[place].append(check.label(lang))
        joint = _phrase("joint", lang).format(left="", right="")
        told: Codes = np.empty(len(found), dtype=object)
        # A cell holds 32,767 characters: the first few say enough.
        told[:] = [joint.join([*words[:_NAMED], *["…"] * (len(words) > _NAMED)]) for words in found]
        return told

    return part


def _phrase(key: str, lang: str) -> str:
    return wording.text(_NAME, f"@reason.{key}", lang)
