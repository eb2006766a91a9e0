"""The dunning list of a ledger of 2,466 invoices, against SQL; and how long it takes."""

import time

from macros.dunning import dunning
from tests.ledgers import at
from tests.macros.dunning_books import run
from tests.macros.wa_ledger import wa_database, wa_tables


def test_wa_overdue_equals_sql(shared_data):
    base = wa_database(shared_data)
    for day, settled in (("2013-06-30", True), ("2013-12-31", False)):
        expected = dict(
            base.execute(
                "select customer, sum(cents) from invoice where due < :day and issued <= :day"
                " and (:unpaid or settled > :day) group by customer",
                {"day": day, "unpaid": not settled},
            )
        )
        block = run(wa_tables(shared_data, settled=settled), day).sheets[0].blocks[0]
        customers = block.data[(block.levels == 0) & block.data["seq"].notna()]
        found = dict(zip(customers["key"], customers["overdue"], strict=True))
        assert found == expected


def test_wa_unpaid_fills_every_level(shared_data):
    block = run(wa_tables(shared_data, settled=False), "2013-12-31").sheets[0].blocks[0]
    items = block.data[block.levels == 1]
    late = "cast(julianday('2013-12-31') - julianday(due) as integer)"
    expected = wa_database(shared_data).execute(
        f"select sum({late} <= 0), sum({late} between 1 and 6), sum({late} between 7 and 14),"
        f" sum({late} between 15 and 29), sum({late} >= 30) from invoice"
    )
    found = [int(items["level"].isna().sum()), *((items["level"] == n).sum() for n in range(4))]
    assert found == list(next(expected)) == [9, 26, 19, 60, 2352]


def test_twenty_thousand_items_take_well_under_a_second(shared_data):
    book = wa_tables(shared_data, settled=False, copies=9)
    dunning(book, at("2013-12-31"))
    seconds = []
    for _ in range(3):
        # Time of this process: the machine may be busy with other things.
        start = time.process_time()
        dunning(book, at("2013-12-31"))
        seconds.append(time.process_time() - start)
    assert min(seconds) < 1
