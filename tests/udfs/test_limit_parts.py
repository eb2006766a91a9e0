"""What grade, need and means allow: exact, cut down, never more than any of the parts."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, NUM, VALUE, column, row
from udfs import registry

BASES = (("优", 2e6), ("良", 5e5), ("中", 2e5), ("差", 0.0))


def base(grade, bases=BASES, coefs=None, clamp=None, unit=None, field=None, lang=None):
    coefs = None if coefs is None else row(*coefs)
    return registry.call("AR_CREDIT_LIMIT_BASE", grade, bases, coefs, clamp, unit, field, lang)


def need(*cells):
    return registry.call("AR_CREDIT_LIMIT_NEED", *cells)


def capacity(candidates, field=None, lang=None):
    return registry.call("AR_CREDIT_LIMIT_CAPACITY", candidates, field, lang)


def test_the_base_times_the_coefficients_is_cut_down_to_the_unit():
    assert base("良", coefs=(1.1, 1.1), unit=10000.0) == 600_000  # 605,000
    assert base("良", coefs=(1.2,), unit=10000.0) == 600_000
    assert base("良", coefs=(1.1999,), unit=10000.0) == 590_000
    assert base("良", coefs=(1.1999,)) == 599_950
    assert base("良", bases=(("良", 333.33),), coefs=(1.1,)) == 366  # 366.663, whole yuan
    assert base("良", bases=(("良", 333.33),), coefs=(1.1,), unit=0.01) == 366.66
    assert base("良") == 500_000


@pytest.mark.parametrize(
    ("coefs", "limit"),
    [((1.5,), 1.5e6), ((1.5001,), 1.5e6), ((1.4999,), 1_499_900), ((3.0, 0.5), 1.5e6),
     ((0.5,), 5e5), ((0.4999,), 5e5), ((0.5001,), 500_100), ((0.0,), 5e5)],
)  # fmt: skip
def test_the_product_stays_within_its_bounds(coefs, limit):
    assert base("A", bases=(("A", 1e6),), coefs=coefs) == limit


def test_bounds_of_her_own():
    assert base("良", coefs=(3.0,), clamp="0.5/2") == 1_000_000
    assert base("良", coefs=(3.0,), clamp=row(1.0, 1.0)) == 500_000
    for clamp in ("2/1", "1", "0.5/1/1.5", "-1/1"):
        assert base("良", clamp=clamp) is NUM


def test_the_product_of_typed_decimals_does_not_fall_below_a_unit():
    # 1.1 × 1.1 × 1.1 is 1.331 exactly, in binary a little more; 0.7 × 1.1 is 0.77, a little less.
    assert base("A", bases=(("A", 1000.0),), coefs=(1.1, 1.1, 1.1)) == 1331
    assert base("A", bases=(("A", 100.0),), coefs=(0.7, 1.1)) == 77


def test_grades_by_code_word_or_name_of_her_own():
    grades = column("优", "excellent", "Excellent", "AAA", "差", "VIP", None)
    assert base(grades) == column(2e6, 2e6, 2e6, 2e6, 0.0, NA, None)
    assert base(column("AAA", "A", "优"), bases=(("AAA", 9.0), ("A", 7.0))) == column(9.0, 7.0, 9.0)
    assert base("VIP", bases=(("VIP", 9.0),)) == 9
    assert base("优", bases=None) == 2e6
    assert base("poor", bases="标准") == 0
    assert base("优", bases="no such scheme") is VALUE


@pytest.mark.parametrize(
    "bases", [(("优", 1.0), ("优", 2.0)), (("优", -1.0),)], ids=["twice", "negative"]
)
def test_bases_that_contradict(bases):
    assert base("优", bases=bases) is NUM


def test_coefficients_that_contradict_or_are_unknown():
    assert base("优", coefs=(-1.0,)) is NUM
    assert base("优", coefs=(1.0,) * 100) == 2e6
    assert base("优", coefs=(1.0,) * 101) is NUM
    assert base("优", coefs=(1.0, None, 1.0)) is NA


def test_the_reason_of_a_base_limit():
    assert base("excellent", coefs=(1.5, 1.5), field="reason") == (
        "等级优：基准额度2,000,000.00×系数1.5（连乘积2.25，限于0.5至1.5），"
        "按1.00向下取整＝3,000,000.00"
    )
    assert base("差", coefs=(1.2,), field="reason") == "等级差的基准额度为 0：不给额度，预付款"
    assert base("VIP", field="依据") == "额度表中没有等级VIP的基准额度"


COEFS = st.lists(st.integers(0, 300).map(lambda n: n / 100), max_size=4)


@given(st.integers(0, 10**11), COEFS, st.sampled_from([1, 100, 1_000_000]))
def test_a_base_limit_is_what_fractions_say(cents, coefs, unit):
    product = Fraction(1)
    for coef in coefs:
        product *= Fraction(str(coef))
    factor = min(max(product, Fraction(1, 2)), Fraction(3, 2))
    expected = floor(cents * factor / unit) * unit
    found = base("A", bases=(("A", cents / 100),), coefs=coefs or None, unit=unit / 100)
    assert round(found * 100) == expected


def test_the_need_of_a_year():
    assert need(1.2e6, 0.13, 60.0, 10.0) == 260_054.79  # 1,200,000 × 1.13 × 70 ÷ 365
    assert need(1.2e6, 0.13, 60.0) == 222_904.11
    assert need(1.2e6, "13%", 60.0, 10.0, 360.0) == 263_666.67
    assert need(365.0, 0.0, 1.0, 0.5) == 1.5
    assert need(1.2e6, 0.13, 60.0, -60.0) == 0
    assert need(1.2e6, 0.13, 60.0, -90.0) == 0  # pays before it gets anything
    assert need(0.0, 0.13, 60.0) == 0


def test_the_reason_of_a_need_is_its_arithmetic_whoever_pays_early():
    def why(delay, *lang):
        return need(365.0, 0.13, 60.0, delay, 365.0, "reason", *lang)

    assert why(10.0) == "年销售额365.00×（1＋13%）×（60＋10）天÷365＝79.10"
    assert why(-10.0) == "年销售额365.00×（1＋13%）×（60－10）天÷365＝56.50"
    assert why(-90.0) == "账期60天，平均提前90天付款，没有占用天数：所需额度0.00"
    assert why(-90.0, "en") == (
        "Terms of 60 days, paid 90 days early on average, no days of credit: need 0.00"
    )


def test_a_tie_of_the_need_goes_up_once():
    assert need(3.65, 0.0, 1.0, 0.5) == 0.02  # 0.015
    assert need(3.65, 0.0, 1.0, 0.4999) == 0.01


def test_what_is_negative_or_missing():
    found = need(
        column(-1.0, 1.0, 1.0, 1.0), column(0.1, -0.1, 0.1, None), column(9.0, 9.0, -1.0, 9.0)
    )
    assert found == column(NUM, NUM, NUM, NA)
    assert need(1.0, 0.1, 30.0, 0.0, 0.0) is NUM
    assert need(1e13, 1e300, 30.0) is NUM
    assert need(-5.0, 0.1, 30.0, 0.0, 365.0, "reason").startswith("年销售额-5.00")


@given(st.integers(0, 10**12), st.integers(0, 30), st.integers(0, 400), st.integers(-500, 500))
def test_the_need_is_what_fractions_say_and_grows(cents, vat, terms, delay):
    exact = Fraction(cents) * (100 + vat) * max(10 * terms + delay, 0) / (100 * 10 * 365)
    found = need(cents / 100, vat / 100, float(terms), delay / 10)
    assert round(found * 100) == floor(exact + Fraction(1, 2))
    assert need(cents / 100, vat / 100, terms + 1.0, delay / 10) >= found
    assert need(cents / 100, vat / 100, float(terms), delay / 10 + 1) >= found


def test_the_least_candidate_counts():
    assert capacity(((80_000.0, 0.35), (700_000.0, 0.05))) == 28_000
    assert capacity(((80_000.0, 0.4375), (700_000.0, 0.05)), "position") == 1
    assert capacity(((-50_000.0, 0.1), (700_000.0, 0.05))) == 0
    assert capacity(((0.05, 0.1),)) == 0.01  # half a cent goes up
    assert capacity((("净资产", "比例", "项目"), (1e6, 0.1, "有形净资产")), "label") == "有形净资产"
    assert capacity(((1e6, 0.1),), "label") is None
    assert (
        capacity(((-1.0, 0.1, "有形净资产"),), "reason") == "有形净资产 -1.00为负数，承受能力为 0"
    )


def test_a_candidate_that_is_not_known_leaves_no_answer():
    assert capacity(((80_000.0, 0.35), (None, 0.05))) is NA
    assert capacity(None) is NA
    assert capacity(((80_000.0, -0.35),)) is NUM


@given(
    st.lists(st.tuples(st.integers(-(10**9), 10**12), st.integers(0, 100)), min_size=1, max_size=6)
)
def test_the_capacity_is_at_most_every_share(rows):
    found = round(capacity(tuple((cents / 100, share / 100) for cents, share in rows)) * 100)
    least = min(Fraction(cents * share, 100) for cents, share in rows)
    assert found == floor(max(least, Fraction(0)) + Fraction(1, 2))
