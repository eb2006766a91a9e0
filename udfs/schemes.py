"""Policies of several rows under one name: the bands of grades, the steps of a commission.

A scheme is the rows of ``rules/<table>.csv`` with its code in the column ``scheme``; the other
columns bear the names of the fields of the table class. What a scheme is called stands in
``rules/schemes.csv``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from udfs import vocabulary
from udfs.convert import convert, missing_value
from udfs.declaration import Column, columns_of
from udfs.ranges import tolerated
from udfs.rules import rules

if TYPE_CHECKING:
    from udfs.declaration import Parameter
    from udfs.rules import Rule

_STANDARD: Final = "standard"
#: Columns of every rule table with schemes.
_COMMON: Final = frozenset({"valid_from", "valid_to", "source", "code", "zh", "en", "scheme"})

T = TypeVar("T")


def scheme_named(table: str, text: str) -> str | None:
    """Find a scheme of a rule table by its code or its name in either language; None if none."""
    wanted = vocabulary.plain(text)
    for row in rules("schemes"):
        if row.cells["table"] == table and wanted in {
            vocabulary.plain(word) for word in (row.code, row.zh, row.en)
        }:
            return row.code
    return None


@lru_cache(maxsize=256)
def scheme_rows(shape: type[T], table: str, scheme: str = _STANDARD, on: int | None = None) -> T:
    """Give the rows of a scheme as the table class of a function.

    Parameters
    ----------
    shape : type
        NamedTuple class whose fields are columns of the rule table.
    table : str
        Rule table with a column ``scheme``.
    scheme : str
        Code of the scheme.
    on : int, optional
        A day (serial): the rows valid then. Left out: those without an end.

    Returns
    -------
    NamedTuple
        An instance of `shape`, one array per field, in file order. It is shared: do not change
        its arrays.

    Raises
    ------
    KeyError
        The table has no row of this scheme that day.
    ValueError
        A cell of a row is not what the field says; the message names it.
    """
    found = tuple(row for row in rules(table, on) if row.cells["scheme"] == scheme)
    if not found:
        raise KeyError(f"rules/{table} has no rows of the scheme {scheme!r}")
    return cast("T", cast("Any", shape)(*(_values(column, found) for column in columns_of(shape))))


def scheme_list(parameter: Parameter, table: str, scheme: str) -> object:
    """Give the rows of a scheme as a list argument: the one column that the table has of its own.

    Raises
    ------
    KeyError
        The table has no row of this scheme.
    ValueError
        The table has several columns of its own, or a cell is not what the argument says.
    """
    found = tuple(row for row in rules(table) if row.cells["scheme"] == scheme)
    if not found:
        raise KeyError(f"rules/{table} has no rows of the scheme {scheme!r}")
    (own,) = (name for name in found[0].cells if name not in _COMMON)
    return _values(Column(own, parameter.kind), found)


def _values(column: Column, found: tuple[Rule, ...]) -> object:
    """Convert one column of rule rows as a cell would be."""
    assert column.kind is not None  # noqa: S101 - a column of rules has a kind; for the type checker
    cells = tuple(row.cells[column.name] or None for row in found)
    values, faults = convert(cells, column.kind)
    values, faults = tolerated(
        values,
        faults,
        optional=not column.required,
        or_missing=column.or_missing,
        fill=missing_value(column.kind),
    )
    for row, cell, fault in zip(found, cells, faults.tolist(), strict=True):
        if fault:
            raise ValueError(f"rules/{row.table}: {row.code} has {cell!r} as {column.name}")
    return values
