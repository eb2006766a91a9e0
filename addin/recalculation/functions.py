"""Our functions as the engine calls them, through the registry like every other host.

Every answer is kept by its arguments: a column of formulas asks the same again and again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from addin.recalculation.joined_numbers import NAME, joined
from addin.recalculation.values import argument, to_engine
from udfs import registry
from udfs.values import CellError, CellFaultError, DateSerial

if TYPE_CHECKING:
    from collections.abc import Callable

    from udfs.declaration import Declaration

#: Days between the 1900 and the 1904 calendar.
DAYS_1904: Final = 1462
#: Kinds of arguments that are counted from the first day of the calendar.
_DATES: Final = frozenset({"day", "moment"})
#: Answers that are kept; a book that asks more asks something new each time.
_MOST_KEPT: Final = 100_000


class Functions:
    """The functions of ours for one book: answers in its language, dates in its calendar."""

    def __init__(self, lang: str, *, date_1904: bool = False) -> None:
        self.lang = lang
        self.date_1904 = date_1904
        self.calls = 0
        self._kept: dict[object, Any] = {}
        self.declared = {one.name: one for one in registry.functions()}

    def register(self, workbook: Any) -> None:  # noqa: ANN401 - the engine's own class
        """Let a workbook of the engine call them."""
        for declared in self.declared.values():
            workbook.register_function(
                declared.name, self._function(declared), min_args=0, max_args=None
            )
        workbook.register_function(NAME, joined, min_args=1, max_args=1)

    def _function(self, declared: Declaration) -> Callable[..., Any]:
        def called(*given: Any) -> Any:  # noqa: ANN401 - whatever the engine gives
            self.calls += 1
            try:
                key: object = (declared.name, given, tuple(map(type, given)))  # TRUE is not 1
                known = self._kept.get(key)
            except TypeError:  # a range or an error among the arguments
                key = known = None
            if known is None:
                known = _engine_rows(self.answer(declared, [argument(one) for one in given]))
                if key is not None and len(self._kept) < _MOST_KEPT:
                    self._kept[key] = known
            return known

        return called

    def answer(self, declared: Declaration, cells: list[Any]) -> Any:  # noqa: ANN401 - a cell or rows of cells
        """Answer a call as a cell of this book would, dates in its own calendar."""
        if len(cells) > len(declared.arguments):
            return CellError.VALUE
        given = self._in_language(declared, cells)
        if self.date_1904:
            given = [self._dates(declared, at, one) for at, one in enumerate(given)]
        try:
            found = registry.call(declared.name, *given)
        except CellFaultError as fault:
            return fault.error
        return self._in_calendar(found) if self.date_1904 else found

    def _in_language(self, declared: Declaration, cells: list[Any]) -> list[Any]:
        """Fill in the argument ``lang`` where there is one and nothing was said for it."""
        if "lang" not in declared.arguments:
            return cells
        at = declared.arguments.index("lang")
        if len(cells) > at and cells[at] not in {None, ""}:
            return cells
        return [*cells[:at], *[None] * (at - len(cells)), self.lang, *cells[at + 1 :]]

    def _dates(self, declared: Declaration, at: int, given: Any) -> Any:  # noqa: ANN401 - a cell or rows of cells
        """Count days from 1900 in an argument that is a date."""
        parameter = next(
            (one for one in declared.parameters if one.name == declared.arguments[at]), None
        )
        if parameter is None or parameter.kind is None or parameter.kind.name not in _DATES:
            return given
        if isinstance(given, list):
            return [[_moved(cell, DAYS_1904) for cell in row] for row in given]
        return _moved(given, DAYS_1904)

    @staticmethod
    def _in_calendar(found: Any) -> Any:  # noqa: ANN401 - a cell or rows of cells
        if not isinstance(found, tuple):
            return _moved(found, -DAYS_1904) if isinstance(found, DateSerial) else found
        return tuple(
            tuple(
                _moved(cell, -DAYS_1904) if isinstance(cell, DateSerial) else cell for cell in row
            )
            for row in found
        )

    def refuses(self, name: str) -> str:
        """Say why a function of ours cannot be computed in this book: a reason, or ""."""
        declared = self.declared.get(name)
        if declared is None:
            return "function"
        if not self.date_1904:
            return ""
        tables = [one for one in declared.parameters if one.kind is None]
        dated = any(
            column.kind and column.kind.name in _DATES for one in tables for column in one.columns
        )
        return "date_1904" if dated else ""


def _moved(cell: Any, days: int) -> Any:  # noqa: ANN401 - a cell
    number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
    return float(cell) + days if number else cell


def _engine_rows(found: Any) -> Any:  # noqa: ANN401 - a cell or rows of cells
    if not isinstance(found, tuple):
        return to_engine(found)
    rows = [[to_engine(cell) for cell in row] for row in found]
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows
