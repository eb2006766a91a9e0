"""The drawing that a sheet points to, set or taken out in the sheet's XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container.elements import insert_element
from addin.hosts.package.container.opening import Relation
from addin.hosts.package.container.parts import relation_type
from addin.hosts.package.container.spelling import strict

if TYPE_CHECKING:
    from addin.hosts.package.container.parts import Parts

_ELEMENT: Final = re.compile(rb"<(?:\w+:)?drawing\s[^>]*/>")
_ID: Final = "huikuanDrawing"
_RELATED: Final = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def set_drawing(parts: Parts, part: str, drawing: str | None) -> None:
    """Let a sheet of ours show a drawing, or none.

    Parameters
    ----------
    parts : Parts
        The package.
    part : str
        The sheet.
    drawing : str, optional
        The drawing's part.
    """
    xml = parts.read(part)
    start = xml.rfind(b"</sheetData>")
    xml = xml[:start] + _ELEMENT.sub(b"", xml[start:])
    relations = [each for each in parts.relations(part) if each.kind != "drawing"]
    if drawing is not None:
        element = b'<drawing xmlns:r="%b" r:id="%b"/>' % (_RELATED, _ID.encode())
        xml = insert_element(xml, "drawing", strict(element) if parts.package.strict else element)
        kind = relation_type("drawing")
        relations.append(Relation(_ID, "drawing", drawing, external=False, type=kind))
    parts.set(part, xml)
    parts.set_relations(part, relations)
