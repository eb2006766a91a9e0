"""Functions to declare in tests, one for each form of argument and answer; cells and ranges."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from udfs.values import (
    MISSING,
    OPTIONAL,
    OR_MISSING,
    Cell,
    CellError,
    Cents,
    CentsList,
    Count,
    Day,
    Days,
    ExactCents,
    NumberList,
    Text,
    Unit,
    Weights,
    choice,
    label,
    ladder,
)

NA, NUM, VALUE, REF = CellError.NA, CellError.NUM, CellError.VALUE, CellError.REF
JUNE_30 = 45838.0  # 2025-06-30


def row(*cells: Cell) -> tuple[tuple[Cell, ...], ...]:
    return (cells,)


def column(*cells: Cell) -> tuple[tuple[Cell, ...], ...]:
    return tuple((cell,) for cell in cells)


def age(as_of: Day, due: Day) -> Days:
    return as_of - due


def cents(amount: Cents) -> Cents:
    return amount


def exact(amount: ExactCents) -> Cents:
    return amount


def waited(days: Annotated[Days, OPTIONAL], least: Days | ArrayLike = 7) -> Days:
    return np.where(days == MISSING, least, days)


def band(days: Days, edges: Annotated[tuple[int, ...], ladder("aging")] = (30,)) -> Count:
    return np.searchsorted(np.array(edges), days)


def basis_of(
    days: Days, basis: Annotated[Literal["due", "document"], choice("aging_basis")] = "due"
) -> Text:
    return np.array([basis] * len(days), dtype=object)


def split(total: Cents, weights: Weights, unit: Unit = 1) -> CentsList:
    del unit
    return (total[:, None] * weights // weights.sum()).astype(np.int64)


class Receipts(NamedTuple):
    receipt_date: Day
    amount: Cents


class Parts(NamedTuple):
    parts: CentsList
    left: Cents


def spread(total: Cents, receipts: Receipts) -> Parts:
    n = len(receipts.amount)
    each = np.tile((total // max(n, 1))[:, None], (1, n))
    return Parts(each, total - each.sum(axis=1))


def colour(level: Count) -> Annotated[NDArray[np.object_], label("status")]:
    names = np.array(["green", "yellow", None], dtype=object)
    return names[level]


def count_all(levels: Annotated[NumberList, OR_MISSING]) -> Count:
    return np.isnan(levels).sum()
