"""Which sheet stands where: decided from the book's list of sheets, before anything is loaded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container.referring import refuse_if_referred
from addin.hosts.package.ours.marks import HANDED, homes, marks
from macros.texts import Message, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from addin.hosts.package.container.opening import Package
    from macros.changes import SheetContent
    from macros.texts import Lang

_TITLE_LIMIT: Final = 31
_BAD_TITLE: Final = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet to be made, and where.

    ``position`` is where the sheet that it replaces stands, None for a new one at the end; ``old``
    is the sheet whose cells of hers are carried. ``handed`` says that the sheet replaced was hers.
    """

    content: SheetContent
    title: str
    position: int | None = None
    old: int | None = None
    handed: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A sheet of hers that becomes ours; ``beside`` is the sheet of ours of the same mark."""

    title: str
    mark: str
    position: int
    beside: int | None


def take(package: Package, asked: tuple[str, str] | None, lang: Lang) -> Taken | None:
    """Find a sheet of hers, by title and mark, that is handed over; None if it is ours already.

    Raises
    ------
    Refusal
        ``still_referred_to``: the sheet of ours that stands beside hers would go, and something
        of the book refers to it.
    """
    if asked is None:
        return None
    title, mark = asked
    position = next(
        at for at, entry in enumerate(package.sheets) if entry.name.casefold() == title.casefold()
    )
    beside = homes(package).get(mark)
    if beside == position:
        return None
    if beside is not None:
        refuse_if_referred(package, beside, title, lang)
    return Taken(title, mark, position, beside)


def places(
    package: Package, contents: Iterable[SheetContent], taken: Taken | None, lang: Lang
) -> tuple[list[Place], list[Message]]:
    """Give every sheet its place: that of the marked one, else a new one at the end.

    A sheet of hers that has the title keeps it; ours then stands beside it under another.
    """
    sheets = package.sheets
    ours = homes(package)
    found: list[Place] = []
    messages: list[Message] = []
    titles = {entry.name.casefold() for entry in sheets}
    for content in contents:
        if taken is not None and content.mark == taken.mark:
            old = taken.position if taken.beside is None else taken.beside
            handed = taken.beside is None
            title = sheets[taken.position].name
            found.append(Place(content, title, taken.position, old, handed))
        elif content.mark is not None and content.mark in ours:
            at = ours[content.mark]
            handed = marks(package)[at].version == HANDED
            found.append(Place(content, sheets[at].name, at, at, handed))
        else:
            title, wanted = free_title(content.name, titles, lang)
            if title != wanted:
                messages.append(Message("host.sheet_is_hers", {"sheet": wanted, "ours": title}))
            found.append(Place(content, title))
        titles.add(found[-1].title.casefold())
    return found, messages


def free_title(name: str, taken: set[str], lang: Lang) -> tuple[str, str]:
    """Give a title that no sheet has, and the one that was wanted."""
    wanted = _BAD_TITLE.sub(" ", name)[:_TITLE_LIMIT].strip("'") or "Sheet"
    title, number = wanted, 1
    while title.casefold() in taken:
        ours = text("host.ours", lang)
        suffix = f" ({ours})" if number == 1 else f" ({ours} {number})"
        title, number = f"{wanted[: _TITLE_LIMIT - len(suffix)]}{suffix}", number + 1
    return title, wanted


def new_places(contents: Sequence[SheetContent], lang: Lang) -> list[Place]:
    """Give the sheets of a new book their titles."""
    titles: set[str] = set()
    found = []
    for content in contents:
        title, _ = free_title(content.name, titles, lang)
        titles.add(title.casefold())
        found.append(Place(content, title))
    return found
