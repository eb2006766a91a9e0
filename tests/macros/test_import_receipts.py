"""Receipts that a file brings, or implies by the date on which an invoice was settled."""

from __future__ import annotations

from tests.ledgers import book_of
from tests.macros.importing import EMPTY_BOOK, INVOICES, after, file_of, run, values


def test_a_settled_date_is_one_receipt_of_the_full_amount_on_that_day():
    changes = run(book_of(**EMPTY_BOOK), file_of(receivables=INVOICES))
    assert values(changes, "回款", "receipt") == ["R-0000611365", "R-0007900770"]
    assert values(changes, "回款", "receipt_date") == [41289, 41336]
    assert values(changes, "回款", "amount") == [5594, 6174]
    assert values(changes, "回款", "document") == ["0000611365", "0007900770"]
    assert values(changes, "回款", "customer") == ["0379", "8976"]
    assert len(values(changes, "应收", "document")) == 3
    assert "2 笔回款，金额 117.68" in "".join(m.render("zh") for m in changes.messages)


def test_a_part_received_by_the_settled_date_is_not_made_the_whole():
    source = file_of(
        receivables="""
        document|amount|received|settled_date
        A       |100.00|   40.00|2025-06-30
        B       |100.00|    0.00|2025-06-30
        C       |100.00|        |2025-06-30
        D       |100.00|   40.00|
        """
    )
    changes = run(book_of(**EMPTY_BOOK), source)
    assert values(changes, "回款", "document") == ["A", "B", "C"]
    assert values(changes, "回款", "amount") == [4000, 10000, 10000]


def test_left_out_by_heading_the_settled_date_gives_no_receipt():
    source = file_of({"settled_date": "Settled Date"}, receivables=INVOICES)
    changes = run(book_of(**EMPTY_BOOK), source, without="SettledDate")
    assert [append.sheet for append in changes.appends] == ["应收"]
    assert "SettledDate" in changes.messages[0].render("en")


def test_a_date_settled_later_adds_its_receipt_only():
    book = book_of(**EMPTY_BOOK)
    book = after(book, run(book, file_of(receivables=INVOICES)))
    later = INVOICES.replace("65.88|", "65.88|2013-08-08")
    changes = run(book, file_of(receivables=later))
    assert [append.sheet for append in changes.appends] == ["回款"]
    assert values(changes, "回款", "receipt") == ["R-0009231909"]


def test_two_equal_receipts_without_a_number_stay_two_and_come_once():
    book = book_of(receipts="receipt|receipt_date|customer|document|amount")
    source = file_of(
        receipts="""
        receipt_date|customer|amount
        2025-06-30  |甲      |100.00
        2025-06-30  |甲      |100.00
        2025-07-01  |甲      |100.00
        """
    )
    changes = run(book, source)
    assert values(changes, "回款", "amount") == [10000, 10000, 10000]
    again = run(after(book, changes), source)
    assert again.appends == ()
    third = file_of(receipts="receipt_date|customer|amount\n" + "2025-06-30|甲|100.00\n" * 3)
    assert values(run(after(book, changes), third), "回款", "amount") == [10000]


def test_one_receipt_paying_two_invoices_stands_in_two_rows():
    book = book_of(receipts="receipt|receipt_date|document|amount")
    source = file_of(
        receipts="""
        receipt|receipt_date|document|amount
        R1     |2025-06-30  |A      |70.00
        R1     |2025-06-30  |B      |30.00
        """
    )
    changes = run(book, source)
    assert values(changes, "回款", "document") == ["A", "B"]
    assert run(after(book, changes), source).appends == ()


def test_a_receipt_typed_by_hand_is_not_doubled_by_a_settled_date():
    book = book_of(
        receivables="document|customer|due_date|amount\nINV1|甲|2025-06-30|70.00",
        receipts="receipt|receipt_date|document|amount\nB-17|2025-06-28|INV1|70.00",
    )
    source = file_of(
        receivables="document|customer|due_date|amount|settled_date\nINV1|甲|2025-06-30|70.00|2025-06-29"
    )
    changes = run(book, source)
    assert changes.appends == ()
    (found,) = changes.problems
    assert (found.code, found.amount, found.cell) == ("import_paid_otherwise", 7000, "E2")


def test_a_row_whose_amount_contradicts_the_book_implies_no_receipt():
    book = book_of(
        receivables="document|due_date|amount\nINV1|2025-06-30|50.00",
        receipts="receipt|receipt_date|document|amount",
    )
    source = file_of(
        receivables="document|due_date|amount|settled_date\nINV1|2025-06-30|70.00|2025-06-29"
    )
    changes = run(book, source)
    assert changes.appends == ()
    assert [found.code for found in changes.problems] == ["import_conflict"]


def test_a_book_with_its_own_settled_column_and_no_receipts_keeps_the_date_there():
    book = book_of(receivables="document|due_date|amount|settled_date")
    changes = run(book, file_of(receivables=INVOICES))
    assert values(changes, "应收", "settled_date")[:2] == [41289, 41336]
