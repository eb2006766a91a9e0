"""Which cells are dates: the number formats of a workbook's styles, read without a spreadsheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree import ElementTree as ET

    import numpy.typing as npt

#: Numbers of formats that every program knows without being told: dates and times of day.
_BUILT_IN: Final = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})

#: What shows as it stands: quoted or escaped, a filler, a colour, a condition, a language.
_LITERAL: Final = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED: Final = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_NUMERIC: Final = re.compile(r"general|[e][+-]", re.IGNORECASE)
_DATE: Final = re.compile(r"[dmyhse年月日]", re.IGNORECASE)


def is_date(code: str) -> bool:
    """Whether a number format shows a date or a time of day; a length of time is neither.

    Examples
    --------
    >>> [is_date(code) for code in ('yyyy"年"m"月"', '[h]:mm', '0.00E+00', '#,##0.00')]
    [True, False, False, False]
    """
    first = code.partition(";")[0]
    if _ELAPSED.search(first):
        return False
    return bool(_DATE.search(_NUMERIC.sub("", _LITERAL.sub("", first))))


def date_styles(styles: Iterable[ET.Element]) -> npt.NDArray[np.bool_]:
    """Give by style number of cells whether it shows a date.

    Parameters
    ----------
    styles : iterable of Element
        The children of the part of styles.
    """
    parts = {child.tag.rpartition("}")[2]: child for child in styles}
    own = {
        node.get("numFmtId", ""): is_date(node.get("formatCode", ""))
        for node in parts.get("numFmts", ())
    }
    found = [_is_date_style(node.get("numFmtId", "0"), own) for node in parts.get("cellXfs", ())]
    return np.array(found, dtype=np.bool_)


def _is_date_style(number: str, own: dict[str, bool]) -> bool:
    if number in own:
        return own[number]
    return number.isdigit() and len(number) < 9 and int(number) in _BUILT_IN
