"""Our functions inside formulas that an independent engine computes."""

from __future__ import annotations

import formulas
import numpy as np
import pytest

from udfs import registry
from udfs.values import CellError


def cell(content):
    """Bring the engine's contents to our five kinds."""
    if isinstance(content, formulas.functions.XlError):
        return CellError(str(content))
    if content is formulas.functions.sh.EMPTY:
        return None
    return content.item() if isinstance(content, np.generic) else content


def content(found):
    """Give a cell of ours as the engine holds it."""
    if isinstance(found, CellError):
        return formulas.tokens.operand.XlError(found.value)
    return float(found) if isinstance(found, float) else found


@pytest.fixture(autouse=True)
def ours(monkeypatch):
    """Register our functions with the engine, for one test."""
    known = formulas.get_functions()
    for declared in registry.functions():

        def in_engine(*arguments, name=declared.name):
            ranges = [
                tuple(tuple(map(cell, row)) for row in np.atleast_2d(np.asarray(argument, object)))
                for argument in arguments
            ]
            found = registry.call(name, *ranges)
            rows = found if isinstance(found, tuple) else ((found,),)
            return np.array([[content(item) for item in row] for row in rows], dtype=object)

        monkeypatch.setitem(known, declared.name, in_engine)


def compute(formula: str, **cells: object) -> list[object]:
    """Compute a formula whose references are given by name; the answer in reading order."""
    compiled = formulas.Parser().ast(formula)[1].compile()
    given = [np.array(cells[name.replace(":", "_")], dtype=object) for name in compiled.inputs]
    return np.asarray(compiled(*given), dtype=object).ravel().tolist()


def test_a_column_of_ages_inside_a_sum():
    dues = [[45830.0], [45831.0], [45838.0]]
    assert compute("=SUM(AR_AGE_DAYS(A1,B1:B3))", A1=[[45838.0]], B1_B3=dues) == [15.0]


def test_an_error_value_is_one_that_iferror_catches():
    formula = '=IFERROR(AR_RATIO(A1,B1),"no base")'
    assert compute(formula, A1=[[1.0]], B1=[[0.0]]) == ["no base"]
    assert compute(formula, A1=[[1.0]], B1=[[4.0]]) == [0.25]


def test_a_text_answer_inside_if():
    formula = '=IF(AR_BUCKET(A1)="61-90天","old","young")'
    assert compute(formula, A1=[[90.0]]) == ["old"]
    assert compute(formula, A1=[[91.0]]) == ["young"]


def test_a_split_adds_up_inside_a_formula():
    weights = [[1.0], [1.0], [1.0]]
    assert compute("=SUM(AR_ALLOCATE(100,A1:A3))", A1_A3=weights) == [100.0]
    assert compute("=MAX(AR_ALLOCATE(100,A1:A3))", A1_A3=weights) == [33.34]
