"""Cash at a confidence: exact against enumeration in fractions, cautious where it is not exact."""

from __future__ import annotations

import time
from fractions import Fraction

import formulas
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.udfs.tables import cents
from udfs import registry
from udfs.distribution import items_of, quantiles
from udfs.forecast import PayingItems, cash_at_confidence
from udfs.sheet_functions import percentile_inc
from udfs.values import MISSING, CellError


def paying(*rows):
    amounts, chances = zip(*rows, strict=True)
    return PayingItems(np.array(amounts, dtype=np.int64), np.array(chances, dtype=np.float64))


def by_fractions(rows, confidence):
    """Largest total with P(total ≥ it) ≥ confidence, over all combinations."""
    weights = {0: Fraction(1)}
    for amount, chance in rows:
        yes, more = Fraction(repr(float(chance))), {}
        for total, weight in weights.items():
            more[total] = more.get(total, 0) + weight * (1 - yes)
            more[total + amount] = more.get(total + amount, 0) + weight * yes
        weights = more
    reached = Fraction(0)
    for total in sorted(weights, reverse=True):
        reached += weights[total]
        if reached >= Fraction(repr(confidence)):
            return total
    return 0


THREE = [(cents("100,000"), 0.9), (cents("200,000"), 0.7), (cents("300,000"), 0.5)]


@pytest.mark.parametrize(("confidence", "amount"), [(0.5, "300,000"), (0.9, "100,000")])
def test_ninety_percent_is_the_cautious_amount(confidence, amount):
    found = cash_at_confidence(paying(*THREE), confidence)
    assert (found.at_least.tolist(), found.mean.tolist()) == ([cents(amount)], [cents("380,000")])
    assert (found.exact.tolist(), found.step.tolist()) == ([True], [MISSING])


def test_exactly_the_confidence_is_enough():
    # One item of 0.9; two of 0.9 both pay with 0.81: no double is either of them.
    assert cash_at_confidence(paying((100, 0.9)), [0.9, 0.9000001]).at_least.tolist() == [100, 0]
    two = cash_at_confidence(paying((100, 0.9), (100, 0.9)), [0.81, 0.8100001, 0.99, 0.9900001])
    assert two.at_least.tolist() == [200, 100, 100, 0]
    assert two.exact.all()


def test_with_full_confidence_only_what_is_certain_arrives():
    found = cash_at_confidence(paying((100, 1.0), (50, 0.999999999), (9, 0.0)), 1.0)
    assert (found.at_least.tolist(), found.method.tolist()) == ([100], ["exact"])


def test_amounts_and_chances_that_make_no_sense():
    name = "AR_CASH_AT_CONFIDENCE"
    assert registry.call(name, None, 0.9) is CellError.NA
    for row, confidence in (
        ((-100.0, 0.5), 0.9),
        ((100.0, 1.1), 0.9),
        ((100.0, -0.1), 0.9),
        ((100.0, 0.5), 0.0),
        ((100.0, 0.5), 1.01),
        ((100.0, 0.5), -0.5),
    ):
        assert registry.call(name, (row,), confidence) is CellError.NUM
    found = registry.call(name, ((100.0, 0.5),), ((0.5,), (0.0,), (1.5,), (1.0,)))
    assert found == ((100.0,), (CellError.NUM,), (CellError.NUM,), (0.0,))
    every = registry.call(name, ((100.0, 0.5),), ((0.5,), (0.0,)), "*")
    assert every[2] == (*[CellError.NUM] * 5, CellError.NA)
    assert registry.call(name, (("金额", "概率"), (100.0, "90%")), "90%") == 100.0


chances = st.integers(0, 20).map(lambda number: number / 20)
rows = st.lists(st.tuples(st.integers(0, 50_000), chances), min_size=1, max_size=10)


@given(rows, st.integers(1, 1000).map(lambda number: number / 1000))
@settings(max_examples=200)
def test_few_items_equal_fractions(items, confidence):
    found = cash_at_confidence(paying(*items), confidence)
    assert found.at_least.tolist() == [by_fractions(items, confidence)]
    mean = sum(amount * Fraction(repr(chance)) for amount, chance in items)
    assert found.mean.tolist() == [int(mean + Fraction(1, 2))]
    assert found.exact.all()


@given(rows, st.integers(1, 999), st.integers(1, 999))
def test_more_confidence_never_gives_more_money(items, first, second):
    found = cash_at_confidence(paying(*items), np.sort([first, second]) / 1000)
    assert found.at_least[0] >= found.at_least[1]


def test_equal_items_are_a_binomial():
    # A hundred of 1,000 at 0.5; P(X ≥ 50) = 0.5398, P(X ≥ 51) = 0.4602, P(X ≥ 44) = 0.9033.
    found = cash_at_confidence(paying(*[(100_000, 0.5)] * 100), [0.5, 0.9])
    assert found.at_least.tolist() == [5_000_000, 4_400_000]
    assert found.exact.all()


def test_many_items_of_round_amounts_are_exact_on_the_grid():
    items = [(cents(f"{1000 * (n % 40 + 1)}"), 0.05 * (n % 19 + 1)) for n in range(200)]
    found = cash_at_confidence(paying(*items), [0.5, 0.9])
    assert found.exact.all()
    doubles = np.zeros(1)
    doubles[0] = 1.0
    for amount, chance in items:
        units = amount // 100_000
        doubles = np.convolve(doubles, np.r_[1 - chance, np.zeros(units - 1), chance])
    tail = np.cumsum(doubles[::-1])[::-1]
    exact = [int(np.flatnonzero(tail >= level)[-1]) * 100_000 for level in (0.5, 0.9)]
    assert found.at_least.tolist() == exact


