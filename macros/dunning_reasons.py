"""Why a customer stands where she stands, in one readable line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from macros.debtors import ACTIVE, BLOCKED, REMIND
from macros.layout import date_text, money_text
from macros.texts import text
from udfs.dunning import block_text
from udfs.rules import rule
from udfs.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from macros.dunning_terms import Terms
    from udfs.arrays import Codes

#: Columns of cents held back -> the block that holds them.
_HELD_BACK = {"disputed": "disputed", "held": "hold", "promised": "promise_pending"}


def reasons(rows: pd.DataFrame, terms: Terms) -> Codes:
    """Give the reason of each listed debtor: what decided, then the arithmetic of the score.

    Parameters
    ----------
    rows : DataFrame
        Debtors as :func:`macros.debtors.debtors` gives them, with ``action_text``, ``block_text``
        and ``remind_count``, ``remind_open``, ``remind_due``.
    """
    by_section = {ACTIVE: _active, BLOCKED: _blocked, REMIND: _reminded}
    found: Codes = np.full(len(rows), "", dtype=object)
    for at, row in enumerate(_records(rows)):
        found[at] = "".join(by_section[row["section"]](row, terms))
    return found


def _records(rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Give the rows one by one; customers are hundreds where items are thousands."""
    names = [str(name) for name in rows.columns]
    for values in zip(*(rows[name].tolist() for name in names), strict=True):
        yield dict(zip(names, values, strict=True))


def _day(serial: int) -> str:
    return "" if serial == MISSING else date_text(serial)


def blocks(rows: pd.DataFrame, terms: Terms) -> Codes:
    """Give the label of each debtor's block; of the parts held back where the rest is dunned."""
    whole = block_text(rows["block"].to_numpy(dtype=object), rows["hold_until"], terms.lang)
    names = {name: rule("dunning_blocks", code) for name, code in _HELD_BACK.items()}
    parts = _records(rows[[*_HELD_BACK, "item_hold", "block"]])
    found = np.where(rows["block"].to_numpy() == "none", "", whole)
    for at, row in enumerate(parts):
        back = [name for name in _HELD_BACK if row[name] and row["block"] == "none"]
        if back:
            told = [
                names[name].label(terms.lang, hold_until=_day(row["item_hold"]))
                + f" {money_text(row[name])}"
                for name in back
            ]
            separator = "、" if terms.lang == "zh" else ", "
            found[at] = text("dunning.block.partly", terms.lang, reasons=separator.join(told))
    return found


def _active(row: dict[str, Any], terms: Terms) -> Iterator[str]:
    lang = terms.lang
    yield _decision(row, terms)
    if row["urgent"] and row["block"] != "none":
        yield text("dunning.reason.despite", lang, block=row["block_text"])
    if row["waits"] and row["last"] != MISSING:
        yield text(
            "dunning.reason.waits",
            lang,
            last=date_text(row["last"]),
            interval=terms.interval,
            next=date_text(row["due_next"]),
        )
    if row["no_letter_yet"]:
        yield text("dunning.reason.no_letter", lang)
    yield from _clauses(row, terms)
    yield _score(row, terms)


def _decision(row: dict[str, Any], terms: Terms) -> str:
    if row["urgent"]:
        return text(
            "dunning.reason.urgent",
            terms.lang,
            left=row["left"],
            within=terms.demand_within,
            near=money_text(row["near"]),
            action=row["action_text"],
        )
    if row["repeated"]:
        return text(
            "dunning.reason.repeated", terms.lang, days=row["days"], action=row["action_text"]
        )
    level = int(row["level"])
    return text(
        "dunning.reason.level" if level else "dunning.reason.first",
        terms.lang,
        days=row["days"],
        threshold=terms.thresholds[max(level, 1) - 1],
        action=row["action_text"],
    )


def _clauses(row: dict[str, Any], terms: Terms) -> Iterator[str]:
    lang = terms.lang
    if row["payable"]:
        for name in _HELD_BACK:
            if row[name]:
                yield text(f"dunning.reason.{name}", lang, amount=money_text(row[name]))
    if row["credit"] > 0:
        yield text("dunning.reason.credit", lang, credit=money_text(row["credit"]))
    if row["expired"]:
        yield text("dunning.reason.expired", lang, amount=money_text(row["expired"]))
    if row["unproved"] and _soon(row["left"]):
        yield text("dunning.reason.unproved", lang, count=row["unproved"])
    if row["unpublished"]:
        yield text("dunning.reason.unpublished", lang)


def _soon(left: int) -> bool:
    """Whether the end of the limitation period has a colour: from yellow on."""
    yellow = rule("limitation_status", "yellow").integer("max_days")
    return left != MISSING and left <= yellow


def _score(row: dict[str, Any], terms: Terms) -> str:
    return text(
        "dunning.reason.score",
        terms.lang,
        score=f"{row['score']:.1f}",
        amount=f"{row['part_amount']:.1f}",
        days=f"{row['part_days']:.1f}",
        risk=f"{row['part_risk']:.1f}",
        broken=f"{row['part_broken']:.1f}",
        limitation=f"{row['part_limitation']:.1f}",
        chance=f"{row['risk']:.2f}",
        source=row["risk_source"],
        times=row["broken"],
    )


def _blocked(row: dict[str, Any], terms: Terms) -> Iterator[str]:
    yield text(
        "dunning.reason.blocked",
        terms.lang,
        block=row["block_text"],
        days=row["days"],
        overdue=money_text(row["overdue"]),
    )
    if row["block"] in {"net_credit", "below_minimum"}:
        yield text(
            "dunning.reason.arithmetic",
            terms.lang,
            payable=money_text(row["payable"]),
            credit=money_text(row["credit"]),
            net=money_text(row["payable"] - row["credit"]),
            minimum=money_text(terms.minimum),
        )
    yield from _clauses(row, terms)


def _reminded(row: dict[str, Any], terms: Terms) -> Iterator[str]:
    yield text(
        "dunning.reason.remind",
        terms.lang,
        count=row["remind_count"],
        amount=money_text(row["remind_open"]),
        due=date_text(row["remind_due"]),
        days=row["remind_due"] - terms.as_of,
    )
    yield from _clauses(row, terms)
