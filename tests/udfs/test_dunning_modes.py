"""Laws of every mode of dunning, over random ledgers and histories."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.udfs.dunning_cells import item, run, told

DUE = st.integers(45_600, 45_838)
ITEM = st.builds(
    lambda name, due, amount, customer: item(name, float(due), amount, customer),
    st.sampled_from("ABCDEF"), DUE, st.sampled_from([0.0, 0.05, 50.0, 1000.0]),
    st.sampled_from("xy"),
)  # fmt: skip
TOLD = st.builds(
    lambda on, level, name, customer, channel, status: told(
        float(on), level, name, customer, channel=channel, status=status
    ),
    DUE, st.sampled_from([1.0, 2.0, 3.0]), st.sampled_from([None, *"ABCDEF"]),
    st.sampled_from("xy"), st.sampled_from([None, "phone", "letter"]),
    st.sampled_from([None, "draft"]),
)  # fmt: skip
LEDGER = st.lists(ITEM, min_size=1, max_size=5, unique_by=lambda row: (row[0], row[1])).map(tuple)
PAST = st.lists(TOLD, max_size=5).map(lambda found: tuple(found) or None)
POLICY = st.sampled_from(["simple", "ladder", "month_end", "after_reminder", "by_arrears"])


def letters_of(found, on):
    """What a run sent, as rows of the record."""
    documents, customers = found["Document no."], found["Customer"]
    return tuple(
        told(float(on), level, document, customer, channel=channel)
        for document, customer, level, send, channel in zip(
            documents, customers, found["Level"], found["Send"], found["Channel"], strict=True
        )
        if send
    )


@given(LEDGER, PAST, POLICY)
@settings(max_examples=60)
def test_a_second_run_on_the_same_day_changes_nothing(ledger, past, policy):
    first = run(ledger, past, 45_838.0, policy)
    again = run(ledger, (*(past or ()), *letters_of(first, 45_838)) or None, 45_838.0, policy)
    assert not any(again["Send"])
    levels = zip(first["Level"], first["Send"], again["Level"], strict=True)
    assert all(before == after for before, sent, after in levels if sent)


@given(LEDGER, PAST, st.sampled_from(["ladder", "month_end", "after_reminder"]))
@settings(max_examples=60)
def test_a_ladder_climbs_one_step_at_most(ledger, past, policy):
    found = run(ledger, past, 45_838.0, policy)
    for (document, customer, due, *_), level, send in zip(
        ledger, found["Level"], found["Send"], strict=True
    ):
        known = [
            (row[2], row[3])
            for row in past or ()
            if row[0] == customer and row[1] in {None, document}
            and row[4] != "phone" and row[5] is None and row[2] > due
        ]  # fmt: skip
        last = max(known)[1] if known else 0.0
        assert level == min(last, 3.0) + send


@given(DUE, DUE, PAST)
def test_by_arrears_never_falls_as_days_pass(first, second, past):
    early, late = sorted((first, second))
    history = past and tuple(row for row in past if row[2] < 45_600)
    levels = [
        run((item("A", float(due), customer="x"),), history, 45_838.0, "by_arrears")["Level"][0]
        for due in (late, early)
    ]
    assert levels[0] <= levels[1]


@given(LEDGER, PAST, POLICY)
@settings(max_examples=60)
def test_the_account_level_is_the_highest_of_its_items(ledger, past, policy):
    found = run(ledger, past, 45_838.0, policy)
    for row, account in zip(ledger, found["Account level"], strict=True):
        mine = [
            level for other, level in zip(ledger, found["Level"], strict=True) if other[1] == row[1]
        ]
        assert account == max(mine)


@given(LEDGER, PAST, POLICY, st.randoms())
@settings(max_examples=60)
def test_the_order_of_rows_does_not_matter(ledger, past, policy, chance: random.Random):
    def by_item(table, found):
        return {
            row[:3]: answer
            for row, answer in zip(table, zip(*found.values(), strict=True), strict=True)
        }

    mixed, record = list(ledger), list(past or ())
    chance.shuffle(mixed)
    chance.shuffle(record)
    found = run(ledger, past, 45_838.0, policy)
    assert by_item(mixed, run(tuple(mixed), tuple(record) or None, 45_838.0, policy)) == by_item(
        ledger, found
    )
