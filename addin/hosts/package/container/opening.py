"""A closed workbook as a package of parts: opened safely, its parts found through relations."""

from __future__ import annotations

import codecs
import os
import posixpath
import re
import struct
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote
from xml.etree import ElementTree as ET
from xml.parsers import expat

import olefile

from addin.hosts.package.container import xml_text
from addin.hosts.package.container.archive import name_of, open_archive
from addin.hosts.package.container.sheet_xml import plain
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lxml import etree

#: Sheets cost time each; a workbook of a thousand opens in Excel only with patience.
MAX_SHEETS: Final = 5_000

#: Where an entry's own header tells the length of its name and of its extra fields.
_NAME_LENGTH_AT: Final = 26

#: What the standard library and the parsers raise on bytes that are not what they should be.
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
    SyntaxError, ValueError, OverflowError, LookupError, expat.ExpatError,
)  # fmt: skip

_TEXT_FILES: Final = frozenset({".csv", ".tsv", ".txt"})
#: As much of a file as tells whether it is text, and what no text has.
_LOOKED_AT: Final = 1 << 14
_BINARY: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
OLE_MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
WORKBOOK_TYPES: Final = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
        "application/vnd.ms-excel.sheet.macroenabled.main+xml",
        "application/vnd.ms-excel.template.macroenabled.main+xml",
    }
)
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument.spreadsheet"
BINARY_WORKBOOK: Final = "application/vnd.ms-excel.sheet.binary.macroenabled.main"


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of a part: ``target`` is a part's name, or an address where ``external``."""

    id: str
    kind: str  # the last step of the relation's type, such as ``worksheet``
    target: str
    external: bool
    type: str = ""  # in full


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook part lists it; ``kind`` is such as worksheet or chartsheet.

    ``number`` is its id in the book, by which programs tell sheets apart that are moved or renamed.
    """

    name: str
    part: str
    kind: str
    state: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class NameEntry:
    """A defined name: ``sheet`` is the 0-based position of the sheet it is scoped to, or None."""

    name: str
    sheet: int | None
    text: str


def local(tag: str) -> str:
    """Give an element's or attribute's name without its namespace."""
    return tag.rpartition("}")[2]


def parse(xml: bytes) -> ET.Element:
    """Parse a part. A document type, which no workbook has, is refused: it can hide a bomb."""
    if len(xml) > xml_text.MAX_TREE:
        raise xml_text.LargeXmlError("a part too large to be made a tree")
    return ET.fromstring(xml_text.canonical(xml))  # noqa: S314 - canonical refuses document types


@dataclass(frozen=True, eq=False)
class Package:
    """An opened ``.xlsx`` or ``.xlsm``: names of parts as they stand in the zip."""

    path: Path
    names: tuple[str, ...]
    _archive: zipfile.ZipFile
    _by_lower: dict[str, str] = field(default_factory=dict)
    _sheets: dict[str, bytes] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def has(self, part: str) -> bool:
        """Whether a part exists; names are compared without case, as the format says."""
        return part.lower() in self._by_lower

    def read(self, part: str) -> bytes:
        """Give a part's bytes; KeyError where there is none.

        Raises
        ------
        Refusal
            ``damaged_part``: the bytes do not come out as the file's directory says;
            ``unsafe_part``: XML with a document type, whoever is to parse it.
        """
        name = self._by_lower[part.lower()]
        with self.judged(part):
            content = self._archive.read(name)
            if not name.lower().endswith(".svg"):  # a picture, and no program here looks inside
                xml_text.refuse_document_type(content)
        return content

    @contextmanager
    def judged(self, part: str) -> Iterator[None]:
        """Say of what is wrong with a part in which part of which file it is."""
        name = self.path.name
        try:
            yield
        except xml_text.UnsafeXmlError as error:
            raise Refusal("unsafe_part", name, part=part) from error
        except xml_text.LargeXmlError as error:
            most = f"{xml_text.MAX_TREE >> 20:,}"
            raise Refusal("large_part", name, part=part, most=most) from error
        except _DAMAGE as error:
            raise Refusal("damaged_part", name, part=part) from error

    @cached_property
    def entries(self) -> Mapping[str, zipfile.ZipInfo]:
        """Entries of the file in their order, by part."""
        return {part: self._archive.getinfo(self._by_lower[part.lower()]) for part in self.names}

    def packed(self, part: str) -> bytes:
        """Give a part's bytes as they are packed in the file."""
        entry = self._archive.getinfo(self._by_lower[part.lower()])
        with self.path.open("rb") as source:
            source.seek(entry.header_offset + _NAME_LENGTH_AT)
            name, extra = struct.unpack("<HH", source.read(4))
            source.seek(name + extra, os.SEEK_CUR)
            return source.read(entry.compress_size)

    def xml(self, part: str) -> bytes:
        """Give a part's XML as :func:`xml_text.canonical` makes it."""
        content = self.read(part)
        with self.judged(part):
            return xml_text.canonical(content)

    def sheet_xml(self, part: str) -> bytes:
        """Give a sheet's XML as :func:`plain` makes it; kept, as it is asked for often."""
        if part not in self._sheets:
            content = self.xml(part)
            with self.judged(part):
                self._sheets[part] = plain(content)
        return self._sheets[part]

    def tree(self, part: str) -> ET.Element:
        """Give a part parsed; refused as by :meth:`read`, or where it is ``large_part``."""
        content = self.read(part)
        with self.judged(part):
            return parse(content)

    @cached_property
    def _types(self) -> tuple[dict[str, str], dict[str, str]]:
        overrides, defaults = {}, {}
        for child in self.tree("[Content_Types].xml"):
            kind = child.get("ContentType", "").lower()
            if local(child.tag) == "Override":
                overrides[child.get("PartName", "").lstrip("/").lower()] = kind
            else:
                defaults[child.get("Extension", "").lower()] = kind
        return overrides, defaults

    def content_type(self, part: str) -> str:
        """Give a part's content type in lower case, or ""."""
        overrides, defaults = self._types
        lower = part.lower()
        return overrides.get(lower) or defaults.get(lower.rpartition(".")[2], "")

    def relations(self, part: str) -> tuple[Relation, ...]:
        """Give the relations of a part ("" for the package), targets resolved."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if not self.has(rels):
            return ()
        return tuple(relation_of(child, folder) for child in self.tree(rels))

    def related(self, part: str, kind: str) -> tuple[str, ...]:
        """Give the parts that a part points to by a kind of relation and that exist."""
        return tuple(
            r.target
            for r in self.relations(part)
            if r.kind == kind and not r.external and self.has(r.target)
        )

    @cached_property
    def workbook_part(self) -> str:
        """The main part, found through the package's relations."""
        return next(iter(self.related("", "officeDocument")), "")

    @cached_property
    def workbook(self) -> ET.Element:
        """The main part, parsed."""
        return self.tree(self.workbook_part)

    @cached_property
    def sheets(self) -> tuple[SheetEntry, ...]:
        """All sheets in order, chart sheets too."""
        relations = {r.id: r for r in self.relations(self.workbook_part)}
        found = []
        for node in self.workbook.iter():
            if local(node.tag) != "sheet":
                continue
            attributes = {local(name): value for name, value in node.attrib.items()}
            relation = relations.get(attributes.get("id", ""))
            part = relation.target if relation and self.has(relation.target) else ""
            kind = relation.kind if relation and part else "missing"
            number = attributes.get("sheetId", "")
            found.append(
                SheetEntry(
                    attributes["name"],
                    part,
                    kind,
                    attributes.get("state", "visible"),
                    int(number) if number.isdecimal() else 0,
                )
            )
        return tuple(found)

    @cached_property
    def defined_names(self) -> tuple[NameEntry, ...]:
        """All defined names."""
        return tuple(
            NameEntry(
                node.get("name", ""),
                int(node.attrib["localSheetId"]) if "localSheetId" in node.attrib else None,
                node.text or "",
            )
            for node in self.workbook.iter()
            if local(node.tag) == "definedName"
        )

    @cached_property
    def date_1904(self) -> bool:
        """Whether the workbook counts days from 1904."""
        return any(
            local(node.tag) == "workbookPr" and node.get("date1904") in {"1", "true"}
            for node in self.workbook
        )

    @cached_property
    def strict(self) -> bool:
        """Whether the workbook is in the strict variant of the format."""
        return "purl.oclc.org" in self.workbook.tag


