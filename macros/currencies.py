"""One sum, one currency: which currency a ledger is in, and which rows belong to it.

Currencies are written in many ways (``RMB``, ``人民币``, ``US$``): ``rules/currencies.csv`` brings
them to ISO codes. A table that names no currency at all follows the other one; a blank cell beside
cells that name one is the base currency, never the neighbour's.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

import workbook_templates
from macros.settings import setting
from macros.texts import Refusal
from macros.words import plain
from udfs.arrays import Bools, Codes

if TYPE_CHECKING:
    from macros.action import Settings
    from macros.tables import Tables


#: Amounts are kept in hundredths: a currency with more decimals cannot be kept exactly.
_HUNDREDTHS: Final = 2


class InCurrency(NamedTuple):
    """The currency of a report, and which receivables and receipts are in it."""

    code: str
    bills: Bools
    receipts: Bools


@cache
def _spellings() -> dict[str, str]:
    return {
        plain(spelling): row["code"]
        for row in workbook_templates.rows("rules/currencies")
        for spelling in (row["code"], row["zh"], row["en"], *row["aliases"].split("|"))
        if spelling
    }


@cache
def base_currency() -> str:
    """Give the currency that a blank cell means: ``'CNY'``."""
    return next(r["code"] for r in workbook_templates.rows("rules/currencies") if r["base"])


@cache
def minor_digits(code: str) -> int:
    """Give the decimals of a currency by ISO 4217; 2 for one that is not listed.

    Examples
    --------
    >>> minor_digits("CNY"), minor_digits("JPY"), minor_digits("KWD")
    (2, 0, 3)
    """
    known = {row["code"]: int(row["minor"]) for row in workbook_templates.rows("rules/currencies")}
    return known.get(code, _HUNDREDTHS)


def currency_code(text: str) -> str:
    """Give the ISO code of a spelling, upper case as typed if it is not known, "" if blank."""
    return _spellings().get(plain(text), plain(text).upper())


def currency_codes(series: pd.Series) -> Codes:
    """Give the ISO code of every cell of a column."""
    codes, distinct = pd.factorize(series.to_numpy(dtype=object))
    done = np.array([currency_code(str(text)) for text in distinct] + [""], dtype=object)
    return np.asarray(done[codes], dtype=object)


def choose_currency(
    tables: Tables, settings: Settings, bills: pd.DataFrame, receipts: pd.DataFrame
) -> InCurrency:
    """Decide the currency of a ledger.

    Parameters
    ----------
    bills, receipts : DataFrame
        Both with ``currency`` (ISO code or ""), ``number`` (document number in normal form) and
        ``counts`` (bool: the row is on the ledger as of the day).

    Raises
    ------
    Refusal
        ``mixed_currencies``: rows that count are in more than one, and the setting ``currency``
        chooses none; ``no_such_currency``: it chooses one that no row is in;
        ``too_many_decimals``: its amounts cannot be kept in hundredths.
    """
    of_bills, of_receipts = _filled(bills, receipts)
    present = sorted({*of_bills[bills["counts"]], *of_receipts[receipts["counts"]]})
    wanted = currency_code(setting(tables, settings, "currency"))
    if wanted and present and wanted not in present:
        raise Refusal("no_such_currency", wanted=wanted, found=", ".join(present))
    if not wanted and len(present) > 1:
        raise Refusal("mixed_currencies", found=", ".join(present))
    code = wanted or (present[0] if present else base_currency())
    if minor_digits(code) > _HUNDREDTHS:
        raise Refusal("too_many_decimals", code, digits=minor_digits(code))
    return InCurrency(code, of_bills == code, of_receipts == code)


def _filled(bills: pd.DataFrame, receipts: pd.DataFrame) -> tuple[Codes, Codes]:
    """Give the currencies with blanks decided: by the document paid, the other table, the base."""
    of_bills = bills["currency"].to_numpy(dtype=object)
    of_receipts = receipts["currency"].to_numpy(dtype=object)
    if not of_bills.any():
        named = set(of_receipts) - {""}
        of_bills = np.full(len(bills), named.pop() if len(named) == 1 else "", dtype=object)
    of_bills = np.where(of_bills == "", base_currency(), of_bills)
    named = set(of_bills)
    otherwise = named.pop() if len(named) == 1 and not of_receipts.any() else base_currency()
    by_number = pd.Series(of_bills, index=bills["number"].to_numpy(dtype=object))
    by_number = by_number[(by_number.index != "") & ~by_number.index.duplicated()]
    # As objects: where no receivable has a number, pandas would take the column for floats.
    of_document = receipts["number"].map(by_number).astype(object).fillna(otherwise).to_numpy()
    return of_bills, np.where(of_receipts == "", of_document, of_receipts)
