"""Why a customer stands where she stands: in as few words as say it, for a narrow column."""

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
    from macros.texts import Lang
    from udfs.arrays import Codes

#: Columns of cents held back.
_HELD_BACK = ("disputed", "held", "promised")


def reasons(rows: pd.DataFrame, terms: Terms) -> Codes:
    """Give the reason of each listed debtor: what decided, then the arithmetic of the score.

    Parameters
    ----------
    rows : DataFrame
        Debtors as :func:`macros.debtors.debtors` gives them, with ``action_text``, ``block_text``.
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


def short_day(serial: int, as_of: int) -> str:
    """Give a day, without its year where that is the year of the list."""
    day, today = date_text(serial), date_text(as_of)
    return day[5:] if day[:4] == today[:4] else day


def blocks(rows: pd.DataFrame, terms: Terms) -> Codes:
    """Give the label of each debtor's block; parts held back are told in the reason."""
    whole = block_text(rows["block"].to_numpy(dtype=object), rows["hold_until"], terms.lang)
    return np.where(rows["block"].to_numpy() == "none", "", whole)


def _active(row: dict[str, Any], terms: Terms) -> Iterator[str]:
    lang = terms.lang
    yield _decision(row, terms)
    if row["urgent"] and row["block"] != "none":
        yield text("dunning.reason.despite", lang, block=row["block_text"])
    if row["last"] != MISSING:
        yield _interval(row, terms)
    if row["one_step"]:
        code = "step" if row["letter"] else "no_letter"
        yield text(f"dunning.reason.{code}", lang, letter=row["letter"])
    yield from _clauses(row, terms)
    yield _score(row, terms)


def _interval(row: dict[str, Any], terms: Terms) -> str:
    last, gap = short_day(row["last"], terms.as_of), terms.as_of - row["last"]
    if gap >= terms.interval:
        return text("dunning.reason.last", terms.lang, last=last, gap=gap, interval=terms.interval)
    return text(
        "dunning.reason.waits",
        terms.lang,
        last=last,
        gap=gap,
        interval=terms.interval,
        next=short_day(row["due_next"], terms.as_of),
    )


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
    for state in ("barred", "repeated"):
        if row[state]:
            told = {"days": row["days"], "action": row["action_text"]}
            return text(f"dunning.reason.{state}", terms.lang, **told)
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
                yield text(f"dunning.reason.{name}", lang, **_held_back(row, name, lang))
    if row["credit"] > 0:
        yield text("dunning.reason.credit", lang, credit=money_text(row["credit"]))
    if row["expired"]:
        yield text("dunning.reason.expired", lang, amount=money_text(row["expired"]))
    if row["unproved"] and _soon(row["left"]):
        yield text("dunning.reason.unproved", lang, count=row["unproved"])
    if row["unpublished"]:
        yield text("dunning.reason.unpublished", lang)


def _held_back(row: dict[str, Any], name: str, lang: Lang) -> dict[str, str]:
    """Give what the clause on cents held back tells; a hold has its last day."""
    told = {"amount": money_text(row[name])}
    if name == "held":
        hold = rule("dunning_blocks", "hold")
        told["block"] = hold.label(lang, hold_until=date_text(row["item_hold"]))
    return told


def _soon(left: int) -> bool:
    """Whether the end of the limitation period has a colour: from yellow on."""
    yellow = rule("limitation_status", "yellow").integer("max_days")
    return left != MISSING and left <= yellow


def _score(row: dict[str, Any], terms: Terms) -> str:
    return text(
        "dunning.reason.score",
        terms.lang,
        score=_points(row["score"]),
        amount=_points(row["part_amount"]),
        days=_points(row["part_days"]),
        risk=_points(row["part_risk"]),
        broken=_points(row["part_broken"]),
        limitation=_points(row["part_limitation"]),
        chance=f"{row['risk']:.2f}",
        source=row["risk_source"],
        promises=_promises(row, terms),
    )


def _promises(row: dict[str, Any], terms: Terms) -> str:
    """Say how many promises were broken, or that nobody wrote any down."""
    if not terms.promises_known:
        return text("dunning.reason.no_promises", terms.lang)
    return text("dunning.reason.times", terms.lang, times=row["broken"])


def _assumed(row: dict[str, Any], terms: Terms) -> Iterator[str]:
    """Say what the score of a customer rests on where its arithmetic is not shown."""
    if not terms.promises_known:
        yield text("dunning.reason.assumed", terms.lang, assumed=_promises(row, terms))
    if row["risk_assumed"]:
        risk = text("dunning.reason.no_score", terms.lang, chance=f"{row['risk']:.2f}")
        yield text("dunning.reason.assumed", terms.lang, assumed=risk)


def _points(points: float) -> str:
    """Give points with one decimal, none where they are whole: ``35``, ``14.2``."""
    return f"{points:.1f}".removesuffix(".0")


def _blocked(row: dict[str, Any], terms: Terms) -> Iterator[str]:
    if row["overdue"] > 0:
        yield text(
            "dunning.reason.blocked",
            terms.lang,
            block=row["block_text"],
            days=row["days"],
            overdue=money_text(row["overdue"]),
        )
    else:
        yield text(
            "dunning.reason.not_reminded",
            terms.lang,
            block=row["block_text"],
            soon=_falls_due(row, terms),
        )
    if row["block"] in {"net_credit", "below_minimum"}:
        asked = row["payable"] if row["overdue"] > 0 else row["remind_open"]
        yield text(
            "dunning.reason.arithmetic",
            terms.lang,
            payable=money_text(asked),
            credit=money_text(row["credit"]),
            net=money_text(asked - row["credit"]),
            minimum=money_text(terms.minimum),
        )
    yield from _clauses(row, terms)
    if row["overdue"] > 0:
        yield from _assumed(row, terms)


def item_reasons(items: pd.DataFrame, lang: Lang) -> Codes:
    """Say of items paid in part how much they were, and how much has come in."""
    amount, opened = (items[name].to_numpy(dtype=np.int64) for name in ("amount", "open"))
    found: Codes = np.full(len(items), "", dtype=object)
    for at in np.flatnonzero(amount != opened).tolist():
        found[at] = text(
            "dunning.reason.item",
            lang,
            amount=money_text(int(amount[at])),
            received=money_text(int(amount[at] - opened[at])),
        )
    return found


def _reminded(row: dict[str, Any], terms: Terms) -> Iterator[str]:
    yield _falls_due(row, terms)
    yield from _clauses(row, terms)


def _falls_due(row: dict[str, Any], terms: Terms) -> str:
    return text(
        "dunning.reason.remind",
        terms.lang,
        count=row["remind_count"],
        amount=money_text(row["remind_open"]),
        due=date_text(row["remind_due"]),
        days=row["remind_due"] - terms.as_of,
    )
