"""Tables of several parts: on one sheet, on a sheet for each month, printed on several pages."""

from __future__ import annotations

import numpy as np
import pytest

from macros.action import Settings, actions
from macros.layout import serial
from macros.named_periods import is_period, named, siblings
from macros.places import Places
from macros.texts import Refusal
from tests.macros.books import Day, book, codes, read, read_rows, said, sheet, values
from tests.macros.test_mapping import corrected

HEAD = ["单据号", "客户名称", "到期日", "应收金额"]
OPEN = ["单据号", "客户名称", "到期日", "未收金额"]


def bill(document, amount, customer="甲"):
    return [document, customer, Day("2025-06-30"), amount]


def documents(tables):
    return values(tables, "receivables", "document")


@pytest.mark.parametrize(
    ("name", "stem", "start", "end"),
    [
        ("应收2022", "应收", "2022-01-01", "2022-12-31"),
        ("2024年1月", "", "2024-01-01", "2024-01-31"),
        ("应收2024年12月", "应收", "2024-12-01", "2024-12-31"),
        ("2024-02", "", "2024-02-01", "2024-02-29"),
        ("AR 202403", "ar", "2024-03-01", "2024-03-31"),
        ("余额20241231", "余额", "2024-12-31", "2024-12-31"),
        ("2024.6.30", "", "2024-06-30", "2024-06-30"),
        ("2024年一季度", "", "2024-01-01", "2024-03-31"),
        ("Q4 2023", "", "2023-10-01", "2023-12-31"),
        ("2024上半年", "", "2024-01-01", "2024-06-30"),
        ("Jan 2024", "", "2024-01-01", "2024-01-31"),
        ("22年", "", "2022-01-01", "2022-12-31"),
    ],
)
def test_a_name_taken_apart(name, stem, start, end):
    found = named(name)
    assert (found.stem, found.start, found.end) == (stem, serial(start), serial(end))


@pytest.mark.parametrize("name", ["应收", "应收 (2)", "Margin", "Decision", "1年以内", "1-2年"])
def test_a_name_without_a_period(name):
    assert named(name).order == ()
    assert not is_period(name)


@pytest.mark.parametrize(
    ("names", "together"),
    [
        (["应收2022", "应收2023"], True),
        (["1月", "2月"], True),
        (["应收1", "应收2"], True),
        (["应收2022", "回款2023"], False),
        (["应收", "应收 (2)"], False),
        (["应收", "应收2023"], False),
        (["Sheet1", "Sheet2"], False),
    ],
)
def test_sheets_that_belong_together(names, together):
    assert siblings(names) is together


def test_sheets_per_year_are_one_table_with_the_sheet_of_each_row():
    tables = read(
        sheet("应收2023", [HEAD, bill("B1", 20)]), sheet("应收2022", [HEAD, bill("A1", 10)])
    )
    table = tables.found["receivables"]
    assert documents(tables) == ["A1", "B1"]
    assert table.frame["sheet"].tolist() == ["应收2022", "应收2023"]
    assert table.link(1, "amount") == "'应收2023'!D2"
    assert Places(table, "amount").links(np.array([0, 1])).tolist() == [
        "'应收2022'!D2", "'应收2023'!D2",
    ]  # fmt: skip
    assert codes(tables) == ["joined_tables"]


def test_a_column_may_stand_elsewhere_on_another_sheet():
    turned = [["应收金额", "单据号", "到期日", "客户名称"], [20, "B1", Day("2025-06-30"), "甲"]]
    tables = read(sheet("应收2022", [HEAD, bill("A1", 10)]), sheet("应收2023", turned))
    assert values(tables, "receivables", "amount") == [1_000, 2_000]
    assert tables.found["receivables"].link(1, "amount") == "'应收2023'!A2"


def test_sheets_of_other_headings_or_names_are_not_added():
    other = [["单据号", "客户名称", "单据日期", "应收金额"], ["B1", "甲", Day("2025-06-30"), 5]]
    tables = read(sheet("应收2022", [HEAD, bill("A1", 10)]), sheet("应收2023", other))
    assert len(documents(tables)) == 1
    assert codes(tables).count("second_table") == 1
    tables = read(sheet("应收", [HEAD, bill("A1", 10)]), sheet("应收 (2)", [HEAD, bill("A1", 10)]))
    assert documents(tables) == ["A1"]


def test_she_can_leave_one_of_them_out():
    before = book(*(sheet(f"应收{y}", [HEAD, bill(f"D{y}", 1)]) for y in (2022, 2023, 2024)))
    after = read(*before.sheets, corrected(before, {"应收2023": "忽略"}))
    assert documents(after) == ["D2022", "D2024"]
    lines = actions()["map"].run(after, Settings(0)).sheets[0].blocks[0].data
    how = lines.loc[lines["field"].isna() & lines["heading"].isna(), "how"].tolist()
    assert how == [
        "已读取 1 行（2 处合为一张表，这是第 1 处）",
        "按更正忽略",
        "已读取 1 行（2 处合为一张表，这是第 2 处）",
    ]


