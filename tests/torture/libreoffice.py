"""Workbooks as LibreOffice sees them: many converted in one call, then read part by part."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from tests import packages

FILTER: Final = "xlsx:Calc MS Excel 2007 XML"
SECONDS: Final = 600


def converted(soffice: str, books: Sequence[Path], folder: Path) -> dict[Path, Path | None]:
    """Let LibreOffice open and save books; None where it gave nothing."""
    plain, out = folder / "in", folder / "out"
    plain.mkdir(parents=True)
    copies = {book: plain / f"{number:03d}{book.suffix}" for number, book in enumerate(books)}
    for book, copy in copies.items():
        shutil.copyfile(book, copy)
    command = [soffice, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", FILTER, "--outdir", str(out), *map(str, copies.values())]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    results = {book: out / f"{copy.stem}.xlsx" for book, copy in copies.items()}
    return {book: path if path.exists() else None for book, path in results.items()}


def differences(
    before: Path | None,
    after: Path | None,
    appended: Collection[str] = (),
    refreshed: Collection[str] = (),
) -> Iterator[str]:
    """Say which sheets or values of hers LibreOffice sees otherwise than before.

    On sheets to which rows were ``appended`` there may be more than before; ``refreshed`` ones
    show those rows in their pivot tables.
    """
    if before is None or after is None:
        if before is not None:
            yield "LibreOffice does not open it any more"
        return
    old, new = packages.parts(before), packages.parts(after)
    titles = [sheet.title for sheet in packages.sheets(old)]
    now = [sheet.title for sheet in packages.sheets(new)]
    # LibreOffice itself adds sheets at the end, for pivot tables whose source is gone.
    if [title for title in now if title in titles] != titles:
        yield f"the sheets were {titles} and are {now}"
        return
    for title in (each for each in titles if each not in refreshed):
        was, is_ = _values(old, title), _values(new, title)
        looked_at = was.keys() if title in appended else was.keys() | is_.keys()
        different = [at for at in looked_at if not _same(was.get(at), is_.get(at))]
        if different:
            at = min(different)
            yield f"{title}: {len(different)} values, first {at}: {was.get(at)!r}, {is_.get(at)!r}"


def _values(found: dict[str, bytes], title: str) -> dict[tuple[int, int], object]:
    return {
        (row, column): value
        for row, cells in enumerate(packages.rows(found, title))
        for column, value in enumerate(cells)
        if value not in {None, ""}
    }


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)
    return one == other
