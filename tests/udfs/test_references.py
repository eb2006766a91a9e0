"""Document numbers in a bank's text: whole numbers, whatever stands around them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from udfs.references import compared, references


@pytest.mark.parametrize(
    ("text", "documents", "named"),
    [
        ("付 INV2 货款", ["INV1", "INV2"], ["INV2"]),
        ("付INV2货款", ["INV1", "INV2"], ["INV2"]),  # Chinese characters are boundaries
        ("付 INV21 货款", ["INV2"], []),
        ("付XINV2", ["INV2"], []),
        ("付1INV2", ["INV2"], []),
        ("INV2", ["INV2"], ["INV2"]),
        ("inv2，Inv1", ["INV1", "INV2"], ["INV2", "INV1"]),  # in the order of the text
        ("付ＩＮＶ２货款", ["INV2"], ["INV2"]),
        ("付INV2货款", ["ｉｎｖ２"], ["ｉｎｖ２"]),
        ("INV2INV1", ["INV1", "INV2"], []),
        ("INV1/INV2", ["INV1", "INV2"], ["INV1", "INV2"]),
        ("INV1-INV2-INV3", ["INV1", "INV2", "INV3"], ["INV1", "INV2", "INV3"]),
        ("INV1/INV9", ["INV1"], []),  # INV9 is unknown: perhaps a number of its own, perhaps not
        ("INV2-1", ["INV2"], []),
        ("INV2-1", ["INV2", "INV2-1"], ["INV2-1"]),  # the longest counts
        ("HT-INV2", ["INV2"], []),
        ("2024-001", ["2024-001"], ["2024-001"]),
        ("付2024–001款", ["2024-001"], ["2024-001"]),  # a long dash
        ("12024-0011", ["2024-001"], []),
        ("2024-0011", ["2024-001"], []),
        ("12024-001", ["2024-001"], []),
        ("2024-001-2", ["2024-001"], []),
        ("合同2024/15号", ["2024/15"], ["2024/15"]),
        ("INV2-货款", ["INV2"], ["INV2"]),
        ("货款/INV2", ["INV2"], ["INV2"]),
        ("No.INV2.", ["INV2"], ["INV2"]),
        ("1.INV1 2.INV2", ["INV1", "INV2"], ["INV1", "INV2"]),
        ("(INV2)#INV1", ["INV1", "INV2"], ["INV2", "INV1"]),
        ("INV2 INV2", ["INV2"], ["INV2"]),
        ("付2025年货款", ["2025"], []),  # a year, not a document
        ("付300元", ["300"], []),
        ("付300.50", ["300", "50"], []),
        ("付1,300", ["300", "1"], []),
        ("发票300", ["300"], ["300"]),
        ("发票300号", ["300"], ["300"]),
        ("INV  2", ["INV 2"], ["INV 2"]),
        ("", ["INV2"], []),
        ("付INV2货款", [None, "", "INV2"], ["INV2"]),
    ],
)
def test_which_documents_a_text_names(text, documents, named):
    assert [documents[rows[0]] for rows in references(text, documents)] == named


def test_rows_of_one_number_are_found_together():
    assert references("付INV2", ["INV2", "INV1", "inv2"]) == [[0, 2]]


numbers = st.builds(
    "{}{}{}".format,
    st.sampled_from(["INV", "HT", "XS"]),
    st.sampled_from(["", "-"]),
    st.integers(0, 9999),
)


@given(st.lists(numbers, min_size=1, max_size=6, unique=True))
def test_numbers_between_chinese_words_are_all_found(documents):
    text = "付" + "、".join(documents) + "货款"
    assert [documents[rows[0]] for rows in references(text, documents)] == documents


@given(numbers, st.sampled_from(string.ascii_letters + string.digits))
def test_a_letter_or_digit_more_makes_another_number(number, more):
    assert references(f"付{number}{more}款", [number]) == []
    assert references(f"付{more}{number}款", [number]) == []


@given(st.text(max_size=40), st.lists(st.text(max_size=6), max_size=5))
def test_any_text_is_searched_and_what_is_found_stands_in_it(text, documents):
    for rows in references(text, documents):
        assert compared(documents[rows[0]]) in compared(text)


def test_a_long_chain_of_numbers_is_followed_once():
    # The unknown number at its end takes the whole chain along, one by one.
    numbers = [f"INV{n}" for n in range(1, 5001)]
    chain = "-".join(numbers)
    assert len(references(chain, numbers)) == 5000
    assert references(f"{chain}-X9", numbers) == []
    assert references(f"X9-{chain}", numbers) == []
    assert len(references(f"{chain} -X9", numbers)) == 5000
