"""Bad data is a value with a place: what was found where, what was expected, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

#: ``error``: the row is not counted; ``warning``: counted, with an assumption; ``info``: said.
Severity: TypeAlias = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One row of 数据检查.

    ``code`` names texts ``check.<code>.expected`` and ``check.<code>.advice``. ``found`` is what
    stands there, as text. ``amount`` is in cents: what is left out of the sums because of it.
    ``source`` is ``"read"`` for what the reading found, else the id of the action that says it;
    with the file that it is said about where there is one (:func:`source_of`).
    """

    code: str
    severity: Severity
    table: str = ""
    sheet: str = ""
    cell: str = ""
    found: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    amount: int | None = None
    source: str = "read"


def source_of(action: str, file: str = "") -> str:
    """Give the source of what an action says about a file: each file's problems stand alone.

    Examples
    --------
    >>> source_of("import-table", "7月.csv")
    'import-table:7月.csv'
    """
    return f"{action}:{file}" if file else action
