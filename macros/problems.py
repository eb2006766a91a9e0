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
    ``source`` is ``"read"`` for what the reading found, else the id of the action that says it.
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
