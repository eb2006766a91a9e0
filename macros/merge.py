"""Which rows of a file are new to a table, and which stand there already.

Rows are the same if their key is (a document number, a receipt number, a customer number); under
one key several lines may stand, parted by the fields that ``tables.csv`` calls ``lines`` (the due
dates of an invoice in instalments). Rows without a key are the same if the fields of ``identity``
are, counted: of two equal receipts in one file the first is the first in the table, the second
the second, so both come in once and a second import of the file adds neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from macros.schema import tables as schema_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from macros.tables import Table

    Positions = npt.NDArray[np.int64]

#: Joins the fields of an identity; no cell of a workbook can hold it.
_JOIN = "\x1f"


class Merge(NamedTuple):
    """Where each row of a file belongs.

    ``stands`` is the position of the same row in the table, or -1. ``repeats`` is the position of
    the row of the same file that it repeats, or -1. A row with neither is new.
    """

    stands: Positions
    repeats: Positions

    @property
    def new(self) -> npt.NDArray[np.bool_]:
        """Which rows neither stand in the table nor repeat one of the file."""
        return (self.stands < 0) & (self.repeats < 0)


def merge(rows: pd.DataFrame, table: Table, fields: Sequence[str]) -> Merge:
    """Find the rows of a file in a table.

    Parameters
    ----------
    rows : DataFrame
        Rows of the file, with the columns ``fields``; index 0, 1, 2 …
    table : Table
        The table of the book, of the same schema.
    fields : sequence of str
        The fields that both sides have; only they are compared.

    Returns
    -------
    Merge
        One entry per row of the file, in its order.
    """
    schema = schema_tables()[table.name]
    stands = np.full(len(rows), -1, dtype=np.int64)
    repeats = stands.copy()
    keyed = np.zeros(len(rows), dtype=np.bool_)
    if schema.key in fields:
        keyed = (_text(rows[schema.key]) != "").to_numpy()
        lines = [schema.key, *(name for name in schema.lines if name in fields)]
        at = np.flatnonzero(keyed)
        found, again = _by_key(rows.iloc[at], table.frame, lines)
        stands[at] = found
        repeats[at] = np.where(again >= 0, at[again], -1)
    loose = np.flatnonzero(~keyed)
    if len(loose):
        identity = [name for name in schema.identity if name in fields] or list(fields)
        stands[loose] = _by_identity(rows.iloc[loose], table.frame, identity)
    return Merge(stands, repeats)


def _by_key(
    rows: pd.DataFrame, there: pd.DataFrame, fields: list[str]
) -> tuple[Positions, Positions]:
    """Match by key and lines first, then by key alone what is left on both sides, in order."""
    line, line_there = _joined(rows, fields), _joined(there, fields)
    repeats = _first(line, line)
    repeats[repeats == np.arange(len(rows))] = -1
    stands = _first(line, line_there)
    # A line that changed (an invoice with a new due date) is still the same invoice.
    left = np.flatnonzero((stands < 0) & (repeats < 0))
    free = np.flatnonzero(~np.isin(np.arange(len(there)), stands))
    key = _numbered(_text(rows[fields[0]]).iloc[left])
    key_there = _numbered(_text(there[fields[0]]).iloc[free])
    found = _first(key, key_there)
    stands[left] = np.where(found >= 0, free[found] if len(free) else -1, -1)
    stands[repeats >= 0] = -1
    return stands, repeats


def _by_identity(rows: pd.DataFrame, there: pd.DataFrame, fields: list[str]) -> Positions:
    """Match equal rows by their running number."""
    return _first(_numbered(_joined(rows, fields)), _numbered(_joined(there, fields)))


def _text(column: pd.Series) -> pd.Series:
    """Give a column as text, blank where nothing stands."""
    return column.astype("string").fillna("").str.strip()


def _joined(frame: pd.DataFrame, fields: Sequence[str]) -> pd.Series:
    first, *others = (_text(frame[name]) for name in fields)
    for other in others:
        first = first.str.cat(other, sep=_JOIN)
    return first


def _numbered(texts: pd.Series) -> pd.Series:
    """Put the running number of each text among its equals behind it."""
    count = texts.groupby(texts, sort=False).cumcount()
    return texts.str.cat(count.astype("string"), sep=_JOIN)


def _first(texts: pd.Series, there: pd.Series) -> Positions:
    """Give the position of each text's first appearance in another column, or -1."""
    firsts = np.flatnonzero(~there.duplicated().to_numpy())
    found = pd.Index(there.to_numpy()[firsts], dtype=object).get_indexer(
        pd.Index(texts.to_numpy(), dtype=object)
    )
    if not len(firsts):
        return np.full(len(texts), -1, dtype=np.int64)
    return np.where(found >= 0, firsts[found], -1).astype(np.int64)


def differences(
    rows: pd.DataFrame, there: pd.DataFrame, fields: Sequence[str]
) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Give for each field the positions where a file says something else than the table.

    Both frames are aligned row by row. A blank of the file says nothing, so it contradicts
    nothing; a value where the table is blank is a difference, for it was not there before. A flag
    that is blank says no.
    """
    for name in fields:
        offered, kept = rows[name].reset_index(drop=True), there[name].reset_index(drop=True)
        if offered.dtype == object:
            offered, kept = _text(offered), _text(kept)
            differ = (offered != "") & (offered != kept)
        else:
            kept = kept.fillna(value=False) if offered.dtype == "boolean" else kept
            differ = offered.notna() & (offered != kept).fillna(value=True)
        at = np.flatnonzero(differ.to_numpy(dtype=np.bool_))
        if len(at):
            yield name, at
