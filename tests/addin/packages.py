"""Books of others as packages of parts: looked into and changed part by part."""

import zipfile
from pathlib import Path

from addin.hosts.package.container.opening import open_package
from macros.changes import Changes, Chart
from tests.addin.conftest import content

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6364f8cf500f000386018015a35f5a0000000049454e44ae426082"
)
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}


def with_part(path: Path, change) -> None:
    parts = parts_of(path)
    change(parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def sheet_part(path: Path, title: str) -> str:
    with open_package(path) as package:
        return next(entry.part for entry in package.sheets if entry.name == title)


def made(customers: dict[str, int], **more: object) -> Changes:
    return Changes(sheets=(content(customers, **more),))


CHARTS = (Chart("line", "累计", "items", "customer", ("open",), 0, 1),)
