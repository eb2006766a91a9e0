"""A backup comes back: the state of a book before one of its last runs takes the book's place."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING, Final

from addin import owners, store
from addin.backups import Label
from addin.replacing import refuse_if_read_only
from addin.run import DONE, RunResult
from macros.changes import Changes
from macros.texts import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from addin.backups import Backup

RESTORE: Final = "restore"


def backups(path: Path) -> tuple[Backup, ...]:
    """Give the backups of a workbook, the newest first; the book itself may be gone.

    Raises
    ------
    Refusal
        ``no_backups``.
    """
    found = store.Slot(path).backups.listed()
    if not found:
        raise Refusal("no_backups", path.name)
    return found


def chosen(path: Path, number: int | None, at: str | None) -> Backup:
    """Give the backup of a number, or the one that holds the book as it was at a time.

    Raises
    ------
    Refusal
        ``number_or_at``: neither or both; ``no_such_backup``; ``bad_moment``;
        ``no_backup_then``: the book was last rewritten before that time.
    """
    if (number is None) == (at is None):
        raise Refusal("number_or_at", path.name, file=_named(path))
    found = backups(path)
    if number is not None:
        if not 1 <= number <= len(found):
            raise Refusal("no_such_backup", path.name, number=number, count=len(found))
        return found[number - 1]
    return _at(found, str(at), path)


def _named(path: Path) -> str:
    """Give a path as it is written in a command."""
    return f'"{path}"' if " " in str(path) else str(path)


def _at(found: Sequence[Backup], said: str, path: Path) -> Backup:
    """Give the first state that was kept at that time or later: nothing was written in between."""
    try:
        moment = dt.datetime.fromisoformat(said.strip()).astimezone()
    except ValueError:
        raise Refusal("bad_moment", said) from None
    later = [each for each in found if each.moment >= moment]
    if not later:
        raise Refusal("no_backup_then", path.name, at=said)
    return later[-1]


def restore(path: Path, number: int | None = None, at: str | None = None) -> RunResult:
    """Put a backup in the book's place; the book as it is now is backed up, and undo takes it back.

    Raises
    ------
    Refusal
        As :func:`chosen`; ``no_file``, ``backup_damaged``; as :meth:`addin.store.Slot.exchanging`.
    """
    if not path.is_file():
        raise Refusal("no_file", path.name)
    slot = store.Slot(path)
    with slot.locked() as told:
        backup = chosen(path, number, at)
        owners.refuse_if_open(path)
        refuse_if_read_only(path)
        content = store.digest(path)
        state = slot.state(backup.digest)
        if store.digest(state) != backup.digest:
            raise Refusal("backup_damaged", path.name)
        changed = content != backup.digest
        if changed:
            with slot.exchanging(RESTORE, content, extra=backup.size) as exchange:
                shutil.copyfile(state, exchange.path)
                exchange.record = store.Record(path.name, RESTORE)
    code = "host.restored" if changed else "host.restored_already"
    when = f"{backup.moment:%Y-%m-%d %H:%M:%S}"
    messages = (*told, Message(code, {"time": when, "action": Label(backup.action)}))
    return RunResult(
        Changes(), messages, (), written=changed, path=path, backup=None, exit_code=DONE
    )
