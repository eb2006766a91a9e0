"""Aging of open items: customer → project by age band, for any day, tied to the ledger.

An item's age is counted from its due date (or its document); its bands are those of a scheme.
Together the bands, the items without a date and the credits are the balance of the ledger, to the
cent, and the sheet prints the difference.

Credits are credit notes, overpaid items and cash that pays no item. ``separate`` shows them in a
column of their own; ``own_date`` ages them by their own date; ``fifo`` sets them against the
oldest items of the same customer (never of another) and shows what is left of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from macros import layout
from macros.action import action
from macros.aging_pieces import Terms, pieces
from macros.aging_rows import AMOUNTS, Rows, rows_of
from macros.blank import blank_form
from macros.changes import Block, Changes, Chart, SheetContent
from macros.ledger import open_ledger
from macros.places import Places
from macros.settings import ladder_setting, setting, years_of
from macros.stamp import in_unit, rows_read, title_unit
from macros.texts import Message, text
from udfs.buckets import bucket_labels, year_bucket_labels
from udfs.rules import code_of, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from macros.action import Settings
    from macros.changes import Column, ColumnKind
    from macros.ledger import Ledger
    from macros.problems import Problem
    from macros.tables import Tables
    from macros.texts import Lang
    from udfs.arrays import Codes
    from udfs.buckets import Basis

_LARGEST: Final = 10
#: Columns that only due dates can fill.
_OVERDUE: Final = frozenset({"longest", "overdue_share"})


@action(
    "aging",
    group="collection",
    icon="aging",
    reads=("receivables",),
    may_read=("receipts", "customers", "contracts"),
    writes=("aging",),
    options=("aging_scheme", "aging_basis", "credit_mode", "aging_by", "currency", "unit"),
)
def aging(tables: Tables, settings: Settings) -> Changes:
    """Age the open items as of ``settings.as_of``.

    Raises
    ------
    Refusal
        As :func:`macros.ledger.open_ledger`; ``bad_setting_value`` for a scheme, basis, credit
        mode or order that is none.
    """
    terms = _terms(tables, settings)
    ledger = open_ledger(tables, settings)
    rows = rows_of(pieces(ledger, terms), ledger, terms, settings.lang)
    total = int(rows.groups["total"].sum())
    blank = blank_form(tables)
    sheet = _sheet(tables, settings, ledger, terms, rows)
    if blank:
        sheet = replace(sheet, lead=blank.render(settings.lang))
    summary = _summary(rows, terms, settings.lang, total - ledger.source_total)
    return Changes(
        sheets=(in_unit(sheet, tables, settings),),
        problems=(*ledger.problems, *_undated(tables, ledger, terms)),
        messages=() if blank or len(rows.frame) else (Message("aging.nothing_open"),),
        summary=() if blank else summary,
        nothing=blank,
        tie_out=total - ledger.source_total,
    )


def _terms(tables: Tables, settings: Settings) -> Terms:
    basis: Basis = "document" if setting(tables, settings, "aging_basis") == "document" else "due"
    scheme = setting(tables, settings, "aging_scheme")
    years = years_of(scheme)
    return Terms(
        scheme=scheme,
        edges=tuple(range(1, years + 1))
        or ladder_setting(tables, settings, "aging_scheme", "aging"),
        years=years,
        basis=basis,
        credit=setting(tables, settings, "credit_mode"),
        by=setting(tables, settings, "aging_by"),
    )


def _sheet(
    tables: Tables, settings: Settings, ledger: Ledger, terms: Terms, rows: Rows
) -> SheetContent:
    lang = settings.lang
    as_of = layout.date_text(ledger.as_of)
    flat = not rows.frame["project"].astype(bool).any()
    columns = _columns(terms, lang, flat=flat)
    if not rows.judged and rows.unjudged:  # without any due date overdue is unknown, not 0
        columns = tuple(one for one in columns if one.id not in _OVERDUE)
    main = _main_block(tables, ledger, rows, columns, lang)
    on_main = flat or not rows.part.any()
    top = rows.customers[rows.customers["total"] > 0].head(_LARGEST)
    blocks = (main,) if on_main or top.empty else (main, _top_block(top, columns, lang))
    return SheetContent(
        name=text("aging.sheet", lang),
        mark="aging",
        title=text(
            "aging.title", lang, as_of=as_of, unit=title_unit(tables, settings, ledger.currency)
        ),
        notes=(
            layout.tie_out(
                text("aging.total", lang),
                int(rows.groups["total"].sum()),
                text("aging.balance", lang),
                ledger.source_total,
                lang,
            ),
            _stamp(terms, lang),
            rows_read(ledger, lang),
            *_unjudged(rows, lang),
        ),
        blocks=blocks,
        charts=_charts(columns, top, "aging" if on_main else "largest", lang),
        frozen_columns=sum(column.id in {"customer", "project"} for column in columns),
        as_of_text=as_of,
    )


def _columns(terms: Terms, lang: Lang, *, flat: bool) -> tuple[Column, ...]:
    """Give the columns with one for each band, the grouping one first; no project if flat."""
    found: list[Column] = []
    for column in layout.columns("aging", lang):
        if column.id == "band":
            found += _bands(column, terms, lang)
        elif column.id == "no_date" and terms.basis == "document":
            found.append(replace(column, heading=_dateless(terms, lang)))
        elif column.id == "project" and terms.by == "project":
            found.insert(1, column)
        elif column.id != "project" or not flat:
            found.append(column)
    return tuple(column for column in found if column.id != "project" or not flat)


def _bands(column: Column, terms: Terms, lang: Lang) -> Iterator[Column]:
    labels = bucket_labels(terms.edges, terms.basis, lang)
    if terms.years:
        labels = (*labels[: -terms.years - 1], *year_bucket_labels(terms.years, lang))
    for number, label in enumerate(labels):
        late = terms.basis == "due" and number > 0
        heading = text("aging.overdue_band", lang, band=label) if late else label
        yield replace(column, id=f"band{number}", heading=heading)


def _main_block(
    tables: Tables, ledger: Ledger, rows: Rows, columns: tuple[Column, ...], lang: Lang
) -> Block:
    data = rows.frame[[column.id for column in columns]]
    sums, shares = _totals(rows, columns, lang)
    closing = [sums, shares] if len(data) else [sums]
    nested = bool(rows.part.any())
    links = _customer_links(tables, ledger, rows)
    styles = np.where(~rows.part & nested, "subtotal", "detail").astype(object)
    kinds: dict[int, ColumnKind] = {len(data) + 1: "rate"} if len(data) else {}
    return Block(
        id="aging",
        columns=columns,
        data=pd.concat(
            [data.astype(object), pd.DataFrame(closing, dtype=object)], ignore_index=True
        ),
        key="key",
        levels=np.append(rows.part, [False] * len(closing)).astype(np.int8) if nested else None,
        styles=np.append(styles, np.array(["total"] * len(closing), dtype=object)),
        links={"customer": np.append(links, np.full(len(closing), None, dtype=object))},
        row_kinds=kinds,
    )


def _totals(
    rows: Rows, columns: tuple[Column, ...], lang: Lang
) -> tuple[dict[str, object], dict[str, object]]:
    """Give the rows 合计 and 占比 (each amount as a share of all)."""
    groups = rows.groups
    sums: dict[str, object] = {}
    shares: dict[str, object] = {}
    total = groups["total"].sum()
    for column in columns:
        sums[column.id] = shares[column.id] = None
        if column.kind == "money":
            amount = int(groups[column.id].sum())
            sums[column.id] = amount
            shares[column.id] = amount / total if total > 0 else None
    first = next(column.id for column in columns if column.id in {"customer", "project"})
    sums |= {"key": "#total", first: text("aging.total", lang)}
    shares |= {"key": "#share", first: text("aging.share", lang)}
    if "longest" in sums:
        sums["longest"] = groups["longest"].max() if groups["longest"].notna().any() else None
    if "overdue_share" in sums:
        sums["overdue_share"] = _overdue_share(rows)
    return sums, shares


def _overdue_share(rows: Rows) -> float | None:
    """Give what is overdue of the debts with a due date; None where there are none."""
    return int(rows.groups["overdue"].sum()) / rows.judged if rows.judged > 0 else None


def _dateless(terms: Terms, lang: Lang) -> str:
    """Name the column of the items that have no date to count from."""
    code = "no_document_date" if terms.basis == "document" else "no_due_date"
    return rule("aging_labels", code).label(lang)


def _unjudged(rows: Rows, lang: Lang) -> Iterator[str]:
    """Say of which debts nobody knows whether they are overdue."""
    amount = layout.money_text(rows.unjudged)
    if rows.unjudged and rows.judged:
        yield text("aging.judged", lang, judged=layout.money_text(rows.judged), amount=amount)
    elif rows.unjudged:
        yield text("aging.unjudged", lang, amount=amount)


def _customer_links(tables: Tables, ledger: Ledger, rows: Rows) -> Codes:
    """Link each customer to her row of 客户, where there is one."""
    keys = rows.frame["customer_key"].to_numpy(dtype=np.int64)
    table = tables.get("customers")
    if table is None or not len(table):
        return np.full(len(keys), None, dtype=object)
    return Places(table, "customer_name").links(ledger.directory.positions(table, keys))


def _top_block(top: pd.DataFrame, columns: tuple[Column, ...], lang: Lang) -> Block:
    wanted = tuple(
        replace(column, emphasis="")
        for column in columns
        if column.id in {"customer", *AMOUNTS} or column.id.startswith("band")
    )
    return Block(
        id="largest",
        columns=wanted,
        data=top[[column.id for column in wanted]].reset_index(drop=True),
        heading=text("aging.top", lang),
    )


def _charts(
    columns: tuple[Column, ...], top: pd.DataFrame, block: str, lang: Lang
) -> tuple[Chart, ...]:
    """Stack the bands of the largest customers, those in which none of them has any left out."""
    if top.empty:
        return ()
    bands = [each.id for each in columns if each.id.startswith("band") or each.id == "no_date"]
    filled = {step: band for step, band in enumerate(bands) if top[band].fillna(0).ne(0).any()}
    return (
        Chart(
            kind="stacked_bar",
            title=text("aging.chart", lang, count=len(top)),
            block=block,
            categories="customer",
            series=tuple(filled.values()),
            steps=tuple(filled),
            first=0,
            last=len(top) - 1,
        ),
    )


def _stamp(terms: Terms, lang: Lang) -> str:
    """Name the scheme with its edges and rule row, the basis and the credit mode."""
    edges = "/".join(map(str, terms.edges))
    if terms.years:
        scheme = text("aging.years_scheme", lang, edges=edges)
        return _stamped(scheme, terms, lang)
    try:
        row = rule("aging", code_of("aging", terms.scheme))
        scheme = text("aging.scheme", lang, edges=edges, stamp=row.stamp())
    except KeyError:
        scheme = text("aging.typed_scheme", lang, edges=edges)
    return _stamped(scheme, terms, lang)


def _stamped(scheme: str, terms: Terms, lang: Lang) -> str:
    return text(
        "aging.stamp",
        lang,
        scheme=scheme,
        basis=text(f"aging.basis.{terms.basis}", lang),
        credit=text(f"aging.credit.{terms.credit}", lang),
    )


def _summary(rows: Rows, terms: Terms, lang: Lang, difference: int) -> tuple[tuple[str, str], ...]:
    groups = rows.groups
    unknown = text("aging.unknown", lang) if rows.unjudged and not rows.judged else ""
    overdue_share = _overdue_share(rows)
    told = "–" if overdue_share is None else f"{overdue_share:.1%}"
    if rows.unjudged and rows.judged:
        told += text("aging.besides", lang, amount=layout.money_text(rows.unjudged))
    figures = {
        "total": layout.money_text(int(groups["total"].sum())),
        "customers": f"{len(rows.customers):,}",
        "overdue": unknown or layout.money_text(int(groups["overdue"].sum())),
        "overdue_share": unknown or told,
        "credit": layout.money_text(int(groups["credit"].sum())),
        "no_date": layout.money_text(int(groups["no_date"].sum())),
        "tie_out": layout.money_text(difference),
    }
    labels = {name: text(f"aging.summary.{name}", lang) for name in figures if name != "no_date"}
    labels["no_date"] = _dateless(terms, lang)
    return tuple((labels[name], value) for name, value in figures.items())


def _undated(tables: Tables, ledger: Ledger, terms: Terms) -> Iterator[Problem]:
    """List the open items that have no date to count from."""
    name = "due_date" if terms.basis == "due" else "document_date"
    code = "due_date_missing" if terms.basis == "due" else "age_date_missing"
    items = ledger.items[(ledger.items["open"] != 0) & ledger.items[name].isna()]
    places = Places(tables.require("receivables"), name)
    for at, cents in zip(items["position"].tolist(), items["open"].tolist(), strict=True):
        yield places.problem(code, "warning", at, amount=layout.money_text(cents))
