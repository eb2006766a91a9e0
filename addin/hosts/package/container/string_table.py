"""The texts that cells share: each stands once in a part of its own and cells tell its number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from addin.hosts.package.container.xml_text import LargeXmlError, unescape

if TYPE_CHECKING:
    import numpy.typing as npt

#: More different texts than this are no ledger's.
MAX_TEXTS: Final = 20_000_000

_PHONETIC: Final = re.compile(rb"<rPh(?=[\s>])[^>]*?(?:/>|>.*?</rPh>)", re.DOTALL)
_TEXT: Final = re.compile(rb"<t(?:\s[^>]*)?(?<!/)>([^<]*)</t>")
_ITEM: Final = re.compile(
    rb"<si(?=[\s/>])[^>]*?(?:/>|>(?:<t(?:\s[^>]*)?(?<!/)>([^<]*)</t></si>|(.*?)</si>))", re.DOTALL
)


def shared_texts(xml: bytes) -> npt.NDArray[np.object_]:
    """Give the shared texts of a workbook by their numbers, None for an empty one.

    Parameters
    ----------
    xml : bytes
        The part, canonical and without prefixes; b"" where there is none.
    """
    if xml.count(b"<si") > MAX_TEXTS:
        raise LargeXmlError("too many texts")
    if xml and not xml.rstrip().endswith((b"</sst>", b"/>")):
        raise ValueError("texts that do not end")
    found = _ITEM.findall(xml)
    texts = np.empty(len(found), dtype=np.object_)
    texts[:] = [(rich_text(rich) if rich else unescape(plain)) or None for plain, rich in found]
    return texts


def rich_text(xml: bytes) -> str:
    """Give the text of an ``si`` or ``is``: its runs joined, without phonetic guides."""
    if b"<rPh" in xml:
        xml = _PHONETIC.sub(b"", xml)
    return unescape(b"".join(_TEXT.findall(xml)))
