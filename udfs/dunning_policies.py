"""Dunning policies: how a run decides, and the levels with their delays and channels.

A policy is a row of ``rules/dunning_policies`` and its levels a scheme of ``rules/dunning_levels``.
The policy of an invoice stands above that of its customer, and that above the company's.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs import vocabulary
from udfs.money import LIMIT
from udfs.rules import rule, rules
from udfs.schemes import scheme_rows
from udfs.values import CellError, CellFaultError, Count, Days, choice

if TYPE_CHECKING:
    from udfs.arrays import Bools, Codes, Ints

#: A policy has levels that a person can tell apart; SAP allows nine.
_MOST_LEVELS: Final = 99


class DunningLevels(NamedTuple):
    """Levels of a policy: number, delay in days, from what it counts, by which channel."""

    level: Count
    delay: Days
    computation: Annotated[NDArray[np.object_], choice("dunning_computation", "each")]
    channel: Annotated[NDArray[np.object_], choice("contact_channels", "each")]


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels in ascending order, shape (k,); a letter is a demand that can be proved.

    ``next_letter`` has shape (k + 1,): for each place 0..k the place of the first letter above it,
    k where there is none. Places count from 1; place 0 is "none yet".
    """

    number: Ints
    delay: Ints
    computation: Codes
    channel: Codes
    letter: Bools
    next_letter: Ints


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: days, whole levels, and the tolerance in units of an item's own currency.

    ``own_tolerance`` says that a cell gave the tolerance, so that no row of a currency stands
    above it.
    """

    code: str
    mode: str
    levels: Levels
    start_days: int
    grace: int
    interval: int
    minimum_days: int
    tolerance: Fraction
    own_tolerance: bool = False


def levels_of(table: DunningLevels, *, ascending: bool) -> Levels:
    """Check the levels of a policy and put them in order.

    Parameters
    ----------
    table : DunningLevels
        Levels in any order.
    ascending : bool
        Whether levels follow the days overdue: each delay is above the one before, all count from
        the due date.

    Raises
    ------
    CellFaultError
        NUM where they contradict each other: no level below 1 and none twice, no delay before the
        due date, and the first level cannot wait for an earlier reminder.
    """
    order = np.argsort(table.level, kind="stable")
    number, delay = table.level[order], table.delay[order]
    computation, channel = table.computation[order], table.channel[order]
    size = number.size
    if size > _MOST_LEVELS or (size and (number[0] < 1 or (delay < 0).any())):
        raise CellFaultError(CellError.NUM)
    if (np.diff(number) < 1).any() or (size and computation[0] == "previous_date"):
        raise CellFaultError(CellError.NUM)
    if ascending and ((np.diff(delay) < 1).any() or (computation != "net_days").any()):
        raise CellFaultError(CellError.NUM)
    provable = letters()
    letter = np.array([code in provable for code in channel.tolist()], dtype=bool)
    return Levels(number, delay, computation, channel, letter, _next_letter(letter))


def _next_letter(letter: Bools) -> Ints:
    """Give for each place 0..k the first place above it that is a letter; k where there is none."""
    size = letter.size
    following = np.full(size + 1, size, dtype=np.int64)
    for place in range(size - 1, -1, -1):
        following[place] = place + 1 if letter[place] else following[place + 1]
    return following


@cache
def letters() -> frozenset[str]:
    """Give the channels that are letters: they raise the counter and can be proved."""
    return frozenset(row.code for row in rules("contact_channels") if row.flag("letter"))


def policy_named(code: str) -> Policy:
    """Give a policy of the rules by its code."""
    row = rule("dunning_policies", code)
    mode, scheme = row.cells["mode"], row.cells["levels"]
    table = scheme_rows(DunningLevels, "dunning_levels", scheme) if scheme else no_levels()
    return Policy(
        code=code,
        mode=mode,
        levels=levels_of(table, ascending=mode == "by_arrears"),
        start_days=row.integer("start_days"),
        grace=row.integer("grace"),
        interval=row.integer("interval"),
        minimum_days=row.integer("minimum_days"),
        tolerance=Fraction(row.cells["tolerance"]),
    )


def no_levels() -> DunningLevels:
    """Give a table of levels without rows: that of a policy which does nothing."""
    empty: Ints = np.zeros(0, dtype=np.int64)
    none: Codes = np.zeros(0, dtype=object)
    return DunningLevels(empty, empty, none, none)


def currency_code(text: str | None) -> str:
    """Give the code of a currency as it is written: of an unknown one its own letters.

    Examples
    --------
    >>> currency_code("日元"), currency_code("xyz"), currency_code(None)
    ('JPY', 'XYZ', 'CNY')
    """
    if text is None:
        return next(row["code"] for row in vocabulary.choices("currencies") if row["base"] == "yes")
    return vocabulary.code("currencies", text) or text.strip().upper()


def tolerance_of(policy: Policy, currency: str) -> int:
    """Give the open minor units below which an item is not dunned, in the item's own currency.

    Nothing is converted: an item of 0.09 dollars is below a tolerance of 0.1, whatever a dollar
    costs.
    """
    own = {row.code: Fraction(row.cells["tolerance"]) for row in rules("dunning_tolerances")}
    usual = policy.tolerance
    units = usual if policy.own_tolerance or policy.mode == "none" else own.get(currency, usual)
    cents = units * 100
    return min(-(-cents.numerator // cents.denominator), LIMIT)
