"""Actions on a closed book of 20,000 invoices against openpyxl's own load and save of that book.

Ratios of medians in one run; absolute figures are printed, never asserted.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from addin import run
from macros.layout import serial

ROUNDS = 3
INVOICES = 20_000
AS_OF = serial("2025-11-20")
HEADINGS = (
    "单据号", "客户编号", "客户名称", "合同号", "项目", "负责人",
    "单据日期", "到期日", "应收金额", "币种", "是否争议", "备注",
)  # fmt: skip


#: Action → the most that the whole of a run may cost, as a share of openpyxl's load and save.
MOST = {"aging": 0.25, "task-breakdown": 0.5, "dunning": 0.5}
#: 200,000 invoices against 20,000: no more than this beyond ten times the time.
BEYOND_LINEAR = 1.5


def make_ledger(path: Path, invoices: int) -> None:
    """Write a book without formulas: 1 customer to 25 invoices, a receipt to every fourth."""
    chance = random.Random(20251120)  # noqa: S311 - a reproducible ledger, no secret
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("应收")
    sheet.write_row(0, 0, HEADINGS)
    for number in range(invoices):
        customer = chance.randrange(invoices // 25)
        issued = AS_OF - chance.randrange(1, 700)
        who = (f"INV{number:06d}", f"C{customer:04d}", f"客户{customer}", f"HT{customer:04d}")
        whose = (f"项目{customer % 60}", f"负责人{customer % 12}")
        amount = chance.randrange(100, 9_000_000) / 100
        sheet.write_row(number + 1, 0, (*who, *whose, issued, issued + 60, amount, "CNY", "否", ""))
    receipts = book.add_worksheet("回款")
    receipts.write_row(0, 0, ("回款编号", "回款日期", "回款金额", "客户编号", "单据号"))
    for row, number in enumerate(range(0, invoices, 4), 1):
        day = AS_OF - chance.randrange(1, 100)
        receipts.write_row(row, 0, (f"R{number}", day, 10.25, "", f"INV{number:06d}"))
    book.close()


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Path:
    """A book as openpyxl itself saves it, so that both sides read the same file."""
    folder = tmp_path_factory.mktemp("speed")
    make_ledger(folder / "made.xlsx", INVOICES)
    path = folder / "ledger.xlsx"
    openpyxl.load_workbook(folder / "made.xlsx").save(path)
    return path


def median_seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


@pytest.fixture(scope="module")
def load_and_save(ledger: Path, tmp_path_factory) -> float:
    copy = tmp_path_factory.mktemp("copy") / "copy.xlsx"
    seconds = median_seconds(lambda: openpyxl.load_workbook(ledger).save(copy))
    print(f"\nopenpyxl load and save of {INVOICES:,} × {len(HEADINGS)}: {seconds:.2f} s")
    return seconds


def whole_run(book: Path, action: str, out: Path) -> Callable[[], int]:
    """Give the whole command's work: read, compute, write, verify; it gives the rows written."""

    def work() -> int:
        out.unlink(missing_ok=True)
        result = run.run_action(book, action, as_of=AS_OF, out=out)
        assert result.written
        return sum(len(block.data) for block in result.changes.sheets[0].blocks)

    return work


@pytest.mark.parametrize("action", MOST)
def test_an_action_costs_a_share_of_load_and_save(
    action, ledger, load_and_save, tmp_path, monkeypatch
):
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "home"))
    work = whole_run(ledger, action, tmp_path / "out.xlsx")
    rows = work()  # the first run loads modules and rules
    seconds = median_seconds(work)
    ratio = seconds / load_and_save
    print(f"\n{action}: {seconds:.2f} s, {rows:,} rows out, {ratio:.2f} × load and save")
    assert ratio <= MOST[action]


def test_ten_times_the_invoices_cost_little_more_than_ten_times(ledger, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "home"))
    large = tmp_path / "large.xlsx"
    make_ledger(large, 10 * INVOICES)
    for action in MOST:
        small_seconds = median_seconds(whole_run(ledger, action, tmp_path / "small_out.xlsx"))
        large_seconds = median_seconds(whole_run(large, action, tmp_path / "large_out.xlsx"), 1)
        ratio = large_seconds / (10 * small_seconds)
        print(f"\n{action}: {10 * INVOICES:,} in {large_seconds:.1f} s, {ratio:.2f} × linear")
        assert ratio <= BEYOND_LINEAR


def seconds_of(statement: str, after: str) -> float:
    code = (
        f"import {after}, time; start = time.perf_counter(); {statement}; "
        "print(time.perf_counter() - start)"
    )
    # As on a user's machine: the first run compiles, the others find it compiled.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code]
    runs = [
        float(subprocess.run(command, capture_output=True, check=True, env=env).stdout)
        for _ in range(5)
    ]
    return statistics.median(runs)


def test_importing_the_functions_is_cheap_beside_numpy():
    """The target of ``import udfs`` is 50 ms where numpy takes some 100: half of it.

    The nouns load at the first call; all sixty of them together are at most two such imports.
    """
    numpy_seconds = seconds_of("import numpy", after="sys")
    added = seconds_of("import udfs", after="numpy")
    loaded = seconds_of("from udfs import registry; registry.functions()", after="numpy")
    print(
        f"\nimport numpy {numpy_seconds * 1000:.0f} ms, udfs adds {added * 1000:.0f} ms, "
        f"{loaded * 1000:.0f} ms with every function"
    )
    assert added <= 0.5 * numpy_seconds
    assert loaded <= 2 * numpy_seconds
