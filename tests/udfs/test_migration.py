"""The migration method: every step of the worked example, and what is odd about the data."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import cents
from udfs import registry
from udfs.migration import YearEnds, allowance_migration, migration_rates
from udfs.values import MISSING, CellError

#: Balances in ten thousands of four year ends; written off by band of the year before; cash.
ENDS = [
    ("2023", [1000, 180, 60, 30], [1100, 200, 81, 70], [0, 0, 2, 3], 5),
    ("2024", [1100, 200, 81, 70], [1200, 231, 90, 110], [0, 4, 0, 10], 6),
    ("2025", [1200, 231, 90, 110], [1300, 240, 104, 150], [0, 0, 0, 0], 8),
]
BALANCES = np.array([cents(text) for text in ("13000000", "2400000", "1040000", "1500000")])


def long_form(ends):
    return tuple(
        (year, *map(float, line), float(cash) if place == len(before) - 1 else None)
        for year, before, after, gone, cash in ends
        for place, line in enumerate(zip(before, after, gone, strict=True))
    )


def table(ends):
    year, opening, closing, gone, cash = zip(*long_form(ends), strict=True)
    numbers = [np.array(side, dtype=np.float64) for side in (opening, closing, gone, cash)]
    return YearEnds(np.array(year, dtype=object), *numbers)


def close(found, expected):
    return np.abs(np.asarray(found) - expected).max() < 1e-6


def test_the_steps_of_the_worked_example():
    found = allowance_migration(table(ENDS), BALANCES, 1.0, 1.05)
    yearly = [[0.2, 0.45, 0.833333], [0.21, 0.47, 0.691358], [0.2, 0.450216, 0.533333]]
    assert found.yearly.shape == (1, 3, 3)
    assert close(found.yearly[0], yearly)
    assert close(found.average, [0.203333, 0.456739, 0.686008])
    assert close(found.hist_loss, [0.06371, 0.313327, 0.686008, 1])
    assert close(found.ecl_rate, [0.066895, 0.328993, 0.720309, 1])
    assert found.by_bucket.tolist() == [
        cents(text) for text in ("869,637.94", "789,583.00", "749,120.99", "1,500,000.00")
    ]
    assert int(found.total) == cents("3,908,341.93")
    assert found.flags.flag.size == 0


def test_ten_percent_proven_recovery_without_a_factor():
    found = allowance_migration(table(ENDS), BALANCES, 0.9)
    assert int(found.total) == cents("3,414,293.08")


def test_rates_cut_to_six_decimals_would_move_the_total_by_1_34():
    rounded = [np.round(year, 6) for year in allowance_migration(table(ENDS), BALANCES).yearly[0]]
    average = [Fraction(str(round(sum(rates), 6))) / 3 for rates in zip(*rounded, strict=True)]
    loss = [Fraction(1)]
    for rate in reversed(average):
        loss.insert(0, rate * loss[0])
    rates = [min(part * Fraction("1.05"), Fraction(1)) for part in loss]
    total = sum(int(b * r + Fraction(1, 2)) for b, r in zip(BALANCES.tolist(), rates, strict=True))
    exact = int(allowance_migration(table(ENDS), BALANCES, 1.0, 1.05).total)
    assert abs(total - exact) == cents("1.34")


def test_in_a_cell_the_years_come_as_lines_and_headings_are_understood():
    heads = ("年度", "上年末余额", "本年末余额", "核销", "收回")
    asked = ("AR_ALLOWANCE_MIGRATION", (heads, *long_form(ENDS)), ((13e6, 2.4e6, 1.04e6, 1.5e6),))
    lines = registry.call(*asked, 1.0, 1.05, "各年迁徙率")
    assert close(lines, [[0.2, 0.45, 0.833333], [0.21, 0.47, 0.691358], [0.2, 0.450216, 0.533333]])
    assert registry.call(*asked, 1.0, 1.05) == 3_908_341.93
    shown = registry.call(*asked, 1.0, 1.05, "*")
    assert shown[0] == (
        "坏账准备合计", "各段坏账准备", "各年迁徙率", "平均迁徙率", "历史损失率",
        "预期信用损失率", "年度", "第几段", "提示", "该段迁徙率", "依据",
    )  # fmt: skip
    assert len(shown) == 5
    assert shown[1][2].startswith("0.2 0.45 0.83333333333333")


def test_too_few_years_are_told_without_a_rate():
    rows = (("2025", 100.0, 90.0), ("2025", 0.0, 25.0))
    flags = registry.call("AR_ALLOWANCE_MIGRATION", rows, ((400.0,), (10.0,)), None, None, "flags")
    assert flags == ((None, None, "平均的年数不足", None),)


def test_a_write_off_is_no_collection():
    found = migration_rates(np.array([100.0, 0, 0]), np.array([0.0, 50, 0]), np.array([20.0, 0, 0]))
    assert found.rates[0] == 0.7
    assert np.isnan(found.rates[1])
    assert found.flags.tolist() == [None, "no_base"]


def test_a_rate_above_one_is_capped_and_flagged_and_exactly_one_is_not():
    found = migration_rates(np.array([100.0, 50, 10]), np.array([200.0, 130, 20]))
    assert (found.rates.tolist(), found.uncapped.tolist()) == ([1.0, 0.2], [1.3, 0.2])
    assert found.flags.tolist() == ["capped", None]
    free = migration_rates(np.array([100.0, 50, 10]), np.array([200.0, 130, 20]), cap=False)
    assert (free.rates.tolist(), free.flags.tolist()) == ([1.3, 0.2], ["capped", None])
    # 0.1 + 0.2 is a little more than 0.3 in binary.
    one = migration_rates(np.array([0.3, 9, 9]), np.array([0.0, 0.1, 10]), np.array([0.2, 0, 0]))
    assert (one.rates[0], one.flags[0]) == (1.0, None)


def test_less_than_nothing_cannot_have_come_into_the_last_band():
    found = migration_rates(np.array([100.0, 50]), np.array([90.0, 20]))
    assert np.isnan(found.rates).all()
    assert found.flags.tolist() == ["negative_inflow"]
    fine = migration_rates(np.array([100.0, 50]), np.array([90.0, 20]), None, 30.0)
    assert (fine.rates.tolist(), fine.flags.tolist()) == ([0.0], [None])


def test_a_credit_balance_counts_as_nothing_and_is_flagged():
    found = migration_rates(np.array([100.0, 50, 10]), np.array([90.0, -5, 15]))
    assert found.rates.tolist() == [0.0, 0.1]
    assert found.flags.tolist() == ["credit_balance", None]


def test_bands_that_do_not_match_and_signs_that_contradict():
    name = "AR_MIGRATION_RATES"
    assert registry.call(name, ((1.0, 2.0),), ((1.0, 2.0, 3.0),)) is CellError.VALUE
    assert registry.call(name, ((1.0,),), ((1.0,),)) is CellError.NA
    assert registry.call(name, ((1.0, 2.0),), ((1.0, 2.0),), ((-1.0, 0.0),)) is CellError.NUM
    assert registry.call(name, ((1.0, 2.0),), ((1.0, 2.0),), None, -1.0) is CellError.NUM
    asked = ("AR_ALLOWANCE_MIGRATION", long_form(ENDS))
    assert registry.call(*asked, ((1.0, 2.0),)) is CellError.VALUE
    four = ((1.0, 2.0, 3.0, 4.0),)
    for last, factor in ((1.1, 1.0), (-0.1, 1.0), (1.0, -1.0)):
        assert registry.call(*asked, four, last, factor) is CellError.NUM
    assert registry.call(asked[0], None, four) is CellError.NA
    many = tuple((f"{n // 2}", 1.0, 1.0, 0.0, 0.0) for n in range(502))
    assert registry.call(asked[0], many, ((1.0, 2.0),)) is CellError.NUM


def test_a_year_without_a_rate_is_left_out_of_the_average():
    ends = [
        ("a", [100, 0, 0], [0, 20, 0], [0, 0, 0], 0),
        ("b", [100, 50, 0], [0, 40, 5], [0] * 3, 0),
    ]
    found = allowance_migration(table(ends), np.array([10_000, 10_000, 0]))
    assert close(found.average, [0.3, 0.1])
    assert close(found.hist_loss, [0.03, 0.1, 1])
    assert found.flags.flag.tolist() == ["no_base", "few_years"]
    assert found.flags.band.tolist() == [2, MISSING]
    never = allowance_migration(table(ends[:1]), np.array([10_000, 0, 500]))
    assert np.isnan(never.hist_loss[:2]).all()
    assert never.by_bucket.tolist() == [MISSING, 0, 500]
    assert int(never.total) == MISSING


def test_the_flags_are_told_in_words():
    ends = [*ENDS, ("2026", [100, 10, 10, 0], [50, 120, 5, 5], [0] * 4, 0)]
    flags = registry.call(
        "AR_ALLOWANCE_MIGRATION",
        long_form(ends),
        ((1.0, 1.0, 1.0, 1.0),),
        None,
        None,
        "flags",
        "en",
    )
    assert flags == (
        ("2026", 1.0, "Rate above 100% taken as 100% (re-dated or netted balances: check)", 1.2),
    )


def test_amounts_of_any_size_give_a_value_or_an_error():
    huge, tiny = 1e300, 1e-300
    found = registry.call("AR_MIGRATION_RATES", ((tiny, 1.0),), ((1.0, huge),), None, None, "no")
    assert found is CellError.NUM
    years = (("a", tiny, 1.0, 0.0, 0.0), ("a", 1.0, huge, 0.0, 0.0))
    assert registry.call("AR_ALLOWANCE_MIGRATION", years, ((100.0, 50.0),)) == 150.0


amounts = st.integers(0, 10**9)


@given(st.lists(st.tuples(amounts, amounts, amounts), min_size=2, max_size=6), amounts)
def test_rates_conserve_what_moved(rows, cash):
    before, after, gone = (np.array(side, dtype=np.float64) for side in zip(*rows, strict=True))
    found = migration_rates(before, after, gone, float(cash), cap=False)
    inflow = after[-1] - (before[-1] - gone[-1] - cash)
    arrived = [*after[1:-1], inflow]
    for rate, base, came, lost in zip(found.rates, before, arrived, gone, strict=False):
        if base > 0 and came + lost >= 0:
            assert rate == float(Fraction(int(came + lost), int(base)))
        else:
            assert np.isnan(rate)


@given(
    st.lists(st.integers(0, 10**9), min_size=3, max_size=3),
    st.integers(0, 100),
    st.integers(0, 200),
    st.integers(0, 200),
)
def test_the_allowance_rises_with_the_factor_and_the_last_loss(balances, last, factor, more):
    ends = [(year, *(side[:3] for side in rest[:3]), rest[3]) for year, *rest in ENDS]
    ends = [
        (year, before, [*after[:2], 200], gone, cash) for year, before, after, gone, cash in ends
    ]
    low = allowance_migration(table(ends), np.array(balances), last / 100, factor / 100)
    high = allowance_migration(
        table(ends), np.array(balances), max(last, 50) / 100, (factor + more) / 100
    )
    assert (low.by_bucket <= high.by_bucket).all()
    assert (high.by_bucket <= balances).all()


def test_cash_beside_another_band_than_the_last_is_not_passed_over():
    def total(first, last):
        rows = (("2025", 100.0, 90.0, None, first), ("2025", 50.0, 70.0, None, last))
        return registry.call("AR_ALLOWANCE_MIGRATION", rows, ((1000.0,), (100.0,)))

    # Inflow 70 − (50 − 5) = 25 of 100.
    assert total(None, 5.0) == total(0.0, 5.0) == 350.0
    assert total(5.0, None) is total(5.0, 5.0) is CellError.NUM


def test_the_reason_says_how_many_years_and_what_adds_up():
    def told(ends, balances, *options):
        cells = tuple((each,) for each in balances)
        asked = ("AR_ALLOWANCE_MIGRATION", ends, cells, None, None, "reason", *options)
        return registry.call(*asked)

    one = (("2025", 1000.0, 1100.0), ("2025", 200.0, 250.0), ("2025", 50.0, 90.0))
    rows = tuple((*row, None, 10.0 if place == 2 else None) for place, row in enumerate(one))
    assert told(rows, (10000.0, 2000.0, 500.0)) == (
        "按1年迁徙率平均：10,000.00×6.25%＋2,000.00×25%＋500.00×100%＝1,625.00"
        "（迁徙率按3至5年平均，年数不足）"
    )
    assert told(rows, (10000.0, -5.0, 0.0), "en") == (
        "Average of 1 year(s): 10,000.00×6.25% = 625.00 "
        "(Migration rates are averaged over 3 to 5 years, too few years)"
    )
    empty = (("2025", 0.0, 1100.0), ("2025", 200.0, 250.0), ("2025", 50.0, 90.0))
    assert told(empty, (10000.0, 0.0, 0.0)) == (
        "第1段没有可用的迁徙率，无法计提，请补充年份（迁徙率按3至5年平均，年数不足）"
    )
    assert told(long_form(ENDS), (0.0, 0.0, 0.0, 100.0)) == (
        "按3年迁徙率平均：100.00×100%＝100.00（迁徙率按3至5年平均）"
    )
