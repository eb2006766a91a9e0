"""One sheet of ours in two states of the book: whether she typed or coloured anything since."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
from lxml import etree

from addin.hosts.package.container import sheet_xml
from addin.hosts.package.container.parts import Parts, parse_xml
from addin.hosts.package.ours.anchors import Drawing
from addin.hosts.package.ours.comments import Comments
from addin.hosts.package.ours.marks import chart_sums

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt

    from addin.hosts.package.container.opening import Package
    from addin.hosts.package.ours.comments import Said
    from addin.hosts.package.undoing.withdrawing import State

_CELL: Final = re.compile(rb"<(?:\w+:)?c\s[^>]*>")
_LOOK: Final = re.compile(rb"""\ss=["'](\d+)["']""")
_ADDRESS: Final = re.compile(rb"""\sr=["']([A-Z]+\d+)["']""")
_BLANK: Final[frozenset[object]] = frozenset({None, ""})


def typed_on(now: State, position: int, left: State, there: int) -> bool:
    """Whether a sheet holds other values, formulas, comments or fills than the run left there.

    Parameters
    ----------
    now, left : State
        The book as it is, and as the run left it.
    position, there : int
        Where the sheet stands in each.
    """
    if _alike(now.package, position, left.package, there):
        return False
    one, other = _formulas(now.package, position), _formulas(left.package, there)
    if one.keys() != other.keys() or any(
        text and other[at] and text != other[at] for at, text in one.items()
    ):
        return True
    if _comments(now.package, position) != _comments(left.package, there):
        return True
    if coloured_on(now.package, position, left.package, there):
        return True
    titles = now.package.sheets[position].name, left.package.sheets[there].name
    sheets = now.sheet(titles[0]), left.sheet(titles[1])
    if sheets[0] is None or sheets[1] is None:
        return True
    return not _same(sheets[0].cells, sheets[1].cells, one.keys())


def coloured_on(now: Package, position: int, left: Package, there: int) -> bool:
    """Whether a sheet has cells with another fill than the run left there."""
    return _fills(now, position) != _fills(left, there)


def _alike(one: Package, position: int, other: Package, there: int) -> bool:
    """Whether a sheet, its comments and the shared texts are byte for byte the same."""

    def sums(package: Package, at: int) -> list[tuple[int, int]]:
        sheet = package.sheets[at].part
        parts = [sheet, *package.related(sheet, "comments")]
        parts += package.related(package.workbook_part, "sharedStrings")
        entries = [package.entries[part] for part in parts]
        return [(entry.CRC, entry.file_size) for entry in entries]

    return sums(one, position) == sums(other, there)


def drawn_on(package: Package, position: int) -> bool:
    """Whether there is a picture, shape or chart of hers on a sheet of ours."""
    drawing = next(iter(package.related(package.sheets[position].part, "drawing")), None)
    sums = chart_sums(package).get(position, frozenset())
    return drawing is not None and Drawing(Parts(package), drawing, sums).hers > 0


def _formulas(package: Package, position: int) -> dict[sheet_xml.Position, bytes]:
    """Give the formulas; the text of one that is shared stands with its first cell."""
    xml = package.sheet_xml(package.sheets[position].part)
    return {at: formula.text for at, formula in sheet_xml.formulas(xml).items()}


def _comments(package: Package, position: int) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for part in package.related(package.sheets[position].part, "comments"):
        found |= Comments(package.read(part)).places()
    return found


def _fills(package: Package, position: int) -> dict[bytes, str]:
    """Give, by address, what cells are filled with."""
    styles = next(iter(package.related(package.workbook_part, "styles")), None)
    if styles is None:
        return {}
    looks = _looks(parse_xml(package.read(styles)))
    found = {}
    for match in _CELL.finditer(package.sheet_xml(package.sheets[position].part)):
        number, at = _LOOK.search(match.group(0)), _ADDRESS.search(match.group(0))
        if number is not None and at is not None:
            fill = looks[int(number.group(1))] if int(number.group(1)) < len(looks) else ""
            if fill:
                found[at.group(1)] = fill
    return found


def _looks(root: etree._Element) -> list[str]:
    """Give the fill of each look, written in one way; "" for none."""
    fills = [_written(fill) for fill in root.iterfind("{*}fills/{*}fill")]
    numbers = [int(xf.get("fillId", "0")) for xf in root.iterfind("{*}cellXfs/{*}xf")]
    return [fills[number] if number < len(fills) else "" for number in numbers]


def _written(fill: etree._Element) -> str:
    """Give pattern and colour; the colour behind a solid fill is nobody's choice."""
    said = " ".join(
        f"{etree.QName(node).localname} {name!s} {value!s}"
        for node in fill.iterfind(".//{*}*")
        for name, value in sorted(node.attrib.items())
        if etree.QName(node).localname != "bgColor"
    )
    return "" if said in {"", "patternFill patternType none"} else said


def _same(
    one: npt.NDArray[np.object_],
    other: npt.NDArray[np.object_],
    formulas: Collection[sheet_xml.Position],
) -> bool:
    """Whether two sheets hold the same values; what a formula gives is not compared."""
    rows, columns = (max(one.shape[axis], other.shape[axis]) for axis in (0, 1))
    first, second = _padded(one, rows, columns), _padded(other, rows, columns)
    return all(
        (row + 1, column + 1) in formulas or {first[row, column], second[row, column]} <= _BLANK
        for row, column in np.argwhere(first != second).tolist()
    )


def _padded(cells: npt.NDArray[np.object_], rows: int, columns: int) -> npt.NDArray[np.object_]:
    padded = np.full((rows, columns), None, dtype=np.object_)
    padded[: cells.shape[0], : cells.shape[1]] = cells
    return padded
