"""Amounts as people type them, to whole minor units: exact, and half up.

A text such as ``¥1,234.00``, ``1,234.00元``, ``(1,234.00)`` or ``12.5万`` becomes a decimal; a
number of a cell is the decimal that Excel shows at 15 digits. Only then is it multiplied by the
unit of its column and rounded.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from macros.words import raw_group
from udfs.values import MISSING

#: Beyond this many minor units a float64 no longer holds every cent.
LARGEST: Final = 2**53
#: So close to a whole cent, a float is that cent: the rest is binary dust.
_DUST: Final = 1e-6

_NUMBER = re.compile(
    r"^(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d+)(?:\.\d*)?$|^\.\d+$|^\d+(?:\.\d+)?e[+-]?\d+$"
)
_EUROPEAN = re.compile(r"^\d{1,3}(?:\.\d{3})+,\d{1,2}$")


#: What closes an amount in words: 3.5万元整.
_ROUND = re.compile(r"(?<=[元圆])[整正]$")

#: Words that say that the amount is in units, whatever its column is in.
_PLAIN_UNITS: Final = ("元", "圆", "块")


class Parsed(NamedTuple):
    """A text amount: its value (None: no amount), the currency, whether it says its own unit."""

    value: Decimal | None
    currency: str = ""
    own_unit: bool = False


@cache
def _signs() -> tuple[tuple[str, str], ...]:
    """Currency signs and the plain 元, longest first, so that HK$ is not read as $."""
    signs = {**raw_group("currency"), **dict.fromkeys(_PLAIN_UNITS, "")}
    return tuple(sorted(signs.items(), key=lambda pair: -len(pair[0])))


def _without_currency(text: str) -> tuple[str, str]:
    for sign, code in _signs():
        for cut in (text.removeprefix(sign), text.removesuffix(sign)):
            if cut != text:
                return cut, code
    return text, ""


def _without_scale(text: str) -> tuple[str, int]:
    units = sorted(raw_group("scale").items(), key=lambda pair: -len(pair[0]))
    for word, value in units:
        if not word.isdecimal() and not word.startswith("'") and text.endswith(word):
            return text.removesuffix(word), int(value)
    return text, 1


def parse(text: str) -> Parsed:
    """Read a text as an amount.

    Examples
    --------
    >>> parse("（1,234.00）").value, parse("¥12.5万")
    (Decimal('-1234.00'), Parsed(value=Decimal('125000.0'), currency='CNY', own_unit=True))
    """
    half = unicodedata.normalize("NFKC", text).casefold()
    half = re.sub(r"[\s'’]+", "", half).replace("−", "-").replace("–", "-")
    negative = half.startswith("(") and half.endswith(")")
    half = half[1:-1] if negative else half
    half, minus = _without_sign(half)
    half = _ROUND.sub("", half)
    plain = half.endswith(_PLAIN_UNITS)
    half, scale = _without_scale(half) if half[-1:].isalpha() else (half, 1)
    half, currency = _without_currency(half)
    inside = half.startswith("(") and half.endswith(")")
    half, negative = (half[1:-1], True) if inside else (half, negative)
    half, second = _without_sign(half)
    if scale == 1 and half[-1:].isalpha():
        half, scale = _without_scale(half)
    if _EUROPEAN.match(half):
        half = half.replace(".", "").replace(",", ".")
    if not _NUMBER.match(half):
        return Parsed(None, currency)
    try:
        value = Decimal(half.replace(",", "")) * scale
    except InvalidOperation:  # a power of ten that no ledger holds
        return Parsed(None, currency)
    return Parsed(-value if negative or minus or second else value, currency, plain or scale != 1)


def _without_sign(text: str) -> tuple[str, bool]:
    if text.startswith("-") or text.endswith("-"):
        return text.strip("-"), True
    for word in raw_group("negative"):
        for cut in (text.removeprefix(word), text.removesuffix(word)):
            if cut != text:
                return cut, True
    return text.removeprefix("+"), False


def to_minor(value: Decimal, scale: int = 1, minor: int = 2) -> tuple[int, bool]:
    """Give a decimal in minor units, half up away from zero, and whether it was exact.

    Examples
    --------
    >>> to_minor(Decimal("1.005"))
    (101, False)
    """
    exact = (value * scale).scaleb(minor)
    whole = exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(whole), whole == exact


class Minor(NamedTuple):
    """Numbers in minor units: data (MISSING where too large), and which had to be rounded."""

    data: npt.NDArray[np.int64]
    rounded: npt.NDArray[np.bool_]
    too_large: npt.NDArray[np.bool_]


def from_numbers(values: npt.NDArray[np.float64], scale: int = 1, minor: int = 2) -> Minor:
    """Give numbers of cells in minor units, exactly as their decimals read.

    Parameters
    ----------
    values : ndarray of float64, 1-D
        Amounts in units (yuan), or in ``scale`` units (万元: 10000).
    scale : int
        Multiplier of the column's unit.
    minor : int
        Decimals of the currency.

    Returns
    -------
    Minor
        int64 minor units. Numbers that lie on a whole minor unit but for binary dust are taken as
        that; the others, few in a ledger, are rounded half up from their 15 decimal digits.
    """
    exact = values * (scale * 10.0**minor)
    large = ~(np.abs(exact) < LARGEST)
    whole = np.rint(np.where(large, 0, exact))
    off = ~large & (np.abs(exact - whole) > _DUST)
    result = whole.astype(np.int64)
    if off.any():
        distinct, back = np.unique(values[off], return_inverse=True)
        cents = [to_minor(Decimal(f"{number:.15g}"), scale, minor) for number in distinct.tolist()]
        result[off] = np.array([pair[0] for pair in cents], dtype=np.int64)[back]
        off[off] = np.array([not pair[1] for pair in cents], dtype=np.bool_)[back]
    result[large] = MISSING
    return Minor(result, off, large)
