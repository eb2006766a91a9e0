"""What every report says about itself: its unit, and which rows it counted. Never the clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from macros import schema
from macros.currencies import base_currency
from macros.layout import money_text
from macros.settings import setting
from macros.texts import text

if TYPE_CHECKING:
    from macros.action import Settings
    from macros.changes import Block, SheetContent
    from macros.ledger import Counts, Ledger
    from macros.tables import Tables
    from macros.texts import Lang


def unit(tables: Tables, settings: Settings, currency: str) -> str:
    """Name the unit of amounts in cells: 元 or 万元, or the code of a foreign currency."""
    return _unit(setting(tables, settings, "unit"), currency, settings.lang)


def title_unit(tables: Tables, settings: Settings, currency: str) -> str:
    """Name the unit for the title: of the cells, and of the sentences where that is another.

    Cells show 万元 by their number format and are exact below it; a sentence has no format, and
    a tie-out rounded to 万元 would prove nothing. So sentences stay in 元, and the title says so.
    """
    shown = unit(tables, settings, currency)
    told = _unit("yuan", currency, settings.lang)
    if shown == told:
        return shown
    return text("unit.both", settings.lang, cells=shown, sentences=told)


def _unit(code: str, currency: str, lang: Lang) -> str:
    if currency == base_currency():
        return text(f"unit.{code}", lang)
    return text(f"unit.{code}_of", lang, currency=currency)


def in_unit(sheet: SheetContent, tables: Tables, settings: Settings) -> SheetContent:
    """Show a sheet's amounts in the unit that was asked for; the values stay as they are."""
    if setting(tables, settings, "unit") != "wan":
        return sheet
    return replace(sheet, blocks=tuple(_in_wan(block) for block in sheet.blocks))


def _in_wan(block: Block) -> Block:
    # What she types is in 元 whatever we show.
    return replace(
        block,
        columns=tuple(
            replace(column, kind="money_wan")
            if column.kind == "money" and not column.hers
            else column
            for column in block.columns
        ),
    )


def rows_read(ledger: Ledger, lang: Lang) -> str:
    """Say how many rows of 应收 and 回款 were read and counted, and why the rest was not."""
    parts = [_counts("receivables", ledger.bill_rows, lang)]
    if ledger.receipt_rows.read:
        parts.append(_counts("receipts", ledger.receipt_rows, lang))
    return ("；" if lang == "zh" else ". ").join(parts)


def _counts(table: str, counts: Counts, lang: Lang) -> str:
    left_out = {
        "later": counts.later,
        "other_currency": counts.other_currency,
        "unusable": counts.unusable,
    }
    found = schema.tables()[table]
    return text(
        "stamp.rows",
        lang,
        table=found.zh if lang == "zh" else found.en,
        read=f"{counts.read:,}",
        counted=f"{counts.counted:,}",
        rest="".join(
            text(f"stamp.{why}", lang, rows=f"{rows:,}", amount=money_text(counts.later_cents))
            for why, rows in left_out.items()
            if rows
        ),
    )
