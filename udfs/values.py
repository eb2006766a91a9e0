"""What a cell can hold, and the kinds by which a function declares what it takes and gives.

A function of ``udfs`` says with its annotations what each argument is; the registry reads them::

    @function("AR_AGE_DAYS", case="AGE_DAYS")
    def age_days(as_of: Day, reference: Day) -> Days: ...

Three forms of argument:

- **each**: ``Cents``, ``Day``, ``Days`` … are one-dimensional arrays of equal length, one element
  per cell after broadcasting. Only complete elements arrive.
- **one**: ``OneCents``, ``OneDay``, ``Annotated[str, choice("basis")]``, ``ladder("aging")`` … are
  plain Python values. Where a cell range gives several, the function is called once for each
  different combination, so these are for options rather than for data.
- **a whole range**: ``CentsList``, ``DayList`` …, ``Weights``, and a table, which is a
  ``NamedTuple`` class whose fields are annotated with the kinds of *each*.

The same aliases declare results; a ``NamedTuple`` class of results is a record whose fields a cell
picks with its last argument ``field``.

In int64 arrays :data:`MISSING` means that there is no value, in float64 arrays NaN does, in object
arrays None; :data:`CONTRADICTION` (int64, and among the codes and texts of an object array) and
infinity (float64) mean #NUM!.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray


class CellError(Enum):
    """An error value of a cell, as a value of its own: never a text, never a blank."""

    NULL = "#NULL!"
    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    REF = "#REF!"
    NAME = "#NAME?"
    NUM = "#NUM!"
    NA = "#N/A"


#: The five kinds of content that every host brings its cells to; a date is a serial number.
Cell: TypeAlias = float | str | bool | CellError | None

#: A range: rows of cells.
Grid: TypeAlias = tuple[tuple[Cell, ...], ...]

#: In int64 arrays (cents, days, dates): no value here. The smallest int64, as NaT is for numpy.
MISSING: Final = -(2**63)
#: In int64 arrays of results: the inputs contradict each other (#NUM! in a cell).
CONTRADICTION: Final = MISSING + 1


class DateSerial(float):
    """A result that is a date: a serial number which a host may show as a date."""

    __slots__ = ()


class CellFaultError(Exception):
    """Raised by a function over whole ranges whose answer is an error value, not a number.

    Parameters
    ----------
    error : CellError
        What the cell shall show: NA where the question has no answer, NUM where the inputs
        contradict each other.
    """

    def __init__(self, error: CellError) -> None:
        super().__init__(error.value)
        self.error = error


Form: TypeAlias = Literal["each", "one", "list"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a cell must hold to be such an argument, or will hold as such a result.

    Attributes
    ----------
    name : str
        ``cents``, ``day``, ``moment``, ``count``, ``number``, ``flag``, ``text``, ``choice``,
        ``label``, ``reason``, ``ladder``, ``steps``, ``weights``, ``unit`` or ``lang``.
    form : {"each", "one", "list"}
        One element per cell, one plain value, or all cells of a range together.
    table : str
        Of a choice, label or ladder: the name of its rule rows.
    exact : bool
        Of cents: an amount with a fraction of a cent is #NUM! instead of being rounded.
    codes : tuple of str
        Of a choice annotated ``Annotated[Literal["a", "b"], choice(…)]``: the codes that the
        function knows; the rows may have more. Empty: all of the rows. Of a flag with a table:
        those that mean yes.
    lines : bool
        Of a choice in a table: a line of a printed statement. Numbering, 其中：, 减： and a unit
        around its word do not count, and a row with another word, or with nothing beside the
        word, is not read.
    """

    name: str
    form: Form = "each"
    table: str = ""
    exact: bool = False
    codes: tuple[str, ...] = ()
    lines: bool = False


class Marker(Enum):
    """How an argument treats the cells that say nothing."""

    OPTIONAL = "a blank arrives as missing instead of making the answer #N/A"
    OR_MISSING = "a blank or an error value arrives as missing"


#: ``Annotated[Days, OPTIONAL]``: a blank arrives as missing. A parameter with a default value is
#: optional anyway: a blank there means "not given", that is, the default. A field of a result that
#: is so annotated shows a blank where its value is missing: "does not apply" rather than #N/A.
OPTIONAL: Final = Marker.OPTIONAL
#: ``Annotated[CentsList, OR_MISSING]``: a blank or an error value arrives as missing.
OR_MISSING: Final = Marker.OR_MISSING

# One element per cell.
#: Money in int64 minor units, rounded half-up away from zero.
Cents: TypeAlias = Annotated[NDArray[np.int64], Kind("cents")]
#: Money that must be exact in minor units; otherwise #NUM!.
ExactCents: TypeAlias = Annotated[NDArray[np.int64], Kind("cents", exact=True)]
#: A date as int64 serial of the 1900 calendar; texts in ISO and Chinese forms are understood.
Day: TypeAlias = Annotated[NDArray[np.int64], Kind("day")]
#: A date with its time of day as float64 serial: noon of 2025-06-30 is 45838.5.
Moment: TypeAlias = Annotated[NDArray[np.float64], Kind("moment")]
#: A number of days, int64; fractions are cut off.
Days: TypeAlias = Annotated[NDArray[np.int64], Kind("count")]
#: A whole number of anything, int64.
Count: TypeAlias = Annotated[NDArray[np.int64], Kind("count")]
#: Any number, float64.
Number: TypeAlias = Annotated[NDArray[np.float64], Kind("number")]
#: A rate as a fraction (0.05 is 5 %), float64; the text "5%" is understood.
Rate: TypeAlias = Annotated[NDArray[np.float64], Kind("number")]
#: Yes or no, bool; a missing one of an optional argument is False.
Flag: TypeAlias = Annotated[NDArray[np.bool_], Kind("flag")]
#: Text, object array of str; a number is taken as it is typed.
Text: TypeAlias = Annotated[NDArray[np.object_], Kind("text")]

