"""Which formulas go to the engine and how, and which are left, before anything is computed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container.templates import render, template
from addin.hosts.package.container.xml_text import unescape
from addin.recalculation.arguments import verdicts
from addin.recalculation.arrays import is_large, rows_at_once, without_members
from addin.recalculation.engine import unknown_functions
from addin.recalculation.joined_numbers import NAME
from addin.recalculation.scanning import ARRAY, DATA_TABLE, FORMULA
from addin.recalculation.values import for_engine, to_xml

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from addin.recalculation.dependencies import Node
    from addin.recalculation.functions import Functions
    from addin.recalculation.rewriting import Spelled, Speller
    from addin.recalculation.scanning import SheetFormulas
    from addin.recalculation.surroundings import Surroundings
    from udfs.values import Cell

_SUBTOTALS: Final = frozenset({"SUBTOTAL", "AGGREGATE"})
#: A name that :func:`templates.skeletons` would take for a reference.
_LIKE_CELL: Final = re.compile(r"[A-Z$]\d+$")
_TYPE: Final = re.compile(rb"""\s+t=(?:"[^"]*"|'[^']*')""")
_SHARED: Final = re.compile(rb"""\bt=["']shared["']""")


@dataclass(slots=True)
class Prepared:
    """The formulas of all sheets as the engine gets them.

    ``texts`` are the spelled formulas of each sheet by index, ``reasons`` those that are left and
    why; ``changed`` the indexes, by sheet, of those that the engine cannot take as they stand;
    ``fixed`` those whose cached value holds and is a constant to the others.
    """

    sheets: list[SheetFormulas]
    texts: list[list[str]]
    changed: list[set[int]]
    reasons: dict[Node, tuple[str, str]] = field(default_factory=dict)
    fixed: set[Node] = field(default_factory=set)
    ours: int = 0

    def rows(
        self,
        at: int,
        xml: bytes,
        answered: Mapping[Node, Cell] | None = None,
        columns: Container[Node] | None = None,
        *,
        bounded: bool = True,
    ) -> bytes:
        """Give the rows of a sheet with its formulas spelled; what is left keeps its value.

        Parameters
        ----------
        at : int
            The sheet's position.
        xml : bytes
            Its rows.
        answered : mapping of (sheet, index), optional
            Formulas that are answered without the engine, and their values.
        columns : container of (sheet, column), optional
            The columns whose formulas are wanted, else all.
        bounded : bool
            Whether arrays are kept to their cells in words of this engine.
        """
        sheet, changed = self.sheets[at], self.changed[at]
        if not changed and not sheet.arrays and columns is None:
            return xml
        number = -1

        def spelled(match: re.Match[bytes]) -> bytes:
            nonlocal number
            number += 1
            node = (at, number)
            if answered and node in answered:
                return _with_value(match, answered[node])
            unwanted = columns is not None and (at, sheet.columns[number]) not in columns
            if unwanted or self.holds(node):
                value = match.group(4)
                if value and b"_x" in value:
                    value = for_engine(unescape(value))
                return b"<c %b>%b" % (match.group(1), b"<v>%b</v>" % value if value else b"")
            formula = match.group(2)
            if number not in changed and not (formula and _SHARED.search(formula)):
                return match.group(0)
            text = for_engine(self._text(at, number, bounded=bounded))
            return b"<c %b><f>%b</f>" % (match.group(1), text)

        content = FORMULA.sub(spelled, xml)
        kept = {index for index in sheet.arrays if self.holds((at, index))}
        return without_members(content, sheet, kept)

    def holds(self, node: Node) -> bool:
        """Whether a formula keeps its value."""
        return node in self.reasons or node in self.fixed

    def fix_all_but(self, wanted: Container[Node]) -> None:
        """Let only some formulas be computed; the cached values of the others hold."""
        for at, sheet in enumerate(self.sheets):
            fixed = [index for index in range(len(sheet)) if (at, index) not in wanted]
            self.changed[at].update(fixed)
            self.fixed.update((at, index) for index in fixed)
        self.reasons = {node: why for node, why in self.reasons.items() if node in wanted}

    def _text(self, at: int, number: int, *, bounded: bool) -> str:
        """Give a formula for the engine; one that fills no more than its cells."""
        text = self.texts[at][number]
        kind, area = self.sheets[at].arrays.get(number, ("", None))
        if not bounded:  # for another engine, which has not our functions either
            return text.replace(f"{NAME}(", "(")
        if not kind and "AR_" in text:
            return f"TAKE({text},1,1)"
        if area and is_large(area):
            return f"TAKE({text},{rows_at_once(area)})"
        if kind == ARRAY and area:
            rows, columns = area[2] - area[0] + 1, area[3] - area[1] + 1
            return f"IFERROR(TAKE({text},{rows},{columns}),{text})"
        return text


