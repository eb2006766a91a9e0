"""The rows of the work list: customers in order of priority, their items folded below them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from macros import layout
from macros.changes import Block
from macros.debtors import ACTIVE, BLOCKED, IDLE, REMIND
from macros.dunning_reasons import blocks, item_reasons, reasons, short_day
from macros.places import Places
from macros.texts import text
from udfs.dunning import action_of_level, block_text
from udfs.rules import labels
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.dunning_terms import Terms
    from macros.tables import Tables
    from udfs.arrays import Codes, Ints

_SECTIONS: Final = (ACTIVE, REMIND, BLOCKED)
#: Customers and items look alike: bold reasons cannot be read, and what is folded is not seen.
_STYLES: Final = {"section": "section", "customer": "detail", "item": "detail", "total": "total"}
#: Sorts after every item of a customer, and after every customer of a section.
_LAST: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Worklist:
    """The block of the sheet and the figures of its top line, in cents and counts."""

    block: Block
    contact_today: int
    reminders: int
    active: int
    blocked: int
    near: int
    unpublished: bool

    @property
    def overdue(self) -> int:
        """Cents overdue of all listed customers, dunned or held back."""
        return self.active + self.blocked


def worklist(
    tables: Tables, terms: Terms, debtors: pd.DataFrame, items: pd.DataFrame, promises: pd.DataFrame
) -> Worklist:
    """Lay out debtors and items; customers with nothing overdue and no reminder are not listed."""
    listed = _customers(debtors, promises, terms)
    lines = _items(items, listed, terms)
    rows = pd.concat([_sections(listed, terms), listed, lines, _total(listed, terms)])
    order = np.lexsort([rows[name].to_numpy() for name in ("line", "rank", "section")])
    rows = rows.iloc[order].reset_index(drop=True)
    rows = rows.astype(dict.fromkeys(("open", "overdue"), "Int64"))
    levels = np.zeros(len(rows), dtype=np.int8)
    levels[(rows["style"] == "item").to_numpy(dtype=bool)] = 1
    columns = layout.columns("dunning", terms.lang)
    ours = [column.id for column in columns if not column.hers]
    held = listed[["disputed", "held", "promised"]].sum(axis=1)
    active = listed["section"] == ACTIVE
    back = int(held[active].where(~listed["urgent"][active], 0).sum())
    blocked = int(listed.loc[listed["section"] == BLOCKED, "overdue"].sum()) + back
    return Worklist(
        block=Block(
            id="dunning",
            columns=columns,
            data=rows[ours],
            key="key",
            levels=levels,
            styles=rows["style"].map(_STYLES).to_numpy(dtype=object),
            links=_links(tables, rows),
            folded=True,
            indent="customer",
        ),
        contact_today=int((active & ~listed["waits"]).sum()),
        reminders=int((listed["section"] == REMIND).sum()),
        active=int(listed["overdue"].sum()) - blocked,
        blocked=blocked,
        near=int(listed["urgent"].sum()),
        unpublished=bool(listed["unpublished"].any()),
    )


def _customers(debtors: pd.DataFrame, promises: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Give the listed debtors with the texts of their rows and their rank in their section."""
    rows = debtors[debtors["section"] != IDLE].copy()
    section = rows["section"].to_numpy(dtype=np.int64)
    rows["block_text"] = blocks(rows, terms)
    action = labels("dunning_actions", rows["action"], terms.lang)
    action[section == REMIND] = text("dunning.remind", terms.lang)
    action[rows["barred"].to_numpy(dtype=bool)] = text("dunning.plan", terms.lang)
    rows["action_text"] = action
    rows["reason"] = reasons(rows, terms)
    rows["standing"], free_on = _standing(rows, promises, terms)
    twice = rows["name"].duplicated(keep=False) & (rows["name"] != rows["label"])
    rows["contact"] = [
        "\n".join(filter(None, pair)) for pair in zip(rows["contact"], rows["phone"], strict=True)
    ]
    rows["customer"] = np.where(twice, rows["name"] + " (" + rows["label"] + ")", rows["name"])
    rows["rank"] = _rank(rows)
    rows["seq"] = pd.array(np.argsort(np.lexsort((rows["rank"], section))) + 1, dtype="Int64")
    late = (rows["overdue"] > 0).to_numpy(dtype=bool)
    blocked = section == BLOCKED
    return rows.assign(
        key=rows["label"],
        action=np.where(blocked, "", action),
        level=_int(np.where(late, rows["level"], MISSING)),
        days=_int(np.where(late, rows["days"], MISSING)),
        overdue=rows["overdue"],
        next_date=_int(np.where(blocked, _free(rows, free_on, terms), rows["due_next"])),
        score=rows["score"].mask(~late).round(1),
        limitation_left=_int(_left(rows)),
        line=0,
        style="customer",
    )


