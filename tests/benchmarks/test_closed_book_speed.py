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

from addin import run
from macros.layout import serial

ROUNDS = 3
INVOICES = 20_000
AS_OF = serial("2025-11-20")
HEADINGS = (
    "单据号", "客户编号", "客户名称", "合同号", "项目", "负责人",
    "单据日期", "到期日", "应收金额", "币种", "是否争议", "备注",
)  # fmt: skip


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("speed") / "ledger.xlsx"
    chance = random.Random(20251120)  # noqa: S311 - a reproducible ledger, no secret
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("应收")
    sheet.append(HEADINGS)
    for number in range(INVOICES):
        customer = chance.randrange(800)
        issued = AS_OF - chance.randrange(1, 700)
        sheet.append(
            (
                f"INV{number:06d}",
                f"C{customer:04d}",
                f"客户{customer}",
                f"HT{customer:04d}",
                f"项目{customer % 60}",
                f"负责人{customer % 12}",
                issued,
                issued + 60,
                chance.randrange(100, 9_000_000) / 100,
                "CNY",
                "否",
                "",
            )
        )
    receipts = book.create_sheet("回款")
    receipts.append(("回款编号", "回款日期", "回款金额", "客户编号", "单据号"))
    for number in range(0, INVOICES, 4):
        receipts.append(
            (f"R{number}", AS_OF - chance.randrange(1, 100), 10.25, "", f"INV{number:06d}")
        )
    book.save(path)
    return path


def median_seconds(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
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


@pytest.mark.parametrize(
    ("action", "most"), [("aging", 2.0), ("task-breakdown", 2.0), ("dunning", 3.0)]
)
def test_an_action_costs_a_small_multiple_of_load_and_save(
    action, most, ledger, load_and_save, tmp_path, monkeypatch
):
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "home"))
    out = tmp_path / "out.xlsx"

    def work():
        out.unlink(missing_ok=True)
        result = run.run_action(ledger, action, as_of=AS_OF, out=out)
        assert result.written

    ratio = median_seconds(work) / load_and_save
    print(f"\n{action}: {ratio:.2f} × load and save")
    assert ratio <= most


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

    The nouns load at the first call; with all of them it stays below numpy's own import.
    """
    numpy_seconds = seconds_of("import numpy", after="sys")
    added = seconds_of("import udfs", after="numpy")
    loaded = seconds_of("from udfs import registry; registry.functions()", after="numpy")
    print(
        f"\nimport numpy {numpy_seconds * 1000:.0f} ms, udfs adds {added * 1000:.0f} ms, "
        f"{loaded * 1000:.0f} ms with every function"
    )
    assert added <= 0.5 * numpy_seconds
    assert loaded <= numpy_seconds
