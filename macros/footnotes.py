"""Notes and signatures under a table (编制：王芳, 注：…): told from details by how they begin."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from macros.grid import BLANK
from macros.words import group, normal, plain

if TYPE_CHECKING:
    import numpy.typing as npt

    from macros.headers import Candidate

#: What may stand before the word, 注 or （注, and numbers after it, 注1.
_AROUND = re.compile(r"^[(\[【*※#]+|[\d)\]】]+$")


#: The signs that are a colon in half width.
_COLONS = frozenset(":：﹕︓")


def is_footnote(text: str) -> bool:
    """Whether a text begins as a note or a signature does: a known word alone or before a colon.

    Examples
    --------
    >>> is_footnote("编制：王芳"), is_footnote("注1：含税"), is_footnote("审核科技公司")
    (True, True, False)
    """
    if not _begins_so(text):
        return False
    word, _, _ = plain(text).partition(":")
    return normal(_AROUND.sub("", word)) in group("footnote")


@cache
def _first_signs() -> frozenset[str]:
    """Give the signs with which a footnote's word can begin, in either case."""
    firsts = {word[0] for word in group("footnote")}
    return frozenset(firsts | {sign.upper() for sign in firsts})


def _begins_so(text: str) -> bool:
    """Tell quickly that a text is no footnote: most texts of a ledger begin otherwise."""
    first = text.lstrip()[:1]
    return first in _first_signs() or not first.isalnum() or unicodedata.normalize(
        "NFKC", first
    ) != first  # fmt: skip


def _has_colon(text: str) -> bool:
    return not _COLONS.isdisjoint(text)


def mask_of_words(one: Candidate, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Say which rows begin as notes and signatures do: by row, by the first filled cell."""
    here = slice(one.first_column, one.last_column + 1)
    words = one.grid.where_text(is_footnote)[rows][:, here]
    filled = one.grid.kinds[rows][:, here] != BLANK
    first = words[np.arange(len(rows)), np.argmax(filled, axis=1)]
    return np.asarray(filled.any(axis=1) & first, dtype=np.bool_)


def mask_of_footnotes(
    one: Candidate, rows: npt.NDArray[np.int64], amounts: list[int], dates: list[int]
) -> npt.NDArray[np.bool_]:
    """Say which rows are notes or signatures.

    Parameters
    ----------
    one : Candidate
        The table.
    rows : ndarray of int64, 1-D
        Its rows that are not blank.
    amounts, dates : list of int
        Columns of amounts and of dates. A row with an amount is a detail, and so is one with a
        date if its word stands without a colon, unless another such word stands in that cell:
        编制：王芳 on the left and 审核：陈总 on the right.

    Returns
    -------
    ndarray of bool, 1-D
        By row: its first filled cell is such a word. None in a table of texts only.
    """
    if not amounts and not dates:
        return np.zeros(len(rows), dtype=np.bool_)
    here = slice(one.first_column, one.last_column + 1)
    words = one.grid.where_text(is_footnote)[rows][:, here]
    filled = one.grid.kinds[rows][:, here] != BLANK
    found = mask_of_words(one, rows)
    for column in amounts:
        at = column - one.first_column
        found &= ~filled[:, at] | words[:, at]
    colons = one.grid.where_text(_has_colon)[rows][:, here]
    said = (words & colons).any(axis=1)
    for column in dates:
        at = column - one.first_column
        found &= said | ~filled[:, at] | words[:, at]
    return np.asarray(found, dtype=np.bool_)
