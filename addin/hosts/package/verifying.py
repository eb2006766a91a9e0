"""The written file is read before it may take the book's place: nothing of hers is another.

Parts that were not to be changed are compared by checksum and size, which the file's directory
gives; changed parts must be well-formed; on sheets of hers every value must be what it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.parsers.expat import (
    ExpatError,
    ParserCreate,
)

import numpy as np
from lxml import etree

from addin.hosts.package.container.opening import open_package
from addin.hosts.package.container.parts import TYPES, parse_xml, sizes
from addin.hosts.package.reading import read_package
from macros.book import address
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from addin.hosts.package.container.opening import Package
    from addin.hosts.package.container.parts import Parts
    from macros.book import Book
    from macros.changes import Changes

_XML: Final = (".xml", ".rels", ".vml")


def verify(
    target: Path,
    before: Book,
    changes: Changes,
    written: Collection[str],
    *,
    parts: Parts | None = None,
) -> None:
    """Read the new file.

    Parameters
    ----------
    target : Path
        The file as written.
    before : Book
        Her book as it was read.
    changes : Changes
        What was wanted.
    written : collection of str
        Titles, in lower case, of the sheets that are made or removed.
    parts : Parts, optional
        What was to be written, where the file is a package changed part by part.

    Raises
    ------
    Refusal
        ``part_changed`` and ``value_changed``, naming the part or the cell.
    """
    if parts is not None:
        verify_parts(target, parts)
    with open_package(target) as package:
        if parts is None or _values_may_differ(parts, written):
            _verify_values(package, before, changes, written)
        else:
            _verify_sheets(package, parts.package, written)


def verify_parts(target: Path, parts: Parts) -> None:
    """Compare every part of a written file with what it was, or was to be.

    Raises
    ------
    Refusal
        ``part_changed``, naming the part.
    """
    now = sizes(target)
    for part, entry in parts.package.entries.items():
        name = part.lower()
        if name in parts.removed or name in parts.changed:
            continue
        if now.get(name) != (entry.CRC, entry.file_size):
            raise Refusal("part_changed", part)
    expected = {part.lower() for part in parts.package.names} - parts.removed | parts.added
    if set(now) != expected:
        raise Refusal("part_changed", min(set(now) ^ expected))
    for name in (*parts.changed, *parts.added):
        if name.endswith(_XML) and name != TYPES.lower():
            try:
                ParserCreate().Parse(parts.read(name), True)  # noqa: FBT003 - the parser's own way to say that it is all
            except ExpatError as error:
                raise Refusal("part_changed", name) from error
    _verify_styles(parts)


def _verify_styles(parts: Parts) -> None:
    """Check that styles were appended only: cells of hers name theirs by number."""
    for part in parts.package.related(parts.package.workbook_part, "styles"):
        if part.lower() not in parts.changed:
            continue
        new = {node.tag: node for node in parts.tree(part)}
        for listed in parse_xml(parts.package.read(part)):
            there = new.get(listed.tag)
            same = (
                there is not None
                and len(there) >= len(listed)
                and all(
                    etree.tostring(one, method="c14n") == etree.tostring(other, method="c14n")
                    for one, other in zip(listed, there, strict=False)
                )
            )
            if not same:
                raise Refusal("part_changed", part)


def _values_may_differ(parts: Parts, written: Collection[str]) -> bool:
    """Whether a part changed that holds values of hers: a sheet of hers, or texts of all sheets."""
    package = parts.package
    hers = {entry.part.lower() for entry in package.sheets if entry.name.casefold() not in written}
    hers |= {part.lower() for part in package.related(package.workbook_part, "sharedStrings")}
    return not hers.isdisjoint(parts.changed)


def _verify_sheets(package: Package, before: Package, written: Collection[str]) -> None:
    """Check that every sheet of hers is listed with its part; that part was compared."""
    listed = {entry.name: (entry.part, entry.kind) for entry in package.sheets}
    for entry in before.sheets:
        if entry.name.casefold() in written:
            continue
        if listed.get(entry.name) != (entry.part, entry.kind):
            raise Refusal("value_changed", entry.name)


def _verify_values(
    package: Package, before: Book, changes: Changes, written: Collection[str]
) -> None:
    """Compare the values of hers, where a sheet's part is another or its texts are."""
    touched = {append.sheet.casefold(): append.after for append in changes.appends}
    single = {(c.sheet.casefold(), c.row, c.column) for c in changes.cells}
    after = read_package(package)
    for sheet in before.sheets:
        name = sheet.name.casefold()
        if name in written:
            continue
        new = after.sheet(sheet.name)
        if new is None:
            raise Refusal("value_changed", sheet.name)
        rows = min(touched.get(name, sheet.cells.shape[0]), sheet.cells.shape[0])
        for row, column in _differences(sheet.cells[:rows], new.cells):
            if (name, row, column) not in single:
                raise Refusal("value_changed", f"{sheet.name}!{address(row, column)}")


def _differences(
    before: np.ndarray[tuple[int, ...], np.dtype[np.object_]],
    after: np.ndarray[tuple[int, ...], np.dtype[np.object_]],
) -> list[tuple[int, int]]:
    """Give the 1-based places whose values differ; trailing blanks count as none."""
    padded = np.full(before.shape, None, dtype=np.object_)
    rows = min(before.shape[0], after.shape[0])
    columns = min(before.shape[1], after.shape[1])
    padded[:rows, :columns] = after[:rows, :columns]
    return [
        (row + 1, column + 1)
        for row, column in np.argwhere(before != padded).tolist()
        if not _equal(before[row, column], padded[row, column])
    ]


def _equal(one: object, other: object) -> bool:
    """Compare values; a time of day may differ by less than a millisecond."""
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= max(1e-8, 1e-15 * abs(one))
    return one == other
