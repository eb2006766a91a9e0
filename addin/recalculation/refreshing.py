"""Recalculation around an action: before it reads, and after it wrote."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container.opening import local, open_package
from addin.hosts.package.reading import read_package
from macros.book import address
from macros.texts import Message

if TYPE_CHECKING:
    from collections.abc import Collection

    from addin.hosts.package.container.opening import Package
    from addin.recalculation.results import Left
    from macros.book import Book
    from macros.changes import Changes
    from macros.tables import Tables

_FORMULA: Final = re.compile(rb"<f[\s>/]")


def has_formulas(package: Package) -> bool:
    """Whether any sheet has a formula; a search of its bytes, no more."""
    return any(
        _FORMULA.search(package.sheet_xml(entry.part)) is not None
        for entry in package.sheets
        if entry.kind == "worksheet"
    )


def asks_for_calculation(package: Package) -> bool:
    """Whether a book asks to be calculated when it is opened."""
    return any(
        local(node.tag) == "calcPr" and node.get("fullCalcOnLoad") in {"1", "true"}
        for node in package.workbook
    )


def current(package: Package, book: Book) -> tuple[Book, tuple[Left, ...]]:
    """Give a book as it is when its formulas are computed, and what could not be.

    The book itself where nothing is otherwise; a book without formulas costs nothing.
    """
    if not has_formulas(package):
        return book, ()
    from addin.recalculation.keeping import patched_parts  # noqa: PLC0415 - the engine, only for formulas
    from addin.recalculation.recalculate import recalculate  # noqa: PLC0415 - as above

    found = recalculate(package)
    parts = patched_parts(package, found)
    if not parts.changed:
        return book, tuple(found.left)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / package.path.name
        parts.write(path)
        with open_package(path) as computed:
            return read_package(computed), tuple(found.left)


def trusted(tables: Tables, left: Collection[Left]) -> tuple[Message, ...]:
    """Say of how many formulas in the tables that were read the cached value had to be trusted."""
    places = {
        (region.sheet, column): (region.first_row, region.last_row)
        for table in tables.found.values()
        for region in table.regions
        for column in region.columns.values()
    }
    read = [
        one
        for one in left
        if one.cached
        and (rows := places.get((one.sheet, one.column)))
        and rows[0] <= one.row <= rows[1]
    ]
    if not read:
        return ()
    place = f"{read[0].sheet}!{address(read[0].row, read[0].column)}"
    return (Message("recalc.trusted", {"count": f"{len(read):,}", "cell": place}),)


def after(target: Path, package: Package, changes: Changes, titles: Collection[str]) -> None:
    """Bring formulas that depend on what an action wrote up to date, in the written file.

    Parameters
    ----------
    target : Path
        The file as the action wrote it; it is replaced.
    package : Package
        The book before.
    changes : Changes
        What was written.
    titles : collection of str
        The sheets that are made anew.
    """
    # An action continues formulas of hers but brings none of its own.
    if not has_formulas(package):
        return
    touched = {*titles, *(one.sheet for one in changes.appends)}
    touched |= {one.sheet for one in changes.cells}
    lower = {title.casefold() for title in touched}
    refresh(target, lower, asked=asks_for_calculation(package))


def refresh(target: Path, touched: Collection[str], *, asked: bool) -> None:
    """Bring formulas that depend on sheets that were written up to date, in the written file.

    Parameters
    ----------
    target : Path
        The file as an action wrote it; it is replaced.
    touched : collection of str
        Titles in lower case of the sheets that were written.
    asked : bool
        Whether the book asked to be calculated when it is opened before the action, too.
    """
    with open_package(target) as package:
        if not touched or not has_formulas(package):
            return
        from addin.recalculation.keeping import (  # noqa: PLC0415 - the engine, only for formulas
            patched_parts,
            write_checked,
        )
        from addin.recalculation.recalculate import recalculate  # noqa: PLC0415 - as above

        found = recalculate(package, touched)
        parts = patched_parts(package, found, settled=not asked)
        if not parts.changed:
            return
        refreshed = target.with_name(f"{target.name}.new")
        write_checked(parts, found, refreshed)
    refreshed.replace(target)
