"""Who has a workbook open in another program: the file that Excel or LibreOffice lays beside it.

Excel writes ``~$name.xlsx`` of 165 bytes: at 0 the length of the user's name, from 1 the name in
the code page of that computer, at 55 the length again (two bytes) and from 57 the name in UTF-16.
LibreOffice writes ``.~lock.name.xlsx#``: name, login, host, time and profile, parted by commas.
Both go when the book is closed, and stay when the program died.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from macros.texts import Refusal, text

if TYPE_CHECKING:
    from pathlib import Path

    from macros.texts import Lang

_UTF16_LENGTH_AT: Final = 55
_UTF16_AT: Final = 57
_COMMA: Final = re.compile(r"(?<!\\),")


@dataclass(frozen=True, slots=True)
class Owner:
    """The file that another program left beside a book, and what it tells."""

    file: str
    who: str
    since: str

    def render(self, lang: Lang) -> str:
        """Say it: the file, who, since when."""
        code = "host.owner" if self.who else "host.owner_unknown"
        return text(code, lang, file=self.file, who=self.who, since=self.since)


def refuse_if_open(path: Path) -> None:
    """Refuse where another program has the file open.

    Raises
    ------
    Refusal
        ``open_elsewhere``, with who has it open where the owner file tells it.
    """
    owner = owner_of(path)
    if owner is not None:
        raise Refusal("open_elsewhere", path.name, owner=owner)


def owner_of(path: Path) -> Owner | None:
    """Give who has a workbook open, or None."""
    real = path.resolve()
    excel, libreoffice = real.with_name(f"~${real.name}"), real.with_name(f".~lock.{real.name}#")
    for file, name in ((excel, _excel_name), (libreoffice, _libreoffice_name)):
        try:
            changed = file.stat().st_mtime
        except OSError:  # not there, or too long a name for one
            continue
        since = dt.datetime.fromtimestamp(changed).astimezone()
        return Owner(file.name, name(_content(file)), f"{since:%Y-%m-%d %H:%M}")
    return None


def _content(file: Path) -> bytes:
    """Read an owner file; Excel on Windows may not let it be read, which changes nothing."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _excel_name(content: bytes) -> str:
    count = int.from_bytes(content[_UTF16_LENGTH_AT:_UTF16_AT], "little")
    wide = content[_UTF16_AT : _UTF16_AT + 2 * count]
    if wide and len(wide) == 2 * count:
        return wide.decode("utf-16-le", errors="replace").strip()
    narrow = content[1 : 1 + content[0]] if content else b""
    return narrow.decode("gb18030", errors="replace").strip(" \0")


def _libreoffice_name(content: bytes) -> str:
    said = [
        re.sub(r"\\(.)", r"\1", each)
        for each in _COMMA.split(content.decode("utf-8", errors="replace"))
    ]
    person, login, host = (*said, "", "", "")[:3]
    who = person or login
    return f"{who} @ {host}" if who and host else who
