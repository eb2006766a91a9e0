"""What refers to rows of a table and ends where the table ended before it grew.

A formula of hers is not changed, and neither are charts and rules: what they should cover is hers
to say. She is told which they are, as a sum that leaves out the new rows looks right and is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container.sheet_areas import sheet_areas
from addin.hosts.package.container.sheet_xml import bounds, data_bounds
from macros.texts import Message, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from addin.hosts.package.container.opening import Package, SheetEntry
    from addin.hosts.package.container.sheet_areas import SheetArea
    from addin.hosts.package.hers.names import Scoped
    from addin.hosts.package.hers.ranges import Growth
    from macros.texts import Lang

#: So many places are told by name.
_TOLD: Final = 5
_SEPARATOR: Final = {"zh": "、", "en": ", "}
_FORMULA: Final = re.compile(rb"<c\s([^>]*[^/])>\s*<f(?=[\s>])((?:[^>]*[^/])?)>([^<]*:[^<]*)</f>")
_CELL: Final = re.compile(rb"""(?<![\w:])r=["']([A-Z]+)(\d+)["']""")
_SHARED: Final = re.compile(rb"""(?<![\w:])ref=["']([A-Z]+\d+:[A-Z]+\d+)["']""")
#: Formulas of rules, validations, sparklines and the series of charts.
_OTHER: Final = re.compile(rb"<(?:\w+:)?(?:formula[12]?|f)(?:\s[^>]*)?>([^<]*:[^<]*)</")
_SOURCE: Final = re.compile(rb"<(?:\w+:)?worksheetSource\s([^>]*)>")
_REF: Final = re.compile(rb"""(?<![\w:])ref=["']([^"']*)["']""")
_SHEET: Final = re.compile(rb"""(?<![\w:])sheet=(?:"([^"]*)"|'([^']*)')""")
#: A drawing gives each frame its name, then says by an id which chart is in it.
_FRAME: Final = re.compile(
    rb"""<(?:\w+:)?cNvPr\s[^>]*?(?<!\w)name="([^"]*)"|<(?:\w+:)?chart\s[^>]*?:id=["']([^"']*)["']"""
)


@dataclass(frozen=True, slots=True)
class Listed:
    """Listed, the first of them said by name."""

    found: tuple[Message | str, ...]

    def render(self, lang: Lang) -> str:
        """Give them in a language."""
        said = [one if isinstance(one, str) else one.render(lang) for one in self.found[:_TOLD]]
        listed = _SEPARATOR[lang].join(said)
        if len(self.found) <= _TOLD:
            return listed
        return text("host.and_more", lang, places=listed, count=f"{len(self.found):,}")


def still_ending(
    package: Package, sheet: int, growth: Growth, grown: Collection[Scoped]
) -> Message | None:
    """Say what goes on ending where a table ended; None where nothing does.

    Parameters
    ----------
    package : Package
        The book as it was.
    sheet : int
        Position of the table's sheet.
    growth : Growth
        What the table got.
    grown : collection of Scoped
        Names that grew with it.
    """
    search = _Search(package.sheets[sheet].name, growth)
    found = [
        Message("host.ends_name", {"name": one.name})
        for one in package.defined_names
        if (one.name, one.sheet) not in grown
        and not one.name.startswith(("_xlnm.", "_huikuan"))
        and search.ends(one.text, "")
    ]
    places: list[Message | str] = [*found]
    for entry in package.sheets:
        if entry.part:
            places += search.on_sheet(package, entry)
    if not places:
        return None
    given = {"sheet": search.title, "row": growth.after, "places": Listed(tuple(places))}
    return Message("host.still_ending", given)


class _Search:
    """Looks for areas of a sheet that end at a row."""

    def __init__(self, title: str, growth: Growth) -> None:
        self.title, self._growth = title, growth

    def _covers(self, area: SheetArea, here: str) -> bool:
        growth = self._growth
        named = area.on(self.title) if area.sheet else here.casefold() == self.title.casefold()
        return named and area.left <= growth.right and area.right >= growth.left

    def ends(self, formula: str, here: str) -> bool:
        """Whether an area in a formula that stands on a sheet ends at the row."""
        return any(
            area.bottom == self._growth.after and self._covers(area, here)
            for area in sheet_areas(formula)
        )

    def on_sheet(self, package: Package, entry: SheetEntry) -> Iterator[Message | str]:
        """Give the places on a sheet: cells, then rules, charts and pivot tables."""
        if entry.kind == "worksheet":
            xml = package.sheet_xml(entry.part)
            if b"<f" in xml:
                yield from self._cells(xml, entry.name)
            below = xml[data_bounds(xml)[1] :] or xml  # a sheet without rows has no end of them
            if self._any(below, entry.name):
                yield Message("host.ends_rule", {"sheet": entry.name})
        for drawing in package.related(entry.part, "drawing"):
            yield from self._charts(package, drawing, entry.name)
        for pivot in package.related(entry.part, "pivotTable"):
            for cache in package.related(pivot, "pivotCacheDefinition"):
                if self._feeds(package.xml(cache)):
                    yield Message("host.ends_pivot", {"sheet": entry.name})

    def _any(self, xml: bytes, here: str) -> bool:
        return any(
            self.ends(unescape(match.group(1).decode()), here) for match in _OTHER.finditer(xml)
        )

    def _cells(self, xml: bytes, here: str) -> Iterator[str]:
        growth = self._growth
        inside = here.casefold() == self.title.casefold()
        end = str(growth.after).encode()
        for match in _FORMULA.finditer(xml):
            shared = _SHARED.search(match.group(2)) if b"shared" in match.group(2) else None
            if shared is None and end not in match.group(3):
                continue  # quickly past the tens of thousands that a ledger has
            cell = _CELL.search(match.group(1))
            if cell is None:
                continue
            row = int(cell.group(2))
            last = bounds(shared.group(1).decode())[2] if shared else row
            for area in sheet_areas(unescape(match.group(3).decode())):
                # A shared formula stands once for cells below it, whose areas end lower.
                down = growth.after - area.bottom if area.moving else 0
                if not (0 <= down <= last - row and area.bottom + down == growth.after):
                    continue
                # A running sum in the last row goes on in the new ones.
                running = inside and area.moving and row + down == growth.after
                if self._covers(area, here) and not running:
                    yield f"{here}!{cell.group(1).decode()}{row + down}"
                    break

    def _charts(self, package: Package, drawing: str, here: str) -> Iterator[Message]:
        names, name = {}, ""
        for match in _FRAME.finditer(package.xml(drawing)):
            if match.group(2) is None:
                name = unescape(match.group(1).decode())
            else:
                names[match.group(2).decode()] = name
        for relation in package.relations(drawing):
            if relation.external or not package.has(relation.target):
                continue
            charted = relation.kind in {"chart", "chartEx"}
            if charted and self._any(package.xml(relation.target), here):
                yield Message(
                    "host.ends_chart", {"sheet": here, "name": names.get(relation.id, "")}
                )

    def _feeds(self, cache: bytes) -> bool:
        """Whether a pivot table reads an area that ends at the row."""
        source = _SOURCE.search(cache)
        ref = _REF.search(source.group(1)) if source else None
        sheet = _SHEET.search(source.group(1)) if source else None
        if ref is None or sheet is None:
            return False
        title = unescape((sheet.group(1) or sheet.group(2) or b"").decode())
        return self.ends(ref.group(1).decode(), title)
