"""Numbers that become text: Excel writes fifteen digits of them, the engine all that it has.

``"合计"&100*1.1`` is 合计110 in Excel and 合计110.00000000000001 in the engine; from 1E+15 up Excel
writes an exponent. So a number on its way into a text passes through a function of this module,
which the engine calls as it calls ours (:mod:`addin.recalculation.idioms` puts it there).
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import workbook_templates

#: The function's name for the engine; no book has it.
NAME: Final = "HK_JOINED"
#: Below it Excel may write an exponent; from 1E+15 up it always does.
_SMALL: Final = 1e-4
#: A number that Excel may write in either way: the formula cannot be computed.
_UNSURE: Final = {"type": "Error", "kind": "NImpl"}


def joined(value: Any) -> Any:  # noqa: ANN401 - whatever the engine gives
    """Give a number as Excel writes it into a text, what is no number as it is.

    Examples
    --------
    >>> joined(100 * 1.1), joined(1e15 + 0.3), joined("甲"), joined(True)
    ('110', '1E+15', '甲', True)
    """
    if isinstance(value, list):
        return [[joined(cell) for cell in row] for row in value]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "" if value is None else value
    text = f"{float(value):.15g}"
    if "e" not in text:
        return "0" if text == "-0" else text
    if abs(value) < _SMALL:
        return dict(_UNSURE)
    mantissa, _, exponent = f"{float(value):.14E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"


@cache
def _taken() -> dict[str, tuple[str, ...]]:
    rows = workbook_templates.rows("host/recalculation")
    return {row["function"]: tuple(row["texts"].split()) for row in rows if row["texts"]}


@cache
def _never_long() -> frozenset[str]:
    rows = workbook_templates.rows("host/recalculation")
    return frozenset(row["function"] for row in rows if row["gives"])


def takes_text(function: str, argument: int) -> bool:
    """Whether a function makes a text of this argument, counted from 1."""
    return any(
        word in {"all", str(argument)} or (word.endswith("+") and argument >= int(word[:-1]))
        for word in _taken().get(function, ())
    )


def makes_text(function: str) -> bool:
    """Whether a function makes a text of any argument."""
    return function in _taken()


def is_short(function: str) -> bool:
    """Whether a function gives texts or short whole numbers only, so that nothing is to be done."""
    return function in _never_long()


def is_short_literal(text: str) -> bool:
    """Whether a literal is a text, a truth value or a number that is written as it stands."""
    if text.startswith('"') or text.upper() in {"TRUE", "FALSE"}:
        return True
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) <= 15
