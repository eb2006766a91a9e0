"""Altman's Z: the published coefficients, the edges, and what is missing."""

from __future__ import annotations

import pytest

from tests.udfs.samples import NA, NUM, VALUE, column
from udfs import registry
from udfs.rules import rule

FIGURES = (200.0, 180.0, 120.0, 500.0, 700.0, 1500.0, 1200.0)


def z_of(model, figures=FIGURES, field=None, lang=None):
    return registry.call("AR_ALTMAN_Z", model, *figures, field, lang)


@pytest.mark.parametrize(
    ("model", "coefficients", "constant", "edges"),
    [
        ("Z", (1.2, 1.4, 3.3, 0.6, 0.999), 0, (1.81, 2.99)),
        ("Z'", (0.717, 0.847, 3.107, 0.42, 0.998), 0, (1.23, 2.9)),
        ("Z''", (6.56, 3.26, 6.72, 1.05, 0), 0, (1.1, 2.6)),
        ("Z''EM", (6.56, 3.26, 6.72, 1.05, 0), 3.25, (4.35, 5.85)),
    ],
)
def test_the_models_of_the_sources(model, coefficients, constant, edges):
    terms = (200 / 1200, 180 / 1200, 120 / 1200, 500 / 700, 1500 / 1200)
    expected = constant + sum(a * x for a, x in zip(coefficients, terms, strict=True))
    assert z_of(model) == pytest.approx(expected)
    row = rule("altman_models", model)
    assert (row.number("distress"), row.number("safe")) == edges


@pytest.mark.parametrize(
    ("name", "model"),
    [("Z1", "Z"), ("上市制造业", "Z"), ("Z′", "Z'"), ("Z2", "Z'"), ("非上市制造业", "Z'"),
     ("Z″", "Z''"), ('Z"', "Z''"), ("非制造业", "Z''"), ("em", "Z''EM"), ("新兴市场", "Z''EM")],
)  # fmt: skip
def test_models_by_other_names(name, model):
    assert z_of(name) == z_of(model)


def test_another_model_is_no_model():
    assert z_of("Y") is VALUE


@pytest.mark.parametrize(
    ("model", "low", "high"), [("Z", 1.81, 2.99), ("Z'", 1.23, 2.9), ("Z''", 1.1, 2.6),
                               ("Z''EM", 4.35, 5.85)]
)  # fmt: skip
def test_edges_belong_to_grey(model, low, high):
    given = column(low - 0.0001, low, high, high + 0.0001, high + 1e-15, NA)
    assert registry.call("AR_ALTMAN_ZONE", model, given) == column(
        "危险", "灰色", "灰色", "安全", "灰色", NA
    )


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4, 6])
def test_a_figure_that_is_missing_leaves_no_score(place):
    figures = [*FIGURES]
    figures[place] = None
    assert z_of("Z''", figures) is NA
    assert z_of("Z''", figures, "zone") is NA


def test_sales_are_needed_only_where_the_model_has_them():
    figures = (*FIGURES[:5], None, FIGURES[6])
    assert z_of("Z''", figures) == pytest.approx(3.004333, abs=1e-6)
    assert z_of("Z", figures) is NA
    assert z_of("Z''", figures, "x5") is None


def test_bases_of_zero_have_no_answer_and_negative_ones_contradict():
    assert z_of("Z", (*FIGURES[:4], 0.0, 1500.0, 1200.0)) is NA
    assert z_of("Z", (*FIGURES[:6], 0.0)) is NA
    assert z_of("Z", (*FIGURES[:6], -1200.0)) is NUM
    assert z_of("Z", (*FIGURES[:6], -1200.0), "zone") is NUM
    assert z_of("Z'", (200.0, -180.0, 120.0, -500.0, 700.0, 1500.0, 1200.0)) < 1.5


def test_the_reason_shows_coefficients_and_edges_or_what_is_missing():
    assert z_of("Z''", FIGURES, "reason") == (
        "Z″（非制造业）：6.56×0.166667＋3.26×0.15＋6.72×0.1＋1.05×0.714286＝3.004333；"
        "高于2.6为安全，低于1.1为危险：安全"
    )
    assert z_of("Z''EM", FIGURES, "reason", "en").startswith(
        "Z″EM (emerging markets): 3.25 + 6.56×0.166667 + 3.26×0.15"
    )
    figures = (200.0, None, *FIGURES[2:5], None, 1200.0)
    assert z_of("Z'", figures, "reason") == (
        "Z′（非上市制造业）：X2 留存收益/资产、X5 收入/资产无法计算（缺数据或分母为零），不评分"
    )
    assert registry.call("AR_ALTMAN_ZONE", "Z", 2.99, "reason") == (
        "Z（上市制造业）：Z＝2.99，在1.81与2.99之间（含边界）：灰色"
    )
