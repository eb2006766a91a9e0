"""One step back, from the store: byte for byte, or merged with what she typed since."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from addin import store
from addin.hosts.package import inspection, reading, writing
from addin.hosts.package.opening import open_package
from addin.hosts.package.reverting import Reverting
from addin.run import DONE, RunResult
from macros.changes import Changes
from macros.texts import Message, Refusal, has, text

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
    record = slot.load()
    if record is None:
        raise Refusal("nothing_to_undo", path.name)
    inspection.refuse_if_open(path)
    with slot.locked():
        if store.digest(path) == record.after:
            with store.replacing(path) as target:
                shutil.copyfile(slot.before, target)
            messages: tuple[Message, ...] = (_message("host.undone", record, lang),)
        else:
            messages = _merge(path, slot, record, lang)
        slot.forget()
    return RunResult(Changes(), messages, (), written=True, path=path, backup=None, exit_code=DONE)


def _message(code: str, record: Record, lang: Lang) -> Message:
    label = f"action.{record.action}.label"
    return Message(code, {"action": text(label, lang) if has(label) else record.action})


def _touched(record: Record) -> set[str]:
    """Give the titles, as they were then, of the sheets that the run touched."""
    titles = {record.taken, *(title for _, title in record.sheets)}
    return titles | {each.sheet for each in record.appends} | {each[0] for each in record.cells}


def _merge(path: Path, slot: Slot, record: Record, lang: Lang) -> tuple[Message, ...]:
    with (
        open_package(path) as now,
        open_package(slot.before) as before,
        open_package(slot.after) as after,
        store.replacing(path) as target,
    ):
        inspection.refuse_if_lossy(now, lang)
        content = store.digest(path)
        book = reading.read_package(now)
        workbook = writing.load(now)
        touched = frozenset(title.casefold() for title in _touched(record))
        old, left = writing.load(before, touched), writing.load(after, touched)
        work = Reverting(workbook, old, left, record, lang)
        work.revert()
        if record.appends or record.cells:
            workbook.calculation.fullCalcOnLoad = True
        writing.save(workbook, target, writing.patches(now, workbook, {}, work.restored))
        writing.verify(target, book, Changes(), work.restored)
        if store.digest(path) != content:
            raise Refusal("changed_meanwhile", path.name)
    return (_message("host.undone_merged", record, lang), *work.messages)
