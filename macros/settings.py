"""The effective value of a setting: the run's option, else the workbook's 参数, else the default.

Values are kept as canonical text: a date as ISO text, a choice as its code, an amount and a rate
as a plain decimal. :func:`canonical` brings what a person typed, in Chinese or English, to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

import workbook_templates
from macros import amounts, dates, layout
from macros.texts import Refusal, text
from macros.words import normal, plain

if TYPE_CHECKING:
    from macros.action import Settings
    from macros.tables import Tables
    from macros.texts import Lang
    from udfs.calendar import Calendar

_SEPARATORS = re.compile(r"[,，;；、|\s]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """A word of a closed list: its code, what a person reads, and what else a person may type."""

    code: str
    zh: str
    en: str
    others: tuple[str, ...] = ()

    @property
    def words(self) -> frozenset[str]:
        """Normal forms of all that means this choice."""
        return frozenset(map(normal, (self.code, self.zh, self.en, *self.others)))


@dataclass(frozen=True, slots=True)
class SettingSchema:
    """A row of 参数 that the product knows; a number lies between ``least`` and ``most``."""

    key: str
    kind: str
    zh: str
    en: str
    default: str
    choices: tuple[Choice, ...]
    note_zh: str
    note_en: str
    least: Decimal | None
    most: Decimal | None

    def render(self, lang: Lang) -> str:
        """Give its title with its key: ``最小催收间隔 (dunning_interval)``."""
        return f"{self.zh if lang == 'zh' else self.en} ({self.key})"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a setting can take, in words."""

    of: SettingSchema

    def render(self, lang: Lang) -> str:
        """Give the kind with its bounds, the choices, or the note of a free text."""
        known = self.of
        if known.kind == "text":
            return known.note_zh if lang == "zh" else known.note_en
        if known.kind == "choice":
            return " / ".join(each.zh if lang == "zh" else each.en for each in known.choices)
        kind = text(f"setting.kind.{known.kind}", lang)
        if known.least is None or known.most is None:
            return kind
        return text("setting.range", lang, kind=kind, least=known.least, most=known.most)


@dataclass(frozen=True, slots=True)
class Default:
    """What a setting is where nobody set it, in words."""

    of: SettingSchema

    def render(self, lang: Lang) -> str:
        """Give the default, a choice by its title."""
        titles = {each.code: each.zh if lang == "zh" else each.en for each in self.of.choices}
        default = self.of.default
        return titles.get(default, default) or text("setting.no_default", lang)


def _choice(cell: str) -> Choice:
    """Take ``code=zh=en`` apart; what follows are further spellings."""
    code, zh, en, *others = cell.split("=")
    return Choice(code, zh, en, tuple(others))


@cache
def schema() -> dict[str, SettingSchema]:
    """Give every setting by key, in file order."""
    return {
        row["key"]: SettingSchema(
            key=row["key"],
            kind=row["kind"],
            zh=row["zh"],
            en=row["en"],
            default=row["default"],
            choices=tuple(_choice(part) for part in row["choices"].split("|") if part),
            note_zh=row["note_zh"],
            note_en=row["note_en"],
            least=Decimal(row["min"]) if row["min"] else None,
            most=Decimal(row["max"]) if row["max"] else None,
        )
        for row in workbook_templates.rows("rules/settings")
    }


@cache
def _keys() -> dict[str, str]:
    found: dict[str, str] = {}
    for known in schema().values():
        for name in (known.key, known.zh, known.en):
            found[normal(name)] = known.key
    return found


def key_of(name: str) -> str | None:
    """Give the key of a setting by its key, Chinese or English name; None if there is none.

    Examples
    --------
    >>> key_of("基准日"), key_of("As-of date"), key_of("nonsense")
    ('as_of', 'as_of', None)
    """
    return _keys().get(normal(name))


def canonical(key: str, value: str) -> str:
    """Bring a typed value to the canonical text of its kind; "" stays "".

    Raises
    ------
    ValueError
        The text is no value of this kind, or out of its bounds. The message is the key.

    Examples
    --------
    >>> canonical("as_of", "2026年6月30日"), canonical("aging_basis", "按单据日")
    ('2026-06-30', 'document')
    """
    typed = value.strip()
    known = schema()[key]
    if not typed:
        return ""
    if known.kind == "date":
        return _date(key, typed)
    if known.kind == "choice":
        for choice in known.choices:
            if normal(typed) in choice.words:
                return choice.code
        raise ValueError(key)
    if known.kind in {"money", "days", "rate", "number", "count"}:
        return _number(known, typed)
    return typed


def _date(key: str, typed: str) -> str:
    serial = dates.parse(typed)
    if serial is None:
        raise ValueError(key)
    return layout.date_text(serial)


