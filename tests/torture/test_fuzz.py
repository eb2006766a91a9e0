"""Damaged workbooks at random: a message or success, soon, in little memory, the input untouched.

``make test`` takes 60 mutants of small books, ``make torture`` 2,000 of all of them. The seeds are
fixed, so a mutant that fails can be made again: ``tests.torture.mutants.mutant(source, seed)``.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from tests.addin import hostile
from tests.torture import mutants

ROOT = Path(__file__).parents[2]
SHORT, LONG = 60, 2_000
#: Bytes of a book that the short form takes.
SMALL = 16_000


@pytest.fixture
def sources(shared_data, tmp_path, times):
    """Books of others, and two ledgers that actions find tables in."""
    most = times(SMALL, 1 << 30)
    found = [
        path
        for folder in ("fidelity", "workbooks")
        for path in sorted((shared_data / folder).iterdir())
        if path.suffix in {".xlsx", ".xlsm"} and path.stat().st_size < most
    ]
    assert len(found) > 20
    ledger = hostile.written(tmp_path / "账本.xlsx", hostile.parts())
    other = tmp_path / "表.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.title = "应收"
    workbook.active.append(hostile.HEADINGS)
    for number in range(30):
        workbook.active.append([f"N{number}", f"客户{number % 5}", 46023, 46053, "=10*5", "CNY"])
    workbook.create_sheet("回款").append(["回款编号", "回款日期", "回款金额", "单据号"])
    workbook.save(other)
    # Every third mutant is of one of our ledgers: they reach the writer more often.
    return [path for one in found for path in (one, ledger, one, other)]


def run_worker(folder: Path, first: int, last: int, sources: list[Path]) -> list[dict]:
    """Run a worker; where it dies, note it of the mutant that it was at, and go on behind it."""
    told: list[dict] = []
    while first < last:
        command = [sys.executable, "-m", "tests.torture.mutants", str(folder)]
        command += [str(first), str(last), *map(str, sources)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        begun = [line for line in lines if "begun" in line]
        told += [line for line in lines if "result" in line]
        if done.returncode == 0:
            return told
        assert begun, done.stderr
        seed = begun[-1]["begun"]
        told.append(
            {"seed": seed, "how": "?", "seconds": 0.0, "result": "died " + done.stderr[-900:]}
        )
        first = seed + 1
    return told


def test_damaged_workbooks_give_a_message_or_a_result(sources, times, tmp_path, tables):
    count = times(SHORT, LONG)
    workers = min(os.cpu_count() or 1, 4)
    folder = tmp_path / "mutants"
    folder.mkdir()
    edges = [count * number // workers for number in range(workers + 1)]
    with ThreadPoolExecutor(workers) as pool:
        spans = pairwise(edges)
        every = list(pool.map(lambda span: run_worker(folder, *span, sources), spans))
    told = [line for lines in every for line in lines]
    assert sorted(line["seed"] for line in told) == list(range(count))
    counts = Counter(" ".join(str(line["result"]).split()[:2]) for line in told)
    slowest = max(told, key=lambda line: line["seconds"])
    print(f"\n{count} mutants: {dict(counts.most_common())}; slowest {slowest['seconds']} s")  # noqa: T201 - figures of the long form
    if tables is not None:
        rows = [f"| {what} | {number} |" for what, number in counts.most_common()]
        rows += [f"| slowest, seconds of processor time | {slowest['seconds']} |"]
        text = "\n".join(["| outcome | mutants |", "|---|---|", *rows])
        (tables / "fuzz.md").write_text(text + "\n", encoding="utf-8")
    bad = [line for line in told if str(line["result"]).split()[0] not in {"done", "refused"}]
    assert not bad, json.dumps(bad[:5], ensure_ascii=False, indent=1)
    assert slowest["seconds"] < mutants.SECONDS, slowest
    # A fuzz that finds only refusals, or only successes, tests nothing.
    assert counts["done"] > count // 20
    assert len([what for what in counts if what.startswith("refused")]) >= 5


def test_the_same_seed_makes_the_same_damage(sources):
    for seed in range(20):
        one, other = (mutants.mutant(sources[seed], seed) for _ in range(2))
        assert one == other
        assert one[1] != sources[seed].read_bytes()
