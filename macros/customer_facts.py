"""What 客户 says of a customer that matters for dunning: contact, hold, exclusion, risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros.settings import rate_setting
from macros.texts import text
from macros.vocabulary import code_in
from udfs.priority import unscored_risk
from udfs.rules import rules
from udfs.values import MISSING

if TYPE_CHECKING:
    from macros.action import Settings
    from macros.ledger import Ledger
    from macros.tables import Tables
    from macros.texts import Lang
    from udfs.arrays import Codes, Floats


def facts_of(tables: Tables, settings: Settings, ledger: Ledger) -> pd.DataFrame:
    """Give one row per customer key, and a last one for items of nobody.

    Returns
    -------
    DataFrame
        position (row of 客户, −1 if none), label, name, contact, phone, hold_until (MISSING if
        none), excluded, risk (0 to 1), risk_source (in words), risk_assumed (nothing tells it).
    """
    directory = ledger.directory
    count = len(directory.labels)
    keys = np.append(np.arange(count), -1)
    rows = pd.DataFrame({"label": directory.label(keys), "name": directory.name(keys)})
    rows.loc[count, ["label", "name"]] = ["#-", text("aging.no_customer", settings.lang)]
    assumed = rate_setting(tables, settings, "unscored_risk")
    default = unscored_risk() if assumed is None else assumed
    table = tables.get("customers")
    if table is None or not len(table):
        return rows.assign(
            position=-1, contact="", phone="", hold_until=MISSING, excluded=False,
            risk=default, risk_source=text("dunning.risk.assumed", settings.lang),
            risk_assumed=True,
        )  # fmt: skip
    at = directory.positions(table, keys)
    rows["position"] = at
    for name in ("contact", "phone"):
        rows[name] = np.append(table.get(name).to_numpy(dtype=object), "")[at]
    held = table.get("hold_until").to_numpy(dtype=np.int64, na_value=MISSING)
    rows["hold_until"] = np.append(held, MISSING)[at]
    rows["excluded"] = np.append(table.get("excluded").fillna(value=False).to_numpy(bool), False)[
        at
    ]
    risk, source = _risk(
        table.get("risk").to_numpy(dtype=np.float64, na_value=np.nan),
        table.get("score").to_numpy(dtype=np.float64, na_value=np.nan),
        table.get("grade").to_numpy(dtype=object),
        settings.lang,
    )
    known = np.append(risk, np.nan)[at]
    rows["risk_assumed"] = np.isnan(known)
    rows["risk"] = np.where(np.isnan(known), default, known)
    words = np.append(source, text("dunning.risk.assumed", settings.lang))
    rows["risk_source"] = words[np.where(np.isnan(known), len(source), at)]
    return rows


def _risk(risk: Floats, score: Floats, grade: Codes, lang: Lang) -> tuple[Floats, Codes]:
    """Give the risk of each customer and where it comes from: stated, by score, by grade."""
    bands = rules("risk_grades")
    edges = sorted(row.number("min_score") for row in bands)
    by_edge = {row.number("min_score"): row.number("risk") for row in bands}
    steps = np.array([by_edge[edge] for edge in edges])
    by_code = {row.code: row.number("risk") for row in bands}
    place = np.clip(np.searchsorted(edges, np.nan_to_num(score), side="right") - 1, 0, None)
    by_score = np.where(np.isnan(score), np.nan, steps[place])
    by_grade = np.array([by_code.get(code_in("risk_grades", str(g)), np.nan) for g in grade])
    found = np.where(~np.isnan(risk), risk, np.where(~np.isnan(by_score), by_score, by_grade))
    source = [
        text("dunning.risk.stated", lang)
        if not np.isnan(stated)
        else text("dunning.risk.score", lang, score=f"{points:g}")
        if not np.isnan(points)
        else text("dunning.risk.grade", lang, grade=word)
        for stated, points, word in zip(risk, score, grade, strict=True)
    ]
    return found, np.array(source, dtype=object)
