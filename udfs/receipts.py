"""What a receipt is for, by one order of attempts: reference, amount, combination, agreed rule.

Each attempt must give one answer; what none of them explains stays on account, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from udfs import reasons
from udfs.application import (
    OpenDebts,
    apply_in_order,
    apply_proportional,
    by_due_date,
    cell_money,
    refuse_negative,
)
from udfs.arrays import Codes, Ints, ints
from udfs.matching import amount_candidates, apply_named, named_first
from udfs.registry import function
from udfs.rules import rule
from udfs.statutory import by_rank, statutory_ranks
from udfs.subset import Subsets, find_subsets
from udfs.values import (
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    OneCents,
    OneCount,
    OneDay,
    OneText,
    ReasonList,
    TextList,
    choice,
    label,
)

if TYPE_CHECKING:
    from udfs.reasons import Because

#: What was agreed for receipts that say nothing; codes of ``rules/application_rules`` but "none".
AgreedRule: TypeAlias = Annotated[
    Literal["none", "fifo", "proportional", "statutory"], choice("agreed_rule")
]
_NO_SUBSETS: Final = Subsets(0, decided=True, members=())


class ReceiptMatch(NamedTuple):
    """What each item takes and by which rule; what stays on account; the rule of the receipt."""

    document: TextList
    allocated: CentsList
    open_balance: CentsList
    rule: Annotated[NDArray[np.object_], label("application_rules", "list"), OPTIONAL]
    on_account: Cents
    outcome: Annotated[NDArray[np.object_], label("application_rules")]
    reason: ReasonList


class _Found(NamedTuple):
    """The attempt that gave an answer, and what the earlier ones found."""

    rule: str
    allocated: Ints
    touched: Ints
    candidates: int = 0
    subsets: Subsets = _NO_SUBSETS


@function("AR_MATCH_RECEIPT", category="cash_application", field="allocated")
def match_receipt(
    receipt: OneCents,
    remark: Annotated[OneText, OPTIONAL],
    items: OpenDebts,
    tolerance: OneCents = 0,
    agreed_rule: AgreedRule = "none",
    as_of: OneDay | None = None,
    max_size: OneCount | None = None,
) -> ReceiptMatch:
    """Apply a receipt by the first attempt that has one answer.

    Parameters
    ----------
    receipt : int
        Cents, not negative.
    remark : str or None
        Text of the bank.
    items : OpenDebts
        n open items of the one customer.
    tolerance : int
        Cents by which an amount or a combination may differ; what is short stays open, what is
        over stays on account.
    agreed_rule : {"none", "fifo", "proportional", "statutory"}
        What holds for a receipt that neither names documents nor fits one amount or combination.
    as_of : int, optional
        Serial of the day of payment, which the statutory order needs.
    max_size : int, optional
        Most items in a combination; by default that of ``rules/matching_limits``.

    Returns
    -------
    ReceiptMatch
        Per item, shape (n,): 1 documents that the remark names, 2 the only item of the amount,
        3 the only combination, known to be so, 4 the agreed rule; 5 on account. Always
        ``receipt = Σ allocated + on_account``.

    Raises
    ------
    CellFaultError
        A receipt or tolerance below 0, a size below 1 (#NUM!); the statutory order without the day
        of payment (#N/A).

    Examples
    --------
    >>> items = OpenDebts(*map(np.array, (["INV1", "INV2"], [8, 9], [500, 800], [0, 0], [0, 0])))
    >>> found = match_receipt(1300, None, items)
    >>> found.outcome.tolist(), found.allocated.tolist()
    ('subset', [500, 800])
    >>> match_receipt(900, None, items).on_account.tolist()
    900
    """
    refuse_negative(receipt, tolerance, 0 if max_size is None else max_size - 1)
    opens = ints(items.open_balance)
    found = _by_text_or_amount(receipt, remark, items, tolerance, max_size)
    if found.rule == "on_account" and agreed_rule != "none":
        allocated = _by_agreement(receipt, items, agreed_rule, as_of)
        found = found._replace(
            rule=agreed_rule, allocated=allocated, touched=np.flatnonzero(allocated)
        )
    touched = np.zeros(opens.size, dtype=bool)
    touched[found.touched] = True
    rules: Codes = np.where(
        touched, np.array(found.rule, dtype=object), np.array(None, dtype=object)
    )
    return ReceiptMatch(
        items.document,
        found.allocated,
        opens - found.allocated,
        rules,
        cell_money(receipt - sum(found.allocated.tolist())),
        np.array(found.rule, dtype=object),
        _because(receipt, items, found, touched),
    )


def _by_text_or_amount(
    receipt: int, remark: str, items: OpenDebts, tolerance: int, max_size: int | None
) -> _Found:
    """Try the remark, then the amount, then combinations; on account where none has one answer."""
    opens = ints(items.open_balance)
    named = named_first(remark, items) if remark else np.zeros(0, dtype=np.int64)
    if named.size:
        return _Found("reference", apply_named(receipt, items, named), named)
    owed = np.maximum(opens, 0)  # no credit note alone is what a receipt is for
    alike = amount_candidates([receipt], owed, tolerance)
    number = int(alike.number[0])
    if number == 1:
        only = alike.rows[0, :1]
        return _Found("amount", apply_named(receipt, items, only), only, number)
    nothing = np.zeros_like(opens)
    subsets = _NO_SUBSETS if not receipt else find_subsets(receipt, opens, tolerance, max_size)
    members = ints(subsets.members)
    if members.size and sum(opens[members].tolist()) <= 0:
        # A tolerance above the receipt must not make credit notes alone what it is for.
        subsets, members = _NO_SUBSETS, members[:0]
    if subsets.decided and subsets.solutions == 1:
        return _Found("subset", apply_named(receipt, items, members), members, number, subsets)
    return _Found("on_account", nothing, members[:0], number, subsets)


def _by_agreement(receipt: int, items: OpenDebts, agreed: str, as_of: int | None) -> Ints:
    """Apply a receipt by what was agreed, or by the law."""
    opens = ints(items.open_balance)
    if agreed == "proportional":
        return apply_proportional(receipt, opens).parts
    if agreed == "fifo":
        return apply_in_order(receipt, opens, by_due_date(items.due_date), use_credits=False)
    if as_of is None:
        raise CellFaultError(CellError.NA)
    return by_rank(receipt, np.maximum(opens, 0), statutory_ranks(items, as_of))


def _because(receipt: int, items: OpenDebts, found: _Found, touched: NDArray[np.bool_]) -> Because:
    """Say for each line what the attempts found, and what the line took."""
    name = found.rule
    if name not in {"reference", "amount", "subset", "on_account"}:
        name = "agreed"
    if name in {"agreed", "on_account"} and not found.subsets.decided:
        name += "_undecided"
    variants = np.full(touched.shape, name, dtype=object)
    if found.rule != "on_account":
        variants[~touched] = "untouched"
    return reasons.because(
        "AR_MATCH_RECEIPT",
        variants,
        rule=reasons.rule(rule("application_rules", found.rule), dated=found.rule == "statutory"),
        document=reasons.text(items.document),
        receipt=reasons.money(receipt),
        allocated=reasons.money(found.allocated),
        open=reasons.money(ints(items.open_balance) - found.allocated),
        number=reasons.number(found.candidates),
        solutions=reasons.number(found.subsets.solutions),
    )
