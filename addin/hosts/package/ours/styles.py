"""How cells of our sheets look: one shared style for each kind, row part and owner.

A style is built once in the workbook and its index shared by all cells that want it; giving each of
400,000 cells a font and a fill of its own is what makes openpyxl slow.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Final, Literal

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

from addin.hosts.package.ours.internals import look_of, normal_font, wear, workbook_of

if TYPE_CHECKING:
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

    from macros.changes import ColumnKind, RowStyle

#: Colours of our sheets: greys, one accent, one tint for what is hers to fill in.
ACCENT: Final = "1F4E79"
GREY: Final = "7F7F7F"
RED: Final = "C00000"
LINE: Final = "D9D9D9"
HEADER_FILL: Final = "E7ECF2"
HERS_FILL: Final = "FFF2CC"
SUBTOTAL_FILL: Final = "F5F5F5"
TOTAL_FILL: Final = "EDEDED"

TEXT_KINDS: Final = frozenset({"text", "wrap", "status", "flag"})
_FORMATS: Final[dict[str, str]] = {
    # A format can divide by a thousand only; the point put before the last digit makes it 万.
    "money_wan": r'0\.0,;[Red]-0\.0,;"–"',
    "rate": '0.0%;[Red]-0.0%;"–"',
    "date": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm",
    "days": '#,##0;[Red]-#,##0;"–"',
    "count": '#,##0;[Red]-#,##0;"–"',
    "number": "General",  # '0.##' would show a whole number as "77."
    "text": "General",
    "wrap": "General",
    "status": "General",
    "flag": "General",
}
_CENTRED: Final = frozenset({"date", "time", "flag"})


def number_format(kind: ColumnKind, minor: int = 2) -> str:
    """Give the number format of a kind; a zero shows as ``–``, a negative in red with its sign."""
    if kind != "money":
        return _FORMATS[kind]
    digits = "." + "0" * minor if minor else ""
    return f'#,##0{digits};[Red]-#,##0{digits};"–"'


class Styles:
    """The styles of one workbook, built when first asked for.

    Parameters
    ----------
    sheet : Worksheet
        Any sheet of the workbook: styles are indexed by workbook.
    """

    def __init__(self, sheet: Worksheet) -> None:
        self._scratch = Cell(sheet, row=1, column=1)
        self._font = normal_font(workbook_of(sheet))
        self._made: dict[tuple[object, ...], StyleArray] = {}
        self._known: set[tuple[int, ...]] = set()
        self._counted = 0  # how many looks were made when they were made known

    def index(self, look: StyleArray) -> int:
        """Give the number by which a sheet's XML names a look."""
        wear(self._scratch, look)
        return int(self._scratch.style_id)

    def ours(self, look: StyleArray) -> bool:
        """Whether a look is one that we gave, so that nothing of hers is in it."""
        if self._counted != len(self._made):
            self._known = {tuple(made) for made in self._made.values()}
            self._counted = len(self._made)
        return tuple(look) in self._known

    def _make(self, name: tuple[object, ...], **parts: object) -> StyleArray:
        if name not in self._made:
            cell = Cell(self._scratch.parent, row=1, column=1)
            for attribute, value in parts.items():
                setattr(cell, attribute, value)
            self._made[name] = look_of(cell)
        return self._made[name]

    def font(self, *, bold: bool = False, size: float = 0, colour: str = "") -> Font:
        """Give the workbook's own font, varied."""
        font = copy(self._font)
        font = Font(name=font.name, sz=size or font.sz, family=font.family, scheme=font.scheme)
        font.b = bold or None
        if colour:
            font.color = colour
        return font

    def title(self) -> StyleArray:
        """Give the look of row 1."""
        size = (self._font.sz or 11) + 3
        return self._make(
            ("title",),
            font=self.font(bold=True, size=size, colour=ACCENT),
            alignment=Alignment(vertical="center"),
        )

    def note(self, *, bad: bool) -> StyleArray:
        """Give the look of a note: small and grey, red where something is wrong."""
        size = max((self._font.sz or 11) - 1.5, 8)
        colour = RED if bad else GREY
        return self._make(
            ("note", bad),
            font=self.font(bold=bad, size=size, colour=colour),
            alignment=Alignment(vertical="center"),
        )

    def lead(self) -> StyleArray:
        """Give the look of the sentence below the title: to be read first."""
        return self._make(
            ("lead",), font=self.font(bold=True), alignment=Alignment(vertical="center")
        )

    def heading(self) -> StyleArray:
        """Give the look of the line above a further block."""
        return self._make(("heading",), font=self.font(bold=True, colour=ACCENT))

    def machine(self) -> StyleArray:
        """Give the look of the hidden column ids."""
        return self._make(("machine",), font=self.font(size=8, colour=LINE))

    def header(
        self, kind: ColumnKind, *, hers: bool, centred: bool = False, indent: int = 0
    ) -> StyleArray:
        """Give the look of a header cell; hers has another tint."""
        side_of = side_of_kind(kind, centred=centred)
        line = Side(style="thin", color=GREY)
        return self._make(
            ("header", side_of, hers, indent),
            font=self.font(bold=True),
            fill=PatternFill("solid", fgColor=HERS_FILL if hers else HEADER_FILL),
            border=Border(bottom=line),
            alignment=Alignment(
                horizontal=side_of, vertical="center", wrap_text=True, indent=indent
            ),
            protection=Protection(locked=not hers),
        )

    def archived(self, number_format: str) -> StyleArray:
        """Give the look of a cell of ours on a row that dropped out: grey, its format kept."""
        return self._make(
            ("archived", number_format),
            font=self.font(colour=GREY),
            number_format=number_format,
            alignment=Alignment(vertical="center"),
        )

    def body(  # noqa: PLR0913 - what a look depends on
        self,
        kind: ColumnKind,
        part: RowStyle,
        minor: int,
        *,
        hers: bool,
        link: bool,
        quoted: bool,
        centred: bool = False,
        indent: int = 0,
    ) -> StyleArray:
        """Give the look of a cell of a row.

        ``quoted`` keeps a text that looks like a formula a text when the cell is edited. The
        heading of a section is one line that runs over the blank cells to its right.
        """
        name = ("body", kind, part, minor, hers, link, quoted, centred, indent)
        if name in self._made:
            return self._made[name]
        return self._make(
            name,
            font=self._body_font(part, link=link),
            fill=_body_fill(part),
            border=_body_border(part),
            alignment=Alignment(
                horizontal=_side(kind, centred=centred, indent=indent),
                vertical="center",
                # None, not False: a file does not tell them apart, and a look must be the same
                # look after a round trip, or each run would add its own to the book.
                wrap_text=True if kind == "wrap" and part != "section" else None,
                indent=indent,
            ),
            number_format=number_format(kind, minor),
            protection=Protection(locked=not hers),
            quotePrefix=quoted,
        )

    def _body_font(self, part: RowStyle, *, link: bool) -> Font:
        colour = GREY if part == "archive" else ACCENT if link or part == "section" else ""
        return self.font(bold=part in {"subtotal", "total", "section"}, colour=colour)


def side_of_kind(kind: ColumnKind, *, centred: bool = False) -> Literal["left", "center", "right"]:
    """Give the side on which the cells of a column stand: texts left, numbers right."""
    if centred or kind in _CENTRED:
        return "center"
    return "left" if kind in TEXT_KINDS else "right"


def _side(kind: ColumnKind, *, centred: bool, indent: int) -> str | None:
    if centred or kind in _CENTRED:
        return "center"
    return "left" if indent else None


def _body_fill(part: RowStyle) -> PatternFill:
    colour = {"subtotal": SUBTOTAL_FILL, "total": TOTAL_FILL, "section": HEADER_FILL}.get(part)
    return PatternFill("solid", fgColor=colour) if colour else PatternFill()


def _body_border(part: RowStyle) -> Border:
    if part == "total":
        side = Side(style="thin", color=GREY)
        return Border(top=side, bottom=side)
    return Border(bottom=Side(style="hair", color=LINE))
