"""Writing the rows of a block: values by kind, styles by row, hidden ids and keys."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from openpyxl.comments import Comment

from addin.hosts.package.container.xml_text import as_written
from addin.hosts.package.ours.internals import make_cell, set_raw, wear
from addin.hosts.package.ours.ownership import KEY_COLUMN, OUR_AUTHOR, token
from addin.hosts.package.ours.styles import TEXT_KINDS, side_of_kind
from udfs.values import CellError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    from openpyxl.cell import Cell
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

    from addin.hosts.package.ours.body import Body
    from addin.hosts.package.ours.placing import PlacedBlock, PlacedColumn
    from addin.hosts.package.ours.styles import Styles
    from macros.changes import Block, Column, ColumnKind, RowStyle

#: What no XML can hold: it would make the file unreadable.
ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: A cell holds no more than this many characters.
LONGEST: Final = 32767
#: A text that begins like this can become a formula as soon as someone edits the cell or saves the
#: sheet as text: Excel skips blanks in front, and takes the full-width signs for the others.
FORMULA_LIKE: Final = (*"=+-@＝＋－＠", *"\t\r\n \u00a0\u3000")
#: Up to so many rows blank cells have their look too, so that the lines of a row run through;
#: beyond it they would only make the file bigger.
SPARSE: Final = 1000
_DAYS_1904: Final = 1462


def put(sheet: Worksheet, row: int, column: int, value: object, style: StyleArray | None) -> Cell:
    """Write a cell. A text is written as text, whatever it looks like."""
    cell = make_cell(sheet, row, column)
    value = as_written(value) if isinstance(value, str) else value
    set_raw(cell, value, "s" if isinstance(value, str) else "b" if isinstance(value, bool) else "n")
    if style is not None:
        wear(cell, style)
    return cell


def clean(text: str) -> str:
    """Give a text that a cell can hold: no control characters, not too long."""
    return ILLEGAL.sub("", text)[:LONGEST]


def cell_values(
    series: pd.Series[Any], kind: ColumnKind, minor: int, *, date_1904: bool
) -> list[object]:
    """Bring a column of data to what stands in the cells: texts, numbers or None."""
    if kind in TEXT_KINDS:
        return _texts(series)
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    if kind in {"money", "money_wan"}:
        numbers = numbers / 10**minor
    elif date_1904 and kind in {"date", "time"}:
        numbers = numbers - _DAYS_1904
    blank = np.isnan(numbers)
    whole = not blank.all() and bool((numbers[~blank] % 1 == 0).all())
    values: list[object] = (
        np.where(blank, 0, numbers).astype(np.int64).tolist() if whole else numbers.tolist()
    )
    for position in np.flatnonzero(blank).tolist():
        values[position] = None
    return values


def _texts(series: pd.Series[Any]) -> list[object]:
    missing = series.isna().tolist()
    return [
        None if gone else _text(value) for value, gone in zip(series.tolist(), missing, strict=True)
    ]


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "✓" if value else None
    if isinstance(value, CellError):
        return str(value.value)
    text = str(value)
    return clean(text) or None


def write_block(  # noqa: PLR0913 - a block, where it goes, and how
    sheet: Worksheet,
    body: Body,
    placed: PlacedBlock,
    styles: Styles,
    *,
    marked: bool,
    date_1904: bool,
    key_heading: str = "key",
) -> None:
    """Write heading, ids, header and rows of ours; the cells that are hers come after.

    ``key_heading`` stands above the hidden keys where the block has no column of keys.
    """
    block = placed.block
    first = placed.columns[0].index if placed.columns else 1
    body.start(placed.first_row)
    if block.heading:
        put(sheet, placed.header_row - 1, first, clean(block.heading), styles.heading())
    if marked:
        rows = (placed.id_row, placed.header_row)
        write_ids(sheet, rows, block.id, placed.columns, styles)
        put(
            sheet,
            placed.header_row,
            KEY_COLUMN,
            _key_heading(placed) or key_heading,
            styles.machine(),
        )
        look = styles.index(styles.machine())
        body.add_column(KEY_COLUMN, [clean(key) for key in placed.keys], [look] * len(placed.keys))
    write_header(sheet, placed.header_row, placed.columns, styles)
    parts: list[RowStyle] = (
        ["detail"] * len(placed.keys) if block.styles is None else block.styles.tolist()
    )
    apart = set_apart(placed.columns)
    for column in placed.columns:
        if column.column is not None:
            step = int(column.index in apart)
            _write_column(body, placed, column, parts, styles, step, date_1904=date_1904)
    _write_row_kinds(body, placed, parts, styles, date_1904=date_1904)
    _set_levels(sheet, body, placed)


def _key_heading(placed: PlacedBlock) -> str:
    block = placed.block
    return next((c.heading for c in block.columns if c.id == block.key), "")


def write_ids(
    sheet: Worksheet,
    rows: tuple[int, int],
    block: str,
    columns: Sequence[PlacedColumn],
    styles: Styles,
) -> None:
    """Write the hidden row of column ids; ``rows`` are its own and the header's."""
    row, header_row = rows
    offset = header_row - row
    put(sheet, row, KEY_COLUMN, token(block, offset, "", hers=False), styles.machine())
    for column in columns:
        if column.column is not None:
            name = token(block, offset, column.name, hers=column.hers)
            put(sheet, row, column.index, name, styles.machine())
    sheet.row_dimensions[row].hidden = True


