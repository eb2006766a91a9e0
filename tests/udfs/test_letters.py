"""Letters: one per customer and currency, to the cent, whatever the order."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.samples import NUM, VALUE
from udfs import registry

ITEMS = (
    ("甲", "CNY", "INV1", 100.0, 1.0, 10.0, 0.41),
    ("乙", None, "INV2", 7.0, 2.0, None, None),
    ("甲", "美元", "INV3", 30.0, 1.0, None, None),
    ("甲", "人民币", "INV4", 50.0, 3.0, None, 0.09),
)


def test_rule_25_one_letter_per_customer_with_totals_per_currency():
    assert registry.call("AR_DUNNING_LETTERS", ITEMS, None, "*", "en") == (
        ("Total", "Customer", "Currency", "Level", "Items", "Documents", "Open balance", "Fee",
         "Interest"),
        (160.5, "甲", "CNY", 3.0, 2.0, "INV1; INV4", 150.0, 10.0, 0.5),
        (7.0, "乙", "CNY", 2.0, 1.0, "INV2", 7.0, 0.0, 0.0),
        (30.0, "甲", "USD", 1.0, 1.0, "INV3", 30.0, 0.0, 0.0),
    )  # fmt: skip


def test_only_what_is_sent():
    send = ((False,), (True,), (True,), (True,))
    assert registry.call("AR_DUNNING_LETTERS", ITEMS, send, "documents") == (
        ("INV2",), ("INV3",), ("INV4",),
    )  # fmt: skip
    assert registry.call("AR_DUNNING_LETTERS", ITEMS, ((False,),) * 4) is None
    assert registry.call("AR_DUNNING_LETTERS", ITEMS, ((True,),)) is VALUE


def test_a_list_that_no_cell_holds_says_that_it_goes_on():
    items = tuple(("甲", None, f"INV{number:06d}", 1.0) for number in range(5000))
    text = registry.call("AR_DUNNING_LETTERS", items, None, "documents")
    assert len(text) <= 32767
    assert text.endswith("; …")
    assert text.startswith("INV000000; INV000001")
    assert registry.call("AR_DUNNING_LETTERS", items) == 5000.0


def test_totals_beyond_a_cell_are_refused():
    assert registry.call("AR_DUNNING_LETTERS", (("甲", None, "A", 9e13),) * 3) is NUM
    assert registry.call("AR_DUNNING_LETTERS", None) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from("xyz"), st.sampled_from(["CNY", "USD"]), st.integers(-(10**9), 10**9)
        ),
        min_size=1,
    )
)
def test_rule_26_one_currency_per_letter_and_nothing_lost(entries):
    items = tuple((who, kind, None, cents / 100) for who, kind, cents in entries)
    table = registry.call("AR_DUNNING_LETTERS", items, None, "*")
    expected = defaultdict(int)
    for who, kind, cents in entries:
        expected[who, kind] += cents
    assert {(row[1], row[2]): round(row[0] * 100) for row in table[1:]} == expected


def test_the_letter_has_the_highest_level_wherever_it_stands():
    rows = tuple(
        ("甲", None, f"D{n}", 10.0, level) for n, level in enumerate((1.0, 3.0, None, 2.0))
    )
    assert registry.call("AR_DUNNING_LETTERS", rows, None, "level") == 3.0
