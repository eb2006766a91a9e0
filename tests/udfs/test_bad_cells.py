"""One bad cell among good ones: its error shows, in its place and nowhere else; never a silent 0.

For every function and every argument that it needs: a blank gives #N/A, an error value itself, a
text where a number is asked for #VALUE!, and a number beyond all sense an error or an answer.
"""

from __future__ import annotations

import pytest

from tests.arguments import arguments, element_wise
from udfs import registry
from udfs.values import CellError

ROWS = 5
FUNCTIONS = registry.functions()
ELEMENT_WISE = [declared for declared in FUNCTIONS if element_wise(declared)]
TABLES = [
    (declared, place)
    for declared in FUNCTIONS
    for place, part in enumerate(declared.parameters)
    if part.kind is None and part.required
]
BAD = [None, CellError.REF, "abc", 1e300, -1e300]
NUMBERS = {"cents", "day", "moment", "count", "number", "weights"}


def rows_of(answer):
    return answer if isinstance(answer, tuple) else ((answer,),)


def expected(bad, kind):
    """What a bad cell must show; nothing where any answer will do."""
    if bad is None:
        return {CellError.NA}
    if bad is CellError.REF:
        return {CellError.REF}
    if bad == "abc":
        return {CellError.VALUE} if kind.name in NUMBERS else None
    return {CellError.NUM} if kind.name in {"cents", "day", "moment", "count"} else None


def test_there_is_something_to_spoil():
    assert len(ELEMENT_WISE) > 40
    assert len(TABLES) > 20


@pytest.mark.parametrize("declared", ELEMENT_WISE, ids=lambda declared: declared.name)
def test_a_bad_cell_spoils_its_own_row_and_no_other(declared):
    good = arguments(declared, ROWS)
    plain = rows_of(registry.call(declared.name, *good))
    assert len(plain) == ROWS
    ranges = sum(isinstance(each, tuple) for each in good)
    for place, part in enumerate(declared.parameters):
        if not isinstance(good[place], tuple) or part.optional or part.or_missing:
            continue
        for bad in BAD:
            cells = list(good[place])
            cells[2] = (bad,)
            answer = registry.call(declared.name, *good[:place], tuple(cells), *good[place + 1 :])
            spoilt = rows_of(answer)
            assert len(spoilt) == ROWS, (part.name, bad)
            assert spoilt[:2] + spoilt[3:] == plain[:2] + plain[3:], (part.name, bad)
            wanted = expected(bad, part.kind)
            if bad is None and ranges == 1:
                wanted = {None}  # a spare row under the table
            assert wanted is None or {*spoilt[2]} == wanted, (part.name, bad, spoilt[2])


@pytest.mark.parametrize(
    ("declared", "place"), TABLES, ids=lambda part: getattr(part, "name", str(part))
)
def test_a_bad_cell_of_a_table_is_never_left_out_in_silence(declared, place):
    good = arguments(declared, ROWS)
    parameter = declared.parameters[place]
    assert len(good[place]) > 1
    for at, column in enumerate(parameter.columns[: len(good[place][1])]):
        if not column.required or column.or_missing:
            continue
        for bad in BAD[:3]:
            wanted = expected(bad, column.kind)
            rows = [list(row) for row in good[place]]
            rows[1][at] = bad
            spoilt = [*good[:place], tuple(map(tuple, rows)), *good[place + 1 :]]
            answer = rows_of(registry.call(declared.name, *spoilt))
            errors = {cell for row in answer for cell in row if isinstance(cell, CellError)}
            assert wanted is None or wanted <= errors, (column.name, bad, answer)


def test_a_column_of_totals_by_a_column_of_weights_is_refused_and_fills_no_memory():
    column = tuple((float(number),) for number in range(5_000))
    assert registry.call("AR_ALLOCATE", column, column) is CellError.NUM
    assert len(registry.call("AR_ALLOCATE", column[:100], column)) == 100


def test_a_column_of_dates_beside_a_long_list_of_days_off_is_no_product():
    dates = ((45839.0,),) * 50_000
    days_off = tuple((45840.0 - number,) for number in range(400))
    assert registry.call("AR_ROLL_DATE", dates, "following", days_off) == ((45841.0,),) * 50_000
    rules = (("following",), ("none",)) * 25_000  # a call for each word of a column
    assert registry.call("AR_ROLL_DATE", dates, rules, days_off) is CellError.NUM
