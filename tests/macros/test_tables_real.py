"""Ledgers and workbooks that nobody here made: ../shared/data."""

from __future__ import annotations

import csv
from pathlib import Path

from macros.book import Book
from macros.reading import read_tables
from tests.macros.books import book, codes, sheet, values

AU = "invoices/au_membership_messy"


def from_csv(path: Path) -> Book:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = [[cell or None for cell in line] for line in csv.reader(lines)]
    return book(sheet(path.stem, rows))


def test_the_american_ledger(shared_data):
    """2,466 invoices; the total is that of the issue, all unpaid: 147,703.18."""
    tables = read_tables(from_csv(shared_data / "invoices/WA_Fn-UseC_-Accounts-Receivable.csv"))
    table = tables.found["receivables"]
    assert len(table) == 2466
    assert int(table.get("amount").sum()) == 14_770_318
    assert table.get("document_date").isna().sum() == 0
    assert (table.get("document_date").min(), table.get("document_date").max()) == (40911, 41610)
    assert codes(tables) == ["date_order_column"] * 3


def test_the_messy_australian_ledger(shared_data):
    tables = read_tables(from_csv(shared_data / AU / "FactInvoice_raw_excerpt.csv"))
    assert values(tables, "receivables", "document")[0] == "INV-1001"
    assert values(tables, "receivables", "document_date")[:2] == [46111, 46093]
    assert values(tables, "receivables", "due_date")[:3] == [46125, 46107, 46040]
    assert values(tables, "receivables", "amount")[:3] == [143_000, 423_500, 3_500]
    assert values(tables, "receivables", "received")[:3] == [0, 423_500, 3_500]
    assert set(codes(tables)) >= {"date_order_mixed", "date_open"}
    assert not any(problem.severity == "error" for problem in tables.problems)


def test_the_australian_customers(shared_data):
    tables = read_tables(from_csv(shared_data / AU / "DimCustomer_raw_excerpt.csv"))
    assert list(tables.found) == ["customers"]
    assert values(tables, "customers", "customer_name")[0] == "Acacia Legal Group"
