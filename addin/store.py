"""The store outside the books: the state before the last run of each, for undo, and a lock.

It is ``$HUIKUAN_HOME``, else the user's data folder. Each book has a folder named by its path: the
book before (``before.xlsx``), the book as we wrote it (``after.xlsx``) and ``record.json``.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A run takes seconds; a lock older than this was left by one that was killed.
LOCK_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class Appended:
    """Rows that a run appended below ``after`` on a sheet."""

    sheet: str
    after: int
    count: int
    excel_table: str


@dataclass(frozen=True, slots=True)
class Record:
    """What the last run on a book did: enough to take it back.

    ``sheets`` are pairs of mark and title as written, ``cells`` triples of sheet, row and column,
    ``taken`` the title of a sheet of hers that was handed over.
    """

    book: str
    action: str
    before: str  # SHA-256 of the file
    after: str
    sheets: tuple[tuple[str, str], ...]
    appends: tuple[Appended, ...]
    cells: tuple[tuple[str, int, int], ...]
    taken: str = ""


def home() -> Path:
    """Give the store's folder."""
    given = os.environ.get("HUIKUAN_HOME")
    return Path(given) if given else Path(platformdirs.user_data_dir("huikuan", appauthor=False))


def refuse_target(book: Path, out: Path) -> None:
    """Refuse a name under which a changed copy of a book cannot be written.

    Raises
    ------
    Refusal
        ``other_suffix``: a copy is of the book's own kind, or no program would open it;
        ``no_folder``; ``file_exists``: never over a file that is there.
    """
    if out.suffix.lower() != book.suffix.lower():
        raise Refusal("other_suffix", out.name, suffix=book.suffix.lower())
    if not out.resolve().parent.is_dir():
        raise Refusal("no_folder", str(out.parent))
    if out.exists():
        raise Refusal("file_exists", out.name)


def digest(path: Path) -> str:
    """Give the SHA-256 of a file's content."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


class Slot:
    """The place of one book in the store."""

    def __init__(self, book: Path) -> None:
        name = os.path.normcase(str(book.resolve()))
        key = hashlib.sha256(name.encode()).hexdigest()[:24]
        self.folder = home() / "undo" / key
        self.before = self.folder / f"before{book.suffix.lower()}"
        self.after = self.folder / f"after{book.suffix.lower()}"
        self._record = self.folder / "record.json"
        self._lock = self.folder / "lock"
        self._book = book

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the book against a second run of ours.

        Raises
        ------
        Refusal
            ``running``: another run holds it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._drop_stale()
        try:
            handle = os.open(self._lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            raise Refusal("running", self._book.name, lock=self._lock) from None
        try:
            os.write(handle, str(os.getpid()).encode())
            os.close(handle)
            yield
        finally:
            self._lock.unlink(missing_ok=True)

    def _drop_stale(self) -> None:
        try:
            age = time.time() - self._lock.stat().st_mtime
            holder = self._lock.read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return
        if age > LOCK_SECONDS or not _runs(holder):
            self._lock.unlink(missing_ok=True)

    def keep(self, before: Path) -> None:
        """Take a copy of the book as it is before a run; the older copy goes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._record.unlink(missing_ok=True)
        _copy(before, self.before)

    def finish(self, record: Record, after: Path) -> None:
        """Note what was done, once the book has been replaced."""
        _copy(after, self.after)
        temporary = self._record.with_suffix(".new")
        temporary.write_text(json.dumps(asdict(record), ensure_ascii=False), encoding="utf-8")
        temporary.replace(self._record)

    def load(self) -> Record | None:
        """Give what the last run did, or None where there is nothing to take back."""
        try:
            said: dict[str, Any] = json.loads(self._record.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        if not self.before.is_file() or digest(self.before) != said["before"]:
            return None
        return Record(
            book=said["book"],
            action=said["action"],
            before=said["before"],
            after=said["after"],
            sheets=tuple((mark, title) for mark, title in said["sheets"]),
            appends=tuple(Appended(**each) for each in said["appends"]),
            cells=tuple((sheet, row, column) for sheet, row, column in said["cells"]),
            taken=said["taken"],
        )

    def forget(self) -> None:
        """Drop the record: one step is taken back once."""
        self._record.unlink(missing_ok=True)


def _runs(holder: str) -> bool:
    """Whether the process of a lock may still run.

    Windows has no harmless way to ask, so there the lock's age decides; so it does for a lock
    that is just being written.
    """
    if os.name != "posix" or not holder.isdigit():
        return True
    try:
        os.kill(int(holder), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _copy(source: Path, target: Path) -> None:
    temporary = target.with_name(f"{target.name}.new")
    shutil.copyfile(source, temporary)
    temporary.replace(target)


@contextmanager
def replacing(book: Path) -> Iterator[Path]:
    """Give a path to write to; at the end the file there takes the book's place, atomically.

    On an error the book is what it was and the temporary file is gone. The book's permissions
    are kept; a link is followed, not replaced.

    Raises
    ------
    Refusal
        ``read_only``: the folder cannot be written; ``open_elsewhere``: the system does not let
        the file be replaced because a program holds it.
    """
    target = book.resolve()
    temporary = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")
    try:
        temporary.touch()
    except OSError as error:
        raise Refusal("read_only", book.name) from error
    try:
        yield temporary
        if target.exists():
            shutil.copymode(target, temporary)
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        try:
            temporary.replace(target)
        except PermissionError as error:
            raise Refusal("open_elsewhere", book.name, owner=target.name) from error
    finally:
        temporary.unlink(missing_ok=True)
