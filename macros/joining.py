"""Which regions are parts of one table: a sheet for each month, or two below one header text.

Regions belong together if they have the same fields under their headings and stand on one sheet,
or on sheets whose names differ in nothing but a date or number (应收2022, 应收2023). What she names
on 映射 belongs together because she says so. A copied sheet, 应收 (2), does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from macros import schema
from macros.named_periods import named, siblings

if TYPE_CHECKING:
    from macros.headers import Candidate

#: What a region must share with another: kinds of fields that carry figures.
_FIGURES: Final = frozenset({"money", "date"})


def parts_of(best: Candidate, several: list[Candidate]) -> tuple[Candidate, ...]:
    """Give the regions that are one table with the best one, in order of time and place."""
    if not schema.tables()[best.table].joined:
        return (best,)
    parts = [one for one in several if one is best or _together(best, one)]
    place = {id(one): number for number, one in enumerate(several)}
    return tuple(sorted(parts, key=lambda one: (named(one.grid.sheet.name).order, place[id(one)])))


def _together(best: Candidate, other: Candidate) -> bool:
    if best.named and other.named:
        return True
    if best.named or not _agree(best, other):
        return False
    names = [one.grid.sheet.name for one in (best, other)]
    return names[0] == names[1] or siblings(names)


def _agree(one: Candidate, other: Candidate) -> bool:
    """Whether two regions have the same fields, but for texts that one of them lacks."""
    table = schema.tables()[one.table]
    return not any(
        table.field(name).kind in _FIGURES or name == table.key
        for name in one.fields.keys() ^ other.fields.keys()
    )
