"""One step back, from the store: byte for byte, or merged with what she typed since."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from addin import owners, store
from addin.backups import Label
from addin.hosts.package.container.opening import open_package
from addin.hosts.package.undoing.reverting import Reverting
from addin.hosts.package.undoing.withdrawing import State
from addin.hosts.package.verifying import verify
from addin.replacing import refuse_if_read_only
from addin.run import DONE, RunResult
from macros.changes import Changes
from macros.texts import Message, Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from addin.store import Record, Slot
    from macros.texts import Lang


def take_back(path: Path, lang: Lang) -> RunResult:
    """Take back the last run on a workbook.

    Where the file is what the run left, the book before comes back byte for byte. Where she has
    typed since, only the sheets, rows and cells of the run are taken back; her columns are merged
    by key, and what finds no place stands in the archive at the sheet's end.

    Raises
    ------
    Refusal
        ``nothing_to_undo``, and as :func:`addin.run.run_action` for writing.
    """
    if not path.is_file():
        raise Refusal("no_file", path.name)
    slot = store.Slot(path)
    with slot.locked() as told:
        record = slot.load()
        content = store.digest(path)
        if record is None or content == record.before:
            raise Refusal("nothing_to_undo", path.name)
        owners.refuse_if_open(path)
        refuse_if_read_only(path)
        with slot.exchanging("undo", content) as exchange:
            if content == record.after:
                shutil.copyfile(slot.state(record.before), exchange.path)
                messages: tuple[Message, ...] = (_message("host.undone", record),)
            else:
                messages = _merge(path, exchange.path, slot, record, lang)
    messages = (*told, *messages)
    return RunResult(Changes(), messages, (), written=True, path=path, backup=None, exit_code=DONE)


def _message(code: str, record: Record) -> Message:
    return Message(code, {"action": Label(record.action)})


def _merge(path: Path, target: Path, slot: Slot, record: Record, lang: Lang) -> tuple[Message, ...]:
    if not (record.sheets or record.appends or record.cells or record.taken):
        raise Refusal("undo_whole", path.name, action=Label(record.action))
    with (
        open_package(path) as now,
        open_package(slot.state(record.before)) as before,
        open_package(slot.state(record.after)) as after,
    ):
        standing = State(now)
        work = Reverting(standing, State(before), State(after), record, lang)
        work.revert(target)
        verify(target, standing.book, Changes(), work.restored, parts=work.parts)
    return (_message("host.undone_merged", record), *work.messages)
