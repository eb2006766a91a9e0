"""All tags of a piece of XML at once: where they begin and end, as arrays.

A tag begins at a ``<`` and ends at the next ``>`` (``xml_text.canonical`` promises it), so the
positions of these two bytes are all the tags. Texts are compared eight bytes at a time, as words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, cast

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_PAD: Final = bytes(64)
#: Bytes that end an element's name.
_NAME_ENDS: Final = np.isin(np.arange(256), np.frombuffer(b" \t\n/>", dtype=np.uint8))
#: Cut at a length, the eight bytes of a word.
_MASKS: Final = np.array([(1 << 8 * n) - 1 for n in range(8)] + [2**64 - 1], dtype=np.uint64)
#: Odd numbers that spread the words of a text over a hash.
_SPREAD: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
#: Most texts between tags, and most attributes, are no longer than so many words.
WORDS: Final = len(_SPREAD)

Bytes: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Indexes: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Flags: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Tags:
    """Some rows of XML: its bytes, and where its tags begin and end."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        self.bytes: Bytes = np.frombuffer(xml + _PAD, dtype=np.uint8)
        self._eights: npt.NDArray[np.uint64] = np.ndarray(
            (len(xml) + len(_PAD) - 8,), dtype="<u8", buffer=self.bytes, strides=(1,)
        )
        self.starts: Indexes = np.flatnonzero(self.bytes == ord("<"))
        self.ends: Indexes = np.flatnonzero(self.bytes == ord(">"))
        self.first: Bytes = self.bytes[self.starts + 1]
        self.alone: Flags = self.bytes[self.ends - 1] == ord("/")

    def called(self, name: bytes) -> Flags:
        """Tell which tags open an element of this name."""
        flags = self.first == name[0]
        for number, letter in enumerate(name[1:], 2):
            flags &= self.bytes[self.starts + number] == letter
        behind = self.bytes[self.starts + 1 + len(name)]
        return cast("Flags", flags & _NAME_ENDS[behind])

    def refuse_other_than_cells(self) -> None:
        """Refuse what is not rows of cells, each closed: a torn sheet is not read in part."""
        starts, ends = self.starts, self.ends
        if len(starts) != len(ends) or (ends < starts).any() or (starts[1:] < ends[:-1]).any():
            raise ValueError("tags that do not close")
        closing = self.first == ord("/")
        steps = np.where(closing, -1, np.where(self.alone, 0, 1))
        below = np.cumsum(steps)
        depth = below - steps - closing  # of an element's own tags, opening and closing
        if len(below) and (below[-1] or (depth < 0).any()):
            raise ValueError("elements that do not close")
        names = np.where(closing, self.bytes[starts + 2], self.first)
        cells = names[depth == 1]
        others = (cells != ord("c")) & (cells != ord("e"))  # e: an extension
        if (names[depth == 0] != ord("r")).any() or others.any():
            raise ValueError("something else than cells in rows")
        if (self.called(b"c") & (depth != 1)).any():
            raise ValueError("a cell inside of a cell")

    def words(self, starts: Indexes, ends: Indexes) -> npt.NDArray[np.uint64]:
        """Give the texts between places as rows of words, zeros behind; cut where too long."""
        lengths = ends - starts
        words = np.zeros((len(starts), WORDS), dtype=np.uint64)
        for number in range(WORDS):
            left = np.clip(lengths - 8 * number, 0, 8)
            there = np.minimum(starts + 8 * number, len(self.xml))
            words[:, number] = self._eights[there] & _MASKS[left]
        return words

    def different(self, starts: Indexes, ends: Indexes) -> tuple[Indexes, Indexes]:
        """Give the first place of each different text, and for each text which one it is."""
        words = self.words(starts, ends)
        _, first, codes = np.unique(
            (words * _SPREAD).sum(axis=1, dtype=np.uint64), return_index=True, return_inverse=True
        )
        longest = int((ends - starts).max(initial=0))
        if longest <= 8 * WORDS and (words[first][codes] == words).all():
            return first, codes
        known: dict[bytes, int] = {}
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        found = [known.setdefault(self.xml[start:end], len(known)) for start, end in spans]
        codes = np.array(found, dtype=np.int64)
        return np.unique(codes, return_index=True)[1], codes

    def slices(self, tags: Indexes) -> list[bytes]:
        """Give the text from each tag to the next."""
        spans = zip((self.ends[tags] + 1).tolist(), self.starts[tags + 1].tolist(), strict=True)
        return [self.xml[start:end] for start, end in spans]
