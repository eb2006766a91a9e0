"""Render the demo's sheets to small PNG files in ``addin/help/img``: ``make pictures``.

Needs LibreOffice (``soffice``) and ``pdftoppm``. A sheet's first page is what a reader sees first.
One book is not the demo: XlsxWriter made it, with charts of its own, and ``aging`` ran on it; what
is rendered is the whole book as the product left it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl
import xlsxwriter

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "addin" / "help" / "img"
#: Sheet of the demo workbook → picture.
PICTURES = {
    "账龄": "aging",
    "任务分解汇总": "task-summary",
    "催收清单": "dunning",
}
DOTS_PER_INCH = 72


#: Text on a page of the foreign book → picture.
FOREIGN = {"我的看板": "foreign-charts", "账龄分析": "foreign-aging"}


def to_pdf(path: Path, folder: Path) -> Path:
    """Let LibreOffice print a book."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, path]
    subprocess.run(convert, check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.pdf"


def to_png(pdf: Path, page: int, folder: Path, *, dots: int = DOTS_PER_INCH, rows: int = 0) -> Path:
    """Render one page, or its upper ``rows`` dots."""
    picture = folder / f"page{page}"
    size = ["-r", str(dots), "-f", str(page), "-l", str(page)]
    if rows:
        size += ["-x", "0", "-y", "0", "-W", str(dots * 12), "-H", str(rows)]
    subprocess.run(["pdftoppm", "-png", "-singlefile", *size, pdf, picture], check=True, timeout=60)
    return picture.with_suffix(".png")


def first_page(book: Path, sheet: str, folder: Path) -> Path:
    """Render the first page of one sheet: a copy of the book keeps no other."""
    copy = openpyxl.load_workbook(book)
    for other in copy.worksheets:
        if other.title != sheet:
            copy.remove(other)
    path = folder / "page.xlsx"
    copy.save(path)
    return to_png(to_pdf(path, folder), 1, folder)


def foreign_book(path: Path) -> None:
    """Make a book of someone else: a dashboard with two charts over a ledger."""
    with xlsxwriter.Workbook(str(path)) as book:
        board, ledger = book.add_worksheet("看板"), book.add_worksheet("应收")
        board.set_landscape()
        board.fit_to_pages(1, 1)
        board.write("A1", "我的看板", book.add_format({"bold": True, "font_size": 16}))
        ledger.write_row(0, 0, ("单据号", "客户名称", "单据日期", "到期日", "应收金额"))
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for row in range(1, 13):
            issued = 45_900 + row * 20
            ledger.write_row(row, 0, (f"A{row:02d}", f"客户{'甲乙丙丁'[row % 4]}"))
            ledger.write_row(row, 2, (issued, issued + 30), day)
            ledger.write(row, 4, 1200 * (1 + row * 7 % 11))
        for kind, place in (("column", "A3"), ("doughnut", "I3")):
            chart = book.add_chart({"type": kind})
            data = {"categories": "=应收!$B$2:$B$5", "values": "=应收!$E$2:$E$5"}
            chart.add_series({"name": "应收金额", **data})
            chart.set_title({"name": "她自己的图"})
            board.insert_chart(place, chart)


def page_with(pdf: Path, text: str) -> int:
    """Give the number of the first page that says something."""
    found = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, check=True, timeout=60)
    pages = found.stdout.decode().split("\f")
    return next(number for number, page in enumerate(pages, 1) if text in page)


def render_foreign(folder: Path, images: Path) -> None:
    """Run ``aging`` on the foreign book and render her charts and our sheet from the result."""
    book = folder / "foreign.xlsx"
    foreign_book(book)
    command = [sys.executable, "-m", "addin.cli", "run", "aging", book, "--as-of", "2026-06-30"]
    subprocess.run(command, check=False, env={**os.environ, "HUIKUAN_HOME": str(folder / "home")})
    pdf = to_pdf(book, folder)
    for text, name in FOREIGN.items():
        picture = to_png(pdf, page_with(pdf, text), folder, dots=96, rows=320)
        shutil.copyfile(picture, images / f"{name}.png")


def main() -> None:
    """Build the demo in a scratch folder and render every sheet of :data:`PICTURES`."""
    for tool in ("soffice", "pdftoppm", "pdftotext"):
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
        render_foreign(folder, IMAGES)


if __name__ == "__main__":
    main()
