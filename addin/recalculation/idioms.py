"""What the engine computes otherwise than Excel in the formulas of finance, spelled anew.

``LOOKUP(2,1/(condition),result)`` finds the last row that meets a condition; the engine's LOOKUP
trips over the errors that are the point of it. And Excel takes two numbers that agree in fifteen
digits for equal, so that ``SUM(…)=B9`` says what a person sees, and writes fifteen digits of a
number into a text (:mod:`addin.recalculation.joined_numbers`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from openpyxl.formula.tokenizer import Token

from addin.recalculation.joined_numbers import (
    NAME,
    is_short,
    is_short_literal,
    makes_text,
    takes_text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import TypeGuard

_COMPARED: Final = frozenset({"=", "<>", "<", ">", "<=", ">="})
#: What binds less than arithmetic: their sides are whole operands of ``&``.
_WEAK: Final = _COMPARED | {"&"}
_ARITHMETIC: Final = frozenset({"+", "-", "*", "/"})
_SUMS: Final = frozenset({"SUM", "SUMIF", "SUMIFS", "SUMPRODUCT", "SUBTOTAL"})
#: Functions that round to steps, and others that are looked into.
_STEPPED: Final = frozenset({"FLOOR", "CEILING", "MROUND"})
_WATCHED: Final = frozenset({"LOOKUP", "DATE", "TEXT"})
_OPENING: Final = frozenset({Token.FUNC, Token.PAREN, Token.ARRAY})
_FUTURE: Final = re.compile(r"^(?:_xlfn\.|_xlws\.)+", re.IGNORECASE)
#: No number is larger, and every text is: what tells them apart also in an array.
_LARGEST: Final = "9E+307"
#: A comparison of longer sides would be evaluated too often.
_LONGEST: Final = 400


@dataclass(slots=True)
class _Group:
    """A function or bracket: its opening, its arguments, each a list of items, its end."""

    opening: str
    name: str
    arguments: list[list[_Item]] = field(default_factory=lambda: [[]])
    separators: list[str] = field(default_factory=list)
    closing: str = ""


_Item: TypeAlias = "tuple[str, Token] | _Group"


def concerns(functions: Collection[str]) -> bool:
    """Whether a formula with these functions may have one of the idioms."""
    return any(name in _STEPPED or name in _WATCHED or makes_text(name) for name in functions)


def spelled(pieces: Sequence[tuple[str, Token]]) -> tuple[str, list[str]]:
    """Give a formula of pieces with the idioms spelled anew.

    Returns
    -------
    text : str
        The formula.
    unknown : list of str
        Functions in it that the engine would compute otherwise than Excel.
    """
    root = _tree(iter(pieces))
    unknown: list[str] = []
    return _group(root, unknown), unknown


def _tree(pieces: Iterator[tuple[str, Token]], opening: str = "", name: str = "") -> _Group:
    group = _Group(opening, name)
    for text, token in pieces:
        if token.type in _OPENING and token.subtype == Token.OPEN:
            inner = _FUTURE.sub("", text[:-1]).upper() if token.type == Token.FUNC else ""
            group.arguments[-1].append(_tree(pieces, text, inner))
        elif token.type in _OPENING and token.subtype == Token.CLOSE:
            group.closing = text
            return group
        elif token.type == Token.SEP and token.subtype == Token.ARG:
            group.separators.append(text)
            group.arguments.append([])
        else:
            group.arguments[-1].append((text, token))
    return group


def _group(group: _Group, unknown: list[str]) -> str:
    if group.name == "LOOKUP":
        return _lookup(group, unknown)
    if _is_unlike(group):
        unknown.append(group.name)
    said = [_argument(argument, unknown) for argument in group.arguments]
    for at, argument in enumerate(group.arguments):
        if takes_text(group.name, at + 1) or (group.name == "TEXT" and said[1:] == ['"@"']):
            said[at] = _joined(argument, said[at])
    text = said[0]
    for separator, one in zip(group.separators, said[1:], strict=True):
        text += separator + one
    return f"{group.opening}{text}{group.closing}"


def _plain(items: list[_Item], unknown: list[str]) -> str:
    pieces = [_group(one, unknown) if isinstance(one, _Group) else one[0] for one in items]
    ends = [at for at, one in enumerate(items) if _is_infix(one) and one[0].strip() in _WEAK]
    if not any(pieces[at].strip() == "&" for at in ends):
        return "".join(pieces)
    text, start = "", 0
    for at in [*ends, len(items)]:
        beside = [pieces[place].strip() for place in (start - 1, at) if 0 <= place < len(items)]
        side = "".join(pieces[start:at])
        text += _joined(items[start:at], side) if "&" in beside else side
        text += pieces[at] if at < len(items) else ""
        start = at + 1
    return text


def _joined(items: list[_Item], text: str) -> str:
    """Let a number that becomes text be written as Excel writes it."""
    solid = [one for one in items if isinstance(one, _Group) or one[1].type != Token.WSPACE]
    if not solid:
        return text
    if len(solid) == 1:
        only = solid[0]
        short = is_short(only.name) if isinstance(only, _Group) else is_short_literal(only[0])
        if short:
            return text
    return f"{NAME}({text})"


def _is_unlike(group: _Group) -> bool:
    """Whether the engine gets it wrong: a step that is not exact or may be negative, day 60.

    Excel has a 29 February 1900, and rounds -2.1 by steps of -1 towards 0, by steps of 1 away
    from it; 0.3 is three steps of 0.1 in Excel and two in the engine.
    """
    first, second = (group.arguments[0], group.arguments[1:2])
    if group.name in _STEPPED:
        step = _number(second[0]) if second else None
        return step is None or step <= 0 or not (step * 1024).is_integer()
    return group.name == "DATE" and _number(first) in {0, 1900}


def _number(items: list[_Item]) -> float | None:
    """Give the number that an argument is, where it is a literal."""
    solid = [one for one in items if isinstance(one, _Group) or one[1].type != Token.WSPACE]
    if len(solid) != 1 or isinstance(solid[0], _Group) or solid[0][1].subtype != Token.NUMBER:
        return None
    return float(solid[0][0])


def _lookup(group: _Group, unknown: list[str]) -> str:
    arguments = [_argument(argument, unknown) for argument in group.arguments]
    computed = [one for one in group.arguments[1] if isinstance(one, _Group) or _is_infix(one)]
    if len(arguments) == 3 and computed:
        condition = _divided(group.arguments[1], unknown)
        if condition is not None:
            found = f"IFERROR(({condition})*1<>0,FALSE)"
            return f"_xlfn.XLOOKUP(TRUE,{found},{arguments[2]},NA(),0,-1)"
    if computed:
        unknown.append("LOOKUP")
    return f"{group.opening}{','.join(arguments)}{group.closing}"


def _divided(items: list[_Item], unknown: list[str]) -> str | None:
    """Give what 1 or 0 is divided by, where an argument is that and nothing else."""
    solid = [one for one in items if isinstance(one, _Group) or one[1].type != Token.WSPACE]
    if len(solid) < 3 or isinstance(solid[0], _Group) or isinstance(solid[1], _Group):
        return None
    if solid[0][0] not in {"0", "1"} or solid[1][0].strip() != "/":
        return None
    if any(_is_infix(one) for one in solid[2:]):
        return None
    return _plain(solid[2:], unknown)


def _is_infix(item: _Item) -> TypeGuard[tuple[str, Token]]:
    return not isinstance(item, _Group) and item[1].type == Token.OP_IN


def _argument(items: list[_Item], unknown: list[str]) -> str:
    """Give an argument; where it compares what was computed, as Excel compares."""
    places = [at for at, one in enumerate(items) if _is_infix(one) and one[0].strip() in _COMPARED]
    text = _plain(items, unknown)
    if len(places) != 1 or len(text) > _LONGEST:
        return text
    at = places[0]
    left, right = items[:at], items[at + 1 :]
    if not (_is_computed(left) or _is_computed(right)) or _is_bare(left) or _is_bare(right):
        return text
    operator = items[at]
    assert not isinstance(operator, _Group)  # noqa: S101 - the place of an operator; for the type checker
    return _compared(_plain(left, unknown), operator[0].strip(), _plain(right, unknown))


def _is_computed(items: list[_Item]) -> bool:
    """Whether rounding may stand in a side: it has arithmetic or a sum in it."""
    return any(
        (
            one.name in _SUMS
            or (not one.name and any(_is_computed(inner) for inner in one.arguments))
            if isinstance(one, _Group)
            else _is_infix(one) and one[0].strip() in _ARITHMETIC
        )
        for one in items
    )


def _is_bare(items: list[_Item]) -> bool:
    """Whether a side is a text or 0, with which nothing is nearly equal."""
    solid = [one for one in items if isinstance(one, _Group) or one[1].type != Token.WSPACE]
    if len(solid) != 1 or isinstance(solid[0], _Group):
        return False
    text, token = solid[0]
    return token.subtype == Token.TEXT or text in {"0", "TRUE", "FALSE"}


def _compared(left: str, operator: str, right: str) -> str:
    left, right = f"({left})", f"({right})"
    near = f"({left}-{right})^2<=1E-30*{left}^2"
    plain = f"{left}{operator}{right}"
    then = {"=": "TRUE", ">=": "TRUE", "<=": "TRUE"}.get(operator, "FALSE")
    number = f"IF({near},{then},{plain})"
    return f"IF({left}<={_LARGEST},IF({right}<={_LARGEST},{number},{plain}),{plain})"
