"""230 formulas of finance workbooks: right, or left as they were; never wrong without a sign.

``tests/data/recalculation.csv``: the values are typed by hand; ``left`` marks what the engine would
get wrong or does not know, so that it must be found before and listed.
"""

from __future__ import annotations

import csv
import math
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

from addin.hosts.package.container.opening import open_package
from addin.recalculation.recalculate import recalculate
from udfs.values import CellError

DATA = Path(__file__).parents[1] / "data" / "recalculation.csv"
CASES = list(csv.DictReader(DATA.read_text(encoding="utf-8").splitlines()))
COMPUTED = [case for case in CASES if not case["left"]]
LEFT = [case for case in CASES if case["left"]]

INVOICES = (
    ("单据号", "客户", "日期", "金额", "已收", "状态", "税率"),
    ("INV001", "甲公司", 45838, 1000.5, 0, "未收", 0.13),
    ("INV002", "乙公司", 45853, 2000, 500, "部分", 0.13),
    ("INV003", "甲公司", 45869, 300.25, 300.25, "已收", 0.06),
    ("INV004", "丙公司", 45901, 0, None, "未收", 0.09),
    ("INV005", "乙公司", 45931, -150, None, "退款", 0.13),
    ("INV006", None, 45940, 12.345, 0, "未收", 0.03),
    ("INV007", "a*b公司", 45950, 77, 7, "未收", "13%"),
    ("007", "甲公司", 45960, 5, None, "未收", 0.13),
)
DETAILS = (
    ("品名", "数量", "单价"),
    ("甲", 2, 10.5),
    ("乙", "12", 3),
    ("丙", 4, 2.25),
    ("丁", None, 7),
)
NAMES = {"税率": "0.13", "金额区": "应收!$D$2:$D$9", "公式名": "SUM(应收!$D$2:$D$9)*2"}


def book(path: Path, cases: list[dict[str, str]]) -> Path:
    """The book that the formulas are about, each of them in column B of 计算, far apart."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "应收"
    for row in INVOICES:
        sheet.append(row)
    customers = made.create_sheet("客户 档案")
    for row in (("客户", "额度"), ("甲公司", 5000), ("乙公司", 3000)):
        customers.append(row)
    hidden = made.create_sheet("隐藏")
    for row in range(1, 6):
        hidden.cell(row, 1, row)
    hidden.row_dimensions[2].hidden = True
    details = made.create_sheet("表")
    for row in DETAILS:
        details.append(row)
    details.add_table(Table(displayName="明细", ref="A1:C5"))
    formulas = made.create_sheet("计算")
    for name, text in NAMES.items():
        made.defined_names[name] = DefinedName(name, attr_text=text)
    formulas.defined_names["本地率"] = DefinedName("本地率", attr_text="0.5")
    for number, case in enumerate(cases):
        formulas.cell(3 * number + 1, 2, f"={case['formula']}")
    made.save(path)
    return path


def expected(case: dict[str, str]) -> object:
    """Read a typed value: a number, TRUE, an error value, else text; ' before a text of digits."""
    text = case["expected"]
    if text.startswith("'"):
        return text[1:]
    if text in {"TRUE", "FALSE"}:
        return text == "TRUE"
    error = next((one for one in CellError if one.value == text), None)
    if error is not None:
        return error
    try:
        return float(text)
    except ValueError:
        return text


def same(found: object, wanted: object) -> bool:
    if isinstance(found, float) and isinstance(wanted, float):
        return math.isclose(found, wanted, rel_tol=1e-11, abs_tol=1e-9)
    return type(found) is type(wanted) and found == wanted


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """The values of all formulas that are to be computed, by their number."""
    path = book(tmp_path_factory.mktemp("formulas") / "公式.xlsx", COMPUTED)
    with open_package(path) as package:
        found = recalculate(package)
    assert [(one.formula, one.reason, one.detail) for one in found.left] == []
    sheet = next(one for one in found.sheets if one.formulas.name == "计算")
    return {(sheet.formulas.rows[index] - 1) // 3: value for index, value in sheet.values.items()}


@pytest.mark.parametrize("number", range(len(COMPUTED)), ids=[one["formula"] for one in COMPUTED])
def test_a_formula_has_the_value_typed_by_hand(number, computed):
    wanted, found = expected(COMPUTED[number]), computed[number]
    assert same(found, wanted), f"{COMPUTED[number]['formula']}: {found!r}, not {wanted!r}"


def test_what_the_engine_would_get_wrong_is_left(tmp_path):
    with open_package(book(tmp_path / "公式.xlsx", LEFT)) as package:
        found = recalculate(package)
    assert [one.formula for one in found.left] == [case["formula"] for case in LEFT]
    assert not [one for one in found.left if one.reason == "depends"]


def test_there_are_enough_of_every_kind():
    assert len(CASES) > 220
    assert len(COMPUTED) > 200
    kinds = Counter(case["formula"].split("(")[0] for case in CASES)
    for name in ("SUMIFS", "SUMPRODUCT", "VLOOKUP", "TEXT", "ROUND", "DATEDIF", "INDEX"):
        assert kinds[name] > 1


#: Where LibreOffice 7.4 gives another value than Excel, or has no such function.
OTHERWISE = (
    "XLOOKUP", "XMATCH", "FILTER", "UNIQUE", "SORT(", "LET", "AR_", "AGGREGATE", "DAYS(",
    "SQRT(-1)", "IRR", "RANK", "PERCENTILE", "T(5)", "明细", "应收:隐藏", '"a"&1&TRUE',
    'DATEVALUE("2025/6/30")', "COUNTIF(应收!A2:A9,7)", "ROUND(0.285*100,0)", 'SUM(TRUE,"2",3)',
    "1E+15", "123456789012345678",
)  # fmt: skip


def test_libreoffice_agrees_on_what_it_knows(soffice, tmp_path, computed):
    path = book(tmp_path / "公式.xlsx", COMPUTED)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    (tmp_path / "out").mkdir()
    subprocess.run(
        [*command, "--outdir", tmp_path / "out", path], check=True, capture_output=True, timeout=180
    )
    sheet = openpyxl.load_workbook(tmp_path / "out" / path.name, data_only=True)["计算"]
    compared = 0
    for number, case in enumerate(COMPUTED):
        if any(one in case["formula"] for one in OTHERWISE):
            continue
        other, value = sheet.cell(3 * number + 1, 2).value, computed[number]
        ours = value.value if isinstance(value, CellError) else value
        if isinstance(other, int) and not isinstance(other, bool):
            other = float(other)
        assert same(ours, other), f"{case['formula']}: {ours!r}, LibreOffice {other!r}"
        compared += 1
    assert compared > 150
    shutil.rmtree(tmp_path / "profile", ignore_errors=True)
