"""Limitation of actions (诉讼时效) and other legal periods.

The claim of an item is time-barred three years after its due date, counted to the corresponding
day (the conservative day; rolling it past a holiday is a bonus). A provable demand, part payment
or acknowledgment within the period starts it again; once it has run out, only an agreement to
perform does. Periods that ran out under the two-year rule before 2017-10-01 stay run out. The last
day itself is still in time. The absolute limit of 20 years is a date of its own.

This is arithmetic for a work list, not legal advice; the parameters are rows in
``rules/limitation*``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs import reasons
from udfs.arrays import Bools, Codes, Ints, add_months, codes, ints, missing, where
from udfs.calendar import RollRule, roll_or_keep
from udfs.registry import function
from udfs.rules import all_rules, rules
from udfs.values import (
    MISSING,
    OPTIONAL,
    CellError,
    CellFaultError,
    Count,
    Day,
    DayList,
    Days,
    Flag,
    OneCount,
    OneDay,
    OneFlag,
    Reason,
    Text,
    choice,
    label,
)

if TYPE_CHECKING:
    from udfs.reasons import Because, Part

#: Why an event does not count, in the order of the checks; codes of ``rules/limitation_ignored``.
IGNORED: Final = ("not an interrupting event", "no evidence", "after expiry")
#: Ignored events that a reason names; a sentence with more nobody reads.
_NAMED: Final = 10


class Limitation(NamedTuple):
    """Limitation of each item; ``ignored`` is per event.

    ``expiry`` is the last day in time, ``days_left`` counts from the as-of date, ``status`` is a
    code of ``rules/limitation_status``, ``revived`` says that an agreement after expiry gave the
    claim a new period. ``ignored`` holds a code of ``rules/limitation_ignored`` for each event
    that did not count, None for one that did or is later than the as-of date. ``long_stop`` is the
    end of the absolute limit. ``governing`` is the place of the event from which the period now
    runs, MISSING where it still runs from the due date.
    """

    expiry: Ints
    days_left: Ints
    status: Codes
    revived: Bools
    ignored: Codes
    long_stop: Ints
    governing: Ints


def expiry_of(
    start: ArrayLike,
    years: int | None = None,
    holiday_roll: RollRule = "none",
) -> Ints:
    """Give the last day of a limitation period that begins on a day (which is not counted).

    Parameters
    ----------
    start : array_like of int64
        Serials: the due date, or the day of an interruption.
    years : int, optional
        Length of the period. By default the rows of ``rules/limitation`` in order of time: the
        first under which the period ran out while the row was valid; else the newest.
    holiday_roll : {"none", "following", "modified_following", "preceding"}
        Where an expiry that is no working day moves; outside the known calendar it stays.

    Raises
    ------
    CellFaultError
        #NUM! for a period of less than a year.

    Examples
    --------
    >>> expiry_of([44895, 42155]).tolist()  # 2022-11-30 + 3 years; 2015-05-31 + 2 years
    [45991, 42886]
    """
    begins = ints(start)
    if years is not None:
        if years < 1:
            raise CellFaultError(CellError.NUM)
        return roll_or_keep(add_months(begins, 12 * years), holiday_roll)
    result = np.full(begins.shape, MISSING, dtype=np.int64)
    for row in all_rules("limitation"):
        end = roll_or_keep(add_months(begins, 12 * row.integer("years")), holiday_roll)
        ran_out = (end <= row.valid_to) if row.valid_to is not None else np.ones(end.shape, bool)
        result = np.where((result == MISSING) & ran_out, end, result)
    return result


def status_of(days_left: ArrayLike) -> Codes:
    """Give the colour of days left, as codes of ``rules/limitation_status``.

    Examples
    --------
    >>> status_of([-1, 0, 30, 31, 90, 91, 180, 181]).tolist()
    ['expired', 'red', 'red', 'orange', 'orange', 'yellow', 'yellow', 'normal']
    """
    rows = rules("limitation_status")
    edges = ints([row.integer("max_days") for row in rows if row.cells["max_days"]])
    left = ints(days_left)
    index = np.searchsorted(edges, left, side="left")
    return codes(tuple(row.code for row in rows), where(left == MISSING, index))


def limitation(
    due: ArrayLike,
    event_item: ArrayLike,
    event_date: ArrayLike,
    event_code: ArrayLike,
    event_proved: ArrayLike,
    as_of: int,
    years: int | None = None,
    holiday_roll: RollRule = "none",
) -> Limitation:
    """Follow the limitation period of each item through its events.

    Parameters
    ----------
    due : array_like of int64, shape (n,)
        Serials; an item without a due date has no answer (the period begins with a demand).
    event_item : array_like of int64, shape (m,)
        Index of the item each event concerns; negative for none.
    event_date : array_like of int64, shape (m,)
        Serials in any order; what is later than the as-of date is not seen.
    event_code : array_like of object, shape (m,)
        Codes of ``rules/limitation_events``; any other interrupts nothing.
    event_proved : array_like of bool, shape (m,)
        Whether arrival (or the debtor's act) can be proved.
    as_of : int
        The day, included.
    years : int, optional
        Length of the period; by default the dated rows of ``rules/limitation``.
    holiday_roll
        As in :func:`expiry_of`.

    Returns
    -------
    Limitation
        Arrays of shape (n,), and ``ignored`` of shape (m,).

    Examples
    --------
    >>> found = limitation([44895], [0], [45432], ["letter"], [True], 45809)
    >>> found.expiry.tolist(), found.status.tolist()
    ([46527], ['normal'])
    """
    start = ints(due)
    item, when = ints(event_item), ints(event_date)
    seen = (item >= 0) & (when != MISSING) & (when <= as_of)
    seen[seen] = start[item[seen]] != MISSING
    interrupts, revives = _effects(np.asarray(event_code, dtype=object))
    ignored = _ignored(seen, interrupts, np.asarray(event_proved, dtype=bool))
    valid = np.flatnonzero(seen & (ignored == MISSING))

    # In order of item and date.
    turn = valid[np.lexsort((when[valid], item[valid]))]
    owner = item[turn]
    of_due = expiry_of(start, years, holiday_roll)
    of_event = expiry_of(when[turn], years, holiday_roll)
    counts, late = _chain(owner, when[turn], revives[turn], of_due, of_event)
    ignored[turn[~counts]] = 2
    expiry, governing = of_due.copy(), np.full(start.shape, MISSING)
    # A demand before the due date cannot make the period end sooner.
    np.maximum.at(expiry, owner[counts], of_event[counts])
    decides = counts & (of_event == expiry[owner]) & (of_event > of_due[owner])
    # Backwards: the first event that gives the expiry stays.
    governing[owner[decides][::-1]] = turn[decides][::-1]
    revived = np.zeros(start.shape, dtype=bool)
    revived[owner[counts & late]] = True
    absent = start == MISSING
    left = where(absent, np.where(absent, 0, expiry) - as_of)
    long_stop = add_months(start, 12 * rules("limitation")[-1].integer("long_stop_years"))
    why = codes(IGNORED, ignored)
    revived &= ~absent
    return Limitation(
        where(absent, expiry), left, status_of(left), revived, why, long_stop, governing
    )


def _effects(events: Codes) -> tuple[Bools, Bools]:
    """Whether each event interrupts, and whether it revives an expired claim."""
    rows = rules("limitation_events")
    interrupting = [row.code for row in rows if row.flag("interrupts")]
    reviving = [row.code for row in rows if row.flag("revives")]
    return np.isin(events, interrupting), np.isin(events, reviving)


def _ignored(seen: Bools, interrupts: Bools, proved: Bools) -> Ints:
    """Give the place in IGNORED for events that no date can make count; MISSING for the others."""
    reason = np.select([seen & ~interrupts, seen & ~proved], [0, 1], MISSING)
    return ints(reason)


def _chain(
    owner: Ints, when: Ints, revives: Bools, of_due: Ints, of_event: Ints
) -> tuple[Bools, Bools]:
    """Tell which events keep a claim alive, and which came after its period had run out.

    Events are in order of item and date. A claim is alive after an event if it was so before and
    the event came within the period that runs from the event before (or from the due date), or if
    the event revives it; an event counts where the claim is alive after it.
    """
    place = np.arange(owner.size)
    first = np.append(True, owner[1:] != owner[:-1])[: owner.size]
    before = np.where(first, 0, np.roll(of_event, 1))
    gap = when > np.maximum(of_due[owner], before)
    # The latest event of the item that decided: a gap without revival ends, revival begins.
    decided = np.maximum.accumulate(np.where(gap | revives, place, -1))
    begins = np.maximum.accumulate(np.where(first, place, 0))
    alive = (decided < begins) | revives[np.maximum(decided, 0)]
    was_alive = first | np.roll(alive, 1)
    return alive, gap | ~was_alive


@function("AR_LIMITATION_INSTALMENTS", case="LIMITATION_INSTALMENTS", category="interest")
def limitation_instalments(
    dues: DayList | ArrayLike,
    same_debt: OneFlag = True,  # noqa: FBT002 - a cell passes arguments by position
    years: OneCount | None = None,
) -> DayList:
    """Limitation of a debt payable in parts: from the last part, or each on its own.

    Parameters
    ----------
    dues : array_like of int64, shape (n,)
        Serials.
    same_debt : bool
        One debt paid in parts (Civil Code art. 189) runs from its last part; independent debts
        such as rent or rolling deliveries run each on its own.
    years : int, optional
        As in :func:`expiry_of`.

    Returns
    -------
    ndarray of int64
        One expiry for the same debt, MISSING if a due date is missing: the last part may be the
        one without a date. Else one per part. In a cell a blank between the dates makes the answer
        #N/A, and blanks after the last date are spare cells: the parts that stand there count, as
        the earlier expiry is the cautious one.

    Examples
    --------
    >>> limitation_instalments([45016, 45199, 45382]).tolist()
    [46477]
    """
    parts = ints(dues)
    if same_debt:
        whole = parts.max(initial=MISSING)
        parts = ints([MISSING if bool(missing(parts).any()) else whole])
    return expiry_of(parts, years)


@function("AR_DEADLINE", case="DEADLINE_MONTHS", category="interest")
def deadline_months(
    start: Day | ArrayLike, months: Count | ArrayLike, holiday_roll: RollRule = "none"
) -> Day:
    """End of a period of months: the corresponding day, else the last of the month.

    For guarantee periods (6 months), construction priority (18) or enforcement (24), which no
    letter interrupts.

    Examples
    --------
    >>> deadline_months([45900, 45535], [6, 18]).tolist()  # both end on 2026-02-28
    [46081, 46081]
    """
    return roll_or_keep(add_months(start, months), holiday_roll)


class Events(NamedTuple):
    """What happened to one debt: date, kind (a word of ``limitation_events``), proof.

    A blank proof is no proof: the event is ignored, the cautious reading. A kind that no row knows
    is an error: were it taken for nothing, a claim would seem to end sooner than it does.
    """

    event_date: Day
    event: Annotated[NDArray[np.object_], choice("limitation_events", "each")]
    proved: Annotated[Flag, OPTIONAL]


class IgnoredEvents(NamedTuple):
    """Events that did not count, in order of date, with the code of the reason."""

    event_date: Day
    event: Text
    reason: Text


class LimitationOfDebt(NamedTuple):
    """Limitation of one debt; the fields of :class:`Limitation`, the ignored events as a table."""

    expiry: Day
    days_left: Days
    status: Annotated[NDArray[np.object_], label("limitation_status")]
    revived: Flag
    ignored: IgnoredEvents
    long_stop: Day
    long_stop_days_left: Days
    reason: Reason


@function("AR_LIMITATION", case="LIMITATION", category="interest")
def limitation_of(
    due: OneDay,
    events: Events,
    as_of: OneDay,
    years: OneCount | None = None,
    holiday_roll: RollRule = "none",
) -> LimitationOfDebt:
    """Follow the limitation period of one debt through its events; see :func:`limitation`."""
    kinds = events.event
    owner = np.zeros(kinds.size, dtype=np.int64)
    found = limitation(
        [due], owner, events.event_date, kinds, events.proved, as_of, years, holiday_roll
    )
    order = np.argsort(events.event_date, kind="stable")
    out = order[found.ignored[order] != None]  # noqa: E711 - element by element
    ignored = IgnoredEvents(events.event_date[out], kinds[out], found.ignored[out])
    return LimitationOfDebt(
        found.expiry,
        found.days_left,
        found.status,
        found.revived,
        ignored,
        found.long_stop,
        found.long_stop - as_of,
        _reason(due, events, found, ignored, years),
    )


def _reason(
    due: int, events: Events, found: Limitation, ignored: IgnoredEvents, years: int | None
) -> Because:
    """Say from which event the period runs, by which rule, and which events did not count."""
    event = int(found.governing[0])
    governed = event != MISSING
    begin = int(events.event_date[event]) if governed else due
    kind = events.event[[event]] if governed else np.array([None])
    renewed = "revived" if found.revived[0] else "restarted"
    count = ignored.event.size
    more = "_more" if count > _NAMED else "_ignored" if count else ""
    return reasons.because(
        "AR_LIMITATION",
        (renewed if governed else "from_due") + more,
        begin=reasons.date(begin),
        event=reasons.words("limitation_events", kind),
        period=_period(begin, int(found.expiry[0]), years),
        expiry=reasons.date(found.expiry),
        ignored=_listed(ignored),
        count=reasons.number(count),
    )


def _listed(ignored: IgnoredEvents) -> Part:
    """Name the ignored events, the first of very many: date, kind and why each does not count."""
    when, kinds, why = (column[:_NAMED] for column in ignored)
    kind = reasons.words("limitation_events", kinds)
    why_not = reasons.words("limitation_ignored", why)
    day = reasons.date(when)
    each = reasons.because("AR_LIMITATION", "one_ignored", day=day, event=kind, why=why_not)
    return lambda lang: np.array({"zh": "、", "en": ", "}[lang].join(each(lang)), object)


def _period(begin: int, expiry: int, years: int | None) -> Part:
    """Name the length of a period: the years that were given, or the row that it follows."""
    if years is not None:
        length = f"{years:,}"
        return lambda lang: np.array({"zh": f"{length}年", "en": f"{length} years"}[lang], object)
    rows = all_rules("limitation")
    # A rolled expiry lies some days after the corresponding day, never a year.
    ends = [int(add_months(begin, 12 * row.integer("years"))) for row in rows]
    nearest = min(range(len(rows)), key=lambda place: abs(ends[place] - expiry))
    return reasons.rule([rows[nearest]], dated=True)