def _int(values: Ints) -> pd.api.extensions.ExtensionArray:
    """Give int64 with MISSING as nullable integers."""
    gone = values == MISSING
    return pd.arrays.IntegerArray(np.where(gone, 0, values).astype(np.int64), gone)


def _left(rows: pd.DataFrame) -> Ints:
    """Days to the earliest end of a claim; where all have run out, how long ago the last did."""
    left = rows["left"].to_numpy(dtype=np.int64)
    return np.where(left == MISSING, rows["last_expired"].to_numpy(dtype=np.int64), left)


def _rank(rows: pd.DataFrame) -> Ints:
    """Order customers: by priority; reminders by date; those held back by amount."""
    section = rows["section"].to_numpy(dtype=np.int64)
    score = np.where(section == ACTIVE, rows["score"].to_numpy(dtype=np.float64), 0)
    due = np.where(section == REMIND, rows["remind_due"], 0)
    order = np.lexsort((rows["label"].to_numpy(dtype=object), -rows["overdue"], due, -score))
    rank = np.empty(len(rows), dtype=np.int64)
    rank[order] = np.arange(len(rows))
    return rank


def _standing(rows: pd.DataFrame, promises: pd.DataFrame, terms: Terms) -> tuple[Codes, Ints]:
    """Say what holds a customer back and what became of her promise; until when one is open."""
    last = promises.drop_duplicates("key", keep="last").set_index("key")
    names = labels("promise_status", last["status"], terms.lang)
    told = {
        key: text(
            "dunning.promise",
            terms.lang,
            status=name,
            promised=short_day(promised, terms.as_of),
            amount=layout.money_text(amount),
        )
        for key, name, promised, amount in zip(
            last.index.tolist(), names, last["promised"].tolist(), last["amount"].tolist(),
            strict=True,
        )
    }  # fmt: skip
    latest = [
        text("dunning.promise.times", terms.lang, latest=told[key], times=times)
        if times > 1
        else told.get(key, "")
        for key, times in zip(rows.index.tolist(), rows["broken"].tolist(), strict=True)
    ]
    # A promise that is open says itself that it is.
    pending = (last["status"].reindex(rows.index) == "pending").to_numpy(dtype=bool)
    said = pending & (rows["block"] == "promise_pending").to_numpy(dtype=bool)
    holds = rows["block_text"].mask(said, "")
    found = ["\n".join(filter(None, pair)) for pair in zip(holds, latest, strict=True)]
    days = promises[promises["status"] == "pending"].groupby("key")["promised"].max()
    grace = terms.row.integer("promise_grace")
    until = days.reindex(rows.index).to_numpy(dtype=np.float64, na_value=np.nan)
    free = np.where(np.isnan(until), MISSING, np.nan_to_num(until).astype(np.int64) + grace + 1)
    return np.array(found, dtype=object), free


def _free(rows: pd.DataFrame, free_on: Ints, terms: Terms) -> Ints:
    """Give the day on which a hold or a promise is over, on a working day; else MISSING."""
    block = rows["block"].to_numpy(dtype=object)
    held = rows["hold_until"].to_numpy(dtype=np.int64) + 1
    day = np.where(block == "hold", held, np.where(block == "promise_pending", free_on, MISSING))
    rolled, _ = terms.workday(np.where(day == MISSING, terms.as_of, day))
    return np.where(day == MISSING, MISSING, rolled)


