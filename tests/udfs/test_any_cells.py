"""Whatever stands in the cells, a function answers with cells: it never raises and never warns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from udfs import registry
from udfs.declaration import ADDED
from udfs.values import CellError

#: What people and programs leave in cells: blanks, errors, the wrong type, sizes without sense.
ODD = st.sampled_from(
    [
        None, "", " ", "abc", "红", "30/60/90", "60/30", "1,234.50", "5%", "2025-02-30",
        0.0, -1.0, 0.005, 3.0, 45838.0, 99999.0, 2958465.0, 1e15, 1e18, -1e18, 1e300,
        True, False, CellError.NA, CellError.DIV0,
    ]
)  # fmt: skip
#: What each kind asks for, so that the arithmetic itself is reached.
FITTING = {
    "cents": st.sampled_from([0.0, 100.0, -5.5, 33.33, 1e13]),
    "day": st.sampled_from([1.0, 45838.0, 45900.0, 60000.0, 2958465.0, "2025-06-30"]),
    "count": st.sampled_from([-3.0, 0.0, 1.0, 7.0, 30.0, 400.0, 1e6, 1e15]),
    "number": st.sampled_from([0.0, 0.5, 1.0, -2.0, 1e15, 1e300]),
    "weights": st.sampled_from([0.0, 0.5, 1.0, 1e15]),
    "moment": st.sampled_from([45838.0, 45838.75, 2958465.5, "2025-06-30T17:30"]),
    "flag": st.booleans(),
    "text": st.sampled_from(["letter", "INV1", "x"]),
    "choice": st.sampled_from(["due", "none", "following", "fifo", "365", "red", "workday"]),
    "ladder": st.sampled_from(["30/60", "7/15/30", "standard"]),
    "steps": st.sampled_from(["0.05/0.1", "0.9/0.8/0.6", "35/25/20/10/10"]),
    "unit": st.sampled_from([0.01, 1.0, 10000.0, 1e18]),
    "lang": st.sampled_from(["zh", "en"]),
}
CELLS = (float, str, bool, CellError, type(None))


@st.composite
def fitting(draw, parameter):
    """An argument that mostly fits its parameter."""
    if draw(st.integers(0, 9)) == 0:
        return draw(ODD)
    if parameter.kind is None:
        row = st.tuples(*(st.one_of(FITTING[c.kind.name], ODD) for c in parameter.columns))
        plain = st.tuples(*(FITTING[c.kind.name] for c in parameter.columns))
        return draw(st.lists(st.one_of(plain, plain, row), max_size=4)) or None
    cells = FITTING[parameter.kind.name]
    if parameter.kind.form == "list":
        return (tuple(draw(st.lists(cells, min_size=1, max_size=4))),)
    return draw(cells)


@st.composite
def arguments(draw, declared):
    if draw(st.booleans()):
        grids = st.integers(1, 3).flatmap(
            lambda width: st.lists(st.tuples(*[ODD] * width), min_size=1, max_size=3)
        )
        return draw(st.lists(st.one_of(ODD, grids), max_size=len(declared.arguments)))
    own = [part for part in declared.parameters if part.name not in ADDED]
    cells = [draw(fitting(parameter)) for parameter in own]
    if "field" not in declared.arguments:
        return cells
    fields = ["*", "no such field", *(column.name for column in declared.result.columns)]
    asked = [draw(st.sampled_from(fields)), draw(st.sampled_from(["zh", "en"]))]
    return [*cells, *asked]


FUNCTIONS = registry.functions(offered=False)


def test_there_are_functions():
    assert len(FUNCTIONS) >= 110


@pytest.mark.parametrize("declared", FUNCTIONS, ids=lambda declared: declared.name)
@given(data=st.data())
@settings(max_examples=25)
def test_any_cells_give_cells(declared, data):
    answer = registry.call(declared.name, *data.draw(arguments(declared)))
    rows = answer if isinstance(answer, tuple) else ((answer,),)
    assert all(isinstance(cell, CELLS) for row in rows for cell in row)
