"""One plan broken down: project × owner × week, target beside receipts, days covered.

A receipt belongs to the target of its project and owner; else to the project's own target, if that
was not one owner's; else to the owner's target without a project; else to the one without either.
What belongs to none is kept apart: it is listed, so that receipts add up to the ledger's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from macros.cascade import Goals, by_span
from macros.parties import normals

if TYPE_CHECKING:
    import numpy.typing as npt

    from macros.cascade import Weights
    from macros.periods import Grid

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]
    Texts = npt.NDArray[np.object_]

#: Parts the keys of project and owner: no name holds it.
JOIN = "\x1f"


@dataclass(frozen=True, slots=True, eq=False)
class Breakdown:
    """A plan's targets by party (project × owner) and span.

    Attributes
    ----------
    parties : DataFrame
        project, owner, key (normal form of both), project_key, owner_key, whole (what it leaves
        blank, project or owner, means all of them), position (row of 目标, −1 for none).
    target : ndarray of int64, shape (parties, spans)
        Cents.
    covered : ndarray of bool, shape (parties, days)
        Days on which the party has a target.
    fell_back : bool
        Somewhere the chosen weights gave nothing to go by.
    """

    plan: str
    grid: Grid
    parties: pd.DataFrame
    target: Ints
    covered: Bools
    fell_back: bool


def break_down(
    goals: pd.DataFrame, grid: Grid, weights: Weights, due: pd.DataFrame | None
) -> Breakdown:
    """Cut the targets of one plan down to weeks.

    Parameters
    ----------
    goals : DataFrame
        As :class:`macros.targets.Targets`, of one plan, within the days of ``grid``.
    grid : Grid
        The plan's periods.
    weights : {"workday", "calendar", "equal", "due"}
        What a target is spread by.
    due : DataFrame, optional
        project, owner, day, cents: needed for the weights ``due``.
    """
    projects, owners = normals(goals["project"]), normals(goals["owner"])
    group, keys = pd.factorize(projects + JOIN + owners)
    first = np.unique(group, return_index=True)[1]
    parties = goals.iloc[first][["project", "owner", "position"]].reset_index(drop=True)
    parties = parties.assign(
        key=np.asarray(keys, dtype=object),
        project_key=projects[first],
        owner_key=owners[first],
        whole=goals["whole"].groupby(group).any().to_numpy(dtype=np.bool_),
    )
    spread = Goals(
        start=goals["start"].to_numpy(dtype=np.int64),
        end=goals["end"].to_numpy(dtype=np.int64),
        amount=goals["amount"].to_numpy(dtype=np.int64),
        group=group.astype(np.int64),
        due=_due_by_day(due, parties, grid) if due is not None else None,
    )
    parts, fell_back = by_span(spread, grid, weights)
    target = np.zeros((len(parties), len(grid.period)), dtype=np.int64)
    np.add.at(target, group, parts)
    return Breakdown(
        plan=str(goals["plan"].iloc[0]),
        grid=grid,
        parties=parties,
        target=target,
        covered=_covered(spread, len(parties), grid),
        fell_back=bool(fell_back.any()),
    )


def _due_by_day(due: pd.DataFrame, parties: pd.DataFrame, grid: Grid) -> Ints:
    """Give the balance due by party and day; what nets to less than nothing on a day is nothing."""
    table = np.zeros((len(parties), len(grid.days)), dtype=np.int64)
    party = party_of(parties, due["project"], due["owner"])
    mine = party >= 0
    day = due["day"].to_numpy(dtype=np.int64)[mine] - grid.start
    np.add.at(table, (party[mine], day), due["cents"].to_numpy(dtype=np.int64)[mine])
    return np.maximum(table, 0)


def _covered(goals: Goals, parties: int, grid: Grid) -> Bools:
    steps = np.zeros((parties, len(grid.days) + 1), dtype=np.int32)
    np.add.at(steps, (goals.group, goals.start - grid.start), 1)
    np.add.at(steps, (goals.group, goals.end - grid.start + 1), -1)
    covered: Bools = steps.cumsum(axis=1)[:, :-1] > 0
    return covered


def party_of(parties: pd.DataFrame, projects: pd.Series, owners: pd.Series) -> Ints:
    """Give the party that each project and owner belongs to, the nearest first; -1 for none."""
    project, owner = normals(projects), normals(owners)
    key, by_project = (parties[name].to_numpy(dtype=object) for name in ("key", "project_key"))
    whole = np.flatnonzero(parties["whole"].to_numpy(dtype=np.bool_))
    of_projects, rest = whole[by_project[whole] != ""], whole[by_project[whole] == ""]
    single = np.flatnonzero(~parties["project_key"].duplicated(keep=False).to_numpy(np.bool_))
    everyone = np.arange(len(parties))
    nobody = np.full(len(project), JOIN, dtype=object)
    found = _find(key, everyone, project + JOIN + owner)
    for other in (
        _find(by_project, of_projects, project),
        # A receipt that names no owner belongs to its project's target if there is but one.
        np.where(owner == "", _find(by_project, single, project), -1),
        _find(key, rest, JOIN + owner),
        _find(key, rest, nobody),
    ):
        found = np.where(found < 0, other, found)
    return found


def _find(keys: Texts, among: Ints, wanted: Texts) -> Ints:
    """Give the position of each wanted key among some rows, -1 where it is none of them."""
    chosen = pd.Series(among, index=keys[among])
    chosen = chosen[~chosen.index.duplicated()]
    at = chosen.index.get_indexer(pd.Index(wanted, dtype=object))
    return np.append(chosen.to_numpy(dtype=np.int64), -1)[at]
