"""What tests of recalculation ask of a file."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl

from addin.recalculation.command import recalc_book


def quiet(_: str, __: float) -> None:
    """Show no progress."""


def recalc(path: Path, **options):
    return recalc_book(path, progress=quiet, **options)


def values(path: Path, title: str) -> dict[str, object]:
    sheet = openpyxl.load_workbook(path, data_only=True)[title]
    return {cell.coordinate: cell.value for row in sheet for cell in row if cell.value is not None}


def formulas(path: Path) -> list[bytes]:
    """Every formula element of a file, byte for byte."""
    with zipfile.ZipFile(path) as archive:
        parts = sorted(name for name in archive.namelist() if "worksheets/sheet" in name)
        return [
            one
            for name in parts
            for one in re.findall(rb"<f[\s>].*?</f>|<f[^>]*/>", archive.read(name))
        ]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, changes: dict[str, tuple[bytes, bytes]]) -> None:
    """Change parts of a file: each a pair of what stands there and what is to stand there."""
    content = parts(path)
    for name, (old, new) in changes.items():
        assert old in content[name]
        content[name] = content[name].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)
