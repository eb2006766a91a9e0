"""What stands in the way of dunning an item, and whose policy holds for it.

The first reason counts: nothing open, no due date, not overdue, below the tolerance of the item's
currency, a policy that does nothing, a dispute, a hold, the days of grace, an account that is not
long enough in arrears.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs.arrays import Bools, Codes, Ints
from udfs.dunning_history import numbered
from udfs.dunning_policies import Policy, currency_code, policy_named, tolerance_of
from udfs.rules import rules
from udfs.values import (
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Day,
    Flag,
    Text,
    choice,
)

if TYPE_CHECKING:
    from udfs.dunning_run import DunningItems


class DunningCustomers(NamedTuple):
    """Customers with a policy or a hold of their own; one row each."""

    customer: Text
    policy: Annotated[NDArray[np.object_], choice("dunning_policies", "each"), OPTIONAL]
    hold_until: Annotated[Day, OPTIONAL]
    excluded: Annotated[Flag, OPTIONAL]


@dataclass(frozen=True, eq=False)
class Standing:
    """Policy, customer number and what is in the way of each item (None: free), shape (n,).

    ``hold_until`` is the later one of invoice and customer; ``tolerance`` is in minor units of
    the item's own currency; ``policy`` is the place in ``policies``.
    """

    customer: Ints
    policies: tuple[Policy, ...]
    policy: Ints
    hold_until: Ints
    tolerance: Ints
    longest: Ints
    free: Bools
    block: Codes


class Own(NamedTuple):
    """The number of each item's customer, and what the customers' table says of it."""

    customer: Ints
    policy: Codes
    hold_until: Ints
    excluded: Bools


def standing(
    items: DunningItems,
    days: Ints,
    own: Own,
    company: Policy,
    run_date: int,
) -> Standing:
    """Find policy and block of each item.

    Parameters
    ----------
    items : DunningItems
        n ≥ 0 items.
    days : ndarray of int64, shape (n,)
        Days overdue; MISSING without a due date.
    own : Own
        What the customers' table says, by :func:`own_of`.
    company : Policy
        What holds where neither invoice nor customer has a policy.
    run_date : int
        Serial.

    """
    number = own.customer
    policies, policy = _policies(items.policy, own.policy, company)
    hold = np.maximum(items.hold_until, own.hold_until)
    tolerance = _tolerances(items.currency, policies, policy)
    grace, minimum, does = (
        np.array(column, dtype=np.int64)[policy]
        for column in zip(
            *((one.grace, one.minimum_days, one.mode != "none") for one in policies), strict=True
        )
    )
    checks: tuple[tuple[str, Bools], ...] = (
        ("nothing_open", items.open_balance <= 0),
        ("no_due_date", days == MISSING),
        ("not_overdue", days <= 0),
        ("below_tolerance", items.open_balance < tolerance),
        ("no_dunning", (does == 0) | own.excluded),
        ("disputed", np.asarray(items.disputed, dtype=bool)),
        ("hold", (hold != MISSING) & (run_date <= hold)),
        ("in_grace", days <= grace),
    )
    free = ~np.logical_or.reduce([mask for _, mask in checks])
    longest = np.zeros(int(number.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(longest, number[free], days[free])
    whole = longest[number]
    names = [*(name for name, _ in checks), "account_minimum"]
    masks = [*(mask for _, mask in checks), free & (whole < minimum)]
    place = np.select(masks, list(range(len(masks))), len(masks))
    block: Codes = np.array([*names, None], dtype=object)[place]
    free = place == len(masks)
    return Standing(number, policies, policy, hold, tolerance, whole, free, block)


def own_of(number: Ints, known: Ints, table: DunningCustomers | None) -> Own:
    """Look every item's customer up in the customers' table.

    Parameters
    ----------
    number, known : ndarray of int64, shapes (n,) and (c,)
        Numbers of the customers of items and of the table, alike where the customer is.
    table : DunningCustomers, optional
        c ≥ 0 rows.

    Raises
    ------
    CellFaultError
        NUM where a customer stands twice in the table.
    """
    if np.unique(known).size != known.size:
        raise CellFaultError(CellError.NUM)
    size = int(max(number.max(initial=-1), known.max(initial=-1))) + 1
    policy: Codes = np.full(size, None, dtype=object)
    hold, excluded = np.full(size, MISSING, dtype=np.int64), np.zeros(size, dtype=bool)
    if table is not None:
        policy[known], hold[known] = table.policy, table.hold_until
        excluded[known] = np.asarray(table.excluded, dtype=bool)
    return Own(number, policy[number], hold[number], excluded[number])


def _policies(invoice: Codes, customer: Codes, company: Policy) -> tuple[tuple[Policy, ...], Ints]:
    """Give the policies in use, the company's first, and the place of each item's policy."""
    mine, theirs = numbered([None, *invoice.tolist()], [None, *customer.tolist()])
    known = list(dict.fromkeys([None, *invoice.tolist(), *customer.tolist()]))
    number = np.where(mine == 0, theirs, mine)[1:]
    used, place = np.unique(number, return_inverse=True)
    others = [known[one] for one in used.tolist()]
    named = tuple(company if code is None else policy_named(code) for code in others)
    # The company stands first even where no item is left to it.
    return (company, *named), place.ravel().astype(np.int64) + 1


def _tolerances(currency: Codes, policies: tuple[Policy, ...], policy: Ints) -> Ints:
    """Give each item's tolerance in minor units of its own currency."""
    known = {row.code for row in rules("dunning_tolerances")}
    codes = {text: currency_code(text) for text in dict.fromkeys(currency.tolist())}
    # Currencies without a row have what the policy says: one answer for all of them.
    codes = {text: code if code in known else "" for text, code in codes.items()}
    (kind,) = numbered(map(codes.__getitem__, currency.tolist()))
    pairs = kind * len(policies) + policy
    limits = [tolerance_of(one, code) for code in dict.fromkeys(codes.values()) for one in policies]
    found: Ints = np.array([*limits, 0], dtype=np.int64)[pairs]
    return found
