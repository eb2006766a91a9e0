"""The record of reminders as a run sees it: what counts, what was last, when contact was.

Drafts and ignored reminders do not count. A letter raises the level, a call or a message only
counts as contact. A level set by hand counts whatever its channel. A reminder speaks for an item
only if it is later than the item's due date: so a part payment that settles the oldest instalment
starts the clock of the next one anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from udfs.dunning_policies import letters
from udfs.rules import rules
from udfs.values import (
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Count,
    Day,
    Flag,
    Text,
    choice,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from udfs.arrays import Bools, Codes, Ints

#: More than any serial of a date (2958465 is 9999-12-31).
_DAYS: Final = 2**22


class DunningHistory(NamedTuple):
    """Reminders on record, in any order; without a document one speaks for the whole customer."""

    customer: Text
    document: Annotated[Text, OPTIONAL]
    reminder_date: Day
    level: Annotated[Count, OPTIONAL]
    channel: Annotated[NDArray[np.object_], choice("contact_channels", "each"), OPTIONAL]
    status: Annotated[NDArray[np.object_], choice("contact_statuses", "each"), OPTIONAL]
    manual: Annotated[Flag, OPTIONAL]


@dataclass(frozen=True, eq=False)
class Record:
    """What is on record on the day of a run.

    Attributes
    ----------
    level, reminded : ndarray of int64, shape (n,)
        Of each item the level of its last letter (0 if none), and that day (MISSING if none).
    contacted : ndarray of int64, shape (n,)
        Last contact with the item's customer of any kind; MISSING if none.
    reached : ndarray of int64, shape (n,)
        Last contact about the item itself, of any kind, since its due date; MISSING if none.
    counter : ndarray of int64, shape (n,)
        Letters to the item's customer since the earliest due date of `anchor`, one per day; from a
        level set by hand on.
    """

    level: Ints
    reminded: Ints
    contacted: Ints
    reached: Ints
    counter: Ints


def numbered(*columns: Iterable[str | None]) -> list[Ints]:
    """Give equal texts of several columns the same number, in order of appearance.

    Examples
    --------
    >>> [part.tolist() for part in numbered(["a", "b"], ["b", None])]
    [[0, 1], [1, 2]]
    """
    known: defaultdict[str | None, int] = defaultdict(count().__next__)
    return [np.fromiter(map(known.__getitem__, column), np.int64) for column in columns]


def blank(texts: Codes) -> Bools:
    """Tell where an object array holds nothing.

    Examples
    --------
    >>> blank(np.array(["a", None], object)).tolist()
    [False, True]
    """
    return np.asarray(np.equal(texts, cast("Any", None)), dtype=bool)


def record(
    customers: tuple[Ints, Ints], document: Codes, due: Ints, anchor: Bools, history: DunningHistory
) -> Record:
    """Find for each item what the history says of it.

    Parameters
    ----------
    customers : tuple of ndarray of int64, shapes (n,) and (m,)
        Numbers of the customers of items and reminders, alike where the customer is.
    document : ndarray of object, shape (n,)
        Texts; a document of None has no reminder of its own.
    due : ndarray of int64, shape (n,)
        Serials; MISSING for none, and no reminder speaks for such an item.
    anchor : ndarray of bool, shape (n,)
        Items whose due dates start the clock of their customer: overdue and open.
    history : DunningHistory
        m ≥ 0 reminders.
    """
    owner, told = customers
    paper, named = numbered(document.tolist(), history.document.tolist())
    whole, nameless = blank(history.document), blank(document)
    counts, letter, level = _counted(history)
    width = int(max(paper.max(initial=0), named.max(initial=0))) + 1
    # Two roads by which a reminder speaks for an item: through its customer, through its number.
    roads = (
        (owner, told, whole),
        (np.where(nameless, -1, owner * width + paper), told * width + named, ~whole),
    )
    rank = history.reminder_date * 2 + history.manual
    best_rank, best_level = _none(due), _none(due)
    reached = _none(due)
    for item_key, row_key, on_road in roads:
        last_rank, last_level = _last(item_key, row_key, rank, level, on_road & letter)
        newer = (last_rank > best_rank) | (
            (last_rank == best_rank) & (last_rank != MISSING) & (last_level > best_level)
        )
        best_rank = np.where(newer, last_rank, best_rank)
        best_level = np.where(newer, last_level, best_level)
        seen, _ = _last(item_key, row_key, history.reminder_date, level, on_road & counts)
        reached = np.maximum(reached, seen)
    day = np.where(best_rank == MISSING, MISSING, best_rank // 2)
    speaks = (day != MISSING) & (due != MISSING) & (day > due)
    latest = np.full(int(max(owner.max(initial=0), told.max(initial=0))) + 1, MISSING)
    np.maximum.at(latest, told[counts], history.reminder_date[counts])
    since = (reached != MISSING) & (due != MISSING) & (reached > due)
    return Record(
        level=np.where(speaks, best_level, 0),
        reminded=np.where(speaks, day, MISSING),
        contacted=latest[owner],
        reached=np.where(since, reached, MISSING),
        counter=_counter(owner, due, anchor, (told, history, letter, level)),
    )


def _none(like: Ints) -> Ints:
    return np.full(like.shape, MISSING, dtype=np.int64)


def _counted(history: DunningHistory) -> tuple[Bools, Bools, Ints]:
    """Tell which rows count as contact, which raise the level, and to which level."""
    silent = {row.code for row in rules("contact_statuses") if not row.flag("counts")}
    usual = {row.code: row.cells["level"] for row in rules("contact_channels")}
    written = letters()
    status, channel = history.status.tolist(), history.channel.tolist()
    (told,), (sent,) = numbered(status), numbered(channel)
    channels = list(dict.fromkeys(channel))
    counts = _each([text not in silent for text in dict.fromkeys(status)], told) > 0
    # Without a channel a reminder is taken for a letter: the reading that never writes twice.
    wrote = _each([code is None or code in written for code in channels], sent) > 0
    default = _each([int(usual.get(code) or 1) for code in channels], sent)
    level = np.where(history.level == MISSING, default, history.level)
    if (level < 0).any():
        raise CellFaultError(CellError.NUM)
    manual: Bools = np.asarray(history.manual, dtype=bool)
    return counts, counts & (wrote | manual), level


def _each(values: Sequence[int], place: Ints) -> Ints:
    """Give the value of each element's word."""
    return np.array(values, dtype=np.int64)[place] if place.size else place


