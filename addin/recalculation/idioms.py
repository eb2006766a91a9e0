"""Two idioms of finance workbooks that the engine computes otherwise than Excel, spelled anew.

``LOOKUP(2,1/(condition),result)`` finds the last row that meets a condition; the engine's LOOKUP
trips over the errors that are the point of it. And Excel takes two numbers that agree in fifteen
digits for equal, so that ``SUM(…)=B9`` says what a person sees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from openpyxl.formula.tokenizer import Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COMPARED: Final = frozenset({"=", "<>", "<", ">", "<=", ">="})
_ARITHMETIC: Final = frozenset({"+", "-", "*", "/"})
_SUMS: Final = frozenset({"SUM", "SUMIF", "SUMIFS", "SUMPRODUCT", "SUBTOTAL"})
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


def spelled(pieces: Sequence[tuple[str, Token]]) -> tuple[str, bool]:
    """Give a formula of pieces with the idioms spelled anew.

    Returns
    -------
    text : str
        The formula.
    known : bool
        False where it has a LOOKUP over computed values that is not the idiom.
    """
    root = _tree(iter(pieces))
    seen: list[bool] = []
    return _group(root, seen), all(seen)


def _tree(pieces: Iterator[tuple[str, Token]], opening: str = "", name: str = "") -> _Group:
    group = _Group(opening, name)
    for text, token in pieces:
        opens = token.type in {Token.FUNC, Token.PAREN} and token.subtype == Token.OPEN
        if opens:
            inner = text[:-1].rpartition(".")[2].upper() if token.type == Token.FUNC else ""
            group.arguments[-1].append(_tree(pieces, text, inner))
        elif token.type in {Token.FUNC, Token.PAREN} and token.subtype == Token.CLOSE:
            group.closing = text
            return group
        elif token.type == Token.SEP and token.subtype == Token.ARG:
            group.separators.append(text)
            group.arguments.append([])
        else:
            group.arguments[-1].append((text, token))
    return group


def _group(group: _Group, seen: list[bool]) -> str:
    if group.name == "LOOKUP":
        return _lookup(group, seen)
    said = [_argument(argument, seen) for argument in group.arguments]
    text = said[0]
    for separator, argument in zip(group.separators, said[1:], strict=True):
        text += separator + argument
    return f"{group.opening}{text}{group.closing}"


def _plain(items: list[_Item], seen: list[bool]) -> str:
    return "".join(_group(one, seen) if isinstance(one, _Group) else one[0] for one in items)


def _lookup(group: _Group, seen: list[bool]) -> str:
    arguments = [_argument(argument, seen) for argument in group.arguments]
    computed = [one for one in group.arguments[1] if isinstance(one, _Group) or _is_infix(one)]
    if len(arguments) == 3 and computed:
        condition = _divided(group.arguments[1], seen)
        if condition is not None:
            found = f"IFERROR(({condition})*1<>0,FALSE)"
            return f"_xlfn.XLOOKUP(TRUE,{found},{arguments[2]},NA(),0,-1)"
    seen.append(not computed)
    return f"{group.opening}{','.join(arguments)}{group.closing}"


def _divided(items: list[_Item], seen: list[bool]) -> str | None:
    """Give what 1 or 0 is divided by, where an argument is that and nothing else."""
    solid = [one for one in items if isinstance(one, _Group) or one[1].type != Token.WSPACE]
    if len(solid) < 3 or isinstance(solid[0], _Group) or isinstance(solid[1], _Group):
        return None
    if solid[0][0] not in {"0", "1"} or solid[1][0].strip() != "/":
        return None
    if any(not isinstance(one, _Group) and _is_infix(one) for one in solid[2:]):
        return None
    return _plain(solid[2:], seen)


def _is_infix(item: tuple[str, Token]) -> bool:
    return item[1].type == Token.OP_IN


def _argument(items: list[_Item], seen: list[bool]) -> str:
    """Give an argument; where it compares what was computed, as Excel compares."""
    places = [
        at
        for at, one in enumerate(items)
        if not isinstance(one, _Group) and _is_infix(one) and one[0].strip() in _COMPARED
    ]
    text = _plain(items, seen)
    if len(places) != 1 or len(text) > _LONGEST:
        return text
    at = places[0]
    left, right = items[:at], items[at + 1 :]
    if not (_is_computed(left) or _is_computed(right)) or _is_bare(left) or _is_bare(right):
        return text
    operator = items[at]
    assert not isinstance(operator, _Group)  # noqa: S101 - the place of an operator; for the type checker
    return _compared(_plain(left, seen), operator[0].strip(), _plain(right, seen))


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