MONTHS = [
    sheet("2024年1月", [OPEN, bill("A1", 100), bill("A2", 50)]),
    sheet("2024年2月", [OPEN, bill("A1", 70), bill("A3", 30)]),
    sheet("2024年3月", [OPEN, bill("A3", 10)]),
]


@pytest.mark.parametrize(
    ("day", "total"),
    [("2024-01-31", 150.0), ("2024-02-28", 150.0), ("2024-02-29", 100.0), ("2024-05-05", 10.0)],
)
def test_balances_per_month_are_never_added_the_latest_past_one_counts(day, total):
    done = actions()["aging"].run(read(*MONTHS), Settings(serial(day)))
    block = done.sheets[0].blocks[0]
    assert block.data.set_index("key").loc["#total", "total"] == total * 100
    assert done.tie_out == 0
    assert [p.code for p in done.problems].count("state_taken") == 1


def test_balances_per_month_offer_the_last_day_and_know_nothing_before_the_first():
    tables = read(*MONTHS)
    assert tables.parameters["as_of"] == "2024-03-31"
    assert [p.params["last"] for p in tables.problems if p.code == "states_balances"] == [
        "2024年3月"
    ]
    with pytest.raises(Refusal, match="no_state_before"):
        actions()["aging"].run(tables, Settings(serial("2023-12-31")))


def test_documents_that_stand_on_the_next_sheet_again_are_states_too():
    rows = [[HEAD, *(bill(f"A{n}", 10) for n in range(start, start + 4))] for start in (0, 2)]
    tables = read(sheet("2024年1月", rows[0]), sheet("2024年2月", rows[1]))
    assert documents(tables) == ["A2", "A3", "A4", "A5"]
    assert said(tables, "states_again") == [("warning", "D1", "2024年1月、2024年2月")]


def test_tables_side_by_side_of_one_kind_are_read_as_one():
    tables = read_rows(
        [*HEAD, None, *HEAD],
        [*bill("A1", 1), None, *bill("B1", 10)],
        [*bill("A2", 2), None, None, None, None, None],
    )
    assert sorted(documents(tables)) == ["A1", "A2", "B1"]
    table = tables.found["receivables"]
    at = documents(tables).index("B1")
    assert table.link(at, "amount") == "'应收'!I2"
    assert "second_table" not in codes(tables)


def test_the_same_headings_twice_without_a_blank_column_are_two_tables():
    tables = read_rows(HEAD * 2, bill("A1", 1) + bill("B1", 10))
    assert sorted(documents(tables)) == ["A1", "B1"]


def test_tables_side_by_side_of_two_kinds_and_of_one_unknown():
    tables = read_rows(
        [*HEAD, None, "回款日期", "客户名称", "回款金额"],
        [*bill("A1", 1), None, Day("2025-07-01"), "甲", 0.5],
        name="数据",
    )
    assert set(tables.found) == {"receivables", "receipts"}
    tables = read_rows(
        [*HEAD, None, "产品", "单价"], [*bill("A1", 1), None, "水泥", 9],
        [None, None, None, None, None, "沙", 7],
    )  # fmt: skip
    assert documents(tables) == ["A1"]
    assert said(tables, "unknown_sheet") == [("warning", "F1", "F1:G3")]
    assert "note_row" not in codes(tables)


def test_tables_one_below_another_of_one_kind():
    more = ["单据号", "客户名称", "应收金额", "到期日"]
    tables = read_rows(HEAD, bill("A1", 1), [], ["续表"], more, ["B1", "乙", 10, Day("2025-06-30")])
    assert documents(tables) == ["A1", "B1"]
    assert values(tables, "receivables", "amount") == [100, 1_000]
    assert tables.found["receivables"].link(1, "amount") == "'应收'!C6"


def test_a_printed_ledger_with_header_and_sums_on_every_page():
    tables = read_rows(
        ["应收账款明细"],
        HEAD,
        bill("A1", 100),
        bill("A2", 50),
        [None, "本页小计", None, 150],
        [None, "过次页", None, 150],
        ["应收账款明细"],
        HEAD,
        [None, "承前页", None, 150],
        bill("A3", 30),
        [None, "本页小计", None, 30],
        [None, "合计", None, 180],
    )
    assert documents(tables) == ["A1", "A2", "A3"]
    (totals,) = [p for p in tables.problems if p.code == "totals_left_out"]
    assert totals.params == {"n": 5, "tied": 5}
    assert said(tables, "repeated_header") == [("info", "A8", "")]
    assert not any(p.severity != "info" for p in tables.problems)


def test_a_customer_called_like_a_page_is_a_customer():
    tables = read_rows(HEAD, bill("A1", 1, "承前页印刷公司"))
    assert len(documents(tables)) == 1
