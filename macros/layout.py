"""How our sheets look: columns from ``workbook_templates/outputs``, the title line, the tie-out.

An output's CSV has the columns ``field, kind, zh, en, hers, choices, width, emphasis, hidden,
note`` with choices separated by ``|`` as ``zh=en`` pairs, and note a text code or empty; it may
have ``align``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, cast

import pandas as pd

import workbook_templates
from macros.changes import Column
from macros.texts import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from macros.changes import ColumnKind, Emphasis
    from macros.texts import Lang

#: The day before 1900-01-01 in the 1900 date system, counting its 29 February 1900.
EPOCH = pd.Timestamp(1899, 12, 30)


def columns(output: str, lang: Lang, *, only: tuple[str, ...] | None = None) -> tuple[Column, ...]:
    """Give the columns of an output in a language, in file order, or those named by ``only``.

    Raises
    ------
    KeyError
        ``only`` names a column that the file does not have.
    """
    found = {
        row["field"]: _column(row, lang) for row in workbook_templates.rows(f"outputs/{output}")
    }
    return tuple(found[name] for name in (only or found))


def _column(row: Mapping[str, str], lang: Lang) -> Column:
    pairs = [pair.split("=") for pair in row["choices"].split("|") if pair]
    return Column(
        id=row["field"],
        heading=row[lang],
        kind=cast("ColumnKind", row["kind"]),
        hers=row["hers"] == "yes",
        choices=tuple(pair[0] if lang == "zh" else pair[-1] for pair in pairs),
        note=text(row["note"], lang) if row["note"] else "",
        width=float(row["width"]) if row["width"] else None,
        hidden=row["hidden"] == "yes",
        emphasis=cast("Emphasis", row["emphasis"]),
        align="center" if row.get("align") == "center" else "",
    )


def date_text(serial: int) -> str:
    """Give a 1900 serial as an ISO date: ``date_text(45838)`` is ``'2025-06-30'``."""
    return (EPOCH + pd.Timedelta(days=serial)).strftime("%Y-%m-%d")


def serial(iso: str) -> int:
    """Give an ISO date as a 1900 serial: ``serial('2025-06-30')`` is 45838."""
    return (pd.Timestamp(iso) - EPOCH).days


def money_text(amount: int, minor: int = 2) -> str:
    """Give minor units as text with thousands: ``money_text(511985)`` is ``'5,119.85'``."""
    return f"{Decimal(amount).scaleb(-minor):,.{minor}f}"


def tie_out(label: str, total: int, source_label: str, source: int, lang: Lang) -> str:
    """Give the tie-out line: our total, its source, and the difference, red (✗) unless zero."""
    difference = total - source
    return text(
        "layout.tied" if difference == 0 else "layout.not_tied",
        lang,
        label=label,
        total=money_text(total),
        source_label=source_label,
        source=money_text(source),
        difference=money_text(difference),
    )
