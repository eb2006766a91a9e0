"""The five Chinese workbooks of ../shared/data: yearly balance books and forms for 账龄分析.

Every figure here was worked out by hand from the sheets as they stand: the closing balance of the
last year laid on the debits of that year, then of the year before, and so on; what is left stands
from before the first year of the book.
"""

from __future__ import annotations

import pytest

from addin.planning import action_of, plan, settings_of
from addin.run import open_book
from macros.action import Settings, actions
from macros.check import describe
from macros.layout import serial
from macros.reading import read_tables
from macros.texts import Message, Refusal
from tests.addin.command import huikuan
from tests.macros.books import codes, said

BOOKS = "workbooks"


def opened(shared_data, name):
    return read_tables(open_book(shared_data / BOOKS / f"{name}.xlsx"))


def aged(tables, day=None):
    """Give the bands of the report's 合计, in yuan by heading, and what was said."""
    day = day or tables.parameters["as_of"]
    done = actions()["aging"].run(tables, Settings(serial(day)))
    block = done.sheets[0].blocks[0]
    total = block.data[block.data["key"] == "#total"].iloc[0]
    money = {
        column.heading: total[column.id] / 100
        for column in block.columns
        if column.kind == "money" and total[column.id]
    }
    return money, done


@pytest.mark.parametrize(
    ("name", "day", "bands"),
    [
        # Sheets 2014 to 2016, five customers at the end; one customer of 2016 opens with
        # 14,592.72 that no earlier sheet has, of which 12,297.72 are left.
        ("test1", "2016-12-31",
         {"1年以内": 15_535.00, "2-3年": 4_467.80, "3年以上": 267_763.04, "合计": 287_765.84}),
        # Sheets 2013 to 2016; one customer's 678,000 was billed in 2013, where a red entry
        # of the same amount stands with another.
        ("test4", "2016-12-31",
         {"1年以内": 4_199_868.67, "3-4年": 678_000.00, "4年以上": 3_138_003.87,
          "合计": 8_015_872.54}),
        # Sheets 2014 to 2017.
        ("四年应收账款", "2017-12-31",
         {"1年以内": 103_414.22, "1-2年": 3_759_879.46, "4年以上": 3_816_003.87,
          "合计": 7_679_297.55}),
    ],
)  # fmt: skip
def test_a_yearly_balance_book_is_aged_by_first_in_first_out(shared_data, name, day, bands):
    tables = opened(shared_data, name)
    assert tables.parameters["as_of"] == day
    money, done = aged(tables)
    assert money == bands
    assert done.tie_out == 0
    assert [message.code for message in done.messages] == ["as_of_offered"]


def test_the_total_is_that_of_the_closing_balances(shared_data):
    """Summed from the cells of the last sheet, without anything of the product."""
    book = open_book(shared_data / BOOKS / "四年应收账款.xlsx")
    closing = book.sheets[-1].cells[1:, 6]
    assert round(sum(closing), 2) == 7_679_297.55
    assert aged(read_tables(book))[0]["合计"] == round(sum(closing), 2)


def test_an_earlier_day_takes_the_years_that_had_ended(shared_data):
    """3,138,003.87 from before 2013, 963,942.79 and 678,000 of 2013, 1,632,796.75 of 2014."""
    money, done = aged(opened(shared_data, "test4"), "2016-06-30")
    assert money["合计"] == 6_412_743.41
    assert done.tie_out == 0
    money, _ = aged(opened(shared_data, "test4"), "2015-12-31")
    assert money == {
        "1-2年": 1_632_796.75, "2-3年": 1_641_942.79, "3-4年": 3_138_003.87, "合计": 6_412_743.41,
    }  # fmt: skip


def test_before_the_first_year_ended_nothing_is_known(shared_data):
    with pytest.raises(Refusal, match="no_state_before"):
        aged(opened(shared_data, "test4"), "2013-06-30")


def test_an_opening_that_no_earlier_year_has_is_said(shared_data):
    _, done = aged(opened(shared_data, "test1"))
    found = [(p.code, p.sheet, p.cell, p.found, p.params) for p in done.problems]
    assert found == [("opening_differs", "2016", "D6", "14,592.72", {"before": "0.00"})]


@pytest.mark.parametrize("name", ["test4", "四年应收账款"])
def test_books_that_carry_their_balances_forward_have_nothing_to_be_said(shared_data, name):
    _, done = aged(opened(shared_data, name))
    assert done.problems == ()


