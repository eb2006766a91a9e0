"""Commands of huikuan in processes of their own, which die when we say.

A process is forked from a server that has loaded everything, so that a command takes the time of
its work only. It can be killed from outside at a moment, or kill itself (SIGKILL) right before its
n-th change of the file system: Python tells of each through its audit hooks, so the product knows
nothing of this.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import openpyxl

AS_OF: Final = "2026-06-30"
#: What Python tells before the file system is changed; ``open`` counts where it is for writing.
_CHANGES: Final = {
    "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.truncate",
    "os.link", "os.setxattr",
}  # fmt: skip
_WRITING: Final = os.O_WRONLY | os.O_RDWR

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    [__name__, "addin.run", "addin.undo", "addin.restoring", "addin.recalculation.command"]
)


def ledger(path: Path, rows: int) -> Path:
    """Make a workbook of receivables, and formulas that no program has computed."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "应收"
    sheet.append(["单据号", "客户编号", "客户名称", "单据日期", "到期日", "应收金额"])
    for number in range(rows):
        customer = number % 37
        sheet.append([
            f"INV{number:05d}", f"C{customer:03d}", f"客户{customer:03d}",
            45_900 + number % 200, 45_930 + number % 230, 1000 + number * 7.25,
        ])  # fmt: skip
    for row in sheet.iter_rows(min_row=2, min_col=4, max_col=5):
        for cell in row:
            cell.number_format = "yyyy-mm-dd"
    sums = workbook.create_sheet("我的计算")
    for number in range(1, 21):
        sums.append([f"C{number:03d}", f"=SUMIFS(应收!F:F,应收!B:B,A{number})", f"=B{number}*0.13"])
    workbook.save(path)
    return path


@dataclass(frozen=True)
class Desk:
    """A folder with a book, and a store, which can be put back as they were."""

    folder: Path
    store: Path
    asleep: Path

    @property
    def book(self) -> Path:
        return self.folder / "账本.xlsx"

    def remember(self) -> None:
        """Keep book and store as they are now."""
        shutil.rmtree(self.asleep, ignore_errors=True)
        shutil.copytree(self.folder, self.asleep / "folder")
        shutil.copytree(self.store, self.asleep / "store")

    def back(self) -> None:
        """Put them back."""
        for place, name in ((self.folder, "folder"), (self.store, "store")):
            shutil.rmtree(place)
            shutil.copytree(self.asleep / name, place)

    def beside(self) -> list[str]:
        """Give what lies beside the book."""
        return sorted(path.name for path in self.folder.iterdir() if path != self.book)

    def journal(self) -> bool:
        """Whether a journal stands in the store: a new file is about to take the book's place."""
        return any(self.store.glob("undo/*/journal.json"))

    def unfinished(self) -> list[str]:
        """Give what is left in the store of something that was not brought to its end."""
        names = (path.name for path in self.store.rglob("*") if path.is_file())
        return sorted(
            name for name in names if name.endswith((".new", ".part")) or "journal" in name
        )


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (-9: killed) and what it said."""

    code: int
    said: str
    seconds: float


def _within(folders: tuple[str, ...], event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an audit event is a change of a file in one of the folders."""
    if event == "open":
        path, _, flags = arguments
        if not flags & _WRITING:
            return False
    elif event in _CHANGES:
        path = arguments[0]
    else:
        return False
    return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(folders)


def _command(
    arguments: list[str], desk: Desk, output: Path, before: int | None, prepare: Callable | None
) -> None:
    """Be the command; in the child."""
    os.environ["HUIKUAN_HOME"] = str(desk.store)
    sys.stdout = sys.stderr = output.open("w", encoding="utf-8", buffering=1)
    from addin.cli import application  # noqa: PLC0415 - after the streams, which it takes hold of

    folders = (str(desk.folder), str(desk.store))
    seen = 0

    def hook(event: str, values: tuple[Any, ...]) -> None:
        nonlocal seen
        if _within(folders, event, values):
            seen += 1
            if seen == before:
                os.kill(os.getpid(), signal.SIGKILL)

    if before is not None:
        sys.addaudithook(hook)
    if prepare is not None:
        prepare()
    application.main(arguments)


class Command:
    """A command that has been started."""

    def __init__(
        self,
        desk: Desk,
        *arguments: object,
        before: int | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        self.desk = desk
        self._output = desk.asleep.with_name(f"output-{time.monotonic_ns()}.txt")
        said = [str(each) for each in arguments]
        target = (said, desk, self._output, before, prepare)
        self.process = _forks.Process(target=_command, args=target)
        self.process.start()
        self._started = time.monotonic()

    def kill(self) -> Ended:
        """Kill it and wait for its end."""
        self.process.kill()
        return self.ended()

    def ended(self) -> Ended:
        """Wait for its end."""
        self.process.join(120)
        assert self.process.exitcode is not None, "the command does not end"
        seconds = time.monotonic() - self._started
        said = self._output.read_text(encoding="utf-8") if self._output.exists() else ""
        self._output.unlink(missing_ok=True)
        return Ended(self.process.exitcode, said, seconds)


def run(desk: Desk, *arguments: object, before: int | None = None) -> Ended:
    """Run a command to its end, or to its n-th change of the file system."""
    return Command(desk, *arguments, before=before).ended()
