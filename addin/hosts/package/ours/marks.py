"""The sign that a sheet is ours: hidden names scoped to it, which every program keeps.

``_huikuan`` says whose sheet it is; ``_huikuan_charts`` which of its charts are ours, by a checksum
of their titles: another program rewrites a chart when it saves the book, but keeps its title.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final
from zlib import crc32

import workbook_templates
from macros.book import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from addin.hosts.package.container.opening import Package

MARK_NAME: Final = "_huikuan"
CHARTS_NAME: Final = "_huikuan_charts"
NAMES: Final = frozenset({MARK_NAME, CHARTS_NAME})
VERSION: Final = 1
#: A sheet that she has handed over and that we have not written yet: no id is to be expected.
HANDED: Final = 0


def mark_text(mark: str, version: int = VERSION) -> str:
    """Give the text of our mark as a defined name holds it."""
    return f'"{mark};{version}"'


def mark_of(text: str) -> Mark | None:
    """Read the text of our mark: ``"aging;1"`` is the action aging, version 1."""
    action, _, version = text.strip().strip('"').partition(";")
    return Mark(action, int(version)) if action and version.isdigit() else None


def chart_sum(title: str) -> str:
    """Give the checksum by which a chart of ours is known."""
    return f"{crc32(title.strip().encode()):08x}"


def charts_text(titles: Iterable[str]) -> str:
    """Give the checksums of our charts as a defined name holds them."""
    return f'"{";".join(map(chart_sum, titles))}"'


def charts_of(text: str) -> frozenset[str]:
    """Read the checksums of our charts."""
    return frozenset(text.strip().strip('"').split(";")) - {""}


def marks(package: Package) -> dict[int, Mark]:
    """Give the marks of a workbook by the position of their sheet."""
    found = {
        entry.sheet: mark_of(entry.text)
        for entry in package.defined_names
        if entry.name == MARK_NAME and entry.sheet is not None
    }
    return {sheet: mark for sheet, mark in found.items() if mark}


def homes(package: Package) -> dict[str, int]:
    """Give the position of the sheet of each mark.

    A sheet that she copies, to keep it as it is, takes the mark along. The sheet is then the one
    that still has our title, else the oldest: a copy gets a higher number, wherever it is put.
    """
    found: dict[str, list[tuple[bool, int, int]]] = {}
    for at, mark in marks(package).items():
        entry = package.sheets[at]
        renamed = entry.name.casefold() not in _titles()
        found.setdefault(mark.action, []).append((renamed, entry.number, at))
    return {action: min(several)[2] for action, several in found.items()}


@cache
def _titles() -> frozenset[str]:
    """Give the title, in lower case, of every sheet of ours in every language."""
    return frozenset(
        row[lang].casefold()
        for row in workbook_templates.rows("host/sheets")
        for lang in ("zh", "en")
    )


def chart_sums(package: Package) -> dict[int, frozenset[str]]:
    """Give the checksums of our charts by the position of their sheet."""
    return {
        entry.sheet: charts_of(entry.text)
        for entry in package.defined_names
        if entry.name == CHARTS_NAME and entry.sheet is not None
    }
