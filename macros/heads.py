"""Headings read through up to three header rows: what stands above a heading is part of it.

::

    row 5   客户名称 │     2023年      │     2024年      │ 应收账款（万元）
    row 6            │ 借方   │ 贷方   │ 借方   │ 贷方   │ 1年以内 │ 1-2年

The last header row has the headings; a row above it is a group row where a cell of it is merged
over several of them, or stands before blank cells above them. 借方 under 2023年 is the heading
2023年·借方, and means what the words mean together if they are known together, else what the
lowest of them means alone; a period and a unit add nothing to the meaning. A cell merged down into
the last row, or alone above a blank one, is a heading itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from macros.aliases import knows
from macros.grid import NUMBER
from macros.named_periods import is_period
from macros.words import Heading, heading, scale_of

if TYPE_CHECKING:
    from macros.grid import Grid

#: Header rows above the last one, and the sign between their texts.
_MOST_ABOVE: Final = 2
JOINT: Final = "·"
_YEARS: Final = (1990, 2100)
_COLON: Final = frozenset(":：")


class Heads(NamedTuple):
    """The headings of a row by column (from 0), and the first header row."""

    top: int
    heads: tuple[tuple[int, Heading], ...]


class _Group(NamedTuple):
    """A cell of a row of groups: text, first and last column, whether it reaches further down."""

    text: str
    first: int
    last: int
    bottom: int


def heads_of(grid: Grid, row: int, first: int, last: int) -> Heads:
    """Give the headings of a row, each with what stands above it."""
    leaves = {column: _label(grid, row, column) for column in range(first, last + 1)}
    leaves = {column: text for column, text in leaves.items() if text}
    top = row
    above: list[dict[int, str]] = []
    for line in range(row - 1, max(-1, row - 1 - _MOST_ABOVE), -1):
        texts = [_label(grid, line, column) for column in range(first, last + 1)]
        if any(map(_COLON.intersection, texts)):
            break  # 编制单位：… and the like: what stands above the table
        groups = _groups(grid, line, row, first, last)
        under = {*leaves}
        if not _parts(groups, under):
            break
        top = line
        _lend(groups, leaves, row, line)
        spread = {
            column: group.text
            for group in groups
            for column in range(group.first, group.last + 1)
            if column in under and leaves[column] != group.text
        }
        above.insert(0, spread)
    if not above:
        leaves.update(_merged_down(grid, row, first, last, leaves))
    heads = (
        (column, composed((*(level[column] for level in above if column in level), text)))
        for column, text in sorted(leaves.items())
    )
    return Heads(top, tuple(heads))


def composed(levels: tuple[str, ...]) -> Heading:
    """Make one heading of the texts of several header rows, the highest first.

    Examples
    --------
    >>> composed(("应收", "金额")).base, composed(("2023年", "借方")).text
    ('应收金额', '2023年·借方')
    """
    if len(levels) == 1:
        return heading(levels[0])
    levels = tuple(text for place, text in enumerate(levels) if text not in levels[:place])
    units = [scale_of(text.strip("()（）")) for text in levels]
    words = [
        text
        for text, unit in zip(levels, units, strict=True)
        if unit is None and not is_period(text)
    ]
    scale = next((unit for unit in reversed(units) if unit is not None), None)
    timed = any(is_period(text) for text in levels)
    tries = ["".join(words), "".join(words[-2:]), *words[::-1]] if words else [levels[-1]]
    best = next((text for text in tries if knows(heading(text))), words[-1] if words else "")
    found = heading(best or levels[-1])
    if scale is None:
        scale = next((s for text in words if (s := heading(text).scale) is not None), None)
    alone = best == levels[-1] and not timed
    text = best if alone else JOINT.join(levels)
    return found._replace(text=text, scale=found.scale if scale is None else scale)


def groups_over(grid: Grid, row: int) -> bool:
    """Whether a row has a cell merged over several columns: headings may stand below it."""
    return any(
        top - 1 <= row <= bottom - 1 and right > left
        for top, left, bottom, right in grid.sheet.merged
    )


def _label(grid: Grid, row: int, column: int) -> str:
    """Give the text of a header cell; a year typed as a number is one."""
    if grid.kinds[row, column] == NUMBER:
        value = float(grid.sheet.cells[row, column])
        whole = value == int(value) and _YEARS[0] <= value < _YEARS[1]
        return f"{int(value)}年" if whole else ""
    return grid.text(row, column).strip()


def _groups(grid: Grid, line: int, row: int, first: int, last: int) -> list[_Group]:
    """Give the cells of a row above the headings with the columns that each stands over."""
    merged = {
        left - 1: (right - 1, bottom - 1, top - 1)
        for top, left, bottom, right in grid.sheet.merged
        if top - 1 <= line <= bottom - 1
    }
    found: list[_Group] = []
    for column in range(first, last + 1):
        right, bottom, origin = merged.get(column, (column, line, line))
        text = _label(grid, origin, column)
        if text:
            found.append(_Group(text, column, right, bottom))
    return [
        group
        if group.first in merged
        else group._replace(last=_tail(grid, found, group, row, last))
        for group in found
    ]


def _tail(grid: Grid, groups: list[_Group], group: _Group, row: int, last: int) -> int:
    """Give the last of the blank cells after a cell that stand above headings."""
    if not grid.text(row, group.first).strip():
        return group.first  # nothing below it: it is a heading itself
    stop = min((other.first for other in groups if other.first > group.first), default=last + 1)
    end = group.first
    while end + 1 < stop and grid.text(row, end + 1).strip():
        end += 1
    return end


def _parts(groups: list[_Group], under: set[int]) -> bool:
    """Whether a row groups the headings below: some of them, not all of them as a title does."""
    wide = [group for group in groups if len(under & {*range(group.first, group.last + 1)}) > 1]
    if not wide:
        return False
    if len(groups) > 1:
        return True
    (only,) = groups
    return bool(under - {*range(only.first, only.last + 1)}) and min(under) < only.first


def _lend(groups: list[_Group], leaves: dict[int, str], row: int, line: int) -> None:
    """Give blank cells of the last header row the heading that stands above them."""
    for group in groups:
        reaches = group.bottom >= row
        alone = group.bottom == line and group.first == group.last
        if not reaches and not (alone and knows(heading(group.text))):
            continue
        for column in range(group.first, group.last + 1):
            leaves.setdefault(column, group.text)


def _merged_down(
    grid: Grid, row: int, first: int, last: int, leaves: dict[int, str]
) -> dict[int, str]:
    """Give the texts of cells merged into a row from above, where no row of groups stands."""
    return {
        column: grid.text(top - 1, left - 1).strip()
        for top, left, bottom, right in grid.sheet.merged
        if bottom - 1 == row and top < bottom
        for column in range(max(left - 1, first), min(right - 1, last) + 1)
        if column not in leaves and grid.text(top - 1, left - 1).strip()
    }
