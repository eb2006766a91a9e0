"""A lock that dies with its process: one run on a book at a time.

The lock is one of the operating system (``flock``; on Windows a locked byte far behind the end of
the file), so a killed run holds nothing. The file itself stays: it tells who held it last. Where a
network folder knows no locks, a file that only one can create takes its place, and its age decides
when it is dead.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import socket
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from addin.limits import limit
from macros.texts import text

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from macros.texts import Lang

#: What a system answers when somebody else holds the lock.
_BUSY: Final = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})
#: What a file system answers that knows no locks.
_NO_LOCKS: Final = frozenset(
    {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
)
#: Windows keeps others from reading a locked byte: this one is behind anything that is written.
_FAR: Final = 1 << 30
_PAUSE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a lock."""

    pid: int = 0
    host: str = ""
    since: str = ""

    def render(self, lang: Lang) -> str:
        """Say it: process, computer, time."""
        if not self.pid:
            return text("host.holder_unknown", lang)
        return text("host.holder", lang, pid=self.pid, host=self.host, since=self.since)

    @classmethod
    def here(cls) -> Holder:
        """Give this process."""
        now = dt.datetime.now().astimezone()
        return cls(os.getpid(), socket.gethostname(), f"{now:%Y-%m-%d %H:%M:%S}")


class BusyError(Exception):
    """Somebody else holds the lock."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(holder)
        self.holder = holder


class NoLocksError(Exception):
    """The file system knows no locks."""


def take(handle: int) -> bool:
    """Lock an open file without waiting; whether it could be had.

    Raises
    ------
    NoLocksError
        The file system knows no locks.
    """
    try:
        if sys.platform == "win32":
            os.lseek(handle, _FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        if error.errno in _NO_LOCKS:
            raise NoLocksError from error
        raise
    return True


def runs(pid: int) -> bool:
    """Whether a process of this computer may still run.

    Windows has no harmless way to ask, so there it may.
    """
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.contextmanager
def held(file: Path, waiting: Callable[[Holder], None]) -> Iterator[None]:
    """Hold a lock while the body runs; wait some seconds for another's, who is told once.

    Raises
    ------
    BusyError
        It was still held after that time.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _wait(lambda: take(handle), lambda: _said(file), waiting)
        except NoLocksError:
            with _marked(file.with_name(f"{file.name}.held"), waiting):
                yield
            return
        _sign(handle)
        yield
    finally:
        os.close(handle)  # which gives the lock back


def _wait(
    take_it: Callable[[], bool], holder: Callable[[], Holder], waiting: Callable[[Holder], None]
) -> None:
    until = time.monotonic() + limit("wait_seconds")
    told = False
    while not take_it():
        if time.monotonic() >= until:
            raise BusyError(holder())
        if not told:
            waiting(holder())
            told = True
        time.sleep(_PAUSE)


def _sign(handle: int) -> None:
    content = json.dumps(asdict(Holder.here())).encode()
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, content)


def _said(file: Path) -> Holder:
    """Give who signed a lock; what is being written just now tells nobody's name."""
    try:
        return Holder(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Holder()


@contextlib.contextmanager
def _marked(mark: Path, waiting: Callable[[Holder], None]) -> Iterator[None]:
    """Hold a file that only one can create, where there are no locks."""

    def create() -> bool:
        try:
            handle = os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            if not dead(mark, _said(mark)):
                return False
            mark.unlink(missing_ok=True)
            return False  # the next turn creates it, if nobody else has
        try:
            _sign(handle)
        finally:
            os.close(handle)
        return True

    _wait(create, lambda: _said(mark), waiting)
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


def dead(mark: Path, holder: Holder) -> bool:
    """Whether what a file tells of is over: its process of this computer is gone, or it is old."""
    try:
        age = time.time() - mark.stat().st_mtime
    except FileNotFoundError:
        return True
    if age > limit("lock_seconds"):
        return True
    return bool(holder.pid) and holder.host == socket.gethostname() and not runs(holder.pid)
