"""The register of actions: a button's id, its texts, what it reads and what it writes.

``@action`` records a declaration and returns the function untouched. Labels, screentips and
headings come from ``workbook_templates/texts`` under ``action.<id>.label`` and ``.tip``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import workbook_templates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from macros.changes import Changes
    from macros.tables import Tables
    from macros.texts import Lang


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was asked for.

    ``as_of`` is the 基准日 as a 1900 serial, inclusive: what is dated on it counts, what is dated
    later does not exist yet. ``options`` are ``--set key=value`` pairs over the workbook's own
    参数 rows: the option wins. ``inputs`` are further tables, read from a file to be imported.
    ``as_of_given`` says that the person asked for this day, so the book's own is not used.
    """

    as_of: int
    lang: Lang = "zh"
    options: Mapping[str, str] = field(default_factory=dict)
    inputs: Tables | None = None
    as_of_given: bool = False


ActionFunction: TypeAlias = "Callable[[Tables, Settings], Changes]"


@dataclass(frozen=True, slots=True)
class Action:
    """A declared action. ``reads`` are required tables, ``may_read`` those used if present."""

    id: str
    group: str
    icon: str
    reads: tuple[str, ...]
    may_read: tuple[str, ...]
    writes: tuple[str, ...]
    options: tuple[str, ...]
    needs_as_of: bool
    run: ActionFunction


_ACTIONS: dict[str, Action] = {}


def action(  # noqa: PLR0913 - a declaration names each of its parts
    name: str,
    *,
    group: str,
    icon: str,
    reads: tuple[str, ...] = (),
    may_read: tuple[str, ...] = (),
    writes: tuple[str, ...] = (),
    options: tuple[str, ...] = (),
    needs_as_of: bool = True,
) -> Callable[[ActionFunction], ActionFunction]:
    """Register a function as the action ``name``; ``options`` are the settings keys it obeys."""

    def register(function: ActionFunction) -> ActionFunction:
        if name in _ACTIONS:
            raise ValueError(f"action {name} is registered twice")
        _ACTIONS[name] = Action(
            name, group, icon, reads, may_read, writes, options, needs_as_of, _as_of_day(function)
        )
        return function

    return register


def _as_of_day(function: ActionFunction) -> ActionFunction:
    """Give the function run on the tables as they count on the as-of date."""

    def run(tables: Tables, settings: Settings) -> Changes:
        if not settings.as_of:
            return function(tables, settings)
        from macros.at_day import at_day  # noqa: PLC0415 - only a dated run needs it

        at = at_day(tables, settings.as_of)
        done = function(at.tables, settings)
        return replace(
            done,
            problems=(*at.problems, *done.problems),
            messages=(*at.messages, *done.messages),
        )

    return run


def actions() -> Mapping[str, Action]:
    """Give all registered actions by id, in the order in which ``texts/actions.csv`` has them."""
    import macros.catalogue  # noqa: F401, PLC0415 - importing it registers them

    order = [row["code"].split(".")[1] for row in workbook_templates.rows("texts/actions")]
    known = dict.fromkeys([name for name in order if name in _ACTIONS] + list(_ACTIONS))
    return {name: _ACTIONS[name] for name in known}
