"""Customers who owe but are not in 客户: their grade, contact and owner are unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from macros.parties import normals
from macros.places import Places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from macros.problems import Problem
    from macros.tables import Table

#: As many of them are named.
_NAMED: Final = 5


def unlisted_customers(tables: Mapping[str, Table]) -> list[Problem]:
    """Say once how many customers of 应收 the table 客户 does not have, and the first of them.

    A customer is in 客户 if her id or her name is; texts are compared as in :mod:`macros.parties`.
    """
    bills, known = tables.get("receivables"), tables.get("customers")
    if bills is None or known is None or not len(bills) or not len(known):
        return []
    ids, names = normals(bills.get("customer")), normals(bills.get("customer_name"))
    listed = {*normals(known.get("customer")), *normals(known.get("customer_name"))} - {""}
    among = np.array(sorted(listed), dtype=object)
    unknown = ~np.isin(ids, among) & ~np.isin(names, among) & ((ids != "") | (names != ""))
    rows = np.flatnonzero(unknown)
    _, first = np.unique(np.where(names == "", ids, names)[rows].astype(str), return_index=True)
    rows = rows[np.sort(first)]
    if not len(rows):
        return []
    field = "customer_name" if bills.has("customer_name") else "customer"
    shown = "、".join(str(text) for text in bills.get(field).iloc[rows[:_NAMED]])
    places = Places(bills, field)
    return [places.problem("customer_unlisted", "info", rows[0], found=shown, n=len(rows))]
