"""Everything ever typed is in the book or its archive, whatever is run in between."""

from __future__ import annotations

import random
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from addin.run import run_action, undo
from macros.texts import Refusal
from tests.torture.desk import Desk, Typed, small_ledger

ACTIONS = ("aging", "dunning", "task-breakdown")
SHORT, LONG, CHUNK = 6, 500, 20
#: One long sequence in so many is saved by LibreOffice in its middle.
BY_LIBREOFFICE = 40


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the seeds in chunks, so that processors can share them."""
    if "seeds" in metafunc.fixturenames:
        long = metafunc.config.getoption("--long")
        count, size = (LONG, CHUNK) if long else (SHORT, SHORT // 2)
        chunks = [range(first, min(first + size, count)) for first in range(0, count, size)]
        metafunc.parametrize("seeds", chunks, ids=str)


def test_everything_ever_typed_is_in_the_book_or_its_archive(seeds, tmp_path, pytestconfig):
    long = pytestconfig.getoption("--long")
    for seed in seeds:
        folder = tmp_path / str(seed)
        folder.mkdir()
        month(seed, folder, range(6, 13) if long else range(3, 4))


@pytest.mark.long
def test_nor_is_anything_lost_when_another_program_saves_in_between(tmp_path, soffice):
    for seed in range(LONG, LONG + LONG // BY_LIBREOFFICE):
        folder = tmp_path / str(seed)
        folder.mkdir()
        month(seed, folder, range(6, 9), soffice)


def month(seed: int, folder: Path, lengths: range, soffice: str = "") -> None:
    """Live through one sequence of edits and runs, looking for everything after each run."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible sequence, no secret
    desk, book = Desk(chance), folder / "账.xlsx"
    small_ledger(book)
    done = [f"seed {seed}"]
    first = chance.choice(ACTIONS)
    run_action(book, first)
    done.append(first)
    length = chance.choice(lengths)
    for step in range(length):
        done += desk.sit_down(book, chance.randrange(1, 4))
        if soffice and step == length // 2:
            saved_by_libreoffice(soffice, book, folder)
            done.append("LibreOffice")
        done.append(run(chance, book))
        missing = complaints(desk, book)
        assert not missing, "\n".join([*done, *missing])


def run(chance: random.Random, book: Path) -> str:
    """Regenerate a sheet, or take the last run back where there is one."""
    if chance.random() < 0.25:
        try:
            undo(book, "zh")
        except Refusal as refusal:
            if refusal.code != "nothing_to_undo":
                raise
        else:
            return "UNDO"
    action = chance.choice(ACTIONS)
    run_action(book, action)
    return action.upper()


def saved_by_libreoffice(soffice: str, book: Path, folder: Path) -> None:
    """Let LibreOffice open the book and save it in its own words."""
    command = [soffice, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out")]
    subprocess.run([*command, str(book)], check=True, capture_output=True, timeout=180)
    (folder / "out" / book.name).replace(book)


def complaints(desk: Desk, book: Path) -> list[str]:
    """Say what she typed that is not there, not on its row, twice, or of another colour."""
    cells, comments = standing(book)
    said = []
    for what, typed in desk.typed.items():
        # What she entered in her own tables stands on our lists as well.
        found = [cell for cell in cells.get(what, []) if cell.parent.title == typed.sheet]
        if typed.comment:
            found = [each for each in comments if what in each.comment.text] or found
        if not found or (len(found) > 1 and not typed.heading):
            said.append(f"{what} ({typed}) is there {len(found)} times")
        else:
            said += about(desk, what, typed, found[0])
    return said


def about(desk: Desk, what: object, typed: Typed, cell: Any) -> Iterator[str]:
    """Say what is wrong with one thing that is there."""
    texts = {str(each.value).strip() for each in cell.parent[cell.row] if each.value}
    lost = [name for name in typed.row if not desk.names_of(name) & texts]
    if lost:
        yield f"{what} is on row {cell.row} of {cell.parent.title}, without {lost}"
    shade = str(cell.fill.fgColor.rgb)[-6:] if cell.fill.fill_type else ""
    if typed.colour and shade != typed.colour:
        yield f"{what} was {typed.colour} and is {shade or 'plain'}"


def standing(book: Path) -> tuple[dict[Any, list[Any]], list[Any]]:
    """Give the cells of a book by value, and those that have a comment."""
    cells: dict[Any, list[Any]] = defaultdict(list)
    comments = []
    for sheet in openpyxl.load_workbook(book).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                cells[cell.value].append(cell)
                if cell.comment is not None:
                    comments.append(cell)
    return cells, comments
