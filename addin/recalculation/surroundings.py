"""What formulas of a book refer to besides cells: sheets, names and tables, by their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from addin.hosts.package.container import sheet_xml
from addin.hosts.package.container.opening import local

if TYPE_CHECKING:
    from addin.hosts.package.container.opening import Package


@dataclass(frozen=True, slots=True)
class Table:
    """An Excel table: its sheet, its range, its columns in order, rows of headings and totals."""

    name: str
    sheet: str
    area: tuple[int, int, int, int]
    columns: tuple[str, ...]
    headings: int
    totals: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Sheets in order; tables and names by their names in lower case.

    A name is found under (sheet in lower case, name) where it belongs to one sheet, and under
    ("", name) where it belongs to the book. ``filtered`` are sheets with hidden rows.
    """

    sheets: tuple[str, ...]
    tables: dict[str, Table]
    names: dict[tuple[str, str], str]
    filtered: frozenset[str]

    def name(self, sheet: str, name: str) -> str | None:
        """Give what a name stands for on a sheet, or None."""
        own = self.names.get((sheet.casefold(), name.casefold()))
        return own if own is not None else self.names.get(("", name.casefold()))

    def sheet(self, title: str) -> str | None:
        """Give the title of a sheet as the book writes it, or None."""
        wanted = title.casefold()
        return next((each for each in self.sheets if each.casefold() == wanted), None)


def surroundings(package: Package) -> Surroundings:
    """Read them from an opened book."""
    sheets = tuple(entry.name for entry in package.sheets)
    tables: dict[str, Table] = {}
    filtered = set()
    for entry in package.sheets:
        if entry.kind != "worksheet":
            continue
        for part in package.related(entry.part, "table"):
            table = _table(package, entry.name, part)
            tables[table.name.casefold()] = table
        xml = package.sheet_xml(entry.part)
        start, end = sheet_xml.data_bounds(xml)
        if sheet_xml.hidden_rows(xml, start, end):
            filtered.add(entry.name.casefold())
    names = {
        ("" if entry.sheet is None else sheets[entry.sheet].casefold(), entry.name.casefold()): (
            entry.text.lstrip("=")
        )
        for entry in package.defined_names
        if entry.sheet is None or entry.sheet < len(sheets)
    }
    return Surroundings(sheets, tables, names, frozenset(filtered))


def _table(package: Package, sheet: str, part: str) -> Table:
    node = package.tree(part)
    columns = tuple(
        child.get("name", "") for child in node.iter() if local(child.tag) == "tableColumn"
    )
    return Table(
        node.get("displayName") or node.get("name") or "",
        sheet,
        sheet_xml.bounds(node.attrib["ref"]),
        columns,
        int(node.get("headerRowCount", "1")),
        int(node.get("totalsRowCount", "0")),
    )
