"""The engine: a copy of a book goes in, values come out; which functions it has."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

import formualizer

from addin.hosts.package.container.sheet_xml import bounds
from addin.recalculation.copying import packed
from macros.book import address
from macros.texts import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from addin.recalculation.functions import Functions
    from addin.recalculation.scanning import Area

_known: dict[str, bool] = {}
_NAMELESS: Final = frozenset({""})


class Engine:
    """A workbook in the engine, computed.

    Raises
    ------
    Refusal
        ``engine_refuses``: a cell holds what the engine cannot read.
    """

    def __init__(self, content: bytes, functions: Functions, *, date_1904: bool = False) -> None:
        settings = formualizer.EvaluationConfig()
        if date_1904:
            settings.date_system = "1904"
        config = formualizer.WorkbookConfig(eval_config=settings)
        try:
            self._book = formualizer.Workbook.from_bytes(content, config=config)
        except OSError as error:  # its reader takes less than ours
            raise Refusal("engine_refuses", reason=str(error).rpartition(": ")[2]) from error
        self._book.set_temporal_egress("serial")
        functions.register(self._book)

    def compute(self) -> None:
        """Compute every formula that is not up to date."""
        self._book.evaluate_all()

    def values(self, sheet: str, area: Area) -> list[list[Any]]:
        """Give the values of an area, as the engine has them."""
        top, left, bottom, right = area
        address = formualizer.RangeAddress(sheet, top, left, bottom, right)
        return self._book.sheet(sheet).get_values(address)

    def extent(self, sheet: str, row: int, column: int) -> Area:
        """Give the area that a formula's values fill."""
        quoted = sheet.replace("'", "''")
        cell = self._book.inspect_cell(f"'{quoted}'!{address(row, column)}").cell
        spilled = cell.spill.extent if cell.spill is not None else None
        if not spilled:
            return row, column, row, column
        return bounds(str(spilled).rpartition("!")[2])

    def formula(self, sheet: str, row: int, column: int, text: str) -> None:
        """Put a formula, without ``=``, into a cell."""
        self._book.set_formula(sheet, row, column, f"={text}")


def unknown_functions(names: Iterable[str]) -> set[str]:
    """Give those names that are no functions of the engine; it is asked once for each.

    Names are without prefixes such as ``_xlfn.``.
    """
    wanted = sorted({name for name in names if name not in _known} - _NAMELESS)
    if wanted:
        rows = "".join(
            f'<row r="{n}"><c r="A{n}"><f>{escape(name)}()</f></c></row>'
            for n, name in enumerate(wanted, 1)
        )
        content = packed([("S", f"<sheetData>{rows}</sheetData>".encode())])
        said = formualizer.recalculate_xlsx_bytes(content)["summary"]["unknown_functions"]
        missing = {one["name"].upper() for one in said}
        _known.update({name: name.upper() not in missing for name in wanted})
    return {name for name in names if not _known.get(name, False)}
