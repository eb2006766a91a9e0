"""The words that a reader of Chinese and English ledgers knows, from ``words.csv``.

Texts are compared in normal form: full width as half width, no case, no blanks or line breaks, and
without the marks that people put into headings. ``invoiceNumber``, ``Invoice number`` and
``invoice_number`` are one heading; so are ``应收 金额`` and ``应收金额*``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import workbook_templates

_MARKS = re.compile(r"[\s_\-.,:;*'\"“”‘’·、。]+")
_BRACKETS = re.compile(r"[(\[【{<《](.*?)[)\]】}>》]")
_TAIL = re.compile(r"^(.+?)[/:|,](.+)$")


class Heading(NamedTuple):
    """A heading taken apart.

    ``whole`` and ``base`` are normal forms with and without what stands in brackets; ``scale`` is
    the multiplier of its unit (万元: 10000) or None where it names no unit; ``percent`` says that
    it carries a ``%``; ``lesser`` that a word in it (不含税) makes it second choice.
    """

    text: str
    whole: str
    base: str
    scale: int | None
    percent: bool
    lesser: bool


@cache
def group(name: str) -> dict[str, str]:
    """Give the words of a group in normal form, each with its value.

    Examples
    --------
    >>> group("scale")["万元"]
    '10000'
    """
    return {
        normal(word) or word.strip(): row["value"]
        for row in workbook_templates.rows("words")
        if row["group"] == name
        for word in row["words"].split("|")
    }


@cache
def raw_group(name: str) -> dict[str, str]:
    """Give the words of a group in half width and lower case only: signs such as ``-`` stay."""
    return {
        plain(word): row["value"]
        for row in workbook_templates.rows("words")
        if row["group"] == name
        for word in row["words"].split("|")
    }


def plain(text: str) -> str:
    """Give a text in half width and lower case: ``plain("ＩＮＶ  1")`` is ``'inv 1'``."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normal(text: str) -> str:
    """Give the form in which headings and labels are compared.

    Examples
    --------
    >>> normal("Invoice  No.") == normal("invoice_no") == normal("InvoiceNo")
    True
    """
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold())


def scale_of(text: str) -> int | None:
    """Give the multiplier of a unit: 10000 for 万元, 人民币万元 or RMB 10k; None if it is none."""
    unit = plain(text).replace(" ", "")
    scales = {word.replace(" ", ""): value for word, value in raw_group("scale").items()}
    if unit in scales:
        return int(scales[unit])
    for sign in sorted(raw_group("currency"), key=len, reverse=True):
        if sign in unit:
            rest = unit.replace(sign, "", 1).strip(":,.-/")
            return int(scales[rest]) if rest in scales else (None if rest else 1)
    return None


@cache
def heading(text: str) -> Heading:
    """Take a heading apart.

    Examples
    --------
    >>> heading("应收金额（万元）*")[1:]
    ('应收金额(万元)', '应收金额', 10000, False, False)
    """
    half = unicodedata.normalize("NFKC", text).strip()
    scale: int | None = None
    percent, lesser = "%" in half, False
    base = half
    for inside in _BRACKETS.findall(half):
        unit = scale_of(inside)
        scale = unit if unit is not None else scale
        lesser = lesser or normal(inside) in group("heading_lesser")
    base = _BRACKETS.sub("", half)
    tail = _TAIL.match(base)
    if tail and (unit := scale_of(tail[2])) is not None:
        base, scale = tail[1], unit
    lesser = lesser or any(word in normal(half) for word in group("heading_lesser"))
    return Heading(text, normal(half), normal(base.replace("%", "")), scale, percent, lesser)


def brackets_matter(text: str) -> bool:
    """Whether a heading says more in brackets than a unit or a hint such as 必填."""
    half = unicodedata.normalize("NFKC", text)
    return any(
        scale_of(inside) is None
        and normal(inside) not in group("heading_noise")
        and normal(inside) not in {"", "%"}
        for inside in _BRACKETS.findall(half)
    )


def total_kind(text: str) -> str:
    """Give ``total`` or ``subtotal`` for the label of a sum row such as 甲公司 小计; else ""."""
    half = plain(text)
    whole = normal(_BRACKETS.sub("", half))
    words = group("total")
    if whole in words:
        return words[whole]
    for prefix, kind in raw_group("total_prefix").items():
        if half.startswith(prefix):
            return kind
    for word in sorted(words, key=len, reverse=True):
        if len(word) > 1 and whole.endswith(word) and (not word.isascii() or f" {word}" in half):
            return words[word]
    return ""
