"""One book of others through a month's work, and what must have stayed as it was.

Import of twenty invoices, aging, undo, undo; aging, a note typed, aging again as of another day,
another note, undo. After each step the package is compared part by part.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from addin.run import run_action, undo
from macros.layout import serial
from macros.texts import Refusal
from tests import packages

#: Twenty invoices of made-up customers. The sums below were added up by hand.
INVOICES: Final = """\
单据号,客户名称,单据日期,到期日,应收金额
TK01,测试客户甲,2026-01-05,2026-02-04,1000.00
TK02,测试客户甲,2026-02-05,2026-03-07,2000.00
TK03,测试客户甲,2026-03-05,2026-04-04,3000.00
TK04,测试客户甲,2026-04-05,2026-05-05,4000.00
TK05,测试客户甲,2026-05-05,2026-06-04,5000.00
TK06,测试客户乙,2026-01-10,2026-02-09,100.10
TK07,测试客户乙,2026-02-10,2026-03-12,200.20
TK08,测试客户乙,2026-03-10,2026-04-09,300.30
TK09,测试客户乙,2026-04-10,2026-05-10,400.40
TK10,测试客户乙,2026-05-10,2026-06-09,500.50
TK11,测试客户丙,2026-05-20,2026-07-19,10.01
TK12,测试客户丙,2026-05-21,2026-07-20,20.02
TK13,测试客户丙,2026-05-22,2026-07-21,30.03
TK14,测试客户丙,2026-05-23,2026-07-22,40.04
TK15,测试客户丙,2026-05-24,2026-07-23,50.05
TK16,测试客户丁,2025-06-01,2025-07-01,7000.00
TK17,测试客户丁,2025-07-01,2025-07-31,8000.00
TK18,测试客户丁,2025-08-01,2025-08-31,9000.00
TK19,测试客户丁,2026-06-01,2026-07-01,0.01
TK20,测试客户丁,2026-06-02,2026-07-02,-50.00
"""
#: 基准日 of the first and of the second aging.
FIRST_DAY, SECOND_DAY = serial("2026-06-30"), serial("2026-08-31")
#: 15,000.00 of 甲, 1,501.50 of 乙, 150.15 of 丙, 23,950.01 of 丁.
TOTAL: Final = 40_601.66
#: By customer, in the order of the file.
OF_CUSTOMERS: Final = {
    "测试客户甲": 15_000.00,
    "测试客户乙": 1_501.50,
    "测试客户丙": 150.15,
    "测试客户丁": 23_950.01,
}
NOTES: Final = ("第一条手工备注 🀄", "第二条手工备注")

#: What a person would say where a book holds amounts of more than one currency.
OPTIONS: Final = {"currency": "CNY"}
#: Far to the right of anything that stands on a sheet of ours.
NOTE_COLUMN: Final = "BA"
#: Collections of styles.xml that may grow at their end, and must not otherwise change.
GROWING: Final = frozenset(
    {"numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"}
)


@dataclass
class Passage:
    """What came of a book: copies after some steps, and every complaint.

    ``refused`` is the code of a refusal, ``said`` its sentence; the book is then what it was.
    """

    name: str
    original: Path
    copies: dict[str, Path] = field(default_factory=dict)
    step: str = ""
    refused: str = ""
    said: str = ""
    complaints: list[str] = field(default_factory=list)
    appended: set[str] = field(default_factory=set)
    undone_twice: bool = False

    def expect(self, fine: bool, complaint: str) -> None:  # noqa: FBT001 - an assertion that goes on
        """Note a complaint with the step unless all is fine."""
        if not fine:
            self.complaints.append(f"{self.step}: {complaint}")


class Walk:
    """A copy of a book on its way through the steps, in a folder of its own."""

    def __init__(self, original: Path, folder: Path) -> None:
        self.folder = folder
        self.invoices = folder / "二十张发票.csv"
        self.invoices.write_text(INVOICES, encoding="utf-8")
        self.book = folder / original.name
        shutil.copyfile(original, self.book)
        self.passage = Passage(original.name, original)

    def go(self, *, short: bool = False) -> Passage:
        """Take all steps, or import and aging alone.

        A refusal ends them, and must have left the book alone.
        """
        try:
            if short:
                self._import("import")
                self._aging("aging", FIRST_DAY)
                self._keep("aging")
            else:
                self._steps()
        except Refusal as refusal:
            self.passage.refused = refusal.code
            self.passage.said = refusal.render("zh")
        return self.passage

    def _steps(self) -> None:
        original = self.book.read_bytes()
        self._import("import")
        imported = self.book.read_bytes()
        self._aging("aging", FIRST_DAY)
        self._undo("undo", imported)
        self._undo_again(original)
        self._aging("aging once more", FIRST_DAY)
        self._type_note(0)
        self._aging("aging as of another day", SECOND_DAY)
        self._keep("aging")
        self._expect_notes(1)
        self._type_note(1)
        with self._step("undo of a book she typed in"):
            undo(self.book, "zh")
        self._expect_notes(2)
        self._expect_totals()
        self._keep("undo")

    @contextmanager
    def _step(self, name: str, named: set[str] | None = None) -> Iterator[set[str]]:
        """Compare what stands before a step and after it; ``named`` sheets of hers may change."""
        self.passage.step = name
        content = self.book.read_bytes()
        before = packages.parts(self.book)
        named = set() if named is None else named
        try:
            yield named
        except Refusal:
            self.passage.expect(self.book.read_bytes() == content, "refused, and changed")
            raise
        for complaint in differences(before, packages.parts(self.book), named):
            self.passage.expect(fine=False, complaint=complaint)

    def _import(self, name: str) -> None:
        with self._step(name) as named:
            done = run_action(self.book, "import-table", inputs_file=self.invoices)
            named |= {each.sheet for each in done.changes.appends}
            self.passage.appended |= named
            self.passage.expect(done.changes.tie_out == 0, "the import does not tie")
        self._keep("import")

    def _aging(self, name: str, day: int) -> None:
        with self._step(name):
            run_action(self.book, "aging", as_of=day, options=OPTIONS)
        self._expect_totals()

    def _undo(self, name: str, wanted: bytes) -> None:
        self.passage.step = name
        undo(self.book, "zh")
        self.passage.expect(self.book.read_bytes() == wanted, "not the book before, byte for byte")

    def _undo_again(self, original: bytes) -> None:
        """Take back the import as well, where the store holds it, and import again."""
        self.passage.step = "second undo"
        before = self.book.read_bytes()
        try:
            undo(self.book, "zh")
        except Refusal as refusal:
            self.passage.expect(refusal.code == "nothing_to_undo", refusal.code)
            self.passage.expect(self.book.read_bytes() == before, "refused, and changed")
            return
        self.passage.undone_twice = True
        self.passage.expect(self.book.read_bytes() == original, "not the original, byte for byte")
        self._import("import again")

    def _type_note(self, number: int) -> None:
        title, rows = self._aged()
        line = next(n for n, row in enumerate(rows, 1) if OF_ROWS[number] in row)
        packages.type_texts(self.book, title, [(f"{NOTE_COLUMN}{line}", NOTES[number])])

    def _expect_notes(self, count: int) -> None:
        _, rows = self._aged()
        standing = [cell for row in rows for cell in row if cell in NOTES and cell is not None]
        wanted = list(NOTES[:count])
        self.passage.expect(sorted(map(str, standing)) == sorted(wanted), f"notes: {standing}")

    def _expect_totals(self) -> None:
        """Read 账龄 back: the total of each customer of the file, typed by hand."""
        _, rows = self._aged()
        header = next(row for row in rows if "合计" in row and "客户" in row)
        column, name = header.index("合计"), header.index("客户")
        found = {row[name]: row[column] for row in rows if row[name] in OF_CUSTOMERS}
        self.passage.expect(found == OF_CUSTOMERS, f"totals read back: {found}")

    def _aged(self) -> tuple[str, list[list[object]]]:
        found = packages.parts(self.book)
        ours = [each.title for each in packages.sheets(found) if each.ours]
        title = next((each for each in ours if each.startswith("账龄")), "")
        if not title:
            self.passage.expect(fine=False, complaint="there is no 账龄")
            return "", [["客户", "合计"]]
        return title, packages.rows(found, title)

    def _keep(self, name: str) -> None:
        copy = self.folder / f"{name}-{self.book.name}"
        shutil.copyfile(self.book, copy)
        self.passage.copies[name] = copy


#: The customers on whose rows the notes are typed.
OF_ROWS: Final = ("测试客户甲", "测试客户乙")


def differences(
    before: dict[str, bytes], after: dict[str, bytes], named: set[str]
) -> Iterator[str]:
    """Say what differs that a change of ours did not name.

    Allowed: content types, the workbook part and its relations, styles (their end), the parts of
    our own sheets, the sheets of hers that are named with their tables, and the calculation chain
    where a formula came or went.
    """
    there = packages.sheets(before)
    main = packages.workbook_part(before)
    folder, _, name = main.rpartition("/")
    free = {"[Content_Types].xml", main, f"{folder}/_rels/{name}.rels"}
    styles = packages.of_kind(before, "styles")
    for sheet in there:
        if sheet.ours:
            free |= packages.belonging(before, sheet.part)
        elif sheet.title in named:
            targets = packages.relations(before, sheet.part).values()
            free |= {sheet.part, *(target for kind, target in targets if kind == "table")}
    if packages.formula_count(before) != packages.formula_count(after):
        free |= packages.of_kind(before, "calcChain")
    for part, content in before.items():
        if part in free or part.endswith("/"):
            continue
        if part not in after:
            yield f"{part} is gone"
        elif part in styles:
            yield from _style_changes(content, after[part])
        elif after[part] != content:
            yield f"{part} is not what it was"
    yield from _workbook_changes(before, after)


def _workbook_changes(before: dict[str, bytes], after: dict[str, bytes]) -> Iterator[str]:
    """Say what of hers the workbook part has lost: order of sheets, names, views, protection."""
    hers = [sheet.title for sheet in packages.sheets(before) if not sheet.ours]
    now = [sheet.title for sheet in packages.sheets(after)]
    if [title for title in now if title in hers] != hers:
        yield f"the sheets were {hers} and are {now}"
    gone = set(_names(before)) - set(_names(after))
    if gone:
        yield f"names are gone: {sorted(map(str, gone))}"


def _names(found: dict[str, bytes]) -> list[tuple[object, ...]]:
    """Give the defined names of hers: name, title of its sheet, text."""
    book = packages.root(found[packages.workbook_part(found)])
    titles = packages.sheets(found)
    names = [
        e for e in book.iter() if isinstance(e.tag, str) and packages.local(e) == "definedName"
    ]
    scoped = [
        (each, titles[int(str(each.get("localSheetId")))] if each.get("localSheetId") else None)
        for each in names
    ]
    return [
        (each.get("name"), sheet.title if sheet else "", each.text)
        for each, sheet in scoped
        if sheet is None or not sheet.ours
    ]


def _style_changes(before: bytes, after: bytes) -> Iterator[str]:
    """Say what of styles.xml is not what it was, besides what was added at a collection's end."""
    now = {packages.local(each): each for each in packages.root(after) if isinstance(each.tag, str)}
    for each in packages.root(before):
        if not isinstance(each.tag, str):
            continue
        name = packages.local(each)
        if name not in now:
            yield f"styles: {name} is gone"
        elif name in GROWING:
            old, new = _canonical(each), _canonical(now[name])
            if new[: len(old)] != old:
                yield f"styles: {name} is not what it was"
        elif etree.tostring(each, method="c14n") != etree.tostring(now[name], method="c14n"):
            yield f"styles: {name} is not what it was"


def _canonical(collection: etree._Element) -> list[bytes]:
    return [etree.tostring(each, method="c14n") for each in collection]
