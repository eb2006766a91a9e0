"""Hard stops: what ends credit whatever score and limit say, by the rows of ``rules/credit_stops``.

A stop comes of events on record, such as bounced bills, or of the days overdue. Events count in
their window before the day, both ends included; one without a date counts on every day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from udfs.arrays import Ints, add_months, sums
from udfs.dunning_history import numbered
from udfs.rules import Rule, rules
from udfs.values import MISSING, OPTIONAL, CellError, CellFaultError, Day, Text, choice

if TYPE_CHECKING:
    from udfs.arrays import Codes


class CreditEvents(NamedTuple):
    """Events on record, one row each; without a customer for every one of the call."""

    event: Annotated[NDArray[np.object_], choice("credit_stops", "each")]
    event_date: Annotated[Day, OPTIONAL]
    customer: Annotated[Text, OPTIONAL]


class Stop(NamedTuple):
    """A stop and, for each customer, its events in the window."""

    rule: Rule
    events: Ints


def stops_of(
    shape: tuple[int, ...], events: CreditEvents | None, customer: Codes | None, as_of: int | None
) -> tuple[Stop, ...]:
    """Count the events of each hard stop by customer.

    Parameters
    ----------
    shape : tuple of int
        (n,): customers of the call.
    events : CreditEvents, optional
        m ≥ 0 events in any order.
    customer : ndarray of object, shape (n,), optional
        Their names, as in the events.
    as_of : int, optional
        Serial, the day included; later events have not happened yet.

    Returns
    -------
    tuple of Stop
        One for each row of the rules, counts of shape (n,).

    Raises
    ------
    CellFaultError
        NA where events have dates and no day is given, or name customers and none is given.
    """
    rows = rules("credit_stops")
    found = np.zeros((shape[0], len(rows)), dtype=np.int64)
    if events is not None and events.event.size:
        named = np.array([text is not None for text in events.customer.tolist()], dtype=bool)
        undated = events.event_date == MISSING
        if (as_of is None and not undated.all()) or (customer is None and named.any()):
            raise CellFaultError(CellError.NA)
        places = {row.code: place for place, row in enumerate(rows)}
        stop = np.array([places[code] for code in events.event.tolist()], dtype=np.int64)
        counted = undated | _in_window(events.event_date, stop, rows, as_of or 0)
        asked = [None] * shape[0] if customer is None else customer.tolist()
        mine, theirs = numbered(asked, events.customer.tolist())
        size = int(max(mine.max(initial=-1), theirs.max(initial=-1))) + 1
        width = len(rows)
        key = np.where(counted & named, theirs * width + stop, -1)
        own = sums(key, np.ones(key.size, dtype=np.int64), size * width).reshape(size, width)
        unnamed = np.array([text is None for text in asked], dtype=bool)
        own = np.where(unnamed[:, None], 0, own[mine])
        found = own + np.bincount(stop[counted & ~named], minlength=width)
    return tuple(Stop(row, found[:, place]) for place, row in enumerate(rows))


def _in_window(
    day: Ints, stop: Ints, rows: tuple[Rule, ...], as_of: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Tell which events lie in the window of their stop."""
    first = []
    for row in rows:
        if row.cells["months"]:
            first.append(int(add_months(as_of, -row.integer("months"))))
        else:
            first.append(as_of - row.integer("days") if row.cells["days"] else 0)
    start = np.array(first, dtype=np.int64)[stop]
    return np.asarray((day >= start) & (day <= as_of))
