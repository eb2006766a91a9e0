"""A person at her desk: what she does to a workbook in a spreadsheet program, and remembers.

Everything she types is unique, so it can be looked for. What must be in the book is known here
only from what she did; nothing of the product's code is asked.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

LEDGER: Final = "应收"
RECEIPTS: Final = "回款"
HEADINGS: Final = (
    "单据号", "客户编号", "客户名称", "项目", "负责人", "单据日期", "到期日", "应收金额",
)  # fmt: skip
#: Title of a sheet of ours → heading that tells its header row, and headings that name a row.
FACES: Final = {
    "账龄": ("最长逾期天数", ("客户", "项目")),
    "催收清单": ("联系结果", ("客户 / 单据号",)),
    "任务分解": ("措施", ("项目", "负责人", "期间")),
}
#: Columns that are meant for her.
HERS: Final = {"账龄": (), "催收清单": ("联系结果", "状态", "备注"), "任务分解": ("措施", "备注")}
_LAST: Final = "合计"


@dataclass
class Typed:
    """Something she typed: the names of its row, if it stands on a row of ours, and its colour.

    A heading stands above the archive of its column as well.
    """

    sheet: str
    row: frozenset[str] = frozenset()
    colour: str = ""
    comment: bool = False
    heading: bool = False


@dataclass
class Desk:
    """Her memory, and her hands on an open workbook."""

    chance: random.Random
    typed: dict[str | float, Typed] = field(default_factory=dict)
    also: dict[str, set[str]] = field(default_factory=dict)
    shades: set[str] = field(default_factory=set)
    count: int = 0

    def word(self) -> str:
        """Give a text that was never typed before."""
        self.count += 1
        return f"记{self.count:04d}号"

    def names_of(self, name: str) -> set[str]:
        """Give every name that stood or stands where this one did."""
        every, waiting = set[str](), [name]
        while waiting:
            each = waiting.pop()
            if each not in every:
                every.add(each)
                waiting += self.also.get(each, ())
        return every

    def sit_down(self, book: Path, edits: int) -> list[str]:
        """Open the book, do some things, save it; give what was done."""
        workbook = openpyxl.load_workbook(book)
        done = [self._act(workbook) for _ in range(edits)]
        workbook.save(book)
        return done

    def _act(self, workbook: Any) -> str:
        act = self.chance.choice(_ACTS)
        return f"{act.__name__}({act(self, workbook) or ''})"

    def rows_of_ours(self, workbook: Any) -> Iterator[tuple[Worksheet, int, list[int]]]:
        """Give the sheets of ours with header row and detail rows, in an order of chance."""
        titles = [title for title in FACES if title in workbook.sheetnames]
        self.chance.shuffle(titles)
        for title in titles:
            sheet = workbook[title]
            header = _row_with(sheet, FACES[title][0])
            rows = list(_details(sheet, header))
            if rows:
                yield sheet, header, rows

    def remember(self, header: int, cell: Any, what: str | float) -> None:
        """Keep in mind what was typed on a row of ours, and the colour that she had given it."""
        shade = _colour(cell)
        names = frozenset(_names(cell.parent, header, cell.row))
        self.typed[what] = Typed(cell.parent.title, names, shade if shade in self.shades else "")


def _row_with(sheet: Worksheet, text: str) -> int:
    return next(
        (cell.row for row in sheet.iter_rows() for cell in row if cell.value == text),
        0,
    )


def _column(sheet: Worksheet, header: int, heading: str) -> int:
    return next(cell.column for cell in sheet[header] if cell.value == heading)


def _details(sheet: Worksheet, header: int) -> Iterator[int]:
    """Give the rows below a header down to the total that name something."""
    if not header:
        return
    columns = [_column(sheet, header, heading) for heading in FACES[sheet.title][1]]
    for row in range(header + 1, sheet.max_row + 1):
        words = [sheet.cell(row, column).value for column in columns]
        if words[0] == _LAST:
            return
        known = str(sheet.cell(row, 1).value or "")
        if words[0] and known and not known.startswith("#"):
            yield row


def _names(sheet: Worksheet, header: int, row: int) -> set[str]:
    columns = [_column(sheet, header, heading) for heading in FACES[sheet.title][1]]
    words = [sheet.cell(row, column).value for column in columns]
    return {str(word).strip() for word in words if word}


def _colour(cell: Any) -> str:
    return str(cell.fill.fgColor.rgb)[-6:] if cell.fill.fill_type else ""


def _free(sheet: Worksheet, row: int, column: int) -> bool:
    cell = sheet.cell(row, column)
    return cell.value is None and cell.comment is None


# What she does. Each takes her desk and the open workbook and gives a word on where.


def note(desk: Desk, workbook: Any) -> str:
    """Type into a column that is hers."""
    for sheet, header, rows in desk.rows_of_ours(workbook):
        wanted = HERS[sheet.title]
        own = [cell.column for cell in sheet[header] if str(cell.value).startswith("记")]
        columns = [_column(sheet, header, heading) for heading in wanted] + own
        row = desk.chance.choice(rows)
        free = [column for column in columns if _free(sheet, row, column)]
        if free:
            word, cell = desk.word(), sheet.cell(row, desk.chance.choice(free))
            cell.value = word
            desk.remember(header, cell, word)
            return f"{sheet.title}!{row} {word}"
    return ""


def add_column(desk: Desk, workbook: Any) -> str:
    """Head a column of her own at the right, and fill some of its rows with words and a number."""
    for sheet, header, rows in desk.rows_of_ours(workbook):
        column = max(cell.column for cell in sheet[header] if cell.value) + 1
        taken = [sheet.cell(row, column).value for row in range(1, sheet.max_row + 1)]
        if any(value is not None for value in taken):
            continue
        heading = desk.word()
        sheet.cell(header, column).value = heading
        desk.typed[heading] = Typed(sheet.title, heading=True)
        for row in desk.chance.sample(rows, min(2, len(rows))):
            word = desk.word()
            value = word if desk.chance.random() < 0.7 else 7_000_000.25 + desk.count
            sheet.cell(row, column).value = value
            desk.remember(header, sheet.cell(row, column), value)
        return f"{sheet.title}!{get_column_letter(column)} {heading}"
    return ""


def colour(desk: Desk, workbook: Any) -> str:
    """Colour a whole row; what she typed there has that colour from then on."""
    for sheet, _, rows in desk.rows_of_ours(workbook):
        row = desk.chance.choice(rows)
        shade = f"{0x100000 + desk.chance.randrange(0xE00000):06X}"
        desk.shades.add(shade)
        for cell in sheet[row][1:]:
            cell.fill = PatternFill("solid", fgColor=f"FF{shade}")
            if cell.value in desk.typed:
                desk.typed[cell.value].colour = shade
        return f"{sheet.title}!{row} {shade}"
    return ""


def comment(desk: Desk, workbook: Any) -> str:
    """Comment on a cell of ours."""
    for sheet, header, rows in desk.rows_of_ours(workbook):
        row, column = desk.chance.choice(rows), desk.chance.randrange(2, 6)
        if sheet.cell(row, column).comment is None:
            word = desk.word()
            sheet.cell(row, column).comment = Comment(word, "会计")
            desk.remember(header, sheet.cell(row, column), word)
            desk.typed[word].comment = True
            desk.typed[word].colour = ""
            return f"{sheet.title}!{get_column_letter(column)}{row} {word}"
    return ""


def loose(desk: Desk, workbook: Any) -> str:
    """Type below everything, or beside the title."""
    for sheet, _, _ in desk.rows_of_ours(workbook):
        row = sheet.max_row + 2 if desk.chance.random() < 0.7 else 1
        column = desk.chance.randrange(2, 6) if row > 1 else sheet.max_column + 1
        if _free(sheet, row, column):
            word = desk.word()
            sheet.cell(row, column).value = word
            desk.typed[word] = Typed(sheet.title)
            return f"{sheet.title}!{get_column_letter(column)}{row} {word}"
    return ""


def sort(desk: Desk, workbook: Any) -> str:
    """Sort the rows by nothing in particular: values, looks and comments go along."""
    for sheet, _, rows in desk.rows_of_ours(workbook):
        order = rows.copy()
        desk.chance.shuffle(order)
        kept = {row: [_lifted(cell) for cell in sheet[row]] for row in rows}
        for target, source in zip(rows, order, strict=True):
            for cell, what in zip(sheet[target], kept[source], strict=True):
                cell.value, cell._style, cell.comment = what
        return sheet.title
    return ""


def _lifted(cell: Any) -> tuple[Any, Any, Any]:
    what = cell.value, copy.copy(cell._style), cell.comment
    cell.comment = None
    return what


def hide(desk: Desk, workbook: Any) -> str:
    """Hide a column, ours or hers."""
    for sheet, header, _ in desk.rows_of_ours(workbook):
        letter = get_column_letter(desk.chance.randrange(2, len(sheet[header]) + 1))
        sheet.column_dimensions[letter].hidden = True
        return f"{sheet.title}!{letter}"
    return ""


def insert_row(desk: Desk, workbook: Any) -> str:
    """Insert a row above everything and type a heading of her own into it."""
    for sheet, _, _ in desk.rows_of_ours(workbook):
        _insert_row(sheet)
        word = desk.word()
        sheet.cell(1, 2).value = word
        desk.typed[word] = Typed(sheet.title)
        return f"{sheet.title} {word}"
    return ""


def _insert_row(sheet: Worksheet) -> None:
    """Move everything down by one row as Excel does; openpyxl moves no more than the cells."""
    heights = {row: copy.copy(each) for row, each in sheet.row_dimensions.items()}
    sheet.insert_rows(1)
    sheet.row_dimensions.clear()
    for row, each in heights.items():
        each.index = row + 1
        sheet.row_dimensions[row + 1] = each
    for row in sheet.iter_rows():
        for cell in row:
            if cell.hyperlink is not None:
                cell.hyperlink.ref = cell.coordinate
    _move_page(sheet)
    _move_rules(sheet)
    for each in sheet._charts:
        each.anchor._from.row += 1
        if hasattr(each.anchor, "to"):
            each.anchor.to.row += 1


def _move_page(sheet: Worksheet) -> None:
    if sheet.auto_filter.ref:
        sheet.auto_filter.ref = _down(sheet.auto_filter.ref)
    if sheet.print_title_rows:
        first, last = (int(each) + 1 for each in re.findall(r"\d+", sheet.print_title_rows))
        sheet.print_title_rows = f"{first}:{last}"
    if sheet.freeze_panes:
        sheet.freeze_panes = _down(sheet.freeze_panes)


def _move_rules(sheet: Worksheet) -> None:
    for validation in sheet.data_validations.dataValidation:
        validation.sqref = type(validation.sqref)(_down(str(validation.sqref)))
    rules = sheet.conditional_formatting
    moved = [(_down(str(area.sqref)), rule) for area in rules for rule in area.rules]
    sheet.conditional_formatting = type(rules)()
    for area, rule in moved:
        sheet.conditional_formatting.add(area, rule)


def _down(areas: str) -> str:
    return " ".join(_one_down(area) for area in areas.split())


def _one_down(area: str) -> str:
    left, top, right, bottom = range_boundaries(area)
    first = f"{get_column_letter(left)}{top + 1}"
    return first if ":" not in area else f"{first}:{get_column_letter(right)}{bottom + 1}"


def clear(desk: Desk, workbook: Any) -> str:
    """Delete something she typed: from then on it need not be there."""
    for sheet, _, rows in desk.rows_of_ours(workbook):
        cells = [
            cell
            for row in rows
            for cell in sheet[row]
            if cell.value in desk.typed and desk.typed[cell.value].sheet == sheet.title
        ]
        if cells:
            cell = desk.chance.choice(cells)
            word, cell.value = cell.value, None
            del desk.typed[word]
            return f"{sheet.title}!{cell.coordinate} {word}"
    return ""


def add_invoice(desk: Desk, workbook: Any) -> str:
    """Add an invoice, of a customer who is there or of a new one."""
    number = desk.chance.randrange(6)
    name = f"客户{'甲乙丙丁戊己'[number]}"
    word, day = desk.word(), 46_000 + desk.chance.randrange(200)
    amount = desk.chance.randrange(10_000, 900_000) / 100
    row = (
        word,
        f"C{number}",
        name,
        f"项目{number % 2}",
        f"员工{number % 3}",
        day,
        day + 30,
        amount,
    )
    workbook[LEDGER].append(row)
    desk.typed[word] = Typed(LEDGER)
    return word


def remove_invoice(desk: Desk, workbook: Any) -> str:
    """Remove an invoice."""
    sheet = workbook[LEDGER]
    if sheet.max_row < 5:
        return ""
    row = desk.chance.randrange(2, sheet.max_row + 1)
    word = sheet.cell(row, 1).value
    sheet.delete_rows(row)
    desk.typed.pop(word, None)
    return str(word)


def pay(desk: Desk, workbook: Any) -> str:
    """Enter a receipt that settles an invoice."""
    sheet = workbook[LEDGER]
    row = desk.chance.randrange(2, sheet.max_row + 1)
    document, amount = sheet.cell(row, 1).value, sheet.cell(row, 8).value
    word = desk.word()
    workbook[RECEIPTS].append((word, 46_190, amount, sheet.cell(row, 2).value, document))
    desk.typed[word] = Typed(RECEIPTS)
    return str(document)


def rename_customer(desk: Desk, workbook: Any) -> str:
    """Give a customer another name in every invoice; the code stays."""
    sheet = workbook[LEDGER]
    code = sheet.cell(desk.chance.randrange(2, sheet.max_row + 1), 2).value
    new = f"客户{code}改{desk.count}"
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, 2).value == code:
            desk.also.setdefault(str(sheet.cell(row, 3).value), set()).add(new)
            sheet.cell(row, 3).value = new
    return new


#: Typing is what she does most.
_ACTS: Final[tuple[Callable[[Desk, Any], str], ...]] = (
    *(note,) * 5, *(add_column,) * 2, colour, *(comment,) * 2, *(loose,) * 2, sort, hide,
    insert_row, clear, *(add_invoice,) * 2, remove_invoice, pay, rename_customer,
)  # fmt: skip


def small_ledger(path: Path) -> None:
    """Make her book: ten invoices of four customers, a receipt, two targets."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = LEDGER
    headings = (
        "单据号",
        "客户编号",
        "客户名称",
        "项目",
        "负责人",
        "单据日期",
        "到期日",
        "应收金额",
    )
    sheet.append(headings)
    for number in range(10):
        who = number % 4
        day = 46_000 + number * 5
        row = (f"D{number:03d}", f"C{who}", f"客户{'甲乙丙丁'[who]}", f"项目{number % 2}")
        sheet.append((*row, f"员工{number % 3}", day, day + 30 + number * 4, 100.25 * (number + 1)))
    receipts = book.create_sheet(RECEIPTS)
    receipts.append(("回款编号", "回款日期", "回款金额", "客户编号", "单据号"))
    receipts.append(("R1", 46_100, 50, "C0", "D000"))
    targets = book.create_sheet("目标")
    targets.append(("计划", "项目", "负责人", "开始日期", "结束日期", "目标金额"))
    targets.append(("六月", "项目0", "员工0", 46_190, 46_203, 3000))
    targets.append(("六月", "项目1", "员工1", 46_190, 46_203, 2000))
    settings = book.create_sheet("参数")
    settings.append(("参数", "值"))
    settings.append(("基准日", "2026-06-30"))
    book.save(path)
