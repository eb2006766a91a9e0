"""The public WA ledger as tables of a book, made with pandas alone; and as rows of a database."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pandas as pd

from macros.book import Book
from macros.tables import Region, Table, Tables

if TYPE_CHECKING:
    from pathlib import Path

PATH = "invoices/WA_Fn-UseC_-Accounts-Receivable.csv"


def _serials(column: pd.Series) -> pd.Series:
    days = pd.to_datetime(column, format="%m/%d/%Y") - pd.Timestamp(1899, 12, 30)
    return days.dt.days.astype("Int64")


def _table(name: str, title: str, frame: pd.DataFrame) -> Table:
    columns = {field: number + 1 for number, field in enumerate(frame.columns)}
    frame = frame.assign(sheet=title, row=range(2, len(frame) + 2))
    return Table(name, frame, (Region(title, 1, 2, len(frame) + 1, columns, {}),))


def wa_tables(shared_data: Path, *, settled: bool = True, copies: int = 1) -> Tables:
    """Give 应收 and, if ``settled``, one receipt per invoice on its settled date."""
    raw = pd.read_csv(shared_data / PATH, dtype=str)
    raw = pd.concat([raw.assign(copy=str(copy)) for copy in range(copies)], ignore_index=True)
    if copies > 1:
        raw["invoiceNumber"] += "-" + raw["copy"]
        raw["customerID"] += "-" + raw["copy"]
    cents = (raw["InvoiceAmount"].astype(float) * 100).round().astype("Int64")
    bills = pd.DataFrame(
        {
            "document": raw["invoiceNumber"].astype(object),
            "customer": raw["customerID"].astype(object),
            "document_date": _serials(raw["InvoiceDate"]),
            "due_date": _serials(raw["DueDate"]),
            "amount": cents,
            "disputed": (raw["Disputed"] == "Yes").astype("boolean"),
        }
    )
    found = {"receivables": _table("receivables", "应收", bills)}
    if settled:
        receipts = bills[["document", "customer", "amount"]].assign(
            receipt_date=_serials(raw["SettledDate"])
        )
        found["receipts"] = _table("receipts", "回款", receipts)
    return Tables(Book("wa.xlsx", ()), found)


def wa_database(shared_data: Path) -> sqlite3.Connection:
    """Give the same CSV as a database: customer, document, issued, due, cents, settled."""
    raw = pd.read_csv(shared_data / PATH, dtype=str)
    base = sqlite3.connect(":memory:")
    base.execute("create table invoice (customer, document, issued, due, cents integer, settled)")

    def iso(text: str) -> str:
        month, day, year = text.split("/")
        return f"{year}-{month:0>2}-{day:0>2}"

    base.executemany(
        "insert into invoice values (?, ?, ?, ?, ?, ?)",
        [
            (
                row.customerID,
                row.invoiceNumber,
                iso(row.InvoiceDate),
                iso(row.DueDate),
                round(float(row.InvoiceAmount) * 100),
                iso(row.SettledDate),
            )
            for row in raw.itertuples()
        ],
    )
    return base
