"""The scratch book: an openpyxl workbook in which sheets of ours are made, apart from her book.

It has the styles of her book, so that looks are numbered alike, and of her sheets nothing. Of ours
it has those that are to be made again, as they stand, because what is hers on them is carried over.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast
from xml.sax.saxutils import quoteattr

from openpyxl import Workbook, load_workbook

from addin.hosts.package.container.opening import Package
from addin.hosts.package.container.sheet_xml import addressed, prefix_of, without_rows
from addin.hosts.package.container.spelling import transitional
from addin.hosts.package.hers.shared_texts import SHARED
from addin.hosts.package.hers.sheet_rows import SheetRows
from addin.hosts.package.ours import in_memory
from addin.hosts.package.ours.internals import detach, dxf_count, look_count
from addin.hosts.package.ours.marks import NAMES
from addin.hosts.package.ours.thinning import Thinning

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from openpyxl.worksheet.worksheet import Worksheet

    from addin.hosts.package.container.opening import SheetEntry
    from addin.hosts.package.ours.thinning import Blanks, Wanted

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: Relations of a sheet of ours that openpyxl follows; what else is there is carried as XML.
_FOLLOWED: Final = frozenset({"comments", "table", "hyperlink"})
_ITEM: Final = re.compile(rb"<(?:(\w+):)?si(?:\s[^>]*)?(?:/>|>.*?</(?:\1:)?si>)", re.DOTALL)
_TABLE_HEAD: Final = re.compile(rb"<(?:\w+:)?sst(?:\s[^>]*)?>")
_RUN: Final = re.compile(rb"<(?:\w+:)?r>")
_COMMENTED: Final = re.compile(rb"""<(?:\w+:)?comment\s[^>]*?\bref=["'][A-Z]+(\d+)["']""")


@dataclass(slots=True)
class Scratch:
    """A scratch book.

    ``book`` is the name of her book. ``old`` gives the sheets of ours to be made again, by their
    position in it. ``looks`` and ``dxfs`` say how many looks are her book's own: a number below
    means the same in both. ``names`` are those of tables and defined names, in lower case, that
    are taken. ``blanks`` are cells of hers without value, by position, that were not loaded.
    """

    workbook: Workbook
    book: str = ""
    old: dict[int, Worksheet] = field(default_factory=dict)
    looks: int = 0
    dxfs: int = 0
    names: set[str] = field(default_factory=set)
    blanks: dict[int, Blanks] = field(default_factory=dict)


def open_scratch(
    package: Package,
    positions: Collection[int],
    *,
    emptied: Collection[int] = (),
    rows: Collection[int] | None = None,
    wanted: Mapping[int, Mapping[str, Wanted]] | None = None,
) -> Scratch:
    """Make a scratch book for a workbook.

    Parameters
    ----------
    package : Package
        Her book.
    positions : collection of int
        Sheets of ours that are to be made again.
    emptied : collection of int
        Those of them of which no cell is carried: sheets of hers that were handed over.
    rows : collection of int, optional
        Rows that are wanted, where most of a sheet is of no interest.
    wanted : mapping, optional
        By position, what is known of the blocks that are made again: of their rows only what is
        hers is loaded.
    """
    builder = _Builder(package)
    for position in positions:
        known = (wanted or {}).get(position)
        builder.add(position, emptied=position in emptied, rows=rows, wanted=known)
    with warnings.catch_warnings():
        # openpyxl warns of what it does not read; that is carried as XML or was refused.
        warnings.simplefilter("ignore")
        workbook = load_workbook(builder.finished(), rich_text=builder.rich_text)
    sheets = cast("list[Worksheet]", workbook.worksheets)
    old = dict(zip(positions, [*sheets], strict=True))
    for sheet in old.values():
        detach(workbook, sheet)
    names = {entry.name.casefold() for entry in package.defined_names} | table_names(package)
    return Scratch(
        workbook, package.path.name, old, look_count(workbook), dxf_count(workbook), names,
        builder.blanks,
    )  # fmt: skip


class _Builder:
    """Builds the small package that openpyxl loads."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._parts: dict[str, bytes] = {}
        self._sheets: list[tuple[int, SheetEntry]] = []
        self._strings = _Strings(package)
        self.rich_text = False
        self.blanks: dict[int, Blanks] = {}

    def _spelled(self, content: bytes) -> bytes:
        return transitional(content) if self._package.strict else content

    def add(
        self,
        position: int,
        *,
        emptied: bool,
        rows: Collection[int] | None,
        wanted: Mapping[str, Wanted] | None,
    ) -> None:
        """Add a sheet with its comments, tables and links."""
        entry = self._package.sheets[position]
        xml = self._package.read(entry.part)
        if rows is not None:
            xml = SheetRows(addressed(self._package.xml(entry.part))).only(rows)
        if wanted and not emptied and rows is None:
            xml = self._thinned(position, entry, wanted)
        xml = without_rows(xml) if emptied else self._strings.take(xml)
        self.rich_text = self.rich_text or bool(_RUN.search(xml))
        self._sheets.append((position, entry))
        number = len(self._sheets)
        self._parts[f"xl/worksheets/sheet{number}.xml"] = self._spelled(xml)
        relations = []
        for relation in self._package.relations(entry.part):
            if relation.kind not in _FOLLOWED or (emptied and relation.kind != "hyperlink"):
                continue
            target = relation.target
            if not relation.external:
                if not self._package.has(target):
                    continue
                self._parts[target] = self._spelled(self._package.read(target))
                target = f"/{target}"
            mode = ' TargetMode="External"' if relation.external else ""
            relations.append(_relation(relation.id, relation.kind, target, mode))
        if relations:
            self._parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _relations(relations)

    def _thinned(self, position: int, entry: SheetEntry, wanted: Mapping[str, Wanted]) -> bytes:
        """Give a sheet's XML without what is written anew."""
        package = self._package
        xml = addressed(package.xml(entry.part))
        if prefix_of(xml):
            return xml
        commented = {
            int(row)
            for part in package.related(entry.part, "comments")
            for row in _COMMENTED.findall(package.read(part))
        }
        thinning = Thinning(wanted, self._strings.text, commented)
        xml = thinning.thin(xml)
        self.blanks[position] = thinning.blanks
        return xml

    def finished(self) -> io.BytesIO:
        """Give the package."""
        package = self._package
        relations = [
            _relation(f"rId{number}", "worksheet", f"/xl/worksheets/sheet{number}.xml")
            for number, _ in enumerate(self._sheets, 1)
        ]
        types = [
            _type(f"xl/worksheets/sheet{number}.xml", f"{_OFFICE}.worksheet+xml")
            for number, _ in enumerate(self._sheets, 1)
        ]
        styles = next(iter(package.related(package.workbook_part, "styles")), None)
        if styles is not None:
            self._parts["xl/styles.xml"] = self._spelled(package.read(styles))
        if self._strings.items:
            table = self._spelled(self._strings.table())
            self.rich_text = self.rich_text or bool(_RUN.search(table))
            self._parts["xl/sharedStrings.xml"] = table
            types.append(_type("xl/sharedStrings.xml", f"{_OFFICE}.sharedStrings+xml"))
        self._parts["xl/workbook.xml"] = self._workbook()
        types.append(_type("xl/workbook.xml", f"{_OFFICE}.sheet.main+xml"))
        self._parts["xl/_rels/workbook.xml.rels"] = _relations(relations)
        self._parts["_rels/.rels"] = _relations(
            [_relation("rId1", "officeDocument", "xl/workbook.xml")]
        )
        self._parts["[Content_Types].xml"] = (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{"".join(types)}</Types>'
        ).encode()
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for part, content in self._parts.items():
                archive.writestr(part, content)
        target.seek(0)
        return target

    def _workbook(self) -> bytes:
        """Give the main part: the sheets, and of their names those that are ours."""
        sheets, names = [], []
        for number, (position, entry) in enumerate(self._sheets):
            sheets.append(
                f'<sheet name={quoteattr(entry.name)} sheetId="{number + 1}" '
                f'r:id="rId{number + 1}"/>'
            )
            names += [
                f'<definedName name="{one.name}" localSheetId="{number}">'
                f"{one.text.replace('&', '&amp;').replace('<', '&lt;')}</definedName>"
                for one in self._package.defined_names
                if one.sheet == position and one.name in NAMES
            ]
        base = ' date1904="1"' if self._package.date_1904 else ""
        listed = f"<definedNames>{''.join(names)}</definedNames>" if names else ""
        return (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><workbookPr{base}/>'
            f"<sheets>{''.join(sheets)}</sheets>{listed}</workbook>"
        ).encode()


class _Strings:
    """The few shared texts that sheets of ours use, numbered anew."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._numbers: dict[int, int] = {}
        self._head = b"<sst>"
        self.items: list[bytes] = []

    def take(self, xml: bytes) -> bytes:
        """Give a sheet's XML with the numbers of its shared texts in the smaller table."""
        if not SHARED.search(xml):
            return xml
        every = self._every

        def number(match: re.Match[bytes]) -> bytes:
            index = int(match.group(4))
            if index not in self._numbers:
                self._numbers[index] = len(self.items)
                self.items.append(every[index])
            start, end = (place - match.start() for place in match.span(4))
            whole = match.group(0)
            return b"%b%d%b" % (whole[:start], self._numbers[index], whole[end:])

        return SHARED.sub(number, xml)

    def text(self, number: int) -> bytes:
        """Give a shared text by its number in her book."""
        return self._every[number]

    @cached_property
    def _every(self) -> list[bytes]:
        part = next(iter(self._package.related(self._package.workbook_part, "sharedStrings")))
        xml = self._package.read(part)
        head = _TABLE_HEAD.search(xml)
        self._head = head.group(0) if head else self._head
        return [match.group(0) for match in _ITEM.finditer(xml)]

    def table(self) -> bytes:
        """Give the table as a part."""
        name = self._head[1:].split()[0].rstrip(b">")
        return b"%b%b</%b>" % (self._head, b"".join(self.items), name)


def _relation(identity: str, kind: str, target: str, mode: str = "") -> str:
    return (
        f'<Relationship Id="{identity}" Type="{_RELATED}/{kind}" Target={quoteattr(target)}{mode}/>'
    )


def _relations(found: Iterable[str]) -> bytes:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(found)}</Relationships>'
    ).encode()


def _type(part: str, kind: str) -> str:
    return f'<Override PartName="/{part}" ContentType="{kind}"/>'


def table_names(package: Package) -> set[str]:
    """Give the names, in lower case, of the tables of a book: none may stand there twice."""
    return {
        (package.tree(part).get("displayName") or "").casefold()
        for part in package.names
        if package.content_type(part) == f"{_OFFICE}.table+xml"
    }


def saved(workbook: Workbook) -> Package:
    """Save a scratch book to memory and open it as a package."""
    target = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        in_memory.save(workbook, zipfile.ZipFile(target, "w"))
    archive = zipfile.ZipFile(target)
    names = tuple(archive.namelist())
    return Package(Path("scratch.xlsx"), names, archive, {name.lower(): name for name in names})
