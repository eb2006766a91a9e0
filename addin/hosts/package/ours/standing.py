"""A sheet that is replaced, as it stands: what of it is used again and what is carried over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from addin.hosts.package.ours.comments import Comments

if TYPE_CHECKING:
    from collections.abc import Collection

    from addin.hosts.package.container.parts import Parts
    from addin.hosts.package.ours.relocation import Relocation

_LEGACY: Final = re.compile(rb"""<(?:\w+:)?legacyDrawing\s[^>]*\w+:id=["']([^"']+)["']""")


class Standing:
    """The sheet that a new one replaces: where it stands, and its parts, to be used again.

    Parameters
    ----------
    parts : Parts
        Her package.
    part : str, optional
        The part that gets the new sheet; None for a new one.
    old : str, optional
        The part of the sheet whose things are carried over.
    sums : collection of str
        Checksums by which charts of ours on it are known.
    moves : Relocation, optional
        Where its rows and columns went.
    handed : bool
        Whether the sheet was hers: then of it only the drawing stays.

    Attributes
    ----------
    tables : dict
        Part and number of each table by its name in lower case.
    comments, boxes
        Its comments, and the part of their boxes.
    """

    def __init__(  # noqa: PLR0913 - what there is to say of a sheet
        self,
        parts: Parts,
        part: str | None = None,
        old: str | None = None,
        sums: Collection[str] = (),
        moves: Relocation | None = None,
        *,
        handed: bool = False,
    ) -> None:
        self.part, self.sums, self.moves = part, sums, moves
        self.kept = None if handed else old
        self.relations = tuple(
            relation
            for relation in (parts.relations(old) if old is not None else ())
            if not relation.external and parts.has(relation.target)
        )
        self._by_kind: dict[str, list[str]] = {}
        self.tables: dict[str, tuple[str | None, int | None]] = {}
        for relation in self.relations:
            self._by_kind.setdefault(relation.kind, []).append(relation.target)
            if relation.kind == "table":
                root = parts.tree(relation.target)
                name = root.get("displayName", "").casefold()
                self.tables[name] = (relation.target, int(root.get("id", "0")))
        there = next(iter(self._by_kind.get("comments", ())), None)
        self.comments = Comments(parts.read(there)) if there is not None else None
        self.boxes = self._boxes(parts, old) if old is not None else None

    def _boxes(self, parts: Parts, old: str) -> str | None:
        """Give the part of the boxes; pictures of a header have another of that kind."""
        match = _LEGACY.search(parts.read(old))
        identity = match.group(1).decode() if match else ""
        return next((one.target for one in self.relations if one.id == identity), None)

    def take(self, kind: str) -> str | None:
        """Give a part of a kind that is not used again yet, or None."""
        left = self._by_kind.get(kind)
        return left.pop(0) if left else None
