"""Values between the engine, our cells and the XML of a sheet."""

from __future__ import annotations

import math
import re
from typing import Any, Final, TypeAlias
from xml.sax.saxutils import escape

from addin.hosts.package.container.xml_text import escape_text
from udfs.values import Cell, CellError

#: What a formula shows where the engine failed: no error value of a cell.
Failure: TypeAlias = str

_KINDS: Final = {
    "Null": CellError.NULL,
    "Div": CellError.DIV0,
    "Value": CellError.VALUE,
    "Ref": CellError.REF,
    "Name": CellError.NAME,
    "Num": CellError.NUM,
    "Na": CellError.NA,
}
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f]")
_KIND_OF: Final = {error: kind for kind, error in _KINDS.items()}
#: Kinds of the engine's errors that say that it could not compute, not what the answer is.
FAILURES: Final = {
    "Circ": "cycle",
    "Spill": "spill",
    "Name": "engine",
    "Calc": "engine",
    "NImpl": "engine",
    "Error": "engine",
    "Cancelled": "engine",
}


class Failed(str):
    """Why the engine has no value for a cell: ``cycle``, ``spill`` or ``engine``."""

    __slots__ = ()


def from_engine(value: Any) -> Cell | Failed:  # noqa: ANN401 - whatever the engine gives
    """Give a value of the engine as a cell, or why there is none."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        number = float(value)
        return number if math.isfinite(number) else CellError.NUM
    if isinstance(value, dict):
        kind = str(value.get("kind", ""))
        if kind in FAILURES:
            return Failed(FAILURES[kind])
        return _KINDS.get(kind, Failed("engine"))
    return Failed("engine")


def argument(value: Any) -> Any:  # noqa: ANN401 - whatever the engine gives
    """Give an argument of a function of ours as the registry takes it: a cell or rows of cells."""
    if isinstance(value, list):
        return [[argument(cell) for cell in row] for row in value]
    if isinstance(value, dict):
        return _KINDS.get(str(value.get("kind", "")), CellError.VALUE)
    return value


def to_engine(cell: Cell) -> Any:  # noqa: ANN401 - whatever the engine takes
    """Give a cell as the engine takes it from a function."""
    if isinstance(cell, CellError):
        return {"type": "Error", "kind": _KIND_OF[cell]}
    if isinstance(cell, float):  # a date of ours is a float of its own
        return float(cell)
    return "" if cell is None else cell


def from_xml(kind: bytes, text: bytes) -> bytes:
    """Give what identifies a cached value; numbers that agree in 15 digits are the same."""
    if kind == b"n":
        try:
            return b"n%.15g" % float(text)
        except ValueError:
            return text
    return kind + text


def for_engine(text: str) -> bytes:
    """Give a text or a formula as the engine reads it: it resolves no escapes of Excel's."""
    return _CONTROL.sub(lambda found: f"_x{ord(found.group()):04X}_", escape(text)).encode()


def to_xml(cell: Cell) -> tuple[bytes, bytes]:
    """Give the type and the text of a value in a sheet's XML; an empty cell is an empty text."""
    if cell is None:
        return b"str", b""
    if isinstance(cell, bool):
        return b"b", b"1" if cell else b"0"
    if isinstance(cell, CellError):
        return b"e", cell.value.encode()
    if isinstance(cell, str):
        return b"str", escape_text(cell).encode()
    whole = cell.is_integer() and abs(cell) < 1e15
    return b"n", (b"%d" % cell) if whole else repr(float(cell)).encode()