def write_keys(
    sheet: Worksheet, header_row: int, keys: Sequence[str], heading: str, styles: Styles
) -> None:
    """Write the hidden column of row keys; its header makes it sort with the rows."""
    style = styles.machine()
    put(sheet, header_row, KEY_COLUMN, heading, style)
    for row, key in enumerate(keys, header_row + 1):
        put(sheet, row, KEY_COLUMN, clean(key), style)


def write_header(
    sheet: Worksheet, row: int, columns: Sequence[PlacedColumn], styles: Styles
) -> None:
    """Write the header row; a column's note is a comment on its heading."""
    apart = set_apart(columns)
    for column in columns:
        kind = column.column.kind if column.column else "text"
        cell = put(
            sheet,
            row,
            column.index,
            clean(column.heading) or None,
            styles.header(
                kind,
                hers=column.hers,
                centred=_centred(column),
                indent=int(column.index in apart),
            ),
        )
        if column.column is not None and column.column.note:
            cell.comment = Comment(column.column.note, OUR_AUTHOR, height=60, width=220)


def _write_column(  # noqa: PLR0913, PLR0917 - a column, where it goes, and how
    body: Body,
    placed: PlacedBlock,
    place: PlacedColumn,
    parts: Sequence[RowStyle],
    styles: Styles,
    step: int,
    *,
    date_1904: bool,
) -> None:
    block, column = placed.block, place.column
    if column is None:
        raise ValueError("a column she added has no data of ours")
    values: Sequence[object] = (
        cell_values(block.data[column.id], column.kind, column.minor, date_1904=date_1904)
        if column.id in block.data
        else [None] * len(placed.keys)
    )
    linked = _links(body, placed, place, values)
    looks = _looks(column, values, parts, linked, _steps(block, column.id, step), styles)
    body.add_column(place.index, values, looks)


def _links(
    body: Body, placed: PlacedBlock, place: PlacedColumn, values: Sequence[object]
) -> npt.NDArray[np.bool_]:
    """Link the cells of a column that have a target and a value; give which."""
    targets = placed.block.links.get(place.name)
    linked = np.zeros(len(values), dtype=np.bool_)
    if targets is None:
        return linked
    for position, (value, link) in enumerate(zip(values, targets.tolist(), strict=True)):
        if isinstance(link, str) and value is not None:
            body.add_link(placed.first_row + position, place.index, link)
            linked[position] = True
    return linked


