"""Roll rates between age bands, and the matrix of migrations between states.

A roll rate tells which part of a band stood in the next band a period later. A migration matrix
tells where the amount of each state went; its rows add up to 1, so paid and written off are states
like the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np

from udfs.arrays import check_total, sums
from udfs.kpi import ratio
from udfs.registry import function
from udfs.values import (
    OPTIONAL,
    CellError,
    CellFaultError,
    Cents,
    LabelledMatrix,
    NumberList,
    Text,
    TextList,
)

if TYPE_CHECKING:
    from udfs.arrays import Codes

#: States of one matrix: a column of document numbers given by mistake must not fill the memory.
_MOST_STATES: Final = 200


@function("AR_ROLL_RATES", case="ROLL_RATES", category="allowance")
def roll_rates(previous: NumberList, current: NumberList) -> NumberList:
    """Roll rates: ``current band k+1 / previous band k``.

    Parameters
    ----------
    previous, current : ndarray of float64, shape (n,)
        Balances per band, youngest first, of one period end and of the next; any unit.

    Returns
    -------
    ndarray of float64, shape (n − 1,)
        Fractions; nan where the previous band is not above 0. The last one is always nan: the open
        last band keeps what was in it before, so its rate needs the written-off and the collected
        amounts as well (``AR_MIGRATION_RATES``).

    Raises
    ------
    CellFaultError
        The two have not the same bands (#VALUE!), or there is only one band (#N/A).

    Examples
    --------
    >>> roll_rates(np.array([1000.0, 200, 100, 50]), np.array([1100.0, 150, 120, 60])).tolist()
    [0.15, 0.6, nan]
    """
    before, after = np.asarray(previous, np.float64), np.asarray(current, np.float64)
    if before.size != after.size:
        raise CellFaultError(CellError.VALUE)
    if before.size < 2:
        raise CellFaultError(CellError.NA)
    rates = ratio(after[1:], np.where(before[:-1] > 0, before[:-1], np.nan))
    rates[-1] = np.nan
    return rates


class Moves(NamedTuple):
    """Amounts in cents that went from one state to another, or stayed."""

    from_state: Text
    to_state: Text
    amount: Cents


@function("AR_MIGRATION_MATRIX", case="MIGRATION_MATRIX", category="allowance")
def migration_matrix(
    moves: Moves, states: Annotated[TextList, OPTIONAL] | None = None
) -> LabelledMatrix:
    """Migration matrix: which share of each state went to which state.

    ``amount from i to j / Σ amounts from i``.

    Parameters
    ----------
    moves : Moves
        n movements; several between the same states add up.
    states : array_like of str, optional
        Names in the order of the matrix; by default in the order in which they first appear, those
        that are left before those that are only reached.

    Returns
    -------
    LabelledMatrix
        Fractions; the row of a state that nothing left has no answer (nan).

    Raises
    ------
    CellFaultError
        #NUM!: a movement between states that are not listed, a state listed twice, a negative
        amount, or more than 200 states. #N/A: no state at all.

    Examples
    --------
    >>> names = [np.array(side, dtype=object) for side in (["a", "a"], ["a", "paid"])]
    >>> migration_matrix(Moves(*names, np.array([30, 90]))).values.tolist()
    [[0.25, 0.75], [nan, nan]]
    """
    listed = _states(moves, states)
    number = {state: place for place, state in enumerate(listed)}
    left, reached = (_places(side, number) for side in (moves.from_state, moves.to_state))
    if (moves.amount < 0).any() or (left < 0).any() or (reached < 0).any():
        raise CellFaultError(CellError.NUM)
    check_total(moves.amount)
    size = len(listed)
    table = sums(left * size + reached, moves.amount, size * size).reshape(size, size)
    total = table.sum(axis=1, keepdims=True)
    shares = ratio(table.astype(np.float64), total.astype(np.float64))
    return LabelledMatrix(listed, listed, shares)


def _states(moves: Moves, states: Codes | None) -> tuple[str, ...]:
    """Give the names of the states in order, each once."""
    given = [*moves.from_state.tolist(), *moves.to_state.tolist()]
    named = given if states is None else [state for state in states.tolist() if state is not None]
    listed = tuple(dict.fromkeys(named))
    if states is not None and len(listed) < len(named):
        raise CellFaultError(CellError.NUM)
    if not listed:
        raise CellFaultError(CellError.NA)
    if len(listed) > _MOST_STATES:
        raise CellFaultError(CellError.NUM)
    return listed


def _places(side: Codes, number: dict[str, int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Give the place of each state; −1 of one that is not listed."""
    return np.fromiter((number.get(state, -1) for state in side.tolist()), np.int64, side.size)
