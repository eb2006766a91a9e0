"""The XML of a part, made safe to read: UTF-8, no document type, nothing that only looks like tags.

Everything here that looks into XML by searching relies on one promise: a ``<`` begins a tag, and a
tag holds no other ``<`` or ``>``. What every program writes keeps it; what does not (comments,
CDATA, a bare ``>``) is parsed and written anew once, which costs time and changes no content.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape

import numpy as np
from lxml import etree

#: A part that is made a tree, or written anew, must be no larger: a tree takes ten times as much.
MAX_TREE: Final = 64 << 20

_DECLARATION: Final = re.compile(rb"""\s*<\?xml\s[^>]*?\?>\s*""")
_ENCODING: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']"""
)
#: The format knows UTF-8 and UTF-16; the others are what Chinese and western programs slip in.
_ENCODINGS: Final = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "utf-16"}
    | {"gb18030", "gbk", "gb2312", "big5", "iso-8859-1", "windows-1252"}
)
_REFERENCE: Final = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}))|(\w+));")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
#: Excel writes characters that XML cannot hold, and line breaks of old, as ``_x000D_``.
_EXCEL: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
#: A text that would be read as such an escape, and what cannot stand in XML.
_LIKE_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_DOCTYPE: Final = b"<!DOCTYPE"
#: How XML begins in EBCDIC and in encodings of four bytes, which some parsers guess.
_FOREIGN: Final = (
    b"\x4c\x6f\xa7\x94", b"\0\0\0<", b"<\0\0\0", b"\0\0<\0", b"\0<\0\0",
    b"\0\0\xfe\xff", b"\xff\xfe\0\0",
)  # fmt: skip


class UnsafeXmlError(ValueError):
    """A document type, or what can hide one: a bomb, a reach for other files; no book has it."""


class LargeXmlError(ValueError):
    """A part too large to be made a tree."""


def is_xml(content: bytes) -> bool:
    """Whether a part's bytes begin as XML does, in any encoding that a parser would guess."""
    return content[:64].lstrip(b"\xef\xbb\xbf\xfe\xff\0 \t\r\n")[:1] in {b"<", b""}


def refuse_document_type(content: bytes) -> None:
    """Raise :class:`UnsafeXmlError` where a part has a document type, or may hide one."""
    said = _ENCODING.match(content[:512])
    if content.startswith(_FOREIGN) or (said and said.group(1).decode().lower() not in _ENCODINGS):
        raise UnsafeXmlError("an encoding that hides what a part holds")
    found = _DOCTYPE in content
    if not found and b"\0" in content[:64]:
        wide = _DOCTYPE.decode()
        found = wide.encode("utf-16-le") in content or wide.encode("utf-16-be") in content
    if found and is_xml(content):
        raise UnsafeXmlError("document type in a workbook part")


def canonical(content: bytes) -> bytes:
    """Give a part's XML in UTF-8 that keeps the promise of this module; text is what it was.

    Raises
    ------
    UnsafeXmlError
        It has a document type.
    LargeXmlError
        It must be written anew and is too large for that.
    ValueError, SyntaxError
        It is not in the encoding that it says, or it is not XML.
    """
    refuse_document_type(content)
    xml = _as_utf8(content)
    start = _DECLARATION.match(xml)
    body = start.end() if start else 0
    if (
        xml.find(b"<!", body) < 0
        and xml.find(b"<?", body) < 0
        and xml.find(b"\r", body) < 0
        and _count(xml, b"<") == _count(xml, b">")
    ):
        return xml
    refuse_document_type(xml)
    return _anew(xml)


def refuse_torn(xml: bytes) -> None:
    """Raise where XML is not well-formed, building nothing of it."""
    expat.ParserCreate().Parse(xml, True)  # noqa: FBT003 - the last piece; it takes no keyword


def _count(xml: bytes, byte: bytes) -> int:
    """Count a byte that is frequent: ten times faster than ``bytes.count``."""
    return int(np.count_nonzero(np.frombuffer(xml, dtype=np.uint8) == byte[0]))


def _as_utf8(content: bytes) -> bytes:
    if content.startswith(b"\xef\xbb\xbf"):
        return _without_encoding(content[3:])
    if b"\0" in content[:4] or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16")
        return _without_encoding(text.encode())
    said = _ENCODING.match(content[:512])
    name = said.group(1).decode().lower() if said else "utf-8"
    if name in {"utf-8", "utf8", "us-ascii", "ascii", "utf-16"}:
        # What says UTF-16 in single bytes was recoded by a program that forgot to say so.
        return content if name != "utf-16" else _without_encoding(content)
    return _without_encoding(content.decode(name).encode())


def _without_encoding(xml: bytes) -> bytes:
    return _DECLARATION.sub(b"", xml, count=1)


def _anew(xml: bytes) -> bytes:
    if len(xml) > MAX_TREE:
        raise LargeXmlError("a part too large to be written anew")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    return etree.tostring(etree.fromstring(xml, parser), encoding="UTF-8")


def unescape(text: bytes) -> str:
    """Give the text that stands in XML: references resolved, Excel's own escapes too.

    Raises
    ------
    ValueError
        It is no UTF-8, or it has a reference that XML does not know.

    Examples
    --------
    >>> unescape(b"&#30002;&amp;_x0041_")
    '甲&A'
    """
    plain = text.decode()
    if "&" in plain:
        plain = _REFERENCE.sub(_character, plain)
    return without_escapes(plain)


def without_escapes(text: str) -> str:
    """Give what a text of a workbook says: Excel's own escapes resolved."""
    return _EXCEL.sub(_excel_character, text) if "_x" in text else text


def as_written(text: str) -> str:
    """Give a text as a workbook holds it, before the escapes of XML: for a library's cells.

    A program that knows the escapes of the format would read ``_x0041_`` as ``A``.

    Examples
    --------
    >>> as_written("_x0041_"), without_escapes("_x005F_x0041_")
    ('_x005F_x0041_', '_x0041_')
    """
    if "_x" in text:
        text = _LIKE_ESCAPE.sub("_x005F_", text)
    return _CONTROL.sub(lambda found: f"_x{ord(found.group()):04X}_", text)


def escape_text(text: str) -> str:
    """Give a text as it stands in the XML of a cell; :func:`unescape` gives it back.

    Examples
    --------
    >>> escape_text("a<_x0041_>")
    'a&lt;_x005F_x0041_&gt;'
    """
    return escape(as_written(text))


_from_hexadecimal = partial(int, base=16)


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        if name not in _NAMED:
            raise ValueError(f"entity {name} in a workbook part")
        return _NAMED[name]
    return _allowed(_from_hexadecimal(hexadecimal) if hexadecimal else int(decimal))


def _excel_character(match: re.Match[str]) -> str:
    number = _from_hexadecimal(match.group(1))
    return match.group(0) if 0xD800 <= number <= 0xDFFF else chr(number)


def _allowed(number: int) -> str:
    """Give a character that XML can hold."""
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF or number == 0:
        raise ValueError("a character that XML cannot hold")
    return chr(number)
