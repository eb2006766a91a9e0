"""Who has a book open: the files of Excel and LibreOffice as those programs write them."""

import os
from pathlib import Path

import pytest

from addin.owners import owner_of, refuse_if_open
from macros.texts import Refusal


def excel_file(name: str, codepage: str = "gbk") -> bytes:
    """Build what Excel writes: 165 bytes, the name twice, padded with blanks."""
    narrow, wide = name.encode(codepage), name.encode("utf-16-le")
    content = bytes([len(narrow)]) + narrow.ljust(54) + len(name).to_bytes(2, "little")
    content += wide + " ".encode("utf-16-le") * (54 - len(name))
    assert len(content) == 165
    return content


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    path = tmp_path / "账.xlsx"
    path.write_bytes(b"")
    return path


def test_nobody_has_it_open(closed):
    assert owner_of(closed) is None
    refuse_if_open(closed)


@pytest.mark.parametrize("name", ["王芳", "Jane O'Neil", "张三丰 (财务)"])
def test_the_name_in_the_file_of_excel(closed, name):
    file = closed.with_name("~$账.xlsx")
    file.write_bytes(excel_file(name))
    os.utime(file, (0, 1_782_000_000))
    owner = owner_of(closed)
    assert owner is not None
    assert (owner.file, owner.who) == ("~$账.xlsx", name)
    assert owner.since.startswith("2026-06-2")
    with pytest.raises(Refusal) as refused:
        refuse_if_open(closed)
    assert name in refused.value.render("zh")
    assert name in refused.value.render("en")


@pytest.mark.parametrize(
    ("content", "who"),
    [
        (b"", ""),
        (b"\x04Anna".ljust(55), "Anna"),  # an old Excel: no second name
        (bytes([200]) + b"\xff" * 60, "\ufffd" * 60),  # not one of Excel's: shown as it is
    ],
)
def test_a_file_that_tells_less(closed, content, who):
    closed.with_name("~$账.xlsx").write_bytes(content)
    owner = owner_of(closed)
    assert owner is not None
    assert owner.who == who
    assert "{" not in owner.render("zh")


@pytest.mark.parametrize(
    ("content", "who"),
    [
        (",root,vm,22.11.2026 02:14,file:///tmp/prof;", "root @ vm"),  # written by LibreOffice 7
        ("王芳,wf,CAIWU-01,22.11.2026 02:14,file:///x;", "王芳 @ CAIWU-01"),
        ("Wang\\, Fang,wf,pc,22.11.2026 02:14,file:///x;", "Wang, Fang @ pc"),
        ("", ""),
    ],
)
def test_the_name_in_the_file_of_libreoffice(closed, content, who):
    closed.with_name(".~lock.账.xlsx#").write_text(content, encoding="utf-8")
    owner = owner_of(closed)
    assert owner is not None
    assert owner.who == who


def test_the_file_stands_beside_the_book_that_a_link_leads_to(closed, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    link = folder / "link.xlsx"
    link.symlink_to(closed)
    closed.with_name("~$账.xlsx").write_bytes(excel_file("王芳"))
    owner = owner_of(link)
    assert owner is not None
    assert owner.who == "王芳"
