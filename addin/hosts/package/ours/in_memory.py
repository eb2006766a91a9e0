"""openpyxl's writer without its temporary files.

It lays each sheet into the system's folder for temporary files first, where a killed run would
leave it for anyone to find, and a full disk is told by an error that names neither file nor disk.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

if TYPE_CHECKING:
    import zipfile

    from openpyxl.workbook import Workbook


class _MemoryWriter(ExcelWriter):
    """Writes a workbook's sheets through memory."""

    def write_worksheet(self, ws: Any) -> None:  # noqa: ANN401 - openpyxl's own, untyped in part
        """Write one sheet; as openpyxl's, but for where it lies in between."""
        ws._drawing = SpreadsheetDrawing()  # noqa: SLF001 - as in the method that this stands for
        ws._drawing.charts = ws._charts  # noqa: SLF001 - as above
        ws._drawing.images = ws._images  # noqa: SLF001 - as above
        content = io.BytesIO()
        writer = cast("Any", WorksheetWriter)(ws, content)
        writer.write()
        ws._rels = writer._rels  # noqa: SLF001 - as above
        itself = cast("Any", self)
        itself._archive.writestr(ws.path[1:], content.getvalue())  # noqa: SLF001 - as above
        itself.manifest.append(ws)


def save(workbook: Workbook, archive: zipfile.ZipFile) -> None:
    """Write a workbook into an archive and close it."""
    cast("Any", _MemoryWriter)(workbook, archive).save()
