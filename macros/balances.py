"""Open items from a balance book: customers by year with opening, debits, credits and closing.

Such a book has no documents. What a customer owes at the end is taken to be the newest that was
billed to her: first sold is first collected. Her closing balance is laid on the debits of the last
year, then on those of the year before, and what is left stands from before the book::

    closing 900 │ debits 2024: 500 │ 2023: 700 │ opening 2023: 300
    ages        │            500   │       400 │              0

An item of a year is dated by the first day of that year (the most that its age can be), what stands
from before by the first day of the year before that. So the items of a customer add up to her
closing balance, and the bands of years are those of the hand-made 账龄分析. A form that has only
the bands, filled in by hand, gives them as items.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from macros.balance_periods import Span, spans_of
from macros.parties import normals
from macros.schema import numbered
from macros.tables import Region, Table
from macros.words import plain, raw_group
from udfs.arrays import Ints, add_months
from udfs.values import MISSING

if TYPE_CHECKING:
    import numpy.typing as npt

    from udfs.arrays import Bools

#: Texts that an item takes over from its customer's last row.
_CARRIED = ("customer", "customer_name", "project", "owner", "currency")
#: Bands of a form: field, whole years from which it begins (``over_n`` begins after n).
BANDS = (*((f"years_{n}", n) for n in range(5)), *((f"over_{n}", n) for n in range(2, 6)))


class Balances(NamedTuple):
    """A balance book as of a day.

    Attributes
    ----------
    spans : tuple of Span
        The periods that have ended, oldest first.
    rows : ndarray of int64, by customer
        Her last row in the book's frame.
    closing : ndarray of int64, by customer
        Cents; negative is an advance.
    debits : ndarray of int64, (customers, periods)
        Cents billed in each period.
    vanished : ndarray of int64
        Rows of an earlier period with a balance whose customer is not in the last one.
    """

    spans: tuple[Span, ...]
    rows: Ints
    closing: Ints
    debits: Ints
    vanished: Ints


def balances_at(table: Table, day: int) -> Balances | None:
    """Give the balances at the end of the last period that ended by a day; None if none did."""
    spans = spans_of(table, day)
    ended = sorted({span for of_region in spans for span in of_region if span.end <= day})
    if not ended:
        return None
    number = {span: place for place, span in enumerate(ended)}
    region = table.region_numbers()
    last_of = np.array([number.get(of[-1], -1) if of else -1 for of in spans], dtype=np.int64)
    in_last = last_of[region] == len(ended) - 1
    who = customers(table)
    closing = closings(table)
    counted = in_last & (closing != MISSING) & (who >= 0)
    known = np.unique(who[counted])
    place = np.full(int(who.max(initial=-1)) + 2, -1, dtype=np.int64)
    place[known] = np.arange(len(known))
    debits = np.zeros((len(known), len(ended)), dtype=np.int64)
    for at, of_region in enumerate(spans):
        for step, span in enumerate(of_region, start=1):
            if span in number:
                rows = (region == at) & (place[who] >= 0)
                cents = _cents(table, numbered("debit", step))
                np.add.at(debits, (place[who[rows]], number[span]), cents[rows])
    total = np.zeros(len(known), dtype=np.int64)
    np.add.at(total, place[who[counted]], closing[counted])
    rows = np.zeros(len(known), dtype=np.int64)
    rows[place[who[counted]]] = np.flatnonzero(counted)
    before = last_of[region] == len(ended) - 2
    gone = before & (closing != MISSING) & (closing != 0) & (who >= 0) & (place[who] < 0)
    return Balances(tuple(ended), rows, total, debits, np.flatnonzero(gone))


def spread_balances(closing: Ints, debits: Ints) -> Ints:
    """Spread closing balances over debits, the newest first.

    Parameters
    ----------
    closing : ndarray of int64, (n,)
        Cents by customer; what is negative is spread over nothing.
    debits : ndarray of int64, (n, periods)
        Cents by customer and period, oldest first; a negative one holds nothing.

    Returns
    -------
    ndarray of int64, (n, periods + 1)
        What is left from before the first period, then by period. Each row adds up to its closing
        balance where that is positive.

    Examples
    --------
    >>> import numpy as np
    >>> spread_balances(np.array([900, 1700]), np.array([[300, 700, 500]] * 2)).tolist()
    [[0, 0, 400, 500], [200, 300, 700, 500]]
    """
    newest = np.maximum(debits[:, ::-1], 0)
    before = np.cumsum(newest, axis=1) - newest
    debt = np.maximum(closing, 0)
    parts = np.clip(debt[:, None] - before, 0, newest)
    rest = debt - parts.sum(axis=1)
    return np.column_stack([rest, parts[:, ::-1]])


def items_at(table: Table, day: int) -> Table | None:
    """Give the open items of a balance book as of a day, as a table of receivables.

    Returns
    -------
    Table or None
        ``source`` is ``"balances"``; there are no due dates. None where no period has ended.
    """
    found = balances_at(table, day)
    if found is None:
        return None
    if moves(table) or not any(table.has(name) for name, _ in BANDS):
        first = found.spans[0]
        dates = np.array([first.before, *(span.start for span in found.spans)], dtype=np.int64)
        cents = spread_balances(found.closing, found.debits)
    else:
        dates, cents = _by_hand(table, found)
    credit = np.minimum(found.closing, 0)
    dates = np.append(dates, found.spans[-1].end)
    cents = np.column_stack([cents, credit])
    customer, part = np.nonzero(cents)
    return _items(table, found.rows[customer], dates[part], cents[customer, part])


def moves(table: Table) -> bool:
    """Whether a balance book has debits: without any, nothing says how old a balance is."""
    names = [name for name in table.frame.columns if str(name).startswith("debit")]
    return any(bool(table.frame[name].notna().any()) for name in names)


def _by_hand(table: Table, found: Balances) -> tuple[Ints, Ints]:
    """Give dates and cents of a form's bands; what they leave of the balance is undated."""
    end = found.spans[-1].end
    who, place = customers(table), np.full(len(table) + 2, -1, dtype=np.int64)
    place[who[found.rows]] = np.arange(len(found.rows))
    known = place[who] >= 0
    dates, columns = [], []
    for name, years in BANDS:
        over = name.startswith("over")
        back = add_months(np.array([end]), np.array([-12 * (years + (not over))]))
        dates.append(int(back[0]) + (-1 if over else 1))
        cents = np.zeros(len(found.rows), dtype=np.int64)
        np.add.at(cents, place[who[known]], _cents(table, name)[known])
        columns.append(cents)
    bands = np.column_stack(columns)
    rest = np.maximum(found.closing, 0) - bands.sum(axis=1)
    return np.array([*dates, MISSING], dtype=np.int64), np.column_stack([bands, rest])


