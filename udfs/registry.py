"""Every function that a cell, the command line or the replay can call, declared once.

Declare beside the arithmetic; the function stays what it is, and Python calls it as written::

    from udfs.registry import function
    from udfs.values import Cents, Day, Days, OneCount, OneText, choice, ladder, label, ...

    @function("AR_AGE_DAYS", case="AGE_DAYS")
    def age_days(as_of: Day, reference: Day) -> Days: ...

    @function("AR_BUCKET", case="AGE_BUCKET")
    def bucket(
        days: Days,
        basis: Annotated[str, choice("aging_basis")] = "due",
        edges: Annotated[tuple[int, ...], ladder("aging")] = (30, 60, 90),
        lang: Lang = "zh",            # only where the function itself makes words
    ) -> Text: ...

    class Phase(NamedTuple):          # a table as an argument: arrays of its rows, n ≥ 0
        start_date: Day
        end_date: Day
        weight: Annotated[Number, OPTIONAL]

    class Split(NamedTuple):          # a record as a result: a cell picks with `field`
        weights: CountList
        parts: CentsList
        unallocated: Cents

    @function("AR_ALLOCATE_PHASES", case="ALLOCATE_PHASES", field="parts")
    def allocate_phases(total: Cents, phases: Phase, ...) -> Split: ...

What the registry does before a call: converts by kind, broadcasts, keeps the complete elements
(arrays of *each* kinds have one length k ≥ 1, also beside lists and tables), fills blanks of
optional arguments with the default, calls once per combination of plain values, and adds the
arguments ``field`` (records) and ``lang`` (labels). After it: int64 MISSING and NaN become #N/A,
CONTRADICTION and infinity #NUM!; raise ``CellFaultError(CellError.NUM)`` where a whole range has
no answer. A result for k elements has shape (k,), a list result (n,) for all or (k, n). Results
annotated ``Annotated[NDArray[np.object_], label("table")]`` are codes, shown by their rule rows.
``offered=False`` keeps a function out of cells: only the replay calls it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import udfs
from udfs import manual
from udfs.answers import shown
from udfs.declaration import Declaration, DeclarationError, check_names
from udfs.door import answer
from udfs.reading import number_of_text
from udfs.values import Cell, CellError, Grid

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Declaration",
    "DeclarationError",
    "call",
    "declaration",
    "function",
    "functions",
    "help",
    "parse_cell",
    "render",
]

_DECLARED: dict[str, Declaration] = {}
_CASES: dict[str, Declaration] = {}

F = TypeVar("F", bound="Callable[..., Any]")


def function(
    name: str, *, case: str = "", category: str = "", field: str = "", offered: bool = True
) -> Callable[[F], F]:
    """Declare a function for cells; the function comes back untouched.

    Parameters
    ----------
    name : str
        Name in a cell: ``AR_…``; of a function that is not offered, any name.
    case : str, optional
        Id in the case file that it answers.
    category : str, optional
        Noun that it belongs to; by default the name of its module.
    field : str, optional
        Field of a record that a cell shows without ``field``, and so the first of them in a cell:
        by default the first as written.
    offered : bool, optional
        Whether cells get it.

    Raises
    ------
    DeclarationError
        At import: the name is taken, or a host could not carry a name of it.
    """

    def declare(written: F) -> F:
        check_names(name, written, offered=offered)
        declared = Declaration(
            name=name,
            case=case or name,
            category=category or written.__module__.rpartition(".")[2],
            offered=offered,
            function=written,
            default_field=field,
        )
        for taken, key in ((_DECLARED, declared.name), (_CASES, declared.case)):
            known = taken.get(key)
            if known and known.function.__qualname__ != written.__qualname__:
                raise DeclarationError(f"{key} is declared twice")
            taken[key] = declared
        return written

    return declare


@cache
def _load() -> None:
    """Import every noun once: its functions declare themselves."""
    for noun in udfs.NOUNS:
        import_module(f"udfs.{noun}")


def functions(*, offered: bool = True) -> tuple[Declaration, ...]:
    """Give the declared functions by name; with ``offered=False`` those of the replay as well."""
    _load()
    found = (known for known in _DECLARED.values() if known.offered or not offered)
    return tuple(sorted(found, key=lambda known: known.name))


def declaration(name: str) -> Declaration:
    """Give a declaration by its name in a cell or its case id, in any case of letters.

    Raises
    ------
    KeyError
        No function of this name is declared.
    """
    _load()
    wanted = name.strip().upper()
    return _DECLARED.get(wanted) or _CASES[wanted]


def call(name: str, *cells: object) -> Cell | Grid:
    """Call a function as a cell does.

    Parameters
    ----------
    name : str
        Name in a cell or case id.
    *cells
        The arguments in order: a cell, or rows of cells (a two-dimensional tuple or list). None
        is a blank, and so is an argument left out.

    Returns
    -------
    Cell or tuple of tuple of Cell
        The answer in the broadcast shape of the arguments. Dates are :class:`DateSerial`.

    Raises
    ------
    KeyError
        No such function.
    TypeError
        Too many arguments, or content that no cell holds.

    Examples
    --------
    >>> call("AR_ROUND", 1.005)
    1.01
    """
    return answer(declaration(name), cells)


def help(name: str, lang: str = "zh") -> str:  # noqa: A001 - registry.help is what it is
    """Give the help text of a function: signature, arguments, results, formula, example."""
    return manual.help_of(declaration(name), lang)


def parse_cell(text: str) -> Cell | Grid:
    """Read an argument typed on the command line.

    Numbers, TRUE and FALSE, error values such as #N/A, and nothing for a blank; anything else is
    text, dates included. A comma goes to the next cell, a semicolon to the next row: ``1,2;3,4``.
    A whole argument in double quotes is text as it stands.

    Examples
    --------
    >>> parse_cell("1,2;3,4"), parse_cell("2025-06-30"), parse_cell(""), parse_cell("TRUE")
    (((1.0, 2.0), (3.0, 4.0)), '2025-06-30', None, True)
    >>> parse_cell('"30,60"')
    '30,60'
    """
    word = text.strip()
    if len(word) > 1 and word[0] == word[-1] == '"':
        return word[1:-1]
    rows = [tuple(map(_typed, row.split(","))) for row in word.split(";")]
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    width = max(map(len, rows))
    return tuple(row + (None,) * (width - len(row)) for row in rows)


def _typed(text: str) -> Cell:
    """Read one typed cell; 5% and 1.5e3 are numbers, 20250630 is one too."""
    word = text.strip()
    upper = word.upper()
    if upper in {"TRUE", "FALSE"}:
        return upper == "TRUE"
    for error in CellError:
        if upper == error.value:
            return error
    number = number_of_text(word)
    return number if number is not None else word or None


def render(result: Cell | Grid) -> tuple[tuple[str, ...], ...]:
    """Write an answer as rows of text: dates in ISO form, whole numbers without a point.

    Examples
    --------
    >>> render(call("AR_ROLL_DATE", "2025-10-01", "preceding"))
    (('2025-09-30',),)
    """
    if not isinstance(result, tuple):
        return ((shown(result),),)
    return tuple(tuple(shown(cell) for cell in row) for row in result)
