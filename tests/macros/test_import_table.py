"""Importing a file: every row once, nothing of hers changed, nothing dropped in silence."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.hosts.package.reading import read_file_as_book
from macros import problems
from macros.book import Book, Sheet
from macros.reading import read_tables
from macros.tables import Table, Tables
from macros.texts import Refusal
from tests.ledgers import book_of
from tests.macros.importing import EMPTY_BOOK, INVOICES, after, file_of, run, values


def test_rows_go_below_the_table_with_leading_zeros_kept():
    changes = run(book_of(**EMPTY_BOOK), file_of(receivables=INVOICES), without="settled_date")
    (append,) = changes.appends
    assert (append.sheet, append.after) == ("应收", 1)
    assert append.columns == (1, 2, 3, 4, 5)
    assert append.kinds == ("text", "text", "date", "date", "money")
    assert append.rows["document"].tolist() == ["0000611365", "0007900770", "0009231909"]
    assert append.rows["amount"].tolist() == [5594, 6174, 6588]
    assert append.rows["document_date"].tolist() == [41276, 41300, 41458]
    assert changes.tie_out == 0
    assert changes.problems == ()


def test_imported_twice_stays_once():
    book, source = book_of(**EMPTY_BOOK), file_of(receivables=INVOICES)
    again = run(after(book, run(book, source)), source)
    assert again.appends == ()
    assert again.problems == ()
    assert again.tie_out == 0
    assert "新增 0，已有 3" in dict(again.summary)["应收"]
    assert "新增 0，已有 2" in dict(again.summary)["回款"]


def test_the_same_key_with_other_content_is_listed_and_the_old_kept():
    book = book_of(
        receivables="""
        document  |due_date  |amount
        0000611365|2013-02-01|55.00
        """
    )
    source = file_of(
        receivables="""
        document  |due_date  |amount
        0000611365|2013-02-02|55.94
        """
    )
    changes = run(book, source)
    assert changes.appends == ()
    by_cell = {found.cell: found for found in changes.problems}
    assert set(by_cell) == {"B2", "C2"}
    money = by_cell["C2"]
    assert (money.code, money.severity, money.sheet) == ("import_conflict", "warning", "应收")
    assert money.found == "55.00"
    assert money.params["offered"] == "55.94"
    assert money.params["place"] == "[in.csv]应收!C2"
    assert by_cell["B2"].params["offered"] == "2013-02-02"
    assert "有冲突 1" in dict(changes.summary)["应收"]


def test_a_blank_of_the_file_contradicts_nothing_but_a_new_value_over_a_blank_is_listed():
    book = book_of(customers="customer|customer_name|phone|owner\nC1|甲公司||王五")
    source = file_of(customers="customer|customer_name|phone|owner\nC1|甲公司|0755|")
    (found,) = run(book, source).problems
    assert (found.cell, found.found, found.params["offered"]) == ("C2", "（空）", "0755")


def test_a_blank_flag_says_no():
    book = book_of(receivables="document|amount|disputed\nA|1.00|\nB|1.00|\nC|1.00|yes")
    source = file_of(receivables="document|amount|disputed\nA|1.00|no\nB|1.00|yes\nC|1.00|no")
    found = run(book, source).problems
    assert [(p.cell, p.found, p.params["offered"]) for p in found] == [
        ("C3", "（空）", "是"),
        ("C4", "是", "否"),
    ]


def test_instalments_of_one_invoice_stay_apart_and_a_moved_due_date_is_a_conflict():
    book = book_of(receivables="document|due_date|amount")
    source = file_of(
        receivables="""
        document|due_date  |amount
        INV1    |2025-06-30|70.00
        INV1    |2025-09-30|30.00
        """
    )
    changes = run(book, source)
    assert values(changes, "应收", "amount") == [7000, 3000]
    moved = file_of(
        receivables="document|due_date|amount\nINV1|2025-06-30|70.00\nINV1|2025-10-31|30.00"
    )
    again = run(after(book, changes), moved)
    assert again.appends == ()
    (found,) = again.problems
    assert (found.found, found.params["offered"]) == ("2025-09-30", "2025-10-31")


def test_a_row_repeated_in_the_file_is_imported_once_and_said():
    book = book_of(receivables="document|due_date|amount")
    source = file_of(receivables="document|due_date|amount\n" + "INV1|2025-06-30|70.00\n" * 2)
    changes = run(book, source)
    assert values(changes, "应收", "amount") == [7000]
    (found,) = changes.problems
    assert (found.code, found.severity, found.cell) == ("import_repeated", "info", "A3")
    assert found.sheet == "[in.csv]应收"
    assert changes.tie_out == 0


def test_of_several_sheets_the_last_one_takes_the_rows_and_is_named():
    book = book_of(receivables="document|amount\nA|1.00")
    table = book.found["receivables"]
    second = dataclasses.replace(table.regions[0], sheet="应收2", last_row=9)
    both = Table("receivables", table.frame, (*table.regions, second))
    book = Tables(book.book, {"receivables": both})
    changes = run(book, file_of(receivables="document|amount\nA|1.00\nB|2.00"))
    (append,) = changes.appends
    assert (append.sheet, append.after, append.rows["document"].tolist()) == ("应收2", 9, ["B"])
    assert "应收2" in changes.messages[0].render("zh")


def test_columns_without_a_place_are_named():
    book = book_of(receivables="document|amount", receipts="receipt|receipt_date|document|amount")
    source = file_of(
        {"due_date": "DueDate"}, ("countryCode", "PaperlessBill"), receivables=INVOICES
    )
    told = [message.render("en") for message in run(book, source).messages]
    assert any("countryCode, PaperlessBill" in line for line in told)
    assert any("customer, document_date, DueDate" in line for line in told)


def test_amounts_obey_the_unit_of_her_column():
    book = book_of(receivables="document|amount")
    table = book.found["receivables"]
    region = dataclasses.replace(table.regions[0], scales={"amount": 10_000})
    book = Tables(book.book, {"receivables": Table("receivables", table.frame, (region,))})
    changes = run(book, file_of(receivables="document|amount\nA|123456.78\nB|-0.01"))
    (append,) = changes.appends
    assert append.kinds == ("text", "number")
    assert append.rows["amount"].tolist() == [12.345678, -0.000001]


def test_problems_of_the_files_reading_are_passed_on_with_the_file_named():
    source = file_of(receivables=INVOICES)
    unread = problems.Problem("bad_date", "error", "receivables", "Sheet1", "B7", "31/31/2013")
    source = Tables(source.book, source.found, (unread,))
    (found,) = run(book_of(**EMPTY_BOOK), source).problems
    assert (found.sheet, found.cell, found.source) == (
        "[in.csv]Sheet1",
        "B7",
        "import-table:in.csv",
    )


@pytest.mark.parametrize(
    ("without", "places"), [("", [("f.csv", "C2"), ("f.csv", "D2")]), ("到期日", [("f.csv", "C2")])]
)
def test_how_a_column_was_read_is_told_only_if_it_is_imported(tmp_path, without, places):
    path = tmp_path / "f.csv"
    path.write_text(
        "单据号,客户名称,单据日期,到期日,应收金额\nA1,甲,明天,后天,5\n", encoding="utf-8"
    )
    changes = run(book_of(**EMPTY_BOOK), read_tables(read_file_as_book(path)), without=without)
    assert [(found.sheet, found.cell) for found in changes.problems] == places


def test_the_watson_ledger(shared_data):
    """2,466 invoices of 147,703.18, all settled: as many receipts of the same total."""
    path = shared_data / "invoices" / "WA_Fn-UseC_-Accounts-Receivable.csv"
    source = read_tables(read_file_as_book(path))
    book = book_of(**EMPTY_BOOK)
    changes = run(book, source)
    assert [len(append.rows) for append in changes.appends] == [2466, 2466]
    assert [int(append.rows["amount"].sum()) for append in changes.appends] == [14770318] * 2
    assert values(changes, "应收", "document")[:2] == ["0000611365", "0007900770"]
    told = "".join(message.render("zh") for message in changes.messages)
    assert "countryCode, PaperlessDate, PaperlessBill, DaysToSettle, DaysLate" in told
    again = run(after(book, changes), source)
    assert again.appends == ()
    assert not [found for found in again.problems if found.severity != "info"]
    unpaid = run(book, source, without="SettledDate")
    assert [append.sheet for append in unpaid.appends] == ["应收"]


lines = st.lists(
    st.tuples(
        st.sampled_from(["", "R1", "R2"]),
        st.sampled_from(["2025-06-29", "2025-06-30"]),
        st.sampled_from(["A", "B", ""]),
        st.sampled_from(["1.00", "2.00"]),
    ),
    max_size=8,
)


@given(there=lines, offered=lines)
def test_a_second_import_never_adds_a_row_and_no_money_goes_unnamed(there, offered):
    def table(rows):
        return "receipt|receipt_date|document|amount\n" + "\n".join(map("|".join, rows))

    book, source = book_of(receipts=table(there)), file_of(receipts=table(offered))
    first = run(book, source)
    assert first.tie_out == 0
    assert run(after(book, first), source).appends == ()


@pytest.mark.parametrize(
    ("book", "source", "without", "code"),
    [
        ({"receivables": "document|amount"}, {"receivables": INVOICES}, "", "no_table"),
        (EMPTY_BOOK, {}, "", "nothing_to_import"),
        (EMPTY_BOOK, {"settings": "key|value\nas_of|2025-06-30"}, "", "nothing_to_import"),
        (EMPTY_BOOK, {"receivables": INVOICES}, "SettledDte", "no_such_column"),
        (EMPTY_BOOK, {"receivables": INVOICES}, "amount", "required_column"),
    ],
)
def test_refused(book, source, without, code):
    with pytest.raises(Refusal) as refused:
        run(book_of(**book), file_of(**source), without=without)
    assert refused.value.code == code


def test_a_book_without_the_table_gets_one_with_the_rows_of_the_file():
    changes = run(book_of(), file_of(receivables=INVOICES))
    assert changes.appends == ()
    [sheet] = changes.sheets
    assert (sheet.name, sheet.mark, sheet.blocks[0].table) == ("应收", None, "tbl_receivables")
    data = sheet.blocks[0].data
    assert [column.id for column in sheet.blocks[0].columns] == list(data.columns)
    assert data["document"].tolist() == ["0000611365", "0007900770", "0009231909"]
    assert data["amount"].tolist() == [5594, 6174, 6588]
    # There is no 回款 to take the settled dates: they keep the column that the template has.
    assert data["settled_date"].notna().tolist() == [True, True, False]
    assert data["disputed"].isna().all()
    assert [message.code for message in changes.messages] == ["import.made"]
    assert changes.tie_out == 0


def test_rows_repeated_in_the_file_come_once_into_a_table_that_is_made():
    twice = INVOICES + INVOICES.strip().partition("\n")[2]
    changes = run(book_of(), file_of(receivables=twice), lang="en")
    assert changes.sheets[0].name == "Receivables"
    assert changes.sheets[0].blocks[0].data["amount"].tolist() == [5594, 6174, 6588]


@pytest.mark.parametrize("title", ["应收", "receivables"])
def test_no_second_table_is_made_beside_a_sheet_that_was_not_recognised(title):
    there = Tables(Book("book.xlsx", (Sheet(title, np.array([["钱"]], dtype=object)),)), {})
    with pytest.raises(Refusal) as refused:
        run(there, file_of(receivables=INVOICES))
    assert refused.value.code == "no_table"
