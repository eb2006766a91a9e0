"""What stands in a workbook's package, read with nothing of the product: zip and plain XML.

Parts are compared by their bytes. A few XML edits stand for what a person types in between, where
a library's load and save would cost a part of the book.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

RELATIONS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title, its part, and whether it carries the product's mark."""

    title: str
    part: str
    ours: bool


def parts(book: Path) -> dict[str, bytes]:
    """Give every part of a package by name."""
    with zipfile.ZipFile(book) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def root(content: bytes) -> etree._Element:
    """Parse a part."""
    return etree.fromstring(content, _PARSER)


def relations(found: dict[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    """Give kind (its last word) and target part by id; external targets are left out."""
    folder, name = posixpath.split(part)
    rels = found.get(posixpath.join(folder, "_rels", f"{name}.rels"))
    if rels is None:
        return {}
    return {
        str(each.get("Id")): (
            str(each.get("Type")).rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, str(each.get("Target")))).lstrip("/"),
        )
        for each in root(rels).iter(f"{RELATIONS}Relationship")
        if each.get("TargetMode") != "External"
    }


def workbook_part(found: dict[str, bytes]) -> str:
    """Give the part that holds the workbook itself."""
    return next(
        target for kind, target in relations(found, "").values() if kind == "officeDocument"
    )


def local(element: etree._Element) -> str:
    """Give an element's name without its namespace."""
    return str(etree.QName(element).localname)


def sheets(found: dict[str, bytes]) -> list[Sheet]:
    """Give the sheets of a book in order; charts on a sheet of their own as well."""
    main = workbook_part(found)
    targets = relations(found, main)
    book = root(found[main])
    marked = {
        int(str(name.get("localSheetId")))
        for name in book.iter()
        if isinstance(name.tag, str) and local(name) == "definedName"
        if name.get("name") == "_huikuan" and name.get("localSheetId")
    }
    entries = [each for each in book.iter() if isinstance(each.tag, str) and local(each) == "sheet"]
    return [
        Sheet(str(each.get("name")), targets.get(_id(each), ("", ""))[1], number in marked)
        for number, each in enumerate(entries)
    ]


def _id(element: etree._Element) -> str:
    return next((str(v) for k, v in element.attrib.items() if str(k).endswith("}id")), "")


def belonging(found: dict[str, bytes], part: str) -> set[str]:
    """Give a part with its relations and everything that they lead to."""
    seen: set[str] = set()
    waiting = [part]
    while waiting:
        each = waiting.pop()
        if each in seen or each not in found:
            continue
        seen.add(each)
        folder, name = posixpath.split(each)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels in found:
            seen.add(rels)
        waiting += [target for _, target in relations(found, each).values()]
    return seen


def of_kind(found: dict[str, bytes], kind: str) -> set[str]:
    """Give the parts that the workbook relates to by a kind, such as ``styles``."""
    main = workbook_part(found)
    return {target for name, target in relations(found, main).values() if name == kind}


def formula_count(found: dict[str, bytes]) -> int:
    """Give the number of cells with a formula."""
    return sum(
        len(re.findall(rb"<(?:\w+:)?f[\s>/]", found[sheet.part]))
        for sheet in sheets(found)
        if sheet.part in found
    )


def rows(found: dict[str, bytes], title: str) -> list[list[object]]:
    """Give the values of a sheet, texts and numbers, row by row; blanks as None.

    Libraries that read values give up on some books that spreadsheet programs open.
    """
    part = next(sheet.part for sheet in sheets(found) if sheet.title == title)
    shared = _shared_texts(found)
    values: dict[tuple[int, int], object] = {}
    row = column = 0
    for each in (each for each in root(found[part]).iter() if isinstance(each.tag, str)):
        # Where an address is left out, a row is the next row and a cell the next cell.
        if local(each) == "row":
            row, column = int(each.get("r", row + 1)), 0
        elif local(each) == "c":
            letters = re.sub(r"\d", "", str(each.get("r", "")))
            column = _number(letters) if letters else column + 1
            values[row, column] = _value(each, shared)
    last = max((row for row, _ in values), default=0)
    width = max((column for _, column in values), default=0)
    return [[values.get((r, c)) for c in range(1, width + 1)] for r in range(1, last + 1)]


def _shared_texts(found: dict[str, bytes]) -> list[str]:
    table = next(iter(of_kind(found, "sharedStrings") & found.keys()), None)
    return [_text(item) for item in root(found[table])] if table else []


def _text(element: etree._Element) -> str:
    texts = [each for each in element.iter() if isinstance(each.tag, str) and local(each) == "t"]
    return "".join(each.text or "" for each in texts)


def _value(cell: etree._Element, shared: list[str]) -> object:
    if cell.get("t") == "inlineStr":
        return _text(cell)
    value = next((each.text for each in cell if local(each) == "v"), None)
    if value is None or cell.get("t") == "s":
        return None if value is None else shared[int(value)]
    return float(value) if cell.get("t", "n") == "n" else value


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def rewrite(book: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write a package again with parts changed."""
    found = parts(book)
    change(found)
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)


def type_texts(book: Path, title: str, cells: Iterable[tuple[str, str]]) -> None:
    """Type texts into cells of a sheet, as a person would; all else stays byte for byte.

    The cells must be in rows that the sheet has, and each to the right of what stands there.
    """

    def change(found: dict[str, bytes]) -> None:
        part = next(sheet.part for sheet in sheets(found) if sheet.title == title)
        content = found[part].decode()
        for at, text in cells:
            content = _typed(content, at, text)
        found[part] = content.encode()

    rewrite(book, change)


def _typed(content: str, at: str, text: str) -> str:
    row = re.sub(r"\D", "", at)
    found = re.search(
        rf'<((?:\w+:)?)row [^>]*?\br="{row}"[^>]*?(?:/>|>(.*?)</\1row>)', content, re.DOTALL
    )
    if found is None:
        raise AssertionError(f"row {row} is not there")
    prefix = found.group(1)
    whole = re.sub(r'\sspans="[^"]*"', "", found.group(0), count=1)
    p = prefix
    cell = f'<{p}c r="{at}" t="inlineStr"><{p}is><{p}t>{escape(text)}</{p}t></{p}is></{p}c>'
    if whole.endswith("/>"):
        whole = f"{whole[:-2]}></{p}row>"
    standing = re.search(rf'<{p}c [^>]*?\br="{at}"[^>]*?(?:/>|>.*?</{p}c>)', whole, re.DOTALL)
    if standing is not None:
        whole = whole.replace(standing.group(0), cell)
    else:
        whole = whole.replace(f"</{p}row>", f"{cell}</{p}row>")
    return content.replace(found.group(0), whole, 1)
