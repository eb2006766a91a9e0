"""Recalculation against the second engine and against openpyxl's load and save of the same book.

Ratios in one run; absolute figures are printed, never asserted.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import openpyxl

from addin.hosts.package.container.opening import open_package
from addin.recalculation.command import recalc_book
from addin.recalculation.recalculate import recalculate
from addin.recalculation.verification import compare

HEADINGS = (
    "单据号", "客户", "单据日期", "账期", "金额", "已收",
    "到期日", "未收", "逾期天数", "账龄段", "计划本周", "逾期额",
)  # fmt: skip


def plan(path: Path, rows: int, customers: int) -> Path:
    """A plan book: six formulas a row, two of them ours, and three sums for each customer."""
    chance = random.Random(1)  # noqa: S311 - a reproducible book, no secret
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("参数").append(["基准日", 45900])
    sheet = book.create_sheet("应收")
    sheet.append(HEADINGS)
    for row in range(2, rows + 2):
        given = [
            f"INV{row:06d}",
            f"C{chance.randrange(customers):04d}",
            45500 + chance.randrange(400),
        ]
        given += [chance.choice([30, 60, 90]), chance.randrange(10**7) / 100, chance.randrange(100)]
        given += [f"=C{row}+D{row}", f"=ROUND(E{row}-F{row},2)", f"=AR_AGE_DAYS(参数!$B$1,G{row})"]
        given += [f"=AR_BUCKET(I{row})", f"=IF(I{row}>0,ROUND(H{row}*0.25,2),0)"]
        sheet.append([*given, f"=IF(I{row}>0,H{row},0)"])
    sums = book.create_sheet("客户")
    sums.append(["客户", "未收", "逾期", "最大"])
    open_, names = f"应收!$H$2:$H${rows + 1}", f"应收!$B$2:$B${rows + 1}"
    late, days = f"应收!$L$2:$L${rows + 1}", f"应收!$I$2:$I${rows + 1}"
    for number in range(customers):
        key = f"A{number + 2}"
        each = [f"=SUMIFS({open_},{names},{key})", f'=SUMIFS({late},{names},{key},{days},">0")']
        sums.append([f"C{number:04d}", *each, f"=_xlfn.MAXIFS({open_},{names},{key})"])
    book.save(path)
    return path


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def test_at_least_20_times_faster_than_the_second_engine(tmp_path):
    with open_package(plan(tmp_path / "plan.xlsx", 150, 20)) as package:
        found = recalculate(package)
        ours = min(seconds(lambda: recalculate(package)) for _ in range(3))
        other = seconds(lambda: compare(package, found))
    print(f"recalc {ours:.3f} s, formulas {other:.2f} s, {other / ours:.0f} times")
    assert found.computed == 960
    assert other >= 20 * ours


def test_a_plan_book_of_20_000_invoices_against_openpyxl(tmp_path):
    path = plan(tmp_path / "plan.xlsx", 20_000, 1_000)

    def load_and_save() -> None:
        openpyxl.load_workbook(path).save(tmp_path / "copy.xlsx")

    yardstick = seconds(load_and_save)
    start = time.perf_counter()
    done = recalc_book(path, out=tmp_path / "out.xlsx", progress=lambda _what, _share: None)
    ours = time.perf_counter() - start
    print(f"recalc {ours:.1f} s, openpyxl {yardstick:.1f} s, ratio {ours / yardstick:.2f}")
    assert (done.found.computed, done.found.ours, done.found.left) == (123_000, 40_000, [])
    assert ours <= 1.5 * yardstick
