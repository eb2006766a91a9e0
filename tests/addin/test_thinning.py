"""An old sheet of ours is read without what is written anew: what comes out is the same."""

from dataclasses import replace

import openpyxl
import pandas as pd
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from addin.hosts.package import writing
from addin.hosts.package.ours.thinning import Thinning, Wanted
from addin.run import run_action
from macros.changes import Changes
from tests.addin.conftest import content
from tests.addin.packages import parts_of

NAMES = [f"客户{number}" for number in range(12)]


def rows(*names: str, proposal: bool = False):
    made = content(dict.fromkeys(names, 100))
    block = made.blocks[0]
    if proposal:
        block = replace(block, data=block.data.assign(note=pd.Series(["已联系"] * len(block.data))))
    return Changes(sheets=(replace(made, blocks=(block,)),))


def written_on(path):
    """Everything a person may do to rows: notes, colours, comments, a copy, an emptied proposal."""
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["账龄"]
    sheet["G6"], sheet["F7"] = "周五付", 46210
    sheet["G8"].fill = PatternFill("solid", fgColor="FF0000")
    sheet["B9"].comment = Comment("换了财务", "李")
    sheet["G9"].comment = Comment("空格上的批注", "李")
    sheet["G10"] = None
    sheet["H5"], sheet["H11"] = "我的列", "=C6+C12"
    sheet["H12"].fill = PatternFill("solid", fgColor="00FF00")
    for column in range(1, 8):
        sheet.cell(20, column).value = sheet.cell(6, column).value
    sheet["G20"], sheet["G13"] = "抄的一行", "这行会消失"
    sheet["B22"] = "<&> 手写"
    workbook.save(path)


def test_the_same_sheet_comes_out_as_of_the_whole_old_one(book, act, monkeypatch):
    run_action(book, act(rows(*NAMES, proposal=True)))
    written_on(book)
    before = book.read_bytes()
    found = []
    for wanted in (writing._wanted, lambda _place: {}):
        book.write_bytes(before)
        monkeypatch.setattr(writing, "_wanted", wanted)
        for names, proposal in ((NAMES[::-1][:9], True), (NAMES, False)):
            run_action(book, act(rows(*names, proposal=proposal)))
        found.append(parts_of(book))
    thin, whole = found
    part = next(name for name, data in whole.items() if "客户11".encode() in data)
    assert thin[part] == whole[part]
    same = {name for name in whole if "styles" in name or "drawing" in name or "comments" in name}
    assert {name for name in same if thin[name] != whole[name]} == set()
    text = whole[part].decode()
    for said in ("周五付", "抄的一行", "这行会消失", "&lt;&amp;&gt; 手写", "我的列"):
        assert text.count(said) == 1, said


def test_rows_that_stay_keep_their_key_and_what_is_hers():
    def cell(address, text, look=1):
        return f'<c r="{address}" s="{look}" t="inlineStr"><is><t>{text}</t></is></c>'

    ids = cell("A1", "#b/1:") + cell("B1", "#b/1:name") + cell("C1", "#b/1:note+")
    xml = (
        '<worksheet xmlns="m"><sheetData>'
        f'<row r="1" hidden="1">{ids}</row>'
        f'<row r="2">{cell("A2", "键")}{cell("B2", "客户")}</row>'
        f'<row r="3" ht="20">{cell("A3", "k&amp;1")}{cell("B3", "甲")}<c r="C3" s="7"/></row>'
        f'<row r="4">{cell("A4", "k2")}{cell("B4", "乙")}{cell("C4", "说")}<c r="D4"><v>1</v></c>'
        "</row>"
        f'<row r="5">{cell("A5", "k2")}{cell("B5", "又乙")}</row>'
        f'<row r="6">{cell("A6", "gone")}{cell("B6", "丙")}</row>'
        f'<row r="7">{cell("A7", "k3")}{cell("B7", "丁")}</row>'
        "</sheetData></worksheet>"
    ).encode()
    thinning = Thinning({"b": Wanted({"k&1", "k2", "k3"}, ())}, lambda _number: b"", {7})
    thin = thinning.thin(xml).decode()
    assert '<row r="3"><c r="A3" t="str"><v>k&amp;1</v></c></row>' in thin
    assert '<row r="4"><c r="A4" t="str"><v>k2</v></c><c r="C4"' in thin
    assert '<c r="D4"><v>1</v></c>' in thin
    assert [name for name in ("客户", "甲", ">乙<", "又乙", "丙", "丁") if name in thin] == [
        "客户", "又乙", "丙", "丁",
    ]  # fmt: skip
    assert thinning.blanks == {7: [(3, 3)]}
