"""The copy of a book that the engine gets: cells and formulas, nothing else, packed in memory."""

from __future__ import annotations

import io
import re
import zipfile
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DATA: Final = re.compile(rb"<sheetData(?:\s[^>]*)?>.*</sheetData>", re.DOTALL)


def rows_of(xml: bytes) -> bytes:
    """Give the rows of a sheet's XML, without what stands before and behind."""
    found = _DATA.search(xml)
    return found.group(0) if found else b"<sheetData></sheetData>"


def packed(sheets: Sequence[tuple[str, bytes]], strings: bytes | None = None) -> bytes:
    """Pack a workbook.

    Parameters
    ----------
    sheets : sequence of (title, rows)
        Rows as :func:`rows_of` gives them.
    strings : bytes, optional
        The table of shared texts, as its part has it.
    """
    parts: dict[str, bytes] = {
        f"xl/worksheets/sheet{number}.xml": b'<worksheet xmlns="%b">%b</worksheet>'
        % (_MAIN.encode(), rows)
        for number, (_, rows) in enumerate(sheets, 1)
    }
    empty = b'<sst xmlns="%b"/>' % _MAIN.encode()
    parts["xl/sharedStrings.xml"] = empty if strings is None else strings
    parts |= {name: text.encode() for name, text in _frame([one for one, _ in sheets]).items()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def _frame(titles: Sequence[str]) -> Mapping[str, str]:
    """Give the parts that hold the sheets together."""
    numbers = range(1, len(titles) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for n in numbers
    )
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
        f"{overrides}</Types>"
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    strings = f'<Relationship Id="rIdS" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    listed = "".join(
        f'<sheet name="{escape(title)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, title in zip(numbers, titles, strict=True)
    )
    return {
        "[Content_Types].xml": types,
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}{strings}</Relationships>'
        ),
    }
