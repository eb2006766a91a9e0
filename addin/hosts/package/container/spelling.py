"""The two spellings of the format's namespaces: transitional, which all write, and strict."""

from __future__ import annotations

import re
from typing import Final

_STRICT: Final = re.compile(rb"""(?<=["'])http://purl\.oclc\.org/ooxml/(\w+)/(\w+)""")
_TRANSITIONAL: Final = re.compile(
    rb"""(?<=["'])http://schemas\.openxmlformats\.org/"""
    rb"""(spreadsheetml|officeDocument|drawingml)/2006/(\w+)"""
)


def transitional(xml: bytes) -> bytes:
    """Give a part of a strict book as openpyxl knows it."""
    return _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/\2", xml)


def strict(xml: bytes) -> bytes:
    """Give a part as a strict book spells it."""
    return _TRANSITIONAL.sub(rb"http://purl.oclc.org/ooxml/\1/\2", xml)