@pytest.mark.parametrize(
    ("name", "sheet", "years", "last"),
    [("账龄模板_mould4", "Sheet1", 4, "P"), ("账龄模板_mould5", "应收", 5, "S")],
)
def test_an_empty_form_is_known_for_what_it_is(shared_data, name, sheet, years, last):
    """客户名称, 期初余额, debit and credit for each year, 期末余额, the bands; no row."""
    tables = opened(shared_data, name)
    (region,) = tables.found["balances"].regions
    assert (region.sheet, region.header_row) == (sheet, 6)
    assert len(region.columns) == 3 + 2 * years + years + 1
    assert region.columns["customer_name"] == 1
    assert region.columns["opening"] == 2
    assert region.columns["debit"] == 3
    assert region.columns[f"credit_{years}"] == 2 + 2 * years
    assert region.columns["closing"] == 3 + 2 * years
    assert region.columns[f"over_{years}"] == ord(last) - 64
    assert said(tables, "no_rows") == [("info", "A6", "")]
    assert not any(problem.severity == "error" for problem in tables.problems)
    money, done = aged(tables, "2024-12-31")
    assert money == {}
    assert done.nothing == Message("aging.blank_form")
    assert done.sheets[0].lead == "这是空白模板，没有数据可算"
    assert (done.messages, done.summary) == ((), ())
    headings = [column.heading for column in done.sheets[0].blocks[0].columns]
    assert f"{years}年以上" in headings


@pytest.mark.parametrize(
    "name", ["test1", "test4", "四年应收账款", "账龄模板_mould4", "账龄模板_mould5"]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_map_and_check_list_them(shared_data, name, lang):
    tables = opened(shared_data, name)
    for action in ("map", "check"):
        (content,) = actions()[action].run(tables, Settings(0, lang)).sheets
        assert content.notes
    data = actions()["map"].run(tables, Settings(0, lang)).sheets[0].blocks[0].data
    title = "余额表" if lang == "zh" else "Balances"
    assert set(data["table"]) == {title}
    assert data["field"].notna().sum() > 6


def test_an_aged_receivables_report_without_data_holds_no_money(shared_data):
    """Microsoft's layout: pivots, and a query whose only row is a placeholder of zeros."""
    tables = opened(shared_data, "AgedAccountsReceivableExcel")
    assert int(tables.found["receivables"].get("amount").sum()) == 0
    money, done = aged(tables, "2024-12-31")
    assert money == {}
    assert done.nothing == Message("aging.placeholders")


def test_a_czech_report_of_advances_is_not_taken_for_anything(shared_data):
    tables = opened(shared_data, "SalesAdvanceLetters")
    assert tables.found == {}
    assert set(codes(tables)) == {"unknown_sheet"}


@pytest.mark.parametrize(
    ("day", "code", "advice"),
    [
        ("2024-12-31", "balances_end", "余额表最后一期为 2017-12-31，基准日在其后；"),
        ("2017-06-30", "period_not_ended",
         "2017-01-01 至 2017-12-31 的变动未计（期末在基准日之后）；余额为 2016-12-31 的；"),
    ],
)  # fmt: skip
def test_a_day_that_no_period_ends_on_is_warned_of(shared_data, day, code, advice):
    _, done = aged(opened(shared_data, "四年应收账款"), day)
    (found,) = done.problems
    last = "2017-12-31" if code == "balances_end" else "2016-12-31"
    assert (found.code, found.severity, found.sheet, found.found) == (
        code,
        "warning",
        last[:4],
        last,
    )
    assert describe(found, "zh")[2].startswith(advice)
    assert last in describe(found, "en")[2]


def test_the_day_of_the_book_is_told_only_where_it_is_used(shared_data):
    tables = opened(shared_data, "四年应收账款")
    aging = action_of("aging", {})
    for day in (None, serial("2024-12-31"), serial("2017-12-31")):
        asked = settings_of(aging, tables, day, {}, "zh", None, ())
        changes, problems = plan(aging, tables, asked, (), "zh")
        told = [one.code for one in (*problems, *changes.messages) if one.code == "as_of_offered"]
        assert len(told) == (2 if day is None else 0)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "这是空白模板，没有数据可算"),
        ("en", "This is a blank form: there is nothing to compute"),
    ],
)
def test_the_terminal_and_the_log_say_first_that_a_form_is_blank(
    shared_data, tmp_path, monkeypatch, lang, said
):
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path))
    form = str(shared_data / BOOKS / "账龄模板_mould4.xlsx")
    arguments = ["run", "aging", form, "--as-of", "2024-12-31", "--preview", "--lang", lang]
    assert huikuan(*arguments).output.splitlines()[0] == said
    tables = opened(shared_data, "账龄模板_mould4")
    asked = Settings(serial("2024-12-31"), lang)
    changes, _ = plan(action_of("aging", {}), tables, asked, (), lang)
    assert said in str(changes.sheets[-1].blocks[0].data["result"].iloc[-1])
