"""No room, no right, no such length of name: a sentence, nothing changed, and then it goes on."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.torture.killing import Command, Desk, Ended, ledger, run

RUN = ("run", "aging", "{book}", "--as-of", "2026-06-30")
MB = 1_000_000


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A book on which one run was done."""
    made = Desk(tmp_path / "folder", tmp_path / "store", tmp_path / "asleep")
    made.folder.mkdir()
    made.store.mkdir()
    ledger(made.book, 60)
    assert act(made).code == 0
    made.remember()
    return made


def act(desk: Desk, *command: str, prepare: Callable[[], None] | None = None) -> Ended:
    typed = [each.format(book=desk.book) for each in command or RUN]
    return Command(desk, *typed, prepare=prepare).ended()


def refused(desk: Desk, ended: Ended, known: str, *said: str) -> None:
    """Nothing was changed, nothing lies about, and the sentence says what it should."""
    assert ended.code == 2, ended
    for each in said:
        assert each in ended.said, ended.said
    assert "没有改动" in ended.said
    assert "Traceback" not in ended.said
    assert digest(desk.book) == known
    assert desk.beside() == desk.unfinished() == []


def goes_on(desk: Desk, known: str) -> None:
    """Once the obstacle is gone a run and its undo work, and nobody speaks of an interruption."""
    ended = act(desk)
    assert ended.code == 0, ended
    assert "中断" not in ended.said
    assert act(desk, "undo", "{book}").code == 0
    assert digest(desk.book) == known


# A full disk


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        missing("the right to mount a small disk (tmpfs)")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path, leave: int = 0) -> Path:
    """Fill a disk but for some bytes."""
    file = disk / "filler"
    with file.open("ab", buffering=0) as filler:
        try:
            while shutil.disk_usage(disk).free > leave:
                filler.write(bytes(min(4096 * 16, shutil.disk_usage(disk).free - leave)))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    return file


def on_small_disk(desk: Desk, disk: Path, what: str) -> Desk:
    """Move the book's folder or the store to a small disk."""
    moved = {"folder": desk.folder, "store": desk.store} | {what: disk / what}
    made = Desk(moved["folder"], moved["store"], desk.asleep)
    shutil.rmtree(desk.store)
    desk.store.mkdir()
    if what == "folder":
        shutil.move(desk.folder, made.folder)
    made.store.mkdir(exist_ok=True)
    assert act(made).code == 0
    return made


@pytest.mark.parametrize("what", ["folder", "store"])
def test_a_disk_that_is_full_before(desk, small, what):
    desk = on_small_disk(desk, small, what)
    known = digest(desk.book)
    filler = fill(small, leave=MB // 2)
    refused(desk, act(desk), known, "磁盘空间不足", str(small), "0.5 MB")
    filler.unlink()
    goes_on(desk, known)


@pytest.mark.parametrize("what", ["folder", "store"])
def test_a_disk_that_runs_full_meanwhile(desk, small, what):
    desk = on_small_disk(desk, small, what)
    known = digest(desk.book)
    started = Command(desk, *(each.format(book=desk.book) for each in RUN))
    while not desk.beside() and started.process.is_alive():
        time.sleep(0.0005)
    filler = fill(small)
    refused(desk, started.ended(), known, "磁盘已满")
    filler.unlink()
    goes_on(desk, known)


def no_large_files() -> None:
    """Let no file become larger than 4 KB: where nothing can be mounted, as good as a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


@pytest.mark.parametrize("command", [RUN, ("undo", "{book}"), ("restore", "{book}", "1")])
def test_a_file_that_may_not_grow(desk, command):
    known = digest(desk.book)
    refused(desk, act(desk, *command, prepare=no_large_files), known, "磁盘已满")
    goes_on(desk, known)


# No right


def powerless() -> None:
    """Give up what an administrator may: from here on the permissions of files bind."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing):
        raise OSError(ctypes.get_errno(), "capset")


COMMANDS = [RUN, ("undo", "{book}"), ("restore", "{book}", "1")]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_is_read_only(desk, command):
    known = digest(desk.book)
    desk.folder.chmod(0o555)
    refused(desk, act(desk, *command, prepare=powerless), known, "不能在文件夹", str(desk.folder))
    desk.folder.chmod(0o755)
    goes_on(desk, known)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_read_only(desk, command):
    known = digest(desk.book)
    desk.book.chmod(0o444)
    refused(desk, act(desk, *command, prepare=powerless), known, "只读")
    desk.book.chmod(0o644)
    goes_on(desk, known)


def test_a_store_that_is_read_only(desk):
    known = digest(desk.book)
    shutil.rmtree(desk.store)
    desk.store.mkdir(mode=0o555)
    refused(desk, act(desk, prepare=powerless), known, "HUIKUAN_HOME", str(desk.store))
    desk.store.chmod(0o755)
    goes_on(desk, known)


def test_a_store_that_became_read_only(desk):
    known = digest(desk.book)
    slot = next(desk.store.glob("undo/*"))
    slot.chmod(0o555)
    (slot / "states").chmod(0o555)
    refused(desk, act(desk, prepare=powerless), known, "HUIKUAN_HOME", str(desk.store))
    for folder in (slot, slot / "states"):
        folder.chmod(0o755)
    goes_on(desk, known)


# Names


def test_the_longest_name_that_a_file_can_have(desk):
    name = "账" * 83 + "a.xlsx"  # 255 bytes
    book = desk.folder / name
    shutil.copy(desk.book, book)
    assert run(desk, "run", "aging", book, "--as-of", "2026-06-30").code == 0
    assert run(desk, "undo", book).code == 0
    assert digest(book) == digest(desk.book)


@pytest.mark.parametrize("name", ["账" * 86 + ".xlsx", "x/" * 3000 + "a.xlsx"])
@pytest.mark.parametrize("command", [RUN, ("undo", "{book}"), ("backups", "{book}")])
def test_a_path_that_is_too_long(desk, name, command):
    typed = [each.format(book=desk.folder / name) for each in command]
    ended = run(desk, *typed)
    assert ended.code == 2
    assert "Traceback" not in ended.said
    assert "程序出错" not in ended.said
    assert desk.beside() == []
