"""New values kept in a package: the sheets whose values changed, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container.opening import open_package
from addin.hosts.package.container.parts import Parts
from addin.hosts.package.verifying import verify_parts
from addin.recalculation.patching import patched, without_values
from macros.texts import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from addin.hosts.package.container.opening import Package
    from addin.recalculation.results import Recalculated

_ON_LOAD: Final = re.compile(rb"""(<(?:\w+:)?calcPr\b[^>]*?)\s+fullCalcOnLoad=["'](?:1|true)["']""")


def patched_parts(package: Package, found: Recalculated, *, settled: bool = True) -> Parts:
    """Give the package with new values: sheets whose values changed, and nothing else.

    Where every formula was computed and that settles it, the book no longer asks to be calculated
    when it is opened: a program without our functions would show ``#NAME?`` in place of the values.
    """
    parts = Parts(package)
    for sheet in found.sheets:
        if sheet.changed or sheet.members:
            part = sheet.formulas.part
            original = package.read(part)
            content = patched(original, package.sheet_xml(part), sheet)
            if content is not original:
                parts.set(part, content)
    if settled and found.computed and not found.left:
        workbook = package.read(package.workbook_part)
        content = _ON_LOAD.sub(rb"\1", workbook)
        if content != workbook:
            parts.set(package.workbook_part, content)
    return parts


def growth(parts: Parts) -> int:
    """Give the bytes by which the parts grow, unpacked."""
    return sum(
        max(len(parts.read(part)) - len(parts.package.read(part)), 0) for part in parts.changed
    )


def write_checked(parts: Parts, found: Recalculated, target: Path) -> None:
    """Write the package and read it back: nothing but values of formulas is another.

    Raises
    ------
    Refusal
        ``part_changed``.
    """
    parts.write(target)
    verify_parts(target, parts)
    with open_package(target) as written:
        for sheet in found.sheets:
            part = sheet.formulas.part
            if not sheet.changed or sheet.members:
                continue
            before = without_values(parts.package.sheet_xml(part))
            if without_values(written.sheet_xml(part)) != before:
                raise Refusal("part_changed", part)