def _items(items: pd.DataFrame, listed: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Give the item rows of the listed customers, the longest overdue first."""
    rows = items[items["key"].isin(listed.index)].copy()
    key = rows["key"].to_numpy(dtype=np.int64)
    for name in ("section", "rank", "label"):
        rows[name] = listed[name].reindex(key).to_numpy()
    number = rows["document"].to_numpy(dtype=object)
    again = rows.groupby([key, number]).cumcount().to_numpy(dtype=np.int64)
    suffix = np.where(again > 0, "#" + (again + 1).astype(str), "").astype(object)
    due = rows["due"].to_numpy(dtype=np.int64)
    order = np.lexsort((rows["position"], np.where(due == MISSING, _LAST, due)))
    line = np.empty(len(rows), dtype=np.int64)
    line[order] = np.arange(1, len(rows) + 1)
    late = rows["overdue"].to_numpy(dtype=bool)
    level = rows["level"].to_numpy(dtype=np.int64)
    back = _item_blocks(rows, terms)
    # No item is treated harder than its customer is.
    acted = np.minimum(level, listed["acted"].reindex(key).to_numpy(dtype=np.int64))
    action = labels("dunning_actions", action_of_level(np.where(late, acted, -1)), terms.lang)
    left = rows["left"].to_numpy(dtype=np.int64)
    action[(left < 0) & (left != MISSING)] = text("dunning.plan", terms.lang)
    action[~late | (back != "")] = ""
    action[rows["remind"].to_numpy(dtype=bool)] = text("dunning.remind", terms.lang)
    # Nothing is asked for while the whole customer is held back.
    action[(rows["section"] == BLOCKED).to_numpy(dtype=bool)] = ""
    return rows.assign(
        key=rows["label"] + "|" + number + suffix,
        customer=number,
        contact=rows["project"],
        next_date=_int(due),
        reason=item_reasons(rows, terms.lang),
        overdue=np.where(late, rows["open"], 0),
        days=_int(np.where(late, rows["days"], MISSING)),
        level=_int(level),
        action=action,
        standing=back,
        limitation_left=_int(left),
        source=rows["position"],
        position=-1,
        line=line,
        style="item",
    )


def _item_blocks(rows: pd.DataFrame, terms: Terms) -> Codes:
    """Say what holds an overdue item back: a dispute, a hold, a promise."""
    late = rows["overdue"].to_numpy(dtype=bool)
    masks = [late & rows[name].to_numpy(dtype=bool) for name in ("disputed", "held", "promised")]
    found = np.select(masks, ["disputed", "hold", "promise_pending"], "none").astype(object)
    words = block_text(found, rows["hold_until"].to_numpy(dtype=np.int64), terms.lang)
    return np.where(found == "none", "", words)


def _sections(listed: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Give a heading row for each part of the list that has customers."""
    parts = [listed[listed["section"] == section] for section in _SECTIONS]
    return pd.DataFrame(
        [
            {
                "key": f"#section{section}",
                "customer": text(
                    f"dunning.section.{section}",
                    terms.lang,
                    count=len(part),
                    overdue=layout.money_text(int(part["overdue"].sum())),
                ),
                "section": section,
                "rank": -1,
                "line": 0,
                "style": "section",
            }
            for section, part in zip(_SECTIONS, parts, strict=True)
            if len(part)
        ]
    )


def _total(listed: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    total = {
        "key": "#total",
        "customer": text("dunning.total", terms.lang),
        "open": int(listed["open"].sum()),
        "overdue": int(listed["overdue"].sum()),
        "section": IDLE,
        "rank": 0,
        "line": 0,
        "style": "total",
    }
    return pd.DataFrame([total])


def _links(tables: Tables, rows: pd.DataFrame) -> dict[str, Codes]:
    """Link customers to 客户 and items to 应收."""
    found: dict[str, Codes] = {}
    for table, field, column, position in (
        ("customers", "customer_name", "customer", "position"),
        ("receivables", "document", "customer", "source"),
    ):
        source = tables.get(table)
        at = rows[position].to_numpy(dtype=np.float64, na_value=-1).astype(np.int64)
        if source is not None and len(source):
            links = Places(source, field).links(at)
            found[column] = np.where(at < 0, found.get(column, links), links)
    return found