def _with_value(match: re.Match[bytes], cell: Cell) -> bytes:
    attributes = _TYPE.sub(b"", match.group(1))
    if cell is None:
        return b"<c %b>" % attributes
    kind, said = (b"str", for_engine(cell)) if isinstance(cell, str) else to_xml(cell)
    return b'<c %b t="%b"><v>%b</v>' % (attributes, kind, said)


def prepare(
    sheets: list[SheetFormulas], speller: Speller, known: Surroundings, functions: Functions
) -> Prepared:
    """Spell every formula that needs it and give the reasons of those that cannot be computed."""
    prepared = Prepared(sheets, [list(sheet.texts) for sheet in sheets], [set() for _ in sheets])
    looks_like_cell = any(_LIKE_CELL.search(name.upper()) for _, name in known.names)
    groups: list[tuple[int, list[int], Spelled]] = []
    for at, sheet in enumerate(sheets):
        keys = sheet.texts if looks_like_cell else sheet.skeletons
        by_key: dict[tuple[str, str], list[int]] = {}
        for index, key in enumerate(keys):
            kind = sheet.arrays[index][0] if index in sheet.arrays else ""
            by_key.setdefault((key, kind), []).append(index)
        for (_, kind), members in by_key.items():
            first = members[0]
            text, row = sheet.texts[first], sheet.rows[first]
            spelled = speller.spell(text, sheet.name, row, array=bool(kind))
            if kind == DATA_TABLE:
                spelled.refuse(DATA_TABLE)
            elif kind:
                prepared.changed[at].update(members)
            groups.append((at, members, spelled))
            if not spelled.reason and spelled.text != text:
                _spell_all(prepared, at, members, speller, array=bool(kind))
    _judge(prepared, groups, known, functions)
    return prepared


def _spell_all(
    prepared: Prepared, at: int, members: list[int], speller: Speller, *, array: bool
) -> None:
    """Spell the formulas of a group; those that say the same from where they stand once."""
    sheet, texts = prepared.sheets[at], prepared.texts[at]
    done: dict[str, str | Spelled] = {}
    for index in members:
        row, column, text = sheet.rows[index], sheet.columns[index], sheet.texts[index]
        key = template(text, row, column)
        if key not in done:
            spelled = speller.spell(text, sheet.name, row, array=array)
            done[key] = spelled if spelled.reason else template(spelled.text, row, column)
        found = done[key]
        if isinstance(found, str):
            texts[index] = render(found, row, column)
        else:
            prepared.reasons[at, index] = (found.reason, found.detail)
    prepared.changed[at].update(members)


def _judge(
    prepared: Prepared,
    groups: list[tuple[int, list[int], Spelled]],
    known: Surroundings,
    functions: Functions,
) -> None:
    """Give each group a reason where the engine cannot have it."""
    every = set().union(*(spelled.functions for _, _, spelled in groups))
    theirs = {name for name in every if not name.startswith("AR_")}
    missing = unknown_functions(theirs - set(verdicts()))
    for at, members, spelled in groups:
        if any(name.startswith("AR_") for name in spelled.functions):
            prepared.ours += len(members)
            prepared.changed[at].update(members)
        reason = _reason(spelled, missing, functions)
        if not reason and spelled.functions & _SUBTOTALS:
            own = prepared.sheets[at].name.casefold()
            named = (title for title in known.filtered if title in spelled.text.casefold())
            if own in known.filtered or any(named):
                reason = ("hidden", "")
        if reason:
            prepared.reasons.update(dict.fromkeys(((at, index) for index in members), reason))
            prepared.changed[at].update(members)


def _reason(spelled: Spelled, missing: set[str], functions: Functions) -> tuple[str, str] | None:
    if spelled.reason:
        return spelled.reason, spelled.detail
    for name in sorted(spelled.functions):
        if name.startswith("AR_"):
            refused = functions.refuses(name)
            if refused:
                return refused, name
        elif name in verdicts():
            return verdicts()[name], name
        elif name in missing:
            return "function", name
    return None
