"""Where the rows of a table stand: problems with their cell, links to the source, in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from macros.book import address, column_letter
from macros.problems import Problem

if TYPE_CHECKING:
    from macros.problems import Severity
    from macros.tables import Table
    from udfs.arrays import Codes, Ints


class Places:
    """The cells of one field of a table (the row's first cell where the field was not found)."""

    def __init__(self, table: Table, field: str, *, source: str = "read") -> None:
        self._table = table.name
        self._source = source
        self._sheets = table.frame["sheet"].to_numpy(dtype=object)
        self._rows = table.frame["row"].to_numpy(dtype=np.int64)
        self._names = [region.sheet for region in table.regions]
        self._regions = table.region_numbers()
        self._columns = [
            region.columns.get(field, min(region.columns.values(), default=1))
            for region in table.regions
        ]

    def problem(
        self,
        code: str,
        severity: Severity,
        position: int | np.int64,
        *,
        found: str = "",
        left_out: int | None = None,
        **params: object,
    ) -> Problem:
        """Give a problem at the field's cell in a row; ``left_out`` are cents not counted."""
        sheet = str(self._sheets[position])
        return Problem(
            code=code,
            severity=severity,
            table=self._table,
            sheet=sheet,
            cell=address(int(self._rows[position]), self._columns[self._regions[position]]),
            found=found,
            params=params,
            amount=left_out,
            source=self._source,
        )

    def links(self, positions: Ints) -> Codes:
        """Give the reference of each row's cell, such as ``'应收'!D7``; None at −1."""
        prefixes = [
            f"'{name.replace(chr(39), chr(39) * 2)}'!{column_letter(column)}"
            for name, column in zip(self._names, self._columns, strict=True)
        ]
        found = [
            None if at < 0 else f"{prefixes[self._regions[at]]}{self._rows[at]}"
            for at in positions.tolist()
        ]
        return np.array(found, dtype=object)