def _number(known: SettingSchema, typed: str) -> str:
    percent = typed.endswith(("%", "％"))
    found = amounts.parse(typed.rstrip("%％天日 ") if known.kind != "money" else typed).value
    if found is None or (known.kind in {"days", "count"} and found != int(found)):
        raise ValueError(known.key)
    number = found / 100 if percent else found
    too_small = known.least is not None and number < known.least
    too_big = known.most is not None and number > known.most
    if too_small or too_big:
        raise ValueError(known.key)
    return f"{number:f}"


def setting(tables: Tables, settings: Settings, key: str) -> str:
    """Give the effective canonical value of a setting; "" where it has none.

    Parameters
    ----------
    tables : Tables
        The workbook; its 参数 were made canonical when they were read.
    settings : Settings
        The run; option keys may be key, Chinese or English name.
    key : str
        A key of ``rules/settings.csv``.

    Raises
    ------
    Refusal
        ``bad_setting_value``: an option's value is not one of its kind.
    """
    known = schema()[key]
    for name, value in settings.options.items():
        if value.strip() and key_of(name) == key:
            try:
                return canonical(key, value)
            except ValueError:
                raise refusal(known, value) from None
    return tables.parameters.get(key) or known.default


def refusal(known: SettingSchema, value: str) -> Refusal:
    """Give what is to be raised for a value that a setting cannot take."""
    return Refusal("bad_setting_value", value, setting=known, expected=Expected(known))


def day_setting(tables: Tables, settings: Settings, key: str) -> int | None:
    """Give a date setting as a 1900 serial, None where it has none."""
    value = setting(tables, settings, key)
    return layout.serial(value) if value else None


def days_setting(tables: Tables, settings: Settings, key: str) -> int | None:
    """Give a number of days (or a count), None where it has none."""
    value = setting(tables, settings, key)
    return int(Decimal(value)) if value else None


def cents_setting(tables: Tables, settings: Settings, key: str) -> int | None:
    """Give an amount in cents, half up, None where it has none."""
    value = setting(tables, settings, key)
    return amounts.to_minor(Decimal(value))[0] if value else None


def rate_setting(tables: Tables, settings: Settings, key: str) -> float | None:
    """Give a rate as a fraction (5% is 0.05), None where it has none."""
    value = setting(tables, settings, key)
    return float(value) if value else None


def ladder_setting(tables: Tables, settings: Settings, key: str, table: str) -> tuple[int, ...]:
    """Give a ladder of days: a scheme of a rule table by its code, or typed such as 30/60/90.

    Parameters
    ----------
    tables, settings : Tables, Settings
        As for :func:`setting`.
    key : str
        The setting, such as ``aging_scheme``.
    table : str
        The rule table that holds the schemes, such as ``"aging"``.

    Raises
    ------
    Refusal
        ``bad_setting_value``: neither a scheme nor distinct whole days above zero.
    """
    from udfs import rules  # noqa: PLC0415 - the rules are read only where a ladder is wanted

    value = setting(tables, settings, key)
    try:
        return tuple(rules.ladder(table, value))
    except (KeyError, ValueError):
        raise refusal(schema()[key], value) from None


_YEARS = re.compile(r"^(\d{1,2})\s*(?:年|years?|y)$")


def years_of(scheme: str) -> int:
    """Give the years of an annual aging scheme, 0 for one of days.

    Examples
    --------
    >>> years_of("4年"), years_of("3 years"), years_of("30/60/90")
    (4, 3, 0)
    """
    found = _YEARS.match(plain(scheme))
    return int(found[1]) if found and int(found[1]) else 0


def dates_setting(tables: Tables, settings: Settings, key: str) -> tuple[int, ...]:
    """Give a list of dates as serials, sorted: ``2026-05-01, 2026-05-02``.

    Raises
    ------
    Refusal
        ``bad_setting_value``: one of them is no date.
    """
    value = setting(tables, settings, key)
    found = set()
    for part in _SEPARATORS.split(value.strip()):
        serial = dates.parse(part) if part else None
        if part and serial is None:
            raise refusal(schema()[key], part)
        if serial is not None:
            found.add(serial)
    return tuple(sorted(found))


def calendar_setting(tables: Tables, settings: Settings) -> Calendar:
    """Give the national calendar with the firm's own days off and working days over it.

    Raises
    ------
    Refusal
        ``bad_setting_value``: one of the days is no date; ``firm_days_clash``: a day is both off
        and worked.
    """
    from udfs.calendar import NATIONAL  # noqa: PLC0415 - read only where days are counted

    off = dates_setting(tables, settings, "firm_days_off")
    work = dates_setting(tables, settings, "firm_workdays")
    clash = sorted(set(off) & set(work))
    if clash:
        raise Refusal("firm_days_clash", days=", ".join(map(layout.date_text, clash)))
    return NATIONAL.with_days(off, work)
