"""The zip file under a workbook, vetted by its directories before anything of it is unpacked.

Programs disagree on a zip whose two directories disagree: one reads what the other never saw. So
the central directory and the header in front of each part must tell the same, parts must not
overlap, and each name must stand once. What is unpacked later is held to the size told here and
to its checksum by the standard library.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO, Final

from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: More than this unpacked is no ledger that a person keeps in a workbook.
MAX_UNPACKED: Final = 1 << 30
#: A file that unpacks to more than this many times its size, and is large, is a zip bomb.
MAX_RATIO: Final = 300
SMALL_ENOUGH: Final = 100 << 20
#: A workbook of a thousand sheets with charts has some ten thousand parts.
MAX_PARTS: Final = 20_000

_END: Final = b"PK\x05\x06"
_LOCATOR: Final = b"PK\x06\x07"
_LOCAL: Final = struct.Struct("<4s2xHH4xIIIHH")
_LOCAL_MARK: Final = b"PK\x03\x04"
#: A directory entry has 46 bytes and a name.
_ENTRY: Final = 46
_END_LENGTH: Final = 22
_WIDE: Final = 0xFFFFFFFF
_ENCRYPTED, _SIZES_FOLLOW, _UTF8, _STRONG = 0x01, 0x08, 0x800, 0x40
_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open the zip file of a workbook.

    Raises
    ------
    Refusal
        ``too_large``, ``encrypted``, ``twice_in_zip``, ``unsafe_name`` or ``odd_zip``, with the
        file's name as the place; ``not_a_workbook`` where it is no zip file.
    """
    size = path.stat().st_size
    if size > MAX_UNPACKED:
        raise Refusal("too_large", path.name, size=f"{size >> 20:,}")
    try:
        with path.open("rb") as source:
            _refuse_long_directory(path, source, size)
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:
        raise Refusal("not_a_workbook", path.name) from error
    try:
        _vet(path, archive)
    except Refusal:
        archive.close()
        raise
    except (OSError, ValueError, struct.error) as error:
        archive.close()
        raise Refusal("odd_zip", path.name, part="") from error
    return archive


def name_of(entry: zipfile.ZipInfo) -> str:
    """Give the part that an entry holds: some programs write backslashes or a leading slash."""
    return entry.filename.replace("\\", "/").lstrip("/")


def _refuse_long_directory(path: Path, source: BinaryIO, size: int) -> None:
    """Refuse by the directory's length: each entry becomes an object before one can be looked at.

    The file must have one end mark whose comment reaches the file's end, or programs would
    disagree on which directory is true.
    """
    source.seek(max(0, size - _END_LENGTH - 0xFFFF - 20))
    tail = source.read()
    marks = [
        match.start()
        for match in re.finditer(_END, tail)
        if len(tail) - match.start() >= _END_LENGTH
        and match.start() + _END_LENGTH + _comment(tail, match.start()) == len(tail)
    ]
    if not marks:
        raise zipfile.BadZipFile("no end of the directory")
    if len(marks) > 1:
        raise Refusal("odd_zip", path.name, part="")
    at = marks[0]
    (length,) = struct.unpack_from("<I", tail, at + 12)
    if tail[max(at - 20, 0) : at].startswith(_LOCATOR):
        (offset,) = struct.unpack_from("<Q", tail, at - 20 + 8)
        source.seek(offset)
        (length,) = struct.unpack_from("<Q", source.read(56), 40)
    if length > MAX_PARTS * (_ENTRY + 0x200):
        raise Refusal("too_many_parts", path.name, most=f"{MAX_PARTS:,}")


def _comment(tail: bytes, at: int) -> int:
    """Give the length of the comment behind an end mark."""
    return int.from_bytes(tail[at + _END_LENGTH - 2 : at + _END_LENGTH], "little")


def _vet(path: Path, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_PARTS:
        raise Refusal("too_many_parts", path.name, most=f"{MAX_PARTS:,}")
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL_ENOUGH and unpacked > MAX_RATIO * packed):
        raise Refusal("too_large", path.name, size=f"{unpacked >> 20:,}")
    _vet_names(path, entries)
    with path.open("rb") as source:
        ends = [_end_of(path, source, entry) for entry in entries]
    _refuse_overlaps(path, entries, ends, archive.start_dir)


def _vet_names(path: Path, entries: Sequence[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        name, raw = name_of(entry), entry.orig_filename
        steps = name.rstrip("/").split("/")
        if ".." in steps or _DRIVE.match(name) or not name.strip("/.") or _CONTROL.search(raw):
            raise Refusal("unsafe_name", path.name, part=_shown(raw))
        same = unicodedata.normalize("NFC", "/".join(steps)).casefold()
        if same in seen:
            raise Refusal("twice_in_zip", path.name, part=_shown(raw))
        seen.add(same)


def _shown(name: str) -> str:
    """Give a name as it can be printed."""
    return "".join(letter if letter.isprintable() else "·" for letter in name[:80])


def _end_of(path: Path, source: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Compare an entry with the header in front of its bytes; give where these end."""
    source.seek(entry.header_offset)
    head = source.read(_LOCAL.size)
    if len(head) < _LOCAL.size:
        raise Refusal("odd_zip", path.name, part=_shown(entry.filename))
    mark, flags, packing, crc, packed, size, name_length, more = _LOCAL.unpack(head)
    if entry.flag_bits & (_ENCRYPTED | _STRONG) or flags & (_ENCRYPTED | _STRONG):
        raise Refusal("encrypted", path.name)
    name = source.read(name_length)
    encoding = "utf-8" if entry.flag_bits & _UTF8 else "cp437"
    told = (crc, packed, size)
    known = (entry.CRC, entry.compress_size, entry.file_size)
    follow = bool(flags & _SIZES_FOLLOW)
    agrees = all(
        one in {other, _WIDE} or (follow and one == 0)
        for one, other in zip(told, known, strict=True)
    )
    same = name == entry.orig_filename.encode(encoding, "replace")
    if mark != _LOCAL_MARK or packing != entry.compress_type or not agrees or not same:
        raise Refusal("odd_zip", path.name, part=_shown(entry.filename))
    if packing not in _PACKINGS:
        raise Refusal("odd_zip", path.name, part=_shown(entry.filename))
    return int(entry.header_offset + _LOCAL.size + name_length + more + entry.compress_size)


def _refuse_overlaps(
    path: Path, entries: Sequence[zipfile.ZipInfo], ends: Sequence[int], directory: int
) -> None:
    spans = sorted(
        (entry.header_offset, end, entry.filename) for entry, end in zip(entries, ends, strict=True)
    )
    spans.append((directory, directory, ""))
    if entries and spans[0][0] != 0:
        raise Refusal("odd_zip", path.name, part="")  # bytes in front: a second, hidden file
    for (_, end, name), (start, _, _) in pairwise(spans):
        if end > start:
            raise Refusal("odd_zip", path.name, part=_shown(name))
