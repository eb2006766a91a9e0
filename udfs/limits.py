"""The credit limit of a customer, and what is left of it.

The limit is the least of what the business needs, what the buyer bears and what its grade allows.
Need says nothing about who pays: without capacity and grade there is no limit but prepayment. An
insured limit stands in for both of them. A hard stop overrides everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs import reasons, wording
from udfs.arrays import where
from udfs.money import LIMIT
from udfs.registry import function
from udfs.rules import rules
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    OR_MISSING,
    CellError,
    CellFaultError,
    Cents,
    Day,
    Flag,
    FlagList,
    OneDay,
    Rate,
    Reason,
    label,
)

if TYPE_CHECKING:
    from udfs.arrays import Bools, Codes, Floats, Ints

_NAME: Final = "AR_CREDIT_LIMIT"
_AVAILABLE: Final = "AR_CREDIT_AVAILABLE"
#: Above every amount that a cell holds: a part that does not bind.
FREE: Final = 2**62
#: So many hard stops are named in a reason.
_NAMED: Final = 10
#: What can set the limit, in the order of the checks.
_SETTERS: Final = ("stop", "no_data", "need", "insured", "capacity", "grade")


class CreditLimit(NamedTuple):
    """The limit, the terms that go with it, what set it, and why."""

    limit: Cents
    terms: Annotated[NDArray[np.object_], label("limit_terms")]
    binding: Annotated[NDArray[np.object_], label("limit_bindings")]
    reason: Reason


@function(_NAME, case="LIMIT_FINAL", category="credit", field="limit")
def credit_limit(
    need: Annotated[Cents, OR_MISSING],
    capacity: Annotated[Cents, OR_MISSING],
    base_limit: Annotated[Cents, OR_MISSING],
    stops: FlagList | None = None,
    insured: Cents | None = None,
    insured_until: Day | None = None,
    as_of: OneDay | None = None,
) -> CreditLimit:
    """Give the credit limit: the least of its parts, 0 and prepayment on a hard stop or no data.

    Parameters
    ----------
    need, capacity, base_limit : ndarray of int64, shape (n,)
        Cents that the business needs, that the buyer bears and that the grade allows; MISSING is
        unknown. A capacity below 0 is 0.
    stops : ndarray of bool, shape (m,), optional
        Hard stops; as many as rows of ``rules/credit_stops``, in their order, are told by name.
    insured : ndarray of int64, optional
        Insured limit in cents: it stands in for capacity and grade where it is higher.
    insured_until : ndarray of int64, optional
        Serial of the last day of the cover, included; without one it has no end.
    as_of : int, optional
        Serial; needed where a cover has an end.

    Returns
    -------
    CreditLimit
        ``limit = min(need, max(min(capacity, base limit), insured))``, parts not known left out,
        shape (n,). Without capacity, base limit and cover: 0, prepayment, no data. CONTRADICTION
        where a part other than capacity is negative.

    Raises
    ------
    CellFaultError
        NA where a cover ends on a day and no day is given.

    References
    ----------
    domain.md 5, Limits and Hard stops. Missing data never lift a limit (S42).

    Examples
    --------
    >>> parts = np.array([[26_005_479, MISSING], [30_000_000, MISSING], [60_000_000, MISSING]])
    >>> found = credit_limit(*parts)
    >>> found.limit.tolist(), found.binding.tolist()
    ([26005479, 0], ['need', 'no_data'])
    """
    stop = np.zeros(0, dtype=bool) if stops is None else np.asarray(stops, dtype=bool)
    shape = need.shape
    cover, ended = cover_in_force(shape, insured, insured_until, as_of)
    wrong = below_zero(need) | below_zero(base_limit) | below_zero(cover)
    asked, borne, graded = (unbound(part) for part in (need, capacity, base_limit))
    borne = np.maximum(borne, 0)
    own = np.minimum(borne, graded)
    lifted = (cover != MISSING) & ((own == FREE) | (cover > own))
    allowed = np.where(lifted, cover, own)
    stopped = np.full(shape, bool(stop.any()))
    nothing = ~stopped & (own == FREE) & ~lifted
    masks = [stopped, nothing, asked <= allowed, lifted, borne <= graded]
    setters: Codes = np.array(_SETTERS, dtype=object)[np.select(masks, range(5), 5)]
    wrong &= ~stopped
    limit = np.where(stopped | nothing, 0, np.minimum(asked, allowed))
    limit = np.where(wrong, np.int64(CONTRADICTION), limit)
    terms: Codes = np.array(["prepayment", "on_credit"], dtype=object)[(limit > 0).astype(np.intp)]
    reason = reasons.because(
        _NAME,
        marked(setters, wrong, "wrong"),
        need=_money_or_none(need),
        capacity=_money_or_none(np.where(borne == FREE, np.int64(MISSING), borne)),
        base=_money_or_none(base_limit),
        cover=cover_told(cover, ended, insured, insured_until),
        stops=_stops_told(stop),
        terms=reasons.words("limit_terms", terms),
        limit=reasons.money(limit),
    )
    return CreditLimit(
        limit,
        marked(terms, wrong),
        marked(setters, wrong),
        reason,
    )


def below_zero(cents: Ints) -> Bools:
    """Tell where an amount is known and negative."""
    found: Bools = (cents < 0) & (cents != MISSING)
    return found


def marked(codes: Codes, wrong: Bools, bad: object = CONTRADICTION) -> Codes:
    """Put another code where the inputs contradict each other."""
    if not wrong.any():
        return codes
    found = codes.copy()
    found[wrong] = bad
    return found


def unbound(cents: Ints) -> Ints:
    """Let a part that is not known not bind."""
    return np.where(cents == MISSING, np.int64(FREE), cents)


def cover_in_force(
    shape: tuple[int, ...], insured: Ints | None, until: Ints | None, as_of: int | None
) -> tuple[Ints, Bools]:
    """Give the insured limit in force (MISSING: none), and where one has ended.

    Raises
    ------
    CellFaultError
        NA where a cover ends on a day and no day is given.
    """
    given, last = (
        np.full(shape, MISSING) if cells is None else np.broadcast_to(cells, shape)
        for cells in (insured, until)
    )
    dated = (given != MISSING) & (last != MISSING)
    if as_of is None:
        if dated.any():
            raise CellFaultError(CellError.NA)
        return given, dated
    ended = dated & (last < as_of)
    return where(ended, given), ended


def _phrase(key: str, lang: str) -> str:
    """Give a phrase that a sentence is filled with."""
    return wording.text(_NAME, f"@reason.{key}", lang)


def _money_or_none(cents: Ints) -> reasons.Part:
    """Write amounts, and what is not known as just that."""

    def part(lang: str) -> Codes:
        told = reasons.money(cents)(lang)
        told[cents == MISSING] = _phrase("unknown", lang)
        return told

    return part


def cover_told(cover: Ints, ended: Bools, insured: Ints | None, until: Ints | None) -> reasons.Part:
    """Say what the insurance adds: its amount, that it has ended, or nothing."""

    def part(lang: str) -> Codes:
        told: Codes = np.full(cover.shape, "", dtype=object)
        if insured is None:
            return told
        given = np.broadcast_to(insured, cover.shape)
        amounts = reasons.money(given)(lang)
        days = reasons.date(np.broadcast_to(MISSING if until is None else until, cover.shape))(lang)
        for place in np.flatnonzero(given != MISSING).tolist():
            key = "cover_ended" if ended[place] else "cover"
            told[place] = _phrase(key, lang).format(amount=amounts[place], day=days[place])
        return told

    return part


def _stops_told(stops: Bools) -> reasons.Part:
    """Name the hard stops that hold: by their rows where there is one for each, else by number."""

    def part(lang: str) -> Codes:
        named = rules("credit_stops")
        if len(named) == stops.size:
            words = [row.label(lang) for row in named]
        else:
            words = [_phrase("stop_number", lang).format(number=n + 1) for n in range(stops.size)]
        held = [word for word, holds in zip(words, stops.tolist(), strict=True) if holds]
        joint = _phrase("joint", lang).format(left="", right="")
        # A cell holds 32,767 characters: the first few say enough.
        some = [*held[:_NAMED], *["…"] * (len(held) > _NAMED)]
        return np.array(joint.join(some), dtype=object)

    return part


class CreditAvailable(NamedTuple):
    """What is left of the limit, what is used, the share used, two flags, and why."""

    available: Annotated[Cents, OPTIONAL]
    used: Cents
    use_rate: Annotated[Rate, OPTIONAL]
    over: Flag
    zero_limit: Flag
    reason: Reason


@function(_AVAILABLE, case="CREDIT_AVAILABLE", category="credit", field="available")
def credit_available(
    limit: Annotated[Cents, OPTIONAL],
    open_ar: Cents,
    unbilled: Cents | int = 0,
    immature_bills: Cents | int = 0,
    deposits: Cents | int = 0,
) -> CreditAvailable:
    """Give what is left of a credit limit; negative is over the limit.

    Parameters
    ----------
    limit : ndarray of int64, shape (n,)
        Cents. MISSING (an empty cell) is no limit, so nothing can be left of it; 0 is a limit of
        nothing, and ``zero_limit`` asks whether it is meant.
    open_ar : ndarray of int64, shape (n,)
        Open receivables in cents.
    unbilled, immature_bills : ndarray of int64, optional
        Deliveries not yet billed, and bills received that have not matured.
    deposits : ndarray of int64, optional
        Deposits and advances held; they reduce what is used.

    Returns
    -------
    CreditAvailable
        ``used = open AR + unbilled + bills − deposits``; ``available = limit − used``, MISSING
        without a limit; ``over`` where used is strictly more than the limit. CONTRADICTION beyond
        2**53 cents or for a negative limit.

    References
    ----------
    domain.md 5 (components as in OCA account_financial_risk); rules.md 28.

    Examples
    --------
    >>> found = credit_available(np.array([60_000_000, MISSING, 0]), np.array([65_000_000, 1, 0]))
    >>> found.available.tolist() == [-5_000_000, MISSING, 0], found.over.tolist()
    (True, [True, False, False])
    """
    used: Ints = np.asarray(
        open_ar + np.asarray(unbilled) + np.asarray(immature_bills) - np.asarray(deposits)
    )
    none = limit == MISSING
    wrong = (np.abs(used) > LIMIT) | ((limit < 0) & ~none)
    known = np.where(none | wrong, 0, limit)
    left = known - np.where(wrong, 0, used)
    wrong |= np.abs(left) > LIMIT
    available = np.where(wrong, np.int64(CONTRADICTION), np.where(none, np.int64(MISSING), left))
    over = ~none & (left < 0) & ~wrong
    zero = ~none & (limit == 0)
    words = ("wrong", "none", "zero", "zero_kept", "over", "plain")
    masks = [wrong, none, zero & over, zero, over]
    variant = np.array(words, dtype=object)[np.select(masks, range(5), 5)]
    reason = reasons.because(
        _AVAILABLE,
        variant,
        limit=reasons.money(limit),
        open_ar=reasons.money(open_ar),
        unbilled=reasons.money(unbilled),
        bills=reasons.money(immature_bills),
        deposits=reasons.money(deposits),
        used=reasons.money(np.where(wrong, np.int64(CONTRADICTION), used)),
        available=reasons.money(available),
        over=reasons.money(np.abs(np.where(wrong, 0, left))),
    )
    return CreditAvailable(
        available,
        np.where(np.abs(used) > LIMIT, np.int64(CONTRADICTION), used),
        _rate(np.where(wrong, 0, used), known),
        _flags(wrong, over),
        zero,
        reason,
    )


def _rate(used: Ints, limit: Ints) -> Floats:
    """Give the share of a limit that is used; NaN of no limit and of a limit of nothing."""
    found: Floats = np.full(np.broadcast_shapes(used.shape, limit.shape), np.nan)
    np.divide(used, limit, out=found, where=limit > 0)
    return found


def _flags(wrong: Bools, values: Bools) -> Flag:
    """Give flags, CONTRADICTION where there is none to give."""
    if not wrong.any():
        return values
    told: Flag = np.where(wrong, np.int64(CONTRADICTION), values)
    return told
