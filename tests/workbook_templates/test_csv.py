"""Every data file is well formed: UTF-8, a header, the same number of cells in each line."""

import csv
from importlib.resources import files
from pathlib import Path

import pytest

FOLDER = Path(str(files("workbook_templates")))
FILES = sorted(FOLDER.rglob("*.csv"))


def test_there_are_files():
    assert len(FILES) > 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_each_line_has_a_cell_for_each_heading(path):
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file, strict=True)
    assert len(set(header)) == len(header)
    wrong = [line for line in lines if len(line) != len(header)]
    assert wrong == [], "a comma inside a cell needs quotes"
