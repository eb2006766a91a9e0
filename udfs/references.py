"""Document numbers in the text of a bank: found whole, never as a part of a longer number.

Texts are compared without case and width, any gap as one blank. A number ends where a letter or a
digit of the western kind ends; Chinese characters are boundaries, so INV2 stands in 付INV2货款.
A hyphen, slash, low line or point between letters or digits belongs to a longer number, unless
another document follows: INV2-1 is not INV2, but INV2/INV3 are two documents.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

from udfs.rules import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Hyphens and dashes of every length, and the minus sign.
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_JOINERS: Final = frozenset("-/_\\")


def compared(text: str) -> str:
    """Give the form in which document numbers are compared.

    Examples
    --------
    >>> compared("ＩＮＶ２"), compared(" Inv–2 ")
    ('inv2', 'inv-2')
    """
    plain = text if text.isascii() else _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    return " ".join(plain.split()).casefold()


def _is_word(character: str) -> bool:
    """Say whether a character continues a number: letters with case and digits, not 汉字."""
    return character.isalnum() and unicodedata.category(character) != "Lo"


@cache
def _units() -> tuple[str, ...]:
    return tuple({compared(word) for row in rules("reference_units") for word in (row.zh, row.en)})


def references(text: str, documents: Iterable[str]) -> list[list[int]]:
    """Find which documents a text names, in the order of the text.

    Parameters
    ----------
    text : str
        Purpose or remark of a payment.
    documents : iterable of str
        Document numbers; several rows may bear one.

    Returns
    -------
    list of list of int
        For each number found, once, the positions of the documents that bear it. Where numbers
        overlap the longest counts. Bare digits before a unit (2025年, 300元) are no number of a
        document.

    Examples
    --------
    >>> references("付INV2、inv21货款", ["INV1", "INV2", "INV21"])
    [[1], [2]]
    >>> references("付INV2-1货款", ["INV2"])
    []
    """
    rows: dict[str, list[int]] = {}
    for position, document in enumerate(documents):
        name = compared(str(document)) if document is not None else ""
        if name:
            rows.setdefault(name, []).append(position)
    line = compared(text)
    spans = _spans(line, rows)
    names = dict.fromkeys(line[start:end] for start, end in _whole(line, spans))
    return [rows[name] for name in names]


def _spans(line: str, rows: Mapping[str, object]) -> list[tuple[int, int]]:
    """Find the longest known number at every place where a number can begin."""
    lengths = sorted({len(name) for name in rows if len(name) <= len(line)}, reverse=True)
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(line):
        end = next((start + n for n in lengths if _stands(line, start, start + n, rows)), None)
        if end is not None:
            found.append((start, end))
        start = end or start + 1
    return found


def _stands(line: str, start: int, end: int, rows: Mapping[str, object]) -> bool:
    """Say whether a known number stands between two boundaries."""
    if end > len(line) or line[start:end] not in rows:
        return False
    if start and _is_word(line[start - 1]) and _is_word(line[start]):
        return False
    if end < len(line) and _is_word(line[end]) and _is_word(line[end - 1]):
        return False
    return not (line[start:end].isdecimal() and _is_quantity(line, start, end))


def _is_quantity(line: str, start: int, end: int) -> bool:
    """Say whether digits are a date or an amount: a unit follows, or a point and more digits."""
    after = line[end:].lstrip()
    decimals = re.match(r"[.,]\d", line[end:]) or re.search(
        r"\d[.,]$", line[max(start - 2, 0) : start]
    )
    return bool(decimals) or after.startswith(_units())


def _whole(line: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out what a hyphen or slash joins to something that is no number of its own.

    What is left out is no neighbour any more: each span is looked at again only for its neighbours.
    """
    ending = {end: place for place, (_, end) in enumerate(spans)}
    starting = {start: place for place, (start, _) in enumerate(spans)}
    # On each side: whether something is joined there, and the known number beyond the joiner.
    left = [(_is_joined(line, start - 1, -1), ending.get(start - 1)) for start, _ in spans]
    right = [(_is_joined(line, end, 1), starting.get(end + 1)) for _, end in spans]
    todo = [at for at in range(len(spans)) if (True, None) in (left[at], right[at])]
    kept = [True] * len(spans)
    while todo:
        out = todo.pop()
        if not kept[out]:
            continue
        kept[out] = False
        before, after = left[out][1], right[out][1]
        if before is not None and right[before][0]:
            todo.append(before)
        if after is not None and left[after][0]:
            todo.append(after)
    return [span for span, stays in zip(spans, kept, strict=True) if stays]


def _is_joined(line: str, place: int, step: int) -> bool:
    """Say whether a joiner beside a number ties it to something.

    It does not where a blank or a Chinese character follows the joiner.
    """
    beyond = place + step
    if not (0 <= place < len(line) and 0 <= beyond < len(line)):
        return False
    pointed = line[place] == "." and line[beyond].isdecimal() and line[place - step].isdecimal()
    return (line[place] in _JOINERS or pointed) and _is_word(line[beyond])
