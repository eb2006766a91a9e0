"""The effective value of a setting: option, else 参数, else default; any spelling, or refused."""

from __future__ import annotations

import pytest

from macros import settings as known
from macros.action import Settings
from macros.book import Book
from macros.dunning import dunning
from macros.tables import Tables
from macros.task_breakdown import task_breakdown
from macros.texts import Refusal
from tests.ledgers import at, book_of


def tables(**parameters):
    return Tables(Book("b.xlsx", ()), {}, parameters=parameters)


def asked(**options):
    return Settings(46203, options=options)


def test_option_over_workbook_over_default():
    assert known.setting(tables(), asked(), "unit") == "yuan"
    assert known.setting(tables(unit="wan"), asked(), "unit") == "wan"
    assert known.setting(tables(unit="wan"), asked(unit="元"), "unit") == "yuan"
    assert known.setting(tables(unit="wan"), asked(unit=" "), "unit") == "wan"
    assert known.setting(tables(), asked(显示单位="Ten thousand"), "unit") == "wan"


@pytest.mark.parametrize(
    ("key", "typed", "expected"),
    [
        ("as_of", "2026年6月30日", "2026-06-30"), ("as_of", "46203", "2026-06-30"),
        ("aging_basis", "按单据日", "document"), ("aging_basis", "Document date", "document"),
        ("aging_basis", "单据日", "document"), ("aging_basis", "到期日", "due"),
        ("aging_by", "按项目", "project"),
        ("dunning_minimum", "1,000元", "1000"), ("dunning_interval", "7天", "7"),
        ("unscored_risk", "5%", "0.05"), ("unscored_risk", "0.05", "0.05"),
        ("plan", " 冲刺 ", "冲刺"), ("as_of", "", ""),
    ],
)  # fmt: skip
def test_canonical(key, typed, expected):
    assert known.canonical(key, typed) == expected


@pytest.mark.parametrize(
    ("key", "typed"),
    [("as_of", "1/2/2013"), ("as_of", "2026-06-31"), ("unit", "亿"), ("dunning_interval", "7.5"),
     ("dunning_minimum", "很少"), ("unscored_risk", "low")],
)  # fmt: skip
def test_what_is_no_value_is_refused_with_the_setting_named(key, typed):
    with pytest.raises(ValueError, match=key):
        known.canonical(key, typed)
    with pytest.raises(Refusal) as refused:
        known.setting(tables(), asked(**{key: typed}), key)
    assert refused.value.code == "bad_setting_value"
    assert known.schema()[key].zh in refused.value.render("zh")


@pytest.mark.parametrize(
    ("key", "inside", "outside"),
    [
        ("dunning_interval", ("0", "366"), ("-1", "367")),
        ("dunning_minimum", ("0", "1000000000"), ("-0.01", "1000000000.01")),
        ("unscored_risk", ("0", "100%"), ("-1%", "1.01")),
    ],
)
def test_the_bounds_of_a_setting_count_themselves(key, inside, outside):
    for typed in inside:
        assert known.setting(tables(), asked(**{key: typed}), key)
    for typed in outside:
        with pytest.raises(Refusal):
            known.setting(tables(), asked(**{key: typed}), key)


@pytest.mark.parametrize(
    ("key", "typed", "lang", "sentence"),
    [
        ("dunning_interval", "-5", "zh",
         "-5: 不是“最小催收间隔 (dunning_interval)”可以用的值；应为：整天数，0 至 366"),
        ("dunning_interval", "-5", "en",
         ("-5: not a value that “Dunning interval (dunning_interval)” can take; "
          "expected: whole days, 0 to 366")),
        ("unit", "亿", "zh", "亿: 不是“显示单位 (unit)”可以用的值；应为：元 / 万元"),
        ("as_of", "1/2/2013", "zh",
         "1/2/2013: 不是“基准日 (as_of)”可以用的值；应为：日期，如 2026-06-30"),
    ],
)  # fmt: skip
def test_a_refusal_names_setting_found_and_expected(key, typed, lang, sentence):
    with pytest.raises(Refusal) as refused:
        known.setting(tables(), asked(**{key: typed}), key)
    assert refused.value.render(lang) == sentence


def test_every_number_has_bounds_and_every_default_is_a_value():
    for setting in known.schema().values():
        assert (setting.least is None) == (setting.kind not in {"days", "money", "rate"})
        assert known.canonical(setting.key, setting.default) == setting.default


def test_typed_values():
    run = asked(as_of="2026-06-30", dunning_minimum="12.345", unscored_risk="5%")
    assert known.day_setting(tables(), run, "as_of") == 46203
    assert known.day_setting(tables(), asked(), "as_of") is None
    assert known.cents_setting(tables(), run, "dunning_minimum") == 1_235
    assert known.rate_setting(tables(), run, "unscored_risk") == 0.05
    assert known.rate_setting(tables(), asked(), "unscored_risk") is None
    assert known.days_setting(tables(), asked(), "dunning_interval") == 7


def test_lists_of_dates():
    run = asked(firm_days_off="2026/5/2，2026-05-01, 2026年5月2日")
    assert known.dates_setting(tables(), run, "firm_days_off") == (46143, 46144)
    assert known.dates_setting(tables(), asked(), "firm_days_off") == ()
    with pytest.raises(Refusal):
        known.dates_setting(tables(), asked(firm_days_off="五一"), "firm_days_off")


@pytest.mark.parametrize("action", [dunning, task_breakdown])
def test_a_day_that_is_both_off_and_worked_is_refused_by_every_action(action):
    book = book_of(receivables="document|due_date|amount\nA|2025-09-01|400.00")
    run = at("2025-09-30", firm_days_off="2025-10-01", firm_workdays="2025-10-01")
    with pytest.raises(Refusal) as refused:
        action(book, run)
    assert refused.value.code == "firm_days_clash"
    assert "2025-10-01" in refused.value.render("zh")


@pytest.mark.parametrize(
    ("typed", "expected"), [("standard", (30, 60, 90)), ("10/20", (10, 20)), ("7、15", (7, 15))]
)
def test_ladders(typed, expected):
    run = asked(aging_scheme=typed)
    assert known.ladder_setting(tables(), run, "aging_scheme", "aging") == expected


@pytest.mark.parametrize("typed", ["nonsense", "30/30", "0/30"])
def test_a_ladder_that_is_none_is_refused(typed):
    with pytest.raises(Refusal):
        known.ladder_setting(tables(), asked(aging_scheme=typed), "aging_scheme", "aging")
