"""Terms towards small suppliers: caps, defaults, and the regulation of the contract's day."""

from __future__ import annotations

import pytest

from udfs import registry
from udfs.values import CellError


def ask(*cells, lang=None):
    filled = [*cells, *[None] * (4 - len(cells))]
    return registry.render(registry.call("AR_SME_TERM_CHECK", *filled, "*", lang))[1]


REVIEW = "约定长于60日:须符合行业规范和交易习惯,请复核"


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        (("机关事业单位", "2025-06-10"), ("2025-07-10", "2025-08-09", "正常")),
        (("机关事业单位", "2025-06-10", "2025-08-09"), ("2025-08-09", "2025-08-09", "正常")),
        (
            ("机关事业单位", "2025-06-10", "2025-08-10"),
            ("2025-08-09", "2025-08-09", "超过60日上限"),
        ),
        (
            ("机关事业单位", "2025-06-10", "2025-09-08"),
            ("2025-08-09", "2025-08-09", "超过60日上限"),
        ),
        (("大型企业", "2025-06-10"), ("2025-08-09", "", "正常")),
        (("大型企业", "2025-06-10", "2025-08-09"), ("2025-08-09", "", "正常")),
        (("大型企业", "2025-06-10", "2025-08-10"), ("2025-08-10", "", REVIEW)),
        (("大型企业", "2025-06-10", "2025-09-08"), ("2025-09-08", "", REVIEW)),
        (("其他", "2025-06-10", "2025-09-08"), ("2025-09-08", "", "条例不适用")),
        (("其他", "2025-06-10"), ("#N/A", "", "条例不适用")),
    ],
)
def test_terms_under_the_regulation_of_2025(cells, answer):
    assert ask(*cells) == answer


def test_the_day_of_the_contract_decides_the_regulation():
    # The 60 days of large enterprises are new from 2025-06-01.
    assert ask("large", "2025-06-10", None, "2025-06-01")[0] == "2025-08-09"
    assert ask("large", "2025-06-10", None, "2025-05-31") == (
        "#N/A", "", "未约定期限，条例也无默认期限",
    )  # fmt: skip
    agreed = ask("large", "2025-06-10", "2025-12-31", "2025-05-31")
    assert agreed == ("2025-12-31", "", "未规定上限:须符合行业规范和交易习惯,请复核")
    # Public bodies had their cap from 2020-09-01 on.
    assert ask("government", "2021-01-01", "2021-12-31", "2020-09-01")[2] == "超过60日上限"
    assert ask("government", "2021-01-01", "2021-12-31", "2020-08-31")[2] == "条例不适用"


def test_labels_in_english_and_wrong_buyers():
    assert ask("government", "2025-06-10", lang="en")[2] == "In order"
    assert registry.call("AR_SME_TERM_CHECK", "neighbour", "2025-06-10") is CellError.VALUE
    assert registry.call("AR_SME_TERM_CHECK", "large", None) is CellError.NA


@pytest.mark.parametrize(
    ("word", "flag"),
    [
        ("机关", "超过60日上限"), ("事业单位", "超过60日上限"), ("政府", "超过60日上限"),
        ("行政机关", "超过60日上限"),
        ("大型国企", "约定长于60日：须符合行业规范和交易习惯，请复核"),
        ("大型国有企业", "约定长于60日：须符合行业规范和交易习惯，请复核"),
        ("中小企业", "条例不适用"), ("小微企业", "条例不适用"),
    ],
)  # fmt: skip
def test_a_buyer_by_the_words_of_the_trade(word, flag):
    asked = ("AR_SME_TERM_CHECK", word, "2025-06-10", "2025-09-08", None, "flag")
    assert registry.call(*asked).replace(":", "：").replace(",", "，") == flag


def test_a_state_owned_company_of_unknown_size_must_be_decided():
    assert registry.call("AR_SME_TERM_CHECK", "国企", "2025-06-10") is CellError.VALUE