#: A sentence that says why, made by :mod:`udfs.reasons` only when a cell asks for it.
Reason: TypeAlias = Annotated[Callable[[str], NDArray[np.object_]], Kind("reason")]

# One plain value for the whole call.
OneCents: TypeAlias = Annotated[int, Kind("cents", "one")]
OneDay: TypeAlias = Annotated[int, Kind("day", "one")]
OneCount: TypeAlias = Annotated[int, Kind("count", "one")]
OneNumber: TypeAlias = Annotated[float, Kind("number", "one")]
OneFlag: TypeAlias = Annotated[bool, Kind("flag", "one")]
OneText: TypeAlias = Annotated[str, Kind("text", "one")]
#: The unit of a split in minor units: "0.01" is 1, "10000" is 1,000,000.
Unit: TypeAlias = Annotated[int, Kind("unit", "one")]
#: "zh" or "en"; always the last argument, added where the function has labels and no such one.
Lang: TypeAlias = Annotated[str, Kind("lang", "one")]
#: Fractions in order, such as the steps of a warning: a range or "0.05/0.1".
Steps: TypeAlias = Annotated[tuple[float, ...], Kind("steps", "one")]

# All cells of a range, in reading order; trailing blanks are spare cells.
CentsList: TypeAlias = Annotated[NDArray[np.int64], Kind("cents", "list")]
DayList: TypeAlias = Annotated[NDArray[np.int64], Kind("day", "list")]
CountList: TypeAlias = Annotated[NDArray[np.int64], Kind("count", "list")]
NumberList: TypeAlias = Annotated[NDArray[np.float64], Kind("number", "list")]
FlagList: TypeAlias = Annotated[NDArray[np.bool_], Kind("flag", "list")]
TextList: TypeAlias = Annotated[NDArray[np.object_], Kind("text", "list")]
#: A sentence for each row of a list.
ReasonList: TypeAlias = Annotated[Callable[[str], NDArray[np.object_]], Kind("reason", "list")]
#: Weights as typed, scaled to integers by one power of ten (0.3, 0.25 → 30, 25): int64, or an
#: object array of Python ints where int64 could not hold them.
Weights: TypeAlias = Annotated[NDArray[np.int64], Kind("weights", "list")]


def choice(table: str, form: Form = "one", *, lines: bool = False) -> Kind:
    """Give the kind of a closed vocabulary: code, zh, en or an alias in, code out.

    Its rows are those of ``rules/choices.csv`` with ``choice`` = `table`, else of
    ``rules/<table>.csv``. Use as ``Annotated[str, choice("aging_basis")]`` for an option,
    ``Annotated[NDArray[np.object_], choice("event", "each")]`` for data and
    ``Annotated[NDArray[np.object_], choice("status", "list")]`` for a range. With `lines` the rows
    of a table are those of a printed statement, see :class:`Kind`.
    """
    return Kind("choice", form, table, lines=lines)


def flag_or(table: str, *yes: str) -> Kind:
    """Give the kind of a flag that may also be said by a word of a vocabulary.

    Use as ``Annotated[NDArray[np.bool_], flag_or("buyer_type", "government", "large")]``: TRUE and
    the words of these codes are yes, FALSE and the other words no.
    """
    return Kind("flag", table=table, codes=yes)


def label(table: str, form: Form = "each") -> Kind:
    """Give the kind of a result of codes, shown by the rows of `table` in the cell's language."""
    return Kind("label", form, table)


def ladder(table: str) -> Kind:
    """Give the kind of whole numbers in order: a range, "30/60/90" or a scheme of the rules.

    Use as ``Annotated[tuple[int, ...], ladder("aging")]``.
    """
    return Kind("ladder", "one", table)


@dataclass(frozen=True, slots=True)
class Scheme:
    """Where the rows of a table argument stand when a cell gives a name instead of a range."""

    table: str


def scheme(table: str) -> Scheme:
    """Let a table argument be the name of a scheme: rows of ``rules/<table>.csv`` of that name.

    Use as ``bands: Annotated[Bands, scheme("credit_grades")] | None = None``; the function itself
    reads the standard with :func:`udfs.schemes.scheme_rows` where nothing was given.
    """
    return Scheme(table)


class LabelledMatrix(NamedTuple):
    """A result with headings on both sides: ``values`` of shape (rows, columns), NaN is #N/A.

    In a cell a row of headings and a heading before each row, or with ``field`` the values of the
    row of one heading.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: NDArray[np.float64]


class LabelledCents(NamedTuple):
    """A result whose columns depend on the arguments: one amount per label.

    In a cell a header row and the row of amounts, or with ``field`` the amount of one label. A
    label of ``sparse`` has a column only where an amount is not 0; asked for, it gives 0.
    """

    labels: tuple[str, ...]
    cents: NDArray[np.int64]
    sparse: tuple[str, ...] = ()
