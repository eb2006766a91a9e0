"""The sample ledger: same seed, same bytes; totals computed once with awk and SQL, typed here."""

import csv
import sqlite3
from importlib.resources import files
from pathlib import Path

import pytest

import workbook_templates
from workbook_templates.sample import generate

TABLES = [
    "receivables",
    "receipts",
    "customers",
    "contracts",
    "targets",
    "phases",
    "settings",
    "contacts",
    "promises",
]


def folder() -> Path:
    return Path(str(files("workbook_templates"))) / "sample"


@pytest.fixture(scope="module")
def sql():
    """The CSV files in SQLite, amounts in cents as `cents`."""
    book = sqlite3.connect(":memory:")
    for name in TABLES:
        with (folder() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
        book.execute(f"create table {name} ({', '.join(header)})")
        marks = ", ".join("?" * len(header))
        book.executemany(f"insert into {name} values ({marks})", lines)
    book.create_function("cents", 1, lambda text: int(text.replace(".", "")))
    book.execute(
        """create view items as
           select document, customer, project, due_date, cents(amount) as cents,
                  cents(amount) - coalesce((select sum(cents(r.amount)) from receipts r
                    where r.document = i.document and r.receipt_date <= '2025-11-20'), 0) as open,
                  julianday('2025-11-20') - julianday(nullif(due_date, '')) as late
           from receivables i where document_date <= '2025-11-20'"""
    )
    yield book
    book.close()


def one(sql, query):
    return sql.execute(query).fetchone()


def test_the_seed_gives_the_same_bytes_again(tmp_path):
    generate.main(tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(f"{name}.csv" for name in TABLES)
    for name in made:
        assert (tmp_path / name).read_bytes() == (folder() / name).read_bytes(), name


def test_the_whole_sample_is_smaller_than_a_megabyte():
    assert sum(path.stat().st_size for path in folder().glob("*.csv")) < 1_000_000


@pytest.mark.parametrize("table", TABLES)
def test_headers_are_field_ids_of_the_schema(table):
    known = {row["field"] for row in workbook_templates.rows("columns") if row["table"] == table}
    header = set(workbook_templates.rows(f"sample/{table}")[0])
    assert header
    assert header <= known


@pytest.mark.parametrize(
    ("table", "rows", "cents"),
    [
        ("receivables", 2500, 235_619_669_54),
        ("receipts", 2071, 181_630_404_49),
        ("targets", 34, 31_286_567_89),
    ],
)
def test_rows_and_sums(sql, table, rows, cents):
    assert one(sql, f"select count(*), sum(cents(amount)) from {table}") == (rows, cents)


@pytest.mark.parametrize(
    ("table", "rows"), [("customers", 120), ("contracts", 160), ("phases", 3), ("settings", 1)]
)
def test_rows_of_the_small_tables(sql, table, rows):
    assert one(sql, f"select count(*) from {table}") == (rows,)


def test_a_quarter_of_what_exists_is_open(sql):
    assert one(sql, "select count(*), sum(cents) from items") == (2371, 221_563_027_09)
    assert one(sql, "select count(*), sum(open) from items where open > 0") == (
        632,
        50_361_211_85,
    )


def test_overdue_on_the_as_of_day(sql):
    query = (
        "select count(*), sum(open), count(distinct customer) from items where open>0 and late>0"
    )
    assert one(sql, query) == (314, 24_232_989_76, 98)


@pytest.mark.parametrize(
    ("first", "last", "rows", "cents"),
    [
        (-999, 0, 312, 25_602_135_27),
        (1, 30, 84, 7_600_844_97),
        (31, 60, 48, 3_861_199_20),
        (61, 90, 45, 3_799_422_14),
        (91, 9999, 137, 8_971_523_45),
    ],
)
def test_every_bucket_is_filled(sql, first, last, rows, cents):
    query = (
        f"select count(*), sum(open) from items where open>0 and late between {first} and {last}"
    )
    assert one(sql, query) == (rows, cents)


@pytest.mark.parametrize(
    ("first", "last", "rows"), [(1, 6, 21), (7, 14, 21), (15, 29, 41), (30, 9999, 231)]
)
def test_every_dunning_level_is_filled(sql, first, last, rows):
    query = f"select count(*) from items where open > 0 and late between {first} and {last}"
    assert one(sql, query) == (rows,)


@pytest.mark.parametrize(
    ("what", "rows", "cents"),
    [
        ("open > 0 and due_date = ''", 6, 526_086_82),  # no due date
        ("cents > 0 and open < 0", 14, -77_720_00),  # over-paid
        ("cents < 0", 17, -235_246_61),  # credit notes
    ],
)
def test_awkward_items_are_there(sql, what, rows, cents):
    assert one(sql, f"select count(*), sum(open) from items where {what}") == (rows, cents)


def test_unapplied_receipts(sql):
    loose = "document not in (select document from receivables)"
    known = "receipt_date <= '2025-11-20'"
    query = f"select count(*), sum(cents(amount)) from receipts where {loose}"
    assert one(sql, query) == (15, 750_100_00)
    assert one(sql, f"{query} and {known}") == (12, 686_900_00)


def test_what_is_dated_later_does_not_exist_yet(sql):
    assert one(sql, "select count(*) from receivables where document_date > '2025-11-20'") == (129,)
    assert one(sql, "select count(*) from receipts where receipt_date > '2025-11-20'") == (127,)


def test_the_sprint_is_that_of_the_sources(sql):
    assert one(sql, "select min(start_date), max(end_date) from targets") == (
        "2025-10-21",
        "2025-12-15",
    )
    assert sql.execute("select start_date, end_date from phases").fetchall() == [
        ("2025-10-20", "2025-10-31"),  # a day before the plan: reported, not copied
        ("2025-11-01", "2025-11-30"),
        ("2025-12-01", "2025-12-15"),
    ]
    collected = "select sum(cents(amount)) from receipts where receipt_date between"
    assert one(sql, f"{collected} '2025-10-21' and '2025-11-20'") == (15_932_867_84,)


def test_old_claims_stand_near_the_end_of_the_limitation_period(sql):
    query = "select due_date from receivables where note = '历史尾款' order by due_date"
    assert [row[0] for row in sql.execute(query)] == [
        "2022-09-30",  # run out on 2025-09-30
        "2022-10-31",  # a letter arrived on 2025-03-12: starts again
        "2022-12-09",  # 19 days left
        "2023-01-30",  # 71 days left; its letter came back
        "2023-04-30",  # 161 days left
    ]


def test_no_firm_is_real_and_no_telephone_rings(sql):
    assert one(sql, "select count(*) from customers where customer_name not like '%示例%'") == (0,)
    assert one(sql, "select count(*) from customers where phone not like '000-0000%'") == (0,)
