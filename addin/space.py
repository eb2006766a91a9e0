"""Room on the disks: asked for before anything is written, and told of where it runs out after."""

from __future__ import annotations

import contextlib
import errno
import shutil
from typing import TYPE_CHECKING, Final

from addin.limits import MB, limit
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from macros.changes import Changes

#: No room: the disk, the quota, or the largest file that is allowed.
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextlib.contextmanager
def full_disk_told(book: Path, *others: Path) -> Iterator[None]:
    """Say in our words that a disk ran full while writing.

    Raises
    ------
    Refusal
        ``disk_full``, with what is free in the folder of the book and in the others.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        folders = (book.resolve().parent, *others)
        free = "; ".join(f"{folder}: {_megabytes(_free(folder))} MB" for folder in folders)
        raise Refusal("disk_full", book.name, free=free) from error


def refuse_if_full(needs: Mapping[Path, int], book: Path) -> None:
    """Refuse before anything is written where the disks have no room for it.

    Parameters
    ----------
    needs : mapping of Path to int
        Bytes that are to be written, by folder; folders of one disk are added up.
    book : Path
        The book, for the message.

    Raises
    ------
    Refusal
        ``too_little_space``, with megabytes needed and free.
    """
    disks: dict[int, tuple[Path, int]] = {}
    for folder, size in needs.items():
        device = folder.stat().st_dev
        disks[device] = (folder, disks.get(device, (folder, 0))[1] + size)
    for folder, size in disks.values():
        needed, free = size + limit("spare_mb") * MB, _free(folder)
        if free < needed:
            said = {"needed": _megabytes(needed), "free": _megabytes(free), "folder": folder}
            raise Refusal("too_little_space", book.name, **said)


def bytes_of(changes: Changes) -> int:
    """Estimate the bytes by which writing these changes may make a book grow."""
    cells = sum(int(block.data.size) for sheet in changes.sheets for block in sheet.blocks)
    cells += sum(int(each.rows.size) for each in changes.appends)
    return cells * limit("bytes_per_cell")


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _megabytes(size: int) -> str:
    return f"{size / MB:,.1f}"
