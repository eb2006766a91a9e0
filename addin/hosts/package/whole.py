"""A whole workbook in openpyxl: for a new book, which has nothing to be lost, and for undo."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from copy import copy
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook, load_workbook

from addin.hosts.package import cached, in_memory
from addin.hosts.package.internals import normal_font, set_normal_font

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from addin.hosts.package.body import Body
    from addin.hosts.package.opening import Package

_STRINGS: Final = "sharedstrings+xml"
_CELLS: Final = re.compile(rb"<((?:\w+:)?)sheetData(?:\s[^>]*)?>.*</\1sheetData>", re.DOTALL)
_RUN: Final = re.compile(rb"<(?:\w+:)?r>")


def load(package: Package, only: frozenset[str] | None = None) -> Workbook:
    """Load a workbook that :func:`inspection.losses` has found nothing in.

    ``only`` are titles in lower case of the sheets whose cells are wanted: the others are there,
    empty, which saves most of the time where one sheet of a large book is looked at.
    """
    content = package.path.read_bytes() if only is None else _emptied(package, only)
    with warnings.catch_warnings():
        # What openpyxl would warn of has been judged already, part by part.
        warnings.simplefilter("ignore")
        return load_workbook(
            io.BytesIO(content),
            rich_text=_has_rich_text(package),
            keep_vba=package.path.suffix.lower() == ".xlsm",
        )


def _emptied(package: Package, only: frozenset[str]) -> bytes:
    """Give a workbook without the cells of its other sheets."""
    others = {
        entry.part.lower()
        for entry in package.sheets
        if entry.kind == "worksheet" and entry.name.casefold() not in only
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for part in package.names:
            content = package.read(part)
            if part.lower() in others:
                content = _CELLS.sub(rb"<\1sheetData/>", content, count=1)
            archive.writestr(part, content)
    return target.getvalue()


def _has_rich_text(package: Package) -> bool:
    """Whether a cell has a text in several looks: openpyxl keeps them, at a price for all."""
    strings = [part for part in package.names if package.content_type(part).endswith(_STRINGS)]
    sheets = [entry.part for entry in package.sheets if entry.kind == "worksheet"]
    return any(_RUN.search(package.read(part)) for part in strings) or any(
        _RUN.search(package.sheet_xml(part)) for part in sheets
    )


def create_workbook() -> Workbook:
    """Give an empty workbook, without a sheet; it cannot be saved before it has one."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    font = copy(normal_font(workbook))
    font.name, font.family, font.scheme = "等线", 2, None
    set_normal_font(workbook, font)
    return workbook


def save(workbook: Workbook, target: Path, patched: Mapping[str, Callable[[bytes], bytes]]) -> None:
    """Save a workbook, its parts patched on their way into the file.

    openpyxl writes into memory without packing: what it writes is packed once, when it is final.
    """
    plain = io.BytesIO()
    now = dt.datetime.now(tz=dt.UTC).replace(tzinfo=None)
    workbook.properties.modified = now
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        in_memory.save(workbook, zipfile.ZipFile(plain, "w"))
    cached.patch(plain, target, patched)


def patches(
    source: Package | None,
    workbook: Workbook,
    bodies: Mapping[str, Body],
    written: Iterable[str],
) -> dict[str, Callable[[bytes], bytes]]:
    """Give, by part of the saved workbook, what is to be done to it.

    Sheets of ours get their rows; those of hers (all but ``written``, titles in lower case) get
    back the cached values and the elements that openpyxl dropped.
    """
    entries = source.sheets if source else ()
    parts = {entry.name: entry.part for entry in entries if entry.kind == "worksheet"}
    ours = set(written)
    found: dict[str, Callable[[bytes], bytes]] = {}
    for number, sheet in enumerate(workbook.worksheets, 1):
        part = f"xl/worksheets/sheet{number}.xml"
        if sheet.title in bodies:
            found[part] = bodies[sheet.title].into
        elif source and sheet.title in parts and sheet.title.casefold() not in ours:
            found[part] = cached.restorer(source.sheet_xml(parts[sheet.title]))
    return found
