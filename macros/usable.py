"""Whether a table can be counted at all, or a column spoils it: then no action may go on.

Some rows left out are reported row by row. Where none is left, or where most rows wait for a
program to calculate their formulas, what remains would look like a small ledger and not like a
wrong one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from macros.tables import Unusable

if TYPE_CHECKING:
    from macros.columns import Converted
    from macros.judging import Bools, Work

#: Kinds of columns whose formulas have to be calculated, required or not: a due date, what came in.
_VITAL = frozenset({"money", "date"})


def unusable_column(work: Work, converted: dict[str, Converted], keep: Bools) -> Unusable | None:
    """Give the column that makes a table unusable, None where it can be counted.

    Parameters
    ----------
    work : Work
        The table, its rows judged.
    converted : dict
        Its columns by field.
    keep : ndarray of bool, 1-D
        The detail rows that are counted.
    """
    lacking = np.zeros(len(keep), dtype=np.bool_)
    for mask in work.lacking.values():
        lacking |= mask
    rows = keep | lacking
    total = int(rows.sum())
    for name, column in converted.items():
        if work.schema.field(name).kind not in _VITAL:
            continue
        waiting = int((_of_code(column, "uncached", len(keep)) & rows).sum())
        if waiting * 2 > total:
            return _unusable(work, name, "uncached", waiting, total)
    if keep.any() or not total:
        return None
    worst = max(work.lacking, key=lambda name: int(work.lacking[name].sum()))
    mask = work.lacking[worst]
    column = converted[worst]
    return _unusable(work, worst, _why(column, mask), int(mask.sum()), total)


def _of_code(column: Converted, code: str, length: int) -> Bools:
    mask = np.zeros(length, dtype=np.bool_)
    mask[[found.position for found in column.findings if found.code == code]] = True
    return mask


def _why(column: Converted, mask: Bools) -> str:
    """Give the commonest reason why the rows of a mask have no value: the code of a text."""
    spoilt = [found for found in column.findings if found.unusable and mask[found.position]]
    if 2 * len(spoilt) <= mask.sum():
        return "empty"
    codes = [found.code for found in spoilt]
    most = max(dict.fromkeys(codes), key=codes.count)
    return most if most in {"uncached", "error_cell"} else "unreadable"


def _unusable(work: Work, name: str, why: str, bad: int, rows: int) -> Unusable:
    found = work.one.fields[name]
    sheet = work.one.grid.sheet.name
    text = found.heading.text
    return Unusable(sheet, found.column + 1, text, f"check.unusable.{why}", bad, rows)
