"""The parts of a package as they are to be: what is changed, added or removed, over the original.

Nothing is written before :meth:`Parts.write`. Then every part that was not named is copied with
its packed bytes as they stand in the file, so it is the same byte for byte and costs no time.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from copy import copy
from typing import TYPE_CHECKING, Any, Final, cast

from lxml import etree

from addin.hosts.package.container.opening import Relation, relation_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from addin.hosts.package.container.opening import Package

TYPES: Final = "[Content_Types].xml"
_TYPES_NAMESPACE: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS_NAMESPACE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONS_TYPE: Final = "application/vnd.openxmlformats-package.relationships+xml"
_TRANSITIONAL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_STRICT: Final = "http://purl.oclc.org/ooxml/officeDocument/relationships/"

#: A part larger than this is packed fast: twice the speed for a tenth more bytes.
_LARGE: Final = 1 << 18
_FAST, _SMALL = 1, 6
#: Files get this time, so that the same content is the same file.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
#: Bit 3 of an entry's flags: sizes follow the data instead of standing before it.
_SIZES_FOLLOW: Final = 0x08
_ZIP64: Final = b"\x01\x00"
_NUMBERED: Final = re.compile(r"(.*?)(\d*)(\.[^./]+)?")


def parse_xml(content: bytes) -> etree._Element:
    """Parse a part without following anything: no document type, no entity, no network.

    Raises
    ------
    SyntaxError
        The part is not well-formed, or it has a document type, which no workbook has.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise SyntaxError("document type in a workbook part")
    return root


def xml_bytes(root: etree._Element) -> bytes:
    """Give a part's bytes from its root."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def relations_part(part: str) -> str:
    """Give the part that holds the relations of a part ("" for the package)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relation_type(kind: str) -> str:
    """Give the full type of a relation between parts: of ``drawing``, ``table`` and the like."""
    return f"{_TRANSITIONAL}{kind}"


