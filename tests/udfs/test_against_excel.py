"""Aging and shares against Excel's own functions over the same cells, computed by another engine.

The formulas are those that an accountant writes by hand: SUMIFS over the days overdue, SUMPRODUCT,
LARGE. ``formulas`` computes them; it knows nothing of ours.
"""

from __future__ import annotations

import formulas
import numpy as np
import pytest

from udfs import registry

JUNE_30 = 45838.0
ROWS = 400
CHANCE = np.random.default_rng(20250630)
DUES = (JUNE_30 + CHANCE.integers(-130, 40, ROWS)).tolist()
CENTS = CHANCE.integers(1, 5_000_000, ROWS)
AMOUNTS = (CENTS / 100).tolist()


def excel(formula: str, **ranges: list[float]) -> float:
    """Compute a formula over columns given by their references, such as A1_A400."""
    compiled = formulas.Parser().ast(formula)[1].compile()
    given = [
        np.array([[cell] for cell in ranges[name.replace(":", "_")]], dtype=object)
        for name in compiled.inputs
    ]
    return float(np.asarray(compiled(*given)).ravel()[0])


@pytest.mark.parametrize(
    ("band", "conditions"),
    [
        ("未到期", '"<=0"'),
        ("1-30天", '">=1",A1:A400,"<=30"'),
        ("31-60天", '">=31",A1:A400,"<=60"'),
        ("61-90天", '">=61",A1:A400,"<=90"'),
        ("90天以上", '">=91"'),
    ],
)
def test_a_band_of_the_aging_is_what_sumifs_finds(band, conditions):
    days = [JUNE_30 - due for due in DUES]
    expected = excel(f"=SUMIFS(B1:B400,A1:A400,{conditions})", A1_A400=days, B1_B400=AMOUNTS)
    items = [
        (f"INV{at}", None, due, amount)
        for at, (due, amount) in enumerate(zip(DUES, AMOUNTS, strict=True))
    ]
    labels, amounts = registry.call("AR_AGING", items, JUNE_30)
    found = dict(zip(labels, amounts, strict=True))[band]
    assert found > 0
    assert round(found * 100) == round(expected * 100)


def test_the_share_of_the_largest_is_what_large_finds():
    top = "+".join(f"LARGE(A1:A400,{place})" for place in range(1, 6))
    expected = excel(f"=({top})/SUM(A1:A400)", A1_A400=AMOUNTS)
    column = [(amount,) for amount in AMOUNTS]
    assert registry.call("AR_TOP_SHARE", column, 5.0) == pytest.approx(expected, abs=1e-12)


def test_the_concentration_is_what_sumproduct_finds():
    expected = excel("=SUMPRODUCT(A1:A400,A1:A400)/SUM(A1:A400)^2", A1_A400=AMOUNTS)
    column = [(amount,) for amount in AMOUNTS]
    assert registry.call("AR_HHI", column) == pytest.approx(expected, abs=1e-12)


def test_weighted_lateness_is_what_sumproduct_finds():
    days = [JUNE_30 - due for due in DUES]
    late = [max(day, 0.0) for day in days]
    expected = excel("=SUMPRODUCT(A1:A400,B1:B400)/SUM(A1:A400)", A1_A400=AMOUNTS, B1_B400=late)
    rows = list(zip(AMOUNTS, days, strict=True))
    assert registry.call("AR_WEIGHTED_DAYS_LATE", rows) == pytest.approx(expected, abs=1e-9)
