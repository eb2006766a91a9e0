"""A new book, written by openpyxl as a whole: there is nothing in it that could be lost."""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from copy import copy
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook

from addin.hosts.package.container.stylesheet import in_order
from addin.hosts.package.ours import in_memory
from addin.hosts.package.ours.internals import normal_font, set_normal_font
from addin.hosts.package.ours.strings import RELATIONS, TYPES, StringTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from addin.hosts.package.ours.body import Body

_STYLES: Final = "xl/styles.xml"


def create_workbook() -> Workbook:
    """Give an empty workbook, without a sheet; it cannot be saved before it has one."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    font = copy(normal_font(workbook))
    font.name, font.family, font.scheme = "等线", 2, None
    set_normal_font(workbook, font)
    return workbook


def save(workbook: Workbook, target: Path, bodies: Mapping[str, Body]) -> None:
    """Save a workbook, with the rows of its sheets by their titles.

    openpyxl writes into memory without packing: what it writes is packed once, when it is final.
    On the way the texts of all sheets go into one table.
    """
    plain = io.BytesIO()
    workbook.properties.modified = dt.datetime.now(tz=dt.UTC).replace(tzinfo=None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        in_memory.save(workbook, zipfile.ZipFile(plain, "w"))
    rows = {
        f"xl/worksheets/sheet{number}.xml": bodies[sheet.title]
        for number, sheet in enumerate(workbook.worksheets, 1)
    }
    table, last = StringTable(), {}
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive,
    ):
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename in rows:
                content = table.take_from(rows[entry.filename].into(content))
            elif entry.filename == _STYLES:
                content = in_order(content)
            if entry.filename in {TYPES, RELATIONS}:
                last[entry.filename] = content
            else:
                archive.writestr(entry.filename, content)
        for name, content in table.parts(last).items():
            archive.writestr(name, content)