def _looks(  # noqa: PLR0913, PLR0917 - what decides on the look of a cell
    column: Column,
    values: Sequence[object],
    parts: Sequence[RowStyle],
    linked: npt.NDArray[np.bool_],
    steps: npt.NDArray[np.int64],
    styles: Styles,
) -> list[int | None]:
    """Give the look of each cell of a column by value, part, link and indent; None for no cell."""
    count = len(values)
    if not count:
        return []
    kinds, names = pd.factorize(np.array(parts, dtype=np.object_))
    quoted = np.zeros(count, dtype=np.bool_)
    if column.kind in TEXT_KINDS:
        like = {value for value in {*values} if str(value or "").startswith(FORMULA_LIKE)}
        quoted = np.fromiter((value in like for value in values), np.bool_, count)
    wanted = ((kinds * 2 + linked) * 2 + quoted) * (int(steps.max()) + 1) + steps
    _, first, places = np.unique(wanted, return_index=True, return_inverse=True)
    known = [
        styles.index(
            styles.body(
                column.kind, parts[at], column.minor, hers=column.hers, link=bool(linked[at]),
                quoted=bool(quoted[at]), centred=column.align == "center", indent=int(steps[at]),
            )
        )
        for at in first.tolist()
    ]  # fmt: skip
    looks: list[int | None] = np.array(known, dtype=np.object_)[places].tolist()
    if count > SPARSE and not column.hers and "detail" in names:
        detail = (kinds == [*names].index("detail")).tolist()
        for position, value in enumerate(values):
            if value is None and detail[position]:
                looks[position] = None
    return looks


def _centred(place: PlacedColumn) -> bool:
    return place.column is not None and place.column.align == "center"


def set_apart(columns: Sequence[PlacedColumn]) -> frozenset[int]:
    """Give the columns of texts that step in, as their left neighbour's numbers end at the edge."""
    shown = [place for place in columns if place.column is None or not place.column.hidden]
    return frozenset(
        right.index
        for left, right in pairwise(shown)
        if _side(left) == "right" and _side(right) == "left" and right.column is not None
    )


def _side(place: PlacedColumn) -> str:
    kind = place.column.kind if place.column else "text"
    return side_of_kind(kind, centred=_centred(place))


def _steps(block: Block, name: str, step: int) -> npt.NDArray[np.int64]:
    """Give how far the text of each row steps in."""
    if block.levels is None or block.indent != name:
        return np.full(len(block.data), step, dtype=np.int64)
    return np.asarray(block.levels, dtype=np.int64) + step


def _write_row_kinds(
    body: Body,
    placed: PlacedBlock,
    parts: Sequence[RowStyle],
    styles: Styles,
    *,
    date_1904: bool,
) -> None:
    """Write again the numbers of rows that are of another kind, such as shares below amounts."""
    for position, kind in placed.block.row_kinds.items():
        for place in placed.columns:
            column = place.column
            if column is None or column.kind in TEXT_KINDS or column.id not in placed.block.data:
                continue
            data = placed.block.data[column.id].iloc[position : position + 1]
            value = cell_values(data, kind, column.minor, date_1904=date_1904)[0]
            look = styles.body(
                kind, parts[position], column.minor, hers=column.hers, link=False, quoted=False
            )
            body.set_cell(placed.first_row + position, place.index, value, styles.index(look))


def _set_levels(sheet: Worksheet, body: Body, placed: PlacedBlock) -> None:
    """Group rows; a folded group is hidden, and the row above it says so."""
    levels = placed.block.levels
    if levels is None or not len(levels):
        return
    deepest = max(int(levels.max()), sheet.sheet_format.outlineLevelRow or 0)
    sheet.sheet_format.outlineLevelRow = deepest
    before = 0
    for row, level in enumerate(levels.tolist(), placed.first_row):
        if level:
            body.set_row(row, outlineLevel=level)
            if placed.block.folded:
                body.set_row(row, hidden=1)
                if level > before:
                    body.set_row(row - 1, collapsed=1)
        before = level


def rename_links(text: str, names: Mapping[str, str]) -> str:
    """Give a link's target with the sheet called as it is really called in this book.

    Examples
    --------
    >>> rename_links("'账龄'!A5", {"账龄": "账龄 (回款)"})
    "'账龄 (回款)'!A5"
    """
    sheet, _, cell = text.rpartition("!")
    real = names.get(sheet.strip("'").replace("''", "'"))
    if not real:
        return text
    quoted = real.replace("'", "''")
    return f"'{quoted}'!{cell}"
