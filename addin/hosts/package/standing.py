"""Where the parts of a package stand: the sheets from which each can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from addin.hosts.package.opening import Package


def sheets_of_parts(package: Package) -> Mapping[str, tuple[str, ...]]:
    """Give by part, in lower case, the titles of the sheets that it can be reached from."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in package.sheets:
        for part in _reached(package, entry.part):
            found[part] = (*found.get(part, ()), entry.name)
    return found


def _reached(package: Package, first: str) -> set[str]:
    """Follow the relations from a part."""
    waiting, found = [first], set[str]()
    while waiting:
        part = waiting.pop()
        if part.lower() not in found and package.has(part):
            found.add(part.lower())
            waiting += [r.target for r in package.relations(part) if not r.external]
    return found