class Parts:
    """Parts of a package, over the original.

    Names have no leading slash and are compared without case, as the format says.

    Parameters
    ----------
    package : Package
        The original, which stays open and unchanged.
    """

    def __init__(self, package: Package) -> None:
        self.package = package
        self._content: dict[str, bytes] = {}
        self._added: dict[str, str] = {}  # by name in lower case: the name as it is written
        self._removed: set[str] = set()
        self._types: etree._Element | None = None

    @property
    def changed(self) -> frozenset[str]:
        """Names, in lower case, of parts of the original whose content is another now."""
        return frozenset(self._content) - frozenset(self._added)

    @property
    def added(self) -> frozenset[str]:
        """Names, in lower case, of new parts."""
        return frozenset(self._added)

    @property
    def removed(self) -> frozenset[str]:
        """Names, in lower case, of parts of the original that are to go."""
        return frozenset(self._removed)

    def has(self, part: str) -> bool:
        """Whether a part exists now."""
        name = part.lower()
        return name in self._content or (name not in self._removed and self.package.has(part))

    def read(self, part: str) -> bytes:
        """Give a part as it is to be; KeyError where there is none."""
        name = part.lower()
        if name in self._content:
            return self._content[name]
        if name in self._removed:
            raise KeyError(part)
        return self.package.read(part)

    def tree(self, part: str) -> etree._Element:
        """Give a part parsed anew; :meth:`set` it to keep what you change."""
        content = self.read(part)
        with self.package.judged(part):
            return parse_xml(content)

    def set(self, part: str, content: bytes) -> None:
        """Give a part other content; KeyError where there is no such part."""
        if not self.has(part):
            raise KeyError(part)
        self._content[part.lower()] = content

    def add(self, wanted: str, content: bytes, content_type: str) -> str:
        """Add a part under a free name like the one wanted: ``chart1.xml`` may become ``chart7``.

        Returns
        -------
        str
            The name it got.
        """
        name = self._free(wanted)
        self._put(name, content)
        self._set_type(name, content_type)
        return name

    def _free(self, wanted: str) -> str:
        match = _NUMBERED.fullmatch(wanted)
        if match is None or not self._taken(wanted):
            return wanted
        stem, number, suffix = match.group(1), int(match.group(2) or 1), match.group(3) or ""
        while self._taken(f"{stem}{number}{suffix}"):
            number += 1
        return f"{stem}{number}{suffix}"

    def _taken(self, name: str) -> bool:
        """Whether a name is or was in use: a removed part's name is not given to another."""
        return self.has(name) or self.package.has(name)

    def _put(self, name: str, content: bytes) -> None:
        lower = name.lower()
        self._content[lower] = content
        if lower in self._removed:
            self._removed.remove(lower)
        elif not self.package.has(name):
            self._added[lower] = name

    def remove(self, part: str) -> None:
        """Take a part out, its relations and its content type with it."""
        for name in (part, relations_part(part)):
            lower = name.lower()
            self._content.pop(lower, None)
            if self._added.pop(lower, None) is None and self.package.has(name):
                self._removed.add(lower)
        for node in self._overrides():
            if node.get("PartName", "").lstrip("/").lower() == part.lower():
                self._tree_of_types().remove(node)
                self._keep_types()

    def _tree_of_types(self) -> etree._Element:
        if self._types is None:
            self._types = self.tree(TYPES)
        return self._types

    def _keep_types(self) -> None:
        self._content[TYPES.lower()] = xml_bytes(self._tree_of_types())

    def _overrides(self) -> list[etree._Element]:
        return self._tree_of_types().findall(f"{{{_TYPES_NAMESPACE}}}Override")

    def content_type(self, part: str) -> str:
        """Give a part's content type in lower case, or ""."""
        extension = part.rpartition(".")[2].lower()
        default = ""
        for node in self._tree_of_types():
            if node.get("PartName", "").lstrip("/").lower() == part.lower():
                return node.get("ContentType", "").lower()
            if node.get("Extension", "").lower() == extension:
                default = node.get("ContentType", "").lower()
        return default

    def _set_type(self, part: str, content_type: str) -> None:
        if self.content_type(part) == content_type.lower():
            return
        types = self._tree_of_types()
        if part.endswith(".rels") or (part.endswith(".vml") and not self.content_type("any.vml")):
            node = etree.Element(f"{{{_TYPES_NAMESPACE}}}Default")
            node.set("Extension", part.rpartition(".")[2])
            types.insert(0, node)
        else:
            node = etree.SubElement(types, f"{{{_TYPES_NAMESPACE}}}Override")
            node.set("PartName", f"/{part}")
        node.set("ContentType", content_type)
        self._keep_types()

    def relations(self, part: str) -> tuple[Relation, ...]:
        """Give the relations of a part ("" for the package), targets resolved."""
        name = relations_part(part)
        if not self.has(name):
            return ()
        folder = posixpath.dirname(part)
        return tuple(relation_of(node, folder) for node in _nodes(self.tree(name)))

    def related(self, part: str, kind: str) -> tuple[str, ...]:
        """Give the parts that a part points to by a kind of relation and that exist."""
        return tuple(
            relation.target
            for relation in self.relations(part)
            if relation.kind == kind and not relation.external and self.has(relation.target)
        )

    def relate(self, part: str, kind: str, target: str, *, external: bool = False) -> str:
        """Let a part point to another one.

        Parameters
        ----------
        part : str
            The part that points.
        kind : str
            The relation's full type, in the transitional spelling (:func:`relation_type`).
        target : str
            A part's name, or an address where ``external``.

        Returns
        -------
        str
            The relation's id, free until now.
        """
        known = self.relations(part)
        ids = {relation.id for relation in known}
        number = len(known) + 1
        while f"rId{number}" in ids:
            number += 1
        new = Relation(f"rId{number}", kind.rpartition("/")[2], target, external, kind)
        self.set_relations(part, (*known, new))
        return new.id

    def set_relations(self, part: str, relations: Sequence[Relation]) -> None:
        """Give a part these relations and no others; with none it has no relations part."""
        name = relations_part(part)
        if not relations:
            if self.has(name):
                self.remove(name)
            return
        root = etree.Element(
            f"{{{_RELATIONS_NAMESPACE}}}Relationships",
            nsmap=cast("Any", {None: _RELATIONS_NAMESPACE}),
        )
        folder = posixpath.dirname(part)
        for relation in relations:
            node = etree.SubElement(root, f"{{{_RELATIONS_NAMESPACE}}}Relationship")
            node.set("Id", relation.id)
            node.set("Type", self._spelled(relation.type or relation_type(relation.kind)))
            target = relation.target
            if relation.external:
                node.set("Target", target)
                node.set("TargetMode", "External")
            else:
                node.set("Target", posixpath.relpath(f"/{target}", f"/{folder}"))
        self._put(name, xml_bytes(root))
        self._set_type(name, _RELATIONS_TYPE)

    def _spelled(self, kind: str) -> str:
        """Give a relation's type as this book, strict or not, spells it."""
        if self.package.strict and kind.startswith(_TRANSITIONAL):
            return f"{_STRICT}{kind.removeprefix(_TRANSITIONAL)}"
        if not self.package.strict and kind.startswith(_STRICT):
            return f"{_TRANSITIONAL}{kind.removeprefix(_STRICT)}"
        return kind

    def drop_unreachable(self) -> None:
        """Take out what only a part that is gone pointed to, as a chart of a replaced drawing."""
        before = _reachable(self.package.relations, self.package.has)
        now = _reachable(self.relations, self.has)
        for part in before - now:
            if self.has(part):
                self.remove(part)

    def write(self, target: Path) -> None:
        """Write the package to a file, which is overwritten."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, entry in self.package.entries.items():
                name = part.lower()
                if name in self._removed:
                    continue
                if name in self._content:
                    _write(archive, entry.filename, self._content[name])
                else:
                    _copy(archive, entry, self.package.packed(part))
            for name, written in self._added.items():
                _write(archive, written, self._content[name])


def _nodes(root: etree._Element) -> Iterator[etree._Element]:
    """Give the elements below a root, without comments and processing instructions."""
    return (node for node in root if isinstance(node.tag, str))


def _reachable(relations: Any, has: Any) -> set[str]:  # noqa: ANN401 - the same two methods of Package and of Parts
    waiting: list[str] = [""]
    found: set[str] = set()
    while waiting:
        part = waiting.pop()
        targets = [r.target for r in relations(part) if not r.external and has(r.target)]
        waiting += [target for target in targets if target.lower() not in found]
        found |= {target.lower() for target in targets}
    return found


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    level = _FAST if len(content) > _LARGE else _SMALL
    archive.writestr(entry, content, compresslevel=level)


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, packed: bytes) -> None:
    """Copy an entry with its packed bytes.

    The standard library can only pack anew; its writer is told of an entry that stands already.
    """
    inner = cast("Any", archive)
    new = copy(entry)
    new.flag_bits &= ~_SIZES_FOLLOW
    new.extra = b"".join(field for field in _fields(entry.extra) if field[:2] != _ZIP64)
    new.header_offset = inner.fp.tell()
    inner.fp.write(new.FileHeader(zip64=False))
    inner.fp.write(packed)
    inner.filelist.append(new)
    inner.NameToInfo[new.filename] = new
    inner.start_dir = inner.fp.tell()
    inner._didModify = True  # noqa: SLF001 - else the directory is not written


def _fields(extra: bytes) -> Iterable[bytes]:
    """Give the extra fields of an entry, each whole."""
    at = 0
    while at + 4 <= len(extra):
        end = at + 4 + int.from_bytes(extra[at + 2 : at + 4], "little")
        yield extra[at:end]
        at = end


def sizes(path: Path) -> Mapping[str, tuple[int, int]]:
    """Give checksum and size of every part of a file, from its directory alone."""
    with zipfile.ZipFile(path) as archive:
        return {
            entry.filename.replace("\\", "/").lstrip("/").lower(): (entry.CRC, entry.file_size)
            for entry in archive.infolist()
            if not entry.is_dir()
        }
