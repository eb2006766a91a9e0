"""Words that a person typed, found among the rows of a rule table by code, label or alias."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros.words import plain
from udfs.rules import rules

if TYPE_CHECKING:
    from udfs.arrays import Codes
    from udfs.rules import Rule


def _words(row: Rule) -> list[str]:
    return [
        plain(word) for word in (row.code, row.zh, row.en, *row.cells["aliases"].split("|")) if word
    ]


def code_in(table: str, text: str, *, within: bool = False) -> str:
    """Give the code of the row that a text names; "" if none.

    Parameters
    ----------
    table : str
        A rule table with a column ``aliases``.
    text : str
        What was typed.
    within : bool
        Also find a word inside the text (EMS催款函); the longest word wins.

    Examples
    --------
    >>> code_in("contact_channels", "微信"), code_in("contact_channels", "已寄EMS", within=True)
    ('message', 'letter')
    """
    wanted = plain(text)
    if not wanted:
        return ""
    found = {word: row.code for row in reversed(rules(table)) for word in _words(row)}
    if wanted in found:
        return found[wanted]
    inside = [word for word in found if len(word) > 1 and word in wanted] if within else []
    return found[max(inside, key=len)] if inside else ""


def codes_in(table: str, series: pd.Series, *, within: bool = False) -> Codes:
    """Give the code of every cell of a column; each distinct text is looked up once."""
    codes, distinct = pd.factorize(series.to_numpy(dtype=object))
    found = [code_in(table, str(text), within=within) for text in distinct]
    return np.asarray(np.array([*found, ""], dtype=object)[codes], dtype=object)