def _last(item_key: Ints, row_key: Ints, rank: Ints, level: Ints, used: Bools) -> tuple[Ints, Ints]:
    """Give rank and level of the last used row of each item's key; MISSING where there is none."""
    keys, ranks, levels = row_key[used], rank[used], level[used]
    if not keys.size:
        return _none(item_key), _none(item_key)
    order = np.lexsort((levels, ranks, keys))
    place = np.searchsorted(keys[order], item_key, side="right") - 1
    last = order[np.maximum(place, 0)]
    hit = (place >= 0) & (keys[last] == item_key)
    return np.where(hit, ranks[last], MISSING), np.where(hit, levels[last], MISSING)


def _counter(
    owner: Ints, due: Ints, anchor: Bools, told: tuple[Ints, DunningHistory, Bools, Ints]
) -> Ints:
    """Count the letters to each customer since the earliest due date that is still unpaid."""
    key, history, letter, level = told
    size = int(max(owner.max(initial=0), key.max(initial=0))) + 1
    start = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(start, owner[anchor], due[anchor])
    when = history.reminder_date
    begun = np.zeros(size, dtype=np.int64)
    hand = letter & np.asarray(history.manual, dtype=bool) & (when > start[key])
    # Of levels set by hand the last one holds: later rows overwrite earlier ones.
    order = np.flatnonzero(hand)[np.lexsort((level[hand], when[hand]))]
    begun[key[order]] = level[order]
    start[key[order]] = when[order]
    used = letter & (when > start[key])
    once = np.unique(key[used] * _DAYS + when[used])
    count: Ints = begun + np.bincount(once // _DAYS, minlength=size)
    return count[owner]
