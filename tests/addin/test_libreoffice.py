"""Other eyes: LibreOffice opens what we wrote, and finds the same sheets and values."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from addin import run
from macros.template import new_workbook

#: LibreOffice writes extensions of its own, which openpyxl says it does not read.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    path = folder / "样本.xlsx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIKUAN_HOME", str(folder / "home"))
        run.create(path, new_workbook("zh", sample=True), "zh")
        run.run_several(path, ("aging", "dunning", "task-breakdown"))
    return path


@pytest.fixture(scope="module")
def converted(written: Path, soffice: str, tmp_path_factory) -> Path:
    """The book as LibreOffice saves it after opening it."""
    folder = tmp_path_factory.mktemp("converted")
    source = folder / "in" / "book.xlsx"
    source.parent.mkdir()
    shutil.copyfile(written, source)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx", "--outdir", folder, source]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / "book.xlsx"


def fifteen_digits(value: object) -> object:
    """A number as a spreadsheet shows it at most: LibreOffice saves no more digits."""
    return float(f"{value:.12g}") if isinstance(value, float) else value


def values(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Sheet → rows of values; blank rows and cells at the ends cut, times as they come."""
    found = {}
    for sheet in openpyxl.load_workbook(path, data_only=True).worksheets:
        rows = [tuple(map(fifteen_digits, row)) for row in sheet.iter_rows(values_only=True)]
        cut = [
            row[: max((i + 1 for i, c in enumerate(row) if c is not None), default=0)]
            for row in rows
        ]
        while cut and not cut[-1]:
            cut.pop()
        found[sheet.title] = cut
    return found


def test_libreoffice_finds_the_same_sheets_and_values(written, converted):
    ours, theirs = values(written), values(converted)
    assert list(theirs) == list(ours)
    assert {"账龄", "催收清单", "任务分解", "任务分解汇总", "数据检查", "日志"} <= set(ours)
    for name, rows in ours.items():
        assert theirs[name] == rows, name


def test_libreoffice_keeps_both_charts(converted):
    charts = [chart for sheet in openpyxl.load_workbook(converted) for chart in sheet._charts]
    assert len(charts) == 2
