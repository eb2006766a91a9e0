"""Grades and classes: half-open bands, no grade without a score, new customers on their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NA, NUM, VALUE, column
from udfs import registry
from udfs.rules import rules

YES, NO = True, False


def grade(score, field=None, bands=None, lang=None):
    return registry.call("AR_CREDIT_GRADE", score, bands, field, lang)


def test_edges_belong_to_the_better_grade_and_what_is_outside_contradicts():
    scores = column(100.0, 80.0, 79.99, 60.0, 59.99, 40.0, 39.99, 0.0, 100.01, -0.01, NA, None)
    assert grade(scores) == column(
        "优", "优", "良", "良", "中", "中", "差", "差", NUM, NUM, NA, None
    )


def test_a_score_that_is_an_edge_but_for_binary_noise_reaches_it():
    assert grade(80 - 1e-13) == "优"
    assert grade(100 + 1e-12) == "优"
    assert grade(80 - 1e-6) == "良"


def test_the_terms_and_the_guarantee_of_each_grade():
    scores = column(90.0, 70.0, 50.0, 10.0)
    assert grade(scores, "terms") == column(
        "后付款", "后付款或分期付款", "预付款或分期付款", "预付款"
    )
    assert grade(scores, "guarantee") == column(NO, NO, YES, NO)
    assert grade(column(101.0, 50.0), "terms") == column(NUM, "预付款或分期付款")
    assert grade(column(101.0, 50.0), "要求担保") == column(NUM, YES)
    assert grade(50.0, "付款方式", None, "en") == "Prepayment or instalments"


def test_the_reason_names_the_band():
    assert grade(80.0, "reason") == "80分在[80, 100]，等级优；后付款，不要求担保"
    assert grade(59.99, "reason") == "59.99分在[40, 60)，等级中；预付款或分期付款，要求担保"
    assert grade(101.0, "reason") == "101分超出评分范围0至100"
    assert grade(12.5, "reason", None, "en") == (
        "12.5 is in [0, 40): Poor; Prepayment; No guarantee required"
    )


def test_bands_of_her_own_on_another_scale():
    bands = (
        ("等级", "最低分", "担保"),
        ("AAA", 700.0, "否"),
        ("B", 300.0, "是"),
        ("A", 600.0, "否"),
    )
    assert grade(column(850.0, 700.0, 699.9, 300.0, 299.0), None, bands) == column(
        "AAA", "AAA", "A", "B", NUM
    )
    assert grade(column(650.0, 300.0), "guarantee", bands) == column(NO, YES)
    assert grade(850.0, "terms", bands) is None
    assert grade(850.0, "reason", bands) == "850分在≥700，等级AAA"
    assert grade(650.0, None, "标准") is NUM
    assert grade(65.0, None, "no such scheme") is VALUE


@pytest.mark.parametrize(
    "bands",
    [
        (("优", 80.0, 100.0), ("良", 60.0, 85.0)),  # overlap
        (("优", 80.0, 100.0), ("良", 60.0, 75.0)),  # gap
        (("优", 80.0, None), ("良", 80.0, None)),
        (("优", 80.0, 70.0), ("良", 60.0, 80.0)),
    ],
)
def test_bands_that_do_not_fit_each_other_contradict(bands):
    assert grade(70.0, None, bands) is NUM


def test_the_edges_stand_once():
    assert [row.number("min_score") for row in rules("risk_grades")] == [80, 60, 40, 0]
    assert [row.cells["max_score"] for row in rules("risk_grades")] == ["100", "", "", ""]


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=40))
def test_a_higher_score_never_has_a_poorer_grade(scores):
    order = ["差", "中", "良", "优"]
    found = [cell for (cell,) in grade(column(*(score / 100 for score in sorted(scores))))]
    places = [order.index(cell) for cell in found]
    assert places == sorted(places)


def kind(*arguments):
    return registry.call("AR_CUSTOMER_CLASS", *arguments)


@pytest.mark.parametrize(
    ("rate", "late", "expected"),
    [
        (1.0, 0.0, "优质"), (0.95, 7.0, "优质"), (0.9499, 7.0, "一般"), (0.95, 8.0, "一般"),
        (0.8, 30.0, "一般"), (0.7999, 30.0, "潜在(风险)"), (0.8, 31.0, "潜在(风险)"),
        (0.0, 400.0, "潜在(风险)"), (1.0, -12.0, "优质"),
    ],
)  # fmt: skip
def test_each_cut_off_from_both_sides(rate, late, expected):
    assert kind(20.0, rate, late) == expected


def test_new_customers_are_a_class_of_their_own_whatever_else_is_blank():
    assert kind(0.0, None, None) == "新客户"
    assert kind(0.0, 0.0, 0.0, None, "en") == "New customer"
    assert kind(3.0, None, 4.0) is NA
    assert kind(3.0, 0.9, None) is NA
    assert kind(None, 0.9, 4.0) is NA


def test_what_contradicts_does_so_in_its_own_row():
    found = kind(column(-1.0, 20.0, 20.0), column(0.9, 1.2, 0.97), column(3.0, 3.0, 3.0))
    assert found == column(NUM, NUM, "优质")


def test_the_reason_of_a_class():
    assert kind(20.0, 0.97, 40.0, "reason") == (
        "20张发票准时率97%、最长迟付40天，未达一般标准（准时率不低于80%且迟付不超过30天）：潜在(风险)"
    )
    assert kind(20.0, 0.97, 5.0, "reason") == (
        "20张发票准时率97%（不低于95%）、最长迟付5天（不超过7天）：优质"
    )
    assert kind(0.0, None, None, "reason") == "没有历史发票，列为新客户"
