"""From a book of raw cells to tables: the one way in for every action.

Each table found is read in whole columns; its sum rows, repeated headers and notes are left out;
rows that lack what the table cannot be without are left out too, with their amount. Whatever was
met is a :class:`~macros.problems.Problem` with its place.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from macros import schema
from macros.findings import book_problems, rows_problems
from macros.parameters import date_order, read_parameters
from macros.recognition import recognise
from macros.region import read_region
from macros.tables import Table, Tables
from macros.unlisted import unlisted_customers

if TYPE_CHECKING:
    from macros.book import Book
    from macros.problems import Problem
    from macros.recognition import Recognition
    from macros.tables import Unusable


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


def tables_of(book: Book, recognition: Recognition) -> Tables:
    """Read the tables that a recognition has chosen."""
    problems: list[Problem] = [*book_problems(book), *recognition.problems]
    found: dict[str, Table] = {}
    parameters: dict[str, str] = {}
    unusable: dict[str, Unusable] = {}
    chosen = recognition.chosen
    order = ""
    if "settings" in chosen:
        reading = read_region(chosen["settings"])
        found["settings"] = reading.table
        parameters, said = read_parameters(reading.table)
        problems += [*reading.problems, *rows_problems(book, reading.table), *said]
        order = date_order(parameters)
    for name in schema.tables():
        if name in chosen and name != "settings":
            reading = read_region(chosen[name], order)
            found[name] = reading.table
            if reading.unusable is not None:
                unusable[name] = reading.unusable
            problems += [*reading.problems, *rows_problems(book, reading.table)]
    ordered = {name: found[name] for name in schema.tables() if name in found}
    problems += unlisted_customers(ordered)
    return Tables(book, ordered, tuple(map(_in_place, problems)), parameters, unusable)


def _in_place(problem: Problem) -> Problem:
    return replace(problem, source="read")
