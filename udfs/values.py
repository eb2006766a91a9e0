"""What a cell can hold, and how it becomes arrays and comes back."""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeAlias


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

#: In int64 arrays (cents, days, dates): no value here. The smallest int64, as NaT is for numpy.
MISSING: Final = -(2**63)
#: In int64 arrays of results: the inputs contradict each other (#NUM! in a cell).
CONTRADICTION: Final = MISSING + 1
