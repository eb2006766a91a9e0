"""A lock of the system, and what takes its place where a network folder knows none."""

import errno
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from addin import locking
from addin.locking import BusyError, Holder, held


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "lock"


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows no locks."""

    def refuse(*_args: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)


def impatient(monkeypatch: pytest.MonkeyPatch, seconds: float = 0) -> None:
    monkeypatch.setattr(locking, "limit", {"wait_seconds": seconds, "lock_seconds": 900}.get)


def silent(_: Holder) -> None:
    """Hear nothing."""


def test_the_second_is_told_who_holds_it(lock, monkeypatch):
    impatient(monkeypatch, 0.2)
    heard: list[Holder] = []
    with held(lock, silent), pytest.raises(BusyError) as busy, held(lock, heard.append):
        pass
    assert [each.pid for each in heard] == [os.getpid()]
    assert busy.value.holder.pid == os.getpid()
    assert str(os.getpid()) in busy.value.holder.render("zh")
    assert socket.gethostname() in busy.value.holder.render("en")


def test_it_is_given_back_and_waited_for(lock):
    code = (
        "import sys, time; from pathlib import Path; from addin.locking import held\n"
        "with held(Path(sys.argv[1]), print):\n"
        "    print('held', flush=True); time.sleep(0.5)"
    )
    command = [sys.executable, "-c", code, str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        heard: list[Holder] = []
        began = time.monotonic()
        with held(lock, heard.append):
            assert time.monotonic() - began > 0.1
        assert [each.pid for each in heard] == [other.pid]


def test_it_dies_with_its_process(lock, monkeypatch):
    impatient(monkeypatch, 2)
    code = (
        "import sys, os, signal; from pathlib import Path; from addin.locking import held\n"
        "with held(Path(sys.argv[1]), print): os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(lock)], check=False).returncode == -9
    assert lock.stat().st_size > 0
    with held(lock, lambda holder: pytest.fail(f"waited for {holder}")):
        pass


def test_what_an_older_version_left_in_the_file_does_not_matter(lock):
    lock.write_text("1", encoding="ascii")
    with held(lock, silent):
        pass


@pytest.mark.usefixtures("no_locks")
def test_without_locks_a_file_takes_their_place(lock, monkeypatch):
    impatient(monkeypatch)
    mark = lock.with_name("lock.held")
    with held(lock, silent):
        assert mark.exists()
        with pytest.raises(BusyError) as busy, held(lock, silent):
            pass
        assert busy.value.holder.pid == os.getpid()
    assert not mark.exists()


@pytest.mark.usefixtures("no_locks")
@pytest.mark.parametrize(
    ("holder", "age", "dead"),
    [
        ('{"pid": 0, "host": "", "since": ""}', 0, False),
        ('{"pid": 999999999, "host": "elsewhere", "since": ""}', 0, False),
        ('{"pid": 999999999, "host": "elsewhere", "since": ""}', 899, False),
        ('{"pid": 999999999, "host": "elsewhere", "since": ""}', 901, True),
        ('{"pid": PID, "host": "HERE", "since": ""}', 0, False),
        ('{"pid": 999999999, "host": "HERE", "since": ""}', 0, True),
        ("half wri", 0, False),
    ],
)
def test_without_locks_process_and_age_decide(lock, monkeypatch, holder, age, dead):
    impatient(monkeypatch, 0.2)
    mark = lock.with_name("lock.held")
    mark.write_text(
        holder.replace("HERE", socket.gethostname()).replace("PID", str(os.getpid())),
        encoding="utf-8",
    )
    os.utime(mark, (time.time() - age,) * 2)
    if dead:
        with held(lock, silent):
            assert mark.exists()
    else:
        with pytest.raises(BusyError), held(lock, silent):
            pass
    assert mark.exists() is not dead
