"""Migration rates (账龄迁徙率法): from year-end balances per age band to the allowance.

1. ``m_k = (band k+1 of this year + written off out of band k) / band k of last year``: what was
   written off was not collected.
2. Of the open-ended last band only the inflow counts:
   ``inflow = last_t − (last_{t−1} − written off out of it − cash from it)``.
3. A rate for each year, 4. the average of the years that have one, 5. chained to loss rates
   ``L_last``, ``L_k = m̄_k × L_{k+1}``, 6. times the forward-looking factor, at most 1,
7. times today's balances.

Everything up to the allowance is exact: rates are fractions of what was typed, rounded nowhere.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs import reasons
from udfs.allowance import total_of
from udfs.arrays import Codes, codes
from udfs.decimals import Whole, narrowed, scaled
from udfs.registry import function
from udfs.rules import rule
from udfs.values import (
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    Count,
    Number,
    NumberList,
    OneFlag,
    OneNumber,
    Reason,
    Text,
    label,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from udfs.arrays import Floats, Ints

#: Rows of year-end balances: more is a ledger given by mistake, and fractions of it never end.
_MOST_ROWS: Final = 500


class _Year(NamedTuple):
    """Movements between two year ends: numerator and denominator of each rate, and its flag."""

    numerator: Whole
    denominator: Whole
    flags: Codes

    def exact(self, *, cap: bool) -> list[Fraction | None]:
        """Give the rates as fractions; None where there is none."""
        pairs = zip(self.numerator, self.denominator, self.flags, strict=True)
        found: list[Fraction | None] = []
        for part, base, flag in pairs:
            if flag in _WITHOUT_RATE:
                found.append(None)
            else:
                rate = Fraction(int(part), int(base))
                found.append(min(rate, Fraction(1)) if cap else rate)
        return found

    def rates(self, *, cap: bool) -> Floats:
        """Give the rates as the nearest doubles; nan where there is none."""
        if "O" in {self.numerator.dtype.kind, self.denominator.dtype.kind}:
            return _floats(self.exact(cap=cap))
        none = np.isin(self.flags, list(_WITHOUT_RATE))
        # Whole numbers below 2**53 on both sides: the division rounds the exact quotient once.
        rates: Floats = np.where(none, 0, self.numerator) / np.where(none, 1, self.denominator)
        return np.where(none, np.nan, np.minimum(rates, 1.0) if cap else rates)


#: Flags of rates that stay out of the average.
_WITHOUT_RATE: Final = frozenset({"no_base", "negative_inflow"})


def _movements(previous: Floats, current: Floats, written_off: Floats, recovered: float) -> _Year:
    """Give the rates between two year ends as quotients of whole numbers."""
    if not previous.size == current.size == written_off.size:
        raise CellFaultError(CellError.VALUE)
    if previous.size < 2:
        raise CellFaultError(CellError.NA)
    if recovered < 0 or (written_off < 0).any():
        raise CellFaultError(CellError.NUM)
    bands = previous.size
    amounts = np.concatenate([previous, current, written_off, [recovered]])
    # int64 below 10**15, of which no three can wrap, or Python integers.
    whole = scaled(amounts)[0]
    before, after = np.maximum(whole[:bands], 0), np.maximum(whole[bands : 2 * bands], 0)
    gone, cash = whole[2 * bands : -1], whole[-1]
    reached = after[1:].copy()
    # What stayed in the open-ended last band is no migration: only what came in is.
    reached[-1] -= before[-1] - gone[-1] - cash
    part, base = reached + gone[:-1], before[:-1]
    flags: Codes = np.full(bands - 1, None, dtype=object)
    netted = (whole[: bands - 1] < 0) | (whole[bands + 1 : 2 * bands] < 0)
    for code, hit in (
        ("credit_balance", netted),
        ("capped", part > base),
        ("negative_inflow", part < 0),
        ("no_base", base == 0),
    ):
        flags[np.asarray(hit, dtype=bool)] = code
    return _Year(part, base, flags)


def _float(rate: Fraction | None) -> float:
    """Give a rate as a double: nan for none, infinite where no double is so large."""
    try:
        return float("nan") if rate is None else float(rate)
    except OverflowError:
        return float("inf")


def _floats(rates: Sequence[Fraction | None]) -> Floats:
    return np.array([_float(rate) for rate in rates], dtype=np.float64)


class MigrationRates(NamedTuple):
    """Rates of one year, as they were before the cap, and what is odd about each."""

    rates: NumberList
    uncapped: NumberList
    flags: Annotated[NDArray[np.object_], label("migration_flags", "list"), OPTIONAL]


@function("AR_MIGRATION_RATES", case="MIGRATION_RATES", category="allowance", field="rates")
def migration_rates(
    previous: NumberList,
    current: NumberList,
    written_off: NumberList | None = None,
    recovered: OneNumber = 0.0,
    cap: OneFlag = True,  # noqa: FBT002 - a cell passes options by place
) -> MigrationRates:
    """Migration rates of one year: which part of each band is in the next one a year later.

    Parameters
    ----------
    previous, current : ndarray of float64, shape (n,)
        Balances per band, youngest first, at last and at this year end; any unit, the same one.
    written_off : ndarray of float64, shape (n,), optional
        Written off during the year, by the band of last year end.
    recovered : float
        Cash received during the year from the last band.
    cap : bool
        Whether a rate above 100 % is taken as 100 %; it is flagged either way.

    Returns
    -------
    MigrationRates
        n − 1 fractions; nan where the band was empty or the inflow into the last band is negative.

    Raises
    ------
    CellFaultError
        Not the same bands (#VALUE!), fewer than two (#N/A), a negative write-off or negative cash
        (#NUM!).

    References
    ----------
    北京注协专家提示2020-3 as reported by siliu.net: a write-off is not a collection.

    Examples
    --------
    >>> before, after = np.array([1000.0, 180, 60, 30]), np.array([1100.0, 200, 81, 70])
    >>> migration_rates(before, after, np.array([0.0, 0, 2, 3]), 5.0).rates.round(6).tolist()
    [0.2, 0.45, 0.833333]
    """
    none = np.zeros(np.asarray(previous).size)
    gone = none if written_off is None else np.asarray(written_off, np.float64)
    found = _movements(np.asarray(previous), np.asarray(current), gone, recovered)
    return MigrationRates(found.rates(cap=cap), found.rates(cap=False), found.flags)


class YearEnds(NamedTuple):
    """Balances of year pairs in long form: a row for each band of each year, youngest first.

    ``recovered`` is cash from the last band: only that band's row says it.
    """

    year: Text
    opening: Number
    closing: Number
    written_off: Annotated[Number, OPTIONAL]
    recovered: Annotated[Number, OPTIONAL]


class MigrationFlags(NamedTuple):
    """What is odd: the year, the band (1 is the youngest), the finding, the rate before the cap."""

    year: Annotated[Text, OPTIONAL]
    band: Annotated[Count, OPTIONAL]
    flag: Annotated[NDArray[np.object_], label("migration_flags")]
    rate: Annotated[Number, OPTIONAL]


class MigrationAllowance(NamedTuple):
    """The chain from yearly rates to the allowance; ``yearly`` has a row for each year."""

    total: Cents
    by_bucket: CentsList
    yearly: NumberList
    average: NumberList
    hist_loss: NumberList
    ecl_rate: NumberList
    flags: MigrationFlags
    reason: Reason


@function("AR_ALLOWANCE_MIGRATION", case="MIGRATION_PROVISION", category="allowance", field="total")
def allowance_migration(
    years: YearEnds, balances: CentsList, last_loss: OneNumber = 1.0, forward: OneNumber = 1.0
) -> MigrationAllowance:
    """Give the allowance by the migration method, with every step on the way.

    Parameters
    ----------
    years : YearEnds
        Year-end balances in long form; the years in any unit, each with its own bands in order.
    balances : ndarray of int64, shape (n,)
        Today's balance of each band in cents; n bands as in the years.
    last_loss : float
        Loss rate of the last band: 1, or 1 less a proven recovery.
    forward : float
        Forward-looking factor.

    Returns
    -------
    MigrationAllowance
        ``yearly`` of shape (1, years, n − 1), ``average`` (n − 1,), the others (n,). Without a
        single year that has a rate, the bands up to it have none; a balance that is not above 0
        bears nothing whatever its rate.

    Raises
    ------
    CellFaultError
        #VALUE!: not as many bands in a year as balances. #N/A: no years. #NUM!: a negative
        write-off, cash or factor, cash in the row of another band than the last one, a last loss
        beyond 0 to 1, more than 500 rows.

    References
    ----------
    domain.md section 3, steps 1 to 7; IFRS 9 B5.5.35.

    Examples
    --------
    >>> year = np.array(["2025", "2025"], dtype=object)
    >>> table = YearEnds(year, np.array([100.0, 0]), np.array([90.0, 25]), *[np.zeros(2)] * 2)
    >>> found = allowance_migration(table, np.array([40_000, 1_000]), 1.0, 1.1)
    >>> found.ecl_rate.tolist(), found.by_bucket.tolist(), int(found.total)
    ([0.275, 1.0], [11000, 1000], 12000)
    """
    if not years.year.size:
        raise CellFaultError(CellError.NA)
    if years.year.size > _MOST_ROWS or not 0 <= last_loss <= 1 or forward < 0:
        raise CellFaultError(CellError.NUM)
    names, moved = zip(*_by_year(years), strict=True)
    cents = np.asarray(balances)
    if any(year.flags.size != cents.size - 1 for year in moved):
        raise CellFaultError(CellError.VALUE)
    yearly = [year.exact(cap=True) for year in moved]
    average = [_mean(rates) for rates in zip(*yearly, strict=True)]
    loss = _chained(average, Fraction(repr(last_loss)))
    factor = Fraction(repr(forward))
    rates = [None if part is None else min(part * factor, Fraction(1)) for part in loss]
    parts = narrowed(np.array([_owed(*pair) for pair in zip(cents.tolist(), rates, strict=True)]))
    parts = np.where(_absent(cents, rates), np.int64(MISSING), parts)
    total = total_of(parts)
    return MigrationAllowance(
        total=total,
        by_bucket=parts,
        yearly=np.array([_floats(rates) for rates in yearly])[None],
        average=_floats(average),
        hist_loss=_floats(loss),
        ecl_rate=_floats(rates),
        flags=_flags(names, moved),
        reason=_reason(len(names), cents, rates, total),
    )


def _reason(
    count: int, cents: Ints, rates: Sequence[Fraction | None], total: Ints
) -> reasons.Because:
    """Say how many years were averaged, too few or too many of them, and what adds up."""
    policy = rule("migration", "standard")
    least, most = policy.integer("min_years"), policy.integer("max_years")
    owed = np.flatnonzero(np.asarray(cents) > 0)
    lacking = [place + 1 for place in owed.tolist() if rates[place] is None]
    borne = [place for place in owed.tolist() if rates[place] is not None]
    amounts, shares = (
        reasons.money(cents[borne]),
        reasons.percent(_floats([rates[p] for p in borne])),
    )

    def sums(lang: str) -> Codes:
        pairs = zip(amounts(lang).tolist(), shares(lang).tolist(), strict=True)
        made = {"zh": "＋", "en": " + "}[lang].join("×".join(pair) for pair in pairs)
        return np.array(made or "0", dtype=object)

    place = 0 if int(total) == MISSING and lacking else MISSING if int(total) < 0 else 1
    return reasons.because(
        "AR_ALLOWANCE_MIGRATION",
        codes(("unknown", "total"), place),
        count=reasons.number(count),
        sums=sums,
        total=reasons.money(total),
        rule=reasons.rule(policy),
        bands=reasons.text(", ".join(map(str, lacking))),
        few=reasons.phrase("AR_ALLOWANCE_MIGRATION", "few_years", count < least),
        many=reasons.phrase("AR_ALLOWANCE_MIGRATION", "many_years", count > most),
    )


def _by_year(years: YearEnds) -> Iterator[tuple[str, _Year]]:
    """Give each year, in the order in which it first stands, with its movements.

    Raises
    ------
    CellFaultError
        Cash in the row of another band than the last one (#NUM!).
    """
    gone, cash = (np.nan_to_num(part, nan=0.0) for part in (years.written_off, years.recovered))
    for name in dict.fromkeys(years.year.tolist()):
        rows = np.flatnonzero(years.year == name)
        if cash[rows[:-1]].any():  # of which band, if not of the last one?
            raise CellFaultError(CellError.NUM)
        moved = _movements(
            years.opening[rows], years.closing[rows], gone[rows], float(cash[rows[-1]])
        )
        yield name, moved


def _mean(rates: Sequence[Fraction | None]) -> Fraction | None:
    """Average the years that have a rate."""
    known = [rate for rate in rates if rate is not None]
    return sum(known, Fraction(0)) / len(known) if known else None


def _chained(average: Sequence[Fraction | None], last: Fraction) -> list[Fraction | None]:
    """Chain average rates to loss rates, from the last band back to the youngest."""
    loss: list[Fraction | None] = [last]
    for rate in reversed(average):
        next_band = loss[-1]
        loss.append(None if rate is None or next_band is None else rate * next_band)
    return loss[::-1]


def _owed(cents: int, rate: Fraction | None) -> int:
    """Give the allowance of a band in cents, half-up; 0 where nothing is owed or no rate known."""
    if rate is None or cents <= 0:
        return 0
    return int(cents * rate + Fraction(1, 2))


def _absent(cents: NDArray[np.int64], rates: Sequence[Fraction | None]) -> NDArray[np.bool_]:
    unknown = np.array([rate is None for rate in rates])
    return np.asarray((cents == MISSING) | ((cents > 0) & unknown))


def _flags(names: Sequence[str], moved: Sequence[_Year]) -> MigrationFlags:
    """List what is odd, year by year, and last whether there are too few or too many years."""
    found: list[tuple[str | None, int, str, float]] = []
    for name, year in zip(names, moved, strict=True):
        uncapped = year.rates(cap=False).tolist()
        found.extend(
            (name, band, flag, uncapped[band - 1])
            for band, flag in enumerate(year.flags.tolist(), start=1)
            if flag is not None
        )
    policy = rule("migration", "standard")
    if len(names) < policy.integer("min_years"):
        found.append((None, MISSING, "few_years", float("nan")))
    if len(names) > policy.integer("max_years"):
        found.append((None, MISSING, "many_years", float("nan")))
    year_names, bands, flags, rates = zip(*found, strict=True) if found else ((), (), (), ())
    return MigrationFlags(
        np.array(year_names, dtype=object),
        np.array(bands, dtype=np.int64),
        np.array(flags, dtype=object),
        np.array(rates, dtype=np.float64),
    )
