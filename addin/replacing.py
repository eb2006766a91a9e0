"""A file takes the place of a book in one step: the book is the old or the new one, never torn.

The new file is written beside the book under a hidden name, ``.~huikuan-<book>-<process>.xlsx``,
brought to the disk, and renamed; then the folder is brought to the disk. The hidden file is locked
while its process lives, so that what a killed run left can be told from what another is writing.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import socket
import stat
import sys
import time
from typing import TYPE_CHECKING, Final

from addin import locking
from addin.space import full_disk_told
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PREFIX: Final = ".~huikuan-"
DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
#: File systems that cannot bring a folder to the disk by itself say so.
_NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES})
_LONGEST_ON_WINDOWS: Final = 259
_TRIES: Final = 5


def _short(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:8]


def _stem(target: Path) -> str:
    """Give what the hidden names of a book begin with; short, for a book's name may be long."""
    return f"{PREFIX}{_short(os.path.normcase(target.name))}-"


def refuse_if_read_only(book: Path) -> None:
    """Refuse a file that may not be written: who protects it does not want it replaced either.

    Raises
    ------
    Refusal
        ``read_only``.
    """
    try:
        with book.open("rb+"):
            return
    except OSError as error:
        raise Refusal("read_only", book.name) from error


class Replacement:
    """A file beside a book, written to take its place.

    Raises
    ------
    Refusal
        On making it: ``folder_read_only``, ``path_too_long``, ``no_folder``; ``running``: another
        computer or person is writing this book.
    """

    def __init__(self, book: Path) -> None:
        self.book = book
        self.target = book.resolve()
        owner = f"{_short(socket.gethostname())}-{os.getpid()}"
        self.path = self.target.with_name(f"{_stem(self.target)}{owner}{self.target.suffix}")
        self._handle = self._create()
        try:
            with contextlib.suppress(locking.NoLocksError):  # then age and process tell
                locking.take(self._handle)
            clear(self.target, but=self.path)
        except BaseException:
            self.drop()
            raise

    def _create(self) -> int:
        try:
            return os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except FileExistsError:  # of a dead process that had our number
            self.path.unlink()
            return os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except OSError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: OSError) -> Exception:
        folder = self.target.parent
        too_long = sys.platform == "win32" and len(str(self.path)) > _LONGEST_ON_WINDOWS
        if error.errno == errno.ENAMETOOLONG or too_long:
            return Refusal("path_too_long", self.book.name, length=len(str(self.target)))
        if error.errno in DENIED:
            return Refusal("folder_read_only", self.book.name, folder=folder)
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            return Refusal("no_folder", str(folder))
        return error

    def settle(self) -> None:
        """Give the new file the book's permissions and bring it to the disk."""
        if self.target.exists():
            _like(self.target, self.path)
        else:
            self.path.chmod(0o666 & ~_umask())
        sync(self.path)

    def swap(self, *, fresh: bool = False) -> None:
        """Put the new file in the book's place; ``fresh``: only where no file is.

        Raises
        ------
        Refusal
            ``open_elsewhere``: the system does not let go of the book; ``file_exists``.
        """
        if sys.platform == "win32":
            self._let_go()  # an open file cannot be renamed there
        if fresh:
            _move_fresh(self.path, self.target)
        else:
            self._move()
        # The book is in its place; that a folder could not be brought to the disk undoes nothing.
        with contextlib.suppress(OSError):
            sync_folder(self.target.parent)

    def _move(self) -> None:
        for turn in range(_TRIES):
            try:
                self.path.replace(self.target)
            except PermissionError as error:
                if os.name == "posix" or turn == _TRIES - 1:
                    owner = self.target.name
                    raise Refusal("open_elsewhere", self.book.name, owner=owner) from error
                time.sleep(0.2)  # a virus scanner or an indexer looks at it for a moment
            else:
                return

    def _let_go(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def drop(self) -> None:
        """Remove the new file if it has not taken the book's place."""
        self._let_go()
        self.path.unlink(missing_ok=True)


def _umask() -> int:
    """Give the mask for new files; the system tells it only when it is set."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _move_fresh(source: Path, target: Path) -> None:
    try:
        if sys.platform == "win32":
            source.rename(target)
            return
        os.link(source, target)
    except FileExistsError as error:
        raise Refusal("file_exists", target.name) from error
    except OSError:  # a file system without hard links: look, then rename
        if target.exists():
            raise Refusal("file_exists", target.name) from None
        source.replace(target)
        return
    source.unlink()


def _like(source: Path, target: Path) -> None:
    """Give a file the owner, access lists and permissions of another, as far as we may."""
    state = source.stat()
    if sys.platform != "win32":
        mine = target.stat()
        if (state.st_uid, state.st_gid) != (mine.st_uid, mine.st_gid):
            # Who is not the administrator may give a file to her group at most.
            for owner in ((state.st_uid, state.st_gid), (-1, state.st_gid)):
                try:
                    os.chown(target, *owner)
                except PermissionError:
                    continue
                break
    if sys.platform == "linux":
        for name in os.listxattr(source):
            try:
                os.setxattr(target, name, os.getxattr(source, name))
            except OSError as error:
                if error.errno not in DENIED | {errno.ENOTSUP, errno.ENODATA}:
                    raise
    target.chmod(stat.S_IMODE(state.st_mode))


def sync(file: Path) -> None:
    """Bring a file to the disk."""
    with file.open("rb+") as written:
        if sys.platform == "darwin":
            import fcntl  # noqa: PLC0415 - only there

            fcntl.fcntl(written.fileno(), fcntl.F_FULLFSYNC)  # fsync stops at the drive's memory
        else:
            os.fsync(written.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a folder to the disk, so that a rename in it outlives a power cut."""
    if os.name != "posix":
        return  # Windows writes the entry with the file
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def clear(target: Path, but: Path | None = None) -> bool:
    """Remove what killed runs left beside a book; whether there was anything.

    Raises
    ------
    Refusal
        ``running``: a process that lives, of another computer or person, is writing this book.
    """
    found = False
    for other in sorted(target.parent.glob(f"{_stem(target)}*")):
        if other == but:
            continue
        if not _left(other):
            raise Refusal("running", target.name, holder=_named(other))
        with contextlib.suppress(PermissionError):  # another person's, in a folder of hers
            other.unlink(missing_ok=True)
        found = True
    return found


def _named(file: Path) -> locking.Holder:
    """Give the process that a hidden file is named by; the computer only if it is this one."""
    host, _, pid = file.stem.rpartition("-")
    here = socket.gethostname() if host.endswith(_short(socket.gethostname())) else "?"
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(file.stat().st_mtime))
    return locking.Holder(int(pid) if pid.isdigit() else 0, here, since)


def _left(file: Path) -> bool:
    """Whether the process that was writing a hidden file is dead: then its lock can be had."""
    try:
        handle = os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return True
    except PermissionError:
        return locking.dead(file, _named(file))
    try:
        return locking.take(handle)
    except locking.NoLocksError:
        return locking.dead(file, _named(file))
    finally:
        os.close(handle)


@contextlib.contextmanager
def replacing(book: Path, *, fresh: bool = False) -> Iterator[Path]:
    """Give a path to write to; at the end the file there takes the book's place, atomically.

    On an error the book is what it was and the temporary file is gone. The book's permissions
    are kept; a link is followed, not replaced. ``fresh``: never over a file that is there.

    Raises
    ------
    Refusal
        As :class:`Replacement` and its ``swap``; ``disk_full``.
    """
    with full_disk_told(book):
        new = Replacement(book)
        try:
            yield new.path
            new.settle()
            new.swap(fresh=fresh)
        finally:
            new.drop()
