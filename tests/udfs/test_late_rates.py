"""The order of domain.md 4.2, and the marks of too high a rate."""

from __future__ import annotations

import pytest

from tests.udfs.samples import NA, NUM, VALUE
from udfs import registry


def rate(due, agreed=None, signed=None, sme=None, claim=None, multiplier=None, field=None):
    return registry.call(
        "AR_LATE_RATE", due, agreed, signed, sme, claim, multiplier, None, None, field
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"due": "2024-06-30", "agreed": 0.12}, 0.12),
        ({"due": "2010-06-30", "agreed": 0.12}, 0.12),  # needs no LPR
        ({"due": "2024-06-30", "agreed": 0}, 0),
        ({"due": "2024-06-30"}, 0.04485),  # 3.45 % × 1.3
        ({"due": "2024-06-30", "multiplier": 1.5}, 0.05175),
        ({"due": "2024-06-30", "multiplier": 1.29}, NUM),
        ({"due": "2024-06-30", "multiplier": 1.51}, NUM),
        ({"due": "2024-06-30", "claim": "建设工程"}, 0.0345),
        ({"due": "2024-06-30", "claim": "construction", "multiplier": 1.3}, NUM),
        ({"due": "2019-08-18"}, NA),  # default began before the LPR
        ({"due": "2019-08-19"}, 0.05525),
        ({"due": "2026-03-20"}, NA),
        ({"due": "2025-06-30", "sme": True}, 0.1825),
        ({"due": "2020-08-30", "sme": True}, 0.05005),  # default on 08-31: LPR 3.85 % × 1.3
        ({"due": "2020-08-31", "sme": True}, 0.1825),
        ({"due": "2025-06-30", "sme": True, "agreed": 0.02, "signed": "2024-12-01"}, 0.031),
        ({"due": "2025-06-30", "sme": True, "agreed": 0.06, "signed": "2024-12-01"}, 0.06),
        ({"due": "2025-06-30", "sme": True, "agreed": 0.06}, NA),  # the floor cannot be tested
        ({"due": "2025-06-30", "sme": True, "agreed": 0.06, "signed": "2019-08-19"}, NA),
        ({"due": "2025-06-30", "agreed": -0.01}, NUM),
        ({"due": None}, NA),
    ],
)
def test_which_rate_applies(asked, expected):
    found = rate(**asked)
    assert found is expected if expected in {NA, NUM} else found == pytest.approx(expected, abs=0)


def test_the_reason_names_the_article():
    assert rate("2024-06-30", 0.12, field="reason") == "按约定利率12%"
    assert rate("2024-06-30", multiplier=1.5, field="reason") == (
        "未约定利率，2024-07-01起违约：3.45%×1.5＝5.175%"
        "（买卖合同解释第18条：2019-08-20起违约的，按违约时一年期LPR加计30%-50%）"
    )
    lifted = rate("2025-06-30", 0.02, "2024-12-01", sme=True, field="reason")
    assert lifted.startswith("约定2%低于3.1%，按3.1%（保障中小企业款项支付条例第17条")


def test_the_rate_gives_the_interest_of_the_worked_example():
    found = rate("2024-06-30", multiplier=1.5)
    asked = ("AR_INTEREST_ANNUAL", 500000, found, "2024-06-30", "2025-06-30")
    assert registry.call(*asked) == 25875


@pytest.mark.parametrize(
    ("contract", "loss", "lpr", "ratio", "over_loss", "over_lpr"),
    [
        (0.1825, 0.045, 0.03, 4.055556, True, True),
        (0.055, 0.045, 0.03, 1.222222, False, False),
        (0.0585, 0.045, 0.03, 1.3, False, False),  # exactly 130 % is not above it
        (0.0586, 0.045, 0.03, 1.302222, True, False),
        (0.12, 0.12, 0.03, 1.0, False, False),  # exactly four times the LPR
        (0.1201, 0.12, 0.03, 1.000833, False, True),
        (0.12, 0, 0.03, NA, NA, False),
        (-0.01, 0.045, 0.03, NUM, NUM, NUM),
        (0.12, -0.045, 0.03, NUM, NUM, NUM),
        (1.0, 5e-324, 0.03, NUM, True, True),
        (0.12, None, 0.03, NA, NA, NA),
    ],
)
def test_marks_from_both_sides(contract, loss, lpr, ratio, over_loss, over_lpr):
    asked = ("AR_DEFAULT_RATE_CHECK", contract, loss, lpr, None)
    found = registry.call(*asked)
    assert found is ratio if ratio in {NA, NUM} else found == pytest.approx(ratio, abs=1e-6)
    assert registry.call(*asked, "over_loss_mark") is over_loss
    assert registry.call(*asked, "over_lpr_mark") is over_lpr


def test_a_mark_before_its_rule_has_no_answer():
    asked = ("AR_DEFAULT_RATE_CHECK", 0.1825, 0.045, 0.03)
    assert registry.call(*asked, "2023-12-04", "over_loss_mark") is NA
    assert registry.call(*asked, "2023-12-05", "over_loss_mark") is True
    assert registry.call(*asked, None, "reason").startswith(
        "18.25%超过损失4.5%的130%，可能被调减；也超过LPR 3%的4倍警示线（"
    )


def test_the_reason_says_which_lpr_or_date_is_lacking():
    def told(*cells):
        assert registry.call("AR_LATE_RATE", *cells) is NA
        blanks = (None,) * (8 - len(cells))
        return registry.call("AR_LATE_RATE", *cells, *blanks, "reason")

    yes = True
    assert told("2026-03-20").startswith("LPR 报价只收录到2026-03-20，2026-03-21的LPR未知")
    assert told("2019-08-18") == "LPR 报价自2019-08-20起，2019-08-19没有报价"
    assert told("2025-06-30", 0.02, None, yes).endswith("请填合同订立日（signed）")
    assert told("2026-06-30", 0.02, "2026-05-01", yes).startswith(
        "LPR 报价只收录到2026-03-20，2026-05-01的LPR未知"
    )


@pytest.mark.parametrize(
    ("buyer", "rate"),
    [
        ("机关", 0.1825), ("事业单位", 0.1825), ("政府", 0.1825), ("大型国企", 0.1825),
        ("large", 0.1825), ("TRUE", 0.1825), ("是", 0.1825), (1.0, 0.1825),
        ("中小企业", 0.039), ("其他", 0.039), ("否", 0.039), (0.0, 0.039), (None, 0.039),
    ],
)  # fmt: skip
def test_the_buyer_may_be_named_instead_of_true_or_false(buyer, rate):
    assert registry.call("AR_LATE_RATE", "2025-06-30", None, None, buyer) == pytest.approx(rate)


def test_a_buyer_of_unknown_size_is_no_buyer_of_the_regulation():
    assert registry.call("AR_LATE_RATE", "2025-06-30", None, None, "国企") is VALUE
