"""Weight of evidence: signs, empty cells, and laws that hold for any counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, NUM
from udfs import registry
from udfs.woe import GoodBad, woe_iv


def evidence(rows, field=None, adjustment=None, lang=None):
    return registry.call("AR_WOE_IV", rows, adjustment, field, lang)


def test_above_zero_is_better_than_average():
    rows = (("好客户数", "坏客户数"), (90.0, 50.0), (10.0, 50.0))
    found = [cell for (cell,) in evidence(rows)]
    assert found == pytest.approx([math.log(0.9 / 0.5), math.log(0.1 / 0.5)])
    assert evidence(rows, "iv") == pytest.approx(0.4 * math.log(9))


def test_only_the_group_with_an_empty_cell_is_adjusted():
    rows = ((50.0, 0.0), (50.0, 100.0))
    assert [cell for (cell,) in evidence(rows)] == pytest.approx([math.log(101), math.log(0.5)])
    other = [cell for (cell,) in evidence(((0.0, 50.0), (100.0, 50.0)))]
    assert other == pytest.approx([-math.log(101), math.log(2)])
    assert evidence(rows, None, 0.0)[0][0] is NUM  # without adjustment the evidence is infinite
    assert evidence(rows, "iv", 0.0) is NUM
    assert evidence(rows, "strength", 0.0) is NUM


def test_a_group_with_nobody_has_no_evidence_and_adds_none():
    with_nobody = evidence(((90.0, 50.0), (0.0, 0.0), (10.0, 50.0)))
    assert with_nobody[1][0] is NA
    assert (with_nobody[0], with_nobody[2]) == evidence(((90.0, 50.0), (10.0, 50.0)))


@pytest.mark.parametrize("rows", [((0.0, 5.0), (0.0, 6.0)), ((5.0, 0.0), (6.0, 0.0))])
def test_without_good_or_bad_customers_there_is_no_answer(rows):
    assert evidence(rows) is NA


def test_negative_counts_contradict():
    assert evidence(((-1.0, 5.0), (6.0, 6.0))) is NUM
    assert evidence(((1.0, 5.0), (6.0, 6.0)), None, -1.0) is NUM


@pytest.mark.parametrize(
    ("share", "strength"),
    [
        (0.5, "无预测力"), (0.57, "无预测力"), (0.58, "弱"), (0.65, "弱"), (0.66, "中等"),
        (0.75, "中等"), (0.77, "强"), (0.82, "强"), (0.83, "可疑（过强）"),
    ],
)  # fmt: skip
def test_the_bands_of_the_information_value(share, strength):
    # Half of the bad in each of two groups: IV = (p − ½)·ln(p/(1 − p)).
    rows = ((share * 1000, 500.0), ((1 - share) * 1000, 500.0))
    expected = (share - 0.5) * math.log(share / (1 - share))
    assert evidence(rows, "iv") == pytest.approx(expected, abs=1e-12)
    assert evidence(rows, "strength") == strength


def test_the_reason_says_what_was_adjusted_and_that_few_are_a_hint_only():
    assert evidence(((50.0, 0.0), (50.0, 40.0)), "reason") == (
        "2组，好100、坏40，1组有空格各加0.5：IV＝2.168247，可疑（过强）；坏客户少于50个，仅供参考"
    )
    assert evidence(((50.0, 50.0), (50.0, 50.0)), "reason", None, "en") == (
        "2 groups, 100 good, 100 bad: IV = 0, Useless"
    )


counts = st.lists(
    st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=12
)  # fmt: skip


@given(counts, st.integers(1, 1000), st.integers(1, 1000))
def test_scaling_the_good_or_the_bad_changes_nothing(groups, more_good, more_bad):
    good, bad = (np.array(column, dtype=float) for column in zip(*groups, strict=True))
    one, other = woe_iv(GoodBad(good, bad)), woe_iv(GoodBad(good * more_good, bad * more_bad))
    assert one.woe == pytest.approx(other.woe, abs=1e-9)
    assert one.iv == pytest.approx(other.iv, abs=1e-9)
    assert one.iv >= 0


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=9))
def test_the_information_value_is_never_below_zero_and_mirrors(groups):
    good, bad = (np.array(column, dtype=float) for column in zip(*groups, strict=True))
    if not good.any() or not bad.any():
        return
    one, mirrored = woe_iv(GoodBad(good, bad)), woe_iv(GoodBad(bad, good))
    assert one.iv >= 0
    assert one.iv == pytest.approx(mirrored.iv)
    assert np.nan_to_num(one.woe) == pytest.approx(-np.nan_to_num(mirrored.woe))
