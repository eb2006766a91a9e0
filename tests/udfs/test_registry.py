"""The registry: what it refuses at import, what it knows, and how little it loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import udfs
import workbook_templates
from tests.udfs.samples import age, cents
from udfs import registry
from udfs.declaration import DeclarationError
from udfs.registry import function
from udfs.values import Days

ROOT = Path(__file__).parents[2]


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
    categories = {row["code"] for row in workbook_templates.rows("function_categories")}
    assert {declared.category for declared in registry.functions(offered=False)} <= categories


def test_the_replay_functions_are_not_offered_in_cells():
    offered = {declared.name for declared in registry.functions()}
    every = {declared.name for declared in registry.functions(offered=False)}
    assert every - offered == {
        "COUNT_DAYS", "COUNT_WEEKDAYS", "EXPECTED_COLLECTIONS", "NETWORKDAYS_PLAIN", "OPEN_AFTER",
        "PERCENTILE_INC",
    }  # fmt: skip
    assert all(name.startswith("AR_") for name in offered)


def test_a_function_is_found_by_its_name_or_its_case_in_any_letters():
    assert registry.declaration("ar_bucket").case == "AGE_BUCKET"
    assert registry.declaration("age_bucket").name == "AR_BUCKET"
    with pytest.raises(KeyError):
        registry.declaration("AR_NONE")


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
