"""Two at one book: runs beside runs, and a spreadsheet program that has it open."""

from __future__ import annotations

import hashlib
import random
import subprocess
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.torture.killing import Command, Desk, ledger, run

SEED = 20260630
RUN = ("run", "aging", "{book}", "--as-of", "2026-06-30")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path / "folder", tmp_path / "store", tmp_path / "asleep")
    made.folder.mkdir()
    made.store.mkdir()
    ledger(made.book, 60)
    made.remember()
    return made


def start(desk: Desk, *command: str) -> Command:
    return Command(desk, *(each.format(book=desk.book) for each in command))


def runs_logged(path: Path) -> int:
    """Count the rows of the log, below its heading."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    sheet = openpyxl.load_workbook(path)["日志"]
    return sum(row[2] == "账龄" for row in sheet.iter_rows(values_only=True))


def test_every_run_of_many_is_done_or_refused(desk, times):
    for _ in range(times(1, 5)):
        desk.back()
        started = [start(desk, *RUN) for _ in range(times(4, 8))]
        ended = [each.ended() for each in started]
        assert {each.code for each in ended} <= {0, 2}
        done = [each for each in ended if each.code == 0]
        for each in ended:
            if each.code == 2:
                assert "另一次运行正在写这个工作簿（进程 " in each.said
        assert done
        assert runs_logged(desk.book) == len(done)
        assert desk.beside() == desk.unfinished() == []
        print(f"\n{len(ended)} at once: {len(done)} done, {len(ended) - len(done)} refused")  # noqa: T201 - the closing note's table


@pytest.mark.long
def test_runs_and_undos_at_once_leave_a_book_of_one_of_them(desk):
    chance = random.Random(SEED)  # noqa: S311 - an order, no secrets
    assert run(desk, *(each.format(book=desk.book) for each in RUN)).code == 0
    for _ in range(10):
        commands = [RUN, RUN, ("undo", "{book}"), ("undo", "{book}"), ("map", "{book}")]
        chance.shuffle(commands)
        ended = [each.ended() for each in [start(desk, *each) for each in commands]]
        assert {each.code for each in ended} <= {0, 2}
        assert desk.beside() == desk.unfinished() == []
        known = digest(desk.book)
        assert run(desk, *(each.format(book=desk.book) for each in RUN)).code == 0
        assert run(desk, "undo", desk.book).code == 0
        assert digest(desk.book) == known


@pytest.mark.long
def test_a_book_that_libreoffice_has_open(desk, soffice, tmp_path):
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, "--headless", "--norestore", "--nologo", profile, str(desk.book)]
    lock = desk.folder / f".~lock.{desk.book.name}#"
    known = digest(desk.book)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as office:
        try:
            until = time.monotonic() + 90
            while not lock.exists():
                assert time.monotonic() < until, "LibreOffice has not opened the book"
                time.sleep(0.1)
            for typed in (RUN, ("map", "{book}")):
                ended = start(desk, *typed).ended()
                assert ended.code == 2
                assert "被其他程序打开" in ended.said
                assert lock.name in ended.said
                assert " @ " in ended.said  # who, and on which computer
            assert digest(desk.book) == known
        finally:
            subprocess.run(["pkill", "-P", str(office.pid)], check=False)
            office.terminate()
    lock.unlink(missing_ok=True)
    assert start(desk, *RUN).ended().code == 0
    assert desk.beside() == []
