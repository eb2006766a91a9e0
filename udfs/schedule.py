"""Payment nodes of a contract: a total over shares that must make up 100 %, exact to the cent.

Nodes are split by largest remainders (a payment term, whose last line is the residual, is
:mod:`udfs.payment_terms`); what a node is split into further is split from its rounded amount, so
that every level adds up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np

from udfs.convert import split_list
from udfs.decimals import scaled
from udfs.plan import allocate
from udfs.plan_table import allocate_within
from udfs.reading import half_width, number_of_text
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    OPTIONAL,
    CellError,
    CellFaultError,
    CentsList,
    Flag,
    Kind,
    Number,
    NumberList,
    Rate,
    Text,
    TextList,
)

if TYPE_CHECKING:
    from udfs.arrays import Codes, Floats
    from udfs.decimals import Whole


class Nodes(NamedTuple):
    """Nodes of a contract: label, share of the total, and how a node is split further.

    ``parts`` is a text such as "20:30:20:10", read as proportions within the node.
    """

    label: Text
    share: Rate
    parts: Annotated[Text, OPTIONAL]


class ScheduleRows(NamedTuple):
    """Label and amount of each payment, parts of a node numbered: 进度款-1."""

    label: TextList
    amount: CentsList


class Schedule(NamedTuple):
    """The payments as rows, and their labels and amounts alone."""

    rows: ScheduleRows
    labels: TextList
    amounts: CentsList


class ShareCheck(NamedTuple):
    """Sum of shares, and whether it is the whole."""

    total: Number
    ok: Flag


def shares_total(shares: Floats) -> tuple[int, int]:
    """Add typed shares exactly; numerator and denominator.

    Examples
    --------
    >>> import numpy as np
    >>> shares_total(np.array([0.1] * 10))
    (10, 10)
    """
    whole, scale = scaled(shares)
    return sum(whole.tolist()), scale


@function("AR_CHECK_SHARES", case="CHECK_PCT", category="plan", field="ok")
def check_shares(
    shares: NumberList, whole: Annotated[float, Kind("number", "one")] = 1.0
) -> ShareCheck:
    """Tell whether shares make up the whole, in decimals as typed.

    Parameters
    ----------
    shares : ndarray of float64, shape (n,)
        Shares as fractions, none negative.
    whole : float, optional
        What they shall make up: 1, or 100 where they are typed as per cent.

    Returns
    -------
    ShareCheck
        ``total = Σ shares`` as the nearest float64, and ``ok``: the exact sum is the whole and no
        share is negative.

    Examples
    --------
    >>> import numpy as np
    >>> bool(check_shares(np.array([50] + [1.66] * 20 + [16.8]), 100.0).ok)
    True
    """
    numerator, scale = shares_total(np.append(shares, -whole))
    total, under = shares_total(shares)
    fits = numerator == 0 and bool((shares >= 0).all()) and scale > 0
    try:
        shown = total / under
    except OverflowError:  # the exact sum is beyond float64
        shown = np.inf
    return ShareCheck(np.array(shown), np.array(fits))


def _proportions(text: str) -> Whole:
    """Read the split of a node: numbers not below 0, at least one above, as whole numbers."""
    parts = split_list(half_width(text)) or (half_width(text),)
    numbers = [number_of_text(part) for part in parts]
    if any(number is None for number in numbers):
        raise CellFaultError(CellError.VALUE)
    found = np.array(numbers, dtype=np.float64)
    if not np.isfinite(found).all() or (found < 0).any() or not (found > 0).any():
        raise CellFaultError(CellError.NUM)
    return scaled(found)[0]


@function("AR_SCHEDULE", case="SCHEDULE", category="plan")
def schedule(total: Annotated[int, Kind("cents", "one", exact=True)], nodes: Nodes) -> Schedule:
    """Split a contract total over its payment nodes.

    Parameters
    ----------
    total : int
        Cents, of either sign.
    nodes : Nodes
        Labels, shares as fractions that make up exactly 1, and optional splits of a node.

    Returns
    -------
    Schedule
        One row per payment in the order of the nodes; amounts in cents that add up to the total,
        and within a node to the amount of the node. Largest remainder, ties to the earliest.

    Raises
    ------
    CellFaultError
        #NUM! where there are no nodes, the shares are not 100 % or one is negative; #VALUE! for a
        split that is no list of numbers.

    Examples
    --------
    >>> import numpy as np
    >>> labels, none = np.array(["a", "b", "c"], object), np.array([None] * 3)
    >>> nodes = Nodes(labels, np.array([0.5, 0.3, 0.2]), none)
    >>> schedule(100005, nodes).amounts.tolist()
    [50003, 30001, 20001]
    """
    whole, scale = scaled(nodes.share)
    shares = whole.tolist()
    if sum(shares) != scale or min(shares) < 0:
        raise CellFaultError(CellError.NUM)
    amounts = allocate(total, whole)
    split = np.flatnonzero(nodes.parts != None)  # noqa: E711 - element by element
    if split.size:
        return _with_parts(nodes, amounts, split.tolist())
    return _laid(nodes.label, amounts)


def _with_parts(nodes: Nodes, amounts: CentsList, split: list[int]) -> Schedule:
    """Put the parts of split nodes in their place, numbered from 1."""
    texts = {nodes.parts[place] for place in split}
    weights = {text: _proportions(text).tolist() for text in texts} | {None: [1]}
    inside = [weights[text] for text in nodes.parts.tolist()]
    counts = np.array([len(own) for own in inside])
    node = np.repeat(np.arange(counts.size), counts)
    number = np.arange(node.size) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    shares: Codes = np.array([weight for own in inside for weight in own], dtype=object)
    whole = nodes.parts == None  # noqa: E711 - element by element
    names: Codes = np.array(
        [
            label if alone else f"{label}-{place}"
            for label, alone, place in zip(
                nodes.label[node].tolist(), whole[node].tolist(), number.tolist(), strict=True
            )
        ],
        dtype=object,
    )
    return _laid(names, allocate_within(amounts, node, shares))


def _laid(labels: TextList, amounts: CentsList) -> Schedule:
    if (amounts == CONTRADICTION).any():
        raise CellFaultError(CellError.NUM)
    return Schedule(ScheduleRows(labels, amounts), labels, amounts)