def relation_of(node: ET.Element | etree._Element, folder: str) -> Relation:
    """Read a relation of a part in a folder."""
    target = unquote(node.get("Target", "")).replace("\\", "/")
    external = node.get("TargetMode") == "External"
    if not external:
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    kind = node.get("Type", "")
    return Relation(node.get("Id", ""), kind.rpartition("/")[2], target, external, kind)


def open_package(path: Path) -> Package:
    """Open a workbook file.

    Raises
    ------
    Refusal
        ``no_file``, ``is_folder``, ``is_text``, ``text_inside``, ``open_document``, ``encrypted``,
        ``old_format``, ``too_large``, ``not_a_workbook``, ``too_many_sheets``, ``sheet_twice``
        or what :func:`archive.open_archive` refuses; the place is the file's
        name.
    """
    if not path.is_file():
        raise Refusal("is_folder" if path.is_dir() else "no_file", path.name)
    with path.open("rb") as source:
        head = source.read(len(OLE_MAGIC))
    if head == OLE_MAGIC:
        raise Refusal(_ole_code(path), path.name)
    if path.suffix.lower() in _TEXT_FILES and not head.startswith(b"PK"):
        raise Refusal("is_text", path.name, file=path.name)
    if not head.startswith(b"PK") and _is_table_of_text(path):
        raise Refusal("text_inside", path.name, file=path.name)
    archive = open_archive(path)
    try:
        return _checked(path, archive)
    except _DAMAGE as error:
        archive.close()
        raise Refusal("not_a_workbook", path.name) from error
    except Refusal:
        archive.close()
        raise


