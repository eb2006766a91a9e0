"""From a book of raw cells to tables: the one way in for every action.

Each table found is read in whole columns; its sum rows, repeated headers and notes are left out;
rows that lack what the table cannot be without are left out too, with their amount. Whatever was
met is a :class:`~macros.problems.Problem` with its place. A book that has balances or a bank
statement only gets its open items or receipts from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from macros import schema
from macros.findings import book_problems, rows_problems
from macros.parameters import date_order, read_parameters
from macros.recognition import recognise
from macros.region import read_region
from macros.states import put_together
from macros.tables import Tables
from macros.unlisted import unlisted_customers
from macros.worked_out import worked_out

if TYPE_CHECKING:
    from macros.book import Book
    from macros.headers import Candidate
    from macros.problems import Problem
    from macros.recognition import Recognition
    from macros.tables import Snapshot, Table, Unusable


def read_tables(book: Book) -> Tables:
    """Recognise and read every table of a book.

    Parameters
    ----------
    book : Book
        As a host found it; sheets with our mark are not read, but 映射 is obeyed.

    Returns
    -------
    Tables
        Tables by id in the order of the schema; parameters in canonical text; problems in the
        order of sheets.
    """
    recognition = recognise(book)
    return tables_of(book, recognition)


@dataclass(slots=True)
class _Read:
    """What has been read so far."""

    book: Book
    problems: list[Problem]
    order: str = ""
    found: dict[str, Table] = field(default_factory=dict)
    unusable: dict[str, Unusable] = field(default_factory=dict)
    states: dict[str, tuple[Snapshot, ...]] = field(default_factory=dict)

    def take(self, name: str, parts: tuple[Candidate, ...]) -> None:
        """Read the parts of a table."""
        readings = [read_region(part, self.order) for part in parts]
        for reading in readings:
            self.problems += reading.problems
            if reading.unusable is not None:
                self.unusable[name] = reading.unusable
        whole = put_together([reading.table for reading in readings])
        self.found[name] = whole.table
        if whole.states:
            self.states[name] = whole.states
        self.problems += whole.problems
        self.problems += rows_problems(self.book, whole.table)


def tables_of(book: Book, recognition: Recognition) -> Tables:
    """Read the tables that a recognition has chosen."""
    read = _Read(book, [*book_problems(book), *recognition.problems])
    parameters: dict[str, str] = {}
    chosen = recognition.chosen
    if "settings" in chosen:
        read.take("settings", chosen["settings"])
        parameters, said = read_parameters(read.found["settings"])
        read.problems += said
        read.order = date_order(parameters)
    for name in schema.tables():
        if name in chosen and name != "settings":
            read.take(name, chosen[name])
    ordered = {name: read.found[name] for name in schema.tables() if name in read.found}
    tables = Tables(book, ordered, (), parameters, read.unusable, read.states)
    tables, said = worked_out(tables)
    read.problems += said
    read.problems += unlisted_customers(tables.found)
    return replace(tables, problems=tuple(map(_in_place, read.problems)))


def _in_place(problem: Problem) -> Problem:
    return replace(problem, source="read")
