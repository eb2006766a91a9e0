"""The terms of a dunning run: thresholds, interval, minimum and calendar, with their rule row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from macros.settings import (
    calendar_setting,
    cents_setting,
    day_setting,
    days_setting,
    ladder_setting,
    setting,
)
from udfs.calendar import Calendar, roll
from udfs.rules import rule
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.action import Settings
    from macros.tables import Tables
    from macros.texts import Lang
    from udfs.arrays import Bools, Ints
    from udfs.rules import Rule


@dataclass(frozen=True, slots=True)
class Terms:
    """How a run duns.

    ``thresholds`` are the days overdue of levels 1, 2, …; ``reminders`` the days before the due
    date; ``interval`` the days between two contacts; ``minimum`` cents; ``demand_within`` the days
    to the end of the limitation period from which a provable demand is proposed whatever else
    holds; ``bank_data_until`` the day up to which the bank's data were read, None if not told;
    ``promises_known`` whether the book has a table of promises at all.
    """

    as_of: int
    lang: Lang
    thresholds: tuple[int, ...]
    reminders: tuple[int, ...]
    interval: int
    minimum: int
    demand_within: int
    limitation_roll: Literal["none", "following"]
    bank_data_until: int | None
    max_bank_age: int
    calendar: Calendar
    promises_known: bool
    row: Rule

    def workday(self, days: Ints) -> tuple[Ints, Bools]:
        """Roll days to a working day; where the calendar is not published they stay (True)."""
        rolled = roll(days, "following", self.calendar)
        unknown = rolled == MISSING
        rolled[unknown] = days[unknown]
        return rolled, unknown


def terms_of(tables: Tables, settings: Settings) -> Terms:
    """Read the terms from options, 参数 and rules.

    Raises
    ------
    Refusal
        ``bad_setting_value``: a ladder, a date or a number that is none. ``firm_days_clash``: a
        day is both off and worked.
    """
    row = rule("dunning", "standard", settings.as_of)
    interval = days_setting(tables, settings, "dunning_interval")
    minimum = cents_setting(tables, settings, "dunning_minimum")
    rolls = setting(tables, settings, "limitation_roll") == "following"
    return Terms(
        as_of=settings.as_of,
        lang=settings.lang,
        thresholds=ladder_setting(tables, settings, "dunning_levels", "dunning"),
        reminders=ladder_setting(tables, settings, "reminder_days", "reminders"),
        interval=row.integer("interval") if interval is None else interval,
        minimum=row.integer("minimum") * 100 if minimum is None else minimum,
        demand_within=row.integer("demand_within"),
        limitation_roll="following" if rolls else "none",
        bank_data_until=day_setting(tables, settings, "bank_data_until"),
        max_bank_age=row.integer("bank_data_age"),
        calendar=calendar_setting(tables, settings),
        promises_known="promises" in tables,
        row=row,
    )
