"""What came of a recalculation: values, and the formulas that were left with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from addin.recalculation.preparing import Prepared
    from addin.recalculation.scanning import SheetFormulas
    from udfs.values import Cell


@dataclass(frozen=True, slots=True)
class Left:
    """A formula that was left as it was: where, and why.

    ``reason`` is a code of the texts ``recalc.reason.*``; ``detail`` what it is about, such as the
    name of a function.
    """

    sheet: str
    row: int
    column: int
    formula: str
    reason: str
    detail: str
    cached: bool


@dataclass(slots=True)
class SheetValues:
    """The formulas of a sheet with their new values, by index.

    ``values`` has what was computed; ``changed`` what is another value than the cached one;
    ``members`` the values of arrays beyond their first cell, by the index of the formula, as rows.
    """

    formulas: SheetFormulas
    values: dict[int, Cell] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    members: dict[int, list[list[Cell]]] = field(default_factory=dict)


@dataclass(slots=True)
class Recalculated:
    """What came of a recalculation; nothing is written yet."""

    sheets: list[SheetValues]
    left: list[Left]
    prepared: Prepared | None = None

    @property
    def ours(self) -> int:
        """How many formulas call functions of ours."""
        return self.prepared.ours if self.prepared else 0

    @property
    def computed(self) -> int:
        """How many formulas have a new value, be it the same as before."""
        return sum(len(sheet.values) for sheet in self.sheets)

    @property
    def changed(self) -> int:
        """How many formulas have another value than the one that was cached."""
        return sum(len(sheet.changed) for sheet in self.sheets)

    @property
    def formulas(self) -> int:
        """How many formulas there are."""
        return sum(len(sheet.formulas) for sheet in self.sheets)


def by_reason(left: Iterable[Left]) -> Mapping[tuple[str, str], list[Left]]:
    """Group what was left by reason and detail, the largest group first."""
    groups: dict[tuple[str, str], list[Left]] = {}
    for one in left:
        detail = one.detail if one.reason in {"function", "name"} else ""
        groups.setdefault((one.reason, detail), []).append(one)
    return dict(sorted(groups.items(), key=lambda group: -len(group[1])))
