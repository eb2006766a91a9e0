"""The registry: what it refuses at import, and what a cell's call becomes."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

import udfs
from udfs import registry
from udfs.declaration import WIZARD_LIMIT, DeclarationError
from udfs.registry import function
from udfs.values import (
    CONTRADICTION,
    MISSING,
    OPTIONAL,
    OR_MISSING,
    Cell,
    CellError,
    CellFaultError,
    Cents,
    CentsList,
    Count,
    DateSerial,
    Day,
    DayList,
    Days,
    ExactCents,
    Flag,
    LabelledCents,
    Lang,
    Number,
    NumberList,
    OneCount,
    OneFlag,
    OneText,
    Rate,
    Steps,
    Text,
    TextList,
    Unit,
    Weights,
    choice,
    label,
    ladder,
)

ROOT = Path(__file__).parents[2]
NA, NUM, VALUE, REF = CellError.NA, CellError.NUM, CellError.VALUE, CellError.REF
JUNE_30 = 45838.0  # 2025-06-30


@pytest.fixture
def call(monkeypatch):
    """Declare a function for this test alone and call it as a cell does."""
    registry.functions()
    monkeypatch.setattr(registry, "_DECLARED", dict(registry._DECLARED))
    monkeypatch.setattr(registry, "_CASES", dict(registry._CASES))

    def call_of(written, *cells, **options):
        registry._DECLARED.pop("AR_TEST", None)
        registry._CASES.pop("AR_TEST", None)
        function("AR_TEST", **options)(written)
        return registry.call("AR_TEST", *cells)

    return call_of


def row(*cells: Cell) -> tuple[tuple[Cell, ...], ...]:
    return (cells,)


def column(*cells: Cell) -> tuple[tuple[Cell, ...], ...]:
    return tuple((cell,) for cell in cells)


# --- functions under test, one for each form -------------------------------------------------


def age(as_of: Day, due: Day) -> Days:
    return as_of - due


def cents(amount: Cents) -> Cents:
    return amount


def exact(amount: ExactCents) -> Cents:
    return amount


def waited(days: Annotated[Days, OPTIONAL], least: Days = 7) -> Days:  # type: ignore[assignment]
    return np.where(days == MISSING, least, days)


def band(days: Days, edges: Annotated[tuple[int, ...], ladder("aging")] = (30,)) -> Count:
    return np.searchsorted(np.array(edges), days)


def basis_of(
    days: Days, basis: Annotated[Literal["due", "document"], choice("aging_basis")] = "due"
) -> Text:
    return np.array([basis] * len(days), dtype=object)


def split(total: Cents, weights: Weights, unit: Unit = 1) -> CentsList:
    del unit
    return (total[:, None] * weights // weights.sum()).astype(np.int64)


class Receipts(NamedTuple):
    receipt_date: Day
    amount: Cents


class Parts(NamedTuple):
    parts: CentsList
    left: Cents


def spread(total: Cents, receipts: Receipts) -> Parts:
    n = len(receipts.amount)
    each = np.tile((total // max(n, 1))[:, None], (1, n))
    return Parts(each, total - each.sum(axis=1))


def colour(level: Count) -> Annotated[NDArray[np.object_], label("status")]:
    names = np.array(["green", "yellow", None], dtype=object)
    return names[level]


def count_all(levels: Annotated[NumberList, OR_MISSING]) -> Count:
    return np.isnan(levels).sum()


# --- declarations ----------------------------------------------------------------------------


def refused(written, name="AR_TEST", **options):
    with pytest.raises(DeclarationError) as caught:
        function(name, **options)(written)
    assert "AR_TEST" not in registry._DECLARED
    return str(caught.value)


def test_a_declared_function_is_untouched(call):
    assert call(age, 10000, 9990) == 10.0
    assert function("AR_TEST")(age) is age
    assert age(10, 3) == 7


def test_an_argument_without_annotation_is_refused():
    def bad(days) -> Days:
        return days

    assert "AR_TEST(days)" in refused(bad)


def test_a_result_without_annotation_is_refused():
    def bad(days: Days):
        return days

    assert "what it gives" in refused(bad)


@pytest.mark.parametrize("word", ["date", "end", "re", "s", "next", "Type", "string"])
def test_a_word_of_vba_is_refused(word):
    space: dict[str, object] = {"Days": Days}
    exec(f"def bad({word}: Days) -> Days: return {word}", space)  # noqa: S102 - seven names, one test
    assert "VBA" in refused(space["bad"])


def test_names_are_ascii_and_short_enough_for_the_wizard():
    def chinese(天数: Days) -> Days:  # noqa: N803, PLC2401 - what the test refuses
        return 天数

    assert "ASCII" in refused(chinese)
    assert "AR_" in refused(age, name="AGE")
    assert "ASCII" in refused(age, name="AR_账龄")
    # Three arguments (field and lang may be added) and 9 + n characters: at most 254.
    space: dict[str, object] = {"Days": Days}
    exec(f"def long({'a' * 243}: Days) -> Days: ...", space)  # noqa: S102 - a very long name
    assert "too long" in refused(space["long"])
    exec(f"def fits({'a' * 242}: Days) -> Days: ...", space)  # noqa: S102 - as above
    function("FITS", category="x", offered=False)(space["fits"])
    del registry._DECLARED["FITS"], registry._CASES["FITS"]


def test_a_name_is_declared_once(call):
    call(age, 1000, 999)
    with pytest.raises(DeclarationError, match="twice"):
        function("AR_TEST")(cents)


def test_every_module_that_declares_is_loaded_and_every_file_was_seen():
    files = [
        path for path in (ROOT / "udfs").glob("*.py") if path.stem not in {"registry", "values"}
    ]
    declaring = {path.stem for path in files if "\n@function(" in path.read_text(encoding="utf-8")}
    assert len(declaring) >= 8
    assert declaring <= {*udfs.NOUNS}
    assert {declared.category for declared in registry.functions(offered=False)} <= {
        *udfs.NOUNS, "calendar",
    }  # fmt: skip


def test_the_replay_functions_are_not_offered_in_cells():
    offered = {declared.name for declared in registry.functions()}
    every = {declared.name for declared in registry.functions(offered=False)}
    assert every - offered == {"COUNT_DAYS", "COUNT_WEEKDAYS", "NETWORKDAYS_PLAIN"}
    assert all(name.startswith("AR_") for name in offered)


def test_a_function_is_found_by_its_name_or_its_case_in_any_letters():
    assert registry.declaration("ar_bucket").case == "AGE_BUCKET"
    assert registry.declaration("age_bucket").name == "AR_BUCKET"
    with pytest.raises(KeyError):
        registry.declaration("AR_NONE")


# --- cells to arrays -------------------------------------------------------------------------


def test_a_cell_gives_a_cell_and_a_range_gives_a_range(call):
    assert call(age, JUNE_30, 45831.0) == 7.0
    assert call(age, JUNE_30, row(45831.0)) == 7.0
    assert call(age, JUNE_30, column(45831.0, 45838.0)) == column(7.0, 0.0)


def test_rows_and_columns_broadcast_and_sizes_that_do_not_fit_are_value(call):
    dues, days = column(45831.0, 45830.0), row(JUNE_30, 45839.0)
    assert call(age, days, dues) == ((7.0, 8.0), (8.0, 9.0))
    assert call(age, column(1000, 1001, 1002), column(999, 998)) is VALUE


def test_a_blank_in_a_required_argument_is_na_and_a_blank_row_stays_blank(call):
    assert call(age, JUNE_30, None) is NA
    assert call(age, JUNE_30) is NA
    assert call(age, JUNE_30, "  ") is NA
    found = call(age, column(JUNE_30, JUNE_30, None), column(45837.0, None, None))
    assert found == column(1.0, NA, None)
    # A single cell is no reason to leave a row blank, nor to fill it.
    assert call(age, JUNE_30, column(45837.0, None)) == column(1.0, None)


def test_the_first_error_cell_wins_before_anything_unreadable_or_blank(call):
    assert call(age, REF, CellError.DIV0) is REF
    assert call(age, "no date", CellError.DIV0) is CellError.DIV0
    assert call(age, None, "no date") is VALUE
    assert call(age, column(JUNE_30, REF), column("x", None)) == column(VALUE, REF)


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("2025-06-30", 45838), ("2025/6/30", 45838), ("2025.6.30", 45838), ("20250630", 45838),
        ("2025年6月30日", 45838), (" 2025-06-30 ", 45838), ("2025-06-30T00:00:00", 45838),
        ("30/6/2025", None), ("6/30/2025", None), ("2025-02-30", None), ("2025-6", None),
        ("2025-06/30", None), ("Jun 30, 2025", None),
    ],
)  # fmt: skip
def test_text_dates_are_iso_and_chinese_forms_only(call, text, serial):
    def same_day(when: Day) -> Day:
        return when

    found = call(same_day, text)
    assert found == serial if serial else found is VALUE
    assert serial is None or isinstance(found, DateSerial)


@pytest.mark.parametrize(("serial", "found"), [(60.0, NUM), (61.0, 61.0), (0.0, NUM), (3e6, NUM)])
def test_serials_that_are_no_date_are_num(call, serial, found):
    def same_day(when: Day) -> Day:
        return when

    assert call(same_day, serial) == found


def test_the_time_of_day_is_cut_off(call):
    assert call(age, JUNE_30 + 0.99, 45837.5) == 1.0


def test_kinds_refuse_what_they_are_not(call):
    assert call(cents, "12 apples") is VALUE
    assert call(cents, True) is VALUE  # noqa: FBT003 - a cell that holds TRUE
    assert call(cents, "¥1,234.005") == 1234.01
    assert call(cents, 1e15) is NUM
    assert call(exact, 100.005) is NUM
    assert call(exact, column(100.005, 100.01, None)) == column(NUM, 100.01, None)


def test_a_blank_optional_argument_is_not_given_and_never_zero(call):
    assert call(waited, None) == 7.0
    assert call(waited, None, 3) == 3.0
    assert call(waited, column(5, None), column(None, None)) == column(5.0, None)
    assert call(waited, column(5, None), column(1, 2)) == column(5.0, 2.0)
    assert call(waited, CellError.NA) is NA


def test_a_flag_option_can_be_false(call):
    def flagged(days: Days, same: OneFlag = True) -> Flag:  # noqa: FBT002 - a cell's order
        return np.full(len(days), same)

    assert call(flagged, 1) is True
    assert call(flagged, 1, False) is False  # noqa: FBT003 - a cell that holds FALSE
    assert call(flagged, 1, "否") is False
    assert call(flagged, 1, 0) is False
    assert call(flagged, 1, 2) is VALUE


def test_options_in_a_range_call_once_for_each_combination(call):
    seen = []

    def spy(days: Days, size: OneCount = 1, note: OneText | None = None) -> Days:
        seen.append((size, note, len(days)))
        return days * size

    assert call(spy, column(1, 2, 3, 4), column(10, 20, 10, None)) == column(10.0, 40.0, 30.0, 4.0)
    assert sorted(seen, key=str) == [(1, None, 1), (10, None, 2), (20, None, 1)]


@pytest.mark.parametrize("edges", ["30/60", "30,60", "60、30", row(30, 60), column(30, 60, None)])
def test_a_ladder_is_a_text_a_scheme_or_a_range(call, edges):
    assert call(band, column(30, 31, 61), edges) == column(0.0, 1.0, 2.0)


def test_a_ladder_that_is_none_is_value(call):
    assert call(band, 91, "standard") == 3.0
    assert call(band, 31) == 1.0
    assert call(band, 1, "no such scheme") is VALUE
    assert call(band, 1, row(30, NA)) is NA


def test_steps_keep_their_order(call):
    def steps_of(level: Number, steps: Steps = (0.9, 0.8)) -> Rate:
        return np.full(len(level), steps[0] - steps[-1])

    assert call(steps_of, 1, "0.6/0.4") == pytest.approx(0.2)
    assert call(steps_of, 1, row(0.5, 0.1)) == pytest.approx(0.4)
    assert call(steps_of, 1, "5%/x") is VALUE


@pytest.mark.parametrize(
    "word", ["document", "按单据日", "Document date", "invoice", "ＤＯＣＵＭＥＮＴ"]
)
def test_a_choice_takes_code_label_and_alias(call, word):
    assert call(basis_of, 1, word) == "document"
    assert call(basis_of, 1, "neither") is VALUE


def test_a_choice_knows_only_the_codes_that_its_function_names(call):
    def only_due(days: Days, basis: Annotated[Literal["due"], choice("aging_basis")]) -> Days:
        del basis
        return days

    assert call(only_due, 1, "到期日") == 1.0
    assert call(only_due, 1, "单据日") is VALUE


# --- lists -----------------------------------------------------------------------------------


def test_a_list_answers_along_its_range(call):
    assert call(split, 100, row(1, 3)) == row(25.0, 75.0)
    assert call(split, 100, column(1, 3)) == column(25.0, 75.0)
    assert call(split, 100, ((1, 1), (1, 1))) == ((25.0, 25.0), (25.0, 25.0))
    assert call(split, 100, "1:3") == row(25.0, 75.0)


def test_several_elements_lie_across_the_list(call):
    assert call(split, column(100, 50), column(1, 3)) == ((25.0, 75.0), (12.5, 37.5))
    assert call(split, row(100, 50), row(1, 3)) == ((25.0, 12.5), (75.0, 37.5))
    assert call(split, column(100, None, REF), row(1, 3)) == (
        (25.0, 75.0), (None, None), (REF, None),
    )  # fmt: skip


def test_trailing_blanks_of_a_list_are_spare_and_gaps_are_missing(call):
    assert call(split, 100, column(1, 3, None)) == column(25.0, 75.0)
    assert call(split, 100, column(1, None, 3)) is NA
    assert call(split, 100, column(1, REF, None)) is REF
    assert call(split, 100, column(None, None)) is NA
    assert call(split, 100, column(1, -3)) is NUM
    assert call(count_all, row(1, None, NA, REF, 2)) == 3.0


def test_dates_and_words_in_a_short_text(call):
    def last(days: DayList, words: TextList | None = None) -> Day:
        return days.max() + (0 if words is None else len(words))

    assert call(last, "2025-06-29、2025-06-30") == 45838.0
    assert call(last, "2025-06-30", "甲,乙") == 45840.0
    assert call(last, "2025-06-30", None) == 45838.0


# --- tables ----------------------------------------------------------------------------------


def test_a_table_goes_by_position_or_by_its_headings(call):
    plain = ((45000, 10), (45001, 20))
    assert call(spread, 100, plain) == column(50.0, 50.0)
    headed = (("收款金额", "备注", "收款日期"), (10, "x", 45000), (20, None, 45001))
    assert call(spread, 100, headed) == column(50.0, 50.0)
    assert call(spread, 100, (("Amount (CNY)", "receipt_date"), (10, 45000))) == 100.0


def test_a_half_matched_heading_is_value_and_so_is_a_wrong_width(call):
    assert call(spread, 100, (("收款金额", "备注"), (10, 45000))) is VALUE
    assert call(spread, 100, ((45000,),)) is VALUE
    assert call(spread, 100, ((45000, 10, 5),)) is VALUE
    assert call(spread, 100, ((45000, 10, None),)) == 100.0
    assert call(spread, 100, (("甲", "乙"), (45000, 10))) is VALUE  # text where a date is asked for


def test_a_blank_table_is_zero_rows_and_blank_rows_are_spare(call):
    assert call(spread, 100, None, "left") == 100.0
    assert call(spread, 100, ((None, None), (None, " ")), "left") == 100.0
    assert call(spread, 100, (("收款日期", "收款金额"), (None, None)), "left") == 100.0
    assert call(spread, 100, ((45000, 10), (None, None), (45001, 10))) == column(50.0, 50.0)


def test_errors_and_blanks_in_a_table(call):
    assert call(spread, 100, ((45000, REF), (NA, 10))) is REF
    assert call(spread, 100, ((45000, None),)) is NA
    assert call(spread, 100, ((45000, "x"),)) is VALUE


# --- answers ---------------------------------------------------------------------------------


def test_a_record_gives_the_field_asked_for(call):
    receipts = ((45000, 10), (45001, 20), (45002, 30))
    assert call(spread, 100, receipts, "left") == 0.01
    assert call(spread, 100, receipts, "no such field") is VALUE
    assert call(spread, 100, receipts, "*") == (
        ("parts", "left"), (33.33, 0.01), (33.33, None), (33.33, None),
    )  # fmt: skip
    assert call(spread, column(100, 50), receipts, "left") == column(0.01, 0.02)
    assert call(spread, column(100, REF), receipts, "*") == (
        ("parts", "left"), ("33.33; 33.33; 33.33", 0.01), (REF, REF),
    )  # fmt: skip
    assert call(spread, NA, receipts, "*") is NA


def test_the_default_field_is_declared(call):
    assert call(spread, 100, ((45000, 10),), field="left") == 0.0
    # It is the first one everywhere: in the headings and in the help.
    assert registry.call("AR_TEST", 100, ((45000, 10),), "*") == (("left", "parts"), (0.0, 100.0))


def test_labels_follow_the_rows_and_the_language_of_the_cell(call):
    assert call(colour, column(0, 1, 2)) == column("绿", "黄", NA)
    assert call(colour, 1, "en") == "Yellow"
    assert call(colour, 1, "fr") is VALUE
    assert registry.declaration("AR_TEST").arguments == ("level", "lang")


def test_field_and_lang_come_last_wherever_the_function_has_them(call):
    def words(days: Days, lang: Lang = "zh", least: Days = 0) -> Parts:  # type: ignore[assignment]
        del lang, least
        return Parts(days[:, None], days)

    call(words, 1)
    assert registry.declaration("AR_TEST").arguments == ("days", "least", "field", "lang")


def test_amounts_by_label_have_a_row_of_headings(call):
    def by_label(total: Cents) -> LabelledCents:
        return LabelledCents(("a", "b"), np.stack([total, total * 2], axis=-1))

    assert call(by_label, 1) == (("a", "b"), (1.0, 2.0))
    assert call(by_label, 1, "b") == 2.0
    assert call(by_label, column(1, REF)) == (("a", "b"), (1.0, 2.0), (REF, REF))
    assert call(by_label, column(1, REF), "b") == column(2.0, REF)
    assert call(by_label, 1, "c") is VALUE


def test_missing_is_na_and_contradiction_is_num(call):
    def marked(amount: Cents) -> Cents:
        return np.array([MISSING, CONTRADICTION, 0], dtype=np.int64)[: len(amount)]

    assert call(marked, column(1, 2, 3)) == column(NA, NUM, 0.0)

    def divided(level: Number) -> Rate:
        return np.array([np.nan, np.inf, -0.0])[: len(level)]

    found = call(divided, column(1, 2, 3))
    assert found == column(NA, NUM, 0.0)
    assert str(found[2][0]) == "0.0"


def test_a_function_can_refuse_a_whole_range_and_a_bug_stays_a_bug(call):
    def refuses(total: Cents) -> Cents:
        del total
        raise CellFaultError(CellError.NUM)

    def breaks(total: Cents) -> Cents:
        raise ZeroDivisionError(total)

    assert call(refuses, 1) is NUM
    with pytest.raises(ZeroDivisionError):
        call(breaks, 1)


def test_wrong_calls_raise(call):
    with pytest.raises(TypeError, match="at most 2"):
        call(age, 1000, 999, 5)
    with pytest.raises(TypeError, match="one length"):
        call(age, ((1.0, 2.0), (3.0,)), 5)
    with pytest.raises(TypeError, match="no cell holds"):
        call(age, object(), 5)


def test_numpy_and_integers_are_cells_too(call):
    assert call(age, np.int64(45838), np.float64(45837.0)) == 1.0
    assert call(age, [[45838], [45839]], 45837) == column(1.0, 2.0)


# --- the command line ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("5%", 0.05), ("-12.5", -12.5), ("true", True), ("#n/a", NA), ("#what", "#what"),
        ("2025-06-30", "2025-06-30"), ("30/60/90", "30/60/90"), ("", None), ("未到期", "未到期"),
        ("1,2;3", ((1.0, 2.0), (3.0, None))), ("2025-05-10,30000", (("2025-05-10", 30000.0),)),
        ('"30,60"', "30,60"),
    ],
)  # fmt: skip
def test_arguments_typed_on_the_command_line(text, cell):
    assert registry.parse_cell(text) == cell


def test_answers_are_written_with_dates_in_iso_form():
    assert registry.render(((DateSerial(45838), 12.5), (NA, None))) == (
        ("2025-06-30", "12.5"), ("#N/A", ""),
    )  # fmt: skip
    assert registry.render(True) == (("TRUE",),)  # noqa: FBT003 - a cell that holds TRUE


# --- texts -----------------------------------------------------------------------------------


def test_every_function_argument_and_field_has_its_words_in_both_languages():
    declared = registry.functions()
    assert len(declared) >= 32
    for known in declared:
        needed = ["", *known.arguments, *(f".{column.name}" for column in known.result.columns)]
        for argument in needed:
            for lang in ("zh", "en"):
                assert registry.wording.text(known.name, argument, lang), (known.name, argument)


def test_the_wizard_holds_every_text_and_every_name():
    path = ROOT / "workbook_templates" / "texts" / "functions.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 100
    assert len({(line["function"], line["argument"]) for line in rows}) == len(rows)
    known = {declared.name: declared for declared in registry.functions()}
    for line in rows:
        assert max(len(line["zh"]), len(line["en"])) <= 255, line
        assert None not in line, line
        if line["function"] != "*":
            declared = known[line["function"]]
            fields = {f".{column.name}" for column in declared.result.columns}
            assert line["argument"] in {"", *declared.arguments, *fields}, line
    for declared in known.values():
        names = declared.arguments
        assert len(names) + sum(map(len, names)) <= WIZARD_LIMIT


def test_help_is_written_in_both_languages():
    assert "到期日" in registry.help("AR_LIMITATION")
    assert "Due date" in registry.help("AR_LIMITATION", "en")


# --- start-up --------------------------------------------------------------------------------


def test_importing_udfs_loads_neither_pandas_nor_a_table():
    code = (
        "import sys, udfs; from udfs import registry\n"
        "assert len(registry.functions()) >= 32\n"
        "assert 'pandas' not in sys.modules\n"
        "assert 'chinese_calendar' not in sys.modules\n"
        "import workbook_templates\n"
        "assert workbook_templates.rows.cache_info().currsize == 0\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
