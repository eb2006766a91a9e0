"""Arguments that make sense for any registered function, by the kinds that it declares.

Benchmarks and fuzz need many rows of plausible cells for every function, those not yet written
included: kinds say what a cell must hold, names say more (a rate is a fraction, days are few).
:data:`FIXED` holds what only one function asks for.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from udfs import vocabulary
from udfs.values import Cell, Grid

if TYPE_CHECKING:
    from udfs.declaration import Column, Declaration, Parameter

JUNE_30 = 45838.0
CURRENCIES = ("CNY", "USD", "EUR")
Chance = np.random.Generator

#: Names of numbers that are no fractions, and the range that they have in life.
RANGES: dict[str, tuple[float, float]] = {
    "odds": (1, 200), "score": (0, 100), "z": (0, 5), "rate_booked": (6, 8), "rate_paid": (6, 8),
    "rate_carry": (6, 8), "rate_close": (6, 8), "multiplier": (1, 2), "actual": (0, 2),
    "target": (0.5, 1), "visits_per_sub": (1, 20), "weight": (1, 20), "daily_rate": (0.0001, 0.001),
}  # fmt: skip

#: Cells of one argument of one function, where its kind does not say enough.
FIXED: dict[tuple[str, str], Cell | Grid] = {
    ("AR_ALLOCATE_PHASES", "phases"): (("2025-10-21", "2025-10-31"), ("2025-11-01", "2025-12-15")),
    ("AR_CHECK_PHASES", "phases"): (("2025-10-21", "2025-10-31"), ("2025-11-01", "2025-12-15")),
    ("AR_REFORECAST", "elapsed"): 3.0,
    ("AR_INSTALMENT_ACCELERATION", "total_price"): 900_000.0,  # never less than is overdue
    ("AR_BANDED_SCORE", "standards"): ((2.0, 1.6, 1.3, 1.0, 0.7),),
    ("AR_COLLECTION_STATUS", "contract"): 10_000_000.0,
    ("AR_FORWARD_FACTOR", "scenarios"): ((0.6, 1.0), (0.3, 1.3), (0.1, 0.8)),
    ("AR_ALLOWANCE_MIGRATION", "years"): (
        ("2025", 90.0, 80.0, 1.0, 0.0),
        ("2025", 9.0, 20.0, 0.0, 1.0),
    ),
    ("AR_ALLOWANCE_MIGRATION", "balances"): ((100.0, 20.0),),
    ("AR_MATCH_AMOUNT", "receipt"): 1005.0,
    ("AR_MATCH_REFERENCE", "remark"): "付document7、document5货款",
    ("AR_MATCH_SUBSET", "receipt"): 1005.0,
    ("AR_CHECK_PHASES", "plan_start"): "2025-10-21",
    ("AR_CHECK_PHASES", "plan_end"): "2025-12-15",
    ("AR_CREDIT_RATIOS", "statement"): (
        ("ca", 600.0), ("inventory", 200.0), ("cl", 400.0), ("tl", 700.0), ("ta", 1200.0),
        ("sales", 1500.0), ("cogs", 1100.0), ("ni", 75.0), ("avg_ta", 1150.0),
        ("avg_inventory", 220.0), ("avg_ar", 250.0),
    ),
    ("AR_CREDIT_SCORE", "indicators"): (
        ("付款表现", 74.0), ("基本情况", 80.0), ("合作历史", 90.0), ("外部信息", 60.0),
        ("资产负债率", 0.52),
    ),
    ("AR_DUNNING_RUN", "run_date"): "2026-06-30",  # no reminder on record is later
    ("AR_PAYMENT_TERM", "term"): "442分期",
}  # fmt: skip

#: Rows of a table of one function that must be alike to make sense: as many as are asked for.
MADE: dict[tuple[str, str], Callable[[int], Grid]] = {
    ("AR_CREDIT_LIMIT_BASE", "grade"): lambda rows: tuple(
        ("优良中差"[number % 4],) for number in range(rows)
    ),
    # All figures on one side, so that money due now is a part of all money due.
    ("AR_CEI", "end_current_ar"): lambda rows: ((0.001,),) * rows,
    ("AR_CEI", "begin_ar"): lambda rows: ((1.0,),) * rows,
    ("AR_DUE_DATE", "rule"): lambda rows: tuple(
        (("net", "plus_eom", "workdays")[number % 3],) for number in range(rows)
    ),
    ("AR_DUNNING_LETTERS", "items"): lambda rows: tuple(
        (
            f"customer{number // 20}", CURRENCIES[number % 3], f"document{number}",
            1000.0 + number, float(number % 4), 0.0, 1.25,
        )
        for number in range(rows)
    ),
    ("AR_DUNNING_RUN", "items"): lambda rows: tuple(
        (
            f"document{number}", f"customer{number // 20}", JUNE_30 - number % 400,
            1000.0 + number, CURRENCIES[number % 3],
        )
        for number in range(rows)
    ),
    ("AR_DUNNING_RUN", "history"): lambda rows: tuple(
        (
            f"customer{number // 20}", f"document{number}", JUNE_30 - number % 90,
            float(1 + number % 3), ("letter", "phone")[number % 2],
        )
        for number in range(rows)
    ),
    ("AR_SCORECARD", "parts"): lambda rows: tuple(
        (float(number % 19), 20.0, f"part{number}") for number in range(rows)
    ),
    ("AR_DSO_COUNTBACK", "periods_newest_first"): lambda rows: tuple(
        (1000.0 + number % 7, 28.0 + number % 4) for number in range(rows)
    ),
    ("AR_DISCOUNT_COST", "net_days"): lambda rows: tuple(
        (121.0 + number % 60,) for number in range(rows)
    ),
    ("AR_MATCH_AMOUNT", "items"): lambda rows: tuple(
        (f"document{number}", JUNE_30, 1000.0 + number) for number in range(rows)
    ),
    ("AR_MATCH_SUBSET", "amounts"): lambda rows: tuple(
        (1000.0 + number,) for number in range(rows)
    ),
    ("AR_FLOW_LOSS_RATES", "remaining"): lambda rows: tuple(
        (float(rows - number),) for number in range(rows)
    ),
    ("AR_MIGRATION_MATRIX", "moves"): lambda rows: tuple(
        (f"state{number % 5}", f"state{number % 7}", 1.0 + number) for number in range(rows)
    ),
    ("AR_ALLOCATE_TABLE", "row_totals"): lambda rows: ((2.0,),) * rows,
    ("AR_ALLOCATE_TABLE", "column_totals"): lambda rows: ((float(rows),) * 2,),
    ("AR_SCHEDULE", "nodes"): lambda rows: tuple(
        (f"node{number}", round(1 - 1e-6 * (rows - 1), 6) if number == 0 else 1e-6, None)
        for number in range(rows)
    ),
    ("AR_SME_TERM_CHECK", "buyer"): lambda rows: (("government",),) * rows,
}  # fmt: skip

#: Optional tables and lists of data, which grow with the books: given in the second variant. The
#: others are options, a few rows at most, such as the levels of a policy.
DATA: dict[tuple[str, str], Callable[[int], Grid] | None] = {
    ("AR_AGING", "unallocated"): None,
    ("AR_AGING", "receipts"): lambda rows: tuple(
        (f"document{number % rows}", JUNE_30 - number % 90, 1.0 + number % 500)
        for number in range(rows)
    ),
    ("AR_APPLY_STATUTORY", "designated"): lambda rows: tuple(
        (f"document{number}",) for number in range(0, rows, 2)
    ),
    ("AR_CREDIT_BLOCK", "events"): None,
    ("AR_CREDIT_EFFECTIVE_LIMIT", "temporary"): lambda rows: tuple(
        (f"customer{number}", JUNE_30 - 30, JUNE_30 + 30, 5000.0) for number in range(rows)
    ),
    ("AR_CREDIT_EXPOSURE", "limits"): lambda rows: tuple(
        ("overdue", 1000.0 + number, f"customer{number}") for number in range(rows)
    ),
    ("AR_CREDIT_LIMIT", "stops"): lambda rows: ((False,),) * min(rows, 10),
    ("AR_DUNNING_CHARGES", "charged"): lambda rows: tuple(
        (f"document{number}", float(1 + number % 3), 5.0) for number in range(rows)
    ),
    ("AR_DUNNING_LETTERS", "send"): None,
    ("AR_DUNNING_RUN", "items"): None,
    ("AR_DUNNING_RUN", "history"): None,
    ("AR_DUNNING_RUN", "customers"): lambda rows: tuple(
        (f"customer{number}", ("simple", None)[number % 2], None, number % 50 == 0)
        for number in range(rows)
    ),
    **{
        ("AR_INSTALMENT_BALANCES", part): lambda rows, sign=sign: tuple(
            (JUNE_30 - number % 90, sign * 1.0) for number in range(rows)
        )
        for part, sign in (("receipts", 1), ("credit_notes", -1))
    },
    ("AR_MIGRATION_MATRIX", "states"): lambda _: tuple((f"state{one}",) for one in range(7)),
    ("AR_MIGRATION_RATES", "written_off"): lambda rows: ((0.0,),) * rows,
    ("AR_PLAN_CHECK", "receipts"): None,
    ("AR_REFORECAST", "caps"): lambda rows: ((1e9,),) * (rows - 3),
    **{
        (name, part): lambda rows, step=step: tuple(
            (JUNE_30 - 3000 + 14 * place + step,) for place in range(min(rows, 400))
        )
        for name in (
            "AR_DUE_DATE", "AR_IS_WORKDAY", "AR_ROLL_DATE", "AR_WORKDAYS", "AR_WORKDAY_ADD",
        )
        for part, step in (("days_off", 0), ("make_up_days", 6))
    },
}  # fmt: skip

#: Arguments of the second variant that say when or for whom, beside what was given.
BESIDE: dict[tuple[str, str], Cell] = {
    ("AR_CREDIT_BLOCK", "as_of"): JUNE_30,
    ("AR_CREDIT_EFFECTIVE_LIMIT", "as_of"): JUNE_30,
    ("AR_CREDIT_LIMIT", "as_of"): JUNE_30,
    ("AR_INSTALMENT_BALANCES", "as_of"): JUNE_30,
}


def cells(name: str, kind: Any, rows: int, chance: Chance) -> list[Cell]:
    """Give plausible cells of a kind."""
    made: Callable[[], Iterable[Any]] = {
        "cents": lambda: chance.integers(1, 90_000_000, rows) / 100,
        "day": lambda: JUNE_30 + chance.integers(-700, 300, rows).astype(float),
        "moment": lambda: JUNE_30 + chance.uniform(-700, 300, rows),
        "count": lambda: chance.integers(0, 120, rows).astype(float),
        "number": lambda: chance.uniform(*RANGES.get(name, (0.01, 0.99)), rows).round(4),
        "weights": lambda: chance.integers(1, 100, rows).astype(float),
        "flag": lambda: chance.integers(0, 2, rows).astype(bool),
        "text": lambda: [
            CURRENCIES[number % 3] if name == "currency" else f"{name}{number}"
            for number in range(rows)
        ],
        "choice": lambda: chance.choice(np.array(_codes(kind), dtype=object), rows),
    }[kind.name]
    values = made()
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


@functools.cache
def _codes(kind: Any) -> list[str]:
    return list(kind.codes) or [row["code"] for row in vocabulary.choices(kind.table)]


def column(part: Parameter | Column, rows: int, chance: Chance) -> list[Cell]:
    return cells(part.name, part.kind, rows, chance)


def argument(declared: Declaration, part: Parameter, rows: int, chance: Chance) -> Any:
    """Give one argument: a column, a table of so many rows, or None where the default serves."""
    own = (declared.name, part.name)
    fixed = MADE[own](rows) if own in MADE else FIXED.get(own)
    if fixed is not None:
        return fixed
    if part.kind is None:
        if not part.required:
            return None
        return tuple(zip(*(column(each, rows, chance) for each in part.columns), strict=True))
    if part.kind.form == "one" or not part.required:
        needed = part.required and part.kind.name in {"cents", "day", "count", "number", "text"}
        choice = part.required and part.kind.name in {"choice", "flag"}
        return column(part, 1, chance)[0] if needed or choice else None
    if part.kind.form == "each" and not element_wise(declared):
        return column(part, 1, chance)[0]  # one row of data beside a whole range
    return tuple((cell,) for cell in column(part, rows, chance))


def arguments(declared: Declaration, rows: int, seed: int = 20260630) -> list[Any]:
    """Give all arguments of a function over so many rows; those with defaults are left out."""
    chance = np.random.default_rng(seed)
    return [argument(declared, part, rows, chance) for part in declared.parameters]


def everything(declared: Declaration, rows: int, seed: int = 20260630) -> list[Any]:
    """Give all arguments with the optional data too: columns, and the tables of :data:`DATA`."""
    chance = np.random.default_rng(seed)
    given = arguments(declared, rows, seed)
    for place, part in enumerate(declared.parameters):
        own = (declared.name, part.name)
        if own in BESIDE:
            given[place] = BESIDE[own]
        elif own in DATA:
            made = DATA[own]
            columns = part.columns or [part]
            given[place] = (
                tuple(zip(*(column(each, rows, chance) for each in columns), strict=True))
                if made is None
                else made(rows)
            )
        elif given[place] is None and _is_column(part) and element_wise(declared):
            given[place] = tuple((cell,) for cell in column(part, rows, chance))
    return given


def _is_column(part: Parameter) -> bool:
    return part.kind is not None and part.kind.form == "each"


def element_wise(declared: Declaration) -> bool:
    """Whether it answers row by row: something required is a column and nothing a whole range."""
    forms = [
        part.kind.form if part.kind else "list" for part in declared.parameters if part.required
    ]
    return "each" in forms and "list" not in forms
