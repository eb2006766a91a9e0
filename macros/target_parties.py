"""Whose each target is: project and owner of every row of 目标.

A target names a project, an owner, both or neither. A project without an owner takes the owner of
its contract, or the single owner of its receivables, and else stays unassigned; either way it
covers every receipt of the project that no target of its own claims. A target without a project is
shared by the balance due in its period: over the projects of its owner, or over all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from macros.due import by_party
from macros.layout import money_text
from macros.parties import lookup, normals
from macros.places import Places
from udfs.plan import allocate

if TYPE_CHECKING:
    from macros.due import Dues
    from macros.ledger import Ledger
    from macros.problems import Problem
    from macros.tables import Tables

#: The action whose problems these are.
SOURCE: Final = "task-breakdown"


def owned(goals: pd.DataFrame, tables: Tables, ledger: Ledger) -> pd.DataFrame:
    """Give projects without an owner the owner of their contract, or of their receivables."""
    blank = ((goals["project"] != "") & (goals["owner"] == "")).to_numpy(dtype=np.bool_)
    if not blank.any():
        return goals
    goals = goals.assign(whole=blank)
    items = ledger.items[["project", "owner"]]
    sources = [items]
    contracts = tables.get("contracts")
    if contracts is not None:
        columns = {name: contracts.get(name) for name in ("project", "owner")}
        sources.insert(0, pd.DataFrame(columns))
    wanted = normals(goals["project"])
    owner = goals["owner"].to_numpy(dtype=object).copy()
    for source in sources:
        single = _single_owners(source)
        at = lookup(pd.Index(single.index, dtype=object), wanted)
        known = np.append(single.to_numpy(dtype=object), "")[at]
        owner = np.where(blank & (owner == ""), known, owner)
    return goals.assign(owner=owner)


def _single_owners(source: pd.DataFrame) -> pd.Series:
    """Give the owner of each project that has exactly one, by the project's normal form."""
    named = source[(source["project"] != "") & (source["owner"] != "")]
    keyed = pd.DataFrame({"project": normals(named["project"]), "owner": normals(named["owner"])})
    keyed["shown"] = named["owner"].to_numpy(dtype=object)
    counted = keyed.groupby("project", sort=False).agg(
        owners=("owner", "nunique"), shown=("shown", "first")
    )
    return counted.loc[counted["owners"] == 1, "shown"]


def doubtful(goals: pd.DataFrame, tables: Tables, ledger: Ledger) -> tuple[Problem, ...]:
    """List targets whose owner nobody names, and whose project nobody else knows."""
    targets = tables.require("targets")
    places = {name: Places(targets, name, source=SOURCE) for name in ("owner", "project")}
    known = {*normals(ledger.items["project"]), *normals(ledger.receipts["project"])}
    contracts = tables.get("contracts")
    if contracts is not None:
        known.update(normals(contracts.get("project")))
    known.discard("")
    projects = normals(goals["project"])
    lonely = (projects != "") & (goals["owner"] == "").to_numpy(dtype=np.bool_)
    unknown = (projects != "") & ~np.isin(projects, list(known)) & bool(known)
    found = []
    for at in np.flatnonzero(lonely | unknown).tolist():
        position, project = int(goals["position"].iloc[at]), str(goals["project"].iloc[at])
        if lonely[at]:
            found.append(places["owner"].problem("target_owner_missing", "info", position))
        if unknown[at]:
            code = "target_project_unknown"
            found.append(places["project"].problem(code, "warning", position, found=project))
    return tuple(found)


def shared_out(
    goals: pd.DataFrame, dues: Dues, places: Places
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Share targets without a project by the balance due in their period, and say so.

    Each share is exact to the cent (largest remainder). Where nothing falls due the target stays
    whole, without a project.
    """
    loose = np.flatnonzero((goals["project"] == "").to_numpy(dtype=np.bool_))
    if not len(loose):
        return goals.reset_index(drop=True), ()
    parts, problems = [goals[goals["project"] != ""]], []
    plan_of = normals(goals["plan"])
    for at in loose.tolist():
        same = goals[plan_of == plan_of[at]]
        due = dues.within(int(same["start"].min()), int(same["end"].max()))
        share = _share(goals.iloc[[at]], due)
        parts.append(share)
        position = int(goals["position"].iloc[at])
        amount = money_text(int(goals["amount"].iloc[at]))
        code = "target_shared" if (share["project"] != "").any() else "target_not_shared"
        problems.append(places.problem(code, "info", position, found=amount, parties=len(share)))
    return pd.concat(parts, ignore_index=True), tuple(problems)


def _share(goal: pd.DataFrame, due: pd.DataFrame) -> pd.DataFrame:
    """Give one target as its shares; ``goal`` has one row."""
    start, end = int(goal["start"].iloc[0]), int(goal["end"].iloc[0])
    parties = by_party(due[(due["day"] >= start) & (due["day"] <= end)])
    owing = (parties["cents"] > 0).to_numpy(dtype=np.bool_)
    owner = normals(goal["owner"])[0]
    if owner:
        owing = owing & (parties["owner_key"] == owner).to_numpy(dtype=np.bool_)
    if not owing.any():
        return goal.assign(whole=True)
    shares = goal.iloc[[0] * int(owing.sum())].reset_index(drop=True)
    for name in ("project", "owner"):
        shares[name] = parties.loc[owing, name].to_numpy(dtype=object)
    weights = parties.loc[owing, "cents"].to_numpy(dtype=np.int64)
    return shares.assign(amount=allocate(int(goal["amount"].iloc[0]), weights))
