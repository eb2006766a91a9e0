"""The store outside the books: the step that undo takes back, the backups, a lock, a journal.

It is ``$HUIKUAN_HOME``, else the user's data folder. Each book has a folder named by its path:

``states/``, ``backups.json``
    the book before each of the last runs, and as the last run left it; see :mod:`addin.backups`;
``record.json``
    what the last run did, for undo;
``journal.json``
    there only while a new file takes the book's place. What is to follow (``*.new``) is written
    before it, so that what remains after the book was replaced is renaming. A run that died leaves
    the journal; the next one ends or drops what it says: :meth:`Slot.locked`.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import unicodedata
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from addin import locking, owners
from addin.backups import Backup, Backups, Label, digest, now, write_whole
from addin.replacing import DENIED, Replacement, clear, replacing
from addin.space import full_disk_told, refuse_if_full
from macros.texts import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from addin.locking import Holder

__all__ = ["Appended", "Record", "Slot", "digest", "home", "refuse_target", "replacing"]


_NO_STORE: Final = DENIED | {errno.EEXIST, errno.ENOTDIR, errno.ENAMETOOLONG}


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
    before: str = ""  # SHA-256 of the file; Slot.exchanging fills both in
    after: str = ""
    sheets: tuple[tuple[str, str], ...] = ()
    appends: tuple[Appended, ...] = ()
    cells: tuple[tuple[str, int, int], ...] = ()
    taken: str = ""


@dataclass(slots=True)
class Exchange:
    """A new file on its way to the book's place: write to ``path``, say what undo is to know.

    ``record`` is None where nothing is left to take back. Its digests are filled in.
    """

    path: Path
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class _Journal:
    """What is about to happen to a book."""

    action: str
    time: str
    before: str
    after: str
    temporary: str  # its name; it is gone when the book has been replaced
    forgets: bool  # whether the undo step is used up


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


def _key(real: Path) -> str:
    """Give the name of a book's folder: one for one file, however its path was typed.

    Links have been followed. Where the folder does not tell upper from lower case, neither do we.
    """
    name = os.path.normcase(str(real))
    other = real.with_name(real.name.swapcase())
    with contextlib.suppress(OSError):  # not there: the system tells them apart
        if other.name != real.name and other.samefile(real):
            name = unicodedata.normalize("NFC", str(real)).casefold()
    return hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:24]


class Slot:
    """The place of one book in the store."""

    def __init__(self, book: Path) -> None:
        self.book = book
        self._real = book.resolve()
        self.folder = home() / "undo" / _key(self._real)
        self.backups = Backups(self.folder, self._real.suffix.lower())
        self._record = self.folder / "record.json"
        self._next = self.folder / "record.json.new"
        self._journal = self.folder / "journal.json"

    @contextmanager
    def locked(self, waiting: Callable[[Holder], None] | None = None) -> Iterator[list[Message]]:
        """Hold the book against a second run of ours, from before it is read; mend what died.

        Gives what the person should know: that a run was interrupted and what the book is.

        Parameters
        ----------
        waiting : callable, optional
            Told once of the process that holds the book, while we wait some seconds for it.

        Raises
        ------
        Refusal
            ``running``: another run holds it; ``no_store``: the store cannot be written;
            ``disk_full``.
        """
        if not self._real.is_file():
            yield []  # opening it says what is wrong
            return
        with full_disk_told(self.book, _standing(self.folder)), _store_told():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with locking.held(self.folder / "lock", waiting or _unheard):
                    told = self._recover()
                    with _told_all_the_same(tuple(told)):
                        if self._real.stat().st_nlink > 1:
                            told.append(Message("host.hard_link"))
                        yield told
            except locking.BusyError as busy:
                raise Refusal("running", self.book.name, holder=busy.holder) from None

    @contextmanager
    def exchanging(self, action: str, content: str, *, extra: int = 0) -> Iterator[Exchange]:
        """Give a file to write; it takes the book's place, and the book before is kept.

        To be used within :meth:`locked`. All that can fail for want of room or rights comes before
        the one step in which the book is replaced.

        Parameters
        ----------
        action : str
            What is being done, for the list of backups.
        content : str
            The digest of the book that was read.
        extra : int
            Bytes by which the book may grow.

        Raises
        ------
        Refusal
            ``too_little_space``, ``disk_full``, ``open_elsewhere``; ``changed_meanwhile``: the book
            is no longer what was read; and as :class:`addin.replacing.Replacement`.
        """
        size = self._real.stat().st_size
        needs = {self._real.parent: size + extra, self.folder: 2 * size + extra}
        refuse_if_full(needs, self.book)
        new = Replacement(self.book)
        try:
            exchange = Exchange(new.path)
            yield exchange
            new.settle()
            self._prepare(action, content, exchange)
            owners.refuse_if_open(self.book)
            if digest(self._real) != content:
                raise Refusal("changed_meanwhile", self.book.name)
            new.swap()
        finally:
            # One way to the end, whether it went well or not: what the disk says has happened.
            # Where even a renaming in the store fails, the journal stays and the next run ends it.
            with contextlib.suppress(OSError):
                self._conclude()
            new.drop()

    def _prepare(self, action: str, content: str, exchange: Exchange) -> None:
        """Write all that is to follow, and the journal last."""
        before, after = self.backups.keep(self._real), self.backups.keep(exchange.path)
        if before != content:
            raise Refusal("changed_meanwhile", self.book.name)
        time = now()
        self.backups.prepare(Backup(time, action, before, self._real.stat().st_size))
        if exchange.record is not None:
            record = replace(exchange.record, before=before, after=after)
            write_whole(self._next, json.dumps(asdict(record), ensure_ascii=False))
        name, forgets = exchange.path.name, exchange.record is None
        journal = _Journal(action, time, before, after, name, forgets)
        write_whole(self._journal, json.dumps(asdict(journal), ensure_ascii=False))

    def _conclude(self) -> bool | None:
        """End what the journal says, or drop it; whether the book has been replaced, if at all.

        It may die at any point and be called again. The digests decide; where she has changed the
        book since, the temporary file does, for it is gone only when it has become the book.
        """
        journal = self._read_journal()
        if journal is None:
            self._drop_prepared()
            return None
        current = digest(self._real)
        there = self._real.with_name(journal.temporary).exists()
        replaced = current == journal.after or (current != journal.before and not there)
        if not replaced:
            self._journal.unlink(missing_ok=True)
            self._drop_prepared()
            return False
        self.backups.turn()
        if journal.forgets:
            self._record.unlink(missing_ok=True)
        elif self._next.is_file():
            self._next.replace(self._record)
        self._journal.unlink(missing_ok=True)
        self._prune()
        return True

    def _drop_prepared(self) -> None:
        self._next.unlink(missing_ok=True)
        self.backups.cancel()
        for unfinished in self.folder.glob("*.part"):
            unfinished.unlink(missing_ok=True)

    def _prune(self) -> None:
        record = self._read_record()
        self.backups.prune((record.before, record.after) if record else ())

    def _read_journal(self) -> _Journal | None:
        try:
            return _Journal(**json.loads(self._journal.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):  # not ours, or of another version: it says nothing
            self._journal.unlink()
            return None

    def _recover(self) -> list[Message]:
        """Mend what a run that died has left; say in one sentence what the book is."""
        journal = self._read_journal()
        replaced = self._conclude()
        left = clear(self._real)
        if left and replaced is None:
            self._prune()
        if journal is None:
            return [Message("host.interrupted_early")] if left else []
        code = "host.interrupted_after" if replaced else "host.interrupted_before"
        when = journal.time[:19].replace("T", " ")
        return [Message(code, {"action": Label(journal.action), "time": when})]

    def state(self, content: str) -> Path:
        """Give the file of a state by its digest."""
        return self.backups.state(content)

    def load(self) -> Record | None:
        """Give what the last run did, or None where there is nothing to take back."""
        record = self._read_record()
        if record is None:
            return None
        before = self.state(record.before)
        return record if before.is_file() and digest(before) == record.before else None

    def _read_record(self) -> Record | None:
        try:
            said: dict[str, Any] = json.loads(self._record.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
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


def _unheard(_: Holder) -> None:
    """Tell nobody that we wait."""


def _standing(folder: Path) -> Path:
    """Give the nearest folder above that is there."""
    return next((each for each in (folder, *folder.parents) if each.is_dir()), folder)


@contextmanager
def _told_all_the_same(told: tuple[Message, ...]) -> Iterator[None]:
    """Tell of an interruption where this command refuses: it is mended now and told once."""
    try:
        yield
    except Refusal as refusal:
        refusal.told = told
        raise


@contextmanager
def _store_told() -> Iterator[None]:
    """Say that the store cannot be written: without it there is no way back, so nothing is done."""
    try:
        yield
    except OSError as error:
        inside = str(error.filename or "").startswith(str(home()))
        if not inside or error.errno not in _NO_STORE:
            raise
        raise Refusal("no_store", str(home())) from error