def _is_table_of_text(path: Path) -> bool:
    """Whether a file's first lines are text, and no mark-up: many programs export CSV as .xlsx."""
    with path.open("rb") as source:
        lines = source.read(_LOOKED_AT).splitlines(keepends=True)
    start = b"".join(lines[:-1] or lines)  # the last may end within a letter
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if not start.strip() or start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        return False
    return not _BINARY.search(start) and any(_decodes(start, one) for one in ("utf-8", "gb18030"))


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _ole_code(path: Path) -> str:
    """Tell an encrypted workbook from an old .xls: both are OLE containers."""
    try:
        with olefile.OleFileIO(str(path)) as container:
            if container.exists("EncryptedPackage"):
                return "encrypted"
            if container.exists("Workbook") or container.exists("Book"):
                return "old_format"
    except OSError:
        return "not_a_workbook"
    return "not_a_workbook"


def _checked(path: Path, archive: zipfile.ZipFile) -> Package:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = tuple(name_of(entry) for entry in entries)
    by_lower = {name.lower(): entry.filename for name, entry in zip(names, entries, strict=True)}
    package = Package(path, names, archive, by_lower)
    if package.has("mimetype") and package.read("mimetype").startswith(_OPEN_DOCUMENT):
        raise Refusal("open_document", path.name)
    kind = package.content_type(package.workbook_part) if package.workbook_part else ""
    if kind == BINARY_WORKBOOK:
        raise Refusal("old_format", path.name)
    if kind not in WORKBOOK_TYPES or not package.sheets:
        raise Refusal("not_a_workbook", path.name)
    _check_sheets(package)
    return package


def _check_sheets(package: Package) -> None:
    """Refuse sheets that could not be told apart, and too many; names must be readable."""
    sheets, name = package.sheets, package.path.name
    if len(sheets) > MAX_SHEETS:
        raise Refusal("too_many_sheets", name, count=f"{len(sheets):,}", most=f"{MAX_SHEETS:,}")
    titles = Counter(entry.name.casefold() for entry in sheets)
    parts = Counter(entry.part.lower() for entry in sheets if entry.part)
    for entry in sheets:
        if titles[entry.name.casefold()] > 1 or parts[entry.part.lower()] > 1:
            raise Refusal("sheet_twice", name, sheet=entry.name)
    for scoped in package.defined_names:
        if scoped.sheet is not None and not 0 <= scoped.sheet < len(sheets):
            raise Refusal("not_a_workbook", name)
