"""Other eyes: LibreOffice opens what we wrote, and finds the same sheets and values."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest

from addin import run
from macros.template import new_workbook

#: LibreOffice writes extensions of its own, which openpyxl says it does not read.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

NOTE = "答应周五付"


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    path = folder / "样本.xlsx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIKUAN_HOME", str(folder / "home"))
        run.create(path, new_workbook("zh", sample=True), "zh")
        run.run_several(path, ("aging", "dunning", "task-breakdown"))
        _type_a_note(path)
    return path


def _type_a_note(path: Path) -> None:
    workbook = openpyxl.load_workbook(path)
    row, column = _her_cell(workbook["催收清单"])
    workbook["催收清单"].cell(row, column).value = NOTE
    workbook.save(path)


def _her_cell(sheet) -> tuple[int, int]:
    """The first row's cell in her column 备注; the row of ids above tells where it is."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "备注" and str(sheet.cell(cell.row, 2).value):
                return cell.row + 1, cell.column
    raise AssertionError("no 备注")


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


def test_a_book_saved_by_libreoffice_runs_again_and_keeps_her_note(converted, tmp_path):
    path = tmp_path / "book.xlsx"
    shutil.copyfile(converted, path)
    key = openpyxl.load_workbook(path)["催收清单"]
    row, column = _her_cell(key)
    customer = key.cell(row, 1).value
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIKUAN_HOME", str(tmp_path / "home"))
        assert run.run_action(path, "dunning").written
    sheet = openpyxl.load_workbook(path)["催收清单"]
    notes = {sheet.cell(n, 1).value: sheet.cell(n, column).value for n in range(row, row + 5)}
    assert notes[customer] == NOTE


def test_the_same_charts_and_bars_on_sheets_of_hers_are_kept(converted, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIKUAN_HOME", str(tmp_path / "home"))
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(converted) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"_huikuan", b"_another"))
    with zipfile.ZipFile(path) as archive:
        before = {name: archive.read(name) for name in archive.namelist()}
    assert run.run_action(path, "dunning").written
    with zipfile.ZipFile(path) as archive:
        after = {name: archive.read(name) for name in archive.namelist()}
    drawn = ("xl/worksheets/", "xl/charts/", "xl/drawings/")
    kept = [name for name in before if name.startswith(drawn)]
    assert sum(name.startswith("xl/charts/") for name in kept) >= 2
    assert any(b"extLst" in before[name] for name in kept)
    assert {name for name in kept if after[name] != before[name]} == set()
