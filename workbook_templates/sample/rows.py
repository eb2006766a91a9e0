"""The rows of the sample ledger, the dice that draw them, and how customers pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")


class Dice:
    """Draws by a seed, from nothing but uniform numbers."""

    def __init__(self, seed: int) -> None:
        self._next = Random(seed).random  # noqa: S311 - a sample, not a secret

    def between(self, low: int, high: int) -> int:
        """Draw an integer, both ends included."""
        return low + int(self._next() * (high - low + 1))

    def percent(self, share: int) -> bool:
        """Say yes in ``share`` of a hundred cases."""
        return self._next() * 100 < share

    def pick(self, choices: Sequence[T]) -> T:
        """Draw one of the choices."""
        return choices[int(self._next() * len(choices))]

    def weighted(self, shares: Sequence[int]) -> int:
        """Draw a position by its share."""
        point = self._next() * sum(shares)
        for position, share in enumerate(shares):
            point -= share
            if point < 0:
                return position
        return len(shares) - 1

    def day(self, first: date, last: date) -> date:
        """Draw a weekday between two days, the later ones a little more often."""
        span = max((last - first).days, 0)
        drawn = self.between(0, span)
        if self.percent(45):
            drawn = max(drawn, self.between(0, span))
        return weekday(first + timedelta(drawn))


@dataclass(frozen=True)
class Habit:
    """How a kind of customer pays: days late, share never paid, default risk, score."""

    grade: str
    share: int
    late: tuple[int, int]
    unpaid: int
    risk: tuple[int, int]
    score: tuple[int, int]


@dataclass
class Customer:
    """A row of customers.csv."""

    customer: str
    customer_name: str
    contact: str
    phone: str
    owner: str = ""
    grade: str = ""
    score: str = ""
    risk: str = ""
    hold_until: str = ""
    excluded: str = ""
    note: str = ""


@dataclass
class Contract:
    """A row of contracts.csv; ``amount`` in cents."""

    contract: str
    customer: str
    customer_name: str
    project: str
    owner: str
    amount: int
    signed_date: date
    note: str = ""


@dataclass
class Bill:
    """A row of receivables.csv; ``amount`` in cents."""

    document: str
    customer: str
    customer_name: str
    contract: str
    project: str
    owner: str
    document_date: date
    due_date: date | None
    amount: int
    currency: str = "CNY"
    disputed: str = ""
    hold_until: str = ""
    note: str = ""


@dataclass
class Receipt:
    """A row of receipts.csv; ``amount`` in cents."""

    receipt: str
    receipt_date: date
    amount: int
    customer: str
    customer_name: str
    document: str
    contract: str
    method: str
    currency: str = "CNY"
    note: str = ""


def weekday(day: date) -> date:
    """Move a Saturday or Sunday back to its Friday."""
    return day - timedelta(max(0, day.weekday() - 4))


@dataclass
class Contact:
    """A row of contacts.csv."""

    contact_date: date
    customer: str
    customer_name: str
    document: str
    level: int
    channel: str
    delivered: str
    delivered_date: date | None
    result: str
    status: str
    note: str = ""


@dataclass
class Promise:
    """A row of promises.csv; ``amount`` in cents."""

    customer: str
    customer_name: str
    document: str
    made_date: date
    promised_date: date
    amount: int
    signed: str
    note: str = ""


@dataclass
class Target:
    """A row of targets.csv; ``amount`` in cents."""

    target: str
    plan: str
    project: str
    owner: str
    start_date: date
    end_date: date
    amount: int
    note: str = ""
