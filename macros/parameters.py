"""The workbook's own 参数: keys by any name, values brought to canonical text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from macros import settings
from macros.book import address
from macros.dates import ORDERS
from macros.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from macros.tables import Table


def read_parameters(table: Table) -> tuple[dict[str, str], list[Problem]]:
    """Read the settings of a 参数 table.

    Returns
    -------
    dict, list of Problem
        Canonical text by key, where a value stands. Unknown keys are said, values that are none of
        their kind are reported and left out, and a key that stands twice keeps its first value.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    region = table.regions[0]
    rows = zip(table.get("key"), table.get("value"), table.frame["row"], strict=True)
    for name, value, row in rows:
        cells = {field: address(int(row), region.columns[field]) for field in ("key", "value")}
        key = settings.key_of(str(name))
        if key is None:
            problems.append(_said("unknown_setting", "info", region.sheet, cells["key"], str(name)))
            continue
        if key in found:
            code = "setting_twice"
            problems.append(_said(code, "warning", region.sheet, cells["key"], str(name)))
            continue
        try:
            canonical = settings.canonical(key, str(value))
        except ValueError:
            known = settings.schema()[key]
            said = {
                "heading": name,
                "expected": settings.Expected(known),
                "default": settings.Default(known),
            }
            problems.append(
                _said("bad_setting", "warning", region.sheet, cells["value"], str(value), **said)
            )
            continue
        if canonical:
            found[key] = canonical
    return found, problems


def date_order(parameters: Mapping[str, str]) -> str:
    """Give the order of day and month that 参数 asks for, "" for automatic."""
    order = parameters.get("date_order", "")
    return order if order in ORDERS else ""


def _said(code: str, severity: str, sheet: str, cell: str, found: str, **params: object) -> Problem:
    return Problem(
        code, "warning" if severity == "warning" else "info", "settings", sheet, cell, found, params
    )
