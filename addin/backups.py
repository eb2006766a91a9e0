"""The states of a book before each of its last runs, kept outside the book.

A state is a whole file named by its content (SHA-256), so the same state is kept once however often
it is listed. ``backups.json`` lists them, the newest first: when, before which action, which state.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from addin.limits import MB, limit
from addin.replacing import sync, sync_folder
from macros.texts import has, text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from macros.texts import Lang

_NAME_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Label:
    """The name of an action, said in the language of the sentence around it."""

    action: str

    def render(self, lang: Lang) -> str:
        """Give what the action's button says, or its id."""
        code = f"action.{self.action}.label"
        return text(code, lang) if has(code) else self.action


@dataclass(frozen=True, slots=True)
class Backup:
    """A state of a book: as it was at ``time`` (ISO, with the zone), before ``action``."""

    time: str
    action: str
    digest: str
    size: int

    @property
    def moment(self) -> dt.datetime:
        """Give the time as a moment."""
        return dt.datetime.fromisoformat(self.time)


def digest(path: Path) -> str:
    """Give the SHA-256 of a file's content."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def now() -> str:
    """Give this moment to the second, in the zone of this computer."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


class Backups:
    """The backups of one book, in its folder of the store."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self._folder = folder / "states"
        self._list = folder / "backups.json"
        self._next = folder / "backups.json.new"
        self._suffix = suffix

    def listed(self) -> tuple[Backup, ...]:
        """Give the backups whose state is there, the newest first."""
        return tuple(each for each in self._read() if self.state(each.digest).is_file())

    def _read(self) -> list[Backup]:
        try:
            said: list[dict[str, Any]] = json.loads(self._list.read_text(encoding="utf-8"))
            return [Backup(**each) for each in said]
        except (FileNotFoundError, ValueError, TypeError):
            return []

    def state(self, content: str) -> Path:
        """Give the place of a state."""
        return self._folder / f"{content[:_NAME_LENGTH]}{self._suffix}"

    def keep(self, file: Path) -> str:
        """Keep a file as a state; give the digest of what was kept."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self._folder / f"{os.getpid()}.new"
        try:
            shutil.copyfile(file, temporary)
            content = digest(temporary)
            place = self.state(content)
            if place.is_file() and digest(place) == content:
                return content
            sync(temporary)
            temporary.replace(place)
            sync_folder(self._folder)
        finally:
            temporary.unlink(missing_ok=True)
        return content

    def prepare(self, added: Backup) -> None:
        """Write the list as it will be with one more, the oldest dropped; :meth:`turn` takes it."""
        kept = rotated([added, *self._read()])
        write_whole(self._next, json.dumps([asdict(each) for each in kept], ensure_ascii=False))

    def turn(self) -> None:
        """Let the prepared list be the list; nothing where none was prepared."""
        if self._next.is_file():
            self._next.replace(self._list)

    def cancel(self) -> None:
        """Drop a prepared list and copies that were not finished."""
        self._next.unlink(missing_ok=True)
        for unfinished in self._folder.glob("*.new"):
            unfinished.unlink(missing_ok=True)

    def prune(self, used: Collection[str]) -> None:
        """Remove the states that neither the list nor the undo step uses."""
        wanted = {self.state(content) for content in used}
        wanted |= {self.state(each.digest) for each in self._read()}
        for file in self._folder.glob(f"*{self._suffix}"):
            if file not in wanted:
                file.unlink(missing_ok=True)


def rotated(backups: Sequence[Backup]) -> list[Backup]:
    """Give the newest backups that are kept: so many, and of so many megabytes together.

    Examples
    --------
    >>> made = [Backup("2026-06-30T09:00:00+08:00", "aging", str(n), 100_000_000) for n in range(5)]
    >>> [each.digest for each in rotated(made)]
    ['0', '1', '2']
    """
    kept: list[Backup] = []
    sizes: dict[str, int] = {}
    for each in backups[: limit("backups")]:
        sizes[each.digest] = each.size
        if kept and sum(sizes.values()) > limit("backups_mb") * MB:
            break
        kept.append(each)
    return kept


def write_whole(file: Path, content: str) -> None:
    """Write a small file so that it is there whole or not at all, also after a power cut."""
    temporary = file.with_name(f"{file.name}.part")
    temporary.write_text(content, encoding="utf-8")
    sync(temporary)
    temporary.replace(file)
    sync_folder(file.parent)
