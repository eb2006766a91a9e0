"""Payment terms: lines that add up whatever the term and the sign, and when they fall due."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.udfs.tables import cents, day, days, iso
from udfs import registry
from udfs.payment_terms import payment_term
from udfs.rules import rule, rules
from udfs.schemes import scheme_rows
from udfs.term_lines import TermLines, lines_of
from udfs.values import CONTRADICTION, MISSING, CellError, CellFaultError

FIELDS = TermLines._fields


def term(*lines):
    """Lines as keyword dictionaries; what is not said is blank."""
    blanks = {
        "value": np.nan,
        "n": MISSING,
        "day": MISSING,
        "times": MISSING,
        "from_previous": False,
    }
    types = {
        "value": np.float64,
        "n": np.int64,
        "day": np.int64,
        "times": np.int64,
        "from_previous": bool,
    }
    return TermLines(
        *(
            np.array(
                [line.get(name, blanks.get(name)) for line in lines], dtype=types.get(name, object)
            )
            for name in FIELDS
        )
    )


def line(kind, value=np.nan, **more):
    return {"kind": kind, "value": value, **more}


def amounts(total, *lines, on="2025-01-15", **options):
    found = payment_term(np.array([cents(total)]), days(on), term(*lines), **options)
    return [f"{part / 100:.2f}" for part in found.amounts[0].tolist()]


def dates(on, *lines, **options):
    found = payment_term(np.array([10000]), days(on), term(*lines), **options)
    return iso(found.due_dates[0])


def cell(total, lines, *more):
    return registry.call("AR_PAYMENT_TERM", total, "2025-01-15", lines, *more)


def field(total, lines, wanted, lang=None, second=None):
    return cell(total, lines, second, *(None,) * 6, wanted, lang)


def test_rule_01_the_last_line_is_the_residual():
    lines = [line("percent", 0.7), line("fixed", 500.0), line("percent", 0.3)]
    assert amounts("1000", *lines) == ["700.00", "500.00", "-200.00"]
    assert amounts("-1000", *lines) == ["-700.00", "-500.00", "200.00"]
    thirds = [line("percent", share) for share in (0.3334, 0.3333, 0.3333)]
    assert amounts("5.47", *thirds) == ["1.82", "1.82", "1.83"]  # each alone: 5.46


def test_rule_01_percent_of_the_total_and_of_what_is_left():
    total = [line("fixed", 200.0), line("percent", 0.5), line("remainder")]
    left = [line("fixed", 200.0), line("percent_left", 0.5), line("remainder")]
    assert amounts("1000", *total) == ["200.00", "500.00", "300.00"]
    assert amounts("1000", *left) == ["200.00", "400.00", "400.00"]


def test_rule_02_equal_parts_are_equal():
    parts = [line("equal")] * 3
    assert amounts("30000", *parts) == ["10000.00"] * 3
    assert amounts("30000", line("equal", times=3)) == ["10000.00"] * 3
    assert amounts("100", *parts) == ["33.34", "33.33", "33.33"]
    typed = [line("percent", share) for share in (0.33334, 0.33333, 0.33333)]
    assert amounts("30000", *typed) == ["10000.20", "9999.90", "9999.90"]
    around = [line("percent", 0.3), line("equal", times=2), line("percent", 0.1)]
    assert amounts("1000", *around) == ["300.00", "300.00", "300.00", "100.00"]


def test_rule_03_the_percent_check_is_decimal():
    shares = [0.5, *[0.0166] * 20, 0.168]
    assert sum(shares) != 1.0  # what a binary check would see
    found = amounts("1000", *(line("percent", share) for share in shares))
    assert found == ["500.00", *["16.60"] * 20, "168.00"]
    with pytest.raises(CellFaultError, match="#NUM!"):
        amounts("1000", line("percent", 0.5), line("percent", 0.4999))


def test_rule_06_the_next_line_counts_from_the_previous_due_date():
    first = line("percent", 0.5, n=45, payment_days="15")
    second = line("remainder", n=30, from_previous=True, payment_days="15")
    assert dates("2025-03-31", first, second) == ["2025-05-15", "2025-06-15"]
    assert dates("2025-03-31", first, {**second, "from_previous": False}) == [
        "2025-05-15", "2025-05-15",
    ]  # fmt: skip
    months = line("equal", times=3, rule="months", n=1, from_previous=True)
    assert dates("2025-01-15", months) == ["2025-02-15", "2025-03-15", "2025-04-15"]


def test_rule_07_never_before_the_document_and_zero_is_one_line():
    assert dates("2025-01-15", line("remainder", n=-30)) == ["2025-01-15"]
    back = line("remainder", rule="net", n=0)
    assert dates("2025-01-26", back, holiday_roll="preceding") == ["2025-01-26"]  # make-up Sunday
    # Saturday 2025-03-01: the working day before it is before the document.
    assert dates("2025-03-01", back, holiday_roll="preceding") == ["2025-03-03"]
    found = payment_term(np.array([0]), days("2025-01-15"), term(*[line("equal", n=30)] * 3))
    assert (found.amounts.tolist(), iso(found.due_dates[0])) == ([[0]], ["2025-01-15"])
    assert found.check.tolist() == ["zero_total"]


def test_a_zero_among_others_has_one_line():
    found = payment_term(
        np.array([0, 300]), days("2025-01-15", "2025-01-15"), term(*[line("equal")] * 3)
    )
    assert found.amounts.tolist() == [[0, MISSING, MISSING], [100, 100, 100]]
    shown = registry.call(
        "AR_PAYMENT_TERM", ((0.0,), (3.0,)), "2025-01-15", "三期等额", *(None,) * 7, "amounts"
    )
    assert shown == ((0.0, None, None), (1.0, 1.0, 1.0))


def test_two_currencies_both_add_up():
    thirds = [line("percent", share) for share in (0.3334, 0.3333, 0.3333)]
    found = payment_term(np.array([547]), days("2025-01-15"), term(*thirds), np.array([3901]))
    assert found.amounts.tolist() == [[182, 182, 183]]
    assert found.second_amounts.tolist() == [[1301, 1300, 1300]]
    fixed = [line("fixed", 500.0), line("remainder")]
    found = payment_term(np.array([100000]), days("2025-01-15"), term(*fixed), np.array([14000]))
    assert found.second_amounts.tolist() == [[7000, 7000]]  # at the rate of the two totals
    yen = payment_term(
        np.array([10000]), days("2025-01-15"), term(line("equal", times=3)), np.array([200000]),
        second_unit=100,
    )  # fmt: skip
    assert yen.second_amounts.tolist() == [[66700, 66700, 66600]]
    opposite = payment_term(
        np.array([100]), days("2025-01-15"), term(line("remainder")), np.array([-5])
    )
    assert opposite.amounts.tolist() == [[CONTRADICTION]]
    assert opposite.second_amounts.tolist() == [[CONTRADICTION]]
    nothing = payment_term(
        np.array([0]), days("2025-01-15"), term(line("remainder")), np.array([-5])
    )
    assert (nothing.amounts.tolist(), nothing.second_amounts.tolist()) == ([[0]], [[-5]])


def test_the_check_names_what_to_look_at():
    plain = [line("percent", 0.5), line("percent", 0.5)]
    against = [line("percent", 0.5), line("fixed", 800.0), line("percent", 0.5)]
    short = [line("percent", 0.5), line("fixed", 100.0)]
    for lines, expected in ((plain, "ok"), (against, "opposite"), (short, "last_line")):
        found = payment_term(np.array([100000]), days("2025-01-15"), term(*lines))
        assert found.check.tolist() == [expected]


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([line("percent", 0.5)], CellError.NUM),
        ([line("percent", 1.5), line("remainder")], CellError.NUM),
        ([line("percent", -0.5), line("remainder")], CellError.NUM),
        ([line("fixed", -1.0), line("remainder")], CellError.NUM),
        ([line("fixed", 0.005), line("remainder")], CellError.NUM),
        ([line("remainder"), line("percent", 0.5)], CellError.NUM),
        ([line("equal"), line("remainder")], CellError.NUM),
        ([line("equal"), line("percent_left", 0.5)], CellError.NUM),
        ([line("equal", 3.0)], CellError.NUM),
        ([line("equal", times=0)], CellError.NUM),
        ([line("equal", times=1001)], CellError.NUM),
        ([line("equal", times=2**53)] * 3, CellError.NUM),
        ([line("percent"), line("remainder")], CellError.NA),
        ([line("remainder", rule="next_month_day", n=1)], CellError.NA),
        ([line("remainder", payment_days="45")], CellError.VALUE),
        ([], CellError.NA),
    ],
)
def test_terms_that_contradict_themselves(lines, error):
    with pytest.raises(CellFaultError) as found:
        lines_of(term(*lines))
    assert found.value.error is error


def test_no_number_of_lines_can_wrap_an_int64():
    assert rule("term_limits", "lines").integer("number") * 2**53 < 2**63


def test_totals_that_are_no_multiple_of_their_unit():
    found = payment_term(np.array([150]), days("2025-01-15"), term(line("remainder")), unit=100)
    assert found.amounts.tolist() == [[CONTRADICTION]]
    assert found.reason("zh").tolist() == [None]


def test_schemes_by_name_in_both_languages():
    assert field(1000.0, "3/7分期", "amounts") == ((300.0,), (700.0,))
    assert field(1000.0, "30/70", "labels", "en") == (("Down payment",), ("Balance",))
    assert field(1000.0, "442分期", "amounts") == ((400.0,), (400.0,), (200.0,))
    assert field(1000.0, "10/60/30", "labels") == (("预付款",), ("进度款",), ("决算款",))
    assert registry.render(field(1000.0, "月结30天", "due_dates")) == (("2025-03-02",),)
    assert registry.render(field(1000.0, "次月25日", "due_dates")) == (("2025-02-25",),)
    assert field(1000.0, "无此方案", "amounts") is CellError.VALUE


def test_every_scheme_of_the_rules_holds_together():
    schemes = [row for row in rules("schemes") if row.cells["table"] == "payment_terms"]
    names = [row.code for row in schemes]
    assert len(names) > 15
    assert {*names} == {row.cells["scheme"] for row in rules("payment_terms")}
    for name in names:
        lines = scheme_rows(TermLines, "payment_terms", name)
        found = payment_term(np.array([100001]), days("2025-01-15"), lines)
        assert found.amounts.sum() == 100001
        assert found.check.tolist() == ["ok"]


def test_rows_check_and_reason_in_a_cell():
    lines = (
        ("名称", "类型", "数值", "到期规则", "天数"),
        ("首付", "总额百分比", "70%", None, None),
        ("定金", "固定金额", 500.0, None, 10.0),
        ("尾款", "总额百分比", "30%", "月结", 30.0),
    )
    assert registry.render(cell(1000.0, lines)) == (
        ("1", "首付", "2025-01-15", "700", ""),
        ("2", "定金", "2025-01-25", "500", ""),
        ("3", "尾款", "2025-03-02", "-200", ""),
    )
    assert field(1000.0, lines, "check") == "有一行与总额方向相反"
    assert field(1000.0, lines, "reason") == (
        "总额1,000.00：首付 总额×70%＝700.00，2025-01-15到期；定金 固定金额500.00，2025-01-25到期；"
        "尾款 余数-200.00，2025-03-02到期"
    )
    assert field(0.0, lines, "reason", "en") == "Total of 0: one line on the document date"


def test_customers_payment_days_and_the_roll():
    found = registry.call(
        "AR_PAYMENT_TERM",
        *(100.0, "2025-08-20", "净30天", None, "每月1日", "following", *(None,) * 4, "due_dates"),
    )
    assert registry.render(found) == (("2025-10-09",),)  # 1 October is a holiday


SHARES = st.integers(0, 10000).map(lambda n: n / 10000)


@st.composite
def terms(draw):
    """Any term that holds together: lines of any kind, the last the rest or a share."""
    lines = []
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["percent", "percent_left", "fixed"]))
        value = draw(SHARES if kind != "fixed" else st.integers(0, 10**6).map(lambda n: n / 100))
        lines.append(line(kind, value))
    if draw(st.booleans()):
        lines = [one for one in lines if one["kind"] != "percent_left"]
        lines += [line("equal", times=draw(st.integers(1, 4)))]
    else:
        lines.append(line("remainder"))
    due = st.fixed_dictionaries(
        {
            "rule": st.sampled_from(["net", "eom_plus", "plus_eom", "months", "months_eom", None]),
            "n": st.integers(0, 90),
            "payment_days": st.sampled_from([None, "5,20", "月末"]),
        }
    )
    return [{**one, **draw(due)} for one in lines]


@given(
    st.integers(-(2**50), 2**50),
    st.integers(0, 2**50),
    terms(),
)
def test_lines_add_up_in_both_currencies(total, other, lines):
    second = -other if total < 0 else other
    found = payment_term(np.array([total]), days("2025-01-15"), term(*lines), np.array([second]))
    if (found.second_amounts == CONTRADICTION).any():
        return  # a fixed amount beyond what a cell holds, at the rate of the two totals
    assert int(found.amounts.sum()) == total
    assert int(found.second_amounts.sum()) == second


@given(
    st.dates().filter(lambda d: 1990 < d.year < 2080),
    terms(),
    st.sampled_from(["none", "following", "modified_following", "preceding"]),
    st.booleans(),
)
def test_due_dates_are_never_before_the_document_and_ascend_in_sequence(on, lines, roll, chained):
    made = [{**one, "from_previous": chained} for one in lines]
    base = day(on.isoformat())
    found = payment_term(np.array([10000]), np.array([base]), term(*made), holiday_roll=roll)
    dates_of = found.due_dates[0]
    assert (dates_of >= base).all()
    if chained:
        assert (np.diff(dates_of) >= 0).all()


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=6), terms())
def test_documents_are_split_as_if_alone(totals, lines):
    together = payment_term(
        np.array(totals), np.full(len(totals), day("2025-01-15")), term(*lines)
    ).amounts
    for total, row in zip(totals, together, strict=True):
        alone = payment_term(np.array([total]), days("2025-01-15"), term(*lines)).amounts[0]
        assert row[row != MISSING].tolist() == alone.tolist()


def test_a_day_of_the_next_month_needs_no_number_of_months():
    blank = (("全额", "余额", None, "次月固定日", None, 25.0),)
    asked = ("AR_PAYMENT_TERM", 100.0, "2025-01-15", blank, None, None, None, None, None, None)
    assert registry.call(*asked, None, "due_dates") == day("2025-02-25")