def test_amounts_without_a_common_step_are_rounded_down_and_it_is_said():
    chance = np.random.default_rng(5)
    amounts, likely = chance.integers(1, 10**8, 1000), chance.uniform(0.05, 0.95, 1000).round(3)
    found = cash_at_confidence(PayingItems(amounts, likely), [0.1, 0.5, 0.9])
    assert set(found.method.tolist()) <= {"stepped", "bound"}
    assert not found.exact.any()
    # Simulated with a fixed seed: never more than what is drawn, and not much less.
    drawn = np.sort((chance.random((4000, 1000)) < likely) @ amounts)[::-1]
    for level, amount in zip((0.1, 0.5, 0.9), found.at_least.tolist(), strict=True):
        assert amount <= drawn[int(level * 4000)] * 1.003
        assert amount >= drawn[int(level * 4000)] * 0.97
    cell = registry.call(
        "AR_CASH_AT_CONFIDENCE", tuple(zip(amounts / 100, likely, strict=True)), 0.9, "reason", "en"
    )
    assert "rounded down to steps of" in cell


@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.integers(1, 99)), min_size=21, max_size=40),
    st.integers(1, 99).map(lambda number: number / 100),
)
@settings(max_examples=20)
def test_the_grid_is_never_above_what_is_exact(items, confidence):
    # In units of ten million both are small enough to be exact; the odd cents are not.
    whole = [(amount // 10**7 * 10**7, percent / 100) for amount, percent in items]
    odd = [(amount, percent / 100) for amount, percent in items]
    least = cash_at_confidence(paying(*whole), confidence)
    found = cash_at_confidence(paying(*odd), confidence)
    assert least.at_least[0] == by_fractions(whole, confidence)
    most = by_fractions([(amount + 10**7, chance) for amount, chance in whole], confidence)
    assert found.at_least[0] <= most
    step = 0 if found.step[0] == MISSING else int(found.step[0])
    if found.method[0] == "stepped":
        assert found.at_least[0] + step * len(items) >= least.at_least[0]


@pytest.mark.parametrize("count", [20, 21, 1_000, 4_097, 100_000])
def test_no_number_of_items_hangs(count):
    chance = np.random.default_rng(count)
    items = PayingItems(chance.integers(1, 10**10, count), chance.uniform(0.01, 0.99, count))
    started = time.perf_counter()
    found = cash_at_confidence(items, np.linspace(0.01, 1, 50))
    assert time.perf_counter() - started < 10
    assert (np.diff(found.at_least) <= 0).all()
    assert (found.at_least <= int(items.amount.sum())).all()


def test_ties_of_many_equal_items_are_decided():
    # P(X ≥ 2001) of 4,001 fair coins is exactly one half.
    found = quantiles(items_of(np.full(4001, 100), np.full(4001, 0.5)), np.array([0.5]))
    assert (found.amount.tolist(), found.method.tolist()) == ([200_100], ["exact"])


def test_a_tie_too_dear_to_decide_is_the_smaller_amount_and_called_undecided():
    # Fair coins of 10 to 370 yuan, 189,830 yuan in all: half of it is no whole ten yuan, so at
    # least 94,920 comes with exactly one half. Integers on that grid would take too long.
    amounts = np.arange(1, 1001) % 37 * 1000 + 1000
    found = quantiles(items_of(amounts, np.full(1000, 0.5)), np.array([0.5, 0.51]))
    assert found.amount[0] == 9_491_000
    assert found.method.tolist() == ["undecided", "exact"]


# ---- PERCENTILE.INC: numpy and the second engine agree with ours -------------------------------


@given(
    st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=40),
    st.integers(0, 1000).map(lambda number: number / 1000),
)
def test_a_quantile_equals_that_of_numpy(values, k):
    found = percentile_inc(np.array(values, dtype=np.float64), np.array([k]))
    assert np.allclose(found, np.quantile(np.array(values, dtype=np.float64), k), atol=1e-8)


@pytest.mark.parametrize("k", [0.0, 0.1, 0.25, 0.5, 0.9, 0.95, 1.0])
def test_a_quantile_equals_that_of_a_spreadsheet_engine(k):
    lags = [-3.0, 0.0, 2.0, 5.0, 5.0, 8.0, 12.0, 20.0, 35.0, 60.0]
    compiled = formulas.Parser().ast("=PERCENTILE.INC(A1:A10,B1)")[1].compile()
    given_cells = {"A1:A10": [[lag] for lag in lags], "B1": [[k]]}
    cells = [np.array(given_cells[name], dtype=object) for name in compiled.inputs]
    engine = float(np.asarray(compiled(*cells)).ravel()[0])
    assert registry.call("PERCENTILE_INC", tuple((lag,) for lag in lags), k) == pytest.approx(
        engine
    )


def test_a_quantile_beyond_all_values_contradicts():
    assert registry.call("PERCENTILE_INC", ((1.0, 2.0),), 1.01) is CellError.NUM
    assert registry.call("PERCENTILE_INC", ((1e308, -1e308),), 0.5) == 0.0


def test_expected_collections_are_rounded_once():
    assert registry.call("EXPECTED_COLLECTIONS", ((0.05, 0.05, 0.05),), ((0.1, 0.1, 0.1),)) == 0.02
    assert registry.call("EXPECTED_COLLECTIONS", ((1.0, 2.0),), ((0.1,),)) is CellError.VALUE
