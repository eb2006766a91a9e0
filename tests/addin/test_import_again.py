"""A file that brings nothing leaves the book alone."""

from pathlib import Path

import openpyxl

from addin.run import run_action
from tests.addin.command import huikuan

HEAD = "单据号,客户名称,单据日期,到期日,应收金额"


def offered(tmp_path: Path, amount: str) -> Path:
    path = tmp_path / "新发票.csv"
    lines = [
        "N1,丙公司,2026-03-01,2026-03-31,10.00",
        f"INV003,甲公司,2026-03-01,2026-03-31,{amount}",
    ]
    path.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
    return path


def test_a_file_imported_twice_is_not_written_twice(book, tmp_path):
    file = offered(tmp_path, "300.25")
    first = run_action(book, "import-table", inputs_file=file)
    assert first.written
    after = book.read_bytes()
    stamp = book.stat().st_mtime_ns
    again = run_action(book, "import-table", inputs_file=file)
    assert (again.written, again.backup, again.exit_code) == (False, None, first.exit_code)
    assert [each.render("zh") for each in again.messages] == ["没有新行，文件未改动"]
    assert (book.read_bytes(), book.stat().st_mtime_ns) == (after, stamp)
    said = huikuan("import-table", file, book).output
    assert "没有新行，文件未改动" in said
    assert "已写入" not in said
    # Undo takes back the first import: the second was no step.
    assert "N1" not in undone(book)


def undone(book: Path) -> list[object]:
    huikuan("undo", book)
    return [row[0] for row in openpyxl.load_workbook(book)["应收"].iter_rows(values_only=True)]


def test_what_a_file_contradicts_is_listed_and_goes_when_it_is_put_right(book, tmp_path):
    run_action(book, "import-table", inputs_file=offered(tmp_path, "300.25"))
    wrong = offered(tmp_path, "999")
    assert run_action(book, "import-table", inputs_file=wrong).written
    right = offered(tmp_path, "300.25")
    assert run_action(book, "import-table", inputs_file=right).written
    assert not run_action(book, "import-table", inputs_file=right).written
