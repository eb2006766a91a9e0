"""Whether a book must be calculated again by the program that opens it next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from addin.hosts.package.container import sheet_xml
from addin.hosts.package.ours.marks import NAMES

if TYPE_CHECKING:
    from collections.abc import Collection

    from addin.hosts.package.container.opening import Package

_CALLS: Final = re.compile(rb"AR_[A-Z0-9_.]+\(", re.IGNORECASE)


def needs_recalculation(package: Package, touched: Collection[str]) -> bool:
    """Whether formulas read a sheet that was touched, and every program can compute them.

    A program without our functions would show ``#NAME?`` in place of the values that stand there.

    Parameters
    ----------
    package : Package
        The book before.
    touched : collection of str
        Titles, in lower case, of the sheets that are no longer what they were.
    """
    said, own = b"", False
    for entry in package.sheets:
        if entry.kind != "worksheet":
            continue
        formulas = sheet_xml.formulas(package.sheet_xml(entry.part))
        own |= bool(formulas) and entry.name.casefold() in touched
        said = b"\n".join((said, *(one.text for one in formulas.values())))
    if _CALLS.search(said):
        return False
    names = "\n".join(name.text for name in package.defined_names if name.name not in NAMES)
    everything = f"{said.decode(errors='replace')}\n{names}".casefold()
    return own or any(title in everything for title in touched)
