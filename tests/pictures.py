"""Render the demo's sheets to small PNG files in ``addin/help/img``: ``make pictures``.

Needs LibreOffice (``soffice``) and ``pdftoppm``. A sheet's first page is what a reader sees first.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "addin" / "help" / "img"
#: Sheet of the demo workbook → picture.
PICTURES = {
    "账龄": "aging",
    "任务分解汇总": "task-summary",
    "催收清单": "dunning",
}
DOTS_PER_INCH = 72


def first_page(book: Path, sheet: str, folder: Path) -> Path:
    """Render the first page of one sheet: a copy of the book keeps no other."""
    copy = openpyxl.load_workbook(book)
    for other in copy.worksheets:
        if other.title != sheet:
            copy.remove(other)
    path = folder / "page.xlsx"
    copy.save(path)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, path]
    subprocess.run(convert, check=True, capture_output=True, timeout=180)
    picture = folder / "page"
    subprocess.run(
        [
            "pdftoppm",
            "-png",
            "-singlefile",
            "-r",
            str(DOTS_PER_INCH),
            path.with_suffix(".pdf"),
            picture,
        ],
        check=True,
        timeout=60,
    )
    return picture.with_suffix(".png")


def main() -> None:
    """Build the demo in a scratch folder and render every sheet of :data:`PICTURES`."""
    for tool in ("soffice", "pdftoppm"):
        if shutil.which(tool) is None:
            sys.exit(f"make pictures needs {tool}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subprocess.run(
            [sys.executable, "-m", "addin.cli", "demo", folder],
            check=True,
            env={**os.environ, "HUIKUAN_HOME": str(folder / "home")},
        )
        book = next(folder.glob("*.xlsx"))
        for sheet, name in PICTURES.items():
            shutil.copyfile(first_page(book, sheet, folder), IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
