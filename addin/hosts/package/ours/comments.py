"""Comments of hers on a sheet of ours keep their looks, the size of their boxes, their threads.

openpyxl knows the text of a comment alone. What else there is comes from the sheet as it stands;
comments are known again by author and text.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Final, TypeAlias

from lxml import etree

from addin.hosts.package.container.elements import local_name
from addin.hosts.package.container.parts import parse_xml, xml_bytes
from addin.hosts.package.container.sheet_xml import position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Author and text.
Said: TypeAlias = tuple[str, str]

_SIZE: Final = re.compile(r"\b(width|height):\s*([\d.]+(?:pt|px|in|cm|mm)?)")
_THREAD: Final = "tc="


class Comments:
    """Comments of a sheet, read from their part.

    Parameters
    ----------
    content : bytes
        The part.
    """

    def __init__(self, content: bytes) -> None:
        self._root = parse_xml(content)
        self._authors = [node.text or "" for node in self._named("author")]

    def _named(self, name: str) -> Iterator[etree._Element]:
        return (node for node in self._root.iter() if local_name(node) == name)

    def _author(self, comment: etree._Element) -> str:
        number = int(comment.get("authorId", "0"))
        return self._authors[number] if number < len(self._authors) else ""

    def said(self) -> Iterator[tuple[Said, etree._Element]]:
        """Give author and text of every comment."""
        for comment in self._named("comment"):
            yield (self._author(comment), _text(comment)), comment

    def places(self) -> dict[str, Said]:
        """Give author and text by address."""
        return {comment.get("ref", ""): said for said, comment in self.said()}

    def threads(self) -> dict[str, str]:
        """Give the address of each thread by its id: a comment's author names it."""
        return {
            author.removeprefix(_THREAD).upper(): comment.get("ref", "")
            for (author, _), comment in self.said()
            if author.startswith(_THREAD)
        }

    def with_looks_of(self, old: Comments) -> bytes:
        """Give the part with the comments that stood in another one as they were there."""
        known = dict(old.said())
        for said, comment in list(self.said()):
            before = known.get(said)
            if before is None:
                continue
            again = deepcopy(before)
            again.set("ref", comment.get("ref", ""))
            again.set("authorId", comment.get("authorId", "0"))
            parent = comment.getparent()
            if parent is not None:
                parent.replace(comment, again)
        return xml_bytes(self._root)


def box_sizes(content: bytes) -> dict[tuple[int, int], dict[str, str]]:
    """Give width and height of each box of a part of comment boxes, by row and column from 1."""
    found = {}
    for shape in _shapes(_boxes(content)):
        place = _place(shape)
        if place is not None:
            found[place] = dict(_SIZE.findall(shape.get("style", "")))
    return found


def with_sizes(content: bytes, sizes: Mapping[tuple[int, int], Mapping[str, str]]) -> bytes:
    """Give a part of comment boxes with these sizes, by row and column from 1."""
    root = parse_xml(content)
    for shape in _shapes(root):
        wanted = sizes.get(_place(shape) or (0, 0), {})
        style = shape.get("style", "")
        for name, size in wanted.items():
            style = re.sub(rf"\b{name}:\s*[\d.]+\w*", f"{name}:{size}", style)
        shape.set("style", style)
    return etree.tostring(root)


def sizes_by_place(
    old: Comments, new: Comments, boxes: bytes
) -> dict[tuple[int, int], Mapping[str, str]]:
    """Give the sizes that boxes had, by the places where their comments stand now."""
    given = box_sizes(boxes)
    by_said = {
        said: given[position(address.encode())]
        for address, said in old.places().items()
        if position(address.encode()) in given
    }
    return {
        position(address.encode()): by_said[said]
        for address, said in new.places().items()
        if said in by_said
    }


def with_places(threads: bytes, places: Mapping[str, str]) -> bytes:
    """Give a part of threaded comments with each thread at the place where it stands now."""
    root = parse_xml(threads)
    for node in root.iter():
        if local_name(node) == "threadedComment":
            thread = (node.get("parentId") or node.get("id") or "").upper()
            if thread in places:
                node.set("ref", places[thread])
    return xml_bytes(root)


def _boxes(content: bytes) -> etree._Element:
    """Parse boxes as Excel writes them, which is not always XML: an unclosed ``<br>``."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)


def _shapes(root: etree._Element) -> Iterator[etree._Element]:
    return (node for node in root.iter() if local_name(node) == "shape")


def _place(shape: etree._Element) -> tuple[int, int] | None:
    said = {local_name(node): (node.text or "").strip() for node in shape.iter()}
    if not said.get("Row", "").isdigit() or not said.get("Column", "").isdigit():
        return None
    return int(said["Row"]) + 1, int(said["Column"]) + 1


def _text(comment: etree._Element) -> str:
    return "".join(
        node.text or ""
        for node in comment.iter()
        if local_name(node) == "t" and local_name(node.getparent()) != "rPh"
    )