def closings(table: Table) -> Ints:
    """Give the signed closing balance of each row, worked out where its cell is blank."""
    stated = signed(table, "closing")
    movement = np.zeros(len(table), dtype=np.int64)
    step = 1
    while table.has(numbered("debit", step)) or table.has(numbered("credit", step)):
        movement += _cents(table, numbered("debit", step)) - _cents(table, numbered("credit", step))
        step += 1
    opening = signed(table, "opening")
    computed = np.where(opening == MISSING, MISSING, opening + movement)
    if step == 1:
        bands = [_cents(table, name) for name, _ in BANDS if table.has(name)]
        filled = np.zeros(len(table), dtype=np.bool_)
        for name, _ in BANDS:
            filled |= table.get(name).notna().to_numpy(dtype=np.bool_)
        summed = np.sum(bands, axis=0) if bands else np.zeros(len(table), dtype=np.int64)
        computed = np.where(filled, summed, MISSING)
    return np.where(stated == MISSING, computed, stated)


def signed(table: Table, name: str) -> Ints:
    """Give a balance with its side: on the credit side it is negative; MISSING where blank."""
    found = table.get(name).to_numpy(dtype=np.int64, na_value=MISSING)
    if table.has(f"{name}_credit"):
        other = table.get(f"{name}_credit").to_numpy(dtype=np.int64, na_value=MISSING)
        both = np.where(found == MISSING, 0, found) - np.where(other == MISSING, 0, other)
        return np.where((found == MISSING) & (other == MISSING), MISSING, both)
    on_credit = credit_side(table) & (found != MISSING) & (found > 0)
    return np.where(on_credit, -found, found)


def credit_side(table: Table) -> Bools:
    """Say which rows carry 贷 as the side of their balance."""
    codes, distinct = pd.factorize(table.get("side").to_numpy(dtype=object))
    words = raw_group("side")
    is_credit = [words.get(plain(str(one))) == "credit" for one in distinct]
    return np.array([*is_credit, False], dtype=np.bool_)[codes]


def _items(table: Table, rows: Ints, dates: Ints, cents: Ints) -> Table:
    data: dict[str, object] = {
        name: table.get(name).to_numpy(dtype=object)[rows] for name in _CARRIED if table.has(name)
    }
    data["document_date"] = pd.arrays.IntegerArray(dates, dates == MISSING)
    data["amount"] = pd.array(cents, dtype="Int64")
    data["sheet"] = table.frame["sheet"].to_numpy(dtype=object)[rows]
    data["row"] = table.frame["row"].to_numpy()[rows]
    data["region"] = table.region_numbers()[rows]
    regions = tuple(_as_items(region) for region in table.regions)
    return Table("receivables", pd.DataFrame(data), regions, source="balances")


def _as_items(region: Region) -> Region:
    at = "closing" if "closing" in region.columns else next(iter(region.columns))
    kept = [name for name in _CARRIED if name in region.columns]
    return replace(
        region,
        columns={**{name: region.columns[name] for name in kept}, "amount": region.columns[at]},
        headings={**{name: region.headings[name] for name in kept}, "amount": region.headings[at]},
        balances=True,
    )


def customers(table: Table) -> Ints:
    """Give equal customers equal numbers: by id, else by name; −1 for nobody."""
    ids, names = normals(table.get("customer")), normals(table.get("customer_name"))
    codes, distinct = pd.factorize(np.where(ids == "", names, ids))
    nobody = np.array([*(one == "" for one in distinct), True], dtype=np.bool_)
    return np.where(nobody[codes], -1, codes).astype(np.int64)


def _cents(table: Table, name: str) -> Ints:
    """Give a movement in cents: no entry is no movement."""
    found: npt.NDArray[np.int64] = table.get(name).to_numpy(dtype=np.int64, na_value=0)
    return found
