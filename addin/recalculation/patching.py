"""New cached values in the XML of a sheet; every other byte of it stays, formulas included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from addin.hosts.package.sheet_xml import prefix_of
from addin.recalculation.scanning import FORMULA
from addin.recalculation.values import to_xml

if TYPE_CHECKING:
    from addin.recalculation.results import SheetValues

_TYPE: Final = re.compile(rb"""\s+t=(?:"[^"]*"|'[^']*')""")
_VALUE: Final = re.compile(rb"\s*<v(?:\s[^>]*)?(?:/>|>[^<]*</v>)$")
_ROOT: Final = re.compile(rb"<worksheet\b")


def patched(original: bytes, plain: bytes, result: SheetValues) -> bytes:
    """Give a sheet with the values that changed.

    Parameters
    ----------
    original : bytes
        The sheet's part as it stands in the book.
    plain : bytes
        The same without prefixes and with every address (:func:`sheet_xml.plain`).
    result : SheetValues
        The values of its formulas.
    """
    if not result.changed:
        return original
    number = -1

    def value(match: re.Match[bytes]) -> bytes:
        nonlocal number
        number += 1
        if number not in result.changed:
            return match.group(0)
        kind, text = to_xml(result.values[number])
        attributes = _TYPE.sub(b"", match.group(1))
        if kind != b"n":
            attributes += b' t="%b"' % kind
        formula = match.group(0)[match.end(1) + 1 - match.start(0) :]
        return b"<c %b>%b<v>%b</v>" % (attributes, _VALUE.sub(b"", formula), text)

    content = FORMULA.sub(value, plain)
    prefix = prefix_of(original)
    if prefix:  # the elements have lost their prefix, so they need the namespace without one
        space = re.search(rb"""xmlns:%b=("[^"]*"|'[^']*')""" % prefix[:-1], original)
        if space:
            content = _ROOT.sub(b"<worksheet xmlns=%b" % space.group(1), content, count=1)
    return content


def without_values(plain: bytes) -> bytes:
    """Give the rows of a sheet without the values of its formulas: what must never change."""

    def formula(match: re.Match[bytes]) -> bytes:
        attributes = _TYPE.sub(b"", match.group(1))
        return attributes + _VALUE.sub(b"", match.group(0)[match.end(1) + 1 - match.start(0) :])

    start = plain.find(b"<sheetData")
    return FORMULA.sub(formula, plain[start:])
